/* The journal's thread: writes what was handed over in batches, each one transaction and synced,
 * notices what other processes appended, and puts everything in order for the room. The store is
 * its own; it never waits while it holds the lock. */
#include "journal/recorder.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/dlog.h"
#include "base/json.h"

#define BATCH_MOST 512
#define POLL_MS    200  /* how often other writers are looked for */
#define RETRY_MS   500  /* after the disk said no */
#define STALL_MS   1000 /* older than that and not on disk: NOT RECORDING */
#define CLOSE_MS   2000 /* how long closing tries */

/* What one transaction found and wrote. */
struct batch {
    struct pending *first, *next; /* next: the first that is not in the file yet */
    size_t n, landed;             /* landed: were there already, from a commit in doubt */
    struct event_list others;     /* of other processes */
    bool in_doubt;
    int64_t took_us;
};

void journal_ring(struct journal *j)
{
    uint64_t one = 1;
    if (write(j->fd, &one, sizeof one) < 0)
        BUG("eventfd write failed"); /* only a count near 2^64 could refuse it */
}

bool journal_stalled(const struct journal *j)
{
    return j->pending.first && mono_now().ms - j->pending.first->since_ms > STALL_MS;
}

void journal_hand_out(struct journal *j)
{
    struct event *ev;
    size_t index;
    if (!j->pending.fresh)
        return;
    while ((ev = pending_hand_out(&j->pending, &index))) {
        ev->seq = j->known.seq + (int64_t)index + 1;
        ev->unrecorded = true;
        event_list_add(&j->out, ev);
    }
    journal_ring(j);
}

static void note_failure(struct journal *j, const struct err *e)
{
    pthread_mutex_lock(&j->lock);
    if (!j->failing)
        dlog("NOT RECORDING: %s", e->text);
    j->failing = true;
    j->last_try_ms = mono_now().ms;
    secret_mask_to(j->why, sizeof j->why, e->text);
    journal_hand_out(j);
    pthread_mutex_unlock(&j->lock);
}

static void take_other(void *ctx, const struct record *r, const char *hash)
{
    struct batch *b = ctx;
    struct err e = ERR_INIT;
    (void)hash;
    if (b->in_doubt && b->landed < b->n && pending_is(b->next, r)) {
        b->next->seq = r->seq;
        b->next = b->next->next;
        b->landed++;
        return;
    }
    struct event *ev = schema_event(r, &e);
    if (ev)
        event_list_add(&b->others, ev);
    else
        dlog("%s", e.text); /* of a kind this version does not know */
}

/* Inside the transaction: what is known must still stand there. */
static int catch_up(struct journal *j, struct batch *b, const struct place *head, struct err *e)
{
    struct place at = {j->known.seq, ""};
    if (store_hash_of(j->store, &at, e) != STORE_OK)
        return STORE_FAILED;
    if (head->seq < at.seq || strcmp(at.hash, j->known.hash) != 0)
        return err_set(e, EX_RECORDING,
                       "record %lld of session %s is not what it was: the file "
                       "was cut or exchanged",
                       (long long)at.seq, j->path);
    return head->seq > at.seq ? store_newer(j->store, &at, take_other, b, e) : STORE_OK;
}

static int append_all(struct journal *j, struct batch *b, struct place *head, struct err *e)
{
    struct pending *p = b->next;
    int r = STORE_OK;
    for (size_t i = b->landed; i < b->n && r == STORE_OK; i++) {
        struct record rec;
        pending_record(p, &rec);
        r = store_append(j->store, head, &rec, e);
        p->seq = rec.seq;
        if (i + 1 < b->n)
            p = p->next;
    }
    return r;
}

static int transact(struct journal *j, struct batch *b, struct place *head, struct err *e)
{
    int r = store_still_there(j->store, e);
    if (r != STORE_OK || (r = store_begin(j->store, head, e)) != STORE_OK)
        return r;
    if ((r = catch_up(j, b, head, e)) == STORE_OK && (r = append_all(j, b, head, e)) == STORE_OK) {
        r = store_commit(j->store, e);
        j->in_doubt = r != STORE_OK;
    }
    if (r != STORE_OK)
        store_rollback(j->store);
    return r;
}

static void report_dropped(struct journal *j)
{
    struct event *ev = event_new(EV_SOURCE, j->newest_t_ms, "warroom");
    json_add_str(ev->body, "op", "dropped");
    json_add_str(ev->body, "name", "journal");
    json_add_int(ev->body, "n", (int64_t)j->dropped);
    json_add_str(ev->body, "why", "the disk failed for so long that memory was full");
    j->dropped = 0;
    pending_add(&j->pending, pending_new(ev));
}

static void hand_on(struct journal *j, struct event *ev)
{
    if (ev)
        event_list_add(&j->out, ev);
}

/* The batch is on disk: its events go to the room unless it has them. */
static void recorded(struct journal *j, struct batch *b, const struct place *head)
{
    pthread_mutex_lock(&j->lock);
    for (struct event *ev; (ev = event_list_take(&b->others));)
        hand_on(j, ev);
    for (size_t i = 0; i < b->n; i++) {
        struct pending *p = pending_take(&j->pending);
        if (p->ev)
            p->ev->seq = p->seq;
        hand_on(j, p->ev);
        p->ev = NULL;
        pending_free(p);
    }
    if (j->failing && b->n)
        dlog("recording again");
    j->known = *head;
    if (b->n) {
        j->failing = false;
        j->sync_us = b->took_us;
        if (j->dropped)
            report_dropped(j);
    }
    if (j->out.n)
        journal_ring(j);
    if (!j->pending.n)
        pthread_cond_broadcast(&j->done);
    pthread_mutex_unlock(&j->lock);
}

static int write_batch(struct journal *j, struct pending *first, size_t n)
{
    struct batch b = {.first = first, .next = first, .n = n, .in_doubt = j->in_doubt};
    struct place head;
    struct err e = ERR_INIT;
    struct timespec t[2];
    event_list_init(&b.others);
    clock_gettime(CLOCK_MONOTONIC, &t[0]);
    int r = transact(j, &b, &head, &e);
    clock_gettime(CLOCK_MONOTONIC, &t[1]);
    b.took_us = (t[1].tv_sec - t[0].tv_sec) * 1000000 + (t[1].tv_nsec - t[0].tv_nsec) / 1000;
    if (r == STORE_OK)
        recorded(j, &b, &head);
    else if (r == STORE_FAILED)
        note_failure(j, &e);
    event_list_free(&b.others);
    return r;
}

static void look_for_others(struct journal *j)
{
    struct batch b = {.n = 0};
    struct place at = j->known;
    struct err e = ERR_INIT;
    if (!store_changed(j->store))
        return;
    event_list_init(&b.others);
    int r = store_newer(j->store, &at, take_other, &b, &e);
    if (r == STORE_OK && at.seq > j->known.seq)
        recorded(j, &b, &at);
    else if (r == STORE_FAILED)
        dlog("others' events cannot be read: %s", e.text); /* the next write will say so, too */
    event_list_free(&b.others);
}

/* Waits for work; false when there is nothing to write. */
static bool wait_for_work(struct journal *j, struct pending **first, size_t *n, bool *stop)
{
    struct timespec until;
    bool due;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += POLL_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&j->lock);
    for (;;) {
        bool resting = j->failing && mono_now().ms - j->last_try_ms < RETRY_MS;
        due = j->pending.n && !resting;
        if (due || j->stop || pthread_cond_timedwait(&j->work, &j->lock, &until) == ETIMEDOUT)
            break;
    }
    *first = j->pending.first;
    *n = j->pending.n < BATCH_MOST ? j->pending.n : BATCH_MOST;
    *stop = j->stop;
    pthread_mutex_unlock(&j->lock);
    return due || (*stop && *n);
}

/* What is left is tried until the disk says no or the time is over. */
static void finish(struct journal *j)
{
    struct err e = ERR_INIT;
    mono_t start = mono_now();
    int r = STORE_OK;
    while (j->pending.n && r != STORE_FAILED && mono_since(start) < CLOSE_MS)
        r = write_batch(j, j->pending.first, j->pending.n < BATCH_MOST ? j->pending.n : BATCH_MOST);
    if (!j->pending.n && (j->seal || store_is_final(j->store)))
        while (store_seal(j->store, &e) == STORE_BUSY && mono_since(start) < CLOSE_MS)
            ;
    store_close(j->store);
}

void *journal_main(void *arg)
{
    struct journal *j = arg;
    struct pending *first;
    size_t n;
    look_for_others(j); /* what came between reading the file and joining it */
    for (bool stop = false; !stop;) {
        if (wait_for_work(j, &first, &n, &stop))
            write_batch(j, first, n);
        else if (!stop)
            look_for_others(j);
    }
    finish(j);
    pthread_mutex_lock(&j->lock);
    j->stopped = true;
    pthread_cond_broadcast(&j->done);
    pthread_mutex_unlock(&j->lock);
    return NULL;
}
