/* Schema and opening. docs/journal.md describes the tables. */
#include "journal/db.h"

#include <string.h>
#include <unistd.h>

const char db_genesis[65] = "0000000000000000000000000000000000000000000000000000000000000000";

static const char schema[] =
    "CREATE TABLE session(key TEXT PRIMARY KEY NOT NULL, value TEXT) STRICT;"
    "CREATE TABLE series(id INTEGER PRIMARY KEY NOT NULL, metric TEXT NOT NULL, side TEXT NOT NULL,"
    " unit TEXT NOT NULL, title TEXT NOT NULL) STRICT;"
    "CREATE TABLE event(seq INTEGER PRIMARY KEY NOT NULL, t_ms INTEGER NOT NULL, kind TEXT NOT "
    "NULL,"
    " stage TEXT NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL, body TEXT NOT NULL,"
    " prev TEXT NOT NULL, hash TEXT NOT NULL) STRICT;"
    "CREATE TABLE snapshot(seq INTEGER PRIMARY KEY NOT NULL, state BLOB NOT NULL) STRICT;"
    "CREATE TRIGGER event_no_update BEFORE UPDATE ON event"
    " BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;"
    "CREATE TRIGGER event_no_delete BEFORE DELETE ON event"
    " BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;"
    "CREATE TRIGGER session_no_update BEFORE UPDATE ON session"
    " BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;"
    "CREATE TRIGGER session_no_delete BEFORE DELETE ON session"
    " BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;"
    "CREATE TRIGGER series_no_update BEFORE UPDATE ON series"
    " BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;"
    "CREATE TRIGGER series_no_delete BEFORE DELETE ON series"
    " BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;"
    "CREATE VIEW log(t_ms,clock,stage,text,metrics,verdict,decision,actor) AS"
    " SELECT t_ms, strftime('%Y-%m-%d %H:%M:%S', t_ms / 1000, 'unixepoch'), stage,"
    " coalesce(json_extract(body,'$.text'), json_extract(body,'$.what'),"
    " json_extract(body,'$.why'), kind),"
    " coalesce(json_extract(body,'$.signals'), json_extract(body,'$.values')),"
    " json_extract(body,'$.verdict.status'), json_extract(body,'$.decision'), actor"
    " FROM event WHERE kind NOT IN ('tick','source','parking');"
    "CREATE VIEW samples(t_ms,metric,side,value) AS"
    " SELECT e.t_ms, s.metric, s.side, v.value"
    " FROM event e, json_each(e.body, '$.v') v JOIN series s ON s.id = CAST(v.key AS INTEGER)"
    " WHERE e.kind = 'tick';";

int db_fail(sqlite3 *db, const char *path, struct err *e, int status)
{
    return err_set(e, status, "%s%s%s", path, *path ? ": " : "", sqlite3_errmsg(db));
}

int db_exec(sqlite3 *db, const char *sql, struct err *e)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0
                                                                : db_fail(db, "", e, EX_RECORDING);
}

int db_tune(sqlite3 *db, struct err *e)
{
    sqlite3_busy_timeout(db, 5000);
    return db_exec(db,
                   "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                   "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;",
                   e);
}

int db_create(sqlite3 *db, struct err *e)
{
    char sql[128];
    str_fmt(sql, sizeof sql, "PRAGMA application_id=%d; PRAGMA user_version=%d;", DB_APPLICATION_ID,
            DB_VERSION);
    if (db_tune(db, e) < 0 || db_exec(db, "BEGIN IMMEDIATE", e) < 0 || db_exec(db, schema, e) < 0 ||
        db_exec(db, sql, e) < 0 || db_exec(db, "COMMIT", e) < 0)
        return -1;
    return 0;
}

static int64_t pragma(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *st = NULL;
    int64_t v = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
        v = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return v;
}

static int check_kind(sqlite3 *db, const char *path, struct err *e)
{
    int64_t id = pragma(db, "PRAGMA application_id"), version = pragma(db, "PRAGMA user_version");
    if (id < 0)
        return db_fail(db, path, e, EX_BADDATA);
    if (id != DB_APPLICATION_ID)
        return err_set(e, EX_BADDATA, "%s is not a warroom session", path);
    if (version > DB_VERSION)
        return err_set(e, EX_BADDATA,
                       "%s was written by a newer warroom (format %lld, this one reads %d)", path,
                       (long long)version, DB_VERSION);
    return 0;
}

static void harden(sqlite3 *db)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 64 << 20);
    sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, 1 << 20);
    sqlite3_exec(db, "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;", NULL, NULL, NULL);
}

/* A file nobody writes, in a place we cannot write: SQLite may take it as it is. */
static bool immutable(const char *path)
{
    struct buf wal = BUF_INIT;
    buf_addf(&wal, "%s-wal", path);
    bool yes = access(path, W_OK) < 0 && access(wal.p, F_OK) < 0;
    buf_free(&wal);
    return yes;
}

static void file_uri(struct buf *uri, const char *path, bool writable)
{
    buf_adds(uri, "file:");
    for (; *path; path++) {
        if (strchr("%?#", *path))
            buf_addf(uri, "%%%02X", (unsigned char)*path);
        else
            buf_addc(uri, *path);
    }
    buf_adds(uri, writable ? "?mode=rw" : "?mode=ro");
}

sqlite3 *db_open(const char *path, bool writable, struct err *e)
{
    struct buf uri = BUF_INIT;
    sqlite3 *db = NULL;
    if (access(path, F_OK) < 0) {
        err_set(e, EX_NOFILE, "no session file %s", path);
        return NULL;
    }
    file_uri(&uri, path, writable);
    if (!writable && immutable(path))
        buf_adds(&uri, "&immutable=1");
    int rc = sqlite3_open_v2(uri.p, &db,
                             SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
                                 (writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY),
                             NULL);
    buf_free(&uri);
    if (rc != SQLITE_OK) {
        db_fail(db, path, e, EX_BADDATA);
        sqlite3_close(db);
        return NULL;
    }
    harden(db);
    sqlite3_busy_timeout(db, 5000);
    if (check_kind(db, path, e) < 0) {
        sqlite3_close(db);
        return NULL;
    }
    return db;
}

const char *db_text(sqlite3_stmt *st, int column)
{
    const char *s = (const char *)sqlite3_column_text(st, column);
    return s ? s : "";
}

int db_head(sqlite3 *db, int64_t *seq, char hash[65])
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db, "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1", -1,
                                &st, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    *seq = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
    str_copy(hash, 65, rc == SQLITE_ROW ? db_text(st, 1) : db_genesis);
    sqlite3_finalize(st);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

struct event *db_event(sqlite3_stmt *st, struct err *e)
{
    return event_decode(sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1), db_text(st, 2),
                        db_text(st, 3), db_text(st, 4), db_text(st, 5), db_text(st, 6), e);
}
