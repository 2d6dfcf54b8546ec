/* Followed log files: real files that grow, are rotated, truncated, flooded; and what the state
 * makes of them. */
#include "unit.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/dlog.h"
#include "base/json.h"
#include "fold/fold.h"
#include "plan/load.h"
#include "source/follow.h"

static char path[80];

static const char *no_env(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
    return NULL;
}

struct tail {
    struct plan *plan;
    struct state *state;
    struct queue *inbox;
    struct clock clock;
    struct follow *follow;
    struct event_list told;
};

static void open_tail(struct tail *t, const char *more)
{
    static const struct plan_env env = {no_env, NULL, false};
    struct buf text = BUF_INIT, errors = BUF_INIT;
    struct err e = ERR_INIT;
    buf_addf(
        &text,
        "version: 1\nname: logs\ntitle: x\nrollback: { mode: log_only }\nkill_switch: none\n"
        "prometheus: { url: \"http://127.0.0.1:1\" }\nmetrics: [ { id: m, title: m, query: m } ]"
        "\nstages: [ { name: S, duration: 5m } ]\nlogs: [ { file: %s, title: worker%s } ]\n",
        path, more);
    *t = (struct tail){.plan = plan_load_text(text.p, text.len, "logs.yaml", &env, &errors),
                       .clock = clock_make(1),
                       .inbox = queue_new(4096)};
    if (!t->plan)
        fail_msg("%s%s", text.p, errors.p);
    t->state = state_new(t->plan);
    event_list_init(&t->told);
    t->follow = follow_start(t->plan, &t->clock, t->inbox, &e);
    assert_non_null(t->follow);
    buf_free(&text);
    buf_free(&errors);
}

static void free_item(void *ev)
{
    event_free(ev);
}

static void close_tail(struct tail *t)
{
    follow_stop(t->follow);
    queue_free(t->inbox, free_item);
    event_list_free(&t->told);
    state_free(t->state);
    plan_free(t->plan);
}

static void take(struct tail *t)
{
    for (struct event *ev; (ev = queue_take(t->inbox));) {
        fold_apply(t->state, ev);
        event_list_add(&t->told, ev);
    }
}

static const struct event *find(const struct tail *t, const char *op, const char *text)
{
    for (const struct event *ev = t->told.first; ev; ev = ev->next)
        if (!strcmp(json_str_or(ev->body, "op", ""), op) &&
            strstr(json_str_or(ev->body, "text", ""), text))
            return ev;
    return NULL;
}

/* Waits for an event, at most so long; the real ms it took. */
static int64_t until(struct tail *t, const char *op, const char *text)
{
    mono_t began = mono_now();
    for (take(t); !find(t, op, text) && mono_since(began) < 10000; take(t)) {
        struct pollfd fd = {.fd = queue_fd(t->inbox), .events = POLLIN};
        poll(&fd, 1, 1000);
    }
    if (!find(t, op, text))
        fail_msg("no %s with \"%s\" within 10 s", op, text);
    return mono_since(began);
}

static void say(const char *mode, const char *text)
{
    FILE *f = fopen(path, mode);
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* ACT-16: what is new is seen within a second; what stood there before is not new; the filter takes
 * any of its words. */
static void act16_new_lines(void **unused)
{
    (void)unused;
    struct tail t;
    say("w", "canary before the start\n");
    open_tail(&t, ", words: [hierarchical, canary]");
    say("a", "nothing of ours\nthe Canary sings\n");
    assert_true(until(&t, "log_line", "the Canary sings") < 1000);
    say("a", "routed: hierarchical=1\nhalf a can");
    until(&t, "log_line", "hierarchical=1");
    say("a", "ary\x1b[31m red\n");
    until(&t, "log_line", "half a canary red"); /* joined, and clean of control characters */
    assert_null(find(&t, "log_line", "nothing of ours"));
    assert_null(find(&t, "log_line", "before the start"));
    assert_int_equal(t.state->follow.logs[0].lines, 3);
    close_tail(&t);
}

/* ACT-16: rotation keeps what was written last and what is written first; truncation begins anew.
 */
static void act16_rotation(void **unused)
{
    (void)unused;
    char old[100];
    struct tail t;
    str_fmt(old, sizeof old, "%s.1", path);
    say("w", "");
    open_tail(&t, "");
    say("a", "first\n");
    until(&t, "log_line", "first");
    say("a", "last words\n");
    assert_int_equal(rename(path, old), 0);
    say("w", "in the new file\n");
    until(&t, "log_line", "last words");
    assert_true(until(&t, "log_line", "in the new file") < 2000);
    say("w", "short\n"); /* truncated: shorter than it was */
    until(&t, "log_line", "short");
    assert_int_equal(unlink(path), 0);
    say("w", "once more\n");
    until(&t, "log_line", "once more");
    unlink(old);
    close_tail(&t);
}

/* ACT-10: five marks in their order; one before its turn is told as such and does not count. */
static void act10_marks(void **unused)
{
    (void)unused;
    static const char *const lines[] = {"claim attempted",    "kill switch passed", "claimed",
                                        "kill switch passed", "executing",          "index added"};
    struct tail t;
    say("w", "");
    open_tail(&t, ", words: [nothing], expect: [claim attempted, claimed, kill switch passed, "
                  "executing, added]");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char line[80];
        str_fmt(line, sizeof line, "12:00:0%zu INFO %s\n", i, lines[i]);
        say("a", line);
    }
    until(&t, "log_mark", "added");
    assert_int_equal(t.state->follow.logs[0].marks, 5);
    assert_int_equal(t.state->follow.logs[0].early, 1u << 2);
    int64_t next = 1;
    for (const struct event *ev = t.told.first; ev; ev = ev->next)
        if (!strcmp(json_str_or(ev->body, "op", ""), "log_mark") &&
            !json_bool_or(ev->body, "early", false))
            assert_int_equal(json_int_or(ev->body, "mark", 0), next++);
    assert_int_equal(next, 6);
    close_tail(&t);
}

/* ACT-10: an ERROR line is there at once, whatever the words; ERRORS and MY_ERROR_CODE are none. */
static void act10_error_at_once(void **unused)
{
    (void)unused;
    struct tail t;
    say("w", "");
    open_tail(&t, ", words: [nothing]");
    say("a", "ERRORS: 0\nMY_ERROR_CODE=3\n[ERROR] claim lost, token "
             "sesame-log"
             "\n");
    assert_true(until(&t, "log_line", "claim lost") < 1000);
    assert_int_equal(t.state->follow.logs[0].errors, 1);
    assert_int_equal(t.state->follow.logs[0].lines, 1);
    const struct event *ev = find(&t, "log_line", "claim lost");
    assert_true(json_bool_or(ev->body, "error", false));
    struct buf line = BUF_INIT;
    event_log_line(ev, -1, &line);
    assert_non_null(strstr(buf_str(&line), "worker | [ERROR] claim lost"));
    assert_null(strstr(buf_str(&line), "sesame-log")); /* a known secret is masked */
    buf_free(&line);
    close_tail(&t);
}

/* A flood is bounded and counted, and errors still come through. */
static void floods_are_bounded(void **unused)
{
    (void)unused;
    struct tail t;
    struct buf flood = BUF_INIT;
    say("w", "");
    open_tail(&t, "");
    for (int i = 0; i < 3000; i++)
        buf_addf(&flood, "line %d\n", i);
    buf_adds(&flood, "ERROR in the middle of it\n");
    say("a", flood.p);
    until(&t, "log_line", "ERROR in the middle");
    until(&t, "log_lost", "");
    assert_true(t.state->follow.logs[0].lines <= 60);
    assert_true(t.state->follow.logs[0].lost >= 2900);
    buf_free(&flood);
    close_tail(&t);
}

/* A file that is not there is told; it is read from its beginning when it comes. */
static void absent_and_there(void **unused)
{
    (void)unused;
    struct tail t;
    unlink(path);
    open_tail(&t, "");
    take(&t);
    assert_true(t.state->follow.logs[0].absent);
    say("w", "born\n");
    until(&t, "log_line", "born");
    assert_false(t.state->follow.logs[0].absent);
    close_tail(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(act16_new_lines),    cmocka_unit_test(act16_rotation),
        cmocka_unit_test(act10_marks),        cmocka_unit_test(act10_error_at_once),
        cmocka_unit_test(floods_are_bounded), cmocka_unit_test(absent_and_there),
    };
    str_fmt(path, sizeof path, "/tmp/warroom-follow-%ld.log", (long)getpid());
    secret_add("sesame-log");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
