/* Conditions: what parses, what is refused and why, and hits at, below and above every limit.
 * Shows MET-3 MET-4 MET-5. */
#include "unit.h"

#include <math.h>

#include "plan/cond.h"

static void parses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum cmp_op op;
        enum cond_ref ref;
        double value;
        int64_t for_ms;
    } rows[] = {
        {">= 150", CMP_GE, COND_ABSOLUTE, 150, 0},
        {">150", CMP_GT, COND_ABSOLUTE, 150, 0},
        {"<= 0.5", CMP_LE, COND_ABSOLUTE, 0.5, 0},
        {"< 99.6 for 5m", CMP_LT, COND_ABSOLUTE, 99.6, 300000},
        {"== 0", CMP_EQ, COND_ABSOLUTE, 0, 0},
        {"!= 1e3", CMP_NE, COND_ABSOLUTE, 1000, 0},
        {">= +20%", CMP_GE, COND_CHANGE_PCT, 20, 0},
        {"<= -20%", CMP_LE, COND_CHANGE_PCT, -20, 0},
        {">= +0.1", CMP_GE, COND_CHANGE_ABS, 0.1, 0},
        {"<= -5 for 1h30m", CMP_LE, COND_CHANGE_ABS, -5, 5400000},
        {"  >=\t+50%   for  500ms ", CMP_GE, COND_CHANGE_PCT, 50, 500},
        {"worse than compare", CMP_GT, COND_COMPARE, 0, 0},
        {"worse than  compare by 5%", CMP_GT, COND_COMPARE, 5, 0},
        {"not worse than compare", CMP_LE, COND_COMPARE, 0, 0},
        {"not  worse than compare by 0.5%", CMP_LE, COND_COMPARE, 0.5, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cond c = {0};
        struct err e = ERR_INIT;
        if (cond_parse(rows[i].text, &c, &e) < 0)
            fail_msg("%s: %s", rows[i].text, e.text);
        if (!c.set || c.op != rows[i].op || c.ref != rows[i].ref || c.value != rows[i].value ||
            c.for_ms != rows[i].for_ms)
            fail_msg("%s: op %d ref %d value %g for %lld", rows[i].text, (int)c.op, (int)c.ref,
                     c.value, (long long)c.for_ms);
    }
    struct cond c;
    assert_int_equal(cond_parse("  >= 5 for 1m ", &c, NULL), 0);
    assert_string_equal(c.text, ">= 5 for 1m");
}

static void refuses(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "empty"},
        {"   ", "empty"},
        {"5", "does not begin with"},
        {"=> 5", "does not begin with"},
        {"= 5", "does not begin with"},
        {"=== 5", "not a number"},
        {">=", "value is missing"},
        {">= for 5m", "not a number"},
        {">= 20%", "needs a sign"},
        {"> 0% for 5m", "needs a sign"},
        {">= ++5", "not a number"},
        {">= - 5", "not a number"},
        {">= 0x10", "not a number"},
        {">= nan", "not a number"},
        {">= inf", "not a number"},
        {">= 1e999", "not a number"},
        {">= %", "not a number"},
        {">= +%", "not a number"},
        {">= 5 ms", "only `for DURATION`"},
        {">= 5ms", "not a number"},
        {">= 5 for", "duration behind `for` is missing"},
        {">= 5 for 5", "is not one"},
        {">= 5 for 0s", "is not one"},
        {">= 5 for -5s", "is not one"},
        {">= 5 for 5m 3", "behind the duration"},
        {">= 5 for 30m1h", "is not one"},
        {">= 5for 5m", "not a number"},
        {"worse", "worse than compare"},
        {"worse than", "worse than compare"},
        {"worse than compare by", "worse than compare"},
        {"worse than compare by 5", "in per cent"},
        {"worse than compare by +5%", "without sign"},
        {"worse than compare by %", "in per cent"},
        {"worse than compare by 5% for 5m", "behind the margin"},
        {"worse than baseline", "worse than compare"},
        {"worsethan compare", "does not begin with"},
        {"not", "worse than compare"},
        {"not worse", "worse than compare"},
        {"not better than compare", "worse than compare"},
        {"nothing", "does not begin with"},
        {">= 0.000000000000000000000000000000000000000000000000000000000000001", "longer than 63"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cond c = {.value = 77};
        struct err e = ERR_INIT;
        assert_int_equal(cond_parse(rows[i].text, &c, &e), -1);
        if (!strstr(e.text, rows[i].says) || e.status != EX_BADDATA)
            fail_msg("%s: said \"%s\", expected \"%s\"", rows[i].text, e.text, rows[i].says);
        assert_true(c.value == 77);
    }
}

static void hits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value, base, floor;
        bool hit, judged;
    } rows[] = {
        /* absolute: at, just below, just above */
        {">= 150", 150, NAN, 0, true, true},
        {">= 150", 149.999, NAN, 0, false, true},
        {">= 150", 150.001, NAN, 0, true, true},
        {"> 150", 150, NAN, 0, false, true},
        {"> 150", 150.001, NAN, 0, true, true},
        {"<= 90", 90, NAN, 0, true, true},
        {"<= 90", 90.001, NAN, 0, false, true},
        {"< 99.6", 99.6, NAN, 0, false, true},
        {"< 99.6", 99.599, NAN, 0, true, true},
        {"== 0", 0, NAN, 0, true, true},
        {"== 0", 1e-12, NAN, 0, false, true},
        {"!= 0", 0, NAN, 0, false, true},
        {"!= 0", 1, NAN, 0, true, true},
        {"> 0", 1e-12, NAN, 0, true, true},
        /* computed values */
        {">= 0.3", 0.1 + 0.2, NAN, 0, true, true},
        {"> 0.3", 0.1 + 0.2, NAN, 0, false, true},
        {">= 142", 0.142 * 1000, NAN, 0, true, true},
        {"> 100", 100.0000001, NAN, 0, false, true}, /* 1e-9 relative */
        {"> 100", 100.000001, NAN, 0, true, true},
        {">= +0.1", 0.15, 0.05, 0, true, true},
        {"> +0.1", 0.15, 0.05, 0, false, true},
        {">= +0.1", 0.1499, 0.05, 0, false, true},
        {">= +10%", 3.3, 3.0, 0, true, true},
        {"> +10%", 3.3, 3.0, 0, false, true},
        {"< +10%", 3.3, 3.0, 0, false, true},
        {">= +10%", 3.2999, 3.0, 0, false, true},
        {"> +10%", 3.3001, 3.0, 0, true, true},
        {"<= -20%", 80, 100, 0, true, true},
        {"<= -20%", 80.01, 100, 0, false, true},
        {"<= -5", 95, 100, 0, true, true},
        {"<= -5", 95.01, 100, 0, false, true},
        {">= +0%", 100, 100, 0, true, true},
        {"> +0%", 100, 100, 0, false, true},
        /* cancellation: the difference carries the errors of its large operands */
        {">= +0.1", 1000000.1, 1000000.0, 0, true, true},
        {"> +0.1", 1000000.1, 1000000.0, 0, false, true},
        {"> +0", 1000000.3 - 0.2, 1000000.1, 0, false, true},
        /* baselines that cannot be used */
        {">= +10%", 5, NAN, 0, false, false},
        {">= +10%", 5, INFINITY, 0, false, false},
        {">= +1", 5, NAN, 0, false, false},
        {">= +10%", 5, 0, 0, false, false},
        {"< +10%", 5, 0, 0, false, false},
        {">= +10%", 0, 0, 0, false, true},
        {"< +10%", 0, 0, 0, true, true},
        {">= +0%", 0, 0, 0, true, true},
        {">= +1", 5, 0, 0, true, true},
        /* baseline_floor is the divisor below it */
        {">= +100%", 2, 0, 2, true, true},
        {">= +100%", 1.9, 0, 2, false, true},
        {">= +100%", 2.9, 1, 2, false, true},
        {">= +100%", 3, 1, 2, true, true},
        {">= +100%", 6, 3, 2, true, true},
        /* a negative baseline: the change is taken of its size */
        {">= +50%", -5, -10, 0, true, true},
        {"<= -50%", -15, -10, 0, true, true},
        {">= +50%", -6, -10, 0, false, true},
        /* no data is never a hit */
        {">= 0", NAN, 1, 0, false, false},
        {">= 0", INFINITY, 1, 0, false, false},
        {"!= 0", -INFINITY, 1, 0, false, false},
        {">= +1", NAN, 1, 0, false, false},
        {">= +1e308%", 1e300, 1e300, 0, false, false}, /* the limit itself is no number */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cond c;
        bool judged = !rows[i].judged;
        assert_int_equal(cond_parse(rows[i].text, &c, NULL), 0);
        bool hit = cond_hit(&c, rows[i].value, rows[i].base, rows[i].floor, &judged);
        if (hit != rows[i].hit || judged != rows[i].judged)
            fail_msg("row %zu: %.17g %s (base %g floor %g): hit %d judged %d", i, rows[i].value,
                     rows[i].text, rows[i].base, rows[i].floor, hit, judged);
    }
}

static void limits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double base, floor;
        bool has;
        double limit;
        bool up;
    } rows[] = {
        {">= 150", NAN, 0, true, 150, true},
        {"> +20%", 100, 0, true, 120, true},
        {"<= -20%", 100, 0, true, 80, false},
        {">= +5", 10, 0, true, 15, true},
        {"< -5", 10, 0, true, 5, false},
        {"> +20%", NAN, 0, false, 0, true},
        {"> +20%", 0, 0, false, 0, true},
        {"> +20%", 0, 10, true, 2, true},
        {">= +5", NAN, 0, false, 0, true},
        {"== 5", 1, 0, false, 0, false},
        {"!= +5%", 1, 0, false, 0, false},
        {"> +50%", -10, 0, true, -5, true},
        {"worse than compare", 1, 0, false, 0, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cond c;
        double limit = 0;
        assert_int_equal(cond_parse(rows[i].text, &c, NULL), 0);
        bool has = cond_limit(&c, rows[i].base, rows[i].floor, &limit);
        if (has != rows[i].has || (has && fabs(limit - rows[i].limit) > 1e-9) ||
            cond_upward(&c) != rows[i].up)
            fail_msg("row %zu %s: has %d limit %g", i, rows[i].text, has, limit);
    }
    struct cond none = {0};
    double v;
    bool judged;
    assert_false(cond_limit(&none, 1, 0, &v));
    assert_false(cond_hit(&none, 1, 1, 0, &judged));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(refuses),
        cmocka_unit_test(hits),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
