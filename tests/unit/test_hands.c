/* Steps that are more than one call: bursts, work by hand, ramps; on real HTTP and processes. */
#include "unit.h"

#include <math.h>
#include <stdio.h>

#include "hands_unit.h"

#define DONE EVIL_JSON("2", "{}")
#define BAD  EVIL_HEAD("500 Bad", "Content-Length: 0\r\n")
#define USERS                                                                                      \
    "users: [\"${TOKEN_1}\", \"${TOKEN_2}\", \"${TOKEN_3}\", \"${TOKEN_4}\", "                     \
    "\"${TOKEN_5}\"]"
#define BURST(path, more)                                                                          \
    "    - burst: { url: \"URL" path "\", method: POST, json: { query: canary }, " USERS ", " more \
    " }\n"

static const struct evil_row rows[] = {
    {.path = "/q", .how = EVIL_KEEP, .raw = DONE},
    {.path = "/slow", .how = EVIL_KEEP, .raw = DONE, .delay_ms = 100},
    {.path = "/hang", .how = EVIL_HANG},
    {.path = "/most", .how = EVIL_KEEP, .raw = DONE, .times = 95},
    {.path = "/most", .how = EVIL_KEEP, .raw = BAD},
    {.path = "/w", .how = EVIL_KEEP, .raw = EVIL_JSON("13", "{\"weight\":25}")},
};

/* The transcript of all chunks: rows in `out`, the sums returned. */
static const cJSON *transcript(const struct hands *h, cJSON *out)
{
    const cJSON *sums = NULL, *row;
    for (const struct event *ev = h->told.first; ev; ev = ev->next) {
        const cJSON *b = json_obj(ev->body, "burst");
        cJSON_ArrayForEach (row, json_arr(b, "rows"))
            cJSON_AddItemToArray(out, cJSON_Duplicate(row, true));
        sums = b && json_int_or(b, "sent", -1) >= 0 ? b : sums;
    }
    return sums;
}

static void nowhere(const struct hands *h, const char *secret)
{
    for (const struct event *ev = h->told.first; ev; ev = ev->next) {
        struct buf text = BUF_INIT;
        event_json_line(ev, -1, &text);
        if (strstr(buf_str(&text), secret))
            fail_msg("a token stands in %s", buf_str(&text));
        buf_free(&text);
    }
}

/* BST-1, BST-2, BST-4, ACT-4 */
static void bst_100_queries_5_users(void **unused)
{
    (void)unused;
    struct hands h;
    open_hands(&h, BURST("/q", "requests: 100, concurrency: 5"), false);
    start(&h, "a1", "advance");
    assert_string_equal(json_str(end_of(&h, "a1")->body, "outcome"), "verified");
    assert_int_equal(evil_count(&evil, "POST /q", NULL), 100);
    for (int user = 0; user < 5; user++) {
        char want[64];
        const char name[] = {'T', 'O', 'K', 'E', 'N', '_', (char)('1' + user), 0};
        int n = 0;
        str_fmt(want, sizeof want, "Authorization: Bearer %s\r\n", hands_env(NULL, name));
        for (int i = 0; i < evil.n_seen; i++)
            n += strstr(evil.seen[i].head, want) != NULL;
        assert_int_equal(n, 20);
        nowhere(&h, hands_env(NULL, name));
    }
    cJSON *all = cJSON_CreateArray();
    const cJSON *sums = transcript(&h, all), *row;
    assert_int_equal(cJSON_GetArraySize(all), 100);
    int by_user[6] = {0};
    cJSON_ArrayForEach (row, all) {
        assert_true(cJSON_GetArrayItem(row, 0)->valueint >= 0);
        by_user[cJSON_GetArrayItem(row, 1)->valueint]++;
        assert_int_equal(cJSON_GetArrayItem(row, 2)->valueint, 200);
        assert_true(cJSON_GetArrayItem(row, 3)->valueint >= 0);
    }
    for (int user = 1; user <= 5; user++)
        assert_int_equal(by_user[user], 20);
    double pct, avg, p95;
    assert_true(json_num(sums, "success_pct", &pct) && pct == 100);
    assert_true(json_num(sums, "avg_ms", &avg) && json_num(sums, "p95_ms", &p95));
    assert_int_equal(json_int_or(sums, "users", 0), 5);
    cJSON_Delete(all);
    close_hands(&h);
}

/* BST-3: never more at once, never faster than it may. */
static void bst_concurrency_and_rate(void **unused)
{
    (void)unused;
    static const struct {
        const char *steps, *what;
        int n;
    } limits[] = {
        {BURST("/slow", "requests: 10, concurrency: 2"), "POST /slow", 10},
        {BURST("/q", "requests: 10, concurrency: 10, rate: 20"), "POST /q", 10},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct hands h;
        open_hands(&h, limits[i].steps, false);
        mono_t began = mono_now();
        start(&h, "a1", "advance");
        assert_string_equal(json_str(end_of(&h, "a1")->body, "outcome"), "verified");
        assert_int_equal(evil_count(&evil, limits[i].what, NULL), limits[i].n);
        assert_true(mono_since(began) >= 440);
        cJSON *all = cJSON_CreateArray();
        transcript(&h, all);
        for (int k = 0; k + 2 < limits[i].n && i == 1; k++) /* by the times they left */
            assert_true(cJSON_GetArrayItem(cJSON_GetArrayItem(all, k + 2), 0)->valueint >=
                        (k + 2) * 50);
        cJSON_Delete(all);
        close_hands(&h);
    }
}

/* BST-3: all the ways to end it, while every answer hangs. */
static void bst_stops_within_a_second(void **unused)
{
    (void)unused;
    static const char *const ways[] = {"ENGAGED", "UNKNOWN", "key", "rollback"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct hands h;
        hands_switch = SWITCH;
        open_hands(&h, BURST("/hang", "requests: 100, concurrency: 5, timeout: 60s"), false);
        hands_switch = "none";
        kill_switch_is(&h, "OFF");
        start(&h, "a1", "advance");
        assert_true(evil_wait(&evil, "POST /hang", 5, 5000));
        mono_t began = mono_now();
        if (i < 2)
            kill_switch_is(&h, ways[i]);
        else if (i == 2)
            runner_stop(h.runner, "anna: enough");
        else
            start(&h, "a2", "rollback");
        const struct event *ev = end_of(&h, "a1");
        assert_true(mono_since(began) < 1000);
        assert_string_equal(json_str(ev->body, "outcome"), i == 3 ? "superseded" : "failed");
        assert_non_null(strstr(json_str(ev->body, "why"), i < 2    ? "kill switch"
                                                          : i == 2 ? "anna: enough"
                                                                   : "rollback"));
        assert_int_equal(evil_count(&evil, "POST /hang", NULL), 5);
        cJSON *all = cJSON_CreateArray();
        const cJSON *sums = transcript(&h, all);
        assert_true(json_bool_or(sums, "stopped", false));
        assert_int_equal(cJSON_GetArraySize(all), 5); /* sent, not answered: told as such */
        assert_int_equal(json_int_or(sums, "ok", -1), 0);
        cJSON_Delete(all);
        if (i == 3)
            assert_string_equal(json_str(end_of(&h, "a2")->body, "outcome"), "verified");
        close_hands(&h);
    }
}

/* Limits mean exactly what they say: 95 of 100 is not more than 95 %. */
static void bst_limits_are_exact(void **unused)
{
    (void)unused;
    static const struct {
        const char *expect, *outcome;
    } limits[] = {
        {"success_pct: \"> 95\"", "failed"},
        {"success_pct: \">= 95\"", "verified"},
        {"success_pct: \"> 94.9\"", "verified"},
        {"status: 200", "failed"},
        {"success_pct: \"> 94\", p95: \"< 60000\"", "verified"},
        {"success_pct: \"> 94\", p95: \"< 0\"", "failed"},
        {"success_pct: \"> 94\", average: \">= 60000\"", "failed"},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct hands h;
        struct buf steps = BUF_INIT;
        buf_addf(&steps, "%s      expect: { %s }\n",
                 BURST("/most", "requests: 100, concurrency: 8"), limits[i].expect);
        open_hands(&h, buf_str(&steps), false);
        start(&h, "a1", "advance");
        const struct event *ev = end_of(&h, "a1");
        if (strcmp(json_str(ev->body, "outcome"), limits[i].outcome) != 0)
            fail_msg("%s: %s, %s", limits[i].expect, json_str(ev->body, "outcome"),
                     json_str(ev->body, "why"));
        buf_free(&steps);
        close_hands(&h);
    }
}

/* A service that is down is no success, and nobody waits for it. */
static void bst_nobody_there(void **unused)
{
    (void)unused;
    struct hands h;
    open_hands(&h, "    - burst: { url: \"http://127.0.0.1:1/q\", requests: 20, concurrency: 4 }\n",
               false);
    start(&h, "a1", "advance");
    const struct event *ev = end_of(&h, "a1");
    assert_string_equal(json_str(ev->body, "outcome"), "failed");
    assert_non_null(strstr(json_str(ev->body, "why"), "20 of 20 sent, 0% good"));
    close_hands(&h);
}

/* ---- by hand ---- */

#define BY_HAND                                                                                    \
    "    - manual: { role: dba, text: \"ALTER TABLE t DROP INDEX i; -- {{stage.weight}}\" }\n"

/* Starts a1 and pumps until the work is shown. */
static void start_by_hand(struct hands *h)
{
    start(h, "a1", "advance");
    str_copy(h->state->act.id, sizeof h->state->act.id, "a1"); /* as its intent was folded */
    h->state->act.is = ACT_INTENT;
    pump(h);
    assert_int_equal(h->state->hands.is, HAND_MANUAL);
}

static void by_hand_is_done_when_read_back(void **unused)
{
    (void)unused;
    static const struct {
        const char *steps, *word, *outcome, *why;
    } ways[] = {
        {BY_HAND "      verify: { http: { url: \"URL/w\" }, expect: { json: { weight: 25 } } }\n",
         "done", "verified", "read back"},
        {BY_HAND "      verify: { http: { url: \"URL/w\" }, expect: { json: { weight: 3 } }, "
                 "within: 200ms }\n",
         "done", "not_verified", "weight is 25, expected 3"},
        {BY_HAND, "done", "verified", "no verify"},
        {BY_HAND, "failed", "failed", "bob (dba) says it was not done: as shown"},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct hands h;
        open_hands(&h, ways[i].steps, false);
        start_by_hand(&h);
        assert_string_equal(h.state->hands.role, "dba");
        assert_string_equal(h.state->hands.text, "ALTER TABLE t DROP INDEX i; -- 25");
        say(&h, "done", "ic", "a1"); /* another role, another action: not their word */
        say(&h, "done", "dba", "a0");
        assert_true(runner_busy(h.runner));
        assert_int_equal(evil_count(&evil, "", NULL), 0); /* nothing is read before it is said */
        h.state->hands.said = false;
        say(&h, ways[i].word, "dba", "a1");
        const struct event *ev = end_of(&h, "a1");
        if (strcmp(json_str(ev->body, "outcome"), ways[i].outcome) != 0 ||
            !strstr(json_str(ev->body, "why"), ways[i].why))
            fail_msg("way %zu: %s, %s", i, json_str(ev->body, "outcome"),
                     json_str(ev->body, "why"));
        assert_int_equal(h.state->hands.is, HAND_NONE);
        close_hands(&h);
    }
}

/* It waits, and a rollback does not wait for it. */
static void by_hand_blocks_no_rollback(void **unused)
{
    (void)unused;
    struct hands h;
    open_hands(&h, BY_HAND, false);
    start_by_hand(&h);
    start(&h, "a2", "rollback");
    assert_string_equal(json_str(end_of(&h, "a1")->body, "outcome"), "superseded");
    assert_string_equal(json_str(end_of(&h, "a2")->body, "outcome"), "verified");
    say(&h, "done", "dba", "a1"); /* too late: nothing runs */
    assert_false(runner_busy(h.runner));
    close_hands(&h);
}

/* ---- ramp ---- */

#define FALL(over)                                                                                 \
    "  act:\n    - exec: { argv: [sh, -c, \"echo $1 >> FILE\", sh, \"{{stage.weight}}\"] }\n"      \
    "      verify: { exec: { argv: [tail, -n, \"1\", FILE] }, expect: { stdout: "                  \
    "\"{{ramp.weight}}\" }, within: 5s }\n"                                                        \
    "  rollback_gradual:\n    - ramp: { action: act, to: 0, over: " over ", step: 10 }\n"

static char ramp_file[64];

static void open_ramp(struct hands *h, const char *steps)
{
    struct buf text = BUF_INIT;
    str_fmt(ramp_file, sizeof ramp_file, "/tmp/warroom-ramp-%ld", (long)getpid());
    unlink(ramp_file);
    for (const char *p = steps; *p; p++) {
        bool file = !strncmp(p, "FILE", 4);
        buf_adds(&text, file ? ramp_file : (char[]){*p, 0});
        p += file ? 3 : 0;
    }
    open_hands(h, buf_str(&text), false);
    buf_free(&text);
    h->state->weight = 25;
    h->state->stage = 0;
}

static void start_gradual(struct hands *h, const char *id)
{
    struct err e = ERR_INIT;
    struct event *ev = event_new(EV_INTENT, clock_wall(&h->clock), "anna");
    json_add_str(ev->body, "id", id);
    json_add_str(ev->body, "do", "rollback");
    json_add_bool(ev->body, "gradual", true);
    json_add_int(ev->body, "stage_index", 0);
    fold_apply(h->state, ev);
    if (runner_start(h->runner, h->state, h->judge, ev, &e) < 0)
        fail_msg("%s", e.text);
    event_free(ev);
}

static void set_so_far(char *out, size_t size)
{
    FILE *f = fopen(ramp_file, "r");
    size_t n = f ? fread(out, 1, size - 1, f) : 0;
    out[n] = '\0';
    if (f)
        fclose(f);
}

/* RBK-10: 25 to 0 by tens within 30 minutes of the room's clock, each read back. */
static void rbk10_falls_by_steps(void **unused)
{
    (void)unused;
    struct hands h;
    char set[64];
    double weight;
    hands_speed = 1800; /* 30 minutes in a second */
    open_ramp(&h, FALL("30m"));
    hands_speed = 1;
    int64_t began_ms = clock_wall(&h.clock);
    start_gradual(&h, "a1");
    const struct event *ev = end_of(&h, "a1");
    assert_string_equal(json_str(ev->body, "outcome"), "verified");
    assert_true(json_num(ev->body, "weight", &weight) && weight == 0);
    assert_true(ev->t_ms - began_ms >= 30 * 60000);
    set_so_far(set, sizeof set);
    assert_string_equal(set, "15\n5\n0\n");
    double seen[4], last = 25;
    int n = 0;
    for (ev = h.told.first; ev; ev = ev->next)
        if (json_obj(ev->body, "ramp") && json_num(ev->body, "weight", &weight) && n < 4)
            seen[n++] = weight;
    assert_int_equal(n, 3);
    for (int i = 0; i < n; last = seen[i++])
        assert_true(seen[i] < last);
    close_hands(&h);
}

/* Pumps until the first lowering is read back. */
static void until_lowered(struct hands *h)
{
    for (mono_t began = mono_now(); h->state->weight != 15 && mono_since(began) < 20000;) {
        struct pollfd fd = {.fd = runner_fd(h->runner), .events = POLLIN};
        pump(h);
        int64_t wait = runner_wait_ms(h->runner);
        poll(&fd, 1, wait < 0 || wait > 1000 ? 1000 : (int)wait);
    }
    assert_true(h->state->weight == 15);
    assert_int_equal(h->state->hands.is, HAND_RAMP);
}

/* RBK-10: midway it becomes immediate by one more rollback. */
static void rbk10_becomes_immediate(void **unused)
{
    (void)unused;
    struct hands h;
    char set[64];
    open_ramp(&h, FALL("30m"));
    start_gradual(&h, "a1");
    until_lowered(&h);
    mono_t began = mono_now();
    start(&h, "a2", "rollback");
    assert_string_equal(json_str(end_of(&h, "a1")->body, "outcome"), "superseded");
    assert_string_equal(json_str(end_of(&h, "a2")->body, "outcome"), "verified");
    assert_true(mono_since(began) < 5000);
    set_so_far(set, sizeof set);
    assert_string_equal(set, "15\n");
    close_hands(&h);
}

static void rbk10_stops(void **unused)
{
    (void)unused;
    for (int i = 0; i < 2; i++) {
        struct hands h;
        hands_switch = SWITCH;
        open_ramp(&h, FALL("30m"));
        hands_switch = "none";
        kill_switch_is(&h, "UNKNOWN"); /* does not stop what takes traffic away */
        start_gradual(&h, "a1");
        until_lowered(&h);
        if (i == 0)
            kill_switch_is(&h, "ENGAGED");
        else
            runner_stop(h.runner, "anna: enough");
        const struct event *ev = end_of(&h, "a1");
        assert_string_equal(json_str(ev->body, "outcome"), "failed");
        assert_non_null(strstr(json_str(ev->body, "why"), "stopped before 5%, lowering 2 of 3"));
        assert_true(h.state->weight == 15); /* what was read back stands */
        close_hands(&h);
    }
}

/* RBK-11: what follows a rollback runs in its order, each told by its name; one that fails stops
 * neither the next nor the rollback. Nothing follows one that was not read back. */
static void rbk11_follow_ups(void **unused)
{
    (void)unused;
    static const char steps[] =
        "  incident:\n    - http: { method: POST, url: \"URL/q\" }\n"
        "  broken:\n    - exec: { argv: [\"false\"] }\n"
        "  page:\n    - http: { method: PUT, url: \"URL/q\" }\n  act:\n    - exec: { argv: "
        "[\"true\"] }\n";
    static const char *const names[] = {"incident", "broken", "page"};
    struct hands h;
    hands_rollback = "{ mode: automatic, then: [incident, broken, page] }";
    open_hands(&h, steps, false);
    hands_rollback = "{ mode: manual }";
    start(&h, "a1", "rollback");
    assert_string_equal(json_str(end_of(&h, "a1")->body, "outcome"), "verified");
    for (int i = 0; i < 3; i++) {
        char id[16];
        str_fmt(id, sizeof id, "a1+%d", i + 1);
        const struct event *ev = end_of(&h, id);
        double weight;
        assert_string_equal(json_str(ev->body, "follow_up"), names[i]);
        assert_string_equal(json_str(ev->body, "outcome"), i == 1 ? "failed" : "verified");
        assert_false(json_num(ev->body, "weight", &weight));
    }
    assert_int_equal(evil_count(&evil, "POST /q", NULL), 1);
    assert_int_equal(evil_count(&evil, "PUT /q", NULL), 1);
    assert_int_equal(h.state->follow_ups, 3);
    assert_false(runner_busy(h.runner));
    close_hands(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bst_100_queries_5_users),
        cmocka_unit_test(bst_concurrency_and_rate),
        cmocka_unit_test(bst_stops_within_a_second),
        cmocka_unit_test(bst_limits_are_exact),
        cmocka_unit_test(bst_nobody_there),
        cmocka_unit_test(by_hand_is_done_when_read_back),
        cmocka_unit_test(by_hand_blocks_no_rollback),
        cmocka_unit_test(rbk10_falls_by_steps),
        cmocka_unit_test(rbk10_becomes_immediate),
        cmocka_unit_test(rbk10_stops),
        cmocka_unit_test(rbk11_follow_ups),
    };
    evil_start(&evil, rows, sizeof rows / sizeof *rows);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    evil_stop(&evil);
    unlink(ramp_file);
    return failed;
}
