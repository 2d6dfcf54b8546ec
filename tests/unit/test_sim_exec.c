/* The commands of the runbooks, run as a plan's `exec` runs them: the stand-in programs of
 * sample-config/sim-bin against a simulator. Each row is one call and what must come of it. */
#include "sim_client.h"

#include <poll.h>
#include <sys/stat.h>

#include "base/num.h"
#include "base/queue.h"
#include "wire/child.h"

#define BIN "sample-config/sim-bin"

struct said {
    int status;
    bool timed_out;
    char out[2000], errout[600];
};

static struct children *children;

static void on_child(void *ctx, const struct child_result *r)
{
    struct said *s = xzalloc(1, sizeof *s);
    s->status = r->exit_status;
    s->timed_out = r->timed_out;
    str_copy(s->out, sizeof s->out, r->out);
    str_copy(s->errout, sizeof s->errout, r->errout);
    assert_int_equal(queue_put(ctx, s), 0);
}

/* Words are parted by blanks; an underscore stands for a blank inside one. */
static struct said call(const char *line, int64_t timeout_ms)
{
    char words[400], *argv[40] = {NULL}, program[120], *save = NULL;
    struct err e = ERR_INIT;
    struct queue *q = queue_new(4);
    size_t n = 0;
    str_copy(words, sizeof words, line);
    for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        for (char *p = w; *p; p++)
            *p = *p == '_' ? ' ' : *p;
        argv[n++] = w;
    }
    str_fmt(program, sizeof program, BIN "/%s", argv[0]);
    argv[0] = program;
    if (child_run(children, argv, timeout_ms, 0, on_child, q, &e) < 0)
        fail_msg("%s: %s", line, e.text);
    struct pollfd p = {.fd = queue_fd(q), .events = POLLIN};
    struct said *got;
    while (!(got = queue_take(q)))
        assert_int_equal(poll(&p, 1, 20000), 1);
    struct said s = *got;
    free(got);
    queue_free(q, NULL);
    return s;
}

static double weight(void)
{
    cJSON *o = ask_json(port, "GET", "/api/traffic", NULL, 200);
    double w = -1;
    json_num(o, "weight", &w);
    cJSON_Delete(o);
    return w;
}

struct row {
    const char *line;
    int status;
    const char *part; /* of what it prints; with a = in front: the whole */
    double weight;    /* afterwards; below 0: not looked at */
};

static void check(const struct row *r)
{
    struct said s = call(r->line, 15000);
    const char *text = r->status ? s.errout : s.out;
    size_t n = strlen(text);
    while (n && text[n - 1] == '\n')
        n--;
    bool whole = r->part[0] == '=';
    if (s.status != r->status ||
        (whole ? strlen(r->part + 1) != n || memcmp(r->part + 1, text, n) != 0
               : !strstr(text, r->part)))
        fail_msg("%s: status %d, out \"%s\", err \"%s\"", r->line, s.status, s.out, s.errout);
    if (r->weight >= 0 && (weight() < r->weight || weight() > r->weight))
        fail_msg("%s: weight is %g, not %g", r->line, weight(), r->weight);
}

static void check_all(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check(&rows[i]);
}
#define CHECK(rows) check_all(rows, sizeof(rows) / sizeof *(rows))

static void begin(const char *scenario)
{
    char url[60];
    struct err e = ERR_INIT;
    up(scenario, 1);
    str_fmt(url, sizeof url, "http://127.0.0.1:%d", port);
    setenv("WARROOM_SIM", url, 1);
    children = children_start(&e);
    assert_non_null(children);
}

static int finish(void **state)
{
    children_stop(children);
    return down(state);
}

#define KEY "nginx.ingress.kubernetes.io/canary-weight"
#define PATH_OF_KEY                                                                                \
    "jsonpath={.metadata.annotations.nginx\\.ingress\\.kubernetes\\.io/canary-weight}"

static void test_splits(void **state)
{
    static const struct row rows[] = {
        {"railway service list relay", 0, "=main:0,r0.5-hotfix:100", 0},
        {"railway service update relay --traffic-split main:5,r0.5-hotfix:95", 0, "updated", 5},
        {"railway service list relay", 0, "=main:5,r0.5-hotfix:95", 5},
        {"railway service update relay --traffic-split main:5,r0.5-hotfix:90", 1, "adds up to 95",
         5},
        {"railway service update relay --traffic-split r0.5-hotfix:100,main:0", 0, "updated", 0},
        {"railway service list relay", 0, "=main:0,r0.5-hotfix:100", 0},
        {"railway service update relay --traffic-split main:x,old:1", 1, "must be a number", 0},
        {"railway service update relay --traffic-split", 1, "does not know", 0},
        {"railway service delete relay", 127, "no \"service delete\"", 0},
        {"kubectl annotate ingress spark-trading " KEY "=1", 0, "annotated", 1},
        {"kubectl annotate ingress spark-trading " KEY "=5", 1, "--overwrite is false", 1},
        {"kubectl annotate --overwrite ingress spark-trading " KEY "=25", 0, "annotated", 25},
        {"kubectl annotate ingress spark-trading " KEY "=50 --overwrite -n spark", 0, "annotated",
         50},
        {"kubectl get ingress spark-trading -o " PATH_OF_KEY, 0, "=50", 50},
        {"kubectl get ingress spark-trading -o json", 0, "\"" KEY "\":\"50\"", 50},
        {"kubectl annotate --overwrite ingress spark-trading " KEY "=101", 1, "from 0 to 100", 50},
        {"kubectl annotate --overwrite ingress spark-trading other=1", 1, "alone", 50},
        {"kubectl get prometheusrule canary-alerts -o name", 1, "NotFound", -1},
        {"kubectl apply -f /tmp/x/canary-alerts.yaml", 0, "canary-alerts created", -1},
        {"kubectl apply -f /tmp/x/canary-alerts.yaml", 0, "unchanged", -1},
        {"kubectl get prometheusrule canary-alerts -o name", 0, "=prometheusrule/canary-alerts",
         -1},
        {"kubectl delete ingress spark-trading", 127, "no \"delete ingress\"", 50},
    };
    (void)state;
    begin("healthy");
    CHECK(rows);
}

static void test_pull_requests(void **state)
{
    static const struct row rows[] = {
        {"gh pr list --state open --json number -q length", 0, "=7", -1},
        {"gh pr list --label hold-for-canary --json number -q length", 0, "=0", -1},
        {"gh pr edit 101 --add-label hold-for-canary", 0, "/pull/101", -1},
        {"gh pr edit 102 103 --add-label hold-for-canary", 0, "/pull/103", -1},
        {"gh pr edit 999 --add-label hold-for-canary", 1, "no pull request", -1},
        {"gh pr list --label hold-for-canary --json number -q length", 0, "=3", -1},
        {"gh pr list --label hold-for-canary --json number", 0,
         "=[{\"number\":101},{\"number\":102},{\"number\":103}]", -1},
        {"gh pr edit 101 --remove-label hold-for-canary", 0, "/pull/101", -1},
        {"gh pr list --label hold-for-canary", 0, "=102\n103", -1},
        {"gh pr edit all --add-label hold-for-canary", 0, "/pull/107", -1},
        {"gh pr list --label hold-for-canary --json number -q length", 0, "=7", -1},
        {"gh pr merge 101", 127, "no \"pr merge\"", -1},
    };
    (void)state;
    begin("healthy");
    CHECK(rows);
}

static void test_hal9(void **state)
{
    static const struct row rows[] = {
        {"hal9-migrate state checkpoint --name pre-canary-1 --description before_it", 0,
         "=checkpoint pre-canary-1 created", 0},
        {"hal9-migrate state list", 0, "=pre-canary-1", 0},
        {"hal9-migrate config show --rollback", 1, "no rollback is configured", 0},
        {"hal9-migrate configure rollback --error-threshold 0.001 --latency-threshold-p99 50 "
         "--latency-threshold-p50 15 --window 5m",
         0, "configured", 0},
        {"hal9-migrate config show --rollback", 0,
         "=error-threshold=0.001 latency-threshold-p99=50 latency-threshold-p50=15 window=5m", 0},
        {"hal9-migrate status", 0, "=Phase: flat (0%)", 0},
        {"hal9-migrate migrate --phase canary --percentage 5", 1, "add --yes", 0},
        {"hal9-migrate migrate --phase canary --percentage 5 --yes", 0, "canary 5%", 5},
        {"hal9-migrate status", 0, "=Phase: canary (5%)", 5},
        {"hal9-migrate status --detailed", 0, "p99", 5},
        {"hal9-migrate traffic --show-split", 0, "=hierarchical:5.0 flat:95.0", 5},
        {"hal9-migrate traffic --verify-split", 0, "hierarchical:5.0", 5},
        {"hal9-migrate metrics --metric error-rate --window 5m", 0, "error-rate=0.0", 5},
        {"hal9-migrate metrics --metric latency --percentiles p50,p99 --window 5m", 0, "p99=", 5},
        {"hal9-migrate metrics --compare --realtime", 0, "error-rate=", 5},
        {"hal9-migrate report --stage canary-5 --duration 2h", 0, "Phase: canary (5%)", 5},
        {"hal9-migrate trace --enable --sample-rate 0.1", 0, "hierarchical:", 5},
        {"hal9-migrate monitor --enhanced --duration 4h", 0, "flat:", 5},
        {"hal9-migrate analyze --ab-test --duration 24h", 0, "flat:", 5},
        {"hal9-migrate validate --comprehensive --phase canary-25", 0, "PASSED", 5},
        {"hal9-migrate verify --tests stability,performance,accuracy --duration 24h", 0, "PASSED",
         5},
        {"hal9-cli ux-metrics --compare-systems", 0, "flat=97.0%", 5},
        {"hal9-cli business-metrics --compare-period 8h", 0, "hierarchical=97", 5},
        {"hal9-migrate rollback --immediate", 1, "add --yes", 5},
        {"hal9-migrate rollback --immediate --yes", 0, "flat 100%", 0},
        {"hal9-migrate status", 0, "=Phase: rolled back (0%)", 0},
        {"hal9-migrate migrate --phase canary --percentage 101 --yes", 1, "from 0 to 100", 0},
        {"hal9-migrate explode --now", 127, "no \"explode --now\"", 0},
        {"hal9-migrate migrate --phase canary --percentage 5 --yes --force", 1, "--force", 0},
    };
    (void)state;
    begin("healthy");
    CHECK(rows);
    post_set("{\"signal\":\"hal_skew\",\"value\":4}");
    post_set("{\"signal\":\"hal_valid\",\"value\":99.8}");
    static const struct row wrong[] = {
        {"hal9-migrate migrate --phase canary --percentage 5 --yes", 0, "canary 5%", 5},
        {"hal9-migrate traffic --verify-split", 1, "planned 5%, actual 9.0%", 5},
        {"hal9-migrate traffic --rebalance", 0, "hierarchical:5.0", 5},
        {"hal9-migrate traffic --verify-split", 0, "hierarchical:5.0", 5},
        {"hal9-migrate validate --comprehensive --phase canary-5", 1, "99.80%", 5},
    };
    CHECK(wrong);
}

/* Down to 0 within thirty minutes, in steps, and a new weight ends it. */
static void test_gradual_rollback(void **state)
{
    static const struct row rows[] = {
        {"hal9-migrate migrate --phase canary --percentage 50 --yes", 0, "canary", 50},
        {"hal9-migrate rollback --gradual --target 0 --duration 30m", 0, "to 0% over 30m", -1},
    };
    (void)state;
    begin("healthy");
    CHECK(rows);
    sim_stop(sim);
    struct err e = ERR_INIT;
    char url[60];
    world = clock_make(1000);
    sim = sim_start("healthy", "127.0.0.1:0", &world, &e);
    port = sim_port(sim);
    str_fmt(url, sizeof url, "http://127.0.0.1:%d", port);
    setenv("WARROOM_SIM", url, 1);
    CHECK(rows);
    double before = weight(), now = before;
    bool between = false;
    mono_t began = mono_now();
    while (now > 0 && mono_since(began) < 10000) {
        now = weight();
        assert_true(now <= before);
        between = between || (now > 0 && now < 50);
        before = now;
    }
    assert_true(between && now <= 0);
    assert_true(mono_since(began) > 1500); /* 30 minutes are 1.8 s */
}

static void test_scripts_and_mail(void **state)
{
    static const struct row rows[] = {
        {"60s-preflight.sh v1.4.0", 0, "=v1.4.0 9/9 PASS", -1},
        {"micro-blast-radius-test.sh https://prod-canary.example.com v1.4.0 30", 0, "PASS", -1},
        {"snapshot-metrics.sh 1", 0, "=", -1},
        {"mail -s canary_starts eng@example.org ops@example.org", 0, "=", -1},
        {"mail -s nobody", 1, "nobody", -1},
    };
    (void)state;
    begin("healthy");
    CHECK(rows);
    cJSON *o = ask_json(port, "GET", "/hooks/mail", NULL, 200);
    assert_string_equal(cJSON_GetStringValue(json_path(o, "messages.0.subject")), "canary starts");
    assert_string_equal(cJSON_GetStringValue(json_path(o, "messages.0.to.1")), "ops@example.org");
    cJSON_Delete(o);
    post_set("{\"signal\":\"preflight_score\",\"value\":8}");
    post_set("{\"signal\":\"blast_success\",\"value\":95}"); /* above 95, not at it */
    static const struct row wrong[] = {
        {"60s-preflight.sh v1.4.0", 1, "8/9 FAIL", -1},
        {"micro-blast-radius-test.sh https://prod-canary.example.com v1.4.0 30", 1, "success=95.0%",
         -1},
    };
    CHECK(wrong);
}

static void test_output_goes_to_the_file(void **state)
{
    char dir[] = "/tmp/warroom-exec-XXXXXX", line[200], file[80];
    (void)state;
    begin("healthy");
    assert_non_null(mkdtemp(dir));
    str_fmt(file, sizeof file, "%s/state.json", dir);
    str_fmt(line, sizeof line, "hal9-migrate state export --output %s", file);
    check(&(struct row){line, 0, "written to /tmp/", -1});
    size_t n;
    char *text = unit_file(file, &n);
    cJSON *o = json_parse(text, n);
    assert_string_equal(json_str(o, "system"), "hal9");
    cJSON_Delete(o);
    free(text);
    unlink(file);
    rmdir(dir);
}

/* The same faults as over HTTP: lies keep nothing, errors and silence are no success. */
static void test_faults(void **state)
{
    (void)state;
    begin("healthy");
    post_set("{\"fault\":\"lie\",\"target\":\"traffic\"}");
    check(&(struct row){"hal9-migrate migrate --phase canary --percentage 5 --yes", 0, "5%", 0});
    check(&(struct row){"hal9-migrate status", 0, "=Phase: flat (0%)", 0});
    post_set("{\"fault\":\"none\",\"target\":\"traffic\"}");
    post_set("{\"fault\":\"status\",\"target\":\"traffic\"}");
    check(&(struct row){"railway service update relay --traffic-split main:5,r0.5-hotfix:95", 76,
                        "no healthy upstream", -1});
    check(&(struct row){"gh pr list --label x", 0, "=", -1}); /* other targets are well */
    post_set("{\"fault\":\"drop\",\"target\":\"traffic\"}");
    check(&(struct row){"railway service list relay", 75, "curl", -1});
    post_set("{\"fault\":\"hang\",\"target\":\"commands\"}");
    struct said s = call("gh pr list", 700);
    assert_true(s.timed_out && s.status != 0);
    post_set("{\"fault\":\"none\",\"target\":\"commands\"}");
    post_set("{\"fault\":\"none\",\"target\":\"traffic\"}");
    check(&(struct row){"railway service list relay", 0, "=main:0,r0.5-hotfix:100", 0});
    cJSON *o = ask_json(port, "GET", "/sim/requests?path=/sim/exec", NULL, 200);
    assert_true(cJSON_GetArraySize(json_arr(o, "requests")) >= 6);
    assert_non_null(strstr(json_str(cJSON_GetArrayItem(json_arr(o, "requests"), 0), "args"),
                           "arg=migrate&arg=--phase"));
    cJSON_Delete(o);
}

/* Without a simulator, or with somebody else's address, a stand-in does nothing. */
static void test_only_this_machine(void **state)
{
    static const char *const urls[] = {"",
                                       "https://127.0.0.1:9190",
                                       "http://example.org:80",
                                       "http://127.0.0.1:80@example.org",
                                       "http://127.0.0.1",
                                       "http://127.0.0.1.example.org:80"};
    (void)state;
    begin("healthy");
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        setenv("WARROOM_SIM", urls[i], 1);
        check(&(struct row){"railway service list relay", 126, "stand-in", -1});
    }
}

/* Every stand-in is a link to the one script, and one that is called otherwise is told so. */
static void test_one_script(void **state)
{
    static const char *const names[] = {"railway",
                                        "kubectl",
                                        "gh",
                                        "hal9-cli",
                                        "hal9-migrate",
                                        "mail",
                                        "60s-preflight.sh",
                                        "snapshot-metrics.sh",
                                        "micro-blast-radius-test.sh"};
    (void)state;
    begin("healthy");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char at[80], to[80] = "";
        str_fmt(at, sizeof at, BIN "/%s", names[i]);
        assert_true(readlink(at, to, sizeof to - 1) > 0);
        assert_string_equal(to, "warroom-sim-exec");
    }
    check(&(struct row){"warroom-sim-exec x", 127, "stands in for no such program", -1});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_splits, finish),
        cmocka_unit_test_teardown(test_pull_requests, finish),
        cmocka_unit_test_teardown(test_hal9, finish),
        cmocka_unit_test_teardown(test_gradual_rollback, finish),
        cmocka_unit_test_teardown(test_scripts_and_mail, finish),
        cmocka_unit_test_teardown(test_output_goes_to_the_file, finish),
        cmocka_unit_test_teardown(test_faults, finish),
        cmocka_unit_test_teardown(test_only_this_machine, finish),
        cmocka_unit_test_teardown(test_one_script, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
