/* A target of the plan as the transport wants it. */
#ifndef SOURCE_SQL_CONF_H
#define SOURCE_SQL_CONF_H

#include "plan/plan.h"
#include "wire/mysql.h"

/* Texts are the plan's. */
struct db_conf sql_conf(const struct plan *p, int target);

#endif
