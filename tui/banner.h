/* The sentences below the header and the two bottom rows. */
#ifndef TUI_BANNER_H
#define TUI_BANNER_H

#include "tui/glance.h"
#include "tui/pen.h"

/* Rows the notices take in a screen of w x h: at least 1. */
int banner_rows(const struct glance *g, int w, int h);
void banner_draw(struct canvas *c, int y, int rows, const struct glance *g);

/* Key hints "A advance  m signal": first word as a key (capitals as acting ones). Cells used. */
int keys_draw(struct canvas *c, int x, int y, int cells, const char *keys);

#endif
