/* Every way to change what was recorded is refused, or found and named; a damaged file is an
 * error or reads as it was written, never something else. */
#include "unit.h"

#include "journal_fixture.h"

#define SOME 12

static void append_only(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "UPDATE event SET body='{}' WHERE seq=2",
        "DELETE FROM event",
        "INSERT OR REPLACE INTO event SELECT seq,0,kind,stage,actor,role,body,prev,hash"
        " FROM event WHERE seq=2",
        "INSERT INTO event SELECT 999,0,kind,stage,actor,role,body,prev,hash FROM event"
        " WHERE seq=2",
        "UPDATE session SET value='c'",
        "DELETE FROM session",
        "INSERT OR REPLACE INTO session VALUES('run_id','other')",
        "INSERT INTO session VALUES('more','other')",
        "UPDATE series SET unit='s'",
        "DELETE FROM series",
        "INSERT OR REPLACE INTO series VALUES(1,'m','canary','','')",
    };
    struct sess s;
    char head[65], why[200];
    struct err e = ERR_INIT;
    sess_fill(&s, SOME, head);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        sql_run(s.path, refused[i], why, sizeof why);
        if (!why[0])
            fail_msg("allowed: %s", refused[i]);
    }
    assert_int_equal(journal_verify(s.path, head, NULL, NULL, &e), 0);
    sess_remove(&s);
}

/* Runs sql with the triggers taken away, and puts them back as they were. */
static void edit(const char *path, const char *sql)
{
    static const char *const names[] = {"event_no_update", "event_no_delete", "event_append",
                                        "session_no_update", "series_no_update"};
    struct buf all = BUF_INIT, again = BUF_INIT;
    char text[900], q[120];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        str_fmt(q, sizeof q, "SELECT sql FROM sqlite_schema WHERE name='%s'", names[i]);
        sql_text(path, q, text, sizeof text);
        if (!text[0])
            fail_msg("no trigger %s", names[i]);
        buf_addf(&all, "DROP TRIGGER %s;", names[i]);
        buf_addf(&again, ";%s", text);
    }
    buf_adds(&all, sql);
    buf_adds(&all, again.p);
    sql_run(path, all.p, text, sizeof text);
    if (text[0])
        fail_msg("%s: %s", sql, text);
    buf_free(&all);
    buf_free(&again);
}

static void edits_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *says;
    } cases[] = {
        {"UPDATE event SET t_ms=t_ms+1 WHERE seq=3", "record 3 "},
        {"UPDATE event SET kind='tick' WHERE seq=2", "record 2 "},
        {"UPDATE event SET stage='x' WHERE seq=1", "record 1 "},
        {"UPDATE event SET actor='chai' WHERE seq=5", "record 5 "},
        {"UPDATE event SET role='ic' WHERE seq=2", "record 2 "},
        {"UPDATE event SET body='{}' WHERE seq=2", "record 2 "},
        {"UPDATE event SET body=body||' ' WHERE seq=13", "record 13 "},
        {"UPDATE event SET stage=actor,actor='' WHERE seq=4", "record 4 "},
        {"UPDATE event SET hash=prev WHERE seq=4", "record 4 "},
        {"UPDATE event SET prev=hash WHERE seq=4", "record 4 "},
        {"DELETE FROM event WHERE seq=3", "record 3 "},
        {"DELETE FROM event WHERE seq=1", "record 1 "},
        {"DELETE FROM event WHERE seq>7", "cut"},
        {"UPDATE event SET seq=99 WHERE seq=3; UPDATE event SET seq=3 WHERE seq=4;"
         "UPDATE event SET seq=4 WHERE seq=99",
         "record 3 "},
        {"UPDATE series SET metric='other' WHERE id=1", "series"},
        {"UPDATE session SET value='other' WHERE key='run_id'", "session"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sess s;
        char head[65];
        struct err e = ERR_INIT;
        sess_fill(&s, SOME, head);
        edit(s.path, cases[i].sql);
        assert_int_equal(journal_verify(s.path, head, NULL, NULL, &e), -1);
        assert_int_equal(e.status, EX_FAILED);
        if (!strstr(e.text, cases[i].says))
            fail_msg("%s: said %s", cases[i].sql, e.text);
        sess_remove(&s);
    }
}

/* Foreign triggers, newer versions and other files are refused with a sentence. */
static void foreign_files(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *says;
        int status;
    } cases[] = {
        {"PRAGMA user_version=9", "newer", EX_BADDATA},
        {"PRAGMA application_id=5", "not a session", EX_BADDATA},
        {"CREATE TRIGGER bad AFTER INSERT ON event BEGIN SELECT 1; END", "bad", EX_BADDATA},
        {"DROP VIEW log; CREATE VIEW log AS SELECT 1", "log", EX_BADDATA},
        {"DROP TRIGGER event_no_update", "event_no_update", EX_BADDATA},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sess s;
        char head[65], why[200];
        struct err e = ERR_INIT;
        sess_fill(&s, 1, head);
        sql_run(s.path, cases[i].sql, why, sizeof why);
        assert_string_equal(why, "");
        assert_null(reader_open(s.path, &e));
        assert_int_equal(e.status, cases[i].status);
        if (!strstr(e.text, cases[i].says))
            fail_msg("%s: said %s", cases[i].sql, e.text);
        assert_null(journal_join(s.path, &e));
        assert_int_equal(journal_verify(s.path, NULL, NULL, NULL, &e), -1);
        sess_remove(&s);
    }
}

/* All events as text, or NULL when the file cannot be read to its end. */
static char *dump(const char *path)
{
    struct err e = ERR_INIT;
    struct buf b = BUF_INIT;
    struct reader *r = reader_open(path, &e);
    if (!r)
        return NULL;
    for (struct event *ev; (ev = reader_next(r, &e)); event_free(ev)) {
        event_json_line(ev, -1, &b);
        buf_addc(&b, '\n');
    }
    reader_close(r);
    if (!e.status)
        return buf_take(&b);
    buf_free(&b);
    return NULL;
}

static void put_file(const char *path, const char *p, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* Flipped bytes anywhere in the file: when verify is content, the events are the very same. */
static void flipped_bytes(void **state)
{
    (void)state;
    struct sess s;
    char head[65];
    size_t n;
    int found = 0;
    unsigned rng = 88675123u;
    sess_fill(&s, SOME, head);
    char *whole = unit_file(s.path, &n), *want = dump(s.path);
    assert_non_null(want);
    for (int i = 0; i < 400; i++) {
        struct err e = ERR_INIT;
        rng ^= rng << 13, rng ^= rng >> 17, rng ^= rng << 5; /* xorshift32 (Marsaglia 2003) */
        size_t at = rng % n;
        whole[at] = (char)(whole[at] ^ (1 << (rng >> 29)));
        put_file(s.path, whole, n);
        char *now = dump(s.path);
        if (journal_verify(s.path, head, NULL, NULL, &e) < 0) {
            found++;
            assert_true(e.status && e.text[0]);
        } else if (!now || strcmp(now, want) != 0) {
            fail_msg("byte %zu: other events, and verify is content", at);
        }
        free(now);
        whole[at] = (char)(whole[at] ^ (1 << (rng >> 29)));
    }
    assert_true(found > 20);
    free(whole);
    free(want);
    sess_remove(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(append_only),
        cmocka_unit_test(edits_are_found),
        cmocka_unit_test(foreign_files),
        cmocka_unit_test(flipped_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
