/* Inside core/wire only: one transfer. */
#ifndef WIRE_HTTP_INT_H
#define WIRE_HTTP_INT_H

#include <curl/curl.h>

#include "base/buf.h"
#include "base/clock.h"
#include "wire/http.h"

struct transfer {
    int64_t id;
    struct transfer *next;
    CURL *easy; /* NULL while it waits for a connection */
    char *method, *url, *body, *ca_file, where[96];
    size_t body_len, max_body, head_len;
    struct curl_slist *headers;
    bool insecure, loopback, repeatable, urgent;
    bool too_large, heads_whole;
    int64_t timeout_ms;
    mono_t asked;
    int64_t sent_us; /* 0: has not left */
    struct buf answer;
    http_done done;
    void (*leaving)(void *ctx);
    void *ctx;
};

/* Checks and copies a request; NULL with e when it must not be sent. */
struct transfer *transfer_new(const struct http_request *r, struct err *e);
void transfer_free(struct transfer *t);

/* Sets up a (reused) easy handle for it. */
void transfer_setup(struct transfer *t, CURL *easy);

/* Says how it ended, to the callback. */
void transfer_report(struct transfer *t, CURLcode rc);
void transfer_report_unsent(struct transfer *t, enum http_end end, const char *why);

/* When its time is over, in real ms of the monotonic clock. */
int64_t transfer_deadline(const struct transfer *t);

#endif
