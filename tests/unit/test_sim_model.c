/* The simulated world without any server: scenario texts, times, levels, PromQL. */
#include "unit.h"

#include <math.h>

#include "sim/promql_eval.h"
#include "sim/scenario.h"

#define T0  1770000000000 /* a multiple of every scrape interval used here */
#define SEC 1000
#define MIN 60000

static struct scenario *own(void)
{
    struct err e = ERR_INIT;
    struct scenario *sc = scenario_open("tests/data/sim/own.scn", &e);
    if (!sc)
        fail_msg("%s", e.text);
    return sc;
}

static void close_to(double got, double want, const char *what)
{
    if (!(fabs(got - want) < 1e-6))
        fail_msg("%s: %.9g, wanted %.9g", what, got, want);
}

static void test_effect_grows_and_heals(void **state)
{
    (void)state;
    struct scenario *sc = own();
    struct model *m = model_new(sc, T0);
    int queue = scenario_signal(sc, "queue");
    model_set_weight(m, T0 + 1 * MIN, 10);
    model_set_weight(m, T0 + 2 * MIN, 50);
    model_set_weight(m, T0 + 6 * MIN, 0);
    const struct {
        int64_t at;
        double want;
    } points[] = {
        {-MIN, 12},
        {1 * MIN, 12.8},
        {2 * MIN, 16},
        {3 * MIN, 16},                        /* the effect begins */
        {4 * MIN, 16 + (900 - 16) / 2.0},     /* half grown */
        {5 * MIN, 900},                       /* grown */
        {6 * MIN - 1, 900},                   /* until the weight goes */
        {6 * MIN + 30 * SEC, 12 + 888 / 2.0}, /* fades within a minute */
        {7 * MIN, 12},
        {10 * MIN, 24}, /* the repeating one: on for 30 s */
        {10 * MIN + 29 * SEC, 24},
        {11 * MIN, 12},
        {12 * MIN, 24},
    };
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        char what[40];
        str_fmt(what, sizeof what, "at %lld s", (long long)points[i].at / 1000);
        close_to(model_signal(m, queue, T0 + points[i].at), points[i].want, what);
    }
    model_free(m);
    scenario_free(sc);
}

static void test_kill_heals_at_once(void **state)
{
    (void)state;
    struct scenario *sc = own();
    struct model *m = model_new(sc, T0);
    int queue = scenario_signal(sc, "queue");
    model_set_weight(m, T0, 50);
    close_to(model_signal(m, queue, T0 + 5 * MIN), 900, "grown");
    model_set_killed(m, T0 + 5 * MIN + 1, true);
    close_to(model_signal(m, queue, T0 + 5 * MIN), 900, "the past stays");
    close_to(model_signal(m, queue, T0 + 5 * MIN + 1), 12, "killed");
    assert_true(model_killed(m, T0 + 6 * MIN));
    close_to(model_weight(m, T0 + 6 * MIN), 50, "weight as set");
    close_to(model_effective(m, T0 + 6 * MIN), 0, "weight that arrives");
    /* Released: the effect begins anew, one minute later. */
    model_set_killed(m, T0 + 8 * MIN, false);
    close_to(model_signal(m, queue, T0 + 9 * MIN), 16, "released");
    model_free(m);
    scenario_free(sc);
}

static void test_rollback_decays_over_the_window(void **state)
{
    (void)state;
    struct scenario *sc = own();
    struct model *m = model_new(sc, T0);
    const struct pq_node *rate = sc->series[1].expr[0]->root;
    model_set_weight(m, T0, 50);
    double before = model_window(m, rate, T0 + 9 * MIN, 5 * MIN);
    close_to(before, 450, "mean over five minutes of a full queue");
    model_set_weight(m, T0 + 9 * MIN, 0);
    double half = model_window(m, rate, T0 + 11 * MIN, 5 * MIN);
    double healed = model_window(m, rate, T0 + 17 * MIN, 5 * MIN);
    if (!(half > 150 && half < 400 && healed < 12))
        fail_msg("half %g, healed %g", half, healed);
    model_free(m);
    scenario_free(sc);
}

static void test_counter_is_the_sum(void **state)
{
    (void)state;
    struct scenario *sc = own();
    struct model *m = model_new(sc, T0), *cold = model_new(sc, T0);
    model_set_weight(m, T0, 0);
    double a = model_counter(m, 1, T0), b = model_counter(m, 1, T0 + 5 * MIN);
    close_to(b - a, 6 * 300, "six events a second");
    assert_true(model_counter(m, 1, T0 - HISTORY_MS) <= 0);
    model_touch(m, T0 + 8 * 3600 * SEC);
    close_to(model_counter(m, 1, T0 + 8 * 3600 * SEC), model_counter(cold, 1, T0 + 8 * 3600 * SEC),
             "remembered sums change nothing");
    model_free(m);
    model_free(cold);
    scenario_free(sc);
}

/* Whatever is done, and when: a counter never falls, and counts it from that moment on. */
static void test_counter_never_falls(void **state)
{
    (void)state;
    struct scenario *sc = own();
    struct model *m = model_new(sc, T0);
    int queue = scenario_signal(sc, "queue");
    int64_t high = T0 + 3 * MIN + 17 * SEC + 400, low = high + 50 * SEC;
    double before = model_counter(m, 1, T0), at_high = model_counter(m, 1, high);
    for (int64_t t = T0; t < T0 + 8 * MIN; t += SEC) {
        if (t >= high && t - high < SEC)
            model_force_signal(m, high, queue, 900);
        if (t >= low && t - low < SEC)
            model_force_signal(m, low, queue, NAN);
        double now = model_counter(m, 1, t);
        if (now < before)
            fail_msg("fell from %.0f to %.0f at %lld s", before, now, (long long)(t - T0) / SEC);
        before = now;
    }
    close_to(model_counter(m, 1, high), at_high, "the past stays");
    close_to(model_counter(m, 1, low) - at_high, 450 * 50, "450 events a second meanwhile");
    model_free(m);
    scenario_free(sc);
}

static void test_gone_and_stalled(void **state)
{
    (void)state;
    struct scenario *sc = own();
    struct model *m = model_new(sc, T0);
    assert_false(model_gone(m, "jobs_total", T0 + 59 * MIN));
    assert_true(model_gone(m, "jobs_total", T0 + 60 * MIN));
    assert_false(model_gone(m, "queue_depth", T0 + 60 * MIN));
    assert_false(model_gone(m, "jobs_total", T0 + 70 * MIN));
    assert_true(model_scrape(m, T0 + 9999) == T0);
    assert_true(model_scrape(m, T0 + 10000) == T0 + 10000);
    int64_t last = T0 + 120 * MIN - 10000;
    assert_true(model_scrape(m, T0 + 123 * MIN) == last);
    assert_true(model_scrape(m, T0 + 126 * MIN) == INT64_MIN);
    assert_true(model_scrape(m, T0 + 130 * MIN) == T0 + 130 * MIN);
    assert_true(model_scrape(m, T0 - HISTORY_MS - MIN) == INT64_MIN);
    model_free(m);
    scenario_free(sc);
}

static void test_time_left(void **state)
{
    (void)state;
    struct scenario *sc = own();
    struct model *m = model_new(sc, T0);
    const struct when *cycle = &sc->effect[1].when, *weight = &sc->fault[1].when;
    assert_true(model_when_left(m, cycle, T0 + 10 * MIN - 1) == 0);
    assert_true(model_when_left(m, cycle, T0 + 10 * MIN) == 30 * SEC);
    assert_true(model_when_left(m, cycle, T0 + 12 * MIN + 29 * SEC) == SEC);
    assert_true(model_when_left(m, cycle, T0 + 12 * MIN + 30 * SEC) == 0);
    assert_true(model_when_left(m, weight, T0 + MIN) == 0);
    model_set_weight(m, T0 + MIN, 50);
    assert_true(model_when_left(m, weight, T0 + MIN) == INT64_MAX);
    model_set_weight(m, T0 + 2 * MIN, 49);
    assert_true(model_when_left(m, weight, T0 + 2 * MIN) == 0);
    model_free(m);
    scenario_free(sc);
}

static void test_acts_are_bounded(void **state)
{
    (void)state;
    struct scenario *sc = own();
    struct model *m = model_new(sc, T0);
    for (int i = 1; i <= 5000; i++)
        model_set_weight(m, T0 + i * SEC, i % 2 ? 50 : 10);
    close_to(model_weight(m, T0 + 5000 * SEC), 10, "newest");
    close_to(model_weight(m, T0 + 4999 * SEC), 50, "one before");
    for (int i = 0; i < MODEL_FORCED_MAX; i++)
        assert_int_equal(model_force_signal(m, T0, 0, i), 0);
    assert_int_equal(model_force_signal(m, T0, 0, 1), -1);
    model_free(m);
    scenario_free(sc);
}

/* PromQL over own.scn at T0 (weight 0: queue 12, six jobs a second). */
static const struct {
    const char *query;
    double want; /* NaN: empty */
} asks[] = {
    {"queue_depth", 12},
    {"queue_depth{queue=\"orders\"}", 12},
    {"queue_depth{queue!=\"orders\"}", NAN},
    {"queue_depth{queue=~\"ord.*\",zone!~\"b|c\"}", 12},
    {"{__name__=\"queue_depth\"}", 12},
    {"queue_depth offset 5m", 12},
    {"rate(jobs_total[5m])", 6},
    {"increase(jobs_total[10m])", 3600},
    {"irate(jobs_total[1m]) * 10", 60},
    {"histogram_quantile(0.5, rate(job_seconds_bucket[5m]))", 1},
    {"histogram_quantile(0.95, sum by (le) (rate(job_seconds_bucket[5m])))", 2},
    {"histogram_quantile(0.99, sum by (le, queue) (rate(job_seconds_bucket[5m])))", 3},
    {"histogram_quantile(0.97, rate(job_seconds_bucket[5m]))", 2.5},
    {"histogram_quantile(2, rate(job_seconds_bucket[5m]))", INFINITY},
    {"rate(job_seconds_count[5m])", 6},
    {"max_over_time(queue_depth[5m]) + min_over_time(queue_depth[5m])", 24},
    {"avg_over_time(queue_depth[5m])", 12},
    {"count_over_time(queue_depth[1m])", 6},
    {"delta(queue_depth[5m])", 0},
    {"queue_depth > 11", 12},
    {"queue_depth > 12", NAN},
    {"queue_depth > bool 12", 0},
    {"13 > queue_depth", 12},
    {"queue_depth == queue_depth", 12},
    {"queue_depth % 5 + 2 ^ 3 ^ 0", 4},
    {"2 * (3 + 4) - 10 / 4", 11.5},
    {"queue_depth / queue_depth", 1},
    {"queue_depth * on_nothing", NAN},
    {"sum(queue_depth) by (zone) / 4", 3},
    {"count without (zone) (queue_depth)", 1},
    {"absent(nosuch{a=\"b\"})", 1},
    {"absent(queue_depth)", NAN},
    {"clamp_max(queue_depth, 5) + clamp_min(queue_depth, 50)", 55},
    {"queue_depth and up", NAN},
    {"queue_depth unless up", 12},
    {"nosuch or queue_depth", 12},
    {"scalar(queue_depth) + 1", 13},
    {"time() - 1770000000", 0},
    {"timestamp(queue_depth) - 1770000000", 0},
    {"-queue_depth + +12", 0},
    {"1 / 0", INFINITY},
    {"round(vector(2.4)) + floor(2.5 * vector(1)) + ceil(vector(0.1))", 5},
    {"# only a comment\nqueue_depth", 12},
};

static void test_promql_values(void **state)
{
    (void)state;
    struct scenario *sc = own();
    struct model *m = model_new(sc, T0);
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        char why[300];
        struct pq *q = pq_parse(asks[i].query, why, sizeof why);
        struct pq_run run = {.m = m, .t_ms = T0};
        struct pq_value v;
        if (!q)
            fail_msg("%s: %s", asks[i].query, why);
        if (pq_eval(&run, q->root, &v) < 0)
            fail_msg("%s: %s", asks[i].query, run.why);
        double got = v.type == PQ_SCALAR ? v.scalar : v.n == 1 ? v.e[0].v : NAN;
        bool same = isnan(asks[i].want)   ? v.type == PQ_VECTOR && v.n == 0
                    : isinf(asks[i].want) ? isinf(got)
                                          : fabs(got - asks[i].want) < 1e-9;
        if (!same)
            fail_msg("%s: %g (%zu series), wanted %g", asks[i].query, got, v.n, asks[i].want);
        pq_arena_free(&run.arena);
        pq_free(q);
    }
    model_free(m);
    scenario_free(sc);
}

static const struct {
    const char *query, *why;
} refused[] = {
    {"", "1:1: parse error: no expression found in input"},
    {"sum(up", "1:7: parse error: unclosed left parenthesis"},
    {"up)", "1:3: parse error: unexpected token \")\""},
    {"up{job~\"a\"}", "1:7: parse error: unexpected character: '~'"},
    {"up{job=\"a}", "1:8: parse error: unterminated quoted string"},
    {"up{job=\"\\.\"}", "1:8: parse error: unknown escape sequence"},
    {"{}", "1:1: parse error: vector selector must contain at least one non-empty matcher"},
    {"rate(up)", "1:6: parse error: expected type range vector in call to function \"rate\", got "
                 "instant vector"},
    {"sum(up[5m])", "1:5: parse error: expected type instant vector in aggregation expression "
                    "\"sum\", got range vector"},
    {"nosuchfn(up)", "1:1: parse error: unknown function with name \"nosuchfn\""},
    {"up[0s]", "1:1: parse error: duration must be greater than 0"},
    {"up[5x]", "1:4: parse error: bad duration syntax"},
    {"1 == 1", "1:3: parse error: comparisons between scalars must use BOOL modifier"},
    {"1 and up", "1:3: parse error: set operator not allowed in binary scalar expression"},
    {"\"a\" + 1",
     "1:5: parse error: binary expression must contain only scalar and instant vector types"},
    {"up + on(job) up", "1:6: parse error: vector matching is not known to the simulator"},
    {"max_over_time(rate(up[1m])[5m:1m])", "parse error"},
    {"up{a=~\"(\"}", "parse error: error parsing regexp"},
    {"up{a=~\"(a*)*\"}", "parse error: error parsing regexp"},
    {"1 +", "1:4: parse error: unexpected end of input"},
    {"histogram_quantile(up)", "expected 2 argument(s) in call to \"histogram_quantile\", got 1"},
    {"((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))", "nested too deep"},
};

static void test_promql_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        char why[300] = "";
        struct pq *q = pq_parse(refused[i].query, why, sizeof why);
        if (q || !strstr(why, refused[i].why))
            fail_msg("%s: %s", refused[i].query, q ? "taken" : why);
    }
}

#define GOOD "about x\nsignal a base 1\ngauge up = a\n"
static const struct {
    const char *text, *why;
} wrong[] = {
    {"", "needs an `about` line"},
    {"about x\n", "at least one series"},
    {GOOD "efect a from start add 1\n",
     "t.scn:4: unknown kind of line \"efect\" (did you mean effect"},
    {GOOD "effect b from start add 1\n", "t.scn:4: no signal \"b\""},
    {GOOD "effect a when start add 1\n", "t.scn:4: `from MOMENT` is missing"},
    {GOOD "effect a from dawn add 1\n", "\"dawn\" is no moment; allowed are start, traffic"},
    {GOOD "effect a from weight>=0 add 1\n", "is no moment"},
    {GOOD "effect a from weight>=101 add 1\n", "is no moment"},
    {GOOD "effect a from start+soon add 1\n", "no duration after the +"},
    {GOOD "effect a from start sub 1\n", "needs add N, times N or to N, found \"sub\""},
    {GOOD "effect a from start add\n", "add needs a number, found \"end of line\""},
    {GOOD "effect a from start add 1 over\n", "over needs a duration"},
    {GOOD "effect a from start add 1 extra\n", "\"extra\" is not expected here"},
    {GOOD "effect a from start every 5m add 1\n", "`every` needs a shorter `for`"},
    {GOOD "effect a from start for 1m every 2m add 1 over 3m\n", "`over` must fit into `for`"},
    {GOOD "signal 9a base 1\n", "a name of letters"},
    {GOOD "signal b\n", "signal b: needs base"},
    {GOOD "signal b base 1 nose 2\n", "unknown word \"nose\""},
    {GOOD "signal b base nan\n", "base needs a number"},
    {GOOD "gauge x = c\n", "no signal \"c\""},
    {GOOD "gauge x a\n", "`= EXPRESSION` is missing"},
    {GOOD "gauge x{a} = a\n", "\"a\" is no label=value"},
    {GOOD "gauge x{a=\"b\" = a\n", "a brace is not closed"},
    {GOOD "gauge x = rate(a[5m])\n", "signals, numbers"},
    {GOOD "gauge x = a{b=\"c\"}\n", "knows signals only"},
    {GOOD "gauge x = a +\n", "unexpected end of input"},
    {GOOD "histogram x = a ; a\n", "p50 ; p95 ; p99"},
    {GOOD "gone\n", "gone needs a metric name"},
    {GOOD "fault moon from start drop\n", "a fault needs one of prometheus"},
    {GOOD "fault traffic from start explode\n", "one of drop hang status"},
    {GOOD "fault traffic from start status 200\n", "from 300 to 599"},
    {GOOD "fault traffic from start delay 8s..1s\n", "must rise"},
    {GOOD "fault traffic from start drop chance 0\n", "from 1 to 100"},
    {GOOD "alert A if a > 1\n", "`pending DURATION` is missing"},
    {GOOD "alert A when a > 1 pending 1m\n", "alert NAME if EXPRESSION"},
    {GOOD "alert A if a > 1 pending 1m severity\n", "no label=value"},
    {GOOD "scrape 500ms\n", "from 1s to 60s"},
    {GOOD "seed -1\n", "whole number"},
    {GOOD "include healthy2\n", "include needs the name"},
    {GOOD "about \"x\n", "a quote is not closed"},
    {"include healthy\ninclude common\nabout x\n", NULL},
};

static void test_scenario_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err e = ERR_INIT;
        struct scenario *s = scenario_parse(wrong[i].text, strlen(wrong[i].text), "t.scn", &e);
        if (!wrong[i].why != !!s || (wrong[i].why && !strstr(e.text, wrong[i].why)))
            fail_msg("%s: %s", wrong[i].text, s ? "taken" : e.text);
        if (!s)
            assert_int_equal(e.status, EX_BADDATA);
        scenario_free(s);
    }
    struct err e = ERR_INIT;
    assert_null(scenario_parse("about x\0y", 9, "t.scn", &e));
    assert_non_null(strstr(e.text, "NUL"));
}

/* Every signal of a good day stays within a tenth of its base at every weight: no gate may shut by
 * noise, and no trend may come of it. */
static void test_healthy_is_calm(void **state)
{
    (void)state;
    static const char *const gates[] = {"p95", "err", "ws", "idemp", "csp", "pool", NULL};
    struct err e = ERR_INIT;
    struct scenario *sc = scenario_open("healthy", &e);
    struct model *m = model_new(sc, T0);
    static const double weights[] = {1, 5, 25, 50, 100};
    for (int i = 0; i < 5; i++)
        model_set_weight(m, T0 + i * 10 * MIN, weights[i]);
    for (int g = 0; gates[g]; g++) {
        int s = scenario_signal(sc, gates[g]);
        for (int64_t t = T0 - 30 * MIN; t < T0 + 120 * MIN; t += 5 * SEC) {
            double v = model_signal(m, s, t), base = sc->signal[s].base;
            if (fabs(v - base) > 0.1 * base)
                fail_msg("%s: %g at %lld", gates[g], v, (long long)(t - T0) / 1000);
        }
    }
    model_free(m);
    scenario_free(sc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_effect_grows_and_heals),
        cmocka_unit_test(test_kill_heals_at_once),
        cmocka_unit_test(test_rollback_decays_over_the_window),
        cmocka_unit_test(test_counter_is_the_sum),
        cmocka_unit_test(test_counter_never_falls),
        cmocka_unit_test(test_gone_and_stalled),
        cmocka_unit_test(test_time_left),
        cmocka_unit_test(test_acts_are_bounded),
        cmocka_unit_test(test_promql_values),
        cmocka_unit_test(test_promql_refused),
        cmocka_unit_test(test_scenario_errors),
        cmocka_unit_test(test_healthy_is_calm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
