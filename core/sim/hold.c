/* Waiting connections and the thread that wakes them. */
#include "sim/hold.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/thread.h"

struct held {
    struct MHD_Connection *c;
    int64_t due_ms; /* monotonic */
    bool hangs;     /* until something changes; else for its time */
};

enum wake { WAKE_DUE, WAKE_HANGING, WAKE_ALL };

struct hold {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    struct held held[HOLD_MAX];
    size_t n;
    bool closed;
};

/* Resumes what is due and returns when the next one is, or -1. Called with the lock held: the
 * library takes its own lock inside and calls nobody back. */
static int64_t wake_due(struct hold *h, int64_t now_ms, enum wake which)
{
    int64_t next = -1;
    size_t kept = 0;
    for (size_t i = 0; i < h->n; i++) {
        bool now = which == WAKE_ALL || (which == WAKE_HANGING && h->held[i].hangs);
        if (now || h->held[i].due_ms <= now_ms) {
            MHD_resume_connection(h->held[i].c);
            continue;
        }
        if (next < 0 || h->held[i].due_ms < next)
            next = h->held[i].due_ms;
        h->held[kept++] = h->held[i];
    }
    h->n = kept;
    return next;
}

static void *loop(void *arg)
{
    struct hold *h = arg;
    pthread_mutex_lock(&h->lock);
    while (!h->closed) {
        int64_t next = wake_due(h, mono_now().ms, WAKE_DUE);
        if (next < 0) {
            pthread_cond_wait(&h->changed, &h->lock);
        } else {
            struct timespec until = {next / 1000, (next % 1000) * 1000000};
            pthread_cond_timedwait(&h->changed, &h->lock, &until);
        }
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

struct hold *hold_start(void)
{
    struct hold *h = xzalloc(1, sizeof *h);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&h->changed, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&h->lock, NULL);
    struct err e = ERR_INIT;
    if (thread_start(&h->thread, loop, h, "the simulator", &e) < 0)
        BUG("%s", e.text);
    return h;
}

void hold_close(struct hold *h)
{
    pthread_mutex_lock(&h->lock);
    h->closed = true;
    wake_due(h, 0, WAKE_ALL);
    pthread_cond_signal(&h->changed);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->thread, NULL);
}

void hold_free(struct hold *h)
{
    pthread_cond_destroy(&h->changed);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

int hold_add(struct hold *h, struct MHD_Connection *c, int64_t ms, bool hangs)
{
    int r = -1;
    pthread_mutex_lock(&h->lock);
    if (!h->closed && h->n < HOLD_MAX) {
        MHD_suspend_connection(c);
        h->held[h->n++] = (struct held){c, mono_now().ms + ms, hangs};
        pthread_cond_signal(&h->changed);
        r = 0;
    }
    pthread_mutex_unlock(&h->lock);
    return r;
}

void hold_resume_hanging(struct hold *h)
{
    pthread_mutex_lock(&h->lock);
    wake_due(h, 0, WAKE_HANGING);
    pthread_mutex_unlock(&h->lock);
}
