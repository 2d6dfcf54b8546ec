/* What would differ: a session judged with its recorded plan and with another. */
#ifndef TUI_CMD_JUDGED_H
#define TUI_CMD_JUDGED_H

#include <stdbool.h>

#include "journal/reader.h"

/* Prints each decision that only one of them comes to, in the order of time. The exit status 0, or
 * -1 with e. */
int judged_diff(struct reader *r, const struct plan *recorded, const struct plan *other,
                double until_s, bool json, struct err *e);

#endif
