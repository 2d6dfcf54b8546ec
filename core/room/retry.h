/* After a rollback the same plan on the same scope may not run again for `rules.retry_cooldown`,
 * and then only with a note of what was fixed (TIM-19). What happened is read from the recorded
 * sessions. */
#ifndef ROOM_RETRY_H
#define ROOM_RETRY_H

#include "plan/plan.h"
#include "base/err.h"

struct retry {
    bool found; /* a live run was rolled back, and none has passed since */
    char run_id[64];
    int64_t at_ms;     /* when the newest such rollback was over */
    int64_t passed_ms; /* when the newest run that passed was over; 0 none */
};

/* Looks through the sessions of a folder; may be called for several folders. */
void retry_find(const char *dir, const struct plan *p, struct retry *out);

/* May it run at now_ms? 0, or -1 with when it may, or what is missing. */
int retry_allowed(const struct plan *p, const struct retry *r, int64_t now_ms, const char *fix,
                  struct err *e);

#endif
