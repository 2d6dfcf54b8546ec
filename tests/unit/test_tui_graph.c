/* Series and axis: gaps, worst of a column, limits at the same height in every graph. */
#include "unit.h"

#include "scene_fixture.h"
#include "tui/graph.h"

static void expect_rows(const struct canvas *c, const char *want)
{
    struct buf b = BUF_INIT;
    canvas_dump(c, false, &b);
    assert_string_equal(buf_str(&b), want);
    buf_free(&b);
}

/* One metric whose history ends at FIX_NOW - 3000, a value every 5 s; NaN where v says so. */
static struct fix *with_values(const double *v, size_t n, const char *warning, const char *critical)
{
    struct fix_metric row = {"x", "x", "", "x", NAN, 0, 0, warning, critical, THEN_NOTIFY};
    struct fix *f = fix_new(1);
    fix_metric(f, 0, &row);
    f->metrics[0].upward = *warning != '<';
    for (size_t i = 0; i < f->st.hist.n; i++)
        f->ms[0].hist[i] = NAN;
    for (size_t i = 0; i < n; i++)
        f->ms[0].hist[f->st.hist.n - n + i] = v[i];
    return f;
}

static void take(struct fix *f, size_t ticks, int cols, struct series *s, struct axis *a)
{
    int64_t to = FIX_NOW - 3000;
    series_take(&f->st, 0, to - (int64_t)ticks * 5000, to, cols, s);
    axis_make(&f->metrics[0], NAN, s, a);
}

/* One row, a tick a column. Below warn 4 levels, warn..crit 3, the highest is crit alone. */
static const struct {
    const char *name, *warning, *critical;
    double v[8];
    const char *row, *ascii;
} sparks[] = {
    {"below warn", ">= 100", ">= 200", {0, 24, 25, 49, 50, 74, 75, 99}, "▁▁▂▂▃▃▄▄\n", "__..--==\n"},
    {"limits belong to the band above",
     ">= 100",
     ">= 200",
     {99.9, 100, 134, 167, 199, 200, 300, 0},
     "▄▅▆▇▇██▁\n",
     NULL},
    {"gap stays a gap",
     ">= 100",
     ">= 200",
     {50, NAN, NAN, NAN, 50, 50, NAN, 50},
     "▃   ▃▃ ▃\n",
     "-   -- -\n"},
    {"lower is worse",
     "<= 50",
     "<= 20",
     {100, 60, 50, 30, 20, 10, 100, 100},
     "▇▅▄▂▁▁▇▇\n",
     "%+=.__%%\n"},
    {"no limits", "", "", {0, 0, 0, 0, 10, 10, 10, 10}, "▁▁▁▁▇▇▇▇\n", "____%%%%\n"},
};

static void test_spark(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sparks / sizeof *sparks; i++) {
        struct fix *f = with_values(sparks[i].v, 8, sparks[i].warning, sparks[i].critical);
        struct series s;
        struct axis a;
        struct canvas c;
        take(f, 8, 8, &s, &a);
        for (int ascii = 0; ascii <= 1; ascii++) {
            const char *want = ascii ? sparks[i].ascii : sparks[i].row;
            if (!want)
                continue;
            canvas_init(&c, 8, 1);
            c.ascii = ascii;
            graph_spark(&c, 0, 0, &a, &s);
            expect_rows(&c, want);
            canvas_release(&c);
        }
        fix_free(f);
    }
}

/* Zones decide the colour; the role of a cell follows the value, not its height. */
static void test_zones(void **state)
{
    (void)state;
    static const struct {
        const char *warning, *critical;
        double v;
        int zone;
    } rows[] = {
        {">= 100", ">= 200", 99.999, 0}, {">= 100", ">= 200", 100, 1}, {">= 100", ">= 200", 200, 2},
        {">= 100", "", 1e9, 1},          {"", ">= 200", 199, 0},       {"", ">= 200", 200, 2},
        {"<= 50", "<= 20", 51, 0},       {"<= 50", "<= 20", 50, 1},    {"<= 50", "<= 20", 20, 2},
        {">= 3.3", "", 3 * 1.1, 1},      {">= 100", ">= 200", NAN, 0}, {"", "> 0", 0, 0},
        {"", "> 0", 0.001, 2},           {"> 5", "> 9", 5, 0},         {"> 5", "> 9", 9, 1},
        {"< 50", "< 20", 50, 0},         {"< 50", "< 20", 20, 1},      {"< 50", "< 20", 19.9, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double v[2] = {rows[i].v, rows[i].v};
        struct fix *f = with_values(v, 2, rows[i].warning, rows[i].critical);
        struct series s;
        struct axis a;
        take(f, 2, 2, &s, &a);
        assert_int_equal(axis_zone(&a, rows[i].v), rows[i].zone);
        fix_free(f);
    }
}

/* Errors of which there must be none (`> 0`), and there are none: a line on the floor, no wall. */
static void test_none_is_low(void **state)
{
    (void)state;
    double v[4] = {0, 0, 0, 0};
    struct fix *f = with_values(v, 4, "", "> 0");
    struct series s;
    struct axis a;
    struct canvas c;
    take(f, 4, 4, &s, &a);
    canvas_init(&c, 4, 1);
    graph_spark(&c, 0, 0, &a, &s);
    expect_rows(&c, "▁▁▁▁\n");
    canvas_release(&c);
    fix_free(f);
}

/* Without limits: noise of two per cent is flat, a value that doubles is not. */
static void test_noise_is_flat(void **state)
{
    (void)state;
    static const double noise[4] = {40.6, 41, 41.4, 40.8}, twice[4] = {40, 50, 60, 80};
    struct series s;
    struct axis a;
    struct canvas c;
    canvas_init(&c, 4, 2);
    for (int row = 0; row < 2; row++) {
        struct fix *f = with_values(row ? twice : noise, 4, "", "");
        take(f, 4, 4, &s, &a);
        graph_spark(&c, 0, row, &a, &s);
        fix_free(f);
    }
    expect_rows(&c, "▄▅▅▄\n▁▃▅█\n");
    canvas_release(&c);
}

/* A spike of one tick is not lost when a column holds many. */
static void test_worst_of_a_column(void **state)
{
    (void)state;
    double v[40];
    for (size_t i = 0; i < 40; i++)
        v[i] = i == 17 ? 250 : 10;
    struct fix *f = with_values(v, 40, ">= 100", ">= 200");
    struct series s;
    struct axis a;
    take(f, 40, 4, &s, &a);
    assert_true(s.v[0] == 10 && s.v[1] == 250 && s.v[2] == 10 && s.v[3] == 10);
    assert_true(s.max == 250 && s.samples == 40);
    f->metrics[0].upward = false;
    take(f, 40, 4, &s, &a);
    assert_true(s.v[1] == 10);
    fix_free(f);
}

/* A value stands until the next is due, then the graph says nothing. */
static void test_nothing_after_the_last(void **state)
{
    (void)state;
    double v[10] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    struct fix *f = with_values(v, 10, ">= 100", "");
    struct series s;
    int64_t last = FIX_NOW - 3000;
    series_take(&f->st, 0, last, last + 60000, 12, &s);
    assert_true(s.v[0] == 1 && s.v[1] == 1); /* 5 s and 10 s later */
    for (int i = 2; i < 12; i++)
        assert_true(isnan(s.v[i]));
    fix_free(f);
}

/* Whole plots as text: limit lines, labels, jump joined, stage mark, gap. */
/* TIM-16: the beginning of a stage is a line at its sample. */
static void test_plot(void **state)
{
    (void)state;
    double v[16] = {20, 20, 20, 20, NAN, NAN, NAN, NAN, 20, 20, 120, 120, 210, 210, 20, 20};
    struct fix *f = with_values(v, 16, ">= 100", ">= 200");
    struct series s;
    struct axis a;
    struct canvas c;
    int64_t mark = FIX_NOW - 3000 - 11 * 5000 - 2500;
    canvas_init(&c, 14, 4);
    take(f, 16, graph_columns(GRAPH_BRAILLE, 14), &s, &a);
    graph_plot(&c, (struct rect){0, 0, 14, 4}, GRAPH_BRAILLE, &a, &s, &mark, 1);
    expect_rows(&c, "┄┄┄┄┄┄⣀┄ c200\n┈┈┈┈┈⣀⠇⡇ w100\n  ┊  ⡇ ⡇\n⠤⠤┊ ⠤⠃ ⠧ 0\n");
    canvas_clear(&c);
    take(f, 16, graph_columns(GRAPH_BLOCKS, 14), &s, &a);
    graph_plot(&c, (struct rect){0, 0, 14, 4}, GRAPH_BLOCKS, &a, &s, NULL, 0);
    expect_rows(&c, "┄┄┄┄┄┄▁┄ c200\n┈┈┈┈┈▂█┈ w100\n     ██\n▄▄  ▄██▄ 0\n");
    canvas_clear(&c);
    c.ascii = true;
    graph_plot(&c, (struct rect){0, 0, 14, 4}, GRAPH_ASCII, &a, &s, NULL, 0);
    expect_rows(&c, "======*= c200\n-----*-- w100\n\n**  *  * 0\n");
    canvas_release(&c);
    fix_free(f);
}

/* The warn line stands at the same row whatever the numbers are, up or down. */
static void test_same_height(void **state)
{
    (void)state;
    static const struct {
        const char *warning, *critical;
        double v;
        int h, warn_row, crit_row;
    } rows[] = {
        {">= 100", ">= 200", 50, 4, 1, 0},    {">= 0.5", ">= 1", 0.2, 4, 1, 0},
        {">= 1000", ">= 9000", 999, 4, 1, 0}, {">= 100", ">= 200", 50, 8, 3, 0},
        {">= 0.5", ">= 1", 0.2, 8, 3, 0},     {"<= 50", "<= 20", 80, 4, 2, 3},
        {"<= 99.9", "<= 99", 100, 4, 2, 3},   {">= 100", "", 50, 4, 1, -1},
        {">= 100", ">= 200", 5000, 4, 1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double v[4] = {rows[i].v, rows[i].v, rows[i].v, rows[i].v};
        struct fix *f = with_values(v, 4, rows[i].warning, rows[i].critical);
        struct series s;
        struct axis a;
        struct canvas c;
        canvas_init(&c, 20, rows[i].h);
        take(f, 4, graph_columns(GRAPH_BRAILLE, 20), &s, &a);
        graph_plot(&c, (struct rect){0, 0, 20, rows[i].h}, GRAPH_BRAILLE, &a, &s, NULL, 0);
        int warn = -1, crit = -1;
        for (int y = 0; y < rows[i].h; y++) {
            const char *label = c.cells[y * 20 + 15].ch;
            warn = *label == 'w' ? y : warn;
            crit = *label == 'c' ? y : crit;
        }
        if (warn != rows[i].warn_row || crit != rows[i].crit_row)
            fail_msg("row %zu: w %d c %d", i, warn, crit);
        canvas_release(&c);
        fix_free(f);
    }
}

/* Nonsense sizes and empty series are drawn as nothing. */
static void test_edges(void **state)
{
    (void)state;
    struct fix *f = with_values(NULL, 0, ">= 100", ">= 200");
    struct series s;
    struct axis a;
    struct canvas c;
    canvas_init(&c, 40, 10);
    for (int w = -3; w < 45; w += 4) {
        for (int h = -2; h < 14; h++) {
            take(f, 8, graph_columns(GRAPH_BRAILLE, w), &s, &a);
            graph_plot(&c, (struct rect){1, 1, w, h}, GRAPH_BRAILLE, &a, &s, NULL, 0);
            graph_plot(&c, (struct rect){1, 1, w, h}, GRAPH_BLOCKS, &a, &s, NULL, 0);
        }
    }
    assert_true(isnan(s.min) && s.samples == 0);
    series_take(&f->st, 0, FIX_NOW, FIX_NOW, 5, &s); /* an empty window */
    f->st.hist.n = 0;
    take(f, 8, 8, &s, &a);
    assert_true(isnan(s.v[0]) && isnan(s.v[7]));
    canvas_release(&c);
    fix_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spark),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_none_is_low),
        cmocka_unit_test(test_noise_is_flat),
        cmocka_unit_test(test_worst_of_a_column),
        cmocka_unit_test(test_nothing_after_the_last),
        cmocka_unit_test(test_plot),
        cmocka_unit_test(test_same_height),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
