/* A growable byte buffer that is always NUL-terminated, and allocation that cannot fail:
 * out of memory is a BUG, because a war room that half works is worse than one that says so. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdarg.h>

struct buf {
    char *p; /* never NULL after the first append; NUL at p[len] */
    size_t len;
    size_t cap;
};

#define BUF_INIT                                                                                   \
    {                                                                                              \
        NULL, 0, 0                                                                                 \
    }

void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void buf_clear(struct buf *b); /* empty, keeps the memory */
void buf_free(struct buf *b);  /* back to BUF_INIT */
char *buf_take(struct buf *b); /* the bytes, owned by the caller ("" when empty); b is BUF_INIT */
const char *buf_str(const struct buf *b); /* the bytes, or "" */

/* Allocation that never returns NULL; zalloc zeroes. */
void *xalloc(size_t n);
void *xzalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);

/* Copies s into dst (size bytes), cut at a UTF-8 boundary, always terminated; NULL reads as "". */
void str_copy(char *dst, size_t size, const char *s);

/* snprintf into a fixed array that may be cut on purpose (always terminated). */
void str_fmt(char *dst, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
