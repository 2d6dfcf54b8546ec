/* See compare.h. */
#include "judge/judge_int.h"

#include <math.h>
#include <stdlib.h>

#include "judge/sequential.h"
#include "plan/side.h"

struct ab {
    int stage;
    int64_t clock_ms; /* of the stage whose moments are kept; 0: of none */
    struct seq **seq; /* by metric; NULL: it has no other side */
};

struct ab *ab_new(const struct plan *plan)
{
    struct ab *ab = xzalloc(1, sizeof *ab);
    ab->stage = -2; /* before the first look there is none */
    ab->seq = xzalloc(plan->n_metrics, sizeof *ab->seq);
    for (size_t i = 0; i < plan->n_metrics; i++)
        if (side_compared(&plan->metrics[i]))
            ab->seq[i] = xzalloc(1, sizeof **ab->seq);
    return ab;
}

void ab_free(struct ab *ab, const struct plan *plan)
{
    for (size_t i = 0; i < plan->n_metrics; i++)
        free(ab->seq[i]);
    free(ab->seq);
    free(ab);
}

static bool running(const struct state *s)
{
    return s->stage >= 0 && s->stages[s->stage].at == STAGE_RUNNING;
}

/* A stage begins to compare when its clock starts, and keeps what it came to when it is over. */
void ab_stage(struct ab *ab, const struct state *s)
{
    int64_t clock_ms = s->stage >= 0 ? s->stages[s->stage].clock_ms : 0;
    if (ab->stage == s->stage && ab->clock_ms == clock_ms)
        return;
    ab->stage = s->stage;
    ab->clock_ms = clock_ms;
    for (size_t i = 0; i < s->plan->n_metrics; i++)
        if (ab->seq[i])
            seq_start(ab->seq[i]);
}

/* Only what was asked at this very tick is a new sample. */
static double fresh(double value, int64_t at_ms, int64_t tick_ms)
{
    return at_ms == tick_ms ? value : NAN;
}

static void take_test(const struct seq *q, bool upward, struct comparison *c)
{
    double sign = upward ? 1 : -1;
    c->known = q->known;
    c->moments = q->at;
    c->independent = q->independent;
    c->worth = (double)q->n / q->inflation;
    c->p = q->test.p;
    c->alpha = q->alpha;
    c->shift = sign * q->shift.shift;
    c->low = sign * (upward ? q->shift.low : q->shift.high);
    c->high = sign * (upward ? q->shift.high : q->shift.low);
    c->worse_low = q->shift.low;
    c->mid[0] = q->mid_a;
    c->mid[1] = q->mid_b;
    c->reference = q->reference;
    const double in_unit[] = {c->shift, c->low, c->high};
    for (size_t i = 0; i < 3; i++)
        c->pct[i] = q->reference > 0 ? in_unit[i] / q->reference * 100 : NAN;
    c->worse = seq_worse(q, 0);
}

static void take_side(const struct look *k, struct comparison *c)
{
    const struct side_state *o = &k->x->other;
    int64_t age = k->now_ms - o->good_ms;
    c->on = true;
    c->age_ms = isnan(o->last_good) ? -1 : age > 0 ? age : 0;
    c->value = isnan(o->value) || age > k->m->stale_after_ms ? NAN : o->value;
}

void ab_look(struct ab *ab, const struct look *k, size_t metric)
{
    struct seq *q = ab->seq[metric];
    struct comparison *c = &k->v->versus;
    if (!q)
        return;
    take_side(k, c);
    c->live = running(k->s);
    if (c->live && seq_add(q, fresh(k->x->value, k->x->at_ms, k->now_ms),
                           fresh(k->x->other.value, k->x->other.at_ms, k->now_ms), k->m->upward))
        seq_measure(q, k->m->upward, k->m->baseline_floor);
    c->na = q->na;
    c->nb = q->nb;
    c->short_of = c->live && !q->known && side_judged(k->s->plan, metric, k->s->stage);
    if (!q->known)
        c->known = c->worse = false;
    else
        take_test(q, k->m->upward, c);
}

bool comparison_met(const struct comparison *c, const struct cond *cond, bool *judged)
{
    *judged = c->on && c->known && (!c->live || !isnan(c->value));
    bool worse = *judged && c->worse &&
                 (cond->value <= 0 || c->worse_low > cond->value / 100 * c->reference);
    return *judged && worse == (cond->op == CMP_GT);
}

/* Before a stage's clock there is nothing to compare by, and that holds up nothing; but that the
 * other side can be read is asked from the first tick on. */
bool ab_waits(const struct look *k)
{
    const struct comparison *c = &k->v->versus;
    return !c->live && !c->known && !isnan(c->value);
}
