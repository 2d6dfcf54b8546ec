/* How a run that is judged again is printed; and what would differ: a session judged with its
 * recorded plan and with another. */
#ifndef TUI_CMD_JUDGED_H
#define TUI_CMD_JUDGED_H

#include <stdbool.h>

#include "director/drive.h"
#include "journal/reader.h"

/* Prints one event as a log line or as JSON (no ticks, no `final`); ctx: struct judged_out. */
struct judged_out {
    bool json;
    int64_t t0_ms; /* wall time of T0; -1: not known yet */
};
void judged_event(void *ctx, const struct event *ev);

/* The last line; the exit status of the verdict. */
int judged_final(const struct state *s, bool json);

/* Prints each decision that only one of them comes to, in the order of time. The exit status 0, or
 * -1 with e. */
int judged_diff(struct reader *r, const struct plan *recorded, const struct plan *other,
                double until_s, bool json, struct err *e);

#endif
