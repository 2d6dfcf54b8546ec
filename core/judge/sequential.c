/* See sequential.h. */
#include "judge/sequential.h"

#include <math.h>
#include <string.h>

#define GROWTH_NUM 6 /* the next look comes at 6/5 of the samples of this one */
#define GROWTH_DEN 5
/* A look at samples that depend on each other so much that they are worth fewer independent ones
 * than this says nothing: the dependence itself cannot be told from so few. */
#define LEAST_WORTH 5

void seq_start(struct seq *q)
{
    memset(q, 0, sizeof *q);
    q->next = SEQ_LEAST;
    q->a.stride = q->b.stride = 1;
}

static void halve(struct seq_side *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i += 2)
        s->v[kept++] = s->v[i];
    s->n = kept;
    s->stride *= 2;
}

static void keep(struct seq_side *s, double v)
{
    if (!isfinite(v))
        return;
    if (s->seen++ % s->stride)
        return;
    if (s->n == SEQ_CAP)
        halve(s);
    if ((s->seen - 1) % s->stride == 0)
        s->v[s->n++] = v;
}

static double size_of(const struct seq_side *s)
{
    double v[SEQ_CAP];
    memcpy(v, s->v, s->n * sizeof *v);
    return fabs(stats_median(v, s->n));
}

/* Lower is worse: the sides change places, and "worse" is positive again. */
static const struct seq_side *side(const struct seq *q, bool first)
{
    return first ? &q->a : &q->b;
}

static bool worth_enough(const struct seq *q)
{
    double n = (double)(q->a.n < q->b.n ? q->a.n : q->b.n);
    return n >= LEAST_WORTH * q->inflation;
}

static void look(struct seq *q, bool upward)
{
    const struct seq_side *a = side(q, upward), *b = side(q, !upward);
    double k = ++q->looks;
    q->alpha = SEQ_ERR / (k * (k + 1));
    q->inflation = fmax(stats_inflation(a->v, a->n), stats_inflation(b->v, b->n));
    q->known = !stats_mann_whitney(a->v, a->n, b->v, b->n, q->inflation, &q->test);
    q->independent = worth_enough(q);
    q->measured = false;
    q->na = q->a.seen;
    q->nb = q->b.seen;
}

bool seq_add(struct seq *q, double a, double b, bool upward)
{
    keep(&q->a, a);
    keep(&q->b, b);
    uint32_t n = q->a.seen < q->b.seen ? q->a.seen : q->b.seen;
    if (n < q->next)
        return false;
    look(q, upward);
    q->next = n * GROWTH_NUM / GROWTH_DEN;
    q->next += q->next == n;
    return true;
}

void seq_measure(struct seq *q, bool upward)
{
    const struct seq_side *a = side(q, upward), *b = side(q, !upward);
    q->reference = size_of(&q->b);
    q->measured =
        q->known && !stats_shift(a->v, a->n, b->v, b->n, q->inflation, q->alpha, &q->shift);
}

bool seq_worse(const struct seq *q, double margin_pct)
{
    if (!q->known || !q->independent || q->test.p > q->alpha)
        return false;
    return margin_pct <= 0 || (q->measured && q->shift.low > margin_pct / 100 * q->reference);
}
