/* The transport's thread. At most `connections` transfers are libcurl's at a time (more would
 * double its work); the others wait here, in order. */
#include "wire/http_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WAITING_MAX 8192

struct http {
    pthread_t thread;
    pthread_mutex_t lock;
    CURLM *multi;
    int connections;
    /* under the lock */
    struct transfer *waiting, **tail; /* not yet libcurl's */
    size_t n_waiting;
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

static CURL *easy_get(struct http *h)
{
    return h->n_idle ? h->idle[--h->n_idle] : curl_easy_init();
}

static void activate(struct http *h, struct transfer *t)
{
    transfer_setup(t, easy_get(h));
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

static struct transfer *pop_waiting(struct http *h)
{
    struct transfer *t = h->waiting;
    if (!t)
        return NULL;
    h->waiting = t->next;
    if (!h->waiting)
        h->tail = &h->waiting;
    h->n_waiting--;
    return t;
}

/* Hands waiting ones over while there is room; those whose time is over were never sent. */
static void fill(struct http *h)
{
    for (;;) {
        struct transfer *t = NULL;
        pthread_mutex_lock(&h->lock);
        bool expired = h->waiting && mono_since(h->waiting->asked) >= h->waiting->timeout_ms;
        if (expired || h->n_active < h->connections)
            t = pop_waiting(h);
        pthread_mutex_unlock(&h->lock);
        if (!t)
            return;
        if (!expired) {
            activate(h, t);
            continue;
        }
        transfer_report_unsent(t, HTTP_REFUSED, "not sent: every connection is busy");
        transfer_free(t);
    }
}

static void reap(struct http *h)
{
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
    }
}

static void cancel_active(struct http *h, struct transfer *t)
{
    struct http_reply r = {.end = HTTP_CANCELLED, .body = "", .why = "cancelled"};
    t->done(t->ctx, &r);
    unlink_active(h, t);
    transfer_free(t);
}

static void cancel_waiting(struct transfer *list)
{
    while (list) {
        struct transfer *next = list->next;
        transfer_report_unsent(list, HTTP_CANCELLED, "cancelled");
        transfer_free(list);
        list = next;
    }
}

static bool wanted(const struct buf *ids, int64_t id)
{
    for (size_t at = 0; at + sizeof id <= ids->len; at += sizeof id)
        if (!memcmp(ids->p + at, &id, sizeof id))
            return true;
    return false;
}

/* Takes cancelled ones out of the waiting list; under the lock. */
static struct transfer *pick_waiting(struct http *h, const struct buf *ids)
{
    struct transfer *out = NULL;
    struct transfer **p = &h->waiting;
    while (*p) {
        struct transfer *t = *p;
        if (!wanted(ids, t->id)) {
            p = &t->next;
            continue;
        }
        *p = t->next;
        h->n_waiting--;
        t->next = out;
        out = t;
    }
    h->tail = p;
    return out;
}

static void take_cancels(struct http *h)
{
    struct transfer *out = NULL;
    pthread_mutex_lock(&h->lock);
    struct buf ids = h->cancel;
    h->cancel = (struct buf)BUF_INIT;
    if (ids.len)
        out = pick_waiting(h, &ids);
    pthread_mutex_unlock(&h->lock);
    cancel_waiting(out);
    for (struct transfer *t = h->active, *next; ids.len && t; t = next) {
        next = t->next;
        if (wanted(&ids, t->id))
            cancel_active(h, t);
    }
    buf_free(&ids);
}

static bool stopping(struct http *h)
{
    pthread_mutex_lock(&h->lock);
    bool stop = h->stop;
    pthread_mutex_unlock(&h->lock);
    return stop;
}

static int wait_ms(struct http *h)
{
    int64_t ms = 1000;
    pthread_mutex_lock(&h->lock);
    if (h->waiting) {
        int64_t left = h->waiting->timeout_ms - mono_since(h->waiting->asked);
        ms = left < ms ? left : ms;
    }
    if (h->cancel.len)
        ms = 0;
    pthread_mutex_unlock(&h->lock);
    return ms > 0 ? (int)ms : 0;
}

static void *run(void *arg)
{
    struct http *h = arg;
    int running;
    while (!stopping(h)) {
        take_cancels(h);
        fill(h);
        curl_multi_perform(h->multi, &running);
        reap(h);
        fill(h);
        curl_multi_perform(h->multi, &running);
        reap(h);
        curl_multi_poll(h->multi, NULL, 0, wait_ms(h), NULL);
    }
    while (h->active)
        cancel_active(h, h->active);
    pthread_mutex_lock(&h->lock);
    struct transfer *left = h->waiting;
    h->waiting = NULL;
    h->tail = &h->waiting;
    pthread_mutex_unlock(&h->lock);
    cancel_waiting(left);
    return NULL;
}

struct http *http_start(int connections, struct err *e)
{
    struct http *h = xzalloc(1, sizeof *h);
    pthread_once(&curl_once, curl_start);
    h->connections = connections;
    h->multi = curl_multi_init();
    h->tail = &h->waiting;
    h->next_id = 1;
    h->idle = xzalloc((size_t)connections + 1, sizeof *h->idle);
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)connections);
    curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connections);
    pthread_mutex_init(&h->lock, NULL);
    int rc = pthread_create(&h->thread, NULL, run, h);
    if (rc) {
        err_set(e, EX_INTERNAL, "cannot start the network thread: %s", strerror(rc));
        curl_multi_cleanup(h->multi);
        free(h->idle);
        free(h);
        return NULL;
    }
    return h;
}

void http_stop(struct http *h)
{
    pthread_mutex_lock(&h->lock);
    h->stop = true;
    pthread_mutex_unlock(&h->lock);
    curl_multi_wakeup(h->multi);
    pthread_join(h->thread, NULL);
    for (int i = 0; i < h->n_idle; i++)
        curl_easy_cleanup(h->idle[i]);
    curl_multi_cleanup(h->multi);
    pthread_mutex_destroy(&h->lock);
    buf_free(&h->cancel);
    free(h->idle);
    free(h);
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
    if (!full) {
        t->next = NULL;
        *h->tail = t;
        h->tail = &t->next;
        h->n_waiting++;
    }
    bool first = h->n_waiting == 1;
    pthread_mutex_unlock(&h->lock);
    if (full) {
        transfer_free(t);
        return err_set(e, EX_NOSERVICE, "too many requests wait for an answer");
    }
    if (first)
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
