/* One metric a box with a graph of three rows or more. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "tui/views/live.h"

static void top_row(struct canvas *c, struct rect r, const struct scene *s, size_t m,
                    const struct reading *rd)
{
    enum role role = rd->is == SHOWN_PASS || rd->is == SHOWN_INFO ? ROLE_TEXT : rd->role;
    const struct metric *pm = &s->plan->metrics[m];
    char base[96];
    if (rd->old)
        role = ROLE_DIM;
    int x = r.x + 1, room = r.w - 2;
    int used = pen_fit(c, x, r.y, room, role, rd->value);
    if (rd->blind)
        return;
    int end = x + room;
    canvas_text(c, end - 1, r.y, 1, rd->arrow_role, rd->arrow);
    if (*rd->other)
        str_fmt(base, sizeof base, "against %s %s", rd->other, rd->delta);
    else if (*rd->delta)
        str_fmt(base, sizeof base, "base %s", rd->delta);
    else
        str_fmt(base, sizeof base, "%s",
                isnan(s->state->metrics[m].baseline) && pm->in_baseline ? "no base" : "");
    if (*rd->other && text_width(base) + used + 4 > room)
        str_copy(base, sizeof base, rd->delta);
    if (text_width(base) + used + 4 <= room)
        pen_right(c, end - 2, r.y, room - used - 3, ROLE_TEXT, base);
}

static void bottom_row(struct canvas *c, struct rect r, const struct scene *s, size_t m,
                       const struct reading *rd)
{
    char age[32] = "";
    const char *note = *rd->note ? rd->note : rd->is >= SHOWN_WARN ? reading_why(s, m) : "";
    char reaches[32] = "";
    if (!*note && *rd->reach) {
        str_fmt(reaches, sizeof reaches, "reaches %s", rd->reach);
        note = strcmp(rd->reach, "none") != 0 ? reaches : "reaches: none foreseen";
    }
    if (*rd->age)
        str_fmt(age, sizeof age, "%s old", rd->age);
    int aw = text_width(age);
    enum role role = rd->is == SHOWN_CRIT ? ROLE_LIMIT_CRIT : rd->role;
    pen_fit(c, r.x + 1, r.y, r.w - 3 - aw, rd->is >= SHOWN_WARN ? role : ROLE_DIM, note);
    pen_right(c, r.x + r.w - 1, r.y, aw, ROLE_DIM, age);
}

static void box(struct canvas *c, struct rect r, const struct scene *s, size_t m)
{
    const struct metric *pm = &s->plan->metrics[m];
    bool focus = s->ui && s->ui->focus == (int)m;
    struct reading rd;
    struct series v, o;
    struct axis a;
    int64_t marks[32];
    char word[24];
    reading_of(s, m, &rd);
    enum role frame = rd.is == SHOWN_CRIT   ? ROLE_LIMIT_CRIT
                      : rd.is >= SHOWN_WARN ? rd.role
                      : focus               ? ROLE_FOCUS
                                            : ROLE_FRAME;
    canvas_box(c, r.x, r.y, r.w, r.h, frame, "", "");
    str_fmt(word, sizeof word, " %s%s%s ", rd.is >= SHOWN_WARN ? rd.sign : "",
            rd.is >= SHOWN_WARN ? " " : "", rd.word);
    int ww = text_width(word);
    canvas_text(c, r.x + 2, r.y, 1, frame, focus ? ">" : " ");
    int used = pen_fit(c, r.x + 3, r.y, r.w - ww - 7, rd.is >= SHOWN_WARN ? rd.role : ROLE_TITLE,
                       pm->title);
    canvas_text(c, r.x + 3 + used, r.y, 1, frame, " ");
    canvas_text(c, r.x + r.w - 2 - ww, r.y, ww, rd.role, word);
    top_row(c, (struct rect){r.x + 1, r.y + 1, r.w - 2, 1}, s, m, &rd);
    struct rect g = {r.x + 2, r.y + 2, r.w - 4, r.h - 4};
    enum graph_style style = graph_style_of(c, s);
    series_take(s->state, m, scene_now(s) - WINDOW_MS, scene_now(s), graph_columns(style, g.w), &v);
    if (*rd.other) {
        series_take_other(s->state, m, v.from_ms, v.to_ms, v.n, &o);
        series_span(&v, &o);
    }
    axis_make(pm, s->state->metrics[m].baseline, &v, &a);
    graph_plot(c, g, style, &a, &v, marks, stage_starts(s, marks, 32));
    if (*rd.other)
        graph_other(c, g, style, &a, &v, &o);
    if (rd.blind)
        graph_blind(c, g.x, g.y + g.h - 1, g.w - GRAPH_LABEL, rd.blind_ms, WINDOW_MS);
    bottom_row(c, (struct rect){r.x + 1, r.y + r.h - 2, r.w - 2, 1}, s, m, &rd);
}

void part_boxes(struct canvas *c, const struct layout *l, const struct scene *s)
{
    struct listing list;
    int n = l->cols, left = l->metrics.w;
    listing_of(s, layout_in_plan_order(l, s->plan->n_metrics), &list);
    for (int i = 0; i < (int)list.n; i++) {
        int col = i % n, x = left * col / n, next = left * (col + 1) / n;
        struct rect r = {l->metrics.x + x, l->metrics.y + i / n * l->box_h, next - x, l->box_h};
        box(c, r, s, list.order[i]);
    }
}
