/* Log files that are followed: which lines are kept, which marks are expected in which order. Part
 * of struct plan. */
#ifndef PLAN_FOLLOW_H
#define PLAN_FOLLOW_H

#include <stddef.h>

#define FOLLOWS_MAX 8
#define MARKS_MAX   16

struct follow_row {
    char *file, *title;
    char **words; /* a line with one of them is kept, whatever the case; none: every line */
    size_t n_words;
    char **expect; /* marks in their order */
    size_t n_expect;
};

#endif
