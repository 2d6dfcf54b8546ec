/* Answer -> result. Everything that is asked for must be there: what cannot be read is UNKNOWN,
 * what is read and is not as expected has failed. */
#include "action/preflight.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "action/runner.h"
#include "base/json.h"
#include "base/num.h"
#include "base/text.h"

#define NEAR 0.2 /* an estimate this near to a limit says nothing (DBA-11) */

static void add_word(struct buf *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add_word(struct buf *out, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (out->len)
        buf_adds(out, ", ");
    buf_vaddf(out, fmt, ap);
    va_end(ap);
}

void preflight_expected(const struct preflight_item *it, struct buf *out)
{
    const struct preflight_expect *x = &it->expect;
    char d[16];
    if (it->kind == PF_HTTP && x->call.status)
        add_word(out, "status %d", x->call.status);
    for (size_t i = 0; i < x->call.n_json; i++)
        add_word(out, "%s = %s", x->call.json[i].path, x->call.json[i].want);
    if (x->call.stdout_text)
        add_word(out, "output \"%s\"", x->call.stdout_text);
    if (x->call.exit_status)
        add_word(out, "exit status %d", x->call.exit_status);
    if (x->rows >= 0)
        add_word(out, "%d row%s", x->rows, x->rows == 1 ? "" : "s");
    if (x->value.set)
        add_word(out, "%s", x->value.text);
    for (size_t i = 0; i < x->n_named; i++)
        add_word(out, "%s %s", x->values[i].name, x->values[i].cond.text);
    if (x->full)
        add_word(out, "a full score");
    if (it->warning.set)
        add_word(out, "warning %s", it->warning.text);
    if (it->critical.set)
        add_word(out, "critical %s", it->critical.text);
    dur_print(it->within_ms, d, sizeof d);
    if (it->within_ms)
        add_word(out, "in less than %s", d);
    if (!out->len)
        buf_adds(out, it->kind == PF_HTTP      ? "any 2xx"
                      : it->kind == PF_EXEC    ? "exit status 0"
                      : it->kind == PF_ENV     ? "all set"
                      : it->kind == PF_PANELS  ? "data from every query"
                      : it->kind == PF_CONFIRM ? "a signature"
                      : it->kind == PF_WINDOW  ? "a start is allowed"
                                               : "an answer");
}

static void ends(struct pf_result *r, enum pf_is is, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void ends(struct pf_result *r, enum pf_is is, const char *fmt, ...)
{
    char text[sizeof r->why];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    r->is = is;
    str_copy(r->why, sizeof r->why, text);
}

static bool hits(const struct cond *c, double v)
{
    bool judged;
    return cond_hit(c, v, NAN, 0, &judged) && judged;
}

static bool near(const struct cond *c, double v)
{
    return c->set && fabs(v - c->value) <= NEAR * fabs(c->value);
}

/* Limits and time, once everything else is as expected. */
static void limits(const struct preflight_item *it, double v, bool exact, int64_t ms,
                   struct pf_result *r)
{
    char n[32];
    num_short(v, n, sizeof n);
    r->beyond = it->critical.set && hits(&it->critical, v);
    if (!exact && (near(&it->warning, v) || near(&it->critical, v))) {
        r->near = true;
        r->beyond = false;
        ends(r, PF_WAITS,
             "an estimate of %s within 20 %% of a limit: %s must agree to an exact count", n,
             it->approve);
    } else if (r->beyond) {
        ends(r, PF_FAILED, "%s is beyond critical %s", n, it->critical.text);
    } else if (it->within_ms && ms >= it->within_ms) {
        ends(r, PF_FAILED, "took %lld ms, %lld ms or more is not passed", (long long)ms,
             (long long)it->within_ms);
    } else if (it->warning.set && hits(&it->warning, v)) {
        ends(r, PF_WARNED, "%s is beyond warning %s", n, it->warning.text);
    } else {
        ends(r, PF_PASSED, "%s", "");
    }
}

static bool wants_number(const struct preflight_item *it)
{
    return it->expect.value.set || it->warning.set || it->critical.set || *it->read_path ||
           *it->read_column;
}

void preflight_weigh_number(const struct preflight_item *it, double v, bool exact, int64_t ms,
                            struct pf_result *r)
{
    char n[32];
    r->value = v;
    if (wants_number(it) && !isfinite(v)) {
        ends(r, PF_UNKNOWN, "there is no number in the answer%s%s", *it->read_path ? " at " : "",
             it->read_path);
        return;
    }
    num_short(v, n, sizeof n);
    if (it->expect.value.set && !hits(&it->expect.value, v))
        ends(r, PF_FAILED, "%s, expected %s", n, it->expect.value.text);
    else
        limits(it, v, exact || !*it->exact, ms, r);
}

/* ---- numbers in texts ---- */

static double number_of(const cJSON *x)
{
    double v;
    if (cJSON_IsNumber(x))
        return x->valuedouble;
    return cJSON_IsString(x) && num_parse(x->valuestring, &v) == 0 ? v : NAN;
}

/* The number that begins at s (blanks before it do not count); NaN when none does. */
static double number_at(const char *s)
{
    char word[40];
    double v;
    s += strspn(s, " \t");
    size_t n = strspn(s, "+-.0123456789eE");
    while (n && !isdigit((unsigned char)s[n - 1]))
        n--;
    if (!n || n >= sizeof word)
        return NAN;
    str_fmt(word, sizeof word, "%.*s", (int)n, s);
    return num_parse(word[0] == '+' ? word + 1 : word, &v) == 0 ? v : NAN;
}

/* "NAME=1.5" or "NAME: 1.5", the last one of the text. */
static double named_in_text(const char *text, const char *name)
{
    double v = NAN;
    size_t n = strlen(name);
    for (const char *p = text; (p = strstr(p, name)); p += n) {
        const char *s = p + n + strspn(p + n, " \t");
        bool whole = p == text || !(isalnum((unsigned char)p[-1]) || p[-1] == '_');
        if (whole && (*s == '=' || *s == ':') && !isnan(number_at(s + 1)))
            v = number_at(s + 1);
    }
    return v;
}

static bool named_met(const struct preflight_item *it, const cJSON *o, const char *text,
                      struct pf_result *r)
{
    struct buf seen = BUF_INIT;
    enum pf_is worst = PF_PASSED;
    for (size_t i = 0; i < it->expect.n_named; i++) {
        const struct preflight_value *x = &it->expect.values[i];
        const cJSON *at = o ? json_path(o, x->name) : NULL;
        double v = at ? number_of(at) : text ? named_in_text(text, x->name) : NAN;
        char n[32];
        num_short(v, n, sizeof n);
        add_word(&seen, "%s %s", x->name, isnan(v) ? "missing" : n);
        if (isnan(v)) {
            ends(r, PF_UNKNOWN, "%s is not in the answer", x->name);
            worst = PF_UNKNOWN;
        } else if (!hits(&x->cond, v) && worst == PF_PASSED) {
            ends(r, PF_FAILED, "%s is %s, expected %s", x->name, n, x->cond.text);
            worst = PF_FAILED;
        }
    }
    if (seen.len)
        str_copy(r->actual, sizeof r->actual, seen.p);
    buf_free(&seen);
    return worst == PF_PASSED;
}

/* The last "N/M" of the output. */
static bool score_met(const char *text, struct pf_result *r)
{
    long long got = -1, of = -1;
    for (const char *p = text; (p = strchr(p, '/')); p++) {
        const char *a = p;
        while (a > text && isdigit((unsigned char)a[-1]))
            a--;
        size_t n = strspn(p + 1, "0123456789");
        if (a == p || !n || p - a > 9 || n > 9 || (a > text && (a[-1] == '/' || a[-1] == '.')) ||
            p[1 + n] == '/')
            continue; /* a path or a date is no score */
        char left[12], right[12];
        int64_t x, y;
        str_fmt(left, sizeof left, "%.*s", (int)(p - a), a);
        str_fmt(right, sizeof right, "%.*s", (int)n, p + 1);
        if (int_parse(left, 0, 999999999, &x) == 0 && int_parse(right, 0, 999999999, &y) == 0) {
            got = x;
            of = y;
        }
    }
    if (of <= 0) {
        ends(r, PF_UNKNOWN, "there is no score like 9/9 in the output");
        return false;
    }
    str_fmt(r->actual, sizeof r->actual, "%lld/%lld", got, of);
    if (got != of)
        ends(r, PF_FAILED, "the score is %lld/%lld, it must be full", got, of);
    return got == of;
}

/* ---- answers ---- */

void preflight_weigh_http(const struct preflight_item *it, const struct http_reply *h,
                          const struct tmpl_vars *vars, struct pf_result *r)
{
    char why[200];
    *r = (struct pf_result){.value = NAN};
    if (h->end != HTTP_ANSWERED) {
        ends(r, PF_UNKNOWN, "%s", *h->why ? h->why : "no answer");
        return;
    }
    str_fmt(r->actual, sizeof r->actual, "status %d", h->status);
    if (!expect_http(&it->expect.call, h, vars, why, sizeof why)) {
        ends(r, PF_FAILED, "%s", why);
        return;
    }
    cJSON *o = json_parse(h->body, h->body_len);
    double v = *it->read_path && o ? number_of(json_path(o, it->read_path)) : NAN;
    if (isfinite(v)) {
        char n[32];
        num_short(v, n, sizeof n);
        str_fmt(r->actual, sizeof r->actual, "%s %s", it->read_path, n);
    }
    if (named_met(it, o, NULL, r))
        preflight_weigh_number(it, v, true, h->ms, r);
    cJSON_Delete(o);
}

static void last_line(const char *text, char *out, size_t size)
{
    char clean[400];
    size_t n = strlen(text);
    while (n && strchr(" \t\r\n", text[n - 1]))
        n--;
    size_t from = n;
    while (from && text[from - 1] != '\n')
        from--;
    str_fmt(clean, sizeof clean, "%.*s", (int)(n - from > 380 ? 380 : n - from), text + from);
    text_clean_to(out, size, clean);
}

void preflight_weigh_exec(const struct preflight_item *it, const struct child_result *c,
                          const struct tmpl_vars *vars, struct pf_result *r)
{
    char why[200];
    *r = (struct pf_result){.value = NAN};
    if (!c->started || c->timed_out || c->cancelled) {
        ends(r, PF_UNKNOWN, "%s", *c->why ? c->why : "it did not come to an end");
        return;
    }
    last_line(c->out, r->actual, sizeof r->actual);
    if (!expect_exec(&it->expect.call, c, vars, why, sizeof why)) {
        size_t n = strlen(why);
        ends(r, PF_FAILED, "%.*s", (int)(n > 2 && !strcmp(why + n - 2, ": ") ? n - 2 : n), why);
        return;
    }
    if (!*r->actual)
        str_fmt(r->actual, sizeof r->actual, "exit status %d", c->exit_status);
    if (it->expect.full && !score_met(c->out, r))
        return;
    cJSON *o = json_parse(c->out, c->out_len);
    double v =
        *it->read_path ? (o ? number_of(json_path(o, it->read_path)) : NAN) : number_at(c->out);
    if (named_met(it, o, c->out, r))
        preflight_weigh_number(it, v, true, c->ms, r);
    cJSON_Delete(o);
}
