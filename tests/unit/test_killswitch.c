/* The kill switch fails closed, and a flip is only what is read back.
 * Shows KIL-2 KIL-5 KIL-9 KIL-10. */
#include "unit.h"

#include "action/killswitch.h"
#include "base/json.h"
#include "evil.h"
#include "event/event.h"

static void only_false_is_off(void **unused)
{
    (void)unused;
    static const struct {
        enum http_end end;
        int status;
        const char *body;
        enum ks_answer is;
    } rows[] = {
        {HTTP_ANSWERED, 200, "{\"global_active\":false}", KS_ANSWER_OFF},
        {HTTP_ANSWERED, 200, "{\"global_active\":true}", KS_ANSWER_ON},
        {HTTP_ANSWERED, 200, "{\"global_active\":\"false\"}", KS_ANSWER_UNKNOWN},
        {HTTP_ANSWERED, 200, "{\"global_active\":0}", KS_ANSWER_UNKNOWN},
        {HTTP_ANSWERED, 200, "{\"global_active\":null}", KS_ANSWER_UNKNOWN},
        {HTTP_ANSWERED, 200, "{\"global_active\":[]}", KS_ANSWER_UNKNOWN},
        {HTTP_ANSWERED, 200, "{\"Global_Active\":false}", KS_ANSWER_UNKNOWN},
        {HTTP_ANSWERED, 200, "{}", KS_ANSWER_UNKNOWN},
        {HTTP_ANSWERED, 200, "false", KS_ANSWER_UNKNOWN},
        {HTTP_ANSWERED, 200, "{\"global_active\":fal", KS_ANSWER_UNKNOWN},
        {HTTP_ANSWERED, 200, "", KS_ANSWER_UNKNOWN},
        {HTTP_ANSWERED, 200, "<html>", KS_ANSWER_UNKNOWN},
        {HTTP_ANSWERED, 500, "{\"global_active\":false}", KS_ANSWER_UNKNOWN},
        {HTTP_ANSWERED, 302, "{\"global_active\":false}", KS_ANSWER_UNKNOWN},
        {HTTP_NO_ANSWER, 200, "{\"global_active\":false}", KS_ANSWER_UNKNOWN},
        {HTTP_REFUSED, 0, "", KS_ANSWER_UNKNOWN},
        {HTTP_CANCELLED, 0, "", KS_ANSWER_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct http_reply r = {.end = rows[i].end,
                               .status = rows[i].status,
                               .body = rows[i].body,
                               .body_len = strlen(rows[i].body)};
        char why[120] = "";
        enum ks_answer is = killswitch_read(&r, "global_active", why, sizeof why);
        if (is != rows[i].is || (is == KS_ANSWER_UNKNOWN && !*why))
            fail_msg("row %zu: %d, \"%s\"", i, is, why);
    }
}

#define JSON(text, n) "HTTP/1.1 200 OK\r\nContent-Length: " n "\r\n\r\n" text

static const struct evil_row rows[] = {
    {.path = "/on", .how = EVIL_KEEP, .raw = JSON("{\"a\":true}", "10")},
    {.path = "/off", .how = EVIL_KEEP, .raw = JSON("{\"a\":false}", "11")},
    {.path = "/flip", .how = EVIL_KEEP, .raw = JSON("{}", "2")},
    {.path = "/hang", .how = EVIL_HANG, .raw = ""},
};

static struct evil evil;

static char *url(const char *path)
{
    struct buf b = BUF_INIT;
    buf_addf(&b, "http://127.0.0.1:%d%s", evil.port, path);
    return buf_take(&b);
}

static char *text(const char *s)
{
    return (char *)(uintptr_t)s;
}

struct room {
    struct plan plan;
    struct ks_scope scope;
    struct clock clock;
    struct queue *q;
    struct killswitch *ks;
};

static void open_room(struct room *r, const char *status, const char *flip)
{
    struct http_call read = {.method = text("GET"),
                             .url = url(status),
                             .token = text(""),
                             .ca_file = text(""),
                             .timeout_ms = 300};
    struct http_call put = {.method = text("PUT"),
                            .url = url(flip),
                            .token = text(""),
                            .ca_file = text(""),
                            .timeout_ms = 300,
                            .body = text("{\"on\":true}"),
                            .is_json = true};
    *r = (struct room){.scope = {.name = text("global"),
                                 .status = read,
                                 .engage = put,
                                 .release = put,
                                 .read_path = text("a")}};
    r->plan =
        (struct plan){.has_kill_switch = true, .ks = &r->scope, .n_ks = 1, .ks_every_ms = 100};
    r->clock = clock_make(1);
    r->q = queue_new(512);
    r->ks = killswitch_start(&r->plan, &r->clock, false, r->q, NULL);
    assert_non_null(r->ks);
}

static void free_ev(void *ev)
{
    event_free(ev);
}

static void close_room(struct room *r)
{
    killswitch_stop(r->ks);
    queue_free(r->q, free_ev);
    free(r->scope.status.url);
    free(r->scope.engage.url);
}

/* Waits for an event of a kind whose `key` has this value. */
static void expect(struct room *r, enum event_kind kind, const char *key, const char *value,
                   int64_t within_ms)
{
    mono_t start = mono_now();
    while (mono_since(start) < within_ms) {
        struct event *ev = queue_take(r->q);
        struct pollfd p = {.fd = queue_fd(r->q), .events = POLLIN};
        if (!ev) {
            poll(&p, 1, 50);
            continue;
        }
        bool hit = ev->kind == kind && !strcmp(json_str_or(ev->body, key, ""), value);
        event_free(ev);
        if (hit)
            return;
    }
    fail_msg("no event %s with %s=%s", event_word(kind), key, value);
}

static void a_flip_is_read_back(void **unused)
{
    (void)unused;
    struct room r;
    open_room(&r, "/on", "/flip");
    expect(&r, EV_KILL_SWITCH, "state", "ENGAGED", 2000);
    killswitch_flip(r.ks, true, "a1", "anna");
    expect(&r, EV_OBSERVED, "outcome", "verified", 2000);
    close_room(&r);
}

static void a_lie_is_told(void **unused)
{
    (void)unused;
    struct room r;
    struct buf manual = BUF_INIT;
    open_room(&r, "/off", "/flip");
    expect(&r, EV_KILL_SWITCH, "state", "OFF", 2000);
    int before = evil_count(&evil, "PUT /flip", NULL);
    killswitch_flip(r.ks, true, "a1", "anna");
    expect(&r, EV_KILL_SWITCH, "state", "FAILED", 8000); /* 5 s, CONTRACT 7 */
    expect(&r, EV_OBSERVED, "outcome", "not_verified", 1000);
    int tried = evil_count(&evil, "PUT /flip", NULL);
    assert_true(tried - before >= 5);                            /* each half second */
    assert_true(evil_wait(&evil, "PUT /flip", tried + 3, 4000)); /* and on, until it is true */
    killswitch_manual(&r.plan, true, &manual);
    assert_non_null(strstr(manual.p, "curl -sS -X PUT"));
    buf_free(&manual);
    close_room(&r);
}

/* A status that hangs is UNKNOWN, and does not keep the flip from the wire. */
static void a_hang_is_unknown_and_holds_up_no_flip(void **unused)
{
    (void)unused;
    struct room r;
    open_room(&r, "/hang", "/flip");
    expect(&r, EV_KILL_SWITCH, "state", "UNKNOWN", 3000);
    int before = evil_count(&evil, "PUT /flip", NULL);
    killswitch_flip(r.ks, true, "a1", "anna");
    assert_true(evil_wait(&evil, "PUT /flip", before + 1, 250));
    close_room(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_false_is_off),
        cmocka_unit_test(a_flip_is_read_back),
        cmocka_unit_test(a_lie_is_told),
        cmocka_unit_test(a_hang_is_unknown_and_holds_up_no_flip),
    };
    evil_start(&evil, rows, sizeof rows / sizeof *rows);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    evil_stop(&evil);
    return failed;
}
