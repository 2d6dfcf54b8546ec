/* The difference, row by row. Looks, not roles, are compared: two roles that look alike cost
 * nothing. Characters whose width terminals do not agree on are followed by an absolute column. */
#include "tui/paint.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct shown {
    char ch[CELL_BYTES];
    struct look look;
};

void paint_init(struct paint *p, const struct paint_caps *caps)
{
    memset(p, 0, sizeof *p);
    p->caps = *caps;
    for (int i = 0; i <= ROLES; i++)
        p->looks[i] = (struct look){COLOR_DEFAULT, COLOR_DEFAULT, 0};
    p->ground = p->looks[0];
    paint_forget(p);
}

void paint_release(struct paint *p)
{
    free(p->cells);
    memset(p, 0, sizeof *p);
}

/* A theme without one truecolor value means the terminal's palette, on any terminal. */
static enum depth depth_of(const struct paint *p, const struct theme *t)
{
    enum depth d = p->caps.depth;
    for (int r = 0; d == DEPTH_TRUE && r < ROLES; r++)
        if (t->role[r][d].fg != COLOR_DEFAULT || t->role[r][d].bg != COLOR_DEFAULT)
            return d;
    return d == DEPTH_TRUE ? DEPTH_256 : d;
}

void paint_theme(struct paint *p, const struct theme *t)
{
    enum depth d = depth_of(p, t);
    p->rgb = d == DEPTH_TRUE;
    for (int r = 0; r < ROLES; r++) {
        struct look k = t->role[r][d];
        if (d == DEPTH_16 && !p->caps.sixteen) { /* eight colours: bold is bright */
            k.attr |= k.fg > 7 ? ATTR_BOLD : 0;
            k.fg = k.fg > 7 ? k.fg - 8 : k.fg;
            k.bg = k.bg > 7 ? k.bg - 8 : k.bg;
        }
        p->looks[1 + r] = k;
    }
    p->ground = p->looks[1 + ROLE_TEXT];
    p->ground.attr = 0;
}

void paint_forget(struct paint *p)
{
    p->known = false;
}

static bool same_look(struct look a, struct look b, bool blank)
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

static void set_pen(struct paint *p, struct buf *out, struct look want, bool blank)
{
    if (same_look(p->pen, want, blank))
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

static void move_along(const struct paint *p, int x, char *best, size_t size)
{
    char s[24];
    str_fmt(s, sizeof s, "\x1b[%dG", x + 1);
    shorter(best, size, x ? s : "\r");
    if (!p->sure)
        return;
    int by = x - p->x;
    if (by == 1 || by == -1)
        str_copy(s, sizeof s, by == 1 ? "\x1b[C" : "\b");
    else
        str_fmt(s, sizeof s, "\x1b[%d%c", abs(by), by > 0 ? 'C' : 'D');
    shorter(best, size, s);
}

static void move_to(struct paint *p, struct buf *out, int x, int y)
{
    char best[24], s[24];
    if (p->sure && p->x == x && p->y == y)
        return;
    str_fmt(best, sizeof best, x ? "\x1b[%d;%dH" : "\x1b[%dH", y + 1, x + 1);
    if (y == p->y)
        move_along(p, x, best, sizeof best);
    if (y == p->y + 1 && (!x || (p->sure && x == p->x)))
        shorter(best, sizeof best, x ? "\n" : "\r\n");
    if (p->sure && x == p->x && y > p->y) {
        str_fmt(s, sizeof s, "\x1b[%dB", y - p->y);
        shorter(best, sizeof best, s);
    }
    buf_adds(out, best);
    p->x = x;
    p->y = y;
    p->sure = true;
}

/* ---- cells ---- */

static bool is_blank(const char *ch)
{
    return ch[0] == ' ' && !ch[1];
}

/* Frames, blocks, braille, arrows and Latin take one cell wherever UTF-8 works; about the rest
 * (Thai marks, CJK, emoji, combining marks) terminals and libraries differ. */
static bool disputed(const char *ch)
{
    int32_t cp;
    if (!ch[1] && ch[0])
        return false;
    size_t n = strlen(ch), used = text_next(ch, n, &cp);
    return used != n ||
           !(cp < 0x300 || (cp >= 0x2010 && cp <= 0x2027) || (cp >= 0x2190 && cp <= 0x21FF) ||
             (cp >= 0x2500 && cp <= 0x25FF) || (cp >= 0x2800 && cp <= 0x28FF));
}

static void put(struct paint *p, struct buf *out, const struct cell *cell, struct look look)
{
    set_pen(p, out, look, is_blank(cell->ch));
    buf_adds(out, cell->ch);
    p->x += cell->wide ? 2 : 1;
    p->sure = p->sure && !disputed(cell->ch) && p->x < p->w;
}

static bool differs(const struct paint *p, const struct shown *have, const struct cell *want)
{
    if (!want->ch[0])
        return have->ch[0] != '\0'; /* right half: drawn with the left one, in its look */
    return strcmp(have->ch, want->ch) != 0 ||
           !same_look(have->look, p->looks[1 + want->role], is_blank(want->ch));
}

/* Few unchanged cells before x in the pen's look are cheaper written again than jumped over. */
static bool fill_gap(struct paint *p, struct buf *out, const struct cell *row, int x, int y)
{
    size_t bytes = 0;
    if (!p->sure || p->y != y || x <= p->x || x - p->x > 5)
        return false;
    for (int i = p->x; i < x; i++) {
        struct look look = p->looks[1 + row[i].role];
        if (row[i].wide || !row[i].ch[0] || disputed(row[i].ch) ||
            !same_look(p->pen, look, is_blank(row[i].ch)))
            return false;
        bytes += strlen(row[i].ch);
    }
    if (bytes > (x - p->x == 1 ? 3U : 4U))
        return false;
    for (int i = p->x; i < x; i++)
        buf_adds(out, row[i].ch);
    p->x = x;
    return true;
}

/* Where the blanks at the end of the row begin that one erase makes; w when it does not pay. */
static int erased_from(const struct paint *p, const struct cell *row, const struct shown *have)
{
    int from = p->w, changed = 0;
    struct look tail = p->looks[1 + row[p->w - 1].role];
    if ((tail.attr & (ATTR_UNDERLINE | ATTR_REVERSE)) ||
        (tail.bg != COLOR_DEFAULT && !p->caps.erase_colors))
        return p->w;
    while (from > 0 && is_blank(row[from - 1].ch) &&
           same_look(tail, p->looks[1 + row[from - 1].role], true)) {
        from--;
        changed += differs(p, &have[from], &row[from]);
    }
    return changed > 3 ? from : p->w;
}

static void remember(struct paint *p, struct shown *have, const struct cell *want)
{
    memcpy(have->ch, want->ch, sizeof have->ch);
    have->look = p->looks[1 + want->role];
}

static int paint_row(struct paint *p, const struct canvas *c, int y, struct buf *out)
{
    const struct cell *row = c->cells + (size_t)y * (size_t)c->w;
    struct shown *have = p->cells + (size_t)y * (size_t)p->w;
    int end = y == p->h - 1 && !p->caps.full_last_cell ? p->w - 1 : p->w, changed = 0;
    int tail = erased_from(p, row, have);
    for (int x = 0; x < end; x++) {
        if (!differs(p, &have[x], &row[x]))
            continue;
        if (x >= tail) {
            move_to(p, out, x, y);
            set_pen(p, out, p->looks[1 + row[x].role], true);
            buf_adds(out, "\x1b[K");
            for (; x < p->w; x++, changed++)
                remember(p, &have[x], &row[x]);
            break;
        }
        bool on = !p->sure && p->y == y && p->x == x && disputed(row[x].ch);
        if (!on && !fill_gap(p, out, row, x, y))
            move_to(p, out, x, y);
        put(p, out, &row[x], p->looks[1 + row[x].role]);
        remember(p, &have[x], &row[x]);
        changed++;
        if (row[x].wide && x + 1 < p->w) {
            remember(p, &have[x + 1], &row[x + 1]);
            x++;
        }
    }
    return changed;
}

static void start_over(struct paint *p, const struct canvas *c, struct buf *out)
{
    size_t n = (size_t)c->w * (size_t)c->h;
    if (!p->cells || p->w != c->w || p->h != c->h)
        p->cells = xrealloc(p->cells, n * sizeof *p->cells + 1);
    p->w = c->w;
    p->h = c->h;
    p->pen = p->looks[0];
    buf_adds(out, "\x1b[m");
    if (p->caps.erase_colors)
        set_pen(p, out, p->ground, true);
    buf_adds(out, "\x1b[H\x1b[2J");
    p->x = p->y = 0;
    p->sure = true;
    for (size_t i = 0; i < n; i++) {
        memset(&p->cells[i], 0, sizeof *p->cells);
        p->cells[i].ch[0] = ' ';
        p->cells[i].look = p->pen;
        p->cells[i].look.attr = 0;
    }
    p->known = true;
}

int paint_frame(struct paint *p, const struct canvas *c, struct buf *out)
{
    int changed = 0;
    if (!p->known || p->w != c->w || p->h != c->h)
        start_over(p, c, out);
    for (int y = 0; y < p->h; y++)
        changed += paint_row(p, c, y, out);
    bool show = c->cursor_x >= 0 && c->cursor_y >= 0 && c->cursor_x < c->w && c->cursor_y < c->h;
    if (show)
        move_to(p, out, c->cursor_x, c->cursor_y);
    if (show != p->cursor_shown)
        buf_adds(out, show ? "\x1b[?25h" : "\x1b[?25l");
    p->cursor_shown = show;
    return changed;
}
