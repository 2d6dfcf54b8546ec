/* Counters and settings of the simulated server, its replicas' states and its statement times.
 * Those that its exporter also shows are the very same numbers. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "sim/sql_int.h"

/* Value of a counter of the scenario (the first series of that name); 0 without one. */
static double counter(struct sql *q, const char *name)
{
    for (size_t i = 0; i < q->s->sc->n_series; i++)
        if (!strcmp(q->s->sc->series[i].name, name))
            return model_counter(q->s->m, i, q->now_ms);
    return 0;
}

/* How far the schema change is, in ten thousandths; keeps 10000 when none runs. */
static double progress(struct sql *q)
{
    for (size_t i = 0; i < q->s->n_exec; i++) {
        const struct execution *x = &q->s->exec[i];
        if (!strcmp(execution_status(x, q->now_ms), "running"))
            return floor(10000.0 * (double)(q->now_ms - x->started_ms) / EXECUTION_MS);
    }
    for (size_t i = 0; i < DB_DDL_MAX; i++) {
        const struct db_ddl *d = &q->s->db.ddl[i];
        if (d->on && d->end_ms > d->start_ms)
            return floor(10000.0 * (double)(q->now_ms - d->start_ms) /
                         (double)(d->end_ms - d->start_ms));
    }
    return 10000;
}

static void put(struct sql_rows *r, const char *name, double v)
{
    rows_add(r);
    rows_set(r, 0, "%s", name);
    rows_set(r, 1, "%.0f", v);
}

static void put_text(struct sql_rows *r, const char *name, const char *v)
{
    rows_add(r);
    rows_set(r, 0, "%s", name);
    rows_set(r, 1, "%s", v);
}

void table_global_status(struct sql *q, struct sql_rows *r)
{
    double connected = round(db_signal(q, "connections", 200));
    rows_columns(r, "Variable_name Value");
    put(r, "Innodb_buffer_pool_read_requests",
        counter(q, "mysql_global_status_innodb_buffer_pool_read_requests"));
    put(r, "Innodb_buffer_pool_reads", counter(q, "mysql_global_status_innodb_buffer_pool_reads"));
    put(r, "Innodb_deadlocks", 0);
    put(r, "Innodb_history_list_length", 12);
    put(r, "Innodb_onlineddl_pct_progress", progress(q));
    put(r, "Innodb_row_lock_current_waits", round(db_signal(q, "lock_waiters", 0)));
    put(r, "Max_used_connections", connected + 20);
    put(r, "Queries", counter(q, "mysql_global_status_queries"));
    put_text(r, "Ssl_cipher", "");
    put(r, "Table_locks_immediate", counter(q, "mysql_global_status_queries"));
    put(r, "Table_locks_waited", counter(q, "mysql_global_status_table_locks_waited"));
    put(r, "Threads_connected", connected);
    put(r, "Threads_running", round(db_signal(q, "threads", 10)));
    put(r, "Uptime", floor((double)(q->now_ms - model_start(q->s->m)) / 1000) + 864000);
}

void table_variables(struct sql *q, struct sql_rows *r)
{
    char text[32];
    rows_columns(r, "Variable_name Value");
    put_text(r, "version", SQL_VERSION);
    put_text(r, "version_comment", "warroom SIM: a simulated database");
    put(r, "max_connections", 500);
    put(r, "server_id", q->ses->replica + 1);
    put_text(r, "hostname", q->ses->replica ? "sim-replica" : "sim-primary");
    put(r, "read_only", q->ses->replica > 0);
    put(r, "tx_read_only", q->ses->read_only);
    put_text(r, "time_zone", "SYSTEM");
    put_text(r, "system_time_zone", "UTC");
    put_text(r, "default_storage_engine", "InnoDB");
    put(r, "performance_schema", 0);
    put(r, "max_statement_time", 0);
    put(r, "lock_wait_timeout", 86400);
    put(r, "innodb_lock_wait_timeout", 50);
    put(r, "autocommit", 1);
    str_fmt(text, sizeof text, "%d", 16777216);
    put_text(r, "max_allowed_packet", text);
    put(r, "query_response_time_stats", 1);
}

/* Signals lag (s) and replica_stopped (1: its applier stands, the lag is NULL). The first replica
 * is as far behind as the signal says, others half as far. */
void table_replica(struct sql *q, bool all, struct sql_rows *r)
{
    static const char *const columns =
        "Slave_IO_State Master_Host Master_User Master_Port Connect_Retry Master_Log_File "
        "Read_Master_Log_Pos Relay_Master_Log_File Slave_IO_Running Slave_SQL_Running Last_Errno "
        "Last_Error Exec_Master_Log_Pos Seconds_Behind_Master Last_IO_Errno Last_IO_Error "
        "Last_SQL_Errno Last_SQL_Error Master_Server_Id Using_Gtid SQL_Delay "
        "Slave_SQL_Running_State";
    struct buf names = BUF_INIT;
    buf_addf(&names, "%s%s", all ? "Connection_name Slave_SQL_State " : "", columns);
    rows_columns(r, names.p);
    buf_free(&names);
    if (!q->ses->replica)
        return;
    bool stopped = db_signal(q, "replica_stopped", 0) >= 1;
    double lag = floor(db_signal(q, "lag", 0) * (q->ses->replica == 1 ? 1 : 0.5) + 1e-6);
    const struct {
        const char *name, *value;
    } same[] = {{"Connection_name", ""},
                {"Slave_SQL_State", stopped ? "" : "Slave has read all relay log"},
                {"Slave_IO_State", "Waiting for master to send event"},
                {"Master_Host", "127.0.0.1"},
                {"Master_User", "repl"},
                {"Master_Port", "3306"},
                {"Connect_Retry", "60"},
                {"Master_Log_File", "binlog.000009"},
                {"Read_Master_Log_Pos", "356662"},
                {"Relay_Master_Log_File", "binlog.000009"},
                {"Slave_IO_Running", "Yes"},
                {"Slave_SQL_Running", stopped ? "No" : "Yes"},
                {"Last_Errno", "0"},
                {"Last_Error", ""},
                {"Exec_Master_Log_Pos", "356662"},
                {"Last_IO_Errno", "0"},
                {"Last_IO_Error", ""},
                {"Last_SQL_Errno", "0"},
                {"Last_SQL_Error", ""},
                {"Master_Server_Id", "1"},
                {"Using_Gtid", "Slave_Pos"},
                {"SQL_Delay", "0"},
                {"Slave_SQL_Running_State", stopped ? "" : "Slave has read all relay log"}};
    rows_add(r);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        int col = rows_column(r, same[i].name);
        if (col >= 0)
            rows_set(r, (size_t)col, "%s", same[i].value);
    }
    if (!stopped)
        rows_set(r, (size_t)rows_column(r, "Seconds_Behind_Master"), "%.0f", lag);
}

/* The plugin's buckets, cumulative in time only: so many statements took so long. The median is the
 * signal query_ms, 95 % take three times and 99 % five times as long at most. */
void table_times(struct sql *q, struct sql_rows *r)
{
    double total = counter(q, "mysql_global_status_queries"), ms = db_signal(q, "query_ms", 4);
    static const double of_median[] = {0.5, 1, 3, 5, 10}, share[] = {0.25, 0.5, 0.95, 0.99, 1};
    double before = 0;
    rows_columns(r, "TIME COUNT TOTAL");
    for (size_t i = 0; i < 5; i++) {
        rows_add(r);
        rows_set(r, 0, "%14.6f", ms * of_median[i] / 1000);
        rows_set(r, 1, "%.0f", floor(total * share[i]) - before);
        rows_set(r, 2, "0");
        before = floor(total * share[i]);
    }
    rows_add(r);
    rows_set(r, 0, "TOO LONG");
    rows_set(r, 1, "0");
    rows_set(r, 2, "TOO LONG");
}
