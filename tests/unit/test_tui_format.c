/* Numbers, changes, spans; strokes; who gets which rows. */
#include "unit.h"

#include <math.h>

#include "base/text.h"
#include "tui/format.h"
#include "tui/layout.h"
#include "tui/pen.h"

static void test_values(void **state)
{
    (void)state;
    static const struct {
        double v;
        const char *unit, *want;
    } rows[] = {{142, "ms", "142 ms"},
                {0.2, "%", "0.20 %"},
                {3, "", "3"},
                {NAN, "ms", "-"},
                {61.5, "%", "61.5 %"},
                {-2, "s", "-2 s"},
                {12345678, "B", "1.23e+07 B"}};
    char out[32];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fmt_value(rows[i].v, rows[i].unit, out, sizeof out);
        assert_string_equal(out, rows[i].want);
    }
}

static void test_deltas(void **state)
{
    (void)state;
    static const struct {
        double v, base;
        const char *unit, *want;
    } rows[] = {
        {142, 137.7, "ms", "+3.1%"}, {8, 9, "s", "-11.1%"},    {0.2, 0.18, "%", "+0.02"},
        {61, 57, "%", "+4.0"},       {3, 0, "", "+3.0"},       {5, 5, "ms", "0%"},
        {100, 1, "ms", "+9900%"},    {1000, 1, "", ">+9999%"}, {-3, -2, "s", "-50.0%"},
        {NAN, 1, "ms", ""},          {1, NAN, "ms", ""},       {150.2, 100, "ms", "+50.2%"},
        {700, 100, "ms", "+600%"},   {0.18, 0.1801, "%", "0"},
    };
    char out[32];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fmt_delta(rows[i].v, rows[i].base, rows[i].unit, out, sizeof out);
        assert_string_equal(out, rows[i].want);
    }
}

static void test_short_words(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *span, *t_plus;
    } spans[] = {{0, "0s", "T+00:00:00"},           {500, "500ms", "T+00:00:00"},
                 {90000, "1m30s", "T+00:01:30"},    {900000, "15m", "T+00:15:00"},
                 {5400000, "1h30m", "T+01:30:00"},  {7200000, "2h", "T+02:00:00"},
                 {-580000, "-9m40s", "T-00:09:40"}, {93600000, "26h", "T+26:00:00"}};
    static const struct {
        double v;
        const char *want;
    } limits[] = {{150, "150"},   {0.5, "0.5"}, {20000, "20k"}, {2e7, "20M"},
                  {1500, "1500"}, {-5, "-5"},   {3e9, "3G"}};
    char out[32];
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        fmt_span(spans[i].ms, out, sizeof out);
        assert_string_equal(out, spans[i].span);
        fmt_t_plus(spans[i].ms, out, sizeof out);
        assert_string_equal(out, spans[i].t_plus);
    }
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        fmt_limit(limits[i].v, out, sizeof out);
        assert_string_equal(out, limits[i].want);
    }
    fmt_weight(NAN, out, sizeof out);
    assert_string_equal(out, "?%");
    fmt_weight(0.5, out, sizeof out);
    assert_string_equal(out, "0.5%");
    fmt_count(2114, out, sizeof out);
    assert_string_equal(out, "2,114");
    fmt_count(-1234567, out, sizeof out);
    assert_string_equal(out, "-1,234,567");
}

/* A war-room line gives words away in its middle, never the verdict or the decision. */
static void test_shorten(void **state)
{
    (void)state;
    static const char line[] = ":15 | Stage 1 | p95=139ms 5xx=0.2% ws=8s idemp=0.1% | 6/6 PASS | -";
    static const struct {
        const char *in;
        int cells;
        const char *want;
    } rows[] = {
        {line, 80, line},
        {line, 65, ":15 | Stage 1 | p95=139ms 5xx=0.2% ws=8s +1 | 6/6 PASS | -"},
        {line, 45, ":15 | Stage 1 | p95=139ms +3 | 6/6 PASS | -"},
        {line, 10, ":15 | Stage 1 | p95=139ms +3 | 6/6 PASS | -"},
        {":35 | Stage 3 | p95 latency: 201 ms >= 200 for 3m, 03:00 left | 5/6 PASS 1 WARN | HOLD",
         78, ":35 | Stage 3 | p95 latency: 201 ms >= 200 for 3m,… | 5/6 PASS 1 WARN | HOLD"},
        {":30 | alert CanaryLatencyHigh firing warning | shown only | canary p95 at 160 ms", 60,
         ":30 | alert CanaryLatencyHigh firing warning | shown only | canary p95 at 160 ms"},
        {":20 | Stage 1 | p95=no data err=no data ws=no data pool=61% | 2/6 PASS | -", 58,
         ":20 | Stage 1 | p95=no data err=no data +2 | 2/6 PASS | -"},
        {"no fields at all, only words", 10, "no fields at all, only words"},
        {":20 | DBA: เฝ้าดู lag db-r2=9s | ok | -", 32, ":20 | DBA: เฝ้าดู lag +1 | ok | -"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[256];
        str_copy(text, sizeof text, rows[i].in);
        pen_shorten(text, sizeof text, rows[i].cells);
        assert_string_equal(text, rows[i].want);
    }
}

/* Rectangles stay inside, do not overlap, and the log keeps its rows. */
static void test_layout(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 3, 6, 7, 12, 13, 32, 64, 256};
    for (int w = 80; w <= 250; w += 5) {
        for (int h = 16; h <= 75; h += 3) {
            for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
                struct layout l;
                layout_live(w, 3, h, counts[k], k % 2, &l);
                assert_true(l.metrics.y == 3 && l.metrics.h >= 1);
                assert_int_equal(l.stages.y, l.metrics.y + l.metrics.h);
                assert_int_equal(l.log.y, l.stages.y + l.stages.h);
                assert_int_equal(l.log.y + l.log.h, 3 + h);
                assert_true(l.log.h >= 4);
                assert_true(!l.side.w || l.side.x + l.side.w == w);
                assert_true(l.metrics.w <= (l.side.w ? l.side.x - 1 : w));
                assert_true(!l.boxes || l.box_h >= 7);
            }
        }
    }
}

static void test_window(void **state)
{
    (void)state;
    static const struct {
        int n, slots, trouble, focus;
        struct window want;
    } rows[] = {
        {6, 8, 0, 0, {0, 0, 6, 0}},    {32, 8, 0, 0, {0, 0, 7, 25}},
        {32, 8, 2, 0, {2, 2, 5, 25}},  {32, 8, 2, 6, {2, 2, 5, 25}},
        {32, 8, 2, 7, {2, 3, 5, 25}},  {32, 8, 2, 31, {2, 27, 5, 25}},
        {32, 8, 20, 0, {6, 6, 1, 25}}, {32, 8, 20, 31, {6, 31, 1, 25}},
        {32, 1, 4, 5, {0, 5, 1, 31}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct window w;
        layout_window(rows[i].n, rows[i].slots, rows[i].trouble, rows[i].focus, &w);
        if (memcmp(&w, &rows[i].want, sizeof w) != 0)
            fail_msg("row %zu: pinned %d start %d shown %d hidden %d", i, w.pinned, w.start,
                     w.shown, w.hidden);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),      cmocka_unit_test(test_deltas),
        cmocka_unit_test(test_short_words), cmocka_unit_test(test_shorten),
        cmocka_unit_test(test_layout),      cmocka_unit_test(test_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
