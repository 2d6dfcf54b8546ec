/* The errors of one file, kept with their places and printed in the order of the file. */
#ifndef PLAN_PROBLEMS_H
#define PLAN_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct problem {
    int line, col; /* from 1 */
    size_t seq;    /* keeps the order of equals */
    char *text;
};

struct problems {
    struct problem *v;
    size_t n;    /* kept, at most PROBLEMS_MAX */
    size_t more; /* counted only */
};
#define PROBLEMS_MAX 1000

void problem_add(struct problems *p, int line, int col, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Further ones are only counted: no need to work out a hint. */
bool problems_full(const struct problems *p);

/* `NAME:LINE:COL: text` lines; secrets are masked, control characters are gone. */
void problems_print(struct problems *p, const char *name, struct buf *out);
void problems_free(struct problems *p);

#endif
