/* The JSON Schema of the plan file: whole, the same each time, and every reference leads somewhere.
 */
#include "unit.h"

#include "base/json.h"
#include "plan/load.h"
#include "plan/schema.h"

static cJSON *schema(void)
{
    struct buf one = BUF_INIT, two = BUF_INIT;
    plan_schema_json(&one);
    plan_schema_json(&two);
    assert_string_equal(one.p, two.p);
    cJSON *o = json_parse(one.p, one.len);
    assert_non_null(o);
    buf_free(&one);
    buf_free(&two);
    return o;
}

static void check_refs(const cJSON *defs, const cJSON *o)
{
    const char *ref = json_str(o, "$ref");
    const cJSON *x;
    if (ref) {
        assert_int_equal(strncmp(ref, "#/$defs/", 8), 0);
        if (!json_obj(defs, ref + 8))
            fail_msg("%s leads nowhere", ref);
    }
    cJSON_ArrayForEach (x, o)
        check_refs(defs, x);
}

static bool listed(const cJSON *list, const char *key)
{
    const cJSON *x;
    cJSON_ArrayForEach (x, list)
        if (!strcmp(x->valuestring, key))
            return true;
    return false;
}

static void check_map(const cJSON *o, const struct key_map *map)
{
    const cJSON *keys = json_obj(o, "properties");
    assert_non_null(keys);
    assert_false(json_bool_or(o, "additionalProperties", true));
    for (size_t i = 0; i < map->n; i++) {
        const cJSON *key = json_obj(keys, map->rows[i].key);
        if ((key == NULL) != (map->rows[i].type == KEY_LATER))
            fail_msg("%s.%s", map->name, map->rows[i].key);
        if (key && !*json_str_or(key, "description", ""))
            fail_msg("%s.%s has no description", map->name, map->rows[i].key);
        assert_int_equal(listed(json_arr(o, "required"), map->rows[i].key),
                         !!(map->rows[i].flags & KEY_REQUIRED));
    }
}

static void every_key_is_there(void **state)
{
    (void)state;
    static const struct key_map *const maps[] = {
        &schema_metric, &schema_stage, &schema_prometheus,  &schema_kill_switch, &schema_step,
        &schema_alert,  &schema_mysql, &schema_allowed_ops, &schema_sql_metric};
    cJSON *o = schema();
    const cJSON *defs = json_obj(o, "$defs");
    check_refs(defs, o);
    check_map(o, &schema_plan);
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        check_map(json_obj(defs, maps[i]->name), maps[i]);
    cJSON_Delete(o);
}

static void words_and_limits_are_there(void **state)
{
    (void)state;
    cJSON *o = schema();
    assert_string_equal(json_str(json_path(o, "properties.advance"), "pattern"),
                        "^(manual|auto)$|\\$\\{");
    assert_string_equal(json_str(json_path(o, "properties.tick"), "pattern"),
                        "^([0-9]+(ms|s|m|h|d))+$|\\$\\{");
    assert_non_null(strstr(json_str_or(json_path(o, "properties.advance"), "description", ""),
                           "(default: manual)"));
    cJSON_Delete(o);
}

static const char *env_get(void *ctx, const char *name)
{
    (void)ctx;
    return strstr(name, "TOKEN") ? "very-secret-word" : "http://127.0.0.1:4001";
}

/* `make golden` writes the text anew; the difference is to be read. */
static void said_in_plain_words(void **state)
{
    (void)state;
    static const struct plan_env env = {env_get, NULL, false};
    struct buf errors = BUF_INIT, out = BUF_INIT;
    char *text = unit_file("core/sim/demo.yaml", NULL), *at;
    for (const char *const *w = (const char *const[]){"@ADVANCE@", "@ROLLBACK@", NULL}; *w; w++)
        if ((at = strstr(text, *w))) {
            memset(at, ' ', strlen(*w));
            memcpy(at, w[0][1] == 'A' ? "manual" : "log_only", w[0][1] == 'A' ? 6 : 8);
        }
    while ((at = strstr(text, "@PORT@")))
        memcpy(at, "9190  ", 6), memmove(at + 4, at + 6, strlen(at + 6) + 1);
    struct plan *p = plan_load_text(text, strlen(text), "demo.yaml", &env, &errors);
    if (!p)
        fail_msg("%s", errors.p);
    plan_explain(p, &out);
    const char *mode = getenv("WARROOM_GOLDEN");
    if (mode && !strcmp(mode, "write")) {
        FILE *f = fopen("tests/data/plan/explained.txt", "w");
        fputs(out.p, f);
        fclose(f);
    }
    char *want = unit_file("tests/data/plan/explained.txt", NULL);
    assert_string_equal(out.p, want);
    free(want);
    free(text);
    plan_free(p);
    buf_free(&errors);
    buf_free(&out);
}

static void times_in_plain_words(void **state)
{
    static const char *const says[] = {
        "Planned start: 2026-02-01T22:00:00+07:00.\n",
        "  T-30m Freeze (sre): runs label; the freeze begins.\n",
        "  T-20m War room; closed when a person confirms room_open (everybody is in).\n",
        "    In its first 2m also CRITICAL: errors > 0.1 (hold).\n",
        "    Its gate needs people to confirm: no_complaints.\n",
        "watched on until T+24h, rules and rollback armed; people are asked every 1h.\n",
        "  At its end: burn rate < 1.5.\n  People confirm: feedback.\n",
        "  T+24h Lift the freeze; not before the last stage was passed; the freeze ends.\n",
        "  Then, once it was watched on: no new alert, errors < 0.5.\n",
        "To be done once it is over:\n  - lessons (ic), due 2h after a PASS, after a rollback.\n",
        "start, advance, against it the IC confirms: never 09:30-18:00 UTC.\n",
    };
    static const struct plan_env env = {env_get, NULL, false};
    struct buf errors = BUF_INIT, out = BUF_INIT;
    char *text = unit_file("tests/data/plan/good/night.yaml", NULL);
    struct plan *p = plan_load_text(text, strlen(text), "night.yaml", &env, &errors);
    (void)state;
    if (!p)
        fail_msg("%s", errors.p);
    plan_explain(p, &out);
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        if (!strstr(out.p, says[i]))
            fail_msg("it does not say: %s\n%s", says[i], out.p);
    free(text);
    plan_free(p);
    buf_free(&errors);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_there),
        cmocka_unit_test(words_and_limits_are_there),
        cmocka_unit_test(said_in_plain_words),
        cmocka_unit_test(times_in_plain_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
