/* Sizes; see layout.h. */
#include "tui/layout.h"

#define BOX_MIN_W   38
#define BOX_MIN_H   7
#define TABLE_MIN_W 59
#define SIDE_FROM_W 160
#define SIDE_FROM_H 36
#define ORDERED_MAX 12

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* Boxes when each gets a graph of at least three rows; else a table. */
static void metrics_form(struct layout *l, int avail, int n)
{
    int cols = l->metrics.w / BOX_MIN_W, most = avail < 24 ? 8 : 17;
    if (cols > n)
        cols = n;
    int rows = cols > 0 ? (n + cols - 1) / cols : 1;
    l->box_h = smaller(avail / rows, most);
    l->boxes = l->metrics.w >= 100 && n > 0 && l->box_h >= BOX_MIN_H;
    if (l->boxes) {
        l->cols = cols;
        l->metrics.h = rows * l->box_h;
        return;
    }
    l->cols = n + 1 > avail && l->metrics.w >= 2 * TABLE_MIN_W ? l->metrics.w / TABLE_MIN_W : 1;
    l->metrics.h = smaller(avail, (n + l->cols - 1) / l->cols + 1);
}

void layout_live(int w, int y, int h, size_t n_metrics, bool gate, struct layout *l)
{
    bool side = w >= SIDE_FROM_W && h >= SIDE_FROM_H;
    int side_w = !side ? 0 : w >= 200 ? 67 : 56;
    int left = side ? w - side_w - 1 : w;
    int stages = side || !gate ? 2 : 4; /* at the side the gate has a panel of its own */
    int log = h < 24 ? 5 : h < 40 ? 9 : 12;
    *l = (struct layout){.metrics = {0, y, left, 0}};
    metrics_form(l, h - stages - log, (int)n_metrics);
    l->stages = (struct rect){0, y + l->metrics.h, left, stages};
    l->log = (struct rect){0, y + l->metrics.h + stages, left, h - l->metrics.h - stages};
    if (side)
        l->side = (struct rect){left + 1, y, side_w, h};
}

bool layout_in_plan_order(const struct layout *l, size_t n_metrics)
{
    if (n_metrics > ORDERED_MAX)
        return false;
    return l->boxes || n_metrics <= (size_t)((l->metrics.h - 1) * l->cols);
}

void layout_window(int n, int slots, int trouble, int focus, struct window *out)
{
    *out = (struct window){0, 0, n, 0};
    if (n <= slots)
        return;
    int rows = slots > 1 ? slots - 1 : slots; /* one row tells what is hidden */
    out->pinned = smaller(trouble, rows - 1 > 0 ? rows - 1 : 0);
    out->shown = rows - out->pinned;
    int at = focus - out->pinned;
    out->start = out->pinned;
    if (at >= out->shown)
        out->start += at - out->shown + 1;
    out->hidden = n - rows;
}
