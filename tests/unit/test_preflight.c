/* The checks before the start on real HTTP, processes and the simulator's Prometheus. */
#include "preflight_bench.h"

#include "base/dlog.h"

static int sim_up(void **state)
{
    (void)state;
    up("healthy", 1);
    return 0;
}

/* PRE-1, PRE-6: each item is one event with what was expected, what came and how long it took. */
static void PRE_1_PRE_6_http(void **state)
{
    (void)state;
    struct bench b;
    bench_run(&b, "  - { id: A, title: healthy, http: { url: \"URL/health\" }, expect: { status: "
                  "200, json: { status: healthy } } }\n"
                  "  - { id: B, title: no such page, http: { url: \"URL/nothing\" } }\n"
                  "  - { id: C, title: nobody there, http: { url: \"http://127.0.0.1:1/\" } }\n"
                  "  - { id: D, title: weight, http: { url: \"URL/api/traffic\" }, read: { json: "
                  "weight }, expect: { value: \"< 1\" } }\n"
                  "  - { id: E, title: no field, http: { url: \"URL/api/traffic\" }, read: { json: "
                  "depth }, critical: \"> 5\" }\n");
    bench_is(&b, "A", PF_PASSED, "status 200");
    bench_is(&b, "B", PF_FAILED, "answered 404");
    bench_is(&b, "C", PF_UNKNOWN, "connection refused");
    bench_is(&b, "D", PF_PASSED, "weight 0");
    bench_is(&b, "E", PF_UNKNOWN, "no number in the answer at depth");
    assert_true(bench_item(&b, "A")->ms >= 0 && bench_item(&b, "A")->at_ms > 0);
    assert_string_equal(bench_item(&b, "A")->by, "warroom");
    assert_non_null(strstr(bench_item(&b, "A")->expected, "status 200, status = \"healthy\""));
    assert_non_null(strstr(bench_item(&b, "A")->call, "/health"));
    bench_close(&b);
}

/* PRE-24: the score is read as N of M and must be full; PRE-25: the blast radius passes only above
 * 95 % and below 0.5 s, and its output is kept. PRE-28, PRE-29: read back, not empty. */
static void PRE_24_PRE_25_PRE_28_PRE_29_exec(void **state)
{
    (void)state;
    struct bench b;
    bench_run(
        &b,
        "  - { id: full, title: t, exec: { argv: [printf, \"checks 2026/02\\\\n9/9 ok\\\\n\"] }, "
        "expect: { score: full } }\n"
        "  - { id: eight, title: t, exec: { argv: [echo, \"score 8/9\"] }, expect: { score: "
        "full } }\n"
        "  - { id: none, title: t, exec: { argv: [echo, fine] }, expect: { score: full } }\n"
        "  - { id: blast, title: t, exec: { argv: [printf, \"ran 30\\\\nsuccess=95.1 "
        "p95=0.49\\\\n\"] }, expect: { values: { success: \"> 95\", p95: \"< 0.5\" } } }\n"
        "  - { id: edge, title: t, exec: { argv: [echo, \"success: 95.0 p95: 0.4\"] }, expect: "
        "{ values: { success: \"> 95\", p95: \"< 0.5\" } } }\n"
        "  - { id: slow, title: t, exec: { argv: [echo, '{\"success\":99,\"p95\":0.5}'] }, "
        "expect: { values: { success: \"> 95\", p95: \"< 0.5\" } } }\n"
        "  - { id: half, title: t, exec: { argv: [echo, \"success=99\"] }, expect: { values: { "
        "success: \"> 95\", p95: \"< 0.5\" } } }\n"
        "  - { id: back, title: t, exec: { argv: [echo, \"0.001 50 15\"] }, expect: { stdout: "
        "\"0.001 50 15\" } }\n"
        "  - { id: differs, title: t, exec: { argv: [echo, \"0.002 50 15\"] }, expect: { "
        "stdout: \"0.001 50 15\" } }\n"
        "  - { id: file, title: t, exec: { argv: [test, -s, /no/such/file] } }\n"
        "  - { id: gone, title: t, exec: { argv: [/no/such/program] } }\n");
    bench_is(&b, "full", PF_PASSED, "9/9");
    bench_is(&b, "eight", PF_FAILED, "the score is 8/9, it must be full");
    bench_is(&b, "none", PF_UNKNOWN, "no score");
    bench_is(&b, "blast", PF_PASSED, "success 95.1, p95 0.49");
    bench_is(&b, "edge", PF_FAILED, "success is 95, expected > 95");
    bench_is(&b, "slow", PF_FAILED, "p95 is 0.5");
    bench_is(&b, "half", PF_UNKNOWN, "p95 is not in the answer");
    bench_is(&b, "back", PF_PASSED, "0.001 50 15");
    bench_is(&b, "differs", PF_FAILED, "expected");
    bench_is(&b, "file", PF_FAILED, "exit status 1");
    bench_is(&b, "gone", PF_UNKNOWN, "");
    assert_non_null(strstr(b.tape.p, "\"output\":\"ran 30 success=95.1 p95=0.49"));
    bench_close(&b);
}

/* PRE-21: a missing variable is named, a value is nowhere. */
static void PRE_21_env(void **state)
{
    (void)state;
    struct bench b;
    setenv("PF_TEST_TOKEN", "planted-value", 1);
    setenv("PF_TEST_EMPTY", "", 1);
    unsetenv("LB_API_KEY");
    bench_run(&b, "  - { id: ok, title: t, env: [PF_TEST_TOKEN, PATH] }\n"
                  "  - { id: bad, title: t, env: [PF_TEST_TOKEN, LB_API_KEY, PF_TEST_EMPTY] }\n");
    bench_is(&b, "ok", PF_PASSED, "2 of 2 are set");
    bench_is(&b, "bad", PF_FAILED, "1 of 3 are set | ERROR: LB_API_KEY PF_TEST_EMPTY missing");
    assert_null(strstr(b.tape.p, "planted"));
    bench_close(&b);
}

/* PRE-22, PRE-23: every panel query is tried: a typo is found before T-0. PRE-27: 99.9 exactly
 * fails. */
static void PRE_22_PRE_23_PRE_27_prom(void **state)
{
    (void)state;
    struct bench b;
    const char *checks =
        "  - { id: all, title: t, panels: all }\n"
        "  - { id: match, title: t, prom: \"99.9\", expect: { value: \"> 99.9\" } }\n"
        "  - { id: more, title: t, prom: \"99.91\", expect: { value: \"> 99.9\" } }\n"
        "  - { id: typo, title: t, prom: no_such_metric }\n"
        "  - { id: many, title: t, prom: pgbouncer_pools_size }\n"
        "  - { id: size, title: t, prom: \"5000001\", warning: \"> 5000000\", "
        "critical: \"> 10000000\", approve: dba, override: never }\n"
        "  - { id: big, title: t, prom: \"10000001\", warning: \"> 5000000\", "
        "critical: \"> 10000000\", override: never }\n";
    bench_run(&b, checks);
    bench_is(&b, "all", PF_PASSED, "2 of 2 queries give data");
    bench_is(&b, "match", PF_FAILED, "99.9, expected > 99.9");
    bench_is(&b, "more", PF_PASSED, "");
    bench_is(&b, "typo", PF_UNKNOWN, "empty answer");
    bench_is(&b, "many", PF_UNKNOWN, "2 series came");
    bench_is(&b, "size", PF_WARNED, "beyond warning > 5000000");
    bench_is(&b, "big", PF_FAILED, "beyond critical > 10000000");
    assert_true(bench_item(&b, "big")->beyond && !bench_item(&b, "size")->beyond);
    bench_close(&b);
    post_set("{\"gone\":\"mysql_slave_status_seconds_behind_master\",\"on\":true}");
    bench_run(&b, "  - { id: all, title: t, panels: all }\n");
    bench_is(&b, "all", PF_FAILED, "1 of 2 queries give data | lag: empty answer");
    bench_close(&b);
    post_set("{\"gone\":\"mysql_slave_status_seconds_behind_master\",\"on\":false}");
}

#define DRILL "  - { id: KS, title: drill, drill: kill_switch }\n"

/* PRE-9: each scope is off, goes on, goes off, each read back, below 500 ms. */
static void PRE_9_drill(void **state)
{
    (void)state;
    struct bench b;
    int before = bench_calls("PUT", "/api/kill-switch/global");
    bench_run(&b, DRILL);
    bench_is(&b, "KS", PF_PASSED, "2 of 2 scopes");
    assert_int_equal(bench_calls("PUT", "/api/kill-switch/global") - before, 2);
    assert_non_null(strstr(b.tape.p, "\"op\":\"begin\""));
    assert_non_null(strstr(b.tape.p, "global: is off"));
    assert_non_null(strstr(b.tape.p, "global: on, read back"));
    assert_non_null(strstr(b.tape.p, "connection-c-7: off, read back"));
    bench_close(&b);
    cJSON *o = ask_json(port, "GET", "/api/kill-switch/status", NULL, 200);
    assert_true(cJSON_IsFalse(json_path(o, "global_active")));
    cJSON_Delete(o);
}

/* PRE-9: a PUT that answers 200 without effect fails the drill. TC-09: an API that fails is not
 * off. C21: an answer of 500 ms is not passed. */
static void PRE_9_TC_09_drill_fails(void **state)
{
    (void)state;
    struct bench b;
    post_set("{\"fault\":\"lie\",\"target\":\"kill_switch\"}");
    bench_run(&b, DRILL);
    bench_is(&b, "KS", PF_FAILED, "written and does not read on");
    assert_non_null(strstr(b.tape.p, "set on: answered 200"));
    bench_close(&b);
    post_set("{\"fault\":\"status\",\"status\":503,\"target\":\"kill_switch\"}");
    bench_run(&b, DRILL);
    bench_is(&b, "KS", PF_FAILED, "global: cannot be read: status 503");
    bench_close(&b);
    post_set("{\"fault\":\"delay\",\"ms\":510,\"target\":\"kill_switch\"}");
    bench_run(&b, DRILL);
    bench_is(&b, "KS", PF_FAILED, "500 ms or more is not passed");
    bench_close(&b);
    post_set("{\"fault\":\"none\",\"target\":\"kill_switch\"}");
    put("/api/kill-switch/global", "{\"is_active\":true}");
    bench_run(&b, DRILL);
    bench_is(&b, "KS", PF_FAILED, "global: is on before the drill");
    bench_close(&b);
    put("/api/kill-switch/global", "{\"is_active\":false}");
}

/* PRE-10: both switches are set to off and read back; who and when is on the tape. */
static void PRE_10_reset(void **state)
{
    (void)state;
    struct bench b;
    int global = bench_calls("PUT", "/api/kill-switch/global");
    int connection = bench_calls("PUT", "/api/kill-switch/connection/c-7");
    put("/api/kill-switch/connection/c-7", "{\"is_active\":true}");
    bench_open(&b, "  - { id: R, title: reset, reset: kill_switch }\n", false);
    preflight_run(b.p, b.s, b.j, 0, "boon", "sre");
    bench_settle(&b);
    bench_is(&b, "R", PF_PASSED, "2 of 2 scopes");
    assert_int_equal(bench_calls("PUT", "/api/kill-switch/global") - global, 1);
    assert_int_equal(bench_calls("PUT", "/api/kill-switch/connection/c-7") - connection, 2);
    assert_string_equal(bench_item(&b, "R")->by, "boon");
    assert_string_equal(bench_item(&b, "R")->role, "sre");
    assert_true(bench_item(&b, "R")->at_ms > 0);
    bench_close(&b);
    cJSON *o = ask_json(port, "GET", "/api/kill-switch/connection/c-7", NULL, 200);
    assert_true(cJSON_IsFalse(json_path(o, "is_active")));
    cJSON_Delete(o);
}

/* KIL-8: a person turns the switch on in the middle of a drill: nothing is turned off any more. */
static void KIL_8_drill_stops(void **state)
{
    (void)state;
    struct bench b;
    post_set("{\"fault\":\"delay\",\"ms\":300,\"target\":\"kill_switch\"}");
    bench_open(&b, DRILL, false);
    preflight_start(b.p, b.s, b.j, true);
    mono_t began = mono_now();
    int before = bench_calls("PUT", "/api/kill-switch/global");
    while (bench_calls("PUT", "/api/kill-switch/global") == before && mono_since(began) < 10000)
        bench_pump(&b);
    struct event *ev = event_new(EV_INTENT, clock_wall(&b.clock), "anna");
    json_add_str(ev->body, "id", "a1");
    json_add_str(ev->body, "do", "kill_on");
    bench_fold(&b, ev);
    bench_settle(&b);
    bench_is(&b, "KS", PF_FAILED, "a person turned the kill switch on");
    assert_int_equal(bench_calls("PUT", "/api/kill-switch/global") - before, 1);
    bench_close(&b);
    post_set("{\"fault\":\"none\",\"target\":\"kill_switch\"}");
    put("/api/kill-switch/global", "{\"is_active\":false}");
}

/* PRE-11: what comes after another item is asked when that has passed, else not. PRE-18: one item
 * is run again singly. */
static void PRE_11_PRE_18_order(void **state)
{
    (void)state;
    struct bench b;
    int before = bench_calls("GET", "/health");
    bench_run(&b, "  - { id: one, title: t, http: { url: \"URL/nothing\" } }\n"
                  "  - { id: two, title: t, http: { url: \"URL/health\" }, after: one }\n"
                  "  - { id: three, title: t, http: { url: \"URL/health\" } }\n"
                  "  - { id: four, title: t, http: { url: \"URL/api/traffic\" }, after: three }\n");
    bench_is(&b, "two", PF_WAITS, "");
    bench_is(&b, "four", PF_PASSED, "");
    assert_int_equal(bench_calls("GET", "/health") - before, 1);
    preflight_run(b.p, b.s, b.j, 2, "dao", "dev");
    bench_settle(&b);
    assert_int_equal(bench_calls("GET", "/health") - before, 2);
    assert_string_equal(bench_item(&b, "three")->by, "dao");
    bench_close(&b);
}

/* SEC-2: what a command prints may hold a secret: it is masked on the tape. */
static void SEC_2_secrets(void **state)
{
    (void)state;
    struct bench b;
    secret_add("tok-98765-word");
    bench_run(&b, "  - { id: A, title: t, exec: { argv: [echo, tok-98765-word] } }\n"
                  "  - { id: B, title: t, exec: { argv: [sh, -c, \"echo tok-98765-word >&2; exit "
                  "3\"] } }\n");
    bench_is(&b, "A", PF_PASSED, "***");
    bench_is(&b, "B", PF_FAILED, "exit status 3: ***");
    assert_null(strstr(b.tape.p, "tok-98765"));
    bench_close(&b);
    secret_clear();
}

/* ACT-7: a rehearsal asks, and writes nothing. */
static void ACT_7_rehearsal(void **state)
{
    (void)state;
    struct bench b;
    int before = bench_calls("PUT", "/api/kill-switch/global");
    int posts = bench_calls("POST", "/api/executions");
    bench_open(&b,
               DRILL
               "  - { id: P, title: t, http: { method: POST, url: \"URL/api/executions\", json: "
               "{} } }\n"
               "  - { id: X, title: t, exec: { argv: [touch, /tmp/warroom-rehearsal] } }\n"
               "  - { id: G, title: t, http: { url: \"URL/health\" } }\n",
               true);
    preflight_start(b.p, b.s, b.j, true);
    bench_settle(&b);
    bench_is(&b, "KS", PF_REHEARSED, "nothing was sent");
    bench_is(&b, "P", PF_REHEARSED, "");
    bench_is(&b, "X", PF_REHEARSED, "");
    bench_is(&b, "G", PF_PASSED, "");
    assert_int_equal(bench_calls("PUT", "/api/kill-switch/global"), before);
    assert_int_equal(bench_calls("POST", "/api/executions"), posts);
    assert_int_equal(access("/tmp/warroom-rehearsal", F_OK), -1);
    bench_close(&b);
}

/* PRE-15: start and expected duration must fit the plan's windows. */
static void PRE_15_windows(void **state)
{
    (void)state;
    struct bench b;
    bench_run(&b, "  - { id: W, title: t, window: start }\n"
                  "windows: [ { allow: \"00:00-24:00\" } ]\n");
    bench_is(&b, "W", PF_PASSED, "allowed");
    bench_close(&b);
    bench_run(&b, "  - { id: W, title: t, window: start }\n"
                  "windows: [ { deny: \"00:00-24:00\", label: freeze } ]\n");
    bench_is(&b, "W", PF_WAITS, "not now");
    bench_close(&b);
}

/* DBA-1, DBA-11: the gate's edges, on the number alone. */
static void DBA_1_DBA_11_size_gate(void **state)
{
    (void)state;
    static const struct {
        double rows;
        bool exact;
        enum pf_is is;
        bool near, beyond;
    } cases[] = {
        {1000000, false, PF_PASSED, false, false}, {4100000, false, PF_WAITS, true, false},
        {5000000, true, PF_PASSED, false, false},  {5000001, true, PF_WARNED, false, false},
        {7000000, false, PF_WARNED, false, false}, {10000000, true, PF_WARNED, false, false},
        {10000001, true, PF_FAILED, false, true},  {10000001, false, PF_WAITS, true, false},
        {13000000, false, PF_FAILED, false, true}, {(double)NAN, false, PF_UNKNOWN, false, false},
    };
    static char exact[] = "SELECT COUNT(*) FROM t", none[] = "", dba[] = "dba";
    struct err e = ERR_INIT;
    struct preflight_item it = {
        .kind = PF_SQL, .approve = dba, .read_path = none, .read_column = none};
    it.exact = exact;
    assert_int_equal(cond_parse("> 5000000", &it.warning, &e), 0);
    assert_int_equal(cond_parse("> 10000000", &it.critical, &e), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pf_result r = {.is = PF_UNKNOWN};
        preflight_weigh_number(&it, cases[i].rows, cases[i].exact, 1, &r);
        if (r.is != cases[i].is || r.near != cases[i].near || r.beyond != cases[i].beyond)
            fail_msg("%.0f rows: %s (%s)", cases[i].rows, pf_word(r.is), r.why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(PRE_1_PRE_6_http),
        cmocka_unit_test(PRE_24_PRE_25_PRE_28_PRE_29_exec),
        cmocka_unit_test(PRE_21_env),
        cmocka_unit_test(PRE_22_PRE_23_PRE_27_prom),
        cmocka_unit_test(PRE_9_drill),
        cmocka_unit_test(PRE_9_TC_09_drill_fails),
        cmocka_unit_test(PRE_10_reset),
        cmocka_unit_test(KIL_8_drill_stops),
        cmocka_unit_test(PRE_11_PRE_18_order),
        cmocka_unit_test(SEC_2_secrets),
        cmocka_unit_test(ACT_7_rehearsal),
        cmocka_unit_test(PRE_15_windows),
        cmocka_unit_test(DBA_1_DBA_11_size_gate),
    };
    return cmocka_run_group_tests(tests, sim_up, down);
}
