/* UTF-8, width (utf8proc) and cleaning. */
#include "base/text.h"

#include <string.h>
#include <utf8proc.h>

size_t text_next(const char *s, size_t n, int32_t *cp)
{
    if (!n) {
        *cp = 0;
        return 0;
    }
    utf8proc_int32_t c;
    utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, &c);
    if (used <= 0 || c < 0) {
        *cp = 0xFFFD;
        return 1;
    }
    *cp = c;
    return (size_t)used;
}

size_t text_put(char *out, int32_t cp)
{
    utf8proc_ssize_t n = utf8proc_encode_char(cp, (utf8proc_uint8_t *)out);
    return n > 0 ? (size_t)n : 0;
}

int text_cp_width(int32_t cp)
{
    if (cp >= 0x20 && cp < 0x7F)
        return 1;
    if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
        return 0;
    /* Thai and Lao SARA AM are letters that keep a cell of their own. */
    return utf8proc_charwidth(cp);
}

int text_width(const char *s)
{
    int w = 0;
    size_t n = strlen(s);
    while (n) {
        int32_t cp;
        size_t used = text_next(s, n, &cp);
        w += text_cp_width(cp);
        s += used;
        n -= used;
    }
    return w;
}

size_t text_fit(const char *s, int cells)
{
    size_t n = strlen(s), at = 0;
    int w = 0;
    while (at < n) {
        int32_t cp;
        size_t used = text_next(s + at, n - at, &cp);
        int cw = text_cp_width(cp);
        if (w + cw > cells)
            break;
        w += cw;
        at += used;
    }
    return at;
}

/* Length of an escape sequence starting at ESC or C1 CSI; at least 1. */
static size_t escape_len(const char *s, size_t n)
{
    size_t i = 1;
    if (n < 2)
        return 1;
    if (s[1] == '[') {
        for (i = 2; i < n && !((unsigned char)s[i] >= 0x40 && (unsigned char)s[i] <= 0x7E); i++)
            ;
        return i < n ? i + 1 : n;
    }
    if (s[1] == ']' || s[1] == 'P' || s[1] == '_' || s[1] == '^' || s[1] == 'X') {
        for (i = 2; i < n; i++) {
            if (s[i] == '\a')
                return i + 1;
            if (s[i] == '\x1b' && i + 1 < n && s[i + 1] == '\\')
                return i + 2;
        }
        return n;
    }
    return 2;
}

static int dropped(int32_t cp)
{
    return (cp >= 0x200B && cp <= 0x200F) || (cp >= 0x202A && cp <= 0x202E) ||
           (cp >= 0x2060 && cp <= 0x206F) || (cp >= 0xFE00 && cp <= 0xFE0F) || cp == 0xFEFF ||
           cp == 0x061C || (cp >= 0xE0000 && cp <= 0xE0FFF) || (cp >= 0x7F && cp < 0xA0) ||
           cp == 0x2028 || cp == 0x2029;
}

void text_clean(struct buf *out, const char *s, size_t n)
{
    while (n) {
        int32_t cp;
        size_t used;
        if (*s == '\x1b') {
            used = escape_len(s, n);
        } else if ((used = text_next(s, n, &cp)) == 1 && cp == 0xFFFD) {
            buf_adds(out, "\xEF\xBF\xBD");
        } else if (cp == '\t' || cp == '\n' || cp == '\r') {
            if (!out->len || out->p[out->len - 1] != ' ')
                buf_addc(out, ' ');
        } else if (cp >= 0x20 && !dropped(cp)) {
            buf_add(out, s, used);
        }
        s += used;
        n -= used;
    }
}

void text_clean_to(char *dst, size_t size, const char *s)
{
    struct buf b = BUF_INIT;
    text_clean(&b, s ? s : "", s ? strlen(s) : 0);
    str_copy(dst, size, buf_str(&b));
    buf_free(&b);
}

void text_upper(char *dst, size_t size, const char *s)
{
    str_copy(dst, size, s);
    for (char *p = dst; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 32);
}
