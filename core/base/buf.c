/* Buffers and allocation. */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

void *xrealloc(void *p, size_t n)
{
    void *q = realloc(p, n ? n : 1);
    if (!q)
        BUG("out of memory asking for %zu bytes", n);
    return q;
}

void *xalloc(size_t n)
{
    return xrealloc(NULL, n);
}

void *xzalloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size ? size : 1);
    if (!p)
        BUG("out of memory asking for %zu times %zu bytes", n, size);
    return p;
}

char *xstrndup(const char *s, size_t n)
{
    char *p = xalloc(n + 1);
    memcpy(p, s, n);
    p[n] = '\0';
    return p;
}

char *xstrdup(const char *s)
{
    return xstrndup(s, strlen(s));
}

static void reserve(struct buf *b, size_t more)
{
    if (more > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
        BUG("buffer of %zu bytes asked to grow by %zu", b->len, more);
    size_t need = b->len + more + 1;
    if (need <= b->cap)
        return;
    size_t cap = b->cap ? b->cap : 64;
    while (cap < need)
        cap *= 2;
    b->p = xrealloc(b->p, cap);
    b->cap = cap;
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
    reserve(b, n);
    if (n)
        memcpy(b->p + b->len, bytes, n);
    b->len += n;
    b->p[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
    va_list again;
    if (!fmt) /* said aloud, because UBSan's checks make the compiler consider it */
        BUG("no format");
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0)
        BUG("bad format \"%s\"", fmt);
    reserve(b, (size_t)n);
    vsnprintf(b->p + b->len, (size_t)n + 1, fmt, ap);
    b->len += (size_t)n;
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(b, fmt, ap);
    va_end(ap);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    if (b->p)
        b->p[0] = '\0';
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf)BUF_INIT;
}

char *buf_take(struct buf *b)
{
    char *p = b->p ? b->p : xstrdup("");
    *b = (struct buf)BUF_INIT;
    return p;
}

const char *buf_str(const struct buf *b)
{
    return b->p ? b->p : "";
}

static void trim_broken_utf8(char *dst)
{
    size_t n = strlen(dst), back = 0;
    while (back < 4 && back < n && ((unsigned char)dst[n - 1 - back] & 0xC0) == 0x80)
        back++;
    if (back >= n)
        return;
    unsigned char lead = (unsigned char)dst[n - 1 - back];
    size_t want = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (back < want)
        dst[n - 1 - back] = '\0';
}

void str_copy(char *dst, size_t size, const char *s)
{
    if (!s)
        s = "";
    size_t n = strlen(s);
    if (n < size) {
        memmove(dst, s, n + 1);
        return;
    }
    memmove(dst, s, size - 1);
    dst[size - 1] = '\0';
    trim_broken_utf8(dst);
}

void str_fmt(char *dst, size_t size, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(dst, size, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n >= size)
        trim_broken_utf8(dst);
}
