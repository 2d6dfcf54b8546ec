/* The filter of the log (`/`): words that must stand in the line, and `kind:decision who:anna
 * stage:2 level:warn` (that level or worse). Pure, allocates nothing. */
#ifndef TUI_LOGFILTER_H
#define TUI_LOGFILTER_H

#include "fold/state.h"

struct log_filter {
    const struct plan *plan;
    char kind[24], who[40], stage[40], level[8];
    char words[4][40]; /* all of them must stand in it */
    int n_words;
};

void log_filter_read(struct log_filter *f, const struct plan *plan, const char *text);
bool log_filter_takes(const struct log_filter *f, const struct log_line *l);

#endif
