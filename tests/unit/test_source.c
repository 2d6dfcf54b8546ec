/* The ticker against a Prometheus that hangs, fails, stands still and comes back: what becomes of a
 * tick, over real HTTP. */
#include "unit.h"

#include <math.h>

#include "base/json.h"
#include "evil.h"
#include "plan/load.h"
#include "source/source.h"

#define VECTOR(n, v)                                                                               \
    EVIL_JSON(n, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{"       \
                 "\"metric\":{},\"value\":[@time,\"" v "\"]}]}}")

enum { FINE = 1, DOWN, SILENT, STALE };

static const struct evil_row rows[] = {
    {.path = "*", .when = SILENT, .how = EVIL_HANG},
    {.path = "*",
     .when = DOWN,
     .how = EVIL_KEEP,
     .raw = EVIL_HEAD("503 Service Unavailable", "Content-Length: 4\r\n") "away"},
    {.path = "/api/v1/query", .has = "query=slow", .how = EVIL_HANG},
    {.path = "/api/v1/query",
     .has = "query=age",
     .when = STALE,
     .how = EVIL_KEEP,
     .raw = VECTOR("107", "100")},
    {.path = "/api/v1/query", .has = "query=age", .how = EVIL_KEEP, .raw = VECTOR("105", "1")},
    {.path = "/api/v1/query", .how = EVIL_KEEP, .raw = VECTOR("105", "7")},
    {.path = "/api/v1/query_range",
     .has = "query=good",
     .how = EVIL_KEEP,
     .raw = EVIL_HEAD("500 No", "Content-Length: 0\r\n")},
    {.path = "/api/v1/query_range",
     .how = EVIL_KEEP,
     .raw = EVIL_JSON(
         "67", "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}")},
    {.path = "/api/v1/alerts",
     .how = EVIL_KEEP,
     .raw = EVIL_JSON("42", "{\"status\":\"success\",\"data\":{\"alerts\":[]}} ")},
};

static struct evil evil;

struct eyes {
    struct plan *plan;
    struct http *http;
    struct clock clock;
    struct source *source;
    struct queue *q;
};

static const char *no_env(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
    return NULL;
}

static struct plan *make_plan(const char *metrics)
{
    static const struct plan_env env = {no_env, NULL, false};
    struct buf text = BUF_INIT, errors = BUF_INIT;
    buf_addf(&text,
             "version: 1\nname: eyes\ntitle: eyes\ntick: 1s\nrollback: { mode: log_only }\n"
             "kill_switch: none\nprometheus: { url: \"http://127.0.0.1:%d\", timeout: 1s, "
             "backfill: 1m, freshness: age }\n"
             "alerts:\n  - { from: prometheus, match: { a: b }, then: hold }\n"
             "metrics:\n%sstages:\n  - { name: S, weight: 1, duration: 1m }\n",
             evil.port, metrics);
    struct plan *p = plan_load_text(text.p, text.len, "eyes.yaml", &env, &errors);
    if (!p)
        fail_msg("%s", errors.p);
    buf_free(&text);
    buf_free(&errors);
    return p;
}

#define GOOD "  - { id: good, title: good, query: good }\n"
#define SLOW "  - { id: slow, title: slow, query: slow }\n"

/* Twenty ticks a second. */
static void open_eyes(struct eyes *y, const char *metrics, int state)
{
    struct err e = ERR_INIT;
    evil_reset(&evil, state);
    *y = (struct eyes){.plan = make_plan(metrics), .clock = clock_make(20), .q = queue_new(4096)};
    y->http = http_start(4, &e);
    y->source = source_start(y->plan, y->http, &y->clock, NULL, NULL, y->q, &e);
    assert_non_null(y->source);
}

static void free_one(void *ev)
{
    event_free(ev);
}

static void stop_eyes(struct eyes *y)
{
    mono_t stopping = mono_now();
    source_stop(y->source);
    http_stop(y->http);
    assert_true(mono_since(stopping) < 5000); /* however much hangs */
}

static void drop_eyes(struct eyes *y)
{
    source_free(y->source);
    queue_free(y->q, free_one);
    plan_free(y->plan);
}

static void close_eyes(struct eyes *y)
{
    stop_eyes(y);
    drop_eyes(y);
}

/* The next event of that kind; the caller frees it. */
static struct event *next(struct eyes *y, enum event_kind kind)
{
    struct pollfd p = {.fd = queue_fd(y->q), .events = POLLIN};
    for (;;) {
        struct event *ev = queue_take(y->q);
        if (ev && ev->kind == kind)
            return ev;
        if (!ev && poll(&p, 1, 10000) != 1)
            fail_msg("no %s came", event_word(kind));
        event_free(ev);
    }
}

/* The next word of Prometheus about itself is `state`; a backfill is none. */
static void expect_source(struct eyes *y, const char *state, const char *why)
{
    struct event *ev = next(y, EV_SOURCE);
    while (!json_str(ev->body, "state")) {
        event_free(ev);
        ev = next(y, EV_SOURCE);
    }
    assert_string_equal(json_str(ev->body, "state"), state);
    if (!strstr(json_str_or(ev->body, "why", ""), why))
        fail_msg("%s: \"%s\"", state, json_str_or(ev->body, "why", ""));
    event_free(ev);
}

/* Value of a series in a tick, or NaN with its reason. */
static double value(const struct event *tick, const char *id, const char **why)
{
    const cJSON *v = json_obj(tick->body, "v");
    double x;
    *why = json_str_or(json_obj(tick->body, "why"), id, "");
    assert_non_null(cJSON_GetObjectItemCaseSensitive(v, id));
    return json_num(v, id, &x) ? x : NAN;
}

static void one_that_hangs_holds_up_no_other(void **unused)
{
    (void)unused;
    struct eyes y;
    const char *why;
    open_eyes(&y, GOOD SLOW, FINE);
    mono_t start = mono_now();
    struct event *ev = next(&y, EV_TICK);
    assert_true(mono_since(start) < 10000);
    assert_true(value(ev, "1", &why) == 7);
    assert_true(isnan(value(ev, "2", &why)));
    assert_non_null(strstr(why, "answer"));
    assert_null(json_str(ev->body, "blind"));
    event_free(ev);
    close_eyes(&y);
}

static const char *time_of(const struct evil_seen *s, char *out, size_t size)
{
    const char *t = strstr(s->path, "time=");
    str_fmt(out, size, "%.*s", t ? (int)strcspn(t, "&") : 0, t ? t : "");
    return out;
}

/* How many questions named this time. */
static int asked_for(int64_t t_ms)
{
    char want[40], now[40];
    int n = 0;
    str_fmt(want, sizeof want, "time=%lld.%03d", (long long)(t_ms / 1000), (int)(t_ms % 1000));
    pthread_mutex_lock(&evil.lock);
    for (int i = 0; i < evil.n_seen; i++)
        n += evil_is(&evil.seen[i], "/api/v1/query") &&
             !strcmp(time_of(&evil.seen[i], now, sizeof now), want);
    pthread_mutex_unlock(&evil.lock);
    return n;
}

/* All questions of a tick name the same time, and the tick carries it. */
static void one_tick_one_time(void **unused)
{
    (void)unused;
    struct eyes y;
    const char *why;
    open_eyes(&y, GOOD "  - { id: more, title: more, query: more }\n", FINE);
    struct event *ev = next(&y, EV_TICK);
    while (value(ev, "1", &why) != 7 || value(ev, "2", &why) != 7) {
        event_free(ev);
        ev = next(&y, EV_TICK);
    }
    assert_int_equal(asked_for(ev->t_ms), 3); /* both metrics and the freshness */
    event_free(ev);
    close_eyes(&y);
}

/* The other side (A/B) is asked with the same time, under a series of its own; when it hangs, the
 * metric's own value stands. */
static void both_sides_are_asked_at_once(void **unused)
{
    (void)unused;
    struct eyes y;
    const char *why;
    open_eyes(&y,
              "  - { id: two, title: two, query: good, compare: other, scale: 10 }\n"
              "  - { id: half, title: half, query: good, compare: slow }\n",
              FINE);
    struct event *ev = next(&y, EV_TICK);
    while (value(ev, "1", &why) != 70 || value(ev, "3", &why) != 70) {
        event_free(ev);
        ev = next(&y, EV_TICK);
    }
    assert_int_equal(asked_for(ev->t_ms), 5); /* two sides of two metrics, the freshness */
    assert_true(value(ev, "2", &why) == 7);
    assert_true(isnan(value(ev, "4", &why)));
    assert_non_null(strstr(why, "answer"));
    event_free(ev);
    close_eyes(&y);
}

static void set_state(int state)
{
    pthread_mutex_lock(&evil.lock);
    evil.state = state;
    pthread_mutex_unlock(&evil.lock);
}

/* Fine, down, silent, fine again: said once each; a value of before never stands for now. */
static void outages_are_told_and_so_is_the_return(void **unused)
{
    (void)unused;
    static const struct {
        int state;
        const char *says, *why, *value_why;
    } story[] = {{FINE, "ok", "", NULL},
                 {DOWN, "blind", "503", "503"},
                 {FINE, "ok", "", NULL},
                 {SILENT, "blind", "", "answer"},
                 {FINE, "ok", "", NULL}};
    struct eyes y;
    open_eyes(&y, GOOD, story[0].state);
    for (size_t i = 0; i < sizeof story / sizeof *story; i++) {
        const char *why;
        set_state(story[i].state);
        expect_source(&y, story[i].says, story[i].why);
        if (!story[i].value_why)
            event_free(next(&y, EV_TICK)); /* it came back in the middle of that one */
        struct event *ev = next(&y, EV_TICK);
        double v = value(ev, "1", &why);
        assert_true(story[i].value_why ? isnan(v) : v == 7);
        if (story[i].value_why && !strstr(why, story[i].value_why))
            fail_msg("%zu: \"%s\"", i, why);
        assert_true((json_str(ev->body, "blind") != NULL) == (story[i].value_why != NULL));
        event_free(ev);
    }
    close_eyes(&y);
}

/* Prometheus answers, but what it scrapes has stopped: nothing it says is live. */
static void old_scrapes_are_no_data(void **unused)
{
    (void)unused;
    struct eyes y;
    const char *why;
    open_eyes(&y, GOOD, STALE);
    struct event *ev = next(&y, EV_TICK);
    while (!isnan(value(ev, "1", &why))) { /* until its interval is known it may be old */
        event_free(ev);
        ev = next(&y, EV_TICK);
    }
    assert_string_equal(why, "newest scrape is 100 s old");
    event_free(ev);
    close_eyes(&y);
}

/* One metric's history fails: the other's is there, and so is the first tick. */
static void history_that_fails_is_left_out(void **unused)
{
    (void)unused;
    struct eyes y;
    open_eyes(&y, GOOD "  - { id: more, title: more, query: more }\n", FINE);
    struct event *ev = next(&y, EV_SOURCE);
    while (strcmp(json_str_or(ev->body, "op", ""), "backfill") != 0) {
        event_free(ev);
        ev = next(&y, EV_SOURCE);
    }
    assert_null(json_arr(json_obj(ev->body, "v"), "1"));
    assert_int_equal(json_int_or(ev->body, "n", 0), 60);
    event_free(ev);
    event_free(next(&y, EV_TICK));
    close_eyes(&y);
}

/* MET-14: a metric with a longer `every` is asked at its own pace, all of them at the first tick.
 */
static void MET_14_each_at_its_own_pace(void **unused)
{
    (void)unused;
    struct eyes y;
    open_eyes(&y, GOOD "  - { id: rare, title: rare, query: rare, every: 3s }\n", FINE);
    for (int i = 0; i < 7; i++) {
        struct event *ev = next(&y, EV_TICK);
        const cJSON *v = json_obj(ev->body, "v");
        assert_true(cJSON_HasObjectItem(v, "1"));
        if (cJSON_HasObjectItem(v, "2") != (i % 3 == 0))
            fail_msg("tick %d: %s", i, cJSON_HasObjectItem(v, "2") ? "asked" : "not asked");
        event_free(ev);
    }
    close_eyes(&y);
}

/* At once, and what was being asked is no tick without data. */
static void stops_while_all_hangs(void **unused)
{
    (void)unused;
    struct eyes y;
    open_eyes(&y, GOOD SLOW, SILENT);
    assert_true(evil_wait(&evil, "/api/v1/query", 2, 5000));
    stop_eyes(&y);
    for (struct event *ev; (ev = queue_take(y.q)); event_free(ev))
        assert_true(ev->kind != EV_TICK && ev->kind != EV_ALERT);
    drop_eyes(&y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_hangs_holds_up_no_other),
        cmocka_unit_test(one_tick_one_time),
        cmocka_unit_test(both_sides_are_asked_at_once),
        cmocka_unit_test(outages_are_told_and_so_is_the_return),
        cmocka_unit_test(old_scrapes_are_no_data),
        cmocka_unit_test(history_that_fails_is_left_out),
        cmocka_unit_test(MET_14_each_at_its_own_pace),
        cmocka_unit_test(stops_while_all_hangs),
    };
    evil_start(&evil, rows, sizeof rows / sizeof *rows);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    evil_stop(&evil);
    return failed;
}
