/* The first event's facts as rows, so that the sqlite3 shell needs no JSON for them. They are a
 * copy; the event is the evidence. */
#include "journal/first.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"

#define COLUMNS_MAX 5

/* One row to be written or found; texts are bound as they are. */
struct row {
    const char *insert, *find;
    int n;
    const char *text[COLUMNS_MAX];
    bool number[COLUMNS_MAX]; /* an INTEGER column */
    long long id;
};

typedef int (*row_fn)(sqlite3 *db, const struct row *row);

static int run(sqlite3 *db, const char *sql, const struct row *row)
{
    sqlite3_stmt *st;
    int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
    for (int i = 0; i < row->n && rc == SQLITE_OK; i++)
        rc = row->number[i] ? sqlite3_bind_int64(st, i + 1, row->id)
                            : sqlite3_bind_text(st, i + 1, row->text[i], -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    sqlite3_finalize(st);
    return rc;
}

static int write_row(sqlite3 *db, const struct row *row)
{
    int rc = run(db, row->insert, row);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int find_row(sqlite3 *db, const struct row *row)
{
    int rc = run(db, row->find, row);
    return rc == SQLITE_ROW ? SQLITE_OK : rc == SQLITE_DONE ? SQLITE_NOTFOUND : rc;
}

static int one_fact(sqlite3 *db, row_fn fn, const char *key, const char *value)
{
    const struct row row = {.insert = "INSERT INTO session(key, value) VALUES (?, ?)",
                            .find = "SELECT 1 FROM session WHERE key = ? AND value = ?",
                            .n = 2,
                            .text = {key, value}};
    return fn(db, &row);
}

/* Every plain value of the body: run_id, title, plan, plan_hash, tick_ms … */
static int facts(sqlite3 *db, row_fn fn, const struct event *first, int *n)
{
    char text[32];
    const cJSON *x;
    str_fmt(text, sizeof text, "%lld", (long long)first->t_ms);
    int rc = one_fact(db, fn, "started_ms", text);
    *n = 1;
    cJSON_ArrayForEach (x, first->body) {
        if (rc != SQLITE_OK || (!cJSON_IsString(x) && !cJSON_IsNumber(x)) ||
            !strcmp(x->string, "op"))
            continue;
        str_fmt(text, sizeof text, "%.15g", x->valuedouble);
        rc = one_fact(db, fn, x->string, cJSON_IsString(x) ? x->valuestring : text);
        ++*n;
    }
    return rc;
}

static int series(sqlite3 *db, row_fn fn, const struct event *first, int *n)
{
    const cJSON *x;
    int rc = SQLITE_OK;
    *n = 0;
    cJSON_ArrayForEach (x, json_arr(first->body, "series")) {
        const struct row row = {
            .insert = "INSERT INTO series(id, metric, side, unit, title) VALUES (?, ?, ?, ?, ?)",
            .find = "SELECT 1 FROM series WHERE id = ? AND metric = ? AND side = ? AND unit = ? "
                    "AND title = ?",
            .n = 5,
            .text = {NULL, json_str_or(x, "metric", ""), json_str_or(x, "side", ""),
                     json_str_or(x, "unit", ""), json_str_or(x, "title", "")},
            .number = {true},
            .id = (long long)json_int_or(x, "id", 0)};
        if (rc == SQLITE_OK)
            rc = fn(db, &row);
        ++*n;
    }
    return rc;
}

int first_write(sqlite3 *db, const struct event *first)
{
    int n, rc = facts(db, write_row, first, &n);
    return rc == SQLITE_OK ? series(db, write_row, first, &n) : rc;
}

static int count(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *st;
    int n = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
        n = sqlite3_column_int(st, 0);
    sqlite3_finalize(st);
    return n;
}

int first_check(sqlite3 *db, const struct event *first, const char *what, struct err *e)
{
    int n;
    if (facts(db, find_row, first, &n) != SQLITE_OK ||
        count(db, "SELECT count(*) FROM session") != n)
        return err_set(e, EX_FAILED,
                       "session %s was altered: table \"session\" does not say what record 1 says",
                       what);
    if (series(db, find_row, first, &n) != SQLITE_OK ||
        count(db, "SELECT count(*) FROM series") != n)
        return err_set(e, EX_FAILED,
                       "session %s was altered: table \"series\" does not say what record 1 says",
                       what);
    return 0;
}
