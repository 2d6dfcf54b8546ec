/* HTTP transport: one thread with one curl_multi, keep-alive, at most `connections` transfers in
 * flight (the rest waits in our own queue). Bytes only, no meaning. The only file that includes
 * curl. A struct http is one isolated transport: the kill switch has its own. */
#ifndef WIRE_HTTP_H
#define WIRE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct http;

enum http_end {
    HTTP_ANSWERED,  /* a complete answer, whatever its status */
    HTTP_REFUSED,   /* nothing was sent: refused, name unknown, TLS not accepted, all busy */
    HTTP_NO_ANSWER, /* may have been sent: time-out, reset, truncated, too large */
    HTTP_CANCELLED, /* by http_cancel or http_stop */
};

struct http_header {
    const char *name, *value;
};

struct http_request {
    const char *method, *url;
    const struct http_header *headers;
    size_t n_headers;
    const char *body; /* NULL: none */
    size_t body_len;
    const char *token; /* bearer; NULL or "": none. Refused over plain http to a non-loopback
                          host unless insecure */
    const char *ca_file;
    bool insecure;
    int64_t timeout_ms; /* whole transfer, real time */
    size_t max_body;    /* larger answers end as HTTP_NO_ANSWER; 0: 8 MiB */
    /* Doing it twice is doing it once, as with GET and HEAD always: it may go over a connection
     * that was used before, and then libcurl sends it again by itself when that proves dead.
     * Everything else gets a connection of its own and is sent once. */
    bool repeatable;
    bool urgent; /* waits neither for a connection nor behind others */
    /* On the transport's thread, just before the first byte leaves; at most once. NULL: nothing. */
    void (*leaving)(void *ctx);
};

struct http_reply {
    enum http_end end;
    int status;       /* 0 without one; an answer that broke off may still have had one */
    const char *body; /* valid during the callback, NUL-terminated */
    size_t body_len;
    char content_type[64];
    int64_t ms;      /* real time it took on the wire */
    int64_t sent_us; /* monotonic µs when the request left, 0 if it did not */
    char why[200];   /* why it is not HTTP_ANSWERED, with host and port, no secret */
};

/* Runs on the transport's thread; must only hand over (queue_put) and return. */
typedef void (*http_done)(void *ctx, const struct http_reply *r);

struct http *http_start(int connections, struct err *e);
void http_stop(struct http *h); /* cancels what is in flight (callbacks run), joins, frees */

/* Copies everything it needs. Never blocks. Returns an id > 0, or -1 with e (bad URL, token over
 * plain http, too many waiting) and no callback. Redirects are not followed: 3xx is an answer. */
int64_t http_send(struct http *h, const struct http_request *r, http_done done, void *ctx,
                  struct err *e);
void http_cancel(struct http *h, int64_t id);

#endif
