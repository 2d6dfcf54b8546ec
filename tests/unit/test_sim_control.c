/* The simulator over real HTTP: control plane, faults, what was asked, starting and stopping. */
#include "sim_client.h"

static void test_kill_switch(void **state)
{
    (void)state;
    up("latency", 1);
    put("/api/traffic", "{\"weight\":50}");
    int64_t t = clock_wall(&world);
    assert_true(ask_value(port, P95, t + 30 * MIN) > 230);
    put("/api/kill-switch/connection/conn-7", "{\"is_active\":true}");
    assert_true(ask_value(port, P95, t + 30 * MIN) < 150);
    cJSON *o = ask_json(port, "GET", "/api/kill-switch/connection/conn-7", NULL, 200);
    assert_true(json_bool_or(o, "is_active", false));
    cJSON_Delete(o);
    o = ask_json(port, "GET", "/api/kill-switch/status", NULL, 200);
    assert_false(json_bool_or(o, "global_active", true));
    cJSON_Delete(o);
    put("/api/kill-switch/connection/conn-7", "{\"is_active\":false}");
    put("/api/kill-switch/global", "{\"is_active\":true}");
    o = ask_json(port, "GET", "/api/kill-switch/status", NULL, 200);
    assert_true(json_bool_or(o, "global_active", false));
    cJSON_Delete(o);
    static const char *const wrong[] = {"{}", "{\"is_active\":\"true\"}", "{\"is_active\":1}", "["};
    for (size_t i = 0; i < 4; i++)
        cJSON_Delete(ask_json(port, "PUT", "/api/kill-switch/global", wrong[i], 400));
}

static void test_rollout_and_executor(void **state)
{
    (void)state;
    up("healthy", 1);
    cJSON *o = ask_json(port, "POST", "/api/features/rollout",
                        "{\"feature\":\"v1.4.0\",\"percentage\":5}", 200);
    assert_string_equal(json_str(o, "feature"), "v1.4.0");
    assert_int_equal(json_int_or(o, "percentage", -1), 5);
    cJSON_Delete(o);
    o = ask_json(port, "GET", "/api/traffic", NULL, 200);
    assert_int_equal(json_int_or(o, "weight", -1), 5);
    cJSON_Delete(o);
    cJSON_Delete(ask_json(port, "PUT", "/api/traffic", "{\"weight\":101}", 400));
    cJSON_Delete(ask_json(port, "PUT", "/api/traffic", "{\"weight\":\"5\"}", 400));

    o = ask_json(port, "GET", "/api/executions?status=running", NULL, 200);
    assert_int_equal(cJSON_GetArraySize(o), 0);
    cJSON_Delete(o);
    static const char job[] = "{\"action\":\"ADD_INDEX\",\"table_name\":\"orders\"}";
    o = ask_json(port, "POST", "/api/executions", job, 200);
    assert_string_equal(json_str(o, "status"), "scheduled");
    assert_string_equal(json_str(o, "id"), "exec-0001");
    cJSON_Delete(o);
    cJSON_Delete(ask_json(port, "POST", "/api/executions",
                          "{\"action\":\"DROP_INDEX\",\"table_name\":\"orders\"}", 403));
    cJSON_Delete(ask_json(port, "POST", "/api/executions/exec-0001/execute", NULL, 202));
    cJSON_Delete(ask_json(port, "POST", "/api/executions/exec-0001/execute", NULL, 409));
    o = ask_json(port, "GET", "/api/executions?status=running", NULL, 200);
    assert_int_equal(cJSON_GetArraySize(o), 1);
    cJSON_Delete(o);
    cJSON_Delete(ask_json(port, "PATCH", "/api/executions/exec-0001/status",
                          "{\"status\":\"completed\",\"message\":\"Canary run successful\"}", 200));
    o = ask_json(port, "GET", "/api/executions/exec-0001", NULL, 200);
    assert_string_equal(json_str(o, "status"), "completed");
    cJSON_Delete(o);
    cJSON_Delete(ask_json(port, "GET", "/api/executions/exec-0002", NULL, 404));
    put("/api/kill-switch/global", "{\"is_active\":true}");
    cJSON_Delete(ask_json(port, "POST", "/api/executions", job, 423));
    o = ask_json(port, "POST", "/api/v1/incidents", "{\"status\":\"investigating\"}", 201);
    assert_string_equal(json_str(o, "id"), "inc-1");
    cJSON_Delete(o);
}

static void test_requests_log(void **state)
{
    (void)state;
    up("healthy", 1);
    put("/api/traffic", "{\"weight\":5}");
    ask_value(port, "up", 0);
    cJSON *o = ask_json(port, "GET", "/sim/requests", NULL, 200);
    assert_int_equal(cJSON_GetArraySize(json_arr(o, "requests")), 2);
    const cJSON *first = cJSON_GetArrayItem(json_arr(o, "requests"), 0);
    assert_string_equal(json_str(first, "method"), "PUT");
    assert_string_equal(json_str(first, "path"), "/api/traffic");
    assert_string_equal(json_str(first, "body"), "{\"weight\":5}");
    assert_int_equal(json_int_or(first, "status", 0), 200);
    assert_true(json_int_or(first, "t_ms", 0) > 0 && json_int_or(first, "real_ms", 0) > 0);
    assert_string_equal(json_str(cJSON_GetArrayItem(json_arr(o, "requests"), 1), "args"),
                        "query=up");
    cJSON_Delete(o);
    o = ask_json(port, "GET", "/sim/requests?since=1&method=PUT", NULL, 200);
    assert_int_equal(cJSON_GetArraySize(json_arr(o, "requests")), 0);
    cJSON_Delete(o);
}

static void test_lie(void **state)
{
    (void)state;
    up("healthy", 1);
    post_set("{\"fault\":\"lie\",\"target\":\"traffic\"}");
    cJSON *o = ask_json(port, "PUT", "/api/traffic", "{\"weight\":5}", 200);
    assert_int_equal(json_int_or(o, "weight", -1), 5);
    cJSON_Delete(o);
    o = ask_json(port, "GET", "/api/traffic", NULL, 200);
    assert_int_equal(json_int_or(o, "weight", -1), 0);
    cJSON_Delete(o);
}

static void test_hang_blocks_nobody(void **state)
{
    (void)state;
    enum { N = 40 };
    int fd[N];
    up("healthy", 1);
    post_set("{\"fault\":\"hang\",\"target\":\"prometheus\"}");
    for (int i = 0; i < N; i++) {
        fd[i] = client_open(port);
        client_send(fd[i], "GET", "/api/v1/query?query=up", "", NULL);
    }
    mono_t began = mono_now();
    for (int i = 0; i < 20; i++)
        cJSON_Delete(ask_json(port, "GET", "/api/kill-switch/status", NULL, 200));
    assert_true(mono_since(began) < 2000);
    char c;
    for (int i = 0; i < N; i++)
        assert_int_equal(recv(fd[i], &c, 1, MSG_DONTWAIT), -1); /* still waiting */
    began = mono_now();
    sim_stop(sim);
    sim = NULL;
    assert_true(mono_since(began) < 1000);
    for (int i = 0; i < N; i++)
        close(fd[i]);
}

/* A hanging connection is closed when the scenario's outage is over, in the sim's fast time: here
 * the two minutes' silence of prometheus-outage, at a thousand times the world's speed. */
static void test_hang_ends_with_outage(void **state)
{
    (void)state;
    bool silent = false;
    up("prometheus-outage", 1000);
    put("/api/traffic", "{\"weight\":1}");
    for (int64_t end = clock_wall(&world) + 11 * MIN; clock_wall(&world) < end;) {
        mono_t began = mono_now();
        int64_t asked = clock_wall(&world);
        struct got g = ask(port, "GET", "/api/v1/query?query=up", NULL);
        silent = silent || (g.status == 0 && clock_wall(&world) - asked > MIN);
        assert_true(mono_since(began) < 2000);
        got_free(&g);
    }
    assert_true(silent);
}

/* What a client sees of each fault. */
static const struct {
    const char *set;
    int status;
    bool whole;
    const char *part;
} faults[] = {
    {"{\"fault\":\"drop\",\"target\":\"prometheus\"}", 0, false, ""},
    {"{\"fault\":\"status\",\"target\":\"prometheus\",\"status\":503}", 503, true, "upstream"},
    {"{\"fault\":\"html\",\"target\":\"prometheus\"}", 200, true, "<html>"},
    {"{\"fault\":\"garbage\",\"target\":\"prometheus\"}", 200, true, "\"succ"},
    {"{\"fault\":\"cut\",\"target\":\"prometheus\"}", 200, false, "{\"status\""},
    {"{\"fault\":\"delay\",\"target\":\"prometheus\",\"ms\":50}", 200, true, "success"},
    {"{\"fault\":\"none\",\"target\":\"prometheus\"}", 200, true, "success"},
    {"{\"fault\":\"release\",\"target\":\"prometheus\"}", 200, true, "success"},
};

static void test_faults(void **state)
{
    (void)state;
    up("healthy", 1);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        post_set(faults[i].set);
        struct got g = ask(port, "GET", "/api/v1/query?query=up", NULL);
        if (g.status != faults[i].status || g.whole != faults[i].whole ||
            !strstr(g.body, faults[i].part))
            fail_msg("%s: %d %d %s", faults[i].set, g.status, g.whole, g.body);
        got_free(&g);
        cJSON_Delete(ask_json(port, "GET", "/health", NULL, 200)); /* the rest stays well */
    }
}

static void test_force(void **state)
{
    (void)state;
    up("healthy", 1);
    post_set("{\"signal\":\"p95\",\"value\":300}");
    post_set("{\"gone\":\"ws_last_message_age_seconds\"}");
    int64_t t = clock_wall(&world) + 10 * MIN;
    assert_true(fabs(ask_value(port, P95, t) - 300) < 1e-9);
    assert_true(isnan(ask_value(port, "ws_last_message_age_seconds", t)));
    post_set("{\"signal\":\"p95\",\"value\":null}");
    post_set("{\"gone\":\"ws_last_message_age_seconds\",\"on\":false}");
    assert_true(ask_value(port, P95, t) < 150);
    assert_true(ask_value(port, "max(ws_last_message_age_seconds)", t) > 1);
    /* Scrapes stop: the value stays, its age grows; after five minutes there is none. */
    post_set("{\"scrapes\":false}");
    t = clock_wall(&world);
    double age = ask_value(port, "time() - max(timestamp(up))", t + 2 * MIN);
    assert_true(age >= 120 && age <= 126);
    assert_true(isnan(ask_value(port, "up", t + 6 * MIN)));
    static const char *const wrong[] = {"{}", "{\"signal\":\"nosuch\",\"value\":1}",
                                        "{\"fault\":\"hang\",\"target\":\"moon\"}",
                                        "{\"alert\":\"X\",\"state\":\"odd\"}", "[]"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cJSON_Delete(ask_json(port, "POST", "/sim/set", wrong[i], 400));
}

static void test_large_body(void **state)
{
    (void)state;
    up("healthy", 1);
    char *big = xalloc(70001);
    memset(big, 'x', 70000);
    big[70000] = '\0';
    struct got g = ask(port, "PUT", "/api/traffic", big);
    assert_int_equal(g.status, 413);
    got_free(&g);
    free(big);
}

static void test_start_errors(void **state)
{
    (void)state;
    struct clock c = clock_make(1);
    struct err e = ERR_INIT;
    assert_null(sim_start("nosuch", "127.0.0.1:0", &c, &e));
    assert_int_equal(e.status, EX_NOFILE);
    assert_null(sim_start("healthy", "somewhere", &c, &e));
    assert_int_equal(e.status, EX_BADUSAGE);
    assert_null(sim_start("healthy", "example.org:0", &c, &e));
    assert_int_equal(e.status, EX_BADUSAGE);
    up("healthy", 1);
    char where[32];
    str_fmt(where, sizeof where, "127.0.0.1:%d", port);
    assert_null(sim_start("healthy", where, &c, &e));
    assert_int_equal(e.status, EX_NOSERVICE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_kill_switch, down),
        cmocka_unit_test_teardown(test_rollout_and_executor, down),
        cmocka_unit_test_teardown(test_requests_log, down),
        cmocka_unit_test_teardown(test_lie, down),
        cmocka_unit_test_teardown(test_hang_blocks_nobody, down),
        cmocka_unit_test_teardown(test_hang_ends_with_outage, down),
        cmocka_unit_test_teardown(test_faults, down),
        cmocka_unit_test_teardown(test_force, down),
        cmocka_unit_test_teardown(test_large_body, down),
        cmocka_unit_test_teardown(test_start_errors, down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
