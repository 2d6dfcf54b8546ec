/* A canvas as SGR text in a theme's true colours, to look at:
 * WARROOM_SHOW=CASE:80x24 [WARROOM_THEME=light] build/tests/test_tui_golden. */
#ifndef SCENE_ANSI_H
#define SCENE_ANSI_H

#include "tui/theme.h"

static inline void scene_sgr(struct buf *out, const struct theme *t, int role)
{
    const struct look *l = &t->role[role][DEPTH_TRUE];
    int32_t bg = l->bg != COLOR_DEFAULT ? l->bg : t->background[DEPTH_TRUE].bg;
    buf_adds(out, "\033[0");
    if (l->attr & ATTR_BOLD)
        buf_adds(out, ";1");
    if (l->attr & ATTR_UNDERLINE)
        buf_adds(out, ";4");
    if (l->attr & ATTR_REVERSE)
        buf_adds(out, ";7");
    if (l->fg != COLOR_DEFAULT)
        buf_addf(out, ";38;2;%d;%d;%d", l->fg >> 16 & 255, l->fg >> 8 & 255, l->fg & 255);
    if (bg != COLOR_DEFAULT)
        buf_addf(out, ";48;2;%d;%d;%d", bg >> 16 & 255, bg >> 8 & 255, bg & 255);
    buf_addc(out, 'm');
}

static inline void scene_ansi(const struct canvas *c, struct buf *out)
{
    struct theme t;
    struct err e = ERR_INIT;
    const char *name = getenv("WARROOM_THEME");
    theme_load(name ? name : "dark", &t, &e);
    for (int y = 0; y < c->h; y++) {
        int role = -1;
        for (int x = 0; x < c->w; x++) {
            const struct cell *cell = &c->cells[y * c->w + x];
            if (cell->role != role)
                scene_sgr(out, &t, role = cell->role);
            buf_adds(out, cell->ch);
        }
        buf_adds(out, "\033[0m\n");
    }
}

#endif
