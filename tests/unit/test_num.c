/* Numbers from text: every double that is read is the one strtod reads, what is no number is none.
 */
#include "unit.h"

#include <errno.h>
#include <math.h>

#include "base/num.h"

static uint64_t seed = 88172645463325252u;

static uint64_t random_bits(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

static void same(const char *text)
{
    double got = NAN, want = strtod(text, NULL);
    if (num_parse(text, &got) < 0)
        fail_msg("%s is refused", text);
    if (memcmp(&got, &want, sizeof got) != 0)
        fail_msg("%s is read as %.17g, it is %.17g", text, got, want);
}

static void reads_as_strtod_does(void **state)
{
    static const char *const edge[] = {
        "0",
        "-0",
        "+0",
        "0.0",
        "-0.000",
        ".5",
        "-.5",
        "5e0",
        "1e-5",
        "1E+5",
        "0.1",
        "0.3",
        "9007199254740992",
        "9007199254740993",
        "900719925474099.3",
        "90071992547409930000",
        "0.0000000000000000000001",
        "0.00000000000000000000012",
        "123456789012345678901234567890",
        "1.7976931348623157e308",
        "4.9e-324",
        "0.1000000000000000055511151231257827",
        "00000000000000000000000000000000000000001.50",
        "1.5000000000000000000000000000000000",
    };
    char text[64];
    (void)state;
    for (size_t i = 0; i < sizeof edge / sizeof *edge; i++)
        same(edge[i]);
    for (int i = 0; i < 200000; i++) {
        int behind = (int)(random_bits() % 24), digits = 1 + (int)(random_bits() % 20);
        char all[32];
        str_fmt(all, sizeof all, "%020llu", (unsigned long long)random_bits());
        str_fmt(text, sizeof text, "%s%.*s.%0*llu", random_bits() % 2 ? "-" : "", digits, all,
                behind + 1, (unsigned long long)(random_bits() % 1000000));
        same(text);
    }
}

static void refuses_what_is_none(void **state)
{
    static const char *const none[] = {
        "",    " ",    "-",  "+",   ".",  "-.",  "5.",    "1 ",    " 1",     "1,5", "0x10",  "nan",
        "inf", "-inf", "1e", "1e+", "e5", "--1", "1.2.3", "1e400", "-1e400", "5ms", "1_000",
    };
    double v = 77;
    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (num_parse(none[i], &v) == 0 || v != 77)
            fail_msg("\"%s\" is taken for %g", none[i], v);
}

static void whole_numbers_in_their_range(void **state)
{
    static const struct {
        const char *text;
        int64_t lo, hi;
        bool good;
        int64_t is;
    } rows[] = {
        {"0", 0, 0, true, 0},
        {"-0", -5, 5, true, 0},
        {"+7", 0, 10, true, 7},
        {"007", 0, 10, true, 7},
        {"11", 0, 10, false, 0},
        {"-1", 0, 10, false, 0},
        {"", 0, 10, false, 0},
        {"-", -1, 10, false, 0},
        {"1.0", 0, 10, false, 0},
        {" 1", 0, 10, false, 0},
        {"1e1", 0, 10, false, 0},
        {"1 ", 0, 10, false, 0},
        {"9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX},
        {"-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN},
        {"9223372036854775808", INT64_MIN, INT64_MAX, false, 0},
        {"99999999999999999999", INT64_MIN, INT64_MAX, false, 0},
        {"9007199254740993", INT64_MIN, INT64_MAX, true, 9007199254740993},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t v = 0;
        bool good = int_parse(rows[i].text, rows[i].lo, rows[i].hi, &v) == 0;
        if (good != rows[i].good || v != rows[i].is)
            fail_msg("\"%s\" is %s %lld", rows[i].text, good ? "read as" : "refused", (long long)v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_as_strtod_does),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(whole_numbers_in_their_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
