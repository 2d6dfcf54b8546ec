/* The steps of the timeline: each opens at its time (before T one after the other), runs its
 * actions through the same path as everything else, and is closed by what it asks for. */
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "base/when.h"
#include "director/director_int.h"
#include "director/preflight.h"
#include "director/want.h"

/* Judged samples have no timeline: what is done around them counts as given. */
static bool none(const struct where *w)
{
    return !w->plan->n_timeline || !strcmp(w->s->mode, "judged");
}

static struct event *item_event(const struct where *w, size_t i, const char *op)
{
    const struct timeline_item *t = &w->plan->timeline[i];
    struct event *ev = director_event(w->s, EV_TIMELINE);
    json_add_str(ev->body, "op", op);
    json_add_int(ev->body, "index", (int64_t)i);
    json_add_str(ev->body, "at", t->at);
    json_add_str(ev->body, "title", t->title);
    return ev;
}

/* ---- what is so ---- */

/* A step before T waits for the ones before it: a late one shifts those that follow (TIM-4). */
static bool shifted(const struct where *w, size_t i)
{
    for (size_t k = 0; k < i && w->plan->timeline[i].at_ms < 0; k++)
        if (w->s->times.items[k].is != ITEM_DONE)
            return true;
    return false;
}

static bool ready(const struct where *w, size_t i)
{
    const struct timeline_item *t = &w->plan->timeline[i];
    const struct item_state *m = &w->s->times.items[i];
    return (m->acted || !t->n_actions) && (m->confirmed || !*t->confirm) &&
           (!t->preflight || m->confirmed || preflight_passed(w->s));
}

static void open_item(const struct where *w, size_t i, int64_t due_ms, struct event_list *out)
{
    struct event *ev = item_event(w, i, "open");
    json_add_int(ev->body, "due_ms", due_ms);
    json_add_str(ev->body, "owner", w->plan->timeline[i].owner);
    event_list_add(out, ev);
}

static void tell_item(const struct where *w, size_t i, struct event_list *out)
{
    const struct item_state *m = &w->s->times.items[i];
    int64_t due = m->is == ITEM_PLANNED ? item_due_ms(w->s, i) : m->due_ms, now = w->s->now_ms;
    if (m->is == ITEM_PLANNED) {
        bool stages = w->plan->timeline[i].after_stages;
        if (stages && w->past_last && due < w->st->ended_ms)
            due = w->st->ended_ms;
        if (due > 0 && now >= due && !(stages && !w->past_last) && !shifted(w, i))
            open_item(w, i, due, out);
        return;
    }
    if (m->is == ITEM_OPEN && ready(w, i)) {
        struct event *ev = item_event(w, i, "done");
        json_add_str(ev->body, "by", m->by);
        json_add_str(ev->body, "note", m->note);
        json_add_int(ev->body, "late_ms", now > due ? now - due : 0);
        event_list_add(out, ev);
    } else if (m->is != ITEM_DONE && !m->late && now >= due + w->plan->timeline[i].duration_ms) {
        struct event *ev = item_event(w, i, "late");
        json_add_int(ev->body, "by_ms", now - due);
        event_list_add(out, ev);
    }
}

static void words(cJSON *body, const char *key, char *const *v, size_t n)
{
    cJSON *list = json_add_arr(body, key);
    for (size_t i = 0; i < n; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(v[i]));
}

/* The freeze's record (CAL-7, CAL-8): its start and its end, when their step is closed. */
static void tell_freeze(const struct where *w, size_t i, struct event_list *out)
{
    const struct freeze *f = &w->plan->freeze;
    const struct freeze_state *was = &w->s->times.freeze;
    unsigned mark = w->plan->timeline[i].freeze;
    bool end = mark == FREEZE_END;
    const char *held = f->set ? state_captured(w->s, f->held) : NULL;
    if (!mark || w->s->times.items[i].is != ITEM_DONE || (end ? was->end_ms : was->start_ms))
        return;
    struct event *ev = item_event(w, i, "freeze");
    json_add_str(ev->body, "which", end ? "end" : "start");
    json_add_str(ev->body, "release", f->release && *f->release ? f->release : w->plan->title);
    json_add_str(ev->body, "held", held ? held : "");
    words(ev->body, "allowed", f->allowed, f->n_allowed);
    words(ev->body, "blocked", f->blocked, f->n_blocked);
    if (end) {
        json_add_int(ev->body, "start_ms", was->start_ms);
        json_add_int(ev->body, "duration_ms", w->s->now_ms - was->start_ms);
        json_add_str(ev->body, "held_at_start", was->held);
    }
    event_list_add(out, ev);
}

/* Steps before T need a T to count down to: without a planned start it is as near as the first of
 * them allows. */
static void plan_start(const struct where *w, struct event_list *out)
{
    int64_t first = w->plan->n_timeline ? w->plan->timeline[0].at_ms : 0, start;
    if (w->s->planned_start_ms || w->s->t0_ms >= 0 || w->stage)
        return;
    if (*w->plan->start_at && when_parse(w->plan->start_at, &start) == 0 && start > 0)
        first = w->s->now_ms - start;
    else if (first >= 0)
        return;
    struct event *ev = director_event(w->s, EV_COUNTDOWN);
    json_add_int(ev->body, "start_ms", w->s->now_ms - first);
    event_list_add(out, ev);
}

void tell_items(const struct where *w, struct event_list *out)
{
    if (strcmp(w->s->mode, "judged") != 0)
        plan_start(w, out);
    if (none(w))
        return;
    for (size_t i = 0; i < w->plan->n_timeline; i++) {
        tell_item(w, i, out);
        tell_freeze(w, i, out);
    }
}

/* ---- what must be done ---- */

static void want_item(const struct where *w, const struct judge *j, size_t i,
                      struct event_list *out)
{
    struct want want = {.word = "item", .actor = "director", .reason = "its time has come"};
    struct event *ev = director_want(w->s, j, &want, w->s->now_ms);
    item_complete(w->plan, i, ev->body);
    event_list_add(out, ev);
}

void item_complete(const struct plan *p, size_t i, cJSON *body)
{
    const struct timeline_item *t = &p->timeline[i];
    struct buf what = BUF_INIT;
    buf_addf(&what, "%s %s:", t->at, t->title);
    for (size_t k = 0; k < t->n_actions; k++)
        buf_addf(&what, " %s", p->actions[t->actions[k]].name);
    cJSON_ReplaceItemInObjectCaseSensitive(body, "what", cJSON_CreateString(buf_str(&what)));
    json_add_int(body, "item_index", (int64_t)i);
    buf_free(&what);
}

/* A step that changes a schema waits for hours that allow it. */
static bool item_barred(const struct where *w, size_t i)
{
    const struct timeline_item *t = &w->plan->timeline[i];
    struct calendar_answer a;
    if (!plan_changes_schema(w->plan, t->actions, t->n_actions))
        return false;
    calendar_when(w->plan, FOR_SCHEMA_CHANGE, w->s->now_ms, &a);
    return !a.allowed;
}

bool flow_items(const struct where *w, const struct judge *j, struct event_list *out)
{
    if (none(w) || w->busy || w->undo || w->starting || w->s->hold || w->s->paused ||
        advance_waits(w->s))
        return false;
    for (size_t i = 0; i < w->plan->n_timeline; i++) {
        const struct item_state *m = &w->s->times.items[i];
        if (m->is != ITEM_OPEN || m->tried || !w->plan->timeline[i].n_actions || item_barred(w, i))
            continue;
        want_item(w, j, i, out);
        return true;
    }
    return false;
}

/* ---- what waits for it ---- */

/* The first step that stands in the way of the start, -1 none: one before T that is due and not
 * closed. */
static int in_the_way(const struct where *w, int64_t now_ms)
{
    if (none(w) || w->stage)
        return -1;
    for (size_t i = 0; i < w->plan->n_timeline && w->plan->timeline[i].at_ms < 0; i++) {
        int64_t due = item_due_ms(w->s, i);
        if (w->s->times.items[i].is != ITEM_DONE && (!due || now_ms >= due))
            return (int)i;
    }
    return -1;
}

static void say_item(const struct where *w, size_t i, int64_t now_ms, char *out, size_t size)
{
    const struct timeline_item *t = &w->plan->timeline[i];
    const struct item_state *m = &w->s->times.items[i];
    char late[24];
    int64_t over = m->due_ms ? now_ms - m->due_ms - t->duration_ms : 0;
    dur_clock(over > 0 ? over : 0, late, sizeof late);
    str_fmt(out, size, "%s %s %s%s%s%s%s", t->at, t->title,
            m->is == ITEM_FAILED    ? "FAILED: "
            : m->is == ITEM_PLANNED ? "is not open yet"
                                    : "is open",
            m->is == ITEM_FAILED ? m->note : "",
            over > 0 && m->is != ITEM_FAILED ? ", late by " : "",
            over > 0 && m->is != ITEM_FAILED ? late : "",
            m->is == ITEM_OPEN && *t->confirm && !m->confirmed ? ", is to be confirmed" : "");
}

void gate_items(const struct where *w, int64_t now_ms, struct gate *g)
{
    int i = in_the_way(w, now_ms);
    if (none(w) || w->stage || w->plan->timeline[0].at_ms >= 0)
        return;
    struct gate_item *it = gate_add(g, "timeline", i < 0, "team");
    if (i < 0) {
        str_copy(it->text, sizeof it->text, "every step that was due is closed");
        return;
    }
    if (*w->plan->timeline[i].owner)
        str_copy(it->whom, sizeof it->whom, w->plan->timeline[i].owner);
    say_item(w, (size_t)i, now_ms, it->text, sizeof it->text);
}

void rules_items(const struct where *w, struct standing *out)
{
    const struct state *s = w->s;
    char text[200];
    int i = in_the_way(w, s->now_ms);
    if (w->undo)
        return;
    for (size_t k = 0; k < w->plan->n_timeline && !none(w); k++) {
        if (s->times.items[k].is != ITEM_FAILED)
            continue;
        say_item(w, k, s->now_ms, text, sizeof text);
        struct proposal *p = propose(out, DEC_ESCALATE, "timeline.failed", -1);
        str_copy(p->subject, sizeof p->subject, w->plan->timeline[k].at);
        str_fmt(p->why, sizeof p->why, "%s; run it again or say that it is done (item %s)", text,
                w->plan->timeline[k].at);
    }
    if (i < 0 || s->times.items[i].is == ITEM_FAILED || s->now_ms < s->planned_start_ms)
        return;
    say_item(w, (size_t)i, s->now_ms, text, sizeof text);
    struct proposal *p = propose(out, DEC_HOLD, "timeline.open", -1);
    str_fmt(p->why, sizeof p->why, "%s: the start waits for it", text);
}

bool items_wait(const struct where *w)
{
    for (size_t i = 0; i < w->plan->n_timeline && !none(w); i++)
        if (w->plan->timeline[i].at_ms >= 0 && w->s->times.items[i].is != ITEM_DONE)
            return true;
    return false;
}
