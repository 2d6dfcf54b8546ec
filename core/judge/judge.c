/* Verdicts on metrics (CONTRACT 4 and 5). Everything is evaluated at each tick; nothing that was
 * not measured comes out as OK. No allocation after judge_new. */
#include "judge/judge_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

#define TREND_EVERY  8      /* an arrow over 15 minutes need not be drawn anew at each tick */
#define TREND_FIRST  32     /* but in the first ones */
#define TREND_POINTS 64     /* for the arrow; a gate looks at more */
#define YOUNG_MS     300000 /* a stage's first minutes: the run's samples count for min_samples */

struct judge *judge_new(const struct plan *plan)
{
    struct judge *j = xzalloc(1, sizeof *j);
    size_t most = 0;
    for (size_t i = 0; i < plan->n_stages; i++) {
        size_t n = plan->stages[i].first.n_critical + plan->stages[i].first.n_warning;
        most = plan->stages[i].n_pass > most ? plan->stages[i].n_pass : most;
        j->n_first = n > j->n_first ? n : j->n_first;
    }
    j->plan = plan;
    j->m = xzalloc(plan->n_metrics, sizeof *j->m);
    j->pass = xzalloc(most, sizeof *j->pass);
    j->first = xzalloc(j->n_first, sizeof *j->first);
    j->soak = xzalloc(plan->soak.n_pass, sizeof *j->soak);
    j->pass_stage = j->first_stage = -1;
    j->ab = ab_new(plan);
    for (size_t i = 0; i < plan->n_metrics; i++) {
        j->m[i].status = M_NODATA;
        j->m[i].value = j->m[i].base = j->m[i].change_pct = NAN;
        j->m[i].age_ms = -1;
        j->m[i].trend = 2;
        str_copy(j->m[i].why, sizeof j->m[i].why, "no data yet: not asked");
    }
    j->counts.of = j->counts.nodata = plan_gating(plan);
    return j;
}

void judge_free(struct judge *j)
{
    if (!j)
        return;
    free(j->m);
    free(j->pass);
    free(j->first);
    free(j->soak);
    ab_free(j->ab, j->plan);
    free(j);
}

const char *mstatus_word(enum mstatus m)
{
    static const char *const words[] = {"OK", "WARNING", "NODATA", "CRITICAL"};
    return words[m];
}

static double change_of(double value, double base, double floor)
{
    double by = fabs(base) < floor ? floor : fabs(base);
    if (isnan(value) || isnan(base))
        return NAN;
    if (by == 0)
        return value == base ? 0 : NAN;
    return (value - base) / by * 100;
}

/* The value judged: the newest one, the sum of increases for a counter, NaN when there is none
 * that still counts as live. */
static void take_value(struct look *k)
{
    const struct metric_state *x = k->x;
    struct metric_verdict *v = k->v;
    int64_t age = k->now_ms - x->good_ms;
    v->age_ms = isnan(x->last_good) ? -1 : age > 0 ? age : 0;
    k->data = !isnan(x->value) && age <= k->m->stale_after_ms;
    v->value = !k->data ? NAN : k->m->counter ? x->counter_sum : x->value;
    v->base = x->baseline;
    v->change_pct = change_of(v->value, v->base, k->m->baseline_floor);
}

/* In its first minutes, and never at its gate, a stage may lean on the samples of the run. */
static bool young(const struct state *s)
{
    if (s->stage < 0 || s->stages[s->stage].at != STAGE_RUNNING)
        return false;
    int64_t elapsed = stage_elapsed(s, s->stage, s->now_ms);
    return elapsed < YOUNG_MS && elapsed < s->stages[s->stage].planned_ms;
}

static enum mstatus without_data(const struct look *k)
{
    if (!k->x->at_ms)
        return M_NODATA;
    return k->m->no_data == NO_DATA_WARNING    ? M_WARNING
           : k->m->no_data == NO_DATA_CRITICAL ? M_CRITICAL
                                               : M_NODATA;
}

/* The condition whose duration runs and that matters most; -1 none. A notice keeps nobody. */
static int pending_level(const struct look *k)
{
    for (int level = LEVELS - 1; level >= LEVEL_WARNING; level--)
        if (watch_pending(&k->v->watch[level], level_cond(k->m, level)))
            return level;
    return -1;
}

/* Does the traffic go where it was sent? Asked while a stage runs, once the weight has settled. */
static bool split_off(const struct look *k)
{
    const struct state *s = k->s;
    const struct metric_split *p = &k->m->split;
    if (!p->set || isnan(s->weight) || s->stage < 0 || s->stages[s->stage].at != STAGE_RUNNING ||
        k->now_ms - s->weight_ms < p->settle_ms)
        return false;
    double off = fabs(k->v->value - s->weight);
    return off > p->tolerance && num_cmp(off, p->tolerance) != 0;
}

static void conclude(struct look *k)
{
    struct metric_verdict *v = k->v;
    bool critical = v->watch[LEVEL_CRITICAL].hit, warning = v->watch[LEVEL_WARNING].hit;
    int pending = pending_level(k);
    v->pending = pending >= 0;
    v->pending_left_ms =
        pending < 0 ? 0 : watch_left(&v->watch[pending], level_cond(k->m, pending), k->now_ms);
    v->why[0] = v->limit[0] = '\0';
    v->split_off = false;
    if (critical) {
        v->status = M_CRITICAL;
        say_limit(k, LEVEL_CRITICAL);
    } else if (!k->data) {
        v->status = without_data(k);
        say_no_data(k);
    } else if (k->unjudged) {
        v->status = M_NODATA;
        say_unjudged(k);
    } else if (warning || pending >= 0) {
        v->status = M_WARNING;
        say_limit(k, pending == LEVEL_CRITICAL || !warning ? pending : LEVEL_WARNING);
    } else if (split_off(k)) {
        v->status = M_WARNING;
        v->split_off = true;
        say_split(k);
    } else {
        v->status = M_OK;
        if (v->notice)
            say_limit(k, LEVEL_NOTICE);
        else if (v->versus.known)
            say_versus(k);
    }
    if (v->status == M_CRITICAL)
        v->alert = true;
    else if (k->data && !k->unjudged)
        v->alert = v->watch[LEVEL_ALERT].hit;
}

struct look judge_look(struct judge *j, const struct state *s, size_t i)
{
    return (struct look){.s = s,
                         .m = &j->plan->metrics[i],
                         .x = &s->metrics[i],
                         .v = &j->m[i],
                         .now_ms = s->tick_ms};
}

static void judge_metric(struct judge *j, const struct state *s, size_t i, bool is_young)
{
    struct look k = judge_look(j, s, i);
    uint32_t least = k.m->min_samples > 0 ? (uint32_t)k.m->min_samples : 0;
    take_value(&k);
    k.v->samples = k.x->n_stage;
    k.v->enough = k.x->n_stage >= least || (is_young && k.x->n_run >= least);
    k.v->pass_missed = false;
    k.v->first = FIRST_NONE;
    ab_look(j->ab, &k, i);
    watch_levels(&k);
    conclude(&k);
    bool shown = !j->no_arrows || j->trend.in_row; /* a gate that holds goes on saying why */
    if (shown && (s->ticks < TREND_FIRST || (s->ticks + i) % TREND_EVERY == 0))
        trend_look(&k, i, TREND_POINTS);
}

/* Missed, or not known to be met, while no limit is broken: WARNING, and the gate stays shut. */
static void judge_one_pass(struct judge *j, const struct state *s, const struct pass_cond *p,
                           struct watch *w)
{
    struct look k = judge_look(j, s, p->metric);
    struct sight g = {.at_ms = k.x->at_ms,
                      .now_ms = k.now_ms,
                      .stale_ms = k.m->stale_after_ms,
                      .late_ms = s->late_ms};
    struct metric_verdict *v = k.v;
    k.data = g.data = !isnan(v->value);
    watch_sight(&k, &p->cond, &g);
    watch_step(w, &p->cond, &g);
    if (g.judged && w->hit)
        return;
    bool first = !v->pass_missed;
    v->pass_missed = true;
    if (v->status == M_OK && !g.judged) {
        k.unjudged = &p->cond;
        v->status = M_NODATA;
        say_unjudged(&k);
    } else if (v->status == M_OK || (first && v->status == M_WARNING && !*v->limit && k.data)) {
        v->status = M_WARNING;
        say_pass(&k, &p->cond, w);
    }
}

/* Pass conditions of the stage that runs; of the last one also while it is watched on. */
static void judge_pass(struct judge *j, const struct state *s)
{
    if (s->stage != j->pass_stage) {
        j->pass_stage = s->stage;
        for (size_t i = 0; s->stage >= 0 && i < j->plan->stages[s->stage].n_pass; i++)
            j->pass[i] = (struct watch){0};
    }
    if (s->stage < 0)
        return;
    enum stage_at at = s->stages[s->stage].at;
    bool last = (size_t)s->stage + 1 == j->plan->n_stages;
    if (at != STAGE_RUNNING && !(at == STAGE_DONE && last))
        return;
    for (size_t i = 0; i < j->plan->stages[s->stage].n_pass; i++)
        judge_one_pass(j, s, &j->plan->stages[s->stage].pass[i], &j->pass[i]);
    for (size_t i = 0; at == STAGE_DONE && i < j->plan->soak.n_pass; i++)
        judge_one_pass(j, s, &j->plan->soak.pass[i], &j->soak[i]);
}

/* In WARNING by its own limits, or by `no_data: warning`; not while a duration runs (that holds,
 * it does not extend) and not for a pass condition. */
static bool warns(const struct metric_verdict *v)
{
    return v->status == M_WARNING && (v->watch[LEVEL_WARNING].hit || v->split_off ||
                                      isnan(v->value) || v->first == FIRST_WARNING);
}

static void count(struct judge *j)
{
    struct counts c = {0};
    for (size_t i = 0; i < j->plan->n_metrics; i++) {
        const struct metric *m = &j->plan->metrics[i];
        const struct metric_verdict *v = &j->m[i];
        c.notices += v->notice;
        c.concurrent_warnings += (m->judged || v->first) && warns(v);
        if (!m->gating)
            continue;
        c.of++;
        c.ok += v->status == M_OK;
        c.warning += v->status == M_WARNING;
        c.critical += v->status == M_CRITICAL;
        c.nodata += v->status == M_NODATA;
        c.pass += v->status == M_OK; /* a missed pass condition is no OK */
    }
    j->counts = c;
}

void judge_tick(struct judge *j, const struct state *s)
{
    bool is_young = young(s);
    j->now_ms = s->tick_ms;
    ab_stage(j->ab, s);
    for (size_t i = 0; i < j->plan->n_metrics; i++)
        judge_metric(j, s, i, is_young);
    first_look(j, s);
    judge_pass(j, s);
    trend_gate(j, s);
    count(j);
}
