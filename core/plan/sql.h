/* One SQL statement, looked at before it is sent: how many there are, does it only read, what does
 * it change. Pure. A statement that hides what it runs (CALL, EXECUTE, a comment the server runs)
 * is refused. Texts may still hold {{path}} placeholders: each is one name, or one string. */
#ifndef PLAN_SQL_H
#define PLAN_SQL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define SQL_OPS_MAX 16
#define SQL_OP_SIZE 32

struct sql_said {
    char verb[16]; /* SELECT, ALTER, … */
    bool reads;    /* SELECT, SHOW, EXPLAIN that change and lock nothing */
    size_t n_ops;  /* what it changes, as a plan names it: ADD_INDEX, DROP_INDEX, UPDATE, … */
    char ops[SQL_OPS_MAX][SQL_OP_SIZE];
};

/* 0, or -1 with the reason why such a text is never sent. */
int sql_classify(const char *text, struct sql_said *out, struct err *e);

/* Is the place behind text[0..n) inside quotes, backquotes or a comment? */
bool sql_inside(const char *text, size_t n);

struct plan;

/* May the tool send this statement? One statement; without `write` it only reads; it does nothing
 * that the plan's `denied` names, and only what `allowed: { operation: … }` names if it names any.
 */
int sql_allowed(const struct plan *p, const char *text, bool write, struct err *e);

/* A denied operation that a text names as one word, or, being a command's argument, runs as SQL;
 * NULL: none. */
const char *sql_denied_in(const struct plan *p, const char *text, bool command);

#endif
