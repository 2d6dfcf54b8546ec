/* The tape's hand-over: events in, committed events out, and what the room may know of the disk.
 * The writing itself is in writer.c. */
#include "journal/journal_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

static void ring(struct journal *j)
{
    uint64_t one = 1;
    if (write(j->fd, &one, sizeof one) < 0)
        return; /* already readable */
}

void journal_deliver(struct journal *j, struct event *ev)
{
    pthread_mutex_lock(&j->lock);
    event_list_add(&j->out, ev);
    pthread_mutex_unlock(&j->lock);
    ring(j);
}

void journal_submit(struct journal *j, struct event *ev)
{
    pthread_mutex_lock(&j->lock);
    event_list_add(&j->in, ev);
    j->unsettled++;
    pthread_cond_signal(&j->cond);
    pthread_mutex_unlock(&j->lock);
}

struct event *journal_next(struct journal *j)
{
    uint64_t drop;
    pthread_mutex_lock(&j->lock);
    struct event *ev = event_list_take(&j->out);
    if (!ev && read(j->fd, &drop, sizeof drop) < 0)
        drop = 0;
    pthread_mutex_unlock(&j->lock);
    return ev;
}

int journal_fd(const struct journal *j)
{
    return j->fd;
}

void journal_health(struct journal *j, struct journal_health *out)
{
    pthread_mutex_lock(&j->lock);
    *out = j->health;
    pthread_mutex_unlock(&j->lock);
}

int journal_drain(struct journal *j, int64_t timeout_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += timeout_ms % 1000 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&j->lock);
    int rc = 0;
    while (j->unsettled && !rc)
        rc = pthread_cond_timedwait(&j->settled, &j->lock, &until);
    int left = j->unsettled != 0;
    pthread_mutex_unlock(&j->lock);
    return left ? -1 : 0;
}

static void cond_init(pthread_cond_t *c)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(c, &attr);
    pthread_condattr_destroy(&attr);
}

static void release(struct journal *j)
{
    sqlite3_close(j->db);
    event_list_free(&j->in);
    event_list_free(&j->out);
    event_list_free(&j->backlog);
    if (j->fd >= 0)
        close(j->fd);
    free(j->path);
    free(j);
}

static struct journal *start(const char *path, sqlite3 *db, struct err *e)
{
    struct journal *j = xzalloc(1, sizeof *j);
    struct stat st;
    j->db = db;
    j->path = xstrdup(path);
    j->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    event_list_init(&j->in);
    event_list_init(&j->out);
    event_list_init(&j->backlog);
    pthread_mutex_init(&j->lock, NULL);
    cond_init(&j->cond);
    cond_init(&j->settled);
    j->health.recording = true;
    if (db_head(db, &j->seq, j->head) < 0 || stat(path, &st) < 0) {
        db_fail(db, path, e, EX_BADDATA);
        release(j);
        return NULL;
    }
    j->inode = st.st_ino;
    j->health.events = j->seq;
    str_copy(j->health.head, sizeof j->health.head, j->head);
    int rc = pthread_create(&j->thread, NULL, journal_writer, j);
    if (rc) {
        err_set(e, EX_INTERNAL, "cannot start the journal's thread: %s", strerror(rc));
        release(j);
        return NULL;
    }
    return j;
}

struct journal *journal_create(const char *path, const struct plan *plan, struct err *e)
{
    sqlite3 *db = NULL;
    (void)plan; /* it is in the first event */
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        err_set(e, EX_NOCREATE, "cannot create session file %s: %s", path,
                errno == EEXIST ? "it exists (a session is never overwritten)" : strerror(errno));
        return NULL;
    }
    close(fd);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
            SQLITE_OK ||
        db_create(db, e) < 0) {
        if (e && !e->status)
            db_fail(db, path, e, EX_NOCREATE);
        if (e)
            e->status = EX_NOCREATE;
        sqlite3_close(db);
        unlink(path);
        return NULL;
    }
    return start(path, db, e);
}

struct journal *journal_join(const char *path, struct err *e)
{
    sqlite3 *db = db_open(path, true, e);
    if (db && db_tune(db, e) < 0) {
        sqlite3_close(db);
        return NULL;
    }
    return db ? start(path, db, e) : NULL;
}

/* One file remains: no WAL, so that it opens from a read-only folder. Somebody who still watches
 * keeps it from being so; then the next one who closes it does it. */
static void seal_file(struct journal *j)
{
    sqlite3_busy_timeout(j->db, 500);
    sqlite3_exec(j->db, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE;", NULL, NULL,
                 NULL);
}

int journal_close(struct journal *j, bool seal, char head[65], struct err *e)
{
    pthread_mutex_lock(&j->lock);
    j->stop = true;
    pthread_cond_signal(&j->cond);
    pthread_mutex_unlock(&j->lock);
    pthread_join(j->thread, NULL);
    size_t lost = j->backlog.n;
    if (seal && !lost)
        seal_file(j);
    if (head)
        str_copy(head, 65, j->head);
    int rc = lost ? err_set(e, EX_RECORDING, "%zu events could not be recorded in %s: %s", lost,
                            j->path, j->health.why)
                  : 0;
    pthread_cond_destroy(&j->cond);
    pthread_cond_destroy(&j->settled);
    pthread_mutex_destroy(&j->lock);
    release(j);
    return rc;
}
