/* A gate and the trends (CONTRACT 5.6): a metric within its limits that gets worse holds the gate
 * for `trend_hold`, then it is judged again; worse a second time people must look. One that is no
 * longer worse begins anew. */
#include "judge/judge_int.h"

#include "judge/stats.h"

/* From the last tick before the time is over on, so that no event between two ticks finds a gate
 * whose trends nobody has looked at. */
static bool at_gate(const struct state *s)
{
    if (s->stage < 0 || s->stages[s->stage].at != STAGE_RUNNING)
        return false;
    int64_t left = s->stages[s->stage].planned_ms - stage_elapsed(s, s->stage, s->tick_ms);
    return left < s->plan->tick_ms;
}

static int64_t gate_ms(const struct state *s)
{
    int64_t left = s->stages[s->stage].planned_ms - stage_elapsed(s, s->stage, s->tick_ms);
    return left > 0 ? s->tick_ms + left : s->tick_ms;
}

static bool holds(const struct metric *m, const struct metric_verdict *v)
{
    return m->gating && v->status == M_OK && v->worsening;
}

static bool look_again(struct judge *j, const struct state *s)
{
    bool any = false;
    for (size_t i = 0; i < j->plan->n_metrics; i++) {
        struct look k = judge_look(j, s, i);
        if (k.m->gating)
            trend_look(&k, i, STATS_MOST);
        j->m[i].trend_holds = holds(k.m, k.v);
        any = any || j->m[i].trend_holds;
    }
    return any;
}

void trend_gate(struct judge *j, const struct state *s)
{
    struct trend_hold *h = &j->trend;
    if (!at_gate(s) || h->stage != s->stage) {
        *h = (struct trend_hold){.stage = s->stage};
        for (size_t i = 0; i < j->plan->n_metrics; i++)
            j->m[i].trend_holds = false;
        if (!at_gate(s))
            return;
    }
    if (h->in_row && s->tick_ms < h->until_ms)
        return;
    if (!look_again(j, s)) {
        h->in_row = 0;
        return;
    }
    h->in_row++;
    h->until_ms = gate_ms(s) + j->plan->rules.trend_hold_ms;
}
