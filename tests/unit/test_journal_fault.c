/* The tape when the world is bad: full disk, exchanged file, locked file, a killed writer. */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "journal_fixture.h"

/* Waits for a health that is (or is not) recording. */
static void until_recording(struct journal *j, bool want, struct journal_health *h)
{
    mono_t start = mono_now();
    struct pollfd none = {.fd = -1};
    do {
        journal_health(j, h);
        if (h->recording == want && (!want || !h->backlog))
            return;
        poll(&none, 1, 20);
    } while (mono_since(start) < 10000);
    fail_msg("recording is %d for 10 s: %s", h->recording, h->why);
}

static void set_file_limit(rlim_t bytes)
{
    struct rlimit l;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
    l.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

static rlim_t size_of(const char *path, const char *suffix)
{
    struct stat st;
    char name[128];
    str_fmt(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &st) == 0 ? (rlim_t)st.st_size : 0;
}

/* The disk takes no byte more: the room gets its events at once, numbered on, and later they are
 * on disk once each. */
static void a_full_disk(void **state)
{
    (void)state;
    struct sess s;
    struct journal_health h;
    struct err e = ERR_INIT;
    int64_t n;
    char got[64];
    sess_make(&s);
    struct journal *j = must_create(&s);
    journal_submit(j, ev_session());
    drop(j, 1);
    set_file_limit(size_of(s.path, "-wal"));
    for (int i = 0; i < 5; i++)
        journal_submit(j, ev_signal(2000 + i, "anna", "while the disk is full"));
    for (int64_t seq = 2; seq <= 6; seq++) {
        struct event *ev = take(j);
        assert_int_equal(ev->seq, seq);
        assert_true(ev->unrecorded);
        assert_true(ev->ours);
        event_free(ev);
    }
    until_recording(j, false, &h);
    assert_non_null(strstr(h.why, "cannot write session"));
    assert_int_equal(h.backlog, 5);
    assert_int_equal(h.events, 1);
    assert_int_equal(journal_drain(j, 50), -1);
    set_file_limit(RLIM_INFINITY);
    until_recording(j, true, &h);
    assert_int_equal(h.events, 6);
    assert_null(journal_next(j)); /* none is handed over twice */
    journal_submit(j, ev_signal(3000, "anna", "again"));
    struct event *ev = take(j);
    assert_int_equal(ev->seq, 7);
    assert_false(ev->unrecorded);
    event_free(ev);
    must_close(j, true, NULL);
    assert_int_equal(journal_verify(s.path, NULL, &n, NULL, &e), 0);
    assert_int_equal(n, 7);
    sql_text(s.path, "SELECT group_concat(t_ms) FROM event WHERE kind = 'signal'", got, sizeof got);
    assert_string_equal(got, "2000,2001,2002,2003,2004,3000");
    sess_remove(&s);
}

/* Never good again: closing says what is lost; what is on disk holds. */
static void a_disk_that_stays_full(void **state)
{
    (void)state;
    struct sess s;
    struct err e = ERR_INIT;
    int64_t n;
    sess_make(&s);
    struct journal *j = must_create(&s);
    journal_submit(j, ev_session());
    drop(j, 1);
    set_file_limit(size_of(s.path, "-wal"));
    journal_submit(j, ev_signal(2000, "anna", "x"));
    journal_submit(j, ev_signal(2001, "anna", "x"));
    drop(j, 2);
    assert_int_equal(journal_close(j, true, NULL, &e), -1);
    set_file_limit(RLIM_INFINITY);
    assert_int_equal(e.status, EX_RECORDING);
    assert_non_null(strstr(e.text, "2 events of session"));
    assert_int_equal(journal_verify(s.path, NULL, &n, NULL, &e), 0);
    assert_int_equal(n, 1);
    sess_remove(&s);
}

/* Ticks are dropped when memory is full, counted and told; nothing else is. */
static void ticks_are_dropped_decisions_kept(void **state)
{
    (void)state;
    struct sess s;
    struct journal_health h;
    char got[64];
    struct buf big = BUF_INIT;
    sess_make(&s);
    struct journal *j = must_create(&s);
    journal_submit(j, ev_session());
    drop(j, 1);
    set_file_limit(size_of(s.path, "-wal"));
    journal_submit(j, ev_signal(2000, "anna", "x"));
    drop(j, 1);
    while (big.len < 1 << 20)
        buf_adds(&big, "0123456789abcdef");
    for (int i = 0; i < 30; i++) {
        struct event *ev = ev_tick(3000 + i, 1, 2);
        json_add_str(ev->body, "blind", big.p);
        journal_submit(j, ev);
        journal_submit(j, ev_signal(3000 + i, "anna", "kept"));
        for (int k = 0; k < 2; k++) {
            ev = take(j);
            assert_true(i >= 23 || ev->seq == 3 + 2 * i + k);
            assert_true(ev->unrecorded);
            event_free(ev);
        }
    }
    set_file_limit(RLIM_INFINITY);
    until_recording(j, true, &h);
    struct event *ev = take(j);
    assert_int_equal(ev->kind, EV_SOURCE);
    assert_string_equal(json_str_or(ev->body, "op", ""), "dropped");
    int64_t dropped = json_int_or(ev->body, "n", 0);
    event_free(ev);
    must_close(j, true, NULL);
    sql_text(s.path, "SELECT count(*) FROM event WHERE kind = 'tick'", got, sizeof got);
    assert_int_equal(30 - dropped, strtol(got, NULL, 10));
    assert_in_range(dropped, 5, 10);
    sql_text(s.path, "SELECT count(*) FROM event WHERE kind = 'signal'", got, sizeof got);
    assert_string_equal(got, "31");
    buf_free(&big);
    sess_remove(&s);
}

static void moved(const struct sess *s, bool away)
{
    char other[110];
    str_fmt(other, sizeof other, "%s.moved", s->path);
    assert_int_equal(rename(away ? s->path : other, away ? other : s->path), 0);
}

/* Moved away, then another file in its place, then back. */
static void a_file_that_is_gone_or_exchanged(void **state)
{
    (void)state;
    struct sess s;
    struct journal_health h;
    struct err e = ERR_INIT;
    char why[64];
    sess_make(&s);
    struct journal *j = must_create(&s);
    journal_submit(j, ev_session());
    drop(j, 1);
    moved(&s, true);
    journal_submit(j, ev_signal(2000, "anna", "x"));
    struct event *ev = take(j);
    assert_true(ev->unrecorded);
    event_free(ev);
    until_recording(j, false, &h);
    assert_non_null(strstr(h.why, "is gone"));
    int fd = open(s.path, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    close(fd);
    mono_t start = mono_now();
    struct pollfd none = {.fd = -1};
    while (!strstr(h.why, "was replaced") && mono_since(start) < 10000) {
        poll(&none, 1, 20);
        journal_health(j, &h);
    }
    assert_non_null(strstr(h.why, "was replaced"));
    moved(&s, false);
    until_recording(j, true, &h);
    assert_int_equal(h.events, 2);
    sql_run(s.path, "SELECT 1", why, sizeof why);
    must_close(j, true, NULL);
    assert_int_equal(journal_verify(s.path, NULL, NULL, NULL, &e), 0);
    sess_remove(&s);
}

/* Another process holds the write lock: nothing waits for it, nothing is lost. */
static void a_locked_file(void **state)
{
    (void)state;
    struct sess s;
    struct journal_health h;
    struct err e = ERR_INIT;
    sqlite3 *other;
    sess_make(&s);
    struct journal *j = must_create(&s);
    journal_submit(j, ev_session());
    drop(j, 1);
    assert_int_equal(sqlite3_open(s.path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    mono_t start = mono_now();
    journal_submit(j, ev_signal(2000, "anna", "x"));
    assert_true(mono_since(start) < 1000); /* handing over never waits */
    struct event *ev = take(j);
    assert_true(ev->unrecorded);
    event_free(ev);
    journal_health(j, &h);
    assert_false(h.recording);
    assert_non_null(strstr(h.why, "the disk has not taken an event for"));
    sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(other);
    until_recording(j, true, &h);
    assert_int_equal(h.events, 2);
    must_close(j, true, NULL);
    assert_int_equal(journal_verify(s.path, NULL, NULL, NULL, &e), 0);
    sess_remove(&s);
}

/* Writes until it is killed; tells the parent each number that came back. */
static void write_until_killed(const char *path, int out)
{
    struct err e = ERR_INIT;
    struct journal *j = journal_create(path, NULL, &e);
    if (!j)
        _exit(1);
    journal_submit(j, ev_session());
    for (int64_t i = 0, back = 0;; i++) {
        journal_submit(j, i % 4 ? ev_tick(2000 + i, (double)i, 1) : ev_signal(2000 + i, "a", "x"));
        while (i - back > 20) { /* a room has a few in flight, not thousands */
            struct event *ev = take(j);
            if (!ev->unrecorded && write(out, &ev->seq, sizeof ev->seq) < 0)
                _exit(1);
            back++;
            event_free(ev);
        }
    }
}

/* The numbers the child told before it was killed after `after` of them and a little more. */
static int64_t kill_after(const char *path, int64_t after, int64_t spin)
{
    int p[2];
    int64_t seq, last = 0;
    assert_int_equal(pipe(p), 0);
    pid_t pid = fork();
    if (!pid) {
        close(p[0]);
        alarm(60);
        write_until_killed(path, p[1]);
    }
    close(p[1]);
    while (last < after && read(p[0], &seq, sizeof seq) == sizeof seq)
        last = seq;
    for (volatile int64_t i = 0; i < spin; i++)
        ;
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    while (read(p[0], &seq, sizeof seq) == sizeof seq)
        last = seq;
    close(p[0]);
    return last;
}

static void killed_at_50_moments(void **state)
{
    (void)state;
    uint64_t rng = 88172645463325252u;
    for (int k = 0; k < 50; k++) {
        struct sess s;
        struct err e = ERR_INIT;
        int64_t n, before;
        rng ^= rng << 13, rng ^= rng >> 7, rng ^= rng << 17; /* xorshift64 */
        sess_make(&s);
        int64_t told = kill_after(s.path, 1 + (int64_t)(rng % 200), (int64_t)(rng >> 32) % 3000000);
        if (journal_verify(s.path, NULL, &n, NULL, &e) < 0)
            fail_msg("kill %d: %s", k, e.text);
        assert_true(n >= told);
        struct journal *j = journal_join(s.path, &e); /* and it goes on */
        assert_non_null(j);
        before = n;
        journal_submit(j, ev_signal(1, "anna", "resumed"));
        drop(j, 1);
        must_close(j, true, NULL);
        assert_int_equal(journal_verify(s.path, NULL, &n, NULL, &e), 0);
        assert_int_equal(n, before + 1);
        sess_remove(&s);
    }
}

static int no_limit(void **state)
{
    (void)state;
    set_file_limit(RLIM_INFINITY);
    return 0;
}

int main(void)
{
    signal(SIGXFSZ, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_full_disk, no_limit),
        cmocka_unit_test_teardown(a_disk_that_stays_full, no_limit),
        cmocka_unit_test_teardown(ticks_are_dropped_decisions_kept, no_limit),
        cmocka_unit_test(a_file_that_is_gone_or_exchanged),
        cmocka_unit_test(a_locked_file),
        cmocka_unit_test(killed_at_50_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
