/* A run without a terminal (CONTRACT 11): log lines or JSON on stdout as they come, commands from
 * stdin, the verdict as exit status. */
#ifndef TUI_HEADLESS_H
#define TUI_HEADLESS_H

#include <stdio.h>

#include "room/room.h"

struct headless_opts {
    bool json;     /* one JSON object per event */
    bool commands; /* lines on stdin are intents */
    bool ticks;    /* tick events are printed too (JSON) */
    FILE *out;     /* stdout */
    bool watch;    /* another process runs it: leaving ends nothing */
    const char *session_path;
};

/* Runs until the verdict, or until TERM, INT or HUP. Closes the room. The exit status. */
int headless_run(struct room *room, const struct headless_opts *o);

/* One line of a script -> an intent (`advance`, `hold REASON`, `rollback REASON`, `kill on`,
 * `signal METRIC TEXT`, …). `as ROLE NAME` changes who speaks from then on. 0: *in is set;
 * 1: nothing to do; -1: e says what is allowed. */
struct speaker {
    char actor[64], role[32];
};
int script_line(const char *line, struct speaker *who, struct intent *in, struct err *e);

#endif
