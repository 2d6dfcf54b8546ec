/* Functions and variables. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "sim/sql_int.h"

#define ARGS_MAX 6

static void text_value(struct sql_value *v, const char *text)
{
    *v = (struct sql_value){.is = SQL_TEXT};
    str_copy(v->text, sizeof v->text, text);
}

static void num_value(struct sql_value *v, double n)
{
    *v = (struct sql_value){.is = SQL_NUM, .num = n};
}

static double num_of(const struct sql_value *v)
{
    double n = v->num;
    return v->is == SQL_TEXT && num_parse(v->text, &n) < 0 ? 0 : n;
}

/* ---- over all rows that WHERE has let through ---- */

static const char *const aggregates[] = {"COUNT", "MAX", "MIN", "SUM", "AVG"};

static int aggregate(struct sql *q, const char *name, struct sql_value *out)
{
    double sum = 0, most = -INFINITY, least = INFINITY;
    size_t n = 0, from = q->i, row = q->row;
    if (!q->from)
        return sql_fail(q, 1064, "42000", "%s without a table", name);
    if (!strcasecmp(name, "COUNT") && sql_take(q, "*")) {
        num_value(out, (double)q->n_match);
        return 0;
    }
    for (size_t i = 0; i < q->n_match || i == 0; i++) { /* once at least, to get behind it */
        struct sql_value v = {.is = SQL_NULL};
        q->i = from;
        q->row = q->n_match ? q->match[i] : 0;
        if (sql_expr(q, &v) < 0)
            return -1;
        if (!q->n_match || v.is == SQL_NULL)
            continue;
        double x = num_of(&v);
        sum += x;
        most = fmax(most, x);
        least = fmin(least, x);
        n++;
    }
    q->row = row;
    if (!strcasecmp(name, "COUNT"))
        num_value(out, (double)n);
    else if (!n)
        *out = (struct sql_value){.is = SQL_NULL};
    else
        num_value(out, !strcasecmp(name, "MAX")   ? most
                       : !strcasecmp(name, "MIN") ? least
                       : !strcasecmp(name, "SUM") ? sum
                                                  : sum / (double)n);
    return 0;
}

/* ---- of one row ---- */

static bool any_null(const struct sql_value *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i].is == SQL_NULL)
            return true;
    return false;
}

static int time_between(struct sql *q, struct sql_value *out)
{
    struct sql_value a, b;
    static const struct {
        const char *word;
        double ms;
    } units[] = {{"SECOND", 1e3}, {"MINUTE", 6e4}, {"HOUR", 36e5}, {"DAY", 864e5}};
    double ms = 0;
    for (size_t i = 0; i < 4; i++)
        if (sql_take(q, units[i].word))
            ms = units[i].ms;
    if (ms <= 0 || !sql_take(q, ",") || sql_expr(q, &a) < 0 || !sql_take(q, ",") ||
        sql_expr(q, &b) < 0)
        return sql_syntax(q);
    int64_t from = a.is == SQL_TEXT ? sql_time(a.text) : -1;
    int64_t to = b.is == SQL_TEXT ? sql_time(b.text) : -1;
    *out = (struct sql_value){.is = SQL_NULL};
    if (from >= 0 && to >= 0)
        num_value(out, trunc((double)(to - from) / ms));
    return 0;
}

static double rounded(const struct sql_value *a, size_t n)
{
    double by = pow(10, n > 1 ? num_of(&a[1]) : 0);
    return round(num_of(&a[0]) * by) / by;
}

static void joined(const struct sql_value *a, size_t n, struct sql_value *out)
{
    text_value(out, "");
    for (size_t i = 0; i < n; i++) {
        char one[256];
        size_t len = strlen(out->text);
        sql_print(&a[i], one, sizeof one);
        str_copy(out->text + len, sizeof out->text - len, one);
    }
}

/* 0, or -1: there is no such function with that many arguments. */
static int scalar(const struct sql *q, const char *name, const struct sql_value *a, size_t n,
                  struct sql_value *out)
{
    if ((!strcasecmp(name, "COALESCE") || !strcasecmp(name, "IFNULL")) && n) {
        *out = a[n - 1];
        for (size_t i = n; i-- > 0;)
            if (a[i].is != SQL_NULL)
                *out = a[i];
        return 0;
    }
    if (!strcasecmp(name, "IF") && n == 3) {
        *out = sql_true(&a[0]) ? a[1] : a[2];
        return 0;
    }
    *out = (struct sql_value){.is = SQL_NULL};
    bool null = any_null(a, n);
    if (!strcasecmp(name, "CONVERT_TZ") && n == 3) { /* all its zones are UTC */
        *out = a[0];
    } else if (!strcasecmp(name, "CONCAT") && n) {
        if (!null)
            joined(a, n, out);
    } else if (!strcasecmp(name, "ROUND") && (n == 1 || n == 2)) {
        if (!null)
            num_value(out, rounded(a, n));
    } else if (n == 1 && (!strcasecmp(name, "FLOOR") || !strcasecmp(name, "CEIL") ||
                          !strcasecmp(name, "ABS"))) {
        double x = num_of(&a[0]);
        if (!null)
            num_value(out, !strcasecmp(name, "FLOOR")  ? floor(x)
                           : !strcasecmp(name, "CEIL") ? ceil(x)
                                                       : fabs(x));
    } else if (n <= 1 && (!strcasecmp(name, "NOW") || !strcasecmp(name, "UTC_TIMESTAMP") ||
                          !strcasecmp(name, "CURRENT_TIMESTAMP") || !strcasecmp(name, "SYSDATE"))) {
        out->is = SQL_TEXT;
        sql_time_text(q->now_ms, out->text, sizeof out->text);
    } else if (!n && !strcasecmp(name, "VERSION")) {
        text_value(out, SQL_VERSION);
    } else if (!n && (!strcasecmp(name, "DATABASE") || !strcasecmp(name, "SCHEMA"))) {
        if (*q->ses->database)
            text_value(out, q->ses->database);
    } else if (!n && (!strcasecmp(name, "CURRENT_USER") || !strcasecmp(name, "USER"))) {
        out->is = SQL_TEXT;
        str_fmt(out->text, sizeof out->text, "%s@localhost", q->ses->user);
    } else if (!n && !strcasecmp(name, "CONNECTION_ID")) {
        num_value(out, (double)q->ses->id);
    } else {
        return -1;
    }
    return 0;
}

int sql_call(struct sql *q, const char *name, struct sql_value *out)
{
    struct sql_value a[ARGS_MAX];
    size_t n = 0;
    q->i++; /* ( */
    for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates; i++)
        if (!strcasecmp(name, aggregates[i]))
            return aggregate(q, name, out) < 0 || !sql_take(q, ")") ? sql_syntax(q) : 0;
    if (!strcasecmp(name, "TIMESTAMPDIFF"))
        return time_between(q, out) < 0 || !sql_take(q, ")") ? sql_syntax(q) : 0;
    while (!sql_is(q, ")")) {
        if (n == ARGS_MAX || sql_expr(q, &a[n++]) < 0)
            return sql_syntax(q);
        if (!sql_take(q, ",") && !sql_is(q, ")"))
            return sql_syntax(q);
    }
    q->i++;
    if (scalar(q, name, a, n, out) == 0)
        return 0;
    return sql_fail(q, 1305, "42000", "FUNCTION %.60s does not exist in the simulator", name);
}

/* @@name, @@GLOBAL.name, @@SESSION.name */
int sql_variable(struct sql *q, const char *name, struct sql_value *out)
{
    struct sql_rows all = {.n = 0};
    const char *dot = strchr(name, '.'), *bare = dot ? dot + 1 : name + strspn(name, "@");
    int rc = -1;
    table_variables(q, &all);
    for (size_t i = 0; rc < 0 && i < all.n; i++) {
        if (strcasecmp(all.cell[2 * i], bare) != 0)
            continue;
        double n;
        const char *v = all.cell[2 * i + 1];
        if (num_parse(v, &n) == 0)
            num_value(out, n);
        else
            text_value(out, v);
        rc = 0;
    }
    rows_clear(&all);
    return rc < 0 ? sql_fail(q, 1193, "HY000", "Unknown system variable '%.60s'", bare) : 0;
}
