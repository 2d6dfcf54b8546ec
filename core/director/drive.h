/* A run without threads, clock or network: samples, switches and people's words go in with their
 * times, events and a verdict come out. The same fold, judge and director as live. What `judge`,
 * `backtest` and the tests are made of. */
#ifndef DIRECTOR_DRIVE_H
#define DIRECTOR_DRIVE_H

#include "director/director.h"
#include "director/want.h"

struct drive;

/* What people and other systems would give. */
struct drive_opts {
    const struct plan *plan;
    int64_t start_ms; /* of the session; above 0 */
    int64_t t0_ms;    /* planned start of the first stage, 0: as soon as its gate opens */
    bool given;       /* the IC's word counts as given: opens gates, agrees to rollbacks, and starts
                         at t0_ms even when no sample came before it */
    bool no_arrows;   /* of the judge */
    const char *mode; /* of the session event; NULL: "virtual" */
    const char *run_id;
    /* Called for every event in order, after it is folded; may be NULL. */
    void (*on_event)(void *ctx, const struct event *ev);
    void *ctx;
};

/* The plan must outlive it. The kill switch is off and every alert source answers until something
 * else is said. */
struct drive *drive_new(const struct drive_opts *o);
void drive_free(struct drive *d);

/* Inputs, in the order of their times; each runs fold, judge and director until nothing more is
 * proposed. After the verdict they change nothing. */
void drive_tick(struct drive *d, int64_t t_ms, const double *values, const char *const *why);
/* The same for some metrics: those not asked stay as they were and grow older. */
void drive_samples(struct drive *d, int64_t t_ms, const double *values, const bool *asked,
                   const char *const *why);
/* The same with the other side (`compare:`) of each metric asked that has one. */
void drive_sides(struct drive *d, int64_t t_ms, const double *values, const double *others,
                 const bool *asked);
void drive_kill_switch(struct drive *d, int64_t t_ms, enum ks_is is, const char *why);
void drive_alert(struct drive *d, int64_t t_ms, size_t source, const char *name,
                 const char *state); /* firing (matches), pending, resolved */
void drive_alert_source(struct drive *d, int64_t t_ms, size_t source, bool known, const char *why);
/* A manual item: 1 confirmed, 0 not (any more), -1 people say no. */
void drive_confirm(struct drive *d, int64_t t_ms, const char *item, int said);
void drive_want(struct drive *d, int64_t t_ms, const struct want *want);
void drive_event(struct drive *d, struct event *ev); /* any other; takes ownership */

/* What becomes of actions from now on: ACT_VERIFIED (at first), ACT_FAILED, ACT_UNKNOWN,
 * ACT_SENT (nothing comes back), ACT_NONE (refused before anything is sent). */
void drive_outcome(struct drive *d, enum act_is outcome);

/* The samples are over: a run that has no verdict yet gets one (director_end). */
void drive_finish(struct drive *d, const char *why);

const struct state *drive_state(const struct drive *d);
const struct judge *drive_judge(const struct drive *d);

#endif
