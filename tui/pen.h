/* Small strokes over a canvas that several views need: cut with an ellipsis, right-aligned, a row
 * of styled pieces. Allocates nothing. */
#ifndef TUI_PEN_H
#define TUI_PEN_H

#include "tui/canvas.h"

struct rect {
    int x, y, w, h;
};

/* Draws s in at most `cells`; what does not fit is replaced by "…" at the end. Cells used. */
int pen_fit(struct canvas *c, int x, int y, int cells, enum role role, const char *s);

/* Draws s so that it ends before x_end, in at most `cells`; returns the first cell used. */
int pen_right(struct canvas *c, int x_end, int y, int cells, enum role role, const char *s);

/* Cuts a war-room line `a | b | c | d` to `cells`: words go from the end of its longest field,
 * never from the first field or the last two (verdict and decision). Values that go are counted
 * ("+3"), a sentence ends with "…". A line without values or verdict is left for pen_fit to cut at
 * its end. */
void pen_shorten(char *text, size_t size, int cells);

/* Title at the left, note at the right, in a part of a row: "─ TITLE ────── note ─". */
void pen_rule(struct canvas *c, int x, int y, int w, const char *title, const char *note);

#endif
