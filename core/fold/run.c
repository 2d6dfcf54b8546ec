/* Stages, decisions, alerts, kill switch, rollback, the end. */
#include "fold/fold_int.h"

#include <math.h>
#include <string.h>

#include "base/num.h"

static const char *op(const struct event *ev)
{
    return json_str_or(ev->body, "op", "");
}

void fold_session(struct state *s, const struct event *ev)
{
    if (!strcmp(op(ev), "start")) {
        s->start_ms = ev->t_ms;
        str_copy(s->run_id, sizeof s->run_id, json_str_or(ev->body, "run_id", ""));
        str_copy(s->mode, sizeof s->mode, json_str_or(ev->body, "mode", "live"));
        str_copy(s->ic, sizeof s->ic, strcmp(ev->role, "ic") ? "" : ev->actor);
    } else if (!strcmp(op(ev), "resume")) {
        s->resumed = true;
        s->hold = true;
        str_copy(s->hold_by, sizeof s->hold_by, "warroom");
        str_copy(s->hold_why, sizeof s->hold_why, "resumed: compare what is, then go on");
        if (s->phase == PHASE_RUNNING)
            s->phase = PHASE_HOLD;
        s->act.ours = s->kill.ours = false;
        for (size_t i = 0; i < s->plan->n_ks; i++)
            s->ks[i].is = KS_UNKNOWN;
    }
}

void fold_countdown(struct state *s, const struct event *ev)
{
    s->planned_start_ms = json_int_or(ev->body, "start_ms", 0);
    if (s->phase == PHASE_PREFLIGHT)
        s->phase = PHASE_COUNTDOWN;
}

void fold_handover(struct state *s, const struct event *ev)
{
    str_copy(s->ic, sizeof s->ic, json_str_or(ev->body, "to", s->ic));
}

void clock_pause(struct state *s, int64_t t_ms)
{
    if (!s->pause_since_ms)
        s->pause_since_ms = t_ms;
}

void clock_resume(struct state *s, int64_t t_ms)
{
    if (s->pause_since_ms && s->stage >= 0 && s->stages[s->stage].at == STAGE_RUNNING &&
        t_ms > s->pause_since_ms)
        s->stages[s->stage].paused_ms += t_ms - s->pause_since_ms;
    s->pause_since_ms = 0;
}

static void stage_enter(struct state *s, struct stage_state *st, int index, const struct event *ev)
{
    s->stage = index;
    *st = (struct stage_state){.at = STAGE_STARTING, .entered_ms = ev->t_ms, .weight = st->weight};
    st->planned_ms = json_int_or(ev->body, "planned_ms", s->plan->stages[index].duration_ms);
    if (s->phase <= PHASE_BASELINE)
        s->phase = s->hold ? PHASE_HOLD : PHASE_RUNNING;
}

static void stage_clock(struct state *s, struct stage_state *st, const struct event *ev)
{
    st->at = STAGE_RUNNING;
    st->clock_ms = ev->t_ms;
    if (json_num(ev->body, "weight", &st->weight))
        s->weight = st->weight;
    if (s->t0_ms < 0)
        s->t0_ms = ev->t_ms;
    for (size_t i = 0; i < s->plan->n_metrics; i++)
        s->metrics[i].n_stage = 0;
}

static void stage_over(struct state *s, struct stage_state *st, const struct event *ev)
{
    const char *result = json_str_or(ev->body, "result", "");
    clock_resume(s, ev->t_ms);
    st->ended_ms = ev->t_ms;
    st->at = !strcmp(result, "pass") || !strcmp(result, "override") ? STAGE_DONE : STAGE_STOPPED;
    if (st->at == STAGE_DONE && st == &s->stages[s->plan->n_stages - 1]) {
        s->phase = PHASE_OBSERVING;
        s->observe_until_ms = ev->t_ms + s->plan->observe_success_ms;
    }
}

void fold_stage(struct state *s, const struct event *ev)
{
    int64_t index = json_int_or(ev->body, "index", -1);
    if (index < 0 || index >= (int64_t)s->plan->n_stages)
        return;
    struct stage_state *st = &s->stages[index];
    if (!strcmp(op(ev), "enter")) {
        stage_enter(s, st, (int)index, ev);
    } else if (!strcmp(op(ev), "clock")) {
        stage_clock(s, st, ev);
    } else if (!strcmp(op(ev), "extend")) {
        st->planned_ms = json_int_or(ev->body, "planned_ms", st->planned_ms);
        st->extended = true;
    } else if (!strcmp(op(ev), "cooldown")) {
        st->cooldown_until_ms = json_int_or(ev->body, "until_ms", 0);
    } else if (!strcmp(op(ev), "end")) {
        stage_over(s, st, ev);
    }
}

void fold_decision(struct state *s, const struct event *ev)
{
    str_copy(s->decision, sizeof s->decision, json_str_or(ev->body, "decision", ""));
    str_copy(s->decision_rule, sizeof s->decision_rule, json_str_or(ev->body, "rule", ""));
    str_copy(s->decision_why, sizeof s->decision_why, json_str_or(ev->body, "why", ""));
    s->decision_ms = ev->t_ms;
    if (!strcmp(s->decision, "AUTO_PAUSE") && !s->paused) {
        s->paused = true;
        str_copy(s->pause_why, sizeof s->pause_why, s->decision_why);
        s->phase_before_pause = s->phase;
        s->phase = PHASE_PAUSED;
        clock_pause(s, ev->t_ms);
    } else if (!strcmp(s->decision, "ABORT")) {
        s->aborted = true;
        str_copy(s->abort_why, sizeof s->abort_why, s->decision_why);
    }
    if (!strcmp(s->decision_rule, "warnings.persist")) {
        s->extension_failed = true;
        str_copy(s->fail_why, sizeof s->fail_why, s->decision_why);
    }
}

void fold_checkpoint(struct state *s, const struct event *ev)
{
    const char *label = json_str_or(ev->body, "label", "");
    int64_t ms;
    if (!strcmp(label, "now"))
        s->checkpoint_asked = false;
    else if (dur_parse(label, &ms) == 0 && s->checkpoints_done < s->plan->n_checkpoints)
        s->checkpoints_done++;
}

void fold_signal(struct state *s, const struct event *ev)
{
    (void)ev;
    s->signals++;
}

void fold_parking(struct state *s, const struct event *ev)
{
    if (s->n_parked < PARKED_CAP)
        s->parked[s->n_parked++] = xstrdup(json_str_or(ev->body, "text", ""));
}

static struct alert_state *alert_slot(struct state *s, int source, const char *name)
{
    for (size_t i = 0; i < s->n_alerts; i++)
        if (s->alerts[i].source == source && !strcmp(s->alerts[i].name, name))
            return &s->alerts[i];
    if (s->n_alerts == ALERTS_MAX)
        return NULL;
    struct alert_state *a = &s->alerts[s->n_alerts++];
    *a = (struct alert_state){.source = source};
    str_copy(a->name, sizeof a->name, name);
    return a;
}

static void fold_one_alert(struct state *s, const struct event *ev, int source, const char *is)
{
    struct alert_state *a = alert_slot(s, source, json_str_or(ev->body, "name", ""));
    if (!a)
        return;
    if (!strcmp(is, "resolved")) {
        *a = s->alerts[--s->n_alerts];
        return;
    }
    bool firing = !strcmp(is, "firing"), matches = json_bool_or(ev->body, "matches", false);
    if (firing && matches && !(a->firing && a->matches) && s->t0_ms >= 0)
        s->alerts_fired++;
    a->firing = firing;
    a->matches = matches;
    a->since_ms = json_int_or(ev->body, "since_ms", ev->t_ms);
    str_copy(a->severity, sizeof a->severity, json_str_or(ev->body, "severity", ""));
    str_copy(a->text, sizeof a->text, json_str_or(ev->body, "text", ""));
}

void fold_alert(struct state *s, const struct event *ev)
{
    int64_t source = json_int_or(ev->body, "source", -2);
    const char *is = json_str_or(ev->body, "state", "");
    if (source < -1 || source >= (int64_t)s->plan->n_alerts)
        return;
    if (strcmp(is, "blind") != 0 && strcmp(is, "known") != 0) {
        fold_one_alert(s, ev, (int)source, is);
    } else if (source >= 0) {
        struct alert_source_state *a = &s->alert_sources[source];
        a->known = !strcmp(is, "known");
        a->at_ms = ev->t_ms;
        str_copy(a->why, sizeof a->why, json_str_or(ev->body, "why", ""));
    }
}

void fold_kill_switch(struct state *s, const struct event *ev)
{
    const char *scope = json_str_or(ev->body, "scope", ""),
               *is = json_str_or(ev->body, "state", "");
    for (size_t i = 0; i < s->plan->n_ks; i++) {
        struct ks_state *k = &s->ks[i];
        if (strcmp(s->plan->ks[i].name, scope) != 0)
            continue;
        k->is = !strcmp(is, "OFF")       ? KS_OFF
                : !strcmp(is, "ENGAGED") ? KS_ENGAGED
                : !strcmp(is, "FAILED")  ? KS_FAILED
                                         : KS_UNKNOWN;
        k->at_ms = ev->t_ms;
        k->ms = json_int_or(ev->body, "ms", -1);
        k->checks++;
        k->failures += k->is == KS_UNKNOWN || k->is == KS_FAILED;
        str_copy(k->why, sizeof k->why, json_str_or(ev->body, "why", ""));
        bool executed = s->t0_ms >= 0 || s->sent_n > 0;
        s->ks_during_run = s->ks_during_run || (k->is == KS_ENGAGED && executed);
    }
}

static void note_cause(struct state *s, const char *rule)
{
    for (size_t i = 0; i < s->n_rollback_rules; i++)
        if (!strcmp(s->rollback_rules[i], rule))
            return;
    if (*rule && s->n_rollback_rules < CAUSES_MAX)
        str_copy(s->rollback_rules[s->n_rollback_rules++], sizeof s->rollback_rules[0], rule);
}

void fold_rollback(struct state *s, const struct event *ev)
{
    bool wanted = !strcmp(op(ev), "wanted") || !strcmp(op(ev), "waits");
    bool would = !strcmp(op(ev), "would");
    note_cause(s, json_str_or(ev->body, "rule", ""));
    if ((wanted || would) && !s->rollback_ms) {
        s->rollback_ms = ev->t_ms;
        str_copy(s->rollback_cause, sizeof s->rollback_cause, json_str_or(ev->body, "cause", ""));
        s->rollback_by_person = json_bool_or(ev->body, "by_person", false);
    }
    s->rollback_wanted = s->rollback_wanted || wanted;
    s->rollback_would = s->rollback_would || would;
    if (!strcmp(op(ev), "started")) {
        s->rollback_started = true;
        s->phase = PHASE_ROLLING_BACK;
    } else if (!strcmp(op(ev), "done")) {
        s->rollback_done = true;
        s->rollback_failed = false;
        s->phase = PHASE_OBSERVING;
        s->observe_until_ms = ev->t_ms + s->plan->observe_rollback_ms;
    } else if (!strcmp(op(ev), "not_verified")) {
        s->rollback_failed = true;
    }
}

void fold_final(struct state *s, const struct event *ev)
{
    s->final = true;
    s->phase = PHASE_DONE;
    str_copy(s->verdict, sizeof s->verdict, json_str_or(ev->body, "decision", ""));
    str_copy(s->verdict_why, sizeof s->verdict_why, json_str_or(ev->body, "why", ""));
}
