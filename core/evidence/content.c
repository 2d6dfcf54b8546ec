/* Contents that are texts for people, and the table of all contents. The decision has a file of its
 * own. Times are UTC. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "action/vars.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "evidence/evidence_int.h"

void content_when(int64_t t_ms, struct buf *out)
{
    char text[40];
    time_rfc3339(t_ms, text, sizeof text);
    buf_adds(out, t_ms > 0 ? text : "not recorded");
}

void content_t_plus(const struct state *s, int64_t t_ms, struct buf *out)
{
    char text[24];
    if (s->t0_ms < 0)
        return;
    dur_clock(t_ms - s->t0_ms, text, sizeof text);
    buf_addf(out, " (T%s%s)", t_ms < s->t0_ms ? "" : "+", text);
}

void content_number(double v, const char *unit, struct buf *out)
{
    char text[32];
    if (isnan(v)) {
        buf_adds(out, "no data");
        return;
    }
    num_short(v, text, sizeof text);
    buf_addf(out, "%s%s%s", text, *unit ? " " : "", unit);
}

void content_title(const struct moment *m, const char *what, struct buf *out)
{
    buf_addf(out, "%s\n%s | %s | %s%s\n", what, m->s->run_id, m->s->plan->title,
             m->s->plan->environment, strcmp(m->s->mode, "rehearse") ? "" : " | REHEARSAL");
    buf_adds(out, "Time: ");
    content_when(m->ev->t_ms, out);
    content_t_plus(m->s, m->ev->t_ms, out);
    buf_adds(out, "\n\n");
}

/* ---- weight ---- */

static void split(double w, const char *word, struct buf *out)
{
    buf_addf(out, "%-7s canary ", word);
    content_number(w, "%", out);
    buf_adds(out, ", stable ");
    content_number(100 - w, "%", out);
    buf_addc(out, '\n');
}

static void lb_diff(const struct moment *m, struct buf *out)
{
    const struct evidence *k = m->k;
    content_title(m, "TRAFFIC SPLIT CHANGED", out);
    split(k->weight_before, "Before:", out);
    split(k->weight, "After:", out);
    buf_adds(out, "Applied: ");
    content_when(k->weight_ms, out);
    buf_addf(out, "\nRead back: %s\n\n",
             k->act.begun_ms && m->s->act.is == ACT_REHEARSED ? "no, rehearsed" : "yes");
    for (size_t i = 0; i < RECORD_STEPS; i++)
        buf_adds(out, buf_str(&k->act.steps[i]));
}

/* ---- timeline ---- */

static void stage_line(const struct state *s, size_t i, struct buf *out)
{
    static const char *const words[] = {"planned", "starting", "running", "done", "stopped"};
    const struct stage *p = &s->plan->stages[i];
    const struct stage_state *st = &s->stages[i];
    char gone[24], planned[24];
    dur_clock(stage_elapsed(s, (int)i, s->now_ms), gone, sizeof gone);
    dur_clock(st->planned_ms, planned, sizeof planned);
    buf_addf(out, "Stage: %zu (", i + 1);
    if (p->has_weight)
        content_number(p->weight, "%", out);
    buf_addf(out, ") %s | %s | start ", p->name, words[st->at]);
    content_when(st->clock_ms, out);
    buf_adds(out, " | end ");
    content_when(st->ended_ms, out);
    buf_addf(out, " | %s of %s%s\n", gone, planned, st->extended ? ", extended" : "");
}

static void next_step(const struct state *s, struct buf *out)
{
    if (s->final)
        buf_addf(out, "Next: %s\n",
                 !strncmp(s->verdict, "PASS", 4) ? "promoted, the run is over"
                                                 : "investigate, mend, run again");
    else if (s->rollback_wanted || s->rollback_started)
        buf_adds(out, "Next: roll back\n");
    else if ((size_t)(s->stage + 1) < s->plan->n_stages)
        buf_addf(out, "Next: %s\n", s->plan->stages[s->stage + 1].name);
    else
        buf_adds(out, "Next: the last gate\n");
}

static void timeline(const struct moment *m, struct buf *out)
{
    const struct state *s = m->s;
    buf_adds(out, "T0=");
    content_when(s->t0_ms, out);
    buf_addc(out, '\n');
    for (size_t i = 0; i < s->plan->n_stages; i++)
        if (s->stages[i].entered_ms)
            stage_line(s, i, out);
    if (s->final && s->t0_ms >= 0) {
        buf_addf(out, "T%lld=", (long long)((m->ev->t_ms - s->t0_ms) / 60000));
        content_when(m->ev->t_ms, out);
        buf_addc(out, '\n');
    }
    buf_addf(out, "Status: %s\nRollbacks: %d\n", s->final ? s->verdict : phase_word(s->phase),
             s->rollback_started);
    next_step(s, out);
}

/* ---- stage summary ---- */

int content_by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

size_t content_samples(const struct state *s, size_t metric, int64_t from_ms, int64_t until_ms,
                       double *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s->hist.n; i++) {
        double v = hist_value(s, metric, i);
        if (hist_time(s, i) >= from_ms && hist_time(s, i) <= until_ms && !isnan(v))
            out[n++] = v;
    }
    return n;
}

static void summary_row(const struct moment *m, size_t i, const struct stage_state *st,
                        double *room, struct buf *out)
{
    const struct metric *p = &m->s->plan->metrics[i];
    const struct metric_verdict *v = &m->j->m[i];
    size_t n =
        content_samples(m->s, i, st->clock_ms, st->ended_ms ? st->ended_ms : m->s->now_ms, room);
    qsort(room, n, sizeof *room, content_by_value);
    buf_addf(out, "%-24s ", p->title);
    content_number(v->status == M_NODATA ? NAN : v->value, p->unit, out);
    buf_addf(out, " | %s", p->judged ? mstatus_word(v->status) : "shown");
    if (n) {
        buf_adds(out, " | min ");
        content_number(room[0], "", out);
        buf_adds(out, " median ");
        content_number((room[(n - 1) / 2] + room[n / 2]) / 2, "", out);
        buf_adds(out, " max ");
        content_number(room[n - 1], "", out);
    }
    buf_addf(out, " | %zu samples | base ", n);
    content_number(m->s->metrics[i].baseline, "", out);
    if (p->warning.set)
        buf_addf(out, " | warning %s", p->warning.text);
    if (p->critical.set)
        buf_addf(out, " | critical %s", p->critical.text);
    buf_addc(out, '\n');
}

static void stage_summary(const struct moment *m, struct buf *out)
{
    if (m->stage < 0)
        return;
    const struct stage *p = &m->s->plan->stages[m->stage];
    const struct stage_state *st = &m->s->stages[m->stage];
    double *room = xalloc(HIST_CAP * sizeof *room);
    char head[160];
    str_fmt(head, sizeof head, "SUMMARY OF STAGE %d: %s", m->stage + 1, p->name);
    content_title(m, head, out);
    stage_line(m->s, (size_t)m->stage, out);
    buf_addf(out, "Result: %s\nMetrics: %d/%d PASS\n\n", json_str_or(m->ev->body, "result", "-"),
             m->j->counts.pass, m->j->counts.of);
    for (int gating = 1; gating >= 0; gating--)
        for (size_t i = 0; i < m->s->plan->n_metrics; i++)
            if (m->s->plan->metrics[i].gating == (gating == 1))
                summary_row(m, i, st, room, out);
    free(room);
}

/* ---- the others ---- */

static void captured(const struct moment *m, struct buf *out)
{
    content_title(m, "CAPTURED VALUES", out);
    for (size_t i = 0; i < m->s->n_captured; i++)
        buf_addf(out, "%s=%s\n", m->s->captured[i].name, m->s->captured[i].value);
    if (!m->s->n_captured)
        buf_adds(out, "none\n");
}

static void action_output(const struct moment *m, struct buf *out)
{
    record_of_action(&m->k->act, m->s->plan, m->a->action, out);
}

static void killswitch(const struct moment *m, struct buf *out)
{
    buf_addf(out, "time,t_plus_s,scope,state,ms,check,why\n%s", buf_str(&m->k->kills));
}

static void warroom_log(const struct moment *m, struct buf *out)
{
    buf_adds(out, buf_str(&m->k->log));
}

int content_make(const struct moment *m, struct buf *out, struct err *e)
{
    static void (*const makers[ARTIFACT_CONTENTS])(const struct moment *, struct buf *) = {
        [ART_SNAPSHOT] = content_snapshot, [ART_LB_DIFF] = lb_diff,
        [ART_TIMELINE] = timeline,         [ART_STAGE_SUMMARY] = stage_summary,
        [ART_WARROOM_LOG] = warroom_log,   [ART_BASELINE_JSON] = content_baseline,
        [ART_AFTER_JSON] = content_after,  [ART_KILLSWITCH] = killswitch,
        [ART_DECISION] = content_decision, [ART_ROLLBACK_RECORD] = content_rollback,
        [ART_CAPTURED] = captured,         [ART_ACTION_OUTPUT] = action_output,
    };
    if (makers[m->a->content]) {
        makers[m->a->content](m, out);
        return 0;
    }
    struct vars v = {.s = m->s,
                     .j = m->j,
                     .stage = m->stage >= 0 ? m->stage : m->s->stage,
                     .actor = m->ev->actor,
                     .reason = json_str_or(m->ev->body, "reason", "")};
    struct tmpl_vars vars = vars_of(&v);
    if (tmpl_fill(m->a->text, TMPL_PLAIN, &vars, out, e) < 0)
        return -1;
    if (out->len && out->p[out->len - 1] != '\n')
        buf_addc(out, '\n');
    return 0;
}
