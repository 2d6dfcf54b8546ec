/* Inside core/action only: words.c and words_talk.c. */
#ifndef ACTION_WORDS_INT_H
#define ACTION_WORDS_INT_H

#include "action/words.h"

/* words.c: values, evidence and tally of a line, as fields of a body. */
void words_evidence(const struct state *s, const struct judge *j, const struct line *l,
                    cJSON *body);

/* words_talk.c: corrections, incidents, turned notes. */
int talk_allowed(const struct state *s, const struct intent *in, struct err *why);
void talk_event(const struct state *s, const struct judge *j, const struct intent *in,
                struct event *ev);

#endif
