/* What a gate waits for, in the order in which a person should look at it, and the keys that help.
 */
#ifndef TUI_GATES_H
#define TUI_GATES_H

#include "tui/view.h"

/* Waiting for the clock or for a person is how it should be; for anything else somebody must look.
 */
bool gate_by_clock(const struct gate_item *it);
bool gate_matters(const struct scene *s); /* a run that is rolled back or over has none */

/* The shut item that somebody must do something about; the hours and the clock only when there is
 * no other. NULL: the gate is open. */
const struct gate_item *gate_first(const struct gate *g);

/* The order in which shut items are listed: how long, then what must be done, then the rest. */
int gate_rank(const struct gate_item *it);

/* "3 checks", ":confirm team_available": how to get on with it; "" when there is no one key. */
void gate_press(const struct scene *s, const struct gate_item *it, char *out, size_t size);

/* How a person closes a step of the timeline. */
void item_press(const struct scene *s, size_t item, char *out, size_t size);

#endif
