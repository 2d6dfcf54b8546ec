/* The tape on disk (CONTRACT 9): one SQLite file per session, its own thread, hash chain. Other
 * processes may append at the same time. docs/journal.md describes the format. */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include <stdbool.h>

#include "event/event.h"
#include "plan/plan.h"

struct journal;

struct journal_health {
    bool recording;  /* false: NOT RECORDING */
    char why[200];   /* the disk's sentence when not */
    size_t backlog;  /* events kept in memory only */
    int64_t events;  /* on disk */
    int64_t sync_us; /* newest commit */
    char head[65];
};

/* Creates the file (0600; refuses an existing one) with its tables, or joins a live one as a
 * further writer. Starts the thread. */
struct journal *journal_create(const char *path, const struct plan *plan, struct err *e);
struct journal *journal_join(const char *path, struct err *e);

/* Joins, and hands over what stands after record `seq` first (a resumed room has folded up to
 * there). */
struct journal *journal_join_after(const char *path, int64_t seq, struct err *e);

/* Hands an event over (ownership too). Never blocks. Order is kept. Every batch is synced. */
void journal_submit(struct journal *j, struct event *ev);

/* Committed events in sequence order, ours and those of other processes; NULL when none is
 * waiting. While NOT RECORDING (the disk fails, or has not answered for a second), ours come back
 * `unrecorded`, with provisional numbers, so that the room goes on; they are written later and not
 * handed over again. The caller owns the event. */
struct event *journal_next(struct journal *j);
int journal_fd(const struct journal *j); /* readable when journal_next has something */
void journal_health(struct journal *j, struct journal_health *out);

/* Waits until everything submitted is on disk or `timeout_ms` has passed; 0 or -1. Not for the
 * room's thread while keys are live. */
int journal_drain(struct journal *j, int64_t timeout_ms);

/* Ends the thread. seal: checkpoints, leaves WAL mode, one file remains; a run with a verdict is
 * sealed always. While another process holds the file open it stays in WAL mode, which loses
 * nothing: the last one to close seals. Fills head. -1: events are not recorded, e says which. */
int journal_close(struct journal *j, bool seal, char head[65], struct err *e);

#endif
