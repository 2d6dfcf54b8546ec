/* Inside core/room only. */
#ifndef ROOM_ROOM_INT_H
#define ROOM_ROOM_INT_H

#include "action/killswitch.h"
#include "action/notify.h"
#include "action/preflight.h"
#include "action/runner.h"
#include "base/json.h"
#include "base/queue.h"
#include "evidence/evidence.h"
#include "fold/fold.h"
#include "room/room.h"
#include "source/follow.h"
#include "source/source.h"

struct room {
    struct room_opts opts;
    const struct plan *plan;
    struct state *state;
    struct judge *judge;
    struct journal *journal;

    /* the world; NULL before room_start */
    struct queue *inbox; /* events from the sources and the kill switch */
    struct http *http;
    struct children *children;
    struct source *source;
    struct killswitch *ks;
    struct runner *runner;
    struct evidence *evidence; /* NULL: none is written */
    struct follow *follow;     /* NULL: the plan follows no log file */
    struct notifier *notifier; /* NULL: the plan has no messages, or nobody acts here */
    struct preflight *preflight;

    int64_t in_flight;     /* events of ours submitted and not yet back */
    int asked[INTENTS];    /* intents of a kind that are submitted and not yet folded */
    bool undirected;       /* something was folded since the director spoke last */
    bool disk_acked;       /* a rollback may go although it is not recorded */
    struct event *waiting; /* an intent whose kill switch check is under way */
    size_t checks_left;    /* scopes that have not been read for it */
    bool final_waits;      /* it waits for the checks that are asked again at the start */
    enum ks_is *ks_was;    /* by scope, as recorded before a resume; NULL, KS_UNKNOWN: told */
    char actor[64], role[32];
    mono_t refused_at; /* when the newest refusal was recorded, and what of */
    int refused_kind;

    void (*on_event)(void *ctx, const struct event *ev);
    void *on_event_ctx;
};

void room_put(struct room *r, struct event *ev); /* stamps it ours and hands it to the journal */

/* world.c: what a folded intent of ours sets off; what a folded event means for one that waits. */
void world_intent(struct room *r, const struct event *ev);
void world_event(struct room *r, const struct event *ev);
int world_start(struct room *r, struct err *e);
void world_stop(struct room *r);
void world_release(struct room *r);

/* evidence.c: files while it runs. room_evidence_end returns -1 when the disk hangs; the inbox must
 * then stay. */
void room_evidence_open(struct room *r);
void room_evidence_pump(struct room *r);
int room_evidence_end(struct room *r);
void room_settle(struct room *r, int64_t ms); /* folds what the journal still hands back */
/* asks.c: an intent that another seat has written; what a watcher wants is written as one. */
void asks_take(struct room *r, const struct event *ev);
struct event *asks_event(const struct room *r, const struct intent *in, int64_t now_ms);
int room_submit_asked(struct room *r, const struct intent *in, const char *asked, struct err *why);

/* Messages that are on their way get a moment before everything stops. */
void world_messages(struct room *r); /* what became of them so far goes to the journal */
void world_last_words(struct room *r);

/* opening.c: the first event of a session. */
struct event *opening_event(const struct room *r);
struct event *opening_countdown(const struct room *r); /* the planned start it was asked for */
int opening_resume(struct room *r, struct err *e);
int opening_watch(struct room *r, struct err *e);

#endif
