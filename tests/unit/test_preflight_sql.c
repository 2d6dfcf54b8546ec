/* The database's checks against the simulator's MySQL: R8 of the runbook as it is written. */
#include "preflight_bench.h"

#define SIZE                                                                                       \
    "sql: { target: primary, query: \"SELECT TABLE_NAME, TABLE_ROWS, ROUND(DATA_LENGTH/1024/"      \
    "1024,2), ROUND(INDEX_LENGTH/1024/1024,2) FROM information_schema.TABLES WHERE TABLE_SCHEMA "  \
    "= "                                                                                           \
    "'shop' AND TABLE_NAME = {{scope.table:string}}\" }, read: { column: TABLE_ROWS }, warning: "  \
    "\"> 5000000\", critical: \"> 10000000\", approve: dba, override: never"

static char target[200], checks[4000];

static int sim_up(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    up("healthy", 1);
    if (sim_mysql(sim, "127.0.0.1:0", "", &e) < 0)
        fail_msg("%s", e.text);
    str_fmt(
        target, sizeof target,
        "mysql:\n  - { name: primary, host: 127.0.0.1, port: %d, user: warroom, database: shop, "
        "tls: off }\n"
        "  - { name: away, host: 127.0.0.1, port: 1, user: warroom, tls: off, timeout: 1s }\n",
        sim_mysql_port(sim, 0));
    return 0;
}

static void rows_are(double n)
{
    char body[80];
    str_fmt(body, sizeof body, "{\"signal\":\"rows\",\"value\":%.0f}", n);
    post_set(body);
}

static void run(struct bench *b, const char *items)
{
    str_fmt(checks, sizeof checks, "%s%s", items, target);
    bench_run(b, checks);
}

/* PRE-7: table exists, engine, index absent, no pending DDL, by SQL. */
static void PRE_7_database(void **state)
{
    (void)state;
    struct bench b;
    run(&b, "  - { id: exists, title: t, sql: { target: primary, query: \"SELECT TABLE_NAME FROM "
            "information_schema.TABLES WHERE TABLE_SCHEMA = 'shop' AND TABLE_NAME = "
            "{{scope.table:string}}\" }, expect: { rows: 1 } }\n"
            "  - { id: engine, title: t, sql: { target: primary, query: \"SELECT ENGINE FROM "
            "information_schema.TABLES WHERE TABLE_NAME = 'orders' AND ENGINE = 'InnoDB'\" }, "
            "expect: { "
            "rows: 1 } }\n"
            "  - { id: index, title: t, sql: { target: primary, query: \"SHOW INDEX FROM "
            "{{scope.table}} "
            "WHERE Key_name = 'idx_new'\" }, expect: { rows: 0 } }\n"
            "  - { id: there, title: t, sql: { target: primary, query: \"SHOW INDEX FROM "
            "{{scope.table}} "
            "WHERE Key_name = 'PRIMARY'\" }, expect: { rows: 0 } }\n"
            "  - { id: ddl, title: t, sql: { target: primary, query: \"SELECT ID FROM "
            "information_schema.PROCESSLIST WHERE INFO LIKE 'ALTER%'\" }, expect: { rows: 0 } }\n"
            "  - { id: wrong, title: t, sql: { target: primary, query: \"SELECT nothing FROM "
            "nowhere\" } "
            "}\n"
            "  - { id: away, title: t, sql: { target: away, query: \"SELECT 1\" } }\n");
    bench_is(&b, "exists", PF_PASSED, "orders");
    bench_is(&b, "engine", PF_PASSED, "InnoDB");
    bench_is(&b, "index", PF_PASSED, "0 rows");
    bench_is(&b, "there", PF_FAILED, "expected 0");
    bench_is(&b, "ddl", PF_PASSED, "0 rows");
    bench_is(&b, "wrong", PF_UNKNOWN, "");
    bench_is(&b, "away", PF_UNKNOWN, "");
    assert_non_null(strstr(bench_item(&b, "exists")->call, "TABLE_NAME = 'orders'"));
    bench_close(&b);
}

/* DBA-1, DBA-3: the size gate on the server's own figures, rows, data and index shown. */
static void PRE_8_DBA_1_DBA_3_size_gate(void **state)
{
    (void)state;
    static const struct {
        double rows;
        enum pf_is is;
        bool beyond;
    } cases[] = {{5000000, PF_PASSED, false},
                 {5000001, PF_WARNED, false},
                 {10000000, PF_WARNED, false},
                 {10000001, PF_FAILED, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench b;
        char rows[40];
        rows_are(cases[i].rows);
        run(&b, "  - { id: PF-2, title: size, " SIZE " }\n");
        str_fmt(rows, sizeof rows, "TABLE_ROWS %.0f", cases[i].rows);
        bench_is(&b, "PF-2", cases[i].is, rows);
        assert_int_equal(bench_item(&b, "PF-2")->beyond, cases[i].beyond);
        bench_close(&b);
    }
}

static void agree(struct bench *b, bool ok)
{
    struct event *ev = event_new(EV_APPROVAL, clock_wall(&b->clock), "chai");
    str_copy(ev->role, sizeof ev->role, "dba");
    json_add_str(ev->body, "subject", "preflight:PF-2");
    json_add_bool(ev->body, "ok", ok);
    bench_fold(b, ev);
}

static int counts_asked(void)
{
    cJSON *o = ask_json(port, "GET", "/sim/requests?method=SQL", NULL, 200);
    const cJSON *x;
    int n = 0;
    cJSON_ArrayForEach (x, json_arr(o, "requests")) {
        struct buf text = BUF_INIT;
        json_print(x, &text);
        n += strstr(buf_str(&text), "COUNT(*)") != NULL;
        buf_free(&text);
    }
    cJSON_Delete(o);
    return n;
}

/* DBA-11: near a gate the exact count waits for the DBA; which of the two was used is recorded. */
static void DBA_11_exact_count(void **state)
{
    (void)state;
    struct bench b;
    int before = counts_asked();
    rows_are(4900000);
    run(&b, "  - { id: PF-2, title: size, exact: \"SELECT COUNT(*) FROM {{scope.table}}\", " SIZE
            " }\n");
    bench_is(&b, "PF-2", PF_WAITS, "dba must agree to an exact count");
    assert_true(bench_item(&b, "PF-2")->near);
    assert_int_equal(counts_asked(), before);
    agree(&b, false);
    bench_settle(&b);
    bench_is(&b, "PF-2", PF_WAITS, "");
    assert_int_equal(counts_asked(), before);
    agree(&b, true);
    bench_settle(&b);
    assert_int_equal(counts_asked(), before + 1);
    bench_is(&b, "PF-2", PF_PASSED, "4900000");
    assert_true(bench_item(&b, "PF-2")->exact);
    assert_non_null(strstr(b.tape.p, "\"exact\":false"));
    assert_non_null(strstr(b.tape.p, "\"exact\":true"));
    bench_close(&b);
    rows_are(20000000);
    run(&b, "  - { id: PF-2, title: size, exact: \"SELECT COUNT(*) FROM {{scope.table}}\", " SIZE
            " }\n");
    bench_is(&b, "PF-2", PF_FAILED, "beyond critical"); /* far beyond: nothing to count */
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(PRE_7_database),
        cmocka_unit_test(PRE_8_DBA_1_DBA_3_size_gate),
        cmocka_unit_test(DBA_11_exact_count),
    };
    return cmocka_run_group_tests(tests, sim_up, down);
}
