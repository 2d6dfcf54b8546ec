/* Inside core/action only: the action that runs. */
#ifndef ACTION_RUNNER_INT_H
#define ACTION_RUNNER_INT_H

#include "action/runner.h"
#include "action/vars.h"
#include "base/queue.h"

#define STEPS_MAX    64
#define CAPTURES_MAX 16

/* A transport's answer, copied so that the room's thread can read it. */
struct answer {
    uint64_t turn; /* older than the runner's: dropped */
    bool exec;
    struct http_reply http;
    struct child_result child;
    char *body, *errout;
};

enum waits_for { WAITS_NOTHING, WAITS_STEP, WAITS_VERIFY, WAITS_VERIFY_AGAIN, WAITS_RETRY };

struct runner {
    const struct plan *plan;
    struct http *http;
    struct children *children;
    struct clock clock;
    bool rehearse;
    struct queue *answers;
    struct event_list told; /* events of the next pump */
    uint64_t turn;          /* of the newest call */
    int64_t http_id, child_id;

    /* the running intent */
    bool busy;
    char id[16], actor[64], role[32], reason[400], stage_name[64];
    int stage;
    bool rollback;
    const struct step *steps[STEPS_MAX];
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

    bool looking;       /* look.c: what was set is read again, nothing runs */
    cJSON *differences; /* texts found so far; NULL while it does not look */
};

/* Sends step or verify call; a call that cannot be filled or sent ends as an answer would. */
int runner_call(struct runner *r, const struct state *s, const struct judge *j, bool verify,
                struct err *e);
struct tmpl_vars runner_vars(struct runner *r, struct vars *v, const struct state *s,
                             const struct judge *j);
void answer_free(void *a);

/* The steps of r->rollback, or of r->stage. */
void runner_take_steps(struct runner *r);

/* look.c: an answer to its question; its end because of something else. */
void look_answer(struct runner *r, const struct state *s, const struct judge *j,
                 const struct answer *a);
void look_stop(struct runner *r, const char *why);

/* "PUT http://… {…}" or the argv, filled and masked. */
int call_text(enum step_kind kind, const struct http_call *h, const struct exec_call *x,
              const struct tmpl_vars *vars, struct buf *out, struct err *e);

#endif
