/* The guard's part about people: the IC decides, other roles of the team agree, sign and speak; a
 * person signs a subject once. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "action/guard_int.h"
#include "base/near.h"
#include "base/num.h"

static const char *speaks_as(const struct guarded *a)
{
    return people_role(a->s, a->in->actor, a->in->role);
}

/* A word that is no role of the team has no rights. */
static int known_role(const struct guarded *a, struct err *why)
{
    const struct plan *p = a->s->plan;
    const char *words[TEAM_MAX], *role = a->in->role;
    struct buf all = BUF_INIT;
    if (!p->n_team || !*role || plan_role(p, role) >= 0)
        return 0;
    for (size_t i = 0; i < p->n_team; i++) {
        words[i] = p->team[i].role;
        buf_addf(&all, "%s%s", i ? " " : "", words[i]);
    }
    err_set(why, EX_FAILED, "%s is no role of this plan; its roles are %s%s", role, buf_str(&all),
            near_hint(role, words, p->n_team).text);
    buf_free(&all);
    return -1;
}

static const char *cause_now(const struct state *s)
{
    return *s->rollback_cause ? s->rollback_cause : "no rule has fired";
}

static int not_the_ic(const struct guarded *a, struct err *why)
{
    const struct state *s = a->s;
    const char *what = a->row->word;
    if (!*a->in->role)
        REFUSE("%s needs a role: you only look here (--role ROLE)", what);
    if (a->in->kind == INTENT_ROLLBACK && strcmp(people_decider(s), ROLE_IC) != 0) {
        char whom[240];
        people_words(s, people_decider(s), whom, sizeof whom);
        REFUSE("%s decides on this rollback (%s), you are %s", whom, cause_now(s), a->in->role);
    }
    if (!strcmp(a->in->role, ROLE_IC))
        REFUSE("%s is the IC's decision, and %s has command%s, not %s: ask them, or `handover`",
               what, s->ic, s->people.handed ? " since it was handed over" : "", a->in->actor);
    REFUSE("%s is the IC's decision, you are %s: ask the IC%s%s", what, a->in->role,
           *s->ic ? " " : "", s->ic);
}

int guard_role(const struct guarded *a, struct err *why)
{
    const char *roles = a->row->roles, *role = speaks_as(a);
    bool decider = a->in->kind == INTENT_ROLLBACK && !strcmp(role, people_decider(a->s));
    if (a->env->director) {
        if (a->in->kind == INTENT_ADVANCE || a->in->kind == INTENT_ROLLBACK)
            return 0;
        REFUSE("%s is a person's word, the director has none", a->row->word);
    }
    if (known_role(a, why) < 0)
        return -1;
    if (strchr(roles, 'W') || (strchr(roles, 'A') && *role) ||
        (strchr(roles, 'I') && !strcmp(role, ROLE_IC)) || decider)
        return 0;
    return not_the_ic(a, why);
}

bool guard_wrong_role(const struct state *s, const struct intent *in)
{
    struct guard_env env = {.recording = true};
    struct err ignored = ERR_INIT;
    struct guarded a = {s, NULL, in, &env, intent_row(in->kind)};
    if (!*in->role)
        return false; /* an onlooker's key is no news */
    if (guard_denied(&a, &ignored) < 0)
        return true;
    if (in->kind == INTENT_APPROVE)
        return guard_role(&a, &ignored) < 0 || guard_approve(&a, &ignored) < 0;
    if (in->kind == INTENT_HANDOVER)
        return guard_handover(&a, &ignored) < 0;
    if (in->kind == INTENT_GO)
        return guard_role(&a, &ignored) < 0 || guard_resume(&a, &ignored) < 0;
    if (in->kind == INTENT_ROLLBACK)
        return guard_role(&a, &ignored) < 0 || strcmp(speaks_as(&a), people_decider(s)) != 0;
    return guard_role(&a, &ignored) < 0;
}

/* What is asked of a process that does not answer would be done by nobody, or much later. */
int guard_silent(const struct guarded *a, struct err *why)
{
    char since[24];
    const struct people_state *p = &a->s->people;
    if (intent_is_word(a->in->kind) || !people_silent(a->s, a->env->now_ms, a->env->silent_ms))
        return 0;
    dur_age(a->env->now_ms - (p->left_ms ? p->left_ms : a->s->tick_ms), since, sizeof since);
    REFUSE(
        "the run's process %s for %s: nobody would do it; `warroom resume` goes on with the run%s",
        p->left_ms ? "has been closed" : "has not answered", since,
        a->in->kind == INTENT_KILL_ON ? ", or flip the kill switch by hand" : "");
}

/* ---- approvals ---- */

/* Everything that waits for a word now, for the sentence. */
static void open_subjects(const struct guarded *a, char *out, size_t size)
{
    static const char *const words[] = {"start", "advance", "rollback", "resume"};
    char subject[SUBJECT_SIZE];
    struct asked of;
    *out = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        people_subject(a->s, words[i], subject, sizeof subject);
        people_asked(a->s, subject, a->env->now_ms, &of);
        if (*subject && of.missing)
            str_fmt(out + strlen(out), size - strlen(out), "%s%s", *out ? " " : "", words[i]);
    }
    if (!*out)
        str_copy(out, size, "nothing");
}

static int may_sign(const struct guarded *a, const char *subject, const struct asked *of,
                    struct err *why)
{
    const char *role = speaks_as(a);
    char whom[240];
    for (size_t i = 0; i < of->n; i++)
        if (!strcmp(of->of[i].role, role))
            return 0;
    people_missing(a->s, of, NULL, whom, sizeof whom);
    REFUSE("%s waits for %s: you are %s, your word is not asked for", subject,
           *whom ? whom : "nobody any more", *role ? role : "an onlooker");
}

static int not_twice(const struct guarded *a, const char *subject, struct err *why)
{
    const struct approval_given *mine = people_signed(a->s, subject, a->in->actor);
    if (!mine)
        return 0;
    if (strcmp(mine->role, speaks_as(a)) != 0)
        REFUSE("%s has signed %s as %s already: one person signs once, whatever their roles are",
               a->in->actor, subject, mine->role);
    if (mine->ok != a->in->no)
        REFUSE("%s has said that already for %s", a->in->actor, subject);
    return 0;
}

int guard_approve(const struct guarded *a, struct err *why)
{
    char subject[SUBJECT_SIZE], waits[120];
    struct asked of;
    if (!*a->in->subject) {
        open_subjects(a, waits, sizeof waits);
        REFUSE("nothing waits for your word; others must speak first: %s", waits);
    }
    people_subject(a->s, a->in->subject, subject, sizeof subject);
    people_asked(a->s, subject, a->env->now_ms, &of);
    if (!*subject || !of.n) {
        open_subjects(a, waits, sizeof waits);
        REFUSE("%s waits for nobody's word now; %s does", a->in->subject, waits);
    }
    if (may_sign(a, subject, &of, why) < 0)
        return -1;
    if (!people_sign_due(a->s, subject))
        REFUSE(
            "%s is signed when the last stage runs, or after a rollback: there is nothing to sign "
            "yet",
            subject);
    if (a->in->no && !a->in->reason[strspn(a->in->reason, " \t")])
        REFUSE("to refuse needs a reason");
    return not_twice(a, subject, why);
}

/* A pause that others than the IC must end. */
int guard_resume(const struct guarded *a, struct err *why)
{
    char subject[SUBJECT_SIZE], whom[240];
    struct asked of;
    if (!a->s->paused)
        return 0;
    people_subject(a->s, "resume", subject, sizeof subject);
    people_asked(a->s, subject, a->env->now_ms, &of);
    people_missing(a->s, &of, ROLE_IC, whom, sizeof whom);
    if (*whom)
        REFUSE("paused: only %s ends it (`approve resume`), or a rollback does; you are %s", whom,
               speaks_as(a));
    return 0;
}

/* The decider's word, with those who must agree; the IC may break the glass. */
int guard_agreed(const struct guarded *a, struct err *why)
{
    const struct state *s = a->s;
    const char *role = speaks_as(a), *decider = people_decider(s);
    char subject[SUBJECT_SIZE], whom[240];
    struct asked of;
    bool breaks = a->in->override && !strcmp(role, ROLE_IC);
    if (a->env->director || breaks)
        return 0;
    if (strcmp(role, decider) != 0) {
        people_words(s, decider, whom, sizeof whom);
        REFUSE("%s decides on this rollback (%s): ask them, or `!` breaks the glass", whom,
               cause_now(s));
    }
    people_subject(s, "rollback", subject, sizeof subject);
    people_asked(s, subject, a->env->now_ms, &of);
    people_missing(s, &of, NULL, whom, sizeof whom);
    if (*whom)
        REFUSE("%s must agree first (`approve rollback`)%s", whom,
               strcmp(role, ROLE_IC) ? "" : ", or `!` breaks the glass");
    return 0;
}

/* ---- command ---- */

static bool is_backup(const struct guarded *a)
{
    int i = plan_role(a->s->plan, ROLE_IC);
    const struct team_role *ic = i >= 0 ? &a->s->plan->team[i] : NULL;
    return ic && ((*ic->backup && !strcasecmp(ic->backup, a->in->actor)) ||
                  (*ic->name && !strcasecmp(ic->name, a->in->actor)));
}

int guard_handover(const struct guarded *a, struct err *why)
{
    char to[64];
    handover_name(a->s, a->in->subject, to, sizeof to);
    bool takes = *to && !strcasecmp(to, a->in->actor) && is_backup(a);
    if (strcmp(speaks_as(a), ROLE_IC) != 0 && !takes)
        REFUSE("the IC%s%s hands command over; only the person the plan names as the IC's backup "
               "may take it",
               *a->s->ic ? " " : "", a->s->ic);
    if (!*a->in->subject)
        REFUSE("handover needs a name, or a role of the team");
    if (!*to)
        REFUSE("nobody is named for %s: say the name", a->in->subject);
    if (!strcasecmp(to, a->s->ic))
        REFUSE("%s has command already", a->s->ic);
    return 0;
}

int guard_ack(const struct guarded *a, struct err *why)
{
    if (!a->s->people.call.called)
        REFUSE("nobody is called: there is nothing to acknowledge");
    return 0;
}
