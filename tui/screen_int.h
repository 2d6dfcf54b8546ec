/* Shared by tui/screen*.c alone: the one terminal of this process. */
#ifndef TUI_SCREEN_INT_H
#define TUI_SCREEN_INT_H

#include "base/clock.h"
#include "tui/keydecode.h"
#include "tui/paint.h"
#include "tui/screen.h"
#include "tui/tty.h"

struct screen_state {
    bool open, ascii, braille, plain, can_copy, no_color, mouse;
    struct paint_caps caps;
    struct paint paint;
    struct theme theme;
    struct buf out;
    struct keydecode keys;
    char enter[TTY_SEQ_MAX], leave[TTY_SEQ_MAX - 32];
    bool resized, stop;
    mono_t plain_at;
    bool plain_now;
};
extern struct screen_state scr;

#endif
