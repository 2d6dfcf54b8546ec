/* Inside core/action only: the action that runs. */
#ifndef ACTION_RUNNER_INT_H
#define ACTION_RUNNER_INT_H

#include "action/runner.h"
#include "action/sql.h"
#include "action/vars.h"
#include "base/queue.h"

#define STEPS_MAX    256
#define CAPTURES_MAX 16

/* A transport's answer, copied so that the room's thread can read it. */
struct answer {
    uint64_t turn; /* older than the runner's: dropped */
    bool exec, sql;
    int request; /* of a burst, from 1 */
    struct http_reply http;
    struct child_result child;
    struct db_reply db;
    char *body, *errout;
};

enum waits_for {
    WAITS_NOTHING,
    WAITS_STEP,
    WAITS_VERIFY,
    WAITS_VERIFY_AGAIN,
    WAITS_RETRY,
    WAITS_BURST,
    WAITS_PERSON, /* who says done or failed */
    WAITS_RAMP,   /* until the next lowering is due */
};

/* Which lowering of a ramp a step belongs to; n 0: none. */
struct lowering {
    int n, of;
    double weight, to;
    int64_t after_ms; /* since the ramp began */
    bool last_step;   /* of this level */
};

struct runner {
    const struct plan *plan;
    struct http *http;
    struct children *children;
    struct clock clock;
    bool rehearse;
    struct queue *answers;
    struct event_list told; /* events of the next pump */
    uint64_t turn;          /* of the newest call */
    struct sql_hands *sql;  /* connects when a statement is first sent */
    int64_t http_id, child_id;

    /* the running intent */
    bool busy;
    char id[16], actor[64], role[32], reason[400], stage_name[64];
    int stage;
    bool rollback, gradual;
    int item;           /* a step of the timeline; -1: a stage or the rollback */
    double from_weight; /* where a ramp begins; NaN: only its end is meant */
    int64_t ramp_ms;    /* wall ms when it began */
    const struct step *steps[STEPS_MAX];
    struct lowering levels[STEPS_MAX];
    int n_steps, step, tries;
    enum waits_for waits;
    mono_t since;      /* when the verify of this step began */
    mono_t until;      /* end of a pause */
    int64_t pause_ms;  /* between two verify questions, of the run's clock */
    bool unsure;       /* the step's own outcome is not known: only the verify can tell */
    bool verified_all; /* every step so far had a verify that agreed */
    char why[200];
    int64_t sent_ms; /* real time the step took */
    int status;
    struct {
        char name[32], value[256];
    } captured[CAPTURES_MAX];
    int n_captured;
    struct tmpl_vars outer; /* of the call being filled: what the state knows */

    bool after;        /* a follow-up of a rollback runs */
    int next_after;    /* which one is next, or runs; -1 none */
    char after_of[16]; /* id of the rollback */

    struct http *burst_http; /* its own transport, started with the first burst */
    struct burst *burst;     /* under way */

    bool looking;       /* look.c: what was set is read again, nothing runs */
    cJSON *differences; /* texts found so far; NULL while it does not look */
};

/* Sends step or verify call; a call that cannot be filled or sent ends as an answer would. */
int runner_call(struct runner *r, const struct state *s, const struct judge *j, bool verify,
                struct err *e);
struct tmpl_vars runner_vars(struct runner *r, struct vars *v, const struct state *s,
                             const struct judge *j);
void answer_free(void *a);

/* call.c: the operation that the plan denies and the call, filled, names or runs; NULL: none. A
 * call of the other kind may be NULL. */
#define DENIED_SAYS "%s is denied by the plan (`denied`): the tool itself never runs it"
const char *call_denied(const struct plan *p, enum step_kind kind, const struct http_call *h,
                        const struct exec_call *x, const struct tmpl_vars *vars);
/* Once more before a call leaves: a value that a step captured may have brought one in. 0 or -1.
 * (Of a statement, sql_hands_ask sees to it.) */
int runner_denied(const struct runner *r, enum step_kind kind, const struct http_call *h,
                  const struct exec_call *x, const struct tmpl_vars *vars, struct err *e);

/* runner.c: why a forward action may not send its next call (a step, another try, a burst's
 * request); NULL: it may. Its first call was looked at by who started it; what goes back is stopped
 * by nothing of this. */
const char *runner_stopped(const struct runner *r, const struct state *s);

/* runner.c, for the steps that are more than a call (hands.c). */
struct event *runner_tell(struct runner *r, enum event_kind kind);
void runner_send_step(struct runner *r, const struct state *s, const struct judge *j);
void runner_step_good(struct runner *r, const struct state *s, const struct judge *j);
void runner_step_bad(struct runner *r, const char *outcome);

/* hands.c: begins such a step; false when it is a plain call. Answers, timers, the end by something
 * else. */
bool hands_begin(struct runner *r, const struct state *s, const struct judge *j);
void hands_answer(struct runner *r, const struct state *s, const struct judge *j,
                  const struct answer *a);
void hands_timer(struct runner *r, const struct state *s, const struct judge *j);
void hands_watch(struct runner *r, const struct state *s);
void hands_stop(struct runner *r);
int64_t hands_wait_ms(const struct runner *r); /* -1: not by time */
void hands_free(struct runner *r);

/* runner.c: the first step, or all of them in a rehearsal. */
void runner_begin(struct runner *r, const struct state *s, const struct judge *j);

/* after.c: what follows a rollback. */
void after_finish(struct runner *r, bool good);
void after_pump(struct runner *r, const struct state *s, const struct judge *j);
const char *after_name(const struct runner *r); /* NULL: no follow-up runs */

/* ramp.c: adds the steps of a ramp to r->steps; what a step's events say of it. */
double ramp_from(const struct state *s);
void ramp_add(struct runner *r, const struct ramp_call *c);
void ramp_say(const struct runner *r, cJSON *body, bool verified);

/* The steps of r->rollback, or of r->stage. */
void runner_take_steps(struct runner *r);

/* look.c: an answer to its question; its end because of something else. */
void look_answer(struct runner *r, const struct state *s, const struct judge *j,
                 const struct answer *a);
void look_stop(struct runner *r, const char *why);

/* Does the answer to a verify agree? */
bool verify_agrees(const struct verify *f, const struct answer *a, const struct tmpl_vars *vars,
                   char *why, size_t size);

/* "PUT http://… {…}", the argv or the statement, filled and masked. A call of a kind that is not
 * meant may be NULL; `p` is needed for sql alone. */
int call_text(enum step_kind kind, const struct http_call *h, const struct exec_call *x,
              const struct sql_call *q, const struct plan *p, const struct tmpl_vars *vars,
              struct buf *out, struct err *e);

#endif
