/* Inside core/sim/sql*.c only: tokens, expressions, the tables behind statements. */
#ifndef SIM_SQL_INT_H
#define SIM_SQL_INT_H

#include "sim/sql.h"

enum sql_tok { SQL_END, SQL_WORD, SQL_NUMBER, SQL_STRING, SQL_VAR, SQL_PUNCT, SQL_BAD };

struct sql_token {
    enum sql_tok is;
    bool quoted;    /* a word in back quotes is no keyword */
    char text[200]; /* of a string: without its quotes; longer ones are bad */
    size_t at, end; /* in the statement */
};

#define SQL_TOKENS_MAX 600
struct sql {
    struct sim *s;
    struct sql_session *ses;
    int64_t now_ms;
    bool lie;
    const char *text;
    struct sql_token *tok; /* ends with SQL_END */
    size_t n, i;           /* i: the next one */
    const struct sql_rows *from;
    const size_t *match; /* rows of `from` that WHERE has let through */
    size_t n_match, row; /* row: of `from`, that expressions read */
    int depth;
    struct sql_result *out;
};

/* sql_lex.c: -1 when there are too many tokens or one is malformed. */
int sql_lex(const char *text, size_t n, struct sql_token *tok, size_t *count);
bool sql_is(const struct sql *q, const char *word);  /* the next token, any case */
bool sql_take(struct sql *q, const char *word);      /* and goes behind it */
bool sql_take_all(struct sql *q, const char *words); /* several, all or none */
const char *sql_name(struct sql *q);                 /* a word that is a name; NULL */
/* Errors; each returns -1. The first one stands. */
int sql_fail(struct sql *q, unsigned errnum, const char *sqlstate, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
int sql_syntax(struct sql *q); /* 1064 near the next token */

struct sql_value {
    enum { SQL_NULL, SQL_NUM, SQL_TEXT } is;
    double num;
    char text[256];
};
/* sql_expr.c */
int sql_expr(struct sql *q, struct sql_value *out);
bool sql_true(const struct sql_value *v);
void sql_print(const struct sql_value *v, char *out, size_t size); /* not of SQL_NULL */
bool sql_like(const char *text, const char *pattern);              /* % _ and \ */
int64_t sql_time(const char *text);                                /* ms, or -1 */
void sql_time_text(int64_t ms, char *out, size_t size);

/* sql_call.c: a function, its name has been taken, `(` is next. */
int sql_call(struct sql *q, const char *name, struct sql_value *out);
int sql_variable(struct sql *q, const char *name, struct sql_value *out);

/* sql_select.c */
int sql_select(struct sql *q, bool explain);
int sql_where(struct sql *q, const struct sql_rows *from, size_t *match, size_t *n_match);

/* sql_show.c */
int sql_show(struct sql *q);

/* sql_ddl.c */
int sql_change(struct sql *q); /* -2: not one of its statements */

/* sql_tables.c, sql_status.c: rows of what a SHOW or a table of information_schema holds. */
void table_tables(struct sql *q, struct sql_rows *r);
void table_statistics(struct sql *q, struct sql_rows *r);
void table_status(struct sql *q, const char *schema, struct sql_rows *r);
void table_index(struct sql *q, const char *table, struct sql_rows *r);
void table_threads(struct sql *q, struct sql_rows *r);
void table_processlist(struct sql *q, struct sql_rows *r); /* with upper-case names */
void table_trx(struct sql *q, struct sql_rows *r);
void table_lock_waits(struct sql *q, struct sql_rows *r);
void table_times(struct sql *q, struct sql_rows *r);
void table_global_status(struct sql *q, struct sql_rows *r);
void table_variables(struct sql *q, struct sql_rows *r);
void table_replica(struct sql *q, bool all, struct sql_rows *r);

/* The user's tables: how many rows, or -1 when there is none of that name. */
double db_table_rows(struct sql *q, const char *name);
double db_signal(const struct sql *q, const char *name, double otherwise);

#endif
