/* Two live runs on one scope are refused (SCO-3): a lock of the operating system on a file in the
 * session folder, held by the process that runs and gone with it, however it ends. */
#ifndef ROOM_SCOPE_LOCK_H
#define ROOM_SCOPE_LOCK_H

#include "base/buf.h"
#include "plan/plan.h"

/* What tells who has it. */
struct scope_owner {
    const char *run_id, *session, *actor;
};

/* The lock's descriptor, closed to give it up; -1 with the run that has it (EX_FAILED), or why the
 * folder does not let itself be locked. */
int scope_lock_take(const char *dir, const struct plan *p, const struct scope_owner *me,
                    struct err *e);

/* "table=orders tenant=t-42", or the plan's name when it has no scope: what a lock is for. */
void scope_words(const struct plan *p, struct buf *out);

#endif
