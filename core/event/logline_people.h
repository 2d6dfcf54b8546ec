/* The log's lines about people: a handover, a call, a refused word. */
#ifndef EVENT_LOGLINE_PEOPLE_H
#define EVENT_LOGLINE_PEOPLE_H

#include "event/event.h"

/* Appends the line, without its clock, of a handover, an escalation, or an observed refusal. */
void logline_people(const struct event *ev, struct buf *out);

/* What needs no asking, it is so when a person has said it: an item confirmed, an issue. False: it
 * is none of these. */
bool logline_said(const struct event *ev, struct buf *out);

#endif
