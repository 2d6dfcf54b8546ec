/* Inside core/judge only. */
#ifndef JUDGE_JUDGE_INT_H
#define JUDGE_JUDGE_INT_H

#include "judge/judge.h"

/* One more sample for one watched condition; see judge.c. */
void watch_step(struct watch *w, const struct cond *c, bool measured, bool bad, int64_t t_ms,
                int64_t stale_ms);

/* A stage's first five minutes: there the run's samples count for min_samples. */
bool stage_is_young(const struct state *s);

/* Direction of a metric over the last 15 min of history, for the arrow only. */
void trend_arrow(struct judge *j, const struct state *s, size_t metric);

#endif
