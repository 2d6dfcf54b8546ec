/* What the simulated database keeps: its indexes, and schema changes under way. */
#ifndef SIM_DB_H
#define SIM_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DB_INDEXES_MAX 64
#define DB_DDL_MAX     4

struct db_index {
    char table[64], name[64], columns[160]; /* "a,b" */
    bool unique;
};

struct db_ddl { /* an ADD INDEX that takes its time */
    bool on;
    uint64_t connection;
    struct db_index index;
    int64_t start_ms, end_ms;
};

struct sim_db {
    struct db_index index[DB_INDEXES_MAX];
    size_t n;
    struct db_ddl ddl[DB_DDL_MAX];
    uint64_t next_id; /* of connections */
};

struct sim;
void db_init(struct sim_db *db);
/* Does what has become due: changes that are over, runs of the executor that have ended. */
void db_settle(struct sim *s, int64_t now_ms);
struct db_index *db_index(struct sim *s, const char *table, const char *name);
int db_add(struct sim *s, const struct db_index *one); /* -1: full */
void db_drop(struct sim *s, struct db_index *one, int64_t now_ms);

#endif
