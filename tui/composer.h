/* The signal composer (SCREENS.md): an observation of one line, a metric whose number the tool
 * writes, and a decision of those this seat may write. A box like the others (tui/prompt.h). */
#ifndef TUI_COMPOSER_H
#define TUI_COMPOSER_H

#include "tui/prompt.h"
#include "tui/view.h"

#define COMPOSER_CELLS 80 /* an observation is one line */

enum { SAYS_NONE, SAYS_ASK, SAYS_PROCEED, SAYS_HOLD, SAYS_ROLLBACK, SAYS_COUNT };

/* The keys of its fields; everything before (pastes, Esc, time) is the prompt's. */
enum prompt_outcome composer_key(struct prompt *p, int key, struct intent *out);

void composer_intent(const struct prompt *p, struct intent *out); /* metric and decision */

/* What changes while it is open: value and age of the metric, the line as it will be written. */
void composer_facts(const struct scene *s, struct prompt *p);

/* False: it does not fit, and nothing can be sent. */
bool composer_draw(struct canvas *c, struct prompt *p, int64_t now_ms);

#endif
