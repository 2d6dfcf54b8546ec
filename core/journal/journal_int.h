/* Inside core/journal only. */
#ifndef JOURNAL_JOURNAL_INT_H
#define JOURNAL_JOURNAL_INT_H

#include <pthread.h>
#include <sys/types.h>

#include "base/clock.h"
#include "journal/db.h"
#include "journal/journal.h"

struct journal {
    char *path;
    int fd; /* readable when `out` has something */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t cond, settled;
    /* under the lock */
    struct event_list in, out;
    size_t unsettled; /* submitted and not on disk */
    struct journal_health health;
    bool stop;
    /* the writer's own */
    sqlite3 *db;
    ino_t inode;
    int64_t seq; /* newest record known, ours or not */
    char head[65];
    int64_t data_version;
    struct event_list backlog; /* delivered, but not on disk */
    mono_t tried;
};

void *journal_writer(void *journal);
void journal_deliver(struct journal *j, struct event *ev);

#endif
