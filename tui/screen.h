/* The terminal: the only file that includes curses. Shows a canvas by difference, reads keys,
 * restores the terminal on every way out (quit, TERM, HUP, INT, crash, BUG). */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include "base/err.h"
#include "tui/canvas.h"

/* Keys beyond Unicode code points. */
enum {
    KEY_NONE = -1,
    KEY_UP_ = 0x110000,
    KEY_DOWN_,
    KEY_LEFT_,
    KEY_RIGHT_,
    KEY_PGUP_,
    KEY_PGDN_,
    KEY_HOME_,
    KEY_END_,
    KEY_ENTER_,
    KEY_ESC_,
    KEY_TAB_,
    KEY_BACKTAB_,
    KEY_BACKSPACE_,
    KEY_RESIZE_,
    KEY_PASTE_BEGIN_,
    KEY_PASTE_END_,
    KEY_SUSPEND_,
};

struct screen_opts {
    const char *theme; /* name; NULL: dark */
    bool ascii, no_color, mouse;
    char note[160]; /* out: what was fallen back to, "" nothing */
};

int screen_open(struct screen_opts *o, struct err *e);
void screen_close(void); /* restores the terminal; may be called twice */
void screen_size(int *w, int *h);
bool screen_is_ascii(void);
void screen_show(const struct canvas *c); /* by difference */
void screen_bell(void);
int screen_key(void);               /* next key or KEY_NONE; never waits */
void screen_copy(const char *text); /* OSC 52 */
int screen_theme(const char *name, struct err *e);

#endif
