/* Approvals, seats, command and escalation. A word that is not valid at its place on the tape
 * changes nothing: several processes write, and the order of the tape decides. */
#include "fold/fold_int.h"

#include <strings.h>

#include "base/text.h"

static bool same_person(const char *a, const char *b)
{
    return *a && !strcasecmp(a, b);
}

/* ---- events ---- */

static struct approval_given *slot_for(struct people_state *p, const char *subject,
                                       const char *role)
{
    for (size_t i = 0; i < p->n_given; i++)
        if (!strcmp(p->given[i].subject, subject) && !strcmp(p->given[i].role, role))
            return &p->given[i];
    if (p->n_given == APPROVALS_CAP) {
        memmove(p->given, p->given + 1, (APPROVALS_CAP - 1) * sizeof *p->given);
        p->n_given--;
    }
    return &p->given[p->n_given++];
}

/* The words that end a pause are there. */
static void maybe_resume(struct state *s, const char *subject, int64_t t_ms)
{
    char now[SUBJECT_SIZE];
    struct asked a;
    people_subject(s, "resume", now, sizeof now);
    if (!s->paused || !*now || strcmp(now, subject) != 0)
        return;
    people_asked(s, subject, t_ms, &a);
    if (a.n && !a.missing)
        pause_leave(s, t_ms);
}

bool fold_approval(struct state *s, const struct event *ev)
{
    char subject[SUBJECT_SIZE];
    fold_text(subject, sizeof subject, ev->body, "subject");
    if (!*subject || !*ev->role || !*ev->actor)
        return false;
    const struct approval_given *mine = people_signed(s, subject, ev->actor);
    if (mine && strcmp(mine->role, ev->role) != 0)
        return false; /* one person, one signature */
    struct approval_given *g = slot_for(&s->people, subject, ev->role);
    *g = (struct approval_given){.ok = json_bool_or(ev->body, "ok", false), .t_ms = ev->t_ms};
    str_copy(g->subject, sizeof g->subject, subject);
    str_copy(g->role, sizeof g->role, ev->role);
    str_copy(g->actor, sizeof g->actor, ev->actor);
    fold_text(g->reason, sizeof g->reason, ev->body, "reason");
    maybe_resume(s, subject, ev->t_ms);
    return preflight_approval(s, ev);
}

bool fold_handover(struct state *s, const struct event *ev)
{
    struct people_state *p = &s->people;
    const char *from = json_str(ev->body, "from");
    char to[sizeof s->ic];
    fold_text(to, sizeof to, ev->body, "to");
    if (!*to || (from && strcmp(from, s->ic) != 0))
        return false; /* somebody was quicker */
    str_copy(p->ic_before, sizeof p->ic_before, s->ic);
    str_copy(s->ic, sizeof s->ic, to);
    p->handed = true;
    p->handed_ms = ev->t_ms;
    p->handovers++;
    return true;
}

static void sit_down(struct people_state *p, const struct event *ev)
{
    size_t i = 0;
    while (i < p->n_seats &&
           (strcmp(p->seats[i].actor, ev->actor) != 0 || strcmp(p->seats[i].role, ev->role) != 0))
        i++;
    if (i == SEATS_CAP) { /* the one who left first makes room */
        i = 0;
        for (size_t k = 1; k < SEATS_CAP; k++)
            if (p->seats[k].left_ms &&
                (!p->seats[i].left_ms || p->seats[k].left_ms < p->seats[i].left_ms))
                i = k;
    } else if (i == p->n_seats) {
        p->n_seats++;
    }
    p->seats[i] = (struct people_seat){.since_ms = ev->t_ms};
    str_copy(p->seats[i].actor, sizeof p->seats[i].actor, ev->actor);
    str_copy(p->seats[i].role, sizeof p->seats[i].role, ev->role);
}

static void stand_up(struct people_state *p, const struct event *ev)
{
    for (size_t i = 0; i < p->n_seats; i++)
        if (!strcmp(p->seats[i].actor, ev->actor) && !strcmp(p->seats[i].role, ev->role))
            p->seats[i].left_ms = ev->t_ms;
}

/* A run begins or goes on: whoever sits there as ic commands, unless nobody sits there at all. */
void people_begin(struct state *s, const struct event *ev, bool resumed)
{
    struct people_state *p = &s->people;
    bool ic = !strcmp(ev->role, ROLE_IC) && *ev->actor;
    p->headless = json_bool_or(ev->body, "headless", false);
    p->left_ms = 0;
    if (*ev->role)
        sit_down(p, ev);
    if (!resumed || (ic && !p->headless && strcmp(ev->actor, s->ic) != 0)) {
        if (resumed && *s->ic)
            str_copy(p->ic_before, sizeof p->ic_before, s->ic);
        str_copy(s->ic, sizeof s->ic, ic ? ev->actor : "");
        p->handed = p->handed && ic;
    }
}

bool people_session(struct state *s, const struct event *ev)
{
    bool join = event_is(ev, "op", "join"), leave = event_is(ev, "op", "leave");
    if (join)
        sit_down(&s->people, ev);
    else if (leave || event_is(ev, "op", "part"))
        stand_up(&s->people, ev);
    if (leave)
        s->people.left_ms = ev->t_ms;
    return join || leave || event_is(ev, "op", "part");
}

/* What wants the rollback, for the rule that says who decides. */
void people_rollback(struct state *s, const struct event *ev)
{
    const char *metric = json_str_or(ev->body, "metric", "");
    int m = plan_metric(s->plan, metric);
    s->people.rollback_seq = ev->seq;
    s->people.rollback_metric = m >= 0 ? m : CAUSE_ANY;
}

/* ---- escalation ---- */

static int level_of(const struct plan *p, const char *name)
{
    for (size_t i = 0; i < p->n_levels; i++)
        if (!strcmp(p->levels[i].level, name))
            return (int)i;
    return -1;
}

bool fold_escalation(struct state *s, const struct event *ev)
{
    struct call_state *c = &s->people.call;
    int level = level_of(s->plan, json_str_or(ev->body, "level", ""));
    if (event_is(ev, "op", "ack"))
        return true; /* heard below, as everything else */
    if (event_is(ev, "op", "over")) {
        *c = (struct call_state){.called = false};
        return true;
    }
    if (!event_is(ev, "op", "called") || level < 0)
        return false;
    *c = (struct call_state){.called = true, .level = level, .since_ms = ev->t_ms};
    c->due_ms = fold_ms(ev->body, "due_ms", 0);
    c->missed = json_bool_or(ev->body, "missed", false);
    fold_text(c->why, sizeof c->why, ev->body, "why");
    return true;
}

/* Whatever a person who is called says is an answer. */
void people_heard(struct state *s, const struct event *ev)
{
    struct call_state *c = &s->people.call;
    bool person = ev->kind == EV_INTENT || ev->kind == EV_APPROVAL || ev->kind == EV_SIGNAL ||
                  ev->kind == EV_PARKING || ev->kind == EV_HANDOVER ||
                  (ev->kind == EV_ESCALATION && event_is(ev, "op", "ack"));
    if (!c->called || *c->answered_by || !person || !*ev->role || ev->t_ms < c->since_ms ||
        !roles_hold(&s->plan->levels[c->level].roles, ev->role))
        return;
    str_copy(c->answered_by, sizeof c->answered_by, ev->actor);
}

/* ---- questions ---- */

const char *people_role(const struct state *s, const char *actor, const char *role)
{
    const struct people_state *p = &s->people;
    bool commands = same_person(actor, s->ic);
    if (commands && p->handed)
        return ROLE_IC;
    if (strcmp(role, ROLE_IC) != 0)
        return role;
    if (commands || !*s->ic || (p->headless && !p->handed))
        return ROLE_IC;
    return same_person(actor, p->ic_before) ? "ex-ic" : "";
}

const char *people_name(const struct state *s, const char *role)
{
    int i = plan_role(s->plan, role);
    if (!strcmp(role, ROLE_IC) && *s->ic)
        return s->ic;
    for (size_t k = s->people.n_seats; k-- > 0;)
        if (!strcmp(s->people.seats[k].role, role) && !s->people.seats[k].left_ms)
            return s->people.seats[k].actor;
    return i < 0 ? "" : s->plan->team[i].name;
}

void people_words(const struct state *s, const char *role, char *out, size_t size)
{
    const char *name = people_name(s, role);
    char word[ROLE_WORD];
    text_upper(word, sizeof word, role);
    str_fmt(out, size, "%s%s%s", word, *name ? " " : "", name);
}

void people_subject(const struct state *s, const char *word, char *out, size_t size)
{
    const struct people_state *p = &s->people;
    size_t next = (size_t)(s->stage + 1);
    *out = '\0';
    if (!strcmp(word, "start")) {
        if (s->stage < 0)
            str_copy(out, size, word);
    } else if (!strcmp(word, "advance")) {
        if (s->stage >= 0 && next < s->plan->n_stages)
            str_fmt(out, size, "advance:%zu", next + 1);
    } else if (!strcmp(word, "rollback")) {
        if (p->rollback_seq)
            str_fmt(out, size, "rollback:r%lld", (long long)p->rollback_seq);
        else if (s->stage >= 0)
            str_fmt(out, size, "rollback:s%d", s->stage + 1);
    } else if (!strcmp(word, "resume") || !strcmp(word, "resume_after_pause")) {
        if (s->paused)
            str_fmt(out, size, "resume:p%lld", (long long)p->pause_seq);
    } else {
        str_copy(out, size, word);
    }
}

static void ask(struct asked *a, const char *role)
{
    for (size_t i = 0; i < a->n; i++)
        if (!strcmp(a->of[i].role, role))
            return;
    if (a->n < TEAM_MAX)
        a->of[a->n++] = (struct asked_role){role, NULL};
}

static void ask_all(struct asked *a, const struct roles *r, const char *except)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->role[i], except) != 0)
            ask(a, r->role[i]);
}

static const struct rollback_rule *rule_of(const struct state *s)
{
    if (s->plan->rollback_mode == ROLLBACK_AUTOMATIC)
        return NULL;
    return plan_rollback_rule(s->plan,
                              s->people.rollback_seq ? s->people.rollback_metric : CAUSE_CONSENSUS);
}

bool people_sign_due(const struct state *s, const char *subject)
{
    bool end = s->final || s->rollback_wanted || s->rollback_would ||
               (s->stage >= 0 && (size_t)s->stage + 1 == s->plan->n_stages);
    return end || !plan_signature(s->plan, subject);
}

const char *people_decider(const struct state *s)
{
    const struct rollback_rule *r = rule_of(s);
    return r ? r->decide : ROLE_IC;
}

/* Before a cause has stood long enough it takes everybody. */
static void ask_consensus(const struct state *s, const char *decider, struct asked *a)
{
    const struct plan *p = s->plan;
    const struct rollback_rule *all = plan_rollback_rule(p, CAUSE_CONSENSUS);
    if (all && all->metric == CAUSE_CONSENSUS) {
        ask_all(a, &all->approve, decider);
        return;
    }
    for (size_t i = 0; i < p->n_team; i++)
        if (strcmp(p->team[i].role, decider) != 0)
            ask(a, p->team[i].role);
}

static void ask_rollback(const struct state *s, int64_t now_ms, struct asked *a)
{
    const struct rollback_rule *r = rule_of(s);
    if (s->plan->rollback_mode == ROLLBACK_AUTOMATIC)
        return; /* what may go by itself needs nobody's word */
    if (!r) {
        ask_all(a, plan_approvals(s->plan, "rollback"), ROLE_IC);
        return;
    }
    ask_all(a, &r->approve, r->decide);
    if (s->people.rollback_seq && now_ms - s->rollback_ms < r->after_ms)
        ask_consensus(s, r->decide, a);
}

void people_asked(const struct state *s, const char *subject, int64_t now_ms, struct asked *out)
{
    char word[SUBJECT_SIZE];
    str_fmt(word, sizeof word, "%.*s", (int)strcspn(subject, ":"), subject);
    *out = (struct asked){.n = 0};
    if (!strcmp(word, "rollback"))
        ask_rollback(s, now_ms, out);
    else
        ask_all(out, plan_approvals(s->plan, strcmp(word, "resume") ? word : "resume_after_pause"),
                "");
    for (size_t i = 0; i < out->n; i++) {
        for (size_t k = 0; k < s->people.n_given; k++) {
            const struct approval_given *g = &s->people.given[k];
            if (!strcmp(g->subject, subject) && !strcmp(g->role, out->of[i].role))
                out->of[i].given = g;
        }
        out->missing += !out->of[i].given || !out->of[i].given->ok;
        out->refused += out->of[i].given && !out->of[i].given->ok;
    }
}

void people_missing(const struct state *s, const struct asked *a, const char *except, char *out,
                    size_t size)
{
    char one[100];
    *out = '\0';
    for (size_t i = 0; i < a->n; i++) {
        const struct asked_role *r = &a->of[i];
        if ((r->given && r->given->ok) || (except && !strcmp(r->role, except)))
            continue;
        people_words(s, r->role, one, sizeof one);
        str_fmt(out + strlen(out), size - strlen(out), "%s%s", *out ? ", " : "", one);
    }
}

const struct approval_given *people_signed(const struct state *s, const char *subject,
                                           const char *actor)
{
    for (size_t i = 0; i < s->people.n_given; i++)
        if (!strcmp(s->people.given[i].subject, subject) &&
            same_person(s->people.given[i].actor, actor))
            return &s->people.given[i];
    return NULL;
}

size_t people_vacant(const struct state *s, const char **first)
{
    size_t n = 0;
    for (size_t i = 0; i < s->plan->n_team; i++) {
        const struct team_role *r = &s->plan->team[i];
        if (!r->required || *people_name(s, r->role))
            continue;
        if (!n++ && first)
            *first = r->role;
    }
    return n;
}

bool people_silent(const struct state *s, int64_t now_ms, int64_t silent_ms)
{
    int64_t newest = s->tick_ms > s->start_ms ? s->tick_ms : s->start_ms;
    return silent_ms && !s->final && (s->people.left_ms || now_ms - newest > silent_ms);
}
