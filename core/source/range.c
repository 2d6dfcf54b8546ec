/* The addresses of range and instant queries. */
#include "source/range.h"

#include "source/source_int.h"

int range_ask(struct http *http, const struct plan *plan, const char *query, int64_t from_ms,
              int64_t step_ms, size_t n, http_done done, void *ctx, struct err *e)
{
    struct buf url = BUF_INIT;
    int64_t to_ms = from_ms + (int64_t)(n - 1) * step_ms;
    buf_addf(&url, "%s/api/v1/query_range?start=%.3f&end=%.3f&step=%.3f&query=", plan->prom.url,
             (double)from_ms / 1000, (double)to_ms / 1000, (double)step_ms / 1000);
    source_escape(&url, query);
    struct http_request rq = source_request(plan, url.p, plan->prom.timeout_ms);
    int64_t id = http_send(http, &rq, done, ctx, e);
    buf_free(&url);
    return id < 0 ? -1 : 0;
}

int instant_ask(struct http *http, const struct plan *plan, const char *query, int64_t at_ms,
                http_done done, void *ctx, struct err *e)
{
    struct buf url = BUF_INIT;
    buf_addf(&url, "%s/api/v1/query?time=%lld.%03d&query=", plan->prom.url,
             (long long)(at_ms / 1000), (int)(at_ms % 1000));
    source_escape(&url, query);
    struct http_request rq = source_request(plan, url.p, plan->prom.timeout_ms);
    int64_t id = http_send(http, &rq, done, ctx, e);
    buf_free(&url);
    return id < 0 ? -1 : 0;
}
