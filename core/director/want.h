/* Intent events, before the exact calls are added. Pure. */
#ifndef DIRECTOR_WANT_H
#define DIRECTOR_WANT_H

#include "director/director.h"

struct want {
    const char *word; /* of action/intents.def */
    const char *actor, *role, *reason, *cause;
    bool override, gradual;
    char tag; /* tells kinds of people's intents apart in the id; 0: the director's */
};

/* id, do, stage_index, what, reason, cause, override, values; `calls` is left out. The caller
 * owns it. */
struct event *director_want(const struct state *s, const struct judge *j, const struct want *want,
                            int64_t now_ms);

/* What an `item` intent of this step is in words, and which step. */
void item_complete(const struct plan *p, size_t i, cJSON *body);

/* The stage an advance would start now (the current one when its start action failed); -1 none. */
int advance_target(const struct state *s);

#endif
