/* The card for who takes command: what is open now, and what has happened in the last eight hours
 * (FNT-6). Over the view, until a key. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "tui/format.h"
#include "tui/pen.h"
#include "tui/people.h"

#define CARD_MS INT64_C(8 * 3600 * 1000)

static bool tells(enum event_kind k)
{
    return k == EV_STATUS || k == EV_WARNING || k == EV_CRITICAL || k == EV_DECISION ||
           k == EV_ALERT || k == EV_ROLLBACK || k == EV_STAGE || k == EV_HANDOVER ||
           k == EV_ESCALATION || k == EV_APPROVAL || k == EV_SESSION;
}

/* One row of the list of what is open. */
struct open_list {
    struct canvas *c;
    int x, y, w, n;
};

static void open_item(struct open_list *l, enum role role, const char *text)
{
    pen_fit(l->c, l->x, l->y++, l->w, role, text);
    l->n++;
}

static void open_gate(struct open_list *l, const struct scene *s, int most)
{
    char row[240];
    for (size_t i = 0; s->gate && i < s->gate->n && l->n < most; i++) {
        const struct gate_item *g = &s->gate->items[i];
        if (g->open)
            continue;
        str_fmt(row, sizeof row, "x gate: %s: %s%s%s%s", g->name, g->text, *g->whom ? " (" : "",
                g->whom, *g->whom ? ")" : "");
        open_item(l, ROLE_WARN, row);
    }
}

static void open_metrics(struct open_list *l, const struct scene *s, int most)
{
    char row[240];
    for (size_t m = 0; m < s->plan->n_metrics && l->n < most; m++) {
        struct reading r;
        reading_of(s, m, &r);
        if (r.is < SHOWN_WARN)
            continue;
        const char *why = r.is == SHOWN_UNKNOWN ? r.note : reading_why(s, m);
        str_fmt(row, sizeof row, "%s %s %s %s%s%s", r.sign, s->plan->metrics[m].title, r.word,
                r.value, *why ? ": " : "", why);
        open_item(l, r.role, row);
    }
}

static void open_rest(struct open_list *l, const struct scene *s, int most)
{
    const struct state *st = s->state;
    char row[240];
    if (st->act.is == ACT_UNKNOWN && l->n < most) {
        str_fmt(row, sizeof row, "? %s %s: OUTCOME UNKNOWN: %s", st->act.verb, st->act.id,
                st->act.why);
        open_item(l, ROLE_CRIT, row);
    }
    if (st->n_parked && l->n < most) {
        str_fmt(row, sizeof row, "p %zu parked note%s; newest: %s", st->n_parked,
                st->n_parked == 1 ? "" : "s", st->parked[st->n_parked - 1]);
        open_item(l, ROLE_TEXT, row);
    }
    if (!l->n)
        open_item(l, ROLE_GOOD, "+ nothing is open");
}

/* The newest lines that tell of the eight hours, oldest first. */
static void lines(struct canvas *c, int x, int y, int w, int rows, const struct scene *s)
{
    const struct state *st = s->state;
    size_t from = st->log_n;
    int n = 0;
    while (from > 0 && n < rows) {
        const struct log_line *l = state_log(st, from - 1);
        if (s->now_ms - l->t_ms > CARD_MS)
            break;
        n += tells(l->kind);
        from--;
    }
    for (size_t i = from; i < st->log_n; i++) {
        const struct log_line *l = state_log(st, i);
        char text[1024];
        if (!tells(l->kind))
            continue;
        str_copy(text, sizeof text, l->text);
        pen_shorten(text, sizeof text, w);
        pen_fit(c, x, y++, w,
                l->kind == EV_CRITICAL || l->kind == EV_ROLLBACK ? ROLE_LIMIT_CRIT
                : l->kind == EV_WARNING                          ? ROLE_WARN
                                                                 : ROLE_TEXT,
                text);
    }
    if (!n)
        pen_fit(c, x, y, w, ROLE_DIM, "nothing has changed in the last 8 hours");
}

void draw_handover(struct canvas *c, const struct scene *s)
{
    char note[120], title[80];
    int w = c->w - 4, h = c->h - 5, most = h > 30 ? 12 : 6;
    if (c->w < 80 || c->h < 24)
        return;
    str_fmt(title, sizeof title, "HANDOVER to %s", *s->state->ic ? s->state->ic : "-");
    str_fmt(note, sizeof note, "from %s",
            *s->state->people.ic_before ? s->state->people.ic_before : "-");
    canvas_fill(c, 2, 2, w, h, ROLE_TEXT, " ");
    canvas_box(c, 2, 2, w, h, ROLE_BOX, title, note);
    struct open_list l = {c, 4, 4, w - 4, 0};
    pen_fit(c, 4, 3, w - 4, ROLE_TITLE, "OPEN NOW");
    open_metrics(&l, s, most);
    open_gate(&l, s, most);
    open_rest(&l, s, most);
    pen_fit(c, 4, l.y + 1, w - 4, ROLE_TITLE, "THE LAST 8 HOURS: what changed");
    lines(c, 4, l.y + 2, w - 4, 2 + h - 3 - (l.y + 2), s);
    canvas_text(c, 4, 2 + h - 2, w - 4, ROLE_DIM, "any key closes; :handover-card shows it again");
}
