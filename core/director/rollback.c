/* The rollback's way: wanted once, whoever fires first; later triggers are journaled once each; it
 * is done only when it has been read back (CONTRACT 5.2). */
#include "base/json.h"
#include "director/director_int.h"
#include "director/want.h"

#include <string.h>

static const char *cause_of(const struct state *s)
{
    return *s->rollback_cause ? s->rollback_cause : "a person asked for it";
}

/* Who decides on it and who must agree, when the plan says so. */
static void add_whom(const struct where *w, const struct proposal *trigger, cJSON *body)
{
    const struct rollback_rule *r =
        plan_rollback_rule(w->plan, trigger && trigger->metric >= 0 ? trigger->metric : CAUSE_ANY);
    char whom[240], one[100];
    if (!r)
        return;
    people_words(w->s, r->decide, whom, sizeof whom);
    for (size_t i = 0; i < r->approve.n; i++) {
        people_words(w->s, r->approve.role[i], one, sizeof one);
        str_fmt(whom + strlen(whom), sizeof whom - strlen(whom), "%s%s", i ? ", " : " (with ", one);
    }
    if (r->approve.n)
        str_fmt(whom + strlen(whom), sizeof whom - strlen(whom), ")");
    json_add_str(body, "whom", whom);
}

/* The rollback record: who, why, from when to when, how it ended. What was seen at the decision is
 * in its intent. */
static void add_record(const struct where *w, bool done, cJSON *body)
{
    const struct action_state *a = &w->s->act;
    cJSON *o = json_add_obj(body, "record");
    json_add_str(o, "id", a->id);
    json_add_str(o, "status", done ? "completed" : "not_verified");
    json_add_str(o, "type", "full");
    json_add_bool(o, "gradual", a->gradual);
    json_add_str(o, "triggered_by", strcmp(a->actor, "director") ? "manual" : "automatic");
    json_add_str(o, "decided_by", a->actor);
    json_add_str(o, "reason", cause_of(w->s));
    json_add_int(o, "started_ms", a->intent_ms);
    json_add_int(o, "completed_ms", a->end_ms);
    json_add_int(o, "duration_ms", a->end_ms - a->intent_ms);
}

static void tell(const struct where *w, const char *op, const char *cause,
                 const struct proposal *trigger, const char *key, struct event_list *out)
{
    struct event *ev = director_event(w->s, EV_ROLLBACK);
    json_add_str(ev->body, "op", op);
    json_add_str(ev->body, "cause", cause);
    if (key)
        json_add_str(ev->body, "rule", key);
    if (trigger && trigger->metric >= 0)
        json_add_str(ev->body, "metric", w->plan->metrics[trigger->metric].id);
    if (!strcmp(op, "waits") || !strcmp(op, "would"))
        add_whom(w, trigger, ev->body);
    json_add_str(ev->body, "mode", rollback_mode_word(w->plan->rollback_mode));
    if (w->s->rollback_by_person)
        json_add_bool(ev->body, "by_person", true);
    if (!strcmp(op, "done") || !strcmp(op, "not_verified"))
        add_record(w, !strcmp(op, "done"), ev->body);
    event_list_add(out, ev);
}

static void want(const struct where *w, const struct judge *j, const char *cause,
                 struct event_list *out)
{
    struct want what = {.word = "rollback", .actor = "director", .reason = cause, .cause = cause};
    event_list_add(out, director_want(w->s, j, &what, w->s->now_ms));
}

static void key_of(const struct proposal *p, char *out, size_t size)
{
    str_fmt(out, size, "%s%s%s", p->rule, *p->subject ? ":" : "", p->subject);
}

static bool known(const struct state *s, const char *key)
{
    for (size_t i = 0; i < s->n_rollback_rules; i++)
        if (!strcmp(s->rollback_rules[i], key))
            return true;
    return s->n_rollback_rules >= CAUSES_MAX;
}

/* What asks for a rollback now: the first one starts it by the plan's mode. */
static bool triggers(const struct where *w, const struct judge *j, const struct standing *raw,
                     struct event_list *out)
{
    static const char *const first[] = {"wanted", "waits", "would"};
    bool undo = w->undo, any = false, hurried = false;
    for (size_t i = 0; i < raw->n; i++) {
        const struct proposal *p = &raw->all[i];
        char key[sizeof w->s->rollback_rules[0]];
        if (p->what != DEC_ROLLBACK)
            continue;
        key_of(p, key, sizeof key);
        if (undo && known(w->s, key))
            continue;
        any = true;
        tell(w, undo ? "duplicate" : first[w->plan->rollback_mode], p->why, p, key, out);
        /* What a rule wants now does not wait for a ramp, nor end with one that was stopped. */
        bool slow = w->s->act.gradual && rollback_attempted(w->s) && !w->s->rollback_done &&
                    !w->orphan && w->s->act.is != ACT_VERIFIED && w->s->act.is != ACT_REHEARSED;
        if (w->plan->rollback_mode == ROLLBACK_AUTOMATIC && !hurried &&
            ((!undo && !rollback_attempted(w->s)) || slow)) {
            want(w, j, p->why, out);
            hurried = true;
        }
        undo = true;
    }
    return any;
}

/* What became of the attempt under way. */
static bool follow(const struct where *w, struct event_list *out)
{
    const struct state *s = w->s;
    if (!s->rollback_started) {
        tell(w, "started", cause_of(s), NULL, NULL, out);
        if (w->running || w->starting)
            stage_end(w, "rollback", out);
        return true;
    }
    if ((s->act.is == ACT_VERIFIED || s->act.is == ACT_REHEARSED) && !s->rollback_done) {
        tell(w, "done", cause_of(s), NULL, NULL, out);
        return true;
    }
    if ((s->act.is == ACT_FAILED || s->act.is == ACT_UNKNOWN) && !s->rollback_failed &&
        !s->rollback_done) {
        tell(w, "not_verified", *s->act.why ? s->act.why : cause_of(s), NULL, NULL, out);
        return true;
    }
    return false;
}

bool flow_rollback(const struct where *w, const struct judge *j, const struct standing *raw,
                   struct event_list *out)
{
    const struct state *s = w->s;
    bool any = triggers(w, j, raw, out);
    if (rollback_attempted(s))
        return follow(w, out) || any;
    /* Wanted, but the process died before its intent was on the tape. */
    if (!any && s->rollback_wanted && !s->rollback_by_person &&
        w->plan->rollback_mode == ROLLBACK_AUTOMATIC) {
        want(w, j, cause_of(s), out);
        return true;
    }
    return any;
}
