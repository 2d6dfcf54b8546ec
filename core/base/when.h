/* Times as people write them. */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include <stdint.h>

/* "2026-02-01T22:00:00+03:00", a blank for the T, without seconds, with Z or without an offset:
 * UTC. 0 or -1. */
int when_parse(const char *text, int64_t *wall_ms);

#endif
