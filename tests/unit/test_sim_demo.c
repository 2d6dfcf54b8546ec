/* The built-in scenarios tell the stories they promise under the demo's plan: its own queries and
 * limits, asked every tick in virtual time, stages advanced by the clock. The judge is not here:
 * a warning doubles its stage, a critical limit held for its time ends the run. */
#include "unit.h"

#include <math.h>

#include "plan/load.h"
#include "sim/promql_eval.h"
#include "sim/sim.h"

#define T0  1770000000000
#define MIN 60000

static const struct {
    const char *scenario;
    int warn_stage;               /* from 0; -1: none */
    const char *metric;           /* the first to warn */
    bool critical;                /* and becomes critical, in the same stage */
    int min_between, max_between; /* minutes between the two */
} stories[] = {
    {"healthy", -1, "", false, 0, 0},
    {"latency", 2, "p95", true, 7, 14},
    {"errors", 1, "err5xx", true, 5, 14},
    {"lag", 2, "ws", true, 5, 14},
    {"lock-storm", 2, "pool", true, 5, 14},
    {"flapping", 1, "pool", false, 0, 0},
    {"no-data", -1, "", false, 0, 0},
    {"prometheus-outage", -1, "", false, 0, 0},
    {"kill-switch-down", -1, "", false, 0, 0},
    {"slow-control", -1, "", false, 0, 0},
    {"ttfv", -1, "", false, 0, 0},
    {"tenant", -1, "", false, 0, 0},
    {"trend", 2, "p95", false, 0, 0},
    {"burst-errors", -1, "", false, 0, 0},
    {"first-night", -1, "", false, 0, 0},
    {"lock-climb", -1, "", false, 0, 0},
    {"warnings", -1, "", false, 0, 0},
};

struct play {
    struct plan *plan;
    struct scenario *sc;
    struct model *m;
    struct pq *query[16];
    int64_t bad_since[16]; /* of the critical limit; 0 none */
    int stage;
    int64_t stage_ms, planned_ms;
    int warn_stage, crit_stage;
    size_t warn_metric, crit_metric;
    int64_t warn_ms, crit_ms;
    double pass_worst; /* highest p95 while nothing was wrong */
    bool hold_seen;    /* p95 beyond the pass condition, within the limits */
};

static double value_at(struct play *p, size_t metric, int64_t t)
{
    struct pq_run run = {.m = p->m, .t_ms = t};
    struct pq_value v;
    assert_int_equal(pq_eval(&run, p->query[metric]->root, &v), 0);
    double x = v.n == 1 ? v.e[0].v * p->plan->metrics[metric].scale : NAN;
    pq_arena_free(&run.arena);
    return x;
}

static void look(struct play *p, size_t i, int64_t t)
{
    const struct metric *m = &p->plan->metrics[i];
    bool judged;
    double v = value_at(p, i, t);
    if (isnan(v))
        return;
    if (i == 0 && cond_hit(&p->plan->stages[0].pass[0].cond, v, NAN, 0, &judged) == false &&
        v < 150)
        p->hold_seen = true;
    if (cond_hit(&m->warning, v, NAN, 0, &judged) && !p->warn_ms) {
        p->warn_ms = t;
        p->warn_stage = p->stage;
        p->warn_metric = i;
    }
    if (cond_hit(&m->warning, v, NAN, 0, &judged))
        p->planned_ms = 2 * p->plan->stages[p->stage].duration_ms;
    if (!cond_hit(&m->critical, v, NAN, 0, &judged)) {
        p->bad_since[i] = 0;
        return;
    }
    if (!p->bad_since[i])
        p->bad_since[i] = t;
    if (t - p->bad_since[i] >= m->critical.for_ms && !p->crit_ms) {
        p->crit_ms = t;
        p->crit_stage = p->stage;
        p->crit_metric = i;
    }
}

static void enter(struct play *p, int stage, int64_t t)
{
    p->stage = stage;
    p->stage_ms = t;
    p->planned_ms = p->plan->stages[stage].duration_ms;
    model_set_weight(p->m, t, p->plan->stages[stage].weight);
}

static void run(struct play *p)
{
    enter(p, 0, T0 + 4 * MIN);
    for (int64_t t = T0 + 4 * MIN; !p->crit_ms; t += p->plan->tick_ms) {
        for (size_t i = 0; i < p->plan->n_metrics; i++)
            look(p, i, t);
        if (t - p->stage_ms < p->planned_ms)
            continue;
        if ((size_t)p->stage + 1 == p->plan->n_stages)
            return;
        enter(p, p->stage + 1, t + 10000); /* an action takes a moment */
    }
    model_set_weight(p->m, p->crit_ms + 5000, 0);
}

static void open_play(struct play *p, const char *scenario)
{
    struct err e = ERR_INIT;
    struct buf errors = BUF_INIT;
    char why[300], *text = sim_demo_plan(1, "auto", "automatic");
    memset(p, 0, sizeof *p);
    p->plan = plan_load_text(text, strlen(text), "demo.yaml", &plan_env_process, &errors);
    p->sc = scenario_open(scenario, &e);
    assert_non_null(p->plan);
    assert_non_null(p->sc);
    p->m = model_new(p->sc, T0);
    p->warn_stage = -1;
    for (size_t i = 0; i < p->plan->n_metrics; i++)
        p->query[i] = pq_parse(p->plan->metrics[i].query, why, sizeof why);
    free(text);
    buf_free(&errors);
}

static void close_play(struct play *p)
{
    for (size_t i = 0; i < p->plan->n_metrics; i++)
        pq_free(p->query[i]);
    model_free(p->m);
    scenario_free(p->sc);
    plan_free(p->plan);
}

static void test_stories(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        struct play p;
        open_play(&p, stories[i].scenario);
        run(&p);
        double between = (double)(p.crit_ms - p.warn_ms) / MIN;
        if (p.warn_stage != stories[i].warn_stage || !p.crit_ms == stories[i].critical)
            fail_msg("%s: first warning in stage %d (%s), critical %d", stories[i].scenario,
                     p.warn_stage, p.plan->metrics[p.warn_metric].id, p.crit_ms != 0);
        if (p.warn_ms && strcmp(p.plan->metrics[p.warn_metric].id, stories[i].metric) != 0)
            fail_msg("%s: %s warns first", stories[i].scenario, p.plan->metrics[p.warn_metric].id);
        if (p.crit_ms && (p.crit_stage != p.warn_stage || between < stories[i].min_between ||
                          between > stories[i].max_between))
            fail_msg("%s: critical (%s) in stage %d, %.1f min after the warning",
                     stories[i].scenario, p.plan->metrics[p.crit_metric].id, p.crit_stage, between);
        /* What was rolled back is well again once the windows have passed. */
        for (size_t m = 0; p.crit_ms && m < p.plan->n_metrics; m++) {
            bool judged;
            double v = value_at(&p, m, p.crit_ms + 10 * MIN);
            if (cond_hit(&p.plan->metrics[m].warning, v, NAN, 0, &judged))
                fail_msg("%s: %s is %g ten minutes after", stories[i].scenario,
                         p.plan->metrics[m].id, v);
        }
        close_play(&p);
    }
}

static void test_latency_holds_first(void **state)
{
    (void)state;
    struct play p;
    open_play(&p, "latency");
    run(&p);
    assert_true(p.hold_seen);
    close_play(&p);
    open_play(&p, "healthy");
    run(&p);
    assert_false(p.hold_seen);
    close_play(&p);
}

static void test_no_data_stays_away(void **state)
{
    (void)state;
    struct play p;
    open_play(&p, "no-data");
    run(&p);
    int idemp = plan_metric(p.plan, "idemp");
    assert_true(value_at(&p, (size_t)idemp, T0 + 15 * MIN) > 0);
    assert_true(isnan(value_at(&p, (size_t)idemp, T0 + 17 * MIN)));
    assert_true(isnan(value_at(&p, (size_t)idemp, T0 + 50 * MIN)));
    close_play(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stories),
        cmocka_unit_test(test_latency_holds_first),
        cmocka_unit_test(test_no_data_stays_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
