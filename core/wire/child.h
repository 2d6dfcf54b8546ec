/* Child processes: argv without a shell, own process group, no terminal, stdin from /dev/null,
 * limits on time and output. One thread for all. */
#ifndef WIRE_CHILD_H
#define WIRE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct children;

struct child_result {
    bool started;   /* false: argv[0] could not be run, nothing happened */
    bool timed_out; /* its group was killed */
    bool cancelled;
    bool cut;        /* output beyond the limit was dropped */
    int exit_status; /* 128 + signal when killed */
    const char *out; /* stdout, NUL-terminated, valid during the callback */
    size_t out_len;
    const char *errout; /* stderr */
    size_t errout_len;
    int64_t ms;
    char why[200];
};

typedef void (*child_done)(void *ctx, const struct child_result *r); /* on the children thread */

struct children *children_start(struct err *e);
void children_stop(struct children *c); /* kills the groups that run (callbacks run), joins */

/* Returns an id > 0 or -1. max_output per stream; 0: 64 KiB. */
int64_t child_run(struct children *c, char *const argv[], int64_t timeout_ms, size_t max_output,
                  child_done done, void *ctx, struct err *e);
void child_cancel(struct children *c, int64_t id);

#endif
