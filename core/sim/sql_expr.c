/* Expressions, worked out while they are read, for one row. Comparison and precedence are MySQL's;
 * numbers are doubles. */
#include <math.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/num.h"
#include "sim/sql_int.h"

#define DEPTH_MAX 40

static void number(struct sql_value *v, double n)
{
    *v = (struct sql_value){.is = SQL_NUM, .num = n};
}

/* Text that begins with a number counts as that number, other text as 0. */
static double as_number(const struct sql_value *v)
{
    char head[64];
    double n = 0;
    if (v->is == SQL_NUM)
        return v->num;
    str_fmt(head, sizeof head, "%.*s", (int)strspn(v->text, "+-.0123456789eE"), v->text);
    return num_parse(head, &n) == 0 ? n : 0;
}

bool sql_true(const struct sql_value *v)
{
    double n = v->is == SQL_NULL ? 0 : as_number(v);
    return n < 0 || n > 0;
}

void sql_print(const struct sql_value *v, char *out, size_t size)
{
    if (v->is == SQL_TEXT)
        str_copy(out, size, v->text);
    else if (fabs(v->num) < 1e15 && v->num >= floor(v->num) && v->num <= floor(v->num))
        str_fmt(out, size, "%.0f", v->num);
    else
        num_exact(v->num, out, size);
}

/* Does the pattern's next character take that of the text? *n: how long it is. */
static bool takes(const char *p, char c, size_t *n)
{
    *n = *p == '\\' && p[1] ? 2 : 1;
    return c && (*p == '_' || !strncasecmp(&c, p + *n - 1, 1));
}

/* Goes back to behind the newest % alone: what an earlier one took need never change. */
bool sql_like(const char *text, const char *p)
{
    const char *star = NULL, *from = NULL;
    size_t n;
    while (*text) {
        if (*p == '%') {
            star = ++p;
            from = text;
        } else if (*p && takes(p, *text, &n)) {
            p += n;
            text++;
        } else if (star) {
            p = star;
            text = ++from;
        } else {
            return false;
        }
    }
    return !p[strspn(p, "%")];
}

int64_t sql_time(const char *text)
{
    struct tm tm = {0};
    const char *rest = strptime(text, "%Y-%m-%d %H:%M:%S", &tm);
    return rest && (!*rest || *rest == '.') ? (int64_t)timegm(&tm) * 1000 : -1;
}

void sql_time_text(int64_t ms, char *out, size_t size)
{
    time_t t = (time_t)(ms / 1000);
    struct tm tm;
    gmtime_r(&t, &tm);
    strftime(out, size, "%Y-%m-%d %H:%M:%S", &tm);
}

static void of_cell(const char *cell, struct sql_value *out)
{
    double n;
    *out = (struct sql_value){.is = SQL_NULL};
    if (!cell)
        return;
    if (num_parse(cell, &n) == 0) {
        number(out, n);
        return;
    }
    out->is = SQL_TEXT;
    str_copy(out->text, sizeof out->text, cell);
}

/* NAME, TABLE.NAME or SCHEMA.TABLE.NAME: the last part counts. */
static int column(struct sql *q, const char *first, struct sql_value *out)
{
    const char *name = first;
    while (sql_take(q, "."))
        if (!(name = sql_name(q)))
            return sql_syntax(q);
    int col = q->from ? rows_column(q->from, name) : -1;
    if (col < 0)
        return sql_fail(q, 1054, "42S22", "Unknown column '%.80s' in 'field list'", name);
    of_cell(q->from->n ? q->from->cell[q->row * q->from->n_cols + (size_t)col] : NULL, out);
    return 0;
}

static int literal(struct sql *q, struct sql_value *out)
{
    const struct sql_token *t = &q->tok[q->i];
    double n;
    if (t->is == SQL_NUMBER && num_parse(t->text, &n) == 0) {
        q->i++;
        number(out, n);
        return 0;
    }
    if (t->is == SQL_STRING) {
        q->i++;
        *out = (struct sql_value){.is = SQL_TEXT};
        str_copy(out->text, sizeof out->text, t->text);
        return 0;
    }
    if (t->is == SQL_VAR) {
        q->i++;
        return sql_variable(q, t->text, out);
    }
    return sql_syntax(q);
}

static int primary(struct sql *q, struct sql_value *out)
{
    if (sql_take(q, "(")) {
        if (sql_is(q, "SELECT"))
            return sql_syntax(q); /* no subqueries */
        if (sql_expr(q, out) < 0)
            return -1;
        return sql_take(q, ")") ? 0 : sql_syntax(q);
    }
    if (sql_take(q, "NULL")) {
        *out = (struct sql_value){.is = SQL_NULL};
        return 0;
    }
    if (q->tok[q->i].is != SQL_WORD)
        return literal(q, out);
    const char *name = sql_name(q);
    if (sql_is(q, "(") && !q->tok[q->i - 1].quoted)
        return sql_call(q, name, out);
    if (!strcasecmp(name, "CURRENT_TIMESTAMP")) {
        *out = (struct sql_value){.is = SQL_TEXT};
        sql_time_text(q->now_ms, out->text, sizeof out->text);
        return 0;
    }
    return column(q, name, out);
}

static int unary(struct sql *q, struct sql_value *out)
{
    if (!sql_take(q, "-"))
        return primary(q, out);
    if (unary(q, out) < 0)
        return -1;
    if (out->is != SQL_NULL)
        number(out, -as_number(out));
    return 0;
}

static void arithmetic(char op, struct sql_value *a, const struct sql_value *b)
{
    double x = as_number(a), y = as_number(b);
    bool none =
        a->is == SQL_NULL || b->is == SQL_NULL || (y >= 0 && y <= 0 && (op == '/' || op == '%'));
    if (none)
        *a = (struct sql_value){.is = SQL_NULL};
    else
        number(a, op == '+'   ? x + y
                  : op == '-' ? x - y
                  : op == '*' ? x * y
                  : op == '/' ? x / y
                              : fmod(x, y));
}

static int product(struct sql *q, struct sql_value *out)
{
    struct sql_value b;
    if (unary(q, out) < 0)
        return -1;
    for (;;) {
        char op = sql_is(q, "*") ? '*' : sql_is(q, "/") ? '/' : sql_is(q, "%") ? '%' : 0;
        if (!op)
            return 0;
        q->i++;
        if (unary(q, &b) < 0)
            return -1;
        arithmetic(op, out, &b);
    }
}

static int sum(struct sql *q, struct sql_value *out)
{
    struct sql_value b;
    if (product(q, out) < 0)
        return -1;
    for (;;) {
        char op = sql_is(q, "+") ? '+' : sql_is(q, "-") ? '-' : 0;
        if (!op)
            return 0;
        q->i++;
        if (product(q, &b) < 0)
            return -1;
        arithmetic(op, out, &b);
    }
}

/* -1, 0, 1; texts without regard to case, as the usual collations compare. */
static int order(const struct sql_value *a, const struct sql_value *b)
{
    if (a->is == SQL_TEXT && b->is == SQL_TEXT)
        return strcasecmp(a->text, b->text);
    double x = as_number(a), y = as_number(b);
    return x < y ? -1 : x > y;
}

static void logic(struct sql_value *out, bool known, bool is)
{
    *out = (struct sql_value){.is = known ? SQL_NUM : SQL_NULL, .num = is ? 1 : 0};
}

static int in_list(struct sql *q, struct sql_value *out, bool not )
{
    struct sql_value a = *out, b;
    bool hit = false;
    if (!sql_take(q, "("))
        return sql_syntax(q);
    do {
        if (sql_expr(q, &b) < 0)
            return -1;
        hit = hit || (b.is != SQL_NULL && a.is != SQL_NULL && order(&a, &b) == 0);
    } while (sql_take(q, ","));
    if (!sql_take(q, ")"))
        return sql_syntax(q);
    logic(out, a.is != SQL_NULL, hit != not );
    return 0;
}

static int like(struct sql *q, struct sql_value *out, bool not )
{
    struct sql_value b;
    char text[256];
    if (sum(q, &b) < 0)
        return -1;
    if (out->is == SQL_NULL || b.is == SQL_NULL) {
        logic(out, false, false);
        return 0;
    }
    sql_print(out, text, sizeof text);
    logic(out, true, sql_like(text, b.text) != not );
    return 0;
}

static int comparison(struct sql *q, struct sql_value *out)
{
    static const char *const ops[] = {"=", "<>", "!=", "<=", ">=", "<", ">"};
    struct sql_value b;
    if (sum(q, out) < 0)
        return -1;
    if (sql_take(q, "IS")) {
        bool not = sql_take(q, "NOT"), null = out->is == SQL_NULL;
        if (!sql_take(q, "NULL"))
            return sql_syntax(q);
        logic(out, true, null != not );
        return 0;
    }
    bool not = sql_is(q, "NOT") ? (q->i++, true) : false;
    if (sql_take(q, "IN"))
        return in_list(q, out, not );
    if (sql_take(q, "LIKE"))
        return like(q, out, not );
    if (not )
        return sql_syntax(q);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (!sql_take(q, ops[i]))
            continue;
        if (sum(q, &b) < 0)
            return -1;
        int c = order(out, &b);
        bool is[] = {c == 0, c != 0, c != 0, c <= 0, c >= 0, c<0, c> 0};
        logic(out, out->is != SQL_NULL && b.is != SQL_NULL, is[i]);
        return 0;
    }
    return 0;
}

static int negation(struct sql *q, struct sql_value *out)
{
    bool not = false;
    while (sql_take(q, "NOT"))
        not = !not ;
    if (comparison(q, out) < 0)
        return -1;
    if (not )
        logic(out, out->is != SQL_NULL, !sql_true(out));
    return 0;
}

static int conjunction(struct sql *q, struct sql_value *out)
{
    struct sql_value b;
    if (negation(q, out) < 0)
        return -1;
    while (sql_take(q, "AND") || sql_take(q, "&&")) {
        if (negation(q, &b) < 0)
            return -1;
        logic(out, true, sql_true(out) && sql_true(&b));
    }
    return 0;
}

int sql_expr(struct sql *q, struct sql_value *out)
{
    struct sql_value b;
    if (++q->depth > DEPTH_MAX)
        return sql_fail(q, 1064, "42000", "nested too deeply for the simulator");
    if (conjunction(q, out) < 0)
        return -1;
    while (sql_take(q, "OR") || sql_take(q, "||")) {
        if (conjunction(q, &b) < 0)
            return -1;
        logic(out, true, sql_true(out) || sql_true(&b));
    }
    q->depth--;
    return 0;
}
