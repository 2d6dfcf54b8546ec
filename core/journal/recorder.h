/* Inside core/journal only: what the journal's thread and its callers share. */
#ifndef JOURNAL_RECORDER_H
#define JOURNAL_RECORDER_H

#include <pthread.h>

#include "journal/journal.h"
#include "journal/journal_int.h"

/* Fields are under `lock` but for those of the thread. */
struct journal {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    char *path;
    struct pending_list pending; /* not on disk, in order */
    struct event_list out;       /* for journal_next */
    int fd;
    struct place known; /* the newest record that is on disk and was handed on */
    bool failing;       /* the newest try said no */
    char why[200];
    int64_t sync_us, last_try_ms, newest_t_ms;
    uint64_t dropped; /* ticks that memory had no room for */
    bool stop, stopped, seal;

    /* the thread's own */
    struct store *store;
    bool in_doubt; /* a commit failed: its records may yet be there */
};

/* The thread. It ends after `stop` and closes the store. */
void *journal_main(void *journal);

/* All with the lock held. */
void journal_ring(struct journal *j);          /* the fd becomes readable */
bool journal_stalled(const struct journal *j); /* something has waited for the disk too long */
/* While nothing is recorded the room gets its events at once, with provisional numbers. */
void journal_hand_out(struct journal *j);

#endif
