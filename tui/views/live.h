/* The parts of the live view; each draws into its rectangle and nothing else. */
#ifndef TUI_VIEWS_LIVE_H
#define TUI_VIEWS_LIVE_H

#include "tui/graph.h"
#include "tui/layout.h"
#include "tui/reading.h"

#define WINDOW_MS (15 * 60000) /* what graphs show */

void part_table(struct canvas *c, const struct layout *l, const struct scene *s);
void part_boxes(struct canvas *c, const struct layout *l, const struct scene *s);
void part_stages(struct canvas *c, struct rect r, const struct scene *s);
/* The table of all steps and stages; what comes next of them, "" nothing. */
void part_timeline(struct canvas *c, struct rect r, const struct scene *s);
void timeline_next(const struct scene *s, char *out, size_t size);
bool timeline_focused(const struct scene *s); /* the focus is on the stages, not on a metric */
void part_log(struct canvas *c, struct rect r, const struct scene *s);
void part_side(struct canvas *c, struct rect r, const struct scene *s);
/* One role of the team in a row: who it is, whether they are here, their backup, their last word.
 */
void part_person(struct canvas *c, struct rect r, int y, const struct scene *s, size_t role);
void part_zoom(struct canvas *c, struct rect r, const struct scene *s, size_t metric);

/* The metrics in screen order and where the focus stands in it. With room for all the order is
 * the plan's; else trouble comes first. */
struct listing {
    uint16_t order[ORDER_MAX];
    size_t n, trouble;
    int focus_at;
};
void listing_of(const struct scene *s, bool plan_order, struct listing *out);

/* "+26 more ↓  24 pass  2 WARN": the entries of the listing outside the window. */
void listing_hidden(const struct scene *s, const struct listing *l, const struct window *w,
                    char *out, size_t size);

/* Lists what the gate waits for in the rows of r: shut items first and in words, then the open
 * ones by name. */
void part_gate(struct canvas *c, struct rect r, const struct scene *s);

enum graph_style graph_style_of(const struct canvas *c, const struct scene *s);
int stage_starts(const struct scene *s, int64_t *out, int max);

#endif
