/* Strict numbers and durations. Locale-proof: the program never calls setlocale(LC_NUMERIC). */
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define EXACT_MOST   ((uint64_t)1 << 53) /* whole numbers up to it are doubles, */
#define EXACT_DIGITS 22                  /* and so are powers of ten up to this one */

/* A decimal number as it is written. */
struct decimal {
    bool minus;
    uint64_t digits; /* without the point; only right when `exact` */
    int behind;      /* the point */
    bool exact;      /* digits and its power of ten are doubles: their quotient is the nearest one
                        (Clinger, "How to read floating point numbers accurately", PLDI 1990) */
};

static const char *take_digits(const char *s, struct decimal *d, int *n)
{
    for (*n = 0; *s >= '0' && *s <= '9'; s++, ++*n) {
        if (d->digits > EXACT_MOST / 10 - 1)
            d->exact = false;
        else
            d->digits = d->digits * 10 + (uint64_t)(*s - '0');
    }
    return s;
}

static bool decimal_shape(const char *s, struct decimal *d)
{
    int before, n;
    *d = (struct decimal){.minus = *s == '-', .exact = true};
    if (*s == '+' || *s == '-')
        s++;
    s = take_digits(s, d, &before);
    if (*s == '.') {
        s = take_digits(s + 1, d, &d->behind);
        if (!d->behind)
            return false;
    }
    if (!before && !d->behind)
        return false;
    d->exact = d->exact && d->behind <= EXACT_DIGITS;
    if (*s == 'e' || *s == 'E') {
        d->exact = false;
        s += 1 + (s[1] == '+' || s[1] == '-');
        s = take_digits(s, d, &n);
        if (!n)
            return false;
    }
    return *s == '\0';
}

static double quotient(const struct decimal *d)
{
    static const double ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    double v = (double)d->digits / ten[d->behind];
    return d->minus ? -v : v;
}

int num_parse(const char *s, double *out)
{
    struct decimal d;
    if (!decimal_shape(s, &d))
        return -1;
    double v = d.exact ? quotient(&d) : strtod(s, NULL);
    if (!isfinite(v))
        return -1;
    *out = v;
    return 0;
}

int num_parse_prom(const char *s, double *out)
{
    static const struct {
        const char *word;
        double v;
    } words[] = {{"NaN", NAN}, {"+Inf", INFINITY}, {"Inf", INFINITY}, {"-Inf", -INFINITY}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!strcmp(s, words[i].word)) {
            *out = words[i].v;
            return 0;
        }
    }
    return num_parse(s, out);
}

int int_parse(const char *s, int64_t lo, int64_t hi, int64_t *out)
{
    struct decimal d = {.exact = true};
    int n;
    const char *end = take_digits(s + (*s == '-' || *s == '+'), &d, &n);
    if (!n || *end)
        return -1;
    errno = 0;
    long long v = d.exact ? (*s == '-' ? -1 : 1) * (long long)d.digits : strtoll(s, NULL, 10);
    if (errno || v < lo || v > hi)
        return -1;
    *out = v;
    return 0;
}

static const struct {
    const char *unit;
    int64_t ms;
} units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

int dur_parse(const char *s, int64_t *ms)
{
    int64_t sum = 0;
    size_t next = 0;
    if (!*s)
        return -1;
    while (*s) {
        size_t n = strspn(s, "0123456789");
        if (!n || n > 9)
            return -1;
        int64_t v = strtoll(s, NULL, 10);
        s += n;
        size_t len = strspn(s, "dhms");
        size_t u = next;
        while (u < 5 && !(strlen(units[u].unit) == len && !strncmp(units[u].unit, s, len)))
            u++;
        if (u == 5 || v > INT64_C(31536000000) / units[u].ms)
            return -1;
        sum += v * units[u].ms;
        next = u + 1;
        s += len;
    }
    *ms = sum;
    return 0;
}

void dur_print(int64_t ms, char *out, size_t size)
{
    struct buf b = BUF_INIT;
    if (ms < 0) {
        buf_addc(&b, '-');
        ms = -ms;
    }
    for (size_t u = 0; u < 5; u++) {
        if (ms >= units[u].ms) {
            buf_addf(&b, "%lld%s", (long long)(ms / units[u].ms), units[u].unit);
            ms %= units[u].ms;
        }
    }
    str_copy(out, size, b.len ? b.p : "0s");
    buf_free(&b);
}

void dur_clock(int64_t ms, char *out, size_t size)
{
    const char *sign = ms < 0 ? "-" : "";
    int64_t s = (ms < 0 ? -ms : ms) / 1000;
    if (s >= 3600)
        str_fmt(out, size, "%s%lld:%02d:%02d", sign, (long long)(s / 3600), (int)(s / 60 % 60),
                (int)(s % 60));
    else
        str_fmt(out, size, "%s%02d:%02d", sign, (int)(s / 60), (int)(s % 60));
}

void dur_age(int64_t ms, char *out, size_t size)
{
    int64_t s = (ms < 0 ? 0 : ms) / 1000;
    if (s < 120)
        str_fmt(out, size, "%llds", (long long)s);
    else if (s < 7200)
        str_fmt(out, size, "%lldm", (long long)(s / 60));
    else
        str_fmt(out, size, "%lldh", (long long)(s / 3600));
}

void num_short(double v, char *out, size_t size)
{
    double a = fabs(v);
    if (!isfinite(v))
        str_copy(out, size, "-");
    else if (a >= 1e7 || (a > 0 && a < 0.001))
        str_fmt(out, size, "%.2e", v);
    else if (a >= 100 || (a >= 10 && v == rint(v)) || v == 0)
        str_fmt(out, size, "%.0f", v);
    else if (a >= 10)
        str_fmt(out, size, "%.1f", v);
    else if (a >= 1 && v == rint(v))
        str_fmt(out, size, "%.0f", v);
    else if (a >= 0.01)
        str_fmt(out, size, "%.2f", v);
    else
        str_fmt(out, size, "%.4f", v);
}

void num_exact(double v, char *out, size_t size)
{
    str_fmt(out, size, "%.15g", v);
    if (strtod(out, NULL) != v)
        str_fmt(out, size, "%.17g", v);
}

int num_cmp(double a, double b)
{
    double scale = fmax(fabs(a), fabs(b));
    if (fabs(a - b) <= scale * 1e-9)
        return 0;
    return a < b ? -1 : 1;
}
