/* One metric a row: sign, name, status, value, change, age, graph, limits, arrow. */
#include <string.h>

#include "base/text.h"
#include "plan/side.h"
#include "tui/views/live.h"

/* Cells of each column for a table of a width; 0: column left out. */
struct cols {
    int x, w, name, status, value, delta, age, graph, warn, crit, reach, note;
};

static void cols_for(int x, int w, bool sides, struct cols *k)
{
    *k = (struct cols){x, w, 16, 7, 10, sides ? 8 : 7, 4, 0, 5, 5, 0, 0};
    if (w < 78) {
        k->name = w >= 64 ? 18 : 15;
        k->delta = k->crit = 0;
    }
    int fixed = 2 + k->name + 1 + k->status + 1 + k->value + 1 + (k->delta ? k->delta + 1 : 0) +
                k->age + 1 + 1 + k->warn + (k->crit ? k->crit + 1 : 0) + 2;
    int spare = w - fixed;
    if (spare > 60) {
        k->name += 12;
        k->note = 24;
        spare -= 12 + 25;
    } else if (spare > 24) {
        k->name += 6;
        spare -= 6;
    }
    if (spare >= 22) {
        k->reach = 9;
        spare -= 10;
    }
    k->graph = spare > 1 ? spare - 1 : 0;
}

/* A column's title over the rule. */
static void head(struct canvas *c, int x, int y, int w, bool right, const char *text)
{
    if (w <= 0)
        return;
    int tw = text_width(text);
    canvas_text(c, right && tw < w ? x + w - tw : x, y, -1, ROLE_TITLE, text);
}

static void heads(struct canvas *c, int y, int w, const struct cols *k, const char *window)
{
    canvas_fill(c, k->x, y, w, 1, ROLE_FRAME, "─");
    int x = k->x + 2;
    head(c, x, y, k->name, false, "METRIC");
    x += k->name + 1;
    head(c, x, y, k->status, false, "STATUS");
    x += k->status + 1;
    head(c, x, y, k->value, true, "NOW");
    x += k->value + 1;
    head(c, x, y, k->delta, true, "vs BASE");
    x += k->delta ? k->delta + 1 : 0;
    head(c, x, y, k->age, true, "AGE");
    x += k->age + 1;
    head(c, x, y, k->graph, false, window);
    x += k->graph + 1;
    head(c, x, y, k->warn, true, "warn");
    x += k->warn + 1;
    head(c, x, y, k->crit, true, "crit");
    x += k->crit ? k->crit + 1 : 0;
    head(c, x + 2, y, k->reach, false, "reaches");
}

static void value_cells(struct canvas *c, int x, int y, const struct cols *k,
                        const struct reading *r)
{
    int all = k->value + 1 + (k->delta ? k->delta + 1 : 0) + k->age;
    enum role role = r->is == SHOWN_PASS || r->is == SHOWN_INFO ? ROLE_TEXT : r->role;
    if (r->old)
        role = ROLE_DIM;
    if (r->blind) {
        pen_fit(c, x, y, all, ROLE_UNKNOWN, text_width(r->value) <= all ? r->value : r->brief);
        return;
    }
    pen_right(c, x + k->value, y, k->value, role,
              text_width(r->value) <= k->value ? r->value : r->brief);
    x += k->value + 1;
    if (k->delta) {
        pen_right(c, x + k->delta, y, k->delta, ROLE_TEXT, r->delta);
        x += k->delta + 1;
    }
    pen_right(c, x + k->age, y, k->age, ROLE_DIM, r->age);
}

/* Limits, or the note in their place: how long until it counts, why there is nothing. */
static void limit_cells(struct canvas *c, int x, int y, const struct cols *k, const struct scene *s,
                        size_t m, const struct reading *r)
{
    const struct metric *pm = &s->plan->metrics[m];
    char text[80];
    int all = k->warn + (k->crit ? 1 + k->crit : 0) + 2 + k->reach;
    if (*r->note && !k->note && r->is >= SHOWN_WARN) {
        bool brief = text_width(r->note) > all && !strncmp(r->note, "baseline not", 12);
        pen_fit(c, x, y, all, r->role, brief ? "no baseline" : r->note);
        return;
    }
    reading_limit(s, m, &pm->warning, text, sizeof text);
    pen_right(c, x + k->warn, y, k->warn, ROLE_DIM, text);
    x += k->warn + 1;
    if (k->crit) {
        reading_limit(s, m, &pm->critical, text, sizeof text);
        pen_right(c, x + k->crit, y, k->crit, ROLE_DIM, text);
        x += k->crit + 1;
    }
    canvas_text(c, x, y, 1, r->arrow_role, r->arrow);
    x += 2;
    if (k->reach) {
        pen_fit(c, x, y, k->reach, ROLE_TEXT, *r->reach ? r->reach : "-");
        x += k->reach + 1;
    }
    if (k->note && *r->other && !*r->note)
        str_fmt(text, sizeof text, "against %s", r->other);
    if (k->note)
        pen_fit(c, x, y, k->note, r->role, *r->other && !*r->note ? text : r->note);
}

static void metric_row(struct canvas *c, int y, const struct cols *k, const struct scene *s,
                       size_t m)
{
    const struct metric *pm = &s->plan->metrics[m];
    bool focus = s->ui && s->ui->focus == (int)m;
    struct reading r;
    reading_of(s, m, &r);
    enum role name = r.is >= SHOWN_WARN ? r.role : focus ? ROLE_FOCUS : ROLE_TEXT;
    canvas_text(c, k->x, y, 1, r.role, r.sign);
    if (focus)
        canvas_text(c, k->x + 1, y, 1, ROLE_FOCUS, ">");
    int x = k->x + 2;
    pen_fit(c, x, y, k->name, name, pm->title);
    x += k->name + 1;
    canvas_text(c, x, y, k->status, r.role, r.word);
    x += k->status + 1;
    value_cells(c, x, y, k, &r);
    x += k->value + 1 + (k->delta ? k->delta + 1 : 0) + k->age + 1;
    if (r.is >= SHOWN_WARN) /* one bar from sign to age: seen before it is read */
        canvas_role(c, k->x + (focus ? 2 : 0), y, x - 1 - k->x - (focus ? 2 : 0), 1, r.role);
    if (r.blind && r.blind_ms < 0 && *r.note) { /* never any: the reason takes the graph's place */
        pen_fit(c, x, y, k->x + k->w - x, r.role, r.note);
        return;
    }
    if (k->graph > 3) {
        struct series v;
        struct axis a;
        series_take(s->state, m, scene_now(s) - WINDOW_MS, scene_now(s), k->graph, &v);
        axis_make(pm, s->state->metrics[m].baseline, &v, &a);
        graph_spark(c, x, y, &a, &v);
        if (r.blind)
            graph_blind(c, x, y, k->graph, r.blind_ms, WINDOW_MS);
    }
    limit_cells(c, x + k->graph + 1, y, k, s, m, &r);
}

void part_table(struct canvas *c, const struct layout *l, const struct scene *s)
{
    struct listing list;
    struct window win;
    char text[96];
    int rows = l->metrics.h - 1, slots = rows * l->cols;
    int w = (l->metrics.w - (l->cols - 1)) / l->cols;
    listing_of(s, layout_in_plan_order(l, s->plan->n_metrics), &list);
    layout_window((int)list.n, slots, (int)list.trouble, list.focus_at, &win);
    for (int col = 0; col < l->cols; col++) {
        struct cols k;
        cols_for(l->metrics.x + col * (w + 1), w, side_any(s->plan), &k);
        heads(c, l->metrics.y, w, &k, w >= 78 ? "last 15 min" : "15 min");
        for (int row = 0; row < rows; row++) {
            int slot = col * rows + row, y = l->metrics.y + 1 + row;
            int at = slot < win.pinned ? slot : win.start + slot - win.pinned;
            if (slot < win.pinned + win.shown && at < (int)list.n)
                metric_row(c, y, &k, s, list.order[at]);
            else if (win.hidden && slot == win.pinned + win.shown) {
                listing_hidden(s, &list, &win, text, sizeof text);
                pen_fit(c, k.x + 2, y, w - 2, ROLE_TITLE, text);
            }
        }
    }
    if (!list.n)
        canvas_text(c, l->metrics.x + 2, l->metrics.y, -1, ROLE_TITLE, " no metrics in this plan ");
}
