/* The parts of view 3: the order of its list, one check in full, and what keeps the start shut. */
#ifndef TUI_VIEWS_CHECKS_H
#define TUI_VIEWS_CHECKS_H

#include "tui/canvas.h"
#include "tui/checks.h"

#define CHECKS_SIDE   66  /* cells of the column at the right ... */
#define CHECKS_SIDE_W 160 /* ... of screens as wide as this */
#define CHECKS_FULL   9   /* rows for the check under the cursor below the list */

enum role check_role(const struct scene *s, size_t i, const char **sign);
const char *check_word(const struct scene *s, size_t i);

/* What somebody must look at first: 0 failed, 1 not known, 2 warned, 3 waits, 4 blocks nothing. */
int check_urgency(const struct scene *s, size_t i);

/* The checks as the list shows them: in the plan's order when all have room, else what has failed
 * or is not known first, then what waits. Returns how many. */
#define CHECKS_MOST 1024
size_t checks_order(const struct scene *s, uint16_t order[CHECKS_MOST]);

/* Both return the rows they used. */
int check_full(struct canvas *c, struct rect r, const struct scene *s);
int checks_blocking(struct canvas *c, struct rect r, const struct scene *s);

#endif
