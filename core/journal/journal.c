/* The journal as the room sees it: hand over, take back, ask how it is. Nothing here waits for the
 * disk but opening, draining and closing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "journal/recorder.h"

#define JOIN_MS     5000       /* how long closing waits for a disk that hangs */
#define TICKS_BYTES (24 << 20) /* of ticks kept in memory while the disk fails */

static void journal_free(struct journal *j)
{
    for (struct pending *p; (p = pending_take(&j->pending));)
        pending_free(p);
    event_list_free(&j->out);
    close(j->fd);
    pthread_mutex_destroy(&j->lock);
    pthread_cond_destroy(&j->work);
    pthread_cond_destroy(&j->done);
    free(j->path);
    free(j);
}

static struct journal *journal_start(const char *path, struct store *store, struct place known,
                                     struct err *e)
{
    struct journal *j = xzalloc(1, sizeof *j);
    pthread_condattr_t mono;
    j->path = xstrdup(path);
    j->store = store;
    j->known = known;
    pending_init(&j->pending);
    event_list_init(&j->out);
    pthread_mutex_init(&j->lock, NULL);
    pthread_condattr_init(&mono);
    pthread_condattr_setclock(&mono, CLOCK_MONOTONIC);
    pthread_cond_init(&j->work, &mono);
    pthread_cond_init(&j->done, &mono);
    pthread_condattr_destroy(&mono);
    j->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (j->fd < 0)
        err_set(e, EX_INTERNAL, "cannot start the journal: %s", strerror(errno));
    else if (thread_start(&j->thread, journal_main, j, "the journal", e) == 0)
        return j;
    store_close(store);
    journal_free(j);
    return NULL;
}

struct journal *journal_create(const char *path, const struct plan *plan, struct err *e)
{
    struct store *s = store_create(path, plan, e);
    return s ? journal_start(path, s, (struct place){0, GENESIS}, e) : NULL;
}

struct journal *journal_join_after(const char *path, int64_t seq, struct err *e)
{
    struct place at = {seq, ""};
    struct store *s = store_open(path, e);
    if (!s)
        return NULL;
    int r = seq < 0 ? store_head(s, &at, e) : store_hash_of(s, &at, e);
    if (r == STORE_OK && *at.hash)
        return journal_start(path, s, at, e);
    if (r == STORE_OK)
        err_set(e, EX_BADDATA, "session %s has no record %lld", path, (long long)seq);
    store_close(s);
    return NULL;
}

struct journal *journal_join(const char *path, struct err *e)
{
    return journal_join_after(path, -1, e);
}

static bool recording(const struct journal *j)
{
    return !j->failing && !journal_stalled(j);
}

void journal_submit(struct journal *j, struct event *ev)
{
    struct pending *p = pending_new(ev);
    pthread_mutex_lock(&j->lock);
    if (p->t_ms > j->newest_t_ms)
        j->newest_t_ms = p->t_ms;
    if (p->kind == EV_TICK && !recording(j) && j->pending.tick_bytes + p->body_n > TICKS_BYTES) {
        journal_hand_out(j);
        p->ev->seq = j->known.seq + (int64_t)j->pending.n;
        p->ev->unrecorded = true;
        event_list_add(&j->out, p->ev);
        p->ev = NULL;
        j->dropped++;
        journal_ring(j);
        pending_free(p);
    } else {
        pending_add(&j->pending, p);
        if (!recording(j))
            journal_hand_out(j);
        pthread_cond_signal(&j->work);
    }
    pthread_mutex_unlock(&j->lock);
}

struct event *journal_next(struct journal *j)
{
    pthread_mutex_lock(&j->lock);
    if (!j->out.n && journal_stalled(j))
        journal_hand_out(j);
    struct event *ev = event_list_take(&j->out);
    if (!ev) {
        uint64_t drop;
        if (read(j->fd, &drop, sizeof drop) < 0)
            drop = 0; /* it was not readable */
    }
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
    *out = (struct journal_health){.recording = recording(j),
                                   .backlog = j->pending.n,
                                   .events = j->known.seq,
                                   .sync_us = j->sync_us};
    str_copy(out->head, sizeof out->head, j->known.hash);
    if (j->failing)
        str_copy(out->why, sizeof out->why, j->why);
    else if (!out->recording)
        str_fmt(out->why, sizeof out->why, "the disk has not taken an event for %lld s",
                (long long)((mono_now().ms - j->pending.first->since_ms) / 1000));
    pthread_mutex_unlock(&j->lock);
}

static struct timespec mono_after(int64_t ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += ms % 1000 * 1000000;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

int journal_drain(struct journal *j, int64_t timeout_ms)
{
    struct timespec until = mono_after(timeout_ms);
    pthread_mutex_lock(&j->lock);
    while (j->pending.n && pthread_cond_timedwait(&j->done, &j->lock, &until) == 0)
        ;
    int rc = j->pending.n ? -1 : 0;
    pthread_mutex_unlock(&j->lock);
    return rc;
}

/* The thread has ended, or hangs in the disk: then it keeps what it needs and dies with us. */
static bool ended(struct journal *j)
{
    struct timespec until = mono_after(JOIN_MS);
    pthread_mutex_lock(&j->lock);
    while (!j->stopped && pthread_cond_timedwait(&j->done, &j->lock, &until) == 0)
        ;
    bool stopped = j->stopped;
    pthread_mutex_unlock(&j->lock);
    if (stopped)
        pthread_join(j->thread, NULL);
    else
        pthread_detach(j->thread);
    return stopped;
}

int journal_close(struct journal *j, bool seal, char head[65], struct err *e)
{
    int rc = 0;
    pthread_mutex_lock(&j->lock);
    j->stop = true;
    j->seal = seal;
    pthread_cond_signal(&j->work);
    pthread_mutex_unlock(&j->lock);
    bool stopped = ended(j);
    pthread_mutex_lock(&j->lock);
    if (head)
        str_copy(head, HASH_LEN + 1, j->known.hash);
    if (j->pending.n)
        rc = err_set(e, EX_RECORDING, "%zu events of session %s are not recorded: %s", j->pending.n,
                     j->path, j->failing ? j->why : "the disk does not answer");
    pthread_mutex_unlock(&j->lock);
    if (stopped)
        journal_free(j);
    return rc;
}
