/* Local time of a zone, by its own numbers: the process's TZ and the host's zone never matter, and
 * threads may read one zone together. A zone is one block of memory: free() ends it. */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zone;

/* "UTC", an offset like "+07:00", or an IANA name, read from the system's zoneinfo. NULL: unknown,
 * or its file cannot be understood. */
struct zone *zone_load(const char *name);

/* The same from the bytes of a TZif file (RFC 8536), which may be broken. */
struct zone *zone_parse(const unsigned char *bytes, size_t n);

int64_t zone_offset_s(const struct zone *z, int64_t utc_s); /* east of Greenwich */

/* The first change of the offset after utc_s, false when none is known (rules are followed until
 * the year 2200). */
bool zone_next_change(const struct zone *z, int64_t utc_s, int64_t *at_s);

/* Days since 1970-01-01 of a local date, and back. Weekday: 0 is Monday. */
int64_t day_number(int year, int month, int day);
void day_date(int64_t day_n, int *year, int *month, int *day);
int day_weekday(int64_t day_n);

/* "2026-02-01 22:00:00 +03:00" */
void zone_print(const struct zone *z, int64_t wall_ms, char *out, size_t size);

#endif
