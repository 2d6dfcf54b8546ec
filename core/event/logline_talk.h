/* The log's lines about what people said beside signals, and about evidence files. */
#ifndef EVENT_LOGLINE_TALK_H
#define EVENT_LOGLINE_TALK_H

#include <stdbool.h>

#include "event/event.h"

/* Appends the line, without its clock, of an incident or its end (true: that is all of it), or the
 * beginning of a correction's. */
bool logline_talk(const struct event *ev, struct buf *out);

/* A note has no line; that it was turned into something has. */
void logline_parking(const struct event *ev, struct buf *out);

/* A file that was written has no line, for the log is one of the files; one that was not has. */
void logline_evidence(const struct event *ev, struct buf *out);

#endif
