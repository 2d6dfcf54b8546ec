/* The first minutes of a stage may have limits of their own beside the metric's (TIM-11): they
 * count while the stage's clock shows less than `for`, and end with it. */
#include <math.h>

#include "judge/judge_int.h"

static const struct stage_first *now_of(const struct judge *j, const struct state *s)
{
    if (s->stage < 0 || s->stages[s->stage].at != STAGE_RUNNING)
        return NULL;
    const struct stage_first *f = &j->plan->stages[s->stage].first;
    return f->for_ms && stage_elapsed(s, s->stage, s->tick_ms) < f->for_ms ? f : NULL;
}

static void raise(struct look *k, const struct first_limit *l, const struct watch *w, bool critical)
{
    struct metric_verdict *v = k->v;
    enum mstatus to = critical && w->hit ? M_CRITICAL : M_WARNING;
    bool pending = watch_pending(w, &l->cond);
    if (pending && (!v->pending || watch_left(w, &l->cond, k->now_ms) < v->pending_left_ms)) {
        v->pending = true;
        v->pending_left_ms = watch_left(w, &l->cond, k->now_ms);
    }
    if (v->status >= to)
        return;
    v->status = to;
    v->first = !w->hit ? FIRST_PENDING : critical ? FIRST_CRITICAL : FIRST_WARNING;
    v->first_watch = *w;
    v->alert = v->alert || to == M_CRITICAL;
    say_first(k, &l->cond, w);
}

static void one(struct judge *j, const struct state *s, const struct first_limit *l,
                struct watch *w, bool critical)
{
    struct look k = judge_look(j, s, l->metric);
    struct sight g = {.at_ms = k.x->at_ms,
                      .now_ms = k.now_ms,
                      .stale_ms = k.m->stale_after_ms,
                      .late_ms = s->late_ms};
    k.data = g.data = !isnan(k.v->value);
    watch_sight(&k, &l->cond, &g);
    watch_step(w, &l->cond, &g);
    if (g.data && !g.judged && k.v->status == M_OK) {
        k.unjudged = &l->cond;
        k.v->status = M_NODATA;
        say_unjudged(&k);
    } else if (w->hit || watch_pending(w, &l->cond)) {
        raise(&k, l, w, critical);
    }
}

void first_look(struct judge *j, const struct state *s)
{
    const struct stage_first *f = now_of(j, s);
    if (!f || j->first_stage != s->stage)
        for (size_t i = 0; i < j->n_first; i++)
            j->first[i] = (struct watch){0};
    j->first_stage = f ? s->stage : -1;
    if (!f)
        return;
    for (size_t i = 0; i < f->n_critical; i++)
        one(j, s, &f->critical[i], &j->first[i], true);
    for (size_t i = 0; i < f->n_warning; i++)
        one(j, s, &f->warning[i], &j->first[f->n_critical + i], false);
}
