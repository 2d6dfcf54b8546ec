/* Reads a session record by record, as far as it goes at that moment; asked again later it goes on
 * with what came since. Records are handed out in rising order or not at all. */
#include "journal/reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "journal/journal_int.h"
#include "plan/load.h"

struct reader {
    struct opened *o;
    sqlite3_stmt *next, *head;
    char *path;
    int64_t at; /* the newest record handed out */
    bool stepping;
    char hash[65], newest[65];
};

struct reader *reader_open(const char *path, struct err *e)
{
    static const char next[] = "SELECT seq, t_ms, kind, stage, actor, role, body, prev, hash "
                               "FROM event WHERE seq > ? ORDER BY seq";
    static const char head[] = "SELECT hash FROM event ORDER BY seq DESC LIMIT 1";
    struct reader *r = xzalloc(1, sizeof *r);
    r->path = xstrdup(path);
    r->o = open_readonly(path, e);
    if (r->o && sqlite3_prepare_v2(r->o->db, next, -1, &r->next, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(r->o->db, head, -1, &r->head, NULL) == SQLITE_OK)
        return r;
    if (r->o)
        open_failed(r->o, path, e);
    reader_close(r);
    return NULL;
}

void reader_close(struct reader *r)
{
    if (!r)
        return;
    sqlite3_finalize(r->next);
    sqlite3_finalize(r->head);
    open_release(r->o);
    free(r->path);
    free(r);
}

/* At the end, or on an error: the read transaction is over, so that writers can checkpoint. */
static struct event *over(struct reader *r)
{
    sqlite3_reset(r->next);
    r->stepping = false;
    return NULL;
}

struct event *reader_next(struct reader *r, struct err *e)
{
    struct record rec;
    if (!r->stepping)
        sqlite3_bind_int64(r->next, 1, r->at);
    r->stepping = true;
    open_allow(r->o);
    int rc = sqlite3_step(r->next);
    if (rc == SQLITE_DONE)
        return over(r);
    if (rc != SQLITE_ROW) {
        open_failed(r->o, r->path, e);
        return over(r);
    }
    struct span hash = {"", 0};
    if (schema_row(r->next, &rec, NULL, &hash) < 0 || rec.seq <= r->at) {
        err_set(e, EX_BADDATA,
                "record %lld of session %s cannot be read; `warroom verify` says "
                "more",
                (long long)r->at + 1, r->path);
        return over(r);
    }
    struct event *ev = schema_event(&rec, e);
    if (!ev) {
        err_wrap(e, r->path);
        return over(r);
    }
    r->at = rec.seq;
    str_fmt(r->newest, sizeof r->newest, "%.*s", (int)hash.n, hash.p);
    return ev;
}

int reader_seek(struct reader *r, int64_t seq)
{
    over(r);
    r->at = seq;
    return seq < 0 ? -1 : 0;
}

const char *reader_hash(const struct reader *r)
{
    return r->newest;
}

const char *reader_head(struct reader *r)
{
    struct span s = {"", 0};
    open_allow(r->o);
    r->hash[0] = '\0';
    if (sqlite3_step(r->head) == SQLITE_ROW && sqlite3_column_type(r->head, 0) == SQLITE_TEXT)
        s.p = (const char *)sqlite3_column_text(r->head, 0);
    str_copy(r->hash, sizeof r->hash, s.p);
    sqlite3_reset(r->head);
    return r->hash;
}

bool reader_sealed(struct reader *r)
{
    return r->o->sealed;
}

static const char *recorded_env(void *body, const char *name)
{
    return json_str(json_obj(body, "env"), name);
}

static struct plan *plan_of(struct reader *r, struct event *first, struct err *e)
{
    struct buf errors = BUF_INIT;
    const struct plan_env env = {recorded_env, first->body, true};
    const char *text = json_str(first->body, "plan");
    struct plan *p = NULL;
    if (first->kind != EV_SESSION || !text)
        err_set(e, EX_BADDATA, "session %s does not begin with its plan", r->path);
    else if (!(p = plan_load_text(text, strlen(text), r->path, &env, &errors)))
        err_set(e, EX_BADDATA, "the plan recorded in session %s does not load: %.300s", r->path,
                buf_str(&errors));
    buf_free(&errors);
    return p;
}

struct plan *reader_plan(struct reader *r, struct err *e)
{
    int64_t at = r->at;
    struct err none = ERR_INIT;
    struct plan *p = NULL;
    reader_seek(r, 0);
    struct event *first = reader_next(r, &none);
    if (first)
        p = plan_of(r, first, e);
    else if (none.status && e)
        *e = none;
    else
        err_set(e, EX_BADDATA, "session %s holds no record", r->path);
    event_free(first);
    reader_seek(r, at);
    return p;
}
