/* The simulated database over real sockets, by the client library of core/wire/mysql.h: logins,
 * faults, virtual time; and its protocol byte by byte. */
#include "sim_client.h"

#include <poll.h>

#include "base/queue.h"
#include "sim/mysql_conn.h"
#include "wire/mysql.h"

struct seen {
    enum db_end end;
    unsigned errnum;
    char text[400], why[240]; /* text: the first row, cells parted by | */
    int64_t ms;
    bool maria;
    int version;
};

static struct queue *answers;

static void on_db(void *ctx, const struct db_reply *r)
{
    struct seen *s = xzalloc(1, sizeof *s);
    struct buf b = BUF_INIT;
    *s = (struct seen){
        .end = r->end, .errnum = r->errnum, .ms = r->ms, .maria = r->maria, .version = r->version};
    for (size_t c = 0; r->rows.n_rows && c < r->rows.n_cols; c++)
        buf_addf(&b, "%s%s", c ? "|" : "", r->rows.cells[c] ? r->rows.cells[c] : "-");
    str_copy(s->text, sizeof s->text, buf_str(&b));
    str_copy(s->why, sizeof s->why, r->why);
    buf_free(&b);
    (void)ctx;
    assert_int_equal(queue_put(answers, s), 0);
}

static struct seen next(void)
{
    struct pollfd p = {.fd = queue_fd(answers), .events = POLLIN};
    struct seen *s;
    while (!(s = queue_take(answers)))
        assert_int_equal(poll(&p, 1, 15000), 1);
    struct seen out = *s;
    free(s);
    return out;
}

static struct db *open_as(int which, const char *user, const char *database)
{
    struct err e = ERR_INIT;
    struct db_conf conf = {.name = "primary",
                           .host = "127.0.0.1",
                           .user = user,
                           .password = "planted",
                           .database = database,
                           .port = sim_mysql_port(sim, which),
                           .tls = DB_TLS_PREFERRED, /* as a plan that does not say */
                           .timeout_ms = 3000};
    struct db *d = db_open(&conf, &e);
    assert_non_null(d);
    return d;
}

static struct seen ask_db(struct db *d, const char *sql, bool write)
{
    struct err e = ERR_INIT;
    struct db_request r = {.sql = sql, .write = write, .patient = true};
    if (db_ask(d, &r, on_db, NULL, &e) < 0)
        fail_msg("%s", e.text);
    return next();
}

static void serve(const char *scenario, double speed)
{
    struct err e = ERR_INIT;
    up(scenario, speed);
    if (sim_mysql(sim, "127.0.0.1:0", ":0,:0", &e) < 0)
        fail_msg("%s", e.text);
    answers = queue_new(64);
}

static int over(void **state)
{
    queue_free(answers, free);
    answers = NULL;
    return down(state);
}

static void test_client_library(void **state)
{
    (void)state;
    serve("healthy", 1);
    assert_true(sim_mysql_port(sim, 0) > 0 && sim_mysql_port(sim, 2) > 0);
    assert_int_equal(sim_mysql_port(sim, 3), -1);
    struct db *d = open_as(0, "warroom", "shop"), *r = open_as(1, "warroom", "shop");
    struct seen s = ask_db(d, "SELECT @@version_comment, 1, NULL", false);
    if (s.end != DB_ANSWERED || strcmp(s.text, "warroom SIM: a simulated database|1|-") != 0)
        fail_msg("%d %s %s", s.end, s.text, s.why);
    assert_true(s.maria && s.version == 101119);
    s = ask_db(r, "SHOW ALL SLAVES STATUS", false);
    assert_non_null(strstr(s.text, "|Yes|Yes|"));
    s = ask_db(d, "SELECT nonsense from", false);
    assert_true(s.end == DB_ERROR && s.errnum == 1064);
    s = ask_db(d, "ALTER TABLE test_table ADD INDEX idx_test (col)", true);
    assert_int_equal(s.end, DB_ANSWERED);
    s = ask_db(d, "SHOW INDEX FROM test_table WHERE Key_name = 'idx_test'", false);
    assert_non_null(strstr(s.text, "|idx_test|"));
    cJSON *o = ask_json(port, "GET", "/sim/requests?path=/mysql/primary", NULL, 200);
    bool told = false;
    const cJSON *one;
    cJSON_ArrayForEach (one, json_arr(o, "requests"))
        told = told || !strcmp(json_str_or(one, "body", ""),
                               "ALTER TABLE test_table ADD INDEX idx_test (col)");
    assert_true(told);
    cJSON_Delete(o);
    db_close(d);
    db_close(r);
}

/* The session is read-only unless it says that it writes. */
static void test_read_only_session(void **state)
{
    (void)state;
    serve("healthy", 1);
    struct db *d = open_as(0, "warroom", "shop");
    struct seen s = ask_db(d, "ALTER TABLE test_table ADD INDEX idx_test (col)", false);
    assert_true(s.end == DB_ERROR && s.errnum == 1792);
    db_close(d);
}

static void test_logins(void **state)
{
    (void)state;
    serve("healthy", 1);
    struct db *d = open_as(0, "denied", "shop");
    struct seen s = ask_db(d, "SELECT 1", false);
    assert_true(s.end == DB_REFUSED && s.errnum == 1045);
    assert_null(strstr(s.why, "planted"));
    db_close(d);
    d = open_as(0, "warroom", "nosuch");
    s = ask_db(d, "SELECT 1", false);
    assert_true(s.end == DB_REFUSED && s.errnum == 1049);
    db_close(d);
    d = open_as(0, "warroom", "");
    s = ask_db(d, "SHOW TABLES", false);
    assert_true(s.end == DB_ERROR && s.errnum == 1046);
    db_close(d);
}

/* An ADD INDEX on four million rows: three and a half minutes of the simulated world, no more. */
static void test_slow_change_in_virtual_time(void **state)
{
    (void)state;
    serve("healthy", 300);
    struct db *d = open_as(0, "warroom", "shop");
    struct seen s = ask_db(d, "ALTER TABLE orders ADD INDEX idx_new (status), LOCK=NONE", true);
    if (s.end != DB_ANSWERED || s.ms < 600 || s.ms > 3000)
        fail_msg("%d after %lld ms: %s", s.end, (long long)s.ms, s.why);
    s = ask_db(d, "SHOW INDEX FROM orders WHERE Key_name = 'idx_new'", false);
    assert_non_null(strstr(s.text, "idx_new"));
    db_close(d);
}

static void test_faults(void **state)
{
    (void)state;
    serve("healthy", 1);
    struct db *d = open_as(0, "warroom", "shop"), *r = open_as(1, "warroom", "shop");
    assert_int_equal(ask_db(d, "SELECT 1", false).end, DB_ANSWERED);
    assert_int_equal(ask_db(r, "SELECT 1", false).end, DB_ANSWERED);
    post_set("{\"fault\":\"hang\",\"target\":\"mysql\"}");
    struct err e = ERR_INIT;
    struct db_request q = {.sql = "SELECT 2", .patient = true, .timeout_ms = 1000};
    assert_int_equal(db_ask(d, &q, on_db, NULL, &e), 0);
    mono_t began = mono_now();
    assert_int_equal(ask_db(r, "SELECT 3", false).end,
                     DB_ANSWERED); /* the replica holds up nobody */
    assert_true(mono_since(began) < 900);
    struct seen s = next();
    assert_int_not_equal(s.end, DB_ANSWERED);
    post_set("{\"fault\":\"lie\",\"target\":\"mysql\"}");
    s = ask_db(d, "ALTER TABLE test_table ADD INDEX idx_test (col)", true);
    if (s.end != DB_ANSWERED)
        fail_msg("%d %s", s.end, s.why);
    s = ask_db(d, "SHOW INDEX FROM test_table WHERE Key_name = 'idx_test'", false);
    assert_true(s.end == DB_ANSWERED && !*s.text);
    post_set("{\"fault\":\"status\",\"target\":\"mysql\"}");
    s = ask_db(d, "SELECT 1", false);
    assert_true(s.end != DB_ANSWERED && s.errnum == 1040);
    post_set("{\"fault\":\"delay\",\"target\":\"mysql\",\"ms\":400}");
    s = ask_db(d, "SELECT 4", false);
    if (s.end != DB_ANSWERED || s.ms < 390)
        fail_msg("%d %lld %s", s.end, (long long)s.ms, s.why);
    post_set("{\"fault\":\"drop\",\"target\":\"mysql\"}");
    assert_int_not_equal(ask_db(d, "ALTER TABLE test_table DROP INDEX x", true).end, DB_ANSWERED);
    post_set("{\"fault\":\"none\",\"target\":\"mysql\"}");
    s = ask_db(d, "SELECT 5", false);
    if (s.end != DB_ANSWERED)
        fail_msg("%d %s", s.end, s.why);
    db_close(d);
    db_close(r);
}

static void on_db_again(void *ctx, const struct db_reply *r)
{
    struct err e = ERR_INIT;
    struct db_request q = {.sql = "SELECT 7", .patient = true};
    on_db(NULL, r);
    if (db_ask(ctx, &q, on_db, NULL, &e) < 0)
        fail_msg("%s", e.text);
}

static bool arrived(const char *sql)
{
    cJSON *o = ask_json(port, "GET", "/sim/requests?method=SQL", NULL, 200);
    struct buf text = BUF_INIT;
    json_print(o, &text);
    bool is = strstr(buf_str(&text), sql) != NULL;
    buf_free(&text);
    cJSON_Delete(o);
    return is;
}

/* What is asked because of a lost answer is not ended by it. */
static void test_asked_again_at_once(void **state)
{
    (void)state;
    serve("healthy", 1);
    struct db *d = open_as(0, "warroom", "shop");
    struct err e = ERR_INIT;
    struct db_request q = {
        .sql = "ALTER TABLE test_table ADD INDEX i6 (a)", .write = true, .patient = true};
    assert_int_equal(ask_db(d, "ALTER TABLE test_table ADD INDEX i5 (a)", true).end, DB_ANSWERED);
    post_set("{\"fault\":\"hang\",\"target\":\"mysql\"}");
    assert_int_equal(db_ask(d, &q, on_db_again, d, &e), 0);
    for (mono_t began = mono_now(); !arrived("INDEX i6");)
        assert_true(mono_since(began) < 3000);
    post_set("{\"fault\":\"none\",\"target\":\"mysql\"}");
    assert_int_not_equal(next().end, DB_ANSWERED);
    struct seen s = next();
    if (s.end != DB_ANSWERED)
        fail_msg("%d %s", s.end, s.why);
    db_close(d);
}

/* ---- the protocol, byte by byte ---- */

static void run_nothing(void *ctx, struct sql_session *one, const char *text, size_t n,
                        struct sql_result *out)
{
    (void)ctx;
    (void)one;
    (void)text;
    *out = (struct sql_result){.changed = n};
}

static const char login[] = "\x00\x02\x08\x00\x00\x00\x00\x01\x2d"
                            "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                            "warroom\0\0mysql_native_password";

static void feed_packet(struct mysql_conn *c, const char *body, size_t n, int want)
{
    char head[4] = {(char)n, (char)(n >> 8), (char)(n >> 16), 1};
    assert_int_equal(mysql_conn_feed(c, head, 4), 0);
    for (size_t i = 0; i < n; i++) /* one byte at a time: packets come as they please */
        assert_int_equal(mysql_conn_feed(c, body + i, 1), i + 1 == n ? want : 0);
}

static void test_protocol(void **state)
{
    (void)state;
    struct mysql_conn *c = mysql_conn_new(101, 0, run_nothing, NULL);
    struct buf *out = mysql_conn_out(c);
    assert_int_equal(out->p[4], 10);
    assert_non_null(strstr(out->p + 5, "MariaDB-SIM"));
    buf_clear(out);
    feed_packet(c, login, sizeof login, 0);
    assert_int_equal(out->p[4], 0); /* OK */
    buf_clear(out);
    feed_packet(c, "\x0e", 1, 0);
    assert_int_equal(out->p[4], 0);
    buf_clear(out);
    feed_packet(c, "\x1b\0\0", 3, 0);
    assert_int_equal((unsigned char)out->p[4], 0xfe);
    buf_clear(out);
    feed_packet(c, "\x16SELECT ?", 9, 0); /* a prepared statement */
    assert_int_equal((unsigned char)out->p[4], 0xff);
    buf_clear(out);
    feed_packet(c, "\x02shop", 5, 0);
    assert_int_equal(out->p[4], 0);
    feed_packet(c, "\x01", 1, -1);
    mysql_conn_free(c);

    c = mysql_conn_new(1, 0, run_nothing, NULL); /* asks for TLS */
    feed_packet(c, "\x00\x0a\x00\x00\0\0\0\1\x2d\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32,
                -1);
    out = mysql_conn_out(c);
    assert_non_null(memmem(out->p, out->len, "knows no TLS", 12));
    mysql_conn_free(c);

    c = mysql_conn_new(1, 0, run_nothing, NULL); /* larger than anything that is taken */
    assert_int_equal(mysql_conn_feed(c, "\xff\xff\xff\x01", 4), -1);
    mysql_conn_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_client_library, over),
        cmocka_unit_test_teardown(test_read_only_session, over),
        cmocka_unit_test_teardown(test_logins, over),
        cmocka_unit_test_teardown(test_slow_change_in_virtual_time, over),
        cmocka_unit_test_teardown(test_faults, over),
        cmocka_unit_test_teardown(test_asked_again_at_once, over),
        cmocka_unit_test(test_protocol),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
