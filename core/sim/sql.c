/* From a statement to its answer; rows as they are built. */
#include "sim/sql.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/sql_int.h"

void rows_columns(struct sql_rows *r, const char *names)
{
    rows_clear(r);
    while (*names && r->n_cols < SQL_COLS_MAX) {
        size_t n = strcspn(names, " ");
        r->name[r->n_cols++] = xstrndup(names, n);
        names += n + (names[n] == ' ');
    }
}

void rows_add(struct sql_rows *r)
{
    if (r->n == r->room) {
        size_t room = r->room ? 2 * r->room : 16;
        char **cell = xzalloc(room * r->n_cols, sizeof *cell);
        if (r->n)
            memcpy(cell, r->cell, r->n * r->n_cols * sizeof *cell);
        free(r->cell);
        r->cell = cell;
        r->room = room;
    }
    r->n++;
}

void rows_set(struct sql_rows *r, size_t col, const char *fmt, ...)
{
    char text[2000];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    char **at = &r->cell[(r->n - 1) * r->n_cols + col];
    free(*at);
    *at = xstrdup(text);
}

int rows_column(const struct sql_rows *r, const char *name)
{
    for (size_t i = 0; i < r->n_cols; i++)
        if (!strcasecmp(r->name[i], name))
            return (int)i;
    return -1;
}

void rows_clear(struct sql_rows *r)
{
    for (size_t i = 0; i < r->n_cols; i++)
        free(r->name[i]);
    for (size_t i = 0; i < r->n * r->n_cols; i++)
        free(r->cell[i]);
    free(r->cell);
    memset(r, 0, sizeof *r);
}

void sql_result_clear(struct sql_result *r)
{
    rows_clear(&r->rows);
    *r = (struct sql_result){.errnum = 0};
}

/* Statements of a session that change nothing anywhere. */
static bool session(struct sql *q)
{
    if (sql_take_all(q, "SET SESSION TRANSACTION READ ONLY")) {
        q->ses->read_only = true;
        return true;
    }
    if (sql_take_all(q, "SET SESSION TRANSACTION READ WRITE")) {
        q->ses->read_only = false;
        return true;
    }
    return sql_is(q, "SET") || sql_is(q, "USE") || sql_is(q, "BEGIN") || sql_is(q, "COMMIT") ||
           sql_is(q, "ROLLBACK") || sql_take_all(q, "START TRANSACTION");
}

static int use(struct sql *q)
{
    if (!sql_take(q, "USE"))
        return 0;
    const char *name = sql_name(q);
    if (!name)
        return sql_syntax(q);
    str_copy(q->ses->database, sizeof q->ses->database, name);
    return 0;
}

static void run(struct sql *q)
{
    size_t from = q->i;
    if (sql_take(q, "SELECT"))
        sql_select(q, false);
    else if (sql_take_all(q, "EXPLAIN SELECT"))
        sql_select(q, true);
    else if (sql_take(q, "SHOW"))
        sql_show(q);
    else if (session(q)) {
        q->i = from;
        use(q);
    } else if (sql_change(q) == -2) {
        q->i = from;
        sql_syntax(q);
    }
}

void sql_run(struct sim *s, struct sql_session *ses, const char *text, size_t n, int64_t now_ms,
             bool lie, struct sql_result *out)
{
    struct sql q = {.s = s, .ses = ses, .now_ms = now_ms, .lie = lie, .out = out};
    char *copy = xstrndup(text, n);
    q.tok = xzalloc(SQL_TOKENS_MAX, sizeof *q.tok);
    q.text = copy;
    *out = (struct sql_result){.errnum = 0};
    db_settle(s, now_ms);
    if (sql_lex(copy, n, q.tok, &q.n) < 0 || !q.n)
        sql_fail(&q, 1064, "42000", "You have an error in your SQL syntax near '%.120s'", copy);
    else
        run(&q);
    if (out->errnum)
        rows_clear(&out->rows);
    free(q.tok);
    free(copy);
}

bool sql_only_reads(const char *text, size_t n)
{
    static const char *const heads[] = {"SELECT", "SHOW",  "SET",   "EXPLAIN",
                                        "USE",    "BEGIN", "START", "COMMIT"};
    struct sql_token *tok = xzalloc(SQL_TOKENS_MAX, sizeof *tok);
    size_t count = 0;
    bool reads = false;
    if (sql_lex(text, n, tok, &count) == 0 && count)
        for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
            reads = reads || !strcasecmp(tok[0].text, heads[i]);
    free(tok);
    return reads;
}
