/* Events -> state: one handler per kind. Pure; refuses nothing: an event that does not fit is
 * counted and otherwise ignored, because the tape is what happened. */
#ifndef FOLD_FOLD_H
#define FOLD_FOLD_H

#include "fold/state.h"

struct state *state_new(const struct plan *plan); /* keeps a pointer to the plan */
void state_free(struct state *s);

/* Folds one event. Events come in sequence order. */
void fold_apply(struct state *s, const struct event *ev);

/* FNV-1a 64 over everything the state says (not over pointers): equal tapes, equal hashes. */
uint64_t state_hash(const struct state *s);

#endif
