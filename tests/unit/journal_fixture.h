/* Sessions for the journal's tests: a folder of their own under the build tree's temp place, small
 * events, and the file seen by plain SQLite. */
#ifndef JOURNAL_FIXTURE_H
#define JOURNAL_FIXTURE_H

#include <ftw.h>
#include <poll.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "journal/journal.h"
#include "journal/reader.h"

struct sess {
    char dir[64];
    char path[96];
};

static inline void sess_make(struct sess *s)
{
    str_copy(s->dir, sizeof s->dir, "/tmp/warroom-journal-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    str_fmt(s->path, sizeof s->path, "%s/s.wr", s->dir);
}

static inline int sess_remove_one(const char *path, const struct stat *st, int what, struct FTW *f)
{
    (void)st;
    (void)what;
    (void)f;
    return remove(path);
}

static inline void sess_remove(struct sess *s)
{
    chmod(s->dir, 0700);
    nftw(s->dir, sess_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline struct event *ev_session(void)
{
    struct event *ev = event_new(EV_SESSION, 1000, "anna");
    str_copy(ev->role, sizeof ev->role, "ic");
    json_add_str(ev->body, "op", "start");
    json_add_str(ev->body, "run_id", "CANARY-V1-007");
    json_add_str(ev->body, "title", "v1.4.0 canary");
    json_add_str(ev->body, "plan", "version: 1\nname: x\n");
    json_add_str(ev->body, "plan_hash", "abc");
    json_add_int(ev->body, "tick_ms", 5000);
    cJSON *list = json_add_arr(ev->body, "series");
    for (int i = 1; i <= 2; i++) {
        cJSON *o = cJSON_CreateObject();
        json_add_int(o, "id", i);
        json_add_str(o, "metric", i == 1 ? "p95" : "err");
        json_add_str(o, "side", "canary");
        json_add_str(o, "unit", i == 1 ? "ms" : "%");
        json_add_str(o, "title", i == 1 ? "HTTP P95 latency" : "Errors");
        cJSON_AddItemToArray(list, o);
    }
    return ev;
}

static inline struct event *ev_tick(int64_t t_ms, double a, double b)
{
    struct event *ev = event_new(EV_TICK, t_ms, "warroom");
    cJSON *v = json_add_obj(ev->body, "v");
    json_add_num(v, "1", a);
    json_add_num(v, "2", b);
    return ev;
}

static inline struct event *ev_signal(int64_t t_ms, const char *actor, const char *text)
{
    struct event *ev = event_new(EV_SIGNAL, t_ms, actor);
    json_add_str(ev->body, "text", text);
    ev->ours = true;
    return ev;
}

/* The next event within 10 s of real time, or a failed test. */
static inline struct event *take(struct journal *j)
{
    mono_t start = mono_now();
    struct pollfd p = {.fd = journal_fd(j), .events = POLLIN};
    for (struct event *ev; mono_since(start) < 10000; poll(&p, 1, 100))
        if ((ev = journal_next(j)))
            return ev;
    fail_msg("no event within 10 s");
    return NULL;
}

static inline void drop(struct journal *j, size_t n)
{
    for (size_t i = 0; i < n; i++)
        event_free(take(j));
}

static inline struct journal *must_create(const struct sess *s)
{
    struct err e = ERR_INIT;
    struct journal *j = journal_create(s->path, NULL, &e);
    if (!j)
        fail_msg("%s", e.text);
    return j;
}

static inline void must_close(struct journal *j, bool seal, char head[65])
{
    struct err e = ERR_INIT;
    if (journal_close(j, seal, head, &e) < 0)
        fail_msg("%s", e.text);
}

/* A sealed session of 1 + n records. */
static inline void sess_fill(struct sess *s, int n, char head[65])
{
    sess_make(s);
    struct journal *j = must_create(s);
    journal_submit(j, ev_session());
    for (int i = 0; i < n; i++)
        journal_submit(j, i % 3 ? ev_tick(2000 + i, i, 0.1 * i)
                                : ev_signal(2000 + i, "boon", "lag db-r2=9s"));
    drop(j, (size_t)n + 1);
    must_close(j, true, head);
}

/* One value as text by plain SQLite; "" when there is none. */
static inline void sql_text(const char *path, const char *sql, char *out, size_t size)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    out[0] = '\0';
    if (sqlite3_step(st) == SQLITE_ROW)
        str_copy(out, size, (const char *)sqlite3_column_text(st, 0));
    sqlite3_finalize(st);
    sqlite3_close(db);
}

/* Runs statements; the error's text, or "". */
static inline void sql_run(const char *path, const char *sql, char *why, size_t size)
{
    sqlite3 *db;
    char *said = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_exec(db, sql, NULL, NULL, &said);
    str_copy(why, size, said);
    sqlite3_free(said);
    sqlite3_close(db);
}

#endif
