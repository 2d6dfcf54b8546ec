/* Statements and denied operations in a plan file: SCO-2 (refused by plan check, wherever the
 * operation hides), ACT-1. */
#include "plan_unit.h"

#define DENY                                                                                       \
    TOP METRIC STAGE "denied: [DROP_INDEX]\nallowed: { operation: [ADD_INDEX] }\n"                 \
                     "mysql: [{ name: p, host: 127.0.0.1, user: u }]\n"

/* SCO-2: by plan check, wherever the operation hides. */
static void denied_operations_do_not_load(void **state)
{
    (void)state;
    static const struct {
        const char *step, *says;
    } steps[] = {
        {"sql: { target: p, write: true, query: 'ALTER TABLE t DROP INDEX i' }",
         "t.yaml:15:45: actions.a[0].sql.query: DROP_INDEX is denied by the plan"},
        {"sql: { target: p, write: true, query: 'alter table t add index j (a), drop /**/ key i' }",
         "DROP_INDEX is denied"},
        {"sql: { target: p, write: true, query: 'DROP INDEX i ON t' }", "DROP_INDEX is denied"},
        {"sql: { target: p, query: 'DROP INDEX i ON t' }", "DROP_INDEX is denied"},
        {"sql: { target: p, write: true, query: 'UPDATE t SET a = 1' }",
         "UPDATE is not among the allowed operations"},
        {"sql: { target: p, write: true, query: 'CALL drop_it()' }", "hides what it runs"},
        {"exec: { argv: [mysql, -e, 'ALTER TABLE t DROP INDEX i'] }", "DROP_INDEX is denied"},
        {"exec: { argv: [sh, -c, \"mysql -e 'alter table t drop key i'\"] }",
         "DROP_INDEX is denied"},
        {"exec: { argv: [tool, --operation=drop_index] }", "DROP_INDEX is denied"},
        {"http: { url: 'http://h/run', json: { operation: DROP_INDEX } }", "DROP_INDEX is denied"},
        {"http: { url: 'http://h/run?op=drop_index' }", "DROP_INDEX is denied"},
        {"sql: { target: q, query: 'SELECT 1' }", "there is no target \"q\"; allowed are p"},
        {"sql: { target: p, query: 'UPDATE t SET a = 1' }", "not among the allowed operations"},
        {"sql: { target: p, query: \"SHOW TABLES LIKE '{{scope.table}}'\" }",
         "stands inside quotes"},
        {"sql: { target: p, query: 'SELECT 1' }\n      expect: { status: 200 }",
         "belongs to http; of sql allowed are rows and value"},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct buf b = BUF_INIT;
        buf_addf(&b, DENY "scope: { table: t }\nactions:\n  a:\n    - %s\n", steps[i].step);
        fails(b.p, b.len, steps[i].says);
        buf_free(&b);
    }
    fails(DENY "scope: { operation: DROP_INDEX }\n",
          strlen(DENY "scope: { operation: DROP_INDEX }\n"),
          "operation DROP_INDEX is not among allowed.operation");
}

static void what_is_allowed_loads(void **state)
{
    (void)state;
    struct plan *p = load(
        DENY
        "scope: { table: orders, index: i, operation: ADD_INDEX }\nactions:\n  a:\n"
        "    - sql: { target: p, write: true, timeout: 1h, query: 'ALTER TABLE {{scope.table}} "
        "ADD INDEX {{scope.index}} (a), ALGORITHM=INPLACE, LOCK=NONE' }\n"
        "      verify: { sql: { target: p, query: 'SHOW INDEX FROM {{scope.table}} WHERE "
        "Key_name = {{scope.index:string}}' }, expect: { rows: 1, value: '1' } }\n"
        "    - exec: { argv: [echo, 'dropped indexes', add_index_drop_indexes] }\n",
        &env);
    const struct step *s = &p->actions[0].steps[0];
    assert_int_equal(s->kind, STEP_SQL);
    assert_true(s->sql.write);
    assert_int_equal(s->sql.timeout_ms, 3600000);
    assert_true(s->verify.expect.wants_rows);
    assert_int_equal(s->verify.expect.rows, 1);
    assert_string_equal(s->verify.expect.value, "1");
    assert_false(s->expect.wants_rows);
    plan_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(denied_operations_do_not_load, setup),
        cmocka_unit_test_setup(what_is_allowed_loads, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
