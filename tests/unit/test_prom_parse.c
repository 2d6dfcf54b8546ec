/* What each answer is worth: recorded ones of real servers, and every wrong one we could think of.
 * The rows are the test: benign answers are numbers, all others no data with the reason.
 * Shows MET-6 MET-8 MET-9. */
#include "unit.h"

#include <math.h>

#include "source/prom_parse.h"

#define OK     "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":["
#define ONE(v) OK "{\"metric\":{},\"value\":[1000," v "]}]}}"

static const struct row {
    const char *name;
    int status;       /* HTTP; 0: the transport gave up, body is its sentence */
    const char *body; /* or "@file" of tests/data/prom */
    enum reduce_how reduce;
    bool good;
    double value;
    const char *why; /* must be in the reason */
} rows[] = {
    {"a number", 200, ONE("\"142.5\""), REDUCE_REFUSE, true, 142.5, ""},
    {"exponent", 200, ONE("\"1e+21\""), REDUCE_REFUSE, true, 1e21, ""},
    {"minus zero", 200, ONE("\"-0\""), REDUCE_REFUSE, true, 0, ""},
    {"small", 200, ONE("\"1e-7\""), REDUCE_REFUSE, true, 1e-7, ""},
    {"white space after", 200, ONE("\"1\"") " \n", REDUCE_REFUSE, true, 1, ""},
    {"2.42: one", 200, "@vector_one.json", REDUCE_REFUSE, true, 0.01, ""},
    {"2.42: scalar", 200, "@scalar.json", REDUCE_REFUSE, true, 0.01, ""},
    {"2.42: share by sums", 200, "@runbook_5xx_with_sums.json", REDUCE_REFUSE, true,
     0.0010309278350515464, ""},
    {"2.42: labels escaped", 200, "@vector_labels_escaped.json", REDUCE_MAX, true, 1, ""},
    {"3.5: infos beside", 200, "@v3_info_rate_of_gauge.json", REDUCE_MAX, true, NAN, ""},
    {"several, max", 200, OK "{\"value\":[1,\"2\"]},{\"value\":[1,\"5\"]}]}}", REDUCE_MAX, true, 5,
     ""},
    {"several, min", 200, OK "{\"value\":[1,\"2\"]},{\"value\":[1,\"5\"]}]}}", REDUCE_MIN, true, 2,
     ""},
    {"several, avg", 200, OK "{\"value\":[1,\"2\"]},{\"value\":[1,\"5\"]}]}}", REDUCE_AVG, true,
     3.5, ""},
    {"several, sum", 200, OK "{\"value\":[1,\"2\"]},{\"value\":[1,\"5\"]}]}}", REDUCE_SUM, true, 7,
     ""},
    {"several, worst", 200, OK "{\"value\":[1,\"2\"]},{\"value\":[1,\"5\"]}]}}", REDUCE_WORST, true,
     5, ""},
    {"several, refused", 200, "@vector_many_up.json", REDUCE_REFUSE, false, 0,
     "the plan wants one"},
    {"several, one NaN", 200, OK "{\"value\":[1,\"2\"]},{\"value\":[1,\"NaN\"]}]}}", REDUCE_MAX,
     false, 0, "1 of 2 series"},
    {"empty", 200, "@vector_empty.json", REDUCE_REFUSE, false, 0, "empty answer"},
    {"NaN", 200, "@vector_nan.json", REDUCE_REFUSE, false, 0, "NaN"},
    {"+Inf", 200, "@vector_inf.json", REDUCE_REFUSE, false, 0, "+Inf"},
    {"-Inf", 200, "@vector_neginf.json", REDUCE_REFUSE, false, 0, "-Inf"},
    {"scalar NaN", 200, "@scalar_nan.json", REDUCE_REFUSE, false, 0, "NaN"},
    {"no traffic, share", 200, "@no_traffic_ratio.json", REDUCE_REFUSE, false, 0, "NaN"},
    {"no traffic, quantile", 200, "@no_traffic_quantile.json", REDUCE_REFUSE, false, 0, "NaN"},
    {"a string", 200, "@string.json", REDUCE_REFUSE, false, 0, "string"},
    {"a matrix", 200, "@instant_matrix.json", REDUCE_REFUSE, false, 0, "matrix"},
    {"warning: bad quantile", 200, "@v3_warning_bad_quantile.json", REDUCE_REFUSE, false, 0,
     "+Inf"},
    {"text for a number", 200, ONE("\"fast\""), REDUCE_REFUSE, false, 0, "not a number"},
    {"hex", 200, ONE("\"0x10\""), REDUCE_REFUSE, false, 0, "not a number"},
    {"a bare number", 200, ONE("142"), REDUCE_REFUSE, false, 0, "not a number"},
    {"null", 200, ONE("null"), REDUCE_REFUSE, false, 0, "not a number"},
    {"beyond a double", 200, ONE("\"1e999\""), REDUCE_REFUSE, false, 0, "not a number"},
    {"native histogram", 200, OK "{\"metric\":{},\"histogram\":[1,{}]}]}}", REDUCE_REFUSE, false, 0,
     "histogram"},
    {"empty body", 200, "", REDUCE_REFUSE, false, 0, "empty body"},
    {"half of it", 200, OK "{\"metric\":{},\"value\":[1,\"1", REDUCE_REFUSE, false, 0,
     "half of it"},
    {"two answers", 200, ONE("\"1\"") ONE("\"2\""), REDUCE_REFUSE, false, 0, "not JSON"},
    {"a list", 200, "[]", REDUCE_REFUSE, false, 0, "not a Prometheus answer"},
    {"another API", 200, "{\"ok\":true}", REDUCE_REFUSE, false, 0, "not a Prometheus answer"},
    {"success without data", 200, "{\"status\":\"success\"}", REDUCE_REFUSE, false, 0,
     "without a result"},
    {"200 with an error", 200, "{\"status\":\"error\",\"errorType\":\"x\",\"error\":\"boom\"}",
     REDUCE_REFUSE, false, 0, "boom"},
    {"a proxy's page", 200, "<!DOCTYPE html><html>Sign in</html>", REDUCE_REFUSE, false, 0, "HTML"},
    {"a gateway's page", 502, "<html><h1>Bad gateway</h1></html>", REDUCE_REFUSE, false, 0, "HTML"},
    {"no content", 204, "", REDUCE_REFUSE, false, 0, "empty body"},
    {"redirect", 302, "", REDUCE_REFUSE, false, 0, "redirect"},
    {"bad query", 400, "@err400_parse.json", REDUCE_REFUSE, false, 0, "bad_data"},
    {"no token", 401, "Unauthorized", REDUCE_REFUSE, false, 0, "not allowed"},
    {"many to many", 422, "@err422_many_to_many.json", REDUCE_REFUSE, false, 0, "execution"},
    {"2.42: query time-out", 503, "@err503_timeout.json", REDUCE_REFUSE, false, 0, "timeout"},
    {"3.5: query time-out", 422, "@v3_err503_timeout.json", REDUCE_REFUSE, false, 0, "execution"},
    {"starting up", 503, "Service Unavailable", REDUCE_REFUSE, false, 0,
     "503: Service Unavailable"},
    {"rate limited", 429, "slow down", REDUCE_REFUSE, false, 0, "429"},
    {"refused", 0, "127.0.0.1:9090: connection refused", REDUCE_REFUSE, false, 0, "refused"},
    {"too deep", 200, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
     REDUCE_REFUSE, false, 0, "not JSON"},
};

static char *body_of(const char *text)
{
    char path[200];
    if (*text != '@')
        return xstrdup(text);
    str_fmt(path, sizeof path, "tests/data/prom/%s", text + 1);
    return unit_file(path, NULL);
}

static struct http_reply reply(int status, const char *body)
{
    struct http_reply r = {.end = status ? HTTP_ANSWERED : HTTP_NO_ANSWER,
                           .status = status,
                           .body = body,
                           .body_len = strlen(body)};
    if (!status)
        str_copy(r.why, sizeof r.why, body);
    return r;
}

static void every_row(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *x = &rows[i];
        struct metric m = {.scale = 1, .reduce = x->reduce, .upward = true};
        struct sample out;
        char *body = body_of(x->body);
        struct http_reply r = reply(x->status, body);
        prom_parse_instant(&r, &m, 0, &out);
        if (out.good != x->good || (x->good && !isnan(x->value) && out.value != x->value) ||
            (!x->good && (!isnan(out.value) || !strstr(out.why, x->why))))
            fail_msg("%s: good %d, value %g, why \"%s\"", x->name, out.good, out.value, out.why);
        free(body);
    }
}

static void an_answer_for_another_time(void **unused)
{
    (void)unused;
    struct metric m = {.scale = 1, .reduce = REDUCE_REFUSE};
    struct sample out;
    struct http_reply r = reply(200, ONE("\"7\""));
    prom_parse_instant(&r, &m, 1000000, &out);
    assert_true(out.good);
    prom_parse_instant(&r, &m, 1094000, &out);
    assert_false(out.good);
    assert_non_null(strstr(out.why, "94 s old"));
}

static void scale_and_its_overflow(void **unused)
{
    (void)unused;
    struct metric m = {.scale = 1000, .reduce = REDUCE_REFUSE};
    struct sample out;
    struct http_reply r = reply(200, ONE("\"0.142\""));
    prom_parse_instant(&r, &m, 0, &out);
    assert_float_equal(out.value, 142, 1e-9);
    r = reply(200, ONE("\"1e308\""));
    prom_parse_instant(&r, &m, 0, &out);
    assert_false(out.good);
}

static void gaps_stay_gaps(void **unused)
{
    (void)unused;
    struct metric m = {.scale = 1, .reduce = REDUCE_REFUSE};
    double slots[20];
    char why[120], *body = body_of("@matrix_with_gap.json");
    struct http_reply r = reply(200, body);
    assert_int_equal(
        prom_parse_range(&r, &m, INT64_C(1795205638000), 1000, 10, slots, why, sizeof why), 0);
    static const double want[] = {0.25, 0.25, 0.25, -1, -1, 0.01, 0.01, 0.01, 0.01, 0.01};
    for (int i = 0; i < 10; i++)
        assert_true(want[i] < 0 ? isnan(slots[i]) : slots[i] == want[i]);
    r = reply(503, "no");
    assert_int_equal(prom_parse_range(&r, &m, 0, 1000, 10, slots, why, sizeof why), -1);
    free(body);
}

static void alerts_of_both_servers(void **unused)
{
    (void)unused;
    struct kv match[] = {{(char *)(uintptr_t) "auto_rollback", (char *)(uintptr_t) "true"}};
    static const struct {
        const char *file;
        bool alertmanager;
        int status, n, firing_matching;
    } cases[] = {
        {"@alerts_firing.json", false, 200, 2, 1},      {"@alerts_none.json", false, 200, 0, 0},
        {"@alerts_pending.json", false, 200, 2, 0},     {"@am_alerts_firing.json", true, 200, 1, 1},
        {"@am_alerts_silenced.json", true, 200, 1, 0},  {"@am_alerts_before.json", true, 200, 0, 0},
        {"@am_v1_alerts.json", true, 410, -1, 0},       {"<html>", true, 200, -1, 0},
        {"{\"status\":\"success\"}", false, 200, -1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alert_source src = {
            .alertmanager = cases[i].alertmanager, .match = match, .n_match = 1};
        struct alert_seen seen[8];
        char why[120] = "", *body = body_of(cases[i].file);
        struct http_reply r = reply(cases[i].status, body);
        int n = alerts_parse(&r, &src, seen, 8, why, sizeof why), hits = 0;
        for (int k = 0; k < n; k++)
            hits += seen[k].firing && seen[k].matches;
        if (n != cases[i].n || hits != cases[i].firing_matching || (n < 0 && !*why))
            fail_msg("%s: %d alerts, %d that count, \"%s\"", cases[i].file, n, hits, why);
        free(body);
    }
}

/* SEC-4: what an alert says about itself cannot steer the terminal. */
static void SEC_4_alerts_without_control_characters(void **unused)
{
    (void)unused;
    static const char body[] =
        "{\"status\":\"success\",\"data\":{\"alerts\":[{\"state\":\"firing\",\"labels\":{"
        "\"alertname\":\"A\\u001b[2JB\",\"severity\":\"crit\\u0007ical\"},\"annotations\":{"
        "\"summary\":\"red\\u001b]0;title\\u0007\\nnext\\u202e\",\"runbook_url\":\"https://"
        "\\u009bx\"},"
        "\"activeAt\":\"2026-02-01T00:00:00Z\",\"value\":\"1\"}]}}";
    struct alert_source src = {.n_match = 0};
    struct alert_seen seen[2];
    char why[120];
    struct http_reply r = reply(200, body);
    assert_int_equal(alerts_parse(&r, &src, seen, 2, why, sizeof why), 1);
    const char *said[] = {seen[0].name, seen[0].severity, seen[0].text, seen[0].runbook};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        assert_true(*said[i]);
        for (const char *c = said[i]; *c; c++)
            if ((unsigned char)*c < ' ' || *c == 127 || (unsigned char)*c == 0xc2)
                fail_msg("a control character in \"%s\"", said[i]);
        assert_null(strstr(said[i], "\u202e"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row),
        cmocka_unit_test(an_answer_for_another_time),
        cmocka_unit_test(scale_and_its_overflow),
        cmocka_unit_test(gaps_stay_gaps),
        cmocka_unit_test(alerts_of_both_servers),
        cmocka_unit_test(SEC_4_alerts_without_control_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
