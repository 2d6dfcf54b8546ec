/* Two runs at once, and again after a rollback: the lock of a scope, the cooldown to the second. */
#include "unit.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "director_tape.h"
#include "room/retry.h"
#include "room/scope_lock.h"

#define SECOND 1000
#define DAY_S  86400

static struct plan *scoped(const char *scope, const char *rules)
{
    static const struct plan_env env = {no_env, NULL, false};
    struct buf text = BUF_INIT, errors = BUF_INIT;
    buf_addf(&text,
             "version: 1\nname: t\ntitle: T\nkill_switch: none\nrollback: { mode: log_only }\n"
             "prometheus: { url: \"http://127.0.0.1:1\" }\nmetrics: [{ id: a, query: up }]\n"
             "stages: [{ name: S, duration: 1m }]\nscope: %s\nrules: %s\n",
             scope, rules);
    struct plan *p = plan_load_text(text.p, text.len, "t.yaml", &env, &errors);
    if (!p)
        fail_msg("%s", errors.p);
    buf_free(&text);
    buf_free(&errors);
    return p;
}

static void TIM_19_to_the_second(void **state)
{
    static const struct {
        int64_t after_s;
        const char *fix, *says; /* NULL: allowed */
    } rows[] = {
        {0, "mended", "not before"},         {DAY_S - 1, NULL, "not before"},
        {DAY_S - 1, "mended", "not before"}, {DAY_S, NULL, "--fix NOTE"},
        {DAY_S, "  ", "--fix NOTE"},         {DAY_S, "mended", NULL},
    };
    struct plan *p = scoped("{ table: orders }", "{ retry_cooldown: 24h }");
    struct plan *none = scoped("{ table: orders }", "{}");
    struct retry r = {.found = true, .run_id = "T-007", .at_ms = EPOCH};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = ERR_INIT;
        int64_t now_ms = EPOCH + rows[i].after_s * SECOND;
        int rc = retry_allowed(p, &r, now_ms, rows[i].fix, &e);
        assert_int_equal(rc, rows[i].says ? -1 : 0);
        if (rows[i].says && (!strstr(e.text, rows[i].says) || !strstr(e.text, "T-007")))
            fail_msg("%s", e.text);
        assert_int_equal(e.status, rows[i].says ? EX_FAILED : 0);
        assert_int_equal(retry_allowed(none, &r, now_ms, NULL, &e), 0);
    }
    r.found = false;
    assert_int_equal(retry_allowed(p, &r, EPOCH, NULL, NULL), 0);
    plan_free(p);
    plan_free(none);
}

static void scopes_are_told_apart(void **state)
{
    (void)state;
    struct plan *p = scoped("{ table: orders, tenant: t-1 }", "{}");
    struct plan *q = scoped("{ tenant: t-1, table: orders }", "{}");
    struct plan *other = scoped("{ tenant: t-2, table: orders }", "{}");
    struct buf a = BUF_INIT, b = BUF_INIT, c = BUF_INIT;
    scope_words(p, &a);
    scope_words(q, &b);
    scope_words(other, &c);
    assert_string_equal(buf_str(&a), "table=orders tenant=t-1");
    assert_string_equal(buf_str(&a), buf_str(&b));
    assert_string_not_equal(buf_str(&a), buf_str(&c));
    buf_free(&a);
    buf_free(&b);
    buf_free(&c);
    plan_free(p);
    plan_free(q);
    plan_free(other);
}

/* In another process, which says when it has the lock and then waits to be killed. */
static pid_t holder(const char *dir, const struct plan *p, const struct scope_owner *me)
{
    int said[2];
    char byte = 0;
    assert_int_equal(pipe(said), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid) {
        struct err e = ERR_INIT;
        byte = scope_lock_take(dir, p, me, &e) < 0 ? 'n' : 'y';
        if (write(said[1], &byte, 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(said[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    close(said[0]);
    close(said[1]);
    return pid;
}

static void SCO_3_held_as_long_as_the_process_lives(void **state)
{
    (void)state;
    char dir[] = "/tmp/warroom-lock-XXXXXX";
    struct scope_owner anna = {"T-001", "/tmp/a.wr", "anna"}, boon = {"T-002", "/tmp/b.wr", "boon"};
    struct plan *p = scoped("{ table: orders }", "{}"), *q = scoped("{ table: users }", "{}");
    struct err e = ERR_INIT;
    assert_non_null(mkdtemp(dir));
    pid_t pid = holder(dir, p, &anna);
    assert_int_equal(scope_lock_take(dir, p, &boon, &e), -1);
    assert_int_equal(e.status, EX_FAILED);
    if (!strstr(e.text, "T-001") || !strstr(e.text, "anna") || !strstr(e.text, "table=orders"))
        fail_msg("%s", e.text);
    int other = scope_lock_take(dir, q, &boon, &e);
    assert_true(other >= 0);
    close(other);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    int fd = scope_lock_take(dir, p, &boon, &e);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(scope_lock_take("/tmp/no-such-folder", p, &boon, &e), -1);
    assert_int_equal(e.status, EX_NOCREATE);
    plan_free(p);
    plan_free(q);
    DIR *d = opendir(dir);
    for (struct dirent *f; (f = readdir(d));)
        unlinkat(dirfd(d), f->d_name, 0);
    closedir(d);
    assert_int_equal(rmdir(dir), 0);
}

/* Each sentence that a plan of a team must be explained with. */
static void explained(void **state)
{
    static const char *const says[] = {
        "People: Canary Lead (anna), backup dao; DBA (chai); lead, NOBODY is named",
        "Canary Lead (anna) decides.",
        "Nothing starts without the word of Canary Lead (anna) and DBA (chai).",
        "An auto-pause does not end without the word of lead.",
        "A rollback that lock wait wants is decided by DBA (chai), with the word of Canary Lead "
        "(anna), once it has stood for 5m",
        "A rollback that no rule wants, but people is decided by Canary Lead (anna).",
        "L1, at warnings: Canary Lead (anna), within 5m.",
        "L2, at an escalation or a pause: Canary Lead (anna) and DBA (chai), at once.",
    };
    (void)state;
    struct buf out = BUF_INIT;
    struct plan *p = tape_plan(
        " MODE=manual TEAM='team: [{ role: ic, title: Canary Lead, name: anna, backup: dao }, "
        "{ role: dba, title: DBA, name: chai }, { role: lead, required: true }]'"
        " APPROVALS='approvals: { start: [ic, dba], resume_after_pause: [lead] }'"
        " WHO='rollback_rules: [{ when: lock, decide: dba, approve: [ic], after: 5m }, "
        "{ when: consensus }]'"
        " LEVELS='escalation: [{ level: L1, roles: [ic], within: 5m }, "
        "{ level: L2, roles: [ic, dba], within: 0s }]' ");
    plan_explain(p, &out);
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        if (!strstr(buf_str(&out), says[i]))
            fail_msg("lacks: %s\n%s", says[i], buf_str(&out));
    buf_free(&out);
    plan_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(explained),
        cmocka_unit_test(TIM_19_to_the_second),
        cmocka_unit_test(scopes_are_told_apart),
        cmocka_unit_test(SCO_3_held_as_long_as_the_process_lives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
