/* Runs the checks before the start: asks over the room's transports, weighs, and tells each result
 * as one `preflight` event. Lives on the room's thread and never blocks. What writes to production
 * (drill, reset) begins when its own event is on the tape, and stops for good when a person turns
 * the kill switch on. */
#ifndef ACTION_PREFLIGHT_H
#define ACTION_PREFLIGHT_H

#include "action/killswitch.h"
#include "base/clock.h"
#include "director/preflight.h"
#include "plan/tmpl.h"
#include "wire/child.h"
#include "wire/http.h"

struct preflight;

struct preflight_opts {
    const struct plan *plan;
    struct http *http;
    struct children *children;
    struct killswitch *ks; /* read again after a drill; NULL without */
    struct clock clock;
    bool rehearse; /* only questions leave: no exec, no drill, no HTTP but GET and HEAD */
};

/* NULL with e when a call of the kill switch cannot be filled. */
struct preflight *preflight_new(const struct preflight_opts *o, struct err *e);
/* After the transports have been stopped: their callbacks hold on to it. */
void preflight_free(struct preflight *p);

/* Everything that runs by itself, and with `drills` the drill and the reset that have not passed;
 * what comes `after` another item follows when that has passed. */
void preflight_start(struct preflight *p, const struct state *s, const struct judge *j,
                     bool drills);

/* One item again, asked for by a person; one under way stays as it is. */
void preflight_run(struct preflight *p, const struct state *s, const struct judge *j, size_t item,
                   const char *by, const char *role);

/* The `final` items, for an advance that starts the first stage. Their end is one event with
 * op "final". */
void preflight_final(struct preflight *p, const struct state *s, const struct judge *j);

/* A person turns the kill switch on, now: a drill under way sends nothing more, and none begins
 * until it is turned off. Comes before the flip, which waits for no tape. */
void preflight_stop_drill(struct preflight *p);

/* Every folded event passes here. */
void preflight_event(struct preflight *p, const struct state *s, const struct judge *j,
                     const struct event *ev);

void preflight_pump(struct preflight *p, const struct state *s, const struct judge *j,
                    struct event_list *out);
int preflight_fd(const struct preflight *p);
int64_t preflight_wait_ms(const struct preflight *p); /* real ms until it wants a pump; -1 none */
bool preflight_busy(const struct preflight *p);       /* something is under way */

/* ---- weighing; pure ---- */

struct pf_result {
    enum pf_is is;
    bool beyond, near;
    double value; /* NaN without a number */
    char actual[200], why[200];
};

/* What an item expects, in words. */
void preflight_expected(const struct preflight_item *it, struct buf *out);

void preflight_weigh_http(const struct preflight_item *it, const struct http_reply *r,
                          const struct tmpl_vars *vars, struct pf_result *out);
void preflight_weigh_exec(const struct preflight_item *it, const struct child_result *r,
                          const struct tmpl_vars *vars, struct pf_result *out);
struct db_rows;
void preflight_weigh_rows(const struct preflight_item *it, const struct db_rows *rows, bool exact,
                          int64_t ms, struct pf_result *out);
/* `exact`: the number is counted, not estimated. */
void preflight_weigh_number(const struct preflight_item *it, double v, bool exact, int64_t ms,
                            struct pf_result *out);

#endif
