/* Graphs of one metric over a window of time. The axis is piecewise: from lo to the warn limit
 * below, warn to crit above that, and a row that carries a limit's line belongs to the values at
 * or beyond it. So every panel has its limits at the same height, and the distance to trouble is
 * read without numbers. Gaps stay gaps. Allocates nothing. */
#ifndef TUI_GRAPH_H
#define TUI_GRAPH_H

#include "fold/state.h"
#include "tui/canvas.h"
#include "tui/pen.h"

#define GRAPH_COLS 512 /* widest series: two dot columns a cell */

struct axis {
    double lo, warn, crit, hi; /* mirrored (negated) when lower is worse */
    bool has_warn, has_crit, upward;
    bool past_warn, past_crit; /* `> 0`: the limit itself is still fine */
};

/* One value a column, oldest first; NaN is a gap. */
struct series {
    int n;
    double v[GRAPH_COLS];
    double min, max; /* NaN without a value */
    int samples;
    int64_t from_ms, to_ms;
};

/* The history of metric m between the two times in n columns. A column holds the worst of its
 * samples; a value stands until the next one is due, not longer. */
void series_take(const struct state *s, size_t m, int64_t from_ms, int64_t to_ms, int n,
                 struct series *out);

/* The same of its other side (A/B). */
void series_take_other(const struct state *s, size_t m, int64_t from_ms, int64_t to_ms, int n,
                       struct series *out);

/* Makes room on one axis for both. */
void series_span(struct series *v, const struct series *other);

/* Limits in the metric's unit by the newest baseline; lo and hi from what is to be drawn. */
void axis_make(const struct metric *m, double baseline, const struct series *v, struct axis *out);

/* 0 below the limits, 1 at or beyond warn, 2 at or beyond crit; for `>` and `<` only beyond. */
int axis_zone(const struct axis *a, double v);

/* One row of blocks (ASCII: digits of height), a cell a column of the series. */
void graph_spark(struct canvas *c, int x, int y, const struct axis *a, const struct series *v);

/* Marks the cells (of w that hold the window) since when nothing came: "??" to the right edge. */
void graph_blind(struct canvas *c, int x, int y, int w, int64_t blind_ms, int64_t window_ms);

enum graph_style { GRAPH_BRAILLE, GRAPH_BLOCKS, GRAPH_ASCII };

/* How many columns series_take should fill for a plot of w cells. */
int graph_columns(enum graph_style style, int w);

/* Three rows or more, with limit lines; marks are times at which a stage began. Limit labels
 * ("c200", "w150") and lo stand in the last GRAPH_LABEL cells of r. */
#define GRAPH_LABEL 6
void graph_plot(struct canvas *c, struct rect r, enum graph_style style, const struct axis *a,
                const struct series *v, const int64_t *marks, int n_marks);

/* After graph_plot, on the same axis: the other side, a flat mark ("─", ASCII "o") a cell, where
 * the metric's own line is not. */
void graph_other(struct canvas *c, struct rect r, enum graph_style style, const struct axis *a,
                 const struct series *own, const struct series *other);

#endif
