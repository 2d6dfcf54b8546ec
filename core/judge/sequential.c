/* See sequential.h. */
#include "judge/sequential.h"

#include <math.h>
#include <string.h>

#define GROWTH_NUM 6 /* the next look comes at 6/5 of the samples of this one */
#define GROWTH_DEN 5
/* A look at samples that depend on each other so much that they are worth fewer independent ones
 * than this says nothing: the dependence itself cannot be told from so few. */
#define LEAST_WORTH 5
#define LOOSE       4  /* an inflation of samples that hardly depend on each other */
#define HALF_LEAST  40 /* fewer moments say too little of how they do */

void seq_start(struct seq *q)
{
    memset(q, 0, sizeof *q);
    q->next = SEQ_LEAST;
    q->stride = 1;
}

static void halve(struct seq *q)
{
    size_t kept = 0;
    for (size_t i = 0; i < q->n; i += 2, kept++) {
        q->a[kept] = q->a[i];
        q->b[kept] = q->b[i];
    }
    q->n = kept;
    q->stride *= 2;
}

static void keep(struct seq *q, double a, double b)
{
    uint32_t nth = q->moments++;
    if (nth % q->stride)
        return;
    if (q->n == SEQ_CAP)
        halve(q);
    if (nth % q->stride)
        return;
    q->a[q->n] = a;
    q->b[q->n++] = b;
}

static double middle_of(const double *side, size_t n)
{
    double v[SEQ_CAP];
    memcpy(v, side, n * sizeof *v);
    return stats_median(v, n);
}

/* Where lower is worse the sides change places, and "worse" is positive again. */
static const double *side(const struct seq *q, bool first)
{
    return first ? q->a : q->b;
}

/* How the samples hang together. A difference that began within the stage looks like dependence to
 * one who sees the whole of it, so each half is asked for itself; where both halves hang together
 * that says too little, and the whole counts. */
static double dependence(const double *a, const double *b, size_t n)
{
    size_t half = n / 2;
    if (half >= HALF_LEAST) {
        double least = fmin(stats_pair_inflation(a, b, half),
                            stats_pair_inflation(a + half, b + half, n - half));
        if (least < LOOSE)
            return least;
    }
    return stats_pair_inflation(a, b, n);
}

static void look(struct seq *q, bool upward)
{
    const double *a = side(q, upward), *b = side(q, !upward);
    double k = ++q->looks;
    q->alpha = SEQ_ERR / (k * (k + 1));
    q->inflation = dependence(a, b, q->n);
    q->known = !stats_mann_whitney(a, q->n, b, q->n, q->inflation, &q->test);
    q->independent = (double)q->n >= LEAST_WORTH * q->inflation;
    q->measured = false;
    q->at = q->moments;
}

bool seq_add(struct seq *q, double a, double b, bool upward)
{
    q->na += isfinite(a) != 0;
    q->nb += isfinite(b) != 0;
    if (!isfinite(a) || !isfinite(b))
        return false;
    keep(q, a, b);
    if (q->moments < q->next)
        return false;
    look(q, upward);
    q->next = q->moments * GROWTH_NUM / GROWTH_DEN;
    q->next += q->next == q->moments;
    return true;
}

void seq_measure(struct seq *q, bool upward, double floor)
{
    const double *a = side(q, upward), *b = side(q, !upward);
    q->mid_a = middle_of(q->a, q->n);
    q->mid_b = middle_of(q->b, q->n);
    q->reference = fmax(fabs(q->mid_b), floor);
    q->measured = q->known && !stats_shift(a, q->n, b, q->n, q->inflation, q->alpha, &q->shift);
}

bool seq_worse(const struct seq *q, double margin_pct)
{
    if (!q->known || !q->independent || q->test.p > q->alpha)
        return false;
    return margin_pct <= 0 || (q->measured && q->shift.low > margin_pct / 100 * q->reference);
}
