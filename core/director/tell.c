/* Events that say what is so: statuses, own alerts, the standing decision, checkpoints. Each is
 * told once, when the state does not say it yet. */
#include "director/director_int.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/num.h"

struct event *director_event(const struct state *s, enum event_kind kind)
{
    struct event *ev = event_new(kind, s->now_ms, "director");
    if (s->stage >= 0)
        str_copy(ev->stage, sizeof ev->stage, s->plan->stages[s->stage].name);
    return ev;
}

void add_counts(cJSON *body, const struct judge *j)
{
    const struct counts *c = &j->counts;
    cJSON *o = json_add_obj(body, "counts");
    json_add_int(o, "ok", c->ok);
    json_add_int(o, "warning", c->warning);
    json_add_int(o, "critical", c->critical);
    json_add_int(o, "nodata", c->nodata);
    json_add_int(o, "of", c->of);
    json_add_int(o, "pass", c->pass);
}

void add_values(cJSON *body, const struct state *s, const struct judge *j)
{
    cJSON *o = json_add_obj(body, "values");
    for (size_t m = 0; m < s->plan->n_metrics; m++)
        json_add_num(o, s->plan->metrics[m].id, j->m[m].status == M_NODATA ? NAN : j->m[m].value);
}

static struct event *judged(const struct state *s, enum event_kind kind, size_t m)
{
    struct event *ev = director_event(s, kind);
    str_copy(ev->actor, sizeof ev->actor, "judge");
    json_add_str(ev->body, "metric", s->plan->metrics[m].id);
    return ev;
}

static void tell_status(const struct state *s, const struct judge *j, size_t m,
                        struct event_list *out)
{
    const struct metric_verdict *v = &j->m[m];
    struct event *ev = judged(s, EV_STATUS, m);
    json_add_str(ev->body, "from", s->metrics[m].status);
    json_add_str(ev->body, "to", mstatus_word(v->status));
    json_add_num(ev->body, "value", v->value);
    json_add_str(ev->body, "why", v->why);
    json_add_bool(ev->body, "notice", v->notice);
    json_add_bool(ev->body, "alert", v->alert);
    event_list_add(out, ev);
}

static void tell_level(const struct state *s, const struct judge *j, size_t m,
                       struct event_list *out)
{
    const struct metric_verdict *v = &j->m[m];
    const struct metric *pm = &s->plan->metrics[m];
    struct event *ev = judged(s, v->status == M_CRITICAL ? EV_CRITICAL : EV_WARNING, m);
    json_add_num(ev->body, "value", v->value);
    json_add_num(ev->body, "base", v->base);
    json_add_str(ev->body, "limit", v->limit);
    json_add_str(ev->body, "then", then_word(pm->then));
    if (*pm->label)
        json_add_str(ev->body, "label", pm->label);
    json_add_str(ev->body, "why", v->why);
    event_list_add(out, ev);
}

/* An alert of the plan's own: beyond `alert_at`, or CRITICAL. Source -1. */
static void tell_alert(const struct state *s, const struct judge *j, size_t m,
                       struct event_list *out)
{
    const struct metric_verdict *v = &j->m[m];
    struct event *ev = judged(s, EV_ALERT, m);
    json_add_int(ev->body, "source", -1);
    json_add_str(ev->body, "state", v->alert ? "firing" : "resolved");
    json_add_str(ev->body, "name", s->plan->metrics[m].id);
    json_add_str(ev->body, "severity", v->status == M_CRITICAL ? "critical" : "alert");
    json_add_bool(ev->body, "matches", true);
    json_add_str(ev->body, "text", v->why);
    json_add_int(ev->body, "since_ms", s->now_ms);
    event_list_add(out, ev);
}

void tell_metrics(const struct state *s, const struct judge *j, struct event_list *out)
{
    for (size_t m = 0; m < s->plan->n_metrics; m++) {
        const struct metric_verdict *v = &j->m[m];
        const struct metric_state *was = &s->metrics[m];
        bool moved = strcmp(was->status, mstatus_word(v->status)) != 0;
        if (moved || was->notice != v->notice || was->alert != v->alert)
            tell_status(s, j, m, out);
        if (moved && (v->status == M_WARNING || v->status == M_CRITICAL))
            tell_level(s, j, m, out);
        if (was->alert != v->alert)
            tell_alert(s, j, m, out);
    }
}

void tell_decision(const struct state *s, const struct judge *j, const struct standing *st,
                   struct event_list *out)
{
    const struct proposal *p = &st->strongest;
    bool same = !strcmp(s->decision, decision_word(p->what));
    /* How far a rollback has come is the rollback events' to tell. */
    if (same && (p->what == DEC_ROLLBACK || !strcmp(s->decision_rule, p->rule)))
        return;
    struct event *ev = director_event(s, EV_DECISION);
    json_add_str(ev->body, "decision", decision_word(p->what));
    json_add_str(ev->body, "rule", p->rule);
    json_add_str(ev->body, "why", p->why);
    cJSON *also = json_add_arr(ev->body, "also");
    for (size_t i = 1; i < st->n; i++) {
        char text[320];
        str_fmt(text, sizeof text, "%s %s: %s", decision_word(st->all[i].what), st->all[i].rule,
                st->all[i].why);
        cJSON_AddItemToArray(also, cJSON_CreateString(text));
    }
    add_values(ev->body, s, j);
    add_counts(ev->body, j);
    event_list_add(out, ev);
}

/* "p95=142ms 5xx=0.20%" of the metrics that stand in the minute line. */
static void signals(const struct state *s, const struct judge *j, struct buf *out)
{
    for (size_t m = 0; m < s->plan->n_metrics; m++) {
        const struct metric *pm = &s->plan->metrics[m];
        const struct metric_verdict *v = &j->m[m];
        char n[24];
        if (!*pm->signal)
            continue;
        buf_addf(out, "%s%s=", out->len ? " " : "", pm->signal);
        if (v->status == M_NODATA || isnan(v->value)) {
            buf_adds(out, "NODATA");
            continue;
        }
        num_short(v->value, n, sizeof n);
        buf_addf(out, "%s%s", n, pm->unit);
    }
}

/* A warning is not a failure, and nothing judged is not a pass. */
static const char *worst_word(const struct counts *c)
{
    return c->critical               ? "FAIL"
           : c->nodata || c->of == 0 ? "UNKNOWN"
           : c->warning              ? "WARN"
           : c->pass == c->of        ? "PASS"
                                     : "UNKNOWN";
}

/* The moment it was planned for on the stage's own clock (C6), to the second. */
static void add_stage_clock(cJSON *body, const struct state *s, int64_t at_ms)
{
    char at[24];
    if (s->stage < 0 || s->stages[s->stage].at != STAGE_RUNNING ||
        at_ms < s->stages[s->stage].clock_ms)
        return;
    dur_print((stage_elapsed(s, s->stage, at_ms) + 500) / 1000 * 1000, at, sizeof at);
    json_add_str(body, "stage_clock", at);
}

void tell_checkpoint(const struct state *s, const struct judge *j, enum decision d,
                     const char *label, int64_t at_ms, struct event_list *out)
{
    const struct counts *c = &j->counts;
    struct event *ev = director_event(s, EV_CHECKPOINT);
    struct buf b = BUF_INIT;
    json_add_str(ev->body, "label", label);
    add_stage_clock(ev->body, s, at_ms);
    add_values(ev->body, s, j);
    add_comparisons(ev->body, s, j);
    signals(s, j, &b);
    json_add_str(ev->body, "signals", buf_str(&b));
    buf_free(&b);
    cJSON *verdict = json_add_obj(ev->body, "verdict");
    json_add_int(verdict, "pass", c->pass);
    json_add_int(verdict, "of", c->of);
    json_add_str(verdict, "status", worst_word(c));
    add_counts(ev->body, j);
    json_add_str(ev->body, "kill", s->plan->has_kill_switch ? ks_word(state_ks(s)) : "none");
    json_add_str(ev->body, "decision", decision_word(d));
    event_list_add(out, ev);
}

void tell_checkpoints(const struct state *s, const struct judge *j, const struct standing *st,
                      struct event_list *out)
{
    char label[24];
    for (size_t i = s->checkpoints_done; s->t0_ms >= 0 && i < s->plan->n_checkpoints; i++) {
        if (s->now_ms < s->t0_ms + s->plan->checkpoints[i])
            break;
        dur_print(s->plan->checkpoints[i], label, sizeof label);
        tell_checkpoint(s, j, st->strongest.what, label, s->t0_ms + s->plan->checkpoints[i], out);
    }
    if (s->checkpoint_asked)
        tell_checkpoint(s, j, st->strongest.what, "now", s->now_ms, out);
}
