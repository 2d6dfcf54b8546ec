/* Sparks and plots: values to cells; see graph.h. */
#include "tui/graph.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "tui/format.h"

#define PLOT_W (GRAPH_COLS / 2)
#define PLOT_H 64

/* ROLE_CRIT may be reversed, which would paint the blank part of a cell. */
static const enum role zone_role[] = {ROLE_GRAPH, ROLE_WARN, ROLE_LIMIT_CRIT};

/* Steps of height given to the three bands: below, warn..crit, at or beyond crit. */
struct bands {
    int low, warn, crit;
};

/* Steps 0 .. total-1 from the bottom (as if higher were worse). */
static int step_of(const struct axis *a, struct bands b, double v)
{
    double d = a->upward ? v : -v, from = a->lo, to;
    int base = 0, n = b.low, zone = axis_zone(a, v);
    to = a->has_warn ? a->warn : a->has_crit ? a->crit : a->hi;
    if (zone == 1) {
        from = a->warn;
        to = a->has_crit ? a->crit : a->hi;
        base = b.low;
        n = b.warn;
    } else if (zone == 2) {
        from = a->crit;
        to = a->hi;
        base = b.low + b.warn;
        n = b.crit;
    }
    if (n <= 0)
        return base > 0 ? base - 1 : 0;
    double part = to > from ? (d - from) / (to - from) : 0;
    int step = (int)(part * n);
    return base + (step < 0 ? 0 : step >= n ? n - 1 : step);
}

static const char *block(int eighths)
{
    static const char *const b[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    return b[eighths < 0 ? 0 : eighths > 8 ? 8 : eighths];
}

void graph_spark(struct canvas *c, int x, int y, const struct axis *a, const struct series *v)
{
    static const char *const ascii[] = {" ", "_", ".", "-", "=", "+", "*", "%", "#"};
    struct bands b = {a->has_warn ? 4 : a->has_crit ? 7 : 8, 0, a->has_crit};
    b.warn = 8 - b.low - b.crit;
    for (int i = 0; i < v->n; i++) {
        if (isnan(v->v[i]))
            continue;
        int step = step_of(a, b, v->v[i]);
        int level = a->upward ? step + 1 : 8 - step;
        canvas_text(c, x + i, y, 1, zone_role[axis_zone(a, v->v[i])],
                    c->ascii ? ascii[level] : block(level));
    }
}

void graph_blind(struct canvas *c, int x, int y, int w, int64_t blind_ms, int64_t window_ms)
{
    int n = (int)((blind_ms * w + window_ms / 2) / window_ms);
    if (blind_ms < 0 || n > w)
        n = w;
    else if (n < 1)
        n = 1;
    canvas_fill(c, x + w - n, y, n, 1, ROLE_UNKNOWN, "?");
}

int graph_columns(enum graph_style style, int w)
{
    int cells = w - GRAPH_LABEL;
    if (cells > PLOT_W)
        cells = PLOT_W;
    return cells < 1 ? 1 : style == GRAPH_BRAILLE ? cells * 2 : cells;
}

/* Rows of each band: one for crit (more in a tall plot), about three eighths for warn. A band
 * without its limit goes to the one below, so that the other limit keeps its height. */
static struct bands row_bands(const struct axis *a, int h)
{
    int crit = h >= 12 ? h / 6 : h >= 3 ? 1 : 0;
    int warn = h - crit <= 3 ? 1 : (3 * (h - crit) + 3) / 8;
    struct bands b = {h, 0, 0};
    if (h < 2)
        return b;
    if (a->has_crit)
        b.crit = crit ? crit : !a->has_warn;
    if (a->has_warn)
        b.warn = a->has_crit ? warn : warn + crit;
    b.low = h - b.crit - b.warn;
    return b;
}

static int row_from_bottom(const struct axis *a, int h, int row)
{
    return a->upward ? h - 1 - row : row;
}

/* The row whose lower edge (for "lower is worse": upper edge) is the limit. */
static void limit_line(struct canvas *c, struct rect r, int cells, const struct axis *a, int row,
                       bool crit)
{
    char n[24], label[32];
    double v = crit ? a->crit : a->warn;
    int y = r.y + row_from_bottom(a, r.h, row);
    enum role role = crit ? ROLE_LIMIT_CRIT : ROLE_LIMIT_WARN;
    canvas_fill(c, r.x, y, cells, 1, role, c->ascii ? (crit ? "=" : "-") : crit ? "┄" : "┈");
    fmt_limit(a->upward ? v : -v, n, sizeof n);
    str_fmt(label, sizeof label, " %c%s", crit ? 'c' : 'w', n);
    canvas_text(c, r.x + cells, y, r.w - cells, ROLE_DIM, label);
}

static void low_label(struct canvas *c, struct rect r, int cells, const struct axis *a)
{
    char n[24];
    fmt_limit(a->upward ? a->lo : -a->lo, n, sizeof n);
    int y = r.y + row_from_bottom(a, r.h, 0);
    canvas_text(c, r.x + cells + 1, y, r.w - cells - 1, ROLE_DIM, n);
}

static void stage_marks(struct canvas *c, struct rect r, int cells, const struct series *v,
                        const int64_t *marks, int n_marks)
{
    for (int i = 0; i < n_marks; i++) {
        if (marks[i] <= v->from_ms || marks[i] >= v->to_ms)
            continue;
        int x = (int)((marks[i] - v->from_ms) * cells / (v->to_ms - v->from_ms));
        canvas_fill(c, r.x + x, r.y, 1, r.h, ROLE_FRAME, c->ascii ? ":" : "┊");
    }
}

struct plot {
    uint8_t bits[PLOT_H][PLOT_W];
    uint8_t zone[PLOT_H][PLOT_W];
};

/* Dot rows count from the bottom as drawn. */
static void dot(struct plot *p, int h, int col, int up, int zone)
{
    static const uint8_t bit[2][4] = {{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}};
    int row = h - 1 - up / 4, x = col / 2;
    if (row < 0 || row >= PLOT_H || x >= PLOT_W)
        return;
    p->bits[row][x] |= bit[col & 1][up % 4];
    if (zone > p->zone[row][x])
        p->zone[row][x] = (uint8_t)zone;
}

/* A dot a column, joined to the one before so that a jump is seen as a line. */
static void braille_dots(struct plot *p, int h, const struct axis *a, struct bands rows,
                         const struct series *v)
{
    struct bands b = {rows.low * 4, rows.warn * 4, rows.crit * 4};
    int before = -1;
    for (int i = 0; i < v->n; i++) {
        if (isnan(v->v[i])) {
            before = -1;
            continue;
        }
        int up = step_of(a, b, v->v[i]), zone = axis_zone(a, v->v[i]);
        if (!a->upward)
            up = h * 4 - 1 - up;
        int lo = up, hi = up;
        if (before >= 0 && before < up)
            lo = before + 1;
        else if (before > up)
            hi = before - 1;
        for (int d = lo; d <= hi; d++)
            dot(p, h, i, d, d == up ? zone : 0);
        before = up;
    }
}

static void braille_cells(struct canvas *c, struct rect r, int cells, const struct plot *p)
{
    for (int row = 0; row < r.h && row < PLOT_H; row++) {
        for (int x = 0; x < cells; x++) {
            unsigned u = 0x2800u + p->bits[row][x];
            if (u == 0x2800u)
                continue;
            char ch[4] = {(char)(0xE0 | (u >> 12)), (char)(0x80 | ((u >> 6) & 0x3F)),
                          (char)(0x80 | (u & 0x3F)), '\0'};
            canvas_text(c, r.x + x, r.y + row, 1, zone_role[p->zone[row][x]], ch);
        }
    }
}

/* Blocks: a column of cells from the floor to the value. ASCII: one mark at the value. */
static void block_cells(struct canvas *c, struct rect r, const struct axis *a, struct bands rows,
                        const struct series *v)
{
    struct bands b = {rows.low * 8, rows.warn * 8, rows.crit * 8};
    for (int i = 0; i < v->n; i++) {
        if (isnan(v->v[i]))
            continue;
        int step = step_of(a, b, v->v[i]);
        int up = a->upward ? step : r.h * 8 - 1 - step;
        enum role role = zone_role[axis_zone(a, v->v[i])];
        int row = r.y + r.h - 1 - up / 8;
        canvas_text(c, r.x + i, row, 1, role, c->ascii ? "*" : block(up % 8 + 1));
        for (int y = row + 1; y < r.y + r.h && !c->ascii; y++)
            canvas_text(c, r.x + i, y, 1, role, "█");
    }
}

void graph_plot(struct canvas *c, struct rect r, enum graph_style style, const struct axis *a,
                const struct series *v, const int64_t *marks, int n_marks)
{
    if (r.h > PLOT_H)
        r.h = PLOT_H;
    if (r.h < 1 || r.w <= GRAPH_LABEL || v->n < 1)
        return;
    int cells = style == GRAPH_BRAILLE ? (v->n + 1) / 2 : v->n;
    struct bands rows = row_bands(a, r.h);
    stage_marks(c, r, cells, v, marks, n_marks);
    low_label(c, r, cells, a);
    if (rows.warn)
        limit_line(c, r, cells, a, rows.low, false);
    if (rows.crit)
        limit_line(c, r, cells, a, rows.low + rows.warn, true);
    if (style == GRAPH_BRAILLE) {
        struct plot p;
        memset(&p, 0, sizeof p);
        braille_dots(&p, r.h, a, rows, v);
        braille_cells(c, r, cells, &p);
    } else {
        block_cells(c, r, a, rows, v);
    }
}

/* The row of a value, counted from the top of the plot. */
static int cell_row(const struct axis *a, struct bands rows, int h, double v)
{
    int up = step_of(a, rows, v);
    return a->upward ? h - 1 - up : up;
}

void graph_other(struct canvas *c, struct rect r, enum graph_style style, const struct axis *a,
                 const struct series *own, const struct series *other)
{
    if (r.h > PLOT_H)
        r.h = PLOT_H;
    if (r.h < 1 || r.w <= GRAPH_LABEL || own->n < 1)
        return;
    int a_cell = style == GRAPH_BRAILLE ? 2 : 1;
    struct bands rows = row_bands(a, r.h);
    struct plot p;
    memset(&p, 0, sizeof p);
    if (style == GRAPH_BRAILLE)
        braille_dots(&p, r.h, a, rows, own);
    for (int i = 0; i < other->n && i / a_cell < PLOT_W; i += a_cell) {
        if (isnan(other->v[i]))
            continue;
        int row = cell_row(a, rows, r.h, other->v[i]);
        bool taken = style == GRAPH_BRAILLE
                         ? p.bits[row][i / 2]
                         : !isnan(own->v[i]) && cell_row(a, rows, r.h, own->v[i]) == row;
        if (!taken)
            canvas_text(c, r.x + i / a_cell, r.y + row, 1, ROLE_DIM, c->ascii ? "o" : "─");
    }
}
