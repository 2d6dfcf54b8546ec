/* Starting a thread that leaves signals to the main one. */
#include "base/thread.h"

#include <string.h>
#include <time.h>

void thread_signals_off(sigset_t *before)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, before);
}

void thread_signals_back(const sigset_t *before)
{
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

int thread_start(pthread_t *t, void *(*run)(void *), void *arg, const char *what, struct err *e)
{
    sigset_t before;
    thread_signals_off(&before);
    int rc = pthread_create(t, NULL, run, arg);
    thread_signals_back(&before);
    return rc ? err_set(e, EX_INTERNAL, "cannot start the thread for %s: %s", what, strerror(rc))
              : 0;
}

void cond_init(pthread_cond_t *c)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(c, &attr);
    pthread_condattr_destroy(&attr);
}

void cond_wait_ms(pthread_cond_t *c, pthread_mutex_t *m, int64_t ms)
{
    struct timespec until;
    if (ms <= 0)
        return;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_cond_timedwait(c, m, &until);
}
