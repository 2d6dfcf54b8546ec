/* Times and durations as Prometheus' API takes them. */
#include "sim/time_param.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/num.h"

#define SECONDS_MAX 1e11 /* year 5138; keeps the arithmetic far from overflow */

static int seconds(const char *text, int64_t *ms)
{
    double v;
    if (num_parse(text, &v) < 0 || fabs(v) > SECONDS_MAX)
        return -1;
    *ms = (int64_t)llround(v * 1000);
    return 0;
}

/* ".250", up to nine digits; *used says how many bytes it takes. */
static double fraction(const char *s, size_t *used)
{
    double v = 0, unit = 0.1;
    *used = 0;
    if (*s != '.')
        return 0;
    for (s++, *used = 1; *s >= '0' && *s <= '9' && *used < 10; s++, ++*used, unit /= 10)
        v += (*s - '0') * unit;
    return v;
}

static int zone(const char *s, int64_t *offset_s)
{
    int h, m, end = 0;
    *offset_s = 0;
    if (!strcmp(s, "Z"))
        return 0;
    if ((*s != '+' && *s != '-') || strlen(s) != 6 ||
        sscanf(s + 1, "%2d:%2d%n", &h, &m, &end) != 2 || end != 5 || h < 0 || h > 23 || m < 0 ||
        m > 59)
        return -1;
    *offset_s = (*s == '-' ? -1 : 1) * (h * 3600 + m * 60);
    return 0;
}

int time_param(const char *text, int64_t *ms)
{
    struct tm tm = {.tm_isdst = 0};
    int end = 0;
    size_t used;
    int64_t offset_s;
    if (seconds(text, ms) == 0)
        return 0;
    if (strlen(text) > 40 ||
        sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
               &tm.tm_min, &tm.tm_sec, &end) != 6 ||
        end != 19)
        return -1;
    double part = fraction(text + end, &used);
    if (zone(text + end + used, &offset_s) < 0)
        return -1;
    if (tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 ||
        tm.tm_min > 59 || tm.tm_sec > 60)
        return -1;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    *ms = ((int64_t)timegm(&tm) - offset_s) * 1000 + (int64_t)llround(part * 1000);
    return 0;
}

int step_param(const char *text, int64_t *ms)
{
    if (seconds(text, ms) == 0)
        return 0;
    return dur_parse(text, ms) < 0 || *ms > (int64_t)(SECONDS_MAX * 1000) ? -1 : 0;
}
