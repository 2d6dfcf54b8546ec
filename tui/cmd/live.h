/* What run, demo and resume share: from a plan to a running room, on a terminal or without. */
#ifndef TUI_CMD_LIVE_H
#define TUI_CMD_LIVE_H

#include "room/room.h"

struct live_opts {
    struct room_opts room;
    bool headless, json, ticks, commands;
};

/* Opens the room and runs it to its end. The exit status. */
int live_run(struct live_opts *o);

/* A new session file's path: --session FILE, or NAME-TIME.wr in the session folder. */
int live_session_path(const char *given, const char *name, struct buf *out, struct err *e);

/* Where evidence files go: --evidence DIR, or SESSION.evidence beside the session. */
void live_evidence_dir(const char *given, const char *session_path, struct buf *out);

/* The plan's run id with ### counted up over the recorded sessions of that folder. */
void live_run_id(const struct plan *p, const char *session_path, struct buf *out);

/* A drill of this plan on the clock of the simulator at url: nothing may reach beyond the machine
 * from then on. Call before any thread is started. */
int live_drill(const char *url, const struct plan *p, struct clock *out, struct err *e);

/* The user's word for who sits here: --as, else config.yaml's, else $USER, else the role. */
const char *live_actor(const char *as);

#endif
