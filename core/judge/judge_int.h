/* Inside core/judge only. */
#ifndef JUDGE_JUDGE_INT_H
#define JUDGE_JUDGE_INT_H

#include "judge/judge.h"

/* One metric as this tick finds it. */
struct look {
    const struct state *s;
    const struct metric *m;
    const struct metric_state *x;
    struct metric_verdict *v;
    int64_t now_ms;
    bool data;                   /* there is a value, and it is not too old */
    const struct cond *unjudged; /* a condition that cannot be said although there is a value */
};

/* watch.c: one more look at one condition. */
struct sight {
    bool data;     /* as of the look */
    bool judged;   /* it can be said whether the value meets the condition */
    bool met;      /* and it does */
    bool lasting;  /* once it holds it cannot cease: a sum that only grows */
    int64_t at_ms; /* of the sample */
    int64_t now_ms;
    int64_t stale_ms; /* a longer gap between samples clears what ran */
    int64_t late_ms;  /* of the state: time by which ticks came late is no gap */
};
void watch_step(struct watch *w, const struct cond *c, const struct sight *g);
const struct cond *level_cond(const struct metric *m, int level);
/* Does the value meet the condition, and can that be said? */
void watch_sight(const struct look *k, const struct cond *c, struct sight *g);
void watch_levels(struct look *k);
bool watch_pending(const struct watch *w, const struct cond *c);
int64_t watch_left(const struct watch *w, const struct cond *c, int64_t now_ms);

/* say.c: why, in words; each writes v->why and v->limit. */
void say_limit(const struct look *k, int level);
void say_no_data(const struct look *k);
void say_split(const struct look *k);
void say_unjudged(const struct look *k);
void say_first(const struct look *k, const struct cond *c, const struct watch *w);
void say_versus(const struct look *k); /* within its limits, with an other side */
void say_pass(const struct look *k, const struct cond *c, const struct watch *w);

/* trend.c: direction, drift and forecast, of at most `most` points. */
void trend_look(const struct look *k, size_t metric, size_t most);

/* compare.c: the tests against other sides. ab_stage comes before the looks of a tick. */
struct ab *ab_new(const struct plan *plan);
void ab_free(struct ab *ab, const struct plan *plan);
void ab_stage(struct ab *ab, const struct state *s);
void ab_look(struct ab *ab, const struct look *k, size_t metric);
bool ab_waits(const struct look *k);

/* trend_gate.c: do trends hold the gate? After everything else of the tick is judged. */
void trend_gate(struct judge *j, const struct state *s);

/* first.c: limits of the running stage's first minutes, after the metrics' own. */
void first_look(struct judge *j, const struct state *s);

/* judge.c */
struct look judge_look(struct judge *j, const struct state *s, size_t i);

#endif
