/* One metric in words; see reading.h. */
#include "tui/reading.h"

#include <math.h>
#include <string.h>

#include "base/num.h"
#include "plan/side.h"
#include "tui/format.h"

int64_t scene_now(const struct scene *s)
{
    return s->state->final && s->now_ms > s->state->now_ms ? s->state->now_ms : s->now_ms;
}

int64_t age_ms(const struct scene *s, int64_t at_ms)
{
    int64_t age = scene_now(s) - at_ms;
    return age > 0 ? age : 0;
}

int64_t fast_ms(const struct scene *s)
{
    double speed = s->state->speed;
    return speed > 1 && speed <= 1000 ? (int64_t)(250 * speed) : 0;
}

/* A reading is heard of with the next tick, so that its age on the screen swings by a whole one. */
int64_t ks_fresh_ms(const struct scene *s)
{
    int64_t three = 3 * s->plan->ks_every_ms, swing = s->plan->tick_ms + 2 * s->plan->ks_every_ms;
    int64_t limit = three > swing ? three : swing;
    return (limit < 15000 ? 15000 : limit) + fast_ms(s);
}

bool alert_source_known(const struct scene *s, size_t source)
{
    const struct alert_source_state *a = &s->state->alert_sources[source];
    return a->known && age_ms(s, a->at_ms) <= 3 * s->plan->tick_ms + fast_ms(s);
}

int alerts_unknown(const struct scene *s)
{
    int n = 0;
    for (size_t i = 0; i < s->plan->n_alerts; i++)
        n += !alert_source_known(s, i);
    return n;
}

static int64_t interval_ms(const struct scene *s, size_t m)
{
    int64_t every = s->plan->metrics[m].every_ms;
    return every > s->plan->tick_ms ? every : s->plan->tick_ms;
}

static int64_t stale_ms(const struct scene *s, size_t m)
{
    int64_t stale = s->plan->metrics[m].stale_after_ms;
    return (stale > 0 ? stale : 3 * interval_ms(s, m)) + fast_ms(s);
}

static int64_t value_age(const struct scene *s, size_t m)
{
    const struct metric_state *ms = &s->state->metrics[m];
    return ms->good_ms > 0 ? age_ms(s, ms->good_ms) : -1;
}

/* Nothing good for longer than the plan allows, whatever the judge said at the newest tick. */
static bool too_late(const struct scene *s, size_t m)
{
    int64_t age = value_age(s, m);
    return age < 0 || age > stale_ms(s, m);
}

enum shown reading_is(const struct scene *s, size_t m)
{
    const struct metric *pm = &s->plan->metrics[m];
    enum mstatus st = s->judge->m[m].status;
    bool nothing = isnan(s->state->metrics[m].value) || too_late(s, m);
    if (!pm->judged)
        return SHOWN_INFO;
    if (st == M_CRITICAL)
        return SHOWN_CRIT;
    if (st == M_NODATA || (nothing && pm->no_data == NO_DATA_NODATA) || !s->state->ticks)
        return SHOWN_UNKNOWN;
    return st == M_WARNING ? SHOWN_WARN : SHOWN_PASS;
}

static const struct {
    enum role role;
    const char *sign, *word;
} looks[] = {
    [SHOWN_PASS] = {ROLE_PASS, " ", "pass"}, [SHOWN_INFO] = {ROLE_DIM, " ", "info"},
    [SHOWN_WARN] = {ROLE_WARN, "▲", "WARN"}, [SHOWN_UNKNOWN] = {ROLE_UNKNOWN, "?", "UNKNOWN"},
    [SHOWN_CRIT] = {ROLE_CRIT, "■", "CRIT"},
};

const char *reading_why(const struct scene *s, size_t m)
{
    const char *why = s->judge->m[m].why, *title = s->plan->metrics[m].title;
    size_t n = strlen(title);
    return n && !strncmp(why, title, n) && why[n] == ' ' ? why + n + 1 : why;
}

/* "4.2 ms, >= +50% not judged: baseline not taken yet": value and limit stand in their columns. */
static const char *not_judged(const char *why)
{
    static const char mark[] = " not judged: ";
    const char *at = strstr(why, mark);
    return at ? at + sizeof mark - 1 : why;
}

static void no_data(const struct scene *s, size_t m, struct reading *r)
{
    const struct metric_state *ms = &s->state->metrics[m];
    char age[16], last[32];
    r->blind = true;
    r->blind_ms = value_age(s, m);
    if (!ms->good_ms) {
        str_copy(r->value, sizeof r->value,
                 s->state->ticks ? "no data, never had any" : "no data yet");
        str_copy(r->brief, sizeof r->brief, "no data yet");
        str_copy(r->note, sizeof r->note, ms->why);
        return;
    }
    dur_age(value_age(s, m), age, sizeof age);
    num_short(ms->last_good, last, sizeof last);
    str_fmt(r->value, sizeof r->value, "no data %s (last %s)", age, last);
    str_fmt(r->brief, sizeof r->brief, "no data %s", age);
    if (strcmp(ms->why, "no data") != 0)
        str_copy(r->note, sizeof r->note, *ms->why ? ms->why : r->late ? "no answer" : "");
}

static void pending(const struct metric_verdict *v, struct reading *r)
{
    char left[16];
    dur_clock(v->pending_left_ms, left, sizeof left);
    bool crit = v->watch[LEVEL_CRITICAL].since_ms && !v->watch[LEVEL_CRITICAL].hit;
    str_fmt(r->note, sizeof r->note, "%s in %s", crit ? "CRIT" : "WARN", left);
}

static void trend(const struct metric_verdict *v, struct reading *r)
{
    static const char *const arrows[] = {"↓", "→", "↑", " "};
    int i = v->trend + 1;
    r->arrow = arrows[i < 0 || i > 3 ? 3 : i];
    r->arrow_role = v->worsening ? ROLE_WARN : ROLE_DIM;
}

/* At this trend, if it goes on; beyond an hour nobody should count on it. */
static void reach(const struct metric_verdict *v, struct reading *r)
{
    const struct forecast *f = &v->reach;
    char in[16];
    if (!f->known)
        return;
    if (!f->foreseen) {
        str_copy(r->reach, sizeof r->reach, "none");
        return;
    }
    dur_age((int64_t)(f->s < 3600 ? f->s * 1000 : 0), in, sizeof in);
    str_fmt(r->reach, sizeof r->reach, "%s %s%s", f->level == LEVEL_CRITICAL ? "crit" : "warn",
            f->s < 3600 ? "~" : ">1h", f->s < 3600 ? in : "");
}

/* The other side, and the difference: of the stage's test once there is one, until then of the two
 * newest values. */
static void against(const struct scene *s, size_t m, struct reading *r)
{
    const struct metric *pm = &s->plan->metrics[m];
    const struct comparison *c = &s->judge->m[m].versus;
    const struct side_state *o = &s->state->metrics[m].other;
    char age[16], delta[12];
    int64_t old = o->good_ms > 0 ? age_ms(s, o->good_ms) : -1;
    if (!side_compared(pm))
        return;
    if (isnan(o->value) || old > stale_ms(s, m)) {
        dur_age(old < 0 ? 0 : old, age, sizeof age);
        str_fmt(r->other, sizeof r->other, "no data%s%s", old < 0 ? "" : " ", old < 0 ? "" : age);
        str_copy(r->delta, sizeof r->delta, "AB ?");
        return;
    }
    fmt_value(o->value, pm->unit, r->other, sizeof r->other);
    if (c->known)
        fmt_delta(c->reference + c->shift, c->reference, pm->unit, delta, sizeof delta);
    else
        fmt_delta(s->state->metrics[m].value, o->value, pm->unit, delta, sizeof delta);
    str_fmt(r->delta, sizeof r->delta, "AB%s", delta);
}

void reading_of(const struct scene *s, size_t m, struct reading *r)
{
    const struct metric_state *ms = &s->state->metrics[m];
    const struct metric_verdict *v = &s->judge->m[m];
    const struct metric *pm = &s->plan->metrics[m];
    memset(r, 0, sizeof *r);
    r->is = reading_is(s, m);
    r->role = looks[r->is].role;
    r->sign = looks[r->is].sign;
    r->word = looks[r->is].word;
    r->late = too_late(s, m);
    trend(v, r);
    against(s, m, r);
    num_short(pm->counter && !isnan(v->value) ? v->value : ms->value, r->brief, sizeof r->brief);
    if (r->is == SHOWN_UNKNOWN && !isnan(ms->value) && !r->late) {
        fmt_value(ms->value, pm->unit, r->value, sizeof r->value); /* e.g. no baseline */
        str_copy(r->note, sizeof r->note, not_judged(reading_why(s, m)));
    } else if (isnan(ms->value) || r->late) {
        no_data(s, m, r);
        r->arrow = " ";
        return;
    } else {
        double value = pm->counter && !isnan(v->value) ? v->value : ms->value;
        fmt_value(value, pm->unit, r->value, sizeof r->value);
        if (v->pending)
            pending(v, r);
        else if (v->pass_missed)
            str_copy(r->note, sizeof r->note, "pass: not met");
        else if (ms->issue.open && r->is <= SHOWN_INFO)
            str_fmt(r->note, sizeof r->note, "issue: %s", ms->issue.text);
        else if (v->notice && r->is <= SHOWN_INFO)
            str_fmt(r->note, sizeof r->note, "notice %s", pm->notice.text);
    }
    reach(v, r);
    if (!*r->other)
        fmt_delta(ms->value, ms->baseline, pm->unit, r->delta, sizeof r->delta);
    int64_t age = value_age(s, m);
    r->old = age > 2 * interval_ms(s, m);
    dur_age(age, r->age, sizeof r->age);
    if (r->old)
        str_fmt(r->age + strlen(r->age), sizeof r->age - strlen(r->age), "?");
}

void tally_of(const struct scene *s, struct tally *t)
{
    enum shown worst = SHOWN_INFO;
    *t = (struct tally){.worst = -1};
    for (size_t m = 0; m < s->plan->n_metrics; m++) {
        enum shown is = reading_is(s, m);
        bool gating = s->plan->metrics[m].gating && s->plan->metrics[m].judged;
        t->of += gating;
        t->pass += gating && is == SHOWN_PASS;
        t->warn += gating && is == SHOWN_WARN;
        t->unknown += gating && is == SHOWN_UNKNOWN;
        t->crit += gating && is == SHOWN_CRIT;
        t->out_warn += !gating && is == SHOWN_WARN;
        t->out_unknown += !gating && is == SHOWN_UNKNOWN;
        t->out_crit += !gating && is == SHOWN_CRIT;
        if (is > worst) {
            worst = is;
            t->worst = (int)m;
        }
    }
}

void reading_group(const struct scene *s, const char *group, int n[SHOWN_KINDS])
{
    memset(n, 0, SHOWN_KINDS * sizeof *n);
    for (size_t m = 0; m < s->plan->n_metrics; m++)
        if (!strcmp(s->plan->metrics[m].group, group))
            n[reading_is(s, m)]++;
}

size_t reading_order(const struct scene *s, bool keep, uint16_t order[ORDER_MAX], size_t *trouble)
{
    static const enum shown first[] = {SHOWN_CRIT, SHOWN_UNKNOWN, SHOWN_WARN};
    size_t n = s->plan->n_metrics < ORDER_MAX ? s->plan->n_metrics : ORDER_MAX, at = 0;
    for (size_t k = 0; !keep && k < 3; k++)
        for (size_t m = 0; m < n; m++)
            if (reading_is(s, m) == first[k])
                order[at++] = (uint16_t)m;
    *trouble = at;
    for (size_t m = 0; m < n; m++)
        if (keep || reading_is(s, m) < SHOWN_WARN)
            order[at++] = (uint16_t)m;
    return at;
}

void reading_limit(const struct scene *s, size_t m, const struct cond *limit, char *out,
                   size_t size)
{
    const struct metric *pm = &s->plan->metrics[m];
    double v;
    if (!limit->set)
        str_copy(out, size, "-");
    else if (limit->ref == COND_COMPARE)
        str_copy(out, size, "A/B");
    else if (cond_limit(limit, s->state->metrics[m].baseline, pm->baseline_floor, &v))
        fmt_limit(v, out, size);
    else
        str_fmt(out, size, "%.*s", (int)strcspn(limit->text + strspn(limit->text, "<>=! "), " "),
                limit->text + strspn(limit->text, "<>=! "));
}
