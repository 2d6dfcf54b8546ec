/* The only place where all meet: opens a session, takes intents, drains sources, journal and
 * hands, folds, judges, directs. One thread, never blocks. */
#ifndef ROOM_ROOM_H
#define ROOM_ROOM_H

#include "action/intent.h"
#include "base/clock.h"
#include "fold/state.h"
#include "journal/journal.h"
#include "judge/judge.h"

struct room;

struct room_opts {
    const struct plan *plan;
    const char *session_path;
    struct clock clock;
    bool resume; /* fold the existing journal first */
    bool rehearse, read_only, demo;
    bool drill;    /* the clock is a simulator's; the fence (wire/fence.h) is up */
    bool headless; /* nobody sits here: whoever watches as ic may decide */
    bool watch;    /* another process runs it: folds and follows, asks it, acts on nothing itself */
    const char *fix;       /* what was fixed since the rollback of the run before; NULL */
    const char *actor;     /* who sits here */
    const char *role;      /* "ic" unless said; a watcher without one only looks */
    const char *run_id;    /* of a new session */
    int64_t start_at_ms;   /* planned start of a new session; 0: as the plan says */
    const char *plan_file; /* as the user named it, for the record */
    const char *evidence;  /* folder for evidence files; NULL: none are written */
};

struct room *room_open(const struct room_opts *o, struct err *e);

/* Starts what talks to the world (transports, sources, kill switch). Apart from room_open so that
 * the first frame can be painted before. */
int room_start(struct room *r, struct err *e);

/* Waits at most max_wait_ms (real) for anything but the extra fd (stdin; -1 none). */
void room_wait(struct room *r, int extra_fd, int64_t max_wait_ms);

/* Drains everything that has arrived; true when the state, verdicts or health changed. */
bool room_pump(struct room *r);

/* 0, or -1 with the sentence why not. */
int room_submit(struct room *r, const struct intent *in, struct err *why);

/* Something the screen did by itself, for the record: a `session` event with this op. */
void room_note(struct room *r, const char *op, const char *why);

const struct state *room_state(const struct room *r);
const struct judge *room_judge(const struct room *r);
void room_health(const struct room *r, struct journal_health *out);
int64_t room_now(const struct room *r); /* wall ms of the room's clock */
struct guard_env room_guard_env(const struct room *r);

/* A wrong role wanted this: for the record, at most once in a while. Nothing is sent. */
void room_refused(struct room *r, const struct intent *in, const char *why);

/* Hook for headless output: called for each folded event, in order. */
void room_on_event(struct room *r, void (*fn)(void *ctx, const struct event *ev), void *ctx);

/* Stops the world, writes the end, seals when final. head may be NULL. */
int room_close(struct room *r, char head[65], struct err *e);

#endif
