/* Inside of core/calendar: one window alone. */
#ifndef CALENDAR_CALENDAR_INT_H
#define CALENDAR_CALENDAR_INT_H

#include "plan/plan.h"

/* Does the window let the instant through? One that does not apply (no week with a change of
 * clocks) does. */
bool window_holds(const struct plan_window *w, int64_t utc_s);

/* The first instant in (from, until) at which window_holds is the other way round. */
bool window_turns(const struct plan_window *w, int64_t from_s, int64_t until_s, int64_t *at_s);

#endif
