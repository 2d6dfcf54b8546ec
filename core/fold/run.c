/* The session, its stages and their clocks, decisions, the rollback, the end. */
#include "fold/fold_int.h"

#include <math.h>

bool fold_executed(const struct state *s)
{
    return s->t0_ms >= 0 || s->sent_n > 0;
}

static void resume(struct state *s)
{
    s->resumed = true;
    s->hold = true;
    str_copy(s->hold_by, sizeof s->hold_by, "warroom");
    str_copy(s->hold_why, sizeof s->hold_why, "resumed: compare what is, then go on");
    if (s->phase == PHASE_RUNNING)
        s->phase = PHASE_HOLD;
    s->act.ours = s->kill.ours = false;
    items_resume(s);
    world_forget(s);
    preflight_forget(s);
}

/* What stands in the way of `go` after a resume names how production differs. */
static bool reread(struct state *s, const struct event *ev)
{
    const cJSON *first = cJSON_GetArrayItem(json_arr(ev->body, "differences"), 0);
    char text[120];
    if (!s->resumed || !s->hold || strcmp(s->hold_by, "warroom") != 0 || !cJSON_IsString(first))
        return s->resumed;
    fold_clean(text, sizeof text, first->valuestring);
    str_fmt(s->hold_why, sizeof s->hold_why, "resumed, and production differs: %s", text);
    return true;
}

bool fold_session(struct state *s, const struct event *ev)
{
    if (event_is(ev, "op", "reread"))
        return reread(s, ev);
    if (event_is(ev, "op", "resume") && s->start_ms) {
        resume(s);
        people_begin(s, ev, true);
        return true;
    }
    if (!event_is(ev, "op", "start") || s->start_ms)
        return people_session(s, ev);
    s->start_ms = ev->t_ms;
    fold_text(s->run_id, sizeof s->run_id, ev->body, "run_id");
    str_copy(s->mode, sizeof s->mode, "live");
    if (json_str(ev->body, "mode"))
        fold_text(s->mode, sizeof s->mode, ev->body, "mode");
    s->speed = 1;
    if (!strcmp(s->mode, "demo") || !strcmp(s->mode, "drill"))
        json_num(ev->body, "speed", &s->speed);
    people_begin(s, ev, false);
    return true;
}

bool fold_countdown(struct state *s, const struct event *ev)
{
    s->planned_start_ms = fold_ms(ev->body, "start_ms", 0);
    if (s->phase == PHASE_PREFLIGHT)
        s->phase = PHASE_COUNTDOWN;
    return s->planned_start_ms > 0;
}

void clock_pause(struct state *s, int64_t t_ms)
{
    if (!s->pause_since_ms)
        s->pause_since_ms = t_ms;
}

/* A pause that began before the stage's clock has stopped it only since then. */
static int64_t pause_from(const struct state *s, const struct stage_state *st)
{
    return s->pause_since_ms > st->clock_ms ? s->pause_since_ms : st->clock_ms;
}

void clock_resume(struct state *s, int64_t t_ms)
{
    if (s->pause_since_ms && s->stage >= 0 && s->stages[s->stage].at == STAGE_RUNNING) {
        struct stage_state *st = &s->stages[s->stage];
        int64_t from = pause_from(s, st);
        st->paused_ms += t_ms > from ? t_ms - from : 0;
    }
    s->pause_since_ms = 0;
}

int64_t stage_elapsed(const struct state *s, int index, int64_t now_ms)
{
    if (index < 0 || (size_t)index >= s->plan->n_stages)
        return 0;
    const struct stage_state *st = &s->stages[index];
    if (!st->clock_ms)
        return 0;
    int64_t end = st->ended_ms ? st->ended_ms : now_ms;
    int64_t paused = st->paused_ms;
    if (!st->ended_ms && s->pause_since_ms && index == s->stage && now_ms > pause_from(s, st))
        paused += now_ms - pause_from(s, st);
    int64_t elapsed = end - st->clock_ms - paused;
    return elapsed > 0 ? elapsed : 0;
}

static bool stage_enter(struct state *s, struct stage_state *st, int index, const struct event *ev)
{
    if (st->at == STAGE_RUNNING)
        return false;
    s->stage = index;
    *st = (struct stage_state){.at = STAGE_STARTING, .entered_ms = ev->t_ms, .weight = st->weight};
    st->planned_ms = fold_ms(ev->body, "planned_ms", s->plan->stages[index].duration_ms);
    if (s->phase <= PHASE_BASELINE)
        s->phase = s->hold ? PHASE_HOLD : PHASE_RUNNING;
    return true;
}

/* A stage that has no actions is begun by its clock: nobody observes anything. */
static void advance_over(struct state *s, int index, int64_t t_ms)
{
    if (s->act.is != ACT_INTENT || strcmp(s->act.verb, "advance") != 0 || s->act.stage != index ||
        s->plan->stages[index].n_actions)
        return;
    s->act.is = ACT_VERIFIED;
    s->act.end_ms = t_ms;
}

void fold_weight(struct state *s, double weight, int64_t t_ms)
{
    if (isnan(s->weight) || s->weight < weight || s->weight > weight)
        s->weight_ms = t_ms;
    s->weight = weight;
}

static bool stage_clock(struct state *s, struct stage_state *st, int index, const struct event *ev)
{
    double weight;
    if (st->at == STAGE_RUNNING)
        return false;
    if ((index != s->stage || st->at != STAGE_STARTING) && !stage_enter(s, st, index, ev))
        return false;
    st->at = STAGE_RUNNING;
    st->clock_ms = fold_at(ev);
    if (json_num(ev->body, "weight", &weight) && isfinite(weight)) {
        fold_weight(s, weight, ev->t_ms);
        st->weight = weight;
    }
    advance_over(s, index, ev->t_ms);
    for (size_t i = 0; i < s->plan->n_metrics; i++)
        s->metrics[i].n_stage = 0;
    if (s->t0_ms >= 0)
        return true;
    s->t0_ms = ev->t_ms;
    marks_at_t0(s);
    world_at_t0(s);
    return true;
}

static bool stage_over(struct state *s, struct stage_state *st, int index, const struct event *ev)
{
    if (st->at != STAGE_RUNNING && st->at != STAGE_STARTING)
        return false;
    if (index == s->stage)
        clock_resume(s, ev->t_ms);
    st->ended_ms = fold_at(ev);
    st->at = event_is(ev, "result", "pass") || event_is(ev, "result", "override") ? STAGE_DONE
                                                                                  : STAGE_STOPPED;
    if (st->at == STAGE_DONE && (size_t)index + 1 == s->plan->n_stages) {
        s->phase = PHASE_OBSERVING;
        s->observe_until_ms = ev->t_ms + s->plan->observe_success_ms;
        soak_begin(s, ev->t_ms);
    }
    return true;
}

bool fold_stage(struct state *s, const struct event *ev)
{
    int64_t at = json_int_or(ev->body, "index", -1);
    if (at < 0 || at >= (int64_t)s->plan->n_stages)
        return false;
    int index = (int)at;
    struct stage_state *st = &s->stages[index];
    if (event_is(ev, "op", "enter"))
        return stage_enter(s, st, index, ev);
    if (event_is(ev, "op", "clock"))
        return stage_clock(s, st, index, ev);
    if (event_is(ev, "op", "end"))
        return stage_over(s, st, index, ev);
    if (event_is(ev, "op", "cooldown")) {
        st->cooldown_until_ms = fold_ms(ev->body, "until_ms", 0);
        return true;
    }
    if (!event_is(ev, "op", "extend"))
        return false;
    st->planned_ms = fold_ms(ev->body, "planned_ms", st->planned_ms);
    st->extended = true;
    return true;
}

/* Latched: only `go` or a rollback ends it. */
static void pause_run(struct state *s, const struct event *ev)
{
    s->paused = true;
    s->people.pause_seq = ev->seq;
    str_copy(s->pause_why, sizeof s->pause_why, s->decision_why);
    s->phase_before_pause = s->phase;
    s->phase = PHASE_PAUSED;
    clock_pause(s, ev->t_ms);
}

static void extension_failed(struct state *s, const struct event *ev, const char *key)
{
    s->extension_failed = true;
    fold_text(s->fail_why, sizeof s->fail_why, ev->body, key);
}

bool fold_decision(struct state *s, const struct event *ev)
{
    fold_text(s->decision, sizeof s->decision, ev->body, "decision");
    fold_text(s->decision_rule, sizeof s->decision_rule, ev->body, "rule");
    fold_text(s->decision_why, sizeof s->decision_why, ev->body, "why");
    s->decision_ms = ev->t_ms;
    if (!strcmp(s->decision, "AUTO_PAUSE") && !s->paused && !s->rollback_started && !s->final) {
        pause_run(s, ev);
    } else if (!strcmp(s->decision, "ABORT")) {
        s->aborted = true;
        str_copy(s->abort_why, sizeof s->abort_why, s->decision_why);
    }
    if (!strcmp(s->decision_rule, "warnings.persist"))
        extension_failed(s, ev, "why");
    return *s->decision;
}

static void note_cause(struct state *s, const struct event *ev)
{
    char rule[sizeof s->rollback_rules[0]];
    fold_text(rule, sizeof rule, ev->body, "rule");
    if (!strncmp(rule, "warnings.persist", 16) && !s->extension_failed)
        extension_failed(s, ev, "cause");
    for (size_t i = 0; i < s->n_rollback_rules; i++)
        if (!strcmp(s->rollback_rules[i], rule))
            return;
    if (*rule && s->n_rollback_rules < CAUSES_MAX)
        str_copy(s->rollback_rules[s->n_rollback_rules++], sizeof s->rollback_rules[0], rule);
}

/* A stop outranks what people held or the judge paused: its own clock runs. */
static void rollback_started(struct state *s, int64_t t_ms)
{
    s->rollback_started = true;
    s->paused = false;
    clock_resume(s, t_ms);
    s->phase = PHASE_ROLLING_BACK;
}

static void rollback_done(struct state *s, int64_t t_ms)
{
    s->rollback_done = true;
    s->rollback_failed = false;
    s->phase = PHASE_OBSERVING;
    s->observe_until_ms = t_ms + s->plan->observe_rollback_ms;
    s->rollback_checked = false;
    s->alerts_at_rollback = s->alerts_fired;
}

static void rollback_checked(struct state *s, const struct event *ev)
{
    const cJSON *c;
    s->rollback_checked = true;
    s->rollback_unmet[0] = '\0';
    cJSON_ArrayForEach (c, json_arr(ev->body, "checks")) {
        if (!json_bool_or(c, "met", false) && !*s->rollback_unmet)
            fold_text(s->rollback_unmet, sizeof s->rollback_unmet, c, "id");
    }
}

bool fold_rollback(struct state *s, const struct event *ev)
{
    bool wanted = event_is(ev, "op", "wanted") || event_is(ev, "op", "waits");
    bool would = event_is(ev, "op", "would");
    note_cause(s, ev);
    if ((wanted || would) && !s->rollback_ms) {
        s->rollback_ms = ev->t_ms;
        fold_text(s->rollback_cause, sizeof s->rollback_cause, ev->body, "cause");
        s->rollback_by_person = json_bool_or(ev->body, "by_person", false);
        people_rollback(s, ev);
    }
    s->rollback_wanted = s->rollback_wanted || wanted;
    s->rollback_would = s->rollback_would || would;
    if (event_is(ev, "op", "started"))
        rollback_started(s, ev->t_ms);
    else if (event_is(ev, "op", "done"))
        rollback_done(s, ev->t_ms);
    else if (event_is(ev, "op", "not_verified"))
        s->rollback_failed = true;
    else if (event_is(ev, "op", "checked"))
        rollback_checked(s, ev);
    else
        return wanted || would || event_is(ev, "op", "duplicate");
    return true;
}

bool fold_final(struct state *s, const struct event *ev)
{
    if (s->final)
        return false; /* the first word is the last */
    s->final = true;
    s->phase = PHASE_DONE;
    times_end(s);
    soak_missed(s);
    fold_text(s->verdict, sizeof s->verdict, ev->body, "decision");
    fold_text(s->verdict_why, sizeof s->verdict_why, ev->body, "why");
    if (!strcmp(s->verdict, "ABORTED") && !s->aborted) {
        s->aborted = true;
        str_copy(s->abort_why, sizeof s->abort_why, s->verdict_why);
    }
    return true;
}
