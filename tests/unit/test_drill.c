/* A drill: a simulator's clock in another process, and a fence that nothing passes. */
#include "sim_client.h"

#include <sys/stat.h>

#include "action/drill.h"
#include "plan/load.h"
#include "wire/child.h"
#include "wire/fence.h"
#include "wire/http.h"
#include "wire/mysql.h"

#define LONG_AGO INT64_C(1769958000000) /* 2026-02-01 22:00:00 +07 */

static void start_at(double speed, int64_t wall_ms)
{
    struct err e = ERR_INIT;
    world = wall_ms ? clock_make_at(speed, wall_ms) : clock_make(speed);
    sim = sim_start("healthy", "127.0.0.1:0", &world, &e);
    assert_non_null(sim);
    port = sim_port(sim);
}

static void same_clock(double speed, int64_t wall_ms)
{
    struct err e = ERR_INIT;
    struct clock mine;
    char url[80];
    start_at(speed, wall_ms);
    str_fmt(url, sizeof url, "http://127.0.0.1:%d/", port);
    if (drill_clock(url, &mine, &e) < 0)
        fail_msg("%s", e.text);
    assert_true(mine.speed >= speed && mine.speed <= speed);
    assert_int_equal(mine.wall0_ms, world.wall0_ms);
    assert_int_equal(mine.mono0.ms, world.mono0.ms);
    int64_t a = clock_wall(&world), b = clock_wall(&mine), c = clock_wall(&world);
    assert_true(a <= b && b <= c);
    if (wall_ms)
        assert_true(b >= wall_ms && b < wall_ms + (int64_t)(20000 * speed));
    down(NULL);
}

static void a_drill_has_the_simulators_clock(void **state)
{
    (void)state;
    same_clock(1, 0);
    same_clock(1, LONG_AGO);
    same_clock(300, 0);
    same_clock(1000, LONG_AGO);
}

static void the_simulated_world_begins_when_it_is_told(void **state)
{
    (void)state;
    start_at(60, LONG_AGO);
    cJSON *o = ask_json(port, "GET", "/sim/state", NULL, 200);
    assert_int_equal(json_int_or(o, "start_ms", 0) / 60000, LONG_AGO / 60000);
    assert_true(json_bool_or(o, "apart", false));
    cJSON_Delete(o);
    assert_true(ask_value(port, P95, LONG_AGO + 10000) > 100);
    assert_true(ask_value(port, "up", LONG_AGO - 60 * 60000) > 0); /* history of hours before */
}

static void limits_do_not_run_away(void **state)
{
    struct clock real = clock_make(1), fast = clock_make(1000);
    (void)state;
    assert_int_equal(clock_limit(&real, 30000, 2000), 30000);
    assert_int_equal(clock_limit(&fast, 30000, 2000), 2000);
    assert_int_equal(clock_limit(&fast, 500, 2000), 500);
    assert_int_equal(clock_limit(&fast, 6000000, 2000), 6000);
}

static void refused(const char *url, int status, const char *part)
{
    struct err e = ERR_INIT;
    struct clock c;
    assert_int_equal(drill_clock(url, &c, &e), -1);
    if (e.status != status || !strstr(e.text, part))
        fail_msg("%s: %d %s", url, e.status, e.text);
}

static void only_a_simulator_of_this_machine_will_do(void **state)
{
    char url[80];
    (void)state;
    refused("http://sim.example.org:9190", EX_BADUSAGE, "of this machine");
    refused("http://127.example.org", EX_BADUSAGE, "of this machine");
    refused("http://user@10.1.2.3:80/x", EX_BADUSAGE, "of this machine");
    refused("http://127.0.0.1@10.1.2.3/", EX_BADUSAGE, "of this machine");
    refused("http://127.0.0.1:1", EX_NOSERVICE, "no simulator answers");
    start_at(1, 0);
    str_fmt(url, sizeof url, "http://127.0.0.1:%d/api", port);
    refused(url, EX_NOSERVICE, "that is no simulator");
}

/* ---- the plan ---- */

#define LOCAL "http://127.0.0.1:9190"

static const char *no_env(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
    return NULL;
}

static const char *more = ""; /* lines at the end of the plan */

static struct plan *make_plan(const char *prom, const char *am, const char *ks, const char *step)
{
    static const struct plan_env env = {no_env, NULL, false};
    struct buf text = BUF_INIT, errors = BUF_INIT;
    buf_addf(&text,
             "version: 1\nname: d\ntitle: d\nrollback: { mode: log_only }\nscope: { host: x }\n"
             "prometheus: { url: \"%s\" }\n"
             "alerts: [{ from: alertmanager, url: \"%s\", match: { a: b }, then: hold }]\n"
             "metrics: [{ id: m, title: m, query: m }]\n"
             "kill_switch:\n  scopes:\n    - name: global\n"
             "      status: { http: { url: \"" LOCAL "/s\" }, read: { json: on } }\n"
             "      engage: { http: { method: PUT, url: \"%s\", body: x } }\n"
             "      release: { http: { method: PUT, url: \"" LOCAL "/s\", body: x } }\n"
             "actions:\n  go:\n    - %s\n"
             "stages: [{ name: S, duration: 1m, actions: [go] }]\n%s",
             prom, am, ks, step, more);
    struct plan *p = plan_load_text(text.p, text.len, "d.yaml", &env, &errors);
    if (!p)
        fail_msg("%s", errors.p);
    buf_free(&text);
    buf_free(&errors);
    return p;
}

static void begins(const char *prom, const char *am, const char *ks, const char *step,
                   const char *part)
{
    struct err e = ERR_INIT;
    struct plan *p = make_plan(prom, am, ks, step);
    int rc = drill_begin(LOCAL "/", p, &e);
    if (part ? rc == 0 || !strstr(e.text, part) : rc < 0)
        fail_msg("%s %s %s %s: %s", prom, am, ks, step, e.text);
    plan_free(p);
}

#define HTTP "http: { url: \"" LOCAL "/api/{{scope.host}}\" }"

static void a_plan_that_leaves_the_machine_is_refused(void **state)
{
    (void)state;
    begins(LOCAL, LOCAL, LOCAL, HTTP, NULL);
    assert_string_equal(getenv("WARROOM_SIM"), LOCAL);
    begins("http://localhost:9190", "http://[::1]:9093", LOCAL, HTTP, NULL);
    begins("https://prometheus.prod.internal", LOCAL, LOCAL, HTTP, "prometheus");
    begins(LOCAL, "http://10.0.0.7:9093", LOCAL, HTTP, "alertmanager");
    begins(LOCAL, LOCAL, "https://api.example.org/ks", HTTP, "kill switch global");
    begins(LOCAL, LOCAL, LOCAL, "http: { url: \"https://api.example.org/x\" }", "action go");
    begins(LOCAL, LOCAL, LOCAL, HTTP "\n      verify: { http: { url: \"http://192.168.0.1/\" } }",
           "action go");
    begins(LOCAL, LOCAL, LOCAL,
           "burst: { url: \"https://relay.example.org/q\", method: POST, json: { q: x }, requests: "
           "2 }",
           "action go");
    more = "mysql: [{ name: primary, host: db.example.org, user: warroom }]\n";
    begins(LOCAL, LOCAL, LOCAL, HTTP, "mysql primary is at db.example.org");
    more = "mysql: [{ name: primary, host: 127.0.0.1, user: warroom }]\n"
           "templates: { t: \"x\" }\n"
           "notify: [{ on: [start], template: t, http: { method: POST, url: "
           "\"https://chat.example.org/h\" "
           "} }]\n";
    begins(LOCAL, LOCAL, LOCAL, HTTP, "chat.example.org");
    more = "";
}

/* A program is a stand-in by what it is, not by its name. */
static void only_stand_ins_run(void **state)
{
    char dir[] = "/tmp/warroom-drill-XXXXXX", at[200], link[200], path[300];
    struct err e = ERR_INIT;
    (void)state;
    fence_up();
    assert_non_null(mkdtemp(dir));
    str_fmt(at, sizeof at, "%s/" SIM_STAND_IN, dir);
    str_fmt(link, sizeof link, "%s/kubectl", dir);
    FILE *f = fopen(at, "w");
    assert_non_null(f);
    fputs("#!/bin/sh\n", f);
    fclose(f);
    chmod(at, 0700);
    assert_int_equal(symlink(at, link), 0);
    str_fmt(path, sizeof path, "%s:%s", dir, "/usr/bin:/bin");
    char *old = xstrdup(getenv("PATH"));
    setenv("PATH", path, 1);
    assert_int_equal(fence_program("kubectl", &e), 0);
    assert_int_equal(fence_program(link, &e), 0);
    assert_int_equal(fence_program("test", &e), 0);
    assert_int_equal(fence_program("sh", &e), -1);
    assert_non_null(strstr(e.text, "no stand-in"));
    assert_int_equal(fence_program("railway", &e), -1);
    assert_non_null(strstr(e.text, "first in PATH"));
    begins(LOCAL, LOCAL, LOCAL, "exec: { argv: [kubectl, get, ingress] }", NULL);
    begins(LOCAL, LOCAL, LOCAL, "exec: { argv: [curl, \"https://example.org\"] }", "no stand-in");
    setenv("PATH", old, 1);
    free(old);
    unlink(link);
    unlink(at);
    rmdir(dir);
}

static void never_http(void *ctx, const struct http_reply *r)
{
    (void)ctx;
    (void)r;
    fail_msg("a request went out");
}

static void never_child(void *ctx, const struct child_result *r)
{
    (void)ctx;
    (void)r;
    fail_msg("a program ran");
}

/* Whatever a plan's walk overlooks: the transports themselves refuse. */
static void the_fence_holds_in_the_transports(void **state)
{
    char *const argv[] = {(char[]){"sh"}, (char[]){"-c"}, (char[]){"true"}, NULL};
    struct err e = ERR_INIT;
    struct http_request rq = {.method = "GET", .url = "http://192.0.2.1/", .timeout_ms = 1000};
    (void)state;
    fence_up();
    struct http *h = http_start(1, &e);
    assert_int_equal(http_send(h, &rq, never_http, NULL, &e), -1);
    assert_non_null(strstr(e.text, "this is a drill: nothing is sent to 192.0.2.1"));
    http_stop(h);
    struct children *c = children_start(&e);
    assert_int_equal(child_run(c, argv, 1000, 0, never_child, NULL, &e), -1);
    assert_non_null(strstr(e.text, "no stand-in"));
    children_stop(c);
    struct db_conf conf = {.name = "far", .host = "192.0.2.1", .user = "u", .port = 3306};
    assert_null(db_open(&conf, &e));
    assert_non_null(strstr(e.text, "192.0.2.1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drill_has_the_simulators_clock),
        cmocka_unit_test_teardown(the_simulated_world_begins_when_it_is_told, down),
        cmocka_unit_test(limits_do_not_run_away),
        cmocka_unit_test_teardown(only_a_simulator_of_this_machine_will_do, down),
        cmocka_unit_test(a_plan_that_leaves_the_machine_is_refused),
        cmocka_unit_test(only_stand_ins_run),
        cmocka_unit_test(the_fence_holds_in_the_transports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
