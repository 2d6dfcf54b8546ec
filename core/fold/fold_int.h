/* Inside core/fold only: one handler per kind, in files by what they are about. A handler answers
 * false when the event makes no sense here; it has then changed nothing that matters. */
#ifndef FOLD_FOLD_INT_H
#define FOLD_FOLD_INT_H

#include <string.h>

#include "base/json.h"
#include "fold/fold.h"

typedef bool fold_handler(struct state *s, const struct event *ev);

/* values.c: numbers and their history */
fold_handler fold_tick, fold_source;

/* Has the question been answered, with nothing in it? An error, a time-out or an old scrape is no
 * answer. */
bool fold_answered_empty(const char *why);

/* side.c: the other side of a metric (`compare:`). */
void side_init(struct side_state *o, const struct metric *m);
void side_free(struct side_state *o);
void side_take(struct state *s, size_t metric, double v, int64_t t_ms, const char *why);

/* marks.c: what was taken and found: baselines, statuses, checkpoints */
fold_handler fold_baseline, fold_status, fold_checkpoint;

/* run.c: the session, stages, decisions, the rollback, the end */
fold_handler fold_session, fold_countdown, fold_stage, fold_decision, fold_rollback, fold_final;

/* people.c: who commands, agrees, joins, is called */
fold_handler fold_approval, fold_handover, fold_escalation;
void people_begin(struct state *s, const struct event *ev, bool resumed);
bool people_session(struct state *s, const struct event *ev); /* join, part, leave */
void people_rollback(struct state *s, const struct event *ev);
void people_heard(struct state *s, const struct event *ev); /* after its own handler */

/* world.c: alerts, kill switch */
fold_handler fold_alert, fold_kill_switch;

/* preflight.c: checks before the start, who signed, waived and agreed */
fold_handler fold_preflight;
bool preflight_approval(struct state *s, const struct event *ev); /* of people.c's */
void preflight_init(struct state *s);
/* An advance that starts the first stage: results of `final` items are old from now on. */
void preflight_at_start(struct state *s);
void preflight_refused(struct state *s); /* that advance ended before they were asked */
void preflight_forget(struct state *s);  /* a drill of a process that died is no drill any more */

/* acts.c: intent, sent, observed */
fold_handler fold_intent, fold_sent, fold_observed;

/* times.c: manual items, checkpoints, the kill switch's checks, the baseline taken again */
fold_handler fold_soak;
void soak_init(struct state *s);
void soak_free(struct state *s);
void soak_begin(struct state *s, int64_t t_ms); /* the last stage has passed */
void soak_answer(struct state *s, const struct event *ev);
void soak_missed(struct state *s);
fold_handler fold_timeline, fold_confirm, fold_retake, fold_item, fold_start_at, fold_extend;
void times_init(struct state *s);
void times_free(struct state *s);
void times_end(struct state *s); /* the run is over: what was not answered is missed */
bool checkpoint_planned(struct state *s, const struct event *ev, const char *label);
void checkpoint_answer(struct state *s, const struct event *ev);
void retake_done(struct state *s);
bool item_confirm(struct state *s, const struct event *ev); /* it names a step that is open */
void item_over(struct state *s, const struct event *ev);    /* s->item has come to its end */
void items_resume(struct state *s);
bool ks_check_due(struct state *s, int64_t i);
void ks_checked(struct state *s, size_t scope, const struct event *ev);

/* follow.c: events of source whose op begins with log_ */
fold_handler fold_follow;

/* messages.c: what was sent, and what is owed */
fold_handler fold_notify;
void messages_seen(struct state *s, const struct event *ev);

/* hands.c: steps that are more than one call */
fold_handler hands_said;
void hands_sent(struct state *s, const struct event *ev);
void hands_observed(struct state *s, const struct event *ev);

/* issue.c */
fold_handler fold_issue;

/* What stands when T0 comes counts from then on: it was there during the run. */
void marks_at_t0(struct state *s);
void world_at_t0(struct state *s);

/* After a resume nothing that was read before is known any more. */
void world_forget(struct state *s);
/* What its source has not told again since then is gone. */
void world_tick(struct state *s, int64_t t_ms);

/* targets.c: a `source` event of a database; what was known of them is no more. */
bool fold_target(struct state *s, const struct event *ev, const char *name);
void targets_forget(struct state *s);

/* Something has been sent to production, or a stage's clock has started. */
bool fold_executed(const struct state *s);

/* Stops and restarts the running stage's clock. */
void clock_pause(struct state *s, int64_t t_ms);
void clock_resume(struct state *s, int64_t t_ms);

/* The pause is over: a person of those who may says so. */
void pause_leave(struct state *s, int64_t t_ms);

/* A text of the body, cleaned and cut to fit; "" when there is none. */
/* A weight was read back; when it changed. */
void fold_weight(struct state *s, double weight, int64_t t_ms);
void fold_text(char *dst, size_t size, const cJSON *o, const char *key);
void fold_clean(char *dst, size_t size, const char *text);

/* A time or duration of the body in ms; `fallback` when there is none or none that can be. */
int64_t fold_ms(const cJSON *o, const char *key, int64_t fallback);

/* When it was, for fields in which 0 says that it never was. */
int64_t fold_at(const struct event *ev);

#endif
