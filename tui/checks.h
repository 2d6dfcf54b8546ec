/* What the view of the checks and the boxes about them share: which check is meant, and its words.
 */
#ifndef TUI_CHECKS_H
#define TUI_CHECKS_H

#include "director/preflight.h"
#include "tui/prompt.h"
#include "tui/view.h"

/* Intents that speak of one check, or of all of them. */
bool checks_intent(enum intent_kind k);

/* The check under the cursor of the view, or named on the `:` line; -1 none, or all. */
int checks_at(const struct scene *s);

/* On the way into the view: a cursor on a check that is fine goes to the one to look at first. */
void checks_enter(struct ui *ui, const struct scene *s);

/* Sets the subject of an intent about checks. */
void checks_fill(const struct scene *s, struct intent *in);

/* What a box about checks says beside what every box says. */
void checks_facts(const struct scene *s, enum intent_kind k, struct prompt_facts *f);

/* The key `o` in the view: does the check under the cursor, or the whole, wait for a signature? */
bool checks_sign_here(const struct scene *s);

/* "8 pass  1 WARN  1 UNKNOWN  1 wait  of 11", with `gap` between. */
void checks_counts(const struct scene *s, const char *gap, char *out, size_t size);

/* "SRE boon", "auto"; "-" nobody yet. */
void checks_by(const struct scene *s, size_t item, char *out, size_t size);

/* One line about where it stands. */
void checks_detail(const struct scene *s, size_t item, char *out, size_t size);

#endif
