/* The terminal's look and cursor: the shortest bytes from what they are to what is wanted. */
#include "tui/paint_pen.h"

#include <stdlib.h>
#include <string.h>

bool pen_same(struct look a, struct look b, bool blank)
{
    uint8_t lines = ATTR_UNDERLINE | ATTR_REVERSE;
    if (a.bg != b.bg || (a.attr & lines) != (b.attr & lines))
        return false;
    if (blank && !(a.attr & lines))
        return true; /* a blank shows no ink */
    return a.fg == b.fg && a.attr == b.attr;
}

/* ---- looks as SGR ---- */

static void sgr_color(const struct paint *p, struct buf *out, int32_t v, bool back)
{
    int base = back ? 40 : 30;
    if (v == COLOR_DEFAULT)
        buf_addf(out, "%d;", base + 9);
    else if (p->rgb)
        buf_addf(out, "%d;2;%d;%d;%d;", base + 8, v >> 16 & 255, v >> 8 & 255, v & 255);
    else if (v < 16)
        buf_addf(out, "%d;", base + (v < 8 ? v : 52 + v));
    else
        buf_addf(out, "%d;5;%d;", base + 8, v);
}

/* Attributes that go and come. Terminals without colours know "all off" alone. */
static void sgr_attrs(struct paint *p, struct buf *out, uint8_t want)
{
    static const struct {
        uint8_t bit, on, off;
    } codes[] = {
        {ATTR_BOLD, 1, 22}, {ATTR_DIM, 2, 22}, {ATTR_UNDERLINE, 4, 24}, {ATTR_REVERSE, 7, 27}};
    uint8_t have = p->pen.attr, gone = have & (uint8_t)~want, weight = ATTR_BOLD | ATTR_DIM;
    if (gone && p->caps.depth == DEPTH_MONO) {
        buf_adds(out, "0;");
        have = 0;
    } else if (gone) {
        for (size_t i = 0; i < 4; i++)
            if ((gone & codes[i].bit) && (i != 1 || !(gone & ATTR_BOLD)))
                buf_addf(out, "%d;", codes[i].off);
        have &= (uint8_t) ~(gone & weight ? gone | weight : gone);
    }
    for (size_t i = 0; i < 4; i++)
        if (want & (uint8_t)~have & codes[i].bit)
            buf_addf(out, "%d;", codes[i].on);
}

void pen_set(struct paint *p, struct buf *out, struct look want, bool blank)
{
    if (pen_same(p->pen, want, blank))
        return;
    buf_adds(out, "\x1b[");
    if (blank && !(want.attr & (ATTR_UNDERLINE | ATTR_REVERSE))) {
        want.fg = p->pen.fg; /* no ink: leave it for what comes */
        want.attr |= p->pen.attr & (ATTR_BOLD | ATTR_DIM);
    }
    sgr_attrs(p, out, want.attr);
    if (want.fg != p->pen.fg)
        sgr_color(p, out, want.fg, false);
    if (want.bg != p->pen.bg)
        sgr_color(p, out, want.bg, true);
    out->p[out->len - 1] = 'm';
    p->pen = want;
}

/* ---- the cursor ---- */

static void shorter(char *best, size_t size, const char *other)
{
    if (strlen(other) < strlen(best))
        str_copy(best, size, other);
}

/* Along the row y the cursor stands in, or will after line feeds. */
static void move_along(const struct paint *p, int x, int y, char *best, size_t size)
{
    char s[24];
    if (x && p->caps.no_column)
        str_fmt(best, size, "\x1b[%d;%dH", y + 1, x + 1);
    else
        str_fmt(best, size, x ? "\x1b[%dG" : "\r", x + 1);
    if (!p->sure)
        return;
    int by = x - p->x;
    if (by == 0)
        best[0] = '\0';
    else if (by == -2)
        shorter(best, size, "\b\b");
    else if (by == 1 || by == -1)
        shorter(best, size, by == 1 ? "\x1b[C" : "\b");
    else {
        str_fmt(s, sizeof s, "\x1b[%d%c", abs(by), by > 0 ? 'C' : 'D');
        shorter(best, size, s);
    }
}

void pen_move(struct paint *p, struct buf *out, int x, int y)
{
    char best[32], along[24], s[40];
    int down = y - p->y;
    if (p->sure && p->x == x && down == 0)
        return;
    str_fmt(best, sizeof best, x ? "\x1b[%d;%dH" : "\x1b[%dH", y + 1, x + 1);
    if (down >= 0 && down <= 4) { /* line feeds keep the column: the terminal is in raw mode */
        move_along(p, x, y, along, sizeof along);
        str_fmt(s, sizeof s, "%.*s%s", down, "\n\n\n\n", along);
        shorter(best, sizeof best, s);
    } else if (down > 0 && p->sure && x == p->x) {
        str_fmt(s, sizeof s, "\x1b[%dB", down);
        shorter(best, sizeof best, s);
    }
    buf_adds(out, best);
    p->x = x;
    p->y = y;
    p->sure = true;
}
