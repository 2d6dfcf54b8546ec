/* The transport against a server that misbehaves: each row says how it must end.
 * Shows SEC-3 MET-13. */
#include "unit.h"

#include "base/clock.h"
#include "base/queue.h"
#include "evil.h"
#include "wire/http.h"

#define HEAD(n) "HTTP/1.1 200 OK\r\nContent-Length: " n "\r\n\r\n"

static const struct evil_row rows[] = {
    {.path = "/ok", .how = EVIL_KEEP, .raw = HEAD("2") "ok"},
    {.path = "/once", .how = EVIL_RESET},
    {.path = "/close", .how = EVIL_CLOSE, .raw = ""},
    {.path = "/hang", .how = EVIL_HANG, .raw = ""},
    {.path = "/drip", .how = EVIL_DRIP, .raw = HEAD("400") "slow"},
    {.path = "/short", .how = EVIL_ANSWER, .raw = HEAD("50") "only this"},
    {.path = "/half", .how = EVIL_ANSWER, .raw = "HTTP/1.1 200 OK\r\nContent-Le"},
    {.path = "/noise", .how = EVIL_ANSWER, .raw = "\x16\x03\x01 what is this\r\n\r\n"},
    {.path = "/chunk",
     .how = EVIL_ANSWER,
     .raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx"},
    {.path = "/gzip",
     .how = EVIL_ANSWER,
     .raw = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"},
    {.path = "/moved",
     .how = EVIL_ANSWER,
     .raw = "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n"},
    {.path = "/500", .how = EVIL_ANSWER, .raw = "HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\nboom"},
    {.path = "/large",
     .how = EVIL_ANSWER,
     .raw = HEAD("200") "0123456789012345678901234567890123456789012345678901234567890123456789"
                        "0123456789012345678901234567890123456789012345678901234567890123456789"
                        "012345678901234567890123456789012345678901234567890123456789"},
};

struct seen {
    enum http_end end;
    int status;
    char body[64], why[200];
    int64_t ms;
};

static struct evil evil;

static void on_reply(void *ctx, const struct http_reply *r)
{
    struct seen *s = xzalloc(1, sizeof *s);
    *s = (struct seen){.end = r->end, .status = r->status, .ms = r->ms};
    str_copy(s->body, sizeof s->body, r->body);
    str_copy(s->why, sizeof s->why, r->why);
    assert_int_equal(queue_put(ctx, s), 0);
}

static struct seen wait_for(struct queue *q)
{
    struct pollfd p = {.fd = queue_fd(q), .events = POLLIN};
    struct seen *s;
    while (!(s = queue_take(q)))
        assert_int_equal(poll(&p, 1, 10000), 1);
    struct seen out = *s;
    free(s);
    return out;
}

static struct seen ask(struct http *h, struct queue *q, const char *path, int64_t timeout_ms)
{
    char url[100];
    struct err e = ERR_INIT;
    str_fmt(url, sizeof url, "http://127.0.0.1:%d%s", evil.port, path);
    struct http_request r = {
        .method = "GET", .url = url, .timeout_ms = timeout_ms, .max_body = 100};
    if (http_send(h, &r, on_reply, q, &e) < 0)
        fail_msg("%s", e.text);
    return wait_for(q);
}

static void each_fault_ends_as_it_should(void **unused)
{
    (void)unused;
    static const struct {
        const char *path;
        enum http_end end;
        int status;
        const char *why;
    } want[] = {
        {"/ok", HTTP_ANSWERED, 200, ""},
        {"/close", HTTP_NO_ANSWER, 0, "127.0.0.1"},
        {"/hang", HTTP_NO_ANSWER, 0, "within 150 ms"},
        {"/drip", HTTP_NO_ANSWER, -1, "within 150 ms"},
        {"/short", HTTP_NO_ANSWER, 200, "only part"},
        {"/half", HTTP_NO_ANSWER, -1, "only part"},
        {"/noise", HTTP_NO_ANSWER, 0, ""},
        {"/chunk", HTTP_NO_ANSWER, 200, ""},
        {"/gzip", HTTP_NO_ANSWER, 200, ""},
        {"/moved", HTTP_ANSWERED, 302, ""},
        {"/500", HTTP_ANSWERED, 500, ""},
        {"/large", HTTP_NO_ANSWER, 200, "larger than 100"},
    };
    struct http *h = http_start(2, NULL);
    struct queue *q = queue_new(8);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        struct seen s = ask(h, q, want[i].path, 150);
        if (s.end != want[i].end || (want[i].status >= 0 && s.status != want[i].status) ||
            !strstr(s.why, want[i].why))
            fail_msg("%s: end %d, status %d, \"%s\"", want[i].path, s.end, s.status, s.why);
    }
    http_stop(h);
    queue_free(q, free);
}

static void refused_means_nothing_was_sent(void **unused)
{
    (void)unused;
    struct http *h = http_start(1, NULL);
    struct queue *q = queue_new(8);
    struct http_request r = {.method = "POST", .url = "http://127.0.0.1:1/x", .timeout_ms = 500};
    assert_true(http_send(h, &r, on_reply, q, NULL) > 0);
    struct seen s = wait_for(q);
    assert_int_equal(s.end, HTTP_REFUSED);
    assert_non_null(strstr(s.why, "127.0.0.1:1: connection refused"));
    http_stop(h);
    queue_free(q, free);
}

static void a_token_stays_home(void **unused)
{
    (void)unused;
    struct http *h = http_start(1, NULL);
    struct err e = ERR_INIT;
    struct http_request r = {
        .method = "GET", .url = "http://example.org/", .token = "secret-token"};
    assert_int_equal(http_send(h, &r, on_reply, NULL, &e), -1);
    assert_non_null(strstr(e.text, "plain http"));
    assert_null(strstr(e.text, "secret"));
    r.url = "ftp://127.0.0.1/";
    r.token = NULL;
    assert_int_equal(http_send(h, &r, on_reply, NULL, &e), -1);
    http_stop(h);
}

/* Hanging transfers fill one transport; another one's answer does not wait for them. */
static void a_hang_holds_up_only_its_own(void **unused)
{
    (void)unused;
    struct http *busy = http_start(2, NULL), *other = http_start(1, NULL);
    struct queue *q = queue_new(64), *q2 = queue_new(8);
    char url[100];
    str_fmt(url, sizeof url, "http://127.0.0.1:%d/hang", evil.port);
    struct http_request r = {.method = "GET", .url = url, .timeout_ms = 60000};
    for (int i = 0; i < 8; i++)
        assert_true(http_send(busy, &r, on_reply, q, NULL) > 0);
    struct seen s = ask(other, q2, "/ok", 1000);
    assert_int_equal(s.end, HTTP_ANSWERED);
    assert_true(s.ms < 500);
    mono_t stopping = mono_now();
    http_stop(busy); /* cancels all eight, and each callback runs */
    assert_true(mono_since(stopping) < 1000);
    assert_int_equal(queue_len(q), 8);
    http_stop(other);
    queue_free(q, free);
    queue_free(q2, free);
}

/* Many more than connections: none is left behind when all connections become free at once. */
static void a_burst_is_answered(void **unused)
{
    (void)unused;
    enum { MANY = 300 };
    struct http *h = http_start(4, NULL);
    struct queue *q = queue_new(MANY);
    char url[100];
    str_fmt(url, sizeof url, "http://127.0.0.1:%d/ok", evil.port);
    struct http_request r = {.method = "GET", .url = url, .timeout_ms = 20000};
    mono_t start = mono_now();
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < MANY; i++)
            assert_true(http_send(h, &r, on_reply, q, NULL) > 0);
        for (int i = 0; i < MANY; i++)
            assert_int_equal(wait_for(q).end, HTTP_ANSWERED);
    }
    assert_true(mono_since(start) < 10000); /* nobody waited for a time-out */
    http_stop(h);
    queue_free(q, free);
}

/* A kept connection dies under a request: what may be repeated is, everything else is sent once. */
static void sent_once_unless_repeatable(void **unused)
{
    (void)unused;
    static const struct {
        const char *method, *path;
        bool repeatable;
        int seen;
    } want[] = {
        {"POST", "/once", false, 1}, {"PUT", "/once", false, 1}, {"DELETE", "/once", false, 1},
        {"PUT", "/once", true, 2},   {"GET", "/once", false, 2},
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        struct http *h = http_start(1, NULL);
        struct queue *q = queue_new(8);
        char url[100], what[40];
        struct seen s = ask(h, q, "/ok", 5000); /* the connection that is kept */
        assert_int_equal(s.end, HTTP_ANSWERED);
        str_fmt(url, sizeof url, "http://127.0.0.1:%d%s", evil.port, want[i].path);
        str_fmt(what, sizeof what, "%s %s", want[i].method, want[i].path);
        int before = evil_count(&evil, what, NULL);
        struct http_request r = {.method = want[i].method,
                                 .url = url,
                                 .timeout_ms = 5000,
                                 .repeatable = want[i].repeatable};
        assert_true(http_send(h, &r, on_reply, q, NULL) > 0);
        assert_int_equal(wait_for(q).end, HTTP_NO_ANSWER);
        if (evil_count(&evil, what, NULL) - before != want[i].seen)
            fail_msg("%s: seen %d times", what, evil_count(&evil, what, NULL) - before);
        http_stop(h);
        queue_free(q, free);
    }
}

/* Every connection hangs and a queue stands before them: the urgent one is answered at once. */
static void urgent_passes_all(void **unused)
{
    (void)unused;
    struct http *h = http_start(2, NULL);
    struct queue *q = queue_new(64);
    char url[100];
    str_fmt(url, sizeof url, "http://127.0.0.1:%d/hang", evil.port);
    struct http_request r = {.method = "GET", .url = url, .timeout_ms = 60000};
    for (int i = 0; i < 40; i++)
        assert_true(http_send(h, &r, on_reply, q, NULL) > 0);
    str_fmt(url, sizeof url, "http://127.0.0.1:%d/ok", evil.port);
    r.urgent = true;
    assert_true(http_send(h, &r, on_reply, q, NULL) > 0);
    struct seen s = wait_for(q);
    assert_int_equal(s.end, HTTP_ANSWERED);
    assert_true(s.ms < 1000);
    http_stop(h);
    queue_free(q, free);
}

static void waiting_too_long_is_not_sent(void **unused)
{
    (void)unused;
    struct http *h = http_start(1, NULL);
    struct queue *q = queue_new(8);
    char url[100];
    str_fmt(url, sizeof url, "http://127.0.0.1:%d/hang", evil.port);
    struct http_request r = {.method = "GET", .url = url, .timeout_ms = 5000};
    assert_true(http_send(h, &r, on_reply, q, NULL) > 0);
    r.timeout_ms = 100;
    int64_t id = http_send(h, &r, on_reply, q, NULL);
    struct seen s = wait_for(q);
    assert_int_equal(s.end, HTTP_REFUSED);
    assert_non_null(strstr(s.why, "not sent"));
    http_cancel(h, id); /* over already: nothing happens */
    http_cancel(h, id - 1);
    assert_int_equal(wait_for(q).end, HTTP_CANCELLED);
    http_stop(h);
    queue_free(q, free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_ends_as_it_should),
        cmocka_unit_test(refused_means_nothing_was_sent),
        cmocka_unit_test(a_token_stays_home),
        cmocka_unit_test(a_hang_holds_up_only_its_own),
        cmocka_unit_test(a_burst_is_answered),
        cmocka_unit_test(sent_once_unless_repeatable),
        cmocka_unit_test(urgent_passes_all),
        cmocka_unit_test(waiting_too_long_is_not_sent),
    };
    evil_start(&evil, rows, sizeof rows / sizeof *rows);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    evil_stop(&evil);
    return failed;
}
