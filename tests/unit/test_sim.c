/* The simulator over real HTTP: Prometheus, Alertmanager, time. */
#include "sim_client.h"

#include "plan/load.h"
#include "source/prom_parse.h"

/* Every query of the plans and of the runbooks, and where a good day keeps its answer. */
static const struct {
    const char *query;
    double lo, hi;
} queries[] = {
    {P95, 130, 146},
    {"histogram_quantile(0.5, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) * 1000",
     58, 66},
    {"histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) * "
     "1000",
     200, 225},
    {"100 * sum(rate(http_requests_total{track=\"canary\",status=~\"5..\"}[5m])) / "
     "sum(rate(http_requests_total{track=\"canary\"}[5m]))",
     0.15, 0.21},
    {"100 * sum(rate(http_requests_total{status=~\"5..\"}[5m])) / "
     "sum(rate(http_requests_total[5m]))",
     0.15, 0.21},
    {"sum(rate(http_requests_total[5m]))", 400, 440},
    {"max(ws_last_message_age_seconds)", 7, 9},
    {"100 * sum(rate(idempotency_conflicts_total[5m])) / sum(rate(idempotency_requests_total[5m]))",
     0.09, 0.11},
    {"sum(increase(csp_violations_total[15m]))", 2.7, 3.3},
    {"100 * max(pgbouncer_pools_server_active / pgbouncer_pools_size)", 54, 62},
    {"histogram_quantile(0.95, sum by (le) (rate(risk_check_seconds_bucket[5m]))) * 1000", 38, 44},
    {"max(pitr_archive_lag_seconds)", 10, 18},
    {"max(pg_replication_lag_seconds)", 0, 1},
    {"sum(slo_error_budget_burn_rate)", 0.3, 0.5},
    {"100 - (avg(irate(node_cpu_seconds_total{mode=\"idle\"}[5m])) * 100)", 35, 42},
    {"100 * (1 - avg(node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes))", 59, 63},
    {"sum(rate(node_disk_read_bytes_total[5m])) / 1e6", 20, 24},
    {"sum(rate(node_disk_written_bytes_total[5m])) / 1e6", 12, 16},
    {"avg(probe_icmp_duration_seconds{phase=\"rtt\"}) * 1000", 2, 4},
    {"histogram_quantile(0.5, sum by (le) (rate(mysql_query_duration_seconds_bucket[5m]))) * 1000",
     3.9, 4.5},
    {"mysql_global_status_threads_running", 12, 16},
    {"max(mysql_slave_status_seconds_behind_master)", 0, 1},
    {"max(mysql_lock_wait_seconds)", 0, 0.1},
    {"histogram_quantile(0.95, sum by (le) (rate(ttfv_ms_bucket{track=\"canary\"}[5m])))", 790,
     850},
    {"sum(rls_errors_total{track=\"canary\"})", 0, 0},
    {"100 * sum(rate(sse_complete_total{track=\"canary\"}[5m])) / "
     "sum(rate(sse_started_total{track=\"canary\"}[5m]))",
     99.8, 100},
    {"sum(cross_tenant_attempts_total)", 0, 0},
    {"histogram_quantile(0.95, sum by (le) (rate(ann_query_ms_bucket{track=\"canary\"}[5m])))", 80,
     90},
    {"100 * sum(rate(reranker_skipped_total[5m])) / sum(rate(reranker_requests_total[5m]))", 0.2,
     0.4},
    {"100 * sum(db_pool_in_use) / sum(db_pool_size)", 44, 48},
    {"100 * sum(rate(hal9_errors_total{system=\"hierarchical\"}[5m])) / "
     "sum(rate(hal9_requests_total{system=\"hierarchical\"}[5m]))",
     0.03, 0.05},
    {"histogram_quantile(0.99, sum by (le) "
     "(rate(hal9_request_duration_seconds_bucket{system=\"hierarchical\"}[5m]))) * 1000",
     7.5, 9},
    {"time() - max(timestamp(up))", 0, 5},
    {"min(up)", 1, 1},
    {"count(up)", 3, 3},
    {"sum(nosuch_metric) or vector(7)", 7, 7},
    {"1 + 2 * 3 ^ 2", 19, 19},
    {"-2 ^ 2 + 10", 6, 6}, /* the sign binds weaker than ^, as in Prometheus */
    {"scalar(min(up)) == bool 1", 1, 1},
};

static void test_queries(void **state)
{
    (void)state;
    up("healthy", 1);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        double v = ask_value(port, queries[i].query, 0);
        if (!(v >= queries[i].lo && v <= queries[i].hi))
            fail_msg("%s: %g, wanted %g..%g", queries[i].query, v, queries[i].lo, queries[i].hi);
    }
    assert_true(isnan(ask_value(port, "nosuch_metric", 0)));
    assert_true(isnan(ask_value(port, "up < 1", 0)));
    assert_true(isnan(ask_value(port, "up", 1436777451000)));
}

static const struct {
    const char *method, *target;
    int status;
    const char *part;
} refusals[] = {
    {"GET", "/api/v1/query", 400,
     "invalid parameter \\\"query\\\": 1:1: parse error: no expression found in input"},
    {"GET", "/api/v1/query?query=sum(up", 400, "1:7: parse error: unclosed left parenthesis"},
    {"GET", "/api/v1/query?query=nosuchfn(up)", 400, "unknown function with name \\\"nosuchfn\\\""},
    {"GET", "/api/v1/query?query=rate(up)", 400,
     "1:6: parse error: expected type range vector in call to function \\\"rate\\\", got instant "
     "vector"},
    {"GET", "/api/v1/query?query=up%7Bjob%3D~%22(%22%7D", 400, "error parsing regexp"},
    {"GET", "/api/v1/query?query=up&time=yesterday", 400,
     "Invalid time value for 'time': cannot parse \\\"yesterday\\\" to a valid timestamp"},
    {"GET", "/api/v1/query?query=up&timeout=soon", 400,
     "invalid parameter \\\"timeout\\\": cannot parse \\\"soon\\\" to a valid duration"},
    {"GET", "/api/v1/query?query=up%20%2B%20pgbouncer_pools_size%20*%20up", 200, "vector"},
    {"GET", "/api/v1/query_range?query=up&start=1000&end=900&step=1", 400,
     "end timestamp must not be before start time"},
    {"GET", "/api/v1/query_range?query=up&start=0&end=60&step=0", 400,
     "zero or negative query resolution step widths are not accepted. Try a positive integer"},
    {"GET", "/api/v1/query_range?query=up&start=0&end=86400&step=1", 400,
     "exceeded maximum resolution of 11,000 points per timeseries"},
    {"GET", "/api/v1/nosuch", 404, "404 page not found"},
    {"PUT", "/api/v1/query?query=up", 405, "Method Not Allowed"},
    {"GET", "/-/ready", 200, "Prometheus Server is Ready."},
    {"GET", "/-/healthy", 200, "Prometheus Server is Healthy."},
    {"GET", "/api/v1/status/buildinfo", 200, "\"version\":\"2.42.0\""},
    {"GET", "/api/v2/status", 200, "\"versionInfo\""},
    {"GET", "/api/v2/alerts?filter=%7B%7B", 400, "bad matcher format: {{"},
    {"GET", "/health", 200, "{\"status\":\"healthy\"}"},
    {"GET", "/nowhere", 404, "404 page not found"},
    {"GET", "/sim/nowhere", 404, "/sim/state"},
};

static void test_refusals(void **state)
{
    (void)state;
    up("healthy", 1);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct got g = ask(port, refusals[i].method, refusals[i].target, NULL);
        if (g.status != refusals[i].status || !strstr(g.body, refusals[i].part))
            fail_msg("%s: %d %s", refusals[i].target, g.status, g.body);
        got_free(&g);
    }
}

static void test_post_form(void **state)
{
    (void)state;
    up("healthy", 1);
    int fd = client_open(port);
    client_send(fd, "POST", "/api/v1/query", "application/x-www-form-urlencoded",
                "query=sum%28up%29&time=2026-02-01T15%3A21%3A07.250Z");
    struct got g = client_read(fd);
    assert_int_equal(g.status, 200);
    assert_string_equal(g.type, "application/json");
    /* That time is years before the simulated data: nothing, as from Prometheus. */
    assert_string_equal(
        g.body, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}");
    got_free(&g);
}

static void test_range_agrees(void **state)
{
    (void)state;
    up("latency", 1);
    put("/api/traffic", "{\"weight\":25}");
    int64_t t = clock_wall(&world) / 1000 * 1000;
    struct buf b = BUF_INIT;
    buf_adds(&b, "/api/v1/query_range?query=");
    url_add(&b, P95);
    buf_addf(&b, "&start=%lld&end=%lld&step=60", (long long)(t / 1000 - 600),
             (long long)(t / 1000 + 1200));
    cJSON *o = ask_json(port, "GET", b.p, NULL, 200);
    const cJSON *values = json_path(o, "data.result.0.values"), *one;
    assert_int_equal(cJSON_GetArraySize(values), 31);
    int64_t at = t - 10 * MIN;
    cJSON_ArrayForEach (one, values) {
        double got = strtod(cJSON_GetArrayItem(one, 1)->valuestring, NULL);
        assert_true(cJSON_GetArrayItem(one, 0)->valuedouble * 1000 == (double)at);
        assert_true(got == ask_value(port, P95, at));
        at += MIN;
    }
    cJSON_Delete(o);
    buf_free(&b);
}

static void test_weight_response(void **state)
{
    (void)state;
    up("latency", 1);
    int64_t t = clock_wall(&world);
    assert_true(ask_value(port, P95, t + 10 * MIN) < 150);
    put("/api/traffic", "{\"weight\":25}");
    t = clock_wall(&world);
    assert_true(ask_value(port, P95, t - MIN) < 150); /* the past stays as it was */
    double warn = ask_value(port, P95, t + 11 * MIN), bad = ask_value(port, P95, t + 25 * MIN);
    if (!(warn > 155 && warn < 195 && bad > 230))
        fail_msg("p95 %g then %g", warn, bad);
    cJSON *o = ask_json(port, "GET", "/api/traffic", NULL, 200);
    assert_int_equal(json_int_or(o, "weight", -1), 25);
    cJSON_Delete(o);
}

static void test_alerts(void **state)
{
    (void)state;
    up("healthy", 1);
    cJSON *o = ask_json(port, "GET", "/api/v1/alerts", NULL, 200);
    assert_int_equal(cJSON_GetArraySize(json_path(o, "data.alerts")), 0);
    cJSON_Delete(o);
    post_set("{\"alert\":\"Boom\",\"state\":\"pending\",\"labels\":{\"auto_rollback\":\"true\"}}");
    o = ask_json(port, "GET", "/api/v2/alerts", NULL, 200);
    assert_int_equal(cJSON_GetArraySize(o), 0); /* Alertmanager hears of firing ones only */
    cJSON_Delete(o);
    post_set("{\"alert\":\"Boom\",\"labels\":{\"auto_rollback\":\"true\"}}");
    o = ask_json(port, "GET", "/api/v1/alerts", NULL, 200);
    const cJSON *a = json_path(o, "data.alerts.0");
    assert_string_equal(json_str(a, "state"), "firing");
    assert_string_equal(json_str(json_obj(a, "labels"), "auto_rollback"), "true");
    cJSON_Delete(o);
    o = ask_json(port, "GET", "/api/v2/alerts?filter=auto_rollback%3D%22true%22", NULL, 200);
    assert_int_equal(cJSON_GetArraySize(o), 1);
    cJSON_Delete(o);
    o = ask_json(port, "GET", "/api/v2/alerts?filter=auto_rollback!%3D%22true%22", NULL, 200);
    assert_int_equal(cJSON_GetArraySize(o), 0);
    cJSON_Delete(o);
}

/* A rule goes pending, then fires, as time passes: 1000 times as fast as the world. */
static void test_rule_fires(void **state)
{
    (void)state;
    bool pending = false, firing = false;
    up("errors", 1000);
    put("/api/traffic", "{\"weight\":50}");
    for (int64_t end = clock_wall(&world) + 30 * MIN; !firing && clock_wall(&world) < end;) {
        cJSON *o = ask_json(port, "GET", "/api/v1/alerts", NULL, 200);
        const cJSON *word = json_path(o, "data.alerts.0.state");
        pending = pending || (word && !strcmp(word->valuestring, "pending"));
        firing = word && !strcmp(word->valuestring, "firing");
        cJSON_Delete(o);
    }
    assert_true(pending && firing);
}

static void test_same_time_same_value(void **state)
{
    (void)state;
    double v[2];
    int64_t t = 0;
    for (int i = 0; i < 2; i++) {
        up("healthy", 1);
        if (!t)
            t = clock_wall(&world) - 5 * MIN;
        v[i] = ask_value(port, P95, t);
        down(NULL);
    }
    assert_true(v[0] == v[1]);
}

static void test_demo_plan(void **state)
{
    (void)state;
    struct buf errors = BUF_INIT;
    char *text = sim_demo_plan(4711, "auto", "automatic");
    struct plan *p = plan_load_text(text, strlen(text), "demo.yaml", &plan_env_process, &errors);
    if (!p)
        fail_msg("%s", buf_str(&errors));
    assert_string_equal(p->prom.url, "http://127.0.0.1:4711");
    assert_int_equal(p->advance, ADVANCE_AUTO);
    assert_int_equal(plan_gating(p), 6);
    assert_int_equal(p->n_stages, 5);
    assert_int_equal(p->n_ks, 2);
    assert_null(strstr(text, "@PORT@"));
    plan_free(p);
    free(text);
    buf_free(&errors);
}

static struct http_reply as_reply(const struct got *g)
{
    struct http_reply r = {.end = HTTP_ANSWERED, .status = g->status, .body = g->body};
    r.body_len = strlen(g->body);
    str_copy(r.content_type, sizeof r.content_type, g->type);
    return r;
}

/* The program's own readers take every answer the demo asks for. */
static void test_own_readers(void **state)
{
    (void)state;
    struct buf errors = BUF_INIT;
    char *text = sim_demo_plan(1, "auto", "automatic"), why[200] = "";
    struct plan *p = plan_load_text(text, strlen(text), "demo.yaml", &plan_env_process, &errors);
    up("healthy", 1);
    int64_t now = clock_wall(&world) / 5000 * 5000;
    for (size_t i = 0; i < p->n_metrics; i++) {
        const struct metric *m = &p->metrics[i];
        struct buf b = BUF_INIT;
        struct sample one;
        double slots[361];
        buf_adds(&b, "/api/v1/query?query=");
        url_add(&b, m->query);
        buf_addf(&b, "&time=%lld.007", (long long)(now / 1000));
        struct got g = ask(port, "GET", b.p, NULL);
        struct http_reply r = as_reply(&g);
        prom_parse_instant(&r, m, now + 7, &one);
        if (!one.good || one.series != 1)
            fail_msg("%s: %s: %s", m->id, one.why, g.body);
        got_free(&g);
        buf_clear(&b);
        buf_adds(&b, "/api/v1/query_range?query=");
        url_add(&b, m->query);
        buf_addf(&b, "&start=%lld&end=%lld&step=5", (long long)(now / 1000 - 1800),
                 (long long)(now / 1000));
        g = ask(port, "GET", b.p, NULL);
        r = as_reply(&g);
        if (prom_parse_range(&r, m, now - 1800000, 5000, 361, slots, why, sizeof why) < 0)
            fail_msg("%s: %s", m->id, why);
        for (size_t k = 0; k < 361; k++)
            assert_true(slots[k] >= 0);
        got_free(&g);
        buf_free(&b);
    }
    post_set("{\"alert\":\"Boom\",\"labels\":{\"auto_rollback\":\"true\"}}");
    struct alert_seen seen[4];
    struct got g = ask(port, "GET", "/api/v1/alerts", NULL);
    struct http_reply r = as_reply(&g);
    assert_int_equal(alerts_parse(&r, &p->alerts[0], seen, 4, why, sizeof why), 1);
    assert_true(seen[0].firing && seen[0].matches);
    assert_string_equal(seen[0].name, "Boom");
    got_free(&g);
    struct alert_source manager = p->alerts[0];
    manager.alertmanager = true;
    g = ask(port, "GET", "/api/v2/alerts", NULL);
    r = as_reply(&g);
    assert_int_equal(alerts_parse(&r, &manager, seen, 4, why, sizeof why), 1);
    got_free(&g);
    plan_free(p);
    free(text);
    buf_free(&errors);
}

static void test_listed(void **state)
{
    (void)state;
    static const char *const want[] = {"healthy",
                                       "latency",
                                       "errors",
                                       "lag",
                                       "lock-storm",
                                       "flapping",
                                       "no-data",
                                       "prometheus-outage",
                                       "kill-switch-down",
                                       "slow-control",
                                       "ttfv",
                                       "tenant",
                                       "trend",
                                       "burst-errors",
                                       "first-night",
                                       "lock-climb",
                                       "warnings",
                                       NULL};
    const char *const *list = sim_scenarios();
    for (size_t i = 0; want[i]; i++) {
        assert_string_equal(list[2 * i], want[i]);
        assert_true(strlen(list[2 * i + 1]) > 20);
    }
    assert_null(list[2 * (sizeof want / sizeof *want - 1)]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_queries, down),
        cmocka_unit_test_teardown(test_refusals, down),
        cmocka_unit_test_teardown(test_post_form, down),
        cmocka_unit_test_teardown(test_range_agrees, down),
        cmocka_unit_test_teardown(test_weight_response, down),
        cmocka_unit_test_teardown(test_alerts, down),
        cmocka_unit_test_teardown(test_rule_fires, down),
        cmocka_unit_test(test_same_time_same_value),
        cmocka_unit_test(test_demo_plan),
        cmocka_unit_test_teardown(test_own_readers, down),
        cmocka_unit_test(test_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
