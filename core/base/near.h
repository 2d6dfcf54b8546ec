/* "Did you mean": the nearest of a list of words. */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stddef.h>

/* The nearest word, or NULL when none is near enough to be meant. */
const char *near_find(const char *word, const char *const *words, size_t n);

/* The same as the end of a sentence, " (did you mean WORD?)", or "". */
struct near_hint {
    char text[90];
};
struct near_hint near_hint(const char *word, const char *const *words, size_t n);

#endif
