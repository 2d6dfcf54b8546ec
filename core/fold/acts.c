/* Intents and what became of them. An action is done when it was observed, never when it was asked
 * for or sent. */
#include "fold/fold_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_kill(const char *verb)
{
    return !strcmp(verb, "kill_on") || !strcmp(verb, "kill_off");
}

/* A person's rollback has no rule before it: its intent is what says that one is wanted. */
static void ask_rollback(struct state *s, const struct event *ev)
{
    s->rollback_wanted = true;
    s->rollback_failed = false; /* another attempt */
    if (s->rollback_ms)
        return;
    s->rollback_ms = ev->t_ms;
    s->rollback_by_person = strcmp(ev->actor, "director") != 0;
    str_fmt(s->rollback_cause, sizeof s->rollback_cause, "%s rolls back: %s", ev->actor,
            json_str_or(ev->body, "reason", ""));
}

static void begin(struct state *s, const struct event *ev, const char *verb)
{
    struct action_state *a = is_kill(verb) ? &s->kill : &s->act;
    *a = (struct action_state){.is = ACT_INTENT, .intent_ms = ev->t_ms, .ours = ev->ours};
    str_copy(a->id, sizeof a->id, json_str_or(ev->body, "id", ""));
    str_copy(a->verb, sizeof a->verb, verb);
    str_copy(a->actor, sizeof a->actor, ev->actor);
    str_copy(a->what, sizeof a->what, json_str_or(ev->body, "what", verb));
    a->override = json_bool_or(ev->body, "override", false);
    int64_t stage = json_int_or(ev->body, "stage_index", -1);
    a->stage = stage >= -1 && stage < (int64_t)s->plan->n_stages ? (int)stage : -1;
    s->overrides += a->override;
    if (!strcmp(verb, "rollback"))
        ask_rollback(s, ev);
}

static void hold(struct state *s, const struct event *ev)
{
    s->hold = true;
    str_copy(s->hold_by, sizeof s->hold_by, ev->actor);
    str_copy(s->hold_why, sizeof s->hold_why, json_str_or(ev->body, "reason", ""));
    if (s->phase == PHASE_RUNNING)
        s->phase = PHASE_HOLD;
}

static void go(struct state *s, const struct event *ev)
{
    s->hold = false;
    s->go_ms = ev->t_ms;
    if (s->paused) {
        s->paused = false;
        clock_resume(s, ev->t_ms);
        s->phase = s->phase_before_pause;
    }
    if (s->phase == PHASE_HOLD)
        s->phase = PHASE_RUNNING;
}

static void resolve(struct state *s, const struct event *ev)
{
    bool open = s->act.is == ACT_UNKNOWN || s->act.is == ACT_INTENT || s->act.is == ACT_SENT;
    const char *outcome = json_str_or(ev->body, "outcome", "");
    if (!open)
        return;
    if (!strcmp(outcome, "verified"))
        s->act.is = ACT_VERIFIED;
    else if (!strcmp(outcome, "failed"))
        s->act.is = ACT_FAILED;
    s->act.end_ms = ev->t_ms;
    str_copy(s->act.why, sizeof s->act.why, json_str_or(ev->body, "reason", ""));
}

void fold_intent(struct state *s, const struct event *ev)
{
    const char *verb = json_str_or(ev->body, "do", "");
    if (!strcmp(verb, "advance") || !strcmp(verb, "rollback") || is_kill(verb))
        begin(s, ev, verb);
    else if (!strcmp(verb, "hold"))
        hold(s, ev);
    else if (!strcmp(verb, "go"))
        go(s, ev);
    else if (!strcmp(verb, "resolve"))
        resolve(s, ev);
    else if (!strcmp(verb, "checkpoint"))
        s->checkpoint_asked = true;
    else if (!strcmp(verb, "end")) {
        s->end_asked = true;
        str_copy(s->end_by, sizeof s->end_by, ev->actor);
        str_copy(s->end_why, sizeof s->end_why, json_str_or(ev->body, "reason", ""));
    }
}

static struct action_state *by_id(struct state *s, const struct event *ev)
{
    const char *id = json_str_or(ev->body, "id", "");
    if (*id && !strcmp(s->act.id, id))
        return &s->act;
    return *id && !strcmp(s->kill.id, id) ? &s->kill : NULL;
}

void fold_sent(struct state *s, const struct event *ev)
{
    struct action_state *a = by_id(s, ev);
    if (a != &s->kill)
        s->sent_n++;
    if (!a || a->end_ms)
        return;
    a->is = ACT_SENT;
    a->sent_ms = ev->t_ms;
    a->step = (int)json_int_or(ev->body, "step", 0);
}

static void capture(struct state *s, const cJSON *captured)
{
    const cJSON *x;
    cJSON_ArrayForEach (x, captured) {
        const char *value = cJSON_GetStringValue(x);
        size_t k = 0;
        if (!value || !x->string)
            continue;
        while (k < s->n_captured && strcmp(s->captured[k].name, x->string) != 0)
            k++;
        if (k == sizeof s->captured / sizeof *s->captured)
            continue;
        if (k == s->n_captured)
            str_copy(s->captured[s->n_captured++].name, sizeof s->captured[k].name, x->string);
        free(s->captured[k].value);
        s->captured[k].value = xstrdup(value);
    }
}

static enum act_is outcome_of(const char *word)
{
    static const struct {
        const char *word;
        enum act_is is;
    } rows[] = {{"verified", ACT_VERIFIED},   {"failed", ACT_FAILED},
                {"not_verified", ACT_FAILED}, {"unknown", ACT_UNKNOWN},
                {"rehearsed", ACT_REHEARSED}, {"superseded", ACT_SUPERSEDED}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i].word, word))
            return rows[i].is;
    return ACT_UNKNOWN;
}

/* Only a verified weight is the canary's weight. A rehearsed one is shown as if. */
static void take_weight(struct state *s, const struct action_state *a, const struct event *ev)
{
    double w;
    if ((a->is != ACT_VERIFIED && a->is != ACT_REHEARSED) || !json_num(ev->body, "weight", &w))
        return;
    s->weight = w;
    if (a->stage >= 0 && !strcmp(a->verb, "advance"))
        s->stages[a->stage].weight = w;
}

void fold_observed(struct state *s, const struct event *ev)
{
    struct action_state *a = by_id(s, ev);
    capture(s, json_obj(ev->body, "captured"));
    if (!a)
        return;
    str_copy(a->why, sizeof a->why, json_str_or(ev->body, "why", ""));
    if (!json_bool_or(ev->body, "done", false))
        return;
    a->is = outcome_of(json_str_or(ev->body, "outcome", ""));
    a->end_ms = ev->t_ms;
    take_weight(s, a, ev);
}
