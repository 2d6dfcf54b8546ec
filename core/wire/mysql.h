/* MySQL and MariaDB transport: one thread and one connection per struct db, blocking with time
 * limits, reconnecting with a back-off. Rows only, no meaning. core/wire/mysql*.c are the only
 * files that include the client library; its own names begin with mysql_, so ours with db_.
 *
 * For a check that wants rows (`sql: { target, query }` of a plan):
 *     struct db_conf conf = sql_conf(plan, call.target.at);      (source/sql_conf.h)
 *     struct db *db = db_open(&conf, &e);
 *     db_ask(db, &(struct db_request){.sql = text, .patient = true}, done, ctx, &e);
 *     db_close(db);
 * `text` is filled with tmpl_fill(…, TMPL_SQL, …) and allowed by sql_allowed() (plan/sql.h). */
#ifndef WIRE_MYSQL_H
#define WIRE_MYSQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct db;

enum db_tls {
    DB_TLS_PREFERRED, /* encrypted when the server offers it; whom it is, is not checked */
    DB_TLS_REQUIRED,  /* encrypted, and the certificate must be the host's */
    DB_TLS_OFF,
};

struct db_conf {                                                    /* copied by db_open */
    const char *name, *host, *user, *password, *database, *ca_file; /* "" or NULL: none */
    int port;
    enum db_tls tls;
    bool insecure;      /* DB_TLS_REQUIRED without a look at the certificate */
    int64_t timeout_ms; /* of connecting and of one question; whole seconds, at least one */
};

/* All rows of an answer, as text. Columns are found by name. */
struct db_rows {
    size_t n_cols, n_rows;
    char **names; /* n_cols */
    char **cells; /* n_rows * n_cols, row after row; NULL is SQL NULL */
};

int db_column(const struct db_rows *r, const char *name);          /* any case; -1: none */
const char *db_cell(const struct db_rows *r, size_t row, int col); /* NULL also for col -1 */
void db_rows_copy(struct db_rows *to, const struct db_rows *from);
void db_rows_clear(struct db_rows *r);

enum db_end {
    DB_ANSWERED,  /* rows, or how many were changed */
    DB_ERROR,     /* the server refused the statement: errnum */
    DB_REFUSED,   /* nothing was sent: no connection, wrong password, no TLS, busy */
    DB_NO_ANSWER, /* may have been done: time-out, connection lost, more rows than asked for */
    DB_CANCELLED,
};

#define DB_OWN_MAX 16

struct db_reply {
    enum db_end end;
    unsigned errnum;          /* of the server or the client library; 0 none */
    struct db_rows rows;      /* valid during the callback */
    uint64_t changed;         /* rows changed by a statement without rows */
    bool maria;               /* the server is MariaDB; known once connected */
    int version;              /* 101119, 90704; 0 unknown */
    char cipher[48];          /* "" in plain text */
    uint64_t own[DB_OWN_MAX]; /* connection ids of this process at that server */
    size_t n_own;
    int64_t ms;    /* real time it took, connecting included */
    char why[240]; /* why it is not DB_ANSWERED, with host and port, no secret */
};

/* Runs on the transport's thread; must only hand over and return. */
typedef void (*db_done)(void *ctx, const struct db_reply *r);

struct db_request {
    const char *sql;       /* one statement */
    const char *sql_mysql; /* asked of MySQL instead; NULL: the same */
    /* Asked when the server does not know such a statement (1064); NULL: none. */
    const char *otherwise;
    /* May change something: sent once. Without it the session is read-only (where the server knows
     * that) and a question is asked again when the connection proves dead. */
    bool write;
    /* Waits for a connection to be made. Without it a question is refused at once while there is
     * none (a connection is then made behind it), or while an older question hangs. */
    bool patient;
    int64_t timeout_ms;         /* 0: the target's */
    size_t max_rows, max_bytes; /* 0: 10000 rows, 4 MiB */
};

struct db *db_open(const struct db_conf *conf, struct err *e); /* starts its thread, no more */
void db_close(struct db *d); /* callbacks of what waits run with DB_CANCELLED; joins, frees */

/* Copies everything it needs. Never blocks. 0, or -1 with e and no callback. */
int db_ask(struct db *d, const struct db_request *r, db_done done, void *ctx, struct err *e);

#endif
