/* Steps that are more than one call: a burst of requests, work that a person does by hand, a ramp
 * that lowers the weight over a time. Owned by the plan. */
#ifndef PLAN_HANDS_H
#define PLAN_HANDS_H

#include "plan/calls.h"
#include "plan/cond.h"

#define BURST_USERS_MAX 64

/* `requests` times the same request, each with the token of the next user: request i is user
 * i % n_users. */
struct burst_call {
    struct http_call http; /* first: its keys are the burst's; token is "" */
    char **users;          /* bearer tokens, secret; a user is known by its number from 1 */
    size_t n_users;
    int requests, concurrency;
    double rate; /* requests started per second; 0: no limit */
};

/* What all requests together must come to; a condition that is not set is not asked. */
struct burst_expect {
    struct cond success_pct, p95_ms, avg_ms;
};

struct manual_call {
    char *role; /* whose hands: "" without a manual step */
    char *text; /* template */
};

/* The action is run again and again, {{stage.weight}} falling by `step` until it is `to`. */
struct ramp_call {
    char *name;
    int action; /* index into plan->actions */
    double to, step;
    int64_t over_ms; /* from the first lowering to the last */
};

#endif
