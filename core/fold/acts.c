/* Intents and what became of them. An action is done when it was observed, never when it was asked
 * for or sent; a stop outranks every earlier go. */
#include "fold/fold_int.h"

#include <math.h>
#include <stdlib.h>

#define CAPTURE_MAX 4096

static bool is_kill(const char *verb)
{
    return !strcmp(verb, "kill_on") || !strcmp(verb, "kill_off");
}

static bool open_act(const struct action_state *a)
{
    return a->is == ACT_INTENT || a->is == ACT_SENT;
}

/* Must the newest action stay what it is? One at a time: a second go does not replace one under
 * way or a rollback; a second rollback or flip does not replace one that still has its hands,
 * unless it makes a gradual one immediate. */
static bool stays(const struct state *s, const struct action_state *a, const char *verb,
                  bool gradual)
{
    bool alive = open_act(a) && a->ours;
    if (!strcmp(verb, "advance"))
        return alive || s->rollback_wanted || s->rollback_would || s->rollback_started;
    if (!strcmp(verb, "kill_off"))
        return alive && !strcmp(a->verb, "kill_on");
    return !strcmp(verb, "rollback") && alive && !strcmp(a->verb, verb) &&
           !(a->gradual && !gradual);
}

static int steps_of(const struct plan *p, const struct action_state *a)
{
    size_t n = 0;
    if (is_kill(a->verb))
        n = p->n_ks;
    else if (!strcmp(a->verb, "rollback") && a->gradual)
        n = p->gradual_action >= 0 ? p->actions[p->gradual_action].n_steps : 0;
    else if (!strcmp(a->verb, "rollback"))
        n = p->rollback_action >= 0 ? p->actions[p->rollback_action].n_steps : 0;
    else if (a->stage >= 0)
        for (size_t i = 0; i < p->stages[a->stage].n_actions; i++)
            n += p->actions[p->stages[a->stage].actions[i]].n_steps;
    return (int)n;
}

/* A person's rollback has no rule before it: its intent is what says that one is wanted. */
static void ask_rollback(struct state *s, const struct event *ev)
{
    char reason[160];
    s->rollback_wanted = true;
    s->rollback_failed = false; /* another attempt */
    if (s->rollback_ms)
        return;
    s->rollback_ms = ev->t_ms;
    s->rollback_by_person = strcmp(ev->actor, "director") != 0;
    fold_text(reason, sizeof reason, ev->body, "reason");
    str_fmt(s->rollback_cause, sizeof s->rollback_cause, "%s rolls back: %s", ev->actor, reason);
}

static bool begin(struct state *s, const struct event *ev, const char *verb)
{
    struct action_state *a = is_kill(verb) ? &s->kill : &s->act;
    int64_t stage = json_int_or(ev->body, "stage_index", -1);
    bool gradual = json_bool_or(ev->body, "gradual", false);
    if (stays(s, a, verb, gradual))
        return false;
    *a = (struct action_state){.is = ACT_INTENT, .intent_ms = ev->t_ms, .ours = true};
    fold_text(a->id, sizeof a->id, ev->body, "id");
    str_copy(a->verb, sizeof a->verb, verb);
    str_copy(a->actor, sizeof a->actor, ev->actor);
    fold_text(a->what, sizeof a->what, ev->body, json_str(ev->body, "what") ? "what" : "do");
    a->override = json_bool_or(ev->body, "override", false);
    a->stage = stage >= 0 && stage < (int64_t)s->plan->n_stages ? (int)stage : -1;
    a->gradual = gradual;
    a->n_steps = steps_of(s->plan, a);
    s->overrides += a->override;
    if (!strcmp(verb, "rollback"))
        ask_rollback(s, ev);
    if (!strcmp(verb, "advance") && a->stage == 0)
        preflight_at_start(s);
    return true;
}

static bool hold(struct state *s, const struct event *ev)
{
    s->hold = true;
    str_copy(s->hold_by, sizeof s->hold_by, ev->actor);
    fold_text(s->hold_why, sizeof s->hold_why, ev->body, "reason");
    if (s->phase == PHASE_RUNNING)
        s->phase = PHASE_HOLD;
    return true;
}

void pause_leave(struct state *s, int64_t t_ms)
{
    s->go_ms = t_ms;
    s->paused = false;
    clock_resume(s, t_ms);
    if (s->phase == PHASE_PAUSED)
        s->phase = s->phase_before_pause;
}

static bool go(struct state *s, const struct event *ev)
{
    s->hold = false;
    s->go_ms = ev->t_ms;
    if (s->paused)
        pause_leave(s, ev->t_ms);
    if (s->phase == PHASE_HOLD)
        s->phase = PHASE_RUNNING;
    return true;
}

static bool resolve(struct state *s, const struct event *ev)
{
    const char *target = json_str(ev->body, "target");
    bool verified = event_is(ev, "outcome", "verified");
    if ((!open_act(&s->act) && s->act.is != ACT_UNKNOWN) ||
        (target && strcmp(target, s->act.id) != 0) ||
        (!verified && !event_is(ev, "outcome", "failed")))
        return false;
    s->act.is = verified ? ACT_VERIFIED : ACT_FAILED;
    s->act.end_ms = ev->t_ms;
    fold_text(s->act.why, sizeof s->act.why, ev->body, "reason");
    return true;
}

static bool checkpoint(struct state *s, const struct event *ev)
{
    s->checkpoint_asked = true;
    checkpoint_answer(s, ev);
    return true;
}

static bool end(struct state *s, const struct event *ev)
{
    s->end_asked = true;
    str_copy(s->end_by, sizeof s->end_by, ev->actor);
    fold_text(s->end_why, sizeof s->end_why, ev->body, "reason");
    return true;
}

/* NO-GO ends the run before anything was sent. */
static bool no_go(struct state *s, const struct event *ev)
{
    char why[140];
    end(s, ev);
    str_copy(why, sizeof why, s->end_why);
    str_fmt(s->end_why, sizeof s->end_why, "NO-GO: %s", why);
    return true;
}

/* hold and go are a person's alone: there is nothing to be observed, they hold when folded. */
bool fold_intent(struct state *s, const struct event *ev)
{
    static const struct {
        const char *word;
        fold_handler *fold;
    } rows[] = {{"hold", hold},
                {"go", go},
                {"resolve", resolve},
                {"checkpoint", checkpoint},
                {"end", end},
                {"confirm", fold_confirm},
                {"baseline", fold_retake},
                {"done", hands_said},
                {"failed", hands_said},
                {"item", fold_item},
                {"issue", fold_issue},
                {"start_at", fold_start_at},
                {"extend", fold_extend},
                {"no_go", no_go}};
    const char *verb = json_str_or(ev->body, "do", "");
    if (json_bool_or(ev->body, "ask", false))
        return *verb; /* of another seat: the run's process answers it with its own, or refuses */
    if (!strcmp(verb, "advance") || !strcmp(verb, "rollback") || is_kill(verb))
        return begin(s, ev, verb);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i].word, verb))
            return rows[i].fold(s, ev);
    return !strcmp(verb, "ack_not_recording") || !strcmp(verb, "stop") || !strcmp(verb, "send") ||
           !strcmp(verb, "drop") || !strcmp(verb, "preflight") || !strcmp(verb, "drill");
}

static struct action_state *by_id(struct state *s, const struct event *ev)
{
    const char *id = json_str_or(ev->body, "id", "");
    if (*id && !strcmp(s->act.id, id))
        return &s->act;
    if (*id && !strcmp(s->item.id, id))
        return &s->item;
    return *id && !strcmp(s->kill.id, id) ? &s->kill : NULL;
}

static int step_of(const struct event *ev)
{
    int64_t step = json_int_or(ev->body, "step", -1);
    return step >= 0 && step < 10000 ? (int)step : 0;
}

bool fold_sent(struct state *s, const struct event *ev)
{
    if (json_str(ev->body, "follow_up")) {
        hands_sent(s, ev);
        return true;
    }
    struct action_state *a = by_id(s, ev);
    if (a != &s->kill && a != &s->item) { /* a step of the timeline deploys nothing */
        s->sent_n++;                      /* whoever sent it: something has left for production */
        s->refused_n = 0;
    }
    if (!a || !open_act(a))
        return false;
    a->is = ACT_SENT;
    hands_sent(s, ev);
    a->sent_ms = ev->t_ms;
    a->step = step_of(ev);
    return true;
}

static void capture_one(struct state *s, const cJSON *x)
{
    char name[sizeof s->captured->name];
    size_t k = 0;
    struct buf text = BUF_INIT;
    if (!x->string || (!cJSON_IsString(x) && !cJSON_IsNumber(x) && !cJSON_IsBool(x)))
        return;
    str_copy(name, sizeof name, x->string);
    while (k < s->n_captured && strcmp(s->captured[k].name, name) != 0)
        k++;
    if (k == sizeof s->captured / sizeof *s->captured)
        return;
    if (k == s->n_captured)
        str_copy(s->captured[s->n_captured++].name, sizeof name, name);
    if (cJSON_IsString(x))
        buf_add(&text, x->valuestring, strnlen(x->valuestring, CAPTURE_MAX));
    else
        json_print(x, &text);
    free(s->captured[k].value);
    s->captured[k].value = buf_take(&text);
}

static enum act_is outcome_of(const struct event *ev)
{
    static const struct {
        const char *word;
        enum act_is is;
    } rows[] = {{"verified", ACT_VERIFIED},   {"ok", ACT_VERIFIED},
                {"failed", ACT_FAILED},       {"not_verified", ACT_FAILED},
                {"rehearsed", ACT_REHEARSED}, {"superseded", ACT_SUPERSEDED}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (event_is(ev, "outcome", rows[i].word))
            return rows[i].is;
    return ACT_UNKNOWN;
}

/* Only a verified weight is the canary's weight. A rehearsed one is shown as if. */
static void take_weight(struct state *s, const struct action_state *a, const struct event *ev)
{
    double w;
    if (!json_num(ev->body, "weight", &w) || !(w >= 0 && w <= 100) ||
        (!event_is(ev, "outcome", "rehearsed") && !event_is(ev, "outcome", "verified")))
        return;
    fold_weight(s, w, ev->t_ms);
    if (a->stage >= 0 && !strcmp(a->verb, "advance"))
        s->stages[a->stage].weight = w;
}

bool fold_observed(struct state *s, const struct event *ev)
{
    struct action_state *a = by_id(s, ev);
    const cJSON *x;
    if (event_is(ev, "outcome", "refused")) {
        s->people.refused++; /* nothing was done */
        return true;
    }
    hands_observed(s, ev); /* also of an action that another one has replaced */
    if (json_str(ev->body, "follow_up")) {
        s->follow_ups += json_bool_or(ev->body, "done", false);
        return true;
    }
    cJSON_ArrayForEach (x, json_obj(ev->body, "captured"))
        capture_one(s, x); /* it was in an answer, whatever became of the action */
    if (!a || (!open_act(a) && a->is != ACT_UNKNOWN))
        return false; /* over: what comes late changes nothing */
    fold_text(a->why, sizeof a->why, ev->body, "why");
    if (!json_bool_or(ev->body, "done", false)) {
        a->step = step_of(ev);
        take_weight(s, a, ev); /* of a ramp, each lowering that was read back */
        return true;
    }
    a->is = outcome_of(ev);
    a->end_ms = ev->t_ms;
    if (a == &s->item)
        item_over(s, ev);
    if (a == &s->act && a->stage == 0 && a->is != ACT_VERIFIED && !strcmp(a->verb, "advance"))
        preflight_refused(s);
    s->refused_n += a->is == ACT_FAILED && !a->sent_ms && !strcmp(a->verb, "advance");
    take_weight(s, a, ev);
    return true;
}
