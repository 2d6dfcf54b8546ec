/* Rows of a database server -> one sample of a probe. Pure: statements are asked elsewhere
 * (mysql_ask.c). Whatever is missing, NULL, stopped or forbidden gives no data with the reason,
 * never 0. */
#ifndef SOURCE_MYSQL_READ_H
#define SOURCE_MYSQL_READ_H

#include "plan/plan.h"
#include "source/prom_parse.h"
#include "wire/mysql.h"

enum sql_statement {
#define S(id, maria, mysql, otherwise, grant_maria, grant_mysql) STMT_##id,
#include "source/mysql_statements.def"
#undef S
    STATEMENTS
};

struct statement {
    const char *maria, *mysql; /* "": not asked of that family */
    const char *otherwise;     /* NULL: none */
    const char *grant_maria, *grant_mysql;
};

extern const struct statement sql_statements[STATEMENTS];

/* Bits 1 << enum sql_statement that a probe needs of its target; of a lag, of each replica. */
unsigned probe_needs(enum mysql_probe p);

/* The answer to one statement. */
struct sql_answer {
    bool asked, came;
    enum db_end end;
    unsigned errnum;
    struct db_rows rows;
    char why[160]; /* why there are no rows */
};

/* What a server said at one tick. */
struct sql_facts {
    const char *name; /* of the target */
    int64_t t_ms;
    bool known; /* somebody has answered: the family is known */
    bool maria;
    uint64_t own[DB_OWN_MAX]; /* our connections there: never counted as waiting */
    size_t n_own;
    struct sql_answer a[STATEMENTS];
};

#define SQL_BUCKETS_MAX 512
#define SQL_WAITERS_MAX 256

/* What the poll before said, as far as the next one needs it. Zeroed at first. */
struct sql_memory {
    int64_t status_ms; /* 0: no poll yet */
    double uptime, queries, pool_reads, pool_requests;
    int64_t times_ms;
    size_t n_buckets;
    double buckets[SQL_BUCKETS_MAX];
    int64_t threads_ms;
    size_t n_waiters; /* threads that waited for a lock then */
    struct {
        uint64_t id;
        int64_t not_before_ms; /* their wait began no earlier; 0: not known */
    } waiters[SQL_WAITERS_MAX];
};

/* Reads a probe. `others`: for the lag, its replicas (or the target itself); `f` is then the
 * target that they replicate. */
void probe_read(enum mysql_probe p, const struct sql_facts *f,
                const struct sql_facts *const *others, size_t n_others,
                const struct sql_memory *before, struct sample *out);

/* Keeps what the next poll needs; after all probes were read. */
void sql_remember(struct sql_memory *m, const struct sql_facts *f);

/* A statement of the plan's own: the first column of the only row. */
void sql_value_read(const struct sql_answer *a, struct sample *out);

#endif
