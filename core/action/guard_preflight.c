/* Who may run, sign and waive which check before the start, and what that is on the tape. One
 * person cannot sign twice, the order of the items holds, a blocker is not waived. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "action/guard_int.h"
#include "base/dlog.h"
#include "base/json.h"
#include "base/near.h"
#include "director/preflight.h"

static bool all(const struct intent *in)
{
    return !*in->subject || !strcmp(in->subject, "all") || !strcmp(in->subject, "preflight");
}

static int no_such_item(const struct plan *p, const char *id, struct err *why)
{
    const char **ids = xzalloc(p->preflight.n_items + 1, sizeof *ids);
    for (size_t i = 0; i < p->preflight.n_items; i++)
        ids[i] = p->preflight.items[i].id;
    struct near_hint hint = near_hint(id, ids, p->preflight.n_items);
    free(ids);
    REFUSE("%s is no check of the plan%s", id, hint.text);
}

/* What must have passed before it (PRE-11). */
static int in_order(const struct state *s, const struct preflight_item *it, struct err *why)
{
    if (it->after_item < 0)
        return 0;
    enum pf_is is = s->preflight.items[it->after_item].is;
    if (is == PF_PASSED || is == PF_WARNED || is == PF_REHEARSED)
        return 0;
    REFUSE("%s comes after %s, which has not passed (%s)", it->id, it->after, pf_word(is));
}

static int may_run(const struct state *s, const struct intent *in, size_t i, struct err *why)
{
    const struct preflight_item *it = &s->plan->preflight.items[i];
    bool drill = in->kind == INTENT_DRILL;
    if (it->kind == PF_CONFIRM)
        REFUSE("%s is signed by %s, it cannot be run", it->id, it->confirm.role);
    if (drill != preflight_writes(it))
        REFUSE(drill ? "%s is no drill and no reset: preflight %s runs it"
                     : "%s writes to the kill switch: drill %s runs it",
               it->id, it->id);
    if (s->preflight.items[i].running)
        REFUSE("%s is under way: wait for its outcome", it->id);
    if (drill && state_ks(s) == KS_ENGAGED)
        REFUSE("the kill switch is ON: a drill would turn it off");
    if (drill && (s->kill.is == ACT_INTENT || s->kill.is == ACT_SENT) && s->kill.ours)
        REFUSE("%s %s is under way: wait until it is read back", s->kill.verb, s->kill.id);
    return in_order(s, it, why);
}

static int may_sign_off(const struct state *s, const struct intent *in, struct err *why)
{
    const struct plan_preflight *p = &s->plan->preflight;
    bool role = false;
    if (!p->n_signoff)
        REFUSE("the plan asks nobody to sign off its checks: name one, sign ID");
    for (size_t i = 0; i < p->n_signoff && i < SIGNOFF_MAX; i++) {
        role = role || !strcmp(p->signoff[i], in->role);
        if (s->preflight.signoff[i].at_ms && strcmp(p->signoff[i], in->role) != 0 &&
            !strcmp(s->preflight.signoff[i].by, in->actor))
            REFUSE("%s has signed already as %s: one person cannot sign twice", in->actor,
                   p->signoff[i]);
    }
    if (!role)
        REFUSE("%s does not sign off these checks", in->role);
    return 0;
}

static bool agrees_to(const struct state *s, size_t i)
{
    const struct preflight_item *it = &s->plan->preflight.items[i];
    const struct preflight_item_state *x = &s->preflight.items[i];
    return *it->approve && (x->is == PF_WARNED || x->near);
}

static int may_sign(const struct state *s, const struct intent *in, size_t i, struct err *why)
{
    const struct preflight_item *it = &s->plan->preflight.items[i];
    const char *role = it->kind == PF_CONFIRM ? it->confirm.role : it->approve;
    if (it->kind != PF_CONFIRM && !agrees_to(s, i))
        REFUSE("%s is checked by itself: there is nothing to sign", it->id);
    if (strcmp(role, in->role) != 0)
        REFUSE("%s signs %s, you are %s", role, it->id, in->role);
    if (it->kind == PF_CONFIRM && it->confirm.reference && !in->no &&
        !in->reason[strspn(in->reason, " \t")])
        REFUSE("%s needs a reference: name the document or run that shows it", it->id);
    return it->kind == PF_CONFIRM ? in_order(s, it, why) : 0;
}

static int may_waive(const struct state *s, size_t i, struct err *why)
{
    const struct preflight_item *it = &s->plan->preflight.items[i];
    if (it->level == PF_ADVISORY)
        REFUSE("%s is advisory: it blocks nothing", it->id);
    if (it->level != PF_CONDITIONAL)
        REFUSE("%s is a blocker: it must pass, nobody waives it", it->id);
    if (preflight_stand(s, i, NULL, NULL) < PF_SHUT)
        REFUSE("%s does not block: there is nothing to waive", it->id);
    return 0;
}

int guard_preflight(const struct state *s, const struct intent *given, struct err *why)
{
    struct intent as = *given;
    const struct intent *in = &as;
    str_copy(as.role, sizeof as.role, people_role(s, given->actor, given->role));
    int i = preflight_item_of(s->plan, in->subject);
    if (s->t0_ms >= 0 || s->sent_n || s->stage > 0)
        REFUSE("the run has started: the checks were before it");
    if (in->kind == INTENT_NO_GO)
        return 0;
    if (!s->plan->preflight.n_items && !s->plan->preflight.n_signoff)
        REFUSE("the plan has no preflight");
    if (s->preflight.final == PF_FINAL_DUE)
        REFUSE("the checks of the start are under way: wait for them");
    if (all(in) && in->kind == INTENT_SIGN)
        return may_sign_off(s, in, why);
    if (all(in) && in->kind == INTENT_PREFLIGHT)
        return 0;
    if (i < 0 && all(in))
        REFUSE("%s needs the id of a check", intent_row(in->kind)->word);
    if (i < 0)
        return no_such_item(s->plan, in->subject, why);
    if (in->kind == INTENT_SIGN)
        return may_sign(s, in, (size_t)i, why);
    return in->kind == INTENT_WAIVE ? may_waive(s, (size_t)i, why) : may_run(s, in, (size_t)i, why);
}

/* ---- on the tape ---- */

static struct event *approval(const struct intent *in, const char *subject, int64_t now_ms)
{
    struct event *ev = event_new(EV_APPROVAL, now_ms, in->actor);
    json_add_str(ev->body, "subject", subject);
    json_add_bool(ev->body, "ok", !in->no);
    json_add_str(ev->body, "reason", in->reason);
    return ev;
}

static struct event *signature(const struct preflight_item *it, const struct intent *in,
                               int64_t now_ms)
{
    struct event *ev = event_new(EV_PREFLIGHT, now_ms, in->actor);
    char expected[64], actual[80];
    str_fmt(expected, sizeof expected, "signed by %s", it->confirm.role);
    str_fmt(actual, sizeof actual, "%s by %s", in->no ? "refused" : "signed", in->actor);
    json_add_str(ev->body, "id", it->id);
    json_add_str(ev->body, "title", it->title);
    json_add_str(ev->body, "result", in->no ? "fail" : "pass");
    json_add_str(ev->body, "expected", expected);
    json_add_str(ev->body, "actual", actual);
    json_add_str(ev->body, "why", in->no ? in->reason : "");
    json_add_str(ev->body, "reference", in->no ? "" : in->reason);
    json_add_str(ev->body, "round", "signed");
    return ev;
}

struct event *intent_check_event(const struct state *s, const struct intent *given, int64_t now_ms)
{
    struct intent in = *given;
    int i = preflight_item_of(s->plan, in.subject);
    struct event *ev;
    char subject[SUBJECT_SIZE + 16];
    secret_mask_to(in.reason, sizeof in.reason, given->reason);
    if (in.kind == INTENT_WAIVE) {
        ev = event_new(EV_PREFLIGHT, now_ms, in.actor);
        json_add_str(ev->body, "op", "waive");
        json_add_str(ev->body, "id", in.subject);
        json_add_str(ev->body, "title", i >= 0 ? s->plan->preflight.items[i].title : "");
        json_add_str(ev->body, "reason", in.reason);
    } else if (i >= 0 && s->plan->preflight.items[i].kind == PF_CONFIRM) {
        ev = signature(&s->plan->preflight.items[i], &in, now_ms);
    } else {
        str_fmt(subject, sizeof subject, "preflight%s%s", i >= 0 ? ":" : "",
                i >= 0 ? in.subject : "");
        ev = approval(&in, subject, now_ms);
    }
    str_copy(ev->role, sizeof ev->role, people_role(s, in.actor, in.role));
    return ev;
}
