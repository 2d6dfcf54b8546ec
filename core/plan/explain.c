/* A plan in plain words: what is watched, what happens when, what stops it and what rolls back.
 * Says only what the plan says; secrets are masked. */
#include "base/dlog.h"
#include "base/num.h"
#include "plan/explain_int.h"
#include "plan/load.h"
#include "plan/side.h"

#include <string.h>

static void put_ms(struct buf *b, int64_t ms)
{
    char text[32];
    dur_print(ms, text, sizeof text);
    buf_adds(b, text);
}

static void put_number(struct buf *b, double v)
{
    char text[40];
    num_exact(v, text, sizeof text);
    buf_adds(b, text);
}

/* "p95 latency >= 150 ms"; a change or a duration stands as it is written. */
static void put_limit(struct buf *b, const struct metric *m, const struct cond *c)
{
    buf_addf(b, "%s %s", m->title, c->text);
    if (*m->unit && c->ref == COND_ABSOLUTE && !c->for_ms)
        buf_addf(b, " %s", m->unit);
}

static void put_call(struct buf *b, enum step_kind kind, const struct http_call *h,
                     const struct exec_call *x, const struct sql_call *q)
{
    if (kind == STEP_SQL)
        buf_addf(b, "%s: %s", q->target.name, q->query);
    if (kind == STEP_HTTP) {
        buf_addf(b, "%s %s", h->method, h->url);
        if (h->body)
            buf_addf(b, " %s", h->body);
    }
    for (size_t i = 0; kind == STEP_EXEC && i < x->argc; i++)
        buf_addf(b, "%s%s", i ? " " : "", x->argv[i]);
}

static void put_hand(struct buf *b, const struct step *s)
{
    if (s->kind == STEP_MANUAL) {
        buf_addf(b, "by hand, the %s: %s", s->manual.role, s->manual.text);
    } else if (s->kind == STEP_BURST) {
        buf_addf(b, "%d times ", s->burst.requests);
        put_call(b, STEP_HTTP, &s->burst.http, NULL, NULL);
        buf_addf(b, ", %zu users in turn, %d at once", s->burst.n_users, s->burst.concurrency);
    } else {
        buf_addf(b, "%s again and again, the weight ", s->ramp.name);
        put_number(b, s->ramp.step);
        buf_adds(b, " points lower each time, to ");
        put_number(b, s->ramp.to);
        buf_adds(b, "% within ");
        put_ms(b, s->ramp.over_ms);
    }
}

static void put_action(struct buf *b, const struct action *a)
{
    for (size_t i = 0; i < a->n_steps; i++) {
        const struct step *s = &a->steps[i];
        buf_addf(b, "      %s: ", a->name);
        if (s->kind >= STEP_BURST)
            put_hand(b, s);
        else
            put_call(b, s->kind, &s->http, &s->exec, &s->sql);
        if (s->kind == STEP_RAMP || (s->kind == STEP_BURST && !s->verify.set)) {
            buf_addc(b, '\n');
            continue;
        }
        if (s->verify.set) {
            buf_adds(b, "\n        read back within ");
            put_ms(b, s->verify.within_ms);
            buf_adds(b, ": ");
            put_call(b, s->verify.kind, &s->verify.http, &s->verify.exec, &s->verify.sql);
        } else {
            buf_adds(b, "\n        not read back: the plan has no verify");
        }
        buf_addc(b, '\n');
    }
}

static void say_head(const struct plan *p, struct buf *b)
{
    buf_addf(b, "%s (%s)%s%s\n", p->title, p->name, *p->environment ? ", " : "", p->environment);
    if (p->doc != DOC_NONE && p->doc != DOC_APPROVED)
        buf_adds(b, "  Not approved: it rehearses, nothing is sent.\n");
    buf_addf(b, "\nWatched, every ");
    put_ms(b, p->tick_ms);
    buf_addf(b, ": %zu metrics", p->n_metrics);
    if (*p->prom.url)
        buf_addf(b, " of %s", p->prom.url);
    for (size_t i = 0; i < p->n_mysql; i++)
        buf_addf(b, "%s%s",
                 i              ? ", "
                 : *p->prom.url ? " and of database "
                                : " of database ",
                 p->mysql[i].name);
    buf_addf(b, "; %d of them count for the gates.\n", plan_gating(p));
    if (!p->baseline_ms)
        return;
    buf_adds(b, "Before the start, for ");
    put_ms(b, p->baseline_ms);
    buf_adds(b, ", the baseline is taken of:");
    for (size_t i = 0; i < p->n_metrics; i++)
        if (p->metrics[i].in_baseline)
            buf_addf(b, " %s", p->metrics[i].id);
    buf_adds(b, ".\n");
}

static void say_traffic(const struct plan *p, struct buf *b)
{
    if (!p->traffic.set)
        return;
    buf_addf(b, "Traffic: %s ", p->traffic.fresh);
    put_number(b, p->traffic.fresh_weight);
    buf_addf(b, " %%, %s ", p->traffic.old);
    put_number(b, p->traffic.old_weight);
    buf_adds(b, " %.\n");
}

static void say_sides(const struct plan *p, struct buf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_metrics; i++)
        if (side_compared(&p->metrics[i]))
            buf_addf(
                b, "%s  - %s: %s\n",
                n++ ? ""
                    : "\nCompared with the other side, asked at the same moment; from 10 samples "
                      "a side on, and\nwhere there is no difference it is called worse in at "
                      "most one stage of 50:\n",
                p->metrics[i].title, p->metrics[i].compare);
}

static void put_list(struct buf *b, const char *before, char *const *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_addf(b, "%s%s", i ? " " : before, v[i]);
}

static void say_windows(const struct plan *p, struct buf *b)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    static const char *const what[] = {"start", "advance", "schema change"};
    for (size_t i = 0; i < p->n_windows; i++) {
        const struct plan_window *w = &p->windows[i];
        size_t n = 0;
        buf_addf(b,
                 "%s  - %s: ", i ? "" : "\nHours (a rollback and the kill switch ignore them):\n",
                 w->label);
        for (unsigned k = 0; k < 3; k++)
            if (w->of & 1u << k)
                buf_addf(b, "%s%s", n++ ? ", " : "", what[k]);
        if (w->warn)
            buf_adds(b, ", against it the IC confirms:");
        buf_addf(b, " %s %s %s", *w->allow ? "only" : "never", *w->allow ? w->allow : w->deny,
                 w->timezone);
        for (unsigned k = 0; w->days != 127 && k < 7; k++)
            if (w->days & 1u << k)
                buf_addf(b, " %s", days[k]);
        put_list(b, ", not on ", w->holidays, w->n_holidays);
        put_list(b, ", in weeks that change the clocks of ", w->zones, w->n_zones);
        buf_adds(b, ".\n");
    }
    if (p->expected_ms) {
        buf_adds(b, p->n_windows ? "  The whole run takes " : "\nThe whole run takes ");
        put_ms(b, p->expected_ms);
        buf_adds(b, p->n_windows ? "; a start must fit with it.\n" : ".\n");
    }
}

static void say_gate(const struct plan *p, const struct stage *st, bool last, struct buf *b)
{
    buf_addf(b, "    %s once the time is over",
             last                         ? "The run ends"
             : p->advance == ADVANCE_AUTO ? "Goes on by itself"
                                          : "The IC may advance");
    for (size_t i = 0; i < st->n_pass; i++) {
        buf_adds(b, i + 1 == st->n_pass ? " and " : ", ");
        put_limit(b, &p->metrics[st->pass[i].metric], &st->pass[i].cond);
    }
    buf_adds(b, ".\n");
}

static void say_every_gate(const struct plan *p, struct buf *b)
{
    buf_adds(b, "  Every gate needs: no limit broken, every metric that counts has data");
    if (p->n_alerts)
        buf_adds(b, ", no alert acts");
    if (p->has_kill_switch)
        buf_adds(b, ", the kill switch is known to be off");
    buf_adds(b, ".\n");
}

static void say_stages(const struct plan *p, struct buf *b)
{
    buf_adds(b, "\nStages:\n");
    for (size_t i = 0; i < p->n_stages; i++) {
        const struct stage *st = &p->stages[i];
        buf_addf(b, "  %zu. %s", i + 1, st->name);
        if (st->has_weight) {
            buf_adds(b, ": the canary gets ");
            put_number(b, st->weight);
            buf_addc(b, '%');
        }
        buf_adds(b, ", at least ");
        put_ms(b, st->duration_ms);
        if (st->cooldown_ms) {
            buf_adds(b, ", then a cooldown of ");
            put_ms(b, st->cooldown_ms);
        }
        buf_adds(b, ".\n");
        for (size_t k = 0; k < st->n_actions; k++)
            put_action(b, &p->actions[st->actions[k]]);
        explain_stage_times(p, st, b);
        say_gate(p, st, i + 1 == p->n_stages, b);
    }
    say_every_gate(p, b);
}

/* One line for every limit whose breach does this. */
static size_t say_limits(const struct plan *p, struct buf *b, const char *head,
                         bool (*does)(enum then_do then))
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_metrics; i++) {
        const struct metric *m = &p->metrics[i];
        if (!m->critical.set || !does(m->then))
            continue;
        buf_addf(b, "%s  - ", n++ ? "" : head);
        put_limit(b, m, &m->critical);
        buf_addf(b, " (%s)\n", then_word(m->then));
    }
    for (size_t i = 0; i < p->n_alerts; i++) {
        const struct alert_source *a = &p->alerts[i];
        if (!does(a->then))
            continue;
        buf_addf(b, "%s  - a firing alert of %s with", n++ ? "" : head,
                 a->alertmanager ? "Alertmanager" : "Prometheus");
        for (size_t k = 0; k < a->n_match; k++)
            buf_addf(b, " %s=\"%s\"", a->match[k].key, a->match[k].value);
        buf_addf(b, " (%s)\n", then_word(a->then));
    }
    return n;
}

static bool rolls_back(enum then_do t)
{
    return t == THEN_ROLLBACK || t == THEN_IMMEDIATE_ROLLBACK;
}

static bool stops(enum then_do t)
{
    return t == THEN_HOLD || t == THEN_PAUSE || t == THEN_ABORT;
}

static bool calls_people(enum then_do t)
{
    return t == THEN_NOTIFY || t == THEN_INVESTIGATE || t == THEN_PREPARE_ROLLBACK;
}

static void say_rollback(const struct plan *p, struct buf *b)
{
    static const char *const how[] = {
        [ROLLBACK_AUTOMATIC] = "within one tick, by itself",
        [ROLLBACK_MANUAL] = "when the IC says so",
        [ROLLBACK_LOG_ONLY] = "never by this tool: it is recorded, people act",
    };
    bool by_people = p->rollback_mode == ROLLBACK_LOG_ONLY && p->rollback_action >= 0;
    buf_addf(b, "\nRolled back, %s:\n",
             by_people ? "never by itself: it is recorded, people may say `rollback`"
                       : how[p->rollback_mode]);
    if (!say_limits(p, b, "", rolls_back))
        buf_adds(b, "  - no limit and no alert does\n");
    buf_adds(b,
             "  - a warning that outlasts the extension; a condition not met at the last gate\n");
    if (p->rollback_action >= 0) {
        buf_adds(b, "  It does:\n");
        put_action(b, &p->actions[p->rollback_action]);
    }
    for (size_t i = 0; i < p->n_rollback_checks; i++)
        buf_addf(b, "%s%s %s", i ? ", " : "  Then, once it was watched on: no new alert, ",
                 p->metrics[p->rollback_checks[i].metric].title, p->rollback_checks[i].cond.text);
    buf_adds(b, p->n_rollback_checks ? ".\n" : "");
    say_limits(p, b, "\nStopped, nothing goes forward:\n", stops);
    say_limits(p, b, "\nTold to people, who decide:\n", calls_people);
}

static void say_warnings(const struct plan *p, struct buf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_metrics; i++) {
        if (!p->metrics[i].warning.set)
            continue;
        buf_adds(b, n++ ? "  - " : "\nWarnings:\n  - ");
        put_limit(b, &p->metrics[i], &p->metrics[i].warning);
        buf_addc(b, '\n');
    }
    if (!n)
        return;
    buf_addf(b, "  %d at once: the stage is observed ", p->rules.extend_at);
    put_number(b, p->rules.extend_factor);
    buf_addf(b, " times as long, once. %d: people must look. %d: paused until the IC says go.\n",
             p->rules.escalate_at, p->rules.pause_at);
}

static void say_rest(const struct plan *p, struct buf *b)
{
    if (!p->has_kill_switch) {
        buf_adds(b, "\nKill switch: none.\n");
    } else {
        buf_adds(b, "\nKill switch, read every ");
        put_ms(b, p->ks_every_ms);
        buf_adds(b, ":");
        for (size_t i = 0; i < p->n_ks; i++)
            buf_addf(b, " %s", p->ks[i].name);
        buf_adds(b, ". Anything but a clear off counts as on.\n");
    }
    for (size_t i = 0; i < p->n_checkpoints; i++) {
        buf_adds(b, i ? " " : "Checkpoints at T+");
        put_ms(b, p->checkpoints[i]);
    }
    buf_adds(b, p->n_checkpoints ? ".\n" : "");
    if (p->observe_rollback_ms || p->observe_success_ms) {
        buf_adds(b, "Watched on after a rollback for ");
        put_ms(b, p->observe_rollback_ms);
        buf_adds(b, ", after success for ");
        put_ms(b, p->observe_success_ms);
        buf_adds(b, ".\n");
    }
}

void plan_explain(const struct plan *p, struct buf *out)
{
    struct buf b = BUF_INIT;
    say_head(p, &b);
    say_traffic(p, &b);
    say_sides(p, &b);
    say_windows(p, &b);
    plan_explain_preflight(p, &b);
    explain_timeline(p, &b);
    say_stages(p, &b);
    explain_soak(p, &b);
    say_rollback(p, &b);
    say_warnings(p, &b);
    explain_people(p, &b);
    say_rest(p, &b);
    explain_follow_up(p, &b);
    secret_mask(out, b.p, b.len);
    buf_free(&b);
}
