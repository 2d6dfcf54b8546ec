/* Starting a thread that leaves signals to the main one. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <signal.h>
#include <stdint.h>

#include "base/err.h"

/* All signals are blocked in it (a SIGPIPE of a library's write kills nobody then). `what` names
 * it in the sentence of a failure. */
int thread_start(pthread_t *t, void *(*run)(void *), void *arg, const char *what, struct err *e);

/* Threads that a library starts between the two leave signals to the main one, too. */
void thread_signals_off(sigset_t *before);
void thread_signals_back(const sigset_t *before);

/* A condition whose timed waits count on the monotonic clock, and such a wait: real ms from now. */
void cond_init(pthread_cond_t *c);
void cond_wait_ms(pthread_cond_t *c, pthread_mutex_t *m, int64_t ms);

#endif
