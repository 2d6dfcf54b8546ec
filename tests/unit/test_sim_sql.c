/* The simulated database without its sockets: statements and their answers by a table. */
#include "sim_client.h"

#include "sim/sql.h"

/* ---- statements ---- */

static struct sql_session ses;
static int64_t now_ms;

/* "a|b\nc|-" of the rows (- for NULL), "OK", or "E1064 text". */
static void ask_sql(const char *sql, struct buf *out)
{
    struct sql_result r = {.errnum = 0};
    pthread_mutex_lock(&sim->lock);
    sql_run(sim, &ses, sql, strlen(sql), now_ms, false, &r);
    pthread_mutex_unlock(&sim->lock);
    buf_clear(out);
    if (r.errnum)
        buf_addf(out, "E%u %s", r.errnum, r.error);
    else if (!r.has_rows)
        buf_adds(out, "OK");
    for (size_t i = 0; r.has_rows && i < r.rows.n; i++)
        for (size_t c = 0; c < r.rows.n_cols; c++)
            buf_addf(out, "%s%s",
                     c   ? "|"
                     : i ? "\n"
                         : "",
                     r.rows.cell[i * r.rows.n_cols + c] ? r.rows.cell[i * r.rows.n_cols + c] : "-");
    sql_result_clear(&r);
}

static void begin(const char *scenario, double speed)
{
    up(scenario, speed);
    ses = (struct sql_session){.id = 7, .user = "warroom", .database = "shop"};
    now_ms = clock_wall(&world);
}

/* `want`: the whole answer; with ~ in front a part of it; with ^ its beginning. */
static void check(const char *sql, const char *want)
{
    struct buf got = BUF_INIT;
    ask_sql(sql, &got);
    const char *g = buf_str(&got);
    bool met = *want == '~'   ? strstr(g, want + 1) != NULL
               : *want == '^' ? !strncmp(g, want + 1, strlen(want + 1))
                              : !strcmp(g, want);
    if (!met)
        fail_msg("%s\ngave:   %s\nwanted: %s", sql, g, want);
    buf_free(&got);
}

static const struct {
    const char *sql, *want;
} rows[] = {
    /* R8, as a plan fills it */
    {"SHOW TABLES LIKE 'orders'", "orders"},
    {"SHOW TABLES LIKE 'test\\_table'", "test_table"},
    {"SHOW TABLES LIKE 'nosuch'", ""},
    {"SHOW TABLES", "orders\njobs\ntest_table"},
    {"SELECT COUNT(*) FROM orders", "4200000"},
    {"SELECT COUNT(*) AS n FROM `shop`.`orders`;", "4200000"},
    {"SELECT TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'shop' AND TABLE_NAME "
     "= "
     "'orders'",
     "4200000"},
    {"SELECT TABLE_NAME, TABLE_ROWS, ROUND(DATA_LENGTH/1024/1024,2), "
     "ROUND(INDEX_LENGTH/1024/1024,2) "
     "FROM information_schema.TABLES WHERE TABLE_SCHEMA='shop' AND TABLE_NAME='orders'",
     "orders|4200000|688.93|144.2"},
    {"SELECT TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_NAME = 'nosuch'", ""},
    {"SHOW INDEX FROM orders WHERE Key_name = 'idx_canary'", ""},
    {"SHOW INDEX FROM orders WHERE Key_name = 'idx_customer'",
     "orders|1|idx_customer|1|customer_id|A|-|-|-||BTREE|||NO"},
    {"SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND "
     "INDEX_NAME = 'idx_customer'",
     "1"},
    {"SHOW TABLE STATUS WHERE Name = 'orders'", "^orders|InnoDB|10|Dynamic|4200000|172|722400000"},
    {"SELECT ENGINE FROM information_schema.TABLES WHERE TABLE_NAME = 'orders'", "InnoDB"},
    {"SHOW FULL PROCESSLIST", "~7|warroom|127.0.0.1:40007|shop|Query|0|starting|SHOW FULL"},
    {"SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'ALTER%'", "0"},
    {"SELECT COALESCE(MAX(TIMESTAMPDIFF(SECOND, trx_wait_started, NOW())),0) FROM "
     "information_schema.innodb_trx WHERE trx_state='LOCK WAIT'",
     "0"},
    {"SHOW GLOBAL STATUS LIKE 'Threads_connected'", "^Threads_connected|2"},
    {"SHOW STATUS LIKE 'Table_locks%'", "~Table_locks_waited|"},
    {"SHOW GLOBAL STATUS WHERE Variable_name IN ('Threads_running', 'nosuch')",
     "^Threads_running|1"},
    {"SELECT @@GLOBAL.max_connections AS max_connections", "500"},
    {"SELECT VERSION(), @@version_comment", "~MariaDB-SIM|warroom SIM"},
    {"EXPLAIN SELECT * FROM orders WHERE customer_id = 'value'",
     "1|SIMPLE|orders|ref|idx_customer|idx_customer|8|const|85|"},
    {"EXPLAIN SELECT * FROM orders WHERE status = 'new'",
     "1|SIMPLE|orders|ALL|-|-|-|-|4200000|Using where"},
    {"EXPLAIN SELECT * FROM orders WHERE id = 42", "~|const|PRIMARY|"},
    {"SHOW CREATE TABLE orders", "~KEY `idx_customer` (customer_id)"},
    {"SHOW ALL SLAVES STATUS", ""},
    {"SHOW GRANTS", "~GRANT PROCESS"},
    /* small things */
    {"SELECT 1", "1"},
    {"select 1 + 2 * 3, -(4), 7 / 2, NULL, 'it''s'", "7|-4|3.5|-|it's"},
    {"SELECT 3 IN (1, 2, 3), NOT 1, 1 = 1 AND 2 > 3, NULL IS NULL", "1|0|0|1"},
    {"SELECT 'abc' LIKE 'A%', 'a_c' LIKE 'a\\_c', 'abc' LIKE 'a\\_c', 'abc' NOT LIKE '_b_'",
     "1|1|0|0"},
    {"SELECT IF(1 > 2, 'x', CONCAT('a', 1)), IFNULL(NULL, 5), ROUND(2.345, 1)", "a1|5|2.3"},
    {"SELECT TIMESTAMPDIFF(MINUTE, '2026-02-01 22:00:00', '2026-02-01 23:30:59')", "90"},
    {"SELECT /* a comment */ 1 -- and more\n", "1"},
    {"SET SESSION max_statement_time=4, lock_wait_timeout=4", "OK"},
    {"USE shop", "OK"},
    {"SHOW WARNINGS", ""},
    {"SHOW DATABASES", "information_schema\nshop"},
    /* what is not understood, or not there */
    {"SELECT * FROM nosuch", "~E1146 Table 'shop.nosuch' doesn't exist"},
    {"SELECT * FROM information_schema.nosuch", "^E1109"},
    {"SELECT nosuch FROM information_schema.TABLES", "^E1054"},
    {"SELECT * FROM orders WHERE id = 1", "^E1235"},
    {"SELECT SLEEP(1)", "^E1305"},
    {"SELECT @@nosuch", "^E1193"},
    {"SELECT (SELECT 1)", "^E1064"},
    {"SELECT 1,", "^E1064"},
    {"SELECT 'open", "^E1064"},
    {"SELECT 1; SELECT 2", "^E1064"},
    {"INSERT INTO orders VALUES (1)", "~near 'INSERT INTO orders"},
    {"DELETE FROM orders", "^E1064"},
    {"DROP TABLE orders", "^E1064"},
    {"FLUSH TABLES", "^E1064"},
    {"", "^E1064"},
    {"ALTER TABLE nosuch ADD INDEX i (a)", "^E1146"},
    {"ALTER TABLE orders ADD COLUMN c INT", "^E1064"},
    {"ALTER TABLE orders ADD INDEX idx_customer (customer_id)", "^E1061 Duplicate key name"},
    {"ALTER TABLE orders DROP INDEX nosuch", "^E1091"},
    /* the runbook's spelling lacks a comma: the real server refuses it, too */
    {"ALTER TABLE orders ADD INDEX idx_x (status) ALGORITHM=INPLACE, LOCK=NONE", "^E1064"},
    {"KILL 9999", "^E1094"},
};

static void test_statements(void **state)
{
    (void)state;
    begin("healthy", 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(rows[i].sql, rows[i].want);
}

/* R8 rehearsal: one row, then none. */
static void test_rehearsal(void **state)
{
    (void)state;
    begin("healthy", 1);
    check("ALTER TABLE test_table ADD INDEX idx_test (col)", "OK");
    check("SHOW INDEX FROM test_table WHERE Key_name = 'idx_test'",
          "^test_table|1|idx_test|1|col|A|");
    check("ALTER TABLE test_table DROP INDEX idx_test", "OK");
    check("SHOW INDEX FROM test_table WHERE Key_name = 'idx_test'", "");
}

/* A large table takes its time; meanwhile the change shows in the list of threads. */
static void test_change_takes_time(void **state)
{
    (void)state;
    begin("healthy", 1);
    check("ALTER TABLE orders ADD INDEX idx_new (status, amount), ALGORITHM=INPLACE, LOCK=NONE",
          "OK");
    check("SHOW INDEX FROM orders WHERE Key_name = 'idx_new'", "");
    now_ms += 100000;
    check("SHOW PROCESSLIST",
          "~|altering table|ALTER TABLE orders ADD INDEX idx_new (status,amount)");
    check("SHOW GLOBAL STATUS LIKE 'Innodb_onlineddl_pct_progress'",
          "Innodb_onlineddl_pct_progress|4761");
    now_ms += 110000;
    check("SHOW INDEX FROM orders WHERE Key_name = 'idx_new'", "~|idx_new|2|amount|");
    check("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'ALTER%'", "0");
    post_set("{\"signal\":\"no_lock_none\",\"value\":1}"); /* TC-04 */
    check("ALTER TABLE orders ADD INDEX idx_more (note), ALGORITHM=INPLACE, LOCK=NONE", "^E1846");
    check("SHOW INDEX FROM orders WHERE Key_name = 'idx_more'", "");
}

/* The executor's index is there when its run is over, and its effects end when it is dropped. */
static void test_executor_makes_the_index(void **state)
{
    (void)state;
    begin("lock-climb", 1);
    cJSON_Delete(ask_json(port, "POST", "/api/executions",
                          "{\"action\":\"ADD_INDEX\",\"table_name\":\"orders\",\"index_name\":"
                          "\"idx_canary\",\"columns\":[\"customer_id\",\"created_at\"]}",
                          200));
    cJSON_Delete(ask_json(port, "POST", "/api/executions/exec-0001/execute", NULL, 202));
    now_ms = clock_wall(&world) + 60000;
    check("SHOW INDEX FROM orders WHERE Key_name = 'idx_canary'", "");
    check("SHOW FULL PROCESSLIST",
          "~ALTER TABLE orders ADD INDEX idx_canary (customer_id,created_at), ALGORITHM=INPLACE");
    now_ms += 250000;
    check("SHOW INDEX FROM orders WHERE Key_name = 'idx_canary'", "~|idx_canary|2|created_at|");
    now_ms += 20 * 60000;
    check("SELECT COALESCE(MAX(TIMESTAMPDIFF(SECOND, trx_wait_started, NOW())),0) FROM "
          "information_schema.innodb_trx WHERE trx_state='LOCK WAIT'",
          "5");
    check("ALTER TABLE orders DROP INDEX idx_canary", "OK");
    check("SHOW INDEX FROM orders WHERE Key_name = 'idx_canary'", "");
    now_ms += 60000;
    check("SELECT COUNT(*) FROM information_schema.INNODB_TRX", "0");
}

/* The same seconds and numbers as the exporter shows. */
static void test_signals_show(void **state)
{
    (void)state;
    begin("healthy", 1);
    post_set("{\"signal\":\"lock_wait\",\"value\":5}");
    post_set("{\"signal\":\"lock_waiters\",\"value\":3}");
    post_set("{\"signal\":\"threads\",\"value\":62}");
    post_set("{\"signal\":\"lag\",\"value\":42}");
    post_set("{\"signal\":\"rows\",\"value\":10000001}");
    post_set("{\"signal\":\"mdl_wait\",\"value\":7}");
    now_ms = clock_wall(&world) + 1000;
    check("SELECT trx_mysql_thread_id AS id, trx_state AS state, TIMESTAMPDIFF(SECOND, "
          "trx_wait_started, CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', 'SYSTEM')) AS wait_s FROM "
          "information_schema.INNODB_TRX ORDER BY trx_wait_started IS NULL, trx_started LIMIT 2000",
          "31|LOCK WAIT|5\n32|LOCK WAIT|4\n33|LOCK WAIT|3\n30|RUNNING|-");
    check("SHOW GLOBAL STATUS LIKE 'Threads_running'", "Threads_running|62");
    check("SELECT COUNT(*) FROM orders", "10000001");
    check("SHOW FULL PROCESSLIST", "~|7|Waiting for table metadata lock|ALTER TABLE orders");
    ses.replica = 1;
    check("SHOW ALL SLAVES STATUS", "~|Yes|Yes|0||356662|42|0|");
    check("SHOW REPLICA STATUS", "~|42|");
    check("ALTER TABLE orders DROP INDEX idx_customer", "^E1290");
    ses.replica = 2;
    check("SHOW SLAVE STATUS", "~|21|");
    post_set("{\"signal\":\"replica_stopped\",\"value\":1}");
    now_ms = clock_wall(&world) + 1000;
    check("SHOW REPLICA STATUS", "~|Yes|No|0||356662|-|0|");
    ses.replica = 0;
    check("KILL 30", "OK");
    now_ms += 1000;
    check("SELECT COUNT(*) FROM information_schema.INNODB_TRX", "0");
    check("SET SESSION TRANSACTION READ ONLY", "OK");
    check("ALTER TABLE orders DROP INDEX idx_customer", "^E1792");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_statements, down),
        cmocka_unit_test_teardown(test_rehearsal, down),
        cmocka_unit_test_teardown(test_change_takes_time, down),
        cmocka_unit_test_teardown(test_executor_makes_the_index, down),
        cmocka_unit_test_teardown(test_signals_show, down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
