/* The hands: runs the steps of one intent at a time, intent -> sent -> observed. Lives on the
 * room's thread and never blocks: transports answer through a queue. */
#ifndef ACTION_RUNNER_H
#define ACTION_RUNNER_H

#include "action/intent.h"
#include "base/clock.h"
#include "wire/child.h"
#include "wire/http.h"

struct runner;

struct runner *runner_new(const struct plan *plan, struct http *http, struct children *children,
                          const struct clock *clock, bool rehearse);
void runner_free(struct runner *r);

/* Starts what an `intent` event of ours says, once it is durable. A rollback supersedes whatever
 * runs. -1 when something runs already (the caller's guard should have said so). */
int runner_start(struct runner *r, const struct state *s, const struct judge *j,
                 const struct event *intent, struct err *e);

/* Reads again what the newest stage (or the rollback) has set, by the verify calls of its actions:
 * after a resume. One `session` event with op "reread" tells how production differs from the
 * record. Nothing is changed, and an action does not wait for it. */
void runner_look(struct runner *r, const struct state *s, const struct judge *j);

/* What a person says of the manual step under way (intents `done` and `failed`, folded). */
void runner_person(struct runner *r, const struct state *s, const struct judge *j,
                   const struct event *intent);

/* Ends a burst or a ramp under way; anything else goes on. */
void runner_stop(struct runner *r, const char *why);

/* Goes on with answers and timers; appends the events to be journaled. */
void runner_pump(struct runner *r, const struct state *s, const struct judge *j,
                 struct event_list *out);
int runner_fd(const struct runner *r);          /* readable when an answer waits */
int64_t runner_wait_ms(const struct runner *r); /* real ms until it wants a pump; -1: none */
bool runner_busy(const struct runner *r);

/* What ends all that goes forward, whether it waits or is under way; NULL: nothing. A rollback that
 * is asked for ends an advance, and leaves the timeline's steps. Pure. */
const char *runner_outranked(const struct state *s, bool advance);

/* Does an answer meet an expectation? Pure; `why` says what was found instead. */
bool expect_http(const struct expect *want, const struct http_reply *r,
                 const struct tmpl_vars *vars, char *why, size_t why_size);
bool expect_exec(const struct expect *want, const struct child_result *r,
                 const struct tmpl_vars *vars, char *why, size_t why_size);

#endif
