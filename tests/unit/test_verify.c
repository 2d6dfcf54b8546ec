/* The proof: whatever is changed in a session file is found, and said in words. */
#include "unit.h"

#include <fcntl.h>
#include <openssl/sha.h>

#include "journal_fixture.h"

#define RECORDS 30

static uint64_t rng = 88172645463325252u;

static uint32_t roll(uint32_t below) /* xorshift64 */
{
    rng ^= rng << 13, rng ^= rng >> 7, rng ^= rng << 17;
    return (uint32_t)(rng >> 16) % below;
}

static sqlite3 *open_db(const char *path)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

static void exec(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

/* Changes the rows as somebody would who knows SQLite: away with the triggers, and back. */
static void tamper(const char *path, const char *sql)
{
    sqlite3 *db = open_db(path);
    sqlite3_stmt *st;
    struct buf back = BUF_INIT, drop_all = BUF_INIT;
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT name, sql FROM sqlite_schema WHERE type = "
                                        "'trigger'",
                                        -1, &st, NULL),
                     SQLITE_OK);
    while (sqlite3_step(st) == SQLITE_ROW) {
        buf_addf(&drop_all, "DROP TRIGGER %s;", (const char *)sqlite3_column_text(st, 0));
        buf_addf(&back, "%s;", (const char *)sqlite3_column_text(st, 1));
    }
    sqlite3_finalize(st);
    exec(db, "PRAGMA synchronous=OFF");
    exec(db, drop_all.p);
    exec(db, sql);
    exec(db, back.p);
    sqlite3_close(db);
    buf_free(&back);
    buf_free(&drop_all);
}

static void write_file(const char *path, const char *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

/* The chain as docs/journal.md describes it, computed without the program. */
static void the_chain_as_documented(void **state)
{
    (void)state;
    struct sess s;
    char prev[65], head[65], fn[65];
    sess_fill(&s, RECORDS, head);
    memset(prev, '0', 64);
    prev[64] = '\0';
    sqlite3 *db = open_db(s.path);
    sqlite3_stmt *st;
    sqlite3_prepare_v2(db,
                       "SELECT seq, t_ms, kind, stage, actor, role, body, prev, hash FROM event "
                       "ORDER BY seq",
                       -1, &st, NULL);
    int n = 0;
    for (; sqlite3_step(st) == SQLITE_ROW; n++) {
        struct buf b = BUF_INIT;
        unsigned char md[SHA256_DIGEST_LENGTH];
        char hash[65];
        const char *col[9];
        for (int i = 0; i < 9; i++)
            col[i] = (const char *)sqlite3_column_text(st, i);
        assert_string_equal(col[7], prev);
        buf_addf(&b, "64:%s,", prev);
        for (int i = 0; i < 7; i++)
            buf_addf(&b, "%zu:%s,", strlen(col[i]), col[i]);
        SHA256((const unsigned char *)b.p, b.len, md);
        for (int i = 0; i < 32; i++)
            str_fmt(hash + 2 * i, 3, "%02x", md[i]);
        assert_string_equal(col[8], hash);
        chain_hash(prev, sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1), col[2], col[3],
                   col[4], col[5], col[6], fn);
        assert_string_equal(fn, hash);
        str_copy(prev, sizeof prev, hash);
        buf_free(&b);
    }
    assert_int_equal(n, RECORDS + 1);
    assert_string_equal(prev, head);
    sqlite3_finalize(st);
    sqlite3_close(db);
    sess_remove(&s);
}

static const struct {
    const char *sql;
    const char *head; /* NULL: without, "": the true one, else as given */
    int status;
    const char *says;
} faults[] = {
    {"UPDATE event SET body = replace(body, 'db-r2=9s', 'db-r2=8s') WHERE seq = 5", NULL, EX_FAILED,
     "record 5 of session FILE was edited: its content does not fit its hash"},
    {"UPDATE event SET t_ms = t_ms + 1 WHERE seq = 1", NULL, EX_FAILED, "record 1 of session"},
    {"UPDATE event SET actor = 'chai' WHERE seq = 31", NULL, EX_FAILED, "record 31 of session"},
    {"UPDATE event SET hash = substr(hash, 2) WHERE seq = 7", NULL, EX_FAILED,
     "record 7 of session FILE was edited: a field is not what it must be"},
    {"UPDATE event SET body = '{\"a\":1' || char(0) || '}' WHERE seq = 7", NULL, EX_FAILED,
     "record 7 of session FILE was edited: a field"},
    {"DELETE FROM event WHERE seq = 8", NULL, EX_FAILED,
     "record 8 of session FILE is missing: the next one there is 9"},
    {"DELETE FROM event WHERE seq < 4", NULL, EX_FAILED, "record 1 of session FILE is missing"},
    {"UPDATE event SET seq = 99 WHERE seq = 5; UPDATE event SET seq = 5 WHERE seq = 6;"
     "UPDATE event SET seq = 6 WHERE seq = 99",
     NULL, EX_FAILED, "records of session FILE are out of order: record 5 was written as record 6"},
    {"UPDATE event SET seq = 99 WHERE seq = 5; UPDATE event SET seq = 5 WHERE seq = 20;"
     "UPDATE event SET seq = 20 WHERE seq = 99",
     NULL, EX_FAILED, "are out of order: record 5 was written as record 20"},
    {"DELETE FROM event WHERE seq = 8; UPDATE event SET seq = -seq WHERE seq > 8;"
     "UPDATE event SET seq = -seq - 1 WHERE seq < 0",
     NULL, EX_FAILED,
     "record 8 of session FILE is missing: what stands in its place was written as record 9"},
    {"DELETE FROM event WHERE seq > 20", NULL, 0, ""}, /* a cut tail needs the head */
    {"DELETE FROM event WHERE seq > 20", "", EX_FAILED,
     "session FILE ends at record 20, which is not the given head: its tail was cut"},
    {"DELETE FROM event", "", EX_FAILED, "ends at record 0"},
    {"SELECT 1", "0123456789012345678901234567890123456789012345678901234567890123", EX_FAILED,
     "ends at record 31, which is not the given head"},
    {"UPDATE session SET value = 'CANARY-V1-008' WHERE key = 'run_id'", NULL, EX_FAILED,
     "table \"session\" does not say what record 1 says"},
    {"INSERT INTO session VALUES ('approved_by', 'dba')", NULL, EX_FAILED, "table \"session\""},
    {"DELETE FROM session WHERE key = 'title'", NULL, EX_FAILED, "table \"session\""},
    {"UPDATE series SET metric = 'err' WHERE id = 1", NULL, EX_FAILED, "table \"series\""},
    {"DELETE FROM series WHERE id = 2", NULL, EX_FAILED, "table \"series\""},
    {"INSERT INTO snapshot VALUES (3, 'x', x'00')", "", 0, ""}, /* a cache, not evidence */
    {"PRAGMA user_version = 2", NULL, EX_BADDATA,
     "session FILE was written by a newer warroom (format 2; this one reads format 1): use that "
     "version"},
    {"PRAGMA application_id = 1", NULL, EX_BADDATA, "FILE is not a session of warroom"},
    {"DROP VIEW samples; CREATE VIEW samples AS SELECT 1 AS t_ms, 'p95' AS metric, '' AS side, "
     "0.0 AS value",
     NULL, EX_BADDATA, "was altered: \"samples\" is not as this program makes it"},
    {"CREATE TABLE more(x)", NULL, EX_BADDATA, "was altered: \"more\""},
    {"DROP VIEW log", NULL, EX_BADDATA, "was altered: \"log\" is missing"},
};

static void every_fault_in_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct sess s;
        struct err e = ERR_INIT;
        char head[65];
        struct buf says = BUF_INIT;
        sess_fill(&s, RECORDS, head);
        tamper(s.path, faults[i].sql);
        const char *want = faults[i].head && !*faults[i].head ? head : faults[i].head;
        int rc = journal_verify(s.path, want, NULL, NULL, &e);
        assert_int_equal(rc, faults[i].status ? -1 : 0);
        if (e.status != faults[i].status)
            fail_msg("%s: status %d: %s", faults[i].sql, e.status, e.text);
        const char *name = strstr(faults[i].says, "FILE");
        buf_add(&says, faults[i].says,
                name ? (size_t)(name - faults[i].says) : strlen(faults[i].says));
        buf_addf(&says, "%s%s", name ? s.path : "", name ? name + 4 : "");
        if (!strstr(e.text, buf_str(&says)))
            fail_msg("%s: \"%s\" is not in \"%s\"", faults[i].sql, says.p, e.text);
        buf_free(&says);
        sess_remove(&s);
    }
}

/* The given head is one of an earlier record: added to, not cut. */
static void records_added_after_the_head(void **state)
{
    (void)state;
    struct sess s;
    struct err e = ERR_INIT;
    char head[65], later[65];
    sess_fill(&s, 3, head);
    struct journal *j = journal_join(s.path, &e);
    assert_non_null(j);
    journal_submit(j, ev_signal(9000, "anna", "late"));
    drop(j, 1);
    must_close(j, true, later);
    assert_int_equal(journal_verify(s.path, later, NULL, NULL, &e), 0);
    assert_int_equal(journal_verify(s.path, head, NULL, NULL, &e), -1);
    assert_non_null(strstr(e.text, "is record 4 and the last one is 5: records were added"));
    sess_remove(&s);
}

static const char *const columns[] = {"kind", "stage", "actor", "role", "body", "prev", "hash"};

/* One random change of one record, as SQL. */
static void random_change(const char *path, struct buf *sql)
{
    char old[4096] = "", q[128];
    uint32_t n = 1 + roll(RECORDS + 1), m = 1 + roll(RECORDS + 1);
    const char *col = columns[roll(7)];
    switch (roll(8)) {
    case 0:
        buf_addf(sql, "DELETE FROM event WHERE seq = %u", n);
        return;
    case 1:
        m = m == n ? n % (RECORDS + 1) + 1 : m;
        buf_addf(sql,
                 "UPDATE event SET seq = 99 WHERE seq = %u; UPDATE event SET seq = %u WHERE "
                 "seq = %u; UPDATE event SET seq = %u WHERE seq = 99",
                 n, n, m, m);
        return;
    case 2:
        buf_addf(sql, "UPDATE event SET t_ms = t_ms + %d WHERE seq = %u", 1 + (int)roll(9999), n);
        return;
    case 3:
        buf_addf(sql, "DELETE FROM event WHERE seq >= %u", n);
        return;
    default: /* one byte of one field, or a byte more */
        str_fmt(q, sizeof q, "SELECT hex(%s) FROM event WHERE seq = %u", col, n);
        sql_text(path, q, old, sizeof old);
        uint32_t at = roll((uint32_t)strlen(old) / 2 + 1) * 2;
        if (!old[at])
            str_copy(old + at, sizeof old - at, "41");
        else
            old[at + 1] = "123456789abcdef0"[(uint32_t)strtol((char[]){old[at + 1], 0}, NULL, 16)];
        buf_addf(sql, "UPDATE event SET %s = CAST(x'%s' AS TEXT) WHERE seq = %u", col, old, n);
    }
}

static void a_thousand_changes_found(void **state)
{
    (void)state;
    struct sess s;
    char head[65];
    size_t size;
    sess_fill(&s, RECORDS, head);
    char *whole = unit_file(s.path, &size);
    for (int i = 0; i < 1000; i++) {
        struct buf sql = BUF_INIT;
        struct err e = ERR_INIT;
        write_file(s.path, whole, size);
        random_change(s.path, &sql);
        tamper(s.path, sql.p);
        if (journal_verify(s.path, head, NULL, NULL, &e) == 0)
            fail_msg("change %d was not found: %s", i, sql.p);
        assert_int_equal(e.status, EX_FAILED);
        buf_free(&sql);
    }
    free(whole);
    sess_remove(&s);
}

/* Everything a reader gives, as text. */
static void read_all(const char *path, struct buf *out)
{
    struct err e = ERR_INIT;
    struct reader *r = reader_open(path, &e);
    for (struct event *ev; r && (ev = reader_next(r, &e)); event_free(ev))
        event_json_line(ev, -1, out);
    reader_close(r);
}

/* A byte of the file itself: found, or without any meaning (unused space). */
static void a_thousand_bytes_flipped(void **state)
{
    (void)state;
    struct sess s;
    char head[65];
    size_t size;
    int found = 0;
    struct buf good = BUF_INIT;
    sess_fill(&s, RECORDS, head);
    char *whole = unit_file(s.path, &size);
    read_all(s.path, &good);
    for (int i = 0; i < 1000; i++) {
        struct err e = ERR_INIT;
        struct buf now = BUF_INIT;
        size_t at = roll((uint32_t)size);
        char was = whole[at];
        whole[at] = (char)(was ^ (1 << roll(8)));
        write_file(s.path, whole, size);
        whole[at] = was;
        int rc = journal_verify(s.path, head, NULL, NULL, &e);
        read_all(s.path, &now); /* whatever it says, it ends */
        found += rc < 0;
        if (rc == 0)
            assert_string_equal(now.p, good.p);
        buf_free(&now);
    }
    print_message("%d of 1000 flipped bits found, the others change no record\n", found);
    free(whole);
    buf_free(&good);
    sess_remove(&s);
}

/* Cut at every 512 bytes: never whole, never a crash. */
static void a_file_cut_short(void **state)
{
    (void)state;
    struct sess s;
    struct err e = ERR_INIT;
    char head[65];
    size_t size;
    sess_fill(&s, RECORDS, head);
    char *whole = unit_file(s.path, &size);
    for (size_t n = 0; n < size; n += 512) {
        write_file(s.path, whole, n);
        assert_int_equal(journal_verify(s.path, head, NULL, NULL, &e), -1);
    }
    free(whole);
    sess_remove(&s);
}

/* A WAL cut by a crash loses its last transactions and is no error: what is there holds. */
static void a_wal_cut_short(void **state)
{
    (void)state;
    struct sess s, copy;
    struct err e = ERR_INIT;
    char from[110], to[110];
    size_t n_db, n_wal;
    sess_make(&s);
    sess_make(&copy);
    struct journal *j = must_create(&s);
    journal_submit(j, ev_session());
    drop(j, 1);
    for (int i = 0; i < RECORDS; i++) {
        journal_submit(j, ev_signal(2000 + i, "anna", "x"));
        drop(j, 1);
    }
    str_fmt(from, sizeof from, "%s-wal", s.path);
    str_fmt(to, sizeof to, "%s-wal", copy.path);
    char *db = unit_file(s.path, &n_db), *wal = unit_file(from, &n_wal);
    int64_t last = 0, n;
    write_file(copy.path, db, n_db);
    for (size_t cut = n_wal / 2; cut <= n_wal; cut += 1000) {
        write_file(to, wal, cut);
        if (journal_verify(copy.path, NULL, &n, NULL, &e) < 0)
            fail_msg("cut at %zu of %zu: %s", cut, n_wal, e.text);
        assert_true(n >= last && n > 0);
        last = n;
    }
    free(db);
    free(wal);
    must_close(j, true, NULL);
    sess_remove(&s);
    sess_remove(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chain_as_documented),
        cmocka_unit_test(every_fault_in_words),
        cmocka_unit_test(records_added_after_the_head),
        cmocka_unit_test(a_thousand_changes_found),
        cmocka_unit_test(a_thousand_bytes_flipped),
        cmocka_unit_test(a_file_cut_short),
        cmocka_unit_test(a_wal_cut_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
