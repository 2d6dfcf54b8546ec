/* SELECT over one table, and EXPLAIN of one. Rows come in the order of the table, whatever ORDER BY
 * says: the tables are made in the order that probes ask for. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "sim/sql_int.h"

static void user_table(struct sql *q, const char *name, struct sql_rows *r)
{
    (void)q;
    (void)name;
    rows_columns(r, "id customer_id status amount created_at note");
}

static const struct {
    const char *schema, *name;
    void (*fill)(struct sql *q, struct sql_rows *r);
} virtual[] = {
    {"information_schema", "TABLES", table_tables},
    {"information_schema", "STATISTICS", table_statistics},
    {"information_schema", "PROCESSLIST", table_processlist},
    {"information_schema", "INNODB_TRX", table_trx},
    {"information_schema", "INNODB_LOCK_WAITS", table_lock_waits},
    {"information_schema", "QUERY_RESPONSE_TIME", table_times},
    {"information_schema", "GLOBAL_STATUS", table_global_status},
    {"information_schema", "GLOBAL_VARIABLES", table_variables},
};

/* SCHEMA.NAME or NAME; fills r. *users: the name of a user's table, else NULL. */
static int table(struct sql *q, struct sql_rows *r, const char **users)
{
    const char *schema = q->ses->database, *name = sql_name(q);
    *users = NULL;
    if (name && sql_take(q, ".")) {
        schema = name;
        name = sql_name(q);
    }
    if (!name)
        return sql_syntax(q);
    for (size_t i = 0; i < sizeof virtual / sizeof *virtual; i++) {
        if (strcasecmp(schema, virtual[i].schema) != 0 || strcasecmp(name, virtual[i].name) != 0)
            continue;
        virtual[i].fill(q, r);
        return 0;
    }
    if (!*schema)
        return sql_fail(q, 1046, "3D000", "No database selected");
    if (strcasecmp(schema, SQL_SCHEMA) != 0 || db_table_rows(q, name) < 0)
        return sql_fail(q, !strcasecmp(schema, "information_schema") ? 1109 : 1146, "42S02",
                        "Table '%.60s.%.80s' doesn't exist", schema, name);
    *users = name;
    user_table(q, name, r);
    return 0;
}

int sql_where(struct sql *q, const struct sql_rows *from, size_t *match, size_t *n_match)
{
    size_t at = q->i;
    bool where = sql_take(q, "WHERE");
    struct sql_value v;
    *n_match = 0;
    q->from = from;
    for (size_t i = 0; i < from->n; i++) {
        q->i = at + where;
        q->row = i;
        if (where && sql_expr(q, &v) < 0)
            return -1;
        if (!where || sql_true(&v))
            match[(*n_match)++] = i;
    }
    if (!where || from->n)
        return 0;
    q->i = at + 1; /* no row: still its end must be found */
    q->row = 0;
    return sql_expr(q, &v);
}

/* ORDER BY … LIMIT n [OFFSET m] or m,n: the limit. */
static int tail(struct sql *q, size_t *limit)
{
    double n;
    *limit = SQL_ROWS_MAX;
    if (sql_take_all(q, "ORDER BY"))
        while (q->tok[q->i].is != SQL_END && !sql_is(q, "LIMIT"))
            q->i++;
    if (sql_take(q, "LIMIT")) {
        if (q->tok[q->i].is != SQL_NUMBER || num_parse(q->tok[q->i].text, &n) < 0)
            return sql_syntax(q);
        q->i++;
        *limit = n < SQL_ROWS_MAX ? (size_t)n : SQL_ROWS_MAX;
    }
    return q->tok[q->i].is == SQL_END ? 0 : sql_syntax(q);
}

static bool ends_list(const struct sql *q)
{
    return q->tok[q->i].is == SQL_END || sql_is(q, "FROM");
}

/* Skips the list to find the table first: names mean nothing before. */
static int find_from(struct sql *q)
{
    int depth = 0;
    for (; q->tok[q->i].is != SQL_END; q->i++) {
        depth += sql_is(q, "(") ? 1 : sql_is(q, ")") ? -1 : 0;
        if (!depth && sql_is(q, "FROM"))
            return 1;
    }
    return 0;
}

static void head(struct sql *q, size_t from, char *out, size_t size)
{
    const struct sql_token *a = &q->tok[from], *b = &q->tok[q->i - 1];
    if (sql_take(q, "AS") || q->tok[q->i].is == SQL_WORD) {
        if (q->tok[q->i].is == SQL_WORD && !ends_list(q)) {
            str_copy(out, size, q->tok[q->i++].text);
            return;
        }
    }
    if (q->i - from == 1 && a->is == SQL_WORD)
        str_copy(out, size, a->text);
    else
        str_fmt(out, size, "%.*s", (int)(b->end - a->at), q->text + a->at);
}

static void put(struct sql_rows *r, size_t col, const struct sql_value *v)
{
    char text[256];
    if (v->is == SQL_NULL || col >= r->n_cols)
        return;
    sql_print(v, text, sizeof text);
    rows_set(r, col, "%s", text);
}

/* The list once: names at the first row, values at each. */
static int project(struct sql *q, size_t list, struct sql_rows *r, bool first)
{
    size_t col = 0;
    q->i = list;
    do {
        struct sql_value v;
        char name[120];
        size_t from = q->i;
        if (q->from && sql_take(q, "*")) {
            for (size_t i = 0; i < q->from->n_cols && col < SQL_COLS_MAX; i++, col++) {
                const char *cell = q->from->n ? q->from->cell[q->row * q->from->n_cols + i] : NULL;
                if (first)
                    r->name[r->n_cols++] = xstrdup(q->from->name[i]);
                else if (cell)
                    rows_set(r, col, "%s", cell);
            }
            continue;
        }
        if (sql_expr(q, &v) < 0)
            return -1;
        head(q, from, name, sizeof name);
        if (col >= SQL_COLS_MAX)
            return sql_syntax(q);
        if (first)
            r->name[r->n_cols++] = xstrdup(name);
        else
            put(r, col, &v);
        col++;
    } while (sql_take(q, ","));
    return ends_list(q) ? 0 : sql_syntax(q);
}

static bool aggregates(const struct sql *q, size_t from, size_t to)
{
    static const char *const names[] = {"COUNT", "MAX", "MIN", "SUM", "AVG"};
    for (size_t i = from; i + 1 < to; i++)
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            if (q->tok[i].is == SQL_WORD && !strcasecmp(q->tok[i].text, names[k]) &&
                !strcmp(q->tok[i + 1].text, "("))
                return true;
    return false;
}

static int write_rows(struct sql *q, size_t list, size_t list_end, size_t limit)
{
    struct sql_rows *r = &q->out->rows;
    q->row = q->n_match ? q->match[0] : 0;
    if (project(q, list, r, true) < 0)
        return -1;
    size_t n = !q->from || aggregates(q, list, list_end) ? 1 : q->n_match;
    for (size_t i = 0; i < n && i < limit; i++) {
        q->row = q->n_match ? q->match[i] : 0;
        rows_add(r);
        if (project(q, list, r, false) < 0)
            return -1;
    }
    q->out->has_rows = true;
    return 0;
}

/* A whole table is counted; its rows are not there. */
static int count_users(struct sql *q, size_t list, size_t from, const char *name)
{
    static const char *const want[] = {"COUNT", "(", "*", ")"};
    bool counts = from - list >= 4;
    for (size_t i = 0; counts && i < 4; i++)
        counts = !strcasecmp(q->tok[list + i].text, want[i]);
    if (!counts || sql_is(q, "WHERE"))
        return sql_fail(q, 1235, "42000",
                        "the simulator has no rows in %.60s: it answers SELECT COUNT(*) of the "
                        "whole table alone",
                        name);
    char column[120] = "COUNT(*)";
    size_t behind = q->i;
    q->i = list + 4;
    if (q->i < from)
        head(q, list, column, sizeof column);
    q->i = behind;
    q->out->rows.name[q->out->rows.n_cols++] = xstrdup(column);
    rows_add(&q->out->rows);
    rows_set(&q->out->rows, 0, "%.0f", db_table_rows(q, name));
    q->out->has_rows = true;
    return q->tok[q->i].is == SQL_END ? 0 : sql_syntax(q);
}

/* REP-6: does an index begin with the column that WHERE asks for? */
static int explain(struct sql *q, const char *name)
{
    struct sql_rows *r = &q->out->rows;
    const struct db_index *used = NULL;
    if (sql_take(q, "WHERE")) {
        const char *col = sql_name(q);
        for (size_t i = 0; col && i < q->s->db.n; i++) {
            const struct db_index *x = &q->s->db.index[i];
            size_t n = strcspn(x->columns, ",");
            if (!strcasecmp(x->table, name) && strlen(col) == n && !strncasecmp(x->columns, col, n))
                used = x;
        }
    }
    double rows = db_table_rows(q, name);
    rows_columns(r, "id select_type table type possible_keys key key_len ref rows Extra");
    rows_add(r);
    rows_set(r, 0, "1");
    rows_set(r, 1, "SIMPLE");
    rows_set(r, 2, "%s", name);
    rows_set(r, 3, "%s", !used ? "ALL" : used->unique ? "const" : "ref");
    if (used) {
        rows_set(r, 4, "%s", used->name);
        rows_set(r, 5, "%s", used->name);
        rows_set(r, 6, "8");
        rows_set(r, 7, "const");
    }
    rows_set(r, 8, "%.0f", !used ? rows : used->unique ? 1 : 1 + rows / 50000);
    rows_set(r, 9, "%s", used ? "" : "Using where");
    q->out->has_rows = true;
    return 0;
}

int sql_select(struct sql *q, bool explained)
{
    struct sql_rows from = {.n = 0};
    size_t list = q->i, limit, *match = NULL;
    const char *users = NULL;
    int rc = 0;
    if (!find_from(q)) {
        q->i = list;
        if (explained)
            return sql_syntax(q);
        rc = write_rows(q, list, q->n, 1);
        return rc < 0 ? rc : tail(q, &limit);
    }
    size_t list_end = q->i++;
    if (table(q, &from, &users) < 0) {
        rows_clear(&from);
        return -1;
    }
    if (explained) {
        rc = users ? explain(q, users) : sql_syntax(q);
    } else if (users) {
        rc = count_users(q, list, list_end, users);
    } else {
        if (q->tok[q->i].is == SQL_WORD && !sql_is(q, "WHERE") && !sql_is(q, "ORDER") &&
            !sql_is(q, "LIMIT"))
            q->i++; /* an alias */
        match = xzalloc(from.n + 1, sizeof *match);
        rc = sql_where(q, &from, match, &q->n_match);
        q->match = match;
        if (rc == 0)
            rc = tail(q, &limit);
        if (rc == 0)
            rc = write_rows(q, list, list_end, limit);
    }
    free(match);
    rows_clear(&from);
    q->from = NULL;
    return rc;
}
