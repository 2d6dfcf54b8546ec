/* Recorded samples, judged again (CONTRACT 5): by the same fold, judge and director as live, in
 * virtual time. What people and other systems give counts as given, gates are taken as soon as they
 * open, every action is verified at once. Pure but for the reader: same input, same events. */
#ifndef REPORT_REJUDGE_H
#define REPORT_REJUDGE_H

#include "director/drive.h"
#include "journal/reader.h"
#include "report/samples.h"

#define REJUDGE_T0_MS                                                                              \
    INT64_C(946684800000) /* T0 of samples without a date: 2000-01-01 00:00 UTC                    \
                           */

struct rejudge_opts {
    const struct plan *plan; /* must outlive the drive */
    double until_s;          /* samples up to and including it are known and "now" is then;
                                INFINITY: to the end, and the run gets its verdict */
    void (*on_event)(void *ctx, const struct event *ev); /* each one in order; may be NULL */
    void *ctx;
    /* Called once for each name that the plan does not have; its samples are left out. */
    void (*on_unknown)(void *ctx, const char *name);
};

/* The caller frees it with drive_free. */
struct drive *rejudge_samples(const struct rejudge_opts *o, const struct samples *s);

/* A session's ticks, alerts and kill-switch answers; T0 as recorded. NULL with e: not readable, or
 * its first stage never started. */
struct drive *rejudge_session(const struct rejudge_opts *o, struct reader *r, struct err *e);

/* One object: `{"kind":"state","t_plus":…}` of CONTRACT 5, at t_s seconds from T0. */
void rejudge_state(const struct drive *d, const struct plan *plan, double t_s, struct buf *out);

#endif
