/* Fills a call's placeholders, each escaped for where it stands, and sends it. */
#include "action/send.h"

#include <stdlib.h>
#include <string.h>

#define ARGS_MAX 128

int send_fill(const struct http_call *c, const struct tmpl_vars *vars, struct filled_call *out,
              struct err *e)
{
    struct buf url = BUF_INIT, body = BUF_INIT;
    *out = (struct filled_call){.call = *c};
    out->call.headers = out->heads;
    out->call.n_headers = 0;
    int rc = tmpl_fill(c->url, TMPL_URL, vars, &url, e);
    if (rc == 0 && c->body)
        rc = tmpl_fill(c->body, c->is_json ? TMPL_JSON_STRING : TMPL_PLAIN, vars, &body, e);
    for (size_t i = 0; rc == 0 && i < c->n_headers && i < SEND_HEADERS_MAX; i++) {
        struct buf head = BUF_INIT;
        rc = tmpl_fill(c->headers[i].value, TMPL_HEADER, vars, &head, e);
        out->heads[out->call.n_headers++] = (struct kv){c->headers[i].key, buf_take(&head)};
    }
    out->call.url = buf_take(&url);
    out->call.body = c->body ? buf_take(&body) : NULL;
    if (rc < 0)
        send_filled_free(out);
    return rc;
}

void send_filled_free(struct filled_call *f)
{
    for (size_t i = 0; i < f->call.n_headers; i++)
        free(f->heads[i].value);
    free(f->call.url);
    free(f->call.body);
    *f = (struct filled_call){.call = {.url = NULL}};
}

struct http_request send_request(const struct http_call *c,
                                 struct http_header list[SEND_HEADERS_MAX + 1])
{
    size_t n = 0;
    for (; n < c->n_headers && n < SEND_HEADERS_MAX; n++)
        list[n] = (struct http_header){c->headers[n].key, c->headers[n].value};
    if (c->body && c->is_json)
        list[n++] = (struct http_header){"Content-Type", "application/json"};
    return (struct http_request){.method = c->method,
                                 .url = c->url,
                                 .headers = list,
                                 .n_headers = n,
                                 .body = c->body,
                                 .body_len = c->body ? strlen(c->body) : 0,
                                 .token = c->token,
                                 .ca_file = c->ca_file,
                                 .insecure = c->insecure,
                                 .timeout_ms = c->timeout_ms};
}

int64_t send_http_filled(struct http *http, const struct http_call *c, http_done done, void *ctx,
                         struct err *e)
{
    struct http_header list[SEND_HEADERS_MAX + 1];
    struct http_request rq = send_request(c, list);
    return http_send(http, &rq, done, ctx, e);
}

int64_t send_http_call(struct http *http, const struct http_call *c, const struct tmpl_vars *vars,
                       http_done done, void *ctx, struct err *e)
{
    struct filled_call f;
    if (send_fill(c, vars, &f, e) < 0)
        return -1;
    int64_t id = send_http_filled(http, &f.call, done, ctx, e);
    send_filled_free(&f);
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
