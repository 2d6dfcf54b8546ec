/* Canvas -> bytes for an ECMA-48 terminal, by difference to what it shows. Pure: the bytes go to a
 * buffer, one frame one write. Never redefines a palette, never blinks. */
#ifndef TUI_PAINT_H
#define TUI_PAINT_H

#include "base/buf.h"
#include "tui/theme.h"

struct paint_caps {
    enum depth depth;
    bool sixteen;        /* 16 colours, not 8 with bold as bright */
    bool erase_colors;   /* erasing uses the current background (bce) */
    bool full_last_cell; /* the last cell of the last row may be written */
    bool no_column;      /* knows no column address (a VT100): row and column together */
};

struct shown; /* one cell as the terminal shows it */

struct paint {
    struct paint_caps caps;
    struct look looks[ROLES + 1]; /* [0] is the terminal's own, [1 + role] a role's */
    struct look ground;           /* of what is cleared */
    bool rgb;                     /* looks are truecolor */
    struct shown *cells;          /* w * h */
    int w, h;
    bool known;        /* cells say what the terminal shows */
    int x, y;          /* the terminal's cursor */
    bool sure;         /* x is certain: nothing of disputed width was written */
    struct look pen;   /* the terminal's current look */
    bool cursor_shown; /* as we have set it */
};

void paint_init(struct paint *p, const struct paint_caps *caps);
void paint_release(struct paint *p);

/* Takes the looks of a theme; the next frame repaints what differs. */
void paint_theme(struct paint *p, const struct theme *t);

/* The terminal shows something unknown: the next frame clears and draws everything. */
void paint_forget(struct paint *p);

/* Appends the bytes that make the terminal show the canvas; none when it does already. Returns the
 * number of cells that changed. */
int paint_frame(struct paint *p, const struct canvas *c, struct buf *out);

#endif
