/* Follows the plan's log files: new lines are seen within a second, also across rotation and
 * truncation. One thread; lines become events in the room's queue, bounded, what is too much is
 * counted. Files are read, never written. */
#ifndef SOURCE_FOLLOW_H
#define SOURCE_FOLLOW_H

#include "base/clock.h"
#include "base/queue.h"
#include "plan/plan.h"

struct follow;

/* Begins at the end of each file; one that is not there yet is read from its beginning. */
struct follow *follow_start(const struct plan *plan, const struct clock *clock, struct queue *out,
                            struct err *e);
void follow_stop(struct follow *f); /* joins, frees; the queue must outlive it */

#endif
