/* A canvas as SGR text, to look at: WARROOM_SHOW=CASE:80x24 build/tests/test_tui_golden. */
#ifndef SCENE_ANSI_H
#define SCENE_ANSI_H

#include "tui/canvas.h"

static inline const char *scene_sgr(enum role r)
{
    switch (r) {
    case ROLE_DIM:
        return "0;38;5;246";
    case ROLE_FRAME:
        return "0;38;5;240";
    case ROLE_TITLE:
        return "0;1;38;5;153";
    case ROLE_HEADER:
        return "0;38;5;252;48;5;236";
    case ROLE_ENV:
        return "0;1;38;5;231;48;5;124";
    case ROLE_PASS:
        return "0;38;5;114";
    case ROLE_GOOD:
        return "0;1;38;5;114";
    case ROLE_WARN:
        return "0;1;38;5;220";
    case ROLE_CRIT:
        return "0;1;38;5;231;48;5;160";
    case ROLE_UNKNOWN:
        return "0;1;38;5;213";
    case ROLE_NEW:
        return "0;1;38;5;87";
    case ROLE_GRAPH:
        return "0;38;5;110";
    case ROLE_LIMIT_WARN:
        return "0;38;5;136";
    case ROLE_LIMIT_CRIT:
        return "0;38;5;167";
    case ROLE_KEY:
        return "0;1;38;5;117";
    case ROLE_ACT:
        return "0;1;38;5;215";
    case ROLE_FOCUS:
        return "0;1;38;5;231";
    case ROLE_REPLAY:
        return "0;1;38;5;16;48;5;179";
    default:
        return "0;38;5;252";
    }
}

static inline void scene_ansi(const struct canvas *c, struct buf *out)
{
    for (int y = 0; y < c->h; y++) {
        int role = -1;
        for (int x = 0; x < c->w; x++) {
            const struct cell *cell = &c->cells[y * c->w + x];
            if (cell->role != role)
                buf_addf(out, "\033[%sm", scene_sgr((enum role)(role = cell->role)));
            buf_adds(out, cell->ch);
        }
        buf_adds(out, "\033[0m\n");
    }
}

#endif
