/* The samples that Prometheus still has of a time in the past, as if a canary had run then. */
#ifndef REPORT_BACKTEST_H
#define REPORT_BACKTEST_H

#include "plan/plan.h"
#include "report/samples.h"

/* query_range of every metric of the plan, from the baseline's window before from_ms (which becomes
 * T0) to to_ms, a point each tick. One that cannot be had is told (`metric: why`) and stays without
 * samples. Blocks. 0, or -1 with e when nothing could be had. The caller clears *out in both cases.
 */
int backtest_samples(const struct plan *plan, int64_t from_ms, int64_t to_ms, struct samples *out,
                     void (*on_missing)(const char *metric, const char *why), struct err *e);

#endif
