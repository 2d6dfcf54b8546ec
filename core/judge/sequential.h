/* "Is one side worse?", asked again and again while samples come, so that the answer errs at most
 * once in 50 stages however often it is asked (CONTRACT 5.7). Method: looks at sample counts that
 * grow geometrically (10, 12, 15, 18, 22 …), look k may err with 0.02 / (k (k + 1)), which sums to
 * 0.02 (alpha spending: Lan and DeMets, Biometrika 70 (1983); the sum is Boole's inequality, so
 * nothing is asked of how looks depend on each other). Between looks the last answer stands.
 * A moment counts when both sides have a value. Memory is bounded: when SEQ_CAP moments are kept
 * every second one is dropped and from then on only every second one taken, so what is kept is
 * spread evenly over the stage. */
#ifndef JUDGE_SEQUENTIAL_H
#define JUDGE_SEQUENTIAL_H

#include <stdint.h>

#include "judge/stats.h"

#define SEQ_CAP   STATS_MOST
#define SEQ_LEAST 10   /* samples a side before anything is said */
#define SEQ_ERR   0.02 /* for the whole stage */

struct seq {
    double a[SEQ_CAP], b[SEQ_CAP]; /* the kept moments, oldest first */
    size_t n;
    uint32_t moments, stride; /* with a value on both sides; every how manyth is kept */
    uint32_t na, nb;          /* valid samples of each side so far */
    int looks;
    uint32_t next;         /* moments at which it looks again */
    bool known;            /* there has been a look */
    uint32_t at;           /* moments at the newest look */
    struct rank_test test; /* of that look, towards "worse" */
    bool measured;         /* shift and reference are of that look too */
    struct shift shift;    /* a - b in the unit, "worse" positive; band of that look */
    double mid_a, mid_b;   /* medians of the kept moments */
    double reference;      /* size of mid_b, what per cents are taken of; 0 none */
    double alpha;          /* what that look may err with */
    double inflation;      /* of the variance, for dependent samples */
    bool independent;      /* they are worth enough independent ones to say something */
};

void seq_start(struct seq *q);
/* One sample of each side; NaN where there is none. `upward`: higher is worse. True when that made
 * it look. */
bool seq_add(struct seq *q, double a, double b, bool upward);
/* The size of the difference, of the newest look; directly after seq_add said true. Dearer than
 * the look itself. `floor`: the least that per cents are taken of. */
void seq_measure(struct seq *q, bool upward, double floor);
/* Is a worse than b by more than margin_pct, as of the newest look? A margin above 0 needs it
 * measured. Of a reference of 0 any difference is more than any per cent. */
bool seq_worse(const struct seq *q, double margin_pct);

#endif
