/* The kill switch's calls, filled once at the start: nothing may be missing when it is needed. */
#include "action/ks_int.h"

#include <stdlib.h>
#include <string.h>

#include "plan/tmpl.h"

static int scope_value(void *ctx, const char *path, struct buf *out)
{
    const char *value = strncmp(path, "scope.", 6) ? NULL : plan_scope(ctx, path + 6);
    if (!value)
        return -1;
    buf_adds(out, value);
    return 0;
}

static char *fill(const struct plan *p, const char *text, enum tmpl_place place, struct err *e)
{
    struct tmpl_vars vars = {scope_value, (void *)(uintptr_t)p};
    struct buf out = BUF_INIT;
    if (!text)
        return NULL;
    tmpl_fill(text, place, &vars, &out, e);
    return buf_take(&out);
}

static void fill_call(const struct plan *p, const struct http_call *from, struct http_call *to,
                      struct err *e)
{
    *to = *from;
    to->url = fill(p, from->url, TMPL_URL, e);
    to->body = fill(p, from->body, from->is_json ? TMPL_JSON_STRING : TMPL_PLAIN, e);
    to->headers = xzalloc(from->n_headers, sizeof *to->headers);
    for (size_t i = 0; i < from->n_headers; i++) {
        to->headers[i].key = from->headers[i].key;
        to->headers[i].value = fill(p, from->headers[i].value, TMPL_HEADER, e);
    }
}

static void free_call(struct http_call *c)
{
    for (size_t i = 0; i < c->n_headers; i++)
        free(c->headers[i].value);
    free(c->headers);
    free(c->url);
    free(c->body);
}

struct ks_scope_calls *ks_calls(const struct plan *plan, struct err *e)
{
    struct ks_scope_calls *c = xzalloc(plan->n_ks, sizeof *c);
    struct err bad = ERR_INIT;
    for (size_t i = 0; i < plan->n_ks; i++) {
        fill_call(plan, &plan->ks[i].status, &c[i].status, &bad);
        fill_call(plan, &plan->ks[i].engage, &c[i].engage, &bad);
        fill_call(plan, &plan->ks[i].release, &c[i].release, &bad);
    }
    if (!bad.status)
        return c;
    ks_calls_free(c, plan->n_ks);
    err_set(e, bad.status, "kill switch: %.400s", bad.text);
    return NULL;
}

void ks_calls_free(struct ks_scope_calls *c, size_t n)
{
    for (size_t i = 0; c && i < n; i++) {
        free_call(&c[i].status);
        free_call(&c[i].engage);
        free_call(&c[i].release);
    }
    free(c);
}
