/* A drill: the run's clock and all its servers are a simulator's on this machine. Refuses a plan
 * that would reach beyond it; the fence (wire/fence.h) holds whatever is asked later. */
#ifndef ACTION_DRILL_H
#define ACTION_DRILL_H

#include "base/clock.h"
#include "plan/plan.h"

/* Asks the simulator at a loopback URL for its clock. -1 when there is none, or when it runs on
 * another machine (a tunnel): its clock would not be ours. Takes 5 s at most. */
int drill_clock(const char *url, struct clock *out, struct err *e);

/* Puts the fence up and refuses a plan with an address, or a program, that is not inside. The
 * programs learn where the simulator is (WARROOM_SIM). */
int drill_begin(const char *url, const struct plan *plan, struct err *e);

#endif
