/* Finds words of opinion (opinions.def) in English, Thai and Turkish. Thai has no blanks, so its
 * words count anywhere; Turkish is written with and without its marks, and its İ/I/ı/i are one. */
#include "event/grammar.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define SHOWN_MOST 4

enum stands { WORD, STEM, ANYWHERE };

static const struct {
    const char *lang;
    enum stands how;
    const char *words, *shown;
} rows[] = {
#define X(lang, how, words, shown) {lang, how, words, shown},
#include "event/opinions.def"
#undef X
};
#define ROWS (sizeof rows / sizeof *rows)

/* Latin letters with marks to their base; others as they are. */
static int32_t fold(int32_t cp)
{
    static const struct {
        int32_t from;
        char to;
    } marks[] = {{0x130, 'i'}, {0x131, 'i'}, {0xC7, 'c'}, {0xE7, 'c'},   {0x11E, 'g'},
                 {0x11F, 'g'}, {0xD6, 'o'},  {0xF6, 'o'}, {0x15E, 's'},  {0x15F, 's'},
                 {0xDC, 'u'},  {0xFC, 'u'},  {0xC2, 'a'}, {0xE2, 'a'},   {0xCE, 'i'},
                 {0xEE, 'i'},  {0xDB, 'u'},  {0xFB, 'u'}, {0x2019, '\''}};
    if (cp >= 'A' && cp <= 'Z')
        return cp + 32;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (marks[i].from == cp)
            return marks[i].to;
    return cp;
}

static bool is_blank(int32_t cp)
{
    return cp == ' ' || cp == '\t' || cp == '\n' || cp == '\r' || cp == 0xA0;
}

static bool is_mark(int32_t cp)
{
    return (cp >= 0x300 && cp <= 0x36F) || (cp >= 0x200B && cp <= 0x200F) || cp == 0xFEFF;
}

void opinion_fold(const char *text, struct buf *out)
{
    size_t n = strlen(text);
    bool blank = true;
    buf_adds(out, "");
    while (n) {
        int32_t cp;
        char utf8[8];
        size_t used = text_next(text, n, &cp);
        text += used;
        n -= used;
        if (is_mark(cp))
            continue;
        if (!is_blank(cp))
            buf_add(out, utf8, text_put(utf8, fold(cp)));
        else if (!blank)
            buf_addc(out, ' ');
        blank = is_blank(cp);
    }
}

/* Letters, digits and what joins them in names: a word in p95_maybe is no word. */
static bool joins(int32_t cp)
{
    bool ascii = (cp >= 'a' && cp <= 'z') || (cp >= '0' && cp <= '9') || cp == '_' || cp == '=';
    bool thai = cp >= 0xE00 && cp <= 0xE7F;
    return ascii || (cp >= 0xC0 && cp < 0x2000 && !thai && cp != 0xD7 && cp != 0xF7);
}

static int32_t before(const char *start, const char *at)
{
    int32_t cp = 0;
    const char *p = at;
    while (p > start && ((unsigned char)*--p & 0xC0) == 0x80)
        ;
    if (p < at)
        text_next(p, (size_t)(at - p), &cp);
    return cp;
}

static int32_t after(const char *at)
{
    int32_t cp;
    text_next(at, strlen(at), &cp);
    return cp;
}

/* Does row i stand at `at`? Then how many bytes it takes there, its ending included. */
static size_t stands_at(size_t i, const char *start, const char *at)
{
    size_t n = strlen(rows[i].words);
    if (strncmp(at, rows[i].words, n) != 0)
        return 0;
    if (rows[i].how == ANYWHERE)
        return n;
    if (joins(before(start, at)) || (rows[i].how == WORD && joins(after(at + n))))
        return 0;
    while (at[n] >= 'a' && at[n] <= 'z')
        n++; /* a stem's ending, none of a word's */
    return at[n] == '_' || at[n] == '=' ? 0 : n;
}

int opinion_words(const char *text, char *out, size_t size, char lang[3])
{
    struct buf b = BUF_INIT;
    const char *found[SHOWN_MOST];
    int n = 0;
    opinion_fold(text, &b);
    out[0] = lang[0] = '\0';
    for (const char *at = buf_str(&b); *at;) {
        size_t used = 0, i = 0;
        while (i < ROWS && !(used = stands_at(i, b.p, at)))
            i++;
        at += used ? used : 1;
        bool told = !used || n == SHOWN_MOST;
        for (int k = 0; !told && k < n; k++)
            told = found[k] == rows[i].shown || !strcmp(found[k], rows[i].shown);
        if (told)
            continue;
        if (!n)
            str_copy(lang, 3, rows[i].lang);
        str_fmt(out + strlen(out), size - strlen(out), "%s\"%s\"", n ? ", " : "", rows[i].shown);
        found[n++] = rows[i].shown;
    }
    buf_free(&b);
    return n;
}
