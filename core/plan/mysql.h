/* Databases in the plan: targets, metrics read of them, statements of actions and checks. */
#ifndef PLAN_MYSQL_H
#define PLAN_MYSQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MYSQL_TARGETS_MAX 16

enum mysql_tls { MYSQL_TLS_PREFERRED, MYSQL_TLS_REQUIRED, MYSQL_TLS_OFF };

/* A target by name. */
struct sql_ref {
    char *name;
    int at; /* index into plan->mysql */
};

struct mysql_target {
    char *name, *host, *user, *database, *ca_file;
    char *password; /* secret; "" without */
    int port;
    enum mysql_tls tls;
    bool insecure;
    struct sql_ref replica_of; /* name "" when it is no replica */
    int64_t timeout_ms;
};

enum mysql_probe {
    PROBE_NONE,
#define X(id, name, unit, needs, reader, doc) PROBE_##id,
#include "plan/mysql_probes.def"
#undef X
    PROBES
};

/* Name and unit of a probe. */
const char *probe_name(enum mysql_probe p);
const char *probe_unit(enum mysql_probe p);

/* What a metric asks: a probe, or a statement whose only value it is. */
struct sql_metric {
    bool set;
    struct sql_ref target;
    enum mysql_probe probe; /* PROBE_NONE: `sql` */
    char *sql;
};

/* A statement of an action, a verify or a preflight check. */
struct sql_call {
    struct sql_ref target;
    char *query; /* template (TMPL_SQL) */
    bool write;
    int64_t timeout_ms;
};

/* What the tool itself may do to a database (plan/sql.h). */
struct plan_deny {
    char **denied; /* operations like DROP_INDEX */
    size_t n_denied;
    char **operations; /* allowed.operation; none: all that are not denied */
    size_t n_operations;
};

#endif
