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
    "scope: { table: t }\ntimeline: [{ at: T-30m, title: F, actions: [change] }]\nactions:\n"
#define ROLLBACK DENIED "  change:\n    - exec: { argv: [tool] }\n  rollback:\n    - "
#define ITEM     DENIED "  rollback:\n    - exec: { argv: [tool] }\n  change:\n    - "

static void what_words_bring_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *plan, *step, *reason;
        bool denied;
    } rows[] = {
        {ROLLBACK, "http: { method: PUT, url: 'http://h/x', json: { why: '{{reason}}' } }",
         "drop_index", true},
        {ROLLBACK, "http: { method: PUT, url: 'http://h/x', json: { why: '{{reason}}' } }", "slow",
         false},
        {ROLLBACK, "exec: { argv: [tool, '{{reason}}'] }", "ALTER TABLE t DROP KEY i", true},
        {ROLLBACK, "exec: { argv: [tool, '{{reason}}'] }", "the index drops by hand", false},
        {ROLLBACK, "sql: { target: p, query: 'SELECT {{reason:string}}' }", "DROP INDEX i ON t",
         false},
        {ROLLBACK,
         "sql: { target: p, write: true, query: 'ALTER TABLE {{scope.table}} ADD INDEX "
         "{{reason}} (a)' }",
         "drop index", false}, /* a name, whatever it says */
        {ROLLBACK, "manual: { role: dba, text: 'ALTER TABLE t DROP INDEX i' }", "x", false},
        {ITEM, "exec: { argv: [tool, '{{reason}}'] }", "T-30m ALTER TABLE t DROP KEY i", true},
        {ITEM, "exec: { argv: [tool, '{{reason}}'] }", "T-30m again, it was too early", false},
        {ITEM, "exec: { argv: [tool, '{{reason}}'] }", "T-30m done ALTER TABLE t DROP KEY i",
         false},
        {ITEM, "exec: { argv: [tool, '{{reason}}'] }", "T-20m ALTER TABLE t DROP KEY i", false},
        {ITEM, "burst: { url: 'http://h/x', method: POST, json: { q: '{{reason}}' }, requests: 5 }",
         "T-30m drop_index", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf text = BUF_INIT;
        buf_addf(&text, "%s%s\n", rows[i].plan, rows[i].step);
        struct plan *p = load(text.p, &env);
        struct state *s = state_new(p);
        struct judge *j = judge_new(p);
        bool undo = !strcmp(rows[i].plan, ROLLBACK);
        struct intent in = {.kind = undo ? INTENT_ROLLBACK : INTENT_ITEM,
                            .actor = "anna",
                            .role = "ic",
                            .stage = -1};
        struct guard_env g = {.recording = true, .now_ms = 1000};
        struct err why = ERR_INIT;
        str_copy(in.reason, sizeof in.reason, rows[i].reason);
        assert_int_equal(guard_check(s, j, &in, &g, &why), -1); /* too early for both */
        bool denied = strstr(why.text, "DROP_INDEX is denied by the plan") != NULL;
        bool told = strstr(why.text, "say it in other words") != NULL;
        assert_true(told == (strstr(in.reason, "drop_index") != NULL));
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
