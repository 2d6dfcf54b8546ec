/* The tape when things go wrong: killed writers, a full disk, two processes, a read-only folder.
 * Nothing acknowledged is ever lost, nothing is written twice. */
#include "unit.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "journal_fixture.h"

static int64_t must_verify(const char *path, const char *want)
{
    struct err e = ERR_INIT;
    int64_t n = 0;
    if (journal_verify(path, want, &n, NULL, &e) < 0)
        fail_msg("%s", e.text);
    return n;
}

/* The child: writes for ever, and says each number that the journal has given back. */
static void write_for_ever(const struct sess *s, int fd)
{
    struct err e = ERR_INIT;
    struct journal *j = journal_create(s->path, NULL, &e);
    if (!j)
        _exit(3);
    journal_submit(j, ev_session());
    for (int64_t i = 0;; i++) {
        struct pollfd p = {.fd = journal_fd(j), .events = POLLIN};
        for (int k = 0; k <= i % 4; k++)
            journal_submit(j, ev_signal(2000 + i, "anna", "p95=142ms"));
        poll(&p, 1, 1000);
        for (struct event *ev; (ev = journal_next(j)); event_free(ev))
            if (ev->unrecorded || write(fd, &ev->seq, sizeof ev->seq) != sizeof ev->seq)
                _exit(4);
    }
}

/* Kills a child after `acks` acknowledged records; the newest number it could say. */
static int64_t kill_after(const struct sess *s, int acks)
{
    int fds[2], status;
    int64_t seq, newest = 0;
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(fds[0]);
        write_for_ever(s, fds[1]);
    }
    close(fds[1]);
    for (int i = 0; i < acks && read(fds[0], &seq, sizeof seq) == sizeof seq; i++)
        newest = seq;
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    while (read(fds[0], &seq, sizeof seq) == sizeof seq)
        newest = seq;
    close(fds[0]);
    return newest;
}

static void killed_at_fifty_moments(void **state)
{
    (void)state;
    unsigned rng = 2463534242u;
    for (int round = 0; round < 50; round++) {
        struct sess s;
        struct err e = ERR_INIT;
        rng ^= rng << 13, rng ^= rng >> 17, rng ^= rng << 5; /* xorshift32 (Marsaglia 2003) */
        sess_make(&s);
        int64_t acked = kill_after(&s, 1 + (int)(rng % 120));
        int64_t n = must_verify(s.path, NULL);
        if (n < acked)
            fail_msg("round %d: %lld acknowledged, %lld on disk", round, (long long)acked,
                     (long long)n);
        struct journal *j = journal_join(s.path, &e);
        if (!j)
            fail_msg("%s", e.text);
        journal_submit(j, ev_signal(9000, "boon", "back again"));
        assert_int_equal(journal_drain(j, 10000), 0);
        char head[65];
        must_close(j, true, head);
        assert_int_equal(must_verify(s.path, head), n + 1);
        sess_remove(&s);
    }
}

static void set_limit(rlim_t most)
{
    struct rlimit r;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &r), 0);
    r.rlim_cur = most > r.rlim_max ? r.rlim_max : most;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
}

/* The disk is full: the room gets everything at once and is told; later all is there, once. */
static void full_disk(void **state)
{
    (void)state;
    struct sess s;
    struct journal_health h;
    char text[4096], head[65], got[64];
    int back = 0, unrecorded = 0;
    signal(SIGXFSZ, SIG_IGN);
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    sess_make(&s);
    struct journal *j = must_create(&s);
    journal_submit(j, ev_session());
    drop(j, 1);
    set_limit(256 * 1024);
    for (int i = 0; i < 200; i++, back++) {
        journal_submit(j, ev_signal(2000 + i, "anna", text));
        struct event *ev = take(j);
        unrecorded += ev->unrecorded;
        assert_int_equal(ev->t_ms, 2000 + i);
        event_free(ev);
    }
    journal_health(j, &h);
    assert_false(h.recording);
    assert_true(unrecorded > 0 && unrecorded < 200);
    assert_true(h.backlog > 0 && h.why[0]);
    set_limit(RLIM_INFINITY);
    assert_int_equal(journal_drain(j, 10000), 0);
    journal_health(j, &h);
    assert_true(h.recording);
    assert_null(journal_next(j)); /* nothing is handed over a second time */
    must_close(j, true, head);
    assert_int_equal(must_verify(s.path, head), 201);
    sql_text(s.path, "SELECT count(DISTINCT t_ms) FROM event WHERE kind='signal'", got, sizeof got);
    assert_string_equal(got, "200");
    sess_remove(&s);
}

/* The file is moved away and comes back. */
static void file_gone(void **state)
{
    (void)state;
    struct sess s;
    struct journal_health h;
    char away[128], head[65];
    sess_make(&s);
    struct journal *j = must_create(&s);
    journal_submit(j, ev_session());
    drop(j, 1);
    str_fmt(away, sizeof away, "%s.away", s.path);
    assert_int_equal(rename(s.path, away), 0);
    journal_submit(j, ev_signal(2000, "anna", "is it there"));
    struct event *ev = take(j);
    assert_true(ev->unrecorded);
    event_free(ev);
    journal_health(j, &h);
    assert_false(h.recording);
    assert_int_equal(rename(away, s.path), 0);
    assert_int_equal(journal_drain(j, 10000), 0);
    must_close(j, true, head);
    assert_int_equal(must_verify(s.path, head), 2);
    sess_remove(&s);
}

#define EACH 150

static void append_some(const struct sess *s, const char *actor)
{
    struct err e = ERR_INIT;
    struct journal *j = journal_join(s->path, &e);
    for (int i = 0; j && i < EACH; i++)
        journal_submit(j, ev_signal(2000 + i, actor, "one more"));
    if (!j || journal_drain(j, 20000) < 0 || journal_close(j, false, NULL, &e) < 0)
        _exit(5);
    _exit(0);
}

static void two_processes(void **state)
{
    (void)state;
    static const char *const who[] = {"anna", "boon"};
    struct sess s;
    char head[65], got[64];
    pid_t pid[2];
    int status;
    sess_make(&s);
    struct journal *j = must_create(&s);
    journal_submit(j, ev_session());
    drop(j, 1);
    must_close(j, false, head);
    for (int i = 0; i < 2; i++)
        if ((pid[i] = fork()) == 0)
            append_some(&s, who[i]);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(must_verify(s.path, NULL), 2 * EACH + 1);
    sql_text(s.path,
             "SELECT group_concat(n) FROM (SELECT count(*) AS n FROM event WHERE kind='signal'"
             " GROUP BY actor)",
             got, sizeof got);
    assert_string_equal(got, "150,150");
    /* each one's own order is kept */
    sql_text(s.path,
             "SELECT count(*) FROM event a JOIN event b ON a.actor=b.actor AND a.seq<b.seq AND "
             "a.t_ms>=b.t_ms WHERE a.kind='signal' AND b.kind='signal'",
             got, sizeof got);
    assert_string_equal(got, "0");
    sess_remove(&s);
}

/* Seen by somebody who may only read: as another user, because root may write everywhere. */
static void sealed_in_a_read_only_folder(void **state)
{
    (void)state;
    struct sess s;
    char head[65];
    int status;
    sess_fill(&s, 20, head);
    assert_int_equal(chmod(s.path, 0444), 0);
    assert_int_equal(chmod(s.dir, 0555), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct err e = ERR_INIT;
        if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
            _exit(2);
        int64_t n = 0;
        struct reader *r = reader_open(s.path, &e);
        bool sealed = r && reader_sealed(r);
        reader_close(r);
        _exit(sealed && journal_verify(s.path, head, &n, NULL, &e) == 0 && n == 21 ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    sess_remove(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_fifty_moments),
        cmocka_unit_test(full_disk),
        cmocka_unit_test(file_gone),
        cmocka_unit_test(two_processes),
        cmocka_unit_test(sealed_in_a_read_only_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
