/* The followed log files: marks in their order, errors, and the newest lines. Over the view. */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "tui/pen.h"
#include "tui/view.h"

/* "worker.log  3/5 executing next: added   2 ERROR   12 lines" */
static void head(const struct scene *s, size_t i, char *out, size_t size)
{
    const struct follow_row *row = &s->plan->logs[i];
    const struct follow_state *f = &s->state->follow;
    int marks = f->logs[i].marks, of = (int)row->n_expect;
    str_fmt(out, size, "%s", row->title);
    if (of)
        str_fmt(out + strlen(out), size - strlen(out), "   %d/%d%s%s%s", marks, of,
                marks ? " " : "", marks ? row->expect[marks - 1] : "",
                f->logs[i].early ? " (some before their turn)" : "");
    if (marks < of)
        str_fmt(out + strlen(out), size - strlen(out), ", next: %s", row->expect[marks]);
    str_fmt(out + strlen(out), size - strlen(out), "   %u ERROR   %u lines", f->logs[i].errors,
            f->logs[i].lines);
    if (f->logs[i].lost)
        str_fmt(out + strlen(out), size - strlen(out), ", %lld more not shown",
                (long long)f->logs[i].lost);
    if (f->logs[i].absent)
        str_fmt(out + strlen(out), size - strlen(out), "   NOT THERE: %s", f->logs[i].why);
}

void draw_followed(struct canvas *c, const struct scene *s)
{
    const struct follow_state *f = &s->state->follow;
    char text[400], at[16];
    int w = c->w - 4, h = c->h - 6, y = 3;
    if (c->w < 80 || c->h < 24)
        return;
    canvas_fill(c, 2, 2, w, h, ROLE_TEXT, " ");
    canvas_box(c, 2, 2, w, h, ROLE_BOX, "FOLLOWED LOGS", "Esc closes");
    if (!s->plan->n_logs)
        canvas_text(c, 4, y, w - 4, ROLE_DIM, "the plan follows no log file");
    for (size_t i = 0; i < s->plan->n_logs && i < FOLLOWS_MAX; i++) {
        head(s, i, text, sizeof text);
        bool bad = f->logs[i].errors || f->logs[i].absent || f->logs[i].early;
        pen_fit(c, 4, y++, w - 4, bad ? ROLE_WARN : ROLE_TITLE, text);
    }
    int rows = h - 2 - (y + 1 - 3) - 1, n = f->n < rows ? f->n : rows;
    for (int i = 0; i < n; i++) {
        const struct followed_line *l = &f->all[(f->first + f->n - n + i) % FOLLOWED_KEPT];
        time_clock(l->t_ms, at, sizeof at);
        str_fmt(text, sizeof text, "%s %s: %s", at, s->plan->logs[l->log].title, l->text);
        pen_fit(c, 4, y + 1 + i, w - 4, l->error ? ROLE_WARN : ROLE_TEXT, text);
    }
}
