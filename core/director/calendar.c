/* The plan's windows at the gate of the start and of each advance. They stop only what goes
 * forward: a rollback and the kill switch never ask here. */
#include "director/director_int.h"

#include <string.h>

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
    return true;
}

void rules_calendar(const struct where *w, struct standing *out)
{
    struct calendar_answer a;
    if ((w->running && !w->over) || !calendar_asked(w, w->s->now_ms, &a) || a.allowed)
        return;
    struct proposal *p = propose(out, DEC_HOLD, "window.shut", -1);
    str_fmt(p->why, sizeof p->why, "outside the allowed hours: %s", a.why);
}
