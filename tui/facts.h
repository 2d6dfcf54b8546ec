/* What a box shows, taken from the scene: exact calls, gate, reasons, values. Not while drawing:
 * it allocates. Decides nothing, the guard does. */
#ifndef TUI_FACTS_H
#define TUI_FACTS_H

#include "tui/prompt.h"
#include "tui/view.h"

/* Everything that is frozen at the opening. */
void facts_freeze(const struct scene *s, enum command c, struct prompt_facts *f);

/* What changes while the box is open: the guard's word, the gate, the worst value, the preview. */
void facts_live(const struct scene *s, struct prompt *p);

/* May this seat open the box at all now? -1 with the guard's sentence. A shut gate opens it: it
 * shows the gate and refuses there. */
int facts_may_open(const struct scene *s, enum command c, const char *arg, struct err *why);

/* The box of a step of the timeline (`:item T-30m [done] WHY`): which one, and what runs. */
void facts_item(const struct scene *s, const char *arg, struct prompt_facts *f);

#endif
