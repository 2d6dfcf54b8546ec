/* The plan's windows against an instant: allowed or not, why, and when next. Pure: zones were read
 * with the plan, the host's zone and clock do not matter. A rollback is always allowed. */
#ifndef CALENDAR_CALENDAR_H
#define CALENDAR_CALENDAR_H

#include "plan/plan.h"

/* How far ahead it looks: the next leap from one rare day to the same a year later. */
#define CALENDAR_AHEAD_DAYS 400

struct calendar_answer {
    bool allowed;
    int warned;       /* a window with `warn` that is against it, -1 none */
    int window;       /* the one that is in the way, -1 none */
    int64_t next_ms;  /* not allowed: the first time at which it is, 0 none within the days above */
    int64_t until_ms; /* allowed: the first time at which it no longer is, 0 none */
    char why[160];    /* "off-peak 22:00-06:00 +07:00: opens 2026-02-01 22:00:00 +07:00" */
};

/* A start needs expected_duration of allowed time in one piece, all else one instant. */
void calendar_when(const struct plan *p, enum window_for what, int64_t at_ms,
                   struct calendar_answer *out);

const char *window_for_word(enum window_for what);

#endif
