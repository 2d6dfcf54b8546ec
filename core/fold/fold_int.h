/* Inside core/fold only: one handler per kind, in files by what they are about. */
#ifndef FOLD_FOLD_INT_H
#define FOLD_FOLD_INT_H

#include "base/json.h"
#include "fold/fold.h"

/* values.c: numbers and their history */
void fold_tick(struct state *s, const struct event *ev);
void fold_source(struct state *s, const struct event *ev);
void fold_baseline(struct state *s, const struct event *ev);
void fold_status(struct state *s, const struct event *ev);

/* run.c: stages, decisions, the end */
void fold_session(struct state *s, const struct event *ev);
void fold_stage(struct state *s, const struct event *ev);
void fold_decision(struct state *s, const struct event *ev);
void fold_checkpoint(struct state *s, const struct event *ev);
void fold_rollback(struct state *s, const struct event *ev);
void fold_alert(struct state *s, const struct event *ev);
void fold_kill_switch(struct state *s, const struct event *ev);
void fold_parking(struct state *s, const struct event *ev);
void fold_signal(struct state *s, const struct event *ev);
void fold_countdown(struct state *s, const struct event *ev);
void fold_handover(struct state *s, const struct event *ev);
void fold_final(struct state *s, const struct event *ev);

/* acts.c: intent, sent, observed */
void fold_intent(struct state *s, const struct event *ev);
void fold_sent(struct state *s, const struct event *ev);
void fold_observed(struct state *s, const struct event *ev);

/* Stops and restarts the running stage's clock. */
void clock_pause(struct state *s, int64_t t_ms);
void clock_resume(struct state *s, int64_t t_ms);

#endif
