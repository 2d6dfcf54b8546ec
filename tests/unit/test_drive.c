/* The virtual run as recorded samples are judged: T0 is known beforehand, the people's word and
 * the other systems count as given. */
#include "director_tape.h"

#define REL                                                                                        \
    "REL='  - { id: rel, title: rel, query: r, warning: \">= +10%\", critical: \">= +50%\", "      \
    "then: "                                                                                       \
    "rollback }' BASELINE='baseline: { window: 5m, metrics: [rel] }' "
#define MINUTE INT64_C(60000)
#define T0     (EPOCH + 10 * MINUTE)

static void open_at(struct tape *t, const char *vars)
{
    memset(t, 0, sizeof *t);
    str_copy(t->where, sizeof t->where, vars);
    tape_open(t, vars, T0, true);
    int rel = plan_metric(t->plan, "rel");
    t->values[0] = 100;
    if (rel >= 0)
        t->values[rel] = 100;
}

/* Ticks at whole minutes of T0, both included. */
static void ticks(struct tape *t, int from, int until)
{
    for (int m = from; m <= until; m++) {
        drive_tick(t->drive, T0 + m * MINUTE, t->values, NULL);
        tape_at_rest(t);
    }
}

static void set(struct tape *t, const char *word)
{
    tape_set(t, word);
}

static void verdict_is(struct tape *t, const char *want)
{
    const struct state *s = drive_state(t->drive);
    if (strcmp(s->verdict, want) != 0)
        fail_msg("%s: %s: %s", t->where, s->verdict, s->verdict_why);
    tape_close(t);
}

static void starts_at_t0(void **state)
{
    struct tape t;
    (void)state;
    open_at(&t, " ADVANCE=manual " REL);
    ticks(&t, -10, -6);
    set(&t, "rel=200"); /* the five minutes before T0 count, not what was before */
    ticks(&t, -5, -1);
    assert_int_equal(drive_state(t.drive)->stage, -1);
    ticks(&t, 0, 0);
    const struct state *s = drive_state(t.drive);
    assert_true(s->t0_ms == T0);
    assert_true(s->metrics[plan_metric(t.plan, "rel")].baseline == 200);
    assert_int_equal(s->metrics[plan_metric(t.plan, "rel")].baseline_n, 5);
    ticks(&t, 1, 20);
    assert_int_equal(drive_state(t.drive)->overrides, 0);
    verdict_is(&t, "PASS");
}

/* T0 is what the samples say, also when none stands at that very moment. */
static void t0_between_samples(void **state)
{
    struct tape t;
    (void)state;
    open_at(&t, " " REL);
    for (int64_t s = -590; s <= 1210; s += 60)
        drive_tick(t.drive, T0 + s * 1000, t.values, NULL);
    assert_true(drive_state(t.drive)->t0_ms == T0);
    verdict_is(&t, "PASS");
}

static void without_samples_before(void **state)
{
    struct tape t;
    (void)state;
    open_at(&t, " " REL);
    ticks(&t, 0, 10);
    const struct state *s = drive_state(t.drive);
    assert_true(s->t0_ms == T0);
    assert_string_equal(s->decision, "HOLD");
    assert_string_equal(s->decision_rule, "gate.nodata");
    ticks(&t, 11, 20);
    verdict_is(&t, "INCONCLUSIVE"); /* no baseline: the relative rule was never judged */
}

static void switch_before_and_after(void **state)
{
    struct tape t;
    (void)state;
    open_at(&t, " ");
    ticks(&t, -3, -1);
    drive_kill_switch(t.drive, T0, KS_ENGAGED, "");
    verdict_is(&t, "ABORTED");
    open_at(&t, " ");
    ticks(&t, -3, 0);
    drive_kill_switch(t.drive, T0 + MINUTE, KS_ENGAGED, "");
    ticks(&t, 1, 3);
    drive_finish(t.drive, "the samples end");
    verdict_is(&t, "FAIL");
    open_at(&t, " ");
    drive_kill_switch(t.drive, T0 - MINUTE, KS_UNKNOWN, "");
    ticks(&t, -1, 3);
    assert_true(drive_state(t.drive)->t0_ms < 0); /* not known to be off: not started */
    drive_kill_switch(t.drive, T0 + 4 * MINUTE, KS_OFF, "");
    assert_true(drive_state(t.drive)->t0_ms == T0 + 4 * MINUTE);
    drive_finish(t.drive, "the samples end");
    verdict_is(&t, "INCONCLUSIVE");
}

static void people_agree(void **state)
{
    struct tape t;
    (void)state;
    open_at(&t, " MODE=manual ADVANCE=manual ");
    ticks(&t, -1, 3);
    set(&t, "lock=5");
    ticks(&t, 4, 4);
    assert_true(drive_state(t.drive)->rollback_done);
    assert_true(drive_state(t.drive)->weight == 0);
    verdict_is(&t, "FAIL");
    open_at(&t, " MODE=log_only ");
    ticks(&t, -1, 3);
    set(&t, "lock=5");
    ticks(&t, 4, 10);
    assert_true(drive_state(t.drive)->rollback_would);
    assert_true(drive_state(t.drive)->weight == 1);
    verdict_is(&t, "FAIL");
}

/* The process died between saying that a rollback is wanted and asking for it. */
static void wanted_and_died(void **state)
{
    struct tape t;
    (void)state;
    open_at(&t, " ");
    ticks(&t, -1, 3);
    struct event *ev = event_new(EV_ROLLBACK, T0 + 3 * MINUTE, "director");
    json_add_str(ev->body, "op", "wanted");
    json_add_str(ev->body, "cause", "lock wait 6 s");
    json_add_str(ev->body, "rule", "critical.then:lock");
    drive_event(t.drive, ev);
    assert_true(drive_state(t.drive)->rollback_done);
    verdict_is(&t, "FAIL");
}

/* A warning at the gate is not waved through: people's word opens gates, it does not judge. */
static void people_do_not_judge(void **state)
{
    struct tape t;
    (void)state;
    open_at(&t, " ADVANCE=manual PASS='pass: [\"p95 < 140\"],' ");
    set(&t, "p95=145");
    ticks(&t, -1, 15);
    assert_int_equal(drive_state(t.drive)->stage, 0);
    drive_finish(t.drive, "the samples end");
    verdict_is(&t, "INCONCLUSIVE");
}

/* More rules speak than are kept: a stop is never lost behind what is weaker. */
static void many_speak(void **state)
{
    enum { MANY = 2 * PROPOSALS_MAX };
    static const struct plan_env env = {no_env, NULL, false};
    struct buf text = BUF_INIT, errors = BUF_INIT;
    double values[MANY];
    (void)state;
    buf_adds(&text, "version: 1\nname: many\ntitle: many\nkill_switch: none\ntick: 1m\n"
                    "advance: auto\nrollback: { mode: automatic }\n"
                    "prometheus: { url: \"http://127.0.0.1:9090\" }\n"
                    "stages: [{ name: S, duration: 1h }]\n"
                    "actions: { rollback: [{ exec: { argv: [\"true\"] } }] }\nmetrics:\n");
    for (int i = 0; i < MANY; i++) {
        buf_addf(&text, "  - { id: m%d, query: q, critical: \">= 1\", then: %s }\n", i,
                 i == MANY - 1 ? "immediate_rollback" : "hold");
        values[i] = 0;
    }
    struct plan *p = plan_load_text(buf_str(&text), text.len, "many.yaml", &env, &errors);
    if (!p)
        fail_msg("%s", buf_str(&errors));
    struct drive_opts o = {.plan = p, .start_ms = EPOCH};
    struct drive *d = drive_new(&o);
    drive_tick(d, EPOCH, values, NULL);
    assert_int_equal(drive_state(d)->stage, 0);
    for (int i = 0; i < MANY; i++)
        values[i] = i % 2 && i < MANY - 1 ? NAN : 1;
    drive_tick(d, EPOCH + MINUTE, values, NULL);
    assert_string_equal(drive_state(d)->verdict, "FAIL");
    assert_non_null(strstr(drive_state(d)->verdict_why, "m127"));
    drive_free(d);
    plan_free(p);
    buf_free(&text);
}

/* Same inputs, same tape: the run has no hidden clock. */
static void twice_the_same(void **state)
{
    uint64_t hash[2];
    size_t n[2];
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct tape t;
        open_at(&t, " " REL);
        ticks(&t, -5, 7);
        set(&t, "p95=155");
        ticks(&t, 8, 12);
        hash[k] = state_hash(drive_state(t.drive));
        n[k] = t.events.n;
        tape_close(&t);
    }
    assert_true(hash[0] == hash[1] && n[0] == n[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_at_t0),
        cmocka_unit_test(t0_between_samples),
        cmocka_unit_test(without_samples_before),
        cmocka_unit_test(switch_before_and_after),
        cmocka_unit_test(people_agree),
        cmocka_unit_test(wanted_and_died),
        cmocka_unit_test(people_do_not_judge),
        cmocka_unit_test(twice_the_same),
        cmocka_unit_test(many_speak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
