/* JSON text: what is printed reads back as the very same. */
#include "unit.h"

#include <math.h>

#include "base/json.h"

static const struct {
    double v;
    const char *text;
} numbers[] = {
    {0, "0"},
    {-0.0, "-0"},
    {1769958000000, "1769958000000"},
    {0.1, "0.1"},
    {0.1 + 0.2, "0.30000000000000004"},
    {142.5, "142.5"},
    {-3, "-3"},
    {1.0 / 3, "0.33333333333333331"},
    {1e15, "1e+15"},
    {9007199254740993.0, "9007199254740992"},
    {1.7976931348623157e308, "1.7976931348623157e+308"},
    {5e-324, "4.94065645841247e-324"},
};

static void numbers_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct buf b = BUF_INIT;
        cJSON *o = cJSON_CreateNumber(numbers[i].v);
        json_print(o, &b);
        assert_string_equal(b.p, numbers[i].text);
        cJSON *back = json_parse(b.p, b.len);
        assert_non_null(back);
        assert_memory_equal(&back->valuedouble, &numbers[i].v, sizeof(double));
        cJSON_Delete(o);
        cJSON_Delete(back);
        buf_free(&b);
    }
}

static void random_numbers_come_back(void **state)
{
    (void)state;
    uint64_t rng = 88172645463325252u;
    for (int i = 0; i < 100000; i++) {
        rng ^= rng << 13, rng ^= rng >> 7, rng ^= rng << 17; /* xorshift64 */
        double v, w;
        struct buf b = BUF_INIT;
        memcpy(&v, &rng, sizeof v);
        cJSON *o = cJSON_CreateNumber(v);
        json_print(o, &b);
        cJSON *back = json_parse(b.p, b.len);
        if (!isfinite(v)) {
            assert_true(cJSON_IsNull(back));
        } else {
            w = back->valuedouble;
            assert_memory_equal(&w, &v, sizeof v);
        }
        cJSON_Delete(o);
        cJSON_Delete(back);
        buf_free(&b);
    }
}

static const char *const texts[] = {
    "{}",
    "[]",
    "[1,[2,[]],{\"a\":{}}]",
    "{\"a\":null,\"b\":true,\"c\":false,\"d\":\"x\"}",
    "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f/\"",
    "\"เฝ้าดู İstanbul 漢\"",
};

static void texts_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct buf b = BUF_INIT;
        cJSON *o = json_parse(texts[i], strlen(texts[i]));
        assert_non_null(o);
        json_print(o, &b);
        assert_string_equal(b.p, texts[i]);
        cJSON_Delete(o);
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(random_numbers_come_back),
        cmocka_unit_test(texts_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
