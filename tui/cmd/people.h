/* What run, resume and watch ask before they sit somebody down. */
#ifndef TUI_CMD_PEOPLE_H
#define TUI_CMD_PEOPLE_H

#include "plan/plan.h"
#include "base/err.h"

/* A role of the team, when the plan has one; -1 with the nearest. */
int people_role_is(const struct plan *p, const char *role, struct err *e);

/* A live run on this scope is refused while another one lives (*fd holds the lock) ... */
int people_lock(const struct plan *p, const char *session, const char *run_id, const char *actor,
                int *fd, struct err *e);

/* ... and after a rollback for as long as the plan says, and without a note of what was fixed. */
int people_retry(const struct plan *p, const char *session, const char *fix, struct err *e);

#endif
