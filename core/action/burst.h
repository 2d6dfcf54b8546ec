/* Inside core/action only: a burst of requests that is under way. It has a transport of its own,
 * so that nothing else waits behind it; tokens go from the plan to the wire and nowhere else. */
#ifndef ACTION_BURST_H
#define ACTION_BURST_H

#include "action/runner.h"
#include "action/vars.h"

struct burst;

/* The answers of its requests go to the runner's queue, as answers with `request` > 0. wall_ms is
 * now on the runner's clock. */
struct burst *burst_new(const struct burst_call *call, const struct expect *expect,
                        const struct tmpl_vars *vars, int64_t wall_ms, struct err *e);
void burst_free(struct burst *b);

/* Sends what concurrency and rate allow now. */
void burst_go(struct burst *b, struct runner *r);
void burst_answer(struct burst *b, int request, const struct http_reply *reply);
int64_t
burst_wait_ms(const struct burst *b); /* real ms until the next may leave; -1: not by time */
bool burst_over(const struct burst *b);

/* Cancels what is in flight; what was in flight counts as not answered. */
void burst_stop(struct burst *b, struct runner *r);

/* The rows not told yet, when there are enough of them or it is the end, as {first, from_ms, rows:
 * [[ms since from_ms, user, status, latency ms]]}; NULL: nothing to tell. At the end the sums are
 * in it too. The caller owns it. */
cJSON *burst_tell(struct burst *b, bool end);

/* Is everything as expected? `say` gets the sentence with the figures either way. */
bool burst_met(const struct burst *b, char *say, size_t size);

/* "100 x POST http://… {…}, 5 users, 5 at once, 20/s", masked. */
void burst_text(const struct burst_call *c, const struct tmpl_vars *vars, struct buf *out);

#endif
