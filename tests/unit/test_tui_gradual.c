/* RBK-10: a gradual rollback is offered beside the immediate one, in the box, on a line and by the
 * guard; one more rollback, by a person or a rule, makes it immediate. */
#include "unit.h"

#include <math.h>

#include "action/intent.h"
#include "base/json.h"
#include "director/drive.h"
#include "plan/load.h"
#include "tui/headless.h"
#include "tui/prompt.h"

#define EPOCH INT64_C(1769904000000)
#define MIN   60000

static const char *no_env(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
    return NULL;
}

static struct plan *make_plan(bool gradual)
{
    static const struct plan_env env = {no_env, NULL, false};
    struct buf text = BUF_INIT, errors = BUF_INIT;
    buf_adds(&text,
             "version: 1\nname: slow\ntitle: slow\nrollback: { mode: automatic }\n"
             "observe: { after_rollback: 10m }\nkill_switch: none\nprometheus: { url: "
             "\"http://127.0.0.1:1\" }\n"
             "metrics:\n  - { id: p95, title: p95, query: m, min_samples: 1, critical: \">= "
             "200\" }\nstages:\n  - { name: One, weight: 20, duration: 60m, actions: [set] }\n"
             "actions:\n  set:\n    - exec: { argv: [set, \"{{stage.weight}}\"] }\n"
             "  rollback:\n    - exec: { argv: [set, \"0\"] }\n");
    if (gradual)
        buf_adds(&text, "  rollback_gradual:\n    - ramp: { action: set, to: 0, over: 30m }\n");
    struct plan *p = plan_load_text(text.p, text.len, "slow.yaml", &env, &errors);
    if (!p)
        fail_msg("%s", errors.p);
    buf_free(&text);
    buf_free(&errors);
    return p;
}

struct counted {
    int rollbacks, gradual, duplicates;
};

static void count(void *ctx, const struct event *ev)
{
    struct counted *c = ctx;
    bool want = ev->kind == EV_INTENT && !strcmp(json_str_or(ev->body, "do", ""), "rollback");
    c->rollbacks += want;
    c->gradual += want && json_bool_or(ev->body, "gradual", false);
    c->duplicates +=
        ev->kind == EV_ROLLBACK && !strcmp(json_str_or(ev->body, "op", ""), "duplicate");
}

/* A run in its stage, nothing wrong. */
static struct drive *running(struct plan *p, struct counted *c)
{
    struct drive_opts o = {
        .plan = p, .start_ms = EPOCH, .given = true, .on_event = count, .ctx = c};
    struct drive *d = drive_new(&o);
    struct want start = {.word = "advance", .actor = "anna", .role = "ic", .tag = 'A'};
    double v = 100;
    drive_tick(d, EPOCH, &v, NULL);
    drive_want(d, EPOCH + 1000, &start);
    drive_tick(d, EPOCH + 5000, &v, NULL);
    return d;
}

static int may(const struct drive *d, bool gradual, struct err *why)
{
    struct intent in = {.kind = INTENT_ROLLBACK, .stage = -1, .gradual = gradual};
    struct guard_env env = {.recording = true, .now_ms = EPOCH + 2 * MIN};
    str_copy(in.actor, sizeof in.actor, "anna");
    str_copy(in.role, sizeof in.role, "ic");
    str_copy(in.reason, sizeof in.reason, "why not");
    *why = (struct err)ERR_INIT;
    return guard_check(drive_state(d), drive_judge(d), &in, &env, why);
}

static void the_guard(void **unused)
{
    (void)unused;
    struct err why;
    struct counted c = {0};
    struct want slow = {
        .word = "rollback", .actor = "anna", .role = "ic", .reason = "slowly", .gradual = true};
    struct plan *without = make_plan(false), *p = make_plan(true);
    struct drive *d = running(without, &c);
    assert_int_equal(may(d, true, &why), -1);
    assert_non_null(strstr(why.text, "no action named rollback_gradual"));
    drive_free(d);
    d = running(p, &c);
    assert_int_equal(may(d, true, &why), 0);
    drive_outcome(d, ACT_SENT); /* it goes on and on */
    drive_want(d, EPOCH + MIN, &slow);
    assert_true(drive_state(d)->act.gradual);
    assert_int_equal(may(d, true, &why), -1); /* the same again */
    assert_non_null(strstr(why.text, "is under way"));
    assert_int_equal(may(d, false, &why), 0); /* at once instead */
    slow.gradual = false;
    drive_want(d, EPOCH + 2 * MIN, &slow);
    assert_false(drive_state(d)->act.gradual);
    assert_int_equal(may(d, false, &why), -1);
    slow.gradual = true; /* never back to slow */
    drive_want(d, EPOCH + 3 * MIN, &slow);
    assert_false(drive_state(d)->act.gradual);
    drive_free(d);
    plan_free(without);
    plan_free(p);
}

/* What a rule wants while a gradual one runs does not wait for it, and is wanted once. */
static void a_rule_makes_it_immediate(void **unused)
{
    (void)unused;
    struct counted c = {0};
    struct plan *p = make_plan(true);
    struct drive *d = running(p, &c);
    struct want slow = {
        .word = "rollback", .actor = "anna", .role = "ic", .reason = "slowly", .gradual = true};
    drive_outcome(d, ACT_SENT);
    drive_want(d, EPOCH + MIN, &slow);
    assert_int_equal(c.rollbacks, 1);
    assert_int_equal(c.gradual, 1);
    for (int i = 0; i < 5; i++) {
        double v = 250;
        drive_tick(d, EPOCH + 2 * MIN + i * 5000, &v, NULL);
    }
    assert_int_equal(c.rollbacks, 2);
    assert_int_equal(c.gradual, 1);
    assert_int_equal(c.duplicates, 1);
    assert_false(drive_state(d)->act.gradual);
    drive_free(d);
    plan_free(p);
}

static void observed(struct drive *d, int64_t ms, const char *outcome)
{
    struct event *ev = event_new(EV_OBSERVED, ms, "warroom");
    json_add_str(ev->body, "id", drive_state(d)->act.id);
    json_add_str(ev->body, "outcome", outcome);
    json_add_str(ev->body, "why", "stopped before 10%, lowering 2 of 3: anna: enough");
    json_add_bool(ev->body, "done", true);
    drive_event(d, ev);
}

/* One that was stopped has rolled back nothing to the end: who asks next, a rule or a person, gets
 * an immediate one, once. */
static void a_stopped_one_is_made_immediate(void **unused)
{
    (void)unused;
    static const struct {
        const char *outcome;
        bool person;
        int rollbacks;
    } rows[] = {
        {"failed", false, 2}, {"unknown", false, 2}, {"failed", true, 2}, {"verified", false, 1}};
    struct plan *p = make_plan(true);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct counted c = {0};
        struct err why;
        struct drive *d = running(p, &c);
        struct want slow = {
            .word = "rollback", .actor = "anna", .role = "ic", .reason = "slowly", .gradual = true};
        drive_outcome(d, ACT_SENT);
        drive_want(d, EPOCH + MIN, &slow);
        observed(d, EPOCH + MIN + 1000, rows[i].outcome);
        assert_int_equal(c.rollbacks, 1);
        slow.gradual = false;
        assert_int_equal(may(d, false, &why), rows[i].rollbacks == 2 ? 0 : -1);
        if (rows[i].person)
            drive_want(d, EPOCH + 2 * MIN - 1000, &slow);
        for (int k = 0; k < 5; k++) {
            double v = 250;
            drive_tick(d, EPOCH + 2 * MIN + k * 5000, &v, NULL);
        }
        if (c.rollbacks != rows[i].rollbacks || c.gradual != 1)
            fail_msg("row %zu: %d rollbacks, %d gradual", i, c.rollbacks, c.gradual);
        assert_int_equal(drive_state(d)->act.gradual, rows[i].rollbacks == 1);
        drive_free(d);
    }
    plan_free(p);
}

static void lines(void **unused)
{
    (void)unused;
    static const struct {
        const char *line;
        bool gradual;
        const char *reason;
    } rows[] = {{"rollback gradual it is late", true, "it is late"},
                {"rollback gradual", true, ""},
                {"rollback gradually wrong", false, "gradually wrong"},
                {"rollback it looks bad", false, "it looks bad"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct speaker who = {.actor = "anna", .role = "ic"};
        struct intent in;
        struct err e = ERR_INIT;
        assert_int_equal(script_line(rows[i].line, &who, &in, &e), 0);
        assert_int_equal(in.kind, INTENT_ROLLBACK);
        assert_int_equal(in.gradual, rows[i].gradual);
        assert_string_equal(in.reason, rows[i].reason);
    }
}

static enum prompt_outcome type(struct prompt *p, const char *keys, struct intent *out)
{
    int64_t now_ms = 1000;
    enum prompt_outcome got = PROMPT_STAYS;
    for (; *keys && got == PROMPT_STAYS; keys++)
        got = prompt_key(p, *keys == '\n' ? KEY_ENTER_ : *keys, now_ms += 60, out);
    return got;
}

/* In the box the typed word chooses; without the action there is no second word. */
static void the_box(void **unused)
{
    (void)unused;
    static const struct {
        const char *other, *keys;
        enum prompt_outcome got;
        bool gradual;
    } rows[] = {{"gradual", "1gradual\n", PROMPT_SUBMIT, true},
                {"gradual", "1rollback\n", PROMPT_SUBMIT, false},
                {"gradual", "1grad\n", PROMPT_STAYS, false},
                {"", "1gradual\n", PROMPT_STAYS, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct prompt *p = xzalloc(1, sizeof *p);
        struct prompt_facts *f = xzalloc(1, sizeof *f);
        struct intent out = {.kind = INTENTS};
        f->n_reasons = 1;
        str_copy(f->reasons[0], sizeof f->reasons[0], "the team decided");
        str_copy(f->other, sizeof f->other, rows[i].other);
        prompt_open(p, CMD_ROLLBACK, f, 0);
        assert_int_equal(type(p, rows[i].keys, &out), rows[i].got);
        if (rows[i].got == PROMPT_SUBMIT) {
            assert_int_equal(out.kind, INTENT_ROLLBACK);
            assert_int_equal(out.gradual, rows[i].gradual);
        }
        free(p);
        free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_guard),
        cmocka_unit_test(a_rule_makes_it_immediate),
        cmocka_unit_test(a_stopped_one_is_made_immediate),
        cmocka_unit_test(lines),
        cmocka_unit_test(the_box),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
