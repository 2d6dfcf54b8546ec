/* What the plan says about time beside the stages: the timeline around them, manual items, the
 * stricter first minutes of a stage. Part of plan.h: data that is never changed once it is loaded.
 */
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

enum freeze_mark { FREEZE_NONE, FREEZE_START, FREEZE_END };

/* A step of the timeline. Before T it counts down to the planned start, after it from the real
 * one. Closed by what it asks for (actions verified, a person's word), never by time. */
struct timeline_item {
    char *at;      /* as written: "T-30m" */
    int64_t at_ms; /* after T; negative: before */
    char *title, *owner, *status;
    char *checkpoint;    /* the sentence by which it is closed; "" none */
    char *confirm;       /* name a person says it by; "" nobody is asked */
    int64_t duration_ms; /* open so long after its time it is late */
    bool preflight;      /* closed when every check before the start has passed */
    bool after_stages;   /* it does not open before the last stage was passed */
    unsigned freeze;     /* enum freeze_mark: its end is that of the freeze's start or end */
    char *pager;         /* mode of the pager from its end on: "yellow"; "" as before */
    size_t *actions;     /* indexes into plan->actions, run in order when it opens */
    size_t n_actions;
};

struct freeze {
    bool set;
    char *release; /* what it is for; the plan's title when not said */
    char *held;    /* captured value that counts the changes held back; "" none */
    char **allowed, **blocked;
    size_t n_allowed, n_blocked;
};

struct pass_cond;

/* The first night: watched on after the last stage, with check-ins that people answer. */
struct soak {
    bool set;
    char *until; /* as written: "T+24h" */
    int64_t until_ms, checkin_ms;
    struct pass_cond *pass; /* must hold at its end */
    size_t n_pass;
    char **confirm; /* manual items of its end */
    size_t n_confirm;
};

#endif
