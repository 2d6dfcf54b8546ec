/* Reads sessions, live or sealed; never writes. */
#include "journal/reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "journal/db.h"
#include "plan/load.h"

struct reader {
    sqlite3 *db;
    sqlite3_stmt *next;
    char *path;
    char head[65];
    int64_t seq; /* of the newest event read */
};

struct reader *reader_open(const char *path, struct err *e)
{
    sqlite3 *db = db_open(path, false, e);
    if (!db)
        return NULL;
    struct reader *r = xzalloc(1, sizeof *r);
    r->db = db;
    r->path = xstrdup(path);
    if (sqlite3_prepare_v2(db, "SELECT " DB_EVENT_COLUMNS " FROM event WHERE seq > ?1 ORDER BY seq",
                           -1, &r->next, NULL) != SQLITE_OK) {
        db_fail(db, path, e, EX_BADDATA);
        reader_close(r);
        return NULL;
    }
    sqlite3_bind_int64(r->next, 1, 0);
    return r;
}

void reader_close(struct reader *r)
{
    if (!r)
        return;
    sqlite3_finalize(r->next);
    sqlite3_close(r->db);
    free(r->path);
    free(r);
}

struct event *reader_next(struct reader *r, struct err *e)
{
    int rc = sqlite3_step(r->next);
    if (rc == SQLITE_DONE) {
        reader_seek(r, r->seq); /* a live session may have more later */
        return NULL;
    }
    if (rc != SQLITE_ROW) {
        db_fail(r->db, r->path, e, EX_BADDATA);
        return NULL;
    }
    struct event *ev = db_event(r->next, e);
    if (ev)
        r->seq = ev->seq;
    return ev;
}

int reader_seek(struct reader *r, int64_t seq)
{
    sqlite3_reset(r->next);
    r->seq = seq;
    return sqlite3_bind_int64(r->next, 1, seq) == SQLITE_OK ? 0 : -1;
}

const char *reader_head(struct reader *r)
{
    int64_t seq;
    if (db_head(r->db, &seq, r->head) < 0)
        r->head[0] = '\0';
    return r->head;
}

bool reader_sealed(struct reader *r)
{
    sqlite3_stmt *st = NULL;
    bool sealed = false;
    if (sqlite3_prepare_v2(r->db, "PRAGMA journal_mode", -1, &st, NULL) == SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW)
        sealed = strcmp(db_text(st, 0), "wal") != 0;
    sqlite3_finalize(st);
    return sealed;
}

static const char *recorded(void *ctx, const char *name)
{
    return json_str(ctx, name);
}

struct plan *reader_plan(struct reader *r, struct err *e)
{
    struct buf errors = BUF_INIT;
    struct plan *p = NULL;
    int64_t was = r->seq;
    reader_seek(r, 0);
    struct event *first = reader_next(r, e);
    const char *text = first ? json_str(first->body, "plan") : NULL;
    if (text) {
        cJSON *env = cJSON_GetObjectItemCaseSensitive(first->body, "env");
        const struct plan_env from = {recorded, env, true};
        p = plan_load_text(text, strlen(text), r->path, &from, &errors);
        if (!p)
            err_set(e, EX_BADDATA, "%s: its recorded plan does not load: %.300s", r->path,
                    buf_str(&errors));
    } else if (!e || !e->status) {
        err_set(e, EX_BADDATA, "%s: its first event holds no plan", r->path);
    }
    event_free(first);
    buf_free(&errors);
    reader_seek(r, was);
    return p;
}
