/* The timeline: per stage its weight, state, elapsed and planned time; below it in words what the
 * gate waits for and for whom. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "tui/format.h"
#include "tui/glance.h"
#include "tui/gates.h"
#include "tui/views/live.h"

struct piece {
    char text[96];
    enum role role;
    double part; /* of the bar behind it: 0 planned .. 1 done */
    int width;
};

#define NAME_MOST 14

/* The weight; a stage without one has its name where there is room for it. */
static void stage_label(const struct stage *p, size_t i, bool brief, char *out, size_t size)
{
    if (p->has_weight)
        fmt_weight(p->weight, out, size);
    else if (brief || text_width(p->name) > NAME_MOST)
        str_fmt(out, size, "#%zu", i + 1);
    else
        str_copy(out, size, p->name);
}

static void piece_of(const struct scene *s, size_t i, bool brief, struct piece *p)
{
    const struct stage *plan = &s->plan->stages[i];
    const struct stage_state *st = &s->state->stages[i];
    int64_t planned = st->planned_ms ? st->planned_ms : plan->duration_ms;
    int64_t gone = stage_elapsed(s->state, (int)i, scene_now(s));
    char label[64], a[24], b[24];
    stage_label(plan, i, brief, label, sizeof label);
    dur_clock(gone, a, sizeof a);
    dur_clock(planned, b, sizeof b);
    *p = (struct piece){.role = ROLE_DIM};
    switch (st->at) {
    case STAGE_PLANNED:
        fmt_span(planned, b, sizeof b);
        str_fmt(p->text, sizeof p->text, "%s %s", label, b);
        break;
    case STAGE_STARTING:
        str_fmt(p->text, sizeof p->text, "%s STARTING", label);
        p->role = ROLE_NEW;
        break;
    case STAGE_RUNNING:
        str_fmt(p->text, sizeof p->text, "%s NOW %s/%s%s", label, a, b, st->extended ? " ext" : "");
        p->role = ROLE_TITLE;
        p->part = planned > 0 ? (double)gone / (double)planned : 1;
        break;
    case STAGE_DONE:
        str_fmt(p->text, sizeof p->text, brief ? "%s done" : "%s done %s%s", label, a,
                st->extended ? " ext" : "");
        p->role = ROLE_GOOD;
        p->part = 1;
        break;
    case STAGE_STOPPED:
        str_fmt(p->text, sizeof p->text, "%s STOPPED %s/%s", label, a, b);
        p->role = ROLE_LIMIT_CRIT;
        p->part = planned > 0 ? (double)gone / (double)planned : 0;
        break;
    }
    p->width = text_width(p->text);
}

static void bar(struct canvas *c, int x, int y, int w, double part, enum role role)
{
    int full = part >= 1 ? w : (int)(part * w);
    for (int i = 0; i < w; i++) {
        const char *ch = i < full ? "━" : i == full && part > 0 ? "▶" : "─";
        if (c->ascii)
            ch = i < full ? "=" : i == full && part > 0 ? ">" : "-";
        canvas_text(c, x + i, y, 1, i < full || (i == full && part > 0) ? role : ROLE_FRAME, ch);
    }
}

/* Stages first .. last fit the row without bars; the current one is always among them. */
static void fit_range(const struct piece *p, int n, int at, int cells, int *first, int *last)
{
    int used = p[at].width;
    *first = *last = at;
    for (bool grew = true; grew;) {
        grew = false;
        if (*last + 1 < n && used + p[*last + 1].width + 3 <= cells) {
            used += p[++*last].width + 3;
            grew = true;
        }
        if (*first > 0 && used + p[*first - 1].width + 3 <= cells) {
            used += p[--*first].width + 3;
            grew = true;
        }
    }
}

#define STAGES_MAX 64

static void timeline(struct canvas *c, int x, int y, int w, const struct scene *s)
{
    struct piece p[STAGES_MAX];
    char note[24];
    int n = s->plan->n_stages < STAGES_MAX ? (int)s->plan->n_stages : STAGES_MAX, first, last;
    if (!n)
        return;
    int at = s->state->stage < 0 ? 0 : s->state->stage >= n ? n - 1 : s->state->stage;
    for (int brief = 0; brief <= 1; brief++) {
        for (int i = 0; i < n; i++)
            piece_of(s, (size_t)i, brief, &p[i]);
        fit_range(p, n, at, w - 12, &first, &last);
        if (first == 0 && last == n - 1)
            break;
    }
    int end = x + w, text = 0, count = last - first + 1;
    if (first > 0) {
        str_fmt(note, sizeof note, "+%d ", first);
        x += canvas_text(c, x, y, -1, ROLE_DIM, note);
    }
    if (last < n - 1) {
        str_fmt(note, sizeof note, " +%d", n - 1 - last);
        end -= text_width(note);
        canvas_text(c, end, y, -1, ROLE_DIM, note);
    }
    for (int i = first; i <= last; i++)
        text += p[i].width + 2;
    int spare = end - x - text, share = spare / (count + 1);
    for (int i = first; i <= last; i++) {
        x += canvas_text(c, x, y, end - x, p[i].role, p[i].text) + 1;
        int len = i == at ? spare - share * (count - 1) : share;
        if (len > 24 && i != at)
            len = 24;
        if (x + len <= end)
            bar(c, x, y, len, p[i].part, p[i].role);
        x += len + 1;
    }
}

#define FLOW_LEAST 24 /* a piece is cut rather than lost where it has this room */

/* Flows pieces of text over the rows of a rectangle; counts what found no room. */
struct flow {
    struct canvas *c;
    struct rect r;
    int x, y, lost;
};

static void flow_put(struct flow *f, enum role role, const char *text)
{
    int w = text_width(text), limit = f->r.x + f->r.w - 4;
    bool whole = w <= limit - f->r.x - 2; /* a row of its own would hold it */
    if (f->x > f->r.x + 2 && f->x + w > limit && (whole || limit - f->x < FLOW_LEAST) &&
        f->y + 1 < f->r.y + f->r.h) {
        f->y++;
        f->x = f->r.x + 2;
    }
    bool fresh = f->x <= f->r.x + 2;
    if (!fresh && f->x + w > limit && limit - f->x < FLOW_LEAST) {
        f->lost++;
        return;
    }
    f->x += pen_fit(f->c, f->x, f->y, limit - f->x, role, text) + 3;
}

static void gate_title(const struct scene *s, char *out, size_t size)
{
    char next[64];
    glance_next(s, next, sizeof next);
    if (s->state->stage < 0)
        str_fmt(out, size, "gate to start:");
    else
        str_fmt(out, size, "gate to %s:", next);
}

static void shut_item(struct flow *f, const struct gate *g, const struct gate_item *it)
{
    char text[240];
    if (it->open || (g->open && !strcmp(it->name, "people")))
        return; /* an open gate says itself whom it waits for */
    str_fmt(text, sizeof text, "x %s %s%s%s%s", it->name, it->text, *it->whom ? " (" : "", it->whom,
            *it->whom ? ")" : "");
    flow_put(f, gate_by_clock(it) ? ROLE_TEXT : ROLE_WARN, text);
}

/* What is shut comes first; with some of it lost ("+4x") nothing open takes its room. */
void part_gate(struct canvas *c, struct rect r, const struct scene *s)
{
    struct flow f = {c, r, r.x, r.y, 0};
    char text[240];
    if (!gate_matters(s) || r.h < 1)
        return;
    gate_title(s, text, sizeof text);
    f.x += canvas_text(c, r.x, r.y, r.w, ROLE_TEXT, text) + 1;
    for (int rank = 0; rank < 2; rank++)
        for (size_t i = 0; i < s->gate->n; i++)
            if (gate_rank(&s->gate->items[i]) == rank)
                shut_item(&f, s->gate, &s->gate->items[i]);
    int shut = f.lost;
    if (s->gate->open)
        flow_put(&f, ROLE_GOOD,
                 s->plan->advance == ADVANCE_AUTO ? "OPEN, goes on by itself"
                                                  : "OPEN, waits for IC");
    for (size_t i = 0; i < s->gate->n && !shut; i++) {
        if (!s->gate->items[i].open)
            continue;
        str_fmt(text, sizeof text, "+ %s", s->gate->items[i].name);
        flow_put(&f, ROLE_DIM, text);
    }
    if (f.lost) {
        str_fmt(text, sizeof text, "+%d%s", f.lost, shut ? "x" : "");
        canvas_text(c, r.x + r.w - 4, f.y, 4, ROLE_TITLE, text);
    }
}

void part_stages(struct canvas *c, struct rect r, const struct scene *s)
{
    char note[160] = "", at[16], next[96], drift[24];
    const char *mode = s->plan->advance == ADVANCE_AUTO ? "advance: auto" : "advance: manual";
    if (gate_matters(s) && s->gate->opens_ms > scene_now(s)) {
        time_clock(s->gate->opens_ms, at, sizeof at);
        str_fmt(note, sizeof note, "%s · time gate %s", mode, at);
    } else {
        str_copy(note, sizeof note, mode);
    }
    timeline_next(s, next, sizeof next);
    int64_t late = times_drift(s->state, scene_now(s));
    dur_clock(late, drift, sizeof drift);
    if (late >= 60000 && !s->state->final)
        str_fmt(note + strlen(note), sizeof note - strlen(note), " · drift +%s", drift);
    if (*next)
        str_fmt(note + (r.w < 100 ? 0 : strlen(note)), sizeof note - (r.w < 100 ? 0 : strlen(note)),
                "%s%s", r.w < 100 ? "" : " · ", next);
    pen_rule(c, r.x, r.y, r.w, timeline_focused(s) ? "> STAGES" : "STAGES", note);
    timeline(c, r.x + 1, r.y + 1, r.w - 2, s);
    if (r.h > 2)
        part_gate(c, (struct rect){r.x + 1, r.y + 2, r.w - 1, r.h - 2}, s);
}
