/* What changes something: indexes, and KILL. Everything else that would is not understood. */
#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "sim/sql_int.h"

#define ROWS_A_SECOND 20000 /* that an ADD INDEX reads */

/* May this session change anything? */
static int may_write(struct sql *q)
{
    if (q->ses->replica)
        return sql_fail(q, 1290, "HY000",
                        "The MariaDB server is running with the --read-only option so it cannot "
                        "execute this statement");
    if (q->ses->read_only)
        return sql_fail(q, 1792, "25006", "Cannot execute statement in a READ ONLY transaction");
    return 0;
}

static int table_name(struct sql *q, char *out, size_t size)
{
    const char *schema = q->ses->database, *name = sql_name(q);
    if (name && sql_take(q, ".")) {
        schema = name;
        name = sql_name(q);
    }
    if (!name)
        return sql_syntax(q);
    if (strcasecmp(schema, SQL_SCHEMA) != 0 || db_table_rows(q, name) < 0)
        return sql_fail(q, 1146, "42S02", "Table '%.60s.%.80s' doesn't exist", schema, name);
    str_copy(out, size, name);
    return 0;
}

/* (a, b) as "a,b" */
static int columns(struct sql *q, char *out, size_t size)
{
    struct buf b = BUF_INIT;
    int rc = sql_take(q, "(") ? 0 : -1;
    while (rc == 0) {
        const char *name = sql_name(q);
        if (!name) {
            rc = -1;
            break;
        }
        buf_addf(&b, "%s%s", b.len ? "," : "", name);
        if (sql_take(q, "ASC") || sql_take(q, "DESC") || sql_take(q, ","))
            continue;
        rc = sql_take(q, ")") ? 1 : -1;
    }
    str_copy(out, size, buf_str(&b));
    buf_free(&b);
    return rc > 0 ? 0 : sql_syntax(q);
}

/* [, ALGORITHM=x] [, LOCK=y]: the comma is needed. Without LOCK=NONE support (signal no_lock_none)
 * nothing is done with a stronger lock instead. */
static int options(struct sql *q)
{
    while (sql_take(q, ",")) {
        bool lock = sql_is(q, "LOCK");
        if (!sql_take(q, "ALGORITHM") && !sql_take(q, "LOCK"))
            return sql_syntax(q);
        sql_take(q, "=");
        bool none = sql_is(q, "NONE");
        if (!sql_name(q))
            return sql_syntax(q);
        if (lock && none && db_signal(q, "no_lock_none", 0) >= 1)
            return sql_fail(q, 1846, "0A000",
                            "LOCK=NONE is not supported. Reason: simulated. Try LOCK=SHARED");
    }
    return q->tok[q->i].is == SQL_END ? 0 : sql_syntax(q);
}

static int start_change(struct sql *q, const struct db_index *one)
{
    int64_t ms = (int64_t)(db_table_rows(q, one->table) / ROWS_A_SECOND) * 1000;
    for (size_t i = 0; i < DB_DDL_MAX; i++) {
        struct db_ddl *d = &q->s->db.ddl[i];
        if (d->on)
            continue;
        *d = (struct db_ddl){.on = true,
                             .connection = q->ses->id,
                             .index = *one,
                             .start_ms = q->now_ms,
                             .end_ms = q->now_ms + ms};
        q->out->until_ms = ms ? d->end_ms : 0;
        db_settle(q->s, q->now_ms);
        return 0;
    }
    return sql_fail(q, 1205, "HY000", "too many changes at once for the simulator");
}

/* `name` is NULL when there was none. */
static int add_index(struct sql *q, const char *table, const char *name)
{
    struct db_index one = {.unique = false};
    if (!name)
        return sql_syntax(q);
    str_copy(one.table, sizeof one.table, table);
    str_copy(one.name, sizeof one.name, name);
    if (columns(q, one.columns, sizeof one.columns) < 0 || options(q) < 0 || may_write(q) < 0)
        return -1;
    if (db_index(q->s, table, one.name))
        return sql_fail(q, 1061, "42000", "Duplicate key name '%s'", one.name);
    return q->lie ? 0 : start_change(q, &one);
}

static int drop_index(struct sql *q, const char *table, const char *name)
{
    if (!name)
        return sql_syntax(q);
    if (options(q) < 0 || may_write(q) < 0)
        return -1;
    struct db_index *x = db_index(q->s, table, name);
    if (!x)
        return sql_fail(q, 1091, "42000", "Can't DROP INDEX `%.60s`; check that it exists", name);
    if (!q->lie)
        db_drop(q->s, x, q->now_ms);
    return 0;
}

static int alter(struct sql *q)
{
    char table[64];
    if (table_name(q, table, sizeof table) < 0)
        return -1;
    if (sql_take_all(q, "ADD INDEX") || sql_take_all(q, "ADD KEY"))
        return add_index(q, table, sql_name(q));
    if (sql_take_all(q, "DROP INDEX") || sql_take_all(q, "DROP KEY"))
        return drop_index(q, table, sql_name(q));
    return sql_syntax(q);
}

/* CREATE INDEX name ON table (columns); DROP INDEX name ON table */
static int index_on(struct sql *q, bool create)
{
    char table[64];
    const char *name = sql_name(q);
    if (!name || !sql_take(q, "ON"))
        return sql_syntax(q);
    if (table_name(q, table, sizeof table) < 0)
        return -1;
    return create ? add_index(q, table, name) : drop_index(q, table, name);
}

/* KILL [QUERY|CONNECTION] id: the application's blocking thread goes, and the waits with it. */
static int kill_thread(struct sql *q)
{
    struct sql_rows r = {.n = 0};
    bool there = false;
    double id;
    if (!sql_take(q, "QUERY"))
        sql_take(q, "CONNECTION");
    if (q->tok[q->i].is != SQL_NUMBER || num_parse(q->tok[q->i].text, &id) < 0)
        return sql_syntax(q);
    table_threads(q, &r);
    for (size_t i = 0; i < r.n; i++) {
        double x;
        there = there || (num_parse(r.cell[i * r.n_cols], &x) == 0 && x >= id && x <= id);
    }
    rows_clear(&r);
    if (!there)
        return sql_fail(q, 1094, "HY000", "Unknown thread id: %.0f", id);
    static const char *const ends[] = {"lock_wait", "lock_waiters", "mdl_wait"};
    for (size_t i = 0; i < 3 && !q->lie && id >= 29 && id <= 30; i++) {
        int signal = scenario_signal(q->s->sc, ends[i]);
        if (signal >= 0)
            model_force_signal(q->s->m, q->now_ms, signal, 0);
    }
    return 0;
}

int sql_change(struct sql *q)
{
    if (sql_take_all(q, "ALTER TABLE"))
        return alter(q);
    if (sql_take_all(q, "CREATE INDEX"))
        return index_on(q, true);
    if (sql_take_all(q, "DROP INDEX"))
        return index_on(q, false);
    if (sql_take(q, "KILL"))
        return kill_thread(q);
    return -2;
}
