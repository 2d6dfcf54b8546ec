/* The chain's proof: every record's hash is computed again, from the first to the last. Says what
 * is wrong with the first bad one: edited, missing, out of order, cut. */
#include "journal/reader.h"

#include <string.h>

#include "base/buf.h"
#include "journal/first.h"
#include "journal/journal_int.h"

#define NEARBY 64

struct proof {
    struct opened *o;
    const char *path;
    struct chain *chain;
    struct place at;   /* the newest record that holds */
    int64_t head_seen; /* where in the chain the wanted head stands; 0: nowhere */
    const char *want;
};

/* The record whose hash is `hash`, or 0. */
static int64_t find_hash(const struct proof *p, const struct span *hash)
{
    sqlite3_stmt *st;
    int64_t seq = 0;
    open_allow(p->o);
    if (sqlite3_prepare_v2(p->o->db, "SELECT seq FROM event WHERE hash = ? LIMIT 1", -1, &st,
                           NULL) == SQLITE_OK) {
        sqlite3_bind_text(st, 1, hash->p, (int)hash->n, SQLITE_TRANSIENT);
        if (sqlite3_step(st) == SQLITE_ROW)
            seq = sqlite3_column_int64(st, 0);
    }
    sqlite3_finalize(st);
    return seq;
}

static bool hash_is(struct proof *p, struct record *r, const char *prev, const struct span *hash,
                    int64_t seq)
{
    char now[65];
    r->seq = seq;
    chain_next(p->chain, prev, r, now);
    return !memcmp(now, hash->p, HASH_LEN);
}

/* The number a record was written as, when it stands as another one: told by where its `prev` is
 * now, else looked for nearby. 0: none fits. */
static int64_t written_as(struct proof *p, struct record *r, const char *prev,
                          const struct span *hash, int64_t now)
{
    const struct span follows = {prev, HASH_LEN};
    int64_t before = find_hash(p, &follows), from = before > 2 ? before - 2 : 1;
    int64_t most = before ? 6 : r->text[REC_BODY].n < 65536 ? 2 * NEARBY : 0;
    if (!before)
        from = now > NEARBY ? now - NEARBY : 1;
    for (int64_t was = from; was < from + most; was++)
        if (was != now && hash_is(p, r, prev, hash, was))
            return was;
    return 0;
}

/* What is wrong with a record that does not follow the one before it. */
static int name_fault(struct proof *p, struct record *r, const struct span *prev,
                      const struct span *hash, struct err *e)
{
    char own[65];
    long long n = (long long)r->seq;
    struct span follows = {own, HASH_LEN};
    str_copy(own, sizeof own, prev->p);
    bool whole = hash_is(p, r, own, hash, r->seq);
    if (whole)
        return err_set(e, EX_FAILED,
                       "record %lld of session %s does not follow record %lld: records were "
                       "exchanged or put in between",
                       n, p->path, n - 1);
    int64_t was = written_as(p, r, own, hash, n);
    if (was > 0 && strcmp(own, GENESIS) && !find_hash(p, &follows))
        return err_set(e, EX_FAILED,
                       "record %lld of session %s is missing: what stands in its place was "
                       "written as record %lld",
                       n, p->path, (long long)was);
    if (was > 0)
        return err_set(e, EX_FAILED,
                       "records of session %s are out of order: record %lld was written as "
                       "record %lld",
                       p->path, n, (long long)was);
    return err_set(e, EX_FAILED,
                   "record %lld of session %s was edited: its content does not fit its hash", n,
                   p->path);
}

static int check_body(struct proof *p, const struct record *r, struct err *e)
{
    struct event *ev = schema_event(r, e);
    int rc = ev ? 0 : err_wrap(e, p->path);
    if (ev && r->seq == 1)
        rc = first_check(p->o->db, ev, p->path, e);
    event_free(ev);
    return rc;
}

static int check_row(struct proof *p, sqlite3_stmt *st, struct err *e)
{
    struct record r;
    struct span prev, hash;
    char now[65];
    long long want = (long long)p->at.seq + 1;
    if (schema_row(st, &r, &prev, &hash) < 0)
        return err_set(e, EX_FAILED,
                       "record %lld of session %s was edited: a field is not what "
                       "it must be",
                       want, p->path);
    if (r.seq < want)
        return err_set(e, EX_FAILED, "session %s is damaged: record %lld comes after record %lld",
                       p->path, (long long)r.seq, want - 1);
    if (r.seq > want)
        return err_set(e, EX_FAILED,
                       "record %lld of session %s is missing: the next one there is %lld", want,
                       p->path, (long long)r.seq);
    chain_next(p->chain, p->at.hash, &r, now);
    if (memcmp(prev.p, p->at.hash, HASH_LEN) || memcmp(hash.p, now, HASH_LEN))
        return name_fault(p, &r, &prev, &hash, e);
    if (p->want && !strcmp(p->want, now))
        p->head_seen = r.seq;
    p->at.seq = r.seq;
    str_copy(p->at.hash, sizeof p->at.hash, now);
    return check_body(p, &r, e);
}

static int check_rows(struct proof *p, struct err *e)
{
    sqlite3_stmt *st = NULL;
    int rc, fault = 0;
    open_allow(p->o);
    rc = sqlite3_prepare_v2(p->o->db,
                            "SELECT seq, t_ms, kind, stage, actor, role, body, prev, hash "
                            "FROM event ORDER BY seq",
                            -1, &st, NULL);
    while ((rc == SQLITE_OK || rc == SQLITE_ROW) && !fault) {
        open_allow(p->o);
        rc = sqlite3_step(st);
        if (rc == SQLITE_ROW)
            fault = check_row(p, st, e);
    }
    if (!fault && rc != SQLITE_DONE) {
        open_failed(p->o, p->path, e);
        fault = err_wrap(e, "after the records that hold");
    }
    sqlite3_finalize(st);
    return fault;
}

static int check_head(const struct proof *p, struct err *e)
{
    if (!p->want || !strcmp(p->want, p->at.hash))
        return 0;
    if (p->head_seen)
        return err_set(e, EX_FAILED,
                       "the chain of session %s holds, but the given head is record %lld and the "
                       "last one is %lld: records were added after it",
                       p->path, (long long)p->head_seen, (long long)p->at.seq);
    return err_set(e, EX_FAILED,
                   "session %s ends at record %lld, which is not the given head: its tail was cut, "
                   "or it is another session",
                   p->path, (long long)p->at.seq);
}

/* Pages, freelist, types: what the chain does not see. */
static int check_file(struct proof *p, struct err *e)
{
    sqlite3_stmt *st = NULL;
    char said[160] = "";
    p->o->calls = INT32_MAX; /* it visits each page once */
    int rc = sqlite3_prepare_v2(p->o->db, "PRAGMA quick_check(1)", -1, &st, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW)
        str_copy(said, sizeof said, (const char *)sqlite3_column_text(st, 0));
    else
        str_copy(said, sizeof said, sqlite3_errmsg(p->o->db));
    sqlite3_finalize(st);
    if (rc == SQLITE_ROW && !strcmp(said, "ok"))
        return 0;
    return err_set(e, EX_FAILED, "every record of session %s holds, but the file is damaged: %s",
                   p->path, said);
}

int journal_verify(const char *path, const char *want_head, int64_t *events, char head[65],
                   struct err *e)
{
    struct proof p = {.path = path, .at = {0, GENESIS}, .want = want_head};
    int rc = -1;
    p.o = open_readonly(path, e);
    if (p.o) {
        p.chain = chain_new();
        rc = check_rows(&p, e) < 0 || check_head(&p, e) < 0 || check_file(&p, e) < 0 ? -1 : 0;
        chain_free(p.chain);
    }
    open_release(p.o);
    if (events)
        *events = p.at.seq;
    if (head)
        str_copy(head, HASH_LEN + 1, p.at.hash);
    return rc;
}
