/* Conditions under watch: since when they hold, and whether long enough (CONTRACT 4, `for`). Time
 * is that of the samples: nothing fires between two of them, and nothing on a gap. */
#include "judge/judge_int.h"

#include <math.h>

static bool gap_too_long(const struct watch *w, const struct sight *g)
{
    int64_t gap = g->now_ms - w->last_ms - (g->late_ms - w->late_ms);
    return w->since_ms && gap > g->stale_ms && !(w->hit && g->lasting);
}

/* A value that was not asked for again stands, and is the same sample: judged at its own time it
 * adds nothing (unless a baseline has come meanwhile). */
void watch_step(struct watch *w, const struct cond *c, const struct sight *g)
{
    if (gap_too_long(w, g))
        *w = (struct watch){0};
    if (!g->data || !g->judged) {
        w->hit = w->hit && g->lasting; /* what ran neither goes on nor ends */
        return;
    }
    if (!g->met) {
        *w = (struct watch){0};
        return;
    }
    if (!w->since_ms)
        w->since_ms = g->at_ms;
    w->last_ms = g->at_ms;
    w->late_ms = g->late_ms;
    w->hit = g->at_ms - w->since_ms >= c->for_ms;
}

bool watch_pending(const struct watch *w, const struct cond *c)
{
    return c->set && c->for_ms > 0 && w->since_ms && !w->hit;
}

int64_t watch_left(const struct watch *w, const struct cond *c, int64_t now_ms)
{
    int64_t left = w->since_ms + c->for_ms - now_ms;
    return left > 0 ? left : 0;
}

const struct cond *level_cond(const struct metric *m, int level)
{
    const struct cond *const all[LEVELS] = {&m->notice, &m->warning, &m->alert_at, &m->critical};
    return all[level];
}

void watch_sight(const struct look *k, const struct cond *c, struct sight *g)
{
    const struct metric_verdict *v = k->v;
    if (!g->data)
        return;
    if (c->ref != COND_COMPARE)
        g->met = cond_hit(c, v->value, v->base, k->m->baseline_floor, &g->judged);
    else if (ab_waits(k))
        g->judged = true; /* not met */
    else
        g->met = comparison_met(&v->versus, c, &g->judged);
}

void watch_levels(struct look *k)
{
    const struct metric *m = k->m;
    struct metric_verdict *v = k->v;
    for (int level = 0; level < LEVELS; level++) {
        const struct cond *c = level_cond(m, level);
        struct sight g = {.data = k->data,
                          .lasting = m->counter && cond_upward(c),
                          .at_ms = k->x->at_ms,
                          .now_ms = k->now_ms,
                          .stale_ms = m->stale_after_ms,
                          .late_ms = k->s->late_ms};
        if (!c->set)
            continue;
        watch_sight(k, c, &g);
        if (k->data && !g.judged)
            k->unjudged = c;
        watch_step(&v->watch[level], c, &g);
        /* Blindness ends neither a notice nor an alert: only a good sample does. */
        if (g.judged && level == LEVEL_NOTICE)
            v->notice = v->watch[level].hit;
    }
}
