/* Inside core/event only: lines of the log with a file of their own. Each appends its text, without
 * the clock, or nothing. */
#ifndef EVENT_EVENT_INT_H
#define EVENT_EVENT_INT_H

#include "base/buf.h"
#include "event/event.h"

/* logline.c: "DBA chai" */
void event_put_who(const struct event *ev, struct buf *out);

/* line_check.c: `who` is "SRE boon". Passes that come by themselves are no news: the checks view
 * counts them. */
void line_check(const struct event *ev, const char *who, struct buf *out);

/* logline_hands.c */
void line_burst(const cJSON *burst, struct buf *out);  /* nothing for a piece of the transcript */
void line_follow(const cJSON *body, struct buf *out);  /* errors and marks alone */
bool line_notify(const cJSON *body, struct buf *out);  /* false: it has no op */
void line_checked(const cJSON *body, struct buf *out); /* the checks after a rollback */

/* logline_people.c: a handover, an escalation, or an observed refusal. */
void logline_people(const struct event *ev, struct buf *out);
/* What needs no asking, it is so when a person has said it: an item confirmed, an issue. False: it
 * is none of these. */
bool logline_said(const struct event *ev, struct buf *out);

/* logline_talk.c: an incident or its end (true: that is all of it), or the beginning of a
 * correction's. */
bool logline_talk(const struct event *ev, struct buf *out);
/* A note has no line; that it was turned into something has. */
void logline_parking(const struct event *ev, struct buf *out);
/* A file that was written has no line, for the log is one of the files; one that was not has. */
void logline_evidence(const struct event *ev, struct buf *out);

/* logline_time.c */
void event_line_timeline(const cJSON *body, struct buf *out);
void event_line_soak(const cJSON *body, struct buf *out);

#endif
