/* Looks for the style roles, from theme files: truecolor, 256 colours, 16 colours and attributes
 * for no colour at all. Knows no terminal. Nothing blinks: a theme cannot ask for it. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "base/err.h"
#include "tui/canvas.h"

enum depth { DEPTH_MONO, DEPTH_16, DEPTH_256, DEPTH_TRUE, DEPTHS };

enum { ATTR_BOLD = 1, ATTR_DIM = 2, ATTR_UNDERLINE = 4, ATTR_REVERSE = 8 };

#define COLOR_DEFAULT (-1) /* the terminal's own */

/* A colour is 0xRRGGBB in truecolor, else the number in the palette. */
struct look {
    int32_t fg, bg;
    uint8_t attr; /* ATTR_ bits */
};

struct theme {
    char name[32];
    struct look background[DEPTHS]; /* of cells nobody drew; only bg counts */
    struct look role[ROLES][DEPTHS];
};

const char *role_word(enum role r);

/* The text of a theme file. -1 with "FILE:LINE: what was found; what is allowed". Each line is
 *     ROLE  TRUECOLOR  256  16  ATTRIBUTES  MONO-ATTRIBUTES
 * a colour is FG or FG/BG, `-` stands for the terminal's own colour or for no attribute. */
int theme_parse(const char *text, size_t n, const char *file, struct theme *out, struct err *e);

/* The theme that is compiled in (dark). */
void theme_builtin(struct theme *out);

/* By name, in $XDG_CONFIG_HOME/warroom/themes, PREFIX/share/warroom/themes and, in the source
 * tree, themes/; or by a path with a slash. -1: e says why, and *out is the one compiled in. */
int theme_load(const char *name, struct theme *out, struct err *e);

/* The name after `name` among all themes that can be found (sorted, around the end). */
void theme_next(const char *name, char *out, size_t size);

/* The folders searched, one a line, for `warroom paths`. */
void theme_folders(struct buf *out);

#endif
