/* The handle that writes: transactions, the head, appending. It knows nothing of queues and
 * threads; one thread uses it at a time. */
#include "journal/journal_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "journal/first.h"

#define OPEN_MS 3000 /* how long opening tries while others have the file locked */
#define BUSY_MS 100  /* how long one statement tries before it says BUSY */

enum { Q_BEGIN, Q_COMMIT, Q_ROLLBACK, Q_HEAD, Q_HASH, Q_INSERT, Q_NEWER, Q_VERSION, Q_COUNT };

static const char *const queries[Q_COUNT] = {
    [Q_BEGIN] = "BEGIN IMMEDIATE",
    [Q_COMMIT] = "COMMIT",
    [Q_ROLLBACK] = "ROLLBACK",
    [Q_HEAD] = "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1",
    [Q_HASH] = "SELECT hash FROM event WHERE seq = ?",
    [Q_INSERT] = "INSERT INTO event(seq, t_ms, kind, stage, actor, role, body, prev, hash) "
                 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [Q_NEWER] = "SELECT seq, t_ms, kind, stage, actor, role, body, prev, hash FROM event "
                "WHERE seq > ? ORDER BY seq",
    [Q_VERSION] = "PRAGMA data_version",
};

struct store {
    sqlite3 *db;
    sqlite3_stmt *q[Q_COUNT];
    struct chain *chain;
    char *path, *wal;
    struct stat file, wal_file; /* which files these were when they were opened */
    bool wal_known;
    int64_t version;
};

/* The disk's sentence. BUSY is told apart because it passes. */
static int failed(struct store *s, int rc, struct err *e)
{
    int primary = rc & 0xff, disk = sqlite3_system_errno(s->db);
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
        err_set(e, EX_RECORDING, "session %s is locked by another process", s->path);
        return STORE_BUSY;
    }
    if ((primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) && disk)
        err_set(e, EX_RECORDING, "cannot write session %s: %s", s->path, strerror(disk));
    else
        err_set(e, EX_RECORDING, "cannot write session %s: %s", s->path, sqlite3_errmsg(s->db));
    return STORE_FAILED;
}

static int run(struct store *s, int which, struct err *e)
{
    int rc = sqlite3_step(s->q[which]);
    sqlite3_reset(s->q[which]);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? STORE_OK : failed(s, rc, e);
}

static int prepare(struct store *s, struct err *e)
{
    for (int i = 0; i < Q_COUNT; i++) {
        int rc =
            sqlite3_prepare_v3(s->db, queries[i], -1, SQLITE_PREPARE_PERSISTENT, &s->q[i], NULL);
        if (rc != SQLITE_OK)
            return failed(s, rc, e);
    }
    return STORE_OK;
}

/* From a sealed file back to WAL; BUSY while another process does the same. */
static int enter_wal(struct store *s, struct err *e)
{
    sqlite3_stmt *st;
    bool wal = false;
    int rc = sqlite3_prepare_v2(s->db, "PRAGMA journal_mode=WAL", -1, &st, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW)
        wal = !strcmp((const char *)sqlite3_column_text(st, 0), "wal");
    sqlite3_finalize(st);
    if (wal)
        return STORE_OK;
    if (rc != SQLITE_ROW)
        return failed(s, rc, e);
    return err_set(e, EX_NOCREATE,
                   "session %s cannot be kept in WAL mode here (a network file system?)", s->path);
}

/* WAL, every commit synced. */
static int set_modes(struct store *s, struct err *e)
{
    mono_t start = mono_now();
    int r;
    while ((r = enter_wal(s, e)) == STORE_BUSY && mono_since(start) < OPEN_MS)
        sqlite3_sleep(5);
    if (r != STORE_OK)
        return r;
    int rc =
        sqlite3_exec(s->db, "PRAGMA synchronous=FULL; PRAGMA cell_size_check=ON", NULL, NULL, NULL);
    sqlite3_busy_timeout(s->db, BUSY_MS);
    return rc == SQLITE_OK ? STORE_OK : failed(s, rc, e);
}

static struct store *open_handle(const char *path, struct err *e)
{
    struct store *s = xzalloc(1, sizeof *s);
    struct buf wal = BUF_INIT, plain = BUF_INIT;
    /* "./" keeps SQLite from reading ":memory:" or a URI into a relative name */
    buf_addf(&plain, "%s%s", *path == '/' ? "" : "./", path);
    buf_addf(&wal, "%s-wal", path);
    s->path = xstrdup(path);
    s->wal = buf_take(&wal);
    s->chain = chain_new();
    if (stat(path, &s->file) < 0) {
        err_set(e, EX_NOFILE, "cannot open session %s: %s", path, strerror(errno));
    } else if (sqlite3_open_v2(plain.p, &s->db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                               NULL) != SQLITE_OK) {
        failed(s, sqlite3_extended_errcode(s->db), e);
    } else {
        schema_harden(s->db);
        buf_free(&plain);
        return s;
    }
    buf_free(&plain);
    store_close(s);
    return NULL;
}

struct store *store_create(const char *path, const struct plan *plan, struct err *e)
{
    (void)plan; /* the first event carries it */
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        err_set(e, EX_NOCREATE, "cannot create session %s: %s%s", path, strerror(errno),
                errno == EEXIST ? " already; a session is never overwritten" : "");
        return NULL;
    }
    close(fd);
    struct store *s = open_handle(path, e);
    if (s && set_modes(s, e) == STORE_OK && schema_create(s->db, e) == 0 &&
        prepare(s, e) == STORE_OK)
        return s;
    if (s)
        unlink(s->wal);
    store_close(s);
    unlink(path); /* ours, made a moment ago: nothing is in it */
    return NULL;
}

struct store *store_open(const char *path, struct err *e)
{
    struct store *s = open_handle(path, e);
    if (!s)
        return NULL;
    sqlite3_busy_timeout(s->db, OPEN_MS);
    if (schema_check(s->db, path, e) == 0 && set_modes(s, e) == STORE_OK &&
        prepare(s, e) == STORE_OK)
        return s;
    store_close(s);
    return NULL;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    for (int i = 0; i < Q_COUNT; i++)
        sqlite3_finalize(s->q[i]);
    sqlite3_close(s->db);
    chain_free(s->chain);
    free(s->path);
    free(s->wal);
    free(s);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

int store_still_there(struct store *s, struct err *e)
{
    struct stat now;
    if (stat(s->path, &now) < 0)
        return err_set(e, EX_RECORDING, "session file %s is gone (%s): put it back", s->path,
                       strerror(errno));
    if (!same_file(&now, &s->file))
        return err_set(e, EX_RECORDING, "session file %s was replaced by another: put it back",
                       s->path);
    if (stat(s->wal, &now) < 0)
        return s->wal_known ? err_set(e, EX_RECORDING, "%s is gone: put it back", s->wal) : 0;
    if (s->wal_known && !same_file(&now, &s->wal_file))
        return err_set(e, EX_RECORDING, "%s was replaced by another: put it back", s->wal);
    s->wal_file = now;
    s->wal_known = true;
    return 0;
}

static int read_place(struct store *s, int which, struct place *out, struct err *e)
{
    sqlite3_stmt *st = s->q[which];
    int rc = sqlite3_step(st);
    out->hash[0] = '\0';
    if (rc == SQLITE_ROW) {
        if (which == Q_HEAD)
            out->seq = sqlite3_column_int64(st, 0);
        str_copy(out->hash, sizeof out->hash,
                 (const char *)sqlite3_column_text(st, which == Q_HEAD));
    } else if (rc == SQLITE_DONE && which == Q_HEAD) {
        *out = (struct place){0, GENESIS};
    }
    int r = rc == SQLITE_ROW || rc == SQLITE_DONE ? STORE_OK : failed(s, rc, e);
    sqlite3_reset(st);
    return r;
}

int store_head(struct store *s, struct place *head, struct err *e)
{
    return read_place(s, Q_HEAD, head, e);
}

int store_begin(struct store *s, struct place *head, struct err *e)
{
    int r = run(s, Q_BEGIN, e);
    if (r == STORE_OK && (r = read_place(s, Q_HEAD, head, e)) != STORE_OK)
        store_rollback(s);
    return r;
}

int store_hash_of(struct store *s, struct place *at, struct err *e)
{
    if (at->seq == 0) {
        str_copy(at->hash, sizeof at->hash, GENESIS);
        return STORE_OK;
    }
    sqlite3_bind_int64(s->q[Q_HASH], 1, at->seq);
    return read_place(s, Q_HASH, at, e);
}

static int fill_first(struct store *s, const struct record *r, struct err *e)
{
    struct event *first = schema_event(r, e);
    if (!first)
        return STORE_FAILED;
    int rc = first_write(s->db, first);
    event_free(first);
    return rc == SQLITE_OK ? STORE_OK : failed(s, rc, e);
}

int store_append(struct store *s, struct place *head, struct record *r, struct err *e)
{
    sqlite3_stmt *st = s->q[Q_INSERT];
    struct place at = {head->seq + 1, ""};
    int result;
    r->seq = at.seq;
    chain_next(s->chain, head->hash, r, at.hash);
    if (at.seq == 1 && (result = fill_first(s, r, e)) != STORE_OK)
        return result;
    int rc = sqlite3_bind_int64(st, 1, at.seq);
    rc |= sqlite3_bind_int64(st, 2, r->t_ms);
    for (int i = 0; i < REC_TEXTS; i++)
        rc |=
            sqlite3_bind_text64(st, 3 + i, r->text[i].p, r->text[i].n, SQLITE_STATIC, SQLITE_UTF8);
    rc |= sqlite3_bind_text(st, 8, head->hash, HASH_LEN, SQLITE_STATIC);
    rc |= sqlite3_bind_text(st, 9, at.hash, HASH_LEN, SQLITE_STATIC);
    result = rc == SQLITE_OK ? run(s, Q_INSERT, e) : failed(s, rc, e);
    sqlite3_reset(st);
    if (result == STORE_OK)
        *head = at;
    return result;
}

int store_commit(struct store *s, struct err *e)
{
    return run(s, Q_COMMIT, e);
}

void store_rollback(struct store *s)
{
    if (!sqlite3_get_autocommit(s->db))
        run(s, Q_ROLLBACK, NULL);
}

int store_newer(struct store *s, struct place *at,
                void (*fn)(void *ctx, const struct record *r, const char *hash), void *ctx,
                struct err *e)
{
    sqlite3_stmt *st = s->q[Q_NEWER];
    struct record r;
    struct span hash;
    int rc;
    sqlite3_bind_int64(st, 1, at->seq);
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        if (schema_row(st, &r, NULL, &hash) < 0 || r.seq != at->seq + 1) {
            sqlite3_reset(st);
            return err_set(e, EX_RECORDING, "record %lld of session %s was altered",
                           (long long)at->seq + 1, s->path);
        }
        at->seq = r.seq;
        str_copy(at->hash, sizeof at->hash, hash.p);
        fn(ctx, &r, at->hash);
    }
    int result = rc == SQLITE_DONE ? STORE_OK : failed(s, rc, e);
    sqlite3_reset(st);
    return result;
}

bool store_is_final(struct store *s)
{
    sqlite3_stmt *st;
    bool final = sqlite3_prepare_v2(s->db,
                                    "SELECT 1 FROM event WHERE kind = 'final' ORDER BY seq DESC "
                                    "LIMIT 1",
                                    -1, &st, NULL) == SQLITE_OK &&
                 sqlite3_step(st) == SQLITE_ROW;
    sqlite3_finalize(st);
    return final;
}

bool store_changed(struct store *s)
{
    sqlite3_stmt *st = s->q[Q_VERSION];
    int64_t was = s->version;
    if (sqlite3_step(st) == SQLITE_ROW)
        s->version = sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    return s->version != was;
}

int store_seal(struct store *s, struct err *e)
{
    sqlite3_stmt *st;
    bool sealed = false;
    int frames = 0, done = 0;
    for (int i = 0; i < Q_COUNT; i++)
        sqlite3_reset(s->q[i]);
    int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &frames, &done);
    if (rc != SQLITE_OK)
        return failed(s, rc, e);
    rc = sqlite3_prepare_v2(s->db, "PRAGMA journal_mode=DELETE", -1, &st, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW)
        sealed = !strcmp((const char *)sqlite3_column_text(st, 0), "delete");
    sqlite3_finalize(st);
    if (sealed)
        return STORE_OK;
    return rc == SQLITE_ROW ? failed(s, SQLITE_BUSY, e) : failed(s, rc, e);
}
