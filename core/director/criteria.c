/* The final criteria (CONTRACT 5.8): one by one, each met, not met, or not to be judged. */
#include "director/director_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

static void add(struct criteria *c, int met, double value, const char *id, const char *why)
{
    if (met == 0 && !c->failed++)
        str_fmt(c->first_failed, sizeof c->first_failed, "%s%s%s", id, *why ? ": " : "", why);
    if (met < 0 && !c->unknown++)
        str_fmt(c->first_unknown, sizeof c->first_unknown, "%s%s%s", id, *why ? ": " : "", why);
    if (c->n == CRITERIA_MAX)
        return;
    struct criterion *k = &c->all[c->n++];
    str_copy(k->id, sizeof k->id, id);
    k->met = met;
    k->value = value;
}

static void value_text(const struct metric_verdict *v, char *out, size_t size)
{
    char n[24];
    if (*v->why || isnan(v->value)) {
        str_copy(out, size, v->why);
        return;
    }
    num_short(v->value, n, sizeof n);
    str_fmt(out, size, "it is %s", n);
}

static void metrics(const struct where *w, const struct judge *j, struct criteria *c)
{
    for (size_t m = 0; m < w->plan->n_metrics; m++) {
        const struct metric *pm = &w->plan->metrics[m];
        const struct metric_verdict *v = &j->m[m];
        char id[64], few[80];
        int met = 1;
        const char *why = v->why;
        if (!pm->gating && v->status != M_CRITICAL)
            continue;
        if (v->status == M_CRITICAL) {
            met = 0;
        } else if (v->status == M_NODATA) {
            met = -1;
        } else if (!v->enough) {
            met = -1;
            str_fmt(few, sizeof few, "%u valid samples, at least %d are needed", v->samples,
                    pm->min_samples);
            why = few;
        }
        str_fmt(id, sizeof id, "metric:%s", pm->id);
        add(c, met, v->value, id, why);
    }
}

/* While the stage runs its conditions are watched with their durations; afterwards the newest
 * value counts. */
static int pass_met(const struct where *w, const struct judge *j, size_t i)
{
    const struct pass_cond *pass = &w->stage->pass[i];
    const struct metric_verdict *v = &j->m[pass->metric];
    bool judged = false, hit;
    if (v->status == M_NODATA || isnan(v->value))
        return -1;
    if (pass->cond.ref == COND_COMPARE)
        hit = comparison_met(&v->versus, &pass->cond, &judged);
    else
        hit = cond_hit(&pass->cond, v->value, v->base,
                       w->plan->metrics[pass->metric].baseline_floor, &judged);
    if (judged && w->running && j->pass_stage == w->s->stage)
        hit = j->pass[i].hit;
    return judged ? hit : -1;
}

static void passes(const struct where *w, const struct judge *j, struct criteria *c)
{
    for (size_t i = 0; w->stage && i < w->stage->n_pass; i++) {
        const struct pass_cond *pass = &w->stage->pass[i];
        const struct metric_verdict *v = &j->m[pass->metric];
        char id[128], why[240];
        str_fmt(id, sizeof id, "pass:%s %s", w->plan->metrics[pass->metric].id, pass->cond.text);
        value_text(v, why, sizeof why);
        add(c, pass_met(w, j, i), v->value, id, why);
    }
}

/* The first night's own conditions (FNT-2), once it is over. */
static void soak(const struct where *w, const struct judge *j, struct criteria *c)
{
    const struct soak *k = &w->plan->soak;
    bool over = w->s->now_ms >= soak_end_ms(w->s);
    if (!k->set || !w->past_last)
        return;
    add(c, over ? 1 : -1, NAN, "soak", over ? "" : "it is not over");
    for (size_t i = 0; i < k->n_pass; i++) {
        const struct metric_verdict *v = &j->m[k->pass[i].metric];
        char id[128], why[240];
        str_fmt(id, sizeof id, "soak:%s %s", w->plan->metrics[k->pass[i].metric].id,
                k->pass[i].cond.text);
        value_text(v, why, sizeof why);
        add(c, v->status == M_NODATA || isnan(v->value) ? -1 : j->soak[i].hit, v->value, id, why);
    }
}

/* What people said at the last gate: no answer cannot be judged, a no is not met. */
static void confirms(const struct where *w, struct criteria *c)
{
    char *const *names;
    size_t n = confirms_now(w->s, &names);
    for (size_t i = 0; i < n; i++) {
        enum confirm_is said = confirm_said(w->s, names[i]);
        char id[64];
        str_fmt(id, sizeof id, "confirm:%s", names[i]);
        add(c,
            said == CONFIRM_YES  ? 1
            : said == CONFIRM_NO ? 0
                                 : -1,
            NAN, id, said == CONFIRM_NO ? "people say no" : "nobody has confirmed it");
    }
}

/* One that is still open has not been decided on. */
static void issues(const struct where *w, struct criteria *c)
{
    for (size_t m = 0; m < w->plan->n_metrics; m++) {
        const struct issue_state *i = &w->s->metrics[m].issue;
        char id[64], why[240];
        if (!i->n)
            continue;
        str_fmt(id, sizeof id, "issue:%s", w->plan->metrics[m].id);
        str_fmt(why, sizeof why, "%s: %s", i->by, i->text);
        add(c, i->open ? -1 : 1, NAN, id, why);
    }
}

static void world(const struct where *w, struct criteria *c)
{
    const struct state *s = w->s;
    uint32_t fired = s->alerts_fired + s->criticals_seen;
    bool blind = false;
    add(c, !w->undo, NAN, "no_rollback", s->rollback_cause);
    for (size_t i = 0; i < w->plan->n_alerts; i++)
        blind = blind || !s->alert_sources[i].known;
    add(c,
        fired   ? 0
        : blind ? -1
                : 1,
        s->alerts_fired, "alerts",
        fired   ? "an alert has fired"
        : blind ? "a source of alerts does not answer"
                : "");
    if (!w->plan->has_kill_switch)
        return;
    enum ks_is ks = state_ks(s);
    add(c,
        s->ks_during_run || ks == KS_ENGAGED || ks == KS_FAILED ? 0
        : ks == KS_OFF                                          ? 1
                                                                : -1,
        NAN, "kill_switch", s->ks_during_run ? "it was on during the run" : ks_word(ks));
}

void criteria_judge(const struct where *w, const struct judge *j, bool at_end, struct criteria *out)
{
    const struct state *s = w->s;
    const struct counts *n = &j->counts;
    memset(out, 0, sizeof *out);
    bool all = w->past_last || (w->last && w->running && w->over);
    add(out, all ? 1 : -1, s->stage + 1, "stages", all ? "" : "not every stage was run");
    world(w, out);
    metrics(w, j, out);
    if (at_end)
        passes(w, j, out);
    if (at_end) {
        confirms(w, out);
        soak(w, j, out);
    }
    issues(w, out);
    add(out, !s->extension_failed, NAN, "extension", s->extension_failed ? s->fail_why : "");
    out->warnings = s->warnings_seen || s->notices_seen || s->overrides || n->warning ||
                    n->notices || n->concurrent_warnings || j->trend.in_row > 1 || items_wait(w) ||
                    s->issues;
}

static bool gate_waits(const struct where *w, const struct judge *j)
{
    const struct state *s = w->s;
    if (w->busy || w->stuck || s->hold || s->paused || s->ks_during_run)
        return true;
    if (w->plan->has_kill_switch && state_ks(s) != KS_OFF)
        return true;
    if (confirms_wait(w) || issues_wait(w))
        return true;
    if (w->stage->cooldown_ms > 0 &&
        (!w->st->cooldown_until_ms || s->now_ms < w->st->cooldown_until_ms))
        return true;
    for (size_t m = 0; m < w->plan->n_metrics; m++)
        if (j->m[m].pending)
            return true;
    if (j->trend.in_row == 1) /* is judged again by itself; a second time the criteria decide */
        return true;
    return !w->st->extended && j->counts.concurrent_warnings >= w->plan->rules.extend_at;
}

/* The run is not over before its timeline is. One that fails, or that nobody confirms, is waited
 * for where people are; with `advance: auto` for one more stage duration. */
static bool items_hold(const struct where *w)
{
    const struct state *s = w->s;
    if (!items_wait(w))
        return false;
    for (size_t i = 0; i < w->plan->n_timeline; i++) {
        const struct item_state *m = &s->times.items[i];
        bool open = m->is == ITEM_OPEN || m->is == ITEM_FAILED;
        if (w->plan->timeline[i].at_ms < 0 || m->is == ITEM_DONE)
            continue;
        if (!open || w->plan->advance == ADVANCE_MANUAL ||
            s->now_ms < m->due_ms + w->stage->duration_ms)
            return true;
    }
    return false;
}

bool end_reached(const struct where *w, const struct judge *j)
{
    const struct state *s = w->s;
    if (w->undo || s->final || !w->last)
        return false;
    if (w->past_last)
        return !s->hold && !w->busy && !items_hold(w) && !soak_holds(w) &&
               s->now_ms >= w->st->ended_ms + w->plan->observe_success_ms &&
               (!w->plan->after_ms || s->after_done);
    return w->running && w->over && !gate_waits(w, j);
}

/* A gate with two answers before the last stage: nothing better is waited for there either. */
static void gate_decides(const struct where *w, const struct judge *j, struct standing *out)
{
    struct criteria *c;
    if (w->undo || w->s->final || w->last || !w->running || !w->over || !w->stage->decides ||
        gate_waits(w, j))
        return;
    c = xzalloc(1, sizeof *c);
    criteria_judge(w, j, true, c);
    if (c->failed) {
        struct proposal *p = propose(out, DEC_ROLLBACK, "gate.decides", -1);
        str_fmt(p->why, sizeof p->why, "the gate of %s decides: %d not met, first %s",
                w->stage->name, c->failed, c->first_failed);
    }
    free(c);
}

void rules_end(const struct where *w, const struct judge *j, struct standing *out)
{
    struct criteria *c;
    gate_decides(w, j, out);
    if (!end_reached(w, j))
        return;
    c = xzalloc(1, sizeof *c);
    criteria_judge(w, j, true, c);
    if (c->failed) {
        struct proposal *p = propose(out, DEC_ROLLBACK, "final.failed", -1);
        str_fmt(p->why, sizeof p->why, "final criteria: %d not met, first %s", c->failed,
                c->first_failed);
    } else if (c->unknown) {
        struct proposal *p = propose(out, DEC_INCONCLUSIVE, "final.unknown", -1);
        str_fmt(p->why, sizeof p->why, "final criteria: %d cannot be judged, first %s", c->unknown,
                c->first_unknown);
    }
    free(c);
}
