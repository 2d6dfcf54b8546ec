/* The loop: keys, room, one picture per wake. Paints the first frame before the world is started.
 */
#ifndef TUI_APP_H
#define TUI_APP_H

#include "room/room.h"

struct app_opts {
    const char *theme; /* NULL: dark */
    bool ascii, no_color, mouse;
    bool quiet;               /* no bell */
    bool watch;               /* another process runs it: leaving ends nothing */
    const char *note;         /* shown at the start; NULL none */
    const char *session_path; /* for messages */
    const char *actor, *role;
};

/* Runs until the user leaves; closes the room; the terminal is restored on every way out. The exit
 * status of the verdict, or of leaving before it (EX_INCONCLUSIVE). e->status is set when it could
 * not run at all. */
int app_run(struct room *room, const struct app_opts *o, struct err *e);

#endif
