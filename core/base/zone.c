/* Zones: offsets, days, and finding the change that counts at an instant. Files are read in
 * zone_file.c. */
#include "base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/zone_int.h"

struct zone *zone_fixed(int64_t offset_s)
{
    struct zone *z = xzalloc(1, sizeof *z);
    z->first_s = offset_s;
    z->last_s = INT64_MIN;
    return z;
}

/* Changes that keep the offset (a new name for it) are none. */
void zone_add(struct zone *z, int64_t at_s, int64_t offset_s)
{
    int64_t was = z->n ? z->changes[z->n - 1].offset_s : z->first_s;
    if (at_s <= z->last_s)
        return;
    z->last_s = at_s;
    if (offset_s != was && z->n < ZONE_CHANGES_MAX)
        z->changes[z->n++] = (struct zone_change){at_s, offset_s};
}

/* How many changes are at or before utc_s. */
static size_t changes_until(const struct zone *z, int64_t utc_s)
{
    size_t lo = 0, hi = z->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (z->changes[mid].at_s <= utc_s)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

int64_t zone_offset_s(const struct zone *z, int64_t utc_s)
{
    size_t n = changes_until(z, utc_s);
    return n ? z->changes[n - 1].offset_s : z->first_s;
}

bool zone_next_change(const struct zone *z, int64_t utc_s, int64_t *at_s)
{
    size_t n = changes_until(z, utc_s);
    if (n == z->n)
        return false;
    *at_s = z->changes[n].at_s;
    return true;
}

/* Years begin in March here, so that the day that may be missing comes last (Hinnant, "chrono-
 * compatible low-level date algorithms"). */
int64_t day_number(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void day_date(int64_t day_n, int *year, int *month, int *day)
{
    int64_t z = day_n + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

int day_weekday(int64_t day_n)
{
    return (int)(((day_n + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

void zone_print(const struct zone *z, int64_t wall_ms, char *out, size_t size)
{
    int64_t utc = wall_ms / 1000 - (wall_ms % 1000 < 0);
    int64_t offset = zone_offset_s(z, utc), local = utc + offset;
    int64_t day_n = local / 86400 - (local % 86400 < 0), s = local - day_n * 86400;
    int64_t east = offset < 0 ? -offset : offset;
    int y, m, d;
    day_date(day_n, &y, &m, &d);
    str_fmt(out, size, "%04d-%02d-%02d %02d:%02d:%02d %c%02d:%02d", y, m, d, (int)(s / 3600),
            (int)(s / 60 % 60), (int)(s % 60), offset < 0 ? '-' : '+', (int)(east / 3600),
            (int)(east / 60 % 60));
}
