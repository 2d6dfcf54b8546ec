/* "Did you mean": the nearest of a list of words. */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stddef.h>

/* Edits (insert, delete, replace, swap of neighbours) between two words of at most 63 bytes. */
int near_distance(const char *a, const char *b);

/* The nearest word, or NULL when none is near enough to be meant. */
const char *near_find(const char *word, const char *const *words, size_t n);

#endif
