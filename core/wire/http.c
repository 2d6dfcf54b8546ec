/* The transport's thread. At most `connections` transfers are libcurl's at a time (more would
 * double its work); the others wait here, in order. Urgent ones pass them all. */
#include "wire/http_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"

#define WAITING_MAX 8192
#define URGENT_MAX  8 /* urgent transfers beyond `connections` */
#define NEVER       INT64_MAX
#define DOZE_MS     60000 /* it is woken for everything that is not libcurl's */

struct fifo {
    struct transfer *first, **tail;
};

struct http {
    pthread_t thread;
    pthread_mutex_t lock;
    CURLM *multi;
    int connections;
    /* under the lock */
    struct fifo urgent, waiting; /* not yet libcurl's */
    size_t n_waiting;            /* in both */
    int64_t deadline;            /* no later than that of any that waits; NEVER when none does */
    bool stop;
    int64_t next_id;
    struct buf cancel; /* ids to be cancelled */
    /* the thread's own */
    struct transfer *active;
    int n_active;
    CURL **idle;
    int n_idle;
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void curl_start(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void fifo_put(struct fifo *f, struct transfer *t)
{
    t->next = NULL;
    *f->tail = t;
    f->tail = &t->next;
}

static struct transfer *fifo_take(struct fifo *f)
{
    struct transfer *t = f->first;
    if (!t)
        return NULL;
    f->first = t->next;
    if (!f->first)
        f->tail = &f->first;
    return t;
}

static void activate(struct http *h, struct transfer *t)
{
    transfer_setup(t, h->n_idle ? h->idle[--h->n_idle] : curl_easy_init());
    t->next = h->active;
    h->active = t;
    h->n_active++;
    curl_multi_add_handle(h->multi, t->easy);
}

static void unlink_active(struct http *h, struct transfer *t)
{
    for (struct transfer **p = &h->active; *p; p = &(*p)->next) {
        if (*p == t) {
            *p = t->next;
            break;
        }
    }
    h->n_active--;
    curl_multi_remove_handle(h->multi, t->easy);
    h->idle[h->n_idle++] = t->easy;
}

/* Takes out of a list what `wanted` picks; under the lock. */
static void pick(struct http *h, struct fifo *from, struct fifo *to,
                 bool (*wanted)(const struct transfer *t, const void *arg), const void *arg)
{
    struct fifo kept = {NULL, &kept.first};
    for (struct transfer *t; (t = fifo_take(from));) {
        bool hit = wanted(t, arg);
        fifo_put(hit ? to : &kept, t);
        h->n_waiting -= hit;
    }
    for (struct transfer *t; (t = fifo_take(&kept));)
        fifo_put(from, t);
}

static void report_unsent(struct fifo *list, enum http_end end, const char *why)
{
    for (struct transfer *t; (t = fifo_take(list));) {
        transfer_report_unsent(t, end, why);
        transfer_free(t);
    }
}

static bool is_over(const struct transfer *t, const void *arg)
{
    const int64_t *now = arg;
    return transfer_deadline(t) <= *now;
}

static int64_t soonest(const struct fifo *f, int64_t than)
{
    for (const struct transfer *t = f->first; t; t = t->next)
        than = transfer_deadline(t) < than ? transfer_deadline(t) : than;
    return than;
}

/* Those whose time is over while they wait were never sent, whoever stands in front of them. */
static void expire(struct http *h)
{
    struct fifo over = {NULL, &over.first};
    int64_t now = mono_now().ms;
    pthread_mutex_lock(&h->lock);
    if (h->deadline <= now) {
        pick(h, &h->urgent, &over, is_over, &now);
        pick(h, &h->waiting, &over, is_over, &now);
        h->deadline = soonest(&h->waiting, soonest(&h->urgent, NEVER));
    }
    pthread_mutex_unlock(&h->lock);
    report_unsent(&over, HTTP_REFUSED, "not sent: every connection is busy");
}

/* Hands waiting ones over while there is room. */
static void fill(struct http *h)
{
    for (;;) {
        struct transfer *t = NULL;
        pthread_mutex_lock(&h->lock);
        if (h->n_active < h->connections + URGENT_MAX)
            t = fifo_take(&h->urgent);
        if (!t && h->n_active < h->connections)
            t = fifo_take(&h->waiting);
        h->n_waiting -= t != NULL;
        pthread_mutex_unlock(&h->lock);
        if (!t)
            return;
        activate(h, t);
    }
}

/* True when any was over. */
static bool reap(struct http *h)
{
    bool any = false;
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(h->multi, &left));) {
        struct transfer *t = NULL;
        CURLcode rc = m->data.result;
        if (m->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
        transfer_report(t, rc);
        unlink_active(h, t);
        transfer_free(t);
        any = true;
    }
    return any;
}

static void cancel_active(struct http *h, struct transfer *t)
{
    transfer_report_unsent(t, HTTP_CANCELLED, "cancelled");
    unlink_active(h, t);
    transfer_free(t);
}

static bool is_cancelled(const struct transfer *t, const void *arg)
{
    const struct buf *ids = arg;
    for (size_t at = 0; at + sizeof t->id <= ids->len; at += sizeof t->id)
        if (!memcmp(ids->p + at, &t->id, sizeof t->id))
            return true;
    return false;
}

static void take_cancels(struct http *h)
{
    struct fifo out = {NULL, &out.first};
    pthread_mutex_lock(&h->lock);
    struct buf ids = h->cancel;
    h->cancel = (struct buf)BUF_INIT;
    if (ids.len) {
        pick(h, &h->urgent, &out, is_cancelled, &ids);
        pick(h, &h->waiting, &out, is_cancelled, &ids);
    }
    pthread_mutex_unlock(&h->lock);
    report_unsent(&out, HTTP_CANCELLED, "cancelled");
    for (struct transfer *t = h->active, *next; ids.len && t; t = next) {
        next = t->next;
        if (is_cancelled(t, &ids))
            cancel_active(h, t);
    }
    buf_free(&ids);
}

/* Real ms to wait; -1 when it is time to stop. */
static int wait_ms(struct http *h)
{
    pthread_mutex_lock(&h->lock);
    int64_t left = h->deadline == NEVER ? DOZE_MS : h->deadline - mono_now().ms;
    if (h->cancel.len)
        left = 0;
    if (h->stop)
        left = -1;
    else if (left < 0)
        left = 0;
    pthread_mutex_unlock(&h->lock);
    return left < DOZE_MS ? (int)left : DOZE_MS;
}

static bool is_any(const struct transfer *t, const void *arg)
{
    (void)arg;
    return t != NULL;
}

static void cancel_all(struct http *h)
{
    struct fifo out = {NULL, &out.first};
    pthread_mutex_lock(&h->lock);
    pick(h, &h->urgent, &out, is_any, NULL);
    pick(h, &h->waiting, &out, is_any, NULL);
    pthread_mutex_unlock(&h->lock);
    report_unsent(&out, HTTP_CANCELLED, "cancelled");
    while (h->active)
        cancel_active(h, h->active);
}

static void *run(void *arg)
{
    struct http *h = arg;
    int running;
    for (int ms; (ms = wait_ms(h)) >= 0;) {
        curl_multi_poll(h->multi, NULL, 0, ms, NULL);
        take_cancels(h);
        expire(h);
        do { /* places that become free are filled before it waits again */
            fill(h);
            curl_multi_perform(h->multi, &running);
        } while (reap(h));
    }
    cancel_all(h);
    return NULL;
}

static void http_free(struct http *h)
{
    for (int i = 0; i < h->n_idle; i++)
        curl_easy_cleanup(h->idle[i]);
    curl_multi_cleanup(h->multi);
    pthread_mutex_destroy(&h->lock);
    buf_free(&h->cancel);
    free(h->idle);
    free(h);
}

struct http *http_start(int connections, struct err *e)
{
    struct http *h = xzalloc(1, sizeof *h);
    int most = connections + URGENT_MAX;
    pthread_once(&curl_once, curl_start);
    *h = (struct http){.connections = connections,
                       .multi = curl_multi_init(),
                       .deadline = NEVER,
                       .next_id = 1,
                       .idle = xzalloc((size_t)most, sizeof *h->idle)};
    if (!h->multi)
        BUG("libcurl cannot be started");
    h->urgent.tail = &h->urgent.first;
    h->waiting.tail = &h->waiting.first;
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)most);
    curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)most);
    pthread_mutex_init(&h->lock, NULL);
    if (thread_start(&h->thread, run, h, "the network", e) == 0)
        return h;
    http_free(h);
    return NULL;
}

void http_stop(struct http *h)
{
    pthread_mutex_lock(&h->lock);
    h->stop = true;
    pthread_mutex_unlock(&h->lock);
    curl_multi_wakeup(h->multi);
    pthread_join(h->thread, NULL);
    http_free(h);
}

int64_t http_send(struct http *h, const struct http_request *r, http_done done, void *ctx,
                  struct err *e)
{
    struct transfer *t = transfer_new(r, e);
    if (!t)
        return -1;
    t->done = done;
    t->ctx = ctx;
    pthread_mutex_lock(&h->lock);
    bool full = h->n_waiting >= WAITING_MAX;
    int64_t id = t->id = h->next_id++;
    bool wake = t->urgent || !h->n_waiting || transfer_deadline(t) < h->deadline;
    if (!full) {
        fifo_put(t->urgent ? &h->urgent : &h->waiting, t);
        h->n_waiting++;
        if (transfer_deadline(t) < h->deadline)
            h->deadline = transfer_deadline(t);
    }
    pthread_mutex_unlock(&h->lock);
    if (full) {
        transfer_free(t);
        return err_set(e, EX_NOSERVICE, "too many requests wait for an answer");
    }
    if (wake)
        curl_multi_wakeup(h->multi);
    return id;
}

void http_cancel(struct http *h, int64_t id)
{
    pthread_mutex_lock(&h->lock);
    buf_add(&h->cancel, &id, sizeof id);
    pthread_mutex_unlock(&h->lock);
    curl_multi_wakeup(h->multi);
}
