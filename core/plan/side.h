/* The two sides of a metric (A/B, CONTRACT 5.7): its own values and, with `compare:`, those of the
 * other system at the same time. Series of a session are counted from 0: metric i is series i, its
 * other side is series n_metrics + i; the ids on the tape are one more. */
#ifndef PLAN_SIDE_H
#define PLAN_SIDE_H

#include "plan/plan.h"

#define SIDE_OWN   "canary"
#define SIDE_OTHER "compare"

size_t side_series(const struct plan *p); /* how many there may be, those without a query too */
size_t side_metric(const struct plan *p, size_t series);
bool side_is_other(const struct plan *p, size_t series);

/* Does the metric have an other side? */
bool side_compared(const struct metric *m);

/* Does the plan have one at all? */
bool side_any(const struct plan *p);

/* PromQL of a series; "" when Prometheus is not asked for it. */
const char *side_query(const struct plan *p, size_t series);

/* Is the metric judged against its other side: by a limit, or by a pass condition or a first limit
 * of a stage (-1: of none)? */
bool side_judged(const struct plan *p, size_t metric, int stage);

#endif
