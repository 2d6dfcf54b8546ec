/* The whole timeline as a table: the steps before T, the stages, the steps after it, checkpoints
 * and check-ins; planned and actual time, how long it took, and how it stands (TIM-2). */
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "tui/format.h"
#include "tui/gates.h"
#include "tui/glance.h"
#include "tui/views/live.h"

struct line {
    char when[16], title[96], planned[24], began[16], ended[16], took[32], state[40];
    enum role role;
};

struct table {
    struct canvas *c;
    struct rect r;
    int y;
};

#define COLUMNS_W 56 /* of all but the step's title */

static void put(struct table *t, enum role role, const struct line *l)
{
    char text[120];
    int title = t->r.w - COLUMNS_W;
    if (t->y >= t->r.y + t->r.h)
        return;
    pen_fit(t->c, t->r.x, t->y, 8, role, l->when);
    pen_fit(t->c, t->r.x + 9, t->y, title, role, l->title);
    str_fmt(text, sizeof text, "%-5s  %-5s  %-5s  %-11s  %s", l->planned, l->began, l->ended,
            l->took, l->state);
    pen_fit(t->c, t->r.x + 10 + title, t->y, COLUMNS_W - 10, role, text);
    t->y++;
}

static void clock_or(int64_t ms, char *out, size_t size)
{
    str_copy(out, size, "-");
    if (ms > 0)
        time_hm(ms, out, size);
}

static void item_line(const struct scene *s, size_t i, struct line *l)
{
    const struct timeline_item *p = &s->plan->timeline[i];
    const struct item_state *m = &s->state->times.items[i];
    int64_t due = m->due_ms ? m->due_ms : item_due_ms(s->state, i);
    *l = (struct line){.role = ROLE_DIM};
    str_copy(l->when, sizeof l->when, p->at);
    clock_or(due, l->planned, sizeof l->planned);
    clock_or(m->opened_ms, l->began, sizeof l->began);
    clock_or(m->closed_ms, l->ended, sizeof l->ended);
    if (m->opened_ms)
        dur_clock((m->closed_ms ? m->closed_ms : scene_now(s)) - m->opened_ms, l->took,
                  sizeof l->took);
    switch (m->is) {
    case ITEM_PLANNED:
        str_copy(l->state, sizeof l->state, "planned");
        break;
    case ITEM_OPEN:
        str_copy(l->state, sizeof l->state, m->late ? "LATE" : "open");
        l->role = m->late ? ROLE_WARN : ROLE_TITLE;
        break;
    case ITEM_FAILED:
        str_copy(l->state, sizeof l->state, "FAILED");
        l->role = ROLE_LIMIT_CRIT;
        break;
    case ITEM_DONE:
        str_copy(l->state, sizeof l->state, m->late ? "closed late" : "closed");
        l->role = ROLE_GOOD;
        break;
    }
    str_fmt(l->title, sizeof l->title, "%s%s%s%s%s%s%s", p->title, *p->owner ? " (" : "", p->owner,
            *p->owner ? ")" : "", *p->status ? " " : "", p->status, "");
    if (m->is == ITEM_OPEN || m->is == ITEM_FAILED) {
        str_fmt(l->title + strlen(l->title), sizeof l->title - strlen(l->title), " → ");
        item_press(s, i, l->title + strlen(l->title), sizeof l->title - strlen(l->title));
    }
    if (*m->note)
        str_fmt(l->title + strlen(l->title), sizeof l->title - strlen(l->title), ": %s", m->note);
}

/* Planned from the planned start on; without one from the real start. */
static int64_t stage_planned(const struct scene *s, size_t i)
{
    const struct state *st = s->state;
    int64_t at = st->planned_start_ms ? st->planned_start_ms : st->t0_ms;
    if (at <= 0)
        return 0;
    for (size_t k = 0; k < i; k++)
        at += s->plan->stages[k].duration_ms + s->plan->stages[k].cooldown_ms;
    return at;
}

static void stage_line(const struct scene *s, size_t i, struct line *l)
{
    static const char *const words[] = {"planned", "STARTING", "running", "done", "STOPPED"};
    static const enum role roles[] = {ROLE_DIM, ROLE_NEW, ROLE_TITLE, ROLE_GOOD, ROLE_LIMIT_CRIT};
    const struct stage *p = &s->plan->stages[i];
    const struct stage_state *st = &s->state->stages[i];
    char weight[16] = "-", gone[16] = "-", of[16];
    *l = (struct line){.role = roles[st->at]};
    if (p->has_weight)
        fmt_weight(p->weight, weight, sizeof weight);
    str_copy(l->when, sizeof l->when, weight);
    clock_or(stage_planned(s, i), l->planned, sizeof l->planned);
    clock_or(st->clock_ms, l->began, sizeof l->began);
    clock_or(st->ended_ms, l->ended, sizeof l->ended);
    if (st->clock_ms)
        dur_clock(stage_elapsed(s->state, (int)i, scene_now(s)), gone, sizeof gone);
    dur_clock(st->planned_ms ? st->planned_ms : p->duration_ms, of, sizeof of);
    str_fmt(l->took, sizeof l->took, "%s/%s", gone, of);
    str_fmt(l->state, sizeof l->state, "%s%s", words[st->at], st->extended ? " ext" : "");
    str_copy(l->title, sizeof l->title, p->name);
}

static void answers(const struct checkpoint_state *c, size_t n, size_t *told, size_t *missed,
                    size_t *given)
{
    *told = *missed = *given = 0;
    for (size_t i = 0; i < n; i++) {
        *told += c[i].told_ms != 0;
        *missed += c[i].missed;
        *given += c[i].answered_ms != 0;
    }
}

static void tally(struct table *t, const char *what, const struct checkpoint_state *c, size_t n)
{
    size_t told, missed, given;
    char text[120];
    if (!n || t->y >= t->r.y + t->r.h)
        return;
    answers(c, n, &told, &missed, &given);
    str_fmt(text, sizeof text, "%s: %zu of %zu reached, %zu answered, %zu missed", what, told, n,
            given, missed);
    pen_fit(t->c, t->r.x, t->y++, t->r.w, missed ? ROLE_WARN : ROLE_TEXT, text);
}

static void items(struct table *t, const struct scene *s, bool after)
{
    struct line l;
    for (size_t i = 0; i < s->plan->n_timeline; i++)
        if ((s->plan->timeline[i].at_ms >= 0) == after) {
            item_line(s, i, &l);
            put(t, l.role, &l);
        }
}

static void kinds(char *out, size_t size, const char *what, char *const *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        str_fmt(out + strlen(out), size - strlen(out), "%s%s", i ? " " : what, v[i]);
}

/* The freeze and its rules by kind (CAL-8). */
static void freeze(struct table *t, const struct scene *s)
{
    const struct freeze_state *f = &s->state->times.freeze;
    const struct freeze *p = &s->plan->freeze;
    char text[320], from[16], until[16] = "now";
    if (!f->start_ms || t->y >= t->r.y + t->r.h)
        return;
    time_hm(f->start_ms, from, sizeof from);
    if (f->end_ms)
        time_hm(f->end_ms, until, sizeof until);
    str_fmt(text, sizeof text, "FREEZE %s to %s%s%s", from, until,
            *f->held ? ", changes held: " : "", f->held);
    kinds(text, sizeof text, " | allowed: ", p->allowed, p->n_allowed);
    kinds(text, sizeof text, " | blocked: ", p->blocked, p->n_blocked);
    pen_fit(t->c, t->r.x, t->y++, t->r.w, f->end_ms ? ROLE_DIM : ROLE_TITLE, text);
}

void part_timeline(struct canvas *c, struct rect r, const struct scene *s)
{
    static const struct line head = {.when = "WHEN",
                                     .title = "STEP",
                                     .planned = "PLAN",
                                     .began = "BEGAN",
                                     .ended = "ENDED",
                                     .took = "TOOK",
                                     .state = "STATUS",
                                     .role = ROLE_DIM};
    char note[64], drift[24];
    struct table t = {c, {r.x + 2, r.y + 1, r.w - 4, r.h - 2}, r.y + 1};
    int64_t d = times_drift(s->state, scene_now(s));
    dur_clock(d < 0 ? -d : d, drift, sizeof drift);
    str_fmt(note, sizeof note, "drift %s%s", d < 0 ? "-" : "+", drift);
    canvas_box(c, r.x, r.y, r.w, r.h, ROLE_FOCUS, "TIMELINE", note);
    put(&t, ROLE_DIM, &head);
    items(&t, s, false);
    for (size_t i = 0; i < s->plan->n_stages; i++) {
        struct line l;
        stage_line(s, i, &l);
        put(&t, l.role, &l);
    }
    items(&t, s, true);
    freeze(&t, s);
    tally(&t, "checkpoints", s->state->times.checkpoints,
          s->state->times.checkpoints ? s->plan->n_checkpoints : 0);
    tally(&t, "check-ins", s->state->times.soak.checkins, s->state->times.soak.n);
}

/* What comes next, for the panel's note: "T-10m Final preflight in 08:00", "check-in 5 of 24". */
void timeline_next(const struct scene *s, char *out, size_t size)
{
    const struct state *st = s->state;
    char d[24];
    out[0] = '\0';
    if (st->final)
        return;
    for (size_t i = 0; i < s->plan->n_timeline; i++) {
        const struct timeline_item *p = &s->plan->timeline[i];
        const struct item_state *m = &st->times.items[i];
        int64_t due = item_due_ms(st, i);
        if (m->is == ITEM_DONE || (p->at_ms < 0) != (st->t0_ms < 0) ||
            (m->is == ITEM_PLANNED && !due))
            continue;
        dur_clock(due - scene_now(s), d, sizeof d);
        if (m->is == ITEM_PLANNED)
            str_fmt(out, size, "%s %s in %s", p->at, p->title, due > scene_now(s) ? d : "00:00");
        else
            str_fmt(out, size, "%s %s %s", p->at, p->title,
                    m->is == ITEM_FAILED ? "FAILED"
                    : m->late            ? "OPEN, LATE"
                                         : "open");
        return;
    }
    if (st->times.soak.begin_ms && st->times.soak.n)
        str_fmt(out, size, "check-in %zu of %zu%s", st->times.soak.told, st->times.soak.n,
                checkin_open(st) >= 0 ? ", asked" : "");
}
