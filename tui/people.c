#include "tui/people.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/num.h"
#include "tui/format.h"

const char *seat_role(const struct scene *s)
{
    return people_role(s->state, s->actor ? s->actor : "", s->role ? s->role : "");
}

/* ---- approvals ---- */

static bool waits_for_me(const struct scene *s, const char *subject)
{
    struct asked a;
    const char *role = seat_role(s);
    if (!*subject || !*role || people_signed(s->state, subject, s->actor ? s->actor : ""))
        return false;
    people_asked(s->state, subject, s->now_ms, &a);
    for (size_t i = 0; i < a.n; i++)
        if (!strcmp(a.of[i].role, role) && !(a.of[i].given && a.of[i].given->ok))
            return true;
    return false;
}

/* A rollback is asked for only once something wants one: before that nobody's word is missing. */
static bool is_open(const struct scene *s, const char *word)
{
    const struct state *st = s->state;
    if (!strcmp(word, "advance"))
        return !*waits_for(s, "time"); /* before that there is nothing to look at yet */
    if (strcmp(word, "rollback") != 0)
        return true;
    return (st->rollback_wanted || st->rollback_would) && !st->rollback_started;
}

void seat_subject(const struct scene *s, char *out, size_t size)
{
    static const char *const words[] = {"resume", "rollback", "start", "advance"};
    char subject[SUBJECT_SIZE];
    *out = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words && !*out; i++) {
        people_subject(s->state, words[i], subject, sizeof subject);
        bool ic = !strcmp(seat_role(s), ROLE_IC) && i >= 2; /* says it with A */
        if (!ic && is_open(s, words[i]) && waits_for_me(s, subject))
            str_copy(out, size, subject);
    }
    for (size_t i = 0; i < s->plan->n_approvals && !*out; i++) {
        people_subject(s->state, s->plan->approvals[i].subject, subject, sizeof subject);
        if (!strcmp(subject, s->plan->approvals[i].subject) && strcmp(subject, "start") != 0 &&
            people_sign_due(s->state, subject) && waits_for_me(s, subject))
            str_copy(out, size, subject);
    }
}

static void what_approve(const struct scene *s, const char *subject, char *out, size_t size)
{
    const struct state *st = s->state;
    char next[64];
    glance_next(s, next, sizeof next);
    if (!*subject)
        str_copy(out, size, "nothing waits for your word");
    else if (!strcmp(subject, "start"))
        str_fmt(out, size, "start: the canary goes to %s", next);
    else if (!strncmp(subject, "advance:", 8))
        str_fmt(out, size, "%s: the canary goes on to %s", subject, next);
    else if (!strncmp(subject, "rollback:", 9))
        str_fmt(out, size, "%s: %s", subject,
                *st->rollback_cause ? st->rollback_cause : "no rule has fired, people want it");
    else if (!strncmp(subject, "resume:", 7))
        str_fmt(out, size, "%s: the pause ends (%s)", subject, st->pause_why);
    else
        str_copy(out, size, subject);
}

static void how_approve(const struct scene *s, const char *subject, struct prompt_facts *f)
{
    enum intent_kind k = !strncmp(subject, "rollback:", 9) ? INTENT_ROLLBACK : INTENT_ADVANCE;
    struct buf b = BUF_INIT;
    struct err e = ERR_INIT;
    f->how[0] = '\0';
    if (k == INTENT_ADVANCE && strcmp(subject, "start") != 0 &&
        strncmp(subject, "advance:", 8) != 0)
        return;
    if (intent_lines(s->state, s->judge, k, s->actor, "", &b, &e) == 0)
        str_copy(f->how, sizeof f->how, buf_str(&b));
    buf_free(&b);
}

/* Who might take command: the backup first, then everybody the plan names. */
static void successors(const struct scene *s, struct prompt_facts *f)
{
    const struct plan *p = s->plan;
    int ic = plan_role(p, ROLE_IC);
    bool mine = !strcmp(seat_role(s), ROLE_IC);
    f->n_reasons = 0;
    f->proposed = false;
    if (!mine && s->actor)
        str_copy(f->reasons[f->n_reasons++], sizeof f->reasons[0], s->actor);
    if (mine && ic >= 0 && *p->team[ic].backup && strcasecmp(p->team[ic].backup, s->state->ic) != 0)
        str_copy(f->reasons[f->n_reasons++], sizeof f->reasons[0], p->team[ic].backup);
    for (size_t i = 0; mine && i < p->n_team && f->n_reasons + 1 < PROMPT_REASONS; i++) {
        const char *name = people_name(s->state, p->team[i].role);
        if (*name && (int)i != ic && strcasecmp(name, s->state->ic) != 0)
            str_copy(f->reasons[f->n_reasons++], sizeof f->reasons[0], name);
    }
}

void facts_people(const struct scene *s, enum intent_kind k, struct prompt_facts *f)
{
    if (k == INTENT_APPROVE) {
        seat_subject(s, f->subject, sizeof f->subject);
        what_approve(s, f->subject, f->what, sizeof f->what);
        how_approve(s, f->subject, f);
        str_copy(f->other, sizeof f->other, "refuse");
    } else if (k == INTENT_HANDOVER) {
        str_fmt(f->what, sizeof f->what,
                "command goes from %s to:", *s->state->ic ? s->state->ic : "nobody");
        successors(s, f);
    }
}

void facts_people_fill(const struct scene *s, struct intent *in)
{
    if (in->kind == INTENT_APPROVE && !*in->subject)
        seat_subject(s, in->subject, sizeof in->subject);
    if (in->kind == INTENT_HANDOVER && !*in->subject)
        str_copy(in->subject, sizeof in->subject,
                 strcmp(seat_role(s), ROLE_IC) != 0 && s->actor ? s->actor : "somebody");
}

void prompt_people(const struct prompt *p, struct intent *out)
{
    if (out->kind == INTENT_APPROVE) {
        str_copy(out->subject, sizeof out->subject, p->f.subject);
        out->no = *p->f.other && !strcmp(p->t.word, p->f.other);
    } else if (out->kind == INTENT_HANDOVER) {
        str_copy(out->subject, sizeof out->subject, out->reason);
        out->reason[0] = '\0';
    }
}

/* ---- below the header ---- */

const char *waits_for(const struct scene *s, const char *item)
{
    for (size_t i = 0; s->gate && i < s->gate->n; i++)
        if (!s->gate->items[i].open && !strcmp(s->gate->items[i].name, item))
            return s->gate->items[i].whom;
    return "";
}

static void say_silent(const struct scene *s, struct glance *g)
{
    const struct state *st = s->state;
    int64_t since = st->people.left_ms ? st->people.left_ms : st->tick_ms;
    char at[16], age[16];
    if (!s->guard || !people_silent(st, s->now_ms, s->guard->silent_ms))
        return;
    struct notice *n = notice_add(g, ROLE_CRIT);
    time_clock(since, at, sizeof at);
    dur_age(s->now_ms - since, age, sizeof age);
    str_fmt(n->text, sizeof n->text,
            "the run's process %s since %s (%s): nothing is measured and nothing is done; "
            "`warroom resume` goes on with it",
            st->people.left_ms ? "has been closed" : "does not answer", at, age);
}

static void say_call(const struct scene *s, struct glance *g)
{
    const struct call_state *c = &s->state->people.call;
    char whom[200] = "", one[100], left[16];
    if (!c->called || s->state->final)
        return;
    const struct escalation_level *v = &s->plan->levels[c->level];
    for (size_t i = 0; i < v->roles.n; i++) {
        people_words(s->state, v->roles.role[i], one, sizeof one);
        str_fmt(whom + strlen(whom), sizeof whom - strlen(whom), "%s%s", i ? ", " : "", one);
    }
    bool late = c->due_ms && s->now_ms >= c->due_ms;
    struct notice *n = notice_add(g, *c->answered_by ? ROLE_DIM : ROLE_WARN);
    dur_clock(late ? s->now_ms - c->due_ms : c->due_ms - s->now_ms, left, sizeof left);
    if (*c->answered_by)
        str_fmt(n->text, sizeof n->text, "%s %s: %s has answered", v->level, whom, c->answered_by);
    else if (!c->due_ms)
        str_fmt(n->text, sizeof n->text, "%s CALLED at once: %s%s", v->level, whom,
                c->missed ? " (nobody answered before)" : "");
    else
        str_fmt(n->text, sizeof n->text, "%s CALLED: %s %s %s%s", v->level, whom,
                late ? "late by" : "must answer in", left,
                c->missed ? " (nobody answered before)" : "");
    if (!*c->answered_by && roles_hold(&v->roles, seat_role(s)))
        str_copy(n->press, sizeof n->press, ":ack seen");
}

static void say_word(const struct scene *s, struct glance *g)
{
    char subject[SUBJECT_SIZE], what[200];
    seat_subject(s, subject, sizeof subject);
    if (!*subject || s->state->final || (s->guard && (s->guard->read_only || s->guard->replay)))
        return;
    struct notice *n = notice_add(g, ROLE_FOCUS);
    what_approve(s, subject, what, sizeof what);
    str_fmt(n->text, sizeof n->text, "your word is asked for: %s", what);
    str_copy(n->press, sizeof n->press, "o agree or refuse");
}

static void say_command(const struct scene *s, struct glance *g)
{
    const struct people_state *p = &s->state->people;
    char at[16];
    if (!p->handed_ms || s->now_ms - p->handed_ms > 60000)
        return;
    struct notice *n = notice_add(g, ROLE_NEW);
    time_clock(p->handed_ms, at, sizeof at);
    str_fmt(n->text, sizeof n->text, "command went from %s to %s at %s",
            *p->ic_before ? p->ic_before : "nobody", s->state->ic, at);
}

void notice_people(const struct scene *s, struct glance *g)
{
    say_silent(s, g);
    say_word(s, g);
    say_call(s, g);
    say_command(s, g);
}
