/* Who gets which cells of the live view, by size and number of metrics. Pure. */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/pen.h"

struct layout {
    struct rect metrics, stages, log, side; /* w == 0: not there */
    bool boxes;                             /* else a table */
    int cols;                               /* boxes a row, or tables side by side */
    int box_h;
};

/* gate: two rows in words for what the gate waits for */
void layout_live(int w, int y, int h, size_t n_metrics, bool gate, struct layout *out);
/* Few metrics that all have a place stand as the plan lists them; else trouble comes first. */
bool layout_in_plan_order(const struct layout *l, size_t n_metrics);

/* What a list of n entries shows in `slots` rows: the first `trouble` entries stay pinned at the
 * top, the rest is a window that contains position `focus`. When not all fit, the last row tells
 * what is hidden. */
struct window {
    int pinned, start, shown; /* shown: rows behind the pinned ones, from entry `start` */
    int hidden;               /* 0: everything is on the screen */
};
void layout_window(int n, int slots, int trouble, int focus, struct window *out);

#endif
