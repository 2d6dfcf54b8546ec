/* Time. Wall time is for records and people, monotonic time for waiting; the two are distinct
 * types, so that one cannot be taken for the other. A struct clock may run faster than the world
 * (the demo and drills): its wall time then moves `speed` times as fast from the moment it was
 * made. All event times are wall milliseconds since 1970 UTC. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t ms;
} mono_t; /* CLOCK_MONOTONIC, real time always */

struct clock {
    double speed;     /* 1 for real runs */
    int64_t wall0_ms; /* wall time when it was made */
    mono_t mono0;
    bool apart; /* began at a time of its own: does not follow the host's wall clock */
};

struct clock clock_make(double speed);
struct clock clock_make_at(double speed, int64_t wall_ms); /* begins now, at that wall time */
int64_t clock_wall(const struct clock *c);                 /* ms since 1970, sped up */
int64_t clock_real_wall(void);                             /* ms since 1970, as the host says */
mono_t mono_now(void);
int64_t mono_since(mono_t t); /* real ms passed since t */

/* Real ms to wait until the clock shows wall_ms; 0 when that has passed. */
int64_t clock_wait(const struct clock *c, int64_t wall_ms);

/* Real ms after which a wait of `ms` of the clock's time is over. Real servers do not run faster
 * because a clock does: never less than `least` (or than ms, when that is shorter). */
int64_t clock_limit(const struct clock *c, int64_t ms, int64_t least);

/* Sets the zone all local times are printed in: an IANA name, "UTC" or "+07:00" (the plan's
 * `timezone`). Call before threads start. -1 when the zone is unknown. The host's zone is never
 * used: without a call it is UTC. */
int zone_set(const char *zone);

/* "22:21:07", "22:21", "2026-02-01 22:21:07", zone word "+07" or "CET", in the set zone; and the
 * RFC 3339 form in UTC "2026-02-01T15:21:07.250Z". */
void time_clock(int64_t wall_ms, char *out, size_t size);
void time_hm(int64_t wall_ms, char *out, size_t size);
void time_full(int64_t wall_ms, char *out, size_t size);
void time_zone(int64_t wall_ms, char *out, size_t size);
void time_rfc3339(int64_t wall_ms, char *out, size_t size);

#endif
