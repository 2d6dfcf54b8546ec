/* What people say about each other: approvals, a handover, an acknowledgement, and who was refused.
 * They become what they are, not something to be done. */
#include <string.h>
#include <strings.h>

#include "action/words.h"
#include "base/dlog.h"
#include "base/json.h"

bool intent_is_word(enum intent_kind k)
{
    return words_kind(k) || k == INTENT_APPROVE || k == INTENT_HANDOVER || k == INTENT_ACK ||
           k == INTENT_SIGN || k == INTENT_WAIVE;
}

static struct event *by(const struct state *s, const struct intent *in, enum event_kind kind,
                        int64_t now_ms)
{
    struct event *ev = event_new(kind, now_ms, in->actor);
    str_copy(ev->role, sizeof ev->role, people_role(s, in->actor, in->role));
    if (s->stage >= 0)
        str_copy(ev->stage, sizeof ev->stage, s->plan->stages[s->stage].name);
    return ev;
}

static void add_reason(cJSON *body, const char *reason)
{
    char text[400];
    secret_mask_to(text, sizeof text, reason);
    json_add_str(body, "reason", text);
}

static struct event *approval(const struct state *s, const struct intent *in, int64_t now_ms)
{
    struct event *ev = by(s, in, EV_APPROVAL, now_ms);
    char subject[SUBJECT_SIZE];
    people_subject(s, in->subject, subject, sizeof subject);
    json_add_str(ev->body, "subject", *subject ? subject : in->subject);
    json_add_bool(ev->body, "ok", !in->no);
    add_reason(ev->body, in->reason);
    if (*in->seen)
        json_add_str(ev->body, "seen", in->seen);
    return ev;
}

void handover_name(const struct state *s, const char *whom, char *out, size_t size)
{
    int i = plan_role(s->plan, whom);
    const struct team_role *r = i >= 0 ? &s->plan->team[i] : NULL;
    if (!r)
        str_copy(out, size, whom);
    else if (!strcmp(whom, ROLE_IC)) /* the other one of the two the plan names */
        str_copy(out, size, strcasecmp(r->backup, s->ic) ? r->backup : r->name);
    else
        str_copy(out, size, people_name(s, whom));
}

static struct event *handover(const struct state *s, const struct intent *in, int64_t now_ms)
{
    struct event *ev = by(s, in, EV_HANDOVER, now_ms);
    char to[64];
    handover_name(s, in->subject, to, sizeof to);
    json_add_str(ev->body, "role", ROLE_IC);
    json_add_str(ev->body, "to", to);
    json_add_str(ev->body, "from", s->ic);
    add_reason(ev->body, in->reason);
    return ev;
}

static struct event *ack(const struct state *s, const struct intent *in, int64_t now_ms)
{
    struct event *ev = by(s, in, EV_ESCALATION, now_ms);
    json_add_str(ev->body, "op", "ack");
    if (s->people.call.called)
        json_add_str(ev->body, "level", s->plan->levels[s->people.call.level].level);
    return ev;
}

struct event *intent_word_event(const struct state *s, const struct judge *j,
                                const struct intent *in, int64_t now_ms)
{
    if (in->kind == INTENT_APPROVE)
        return approval(s, in, now_ms);
    if (in->kind == INTENT_HANDOVER)
        return handover(s, in, now_ms);
    if (in->kind == INTENT_ACK)
        return ack(s, in, now_ms);
    if (in->kind == INTENT_SIGN || in->kind == INTENT_WAIVE)
        return intent_check_event(s, in, now_ms);
    struct intent as = *in;
    str_copy(as.role, sizeof as.role, people_role(s, in->actor, in->role));
    return words_event(s, j, &as, now_ms);
}

struct event *intent_refused(const struct state *s, const struct intent *in, const char *id,
                             const char *why, int64_t now_ms)
{
    struct event *ev = by(s, in, EV_OBSERVED, now_ms);
    str_copy(ev->role, sizeof ev->role, in->role); /* as they call themselves */
    json_add_str(ev->body, "id", id);
    json_add_str(ev->body, "do", intent_row(in->kind)->word);
    json_add_int(ev->body, "step", -1);
    json_add_str(ev->body, "outcome", "refused");
    json_add_str(ev->body, "why", why);
    json_add_bool(ev->body, "done", true);
    return ev;
}
