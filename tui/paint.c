/* The difference, row by row. Looks, not roles, are compared: two roles that look alike cost
 * nothing. Characters whose width terminals do not agree on are followed by an absolute column. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/paint_pen.h"

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
    pen_set(p, out, look, is_blank(cell->ch));
    buf_adds(out, cell->ch);
    p->x += cell->wide ? 2 : 1;
    p->sure = p->sure && !disputed(cell->ch) && p->x < p->w;
}

static bool differs(const struct paint *p, const struct shown *have, const struct cell *want)
{
    if (!want->ch[0])
        return have->ch[0] != '\0'; /* right half: drawn with the left one, in its look */
    return strcmp(have->ch, want->ch) != 0 ||
           !pen_same(have->look, p->looks[1 + want->role], is_blank(want->ch));
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
            !pen_same(p->pen, look, is_blank(row[i].ch)))
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
           pen_same(tail, p->looks[1 + row[from - 1].role], true)) {
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

static struct shown *shown_at(struct paint *p, int x, int y)
{
    return p->cells + (size_t)y * (size_t)p->w + (size_t)x;
}

/* Draws one cell (both halves of a wide one); returns cells drawn. */
static int paint_cell(struct paint *p, const struct cell *row, int x, int y, struct buf *out)
{
    bool on = !p->sure && p->y == y && p->x == x && disputed(row[x].ch);
    if (!on && !fill_gap(p, out, row, x, y))
        pen_move(p, out, x, y);
    put(p, out, &row[x], p->looks[1 + row[x].role]);
    remember(p, shown_at(p, x, y), &row[x]);
    if (!row[x].wide || x + 1 >= p->w)
        return 1;
    remember(p, shown_at(p, x + 1, y), &row[x + 1]);
    return 2;
}

static int last_cell(const struct paint *p, int y)
{
    return y == p->h - 1 && !p->caps.full_last_cell ? p->w - 1 : p->w;
}

static int paint_row(struct paint *p, const struct cell *row, int y, struct buf *out)
{
    struct shown *have = shown_at(p, 0, y);
    int end = last_cell(p, y), tail = erased_from(p, row, have), changed = 0;
    for (int x = 0, step; x < end; x += step) {
        step = 1;
        if (!differs(p, &have[x], &row[x]))
            continue;
        if (x >= tail) {
            pen_move(p, out, x, y);
            pen_set(p, out, p->looks[1 + row[x].role], true);
            buf_adds(out, "\x1b[K");
            for (; x < p->w; x++, changed++)
                remember(p, &have[x], &row[x]);
            break;
        }
        step = paint_cell(p, row, x, y, out);
        changed++;
    }
    return changed;
}

/* Scattered cells (clocks, ages, numbers) are drawn look by look, because changing the look costs
 * more than going there. More than these are runs of text. */
#define FEW 512
struct spot {
    int x, y;
};

/* The changed cells; -1 when they are not few. */
static int find_few(struct paint *p, const struct canvas *c, struct spot spots[FEW])
{
    int n = 0;
    for (int y = 0; y < p->h; y++) {
        const struct cell *row = c->cells + (size_t)y * (size_t)c->w;
        for (int x = 0; x < last_cell(p, y); x++)
            if (differs(p, shown_at(p, x, y), &row[x])) {
                if (n == FEW)
                    return -1;
                spots[n++] = (struct spot){x, y};
            }
    }
    return n;
}

static void paint_few(struct paint *p, const struct canvas *c, struct spot *spots, int n,
                      struct buf *out)
{
    struct look pass = p->pen;
    while (n > 0) {
        int left = 0;
        for (int i = 0; i < n; i++) {
            const struct cell *row = c->cells + (size_t)spots[i].y * (size_t)c->w;
            const struct cell *cell = &row[spots[i].x];
            if (!cell->ch[0])
                continue; /* right half: comes with the left one */
            if (pen_same(pass, p->looks[1 + cell->role], is_blank(cell->ch)))
                paint_cell(p, row, spots[i].x, spots[i].y, out);
            else
                spots[left++] = spots[i];
        }
        n = left;
        if (n)
            pass = p->looks[1 + c->cells[spots[0].y * c->w + spots[0].x].role];
    }
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
        pen_set(p, out, p->ground, true);
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
    struct spot spots[FEW];
    if (!p->known || p->w != c->w || p->h != c->h)
        start_over(p, c, out);
    int changed = find_few(p, c, spots);
    if (changed >= 0)
        paint_few(p, c, spots, changed, out);
    else {
        changed = 0;
        for (int y = 0; y < p->h; y++)
            changed += paint_row(p, c->cells + (size_t)y * (size_t)c->w, y, out);
    }
    bool show = c->cursor_x >= 0 && c->cursor_y >= 0 && c->cursor_x < c->w && c->cursor_y < c->h;
    if (show)
        pen_move(p, out, c->cursor_x, c->cursor_y);
    if (show != p->cursor_shown)
        buf_adds(out, show ? "\x1b[?25h" : "\x1b[?25l");
    p->cursor_shown = show;
    return changed;
}
