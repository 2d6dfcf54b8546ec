/* A grid of cells with style roles. Views draw here; the screen shows it; tests dump it to text.
 * Knows no terminal. Coordinates are cells from the top left; everything is clipped. */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum role {
#define X(id, word, doc) id,
#include "tui/roles.def"
#undef X
    ROLES
};

#define CELL_BYTES 24 /* one grapheme, combining marks included */

struct cell {
    char ch[CELL_BYTES]; /* UTF-8; "" in the right half of a wide character */
    uint8_t role;        /* enum role */
    uint8_t wide;        /* 1 on the left half of a wide character */
};

struct canvas {
    int w, h;
    struct cell *cells;     /* w * h, row by row */
    int cursor_x, cursor_y; /* -1: hidden */
    bool ascii;             /* only ASCII may be drawn: canvas_text maps signs and frames */
};

void canvas_init(struct canvas *c, int w, int h);
void canvas_resize(struct canvas *c, int w, int h); /* clears */
void canvas_clear(struct canvas *c);
void canvas_release(struct canvas *c);

/* Draws clean UTF-8 (graphemes, wide and combining characters) in at most max_cells (< 0: to the
 * edge); returns cells used. A wide character that does not fit is left out. */
int canvas_text(struct canvas *c, int x, int y, int max_cells, enum role role, const char *s);
int canvas_textf(struct canvas *c, int x, int y, int max_cells, enum role role, const char *fmt,
                 ...) __attribute__((format(printf, 6, 7)));

void canvas_fill(struct canvas *c, int x, int y, int w, int h, enum role role, const char *ch);
void canvas_role(struct canvas *c, int x, int y, int w, int h, enum role role); /* recolour only */

/* Frame with a title at the left and a note at the right of the top border ("" = none). */
void canvas_box(struct canvas *c, int x, int y, int w, int h, enum role role, const char *title,
                const char *note);

/* "─ TITLE ───────── note ─" over the row. */
void canvas_rule(struct canvas *c, int y, const char *title, const char *note);

/* Text dump: one line a row, trailing blanks cut; with_roles adds a second block of role letters.
 */
void canvas_dump(const struct canvas *c, bool with_roles, struct buf *out);

#endif
