/* Printing for panels; see format.h. */
#include "tui/format.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"

void fmt_value(double v, const char *unit, char *out, size_t size)
{
    char n[32];
    if (!isfinite(v)) {
        str_copy(out, size, "-");
        return;
    }
    num_short(v, n, sizeof n);
    if (*unit)
        str_fmt(out, size, "%s %s", n, unit);
    else
        str_copy(out, size, n);
}

/* Signed, three significant digits at most, so that a column of them stays narrow. */
static void signed_short(double v, char *out, size_t size)
{
    double a = fabs(v);
    if (a < 0.005)
        str_copy(out, size, "0"); /* and never "-0.00" */
    else if (a >= 99.95)
        str_fmt(out, size, a >= 1e5 ? "%+.1e" : "%+.0f", v);
    else if (a >= 1)
        str_fmt(out, size, "%+.1f", v);
    else
        str_fmt(out, size, "%+.2f", v);
}

void fmt_delta(double v, double base, const char *unit, char *out, size_t size)
{
    *out = '\0';
    if (!isfinite(v) || !isfinite(base))
        return;
    if (base == 0 || !strcmp(unit, "%")) {
        signed_short(v - base, out, size);
        return;
    }
    double pct = (v - base) / fabs(base) * 100;
    char n[32];
    if (fabs(pct) >= 9999.5) {
        str_copy(out, size, pct > 0 ? ">+9999%" : "<-9999%");
        return;
    }
    signed_short(pct, n, sizeof n);
    str_fmt(out, size, "%s%%", n);
}

void fmt_limit(double v, char *out, size_t size)
{
    static const struct {
        double at;
        const char *word;
    } big[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e4, "k"}};
    double a = fabs(v);
    for (size_t i = 0; i < sizeof big / sizeof *big; i++) {
        if (a >= big[i].at) {
            double unit = i == 3 ? 1e3 : big[i].at;
            str_fmt(out, size, "%.3g%s", v / unit, big[i].word);
            return;
        }
    }
    str_fmt(out, size, a >= 1000 ? "%.0f" : "%.4g", v);
}

void fmt_span(int64_t ms, char *out, size_t size)
{
    const char *sign = ms < 0 ? "-" : "";
    if (ms < 0)
        ms = -ms;
    long long s = (long long)(ms / 1000);
    if (ms && ms < 1000)
        str_fmt(out, size, "%s%lldms", sign, (long long)ms);
    else if (s < 60)
        str_fmt(out, size, "%s%llds", sign, s);
    else if (s < 3600 && s % 60)
        str_fmt(out, size, "%s%lldm%llds", sign, s / 60, s % 60);
    else if (s < 3600)
        str_fmt(out, size, "%s%lldm", sign, s / 60);
    else if (s % 3600 >= 60)
        str_fmt(out, size, "%s%lldh%lldm", sign, s / 3600, s % 3600 / 60);
    else
        str_fmt(out, size, "%s%lldh", sign, s / 3600);
}

void fmt_t_plus(int64_t ms, char *out, size_t size)
{
    char sign = ms < 0 ? '-' : '+';
    long long s = (long long)((ms < 0 ? -ms : ms) / 1000);
    str_fmt(out, size, "T%c%02lld:%02lld:%02lld", sign, s / 3600, s / 60 % 60, s % 60);
}

void fmt_weight(double pct, char *out, size_t size)
{
    if (isfinite(pct))
        str_fmt(out, size, "%.4g%%", pct);
    else
        str_copy(out, size, "?%");
}

void fmt_count(int64_t n, char *out, size_t size)
{
    char digits[32];
    str_fmt(digits, sizeof digits, "%lld", (long long)n);
    size_t len = strlen(digits), first = digits[0] == '-', o = 0;
    for (size_t i = 0; i < len && o + 2 < size; i++) {
        if (i > first && (len - i) % 3 == 0)
            out[o++] = ',';
        out[o++] = digits[i];
    }
    out[o] = '\0';
}
