/* The grid of cells. Clips everything, keeps wide characters whole, and allocates only in init and
 * resize. Refuses control characters: they are left out. */
#include "tui/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tui/ascii.h"

#define SIDE_MAX 1000 /* cells; a terminal that says more is not believed */

static int bounded(int side)
{
    return side < 0 ? 0 : side > SIDE_MAX ? SIDE_MAX : side;
}

void canvas_init(struct canvas *c, int w, int h)
{
    memset(c, 0, sizeof *c);
    c->w = bounded(w);
    c->h = bounded(h);
    c->cells = xalloc((size_t)c->w * (size_t)c->h * sizeof *c->cells + 1);
    canvas_clear(c);
}

void canvas_resize(struct canvas *c, int w, int h)
{
    if (c->w != bounded(w) || c->h != bounded(h)) {
        c->w = bounded(w);
        c->h = bounded(h);
        c->cells = xrealloc(c->cells, (size_t)c->w * (size_t)c->h * sizeof *c->cells + 1);
    }
    canvas_clear(c);
}

void canvas_clear(struct canvas *c)
{
    size_t n = (size_t)c->w * (size_t)c->h, done = 1;
    c->cursor_x = c->cursor_y = -1;
    if (!n)
        return;
    memset(c->cells, 0, sizeof *c->cells);
    c->cells->ch[0] = ' ';
    c->cells->role = ROLE_TEXT;
    while (done < n) {
        size_t more = done < n - done ? done : n - done;
        memcpy(c->cells + done, c->cells, more * sizeof *c->cells);
        done += more;
    }
}

void canvas_release(struct canvas *c)
{
    struct buf owner = {(char *)c->cells, 0, 0};
    buf_free(&owner);
    memset(c, 0, sizeof *c);
    c->cursor_x = c->cursor_y = -1;
}

static struct cell *cell_at(struct canvas *c, int x, int y)
{
    if (x < 0 || y < 0 || x >= c->w || y >= c->h)
        return NULL;
    return c->cells + (size_t)y * (size_t)c->w + (size_t)x;
}

static void blank(struct cell *cell)
{
    if (cell) {
        memset(cell->ch, 0, sizeof cell->ch);
        cell->ch[0] = ' ';
        cell->wide = 0;
    }
}

/* Before a cell is written: the other half of a wide character there becomes a blank. */
static void split(struct canvas *c, int x, int y)
{
    struct cell *cell = cell_at(c, x, y);
    if (!cell)
        return;
    if (cell->wide)
        blank(cell_at(c, x + 1, y));
    else if (!cell->ch[0])
        blank(cell_at(c, x - 1, y));
}

/* Writes one base character; -1 when no cell of it lies on the canvas. */
static struct cell *put(struct canvas *c, int x, int y, int width, enum role role, const char *s,
                        size_t n)
{
    struct cell *cell = cell_at(c, x, y);
    if (!cell || (width == 2 && !cell_at(c, x + 1, y)))
        return NULL;
    split(c, x, y);
    memset(cell->ch, 0, sizeof cell->ch);
    memcpy(cell->ch, s, n < CELL_BYTES - 1 ? n : CELL_BYTES - 1);
    cell->role = (uint8_t)role;
    cell->wide = width == 2;
    if (width == 2) {
        split(c, x + 1, y);
        struct cell *right = cell + 1;
        memset(right->ch, 0, sizeof right->ch);
        right->role = (uint8_t)role;
        right->wide = 0;
    }
    return cell;
}

static void attach(struct cell *cell, const char *s, size_t n)
{
    size_t have = strlen(cell->ch);
    if (have && have + n < CELL_BYTES)
        memcpy(cell->ch + have, s, n);
}

static bool is_control(int32_t cp)
{
    return cp < 0x20 || (cp >= 0x7F && cp < 0xA0);
}

int canvas_text(struct canvas *c, int x, int y, int max_cells, enum role role, const char *s)
{
    int used = 0, limit = max_cells < 0 ? c->w - x : max_cells;
    struct cell *last = NULL;
    for (size_t n = strlen(s), step; n; s += step, n -= step) {
        int32_t cp;
        step = text_next(s, n, &cp);
        int width = text_cp_width(cp);
        if (is_control(cp))
            continue;
        if (!width) {
            if (last && !c->ascii)
                attach(last, s, step);
            continue;
        }
        if (used + width > limit)
            break;
        if (c->ascii && cp >= 0x80) {
            char plain[2] = {ascii_of(cp), '?'};
            last = put(c, x + used, y, 1, role, plain, 1);
            if (width == 2)
                put(c, x + used + 1, y, 1, role, plain + 1, 1);
        } else {
            bool broken = cp == 0xFFFD && step == 1;
            last = put(c, x + used, y, width, role, broken ? "\xEF\xBF\xBD" : s, broken ? 3 : step);
        }
        used += width;
    }
    return used;
}

int canvas_textf(struct canvas *c, int x, int y, int max_cells, enum role role, const char *fmt,
                 ...)
{
    char text[2048];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return canvas_text(c, x, y, max_cells, role, text);
}

void canvas_fill(struct canvas *c, int x, int y, int w, int h, enum role role, const char *ch)
{
    int width = text_width(ch);
    if (width < 1)
        return;
    int x1 = x + w < c->w ? x + w : c->w, y1 = y + h < c->h ? y + h : c->h;
    for (int row = y < 0 ? 0 : y; row < y1; row++)
        for (int col = x; col + width <= x1; col += width)
            canvas_text(c, col, row, width, role, ch);
}

void canvas_role(struct canvas *c, int x, int y, int w, int h, enum role role)
{
    int x1 = x + w < c->w ? x + w : c->w, y1 = y + h < c->h ? y + h : c->h;
    for (int row = y < 0 ? 0 : y; row < y1; row++)
        for (int col = x < 0 ? 0 : x; col < x1; col++)
            cell_at(c, col, row)->role = (uint8_t)role;
}

/* The lettering of a border: title after two cells, note before two cells, both set in blanks; the
 * note goes when both do not fit. */
static void border(struct canvas *c, int x, int y, int w, enum role role, const char *title,
                   const char *note)
{
    bool plain = role == ROLE_FRAME;
    int free_cells = w - 4, note_cells = note && *note ? text_width(note) + 2 : 0;
    int title_cells = title && *title ? text_width(title) + 2 : 0;
    if (title_cells && free_cells > 2) {
        int room = free_cells < title_cells ? free_cells : title_cells;
        canvas_text(c, x + 2, y, 1, role, " ");
        int used = canvas_text(c, x + 3, y, room - 2, plain ? ROLE_TITLE : role, title);
        canvas_text(c, x + 3 + used, y, 1, role, " ");
    }
    if (note_cells && title_cells + note_cells + (title_cells ? 1 : 0) <= free_cells) {
        int at = x + w - 2 - note_cells;
        canvas_text(c, at, y, 1, role, " ");
        canvas_text(c, at + 1, y, note_cells - 2, plain ? ROLE_DIM : role, note);
        canvas_text(c, at + note_cells - 1, y, 1, role, " ");
    }
}

void canvas_box(struct canvas *c, int x, int y, int w, int h, enum role role, const char *title,
                const char *note)
{
    if (w < 2 || h < 2)
        return;
    canvas_fill(c, x + 1, y, w - 2, 1, role, "─");
    canvas_fill(c, x + 1, y + h - 1, w - 2, 1, role, "─");
    canvas_fill(c, x, y + 1, 1, h - 2, role, "│");
    canvas_fill(c, x + w - 1, y + 1, 1, h - 2, role, "│");
    canvas_text(c, x, y, 1, role, "┌");
    canvas_text(c, x + w - 1, y, 1, role, "┐");
    canvas_text(c, x, y + h - 1, 1, role, "└");
    canvas_text(c, x + w - 1, y + h - 1, 1, role, "┘");
    border(c, x, y, w, role, title, note);
}

void canvas_rule(struct canvas *c, int y, const char *title, const char *note)
{
    canvas_fill(c, 0, y, c->w, 1, ROLE_FRAME, "─");
    border(c, -1, y, c->w + 2, ROLE_FRAME, title, note);
}

static void dump_row(const struct canvas *c, int y, bool roles, struct buf *out)
{
    static const char letters[] = ".dfthepwcungWCkaFbiGr";
    _Static_assert(sizeof letters - 1 == ROLES, "one letter a role (roles.def)");
    const struct cell *row = c->cells + (size_t)y * (size_t)c->w;
    int end = c->w;
    while (end > 0 && !strcmp(row[end - 1].ch, " ") && (!roles || row[end - 1].role == ROLE_TEXT))
        end--;
    for (int x = 0; x < end; x++) {
        bool bare = !strcmp(row[x].ch, " ") && row[x].role == ROLE_TEXT;
        if (roles)
            buf_addc(out, bare ? ' ' : letters[row[x].role]);
        else
            buf_adds(out, row[x].ch);
    }
    buf_addc(out, '\n');
}

void canvas_dump(const struct canvas *c, bool with_roles, struct buf *out)
{
    for (int y = 0; y < c->h; y++)
        dump_row(c, y, false, out);
    if (!with_roles)
        return;
    buf_adds(out, "-- roles\n");
    for (int y = 0; y < c->h; y++)
        dump_row(c, y, true, out);
}
