/* The simulated database: statements in, rows out. Understands the part of SQL that checks and
 * probes use (docs/simulator.md); everything else is error 1064 with the text. Values come from the
 * scenario's signals, indexes from what was done. The sim's lock is held. */
#ifndef SIM_SQL_H
#define SIM_SQL_H

#include "base/buf.h"
#include "sim/sim_int.h"

#define SQL_COLS_MAX 80
#define SQL_ROWS_MAX 1000

/* Rows as text; NULL cells are SQL NULL. */
struct sql_rows {
    size_t n_cols, n, room;
    char *name[SQL_COLS_MAX]; /* owned */
    char **cell;              /* n * n_cols, owned */
};
void rows_columns(struct sql_rows *r, const char *names); /* parted by blanks */
void rows_add(struct sql_rows *r);                        /* a row of NULLs behind the others */
/* Sets a cell of the newest row. */
void rows_set(struct sql_rows *r, size_t col, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int rows_column(const struct sql_rows *r, const char *name); /* any case; -1 */
void rows_clear(struct sql_rows *r);

/* One connection, as far as statements know it. */
struct sql_session {
    uint64_t id;
    int replica; /* 0: the primary; 1, 2, …: a replica */
    char user[64], database[64];
    bool read_only; /* SET SESSION TRANSACTION READ ONLY */
};

struct sql_result {
    unsigned errnum; /* 0: answered */
    char sqlstate[6], error[400];
    bool has_rows;
    struct sql_rows rows;
    uint64_t changed;
    int64_t until_ms; /* of the sim's clock: the answer comes then; 0 at once */
};
void sql_result_clear(struct sql_result *r);

/* `lie`: what would change something is answered and not done. */
void sql_run(struct sim *s, struct sql_session *ses, const char *text, size_t n, int64_t now_ms,
             bool lie, struct sql_result *out);
/* Does it ask only? (for the log of requests) */
bool sql_only_reads(const char *text, size_t n);

#define SQL_VERSION "10.11.19-MariaDB-SIM"
#define SQL_SCHEMA  "shop"

#endif
