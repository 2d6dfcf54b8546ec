/* Numbers by chance, seeded: the same on every machine. */
#ifndef CHANCE_H
#define CHANCE_H

#include <math.h>
#include <stdint.h>

static uint64_t seed;

/* xorshift64* (Vigna 2016): between 0 and 1, neither of them. */
static inline double uniform(void)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return ((double)((seed * 2685821657736338717u) >> 11) + 0.5) / 9007199254740992.0;
}

/* Normal, by Box and Muller (1958). */
static inline double gauss(void)
{
    double u = uniform(), v = uniform();
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

#endif
