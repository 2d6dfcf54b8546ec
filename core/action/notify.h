/* Messages: rendered from what has just been folded and sent on transports of their own. Nothing
 * waits for one, and one that cannot be filled or sent stops nothing: it is told, with its text. */
#ifndef ACTION_NOTIFY_H
#define ACTION_NOTIFY_H

#include "base/clock.h"
#include "judge/judge.h"

struct notifier;

/* rehearse: every message is told, nothing is sent. */
struct notifier *notifier_start(const struct plan *plan, const struct clock *clock, bool rehearse,
                                struct err *e);
void notifier_stop(struct notifier *n); /* cancels what is on its way */

/* A folded event: what it tells is rendered and sent. `head` is the newest record's hash. */
void notifier_event(struct notifier *n, const struct state *s, const struct judge *j,
                    const struct event *ev, const char *head);

/* `notify` events to be journaled, one for each message that came to something. */
void notifier_pump(struct notifier *n, struct event_list *out);
int notifier_fd(const struct notifier *n);    /* readable when an answer waits */
bool notifier_told(const struct notifier *n); /* something is to be pumped now */
int notifier_pending(const struct notifier *n);

/* What a person says of a message that waits to be looked at (intents `send` and `drop`). */
void notifier_word(struct notifier *n, const char *id, bool send, const char *actor);

#endif
