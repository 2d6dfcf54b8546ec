/* The statistics against results recorded from scipy (tests/data/stats/record.py), and the
 * sequential comparison against simulated stages with and without a difference.
 * Shows JDG-20. */
#include "unit.h"

#include "base/num.h"
#include "chance.h"
#include "judge/sequential.h"

/* Rows: name|x1 x2 …|y1 y2 …|number number … */
struct row {
    char *name;
    double x[STATS_MOST], y[STATS_MOST], want[8];
    size_t nx, ny, n_want;
};

static size_t numbers(char *text, double *out, size_t cap)
{
    size_t n = 0;
    char *save = NULL;
    for (char *w = strtok_r(text, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        assert_true(n < cap);
        if (!strcmp(w, "inf") || !strcmp(w, "-inf"))
            out[n++] = *w == '-' ? -INFINITY : INFINITY;
        else
            assert_int_equal(num_parse(w, &out[n++]), 0);
    }
    return n;
}

static size_t each_row(const char *path, void (*check)(const struct row *))
{
    char *all = unit_file(path, NULL), *lines = NULL;
    size_t n = 0;
    for (char *l = strtok_r(all, "\n", &lines); l; l = strtok_r(NULL, "\n", &lines)) {
        struct row r = {0};
        char *cell = NULL;
        if (*l == '#')
            continue;
        r.name = strtok_r(l, "|", &cell);
        r.nx = numbers(strtok_r(NULL, "|", &cell), r.x, STATS_MOST);
        r.ny = numbers(strtok_r(NULL, "|", &cell), r.y, STATS_MOST);
        r.n_want = numbers(strtok_r(NULL, "|", &cell), r.want, 8);
        check(&r);
        n++;
    }
    free(all);
    return n;
}

static void near_to(const char *name, const char *what, double got, double want)
{
    bool same = isinf(want) ? got == want : fabs(got - want) <= 1e-7 * fmax(fabs(want), 1e-3);
    if (!same)
        fail_msg("%s: %s is %.12g, recorded %.12g", name, what, got, want);
}

static void check_trend(const struct row *r)
{
    struct slope s;
    double sum;
    assert_int_equal(r->n_want, 6);
    assert_int_equal(stats_theil_sen(r->x, r->y, r->nx, 0.05, &s), 0);
    near_to(r->name, "slope", s.slope, r->want[0]);
    near_to(r->name, "low", s.low, r->want[1]);
    near_to(r->name, "high", s.high, r->want[2]);
    near_to(r->name, "median", s.median, r->want[3]);
    near_to(r->name, "p", stats_mann_kendall(r->y, r->ny, &sum), r->want[4]);
    near_to(r->name, "S", sum, r->want[5]);
}

static void check_compare(const struct row *r)
{
    struct rank_test t;
    struct shift s;
    assert_int_equal(r->n_want, 6);
    assert_int_equal(stats_mann_whitney(r->x, r->nx, r->y, r->ny, 1, &t), 0);
    near_to(r->name, "U", t.u, r->want[0]);
    near_to(r->name, "p", t.p, r->want[1]);
    near_to(r->name, "two-sided p", t.two, r->want[2]);
    assert_int_equal(stats_shift(r->x, r->nx, r->y, r->ny, 1, 0.025, &s), 0);
    near_to(r->name, "shift", s.shift, r->want[3]);
    near_to(r->name, "low", s.low, r->want[4]);
    near_to(r->name, "high", s.high, r->want[5]);
}

static void check_pairs(const struct row *r)
{
    assert_int_equal(r->n_want, 1);
    near_to(r->name, "inflation", stats_pair_inflation(r->x, r->y, r->nx), r->want[0]);
}

static void recorded_pairs(void **state)
{
    (void)state;
    assert_true(each_row("tests/data/stats/pairs.csv", check_pairs) >= 30);
}

static void recorded_trends(void **state)
{
    (void)state;
    assert_true(each_row("tests/data/stats/trend.csv", check_trend) >= 20);
}

static void recorded_comparisons(void **state)
{
    (void)state;
    assert_true(each_row("tests/data/stats/compare.csv", check_compare) >= 20);
}

static void refuses_what_it_cannot_do(void **state)
{
    static double many[STATS_MOST + 1];
    double same_time[] = {1, 1, 1}, v[] = {1, 2, 3};
    struct slope s;
    struct rank_test t;
    struct shift d;
    (void)state;
    assert_int_equal(stats_theil_sen(same_time, v, 3, 0.05, &s), -1);
    assert_int_equal(stats_theil_sen(v, v, 1, 0.05, &s), -1);
    assert_int_equal(stats_theil_sen(many, many, STATS_MOST + 1, 0.05, &s), -1);
    assert_int_equal(stats_mann_whitney(v, 0, v, 3, 1, &t), -1);
    assert_int_equal(stats_mann_whitney(many, STATS_MOST + 1, v, 3, 1, &t), -1);
    assert_int_equal(stats_shift(v, 3, v, 0, 1, 0.05, &d), -1);
    assert_true(stats_mann_kendall(many, STATS_MOST, NULL) == 1);
}

#define RATE_OVER 60 /* rate(…[5m]) asked every 5 s */

enum world { WHITE, HEAVY, WHOLE, SHARED, AR, RATE, N_WORLDS };
static const char *const world_names[] = {"independent",     "heavy tails",
                                          "whole numbers",   "load both sides share",
                                          "dependent (0.9)", "rate over 60 samples"};

struct side {
    double x, window[RATE_OVER];
    size_t at;
};

static double noise(struct side *s, enum world w)
{
    double sum = 0;
    switch (w) {
    case AR:
        s->x = 0.9 * s->x + sqrt(1 - 0.81) * gauss();
        return s->x;
    case RATE:
        s->window[s->at++ % RATE_OVER] = gauss();
        for (size_t i = 0; i < RATE_OVER; i++)
            sum += s->window[i] / sqrt(RATE_OVER);
        return sum;
    case HEAVY:
        return exp(gauss());
    case WHOLE:
        return floor(3 * uniform());
    default:
        return gauss();
    }
}

/* One stage looked at at every sample: did it ever fire? *at: at which sample first. */
static bool stage_fires(enum world w, int samples, double worse_by, double margin_pct, int *at)
{
    struct seq q;
    struct side a = {0}, b = {0};
    seq_start(&q);
    a.x = gauss();
    b.x = gauss();
    for (int i = 0; i < RATE_OVER; i++) {
        noise(&a, w);
        noise(&b, w);
    }
    for (int i = 0; i < samples; i++) {
        double load = w == SHARED ? 5 * sin(i / 40.0) : 0;
        double x = 100 + load + worse_by + noise(&a, w), y = 100 + load + noise(&b, w);
        if (seq_add(&q, x, y, true) && margin_pct > 0)
            seq_measure(&q, true, 0);
        if (seq_worse(&q, margin_pct)) {
            *at = i + 1;
            return true;
        }
    }
    return false;
}

static int fired(enum world w, int stages, int samples, double worse_by, double margin_pct)
{
    int n = 0, at;
    for (int i = 0; i < stages; i++)
        n += stage_fires(w, samples, worse_by, margin_pct, &at);
    return n;
}

static void no_difference_fires_seldom(void **state)
{
    (void)state;
    seed = 20260201;
    for (int w = 0; w < N_WORLDS; w++) {
        int n = fired((enum world)w, 1000, 360, 0, 0);
        print_message("%-22s %d of 1000 stages fired\n", world_names[w], n);
        assert_true(n <= 20);
    }
}

static void a_difference_fires(void **state)
{
    (void)state;
    seed = 11;
    assert_true(fired(WHITE, 1000, 360, 1, 0) >= 990);
    assert_true(fired(HEAVY, 200, 360, 1, 0) >= 190);
    assert_true(fired(SHARED, 200, 360, 5, 0) >= 190); /* what both sides carry hides nothing */
    assert_true(fired(AR, 100, 720, 2, 0) >= 90);
    assert_true(fired(WHITE, 200, 360, -1, 0) == 0); /* better is not worse */
}

/* 3 % worse: beyond a margin of 2 %, not beyond one of 3 % or 5 %. */
static void the_margin_counts(void **state)
{
    (void)state;
    seed = 5;
    assert_true(fired(WHITE, 100, 240, 3, 2) >= 98);
    assert_true(fired(WHITE, 100, 240, 3, 3) <= 2);
    assert_int_equal(fired(WHITE, 100, 240, 3, 5), 0);
}

static void too_few_samples_say_nothing(void **state)
{
    struct seq q;
    (void)state;
    seq_start(&q);
    for (int i = 0; i < 100; i++)
        seq_add(&q, 1000 + i, i < SEQ_LEAST - 1 ? (double)i : (double)NAN, true);
    assert_false(q.known);
    assert_false(seq_worse(&q, 0));
    seq_add(&q, 2000, 5, true);
    assert_true(q.known);
    assert_int_equal(q.nb, SEQ_LEAST);
    assert_int_equal(q.na, 101);
    assert_int_equal(q.at, SEQ_LEAST);
}

/* 24 h at 5 s: memory stays, what is kept is spread over the whole stage. */
static void a_long_stage_is_thinned_evenly(void **state)
{
    struct seq q;
    (void)state;
    seq_start(&q);
    for (int i = 0; i < 17280; i++)
        seq_add(&q, i, i % 7, true);
    assert_in_range(q.n, SEQ_CAP / 2, SEQ_CAP);
    for (size_t i = 1; i < q.n; i++)
        assert_true(q.a[i] - q.a[i - 1] == q.stride);
    assert_true(q.a[q.n - 1] >= 17280 - 1 - (double)q.stride);
}

static void lower_may_be_worse(void **state)
{
    struct seq q;
    (void)state;
    seed = 3;
    seq_start(&q);
    for (int i = 0; i < 60; i++)
        if (seq_add(&q, 90 + gauss(), 100 + gauss(), false))
            seq_measure(&q, false, 0);
    assert_true(seq_worse(&q, 5));
    assert_true(q.shift.shift > 9 && q.shift.shift < 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_trends),
        cmocka_unit_test(recorded_comparisons),
        cmocka_unit_test(recorded_pairs),
        cmocka_unit_test(refuses_what_it_cannot_do),
        cmocka_unit_test(no_difference_fires_seldom),
        cmocka_unit_test(a_difference_fires),
        cmocka_unit_test(the_margin_counts),
        cmocka_unit_test(too_few_samples_say_nothing),
        cmocka_unit_test(a_long_stage_is_thinned_evenly),
        cmocka_unit_test(lower_may_be_worse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
