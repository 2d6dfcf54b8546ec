/* The tape on disk: what goes in comes out, in order and chained, also with several writers. */
#include "unit.h"

#include <math.h>
#include <sys/wait.h>

#include "base/dlog.h"
#include "journal_fixture.h"

static void round_trip(void **state)
{
    (void)state;
    struct sess s;
    char head[65], text[128];
    struct err e = ERR_INIT;
    int64_t n;
    sess_make(&s);
    struct journal *j = must_create(&s);
    journal_submit(j, ev_session());
    journal_submit(j, ev_tick(5000, 142.5, NAN));
    struct event *ev = ev_signal(6000, "boon", "เฝ้าดู lag db-r2=9s");
    journal_submit(j, ev);
    for (int64_t seq = 1; seq <= 3; seq++) {
        struct event *back = take(j);
        assert_int_equal(back->seq, seq);
        assert_true(back->ours == (seq == 3));
        assert_false(back->unrecorded);
        assert_true(seq < 3 || back == ev); /* the very record */
        event_free(back);
    }
    struct journal_health h;
    journal_health(j, &h);
    assert_true(h.recording);
    assert_int_equal(h.events, 3);
    assert_int_equal(h.backlog, 0);
    assert_true(h.sync_us > 0);
    must_close(j, true, head);
    assert_string_equal(head, h.head);
    if (journal_verify(s.path, head, &n, text, &e) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(n, 3);
    assert_string_equal(text, head);
    struct stat st;
    assert_int_equal(stat(s.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    sess_remove(&s);
}

/* What the room was handed and what a reader gives are the same to the bit. */
static void same_live_and_read(void **state)
{
    (void)state;
    static const double odd[] = {0.1 + 0.2, -0.0,     5e-324, 1.7976931348623157e308,
                                 1.0 / 3,   INFINITY, NAN,    1e15 + 0.5};
    struct sess s;
    struct buf live = BUF_INIT, read = BUF_INIT;
    struct err e = ERR_INIT;
    sess_make(&s);
    struct journal *j = must_create(&s);
    secret_add("hunter2hunter2");
    struct event *first = ev_session();
    json_add_str(first->body, "plan_file", "token hunter2hunter2 \x1b[31m\xff");
    str_copy(first->actor, sizeof first->actor, "an\x1b[1mna\x07");
    journal_submit(j, first);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct event *ev = ev_tick(2000, 1, 2);
        cJSON_ReplaceItemInObject(cJSON_GetObjectItem(ev->body, "v"), "1",
                                  cJSON_CreateNumber(odd[i])); /* not through json_add_num */
        journal_submit(j, ev);
    }
    for (size_t i = 0; i <= sizeof odd / sizeof *odd; i++) {
        struct event *ev = take(j);
        event_json_line(ev, -1, &live);
        event_free(ev);
    }
    must_close(j, true, NULL);
    struct reader *r = reader_open(s.path, &e);
    assert_non_null(r);
    for (struct event *ev; (ev = reader_next(r, &e)); event_free(ev))
        event_json_line(ev, -1, &read);
    reader_close(r);
    assert_int_equal(e.status, 0);
    assert_string_equal(live.p, read.p);
    assert_null(strstr(read.p, "hunter2"));
    assert_non_null(strstr(read.p, "token ***"));
    assert_non_null(strstr(read.p, "\"actor\":\"anna\""));
    assert_non_null(strstr(read.p, "0.30000000000000004"));
    secret_clear();
    buf_free(&live);
    buf_free(&read);
    sess_remove(&s);
}

static const struct {
    const char *sql, *why;
} refused[] = {
    {"UPDATE event SET body = '{}' WHERE seq = 2", "records are never changed"},
    {"DELETE FROM event WHERE seq = 3", "records are never removed"},
    {"DELETE FROM event", "records are never removed"},
    {"INSERT OR REPLACE INTO event SELECT seq, 1, kind, stage, actor, role, body, prev, hash "
     "FROM event WHERE seq = 2",
     "a record goes to the end of the chain"},
    {"INSERT INTO event SELECT 99, 1, kind, stage, actor, role, body, prev, hash FROM event "
     "WHERE seq = 2",
     "a record goes to the end of the chain"},
    {"INSERT INTO event SELECT max(seq) + 1, 1, kind, stage, actor, role, body, prev, hash "
     "FROM event",
     "a record goes to the end of the chain"},
    {"INSERT INTO event SELECT max(seq) + 1, 'x', 'tick', '', '', '', '{}', "
     "(SELECT hash FROM event ORDER BY seq DESC LIMIT 1), 'x' FROM event",
     "cannot store TEXT value in INTEGER column event.t_ms"},
    {"UPDATE session SET value = 'x'", "the session is never changed"},
    {"DELETE FROM session", "the session is never changed"},
    {"INSERT OR REPLACE INTO session VALUES ('run_id', 'x')", "the session is never changed"},
    {"UPDATE series SET metric = 'x'", "the series are never changed"},
    {"DELETE FROM series", "the series are never changed"},
    {"INSERT OR REPLACE INTO series VALUES (1, 'x', 'x', 'x', 'x')",
     "the series are never changed"},
};

static void tables_refuse_changes(void **state)
{
    (void)state;
    struct sess s;
    struct err e = ERR_INIT;
    char head[65], why[200];
    sess_fill(&s, 5, head);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        sql_run(s.path, refused[i].sql, why, sizeof why);
        assert_string_equal(why, refused[i].why);
    }
    assert_int_equal(journal_verify(s.path, head, NULL, NULL, &e), 0);
    sess_remove(&s);
}

static const struct {
    const char *sql, *want;
} views[] = {
    {"SELECT group_concat(metric || ' ' || side || ' ' || coalesce(value, 'none'), '; ') "
     "FROM samples WHERE t_ms = 61000",
     "p95 canary 142.5; err canary none"},
    {"SELECT count(*) FROM samples", "4"},
    {"SELECT group_concat(clock, ' ') FROM log", "T-1 T-1 :00 :01 :15 :105"},
    {"SELECT text FROM log WHERE clock = ':00'", "stage clock"},
    {"SELECT text || '/' || actor || '/' || metrics FROM log WHERE clock = ':01'",
     "signal: lag rose/boon/"},
    {"SELECT stage || '/' || metrics || '/' || verdict || '/' || decision FROM log "
     "WHERE clock = ':15'",
     "Stage 1/p95=142ms 5xx=0.2%/6/6 PASS/PROCEED"},
    {"SELECT text || '/' || decision FROM log WHERE clock = ':105'", "final: all met/PASS"},
    {"SELECT value FROM session WHERE key = 'run_id'", "CANARY-V1-007"},
    {"SELECT value FROM session WHERE key = 'tick_ms'", "5000"},
    {"SELECT group_concat(key) FROM (SELECT key FROM session ORDER BY key)",
     "plan,plan_hash,run_id,started_ms,tick_ms,title"},
    {"SELECT metric || ' ' || unit || ' ' || title FROM series WHERE id = 2", "err % Errors"},
    {"PRAGMA journal_mode", "delete"},
    {"PRAGMA user_version", "1"},
    {"SELECT count(*) FROM snapshot", "0"},
};

static struct event *ev_clock(void)
{
    struct event *ev = event_new(EV_STAGE, 60000, "director");
    str_copy(ev->stage, sizeof ev->stage, "Stage 1");
    json_add_str(ev->body, "op", "clock");
    return ev;
}

static struct event *ev_checkpoint(void)
{
    struct event *ev = event_new(EV_CHECKPOINT, 60000 + 15 * 60000, "director");
    str_copy(ev->stage, sizeof ev->stage, "Stage 1");
    json_add_str(ev->body, "label", "15m");
    json_add_str(ev->body, "signals", "p95=142ms 5xx=0.2%");
    cJSON *v = json_add_obj(ev->body, "verdict");
    json_add_int(v, "pass", 6);
    json_add_int(v, "of", 6);
    json_add_str(v, "status", "PASS");
    json_add_str(ev->body, "decision", "PROCEED");
    return ev;
}

static struct event *ev_final(int64_t t_ms)
{
    struct event *ev = event_new(EV_FINAL, t_ms, "director");
    json_add_str(ev->body, "decision", "PASS");
    json_add_str(ev->body, "why", "all met");
    return ev;
}

/* As the sqlite3 shell sees it, with a schema it does not trust. */
static void tables_and_views(void **state)
{
    (void)state;
    struct sess s;
    char got[256];
    sess_make(&s);
    struct journal *j = must_create(&s);
    journal_submit(j, ev_session());
    journal_submit(j, ev_signal(30000, "anna", "freeze begins"));
    journal_submit(j, ev_clock());
    journal_submit(j, ev_tick(61000, 142.5, NAN));
    journal_submit(j, ev_tick(66000, 143, 0.2));
    journal_submit(j, ev_signal(120000, "boon", "lag rose"));
    journal_submit(j, ev_checkpoint());
    journal_submit(j, ev_final(60000 + 105 * 60000));
    drop(j, 8);
    must_close(j, false, NULL); /* a run with a verdict is sealed all the same */
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        sql_text(s.path, views[i].sql, got, sizeof got);
        assert_string_equal(got, views[i].want);
    }
    struct stat st;
    char wal[110];
    str_fmt(wal, sizeof wal, "%s-wal", s.path);
    assert_int_equal(stat(wal, &st), -1);
    sess_remove(&s);
}

/* What is handed over while another process appends comes in one order, the file's. */
static void others_are_heard(void **state)
{
    (void)state;
    struct sess s;
    struct err e = ERR_INIT;
    char head[2][65];
    sess_make(&s);
    struct journal *a = must_create(&s);
    journal_submit(a, ev_session());
    drop(a, 1);
    struct journal *b = journal_join(s.path, &e);
    assert_non_null(b);
    struct journal *c = journal_join_after(s.path, 0, &e);
    assert_non_null(c);
    journal_submit(b, ev_signal(2, "chai", "from b"));
    struct event *ev = take(a);
    assert_string_equal(ev->actor, "chai");
    assert_false(ev->ours);
    event_free(ev);
    journal_submit(a, ev_signal(3, "anna", "from a"));
    for (int64_t seq = 2; seq <= 3; seq++) {
        ev = take(b);
        assert_int_equal(ev->seq, seq);
        assert_true(ev->ours == (seq == 2));
        event_free(ev);
    }
    for (int64_t seq = 1; seq <= 3; seq++) {
        ev = take(c);
        assert_int_equal(ev->seq, seq);
        event_free(ev);
    }
    drop(a, 1);
    assert_null(journal_next(a));
    assert_null(journal_join_after(s.path, 9, &e));
    assert_non_null(strstr(e.text, "has no record 9"));
    must_close(a, false, head[0]);
    must_close(c, false, NULL);
    must_close(b, true, head[1]);
    assert_string_equal(head[0], head[1]);
    sess_remove(&s);
}

#define EACH 500

/* Appends EACH signals; what comes back must rise. Status 0 when all did. */
static void append_and_leave(const char *path, const char *actor)
{
    struct err e = ERR_INIT;
    int64_t seq = 0;
    int ours = 0;
    struct journal *j = journal_join(path, &e);
    if (!j)
        _exit(2);
    for (int i = 0; i < EACH; i++) {
        journal_submit(j, ev_signal(1000 + i, actor, "x"));
        for (struct event *ev; i % 7 == 0 && (ev = journal_next(j)); event_free(ev)) {
            if (ev->seq <= seq || ev->unrecorded)
                _exit(3);
            seq = ev->seq;
            ours += ev->ours;
        }
    }
    while (ours < EACH) {
        struct event *ev = take(j);
        if (ev->seq <= seq || ev->unrecorded || (ev->ours && strcmp(ev->actor, actor)))
            _exit(4);
        seq = ev->seq;
        ours += ev->ours;
        event_free(ev);
    }
    _exit(journal_close(j, false, NULL, &e) < 0 ? 5 : 0);
}

static void two_processes_one_chain(void **state)
{
    (void)state;
    struct sess s;
    struct err e = ERR_INIT;
    pid_t pid[2];
    int64_t n;
    char got[64];
    sess_fill(&s, 0, NULL);
    for (int i = 0; i < 2; i++)
        if (!(pid[i] = fork()))
            append_and_leave(s.path, i ? "boon" : "anna");
    for (int i = 0; i < 2; i++) {
        int status;
        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_int_equal(status, 0);
    }
    if (journal_verify(s.path, NULL, &n, NULL, &e) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(n, 1 + 2 * EACH);
    sql_text(s.path,
             "SELECT group_concat(n) FROM (SELECT count(*) AS n FROM event WHERE kind = 'signal' "
             "GROUP BY actor)",
             got, sizeof got);
    assert_string_equal(got, "500,500");
    sess_remove(&s);
}

static void create_refuses_an_existing_file(void **state)
{
    (void)state;
    struct sess s;
    struct err e = ERR_INIT;
    sess_fill(&s, 0, NULL);
    assert_null(journal_create(s.path, NULL, &e));
    assert_int_equal(e.status, EX_NOCREATE);
    assert_int_equal(journal_verify(s.path, NULL, NULL, NULL, &e), 0);
    assert_null(journal_create("/nonexistent/folder/s.wr", NULL, &e));
    assert_int_equal(e.status, EX_NOCREATE);
    assert_non_null(strstr(e.text, "/nonexistent/folder/s.wr"));
    assert_null(journal_join("/nonexistent/folder/s.wr", &e));
    assert_int_equal(e.status, EX_NOFILE);
    sess_remove(&s);
}

/* A tick of 256 values: the thread's part, synced, and the caller's. */
static void a_tick_is_cheap(void **state)
{
    (void)state;
    struct sess s;
    struct journal_health h;
    int64_t sync_us = 0;
    sess_make(&s);
    struct journal *j = must_create(&s);
    journal_submit(j, ev_session());
    drop(j, 1);
    for (int i = 0; i < 21; i++) {
        struct event *ev = event_new(EV_TICK, 2000 + i, "warroom");
        cJSON *v = json_add_obj(ev->body, "v");
        for (int m = 1; m <= 256; m++) {
            char id[8];
            str_fmt(id, sizeof id, "%d", m);
            json_add_num(v, id, 1.0 / (m + i));
        }
        journal_submit(j, ev);
        drop(j, 1);
        journal_health(j, &h);
        if (!i || h.sync_us < sync_us)
            sync_us = h.sync_us;
    }
    must_close(j, true, NULL);
    print_message("one tick of 256 values: %lld us at best\n", (long long)sync_us);
    assert_true(sync_us < 50000); /* the bound of a loaded machine under a sanitizer */
    sess_remove(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(same_live_and_read),
        cmocka_unit_test(tables_refuse_changes),
        cmocka_unit_test(tables_and_views),
        cmocka_unit_test(others_are_heard),
        cmocka_unit_test(two_processes_one_chain),
        cmocka_unit_test(create_refuses_an_existing_file),
        cmocka_unit_test(a_tick_is_cheap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
