/* Inside core/fold only: what state_hash() is made of, for parts of the state with a file of their
 * own. */
#ifndef FOLD_HASH_INT_H
#define FOLD_HASH_INT_H

#include <stddef.h>
#include <stdint.h>

#include "fold/state.h"

void hash_ints(uint64_t *h, const int64_t *v, size_t n);
void hash_str(uint64_t *h, const char *s);

#define HASH_INTS(h, ...)                                                                          \
    hash_ints(h, (const int64_t[]){__VA_ARGS__}, sizeof(int64_t[]){__VA_ARGS__} / sizeof(int64_t))

void times_hash(uint64_t *h, const struct state *s);
void preflight_hash(uint64_t *h, const struct state *s);
void issues_hash(uint64_t *h, const struct state *s);
void evidence_hash(uint64_t *h, const struct state *s);
void talk_hash(uint64_t *h, const struct state *s);

#endif
