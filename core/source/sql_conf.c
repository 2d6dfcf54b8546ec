/* A target of the plan as the transport wants it. */
#include "source/sql_conf.h"

struct db_conf sql_conf(const struct plan *p, int target)
{
    static const enum db_tls tls[] = {[MYSQL_TLS_PREFERRED] = DB_TLS_PREFERRED,
                                      [MYSQL_TLS_REQUIRED] = DB_TLS_REQUIRED,
                                      [MYSQL_TLS_OFF] = DB_TLS_OFF};
    const struct mysql_target *t = &p->mysql[target];
    return (struct db_conf){.name = t->name,
                            .host = t->host,
                            .user = t->user,
                            .password = t->password,
                            .database = t->database,
                            .ca_file = t->ca_file,
                            .port = t->port,
                            .tls = tls[t->tls],
                            .insecure = t->insecure,
                            .timeout_ms = t->timeout_ms};
}
