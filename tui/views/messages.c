/* The newest messages with what became of them, and the text of the one that matters most: one that
 * waits to be looked at, one that could not be sent, else the newest. Over the view. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "tui/pen.h"
#include "tui/view.h"

static const struct message_kept *nth(const struct messages_state *m, int i)
{
    return &m->all[(m->first + m->n - 1 - i) % MESSAGES_KEPT];
}

static enum role role_of(const struct message_kept *k)
{
    return !strcmp(k->op, "sent")                                  ? ROLE_GOOD
           : !strcmp(k->op, "failed") || !strcmp(k->op, "blocked") ? ROLE_WARN
           : !strcmp(k->op, "waits") || !strcmp(k->op, "due")      ? ROLE_FOCUS
                                                                   : ROLE_DIM;
}

static const struct message_kept *shown(const struct messages_state *m)
{
    static const char *const first[] = {"waits", "failed", "blocked", NULL};
    for (const char *const *op = first; *op; op++)
        for (int i = 0; i < m->n; i++)
            if (!strcmp(nth(m, i)->op, *op))
                return nth(m, i);
    return m->n ? nth(m, 0) : NULL;
}

static int draw_list(struct canvas *c, int x, int y, int w, int rows,
                     const struct messages_state *m)
{
    int i = 0;
    for (; i < m->n && i < rows; i++) {
        const struct message_kept *k = nth(m, i);
        char row[400], at[16];
        time_clock(k->t_ms, at, sizeof at);
        str_fmt(row, sizeof row, "%s %-9s %-8s %-13s %s%s%s", at, k->op, k->id, k->on,
                *k->to ? k->to : k->channel, *k->why ? ": " : "", k->why);
        pen_fit(c, x, y + i, w, role_of(k), row);
    }
    return i;
}

static void draw_text(struct canvas *c, int x, int y, int w, int rows, const char *s)
{
    char row[400];
    for (int i = 0; *s && i < rows; i++) {
        size_t n = text_fit(s, w);
        if (!n)
            return;
        str_fmt(row, sizeof row, "%.*s", (int)n, s);
        canvas_text(c, x, y + i, w, ROLE_TEXT, row);
        s += n;
    }
}

void draw_messages(struct canvas *c, const struct scene *s)
{
    const struct messages_state *m = &s->state->messages;
    const struct message_kept *k = shown(m);
    char note[80], title[120];
    int w = c->w - 4, h = c->h - 6, rows = h > 30 ? MESSAGES_KEPT : 8;
    if (c->w < 80 || c->h < 24)
        return;
    str_fmt(note, sizeof note, "%u sent, %u failed, %u blocked", m->sent, m->failed, m->blocked);
    canvas_fill(c, 2, 2, w, h, ROLE_TEXT, " ");
    canvas_box(c, 2, 2, w, h, ROLE_BOX, "MESSAGES", note);
    if (!k) {
        canvas_text(c, 4, 3, w - 4, ROLE_DIM, "none yet");
        return;
    }
    int y = 3 + draw_list(c, 4, 3, w - 4, rows, m);
    str_fmt(title, sizeof title, "TEXT OF %s%s", *k->id ? k->id : "the newest",
            strcmp(k->op, "waits") ? "" : "   :send or :drop, then its name");
    canvas_text(c, 4, y + 1, w - 4, ROLE_TITLE, title);
    draw_text(c, 4, y + 2, w - 4, 2 + h - 2 - (y + 2), k->text);
    canvas_text(c, 4, 2 + h - 2, w - 4, ROLE_DIM, "y copies the text   Esc closes");
}

const char *messages_text(const struct state *s)
{
    const struct message_kept *k = shown(&s->messages);
    return k ? k->text : "";
}
