/* Folds tapes written as text, for the tests of fold and judge: events with a body of JSON and
 * their seconds, and questions about what the state says then. */
#ifndef FOLD_UNIT_H
#define FOLD_UNIT_H

#include "unit.h"

#include <math.h>

#include "base/json.h"
#include "base/num.h"
#include "fold/fold.h"
#include "plan/load.h"

#define EPOCH INT64_C(1769904000000) /* second 0 of every tape: 2026-02-01 00:00 UTC */

static const char *no_env(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
    return NULL;
}

static inline struct plan *unit_plan(const char *yaml)
{
    static const struct plan_env env = {no_env, NULL, false};
    struct buf errors = BUF_INIT;
    struct plan *p = plan_load_text(yaml, strlen(yaml), "plan.yaml", &env, &errors);
    if (!p)
        fail_msg("%s", buf_str(&errors));
    buf_free(&errors);
    return p;
}

static inline struct plan *unit_plan_file(const char *path)
{
    char *text = unit_file(path, NULL);
    struct plan *p = unit_plan(text);
    free(text);
    return p;
}

/* `KIND[@ACTOR[/ROLE]]` and a body. The caller owns the event. */
static inline struct event *unit_event(const char *what, int64_t t_ms, const char *body)
{
    struct err e = ERR_INIT;
    char word[100], *actor, *role;
    str_copy(word, sizeof word, what);
    actor = strchr(word, '@');
    if (actor)
        *actor++ = '\0';
    role = actor ? strchr(actor, '/') : NULL;
    if (role)
        *role++ = '\0';
    struct event *ev = event_decode(0, t_ms, word, "", actor ? actor : "warroom", role ? role : "",
                                    *body ? body : "{}", &e);
    if (!ev)
        fail_msg("%s %s: %s", what, body, e.text);
    return ev;
}

static inline void unit_fold(struct state *s, const char *what, double second, const char *body)
{
    struct event *ev = unit_event(what, EPOCH + llround(second * 1000), body);
    ev->seq = s->seq + 1;
    fold_apply(s, ev);
    event_free(ev);
}

/* ---- one field of the state as text ---- */

static inline void say_num(double v, char *out, size_t size)
{
    if (isnan(v))
        str_copy(out, size, "none");
    else
        str_fmt(out, size, "%.12g", v);
}

/* Seconds of the tape; "never" for 0. */
static inline void say_time(int64_t t_ms, char *out, size_t size)
{
    if (t_ms <= 0)
        str_copy(out, size, "never");
    else
        str_fmt(out, size, "%.12g", (double)(t_ms - EPOCH) / 1000);
}

static inline void say_int(int64_t v, char *out, size_t size)
{
    str_fmt(out, size, "%lld", (long long)v);
}

struct field {
    const char *name;
    enum { F_INT, F_BOOL, F_TIME, F_NUM, F_TEXT, F_U32, F_SIZE } is;
    size_t at;
};

#define FIELD(type, member, kind)                                                                  \
    {                                                                                              \
#member, kind, offsetof(struct type, member)                                               \
    }

static inline bool say_field(const struct field *f, size_t n, const void *o, const char *name,
                             char *out, size_t size)
{
    for (size_t i = 0; i < n; i++, f++) {
        const char *p = (const char *)o + f->at;
        if (strcmp(f->name, name) != 0)
            continue;
        switch (f->is) {
        case F_INT:
            say_int(*(const int *)p, out, size);
            break;
        case F_U32:
            say_int(*(const uint32_t *)p, out, size);
            break;
        case F_SIZE:
            say_int((int64_t) * (const size_t *)p, out, size);
            break;
        case F_BOOL:
            str_copy(out, size, *(const bool *)p ? "yes" : "no");
            break;
        case F_TIME:
            say_time(*(const int64_t *)p, out, size);
            break;
        case F_NUM:
            say_num(*(const double *)p, out, size);
            break;
        case F_TEXT:
            str_copy(out, size, p);
            break;
        }
        return true;
    }
    return false;
}

#define SAY_FIELD(rows, o, name, out, size)                                                        \
    say_field(rows, sizeof(rows) / sizeof *(rows), o, name, out, size)

static inline bool say_metric(const struct metric_state *m, const char *name, char *out,
                              size_t size)
{
    static const struct field rows[] = {
        FIELD(metric_state, value, F_NUM),       FIELD(metric_state, at_ms, F_TIME),
        FIELD(metric_state, last_good, F_NUM),   FIELD(metric_state, good_ms, F_TIME),
        FIELD(metric_state, why, F_TEXT),        FIELD(metric_state, baseline, F_NUM),
        FIELD(metric_state, after, F_NUM),       FIELD(metric_state, baseline_n, F_INT),
        FIELD(metric_state, after_n, F_INT),     FIELD(metric_state, baseline_why, F_TEXT),
        FIELD(metric_state, n_run, F_U32),       FIELD(metric_state, n_stage, F_U32),
        FIELD(metric_state, counter_sum, F_NUM), FIELD(metric_state, status, F_TEXT),
        FIELD(metric_state, notice, F_BOOL),     FIELD(metric_state, alert, F_BOOL),
    };
    return SAY_FIELD(rows, m, name, out, size);
}

static inline bool say_stage(const struct state *s, int i, const char *name, char *out, size_t size)
{
    static const char *const at[] = {"PLANNED", "STARTING", "RUNNING", "DONE", "STOPPED"};
    static const struct field rows[] = {
        FIELD(stage_state, entered_ms, F_TIME),        FIELD(stage_state, clock_ms, F_TIME),
        FIELD(stage_state, ended_ms, F_TIME),          FIELD(stage_state, extended, F_BOOL),
        FIELD(stage_state, cooldown_until_ms, F_TIME), FIELD(stage_state, weight, F_NUM),
    };
    const struct stage_state *st = &s->stages[i];
    if (!strcmp(name, "at"))
        str_copy(out, size, at[st->at]);
    else if (!strcmp(name, "elapsed"))
        say_num((double)stage_elapsed(s, i, s->now_ms) / 1000, out, size);
    else if (!strcmp(name, "planned"))
        say_num((double)st->planned_ms / 1000, out, size);
    else
        return SAY_FIELD(rows, st, name, out, size);
    return true;
}

static inline bool say_act(const struct action_state *a, const char *name, char *out, size_t size)
{
    static const struct field rows[] = {
        FIELD(action_state, id, F_TEXT),       FIELD(action_state, verb, F_TEXT),
        FIELD(action_state, actor, F_TEXT),    FIELD(action_state, stage, F_INT),
        FIELD(action_state, step, F_INT),      FIELD(action_state, n_steps, F_INT),
        FIELD(action_state, what, F_TEXT),     FIELD(action_state, why, F_TEXT),
        FIELD(action_state, override, F_BOOL), FIELD(action_state, ours, F_BOOL),
        FIELD(action_state, sent_ms, F_TIME),  FIELD(action_state, end_ms, F_TIME),
    };
    if (strcmp(name, "is") != 0)
        return SAY_FIELD(rows, a, name, out, size);
    str_copy(out, size, act_word(a->is));
    return true;
}

static inline bool say_ks(const struct ks_state *k, const char *name, char *out, size_t size)
{
    static const struct field rows[] = {
        FIELD(ks_state, at_ms, F_TIME),
        FIELD(ks_state, checks, F_U32),
        FIELD(ks_state, failures, F_U32),
        FIELD(ks_state, why, F_TEXT),
    };
    if (!strcmp(name, "is"))
        str_copy(out, size, ks_word(k->is));
    else if (!strcmp(name, "ms"))
        say_int(k->ms, out, size);
    else
        return SAY_FIELD(rows, k, name, out, size);
    return true;
}

static inline bool say_alert(const struct state *s, const char *alert, const char *name, char *out,
                             size_t size)
{
    static const struct field rows[] = {
        FIELD(alert_state, firing, F_BOOL),   FIELD(alert_state, matches, F_BOOL),
        FIELD(alert_state, since_ms, F_TIME), FIELD(alert_state, severity, F_TEXT),
        FIELD(alert_state, text, F_TEXT),     FIELD(alert_state, source, F_INT),
    };
    for (size_t i = 0; i < s->n_alerts; i++)
        if (!strcmp(s->alerts[i].name, alert))
            return SAY_FIELD(rows, &s->alerts[i], name, out, size);
    str_copy(out, size, "gone");
    return true;
}

static inline bool say_run(const struct state *s, const char *name, char *out, size_t size)
{
    static const struct field rows[] = {
        FIELD(state, now_ms, F_TIME),
        FIELD(state, misfits, F_U32),
        FIELD(state, run_id, F_TEXT),
        FIELD(state, mode, F_TEXT),
        FIELD(state, ic, F_TEXT),
        FIELD(state, resumed, F_BOOL),
        FIELD(state, start_ms, F_TIME),
        FIELD(state, t0_ms, F_TIME),
        FIELD(state, planned_start_ms, F_TIME),
        FIELD(state, sent_n, F_U32),
        FIELD(state, overrides, F_U32),
        FIELD(state, checkpoint_asked, F_BOOL),
        FIELD(state, end_asked, F_BOOL),
        FIELD(state, end_by, F_TEXT),
        FIELD(state, end_why, F_TEXT),
        FIELD(state, tick_ms, F_TIME),
        FIELD(state, ticks, F_U32),
        FIELD(state, fresh_s, F_NUM),
        FIELD(state, backfill_from_ms, F_TIME),
        FIELD(state, source_ok, F_BOOL),
        FIELD(state, source_why, F_TEXT),
        FIELD(state, stage, F_INT),
        FIELD(state, weight, F_NUM),
        FIELD(state, baseline_until_ms, F_TIME),
        FIELD(state, after_until_ms, F_TIME),
        FIELD(state, baseline_done, F_BOOL),
        FIELD(state, after_done, F_BOOL),
        FIELD(state, checkpoints_done, F_SIZE),
        FIELD(state, hold, F_BOOL),
        FIELD(state, hold_by, F_TEXT),
        FIELD(state, hold_why, F_TEXT),
        FIELD(state, go_ms, F_TIME),
        FIELD(state, pause_since_ms, F_TIME),
        FIELD(state, paused, F_BOOL),
        FIELD(state, pause_why, F_TEXT),
        FIELD(state, n_captured, F_SIZE),
        FIELD(state, n_alerts, F_SIZE),
        FIELD(state, alerts_fired, F_U32),
        FIELD(state, rollback_wanted, F_BOOL),
        FIELD(state, rollback_would, F_BOOL),
        FIELD(state, rollback_started, F_BOOL),
        FIELD(state, rollback_done, F_BOOL),
        FIELD(state, rollback_failed, F_BOOL),
        FIELD(state, rollback_by_person, F_BOOL),
        FIELD(state, rollback_ms, F_TIME),
        FIELD(state, observe_until_ms, F_TIME),
        FIELD(state, rollback_cause, F_TEXT),
        FIELD(state, n_rollback_rules, F_SIZE),
        FIELD(state, aborted, F_BOOL),
        FIELD(state, abort_why, F_TEXT),
        FIELD(state, ks_during_run, F_BOOL),
        FIELD(state, warnings_seen, F_U32),
        FIELD(state, notices_seen, F_U32),
        FIELD(state, criticals_seen, F_U32),
        FIELD(state, extension_failed, F_BOOL),
        FIELD(state, fail_why, F_TEXT),
        FIELD(state, decision, F_TEXT),
        FIELD(state, decision_rule, F_TEXT),
        FIELD(state, decision_why, F_TEXT),
        FIELD(state, decision_ms, F_TIME),
        FIELD(state, n_parked, F_SIZE),
        FIELD(state, signals, F_U32),
        FIELD(state, final, F_BOOL),
        FIELD(state, verdict, F_TEXT),
        FIELD(state, verdict_why, F_TEXT),
    };
    if (!strcmp(name, "phase"))
        str_copy(out, size, phase_word(s->phase));
    else if (!strcmp(name, "ks"))
        str_copy(out, size, ks_word(state_ks(s)));
    else if (!strcmp(name, "log_total"))
        say_int((int64_t)s->log_total, out, size);
    else if (!strcmp(name, "log"))
        str_copy(out, size, s->log_n ? state_log(s, s->log_n - 1)->text : "none");
    else if (!strcmp(name, "parked"))
        str_copy(out, size, s->n_parked ? s->parked[s->n_parked - 1] : "none");
    else if (!strcmp(name, "hist_n"))
        say_int((int64_t)s->hist.n, out, size);
    else
        return SAY_FIELD(rows, s, name, out, size);
    return true;
}

static inline int ks_index(const struct plan *p, const char *name)
{
    for (size_t i = 0; i < p->n_ks; i++)
        if (!strcmp(p->ks[i].name, name))
            return (int)i;
    return -1;
}

/* `hist.ID`: the whole history, "time:value" oldest first. */
static inline void say_hist(const struct state *s, size_t m, char *out, size_t size)
{
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < s->hist.n; i++) {
        char t[32], v[32];
        say_time(hist_time(s, i), t, sizeof t);
        say_num(hist_value(s, m, i), v, sizeof v);
        buf_addf(&b, "%s%s:%s", i ? " " : "", t, v);
    }
    str_copy(out, size, buf_str(&b));
    buf_free(&b);
}

/* `metric.ID.FIELD`, `stage.N.FIELD` (from 1), `act.FIELD`, `kill.FIELD`, `ks.NAME.FIELD`,
 * `alert.NAME.FIELD`, `source.N`, `captured.NAME`, `rule.N`, `hist.ID`, or a field of the run. */
static inline bool say_state(const struct state *s, const char *path, char *out, size_t size)
{
    char part[3][64] = {"", "", ""};
    size_t n = 0;
    for (const char *p = path; n < 3; n++) {
        size_t len = n == 2 ? strlen(p) : strcspn(p, ".");
        str_fmt(part[n], sizeof part[n], "%.*s", (int)len, p);
        p += len;
        if (!*p++)
            break;
    }
    if (!*part[1])
        return say_run(s, path, out, size);
    int m = plan_metric(s->plan, part[1]), at = (int)strtol(part[1], NULL, 10) - 1;
    if (!strcmp(part[0], "metric"))
        return m >= 0 && say_metric(&s->metrics[m], part[2], out, size);
    if (!strcmp(part[0], "hist")) {
        say_hist(s, (size_t)m, out, size);
        return m >= 0;
    }
    if (!strcmp(part[0], "stage"))
        return at >= 0 && (size_t)at < s->plan->n_stages && say_stage(s, at, part[2], out, size);
    if (!strcmp(part[0], "act") || !strcmp(part[0], "kill"))
        return say_act(*part[0] == 'a' ? &s->act : &s->kill, part[1], out, size);
    if (!strcmp(part[0], "ks")) {
        int k = ks_index(s->plan, part[1]);
        return k >= 0 && say_ks(&s->ks[k], part[2], out, size);
    }
    if (!strcmp(part[0], "alert"))
        return say_alert(s, part[1], part[2], out, size);
    if (!strcmp(part[0], "rule")) {
        str_copy(out, size, (size_t)at < s->n_rollback_rules ? s->rollback_rules[at] : "none");
        return true;
    }
    if (!strcmp(part[0], "source") && at >= 0 && (size_t)at < s->plan->n_alerts) {
        say_time(s->alert_sources[at].at_ms, part[0], sizeof part[0]);
        str_fmt(out, size, "%s %s%s%s", s->alert_sources[at].known ? "known" : "blind", part[0],
                *s->alert_sources[at].why ? " " : "", s->alert_sources[at].why);
        return true;
    }
    for (size_t i = 0; !strcmp(part[0], "captured") && i < s->n_captured; i++)
        if (!strcmp(s->captured[i].name, part[1])) {
            str_copy(out, size, s->captured[i].value);
            return true;
        }
    str_copy(out, size, "none");
    return !strcmp(part[0], "captured");
}

#endif
