/* The decision file: verdict, criteria, guardrails with their worst values, every metric before,
 * during and after, what is to be done next. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "evidence/evidence_int.h"

static void criteria(const struct moment *m, struct buf *out)
{
    const cJSON *c;
    buf_adds(out, "\nCriteria:\n");
    cJSON_ArrayForEach (c, json_arr(m->ev->body, "criteria")) {
        const cJSON *met = cJSON_GetObjectItemCaseSensitive(c, "met");
        buf_addf(out, "  [%s] %s\n",
                 cJSON_IsTrue(met)    ? "PASS"
                 : cJSON_IsFalse(met) ? "FAIL"
                                      : "UNKNOWN",
                 json_str_or(c, "id", "?"));
    }
}

static bool acts(const struct metric *p)
{
    return p->critical.set && (p->then == THEN_ROLLBACK || p->then == THEN_IMMEDIATE_ROLLBACK ||
                               p->then == THEN_ABORT);
}

/* A metric that rolls back, else one that a gate asks for; its limit, NULL: it is no guardrail. */
static const char *guard_limit(const struct plan *p, size_t metric)
{
    if (acts(&p->metrics[metric]))
        return p->metrics[metric].critical.text;
    for (size_t i = 0; i < p->n_stages; i++)
        for (size_t k = 0; k < p->stages[i].n_pass; k++)
            if (p->stages[i].pass[k].metric == metric)
                return p->stages[i].pass[k].cond.text;
    return NULL;
}

static bool not_met(const struct moment *m, const char *limit, size_t metric)
{
    const cJSON *c;
    char id[160];
    str_fmt(id, sizeof id, "pass:%s %s", m->s->plan->metrics[metric].id, limit);
    cJSON_ArrayForEach (c, json_arr(m->ev->body, "criteria")) {
        if (!strcmp(json_str_or(c, "id", ""), id))
            return cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(c, "met"));
    }
    return false;
}

/* What a guardrail came to: once fired it stays so. */
static const char *guard_word(const struct moment *m, const char *limit, size_t i)
{
    const struct metric_verdict *v = &m->j->m[i];
    bool fired = m->s->metrics[i].fired || v->status == M_CRITICAL || not_met(m, limit, i);
    return fired ? "FIRED" : v->status == M_NODATA ? "NODATA" : v->pending ? "PENDING" : "PASS";
}

static void guardrails(const struct moment *m, struct buf *out)
{
    buf_adds(out, "\nGuardrails:\n");
    for (size_t i = 0; i < m->s->plan->n_metrics; i++) {
        const struct metric *p = &m->s->plan->metrics[i];
        const struct metric_state *ms = &m->s->metrics[i];
        const char *limit = guard_limit(m->s->plan, i);
        if (!limit)
            continue;
        buf_addf(out, "  [%s] %s%s%s %s | worst ", guard_word(m, limit, i), p->label,
                 *p->label ? ": " : "", p->title, limit);
        content_number(ms->worst, p->unit, out);
        if (ms->worst_ms) {
            buf_adds(out, " at ");
            content_when(ms->worst_ms, out);
            content_t_plus(m->s, ms->worst_ms, out);
        }
        buf_addc(out, '\n');
    }
}

/* The value that was taken, else the median of what is kept of the window's time: the one before
 * T0, the last one before the verdict. */
static double taken(const struct moment *m, size_t i, double value, int64_t until_ms, int64_t span,
                    double *room)
{
    if (!isnan(value) || until_ms <= 0 || !span)
        return value;
    size_t n = content_samples(m->s, i, until_ms - span, until_ms, room);
    qsort(room, n, sizeof *room, content_by_value);
    return n ? (room[(n - 1) / 2] + room[n / 2]) / 2 : NAN;
}

/* Before, during and after of every metric (BAS-6); during: of the newest values that are kept. */
static void metric_table(const struct moment *m, struct buf *out)
{
    const struct state *s = m->s;
    const struct plan *p = s->plan;
    double *room = xalloc(HIST_CAP * sizeof *room);
    buf_adds(out, "\nMetrics:\n");
    for (size_t i = 0; i < p->n_metrics; i++) {
        const struct metric_state *ms = &s->metrics[i];
        const struct metric_verdict *v = &m->j->m[i];
        buf_addf(out, "  %-24s ", p->metrics[i].title);
        content_number(v->status == M_NODATA ? NAN : v->value, p->metrics[i].unit, out);
        buf_adds(out, " | before ");
        content_number(taken(m, i, ms->baseline, s->t0_ms, p->baseline_ms, room), "", out);
        buf_adds(out, " | during median ");
        content_number(taken(m, i, NAN, s->now_ms, s->t0_ms < 0 ? 0 : s->now_ms - s->t0_ms, room),
                       "", out);
        buf_adds(out, " worst ");
        content_number(ms->worst, "", out);
        buf_adds(out, " | after ");
        content_number(taken(m, i, ms->after, s->after_done ? s->now_ms : 0, p->after_ms, room), "",
                       out);
        buf_addf(out, " | %s\n", p->metrics[i].judged ? mstatus_word(v->status) : "shown");
    }
    free(room);
}

/* Whose signature the file needs, and what they have said (APR-6 to APR-8). */
static void signatures(const struct moment *m, struct buf *out)
{
    struct asked of;
    if (!*m->a->signature)
        return;
    people_asked(m->s, m->a->signature, m->s->now_ms, &of);
    buf_addf(out, "\nStatus: %s\nSigned (%s), %zu of %zu:\n",
             of.missing || of.refused ? "Draft" : "Final", m->a->signature, of.n - of.missing,
             of.n);
    for (size_t i = 0; i < of.n; i++) {
        const struct approval_given *g = of.of[i].given;
        buf_addf(out, "  %s: ", plan_role_title(m->s->plan, of.of[i].role));
        if (!g) {
            buf_adds(out, "NOT SIGNED\n");
            continue;
        }
        buf_addf(out, "%s, %s, ", g->actor, g->ok ? "agreed" : "REFUSED");
        content_when(g->t_ms, out);
        buf_addf(out, "%s%s\n", *g->reason ? ": " : "", g->reason);
    }
}

static void next_items(const struct moment *m, struct buf *out)
{
    const cJSON *f, *list = json_arr(m->ev->body, "follow_up");
    if (list)
        buf_adds(out, "\nTo be done:\n");
    cJSON_ArrayForEach (f, list) {
        buf_addf(out, "  %s%s%s (%s), due ", json_str_or(f, "priority", ""),
                 json_str(f, "priority") ? " " : "", json_str_or(f, "title", ""),
                 json_str_or(f, "owner", ""));
        content_when(json_int_or(f, "due_ms", 0), out);
        buf_addc(out, '\n');
    }
}

void content_decision(const struct moment *m, struct buf *out)
{
    const struct state *s = m->s;
    bool pass = !strncmp(s->verdict, "PASS", 4);
    content_title(m, "FINAL DECISION", out);
    buf_addf(out, "Decision: %s (%s)\nWhy: %s\n",
             pass                  ? "PROMOTE"
             : s->rollback_started ? "ROLLBACK"
                                   : "STOP",
             s->verdict, s->verdict_why);
    criteria(m, out);
    guardrails(m, out);
    metric_table(m, out);
    buf_addf(out, "\nAutomatic rollback: %s\nKill switch: %s\nAuthorized by: %s\n",
             s->rollback_wanted ? s->rollback_cause : "none",
             s->plan->has_kill_switch ? ks_word(state_ks(s)) : "none",
             *s->ic ? s->ic : "nobody: it decided by itself");
    signatures(m, out);
    next_items(m, out);
}
