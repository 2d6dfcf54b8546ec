/* Inside core/event only: the log line of a check before the start. */
#ifndef EVENT_LINE_CHECK_H
#define EVENT_LINE_CHECK_H

#include "event/event.h"

/* `who`: "SRE boon". Passes that come by themselves are no news: the checks view counts them. */
void line_check(const struct event *ev, const char *who, struct buf *out);

#endif
