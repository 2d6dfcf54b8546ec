/* A metric against its other side (A/B, CONTRACT 5.7): the rank test of sequential.h over the
 * moments of the running stage, looked at again and again; what it says is kept for panels, words
 * and reports. */
#ifndef JUDGE_COMPARE_H
#define JUDGE_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/cond.h"

struct comparison {
    bool on;         /* the metric has an other side */
    double value;    /* the other side's; NaN: none, or too old */
    int64_t age_ms;  /* of it, at the tick; -1: never */
    bool live;       /* the stage's clock runs: moments are taken */
    bool short_of;   /* a condition asks for it and there are too few moments to say anything */
    uint32_t na, nb; /* valid samples of either side since the stage's clock */

    /* Of the newest look; nothing of it is set before there was one. */
    bool known;
    uint32_t moments; /* with a value on both sides */
    bool independent; /* false: they hang together so much that they say nothing */
    double worth;     /* how many independent moments they are worth */
    double p, alpha;  /* one-sided "worse"; what this look may err with */
    double shift;     /* Hodges-Lehmann, own - other, in the unit */
    double low, high; /* its interval; infinite ends where there are too few moments */
    double worse_low; /* the end nearer to "better", "worse" counted positive */
    double mid[2];    /* medians: own, other */
    double reference; /* what per cents are taken of: the other side's median, by its size */
    double pct[3];    /* shift, low, high in per cent of it; NaN: it is 0 */
    bool worse;       /* more than by chance */
};

/* Does it meet `worse than compare [by N%]` (or `not worse …`)? *judged is false when that cannot
 * be said. */
bool comparison_met(const struct comparison *c, const struct cond *cond, bool *judged);

#endif
