/* SHOW: the same tables under their old names, narrowed by LIKE or WHERE. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/sql_int.h"

/* Moves the rows that LIKE (on the first column) or WHERE lets through into the answer. */
static int narrow(struct sql *q, struct sql_rows *all)
{
    size_t *match = xzalloc(all->n + 1, sizeof *match), n = 0;
    struct sql_rows *r = &q->out->rows;
    int rc = 0;
    if (sql_take(q, "LIKE")) {
        const struct sql_token *t = &q->tok[q->i++];
        if (t->is != SQL_STRING)
            rc = sql_syntax(q);
        for (size_t i = 0; rc == 0 && i < all->n; i++)
            if (sql_like(all->cell[i * all->n_cols], t->text))
                match[n++] = i;
    } else {
        rc = sql_where(q, all, match, &n);
    }
    if (rc == 0 && q->tok[q->i].is != SQL_END)
        rc = sql_syntax(q);
    for (size_t i = 0; rc == 0 && i < all->n_cols; i++)
        r->name[r->n_cols++] = xstrdup(all->name[i]);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        rows_add(r);
        for (size_t c = 0; c < all->n_cols; c++)
            if (all->cell[match[i] * all->n_cols + c])
                rows_set(r, c, "%s", all->cell[match[i] * all->n_cols + c]);
    }
    q->out->has_rows = rc == 0;
    q->from = NULL;
    free(match);
    rows_clear(all);
    return rc;
}

/* FROM db, IN db; else the connection's. */
static int schema_of(struct sql *q, const char **schema)
{
    *schema = q->ses->database;
    if (sql_take(q, "FROM") || sql_take(q, "IN"))
        *schema = sql_name(q);
    if (!*schema)
        return sql_syntax(q);
    return **schema ? 0 : sql_fail(q, 1046, "3D000", "No database selected");
}

static int show_tables(struct sql *q)
{
    struct sql_rows all = {.n = 0}, names = {.n = 0};
    const char *schema;
    if (schema_of(q, &schema) < 0)
        return -1;
    table_status(q, schema, &all);
    rows_columns(&names, "Tables");
    free(names.name[0]);
    struct buf head = BUF_INIT;
    buf_addf(&head, "Tables_in_%.60s", schema);
    names.name[0] = buf_take(&head);
    for (size_t i = 0; i < all.n; i++) {
        rows_add(&names);
        rows_set(&names, 0, "%s", all.cell[i * all.n_cols]);
    }
    rows_clear(&all);
    return narrow(q, &names);
}

static int show_index(struct sql *q)
{
    struct sql_rows all = {.n = 0};
    const char *schema = q->ses->database;
    if (!sql_take(q, "FROM") && !sql_take(q, "IN"))
        return sql_syntax(q);
    const char *table = sql_name(q);
    if (table && sql_take(q, ".")) {
        schema = table;
        table = sql_name(q);
    } else if (table && (sql_is(q, "FROM") || sql_is(q, "IN")) && schema_of(q, &schema) < 0) {
        return -1;
    }
    if (!table)
        return sql_syntax(q);
    if (strcasecmp(schema, SQL_SCHEMA) != 0 || db_table_rows(q, table) < 0)
        return sql_fail(q, 1146, "42S02", "Table '%.60s.%.80s' doesn't exist", schema, table);
    table_index(q, table, &all);
    return narrow(q, &all);
}

static int show_create(struct sql *q)
{
    struct sql_rows all = {.n = 0};
    const char *table = sql_name(q);
    struct buf b = BUF_INIT;
    if (!table || db_table_rows(q, table) < 0)
        return sql_fail(q, 1146, "42S02", "Table '%.60s.%.80s' doesn't exist", q->ses->database,
                        table ? table : "");
    rows_columns(&all, "Table Create_Table");
    rows_add(&all);
    rows_set(&all, 0, "%s", table);
    buf_addf(&b, "CREATE TABLE `%s` (\n  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT", table);
    for (size_t i = 0; i < q->s->db.n; i++)
        if (!strcasecmp(q->s->db.index[i].table, table))
            buf_addf(&b, ",\n  KEY `%s` (%s)", q->s->db.index[i].name, q->s->db.index[i].columns);
    buf_adds(&b, "\n) ENGINE=InnoDB COMMENT='simulated'");
    rows_set(&all, 1, "%s", b.p);
    buf_free(&b);
    return narrow(q, &all);
}

static int show_grants(struct sql *q)
{
    struct sql_rows all = {.n = 0};
    rows_columns(&all, "Grants");
    rows_add(&all);
    rows_set(&all, 0, "GRANT PROCESS, SLAVE MONITOR ON *.* TO `%s`@`%%`", q->ses->user);
    rows_add(&all);
    rows_set(&all, 0, "GRANT SELECT, INDEX, ALTER ON `" SQL_SCHEMA "`.* TO `%s`@`%%`",
             q->ses->user);
    return narrow(q, &all);
}

static int show_databases(struct sql *q)
{
    static const char *const names[] = {"information_schema", SQL_SCHEMA};
    struct sql_rows all = {.n = 0};
    rows_columns(&all, "Database");
    for (size_t i = 0; i < 2; i++) {
        rows_add(&all);
        rows_set(&all, 0, "%s", names[i]);
    }
    return narrow(q, &all);
}

static int show_warnings(struct sql *q)
{
    struct sql_rows all = {.n = 0};
    rows_columns(&all, "Level Code Message");
    return narrow(q, &all);
}

static int show_replica(struct sql *q, bool many)
{
    struct sql_rows all = {.n = 0};
    table_replica(q, many, &all);
    return narrow(q, &all);
}

static int show_plain(struct sql *q, void (*fill)(struct sql *q, struct sql_rows *r))
{
    struct sql_rows all = {.n = 0};
    fill(q, &all);
    return narrow(q, &all);
}

static int show_table_status(struct sql *q)
{
    struct sql_rows all = {.n = 0};
    const char *schema;
    if (schema_of(q, &schema) < 0)
        return -1;
    table_status(q, schema, &all);
    return narrow(q, &all);
}

int sql_show(struct sql *q)
{
    if (sql_take_all(q, "GLOBAL STATUS") || sql_take_all(q, "SESSION STATUS") ||
        sql_take(q, "STATUS"))
        return show_plain(q, table_global_status);
    if (sql_take_all(q, "GLOBAL VARIABLES") || sql_take_all(q, "SESSION VARIABLES") ||
        sql_take(q, "VARIABLES"))
        return show_plain(q, table_variables);
    if (sql_take_all(q, "FULL PROCESSLIST") || sql_take(q, "PROCESSLIST"))
        return show_plain(q, table_threads);
    if (sql_take_all(q, "ALL SLAVES STATUS") || sql_take_all(q, "ALL REPLICAS STATUS"))
        return show_replica(q, true);
    if (sql_take_all(q, "SLAVE STATUS") || sql_take_all(q, "REPLICA STATUS"))
        return show_replica(q, false);
    if (sql_take_all(q, "TABLE STATUS"))
        return show_table_status(q);
    if (sql_take_all(q, "CREATE TABLE"))
        return show_create(q);
    if (sql_take(q, "TABLES") || sql_take_all(q, "FULL TABLES"))
        return show_tables(q);
    if (sql_take(q, "INDEX") || sql_take(q, "INDEXES") || sql_take(q, "KEYS"))
        return show_index(q);
    if (sql_take(q, "GRANTS"))
        return show_grants(q);
    if (sql_take(q, "DATABASES"))
        return show_databases(q);
    if (sql_take(q, "WARNINGS"))
        return show_warnings(q);
    return sql_syntax(q);
}
