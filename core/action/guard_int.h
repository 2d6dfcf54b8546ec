/* Inside core/action only: what single intents ask for, in files of their own. 0, or -1 with the
 * sentence why not. */
#ifndef ACTION_GUARD_INT_H
#define ACTION_GUARD_INT_H

#include "action/intent.h"

/* guard_times.c */
int allow_confirm(const struct state *s, const struct intent *in, struct err *why);
int allow_baseline(const struct state *s, struct err *why);

#endif
