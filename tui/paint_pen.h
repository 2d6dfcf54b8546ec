/* Inside the painter alone: looks as SGR, cursor moves. */
#ifndef TUI_PAINT_PEN_H
#define TUI_PAINT_PEN_H

#include "tui/paint.h"

/* Do two looks show the same? A blank shows no ink. */
bool pen_same(struct look a, struct look b, bool blank);

/* Appends what turns the terminal's look into `want`, as far as the next character shows it. */
void pen_set(struct paint *p, struct buf *out, struct look want, bool blank);

/* Appends the shortest move of the cursor. */
void pen_move(struct paint *p, struct buf *out, int x, int y);

#endif
