/* What the simulated database holds: tables, indexes, threads, transactions. All of it follows from
 * the signals rows, lock_wait, lock_waiters, mdl_wait and from what was done. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "sim/sql_int.h"

#define ROW_BYTES   172
#define INDEX_BYTES 18

/* Threads of the application, beside ours: the first sleeps in a transaction and blocks the others
 * when there are lock waits. */
#define BLOCKER     30
#define FIRST_WAIT  31
#define MDL_ALTER   29
#define WAITERS_MAX 40

double db_signal(const struct sql *q, const char *name, double otherwise)
{
    int i = scenario_signal(q->s->sc, name);
    return i < 0 ? otherwise : model_signal(q->s->m, i, q->now_ms);
}

static const char *const tables[] = {"orders", "jobs", "test_table"};
#define N_TABLES (sizeof tables / sizeof *tables)

double db_table_rows(struct sql *q, const char *name)
{
    if (!strcasecmp(name, "orders"))
        return floor(db_signal(q, "rows", 4200000));
    return !strcasecmp(name, "jobs")         ? floor(db_signal(q, "jobs", 50))
           : !strcasecmp(name, "test_table") ? 1000
                                             : -1;
}

static double indexes_of(struct sql *q, const char *table)
{
    double n = 0;
    for (size_t i = 0; i < q->s->db.n; i++)
        n += !strcasecmp(q->s->db.index[i].table, table);
    return n;
}

void table_tables(struct sql *q, struct sql_rows *r)
{
    char when[32];
    sql_time_text(model_start(q->s->m), when, sizeof when);
    rows_columns(r, "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_TYPE ENGINE VERSION ROW_FORMAT "
                    "TABLE_ROWS AVG_ROW_LENGTH DATA_LENGTH INDEX_LENGTH CREATE_TIME TABLE_COMMENT");
    for (size_t i = 0; i < N_TABLES; i++) {
        double n = db_table_rows(q, tables[i]);
        rows_add(r);
        rows_set(r, 0, "def");
        rows_set(r, 1, "%s", SQL_SCHEMA);
        rows_set(r, 2, "%s", tables[i]);
        rows_set(r, 3, "BASE TABLE");
        rows_set(r, 4, "InnoDB");
        rows_set(r, 5, "10");
        rows_set(r, 6, "Dynamic");
        rows_set(r, 7, "%.0f", n);
        rows_set(r, 8, "%d", ROW_BYTES);
        rows_set(r, 9, "%.0f", n * ROW_BYTES);
        rows_set(r, 10, "%.0f", n * INDEX_BYTES * indexes_of(q, tables[i]));
        rows_set(r, 11, "%s", when);
        rows_set(r, 12, "simulated");
    }
}

/* SHOW TABLE STATUS */
void table_status(struct sql *q, const char *schema, struct sql_rows *r)
{
    rows_columns(r, "Name Engine Version Row_format Rows Avg_row_length Data_length "
                    "Max_data_length Index_length Data_free Collation Comment");
    for (size_t i = 0; i < N_TABLES && !strcasecmp(schema, SQL_SCHEMA); i++) {
        double n = db_table_rows(q, tables[i]);
        rows_add(r);
        rows_set(r, 0, "%s", tables[i]);
        rows_set(r, 1, "InnoDB");
        rows_set(r, 2, "10");
        rows_set(r, 3, "Dynamic");
        rows_set(r, 4, "%.0f", n);
        rows_set(r, 5, "%d", ROW_BYTES);
        rows_set(r, 6, "%.0f", n * ROW_BYTES);
        rows_set(r, 7, "0");
        rows_set(r, 8, "%.0f", n * INDEX_BYTES * indexes_of(q, tables[i]));
        rows_set(r, 9, "0");
        rows_set(r, 10, "utf8mb4_general_ci");
        rows_set(r, 11, "simulated");
    }
}

/* One row for each column of an index; at: where the six facts stand. */
static void add_index(const struct db_index *x, struct sql_rows *r, const size_t at[6])
{
    size_t seq = 1;
    for (const char *p = x->columns; *p; seq++) {
        size_t n = strcspn(p, ",");
        rows_add(r);
        rows_set(r, at[0], "%s", x->table);
        rows_set(r, at[1], "%d", !x->unique);
        rows_set(r, at[2], "%s", x->name);
        rows_set(r, at[3], "%zu", seq);
        rows_set(r, at[4], "%.*s", (int)n, p);
        rows_set(r, at[5], "BTREE");
        p += n + (p[n] == ',');
    }
}

/* SHOW INDEX FROM a table */
void table_index(struct sql *q, const char *table, struct sql_rows *r)
{
    static const size_t at[6] = {0, 1, 2, 3, 4, 10};
    rows_columns(r, "Table Non_unique Key_name Seq_in_index Column_name Collation Cardinality "
                    "Sub_part Packed Null Index_type Comment Index_comment Ignored");
    for (size_t i = 0; i < q->s->db.n; i++) {
        const struct db_index *x = &q->s->db.index[i];
        size_t before = r->n;
        if (strcasecmp(x->table, table) != 0)
            continue;
        add_index(x, r, at);
        for (size_t k = before; k < r->n; k++) {
            char **row = &r->cell[k * r->n_cols];
            row[5] = xstrdup("A");
            row[9] = xstrdup("");
            row[11] = xstrdup("");
            row[12] = xstrdup("");
            row[13] = xstrdup("NO");
        }
    }
}

void table_statistics(struct sql *q, struct sql_rows *r)
{
    static const size_t at[6] = {1, 2, 3, 4, 5, 6};
    rows_columns(r, "TABLE_SCHEMA TABLE_NAME NON_UNIQUE INDEX_NAME SEQ_IN_INDEX COLUMN_NAME "
                    "INDEX_TYPE");
    for (size_t i = 0; i < q->s->db.n; i++)
        add_index(&q->s->db.index[i], r, at);
    for (size_t k = 0; k < r->n; k++)
        r->cell[k * r->n_cols] = xstrdup(SQL_SCHEMA);
}

/* ---- who waits ---- */

static int waiters(const struct sql *q, double *longest_s)
{
    *longest_s = floor(db_signal(q, "lock_wait", 0) + 1e-6);
    int n = (int)lround(db_signal(q, "lock_waiters", 0));
    if (db_signal(q, "lock_wait", 0) >= 0.5 && n < 1)
        n = 1;
    return n > WAITERS_MAX ? WAITERS_MAX : n;
}

/* Whole seconds, as the server keeps them: a wait of exactly five is five. */
static void since(const struct sql *q, double seconds, char *out, size_t size)
{
    int64_t now_s = q->now_ms / 1000 * 1000;
    sql_time_text(now_s - (int64_t)(seconds * 1000), out, size);
}

static void thread(struct sql_rows *r, uint64_t id, const char *user, const char *command,
                   double seconds, const char *state, const char *info, double progress)
{
    rows_add(r);
    rows_set(r, 0, "%llu", (unsigned long long)id);
    rows_set(r, 1, "%s", user);
    rows_set(r, 2, "127.0.0.1:%llu", (unsigned long long)(40000 + id));
    rows_set(r, 3, "%s", SQL_SCHEMA);
    rows_set(r, 4, "%s", command);
    rows_set(r, 5, "%.0f", seconds);
    rows_set(r, 6, "%s", state);
    if (info)
        rows_set(r, 7, "%s", info);
    rows_set(r, 8, "%.3f", progress);
}

static void changes(struct sql *q, struct sql_rows *r)
{
    char info[400];
    for (size_t i = 0; i < q->s->n_exec; i++) {
        const struct execution *x = &q->s->exec[i];
        if (strcmp(execution_status(x, q->now_ms), "running") != 0)
            continue;
        str_fmt(info, sizeof info, "ALTER TABLE %s ADD INDEX %s (%s), ALGORITHM=INPLACE, LOCK=NONE",
                x->table, x->index, x->columns);
        thread(r, (uint64_t)(20 + i % 8), "executor", "Query",
               (double)(q->now_ms - x->started_ms) / 1000, "altering table", info, 0);
    }
    for (size_t i = 0; i < DB_DDL_MAX; i++) {
        const struct db_ddl *d = &q->s->db.ddl[i];
        if (!d->on)
            continue;
        str_fmt(info, sizeof info, "ALTER TABLE %s ADD INDEX %s (%s)", d->index.table,
                d->index.name, d->index.columns);
        thread(r, d->connection, "dba", "Query", (double)(q->now_ms - d->start_ms) / 1000,
               "altering table", info, 0);
    }
    double mdl = db_signal(q, "mdl_wait", 0);
    if (mdl >= 0.5 && !q->ses->replica)
        thread(r, MDL_ALTER, "app", "Query", floor(mdl + 1e-6), "Waiting for table metadata lock",
               "ALTER TABLE orders ADD INDEX idx_other (status)", 0);
}

void table_threads(struct sql *q, struct sql_rows *r)
{
    double longest;
    int n = q->ses->replica ? 0 : waiters(q, &longest);
    rows_columns(r, "Id User Host db Command Time State Info Progress");
    thread(r, 10, "repl", "Binlog Dump", 86400,
           "Master has sent all binlog to slave; waiting for more updates", NULL, 0);
    thread(r, 11, "app", "Sleep", 3, "", NULL, 0);
    thread(r, BLOCKER, "app", "Sleep", n ? longest + 1 : 2, "", NULL, 0);
    for (int i = 0; i < n; i++)
        thread(r, (uint64_t)(FIRST_WAIT + i), "app", "Query", fmax(longest - i, 0), "Updating",
               "UPDATE orders SET status='paid' WHERE id=42", 0);
    if (!q->ses->replica)
        changes(q, r);
    thread(r, q->ses->id, q->ses->user, "Query", 0, "starting", q->text, 0);
}

void table_processlist(struct sql *q, struct sql_rows *r)
{
    static const char *const names[] = {"ID",   "USER",  "HOST", "DB",      "COMMAND",
                                        "TIME", "STATE", "INFO", "PROGRESS"};
    table_threads(q, r);
    for (size_t i = 0; i < r->n_cols; i++)
        str_copy(r->name[i], strlen(r->name[i]) + 1, names[i]); /* only the case differs */
}

void table_trx(struct sql *q, struct sql_rows *r)
{
    double longest;
    char when[32];
    int n = q->ses->replica ? 0 : waiters(q, &longest);
    rows_columns(r, "trx_id trx_state trx_started trx_wait_started trx_mysql_thread_id trx_query "
                    "trx_rows_locked");
    for (int i = 0; i < n; i++) {
        double wait = fmax(longest - i, 0);
        since(q, wait, when, sizeof when);
        rows_add(r);
        rows_set(r, 0, "%d", 4030 + i);
        rows_set(r, 1, "LOCK WAIT");
        rows_set(r, 2, "%s", when);
        rows_set(r, 3, "%s", when);
        rows_set(r, 4, "%d", FIRST_WAIT + i);
        rows_set(r, 5, "UPDATE orders SET status='paid' WHERE id=42");
        rows_set(r, 6, "1");
    }
    if (!n)
        return;
    since(q, longest + 1, when, sizeof when);
    rows_add(r);
    rows_set(r, 0, "4029");
    rows_set(r, 1, "RUNNING");
    rows_set(r, 2, "%s", when);
    rows_set(r, 4, "%d", BLOCKER);
    rows_set(r, 6, "1");
}

void table_lock_waits(struct sql *q, struct sql_rows *r)
{
    double longest;
    int n = q->ses->replica ? 0 : waiters(q, &longest);
    rows_columns(r, "requesting_trx_id requested_lock_id blocking_trx_id blocking_lock_id");
    for (int i = 0; i < n; i++) {
        rows_add(r);
        rows_set(r, 0, "%d", 4030 + i);
        rows_set(r, 1, "%d:9:5:43", 4030 + i);
        rows_set(r, 2, "4029");
        rows_set(r, 3, "4029:9:5:43");
    }
}
