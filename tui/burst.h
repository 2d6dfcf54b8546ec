/* Five keys within 20 ms are a paste, not a person (terminals without bracketed paste; tried: the
 * words of a paste otherwise run as keys). Pure. */
#ifndef TUI_BURST_H
#define TUI_BURST_H

#include <stdbool.h>
#include <stdint.h>

#define BURST_KEYS     5
#define BURST_MS       20
#define BURST_QUIET_MS 50 /* a paste ends when nothing came for this long */

struct burst {
    int64_t t_ms[BURST_KEYS]; /* newest last; -1: none yet */
    int n;
    int64_t until_ms; /* keys before this belong to the paste; 0: none runs */
};

/* Notes one key; true when it belongs to a paste. The BURST_KEYS - 1 keys before the first such
 * answer belonged to it too. */
static inline bool burst_key(struct burst *b, int64_t now_ms)
{
    for (int i = 0; i + 1 < BURST_KEYS; i++)
        b->t_ms[i] = b->t_ms[i + 1];
    b->t_ms[BURST_KEYS - 1] = now_ms;
    b->n += b->n < BURST_KEYS;
    bool many = b->n == BURST_KEYS && now_ms - b->t_ms[0] <= BURST_MS;
    bool still = b->until_ms && now_ms < b->until_ms;
    b->until_ms = many || still ? now_ms + BURST_QUIET_MS : 0;
    return many || still;
}

#endif
