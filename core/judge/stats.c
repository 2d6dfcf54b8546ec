/* See stats.h. Differences and slopes of all pairs stand in one buffer of fixed size, one a
 * thread: nothing of it outlives a call. */
#include "judge/stats.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PAIRS (STATS_MOST * STATS_MOST)

static _Thread_local double pairs[PAIRS];

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double stats_median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, rising);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* Hoare's "Find" (CACM 4 (1961)): the k-th smallest, 0 the first. v is moved about. */
static double kth(double *v, size_t n, size_t k)
{
    ptrdiff_t lo = 0, hi = (ptrdiff_t)n - 1, want = (ptrdiff_t)k;
    while (lo < hi) {
        double pivot = v[lo + (hi - lo) / 2];
        ptrdiff_t i = lo, j = hi;
        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i <= j) {
                double x = v[i];
                v[i++] = v[j];
                v[j--] = x;
            }
        }
        if (want <= j)
            hi = j;
        else if (want >= i)
            lo = i;
        else
            break;
    }
    return v[k];
}

static double middle(double *v, size_t n)
{
    double above = kth(v, n, n / 2);
    return n % 2 ? above : (kth(v, n, n / 2 - 1) + above) / 2;
}

size_t stats_thin(size_t n)
{
    return n <= STATS_MOST ? 1 : (n + STATS_MOST - 1) / STATS_MOST;
}

static double upper_tail(double z)
{
    return erfc(z / sqrt(2)) / 2;
}

double stats_z(double p)
{
    double lo = 0, hi = 38;
    for (int i = 0; i < 64; i++) {
        double mid = (lo + hi) / 2;
        if (upper_tail(mid) > p)
            lo = mid;
        else
            hi = mid;
    }
    return (lo + hi) / 2;
}

/* Sum over groups of equal values of f(size of the group). */
static double ties(const double *v, size_t n, double (*f)(double))
{
    double sorted[2 * STATS_MOST], sum = 0;
    memcpy(sorted, v, n * sizeof *v);
    qsort(sorted, n, sizeof *sorted, rising);
    for (size_t i = 0, k; i < n; i = k) {
        for (k = i; k < n && !(sorted[k] > sorted[i]); k++)
            ;
        sum += f((double)(k - i));
    }
    return sum;
}

static double kendall_tie(double g)
{
    return g * (g - 1) * (2 * g + 5);
}

static double wilcoxon_tie(double g)
{
    return g * g * g - g;
}

static double kendall_variance(const double *v, size_t n)
{
    double k = (double)n;
    return (k * (k - 1) * (2 * k + 5) - ties(v, n, kendall_tie)) / 18;
}

/* Ends of the interval: the order statistics `reach` away from the middle. */
static void band(double *v, size_t n, double reach, double *low, double *high)
{
    double rank = floor(((double)n - reach) / 2);
    if (rank < 1) {
        *low = -INFINITY;
        *high = INFINITY;
        return;
    }
    *low = kth(v, n, (size_t)rank - 1);
    *high = kth(v, n, n - (size_t)rank);
}

int stats_theil_sen(const double *t, const double *v, size_t n, double alpha, struct slope *out)
{
    size_t k = 0;
    if (n < 2 || n > STATS_MOST)
        return -1;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            if (t[j] > t[i])
                pairs[k++] = (v[j] - v[i]) / (t[j] - t[i]);
    if (!k)
        return -1;
    out->slope = middle(pairs, k);
    band(pairs, k, stats_z(alpha / 2) * sqrt(kendall_variance(v, n)), &out->low, &out->high);
    memcpy(pairs, v, n * sizeof *v);
    out->median = middle(pairs, n);
    return 0;
}

/* Continuity: the statistic moves in whole steps, so half of one (here `by`) is given away. */
static double towards_zero(double x, double by)
{
    return x > by ? x - by : x < -by ? x + by : 0;
}

double stats_mann_kendall(const double *v, size_t n, double *s)
{
    double sum = 0;
    if (n > STATS_MOST)
        return 1;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            sum += (v[j] > v[i]) - (v[j] < v[i]);
    if (s)
        *s = sum;
    double variance = kendall_variance(v, n);
    return n < 2 || variance <= 0 ? 1 : 2 * upper_tail(fabs(towards_zero(sum, 1)) / sqrt(variance));
}

static double rank_variance(const double *a, size_t na, const double *b, size_t nb)
{
    double all[2 * STATS_MOST], n = (double)(na + nb), product = (double)na * (double)nb;
    memcpy(all, a, na * sizeof *a);
    memcpy(all + na, b, nb * sizeof *b);
    return product / 12 * (n + 1 - ties(all, na + nb, wilcoxon_tie) / (n * (n - 1)));
}

/* Pairs in which a is greater, equal ones half, by one walk over both sorted sides. */
static double pairs_won(const double *a, size_t na, const double *b, size_t nb)
{
    double x[STATS_MOST], y[STATS_MOST], u = 0;
    size_t below = 0, not_above = 0;
    memcpy(x, a, na * sizeof *a);
    memcpy(y, b, nb * sizeof *b);
    qsort(x, na, sizeof *x, rising);
    qsort(y, nb, sizeof *y, rising);
    for (size_t i = 0; i < na; i++) {
        while (below < nb && y[below] < x[i])
            below++;
        while (not_above < nb && y[not_above] <= x[i])
            not_above++;
        u += (double)(below + not_above) / 2;
    }
    return u;
}

int stats_mann_whitney(const double *a, size_t na, const double *b, size_t nb, double inflation,
                       struct rank_test *out)
{
    if (!na || !nb || na > STATS_MOST || nb > STATS_MOST)
        return -1;
    out->u = pairs_won(a, na, b, nb);
    double variance = rank_variance(a, na, b, nb) * inflation;
    double away = out->u - (double)na * (double)nb / 2;
    out->z = variance > 0 ? towards_zero(away, 0.5) / sqrt(variance) : 0;
    out->p = variance > 0 ? upper_tail((away - 0.5) / sqrt(variance)) : 1;
    out->two = fmin(1, 2 * upper_tail(fabs(out->z)));
    return 0;
}

int stats_shift(const double *a, size_t na, const double *b, size_t nb, double inflation,
                double alpha, struct shift *out)
{
    size_t k = 0;
    if (!na || !nb || na > STATS_MOST || nb > STATS_MOST)
        return -1;
    for (size_t i = 0; i < na; i++)
        for (size_t j = 0; j < nb; j++)
            pairs[k++] = a[i] - b[j];
    out->shift = middle(pairs, k);
    double product = (double)na * (double)nb;
    double deviation = sqrt(product * (double)(na + nb + 1) / 12 * inflation);
    band(pairs, k, 2 * stats_z(alpha) * deviation, &out->low, &out->high);
    return 0;
}

/* Rank of each value less the mean rank, so that one outlier does not hide how the others hang
 * together. */
static void centred_ranks(const double *v, size_t n, double *rank)
{
    for (size_t i = 0; i < n; i++) {
        int above = 0;
        for (size_t j = 0; j < n; j++)
            above += (v[i] > v[j]) - (v[i] < v[j]);
        rank[i] = above / 2.0;
    }
}

double stats_inflation(const double *v, size_t n)
{
    double rank[STATS_MOST], all = 0, next = 0;
    if (n < 3 || n > STATS_MOST)
        return 1;
    centred_ranks(v, n, rank);
    for (size_t i = 0; i < n; i++) {
        all += rank[i] * rank[i];
        next += i ? rank[i] * rank[i - 1] : 0;
    }
    if (all <= 0)
        return 1;
    double r = next / all;
    r += (1 + 4 * r) / (double)n + sqrt(fmax(1 - r * r, 0) / (double)n);
    r = fmin(r, 0.99);
    return r > 0 ? (1 + r) / (1 - r) : 1;
}
