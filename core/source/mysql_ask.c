/* Databases at each tick: every statement that some probe needs is asked once of its target, the
 * plan's own statements too; what has come when the tick ends is read. One thread and connection
 * per target: one that hangs marks its own metrics alone. */
#include "source/source_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "source/mysql_read.h"
#include "source/sql_conf.h"

#define OWN_ROWS_MAX  100 /* of a statement of the plan's own: one is wanted */
#define OWN_BYTES_MAX ((size_t)64 * 1024)

/* A question that has no answer yet is not asked again: a hanging server gets no queue. */
typedef _Atomic bool pending;

struct eye {
    struct db *db;  /* for the probes */
    struct db *own; /* for the plan's own statements, which may be slow; NULL: it has none */
    pending asked[STATEMENTS];
    struct sql_memory memory;
    bool told, blind; /* newest `source` event */
};

struct sql_eyes {
    struct eye eyes[MYSQL_TARGETS_MAX];
    pending *asked; /* the plan's own statements, by metric */
};

struct sql_job {
    unsigned needs[MYSQL_TARGETS_MAX];
    struct sql_facts facts[MYSQL_TARGETS_MAX];
    struct sql_answer *own; /* by metric */
};

struct sql_question {
    struct job *job;
    int target;
    struct sql_answer *answer;
    pending *asked;
};

static bool has_own(const struct plan *p, size_t target)
{
    for (size_t i = 0; i < p->n_metrics; i++)
        if (p->metrics[i].sql.set && !p->metrics[i].sql.probe &&
            p->metrics[i].sql.target.at == (int)target)
            return true;
    return false;
}

int eyes_open(struct source *s, struct err *e)
{
    if (!s->plan->n_mysql)
        return 0;
    s->sql = xzalloc(1, sizeof *s->sql);
    s->sql->asked = xzalloc(s->plan->n_metrics, sizeof *s->sql->asked);
    for (size_t i = 0; i < s->plan->n_mysql; i++) {
        struct db_conf conf = sql_conf(s->plan, (int)i);
        struct eye *eye = &s->sql->eyes[i];
        if (!(eye->db = db_open(&conf, e)) ||
            (has_own(s->plan, i) && !(eye->own = db_open(&conf, e))))
            return -1;
    }
    return 0;
}

void eyes_stop(struct source *s)
{
    for (size_t i = 0; s->sql && i < MYSQL_TARGETS_MAX; i++) {
        struct eye *eye = &s->sql->eyes[i];
        db_close(eye->db);
        db_close(eye->own);
        eye->db = eye->own = NULL;
    }
}

void eyes_free(struct source *s)
{
    eyes_stop(s);
    if (s->sql)
        free(s->sql->asked);
    free(s->sql);
    s->sql = NULL;
}

void eyes_job_free(struct job *job)
{
    struct sql_job *q = job->sql;
    if (!q)
        return;
    for (size_t t = 0; t < MYSQL_TARGETS_MAX; t++)
        for (size_t i = 0; i < STATEMENTS; i++)
            db_rows_clear(&q->facts[t].a[i].rows);
    for (size_t i = 0; i < job->source->plan->n_metrics; i++)
        db_rows_clear(&q->own[i].rows);
    free(q->own);
    free(q);
}

/* ---- asking ---- */

static void take(struct job *job, int target, struct sql_answer *a, const struct db_reply *r)
{
    struct sql_facts *f = &job->sql->facts[target];
    a->came = true;
    a->end = r->end;
    a->errnum = r->errnum;
    str_copy(a->why, sizeof a->why, r->why);
    db_rows_copy(&a->rows, &r->rows);
    if (r->end != DB_ANSWERED && r->end != DB_ERROR)
        return;
    f->known = true;
    f->maria = r->maria;
    f->n_own = r->n_own;
    memcpy(f->own, r->own, sizeof f->own);
}

/* On the target's thread. */
static void on_rows(void *ctx, const struct db_reply *r)
{
    struct sql_question *q = ctx;
    struct job *job = q->job;
    if (q->asked)
        *q->asked = false;
    pthread_mutex_lock(&job->lock);
    if (!job->closed) {
        take(job, q->target, q->answer, r);
        job->waiting_sql--;
    }
    bool over = !job->closed && job->waiting == 0 && job->waiting_sql == 0;
    pthread_mutex_unlock(&job->lock);
    if (over)
        source_wake(job->source);
    job_put(job);
    free(q);
}

static void ask(struct job *job, struct db *db, int target, pending *asked, struct sql_answer *a,
                const struct db_request *rq)
{
    struct sql_question *q = xzalloc(1, sizeof *q);
    struct err e = ERR_INIT;
    bool hangs = *asked;
    *q = (struct sql_question){job, target, a, hangs ? NULL : asked};
    pthread_mutex_lock(&job->lock);
    job->refs++;
    job->waiting_sql++;
    a->asked = true;
    str_copy(a->why, sizeof a->why, "no answer in time");
    pthread_mutex_unlock(&job->lock);
    if (!hangs) {
        *asked = true;
        if (db_ask(db, rq, on_rows, q, &e) == 0)
            return;
    }
    struct db_reply r = {.end = DB_REFUSED};
    str_copy(r.why, sizeof r.why, hangs ? "no answer yet to the question before" : e.text);
    on_rows(q, &r);
}

/* The replicas of a target; the target itself when the plan names none. */
static size_t replicas(const struct plan *p, int target, int *out)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_mysql; i++)
        if (*p->mysql[i].replica_of.name && p->mysql[i].replica_of.at == target)
            out[n++] = (int)i;
    if (!n)
        out[n++] = target;
    return n;
}

static void need(struct job *job, const struct sql_metric *m)
{
    const struct plan *p = job->source->plan;
    unsigned *needs = job->sql->needs;
    if (m->probe != PROBE_REPLICATION_LAG_SECONDS) {
        needs[m->target.at] |= probe_needs(m->probe);
        return;
    }
    int list[MYSQL_TARGETS_MAX];
    size_t n = replicas(p, m->target.at, list);
    for (size_t i = 0; i < n; i++)
        needs[list[i]] |= probe_needs(m->probe);
    needs[m->target.at] |= 1u << STMT_LIMITS; /* does the primary live? */
}

void eyes_ask(struct job *job)
{
    const struct plan *p = job->source->plan;
    if (!job->source->sql)
        return;
    job->sql = xzalloc(1, sizeof *job->sql);
    job->sql->own = xzalloc(p->n_metrics, sizeof *job->sql->own);
    for (size_t i = 0; i < p->n_metrics; i++)
        if (job->asked[i] && p->metrics[i].sql.set)
            need(job, &p->metrics[i].sql);
    for (size_t t = 0; t < p->n_mysql; t++) {
        job->sql->facts[t].name = p->mysql[t].name;
        job->sql->facts[t].t_ms = job->t_ms;
        for (size_t i = 0; i < STATEMENTS; i++) {
            const struct statement *s = &sql_statements[i];
            struct db_request rq = {
                .sql = s->maria, .sql_mysql = s->mysql, .otherwise = s->otherwise};
            struct eye *eye = &job->source->sql->eyes[t];
            if (job->sql->needs[t] & 1u << i)
                ask(job, eye->db, (int)t, &eye->asked[i], &job->sql->facts[t].a[i], &rq);
        }
    }
    for (size_t i = 0; i < p->n_metrics; i++) {
        const struct sql_metric *m = &p->metrics[i].sql;
        struct db_request rq = {
            .sql = m->sql, .max_rows = OWN_ROWS_MAX, .max_bytes = OWN_BYTES_MAX};
        if (job->asked[i] && m->set && m->probe == PROBE_NONE)
            ask(job, job->source->sql->eyes[m->target.at].own, m->target.at,
                &job->source->sql->asked[i], &job->sql->own[i], &rq);
    }
}

/* ---- reading: the job is closed ---- */

static void read_metric(struct job *job, const struct metric *m, size_t i)
{
    const struct sql_job *q = job->sql;
    const struct sql_facts *others[MYSQL_TARGETS_MAX];
    struct sample *out = &job->samples[i];
    int at = m->sql.target.at, list[MYSQL_TARGETS_MAX];
    if (m->sql.probe == PROBE_NONE) {
        sql_value_read(&q->own[i], out);
    } else {
        size_t n = replicas(job->source->plan, at, list);
        for (size_t k = 0; k < n; k++)
            others[k] = &q->facts[list[k]];
        probe_read(m->sql.probe, &q->facts[at], others, n, &job->source->sql->eyes[at].memory, out);
    }
    out->value *= m->scale;
    if (out->good && !isfinite(out->value)) {
        out->good = false;
        str_copy(out->why, sizeof out->why, "out of range");
    }
}

static const struct sql_answer *first_silent(const struct sql_job *q, size_t target,
                                             bool *any_answered)
{
    const struct sql_answer *silent = NULL;
    for (size_t i = 0; i < STATEMENTS; i++) {
        const struct sql_answer *a = &q->facts[target].a[i];
        if (a->asked && a->came && (a->end == DB_ANSWERED || a->end == DB_ERROR))
            *any_answered = true;
        else if (a->asked && !silent)
            silent = a;
    }
    return silent;
}

/* Blind: asked, and nothing came. */
static void tell_target(struct source *s, const struct job *job, size_t t)
{
    struct eye *eye = &s->sql->eyes[t];
    const struct sql_job *q = job->sql;
    bool answered = false;
    const struct sql_answer *silent = first_silent(q, t, &answered);
    for (size_t i = 0; i < s->plan->n_metrics; i++) {
        const struct sql_answer *a = &q->own[i];
        if (!a->asked || s->plan->metrics[i].sql.target.at != (int)t)
            continue;
        if (a->came && (a->end == DB_ANSWERED || a->end == DB_ERROR))
            answered = true;
        else if (!silent)
            silent = a;
    }
    bool blind = !answered;
    if ((!answered && !silent) || (eye->told && eye->blind == blind))
        return;
    struct event *ev = event_new(EV_SOURCE, job->t_ms, "warroom");
    char name[48];
    str_fmt(name, sizeof name, "mysql:%s", s->plan->mysql[t].name);
    json_add_str(ev->body, "name", name);
    json_add_str(ev->body, "state", blind ? "blind" : "ok");
    json_add_str(ev->body, "why", blind ? silent->why : "");
    json_add_int(ev->body, "ms", job->ms);
    eye->told = true;
    eye->blind = blind;
    source_emit(s, ev);
}

void eyes_take(struct job *job)
{
    struct source *s = job->source;
    if (!job->sql)
        return;
    for (size_t i = 0; i < s->plan->n_metrics; i++)
        if (job->asked[i] && s->plan->metrics[i].sql.set)
            read_metric(job, &s->plan->metrics[i], i);
    for (size_t t = 0; t < s->plan->n_mysql; t++) {
        sql_remember(&s->sql->eyes[t].memory, &job->sql->facts[t]);
        tell_target(s, job, t);
    }
}
