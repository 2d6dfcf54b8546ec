/* Who is who, over the view: the plan's team, who is there now, what each has signed, who else
 * watches; and whom to call in an emergency. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "tui/pen.h"
#include "tui/people.h"
#include "tui/views/live.h"

static const struct people_seat *seat_of(const struct state *st, const char *role)
{
    for (size_t i = st->people.n_seats; i-- > 0;)
        if (!strcmp(st->people.seats[i].role, role) && !st->people.seats[i].left_ms)
            return &st->people.seats[i];
    return NULL;
}

/* Newest words of a role, newest first. */
static void signed_by(const struct state *st, const char *role, char *out, size_t size)
{
    *out = '\0';
    for (size_t i = st->people.n_given; i-- > 0;) {
        const struct approval_given *g = &st->people.given[i];
        if (!strcmp(g->role, role))
            str_fmt(out + strlen(out), size - strlen(out), "%s%s%s", *out ? ", " : "",
                    g->ok ? "+ " : "x ", g->subject);
    }
}

static enum role look(const struct scene *s, const struct team_role *r)
{
    if (r->required && !*people_name(s->state, r->role))
        return ROLE_CRIT;
    if (r->required && !*r->backup)
        return ROLE_WARN;
    return !strcmp(r->role, ROLE_IC) ? ROLE_FOCUS : ROLE_TEXT;
}

/* Cells of role, title, name, backup, contact; what is signed has the rest. */
struct columns {
    int role, title, name, contact;
};

static struct columns columns_for(int w)
{
    return w >= 100 ? (struct columns){12, 22, 18, 20} : (struct columns){8, 15, 11, 11};
}

static void put_row(struct canvas *c, int x, int y, int w, enum role role, const char *const t[6])
{
    struct columns k = columns_for(w);
    const int cells[] = {k.role, k.title, k.name, k.name, k.contact, w};
    for (int i = 0, at = 0; i < 6 && at < w; at += cells[i++] + 1)
        pen_fit(c, x + at, y, i < 5 ? cells[i] : w - at, role, t[i]);
}

static void role_row(struct canvas *c, int x, int y, int w, const struct scene *s,
                     const struct team_role *r)
{
    const char *name = people_name(s->state, r->role);
    char words[160], here[80];
    signed_by(s->state, r->role, words, sizeof words);
    str_fmt(here, sizeof here, "%s%s", seat_of(s->state, r->role) ? "* " : "",
            *name         ? name
            : r->required ? "NOBODY"
                          : "-");
    const char *const t[] = {r->role,
                             r->title,
                             here,
                             *r->backup    ? r->backup
                             : r->required ? "no backup"
                                           : "-",
                             *r->contact ? r->contact : "-",
                             words};
    put_row(c, x, y, w, look(s, r), t);
}

static int team_rows(struct canvas *c, int x, int y, int w, const struct scene *s)
{
    static const char *const head[] = {"ROLE", "TITLE", "NAME", "BACKUP", "CONTACT", "SIGNED"};
    put_row(c, x, y++, w, ROLE_TITLE, head);
    for (size_t i = 0; i < s->plan->n_team && y < c->h - 9; i++)
        role_row(c, x, y++, w, s, &s->plan->team[i]);
    if (!s->plan->n_team)
        pen_fit(c, x, y++, w, ROLE_DIM, "the plan names no team");
    return y;
}

void part_person(struct canvas *c, struct rect r, int y, const struct scene *s, size_t role)
{
    const struct team_role *t = &s->plan->team[role];
    const char *name = people_name(s->state, t->role);
    char words[160], text[300];
    signed_by(s->state, t->role, words, sizeof words);
    str_fmt(text, sizeof text, "%-12.12s %-14.14s %-9s %s%s", t->role,
            *name         ? name
            : t->required ? "NOBODY"
                          : "-",
            seat_of(s->state, t->role) ? "is here" : "",
            *words       ? words
            : *t->backup ? "backup "
                         : "no backup",
            *words ? "" : t->backup);
    pen_fit(c, r.x, y, r.w, look(s, t), text);
}

/* Seats of no role of the team, and who has left, would only repeat the log. */
static void seats_row(struct canvas *c, int x, int y, int w, const struct state *st)
{
    char row[300] = "here: ", one[100];
    size_t n = 0;
    for (size_t i = 0; i < st->people.n_seats; i++) {
        const struct people_seat *seat = &st->people.seats[i];
        if (seat->left_ms)
            continue;
        str_fmt(one, sizeof one, "%s%s (%s)", n++ ? ", " : "", seat->actor, seat->role);
        str_fmt(row + strlen(row), sizeof row - strlen(row), "%s", one);
    }
    pen_fit(c, x, y, w, ROLE_TEXT, n ? row : "here: nobody with a role");
}

/* Whom to call in which emergency, whoever is here. */
static int contact_rows(struct canvas *c, int x, int y, int w, const struct plan *p)
{
    char row[240];
    for (size_t i = 0; i < p->n_contacts && y < c->h - 6; i++) {
        const struct contact *k = &p->contacts[i];
        str_fmt(row, sizeof row, "emergency, %s: %s, %s", k->situation, k->who, k->how);
        pen_fit(c, x, y++, w, ROLE_TEXT, row);
    }
    return y;
}

void draw_team(struct canvas *c, const struct scene *s)
{
    const struct people_state *p = &s->state->people;
    char note[120], at[16];
    int w = c->w - 4, h = c->h - 6;
    if (c->w < 80 || c->h < 24)
        return;
    str_fmt(note, sizeof note, "IC %s", *s->state->ic ? s->state->ic : "-");
    canvas_fill(c, 2, 2, w, h, ROLE_TEXT, " ");
    canvas_box(c, 2, 2, w, h, ROLE_BOX, "TEAM", note);
    int y = team_rows(c, 4, 3, w - 4, s) + 1;
    seats_row(c, 4, y++, w - 4, s->state);
    y = contact_rows(c, 4, y, w - 4, s->plan);
    if (p->handed_ms) {
        time_clock(p->handed_ms, at, sizeof at);
        str_fmt(note, sizeof note, "command went from %s to %s at %s",
                *p->ic_before ? p->ic_before : "nobody", s->state->ic, at);
        pen_fit(c, 4, y++, w - 4, ROLE_TEXT, note);
    }
    if (p->refused) {
        str_fmt(note, sizeof note, "%u words of a wrong role were refused", p->refused);
        pen_fit(c, 4, y, w - 4, ROLE_WARN, note);
    }
    canvas_text(c, 4, 2 + h - 2, w - 4, ROLE_DIM, "* is here now   Esc closes");
}
