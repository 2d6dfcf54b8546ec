/* The kill switch: its own thread and its own warm connection, behind nothing else. Fail closed:
 * only a boolean false in the named field is OFF (REQUIREMENTS KIL-1 to KIL-10). A flip counts
 * only when it is read back. */
#ifndef ACTION_KILLSWITCH_H
#define ACTION_KILLSWITCH_H

#include "base/clock.h"
#include "base/queue.h"
#include "plan/plan.h"
#include "source/source.h"

struct killswitch;

/* Reports are `kill_switch`, `sent` and `observed` events in `out`. Rehearse: flips are reported
 * as rehearsed and nothing leaves. */
struct killswitch *killswitch_start(const struct plan *plan, const struct clock *clock,
                                    bool rehearse, struct queue *out, struct err *e);
void killswitch_stop(struct killswitch *k);

/* Starts the flip at once and returns; `id` is the intent's. A flip ON drops a flip OFF under way
 * and keeps trying until it is read back. */
void killswitch_flip(struct killswitch *k, bool on, const char *id, const char *actor);

/* A write from elsewhere that was on its way when ON was asked for has ended: ON is set and read
 * back once more, whatever was read meanwhile. Nothing when ON is not what was wanted last. */
void killswitch_again(struct killswitch *k);

/* Reads every scope now and reports each with `check`, e.g. "checkpoint:15m", "before:a3". */
void killswitch_check(struct killswitch *k, const char *check);

/* A control_read for the source: newest answer time, checks, availability. ctx is the switch. */
void killswitch_control(void *ctx, struct control_values *out);

/* Verdict on one answer, pure: KS_OFF only for status 2xx and boolean false at path. */
enum ks_answer { KS_ANSWER_OFF, KS_ANSWER_ON, KS_ANSWER_UNKNOWN };
enum ks_answer killswitch_read(const struct http_reply *r, const char *path, char *why,
                               size_t why_size);

/* The command a person can run by hand when a flip fails (a curl line, secrets masked). */
void killswitch_manual(const struct plan *plan, bool on, struct buf *out);

#endif
