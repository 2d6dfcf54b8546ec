/* Placeholders: what is filled, how it is escaped for each place, what is refused.
 * Shows PLN-3 ACT-3. */
#include "unit.h"

#include "base/json.h"
#include "plan/tmpl.h"

static const struct {
    const char *path, *value;
    size_t len;
} vars[] = {
#define V(path, value)                                                                             \
    {                                                                                              \
        path, value, sizeof(value) - 1                                                             \
    }
    V("scope.table", "orders"),
    V("scope.odd", "a \"b\" \\ c/d?e=f&g#h%i\n\x01"),
    V("scope.thai", "\xE0\xB8\x81\xE0\xB8\xB2"),
    V("scope.broken", "a\xFFz"),
    V("scope.up", ".."),
    V("scope.zero", "a\0b"),
    V("scope.empty", ""),
    V("scope.tmpl", "{{scope.table}}"),
    V("stage.weight", "12.5"),
    V("stage.name", "Stage 1"),
    V("metric.p99.value", "-0.5e3"),
    V("metric.p99.baseline", "01"),
    V("reason", "-rf /"),
    V("captured.id", "--delete"),
    V("captured.flag", "true"),
#undef V
};

static int get(void *ctx, const char *path, struct buf *out)
{
    (void)ctx;
    for (size_t i = 0; i < sizeof vars / sizeof *vars; i++) {
        if (!strcmp(vars[i].path, path)) {
            buf_add(out, vars[i].value, vars[i].len);
            return 0;
        }
    }
    return -1;
}

static const struct tmpl_vars all = {get, NULL};

static const struct {
    enum tmpl_place place;
    const char *text, *want; /* want: the text, or with NULL ... */
    const char *says;        /* ... a part of the error */
} fills[] = {
    {TMPL_PLAIN, "no placeholder", "no placeholder", NULL},
    {TMPL_PLAIN, "", "", NULL},
    {TMPL_PLAIN, "{ } } {", "{ } } {", NULL},
    {TMPL_PLAIN, "a {{scope.table}} b {{ stage.name }}.", "a orders b Stage 1.", NULL},
    {TMPL_PLAIN, "{{scope.table}}{{scope.table}}", "ordersorders", NULL},
    {TMPL_PLAIN, "{{scope.table:string}}", "orders", NULL},
    {TMPL_PLAIN, "{{scope.empty}}", "", NULL},
    {TMPL_PLAIN, "{{scope.tmpl}}", "{{scope.table}}", NULL}, /* never filled twice */
    {TMPL_PLAIN, "{{scope.zero}}", NULL, "zero byte"},
    {TMPL_PLAIN, "{{scope.nope}}", NULL, "{{scope.nope}} cannot be filled in: there is no value"},
    {TMPL_PLAIN, "{{scope.table", NULL, "has no end"},
    {TMPL_PLAIN, "{{}}", NULL, "no placeholder"},
    {TMPL_PLAIN, "{{.State}}", NULL, "no placeholder"},
    {TMPL_PLAIN, "{{scope..x}}", NULL, "no placeholder"},
    {TMPL_PLAIN, "{{scope.}}", NULL, "no placeholder"},
    {TMPL_PLAIN, "{{scope table}}", NULL, "no placeholder"},
    {TMPL_PLAIN, "{{{scope.table}}}", NULL, "no placeholder"},
    {TMPL_PLAIN, "{{scope.table:int}}", NULL, "no placeholder"},
    {TMPL_PLAIN, "{{:string}}", NULL, "no placeholder"},

    {TMPL_JSON_STRING, "{\"a\":\"x {{scope.table}}\"}", "{\"a\":\"x orders\"}", NULL},
    {TMPL_JSON_STRING, "{\"a\":\"{{scope.odd}}\"}",
     "{\"a\":\"a \\\"b\\\" \\\\ c/d?e=f&g#h%i\\u000a\\u0001\"}", NULL},
    {TMPL_JSON_STRING, "[\"{{scope.broken}}\"]", "[\"a\xEF\xBF\xBDz\"]", NULL},
    {TMPL_JSON_STRING, "[\"{{scope.thai}}\"]", "[\"\xE0\xB8\x81\xE0\xB8\xB2\"]", NULL},
    {TMPL_JSON_STRING, "{\"w\":{{stage.weight}}}", "{\"w\":12.5}", NULL},
    {TMPL_JSON_STRING, "{\"w\":{{metric.p99.value}}}", "{\"w\":-0.5e3}", NULL},
    {TMPL_JSON_STRING, "{\"w\":{{captured.flag}}}", "{\"w\":true}", NULL},
    {TMPL_JSON_STRING, "{\"w\":{{stage.weight:string}}}", "{\"w\":\"12.5\"}", NULL},
    {TMPL_JSON_STRING, "{\"w\":\"{{stage.weight:string}}\"}", "{\"w\":\"12.5\"}", NULL},
    {TMPL_JSON_STRING, "{\"w\":{{scope.table}}}", NULL, "outside quotes"},
    {TMPL_JSON_STRING, "{\"w\":{{metric.p99.baseline}}}", NULL, "outside quotes"},
    {TMPL_JSON_STRING, "{\"w\":{{scope.empty}}}", NULL, "outside quotes"},
    {TMPL_JSON_STRING, "{\"q\\\"\":\"\\\\\",\"w\":{{stage.weight}}}",
     "{\"q\\\"\":\"\\\\\",\"w\":12.5}", NULL},

    {TMPL_URL, "http://h/{{scope.table}}/x?q={{stage.name}}", "http://h/orders/x?q=Stage%201",
     NULL},
    {TMPL_URL, "/{{scope.odd}}", "/a%20%22b%22%20%5C%20c%2Fd%3Fe%3Df%26g%23h%25i%0A%01", NULL},
    {TMPL_URL, "/{{scope.thai}}", "/%E0%B8%81%E0%B8%B2", NULL},
    {TMPL_URL, "/a/{{scope.up}}/b", NULL, "change the path"},

    {TMPL_ARGV, "w={{stage.weight}}", "w=12.5", NULL},
    {TMPL_ARGV, "{{scope.odd}}", "a \"b\" \\ c/d?e=f&g#h%i\n\x01", NULL}, /* one whole element */
    {TMPL_ARGV, "{{reason}}", "-rf /", NULL}, /* a person's word; the plan puts it where it does */
    {TMPL_ARGV, "{{captured.id}}", NULL, "read as an option"},
    {TMPL_ARGV, "id={{captured.id}}", "id=--delete", NULL},
    {TMPL_ARGV, "{{scope.zero}}", NULL, "zero byte"},

    {TMPL_HEADER, "t {{scope.table}}", "t orders", NULL},
    {TMPL_HEADER, "{{scope.odd}}", NULL, "control character"},
};

static void fills_and_escapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fills / sizeof *fills; i++) {
        struct buf out = BUF_INIT;
        struct err e = ERR_INIT;
        buf_adds(&out, "<");
        int rc = tmpl_fill(fills[i].text, fills[i].place, &all, &out, &e);
        if (fills[i].want) {
            if (rc < 0 || strcmp(out.p + 1, fills[i].want) != 0)
                fail_msg("row %zu %s: rc %d got \"%s\" (%s)", i, fills[i].text, rc, out.p, e.text);
        } else {
            if (rc != -1 || !strstr(e.text, fills[i].says))
                fail_msg("row %zu %s: rc %d said \"%s\"", i, fills[i].text, rc, e.text);
            assert_string_equal(out.p, "<"); /* nothing half filled */
        }
        if (fills[i].want && fills[i].place == TMPL_JSON_STRING) {
            cJSON *o = json_parse(out.p + 1, out.len - 1);
            assert_non_null(o);
            cJSON_Delete(o);
        }
        buf_free(&out);
    }
}

static void checks(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says; /* NULL: good */
    } rows[] = {
        {"plain {x} }}", NULL},
        {"{{scope.any_Name-1}} {{stage.name}} {{stage.weight}} {{metric.p99.value}}", NULL},
        {"{{metric.p99.baseline}} {{t_plus}} {{actor}} {{reason}} {{run.id}} {{run.title}}", NULL},
        {"{{captured.ticket}} {{scope.index:string}}", NULL},
        {"{{scope}}", "{{scope}} is not known"},
        {"{{scope.a.b}}", "{{scope.a.b}} is not known"},
        {"{{stage.wieght}}", "{{stage.wieght}} is not known"},
        {"{{metric.p99}}", "is not known"},
        {"{{metric.p99.value.x}}", "is not known"},
        {"{{actor.name}}", "is not known"},
        {"{{env.HOME}}", "is not known"},
        {"ok {{t_plus}} then {{bad}}", "{{bad}} is not known"},
        {"{{", "has no end"},
        {"{{t_plus}", "has no end"},
        {"{{t plus}}", "no placeholder"},
        {"{{scope."
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}}",
         "longer than 79"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = ERR_INIT;
        int rc = tmpl_check(rows[i].text, &e);
        if (rows[i].says ? rc != -1 || !strstr(e.text, rows[i].says) : rc != 0)
            fail_msg("%s: rc %d said \"%s\"", rows[i].text, rc, e.text);
    }
}

static int get_much(void *ctx, const char *path, struct buf *out)
{
    (void)ctx;
    (void)path;
    char block[1000];
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 600; i++)
        buf_add(out, block, sizeof block);
    return 0;
}

static void is_bounded(void **state)
{
    (void)state;
    const struct tmpl_vars much = {get_much, NULL};
    struct buf out = BUF_INIT;
    struct err e = ERR_INIT;
    assert_int_equal(tmpl_fill("{{reason}}", TMPL_PLAIN, &much, &out, &e), 0);
    buf_clear(&out);
    assert_int_equal(tmpl_fill("{{reason}}{{reason}}", TMPL_PLAIN, &much, &out, &e), -1);
    assert_non_null(strstr(e.text, "longer than 1 MiB"));
    buf_free(&out);
}

static void finds_each(void **state)
{
    (void)state;
    const char *text = "a{{stage.weight}}b{{ reason:string }}";
    struct tmpl_ref r;
    assert_int_equal(tmpl_next(text, 0, &r, NULL), 1);
    assert_string_equal(r.path, "stage.weight");
    assert_int_equal(r.start, 1);
    assert_int_equal(r.end, 17);
    assert_false(r.as_string);
    assert_true(tmpl_is_number(r.path));
    assert_int_equal(tmpl_next(text, r.end, &r, NULL), 1);
    assert_string_equal(r.path, "reason");
    assert_true(r.as_string);
    assert_false(tmpl_is_number(r.path));
    assert_int_equal(tmpl_next(text, r.end, &r, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_and_escapes),
        cmocka_unit_test(checks),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test(finds_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
