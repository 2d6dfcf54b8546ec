/* How much an event matters to whoever reads the log: INFO, WARN, ERROR. Pure. */
#ifndef EVENT_LEVEL_H
#define EVENT_LEVEL_H

#include "event/event.h"

enum level_of_line { LINE_INFO, LINE_WARN, LINE_ERROR };

enum level_of_line event_level(const struct event *ev);
const char *level_word(enum level_of_line l);

#endif
