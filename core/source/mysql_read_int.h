/* Inside core/source only: what readers of probes share. */
#ifndef SOURCE_MYSQL_READ_INT_H
#define SOURCE_MYSQL_READ_INT_H

#include "source/mysql_read.h"

struct reading {
    enum mysql_probe probe;
    const struct sql_facts *f;
    const struct sql_facts *const *others;
    size_t n_others;
    const struct sql_memory *before;
};

/* One reader for each word in plan/mysql_probes.def. */
typedef void probe_reader(const struct reading *r, struct sample *out);
probe_reader read_status_value, read_connections_pct, read_innodb_counter, read_qps;
probe_reader read_buffer_pool_hit_pct, read_query_ms, read_ddl_progress_pct;
probe_reader read_lock_wait_seconds, read_lock_waiters, read_metadata_lock_waiters;
probe_reader read_longest_trx_seconds, read_replication_lag;

void good(struct sample *out, double value);
void bad(struct sample *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Can this statement's rows be read? Else why not, with the right that would help. */
bool answered(const struct sql_facts *f, enum sql_statement s, struct sample *out);

/* A number of a row; false when it is missing, NULL or none. */
bool row_number(const struct db_rows *r, size_t row, const char *col, double *out);

/* The value of a row of (Variable_name, Value); false when it is not there. */
bool named_number(const struct db_rows *r, const char *name, double *out);

/* Is it one of our own connections? */
bool is_own(const struct sql_facts *f, double id);

/* Does a thread in that state wait for a metadata or table lock? */
bool waits_for_lock(const char *state);

#endif
