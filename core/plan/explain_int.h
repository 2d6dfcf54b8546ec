/* Inside core/plan only: parts of plan_explain() with a file of their own. */
#ifndef PLAN_EXPLAIN_INT_H
#define PLAN_EXPLAIN_INT_H

#include "base/buf.h"
#include "plan/plan.h"

void explain_stage_times(const struct plan *p, const struct stage *st, struct buf *b);
void explain_timeline(const struct plan *p, struct buf *b);
void explain_people(const struct plan *p, struct buf *b);
void explain_follow_up(const struct plan *p, struct buf *b);
void explain_soak(const struct plan *p, struct buf *b);

#endif
