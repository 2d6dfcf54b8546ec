/* What a person's hands do after a rollback, and what no longer leaves once the switch is on.
 * Shows RBK-11 KIL-4. */
#include "unit.h"

#include "hands_unit.h"

#include "action/intent.h"

#define DONE EVIL_JSON("2", "{}")

static const struct evil_row rows[] = {
    {.path = "/q", .how = EVIL_KEEP, .raw = DONE},
};

/* Pumps until work by hand is shown. */
static void until_by_hand(struct hands *h)
{
    for (mono_t began = mono_now();;) {
        struct pollfd fd = {.fd = runner_fd(h->runner), .events = POLLIN};
        pump(h);
        if (h->state->hands.is == HAND_MANUAL)
            return;
        if (mono_since(began) > 20000)
            fail_msg("no work by hand is shown");
        int64_t wait = runner_wait_ms(h->runner);
        poll(&fd, 1, wait < 0 || wait > 1000 ? 1000 : (int)wait);
    }
}

static int may_say(const struct hands *h, enum intent_kind kind, const char *role)
{
    struct intent in = {.kind = kind, .stage = -1};
    struct guard_env env = {.recording = true, .now_ms = h->state->now_ms};
    struct err why = ERR_INIT;
    str_copy(in.actor, sizeof in.actor, "bob");
    str_copy(in.role, sizeof in.role, role);
    str_copy(in.reason, sizeof in.reason, "as shown");
    return guard_check(h->state, h->judge, &in, &env, &why);
}

/* Work by hand after a rollback waits for its person, who says done or not done; what comes behind
 * it waits for that word. */
static void rbk11_follow_up_by_hand(void **unused)
{
    (void)unused;
    static const char steps[] =
        "  page:\n    - manual: { role: dba, text: \"drop the shadow table\" }\n"
        "  incident:\n    - http: { method: POST, url: \"URL/q\" }\n  act:\n    - exec: { argv: "
        "[\"true\"] }\n";
    static const struct {
        const char *word, *outcome;
        enum intent_kind kind;
    } ways[] = {{"done", "verified", INTENT_DONE}, {"failed", "failed", INTENT_NOT_DONE}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct hands h;
        hands_rollback = "{ mode: automatic, then: [page, incident] }";
        open_hands(&h, steps, false);
        hands_rollback = "{ mode: manual }";
        start(&h, "a1", "rollback");
        until_by_hand(&h);
        assert_string_equal(h.state->hands.id, "a1+1");
        assert_string_equal(h.state->hands.role, "dba");
        assert_string_equal(h.state->hands.text, "drop the shadow table");
        assert_int_equal(may_say(&h, ways[i].kind, "dba"), 0);
        assert_int_equal(may_say(&h, ways[i].kind, "sre"), -1);
        assert_int_equal(evil_count(&evil, "POST /q", NULL), 0);
        say(&h, ways[i].word, "dba", "a1+1");
        assert_int_equal(may_say(&h, ways[i].kind, "dba"), -1); /* once */
        assert_string_equal(json_str(end_of(&h, "a1+1")->body, "outcome"), ways[i].outcome);
        assert_int_equal(h.state->hands.is, HAND_NONE);
        assert_string_equal(json_str(end_of(&h, "a1+2")->body, "outcome"), "verified");
        assert_int_equal(evil_count(&evil, "POST /q", NULL), 1);
        assert_int_equal(h.state->follow_ups, 2);
        close_hands(&h);
    }
}

/* KIL-4: a step of an action that has begun is not followed by the next one once the switch is on;
 * not known is not on. A rollback goes to its end. */
static void kil4_no_further_step(void **unused)
{
    (void)unused;
    static const char steps[] = "  act:\n    - manual: { role: dba, text: x }\n"
                                "    - http: { method: PUT, url: \"URL/q\" }\n";
    static const struct {
        const char *state, *outcome;
        int puts;
    } ways[] = {{"OFF", "verified", 1},
                {"UNKNOWN", "verified", 1},
                {"ENGAGED", "failed", 0},
                {"FAILED", "failed", 0}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct hands h;
        hands_switch = SWITCH;
        open_hands(&h, steps, false);
        hands_switch = "none";
        kill_switch_is(&h, "OFF");
        start(&h, "a1", "advance");
        h.state->act = (struct action_state){.is = ACT_INTENT, .id = "a1"}; /* as it was folded */
        until_by_hand(&h);
        kill_switch_is(&h, ways[i].state);
        say(&h, "done", "dba", "a1");
        const struct event *ev = end_of(&h, "a1");
        assert_string_equal(json_str(ev->body, "outcome"), ways[i].outcome);
        if (!ways[i].puts)
            assert_string_equal(json_str(ev->body, "why"),
                                "nothing more was sent: the kill switch is on");
        assert_int_equal(evil_count(&evil, "PUT /q", NULL), ways[i].puts);
        close_hands(&h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rbk11_follow_up_by_hand),
        cmocka_unit_test(kil4_no_further_step),
    };
    evil_start(&evil, rows, sizeof rows / sizeof *rows);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    evil_stop(&evil);
    return failed;
}
