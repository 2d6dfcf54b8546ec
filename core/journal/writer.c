/* The writer: everything that waits becomes one transaction, synced; then it is handed to the room
 * in sequence order together with what other processes wrote. When the disk fails, events go to the
 * room all the same, are kept, and are written once it works again. */
#include "journal/journal_int.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/dlog.h"
#include "base/json.h"
#include "journal/reader.h"

#define IDLE_MS  200  /* how often other writers are looked for */
#define RETRY_MS 1000 /* how often a failing disk is tried again */

static int64_t data_version(struct journal *j)
{
    sqlite3_stmt *st = NULL;
    int64_t v = -1;
    if (sqlite3_prepare_v2(j->db, "PRAGMA data_version", -1, &st, NULL) == SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW)
        v = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return v;
}

/* Records of others between what we know and `upto`. */
static int read_foreign(struct journal *j, int64_t upto, struct event_list *l, struct err *e)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(
        j->db, "SELECT " DB_EVENT_COLUMNS " FROM event WHERE seq > ?1 AND seq <= ?2 ORDER BY seq",
        -1, &st, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_int64(st, 1, j->seq);
        sqlite3_bind_int64(st, 2, upto);
    }
    while (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct event *ev = db_event(st, e);
        if (ev)
            event_list_add(l, ev);
        rc = SQLITE_OK;
    }
    sqlite3_finalize(st);
    return rc == SQLITE_DONE ? 0 : db_fail(j->db, j->path, e, EX_RECORDING);
}

static int side_tables(struct journal *j, const char *body, struct err *e)
{
    static const char *const sql[] = {
        "INSERT OR IGNORE INTO session SELECT key, CAST(value AS TEXT) FROM json_each(?1)"
        " WHERE type NOT IN ('object','array')",
        "INSERT OR IGNORE INTO series SELECT json_extract(value,'$.id'),"
        " json_extract(value,'$.metric'), json_extract(value,'$.side'),"
        " json_extract(value,'$.unit'), json_extract(value,'$.title')"
        " FROM json_each(?1,'$.series')"};
    for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
        sqlite3_stmt *st = NULL;
        int rc = sqlite3_prepare_v2(j->db, sql[i], -1, &st, NULL);
        if (rc == SQLITE_OK) {
            sqlite3_bind_text(st, 1, body, -1, SQLITE_STATIC);
            rc = sqlite3_step(st);
        }
        sqlite3_finalize(st);
        if (rc != SQLITE_DONE)
            return db_fail(j->db, j->path, e, EX_RECORDING);
    }
    return 0;
}

struct tail {
    int64_t seq;
    char head[65];
};

static int insert(struct journal *j, sqlite3_stmt *st, const struct event *ev, struct tail *t,
                  struct err *e)
{
    struct buf raw = BUF_INIT, body = BUF_INIT;
    char hash[65];
    const char *kind = event_word(ev->kind);
    json_print(ev->body, &raw);
    secret_mask(&body, buf_str(&raw), raw.len);
    chain_hash(t->head, t->seq + 1, ev->t_ms, kind, ev->stage, ev->actor, ev->role, buf_str(&body),
               hash);
    sqlite3_bind_int64(st, 1, t->seq + 1);
    sqlite3_bind_int64(st, 2, ev->t_ms);
    const char *const texts[] = {kind,           ev->stage, ev->actor, ev->role,
                                 buf_str(&body), t->head,   hash};
    for (int i = 0; i < 7; i++)
        sqlite3_bind_text(st, 3 + i, texts[i], -1, SQLITE_STATIC);
    int rc = sqlite3_step(st) == SQLITE_DONE ? 0 : db_fail(j->db, j->path, e, EX_RECORDING);
    sqlite3_reset(st);
    if (rc == 0 && t->seq == 0)
        rc = side_tables(j, buf_str(&body), e);
    t->seq++;
    str_copy(t->head, sizeof t->head, hash);
    buf_free(&raw);
    buf_free(&body);
    return rc;
}

static int insert_list(struct journal *j, sqlite3_stmt *st, const struct event_list *l,
                       struct tail *t, struct err *e)
{
    for (const struct event *ev = l->first; ev; ev = ev->next)
        if (insert(j, st, ev, t, e) < 0)
            return -1;
    return 0;
}

/* SQLite would go on writing to a file that is no longer there. */
static int still_there(struct journal *j, struct err *e)
{
    struct stat st;
    if (stat(j->path, &st) < 0)
        return err_set(e, EX_RECORDING, "%s: %s", j->path, strerror(errno));
    if (st.st_ino != j->inode)
        return err_set(e, EX_RECORDING, "%s was replaced by another file", j->path);
    return 0;
}

static int transaction(struct journal *j, const struct event_list *work, struct event_list *foreign,
                       struct tail *t, struct err *e)
{
    sqlite3_stmt *st = NULL;
    if (still_there(j, e) < 0 || db_exec(j->db, "BEGIN IMMEDIATE", e) < 0)
        return -1;
    int rc = db_head(j->db, &t->seq, t->head);
    if (rc == 0 && t->seq > j->seq)
        rc = read_foreign(j, t->seq, foreign, e);
    if (rc == 0 && sqlite3_prepare_v2(j->db, "INSERT INTO event VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)",
                                      -1, &st, NULL) != SQLITE_OK)
        rc = -1;
    if (rc == 0)
        rc = insert_list(j, st, &j->backlog, t, e);
    if (rc == 0)
        rc = insert_list(j, st, work, t, e);
    sqlite3_finalize(st);
    if (rc == 0)
        rc = db_exec(j->db, "COMMIT", e);
    if (rc < 0) {
        if (e && !e->status)
            db_fail(j->db, j->path, e, EX_RECORDING);
        sqlite3_exec(j->db, "ROLLBACK", NULL, NULL, NULL);
    }
    return rc;
}

static void set_health(struct journal *j, bool recording, const char *why, int64_t sync_us)
{
    pthread_mutex_lock(&j->lock);
    j->health.recording = recording;
    str_copy(j->health.why, sizeof j->health.why, why);
    j->health.backlog = j->backlog.n;
    j->health.events = j->seq;
    if (sync_us >= 0)
        j->health.sync_us = sync_us;
    str_copy(j->health.head, sizeof j->health.head, j->head);
    j->unsettled = j->in.n + j->backlog.n;
    pthread_cond_broadcast(&j->settled);
    pthread_mutex_unlock(&j->lock);
}

static int64_t now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* Ours come back as the very records that were submitted, numbered as they stand on disk. */
static void committed(struct journal *j, struct event_list *work, struct event_list *foreign,
                      const struct tail *t)
{
    int64_t seq = t->seq - (int64_t)work->n;
    for (struct event *ev; (ev = event_list_take(foreign));)
        journal_deliver(j, ev);
    event_list_free(&j->backlog);
    j->seq = t->seq;
    str_copy(j->head, sizeof j->head, t->head);
    for (struct event *ev; (ev = event_list_take(work));) {
        ev->seq = ++seq;
        journal_deliver(j, ev);
    }
}

/* The room goes on; copies wait for the disk. */
static void kept(struct journal *j, struct event_list *work)
{
    for (struct event *ev; (ev = event_list_take(work));) {
        event_list_add(&j->backlog, event_dup(ev));
        ev->seq = j->seq + (int64_t)j->backlog.n;
        journal_deliver(j, ev);
    }
    j->tried = mono_now();
}

static void write_out(struct journal *j, struct event_list *work)
{
    struct event_list foreign;
    struct tail t = {0};
    struct err e = ERR_INIT;
    int64_t start = now_us();
    event_list_init(&foreign);
    if (transaction(j, work, &foreign, &t, &e) == 0) {
        committed(j, work, &foreign, &t);
        set_health(j, true, "", now_us() - start);
    } else {
        event_list_free(&foreign);
        kept(j, work);
        set_health(j, false, e.text, -1);
        dlog("journal: not recording: %s", e.text);
    }
}

/* Between two tries: what comes waits with the rest. */
static void keep_on(struct journal *j, struct event_list *work)
{
    char why[sizeof j->health.why];
    mono_t tried = j->tried;
    str_copy(why, sizeof why, j->health.why);
    kept(j, work);
    j->tried = tried;
    set_health(j, false, why, -1);
}

static bool look_for_others(struct journal *j)
{
    int64_t v = data_version(j);
    bool changed = v != j->data_version;
    j->data_version = v;
    return changed;
}

/* Waits until something is submitted, a look around is due, or the end. */
static bool wait_for_work(struct journal *j, struct event_list *work)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += IDLE_MS * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&j->lock);
    while (!j->in.n && !j->stop)
        if (pthread_cond_timedwait(&j->cond, &j->lock, &until) == ETIMEDOUT)
            break;
    for (struct event *ev; (ev = event_list_take(&j->in));)
        event_list_add(work, ev);
    bool go = !j->stop || work->n;
    pthread_mutex_unlock(&j->lock);
    return go;
}

void *journal_writer(void *journal)
{
    struct journal *j = journal;
    struct event_list work;
    event_list_init(&work);
    j->data_version = data_version(j);
    while (wait_for_work(j, &work)) {
        bool retry = j->backlog.n && mono_since(j->tried) >= RETRY_MS;
        if (work.n && j->backlog.n && !retry)
            keep_on(j, &work);
        else if (work.n || retry || look_for_others(j))
            write_out(j, &work);
    }
    if (j->backlog.n)
        write_out(j, &work);
    return NULL;
}
