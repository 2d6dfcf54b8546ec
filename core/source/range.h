/* One range or instant query of the plan's Prometheus. */
#ifndef SOURCE_RANGE_H
#define SOURCE_RANGE_H

#include "plan/plan.h"
#include "wire/http.h"

/* Asks n points from from_ms, step_ms apart; done is called once on the transport's thread, and
 * prom_parse_range() reads the answer. 0, or -1 when nothing was asked. */
int range_ask(struct http *http, const struct plan *plan, const char *query, int64_t from_ms,
              int64_t step_ms, size_t n, http_done done, void *ctx, struct err *e);

/* Asks for the value at at_ms; prom_parse_instant() reads the answer. 0, or -1 when nothing was
 * asked. */
int instant_ask(struct http *http, const struct plan *plan, const char *query, int64_t at_ms,
                http_done done, void *ctx, struct err *e);

#endif
