/* The thread of a target: takes questions one by one, keeps the connection, and while there is none
 * answers at once those that do not wait for one. */
#include "wire/mysql_int.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/thread.h"
#include "wire/fence.h"

#define WAITING_MAX  256
#define HANGS_MS     1000 /* an answer that takes longer keeps impatient questions away */
#define PAUSE_MIN_MS 500
#define PAUSE_MAX_MS 5000
#define ER_SYNTAX    1064

struct question {
    struct question *next;
    char *sql, *sql_mysql, *otherwise;
    struct db_request rq; /* its texts are the ones above */
    db_done done;
    void *ctx;
};

struct db {
    struct db_conf conf; /* texts are ours */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t cond;
    struct link link; /* the thread's; others only interrupt it */
    int64_t pause_ms; /* the thread's: before it connects again */
    /* under the lock */
    struct question *first, **tail;
    size_t n;
    bool stop, ended;
    bool busy;         /* connects, or waits for an answer */
    bool down, wanted; /* the newest try to connect failed; somebody has asked since */
    mono_t since;      /* of busy */
    mono_t next_try;
    char why[240]; /* it is down */
};

/* ---- rows ---- */

int db_column(const struct db_rows *r, const char *name)
{
    for (size_t i = 0; i < r->n_cols; i++)
        if (!strcasecmp(r->names[i], name))
            return (int)i;
    return -1;
}

const char *db_cell(const struct db_rows *r, size_t row, int col)
{
    return col < 0 || row >= r->n_rows ? NULL : r->cells[row * r->n_cols + (size_t)col];
}

void db_rows_copy(struct db_rows *to, const struct db_rows *from)
{
    size_t n = from->n_rows * from->n_cols;
    *to = *from;
    to->names = xzalloc(from->n_cols, sizeof *to->names);
    to->cells = xzalloc(n, sizeof *to->cells);
    for (size_t i = 0; i < from->n_cols; i++)
        to->names[i] = xstrdup(from->names[i]);
    for (size_t i = 0; i < n; i++)
        to->cells[i] = from->cells[i] ? xstrdup(from->cells[i]) : NULL;
}

void db_rows_clear(struct db_rows *r)
{
    for (size_t i = 0; i < r->n_cols; i++)
        free(r->names[i]);
    for (size_t i = 0; i < r->n_rows * r->n_cols; i++)
        free(r->cells[i]);
    free(r->names);
    free(r->cells);
    *r = (struct db_rows){0};
}

/* ---- questions ---- */

static char *dup_or_null(const char *s)
{
    return s ? xstrdup(s) : NULL;
}

static struct question *question_new(const struct db_request *rq, db_done done, void *ctx)
{
    struct question *q = xzalloc(1, sizeof *q);
    *q = (struct question){.sql = xstrdup(rq->sql),
                           .sql_mysql = dup_or_null(rq->sql_mysql),
                           .otherwise = dup_or_null(rq->otherwise),
                           .rq = *rq,
                           .done = done,
                           .ctx = ctx};
    return q;
}

/* Tells how it ended and frees it. */
static void question_end(struct question *q, struct db_reply *r)
{
    q->done(q->ctx, r);
    db_rows_clear(&r->rows);
    free(q->sql);
    free(q->sql_mysql);
    free(q->otherwise);
    free(q);
}

static struct question *take(struct db *d)
{
    struct question *q = d->first;
    if (!q)
        return NULL;
    d->first = q->next;
    if (!d->first)
        d->tail = &d->first;
    d->n--;
    return q;
}

static void end_all(struct db *d, enum db_end end, unsigned errnum, const char *why)
{
    for (;;) {
        pthread_mutex_lock(&d->lock);
        struct question *q = take(d);
        pthread_mutex_unlock(&d->lock);
        if (!q)
            return;
        struct db_reply r = {.end = end, .errnum = errnum};
        str_copy(r.why, sizeof r.why, why);
        question_end(q, &r);
    }
}

/* ---- the connection ---- */

static void set_busy(struct db *d, bool busy)
{
    pthread_mutex_lock(&d->lock);
    d->busy = busy;
    d->since = mono_now();
    pthread_mutex_unlock(&d->lock);
}

static void set_down(struct db *d, const char *why, int64_t pause_ms)
{
    pthread_mutex_lock(&d->lock);
    d->down = true;
    d->next_try = (mono_t){mono_now().ms + pause_ms};
    str_copy(d->why, sizeof d->why, why);
    pthread_mutex_unlock(&d->lock);
}

static bool stopping(struct db *d)
{
    pthread_mutex_lock(&d->lock);
    bool stop = d->stop;
    pthread_mutex_unlock(&d->lock);
    return stop;
}

/* Connects with that limit when it has to. */
static bool have_link(struct db *d, int64_t timeout_ms, struct db_reply *r)
{
    if (d->link.h && d->link.timeout_ms == timeout_ms)
        return true;
    if (d->link.h)
        link_close(&d->link, &d->conf);
    if (stopping(d)) {
        r->end = DB_CANCELLED;
        return false;
    }
    if (link_connect(&d->link, &d->conf, timeout_ms, r) != DB_ANSWERED) {
        d->pause_ms = d->pause_ms ? d->pause_ms * 2 : PAUSE_MIN_MS;
        if (d->pause_ms > PAUSE_MAX_MS)
            d->pause_ms = PAUSE_MAX_MS;
        set_down(d, r->why, d->pause_ms);
        return false;
    }
    d->pause_ms = 0;
    pthread_mutex_lock(&d->lock);
    d->down = d->wanted = false;
    pthread_mutex_unlock(&d->lock);
    return true;
}

/* Once more on a new connection when the old one was dead and nothing can have been done. */
static void run_question(struct db *d, struct question *q, struct db_reply *r)
{
    int64_t timeout = q->rq.timeout_ms ? q->rq.timeout_ms : d->conf.timeout_ms;
    bool again = true;
    const char *sql = NULL;
    while (have_link(d, timeout, r)) {
        bool dead = false;
        if (!link_set_writes(&d->link, q->rq.write)) {
            link_close(&d->link, &d->conf);
            r->end = DB_REFUSED;
            str_copy(r->why, sizeof r->why, "the connection was lost before anything was sent");
            if (!again)
                return;
            again = false;
            continue;
        }
        if (!sql)
            sql = q->sql_mysql && !d->link.maria ? q->sql_mysql : q->sql;
        link_run(&d->link, &d->conf, sql, &q->rq, r, &dead);
        if (r->end == DB_ERROR && r->errnum == ER_SYNTAX && q->otherwise && sql != q->otherwise) {
            sql = q->otherwise;
            continue;
        }
        if (!dead || q->rq.write || !again)
            return;
        again = false;
    }
}

static void answer(struct db *d, struct question *q)
{
    struct db_reply r = {.end = DB_REFUSED};
    mono_t start = mono_now();
    set_busy(d, true);
    run_question(d, q, &r);
    set_busy(d, false);
    r.ms = mono_since(start);
    r.n_own = own_list(&d->conf, r.own, DB_OWN_MAX);
    bool refused = r.end == DB_REFUSED;
    unsigned errnum = r.errnum;
    char why[sizeof r.why];
    str_copy(why, sizeof why, r.why);
    if (!d->link.h && !refused)
        set_down(d, why, 0);
    pthread_mutex_lock(&d->lock);
    bool down = d->down;
    d->wanted |= down && !refused; /* a lost connection is made again at once */
    if (d->stop && r.end == DB_NO_ANSWER)
        r.end = DB_CANCELLED;
    pthread_mutex_unlock(&d->lock);
    if (down) /* before anybody knows, or it would end what is asked because of that answer */
        end_all(d, DB_REFUSED, errnum, why); /* they would fare no better */
    question_end(q, &r);
}

static void connect_behind(struct db *d)
{
    struct db_reply r = {.end = DB_REFUSED};
    pthread_mutex_lock(&d->lock);
    d->wanted = false;
    pthread_mutex_unlock(&d->lock);
    set_busy(d, true);
    have_link(d, d->conf.timeout_ms, &r);
    set_busy(d, false);
}

/* What is to be done next; NULL with *go false: stop, with *go true: connect. */
static struct question *next(struct db *d, bool *go)
{
    struct question *q = NULL;
    pthread_mutex_lock(&d->lock);
    for (;;) {
        *go = !d->stop;
        if (d->stop || (q = take(d)))
            break;
        int64_t left = d->down && d->wanted ? d->next_try.ms - mono_now().ms : -1;
        if (d->down && d->wanted && left <= 0)
            break;
        if (left > 0)
            cond_wait_ms(&d->cond, &d->lock, left);
        else
            pthread_cond_wait(&d->cond, &d->lock);
    }
    pthread_mutex_unlock(&d->lock);
    return q;
}

static void *run(void *arg)
{
    struct db *d = arg;
    bool go;
    link_thread_begin();
    for (;;) {
        struct question *q = next(d, &go);
        if (!go)
            break;
        if (q)
            answer(d, q);
        else
            connect_behind(d);
    }
    end_all(d, DB_CANCELLED, 0, "cancelled");
    if (d->link.h)
        link_close(&d->link, &d->conf);
    link_thread_end();
    pthread_mutex_lock(&d->lock);
    d->ended = true;
    pthread_cond_signal(&d->cond);
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

/* ---- what others call ---- */

static void db_free(struct db *d)
{
    const char *texts[] = {d->conf.name,     d->conf.host,     d->conf.user,
                           d->conf.password, d->conf.database, d->conf.ca_file};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free((char *)(uintptr_t)texts[i]);
    pthread_cond_destroy(&d->cond);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

struct db *db_open(const struct db_conf *c, struct err *e)
{
    if (fence_host(c->host ? c->host : "", e) < 0)
        return NULL;
    struct db *d = xzalloc(1, sizeof *d);
    d->conf = *c;
    d->conf.name = xstrdup(c->name ? c->name : "");
    d->conf.host = xstrdup(c->host ? c->host : "");
    d->conf.user = xstrdup(c->user ? c->user : "");
    d->conf.password = xstrdup(c->password ? c->password : "");
    d->conf.database = xstrdup(c->database ? c->database : "");
    d->conf.ca_file = xstrdup(c->ca_file ? c->ca_file : "");
    d->tail = &d->first;
    pthread_mutex_init(&d->lock, NULL);
    cond_init(&d->cond);
    if (thread_start(&d->thread, run, d, "a database", e) == 0)
        return d;
    db_free(d);
    return NULL;
}

void db_close(struct db *d)
{
    if (!d)
        return;
    pthread_mutex_lock(&d->lock);
    d->stop = true;
    pthread_cond_signal(&d->cond);
    while (!d->ended) { /* it may have been just about to wait for the server */
        pthread_mutex_unlock(&d->lock);
        link_interrupt(&d->link, &d->conf);
        pthread_mutex_lock(&d->lock);
        if (!d->ended)
            cond_wait_ms(&d->cond, &d->lock, 50);
    }
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
    db_free(d);
}

/* Under the lock: why an impatient question is refused now, or false. */
static bool refused_now(struct db *d, struct err *e)
{
    if (d->down) {
        d->wanted = true;
        pthread_cond_signal(&d->cond);
        err_set(e, EX_NOSERVICE, "%s", d->why);
        return true;
    }
    int64_t ms = d->busy ? mono_since(d->since) : 0;
    if (ms < HANGS_MS)
        return false;
    err_set(e, EX_NOSERVICE, "%s:%d: no answer for %lld s", d->conf.host, d->conf.port,
            (long long)(ms / 1000));
    return true;
}

int db_ask(struct db *d, const struct db_request *r, db_done done, void *ctx, struct err *e)
{
    int rc = 0;
    pthread_mutex_lock(&d->lock);
    if (!r->patient && refused_now(d, e)) {
        rc = -1;
    } else if (d->n >= WAITING_MAX) {
        rc = err_set(e, EX_NOSERVICE, "%s:%d: too many questions wait for an answer", d->conf.host,
                     d->conf.port);
    } else {
        struct question *q = question_new(r, done, ctx);
        *d->tail = q;
        d->tail = &q->next;
        d->n++;
        pthread_cond_signal(&d->cond);
    }
    pthread_mutex_unlock(&d->lock);
    return rc;
}
