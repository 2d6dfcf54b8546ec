/* The plan's windows at the gate of the start and of each advance. They stop only what goes
 * forward: a rollback and the kill switch never ask here. */
#include "director/director_int.h"

#include <string.h>

#include "base/json.h"
#include "base/zone.h"
#include "director/want.h"

/* WINDOW_SOON_MS before allowed hours end people are told. */
#define WINDOW_SOON_MS (30 * INT64_C(60000))

/* The stage that an advance would start now changes a schema. */
static bool next_changes_schema(const struct where *w)
{
    int next = advance_target(w->s);
    return next >= 0 && plan_changes_schema(w->plan, w->plan->stages[next].actions,
                                            w->plan->stages[next].n_actions);
}

bool calendar_asked(const struct where *w, int64_t now_ms, struct calendar_answer *out)
{
    const struct state *s = w->s;
    bool again = w->stuck || w->refused; /* the start action failed: advancing again is a new go */
    enum window_for what = FOR_ADVANCE;
    /* Judged samples have no place in the calendar: windows count as given. */
    if (!w->plan->n_windows || w->undo || w->past_last || !strcmp(s->mode, "judged") ||
        (advance_in_flight(s) && !again))
        return false;
    if (!w->stage || (again && s->act.stage == 0))
        what = FOR_START;
    else if (!again && (!w->running || w->last))
        return false;
    calendar_when(w->plan, what, now_ms, out);
    if (out->allowed && next_changes_schema(w)) {
        struct calendar_answer schema;
        calendar_when(w->plan, FOR_SCHEMA_CHANGE, now_ms, &schema);
        if (!schema.allowed)
            *out = schema;
    }
    return true;
}

void rules_calendar(const struct where *w, struct standing *out)
{
    struct calendar_answer a;
    if ((w->running && !w->over) || !calendar_asked(w, w->s->now_ms, &a))
        return;
    if (!a.allowed) {
        struct proposal *p = propose(out, DEC_HOLD, "window.shut", -1);
        str_fmt(p->why, sizeof p->why, "outside the allowed hours: %s", a.why);
    } else if (calendar_unconfirmed(w, &a)) {
        struct proposal *p = propose(out, DEC_HOLD, "window.warn", -1);
        const struct plan_window *win = &w->plan->windows[a.warned];
        str_fmt(p->why, sizeof p->why, "%s %s: the IC must confirm it (confirm window WHY)",
                win->label, win->timezone);
    }
}

bool calendar_unconfirmed(const struct where *w, const struct calendar_answer *a)
{
    return a->warned >= 0 && confirm_said(w->s, "window") != CONFIRM_YES;
}

/* ---- an extension and the end of the hours (CAL-3) ---- */

bool extension_beyond(const struct where *w, char *why, size_t size)
{
    struct calendar_answer a;
    char end[48], until[48];
    if (!w->running || w->st->extended || !w->plan->n_windows || !strcmp(w->s->mode, "judged") ||
        w->s->times.extend_stage == w->s->stage)
        return false;
    int64_t longer = (int64_t)((double)w->st->planned_ms * w->plan->rules.extend_factor);
    int64_t end_ms = w->s->now_ms + longer - stage_elapsed(w->s, w->s->stage, w->s->now_ms);
    calendar_when(w->plan, FOR_ADVANCE, w->st->clock_ms, &a); /* the hours it began in */
    if (!a.allowed || !a.until_ms || end_ms <= a.until_ms)
        return false;
    zone_print(w->plan->zone, end_ms, end, sizeof end);
    zone_print(w->plan->zone, a.until_ms, until, sizeof until);
    str_fmt(why, size,
            "observed longer the stage would end %s, the allowed hours end %s: the IC approves it "
            "(extend WHY) or rolls back",
            end, until);
    return true;
}

/* With `advance: auto` and nobody there to approve for one more stage duration it is undone. */
void rules_extension(const struct where *w, struct standing *out)
{
    char why[240];
    if (!extension_beyond(w, why, sizeof why))
        return;
    bool unanswered = w->plan->advance == ADVANCE_AUTO && w->over && !w->s->hold &&
                      w->s->now_ms - w->over_ms >= w->stage->duration_ms;
    struct proposal *p =
        propose(out, unanswered ? DEC_ROLLBACK : DEC_ESCALATE, "window.extend", -1);
    str_copy(p->why, sizeof p->why, why);
}

/* Told once for each end of the allowed hours, while there is still something to start (CAL-10). */
void tell_window(const struct where *w, struct event_list *out)
{
    struct calendar_answer a;
    if (!w->plan->n_windows || w->undo || w->past_last || !strcmp(w->s->mode, "judged"))
        return;
    calendar_when(w->plan, w->stage ? FOR_ADVANCE : FOR_START, w->s->now_ms, &a);
    if (!a.allowed || !a.until_ms || a.until_ms - w->s->now_ms > WINDOW_SOON_MS ||
        w->s->times.window_told_ms == a.until_ms)
        return;
    struct event *ev = director_event(w->s, EV_TIMELINE);
    json_add_str(ev->body, "op", "window");
    json_add_int(ev->body, "until_ms", a.until_ms);
    json_add_int(ev->body, "left_ms", a.until_ms - w->s->now_ms);
    event_list_add(out, ev);
}
