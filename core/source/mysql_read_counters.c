/* Probes of status variables, and of what grew between two polls. A counter that fell, or a server
 * that was restarted, is no data for that poll. */
#include "source/mysql_read_int.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"

#define NOT_YET "%s: needs two polls"

static const struct db_rows *status(const struct reading *r)
{
    return &r->f->a[STMT_STATUS].rows;
}

/* A number of the status; says so when the server has none. */
static bool get(const struct reading *r, const char *name, double *v, struct sample *out)
{
    if (named_number(status(r), name, v))
        return true;
    bad(out, "%s: the server has no %s", r->f->name, name);
    return false;
}

void read_status_value(const struct reading *r, struct sample *out)
{
    static const char *const names[PROBES] = {[PROBE_THREADS_RUNNING] = "Threads_running",
                                              [PROBE_THREADS_CONNECTED] = "Threads_connected",
                                              [PROBE_TABLE_LOCKS_WAITED] = "Table_locks_waited"};
    double v;
    if (get(r, names[r->probe], &v, out))
        good(out, v);
}

void read_connections_pct(const struct reading *r, struct sample *out)
{
    double now, most;
    const char *name =
        r->probe == PROBE_MAX_USED_PCT ? "Max_used_connections" : "Threads_connected";
    if (!get(r, name, &now, out))
        return;
    if (!row_number(&r->f->a[STMT_LIMITS].rows, 0, "max_connections", &most) || most <= 0)
        bad(out, "%s: max_connections is not known", r->f->name);
    else
        good(out, 100 * now / most);
}

/* MariaDB has them among the status variables, MySQL in a table of their own. */
void read_innodb_counter(const struct reading *r, struct sample *out)
{
    bool deadlocks = r->probe == PROBE_DEADLOCKS;
    const char *maria = deadlocks ? "Innodb_deadlocks" : "Innodb_history_list_length";
    const char *mysql = deadlocks ? "lock_deadlocks" : "trx_rseg_history_len";
    double v;
    if (r->f->maria ? named_number(status(r), maria, &v)
                    : named_number(&r->f->a[STMT_INNODB].rows, mysql, &v))
        good(out, v);
    else
        bad(out, "%s: the server does not count %s (innodb_monitor_enable)", r->f->name,
            r->f->maria ? maria : mysql);
}

/* Seconds since the poll before; 0 with the reason when nothing can be compared with it. */
static double since(const struct reading *r, struct sample *out)
{
    const struct sql_memory *m = r->before;
    double uptime, s = (double)(r->f->t_ms - m->status_ms) / 1000;
    if (!m->status_ms || s <= 0) {
        bad(out, NOT_YET, r->f->name);
        return 0;
    }
    if (named_number(status(r), "Uptime", &uptime) && uptime < m->uptime) {
        bad(out, "%s: the server was restarted between two polls", r->f->name);
        return 0;
    }
    return s;
}

void read_qps(const struct reading *r, struct sample *out)
{
    double v, s = since(r, out);
    if (s <= 0 || !get(r, "Queries", &v, out))
        return;
    if (v < r->before->queries)
        bad(out, "%s: Queries fell between two polls", r->f->name);
    else
        good(out, (v - r->before->queries) / s);
}

void read_buffer_pool_hit_pct(const struct reading *r, struct sample *out)
{
    double reads, requests, s = since(r, out);
    if (s <= 0 || !get(r, "Innodb_buffer_pool_reads", &reads, out) ||
        !get(r, "Innodb_buffer_pool_read_requests", &requests, out))
        return;
    reads -= r->before->pool_reads;
    requests -= r->before->pool_requests;
    if (reads < 0 || requests < 0)
        bad(out, "%s: the counters fell between two polls", r->f->name);
    else if (requests == 0)
        bad(out, "%s: no page was read between two polls", r->f->name);
    else
        good(out, 100 * (1 - fmin(reads / requests, 1)));
}

/* ---- statement times: a histogram that only grows ---- */

/* Upper end of a bucket in seconds; INFINITY for the last one ("TOO LONG"). */
static double bucket_end(const struct db_rows *rows, size_t i)
{
    const char *text = db_cell(rows, i, db_column(rows, "upto_s"));
    double v;
    text += text ? strspn(text, " ") : 0;
    return text && num_parse(text, &v) == 0 ? v : INFINITY;
}

static size_t grown(const struct reading *r, double *by, struct sample *out)
{
    const struct db_rows *rows = &r->f->a[STMT_TIMES].rows;
    if (!r->before->times_ms || r->before->n_buckets != rows->n_rows) {
        bad(out, NOT_YET, r->f->name);
        return 0;
    }
    for (size_t i = 0; i < rows->n_rows; i++) {
        double n;
        if (!row_number(rows, i, "n", &n) || n < r->before->buckets[i]) {
            bad(out, "%s: the times were reset between two polls", r->f->name);
            return 0;
        }
        by[i] = n - r->before->buckets[i];
    }
    return rows->n_rows;
}

void read_query_ms(const struct reading *r, struct sample *out)
{
    const struct db_rows *rows = &r->f->a[STMT_TIMES].rows;
    double by[SQL_BUCKETS_MAX], total = 0, seen = 0, from = 0;
    double want = r->probe == PROBE_QUERY_P50_MS ? 0.5 : 0.99;
    if (!rows->n_rows || rows->n_rows > SQL_BUCKETS_MAX) {
        bad(out, "%s: the server offers no statement times", r->f->name);
        return;
    }
    size_t n = grown(r, by, out);
    for (size_t i = 0; i < n; i++)
        total += by[i];
    if (n && total <= 0)
        bad(out, "%s: no statement ended between two polls", r->f->name);
    for (size_t i = 0; i < n && total > 0; i++) {
        double end = bucket_end(rows, i);
        if (by[i] > 0 && seen + by[i] >= want * total) {
            if (isfinite(end))
                good(out, 1000 * (from + (end - from) * (want * total - seen) / by[i]));
            else
                bad(out, "%s: longer than the %g s that the server tells apart", r->f->name, from);
            return;
        }
        seen += by[i];
        from = end;
    }
}

/* ---- memory ---- */

static void remember_status(struct sql_memory *m, const struct sql_facts *f)
{
    const struct db_rows *r = &f->a[STMT_STATUS].rows;
    double *const fields[] = {&m->uptime, &m->queries, &m->pool_reads, &m->pool_requests};
    static const char *const names[] = {"Uptime", "Queries", "Innodb_buffer_pool_reads",
                                        "Innodb_buffer_pool_read_requests"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!named_number(r, names[i], fields[i]))
            *fields[i] = 0;
    m->status_ms = f->t_ms;
}

static void remember_times(struct sql_memory *m, const struct sql_facts *f)
{
    const struct db_rows *r = &f->a[STMT_TIMES].rows;
    m->n_buckets = r->n_rows <= SQL_BUCKETS_MAX ? r->n_rows : 0;
    for (size_t i = 0; i < m->n_buckets; i++)
        if (!row_number(r, i, "n", &m->buckets[i]))
            m->buckets[i] = 0;
    m->times_ms = f->t_ms;
}

/* Since when each waiting thread can have waited at most: since the poll that did not see it. */
static void remember_waiters(struct sql_memory *m, const struct sql_facts *f)
{
    const struct db_rows *r = &f->a[STMT_THREADS].rows;
    struct sql_memory old = *m;
    int state = db_column(r, "State");
    m->n_waiters = 0;
    for (size_t i = 0; i < r->n_rows && m->n_waiters < SQL_WAITERS_MAX; i++) {
        double id;
        if (!waits_for_lock(db_cell(r, i, state)) || !row_number(r, i, "Id", &id))
            continue;
        size_t k = m->n_waiters++;
        m->waiters[k].id = (uint64_t)id;
        m->waiters[k].not_before_ms = old.threads_ms;
        for (size_t o = 0; o < old.n_waiters; o++)
            if (old.waiters[o].id == (uint64_t)id)
                m->waiters[k].not_before_ms = old.waiters[o].not_before_ms;
    }
    m->threads_ms = f->t_ms;
}

static bool came(const struct sql_facts *f, enum sql_statement s)
{
    return f->a[s].came && f->a[s].end == DB_ANSWERED;
}

void sql_remember(struct sql_memory *m, const struct sql_facts *f)
{
    if (came(f, STMT_STATUS))
        remember_status(m, f);
    if (came(f, STMT_TIMES))
        remember_times(m, f);
    if (came(f, STMT_THREADS))
        remember_waiters(m, f);
}
