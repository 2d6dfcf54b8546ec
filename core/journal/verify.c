/* Checks a session record by record: nothing edited, missing, reordered; with a head, nothing cut.
 */
#include "journal/reader.h"

#include <string.h>

#include "journal/db.h"

struct check {
    const char *path;
    int64_t seq;
    char head[65];
    struct err *e;
};

static int bad(struct check *c, int64_t seq, const char *what)
{
    return err_set(c->e, EX_FAILED, "%s: record %lld %s; the %lld before it are whole", c->path,
                   (long long)seq, what, (long long)c->seq);
}

static int check_record(struct check *c, sqlite3_stmt *st)
{
    char hash[65];
    int64_t seq = sqlite3_column_int64(st, 0);
    const char *prev = db_text(st, 7);
    if (seq != c->seq + 1)
        return bad(c, c->seq + 1, "is missing");
    for (int i = 0; i < 9; i++)
        if (sqlite3_column_type(st, i) != (i < 2 ? SQLITE_INTEGER : SQLITE_TEXT) ||
            (i >= 2 && strlen(db_text(st, i)) != (size_t)sqlite3_column_bytes(st, i)))
            return bad(c, seq, "has a field of the wrong kind");
    chain_hash(prev, seq, sqlite3_column_int64(st, 1), db_text(st, 2), db_text(st, 3),
               db_text(st, 4), db_text(st, 5), db_text(st, 6), hash);
    if (strcmp(hash, db_text(st, 8)) != 0)
        return bad(c, seq, "was edited (its hash does not match)");
    if (strcmp(prev, c->head) != 0)
        return bad(c, seq, "does not follow the one before it (removed, inserted or reordered)");
    c->seq = seq;
    str_copy(c->head, sizeof c->head, hash);
    return 0;
}

/* The side tables repeat what the first event says; they are held against it. */
static int check_series(struct check *c, sqlite3 *db)
{
    static const char sql[] =
        "SELECT count(*) FROM (SELECT json_extract(v.value,'$.id') AS id,"
        " json_extract(v.value,'$.metric') AS metric, json_extract(v.value,'$.side') AS side,"
        " json_extract(v.value,'$.unit') AS unit, json_extract(v.value,'$.title') AS title"
        " FROM event, json_each(body,'$.series') v WHERE seq = 1"
        " EXCEPT SELECT id, metric, side, unit, title FROM series)"
        " UNION ALL SELECT (SELECT count(*) FROM series) -"
        " (SELECT json_array_length(body,'$.series') FROM event WHERE seq = 1)"
        " UNION ALL SELECT count(*) FROM session, event WHERE seq = 1 AND session.value IS NOT"
        " CAST(json_extract(body, '$.' || session.key) AS TEXT)";
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL), faults = 0;
    while (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        faults += sqlite3_column_int64(st, 0) != 0;
        rc = SQLITE_OK;
    }
    sqlite3_finalize(st);
    if (c->seq > 0 && (rc != SQLITE_DONE || faults))
        return err_set(c->e, EX_FAILED,
                       "%s: the tables session and series do not agree with record 1", c->path);
    return 0;
}

static int check_all(struct check *c, sqlite3 *db)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db, "SELECT " DB_EVENT_COLUMNS ",prev,hash FROM event ORDER BY seq",
                                -1, &st, NULL);
    int fault = 0;
    while (rc == SQLITE_OK && !fault) {
        rc = sqlite3_step(st);
        if (rc == SQLITE_ROW) {
            fault = check_record(c, st);
            rc = SQLITE_OK;
        }
    }
    if (!fault && rc != SQLITE_DONE)
        fault = err_set(c->e, EX_FAILED, "%s: damaged after record %lld: %s", c->path,
                        (long long)c->seq, sqlite3_errmsg(db));
    sqlite3_finalize(st);
    return fault ? -1 : check_series(c, db);
}

int journal_verify(const char *path, const char *want_head, int64_t *events, char head[65],
                   struct err *e)
{
    struct check c = {.path = path, .e = e};
    sqlite3 *db = db_open(path, false, e);
    str_copy(c.head, sizeof c.head, db_genesis);
    if (!db)
        return -1;
    int rc = check_all(&c, db);
    sqlite3_close(db);
    if (events)
        *events = c.seq;
    if (head)
        str_copy(head, 65, c.head);
    if (rc == 0 && want_head && strcmp(want_head, c.head) != 0)
        return err_set(
            e, EX_FAILED,
            "%s: %lld records are whole, but the head is %.12s… and not %.12s…: the tail "
            "was cut, or it is another session",
            path, (long long)c.seq, c.head, want_head);
    return rc;
}
