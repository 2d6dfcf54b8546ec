/* Rules about single metrics: CRITICAL acts by `then`, pending durations, no data, too few
 * samples, a pass condition not met (CONTRACT 5.1, 5.5, 5.6). */
#include "director/director_int.h"

#include <string.h>

#include "base/num.h"

/* "p95 latency 214 ms >= 200; 42 samples, 3s old": the judge's words where they name the metric. */
static void sentence(const struct where *w, const struct judge *j, int m, const char *more,
                     struct proposal *p)
{
    const struct metric_verdict *v = &j->m[m];
    const char *title = w->plan->metrics[m].title;
    bool named = *v->why && !strncmp(v->why, title, strlen(title));
    char age[16];
    str_copy(p->subject, sizeof p->subject, w->plan->metrics[m].id);
    dur_age(v->age_ms < 0 ? 0 : v->age_ms, age, sizeof age);
    str_fmt(p->why, sizeof p->why, "%s%s%s%s; %u samples, %s%s", named ? "" : title,
            named ? "" : ": ", *v->why ? v->why : mstatus_word(v->status), more, v->samples,
            v->age_ms < 0 ? "never seen" : age, v->age_ms < 0 ? "" : " old");
}

/* Has this breach begun since a person said `go`? An older one was known and accepted. Without a
 * sample there is no breach under watch: then it is the silence that began. */
static bool fresh(const struct where *w, int m, const struct watch *watch)
{
    int64_t since = watch->since_ms ? watch->since_ms : w->s->metrics[m].good_ms;
    return !w->s->go_ms || since > w->s->go_ms;
}

bool then_decides(const struct where *w, enum then_do then, enum decision *what)
{
    switch (then) {
    case THEN_NOTIFY:
        return false;
    case THEN_INVESTIGATE:
    case THEN_PREPARE_ROLLBACK:
        *what = DEC_ESCALATE;
        return true;
    case THEN_ROLLBACK:
    case THEN_IMMEDIATE_ROLLBACK:
        /* Before execution there is nothing to roll back: it only must not start. */
        *what = w->executed ? DEC_ROLLBACK : DEC_HOLD;
        return true;
    case THEN_HOLD:
        *what = DEC_HOLD;
        return true;
    case THEN_PAUSE:
        *what = w->running ? DEC_AUTO_PAUSE : DEC_HOLD;
        return true;
    case THEN_ABORT:
        *what = w->executed ? DEC_ESCALATE : DEC_ABORT;
        return true;
    }
    return false;
}

static void critical(const struct where *w, const struct judge *j, int m, struct standing *out)
{
    const struct metric *pm = &w->plan->metrics[m];
    const struct metric_verdict *v = &j->m[m];
    const struct watch *breach = v->first ? &v->first_watch : &v->watch[LEVEL_CRITICAL];
    unsigned first = v->first == FIRST_CRITICAL && w->stage ? w->stage->first.then : 0;
    enum then_do then = first ? (enum then_do)(first - 1) : pm->then;
    enum decision what;
    char more[64] = "";
    const char *rule = v->first == FIRST_CRITICAL ? "first.then" : "critical.then";
    if (!then_decides(w, then, &what)) {
        if (!pm->gating || !(w->over || !w->executed))
            return;
        what = DEC_HOLD; /* acts on nothing, but a gate is not passed over a CRITICAL */
        rule = "gate.critical";
    }
    if (what == DEC_ROLLBACK && then == THEN_ROLLBACK && !v->enough) {
        what = DEC_INCONCLUSIVE;
        rule = "critical.samples";
        str_fmt(more, sizeof more, ", fewer than %d samples to roll back on", pm->min_samples);
    }
    if (what == DEC_AUTO_PAUSE && (w->s->paused || !fresh(w, m, breach)))
        what = DEC_HOLD;
    sentence(w, j, m, more, propose(out, what, rule, m));
}

/* A gate's own demands on the data; at the last gate they are the end's (rules_end). */
static void data(const struct where *w, const struct judge *j, int m, struct standing *out)
{
    const struct metric *pm = &w->plan->metrics[m];
    const struct metric_verdict *v = &j->m[m];
    char more[64];
    if (!pm->gating)
        return;
    if (v->versus.short_of)
        sentence(w, j, m, "", propose(out, DEC_INCONCLUSIVE, "compare.samples", m));
    if (v->status == M_NODATA) {
        sentence(w, j, m, "", propose(out, DEC_HOLD, "gate.nodata", m));
    } else if (w->over && !v->enough) {
        str_fmt(more, sizeof more, ", fewer than %d samples", pm->min_samples);
        sentence(w, j, m, more, propose(out, DEC_HOLD, "gate.samples", m));
    }
}

/* The judge's words are about the limit that is broken for good; the one that is not yet, and how
 * long it has, are said here. */
static void pending(const struct where *w, const struct judge *j, int m, struct standing *out)
{
    const struct metric *pm = &w->plan->metrics[m];
    const struct metric_verdict *v = &j->m[m];
    const struct watch *crit = &v->watch[LEVEL_CRITICAL];
    const struct cond *c = crit->since_ms && !crit->hit ? &pm->critical : &pm->warning;
    char left[16], more[100] = "";
    if (v->first != FIRST_PENDING && strcmp(v->limit, c->text) != 0) {
        dur_clock(v->pending_left_ms, left, sizeof left);
        str_fmt(more, sizeof more, ", and %s has %s left", c->text, left);
    }
    sentence(w, j, m, more, propose(out, DEC_HOLD, "for.pending", m));
}

/* CONTRACT 5.6: it holds while no limit is broken; a broken one speaks for itself. */
static bool pass_holds(const struct where *w, const struct judge *j, int m)
{
    const struct metric_verdict *v = &j->m[m];
    return v->pass_missed && v->status != M_NODATA && (w->running || w->past_last) &&
           !(v->watch[LEVEL_WARNING].hit && extension_stands(w, j));
}

/* "142 ms rising 14.2 (10.4 %) in 15:00, Mann-Kendall p 0.003; judged again in 12:30" */
static void trend(const struct where *w, const struct judge *j, int m, struct standing *out)
{
    const struct metric_verdict *v = &j->m[m];
    bool again = j->trend.in_row > 1;
    struct proposal *p =
        propose(out, again ? DEC_ESCALATE : DEC_HOLD, again ? "trend.escalate" : "gate.trend", m);
    char value[24], change[24], pct[24], span[16], left[16];
    num_short(v->value, value, sizeof value);
    num_short(v->drift.change, change, sizeof change);
    num_short(v->drift.of > 0 ? v->drift.change / v->drift.of * 100 : 0, pct, sizeof pct);
    dur_clock(v->drift.span_ms, span, sizeof span);
    dur_clock(j->trend.until_ms > j->now_ms ? j->trend.until_ms - j->now_ms : 0, left, sizeof left);
    str_copy(p->subject, sizeof p->subject, w->plan->metrics[m].id);
    str_fmt(p->why, sizeof p->why,
            "%s: %s %s within its limits, its trend worsens by %s %s (%s %%) in %s, Mann-Kendall p "
            "%.2g, %d samples%s; judged again in %s",
            w->plan->metrics[m].title, value, w->plan->metrics[m].unit, change,
            w->plan->metrics[m].unit, pct, span, v->drift.p, v->drift.n,
            again ? ", still after a hold: people must look" : "", left);
}

void rules_metrics(const struct where *w, const struct judge *j, struct standing *out)
{
    for (int m = 0; (size_t)m < w->plan->n_metrics; m++) {
        const struct metric_verdict *v = &j->m[m];
        if (!w->plan->metrics[m].judged && v->status == M_OK)
            continue;
        if (v->status == M_CRITICAL)
            critical(w, j, m, out);
        data(w, j, m, out);
        if (v->pending)
            pending(w, j, m, out);
        if (pass_holds(w, j, m))
            sentence(w, j, m, "", propose(out, DEC_HOLD, "pass.missed", m));
        if (v->trend_holds && w->over && w->s->stage == j->trend.stage)
            trend(w, j, m, out);
    }
}
