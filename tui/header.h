/* The words of rows 0 and 1, also for the card; see header.c. */
#ifndef TUI_HEADER_H
#define TUI_HEADER_H

#include "tui/glance.h"

/* Rows 0 and 1, the same in every view. */
void header_draw(struct canvas *c, const struct scene *s, const struct glance *g);

/* "STAGE 2/5  5%", "STAGE 2/5  1%→5%?" while unverified, "BEFORE START", "ENDED  0%". */
void stage_words(const struct scene *s, bool brief, char *out, size_t size);
void t_plus_words(const struct scene *s, char *out, size_t size);

/* level: 0 longest .. 3 shortest */
void kill_words(const struct scene *s, int level, enum role *role, char *out, size_t size);
void data_words(const struct scene *s, int level, enum role *role, char *out, size_t size);

#endif
