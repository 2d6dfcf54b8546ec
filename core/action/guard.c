/* The one gate for keys, scripts, headless lines and the director: deny by default, and say whom
 * or what we wait for. Pure. */
#include <string.h>

#include "action/guard_int.h"
#include "action/words.h"
#include "base/near.h"

/* ---- what holds for every intent ---- */

static int check_recording(const struct guarded *a, struct err *why)
{
    if (a->env->recording)
        return 0;
    if (!a->row->not_recording)
        REFUSE("NOT RECORDING: %s waits until the journal can be written again", a->row->word);
    if (a->in->kind == INTENT_ROLLBACK && !a->env->disk_acked)
        REFUSE("NOT RECORDING: type ack_not_recording first, then roll back");
    return 0;
}

static int check_stage(const struct guarded *a, struct err *why)
{
    const struct plan *p = a->s->plan;
    int was = a->in->stage, is = a->s->stage;
    if (was < 0 || was == is || a->in->kind == INTENT_KILL_ON)
        return 0;
    REFUSE("the stage has changed since the box was opened (%s, now %s): look again",
           (size_t)was < p->n_stages ? p->stages[was].name : "?",
           is >= 0 ? p->stages[is].name : "none");
}

static int check_reason(const struct guarded *a, struct err *why)
{
    if (a->in->kind == INTENT_SIGN)
        return 0; /* whether it needs one is the check's own question */
    bool wants = a->row->box == BOX_REASON || a->in->kind == INTENT_KILL_OFF ||
                 a->in->kind == INTENT_ITEM || a->in->override;
    wants = wants && a->in->kind != INTENT_HANDOVER; /* its text is a name */
    if (!wants || a->in->reason[strspn(a->in->reason, " \t")])
        return 0;
    REFUSE("%s%s needs a %s", a->row->word, a->in->override ? " against a shut gate" : "",
           a->in->kind == INTENT_SIGNAL || a->in->kind == INTENT_PARK ? "text" : "reason");
}

static bool after_end(enum intent_kind k)
{
    return k == INTENT_KILL_ON || k == INTENT_KILL_OFF || k == INTENT_ACK_DISK || words_kind(k);
}

/* ---- what holds for one ---- */

static bool is_rollback(const struct state *s)
{
    return s->act.is != ACT_NONE && !strcmp(s->act.verb, "rollback");
}

static bool orphan(const struct state *s)
{
    bool is;
    action_busy(s, &is);
    return is;
}

static bool undo(const struct state *s)
{
    return s->rollback_wanted || s->rollback_would || s->rollback_started || is_rollback(s);
}

static int allow_advance(const struct guarded *a, struct err *why)
{
    const struct state *s = a->s;
    struct gate g;
    if (undo(s))
        REFUSE("a rollback is asked for (%s): nothing goes forward any more", s->rollback_cause);
    if (a->env->director && s->plan->advance != ADVANCE_AUTO)
        REFUSE("the plan says advance: manual, the IC advances");
    if (s->act.is == ACT_UNKNOWN)
        REFUSE("%s %s is UNKNOWN (%s): look, then `resolve` it before anything repeats it",
               s->act.verb, s->act.id, s->act.why);
    if (advance_waits(s))
        REFUSE("advance %s is on its way since %s asked for it: wait for its outcome", s->act.id,
               s->act.actor);
    director_gate(s, a->j, a->env->now_ms, &g);
    if (s->stage >= 0 && (size_t)s->stage + 1 == s->plan->n_stages &&
        s->stages[s->stage].at != STAGE_STARTING)
        REFUSE("%s is the last stage: its gate ends the run by itself",
               s->plan->stages[s->stage].name);
    for (size_t i = 0; i < g.n; i++) {
        const struct gate_item *item = &g.items[i];
        bool person = !strcmp(item->name, "people");
        bool retry = !strcmp(item->name, "action") || !strcmp(item->name, "time");
        if (item->open || (person && !a->env->director))
            continue;
        if (retry && advance_failed(s))
            continue; /* advancing again is the answer to a failed start action */
        if (a->in->override && !a->env->director && !gate_item_hard(item))
            continue;
        REFUSE("the gate is shut: %s: %s (waits for %s)%s", item->name, item->text, item->whom,
               a->in->override ? "; that cannot be overridden" : "");
    }
    return 0;
}

static int allow_rollback(const struct guarded *a, struct err *why)
{
    const struct state *s = a->s;
    bool hurry = s->act.gradual && !a->in->gradual; /* a gradual one becomes immediate */
    if (a->in->gradual && s->plan->gradual_action < 0)
        REFUSE("the plan has no action named rollback_gradual: roll back at once, or not");
    if (s->plan->rollback_action < 0)
        REFUSE("the plan has no action named rollback: people roll back by hand, then `end` the "
               "run");
    if (s->t0_ms < 0 && !s->sent_n && !action_busy(s, NULL))
        REFUSE("nothing is deployed yet: there is nothing to roll back (`end` ends the run)");
    if (s->rollback_done)
        REFUSE("it is rolled back already and read back");
    if (is_rollback(s) && action_busy(s, NULL) && !orphan(s) && !hurry)
        REFUSE("rollback %s is under way since %s asked for it: wait for its outcome", s->act.id,
               s->act.actor);
    if (is_rollback(s) && (s->act.is == ACT_VERIFIED || s->act.is == ACT_REHEARSED))
        REFUSE("rollback %s has just been verified", s->act.id);
    return guard_agreed(a, why);
}

static int allow_kill(const struct guarded *a, struct err *why)
{
    const struct state *s = a->s;
    bool on = a->in->kind == INTENT_KILL_ON;
    if (!s->plan->has_kill_switch)
        REFUSE("the plan says kill_switch: none");
    if (on)
        return 0; /* always, whatever else is under way */
    if ((s->kill.is == ACT_INTENT || s->kill.is == ACT_SENT) && s->kill.ours)
        REFUSE("%s %s is under way: wait until it is read back", s->kill.verb, s->kill.id);
    if (state_ks(s) == KS_OFF)
        REFUSE("the kill switch is off");
    return 0;
}

static int allow_hold(const struct guarded *a, struct err *why)
{
    const struct state *s = a->s;
    if (a->in->kind == INTENT_HOLD) {
        if (s->hold)
            REFUSE("%s holds already: %s", s->hold_by, s->hold_why);
        return 0;
    }
    if (undo(s))
        REFUSE("a rollback is asked for (%s): there is nothing to go on with", s->rollback_cause);
    if (!s->hold && !s->paused)
        REFUSE("nothing is held and nothing is paused");
    return guard_resume(a, why);
}

static int allow_resolve(const struct guarded *a, struct err *why)
{
    const struct state *s = a->s;
    if (s->act.is != ACT_UNKNOWN && !orphan(s))
        REFUSE("no action is UNKNOWN: there is nothing to resolve");
    if (!resolve_outcome(a->in->reason))
        REFUSE("say `done` or `failed` first, then what was seen: resolve done weight reads 5");
    return 0;
}

/* Only the hands that were asked say what they did; the read-back proves it. */
static int allow_person(const struct guarded *a, struct err *why)
{
    const struct hands_state *h = &a->s->hands;
    if (h->is != HAND_MANUAL)
        REFUSE("nothing waits for work by hand");
    if (*a->in->metric && strcmp(a->in->metric, h->id) != 0)
        REFUSE("action %s does not wait for work by hand, %s does", a->in->metric, h->id);
    if (strcmp(a->in->role, h->role) != 0)
        REFUSE("this is the %s's work, you are %s: the %s says what became of it", h->role,
               a->in->role, h->role);
    if (h->said)
        REFUSE("it has been said already: it is being read back");
    return 0;
}

static int allow_message(const struct guarded *a, struct err *why)
{
    const struct messages_state *m = &a->s->messages;
    const char *id = a->in->metric;
    bool any = false;
    for (int i = 0; i < m->n; i++) {
        const struct message_kept *k = &m->all[(m->first + i) % MESSAGES_KEPT];
        bool waits = !strcmp(k->op, "waits");
        any = any || waits;
        if (waits && (!*id || !strcmp(k->id, id)))
            return 0;
    }
    if (any)
        REFUSE("message %s does not wait to be looked at (:messages lists them)", id);
    REFUSE("no message waits to be looked at");
}

static int allow_stop(const struct guarded *a, struct err *why)
{
    const struct hands_state *h = &a->s->hands;
    if (h->is != HAND_BURST && h->is != HAND_RAMP)
        REFUSE("no burst and no gradual rollback is under way: there is nothing to stop");
    return 0;
}

static int allow_end(const struct guarded *a, struct err *why)
{
    const struct state *s = a->s;
    if (allow_end_times(s, a->env, why) < 0)
        return -1;
    if (action_busy(s, NULL) && !orphan(s) && a->env->recording && s->act.sent_ms)
        REFUSE("%s %s is under way: wait for its outcome", s->act.verb, s->act.id);
    return 0;
}

static int allow(const struct guarded *a, struct err *why)
{
    switch (a->in->kind) {
    case INTENT_KILL_ON:
    case INTENT_KILL_OFF:
        return allow_kill(a, why);
    case INTENT_ADVANCE:
        return allow_advance(a, why);
    case INTENT_ROLLBACK:
        return allow_rollback(a, why);
    case INTENT_HOLD:
    case INTENT_GO:
        return allow_hold(a, why);
    case INTENT_SIGNAL:
    case INTENT_CORRECT:
    case INTENT_INCIDENT:
    case INTENT_INCIDENT_OVER:
    case INTENT_TURN:
    case INTENT_ACK_ALERT:
        return words_allowed(a->s, a->in, why);
    case INTENT_RESOLVE:
        return allow_resolve(a, why);
    case INTENT_CONFIRM:
        return allow_confirm(a->s, a->in, a->env, why);
    case INTENT_ISSUE:
        return allow_issue(a, why);
    case INTENT_ITEM:
        return allow_item(a->s, a->in, a->env, why);
    case INTENT_START_AT:
        return allow_start_at(a->s, a->in, a->env, why);
    case INTENT_EXTEND:
        return allow_extend(a->s, why);
    case INTENT_BASELINE:
        return allow_baseline(a->s, why);
    case INTENT_DONE:
    case INTENT_NOT_DONE:
        return allow_person(a, why);
    case INTENT_SEND:
    case INTENT_DROP:
        return allow_message(a, why);
    case INTENT_STOP:
        return allow_stop(a, why);
    case INTENT_APPROVE:
        return guard_approve(a, why);
    case INTENT_HANDOVER:
        return guard_handover(a, why);
    case INTENT_ACK:
        return guard_ack(a, why);
    case INTENT_END:
        return allow_end(a, why);
    case INTENT_ACK_DISK:
        if (a->env->recording)
            REFUSE("the journal is being written: there is nothing to acknowledge");
        return 0;
    case INTENT_PREFLIGHT:
    case INTENT_DRILL:
    case INTENT_SIGN:
    case INTENT_WAIVE:
    case INTENT_NO_GO:
        return guard_preflight(a->s, a->in, why);
    case INTENT_PARK:
    case INTENT_MARK:
    case INTENT_CHECKPOINT:
        return 0;
    case INTENTS:
        break;
    }
    REFUSE("unknown intent");
}

int guard_check(const struct state *s, const struct judge *j, const struct intent *in,
                const struct guard_env *env, struct err *why)
{
    if ((int)in->kind < 0 || in->kind >= INTENTS)
        REFUSE("unknown intent");
    struct intent as = *in; /* in the role that they have at this moment */
    struct guarded a = {s, j, &as, env, intent_row(in->kind)};
    if (env->replay)
        REFUSE("this is a replay: nothing can be done from it");
    if (env->read_only)
        REFUSE("read-only: %s is refused here", a.row->word);
    if (guard_silent(&a, why) < 0 || guard_role(&a, why) < 0)
        return -1;
    if (!env->director)
        str_copy(as.role, sizeof as.role, people_role(s, in->actor, in->role));
    bool signs = in->kind == INTENT_APPROVE && plan_signature(s->plan, in->subject);
    if (s->final && !after_end(in->kind) && !signs)
        REFUSE("the run has ended: %s", s->verdict);
    if (check_recording(&a, why) < 0 || check_stage(&a, why) < 0 || check_reason(&a, why) < 0)
        return -1;
    return guard_denied(&a, why) < 0 ? -1 : allow(&a, why);
}
