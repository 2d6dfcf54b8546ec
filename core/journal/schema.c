/* The tables of a session file, as text that is both run and compared: a file whose schema is not
 * exactly this is refused, so nothing that it defines is ever executed. */
#include "journal/journal_int.h"

#include <string.h>

#include "base/buf.h"

#define NEVER(table, verb, what)                                                                   \
    "CREATE TRIGGER " table "_no_" verb " BEFORE " verb " ON " table                               \
    " BEGIN SELECT RAISE(ABORT, '" what "'); END"

/* One object each; the text is what SQLite keeps in sqlite_schema. */
static const struct {
    const char *name, *sql;
} objects[] = {
    {"session", "CREATE TABLE session(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, "
                "WITHOUT ROWID"},
    {"series", "CREATE TABLE series(id INTEGER PRIMARY KEY, metric TEXT NOT NULL, "
               "side TEXT NOT NULL, unit TEXT NOT NULL, title TEXT NOT NULL) STRICT"},
    {"event", "CREATE TABLE event(seq INTEGER PRIMARY KEY, t_ms INTEGER NOT NULL, "
              "kind TEXT NOT NULL, stage TEXT NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL, "
              "body TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL) STRICT"},
    {"snapshot", "CREATE TABLE snapshot(seq INTEGER PRIMARY KEY, made_by TEXT NOT NULL, "
                 "state BLOB NOT NULL) STRICT"},
    {"event_no_update", NEVER("event", "update", "records are never changed")},
    {"event_no_delete", NEVER("event", "delete", "records are never removed")},
    {"event_append", "CREATE TRIGGER event_append BEFORE INSERT ON event WHEN NEW.seq IS NOT "
                     "(SELECT coalesce(max(seq), 0) + 1 FROM event) OR NEW.prev IS NOT coalesce("
                     "(SELECT hash FROM event ORDER BY seq DESC LIMIT 1), '" GENESIS "') "
                     "BEGIN SELECT RAISE(ABORT, 'a record goes to the end of the chain'); END"},
    {"session_no_update", NEVER("session", "update", "the session is never changed")},
    {"session_no_delete", NEVER("session", "delete", "the session is never changed")},
    {"session_begin", "CREATE TRIGGER session_begin BEFORE INSERT ON session "
                      "WHEN EXISTS (SELECT 1 FROM event) "
                      "BEGIN SELECT RAISE(ABORT, 'the session is never changed'); END"},
    {"series_no_update", NEVER("series", "update", "the series are never changed")},
    {"series_no_delete", NEVER("series", "delete", "the series are never changed")},
    {"series_begin", "CREATE TRIGGER series_begin BEFORE INSERT ON series "
                     "WHEN EXISTS (SELECT 1 FROM event) "
                     "BEGIN SELECT RAISE(ABORT, 'the series are never changed'); END"},
    {"samples", "CREATE VIEW samples AS SELECT e.t_ms AS t_ms, s.metric AS metric, "
                "s.side AS side, v.value AS value FROM event e, json_each(e.body, '$.v') v "
                "JOIN series s ON s.id = CAST(v.key AS INTEGER) WHERE e.kind = 'tick'"},
    /* json_each alone, because shells with trusted_schema off refuse json_extract in views. */
    {"log",
     "CREATE VIEW log AS WITH t0(ms) AS (SELECT e.t_ms FROM event e, json_each(e.body) j "
     "WHERE e.kind = 'stage' AND j.key = 'op' AND j.value = 'clock' ORDER BY e.seq LIMIT 1), "
     "f AS (SELECT e.seq, e.t_ms, e.kind, e.stage, e.actor, "
     "max(CASE WHEN j.key IN ('op', 'outcome', 'state', 'label', 'do', 'to') "
     "AND j.value <> '' THEN j.value END) AS word, "
     "max(CASE WHEN j.key IN ('what', 'text', 'cause') AND j.value <> '' THEN j.value END) AS "
     "said, "
     "max(CASE WHEN j.key = 'why' AND j.value <> '' THEN j.value END) AS why, "
     "max(CASE j.key WHEN 'signals' THEN j.value END) AS signals, "
     "max(CASE j.key WHEN 'metric' THEN j.value END) AS metric, "
     "max(CASE j.key WHEN 'value' THEN j.value END) AS value, "
     "max(CASE j.key WHEN 'verdict' THEN j.value END) AS verdict, "
     "max(CASE j.key WHEN 'decision' THEN j.value END) AS decision "
     "FROM event e LEFT JOIN json_each(e.body) j WHERE e.kind NOT IN ('tick', 'parking') "
     "GROUP BY e.seq) "
     "SELECT t_ms, CASE WHEN (SELECT ms FROM t0) IS NULL THEN 'T-0' "
     "WHEN t_ms < (SELECT ms FROM t0) THEN 'T-' || (((SELECT ms FROM t0) - t_ms + 59999) / 60000) "
     "ELSE printf(':%02d', (t_ms - (SELECT ms FROM t0)) / 60000) END AS clock, stage, "
     "kind || coalesce(' ' || word, '') || coalesce(': ' || said, '') || coalesce(': ' || why, '') "
     "AS text, coalesce(signals, metric || '=' || coalesce(value, 'no data'), '') AS metrics, "
     "coalesce((SELECT max(CASE key WHEN 'pass' THEN value END) || '/' || "
     "max(CASE key WHEN 'of' THEN value END) || ' ' || max(CASE key WHEN 'status' THEN value END) "
     "FROM json_each(verdict)), '') AS verdict, coalesce(decision, '') AS decision, actor FROM f"},
};
#define N_OBJECTS (sizeof objects / sizeof *objects)

void schema_harden(sqlite3 *db)
{
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0, (int *)NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, (int *)NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 2 * BODY_MAX);
    sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, 65536);
    sqlite3_limit(db, SQLITE_LIMIT_COLUMN, 64);
    sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 100);
    sqlite3_limit(db, SQLITE_LIMIT_COMPOUND_SELECT, 4);
    sqlite3_limit(db, SQLITE_LIMIT_VDBE_OP, 100000);
    sqlite3_limit(db, SQLITE_LIMIT_FUNCTION_ARG, 16);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
    sqlite3_limit(db, SQLITE_LIMIT_TRIGGER_DEPTH, 4);
}

int schema_create(sqlite3 *db, struct err *e)
{
    char set[120];
    str_fmt(set, sizeof set, "PRAGMA application_id=%d; PRAGMA user_version=%d", JOURNAL_APP_ID,
            JOURNAL_VERSION);
    int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, set, NULL, NULL, NULL);
    for (size_t i = 0; i < N_OBJECTS && rc == SQLITE_OK; i++)
        rc = sqlite3_exec(db, objects[i].sql, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return err_set(e, EX_NOCREATE, "cannot make the session's tables: %s", sqlite3_errmsg(db));
    return 0;
}

static const char *column(sqlite3_stmt *st, int i)
{
    const char *s = (const char *)sqlite3_column_text(st, i);
    return s ? s : "";
}

static int pragma_int(sqlite3 *db, const char *sql, int64_t *out)
{
    sqlite3_stmt *st;
    int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        *out = sqlite3_column_int64(st, 0);
        rc = SQLITE_OK;
    }
    sqlite3_finalize(st);
    return rc;
}

static int check_version(sqlite3 *db, const char *what, struct err *e)
{
    int64_t id = 0, version = 0;
    int rc = pragma_int(db, "PRAGMA application_id", &id);
    if (rc == SQLITE_OK)
        rc = pragma_int(db, "PRAGMA user_version", &version);
    if (rc == SQLITE_BUSY || rc == SQLITE_CANTOPEN || rc == SQLITE_READONLY)
        return err_set(e, EX_NOFILE, "cannot read session %s: %s", what, sqlite3_errmsg(db));
    if (rc != SQLITE_OK || id != JOURNAL_APP_ID || version < 1)
        return err_set(e, EX_BADDATA, "%s is not a session of warroom%s%s", what,
                       rc != SQLITE_OK ? ": " : "", rc != SQLITE_OK ? sqlite3_errmsg(db) : "");
    if (version > JOURNAL_VERSION)
        return err_set(e, EX_BADDATA,
                       "session %s was written by a newer warroom (format %lld; this one reads "
                       "format %d): use that version",
                       what, (long long)version, JOURNAL_VERSION);
    return 0;
}

static bool as_made(sqlite3_stmt *st, unsigned *seen)
{
    for (size_t i = 0; i < N_OBJECTS; i++) {
        if (strcmp(objects[i].name, column(st, 0)) != 0)
            continue;
        *seen |= 1u << i;
        return !strcmp(objects[i].sql, column(st, 1));
    }
    return false;
}

int schema_check(sqlite3 *db, const char *what, struct err *e)
{
    sqlite3_stmt *st = NULL;
    unsigned seen = 0, n = 0;
    if (check_version(db, what, e) < 0)
        return -1;
    int rc = sqlite3_prepare_v2(db, "SELECT name, sql FROM sqlite_schema", -1, &st, NULL);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(st);
        if (rc == SQLITE_ROW && (++n > N_OBJECTS || !as_made(st, &seen))) {
            char name[64];
            str_copy(name, sizeof name, column(st, 0));
            sqlite3_finalize(st);
            return err_set(e, EX_BADDATA,
                           "session %s was altered: \"%s\" is not as this program makes it", what,
                           name);
        }
    }
    sqlite3_finalize(st);
    if (rc != SQLITE_DONE)
        return err_set(e, EX_BADDATA, "session %s cannot be read: %s", what, sqlite3_errmsg(db));
    for (size_t i = 0; i < N_OBJECTS; i++)
        if (!(seen & 1u << i))
            return err_set(e, EX_BADDATA, "session %s was altered: \"%s\" is missing", what,
                           objects[i].name);
    return 0;
}

static bool take_text(sqlite3_stmt *st, int i, size_t most, struct span *out)
{
    if (sqlite3_column_type(st, i) != SQLITE_TEXT)
        return false;
    out->p = (const char *)sqlite3_column_text(st, i);
    out->n = (size_t)sqlite3_column_bytes(st, i);
    return out->p && out->n <= most && !memchr(out->p, 0, out->n);
}

int schema_row(sqlite3_stmt *st, struct record *r, struct span *prev, struct span *hash)
{
    struct span chain[2];
    bool fine = sqlite3_column_type(st, 0) == SQLITE_INTEGER &&
                sqlite3_column_type(st, 1) == SQLITE_INTEGER;
    r->seq = sqlite3_column_int64(st, 0);
    r->t_ms = sqlite3_column_int64(st, 1);
    for (int i = 0; i < REC_TEXTS && fine; i++)
        fine = take_text(st, 2 + i, i == REC_BODY ? BODY_MAX : 1024, &r->text[i]);
    for (int i = 0; i < 2 && fine; i++)
        fine = take_text(st, 2 + REC_TEXTS + i, HASH_LEN, &chain[i]) && chain[i].n == HASH_LEN;
    if (!fine)
        return -1;
    if (prev)
        *prev = chain[0];
    if (hash)
        *hash = chain[1];
    return 0;
}

struct event *schema_event(const struct record *r, struct err *e)
{
    return event_decode(r->seq, r->t_ms, r->text[REC_KIND].p, r->text[REC_STAGE].p,
                        r->text[REC_ACTOR].p, r->text[REC_ROLE].p, r->text[REC_BODY].p, e);
}
