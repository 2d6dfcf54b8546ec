/* Child processes as they come: how each ends, what is kept of its output, and that nothing of its
 * group outlives it.
 * Shows ACT-14. */
#include "unit.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/queue.h"
#include "wire/child.h"

struct end {
    bool timed_out, cancelled, cut;
    int exit_status;
    char *out, *errout;
    size_t out_len;
    char why[200];
};

static void on_done(void *ctx, const struct child_result *r)
{
    struct end *end = xzalloc(1, sizeof *end);
    *end = (struct end){.timed_out = r->timed_out,
                        .cancelled = r->cancelled,
                        .cut = r->cut,
                        .exit_status = r->exit_status,
                        .out = xstrndup(r->out, r->out_len),
                        .errout = xstrdup(r->errout),
                        .out_len = r->out_len};
    str_copy(end->why, sizeof end->why, r->why);
    assert_int_equal(queue_put(ctx, end), 0);
}

static void end_free(void *p)
{
    struct end *end = p;
    if (!end)
        return;
    free(end->out);
    free(end->errout);
    free(end);
}

static struct end *next(struct queue *q)
{
    struct pollfd p = {.fd = queue_fd(q), .events = POLLIN};
    struct end *end;
    while (!(end = queue_take(q)))
        assert_int_equal(poll(&p, 1, 20000), 1);
    return end;
}

static struct end *run(struct children *c, struct queue *q, const char *script, int64_t timeout_ms,
                       size_t most)
{
    char *argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t)script,
                    NULL};
    struct err e = ERR_INIT;
    if (child_run(c, argv, timeout_ms, most, on_done, q, &e) < 0)
        fail_msg("%s", e.text);
    return next(q);
}

static const struct {
    const char *script;
    int64_t timeout_ms;
    size_t most;
    bool timed_out, cut;
    int exit_status;
    const char *out, *errout;
} cases[] = {
    {"echo hello; echo careful >&2", 10000, 0, false, false, 0, "hello\n", "careful\n"},
    {"exit 3", 10000, 0, false, false, 3, "", ""},
    {"kill -9 $$", 10000, 0, false, false, 128 + SIGKILL, "", ""},
    {"cat", 10000, 0, false, false, 0, "", ""},                             /* stdin is empty */
    {"tty >/dev/null; echo $?", 10000, 0, false, false, 0, "1\n", ""},      /* no terminal */
    {"printf abcdef", 10000, 4, false, true, 0, "abcd", ""},                /* output has a limit */
    {"yes | head -c 300000; exit 5", 10000, 3, false, true, 5, "y\ny", ""}, /* and is read on */
    {"echo before; sleep 60", 150, 0, true, false, 128 + SIGTERM, "before\n", ""},
    {"trap '' TERM; echo deaf; while :; do sleep 1; done", 150, 0, true, false, 128 + SIGKILL,
     "deaf\n", ""},
};

static void each_ends_as_it_should(void **unused)
{
    (void)unused;
    struct children *c = children_start(NULL);
    struct queue *q = queue_new(64);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct end *end = run(c, q, cases[i].script, cases[i].timeout_ms, cases[i].most);
        if (end->exit_status != cases[i].exit_status || end->timed_out != cases[i].timed_out ||
            end->cut != cases[i].cut || strcmp(end->out, cases[i].out) != 0 ||
            strcmp(end->errout, cases[i].errout) != 0)
            fail_msg("%s: status %d, timed out %d, cut %d, \"%s\", \"%s\"", cases[i].script,
                     end->exit_status, end->timed_out, end->cut, end->out, end->errout);
        assert_false(end->cancelled);
        assert_int_equal(strstr(end->why, "not finished within 150 ms") != NULL, end->timed_out);
        end_free(end);
    }
    children_stop(c);
    queue_free(q, end_free);
}

static void what_is_not_there_is_not_run(void **unused)
{
    (void)unused;
    struct children *c = children_start(NULL);
    static const char *const names[] = {"no-such-program-here", "/", "/etc/passwd"};
    for (size_t i = 0; i < 3; i++) {
        char *argv[] = {(char *)(uintptr_t)names[i], NULL};
        struct err e = ERR_INIT;
        assert_int_equal(child_run(c, argv, 1000, 0, on_done, NULL, &e), -1);
        assert_non_null(strstr(e.text, names[i]));
    }
    children_stop(c);
}

/* One argument is one argument, whatever stands in it. */
static void no_shell_reads_arguments(void **unused)
{
    (void)unused;
    static const char hostile[] = "$(touch pwned) `id` 'x' \"y\" ; | & > pwned \n *";
    struct children *c = children_start(NULL);
    struct queue *q = queue_new(4);
    char *argv[] = {(char *)(uintptr_t) "printf", (char *)(uintptr_t) "%s",
                    (char *)(uintptr_t)hostile, NULL};
    assert_true(child_run(c, argv, 10000, 0, on_done, q, NULL) > 0);
    struct end *end = next(q);
    assert_string_equal(end->out, hostile);
    assert_int_not_equal(access("pwned", F_OK), 0);
    end_free(end);
    children_stop(c);
    queue_free(q, end_free);
}

static bool alive(const char *pid_text)
{
    char text[16];
    int64_t pid;
    str_copy(text, sizeof text, pid_text);
    text[strcspn(text, "\n")] = '\0';
    assert_int_equal(int_parse(text, 2, 1 << 30, &pid), 0);
    for (mono_t began = mono_now(); kill((pid_t)pid, 0) == 0; poll(NULL, 0, 5))
        if (mono_since(began) > 5000)
            return true;
    return false;
}

/* A grandchild that holds the output holds up nobody, and dies with its group. */
static void a_group_ends_as_one(void **unused)
{
    (void)unused;
    static const struct {
        const char *script;
        int64_t timeout_ms;
    } groups[] = {{"sleep 60 & echo $!", 10000}, {"sleep 60 & echo $!; wait", 150}};
    struct children *c = children_start(NULL);
    struct queue *q = queue_new(4);
    for (size_t i = 0; i < 2; i++) {
        mono_t began = mono_now();
        struct end *end = run(c, q, groups[i].script, groups[i].timeout_ms, 0);
        assert_true(mono_since(began) < 8000);
        assert_false(alive(end->out));
        end_free(end);
    }
    children_stop(c);
    queue_free(q, end_free);
}

static void cancelled_and_stopped_end_at_once(void **unused)
{
    (void)unused;
    struct children *c = children_start(NULL);
    struct queue *q = queue_new(8);
    char *argv[] = {(char *)(uintptr_t) "sleep", (char *)(uintptr_t) "60", NULL};
    int64_t first = child_run(c, argv, 120000, 0, on_done, q, NULL);
    for (int i = 0; i < 3; i++)
        assert_true(child_run(c, argv, 120000, 0, on_done, q, NULL) > first);
    mono_t began = mono_now();
    child_cancel(c, first);
    struct end *end = next(q);
    assert_true(end->cancelled && !end->timed_out);
    end_free(end);
    assert_int_equal(queue_len(q), 0);
    children_stop(c); /* each of the three reports before it returns */
    assert_int_equal(queue_len(q), 3);
    assert_true(mono_since(began) < 5000);
    queue_free(q, end_free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_ends_as_it_should),
        cmocka_unit_test(what_is_not_there_is_not_run),
        cmocka_unit_test(no_shell_reads_arguments),
        cmocka_unit_test(a_group_ends_as_one),
        cmocka_unit_test(cancelled_and_stopped_end_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
