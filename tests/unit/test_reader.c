/* Reading sessions: sealed, live, from a read-only folder; and files made to hurt. */
#include "unit.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "journal_fixture.h"

static void seek_and_follow(void **state)
{
    (void)state;
    struct sess s;
    struct err e = ERR_INIT;
    sess_make(&s);
    struct journal *j = must_create(&s);
    journal_submit(j, ev_session());
    for (int i = 0; i < 9; i++)
        journal_submit(j, ev_tick(2000 + i, i, i));
    drop(j, 10);
    struct reader *r = reader_open(s.path, &e);
    assert_non_null(r);
    assert_false(reader_sealed(r));
    assert_int_equal(reader_seek(r, 7), 0);
    for (int64_t seq = 8; seq <= 10; seq++) {
        struct event *ev = reader_next(r, &e);
        assert_int_equal(ev->seq, seq);
        event_free(ev);
    }
    assert_null(reader_next(r, &e));
    journal_submit(j, ev_signal(9000, "anna", "live"));
    drop(j, 1);
    struct event *ev = reader_next(r, &e); /* it goes on with what came since */
    assert_int_equal(ev->seq, 11);
    assert_string_equal(ev->actor, "anna");
    event_free(ev);
    assert_null(reader_next(r, &e));
    assert_int_equal(e.status, 0);
    struct journal_health h;
    journal_health(j, &h);
    assert_string_equal(reader_head(r), h.head);
    reader_close(r);
    must_close(j, true, NULL);
    r = reader_open(s.path, &e);
    assert_true(reader_sealed(r));
    reader_close(r);
    sess_remove(&s);
}

static void the_recorded_plan(void **state)
{
    (void)state;
    struct sess s;
    struct err e = ERR_INIT;
    size_t n;
    char *text = unit_file("sample-config/minimal.yaml", &n);
    sess_make(&s);
    struct journal *j = must_create(&s);
    struct event *ev = ev_session();
    cJSON_ReplaceItemInObject(ev->body, "plan", cJSON_CreateString(text));
    cJSON *env = json_add_obj(ev->body, "env");
    json_add_str(env, "PROMETHEUS_URL", "http://127.0.0.1:19999");
    journal_submit(j, ev);
    journal_submit(j, ev_tick(1, 2, 3));
    drop(j, 2);
    must_close(j, true, NULL);
    struct reader *r = reader_open(s.path, &e);
    reader_seek(r, 1);
    struct plan *p = reader_plan(r, &e);
    if (!p)
        fail_msg("%s", e.text);
    assert_true(p->n_metrics > 0);
    assert_string_equal(p->source, text);
    plan_free(p);
    ev = reader_next(r, &e); /* where it was */
    assert_int_equal(ev->seq, 2);
    event_free(ev);
    reader_close(r);
    free(text);
    sess_remove(&s);
}

/* In a child without any rights: root may write everywhere. 0 when fn says so. */
static int as_nobody(int (*fn)(const char *path), const char *path)
{
    int status;
    pid_t pid = fork();
    if (!pid) {
        if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
            _exit(99);
        _exit(fn(path));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int verify_and_read(const char *path)
{
    struct err e = ERR_INIT;
    int64_t n;
    int read = 0;
    if (access(path, W_OK) == 0)
        return 98;
    if (journal_verify(path, NULL, &n, NULL, &e) < 0)
        return fprintf(stderr, "%s\n", e.text), 2;
    struct reader *r = reader_open(path, &e);
    for (struct event *ev; r && (ev = reader_next(r, &e)); event_free(ev))
        read++;
    reader_close(r);
    return r && n == 6 && read == 6 ? 0 : 3;
}

static int refused_with_advice(const char *path)
{
    struct err e = ERR_INIT;
    return journal_verify(path, NULL, NULL, NULL, &e) < 0 && strstr(e.text, "copy it") ? 0 : 4;
}

static void lock_folder(const struct sess *s)
{
    assert_int_equal(chmod(s->path, 0444), 0);
    assert_int_equal(chmod(s->dir, 0555), 0);
}

static void from_a_read_only_folder(void **state)
{
    (void)state;
    struct sess s;
    sess_fill(&s, 5, NULL);
    lock_folder(&s);
    assert_int_equal(as_nobody(verify_and_read, s.path), 0);
    sess_remove(&s);
}

/* Closed without a seal: WAL mode in the header, no WAL beside it. */
static void unsealed_from_a_read_only_folder(void **state)
{
    (void)state;
    struct sess s;
    sess_make(&s);
    struct journal *j = must_create(&s);
    journal_submit(j, ev_session());
    for (int i = 0; i < 5; i++)
        journal_submit(j, ev_tick(2000 + i, i, i));
    drop(j, 6);
    must_close(j, false, NULL);
    lock_folder(&s);
    assert_int_equal(as_nobody(verify_and_read, s.path), 0);
    struct stat st;
    char wal[110];
    str_fmt(wal, sizeof wal, "%s-wal", s.path);
    assert_int_equal(stat(wal, &st), -1); /* reading left nothing behind */
    sess_remove(&s);
}

/* A WAL that cannot be read in place is said, not left out. */
static void a_wal_in_a_read_only_folder(void **state)
{
    (void)state;
    struct sess s, copy;
    size_t n;
    char from[110], to[110];
    sess_make(&s);
    sess_make(&copy);
    struct journal *j = must_create(&s);
    journal_submit(j, ev_session());
    drop(j, 1);
    for (int k = 0; k < 2; k++) {
        str_fmt(from, sizeof from, "%s%s", s.path, k ? "-wal" : "");
        str_fmt(to, sizeof to, "%s%s", copy.path, k ? "-wal" : "");
        char *bytes = unit_file(from, &n);
        FILE *f = fopen(to, "wb");
        assert_int_equal(fwrite(bytes, 1, n, f), n);
        fclose(f);
        chmod(to, 0444);
        free(bytes);
    }
    lock_folder(&copy);
    assert_int_equal(as_nobody(refused_with_advice, copy.path), 0);
    must_close(j, true, NULL);
    sess_remove(&s);
    sess_remove(&copy);
}

static const struct {
    const char *sql; /* of the file; NULL: not SQLite */
    const char *text;
    const char *says;
} hostile[] = {
    {NULL, "", "is not a session of warroom"},
    {NULL, "version: 1\n", "is not a session of warroom"},
    {NULL, "SQLite format 3", "session"},
    {"CREATE TABLE t(x)", NULL, "is not a session of warroom"},
    {"PRAGMA application_id=2002874994; PRAGMA user_version=1; CREATE TABLE t(x)", NULL,
     "was altered: \"t\""},
    {"PRAGMA application_id=2002874994; PRAGMA user_version=1;"
     "CREATE VIEW event AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
     "SELECT i AS seq, 1 AS t_ms, 'tick' AS kind, '' AS stage, '' AS actor, '' AS role, "
     "'{}' AS body, '' AS prev, '' AS hash FROM n",
     NULL, "was altered: \"event\""},
    {"PRAGMA application_id=2002874994; PRAGMA user_version=1;"
     "CREATE TABLE event(seq INTEGER PRIMARY KEY, t_ms, kind, stage, actor, role, body, prev, "
     "hash)",
     NULL, "was altered: \"event\""},
    {"PRAGMA application_id=2002874994; PRAGMA user_version=1", NULL, "is missing"},
    {"PRAGMA application_id=2002874994; PRAGMA user_version=0; CREATE TABLE t(x)", NULL,
     "is not a session of warroom"},
    {"PRAGMA application_id=2002874994; PRAGMA user_version=7; CREATE TABLE t(x)", NULL,
     "newer warroom (format 7"},
};

static void make_hostile(const char *path, size_t i)
{
    char why[200];
    if (hostile[i].sql) {
        sql_run(path, hostile[i].sql, why, sizeof why);
        assert_string_equal(why, "");
        return;
    }
    FILE *f = fopen(path, "wb");
    fprintf(f, "%s%c%120s", hostile[i].text, 0, "x");
    fclose(f);
}

static void hostile_files_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        struct sess s;
        struct err e = ERR_INIT;
        sess_make(&s);
        make_hostile(s.path, i);
        assert_null(reader_open(s.path, &e));
        if (!strstr(e.text, hostile[i].says) || e.status != EX_BADDATA)
            fail_msg("file %zu: status %d: %s", i, e.status, e.text);
        e = (struct err)ERR_INIT;
        assert_int_equal(journal_verify(s.path, NULL, NULL, NULL, &e), -1);
        assert_int_equal(e.status, EX_BADDATA);
        assert_null(journal_join(s.path, &e));
        sess_remove(&s);
    }
}

static const struct {
    const char *kind, *body, *says;
} bad_records[] = {
    {"tick", "[1]", "has no JSON object for a body"},
    {"tick", "{\"v\":", "has no JSON object for a body"},
    {"tick", "{} x", "has no JSON object for a body"},
    {"no such kind", "{}", "is of an unknown kind"},
    {"tick", "DEEP", "has no JSON object for a body"},
};

/* Records whose chain is right and whose content is not. */
static void chained_rubbish(void **state)
{
    (void)state;
    struct buf deep = BUF_INIT;
    for (int i = 0; i < 100000; i++)
        buf_adds(&deep, "{\"a\":");
    for (size_t i = 0; i < sizeof bad_records / sizeof *bad_records; i++) {
        struct sess s;
        struct err e = ERR_INIT;
        char prev[65], hash[65];
        struct buf sql = BUF_INIT;
        const char *body = strcmp(bad_records[i].body, "DEEP") ? bad_records[i].body : deep.p;
        sess_fill(&s, 1, prev);
        chain_hash(prev, 3, 1, bad_records[i].kind, "", "", "", body, hash);
        buf_addf(&sql, "INSERT INTO event VALUES (3, 1, '%s', '', '', '', '%s', '%s', '%s')",
                 bad_records[i].kind, body, prev, hash);
        char why[100];
        sql_run(s.path, sql.p, why, sizeof why);
        assert_string_equal(why, "");
        assert_int_equal(journal_verify(s.path, NULL, NULL, NULL, &e), -1);
        assert_non_null(strstr(e.text, bad_records[i].says));
        struct reader *r = reader_open(s.path, &e);
        reader_seek(r, 2);
        assert_null(reader_next(r, &e));
        assert_non_null(strstr(e.text, bad_records[i].says));
        reader_close(r);
        buf_free(&sql);
        sess_remove(&s);
    }
    buf_free(&deep);
}

static void what_is_not_there(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct sess s;
    assert_null(reader_open("/nonexistent/s.wr", &e));
    assert_int_equal(e.status, EX_NOFILE);
    sess_make(&s);
    assert_null(reader_open(s.dir, &e));
    assert_int_equal(e.status, EX_BADDATA);
    assert_int_equal(mkfifo(s.path, 0600), 0);
    assert_null(reader_open(s.path, &e)); /* does not wait for a writer of the pipe */
    sess_remove(&s);
    sess_make(&s);
    must_close(must_create(&s), true, NULL); /* a run that died at once */
    int64_t n = -1;
    assert_int_equal(journal_verify(s.path, NULL, &n, NULL, &e), 0);
    assert_int_equal(n, 0);
    struct reader *r = reader_open(s.path, &e);
    assert_string_equal(reader_head(r), "");
    assert_null(reader_plan(r, &e));
    assert_non_null(strstr(e.text, "holds no record"));
    reader_close(r);
    sess_remove(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seek_and_follow),
        cmocka_unit_test(the_recorded_plan),
        cmocka_unit_test(from_a_read_only_folder),
        cmocka_unit_test(unsealed_from_a_read_only_folder),
        cmocka_unit_test(a_wal_in_a_read_only_folder),
        cmocka_unit_test(hostile_files_are_refused),
        cmocka_unit_test(chained_rubbish),
        cmocka_unit_test(what_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
