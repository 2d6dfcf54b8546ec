/* Facts of a database server for the tests of probes: recorded answers under tests/data/mysql, and
 * rows put together by hand. */
#ifndef MYSQL_FACTS_H
#define MYSQL_FACTS_H

#include "unit.h"

#include <math.h>

#include "base/json.h"
#include "source/mysql_read.h"

#define MARIA "mariadb-10.11"
#define MYSQL "mysql-9.7"

/* What recorded columns are called in our own statements. */
static inline const char *own_name(const char *recorded)
{
    static const char *const names[][2] = {
        {"trx_mysql_thread_id", "id"},      {"trx_state", "state"},      {"PROCESSLIST_ID", "id"},
        {"WORK_COMPLETED", "done"},         {"WORK_ESTIMATED", "total"}, {"EVENT_NAME", "stage"},
        {"VARIABLE_NAME", "Variable_name"}, {"VARIABLE_VALUE", "Value"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i][0], recorded))
            return names[i][1];
    return recorded;
}

/* Seconds of the day of "2026-11-20 20:15:36". */
static inline int clock_of(const char *text)
{
    int h, m, s;
    assert_int_equal(sscanf(text, "%*d-%*d-%*d %d:%d:%d", &h, &m, &s), 3);
    return (h * 60 + m) * 60 + s;
}

static inline char *cell(const char *column, const cJSON *x, int now_s)
{
    char seconds[16];
    if (!cJSON_IsString(x))
        return NULL;
    if (strcmp(column, "trx_wait_started") != 0 && strcmp(column, "trx_started") != 0)
        return xstrdup(x->valuestring);
    str_fmt(seconds, sizeof seconds, "%d", now_s - clock_of(x->valuestring));
    return xstrdup(seconds);
}

static inline void take_rows(const cJSON *one, int now_s, struct db_rows *out)
{
    const cJSON *columns = json_arr(one, "columns"), *row, *x;
    out->n_cols = (size_t)cJSON_GetArraySize(columns);
    out->n_rows = (size_t)cJSON_GetArraySize(json_arr(one, "rows"));
    out->names = xzalloc(out->n_cols, sizeof *out->names);
    out->cells = xzalloc(out->n_cols * out->n_rows, sizeof *out->cells);
    size_t i = 0;
    cJSON_ArrayForEach (x, columns) {
        const char *name = !strcmp(x->valuestring, "trx_wait_started") ? "wait_s"
                           : !strcmp(x->valuestring, "trx_started")    ? "age_s"
                                                                       : own_name(x->valuestring);
        out->names[i++] = xstrdup(name);
    }
    i = 0;
    cJSON_ArrayForEach (row, json_arr(one, "rows"))
        cJSON_ArrayForEach (x, row) {
            const cJSON *column = cJSON_GetArrayItem(columns, (int)(i % out->n_cols));
            out->cells[i++] = cell(column->valuestring, x, now_s);
        }
}

/* The nth answer of a recording whose statement holds `sql`, as the answer to `s`. */
static inline void give(struct sql_facts *f, enum sql_statement s, const char *folder,
                        const char *file, const char *sql, int nth, int now_s)
{
    char path[200];
    size_t n;
    str_fmt(path, sizeof path, "tests/data/mysql/%s/%s.json", folder, file);
    char *text = unit_file(path, &n);
    cJSON *all = json_parse(text, n);
    const cJSON *one;
    struct sql_answer *a = &f->a[s];
    f->maria = !strcmp(folder, MARIA);
    assert_non_null(all);
    cJSON_ArrayForEach (one, all) {
        if (!strstr(json_str_or(one, "sql", ""), sql) || nth-- > 0)
            continue;
        const cJSON *error = json_obj(one, "error");
        db_rows_clear(&a->rows);
        *a =
            (struct sql_answer){.asked = true, .came = true, .end = error ? DB_ERROR : DB_ANSWERED};
        if (error) {
            a->errnum = (unsigned)json_int_or(error, "errno", 0);
            str_copy(a->why, sizeof a->why, json_str_or(error, "message", ""));
        } else {
            take_rows(one, now_s, &a->rows);
        }
        break;
    }
    if (!one)
        fail_msg("%s has no %s", path, sql);
    cJSON_Delete(all);
    free(text);
}

static inline void facts_init(struct sql_facts *f, int64_t t_ms)
{
    *f = (struct sql_facts){.name = "primary", .t_ms = t_ms, .known = true};
    for (size_t i = 0; i < STATEMENTS; i++)
        f->a[i] = (struct sql_answer){.asked = true, .came = true, .end = DB_ANSWERED};
}

static inline void facts_clear(struct sql_facts *f)
{
    for (size_t i = 0; i < STATEMENTS; i++)
        db_rows_clear(&f->a[i].rows);
}

/* One row of (column, value), … */
static inline void put(struct sql_facts *f, enum sql_statement s, size_t n_cols,
                       const char *const *names, size_t n_rows, const char *const *cells)
{
    struct db_rows *r = &f->a[s].rows;
    db_rows_clear(r);
    *r = (struct db_rows){n_cols, n_rows, xzalloc(n_cols, sizeof(char *)),
                          xzalloc(n_cols * n_rows, sizeof(char *))};
    for (size_t i = 0; i < n_cols; i++)
        r->names[i] = xstrdup(names[i]);
    for (size_t i = 0; i < n_cols * n_rows; i++)
        r->cells[i] = cells[i] ? xstrdup(cells[i]) : NULL;
}

static struct sql_memory no_memory;

/* value: of a good sample; NAN: none, and `why` is in the reason. */
static inline void reads(const struct sql_facts *f, const struct sql_memory *m, enum mysql_probe p,
                         double value, const char *why)
{
    struct sample x;
    const struct sql_facts *others[] = {f};
    probe_read(p, f, others, 1, m ? m : &no_memory, &x);
    if (x.good != !isnan(value) || (x.good && fabs(x.value - value) > 1e-6) ||
        (!x.good && !strstr(x.why, why ? why : "?")))
        fail_msg("%s: %s %g \"%s\", expected %g \"%s\"", probe_name(p), x.good ? "good" : "bad",
                 x.value, x.why, value, why ? why : "");
}

#endif
