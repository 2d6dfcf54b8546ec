/* Inside core/action only: what runs. */
#ifndef ACTION_PREFLIGHT_INT_H
#define ACTION_PREFLIGHT_INT_H

#include "action/ks_int.h"
#include "action/preflight.h"
#include "action/vars.h"
#include "base/json.h"
#include "base/queue.h"
#include "wire/mysql.h"

/* A transport's answer, copied for the room's thread. */
struct pf_answer {
    size_t item;
    int what; /* of panels: the metric */
    uint64_t turn;
    bool exec;
    struct http_reply http;
    struct child_result child;
    char *body, *errout;
    bool sql;
    enum db_end db_end;
    struct db_rows rows; /* owned */
    int64_t ms;
    char why[240];
};

struct pf_run {
    bool running, pending; /* pending: begins when what stands before it has passed */
    bool exact;
    uint64_t turn; /* older answers are late */
    mono_t began;
    int waiting, good, asked; /* of panels */
    char bad[160];            /* of panels: the first without data */
    char round[8];            /* start, again, final */
    char by[64], role[32], call[240];
};

enum drill_step { DRILL_READ, DRILL_ENGAGE, DRILL_READ_ON, DRILL_RELEASE, DRILL_READ_OFF };

struct pf_drill {
    bool active, reset, checking; /* checking: the kill switch's own thread reads it again */
    size_t item, scope;
    enum drill_step step;
    bool asked; /* an answer is under way */
    int64_t id; /* of the newest call, for cancelling */
    bool on;    /* engage has left: the switch may be on */
    bool late;  /* stopped while its "off" was on its way: ON is set again behind it */
    mono_t since, again;
    int64_t slowest_ms;
    size_t checks_left;
    cJSON *steps; /* texts */
    char why[200];
    struct pf_result result;
};

struct preflight {
    struct preflight_opts o;
    const struct plan *plan;
    struct queue *answers;
    struct event_list told; /* events of the next pump */
    struct pf_run *runs;    /* by item */
    struct ks_scope_calls *calls;
    struct pf_drill drill;
    uint64_t turn;
    struct db **dbs;   /* by target; NULL: none was asked */
    bool final;        /* the checks at the start are under way */
    bool killed;       /* a person turned the kill switch on: no drill any more */
    int64_t window_ms; /* wall time at which a window item is looked at again; 0 never */
};

/* preflight.c */
struct event *pf_tell(struct preflight *p, size_t item, const struct pf_result *r, int64_t ms);

/* preflight_ask.c */
void pf_ask(struct preflight *p, const struct state *s, const struct judge *j, size_t item);
void pf_answer(struct preflight *p, const struct state *s, const struct judge *j,
               const struct pf_answer *a);
void pf_answer_free(void *a);
struct pf_ctx *pf_ctx_new(struct preflight *p, size_t item, int what, uint64_t turn);
void pf_on_http(void *ctx, const struct http_reply *r);
void pf_hand_over(struct pf_ctx *c, struct pf_answer *a); /* takes both */

/* preflight_sql.c: 0, or -1 with why nothing was asked. */
int pf_ask_sql(struct preflight *p, size_t item, const struct tmpl_vars *vars, struct err *e);
void pf_take_sql(struct preflight *p, const struct pf_answer *a, struct pf_result *r);
void pf_sql_close(struct preflight *p);

/* preflight_drill.c */
void pf_drill_begin(struct preflight *p, size_t item);
void pf_drill_answer(struct preflight *p, const struct pf_answer *a);
void pf_drill_timer(struct preflight *p);
void pf_drill_stop(struct preflight *p);
void pf_drill_event(struct preflight *p, const struct event *ev);
int64_t pf_drill_wait_ms(const struct preflight *p);

#endif
