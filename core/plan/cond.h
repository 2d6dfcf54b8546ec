/* Conditions (CONTRACT 4): `OP VALUE [for DURATION]`, `worse than compare [by N%]`. Pure; knows no
 * metric. */
#ifndef PLAN_COND_H
#define PLAN_COND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum cmp_op { CMP_GE, CMP_GT, CMP_LE, CMP_LT, CMP_EQ, CMP_NE };

enum cond_ref {
    COND_ABSOLUTE,   /* value in the metric's unit */
    COND_CHANGE_PCT, /* change against the baseline in per cent */
    COND_CHANGE_ABS, /* change against the baseline in the metric's unit */
    COND_COMPARE,    /* worse than compare [by value %]: the A/B test; CMP_GT, and CMP_LE for
                        `not worse than compare [by value %]`, which passes ask for */
};

struct cond {
    bool set;
    enum cmp_op op;
    enum cond_ref ref;
    double value;   /* for COND_COMPARE: the margin in per cent, 0 without `by` */
    int64_t for_ms; /* 0: at once */
    char text[64];  /* as written */
};

/* The whole text must match; e says what was found and what is allowed. 0 or -1. */
int cond_parse(const char *text, struct cond *out, struct err *e);

/* Does the value meet the condition (without its duration)? `base` is read for COND_CHANGE_*
 * only; `floor` > 0 is the divisor when |base| is below it. *judged is false when it cannot be
 * said (no baseline: NaN; baseline zero without floor), and the answer is then false. Computed
 * values compare with a relative tolerance of 1e-9. Not for COND_COMPARE. */
bool cond_hit(const struct cond *c, double value, double base, double floor, bool *judged);

/* Is a "worse when higher" condition (>=, >)? */
bool cond_upward(const struct cond *c);

/* The limit in the metric's unit for drawing: relative ones are turned into a value by base.
 * False when there is none (== and != too). */
bool cond_limit(const struct cond *c, double base, double floor, double *out);

#endif
