/* Inside core/source only: the running tick. */
#ifndef SOURCE_SOURCE_INT_H
#define SOURCE_SOURCE_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "source/prom_parse.h"
#include "source/source.h"

#define ALERTS_KEPT 64

struct alert_answer {
    int n; /* -1: not known */
    struct alert_seen seen[ALERTS_KEPT];
    char why[120];
    bool told, blind; /* of the newest answer told */
};

struct sql_eyes;
struct sql_job;

struct source {
    const struct plan *plan;
    struct http *http;
    struct clock clock;
    control_read control;
    void *control_ctx;
    struct queue *out;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool stop, woken;

    /* the ticker's own */
    int64_t *asked_ms;           /* when each metric was asked last */
    struct alert_answer *before; /* what each alert source said last */
    bool said_blind, said_ok;    /* newest `source` event about Prometheus */
    double newest_s, moved_s;    /* newest scrape; how far it moves from scrape to scrape */
    int64_t late_ms; /* how much later than due the tick is: a clock faster than this machine */
    struct sql_eyes *sql;     /* NULL: the plan has no database */
    _Atomic uint64_t dropped; /* events a full queue refused; told with the next tick */
};

struct job {
    struct source *source;
    pthread_mutex_t lock;
    int refs, waiting;
    int waiting_sql; /* answers of databases: they are waited for shorter */
    bool closed;
    struct sql_job *sql; /* NULL: no database is asked */
    int64_t t_ms, limit_ms, ms, late_ms;
    int64_t ks_at_ms; /* the kill switch was read in every scope since */
    mono_t started;
    bool *asked;            /* by metric */
    struct sample *samples; /* by series: the other side of a metric stands behind (plan/side.h) */
    struct alert_answer *alerts;
    double fresh_s;
    char fresh_why[120];
    int queries, answered; /* of Prometheus */
    char why[120];         /* why it did not answer */
    int64_t *ids;
    size_t n_ids;
};

void job_put(struct job *job);
void source_wake(struct source *s);
int64_t source_limit_ms(const struct source *s);

/* GET of the plan's Prometheus with its token and CA. */
struct http_request source_request(const struct plan *plan, const char *url, int64_t timeout_ms);
void source_escape(struct buf *url, const char *text);

/* Makes the events of a finished job and queues them (tick.c). */
void tick_publish(struct source *s, struct job *job);

/* Asks query_range for the plan's backfill; the event follows when all have answered. */
void backfill_start(struct source *s, int64_t now_ms);

/* mysql_ask.c: the plan's databases. */
int eyes_open(struct source *s, struct err *e);
void eyes_stop(struct source *s); /* their threads end; answers run into jobs that still stand */
void eyes_free(struct source *s);
void eyes_ask(struct job *job);
void eyes_take(struct job *job); /* reads what has come; the job is closed */
void eyes_job_free(struct job *job);

/* Does Prometheus answer for it? */
static inline bool from_prometheus(const struct metric *m)
{
    return m->control == CONTROL_NONE && !m->sql.set;
}

/* Queues an event, or counts it as dropped. */
void source_emit(struct source *s, struct event *ev);

#endif
