/* A recorded (or live) session, folded to its newest event. */
#ifndef TUI_CMD_RECORDED_H
#define TUI_CMD_RECORDED_H

#include "fold/fold.h"
#include "judge/judge.h"

struct recorded {
    struct plan *plan;
    struct state *state;
    struct judge *judge;
    char head[65];
    bool sealed;
};

int recorded_load(const char *path, struct recorded *out, struct err *e); /* 0 or -1 */
void recorded_release(struct recorded *r);

#endif
