/* Inside core/action only: what the guard looks at, and what single intents ask for, in files of
 * their own. 0, or -1 with the sentence why not. */
#ifndef ACTION_GUARD_INT_H
#define ACTION_GUARD_INT_H

#include "action/intent.h"

#define REFUSE(...) return err_set(why, EX_FAILED, __VA_ARGS__)

struct guarded {
    const struct state *s;
    const struct judge *j;
    const struct intent *in;
    const struct guard_env *env;
    const struct intent_row *row;
};

int allow_issue(const struct guarded *a, struct err *why); /* guard_issue.c */

/* guard_times.c */
int allow_confirm(const struct state *s, const struct intent *in, const struct guard_env *env,
                  struct err *why);
int allow_item(const struct state *s, const struct intent *in, const struct guard_env *env,
               struct err *why);
int allow_start_at(const struct state *s, const struct intent *in, const struct guard_env *env,
                   struct err *why);
/* The minimum after a rollback is nobody's to shorten (TIM-6). */
int allow_end_times(const struct state *s, const struct guard_env *env, struct err *why);
int allow_extend(const struct state *s, struct err *why);
int allow_baseline(const struct state *s, struct err *why);

/* guard_denied.c: does it do what the plan denies? */
int guard_denied(const struct guarded *a, struct err *why);

/* guard_people.c: may this role do this at all; then what single words wait for. */
int guard_role(const struct guarded *a, struct err *why);
int guard_silent(const struct guarded *a, struct err *why); /* a watched run that is dead */
int guard_approve(const struct guarded *a, struct err *why);
int guard_handover(const struct guarded *a, struct err *why);
int guard_ack(const struct guarded *a, struct err *why);
int guard_resume(const struct guarded *a, struct err *why); /* `go` after a pause */
int guard_agreed(const struct guarded *a, struct err *why); /* a rollback people decide on */

#endif
