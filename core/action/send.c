/* Fills a call's placeholders, each escaped for where it stands, and sends it. */
#include "action/send.h"

#include <stdlib.h>
#include <string.h>

#define ARGS_MAX    128
#define HEADERS_MAX 16

int64_t send_http_filled(struct http *http, const struct http_call *c, http_done done, void *ctx,
                         struct err *e)
{
    struct http_header list[HEADERS_MAX + 1];
    size_t n = 0;
    for (; n < c->n_headers && n < HEADERS_MAX; n++)
        list[n] = (struct http_header){c->headers[n].key, c->headers[n].value};
    if (c->body && c->is_json)
        list[n++] = (struct http_header){"Content-Type", "application/json"};
    struct http_request rq = {.method = c->method,
                              .url = c->url,
                              .headers = list,
                              .n_headers = n,
                              .body = c->body,
                              .body_len = c->body ? strlen(c->body) : 0,
                              .token = c->token,
                              .ca_file = c->ca_file,
                              .insecure = c->insecure,
                              .timeout_ms = c->timeout_ms};
    return http_send(http, &rq, done, ctx, e);
}

int64_t send_http_call(struct http *http, const struct http_call *c, const struct tmpl_vars *vars,
                       http_done done, void *ctx, struct err *e)
{
    struct buf url = BUF_INIT, body = BUF_INIT, heads[HEADERS_MAX] = {BUF_INIT};
    size_t n = 0;
    int64_t id = -1;
    int rc = tmpl_fill(c->url, TMPL_URL, vars, &url, e);
    if (rc == 0 && c->body)
        rc = tmpl_fill(c->body, c->is_json ? TMPL_JSON_STRING : TMPL_PLAIN, vars, &body, e);
    for (; rc == 0 && n < c->n_headers && n < HEADERS_MAX; n++)
        rc = tmpl_fill(c->headers[n].value, TMPL_HEADER, vars, &heads[n], e);
    struct http_call filled = *c;
    struct kv heads_filled[HEADERS_MAX];
    for (size_t i = 0; i < n; i++)
        heads_filled[i] = (struct kv){c->headers[i].key, (char *)(uintptr_t)buf_str(&heads[i])};
    filled.url = (char *)(uintptr_t)buf_str(&url);
    filled.body = c->body ? (char *)(uintptr_t)buf_str(&body) : NULL;
    filled.headers = heads_filled;
    filled.n_headers = n;
    if (rc == 0)
        id = send_http_filled(http, &filled, done, ctx, e);
    for (size_t i = 0; i < n; i++)
        buf_free(&heads[i]);
    buf_free(&url);
    buf_free(&body);
    return id > 0 ? id : -1;
}

int64_t send_exec_call(struct children *children, const struct exec_call *c,
                       const struct tmpl_vars *vars, child_done done, void *ctx, struct err *e)
{
    char *argv[ARGS_MAX + 1] = {NULL};
    size_t n = 0;
    int64_t id = -1;
    int rc = c->argc > ARGS_MAX ? err_set(e, EX_BADDATA, "more than %d arguments", ARGS_MAX) : 0;
    for (; rc == 0 && n < c->argc; n++) {
        struct buf one = BUF_INIT;
        rc = tmpl_fill(c->argv[n], TMPL_ARGV, vars, &one, e);
        argv[n] = buf_take(&one);
    }
    if (rc == 0)
        id = child_run(children, argv, c->timeout_ms, 0, done, ctx, e);
    for (size_t i = 0; i < n; i++)
        free(argv[i]);
    return id > 0 ? id : -1;
}
