/* The terminal device: raw modes, output that never blocks for long, signals as flags, and the
 * terminal given back on every way out. Knows no curses and no cells. One per process. */
#ifndef TUI_TTY_H
#define TUI_TTY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define TTY_SEQ_MAX 256

/* Sequences that take the terminal over and give it back (at most TTY_SEQ_MAX - 1 bytes each). */
int tty_open(const char *enter, const char *leave, struct err *e);
void tty_close(void); /* may be called twice */

/* Changes what is sent at the end, e.g. when the mouse is switched on. */
void tty_leave_with(const char *leave);

/* Sends bytes. What the terminal does not take within some ms waits for the next call. */
void tty_send(const char *bytes, size_t n);
bool tty_flush(void); /* true: nothing waits */

int tty_fd(void);                        /* for poll: readable when input or a signal waits */
size_t tty_read(char *out, size_t size); /* never waits; 0: nothing there */
void tty_flush_input(void);
void tty_size(int *w, int *h); /* 0 x 0 when unknown */

/* Signals since the last call, as bits. */
enum { TTY_RESIZED = 1, TTY_STOP = 2, TTY_BACK = 4, TTY_QUIT = 8 };
int tty_signals(void);
int tty_quit_signal(void); /* which one asks us to leave; 0 none. A gone terminal is SIGHUP */

/* Gives the terminal back, stops the process as Ctrl-Z does, and takes it over again. */
void tty_suspend(void);

/* After the process was stopped from outside: modes and screen are taken again. */
void tty_again(void);

#endif
