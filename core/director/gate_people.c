/* The gate's items about people: a required role that nobody has, and whose word is missing. */
#include <string.h>

#include "director/director_int.h"

#define SAY(i, ...) str_fmt((i)->text, sizeof(i)->text, __VA_ARGS__)

static size_t without_backup(const struct plan *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_team; i++)
        n += p->team[i].required && !*p->team[i].backup;
    return n;
}

/* Before the start: a required role without a name blocks, without a backup it is told. */
static void team_item(const struct where *w, struct gate *g)
{
    const char *first = "";
    size_t vacant = people_vacant(w->s, &first), alone = without_backup(w->plan);
    if (w->stage || !w->plan->n_team)
        return;
    if (vacant)
        SAY(gate_add(g, "team", false, "the plan"), "nobody is named for %s%s", first,
            vacant > 1 ? " and others" : "");
    else if (alone)
        SAY(gate_add(g, "team", true, ""), "%zu without a backup", alone);
    else
        SAY(gate_add(g, "team", true, ""), "named");
}

static void approval_item(const struct where *w, int64_t now_ms, struct gate *g)
{
    const struct state *s = w->s;
    const char *word = w->stage ? "advance" : "start";
    char subject[SUBJECT_SIZE], whom[240];
    struct asked a;
    people_subject(s, word, subject, sizeof subject);
    people_asked(s, subject, now_ms, &a);
    if (!*subject || !a.n || (a.n == 1 && !strcmp(a.of[0].role, ROLE_IC)))
        return; /* the IC's word is the start or the advance itself */
    for (size_t i = 0; i < a.n; i++)
        if (a.of[i].given && !a.of[i].given->ok) {
            people_words(s, a.of[i].role, whom, sizeof whom);
            SAY(gate_add(g, "approval", false, whom), "%s REFUSES the %s: %s", whom, word,
                a.of[i].given->reason);
            return;
        }
    people_missing(s, &a, ROLE_IC, whom, sizeof whom);
    if (*whom)
        SAY(gate_add(g, "approval", false, whom), "%s: %s must agree", subject, whom);
    else
        SAY(gate_add(g, "approval", true, ""), "%s: all have agreed", subject);
}

void gate_people(const struct where *w, int64_t now_ms, struct gate *g)
{
    team_item(w, g);
    approval_item(w, now_ms, g);
}

void rollback_whom(const struct state *s, char *out, size_t size)
{
    char subject[SUBJECT_SIZE], whom[240];
    struct asked a;
    if (!s->plan->n_rollback_rules && !plan_approvals(s->plan, "rollback")->n) {
        str_copy(out, size, "the IC");
        return;
    }
    people_words(s, people_decider(s), out, size);
    people_subject(s, "rollback", subject, sizeof subject);
    people_asked(s, subject, s->now_ms, &a);
    people_missing(s, &a, NULL, whom, sizeof whom);
    if (*whom)
        str_fmt(out + strlen(out), size - strlen(out), " (%s must agree)", whom);
}

void gate_pause_whom(const struct state *s, char *out, size_t size)
{
    char subject[SUBJECT_SIZE], whom[240];
    struct asked a;
    people_subject(s, "resume", subject, sizeof subject);
    people_asked(s, subject, s->now_ms, &a);
    people_missing(s, &a, NULL, whom, sizeof whom);
    str_copy(out, size, *whom ? whom : "IC");
}
