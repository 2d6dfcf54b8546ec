/* One ASCII character for what a terminal without UTF-8 cannot show: frames, blocks, braille,
 * signs, and Latin letters with marks. Every answer takes one cell. */
#ifndef TUI_ASCII_H
#define TUI_ASCII_H

#include <stdint.h>

/* '?' for what has no likeness. */
char ascii_of(int32_t cp);

#endif
