/* The terminal: screen.c is the only file that includes curses. Shows a canvas by difference, reads
 * keys, restores the terminal on every way out (quit, TERM, HUP, INT, crash, BUG, exit). */
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
    const char *theme; /* name or path; NULL: dark */
    bool ascii, no_color, mouse;
    char note[240]; /* out: what was fallen back to, "" nothing */
};

/* Takes the terminal over: alternate screen, raw keys, bracketed paste, handlers for TERM HUP INT
 * TSTP CONT WINCH and for crashes. -1 when stdin or stdout is no terminal. */
int screen_open(struct screen_opts *o, struct err *e);
void screen_close(void); /* restores the terminal; may be called twice */
void screen_size(int *w, int *h);
bool screen_is_ascii(void);
bool screen_has_braille(void);            /* false on consoles whose fonts lack it */
void screen_show(const struct canvas *c); /* by difference, one write; never waits long */
bool screen_busy(void);   /* the terminal is slow: part of a frame waits, show again soon */
void screen_redraw(void); /* the next show draws everything (Ctrl-L) */
void screen_bell(void);

int screen_fd(void);          /* readable when a key or a signal waits; for poll */
int screen_key(void);         /* next key or KEY_NONE; never waits */
int64_t screen_wait_ms(void); /* ms until screen_key may know more (a lone ESC); -1 none */
void screen_flush_keys(void); /* forgets keys typed so far */
int screen_signal(void);   /* TERM, HUP or INT that asks us to leave; 0 none. A gone tty is HUP */
void screen_suspend(void); /* Ctrl-Z: gives the terminal back, stops, comes back */
void screen_mouse(bool on);

/* Copies to the clipboard of the user's terminal (OSC 52). -1 when the text is longer than 48 KiB
 * (half a statement is worse than none) or the terminal cannot. */
int screen_copy(const char *text);

int screen_theme(const char *name, struct err *e); /* -1: the built-in one is shown, e says why */
const char *screen_theme_name(void);

#endif
