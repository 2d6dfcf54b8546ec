/* Contents that are JSON: snapshot, baseline, after, the rollback record. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "director/director.h"
#include "evidence/evidence_int.h"

static void finish(cJSON *o, struct buf *out)
{
    json_print(o, out);
    buf_addc(out, '\n');
    cJSON_Delete(o);
}

static void add_time(cJSON *o, const char *key, int64_t t_ms)
{
    char when[40];
    time_rfc3339(t_ms, when, sizeof when);
    if (t_ms > 0)
        json_add_str(o, key, when);
    else
        cJSON_AddNullToObject(o, key);
}

static cJSON *head(const struct moment *m)
{
    const struct state *s = m->s;
    cJSON *o = cJSON_CreateObject();
    add_time(o, "time", m->ev->t_ms);
    json_add_num(o, "t_plus", s->t0_ms < 0 ? NAN : (double)(m->ev->t_ms - s->t0_ms) / 1000);
    json_add_int(o, "seq", m->ev->seq);
    json_add_str(o, "run_id", s->run_id);
    json_add_str(o, "title", s->plan->title);
    json_add_str(o, "environment", s->plan->environment);
    json_add_str(o, "mode", s->mode);
    return o;
}

static void limit(cJSON *o, const char *key, const struct cond *c)
{
    if (c->set)
        json_add_str(o, key, c->text);
}

static cJSON *metric(const struct moment *m, size_t i)
{
    const struct metric *p = &m->s->plan->metrics[i];
    const struct metric_state *ms = &m->s->metrics[i];
    const struct metric_verdict *v = &m->j->m[i];
    cJSON *o = cJSON_CreateObject();
    json_add_str(o, "id", p->id);
    json_add_str(o, "title", p->title);
    json_add_str(o, "group", p->group);
    json_add_str(o, "unit", p->unit);
    json_add_num(o, "value", v->status == M_NODATA ? NAN : v->value);
    json_add_num(o, "baseline", ms->baseline);
    json_add_num(o, "change_pct", v->change_pct);
    json_add_str(o, "status", p->judged ? mstatus_word(v->status) : "shown");
    json_add_bool(o, "gating", p->gating);
    json_add_bool(o, "notice", v->notice);
    json_add_bool(o, "alert", v->alert);
    json_add_int(o, "samples", v->samples);
    json_add_num(o, "age_s", v->age_ms < 0 ? NAN : (double)v->age_ms / 1000);
    json_add_str(o, "why", v->why);
    cJSON *l = json_add_obj(o, "limits");
    limit(l, "notice", &p->notice);
    limit(l, "warning", &p->warning);
    limit(l, "alert_at", &p->alert_at);
    limit(l, "critical", &p->critical);
    json_add_str(l, "then", then_word(p->then));
    return o;
}

static void add_counts(const struct judge *j, cJSON *o)
{
    cJSON *c = json_add_obj(o, "counts");
    json_add_int(c, "pass", j->counts.pass);
    json_add_int(c, "of", j->counts.of);
    json_add_int(c, "ok", j->counts.ok);
    json_add_int(c, "warning", j->counts.warning);
    json_add_int(c, "critical", j->counts.critical);
    json_add_int(c, "nodata", j->counts.nodata);
}

/* What the gate would wait for now: the guardrails at a glance. */
static void add_gate(const struct moment *m, cJSON *o)
{
    struct gate g;
    director_gate(m->s, m->j, m->ev->t_ms, &g);
    cJSON *list = json_add_arr(o, "gate");
    for (size_t i = 0; i < g.n; i++) {
        cJSON *x = cJSON_CreateObject();
        json_add_str(x, "name", g.items[i].name);
        json_add_bool(x, "open", g.items[i].open);
        json_add_str(x, "text", g.items[i].text);
        json_add_str(x, "waits_for", g.items[i].whom);
        cJSON_AddItemToArray(list, x);
    }
}

static void add_alerts(const struct state *s, cJSON *o)
{
    cJSON *list = json_add_arr(o, "alerts");
    for (size_t i = 0; i < s->n_alerts; i++) {
        cJSON *x = cJSON_CreateObject();
        json_add_str(x, "name", s->alerts[i].name);
        json_add_str(x, "severity", s->alerts[i].severity);
        json_add_bool(x, "firing", s->alerts[i].firing);
        json_add_bool(x, "counts", s->alerts[i].matches);
        cJSON_AddItemToArray(list, x);
    }
}

void content_snapshot(const struct moment *m, struct buf *out)
{
    const struct state *s = m->s;
    cJSON *o = head(m);
    json_add_str(o, "phase", phase_word(s->phase));
    json_add_str(o, "stage", s->stage >= 0 ? s->plan->stages[s->stage].name : "");
    json_add_num(o, "weight", s->weight);
    json_add_str(o, "decision", s->decision);
    json_add_str(o, "why", s->decision_why);
    json_add_str(o, "kill_switch", s->plan->has_kill_switch ? ks_word(state_ks(s)) : "none");
    json_add_bool(o, "rollback", s->rollback_wanted || s->rollback_would);
    add_counts(m->j, o);
    cJSON *list = json_add_arr(o, "metrics");
    for (size_t i = 0; i < s->plan->n_metrics; i++)
        cJSON_AddItemToArray(list, metric(m, i));
    add_alerts(s, o);
    add_gate(m, o);
    finish(o, out);
}

static cJSON *taken(const struct moment *m, size_t i, bool after)
{
    const struct metric *p = &m->s->plan->metrics[i];
    const struct metric_state *ms = &m->s->metrics[i];
    cJSON *o = cJSON_CreateObject();
    json_add_str(o, "id", p->id);
    json_add_str(o, "title", p->title);
    json_add_str(o, "unit", p->unit);
    json_add_num(o, "baseline", ms->baseline);
    json_add_int(o, "baseline_samples", ms->baseline_n);
    if (*ms->baseline_why)
        json_add_str(o, "baseline_why", ms->baseline_why);
    if (!after)
        return o;
    bool zero = ms->baseline == 0;
    json_add_num(o, "after", ms->after);
    json_add_int(o, "after_samples", ms->after_n);
    json_add_num(o, "delta_pct",
                 zero ? (ms->after == 0 ? 0 : NAN)
                      : (ms->after - ms->baseline) / fabs(ms->baseline) * 100);
    json_add_str(o, "verdict",
                 isnan(ms->after)                ? "NODATA"
                 : m->j->m[i].status == M_OK     ? "OK"
                 : m->j->m[i].status == M_NODATA ? "NODATA"
                                                 : "DEGRADED");
    return o;
}

static void values_taken(const struct moment *m, bool after, struct buf *out)
{
    const struct plan *p = m->s->plan;
    cJSON *o = head(m);
    json_add_int(o, "window_s", (after ? p->after_ms : p->baseline_ms) / 1000);
    cJSON *list = json_add_arr(o, "metrics");
    for (size_t i = 0; i < p->n_metrics; i++)
        if (after ? p->metrics[i].in_after : p->metrics[i].in_baseline)
            cJSON_AddItemToArray(list, taken(m, i, after));
    finish(o, out);
}

void content_baseline(const struct moment *m, struct buf *out)
{
    values_taken(m, false, out);
}

void content_after(const struct moment *m, struct buf *out)
{
    values_taken(m, true, out);
}

/* Metrics at the decision: all of them, or those that the plan names, under their names. */
static void add_metrics(const struct moment *m, const cJSON *values, cJSON *o)
{
    const struct artifact *a = m->a;
    if (!a->n_names) {
        cJSON_AddItemToObject(o, "metrics_at_decision",
                              values ? cJSON_Duplicate(values, true) : cJSON_CreateObject());
        return;
    }
    cJSON *named = json_add_obj(o, "metrics_at_decision");
    for (size_t i = 0; i < a->n_names; i++) {
        double v = NAN;
        json_num(values, a->names[i].value, &v);
        json_add_num(named, a->names[i].key, v);
    }
}

/* Who has agreed to this rollback. */
static void add_agreed(const struct state *s, cJSON *o)
{
    char subject[SUBJECT_SIZE];
    cJSON *list = json_add_arr(o, "approved_by");
    people_subject(s, "rollback", subject, sizeof subject);
    for (size_t i = 0; i < s->people.n_given; i++) {
        const struct approval_given *g = &s->people.given[i];
        if (!g->ok || strcmp(g->subject, subject) != 0)
            continue;
        cJSON *x = cJSON_CreateObject();
        json_add_str(x, "role", g->role);
        json_add_str(x, "name", g->actor);
        add_time(x, "time", g->t_ms);
        cJSON_AddItemToArray(list, x);
    }
}

static void add_details(const struct moment *m, const struct record *r, cJSON *o)
{
    const struct state *s = m->s;
    bool person = r && strcmp(r->actor, "director") != 0;
    json_add_str(o, "reason", person && *r->reason ? r->reason : s->rollback_cause);
    json_add_str(o, "cause", s->rollback_cause);
    json_add_str(o, "trigger", person ? "Manual" : "Automatic");
    json_add_str(o, "triggered_by", person ? r->actor : "Automatic");
    json_add_str(o, "index_name", scope_value(s->plan, "index"));
    json_add_str(o, "table_name", scope_value(s->plan, "table"));
    add_metrics(m, r ? r->values : NULL, o);
    add_agreed(s, o);
    cJSON_AddItemToObject(o, "steps",
                          r && r->table ? cJSON_Duplicate(r->table, true) : cJSON_CreateArray());
}

/* The columns of the runbook's rollback record (REQUIREMENTS R5). */
void content_rollback(const struct moment *m, struct buf *out)
{
    const struct state *s = m->s;
    const struct record *r = strcmp(m->k->act.verb, "rollback") ? NULL : &m->k->act;
    const char *id = state_captured(s, "execution_run_id");
    cJSON *o = cJSON_CreateObject();
    json_add_str(o, "execution_run_id", id ? id : s->run_id);
    json_add_str(o, "tenant_id", scope_value(s->plan, "tenant"));
    json_add_str(o, "connection_profile_id", scope_value(s->plan, "connection"));
    json_add_str(o, "rollback_status", s->rollback_done ? "completed" : "not verified");
    json_add_str(o, "rollback_type", "full");
    add_time(o, "rollback_started_at", r ? r->begun_ms : s->rollback_ms);
    add_time(o, "rollback_completed_at", s->rollback_done ? m->ev->t_ms : 0);
    add_details(m, r, json_add_obj(o, "rollback_details"));
    finish(o, out);
}
