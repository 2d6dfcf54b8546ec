/* SCO-2: the guard refuses an intent whose calls, filled, do what the plan denies; such a refusal
 * is recorded. */
#include "plan_unit.h"

#include "action/intent.h"
#include "fold/fold.h"
#include "judge/judge.h"

#define DENIED                                                                                     \
    "version: 1\nname: t\ntitle: T\nrollback: { mode: manual }\nkill_switch: none\n"               \
    "prometheus: { url: \"http://127.0.0.1:9090/\" }\n" METRIC STAGE                               \
    "denied: [DROP_INDEX]\nmysql: [{ name: p, host: h, user: u }]\n"                               \
    "scope: { table: t }\nactions:\n  rollback:\n    - "

static void what_words_bring_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *step, *reason;
        bool denied;
    } rows[] = {
        {"http: { method: PUT, url: 'http://h/x', json: { why: '{{reason}}' } }", "drop_index",
         true},
        {"http: { method: PUT, url: 'http://h/x', json: { why: '{{reason}}' } }", "slow", false},
        {"exec: { argv: [tool, '{{reason}}'] }", "ALTER TABLE t DROP KEY i", true},
        {"exec: { argv: [tool, '{{reason}}'] }", "the index drops by hand", false},
        {"sql: { target: p, query: 'SELECT {{reason:string}}' }", "DROP INDEX i ON t", false},
        {"sql: { target: p, write: true, query: 'ALTER TABLE {{scope.table}} ADD INDEX "
         "{{reason}} (a)' }",
         "drop index", false}, /* a name, whatever it says */
        {"manual: { role: dba, text: 'ALTER TABLE t DROP INDEX i' }", "x", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf text = BUF_INIT;
        buf_addf(&text, DENIED "%s\n", rows[i].step);
        struct plan *p = load(text.p, &env);
        struct state *s = state_new(p);
        struct judge *j = judge_new(p);
        struct intent in = {.kind = INTENT_ROLLBACK, .actor = "anna", .role = "ic", .stage = -1};
        struct guard_env g = {.recording = true, .now_ms = 1000};
        struct err why = ERR_INIT;
        str_copy(in.reason, sizeof in.reason, rows[i].reason);
        assert_int_equal(guard_check(s, j, &in, &g, &why), -1); /* nothing is deployed yet */
        bool denied = strstr(why.text, "DROP_INDEX is denied by the plan") != NULL;
        if (denied != rows[i].denied)
            fail_msg("row %zu: %s", i, why.text);
        if (denied)
            assert_true(guard_wrong_role(s, &in));
        judge_free(j);
        state_free(s);
        plan_free(p);
        buf_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_words_bring_is_refused, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
