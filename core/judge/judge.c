/* Verdicts on metrics (CONTRACT 4 and 5). Everything is evaluated at each tick; nothing that was
 * not measured comes out as OK. */
#include "judge/judge_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

struct judge *judge_new(const struct plan *plan)
{
    struct judge *j = xzalloc(1, sizeof *j);
    size_t most = 0;
    for (size_t i = 0; i < plan->n_stages; i++)
        most = plan->stages[i].n_pass > most ? plan->stages[i].n_pass : most;
    j->plan = plan;
    j->m = xzalloc(plan->n_metrics, sizeof *j->m);
    j->pass = xzalloc(most, sizeof *j->pass);
    j->pass_stage = -1;
    for (size_t i = 0; i < plan->n_metrics; i++) {
        j->m[i].status = M_NODATA;
        j->m[i].value = j->m[i].base = j->m[i].change_pct = NAN;
        j->m[i].age_ms = -1;
        j->m[i].trend = 2;
        str_copy(j->m[i].why, sizeof j->m[i].why, "not asked yet");
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
    free(j);
}

const char *mstatus_word(enum mstatus m)
{
    static const char *const words[] = {"OK", "WARNING", "NODATA", "CRITICAL"};
    return words[m];
}

/* One more sample (or gap) for one condition. `for D` holds from the first bad sample for at least
 * D; a good sample starts it anew; a gap neither resets nor confirms, one longer than stale_ms
 * clears it; nothing fires on a gap. */
void watch_step(struct watch *w, const struct cond *c, bool measured, bool bad, int64_t t_ms,
                int64_t stale_ms)
{
    if (!measured) {
        if (w->since_ms && t_ms - w->last_ms > stale_ms)
            *w = (struct watch){0};
        return;
    }
    if (!bad) {
        *w = (struct watch){0};
        return;
    }
    if (w->since_ms && t_ms - w->last_ms > stale_ms + c->for_ms)
        w->since_ms = 0; /* the tape itself had a hole */
    if (!w->since_ms)
        w->since_ms = t_ms;
    w->last_ms = t_ms;
    w->hit = t_ms - w->since_ms >= c->for_ms;
}

static const struct cond *cond_at(const struct metric *m, int level)
{
    switch (level) {
    case LEVEL_NOTICE:
        return &m->notice;
    case LEVEL_WARNING:
        return &m->warning;
    case LEVEL_ALERT:
        return &m->alert_at;
    default:
        return &m->critical;
    }
}

/* The value judged: the newest one, the sum of increases for a counter, NaN when there is none
 * that is still live. */
static double judged_value(const struct metric *m, const struct metric_state *x, int64_t now_ms,
                           bool running)
{
    if (isnan(x->value))
        return m->no_data == NO_DATA_ZERO ? 0 : NAN;
    if (now_ms - x->good_ms > m->stale_after_ms)
        return NAN;
    return m->counter ? (running ? x->counter_sum : 0) : x->value;
}

static void say_no_data(const struct metric *m, const struct metric_state *x,
                        struct metric_verdict *v)
{
    char age[16], last[32];
    const char *why = *x->why ? x->why : "no newer answer";
    if (isnan(x->last_good)) {
        str_fmt(v->why, sizeof v->why, "no data: %s", why);
        return;
    }
    dur_age(v->age_ms, age, sizeof age);
    num_short(x->last_good, last, sizeof last);
    str_fmt(v->why, sizeof v->why, "no data %s: %s (last %s%s%s)", age, why, last,
            *m->unit ? " " : "", m->unit);
}

static void say_hit(const struct metric *m, const struct metric_verdict *v, const struct cond *c,
                    char *out, size_t size)
{
    char value[32], base[32];
    const char *gap = *m->unit ? " " : "";
    num_short(v->value, value, sizeof value);
    if (c->ref == COND_ABSOLUTE) {
        str_fmt(out, size, "%s %s%s%s %s", m->title, value, gap, m->unit, c->text);
        return;
    }
    num_short(v->base, base, sizeof base);
    if (isnan(v->change_pct))
        str_fmt(out, size, "%s %s%s%s %s (base %s)", m->title, value, gap, m->unit, c->text, base);
    else
        str_fmt(out, size, "%s %s%s%s %s (base %s, %+.1f%%)", m->title, value, gap, m->unit,
                c->text, base, v->change_pct);
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

/* What one metric's conditions make of it; `unjudged` when one of them could not be said. */
struct finding {
    enum mstatus status;
    const struct cond *speaks;
    bool pending, unjudged;
    int64_t left_ms;
};

static void judge_level(const struct metric *m, struct metric_verdict *v, int level, int64_t now_ms,
                        struct finding *f)
{
    const struct cond *c = cond_at(m, level);
    struct watch *w = &v->watch[level];
    bool judged = false;
    if (!c->set)
        return;
    bool bad = !isnan(v->value) && cond_hit(c, v->value, v->base, m->baseline_floor, &judged);
    watch_step(w, c, judged, bad, now_ms, m->stale_after_ms);
    f->unjudged = f->unjudged || !judged;
    if (!judged)
        return;
    enum mstatus hit = level == LEVEL_CRITICAL ? M_CRITICAL : M_WARNING;
    if (level == LEVEL_NOTICE) {
        v->notice = w->hit;
    } else if (level == LEVEL_ALERT) {
        v->alert = w->hit;
    } else if (w->hit && hit >= f->status) {
        f->status = hit;
        f->speaks = c;
    } else if (!w->hit && w->since_ms) {
        f->pending = true;
        f->left_ms = w->since_ms + c->for_ms - now_ms;
        if (f->status == M_OK) {
            f->status = M_WARNING;
            f->speaks = c;
        }
    }
}

static void no_data_policy(const struct metric *m, struct metric_verdict *v)
{
    if (m->no_data == NO_DATA_WARNING)
        v->status = M_WARNING;
    else if (m->no_data == NO_DATA_CRITICAL)
        v->status = M_CRITICAL;
    else
        v->status = M_NODATA;
}

static void say_unjudged(const struct state *s, const struct metric_state *x,
                         struct metric_verdict *v)
{
    if (!isnan(v->base))
        str_copy(v->why, sizeof v->why, "baseline zero: a change in per cent cannot be judged");
    else if (!s->baseline_done)
        str_copy(v->why, sizeof v->why, "no data to compare with: baseline not taken yet");
    else
        str_fmt(v->why, sizeof v->why, "no baseline%s%s", *x->baseline_why ? ": " : "",
                x->baseline_why);
}

static void conclude(const struct state *s, const struct metric *m, const struct metric_state *x,
                     struct metric_verdict *v, const struct finding *f)
{
    v->pending = f->pending;
    v->pending_left_ms = f->pending ? f->left_ms : 0;
    v->alert = v->alert || f->status == M_CRITICAL;
    v->limit[0] = '\0';
    if (isnan(v->value)) {
        no_data_policy(m, v);
        say_no_data(m, x, v);
    } else if (f->unjudged && f->status < M_NODATA) {
        v->status = M_NODATA; /* CRITICAL by another condition stands above it */
        say_unjudged(s, x, v);
    } else {
        v->status = f->status;
        v->why[0] = '\0';
    }
    if (!f->speaks || isnan(v->value) || v->status == M_NODATA)
        return;
    str_copy(v->limit, sizeof v->limit, f->speaks->text);
    say_hit(m, v, f->speaks, v->why, sizeof v->why);
    if (f->pending && f->speaks->for_ms) {
        char left[24];
        dur_clock(f->left_ms, left, sizeof left);
        str_fmt(v->why + strlen(v->why), sizeof v->why - strlen(v->why), ", %s left", left);
    }
}

static void judge_metric(struct judge *j, const struct state *s, size_t i)
{
    const struct metric *m = &j->plan->metrics[i];
    const struct metric_state *x = &s->metrics[i];
    struct metric_verdict *v = &j->m[i];
    struct finding f = {0};
    v->age_ms = x->good_ms ? s->tick_ms - x->good_ms : -1;
    v->value = judged_value(m, x, s->tick_ms, s->t0_ms >= 0);
    v->base = x->baseline;
    v->change_pct = change_of(v->value, v->base, m->baseline_floor);
    v->samples = x->n_stage;
    v->enough = x->n_stage >= (uint32_t)m->min_samples ||
                (stage_is_young(s) && x->n_run >= (uint32_t)m->min_samples);
    v->notice = v->alert = v->pass_missed = false;
    for (int level = 0; level < LEVELS; level++)
        judge_level(m, v, level, s->tick_ms, &f);
    conclude(s, m, x, v, &f);
}

/* Pass conditions of the stage that runs: missed while no limit is broken is WARNING, and HOLD. */
static void judge_pass(struct judge *j, const struct state *s)
{
    if (s->stage != j->pass_stage) {
        j->pass_stage = s->stage;
        for (size_t k = 0; s->stage >= 0 && k < j->plan->stages[s->stage].n_pass; k++)
            j->pass[k] = (struct watch){0};
    }
    if (s->stage < 0 || s->stages[s->stage].at != STAGE_RUNNING)
        return;
    const struct stage *st = &j->plan->stages[s->stage];
    for (size_t k = 0; k < st->n_pass; k++) {
        const struct pass_cond *p = &st->pass[k];
        const struct metric *m = &j->plan->metrics[p->metric];
        struct metric_verdict *v = &j->m[p->metric];
        bool judged = false;
        bool good =
            !isnan(v->value) && cond_hit(&p->cond, v->value, v->base, m->baseline_floor, &judged);
        watch_step(&j->pass[k], &p->cond, judged, good, s->tick_ms, m->stale_after_ms);
        if (judged && j->pass[k].hit)
            continue;
        v->pass_missed = true;
        if (v->status == M_OK && judged) {
            v->status = M_WARNING;
            str_copy(v->limit, sizeof v->limit, p->cond.text);
            say_hit(m, v, &p->cond, v->why, sizeof v->why);
            str_fmt(v->why + strlen(v->why), sizeof v->why - strlen(v->why), " not met");
        } else if (v->status == M_OK) {
            v->status = M_NODATA;
            say_unjudged(s, &s->metrics[p->metric], v);
        }
    }
}

static void count(struct judge *j)
{
    struct counts c = {0};
    for (size_t i = 0; i < j->plan->n_metrics; i++) {
        const struct metric *m = &j->plan->metrics[i];
        const struct metric_verdict *v = &j->m[i];
        c.notices += v->notice;
        c.concurrent_warnings +=
            m->judged && v->status == M_WARNING && (v->watch[LEVEL_WARNING].hit || isnan(v->value));
        if (!m->gating || !m->judged)
            continue;
        c.of++;
        c.ok += v->status == M_OK;
        c.warning += v->status == M_WARNING;
        c.critical += v->status == M_CRITICAL;
        c.nodata += v->status == M_NODATA;
        c.pass += v->status == M_OK && !v->pass_missed;
    }
    j->counts = c;
}

void judge_tick(struct judge *j, const struct state *s)
{
    j->now_ms = s->tick_ms;
    for (size_t i = 0; i < j->plan->n_metrics; i++) {
        judge_metric(j, s, i);
        trend_arrow(j, s, i);
    }
    judge_pass(j, s);
    count(j);
}
