/* The servers beside the canary over real HTTP: what is handed to them can be read back, and a lie
 * keeps nothing. */
#include "sim_client.h"

static cJSON *post(const char *path, const char *body, int status)
{
    return ask_json(port, "POST", path, body, status);
}

static int count_of(const char *path)
{
    cJSON *o = ask_json(port, "GET", path, NULL, 200);
    int n = cJSON_IsArray(o) ? cJSON_GetArraySize(o) : (int)json_int_or(o, "count", -1);
    cJSON_Delete(o);
    return n;
}

#define BOARD "{\"dashboard\":{\"uid\":\"ttfv\",\"title\":\"TTFV Protection\",\"panels\":[]}"

static void test_boards(void **state)
{
    (void)state;
    up("healthy", 1);
    cJSON *o = post("/api/dashboards/db", BOARD "}", 200);
    assert_int_equal(json_int_or(o, "id", 0), 1);
    assert_string_equal(json_str(o, "uid"), "ttfv");
    assert_string_equal(json_str(o, "url"), "/d/ttfv/ttfv-protection");
    assert_string_equal(json_str(o, "status"), "success");
    cJSON_Delete(o);
    o = post("/api/dashboards/db", BOARD "}", 412); /* Grafana keeps what is there */
    assert_string_equal(json_str(o, "status"), "version-mismatch");
    cJSON_Delete(o);
    o = post("/api/dashboards/db", BOARD ",\"overwrite\":true}", 200);
    assert_int_equal(json_int_or(o, "version", 0), 2);
    assert_int_equal(json_int_or(o, "id", 0), 1);
    cJSON_Delete(o);
    o = post("/api/dashboards/db", "{\"dashboard\":{\"title\":\"RLS Enforcement\"}}", 200);
    assert_string_equal(json_str(o, "uid"), "sim-board-2");
    cJSON_Delete(o);
    o = ask_json(port, "GET", "/api/dashboards/uid/ttfv", NULL, 200);
    assert_string_equal(cJSON_GetStringValue(json_path(o, "dashboard.title")), "TTFV Protection");
    assert_string_equal(cJSON_GetStringValue(json_path(o, "meta.url")), "/d/ttfv/ttfv-protection");
    cJSON_Delete(o);
    assert_int_equal(count_of("/api/search"), 2);
    assert_int_equal(count_of("/api/search?query=rls"), 1);
    cJSON_Delete(ask_json(port, "GET", "/api/dashboards/uid/nosuch", NULL, 404));
    cJSON_Delete(post("/api/dashboards/db", "{\"dashboard\":{}}", 400));
    cJSON_Delete(post("/api/dashboards/db", "[", 400));
    post_set("{\"fault\":\"lie\",\"target\":\"grafana\"}");
    cJSON_Delete(post("/api/dashboards/db", "{\"dashboard\":{\"title\":\"Third\"}}", 200));
    assert_int_equal(count_of("/api/search"), 2);
    cJSON_Delete(ask_json(port, "DELETE", "/api/dashboards/uid/ttfv", NULL, 200));
    assert_int_equal(count_of("/api/search"), 2);
    post_set("{\"fault\":\"none\",\"target\":\"grafana\"}");
    cJSON_Delete(ask_json(port, "DELETE", "/api/dashboards/uid/ttfv", NULL, 200));
    assert_int_equal(count_of("/api/search"), 1);
}

/* Both lists behave alike: made, refused twice, changed, read, removed. */
static void shelf(const char *base, const char *key, const char *id, const char *fault)
{
    char one[100], body[160];
    str_fmt(one, sizeof one, "%s/%s", base, id);
    cJSON *o = post(base, "{\"title\":\"TTFV breach\",\"for\":\"5m\"}", 201);
    assert_string_equal(json_str(o, key), id);
    cJSON_Delete(o);
    str_fmt(body, sizeof body, "{\"%s\":\"own\",\"title\":\"RLS\"}", key);
    cJSON_Delete(post(base, body, 201));
    cJSON_Delete(post(base, body, 409));
    cJSON_Delete(post(base, "3", 400));
    assert_int_equal(count_of(base), 2);
    cJSON_Delete(ask_json(port, "PUT", one, "{\"title\":\"changed\"}", 200));
    o = ask_json(port, "GET", one, NULL, 200);
    assert_string_equal(json_str(o, "title"), "changed");
    assert_string_equal(json_str(o, key), id);
    cJSON_Delete(o);
    str_fmt(body, sizeof body, "{\"fault\":\"lie\",\"target\":\"%s\"}", fault);
    post_set(body);
    cJSON_Delete(post(base, "{\"title\":\"third\"}", 201));
    cJSON_Delete(ask_json(port, "PUT", one, "{\"title\":\"never\"}", 200));
    o = ask_json(port, "GET", one, NULL, 200);
    assert_string_equal(json_str(o, "title"), "changed");
    cJSON_Delete(o);
    assert_int_equal(count_of(base), 2);
    str_fmt(body, sizeof body, "{\"fault\":\"none\",\"target\":\"%s\"}", fault);
    post_set(body);
    struct got g = ask(port, "DELETE", one, NULL);
    assert_int_equal(g.status, 204);
    got_free(&g);
    assert_int_equal(count_of(base), 1);
    cJSON_Delete(ask_json(port, "GET", one, NULL, 404));
}

static void test_rules_and_policies(void **state)
{
    (void)state;
    up("healthy", 1);
    shelf("/api/v1/provisioning/alert-rules", "uid", "sim-rule-1", "grafana");
    shelf("/api/v2/policies", "id", "sim-policy-1", "alertmanager");
    cJSON_Delete(ask_json(port, "GET", "/api/v2/alerts", NULL, 200)); /* still Alertmanager's */
}

static void test_messages(void **state)
{
    (void)state;
    up("healthy", 1);
    cJSON *o =
        post("/api/v1/incidents", "{\"status\":\"investigating\",\"message\":\"HAL9\"}", 201);
    assert_string_equal(json_str(o, "id"), "inc-1");
    cJSON_Delete(o);
    cJSON_Delete(
        ask_json(port, "PATCH", "/api/v1/incidents/inc-1", "{\"status\":\"resolved\"}", 200));
    o = ask_json(port, "GET", "/api/v1/incidents/inc-1", NULL, 200);
    assert_string_equal(json_str(o, "status"), "resolved");
    assert_string_equal(json_str(o, "message"), "HAL9");
    cJSON_Delete(o);
    cJSON_Delete(ask_json(port, "GET", "/api/v1/incidents/inc-2", NULL, 404));
    o = post("/hooks/mail",
             "{\"to\":[\"eng@example.org\"],\"subject\":\"decision\",\"text\":\"x\"}", 200);
    assert_string_equal(json_str(o, "id"), "mail-1");
    cJSON_Delete(o);
    cJSON_Delete(post("/hooks/mail", "{\"to\":\"eng@example.org\"}", 400));
    cJSON_Delete(post("/hooks/canary-live", "{\"text\":\"p95=142ms\"}", 200));
    cJSON_Delete(post("/hooks/engineering", "{\"text\":\"PROMOTE\"}", 200));
    assert_int_equal(count_of("/api/v1/incidents"), 1);
    assert_int_equal(count_of("/hooks/mail"), 1);
    assert_int_equal(count_of("/hooks/canary-live"), 1);
    assert_int_equal(count_of("/hooks/"), 2);
    o = ask_json(port, "GET", "/hooks/engineering", NULL, 200);
    assert_string_equal(cJSON_GetStringValue(json_path(o, "messages.0.text")), "PROMOTE");
    cJSON_Delete(o);
    post_set("{\"fault\":\"status\",\"target\":\"hooks\",\"status\":503}");
    struct got g = ask(port, "POST", "/hooks/canary-live", "{\"text\":\"lost\"}");
    assert_int_equal(g.status, 503);
    got_free(&g);
    cJSON_Delete(ask_json(port, "GET", "/api/v1/incidents", NULL, 200)); /* the page still stands */
    post_set("{\"fault\":\"none\",\"target\":\"hooks\"}");
    assert_int_equal(count_of("/hooks/canary-live"), 1);
}

static void test_config(void **state)
{
    (void)state;
    up("healthy", 1);
    static const char body[] = "{\"error_threshold\":0.001,\"window\":\"5m\"}";
    cJSON_Delete(ask_json(port, "GET", "/api/config/rollback", NULL, 404));
    put("/api/config/rollback", body);
    cJSON *o = ask_json(port, "GET", "/api/config/rollback", NULL, 200);
    assert_string_equal(json_str(o, "window"), "5m");
    cJSON_Delete(o);
    post_set("{\"fault\":\"lie\",\"target\":\"executor\"}");
    put("/api/config/rollback", "{\"window\":\"1m\"}");
    o = ask_json(port, "GET", "/api/config/rollback", NULL, 200);
    assert_string_equal(json_str(o, "window"), "5m");
    cJSON_Delete(o);
}

static int query_as(const char *token)
{
    struct buf b = BUF_INIT;
    int fd = client_open(port);
    buf_addf(&b,
             "POST /api/v1/memory/query HTTP/1.1\r\nHost: sim\r\nConnection: close\r\n%s%s%s"
             "Content-Type: application/json\r\nContent-Length: 18\r\n\r\n{\"query\":\"canary\"}",
             *token ? "Authorization: Bearer " : "", token, *token ? "\r\n" : "");
    assert_int_equal(send(fd, b.p, b.len, MSG_NOSIGNAL), (ssize_t)b.len);
    buf_free(&b);
    struct got g = client_read(fd);
    int status = g.status;
    got_free(&g);
    return status;
}

/* BST-1: five users, each counted, none of their tokens anywhere. */
static void test_memory_users(void **state)
{
    (void)state;
    up("healthy", 1);
    assert_int_equal(query_as(""), 401);
    for (int i = 0; i < 20; i++)
        for (int user = 1; user <= 5; user++) {
            char token[40];
            str_fmt(token, sizeof token, "planted-secret-%d", user);
            assert_int_equal(query_as(token), 200);
        }
    struct got g = ask(port, "GET", "/sim/users", NULL);
    cJSON *o = json_parse(g.body, strlen(g.body));
    assert_int_equal(cJSON_GetArraySize(json_arr(o, "users")), 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(json_int_or(cJSON_GetArrayItem(json_arr(o, "users"), i), "requests", 0),
                         20);
    assert_null(strstr(g.all.p, "planted"));
    got_free(&g);
    cJSON_Delete(o);
    g = ask(port, "GET", "/sim/requests", NULL);
    assert_null(strstr(g.all.p, "planted"));
    assert_non_null(strstr(g.all.p, "\"token\":true"));
    got_free(&g);
    post_set("{\"signal\":\"burst_errors\",\"value\":10}");
    int failed = 0;
    for (int i = 0; i < 100; i++)
        failed += query_as("planted-secret-1") == 500;
    assert_int_equal(failed, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_boards, down),
        cmocka_unit_test_teardown(test_rules_and_policies, down),
        cmocka_unit_test_teardown(test_messages, down),
        cmocka_unit_test_teardown(test_config, down),
        cmocka_unit_test_teardown(test_memory_users, down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
