/* Probes read from what MariaDB 10.11 and MySQL 9.7 really said (tests/data/mysql, recorded): DBA-4
 * DBA-5 DBA-7 DBA-9, and what no server says (mirrored, cut, forbidden). */
#include "mysql_facts.h"

static void status_at_rest(void **state)
{
    (void)state;
    static const char *const limits[] = {"max_connections"}, *const sixty[] = {"60"};
    static const char *const counts[] = {"Variable_name", "Value"};
    static const char *const two[] = {"lock_deadlocks", "3", "trx_rseg_history_len", "17"};
    struct sql_facts f;
    facts_init(&f, 1000);
    give(&f, STMT_STATUS, MARIA, "global_status_full", "SHOW GLOBAL STATUS", 0, 0);
    put(&f, STMT_LIMITS, 1, limits, 1, sixty);
    reads(&f, NULL, PROBE_THREADS_RUNNING, 2, NULL);
    reads(&f, NULL, PROBE_THREADS_CONNECTED, 2, NULL);
    reads(&f, NULL, PROBE_CONNECTIONS_PCT, 100.0 * 2 / 60, NULL);
    reads(&f, NULL, PROBE_MAX_USED_PCT, 100.0 * 5 / 60, NULL);
    reads(&f, NULL, PROBE_TABLE_LOCKS_WAITED, 0, NULL);
    reads(&f, NULL, PROBE_DEADLOCKS, 0, NULL);
    reads(&f, NULL, PROBE_HISTORY_LIST_LENGTH, 0, NULL);
    reads(&f, NULL, PROBE_QPS, NAN, "needs two polls");
    reads(&f, NULL, PROBE_BUFFER_POOL_HIT_PCT, NAN, "needs two polls");
    reads(&f, NULL, PROBE_QUERY_P99_MS, NAN, "offers no statement times");
    give(&f, STMT_STATUS, MYSQL, "global_status_full", "SHOW GLOBAL STATUS", 0, 0);
    reads(&f, NULL, PROBE_THREADS_RUNNING, 3, NULL);
    reads(&f, NULL, PROBE_DEADLOCKS, NAN, "does not count lock_deadlocks");
    put(&f, STMT_INNODB, 2, counts, 2, two);
    reads(&f, NULL, PROBE_DEADLOCKS, 3, NULL);
    reads(&f, NULL, PROBE_HISTORY_LIST_LENGTH, 17, NULL);
    put(&f, STMT_LIMITS, 1, limits, 0, NULL);
    reads(&f, NULL, PROBE_CONNECTIONS_PCT, NAN, "max_connections is not known");
    facts_clear(&f);
}

static void between_two_polls(void **state)
{
    (void)state;
    static const char *const names[] = {"Variable_name", "Value"};
    static const char *const polls[][8] = {
        {"Queries", "1000", "Innodb_buffer_pool_reads", "10", "Innodb_buffer_pool_read_requests",
         "1000", "Uptime", "50"},
        {"Queries", "1500", "Innodb_buffer_pool_reads", "15", "Innodb_buffer_pool_read_requests",
         "2000", "Uptime", "55"},
        {"Queries", "1600", "Innodb_buffer_pool_reads", "15", "Innodb_buffer_pool_read_requests",
         "2000", "Uptime", "60"},
        {"Queries", "9000", "Innodb_buffer_pool_reads", "99", "Innodb_buffer_pool_read_requests",
         "9999", "Uptime", "2"},
    };
    struct sql_memory m = {0};
    struct sql_facts f;
    for (size_t i = 0; i < 4; i++) {
        facts_init(&f, (int64_t)(i + 1) * 5000);
        put(&f, STMT_STATUS, 2, names, 4, polls[i]);
        if (i == 1) {
            reads(&f, &m, PROBE_QPS, 100, NULL);
            reads(&f, &m, PROBE_BUFFER_POOL_HIT_PCT, 99.5, NULL);
        } else if (i == 2) {
            reads(&f, &m, PROBE_QPS, 20, NULL);
            reads(&f, &m, PROBE_BUFFER_POOL_HIT_PCT, NAN, "no page was read");
        } else if (i == 3) {
            reads(&f, &m, PROBE_QPS, NAN, "restarted");
            reads(&f, &m, PROBE_BUFFER_POOL_HIT_PCT, NAN, "restarted");
        }
        sql_remember(&m, &f);
        facts_clear(&f);
    }
}

static void statement_times(void **state)
{
    (void)state;
    static const char *const names[] = {"upto_s", "n"};
    static const char *const polls[][8] = {
        {"0.001", "100", "0.010", "10", "0.100", "1", "TOO LONG", "0"},
        {"0.001", "150", "0.010", "50", "0.100", "11", "TOO LONG", "0"}, /* 50, 40, 10 */
        {"0.001", "150", "0.010", "50", "0.100", "11", "TOO LONG", "5"},
        {"0.001", "0", "0.010", "0", "0.100", "0", "TOO LONG", "0"},
    };
    struct sql_memory m = {0};
    struct sql_facts f;
    for (size_t i = 0; i < 4; i++) {
        facts_init(&f, (int64_t)(i + 1) * 5000);
        put(&f, STMT_TIMES, 2, names, 4, polls[i]);
        if (i == 1) {
            reads(&f, &m, PROBE_QUERY_P50_MS, 1, NULL);
            reads(&f, &m, PROBE_QUERY_P99_MS, 91, NULL); /* 9 of 10 between 10 and 100 ms */
            struct sql_memory same = m;
            sql_remember(&same, &f);
            reads(&f, &same, PROBE_QUERY_P50_MS, NAN, "no statement ended");
        } else if (i == 2) {
            reads(&f, &m, PROBE_QUERY_P50_MS, NAN, "longer than the 0.1 s");
        } else if (i == 3) {
            reads(&f, &m, PROBE_QUERY_P50_MS, NAN, "reset");
        }
        sql_remember(&m, &f);
        facts_clear(&f);
    }
}

/* Three wait for a row, one of them behind another: three waiters, not four rows. */
static void row_locks(void **state)
{
    (void)state;
    static const struct {
        const char *folder;
        int now_s;
        double own, wait;
    } rows[] = {{MARIA, 20 * 3600 + 15 * 60 + 39, 577, 4},
                {MYSQL, 20 * 3600 + 18 * 60 + 6, 636, 4}};
    for (size_t i = 0; i < 2; i++) {
        struct sql_facts f;
        facts_init(&f, 1000);
        give(&f, STMT_TRX, rows[i].folder, "lockwait_row", "INNODB_TRX", 0, rows[i].now_s);
        give(&f, STMT_THREADS, rows[i].folder, "lockwait_row", "SHOW FULL", 0, 0);
        reads(&f, NULL, PROBE_LOCK_WAITERS, 3, NULL);
        reads(&f, NULL, PROBE_LOCK_WAIT_SECONDS, rows[i].wait, NULL);
        reads(&f, NULL, PROBE_LONGEST_TRX_SECONDS, 4, NULL);
        reads(&f, NULL, PROBE_METADATA_LOCK_WAITERS, 0, NULL);
        /* One of ours waits: it does not count. */
        f.own[0] = (uint64_t)rows[i].own;
        f.n_own = 1;
        reads(&f, NULL, PROBE_LOCK_WAITERS, 2, NULL);
        reads(&f, NULL, PROBE_LOCK_WAIT_SECONDS, 3, NULL);
        facts_clear(&f);
        facts_init(&f, 1000);
        give(&f, STMT_TRX, rows[i].folder, "lockwait_none", "INNODB_TRX", 0, 0);
        give(&f, STMT_THREADS, rows[i].folder, "lockwait_none", "SHOW FULL", 0, 0);
        reads(&f, NULL, PROBE_LOCK_WAITERS, 0, NULL);
        reads(&f, NULL, PROBE_LOCK_WAIT_SECONDS, 0, NULL);
        reads(&f, NULL, PROBE_LONGEST_TRX_SECONDS, 0, NULL);
        facts_clear(&f);
    }
}

/* An ALTER waits for an idle reader, two wait behind it: InnoDB sees no lock wait. */
static void metadata_locks(void **state)
{
    (void)state;
    static const struct {
        const char *folder;
        double alter;
    } rows[] = {{MARIA, 594}, {MYSQL, 653}};
    for (size_t i = 0; i < 2; i++) {
        struct sql_facts f;
        struct sql_memory m = {0};
        facts_init(&f, 100000);
        give(&f, STMT_TRX, rows[i].folder, "lockwait_none", "INNODB_TRX", 0, 0);
        give(&f, STMT_THREADS, rows[i].folder, "lockwait_mdl", "SHOW FULL", 0, 0);
        reads(&f, NULL, PROBE_METADATA_LOCK_WAITERS, 3, NULL);
        reads(&f, NULL, PROBE_LOCK_WAIT_SECONDS, 3, NULL);
        reads(&f, NULL, PROBE_LOCK_WAITERS, 0, NULL);
        f.own[0] = (uint64_t)rows[i].alter;
        f.n_own = 1;
        reads(&f, NULL, PROBE_METADATA_LOCK_WAITERS, 2, NULL);
        f.n_own = 0;
        /* The poll a second ago saw nobody wait: Time is then not all waiting. */
        m.threads_ms = 99000;
        reads(&f, &m, PROBE_LOCK_WAIT_SECONDS, 1, NULL);
        /* One that it saw has waited as long as its Time says. */
        m.n_waiters = 1;
        m.waiters[0].id = (uint64_t)rows[i].alter;
        m.waiters[0].not_before_ms = 0;
        reads(&f, &m, PROBE_LOCK_WAIT_SECONDS, 3, NULL);
        m.waiters[0].not_before_ms = 98000;
        reads(&f, &m, PROBE_LOCK_WAIT_SECONDS, 2, NULL);
        sql_remember(&m, &f);
        assert_int_equal(m.n_waiters, 3);
        assert_int_equal(m.waiters[0].not_before_ms, 98000);
        assert_int_equal(m.waiters[1].not_before_ms, 99000);
        facts_clear(&f);
    }
}

static void schema_changes(void **state)
{
    (void)state;
    static const char *const consumer[] = {"consumer", "id"}, *const off[] = {"NO", NULL},
                             *const on[] = {"YES", NULL};
    static const double in_place[] = {1.02, 18.87, 38.47, 58.57, 100};
    static const double copy[] = {0.973, 41.434, 83.471};
    struct sql_facts f;
    facts_init(&f, 1000);
    for (int i = 0; i < 5; i++) {
        give(&f, STMT_THREADS, MARIA, "alter_progress", "SHOW FULL", i, 0);
        give(&f, STMT_STATUS, MARIA, "alter_progress_status", "ONLINEDDL", i, 0);
        reads(&f, NULL, PROBE_DDL_PROGRESS_PCT, in_place[i], NULL);
    }
    for (int i = 0; i < 3; i++) {
        give(&f, STMT_THREADS, MARIA, "alter_copy_progress", "PROCESSLIST", i, 0);
        reads(&f, NULL, PROBE_DDL_PROGRESS_PCT, copy[i], NULL);
    }
    /* The status variable keeps its last value: without an ALTER it says nothing. */
    give(&f, STMT_THREADS, MARIA, "lockwait_none", "SHOW FULL", 0, 0);
    reads(&f, NULL, PROBE_DDL_PROGRESS_PCT, NAN, "no ALTER is under way");
    give(&f, STMT_THREADS, MARIA, "lockwait_mdl", "SHOW FULL", 0, 0);
    reads(&f, NULL, PROBE_DDL_PROGRESS_PCT, NAN, "waits for a lock");
    facts_clear(&f);

    facts_init(&f, 1000);
    put(&f, STMT_STAGES, 2, consumer, 1, off);
    reads(&f, NULL, PROBE_DDL_PROGRESS_PCT, NAN, "events_stages_current is off");
    put(&f, STMT_STAGES, 2, consumer, 1, on);
    reads(&f, NULL, PROBE_DDL_PROGRESS_PCT, NAN, "no ALTER is under way");
    facts_clear(&f);
}

/* The recorded rows of MySQL's stages, with the consumer on: worker rows do not count. */
static void stages_of_mysql(void **state)
{
    (void)state;
    static const double pct[] = {0, 55.752591, 60.938348, 67.043868, 70.462305};
    for (int i = 0; i < 5; i++) {
        struct sql_facts f;
        facts_init(&f, 1000);
        give(&f, STMT_STAGES, MYSQL, "alter_progress", "events_stages_current", i, 0);
        struct db_rows *r = &f.a[STMT_STAGES].rows;
        free(r->names[0]); /* THREAD_ID, which our statement does not ask */
        r->names[0] = xstrdup("consumer");
        for (size_t k = 0; k < r->n_rows; k++) {
            free(r->cells[k * r->n_cols]);
            r->cells[k * r->n_cols] = xstrdup("YES");
        }
        reads(&f, NULL, PROBE_DDL_PROGRESS_PCT, pct[i], NULL);
        facts_clear(&f);
    }
}

/* DBA-5: a lag that is not known is never 0. */
static void replicas(void **state)
{
    (void)state;
    static const struct {
        const char *folder, *file;
        double lag;
        const char *why;
    } rows[] = {
        {MARIA, "replica_status_healthy", 0, NULL},
        {MARIA, "replica_status_hold", 4, NULL},
        {MARIA, "replica_status_delay", 4, NULL},
        {MARIA, "replica_status_sqlstop", NAN, "its applier is stopped"},
        {MARIA, "replica_status_iostop", NAN, "its receiver is stopped"},
        {MARIA, "replica_status_sql_error", NAN, "its applier is stopped: Could not execute"},
        {MARIA, "replica_status_io_auth_error", NAN,
         "its receiver is Connecting: error connecting"},
        {MARIA, "replica_status_primary_dead", NAN, "its receiver is Connecting"},
        {MARIA, "replica_status_on_primary", NAN, "no replica"},
        {MARIA, "replica_status_no_privilege", NAN, "needs GRANT SLAVE MONITOR ON *.* (1227)"},
        {MYSQL, "replica_status_healthy", 0, NULL},
        {MYSQL, "replica_status_hold", 4, NULL},
        {MYSQL, "replica_status_delay", 4, NULL},
        {MYSQL, "replica_status_sqlstop", NAN, "its applier is stopped"},
        {MYSQL, "replica_status_iostop", NAN, "its receiver is stopped"},
        {MYSQL, "replica_status_sql_error", NAN, "its applier is stopped: Coordinator"},
        {MYSQL, "replica_status_io_auth_error", NAN, "its receiver is Connecting"},
        {MYSQL, "replica_status_io_gave_up", NAN, "its receiver is stopped: Error reconnecting"},
        {MYSQL, "replica_status_primary_dead", NAN, "its receiver is Connecting"},
        {MYSQL, "replica_status_on_primary", NAN, "no replica"},
        {MYSQL, "replica_status_no_privilege", NAN, "needs GRANT REPLICATION CLIENT ON *.* (1227)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sql_facts f;
        facts_init(&f, 1000);
        give(&f, STMT_REPLICA, rows[i].folder, rows[i].file, "SHOW REPLICA STATUS", 0, 0);
        reads(&f, NULL, PROBE_REPLICATION_LAG_SECONDS, rows[i].lag, rows[i].why);
        facts_clear(&f);
    }
}

static void the_worst_replica_counts(void **state)
{
    (void)state;
    struct sql_facts primary, a, b;
    const struct sql_facts *both[] = {&a, &b};
    struct sample x;
    facts_init(&primary, 1000);
    facts_init(&a, 1000);
    facts_init(&b, 1000);
    a.name = "replica1";
    b.name = "replica2";
    give(&a, STMT_REPLICA, MARIA, "replica_status_healthy", "SHOW ALL SLAVES", 0, 0);
    give(&b, STMT_REPLICA, MYSQL, "replica_status_hold", "SHOW REPLICA", 0, 0);
    probe_read(PROBE_REPLICATION_LAG_SECONDS, &primary, both, 2, &no_memory, &x);
    assert_true(x.good && x.value == 4);
    give(&b, STMT_REPLICA, MYSQL, "replica_status_sqlstop", "SHOW REPLICA", 0, 0);
    probe_read(PROBE_REPLICATION_LAG_SECONDS, &primary, both, 2, &no_memory, &x);
    assert_false(x.good);
    assert_ptr_equal(strstr(x.why, "replica2: its applier is stopped"), x.why);
    /* A replica that does not notice yet that its primary hangs says 0. */
    give(&b, STMT_REPLICA, MYSQL, "replica_status_primary_hung_3s", "SHOW REPLICA", 0, 0);
    probe_read(PROBE_REPLICATION_LAG_SECONDS, &primary, both, 2, &no_memory, &x);
    assert_true(x.good && x.value == 0);
    primary.a[STMT_LIMITS].came = false;
    probe_read(PROBE_REPLICATION_LAG_SECONDS, &primary, both, 2, &no_memory, &x);
    assert_false(x.good);
    assert_non_null(strstr(x.why, "primary does not answer"));
    facts_clear(&a);
    facts_clear(&b);
}

static void what_is_forbidden_names_the_right(void **state)
{
    (void)state;
    struct sql_facts f;
    facts_init(&f, 1000);
    f.a[STMT_TRX].end = DB_ERROR;
    f.a[STMT_TRX].errnum = 1227;
    str_copy(f.a[STMT_TRX].why, sizeof f.a[0].why, "h:1: Access denied; you need PROCESS (1227)");
    const enum mysql_probe trx[] = {PROBE_LOCK_WAIT_SECONDS, PROBE_LOCK_WAITERS,
                                    PROBE_METADATA_LOCK_WAITERS, PROBE_LONGEST_TRX_SECONDS,
                                    PROBE_DDL_PROGRESS_PCT};
    for (size_t i = 0; i < sizeof trx / sizeof *trx; i++)
        reads(&f, NULL, trx[i], NAN, "primary: needs GRANT PROCESS ON *.* (1227)");
    f.a[STMT_TRX].errnum = 1146;
    reads(&f, NULL, PROBE_LOCK_WAITERS, NAN, "primary: h:1: Access denied"); /* as it was said */
    f.a[STMT_STATUS] = (struct sql_answer){.asked = true, .why = "no answer in time"};
    reads(&f, NULL, PROBE_THREADS_RUNNING, NAN, "primary: no answer in time");
    f.a[STMT_STATUS] = (struct sql_answer){
        .asked = true, .came = true, .end = DB_REFUSED, .why = "h:1: Can't connect (111)"};
    reads(&f, NULL, PROBE_THREADS_RUNNING, NAN, "primary: h:1: Can't connect (111)");
}

static void own_statements_give_one_number(void **state)
{
    (void)state;
    static const char *const one[] = {"n"};
    static const struct {
        size_t n;
        const char *cells[2];
        double value;
        const char *why;
    } rows[] = {
        {1, {"42", NULL}, 42, NULL},          {1, {"-0.5e3", NULL}, -500, NULL},
        {1, {NULL, NULL}, NAN, "NULL"},       {0, {NULL, NULL}, NAN, "empty answer"},
        {2, {"1", "2"}, NAN, "2 rows came"},  {1, {"many", NULL}, NAN, "not a number: many"},
        {1, {"", NULL}, NAN, "not a number"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sql_facts f;
        struct sample x;
        facts_init(&f, 1000);
        put(&f, STMT_STATUS, 1, one, rows[i].n, rows[i].cells);
        sql_value_read(&f.a[STMT_STATUS], &x);
        if (x.good ? x.value != rows[i].value
                   : !isnan(rows[i].value) || !strstr(x.why, rows[i].why))
            fail_msg("row %zu: %g %s", i, x.value, x.why);
        facts_clear(&f);
    }
}

/* Nothing came at all: every probe says so, none says 0. */
static void silence_is_never_zero(void **state)
{
    (void)state;
    for (int p = PROBE_NONE + 1; p < PROBES; p++) {
        struct sql_facts f = {.name = "primary", .t_ms = 1000};
        reads(&f, NULL, (enum mysql_probe)p, NAN, "primary: no answer in time");
        assert_true(probe_needs((enum mysql_probe)p) != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_at_rest),
        cmocka_unit_test(between_two_polls),
        cmocka_unit_test(statement_times),
        cmocka_unit_test(row_locks),
        cmocka_unit_test(metadata_locks),
        cmocka_unit_test(schema_changes),
        cmocka_unit_test(stages_of_mysql),
        cmocka_unit_test(replicas),
        cmocka_unit_test(the_worst_replica_counts),
        cmocka_unit_test(what_is_forbidden_names_the_right),
        cmocka_unit_test(own_statements_give_one_number),
        cmocka_unit_test(silence_is_never_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
