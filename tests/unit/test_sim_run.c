/* Whole demo runs in virtual time: the simulated world, the fold, the judge and the director, with
 * hands that do at once what is asked. How each scenario ends is what headless runs must come to.
 */
#include "unit.h"

#include <math.h>

#include "base/json.h"
#include "director/director.h"
#include "fold/fold.h"
#include "plan/load.h"
#include "sim/promql_eval.h"
#include "sim/sim.h"

#define T0  1770000000000
#define MIN 60000

static const struct {
    const char *scenario, *verdict;
    int lo, hi; /* minutes until the verdict */
    /* Decisions that must have stood, in this order (others may stand between them). */
    const char *stood[5];
    int extended; /* stage that was doubled, from 0; -1 none */
} runs[] = {
    {"healthy", "PASS", 50, 70, {"PROCEED"}, -1},
    {"latency", "FAIL", 35, 60, {"PROCEED", "HOLD", "ROLLBACK"}, 2},
    {"errors", "FAIL", 20, 50, {"PROCEED", "EXTEND", "ROLLBACK"}, 1},
    {"lag", "FAIL", 35, 60, {"PROCEED", "EXTEND", "ROLLBACK"}, 2},
    {"lock-storm", "FAIL", 35, 60, {"PROCEED", "EXTEND", "ROLLBACK"}, 2},
    {"flapping", "PASS_WITH_WARNING", 60, 130, {"PROCEED", "EXTEND"}, 1},
    {"no-data", "INCONCLUSIVE", 20, 60, {"PROCEED", "HOLD"}, -1},
    {"prometheus-outage", "PASS", 50, 90, {"PROCEED", "HOLD", "PROCEED"}, -1},
    {"kill-switch-down", "PASS", 50, 90, {"PROCEED"}, -1},
};

struct run {
    struct plan *plan;
    struct scenario *sc;
    struct model *m;
    struct pq *query[16];
    struct state *s;
    struct judge *j;
    int64_t seq, t_ms;
    int64_t alert_since[ALERTS_DEFINED_MAX];
    bool firing[ALERTS_DEFINED_MAX];
    char stood[64][16];
    size_t n_stood;
};

static void apply(struct run *r, struct event *ev)
{
    ev->seq = ++r->seq;
    ev->t_ms = r->t_ms;
    fold_apply(r->s, ev);
    if (ev->kind == EV_DECISION && r->n_stood < 64)
        str_copy(r->stood[r->n_stood++], sizeof r->stood[0], json_str_or(ev->body, "decision", ""));
    if (ev->kind == EV_TICK)
        judge_tick(r->j, r->s);
    event_free(ev);
}

static struct event *made(struct run *r, enum event_kind kind)
{
    return event_new(kind, r->t_ms, "warroom");
}

static bool down(const struct run *r, unsigned target)
{
    for (size_t i = 0; i < r->sc->n_faults; i++) {
        const struct fault *f = &r->sc->fault[i];
        if ((f->targets & target) && f->kind != FAULT_DELAY && f->kind != FAULT_LIE &&
            model_when(r->m, &f->when, r->t_ms))
            return true;
    }
    return false;
}

static double ask(struct run *r, size_t metric)
{
    struct pq_run run = {.m = r->m, .t_ms = r->t_ms};
    struct pq_value v;
    assert_int_equal(pq_eval(&run, r->query[metric]->root, &v), 0);
    double x = v.n == 1 ? v.e[0].v * r->plan->metrics[metric].scale : NAN;
    pq_arena_free(&run.arena);
    return x;
}

static void tick(struct run *r)
{
    struct event *ev = made(r, EV_TICK);
    cJSON *v = json_add_obj(ev->body, "v");
    bool blind = down(r, TARGET_PROMETHEUS);
    for (size_t i = 0; i < r->plan->n_metrics; i++) {
        char id[8];
        str_fmt(id, sizeof id, "%zu", i + 1);
        json_add_num(v, id, blind ? NAN : ask(r, i));
    }
    if (blind)
        json_add_str(ev->body, "blind", "no answer");
    else
        json_add_num(ev->body, "fresh", (double)(r->t_ms - model_scrape(r->m, r->t_ms)) / 1000);
    apply(r, ev);
}

static void kill_switch(struct run *r)
{
    for (size_t i = 0; i < r->plan->n_ks; i++) {
        struct event *ev = made(r, EV_KILL_SWITCH);
        json_add_str(ev->body, "scope", r->plan->ks[i].name);
        json_add_str(ev->body, "state", down(r, TARGET_KILL_SWITCH) ? "UNKNOWN" : "OFF");
        json_add_int(ev->body, "ms", 3);
        apply(r, ev);
    }
}

static void one_alert(struct run *r, size_t i)
{
    const struct alert_rule *a = &r->sc->alert[i];
    bool matches = false, on = model_expr(r->m, a->expr->root, r->t_ms) > 0;
    for (size_t k = 0; k < a->n_labels; k++)
        matches = matches ||
                  (!strcmp(a->label[k].key, "auto_rollback") && !strcmp(a->label[k].value, "true"));
    if (!on)
        r->alert_since[i] = 0;
    else if (!r->alert_since[i])
        r->alert_since[i] = r->t_ms;
    bool firing = on && r->t_ms - r->alert_since[i] >= a->pending_ms;
    if (firing == r->firing[i] || !matches)
        return;
    r->firing[i] = firing;
    struct event *ev = made(r, EV_ALERT);
    json_add_int(ev->body, "source", 0);
    json_add_str(ev->body, "state", firing ? "firing" : "resolved");
    json_add_str(ev->body, "name", a->name);
    json_add_bool(ev->body, "matches", true);
    apply(r, ev);
}

static void alerts(struct run *r)
{
    struct event *ev = made(r, EV_ALERT);
    bool blind = down(r, TARGET_PROMETHEUS);
    json_add_int(ev->body, "source", 0);
    json_add_str(ev->body, "state", blind ? "blind" : "known");
    apply(r, ev);
    for (size_t i = 0; !blind && i < r->sc->n_alerts; i++)
        one_alert(r, i);
}

/* The hands: the weight is set and read back at once. */
static void obey(struct run *r, const char *id, const char *verb, int stage)
{
    double weight = strcmp(verb, "advance") ? 0 : r->plan->stages[stage].weight;
    struct event *ev = made(r, EV_SENT);
    json_add_str(ev->body, "id", id);
    apply(r, ev);
    model_set_weight(r->m, r->t_ms, weight);
    ev = made(r, EV_OBSERVED);
    json_add_str(ev->body, "id", id);
    json_add_int(ev->body, "step", -1);
    json_add_str(ev->body, "outcome", "verified");
    json_add_num(ev->body, "weight", weight);
    json_add_bool(ev->body, "done", true);
    apply(r, ev);
}

/* Folds what the director proposes until it proposes nothing. */
static void direct(struct run *r)
{
    for (int round = 0; round < 50; round++) {
        struct event_list list;
        struct event *ev;
        event_list_init(&list);
        director_step(r->s, r->j, &list);
        if (!list.n)
            return;
        while ((ev = event_list_take(&list))) {
            char id[16] = "", verb[24] = "";
            int stage = -1;
            if (ev->kind == EV_INTENT) {
                str_copy(id, sizeof id, json_str_or(ev->body, "id", ""));
                str_copy(verb, sizeof verb, json_str_or(ev->body, "do", ""));
                stage = (int)json_int_or(ev->body, "stage_index", -1);
            }
            apply(r, ev);
            if (!strcmp(verb, "advance") || !strcmp(verb, "rollback"))
                obey(r, id, verb, stage);
        }
    }
    fail_msg("the director never rests");
}

static void open_run(struct run *r, const char *scenario)
{
    struct err e = ERR_INIT;
    struct buf errors = BUF_INIT;
    char why[300], *text = sim_demo_plan(1, "auto", "automatic");
    memset(r, 0, sizeof *r);
    r->plan = plan_load_text(text, strlen(text), "demo.yaml", &plan_env_process, &errors);
    r->sc = scenario_open(scenario, &e);
    assert_non_null(r->plan);
    assert_non_null(r->sc);
    r->m = model_new(r->sc, T0);
    r->s = state_new(r->plan);
    r->j = judge_new(r->plan);
    r->t_ms = T0;
    for (size_t i = 0; i < r->plan->n_metrics; i++)
        r->query[i] = pq_parse(r->plan->metrics[i].query, why, sizeof why);
    struct event *ev = made(r, EV_SESSION);
    json_add_str(ev->body, "op", "start");
    json_add_str(ev->body, "mode", "demo");
    apply(r, ev);
    free(text);
    buf_free(&errors);
}

static void close_run(struct run *r)
{
    for (size_t i = 0; i < r->plan->n_metrics; i++)
        pq_free(r->query[i]);
    judge_free(r->j);
    state_free(r->s);
    model_free(r->m);
    scenario_free(r->sc);
    plan_free(r->plan);
}

/* 0 when all stood in order, else the place of the first that did not. */
static size_t missing(const struct run *r, const char *const *stood)
{
    size_t k = 0;
    for (size_t i = 0; i < r->n_stood && k < 5 && stood[k]; i++)
        if (!strcmp(r->stood[i], stood[k]))
            k++;
    return k < 5 && stood[k] ? k + 1 : 0;
}

static void test_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct run r;
        open_run(&r, runs[i].scenario);
        while (!r.s->final && r.t_ms < T0 + 240 * MIN) {
            kill_switch(&r);
            alerts(&r);
            tick(&r);
            direct(&r);
            r.t_ms += r.plan->tick_ms;
        }
        double minutes = (double)(r.t_ms - T0) / MIN;
        size_t gap = missing(&r, runs[i].stood);
        int extended = -1;
        for (size_t k = r.plan->n_stages; k-- > 0;)
            extended = r.s->stages[k].extended ? (int)k : extended;
        struct buf stood = BUF_INIT;
        for (size_t k = 0; k < r.n_stood; k++)
            buf_addf(&stood, " %s", r.stood[k]);
        if (strcmp(r.s->verdict, runs[i].verdict) != 0 || minutes < runs[i].lo ||
            minutes > runs[i].hi || gap || extended != runs[i].extended)
            fail_msg("%s: %s after %.1f minutes (%s); stage %d; stood:%s", runs[i].scenario,
                     r.s->verdict, minutes, r.s->verdict_why, r.s->stage, buf_str(&stood));
        buf_free(&stood);
        close_run(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_verdicts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
