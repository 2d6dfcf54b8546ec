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
    size_t body_len, max_body;
    struct curl_slist *headers;
    bool insecure, too_large;
    bool heads_whole; /* the blank line after the headers has come */
    int64_t timeout_ms;
    mono_t asked;
    int64_t started_us;
    struct buf answer;
    http_done done;
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

int64_t mono_us(void);

#endif
