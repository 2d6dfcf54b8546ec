/* plan explain: who decides, whose word is needed, who is called. */
#include <string.h>

#include "base/num.h"
#include "plan/explain_int.h"

static void put_role(const struct plan *p, const char *role, struct buf *b)
{
    int i = plan_role(p, role);
    const char *name = i >= 0 ? p->team[i].name : "";
    buf_addf(b, "%s%s%s%s", plan_role_title(p, role), *name ? " (" : "", name, *name ? ")" : "");
}

static void put_roles(const struct plan *p, const struct roles *r, struct buf *b)
{
    for (size_t i = 0; i < r->n; i++) {
        buf_adds(b, !i ? "" : i + 1 == r->n ? " and " : ", ");
        put_role(p, r->role[i], b);
    }
}

static void say_team(const struct plan *p, struct buf *b)
{
    buf_adds(b, "\nPeople: ");
    for (size_t i = 0; i < p->n_team; i++) {
        const struct team_role *r = &p->team[i];
        buf_adds(b, i ? "; " : "");
        put_role(p, r->role, b);
        buf_addf(b, "%s%s", *r->backup ? ", backup " : "", r->backup);
        if (r->required && !*r->name)
            buf_adds(b, ", NOBODY is named and nothing starts without");
    }
    buf_adds(b, ". ");
    put_role(p, ROLE_IC, b);
    buf_adds(b, " decides.\n");
}

static void say_approvals(const struct plan *p, struct buf *b)
{
    static const char *const what[][2] = {{"start", "Nothing starts"},
                                          {"advance", "No stage is advanced"},
                                          {"resume_after_pause", "An auto-pause does not end"}};
    for (size_t i = 0; i < sizeof what / sizeof *what; i++) {
        const struct roles *r = plan_approvals(p, what[i][0]);
        if (!r->n)
            continue;
        buf_addf(b, "  - %s without the word of ", what[i][1]);
        put_roles(p, r, b);
        buf_adds(b, ".\n");
    }
}

static void say_rule(const struct plan *p, const struct rollback_rule *r, struct buf *b)
{
    char after[32];
    if (r->metric >= 0)
        buf_addf(b, "  - A rollback that %s wants", p->metrics[r->metric].title);
    else
        buf_adds(b, r->metric == CAUSE_ANY ? "  - Any other rollback"
                                           : "  - A rollback that no rule wants, but people");
    buf_adds(b, " is decided by ");
    put_role(p, r->decide, b);
    if (r->approve.n) {
        buf_adds(b, ", with the word of ");
        put_roles(p, &r->approve, b);
    }
    if (r->after_ms) {
        dur_print(r->after_ms, after, sizeof after);
        buf_addf(b, ", once it has stood for %s (before that with everybody's)", after);
    }
    buf_adds(b, ".\n");
}

static void say_levels(const struct plan *p, struct buf *b)
{
    static const char *const when[] = {"", "warnings", "an escalation or a pause",
                                       "a critical metric or a rollback",
                                       "a rollback that is not verified"};
    char within[32];
    for (size_t i = 0; i < p->n_levels; i++) {
        const struct escalation_level *v = &p->levels[i];
        buf_addf(b, "  - %s, at %s: ", v->level, when[v->when]);
        put_roles(p, &v->roles, b);
        dur_print(v->within_ms, within, sizeof within);
        buf_addf(b, v->within_ms ? ", within %s.\n" : ", at once.\n", within);
    }
}

void explain_people(const struct plan *p, struct buf *b)
{
    if (!p->n_team)
        return;
    say_team(p, b);
    say_approvals(p, b);
    for (size_t i = 0; p->rollback_mode != ROLLBACK_AUTOMATIC && i < p->n_rollback_rules; i++)
        say_rule(p, &p->rollback_rules[i], b);
    say_levels(p, b);
}

void explain_follow_up(const struct plan *p, struct buf *b)
{
    static const char *const ends[] = {"after a PASS", "after any other verdict",
                                       "after a rollback"};
    char due[16];
    for (size_t i = 0; i < p->n_follow_up; i++) {
        const struct follow_up *f = &p->follow_up[i];
        dur_print(f->due_ms, due, sizeof due);
        buf_addf(b, "%s  - %s (%s), due %s", i ? "" : "\nTo be done once it is over:\n", f->title,
                 f->owner, due);
        for (unsigned k = 0, n = 0; k < 3; k++)
            if (f->on & 1u << k)
                buf_addf(b, "%s%s", n++ ? ", " : " ", ends[k]);
        buf_adds(b, ".\n");
    }
}
