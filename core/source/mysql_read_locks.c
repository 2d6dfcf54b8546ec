/* Probes of locks, transactions, schema changes and replicas. Our own connections wait for nothing
 * that counts. */
#include "source/mysql_read_int.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* "Waiting for table metadata lock", "… table level lock", "… global read lock", "… table flush";
 * not a replica's "Waiting for prior transaction to commit". */
bool waits_for_lock(const char *state)
{
    static const char head[] = "Waiting for ";
    size_t n = state ? strlen(state) : 0;
    if (n < sizeof head || strncasecmp(state, head, sizeof head - 1) != 0)
        return false;
    return (n > 5 && !strcasecmp(state + n - 5, " lock")) ||
           !strcasecmp(state, "Waiting for table flush");
}

/* ---- row locks: InnoDB's transactions ---- */

struct trx {
    size_t waiters;
    double wait_s, age_s; /* longest */
};

static struct trx look_at_trx(const struct sql_facts *f)
{
    const struct db_rows *r = &f->a[STMT_TRX].rows;
    struct trx t = {0};
    int state = db_column(r, "state");
    for (size_t i = 0; i < r->n_rows; i++) {
        double id, wait, age;
        const char *is = db_cell(r, i, state);
        if (!row_number(r, i, "id", &id) || is_own(f, id))
            continue;
        if (row_number(r, i, "age_s", &age))
            t.age_s = fmax(t.age_s, age);
        if (!is || strcasecmp(is, "LOCK WAIT") != 0)
            continue;
        t.waiters++;
        if (row_number(r, i, "wait_s", &wait))
            t.wait_s = fmax(t.wait_s, wait);
    }
    return t;
}

void read_lock_waiters(const struct reading *r, struct sample *out)
{
    good(out, (double)look_at_trx(r->f).waiters);
}

void read_longest_trx_seconds(const struct reading *r, struct sample *out)
{
    good(out, look_at_trx(r->f).age_s);
}

/* ---- metadata locks: the list of threads ---- */

/* Time is that of the statement, not of its wait: an ALTER that waits only at its end has worked
 * for long. A poll that did not see it wait bounds it. */
static double bounded(const struct reading *r, double id, double time_s)
{
    const struct sql_memory *m = r->before;
    int64_t from_ms = m->threads_ms;
    for (size_t i = 0; i < m->n_waiters; i++)
        if (m->waiters[i].id == (uint64_t)id)
            from_ms = m->waiters[i].not_before_ms;
    if (!from_ms)
        return time_s;
    return fmin(time_s, (double)(r->f->t_ms - from_ms) / 1000);
}

static size_t look_at_threads(const struct reading *r, double *longest_s)
{
    const struct db_rows *rows = &r->f->a[STMT_THREADS].rows;
    int state = db_column(rows, "State");
    size_t n = 0;
    *longest_s = 0;
    for (size_t i = 0; i < rows->n_rows; i++) {
        double id, time_s;
        if (!waits_for_lock(db_cell(rows, i, state)) || !row_number(rows, i, "Id", &id) ||
            is_own(r->f, id))
            continue;
        n++;
        if (row_number(rows, i, "Time", &time_s))
            *longest_s = fmax(*longest_s, bounded(r, id, time_s));
    }
    return n;
}

void read_metadata_lock_waiters(const struct reading *r, struct sample *out)
{
    double longest;
    good(out, (double)look_at_threads(r, &longest));
}

void read_lock_wait_seconds(const struct reading *r, struct sample *out)
{
    double longest;
    look_at_threads(r, &longest);
    good(out, fmax(longest, look_at_trx(r->f).wait_s));
}

/* ---- schema changes ---- */

static bool is_schema_change(const char *info)
{
    static const char *const heads[] = {
        "ALTER ",     "CREATE INDEX", "CREATE UNIQUE INDEX", "CREATE FULLTEXT INDEX",
        "DROP INDEX", "OPTIMIZE "};
    for (size_t i = 0; info && i < sizeof heads / sizeof *heads; i++)
        if (!strncasecmp(info + strspn(info, " \t\r\n"), heads[i], strlen(heads[i])))
            return true;
    return false;
}

/* A copying ALTER shows its progress in the list of threads, an in-place one in a status variable,
 * which keeps its last value when nothing runs. */
static void maria_progress(const struct reading *r, struct sample *out)
{
    const struct db_rows *rows = &r->f->a[STMT_THREADS].rows;
    int info = db_column(rows, "Info"), state = db_column(rows, "State");
    bad(out, "%s: no ALTER is under way", r->f->name);
    for (size_t i = 0; i < rows->n_rows; i++) {
        double v;
        if (!is_schema_change(db_cell(rows, i, info)))
            continue;
        if (waits_for_lock(db_cell(rows, i, state))) {
            bad(out, "%s: the ALTER waits for a lock", r->f->name);
            return;
        }
        if (row_number(rows, i, "Progress", &v) && v > 0)
            good(out, v);
        else if (named_number(&r->f->a[STMT_STATUS].rows, "Innodb_onlineddl_pct_progress", &v))
            good(out, v / 100);
        return;
    }
}

/* Rows of worker threads have no id; of several changes the one that is least far counts. */
static void mysql_progress(const struct reading *r, struct sample *out)
{
    const struct db_rows *rows = &r->f->a[STMT_STAGES].rows;
    const char *on = db_cell(rows, 0, db_column(rows, "consumer"));
    bad(out, "%s: no ALTER is under way", r->f->name);
    if (!on || strcasecmp(on, "YES") != 0) {
        bad(out, "%s: performance_schema.setup_consumers events_stages_current is off", r->f->name);
        return;
    }
    for (size_t i = 0; i < rows->n_rows; i++) {
        double id, done, total;
        if (!row_number(rows, i, "id", &id) || !row_number(rows, i, "done", &done) ||
            !row_number(rows, i, "total", &total))
            continue;
        double pct = total > 0 ? fmin(100 * done / total, 100) : 0;
        if (!out->good || pct < out->value)
            good(out, pct);
    }
}

void read_ddl_progress_pct(const struct reading *r, struct sample *out)
{
    if (r->f->maria)
        maria_progress(r, out);
    else
        mysql_progress(r, out);
}

/* ---- replicas ---- */

/* The names of columns changed with the years. */
static const char *either(const struct db_rows *r, size_t row, const char *a, const char *b)
{
    const char *text = db_cell(r, row, db_column(r, a));
    return text ? text : db_cell(r, row, db_column(r, b));
}

static bool stopped(const struct sql_facts *f, size_t row, bool receiver, struct sample *out)
{
    const struct db_rows *r = &f->a[STMT_REPLICA].rows;
    const char *is = receiver ? either(r, row, "Replica_IO_Running", "Slave_IO_Running")
                              : either(r, row, "Replica_SQL_Running", "Slave_SQL_Running");
    const char *why = db_cell(r, row, db_column(r, receiver ? "Last_IO_Error" : "Last_SQL_Error"));
    if (is && !strcasecmp(is, "Yes"))
        return false;
    bad(out, "%s: %s is %s%s%.60s", f->name, receiver ? "its receiver" : "its applier",
        !is                     ? "not known"
        : !strcasecmp(is, "No") ? "stopped"
                                : is,
        why && *why ? ": " : "", why && *why ? why : "");
    return true;
}

/* The worst channel of one replica. */
static bool lag_of(const struct sql_facts *f, double *lag, struct sample *out)
{
    const struct db_rows *r = &f->a[STMT_REPLICA].rows;
    if (!answered(f, STMT_REPLICA, out))
        return false;
    if (!r->n_rows) {
        bad(out, "%s: no replica", f->name);
        return false;
    }
    for (size_t i = 0; i < r->n_rows; i++) {
        double v;
        if (stopped(f, i, true, out) || stopped(f, i, false, out))
            return false;
        if (!row_number(r, i, "Seconds_Behind_Source", &v) &&
            !row_number(r, i, "Seconds_Behind_Master", &v)) {
            bad(out, "%s: its lag is NULL", f->name);
            return false;
        }
        *lag = fmax(*lag, v);
    }
    return true;
}

/* A replica shows lag 0 until it notices that its primary hangs: then its word is worth nothing. */
void read_replication_lag(const struct reading *r, struct sample *out)
{
    double worst = 0;
    const struct sql_answer *ping = &r->f->a[STMT_LIMITS];
    for (size_t i = 0; i < r->n_others; i++)
        if (!lag_of(r->others[i], &worst, out))
            return;
    if (ping->asked && (!ping->came || ping->end == DB_REFUSED || ping->end == DB_NO_ANSWER))
        bad(out, "%s does not answer: the lag of its replicas is not known", r->f->name);
    else if (!r->n_others)
        bad(out, "%s: no replica", r->f->name);
    else
        good(out, worst);
}
