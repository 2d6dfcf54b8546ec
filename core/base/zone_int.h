/* Inside of base/zone*.c: a zone as sorted changes of its offset. */
#ifndef BASE_ZONE_INT_H
#define BASE_ZONE_INT_H

#include "base/zone.h"

#define ZONE_CHANGES_MAX 1200 /* a file's own, then two a year until 2200 */
#define ZONE_LAST_YEAR   2200

struct zone_change {
    int64_t at_s, offset_s;
};

struct zone {
    int64_t first_s; /* offset before the first change */
    int64_t last_s;  /* the last change the file tells, of whatever kind */
    size_t n;
    struct zone_change changes[ZONE_CHANGES_MAX];
};

struct zone *zone_fixed(int64_t offset_s);
void zone_add(struct zone *z, int64_t at_s, int64_t offset_s); /* in order of time */

/* Appends what a POSIX TZ rule ("EST5EDT,M3.2.0,M11.1.0") says for the time after the last change
 * (RFC 8536, 3.3). -1 when it cannot be understood. */
int zone_follow(struct zone *z, const char *rule);

#endif
