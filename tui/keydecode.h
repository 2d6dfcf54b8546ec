/* Bytes from the terminal -> keys. Pure: the caller says what time it is. Sequences may be split
 * over any number of reads; ESC alone is a key when nothing follows it within KEY_ESC_WAIT_MS. */
#ifndef TUI_KEYDECODE_H
#define TUI_KEYDECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEY_ESC_WAIT_MS 25
#define KEY_QUEUE       1024 /* bytes waiting to be decoded; more is dropped and counted */

struct keydecode {
    unsigned char buf[KEY_QUEUE];
    size_t n;
    int64_t last_ms; /* when the newest byte came */
    uint64_t dropped;
};

void keydecode_feed(struct keydecode *k, const char *bytes, size_t n, int64_t now_ms);

/* The next key (a code point or a KEY_ of tui/screen.h), or KEY_NONE while none is complete. */
int keydecode_next(struct keydecode *k, int64_t now_ms);

/* ms until a waiting ESC becomes a key; -1 when nothing waits. */
int64_t keydecode_wait_ms(const struct keydecode *k, int64_t now_ms);

/* Forgets what waits (a box opens: keys typed before it are not for it). */
void keydecode_flush(struct keydecode *k);

#endif
