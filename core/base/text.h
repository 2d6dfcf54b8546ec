/* Text from outside, and how wide it is. Thai marks take no cell, CJK takes two. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdint.h>
#include <stddef.h>

#include "base/buf.h"

/* Decodes one code point of at most n bytes; returns bytes used (>= 1 when n > 0). A broken byte
 * gives U+FFFD and 1. */
size_t text_next(const char *s, size_t n, int32_t *cp);

/* Encodes one code point; bytes written (0 when it is none). out has room for 4. */
size_t text_put(char *out, int32_t cp);

/* Cells a code point takes: 0 (combining), 1 or 2. Control characters take 0. */
int text_cp_width(int32_t cp);

/* Cells a clean UTF-8 string takes. */
int text_width(const char *s);

/* Bytes of the longest prefix that fits in `cells`, cut between graphemes. */
size_t text_fit(const char *s, int cells);

/* Small ASCII letters as capitals. */
void text_upper(char *dst, size_t size, const char *s);

/* Appends s without control characters, ANSI sequences, bidi controls, ZWJ, variation selectors
 * and broken bytes (U+FFFD); tabs and newlines become one space. Every text from outside passes
 * here once, where it enters. */
void text_clean(struct buf *out, const char *s, size_t n);
void text_clean_to(char *dst, size_t size, const char *s);

#endif
