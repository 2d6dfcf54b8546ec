/* The database transport against servers that are not there, say nothing, or say nonsense. Against
 * real servers: tests/live/test_mysql.py. */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "wire/mysql.h"

struct server {
    int fd, port;
    const char *says; /* to whoever connects; NULL: nothing */
    pthread_t thread;
    _Atomic int accepted;
};

static void *serve(void *arg)
{
    struct server *s = arg;
    int held[16], n = 0;
    for (int c; n < 16 && (c = accept(s->fd, NULL, NULL)) >= 0;) {
        s->accepted++;
        if (s->says)
            assert_true(write(c, s->says, strlen(s->says)) > 0);
        held[n++] = c;
    }
    while (n)
        close(held[--n]);
    return NULL;
}

static void server_open(struct server *s, const char *says)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    *s = (struct server){.fd = socket(AF_INET, SOCK_STREAM, 0), .says = says};
    assert_int_equal(bind(s->fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(s->fd, 8), 0);
    getsockname(s->fd, (struct sockaddr *)&a, &len);
    s->port = ntohs(a.sin_port);
    pthread_create(&s->thread, NULL, serve, s);
}

static void server_close(struct server *s)
{
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->fd);
}

static int nobody_port(void)
{
    struct server s;
    server_open(&s, NULL);
    server_close(&s);
    return s.port;
}

/* What came, in order; waited for under the lock. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    int n;
    struct db_reply last;
} got = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, {0}};

static void on_done(void *ctx, const struct db_reply *r)
{
    (void)ctx;
    pthread_mutex_lock(&got.lock);
    got.n++;
    got.last = *r;
    pthread_cond_signal(&got.cond);
    pthread_mutex_unlock(&got.lock);
}

static struct db_reply wait_for(int n)
{
    pthread_mutex_lock(&got.lock);
    while (got.n < n)
        pthread_cond_wait(&got.cond, &got.lock);
    struct db_reply r = got.last;
    pthread_mutex_unlock(&got.lock);
    return r;
}

static struct db *open_db(int port, int64_t timeout_ms)
{
    struct db_conf c = {.name = "p",
                        .host = "127.0.0.1",
                        .port = port,
                        .user = "u",
                        .password = "planted-word",
                        .timeout_ms = timeout_ms};
    struct err e = ERR_INIT;
    struct db *d = db_open(&c, &e);
    assert_non_null(d);
    got.n = 0;
    return d;
}

static int ask(struct db *d, bool patient, struct err *e)
{
    struct db_request rq = {.sql = "SELECT 1", .patient = patient};
    return db_ask(d, &rq, on_done, NULL, e);
}

static void nobody_listens(void **state)
{
    (void)state;
    int port = nobody_port();
    struct db *d = open_db(port, 1000);
    struct err e = ERR_INIT;
    char where[40];
    str_fmt(where, sizeof where, "127.0.0.1:%d: ", port);
    assert_int_equal(ask(d, false, &e), 0);
    struct db_reply r = wait_for(1);
    assert_int_equal(r.end, DB_REFUSED);
    assert_true(r.errnum == 2002 || r.errnum == 2003);
    assert_ptr_equal(strstr(r.why, where), r.why);
    assert_null(strstr(r.why, "planted"));
    /* From now on it is refused at once, with the same reason, and tried behind it. */
    assert_int_equal(ask(d, false, &e), -1);
    assert_ptr_equal(strstr(e.text, where), e.text);
    /* Who waits for a connection makes one be tried. */
    assert_int_equal(ask(d, true, &e), 0);
    assert_int_equal(wait_for(2).end, DB_REFUSED);
    db_close(d);
    assert_int_equal(got.n, 2);
}

static void a_silent_server_holds_up_nobody(void **state)
{
    (void)state;
    struct server s;
    struct err e = ERR_INIT;
    server_open(&s, NULL);
    struct db *d = open_db(s.port, 1000);
    mono_t start = mono_now();
    assert_int_equal(ask(d, false, &e), 0);
    assert_int_equal(ask(d, false, &e), 0);
    assert_true(mono_since(start) < 200); /* asking never waits */
    struct db_reply r = wait_for(2);
    assert_int_equal(r.end, DB_REFUSED);
    assert_true(mono_since(start) < 4000);
    assert_non_null(strstr(r.why, "no answer in"));
    assert_int_equal(ask(d, false, &e), -1);
    db_close(d);
    server_close(&s);
}

static void closing_does_not_wait_for_the_server(void **state)
{
    (void)state;
    struct server s;
    struct err e = ERR_INIT;
    server_open(&s, NULL);
    struct db *d = open_db(s.port, 30000);
    assert_int_equal(ask(d, true, &e), 0);
    assert_int_equal(ask(d, true, &e), 0);
    while (!s.accepted)
        poll(NULL, 0, 5);
    mono_t start = mono_now();
    db_close(d);
    assert_true(mono_since(start) < 3000);
    assert_int_equal(got.n, 2); /* everyone was told */
    server_close(&s);
}

/* A server that takes no more connections: the target's limit holds, not the statement's. */
static void connecting_has_the_targets_limit(void **state)
{
    (void)state;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    struct err e = ERR_INIT;
    int waiting[4], fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(fd, 0), 0);
    getsockname(fd, (struct sockaddr *)&a, &len);
    for (int i = 0; i < 4; i++) {
        waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (connect(waiting[i], (struct sockaddr *)&a, sizeof a) < 0)
            assert_int_equal(errno, EINPROGRESS);
    }
    struct db *d = open_db(ntohs(a.sin_port), 1000);
    struct db_request rq = {.sql = "SELECT 1", .patient = true, .timeout_ms = 20000};
    mono_t start = mono_now();
    assert_int_equal(db_ask(d, &rq, on_done, NULL, &e), 0);
    assert_non_null(strstr(wait_for(1).why, "no answer in 1 s"));
    assert_true(mono_since(start) < 5000);
    db_close(d);
    for (int i = 0; i < 4; i++)
        close(waiting[i]);
    close(fd);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const char *const greetings[] = {"HTTP/1.1 400 Bad Request\r\n\r\n", "\x01",
                                            "\n\n\n\n\n\n\n\n"};
    for (size_t i = 0; i < sizeof greetings / sizeof *greetings; i++) {
        struct server s;
        struct err e = ERR_INIT;
        server_open(&s, greetings[i]);
        struct db *d = open_db(s.port, 1000);
        assert_int_equal(ask(d, true, &e), 0);
        struct db_reply r = wait_for(1);
        assert_int_equal(r.end, DB_REFUSED);
        assert_true(*r.why);
        db_close(d);
        server_close(&s);
    }
}

static void a_hung_question_keeps_others_away(void **state)
{
    (void)state;
    struct server s;
    struct err e = ERR_INIT;
    server_open(&s, NULL);
    struct db *d = open_db(s.port, 5000);
    assert_int_equal(ask(d, true, &e), 0);
    mono_t start = mono_now();
    int refused = 0;
    while (mono_since(start) < 4000 && !(refused = ask(d, false, &e)))
        poll(NULL, 0, 50);
    assert_int_equal(refused, -1);
    assert_non_null(strstr(e.text, "no answer for 1 s"));
    db_close(d);
    server_close(&s);
}

static void rows_are_found_by_name(void **state)
{
    (void)state;
    char id[] = "Id", st[] = "State", one[] = "1", two[] = "2", busy[] = "busy";
    char *names[] = {id, st}, *cells[] = {one, NULL, two, busy};
    struct db_rows r = {2, 2, names, cells}, copy;
    assert_int_equal(db_column(&r, "state"), 1);
    assert_int_equal(db_column(&r, "none"), -1);
    db_rows_copy(&copy, &r);
    assert_null(db_cell(&copy, 0, 1));
    assert_string_equal(db_cell(&copy, 1, 1), "busy");
    assert_null(db_cell(&copy, 2, 0));
    assert_null(db_cell(&copy, 0, -1));
    db_rows_clear(&copy);
    assert_int_equal(copy.n_rows, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(a_silent_server_holds_up_nobody),
        cmocka_unit_test(closing_does_not_wait_for_the_server),
        cmocka_unit_test(connecting_has_the_targets_limit),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(a_hung_question_keeps_others_away),
        cmocka_unit_test(rows_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
