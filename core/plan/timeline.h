/* What the plan says about time beside the stages: manual items, the stricter first minutes of a
 * stage. Part of plan.h: data that is never changed once it is loaded. */
#ifndef PLAN_TIMELINE_H
#define PLAN_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/cond.h"

#define CONFIRM_MAX 16 /* manual items of one gate */

/* A limit that a metric has in the first minutes of a stage, beside its own. */
struct first_limit {
    size_t metric; /* index into plan->metrics */
    struct cond cond;
};

struct stage_first {
    int64_t for_ms; /* 0: the stage has no such minutes */
    unsigned then;  /* 0: as the metric says; else 1 + enum then_do */
    struct first_limit *warning;
    size_t n_warning;
    struct first_limit *critical;
    size_t n_critical;
};

#endif
