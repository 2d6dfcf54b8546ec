/* Inside core/event only: lines of the log with a file of their own. Each appends its text, or
 * nothing. */
#ifndef EVENT_EVENT_INT_H
#define EVENT_EVENT_INT_H

#include "base/buf.h"
#include "event/event.h"

void event_line_timeline(const cJSON *body, struct buf *out);
void event_line_soak(const cJSON *body, struct buf *out);

#endif
