/* See stats.h. Slopes of all pairs stand in one buffer of fixed size, one a thread: nothing of it
 * outlives a call. */
#include "judge/stats.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PAIRS (STATS_MOST * (STATS_MOST - 1) / 2)
#define TOGETHER                                                                                   \
    0.7 /* correlation of two sides from which on they are taken to carry the same load */

static _Thread_local double pairs[PAIRS];

/* Merges the sorted v[0 .. half) and v[half .. n); how many of the first are greater than one of
 * the second, for all of these. */
static uint64_t merge(double *v, size_t half, size_t n)
{
    double left[2 * STATS_MOST];
    uint64_t out_of_order = 0;
    memcpy(left, v, half * sizeof *v);
    for (size_t i = 0, j = half, to = 0; i < half; to++) {
        if (j < n && v[j] < left[i]) {
            out_of_order += half - i;
            v[to] = v[j++];
        } else {
            v[to] = left[i++];
        }
    }
    return out_of_order;
}

/* Sorts at most 2 * STATS_MOST values; how many pairs stood the wrong way round. */
static uint64_t sort(double *v, size_t n)
{
    uint64_t out_of_order = 0;
    if (n > 12) {
        out_of_order = sort(v, n / 2) + sort(v + n / 2, n - n / 2);
        return out_of_order + (v[n / 2] < v[n / 2 - 1] ? merge(v, n / 2, n) : 0);
    }
    for (size_t i = 1; i < n; i++) {
        double x = v[i];
        size_t to = i;
        for (; to > 0 && v[to - 1] > x; to--)
            v[to] = v[to - 1];
        v[to] = x;
        out_of_order += i - to;
    }
    return out_of_order;
}

double stats_median(double *v, size_t n)
{
    sort(v, n);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* Hoare's "Find" (CACM 4 (1961)): the k-th smallest of v[from .. to], 0 the first of all; it must
 * be within. v is moved about: what stands before it is not greater, what stands behind not less.
 */
static double kth(double *v, size_t from, size_t to, size_t k)
{
    ptrdiff_t lo = (ptrdiff_t)from, hi = (ptrdiff_t)to, want = (ptrdiff_t)k;
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

/* The median; what stands before n / 2 is not greater afterwards. */
static double middle(double *v, size_t n)
{
    double above = kth(v, 0, n - 1, n / 2), below = v[0];
    for (size_t i = 1; i < n / 2; i++)
        below = v[i] > below ? v[i] : below;
    return n % 2 ? above : (below + above) / 2;
}

static double upper_tail(double z)
{
    return erfc(z / sqrt(2)) / 2;
}

/* Newton from below: the tail is convex there, so no step goes too far. */
double stats_z(double p)
{
    double z = 0;
    for (int i = 0; i < 200; i++) {
        double step = (upper_tail(z) - p) * sqrt(2 * acos(-1)) * exp(z * z / 2);
        z += step;
        if (step <= 1e-15 * (1 + z))
            break;
    }
    return z;
}

/* Sum over groups of equal values of f(size of the group). */
static double ties(const double *sorted, size_t n, double (*f)(double))
{
    double sum = 0;
    for (size_t i = 0, k; i < n; i = k) {
        for (k = i; k < n && !(sorted[k] > sorted[i]); k++)
            ;
        if (k - i > 1)
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

static double equal_pairs(double g)
{
    return g * (g - 1) / 2;
}

static double kendall_variance(const double *sorted, size_t n)
{
    double k = (double)n;
    return (k * (k - 1) * (2 * k + 5) - ties(sorted, n, kendall_tie)) / 18;
}

/* Ends of the interval: the order statistics `reach` away from the middle, which parts v. */
static void band(double *v, size_t n, double reach, double *low, double *high)
{
    double rank = floor(((double)n - reach) / 2);
    if (rank < 1) {
        *low = -INFINITY;
        *high = INFINITY;
        return;
    }
    size_t below = (size_t)rank - 1, above = n - (size_t)rank;
    *low = below < n / 2 ? kth(v, 0, n / 2 - 1, below) : kth(v, 0, n - 1, below);
    *high = below < n / 2 ? kth(v, n / 2, n - 1, above) : kth(v, 0, n - 1, above);
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
    double sorted[STATS_MOST];
    memcpy(sorted, v, n * sizeof *v);
    out->median = stats_median(sorted, n);
    out->slope = middle(pairs, k);
    double reach = alpha > 0 ? stats_z(alpha / 2) * sqrt(kendall_variance(sorted, n)) : INFINITY;
    band(pairs, k, reach, &out->low, &out->high);
    return 0;
}

/* Continuity: the statistic moves in whole steps, so half of one (here `by`) is given away. */
static double towards_zero(double x, double by)
{
    return x > by ? x - by : x < -by ? x + by : 0;
}

double stats_mann_kendall(const double *v, size_t n, double *s)
{
    double sorted[STATS_MOST], pairs_of = (double)n * ((double)n - 1) / 2;
    if (n > STATS_MOST)
        return 1;
    memcpy(sorted, v, n * sizeof *v);
    double falling = (double)sort(sorted, n);
    double sum = pairs_of - ties(sorted, n, equal_pairs) - 2 * falling;
    if (s)
        *s = sum;
    double variance = kendall_variance(sorted, n);
    return n < 2 || variance <= 0 ? 1 : 2 * upper_tail(fabs(towards_zero(sum, 1)) / sqrt(variance));
}

static double rank_variance(const double *a, size_t na, const double *b, size_t nb)
{
    double all[2 * STATS_MOST], n = (double)(na + nb), product = (double)na * (double)nb;
    memcpy(all, a, na * sizeof *a);
    memcpy(all + na, b, nb * sizeof *b);
    sort(all, na + nb);
    return product / 12 * (n + 1 - ties(all, na + nb, wilcoxon_tie) / (n * (n - 1)));
}

/* Pairs in which a is greater, equal ones half, by one walk over both sorted sides. */
static double pairs_won(const double *a, size_t na, const double *b, size_t nb)
{
    double x[STATS_MOST], y[STATS_MOST], u = 0;
    size_t below = 0, not_above = 0;
    memcpy(x, a, na * sizeof *a);
    memcpy(y, b, nb * sizeof *b);
    sort(x, na);
    sort(y, nb);
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

/* Both sides sorted: nothing is kept of their differences, they are counted. */
struct sides {
    double a[STATS_MOST], b[STATS_MOST];
    size_t na, nb;
};

/* Doubles in their order, as integers: neighbours differ by 1. */
static int64_t to_key(double v)
{
    int64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits < 0 ? INT64_MIN - bits : bits;
}

static double from_key(int64_t key)
{
    double v;
    key = key < 0 ? INT64_MIN - key : key;
    memcpy(&v, &key, sizeof v);
    return v;
}

static size_t not_above(const struct sides *s, double x)
{
    size_t n = 0, j = 0;
    for (size_t i = 0; i < s->na; i++) {
        while (j < s->nb && s->a[i] - s->b[j] > x)
            j++;
        n += s->nb - j;
    }
    return n;
}

/* The k-th smallest difference a - b, 0 the first: the least number that more than k of them do not
 * exceed. Exact, by halving all doubles between the ends. */
static double kth_difference(const struct sides *s, size_t k)
{
    int64_t lo = to_key(s->a[0] - s->b[s->nb - 1]), hi = to_key(s->a[s->na - 1] - s->b[0]);
    while (lo < hi) {
        int64_t mid = lo + (int64_t)(((uint64_t)hi - (uint64_t)lo) / 2);
        if (not_above(s, from_key(mid)) > k)
            hi = mid;
        else
            lo = mid + 1;
    }
    return from_key(lo) + 0.0; /* no negative zero */
}

int stats_shift(const double *a, size_t na, const double *b, size_t nb, double inflation,
                double alpha, struct shift *out)
{
    struct sides s = {.na = na, .nb = nb};
    if (!na || !nb || na > STATS_MOST || nb > STATS_MOST)
        return -1;
    memcpy(s.a, a, na * sizeof *a);
    memcpy(s.b, b, nb * sizeof *b);
    sort(s.a, na);
    sort(s.b, nb);
    size_t n = na * nb;
    double upper = kth_difference(&s, n / 2), deviation, rank;
    out->shift = n % 2 ? upper : (kth_difference(&s, n / 2 - 1) + upper) / 2;
    deviation = sqrt((double)n * (double)(na + nb + 1) / 12 * inflation);
    rank = floor(((double)n - 2 * stats_z(alpha) * deviation) / 2);
    out->low = rank < 1 ? -INFINITY : kth_difference(&s, (size_t)rank - 1);
    out->high = rank < 1 ? INFINITY : kth_difference(&s, n - (size_t)rank);
    return 0;
}

/* The rank of v among n sorted values: the mean of those of its equals, less the mean rank. */
static double centred_rank(const double *sorted, size_t n, double v)
{
    size_t ends[2];
    for (int upper = 0; upper < 2; upper++) {
        size_t lo = 0, hi = n;
        while (lo < hi) {
            size_t mid = (lo + hi) / 2;
            if (sorted[mid] < v || (upper && sorted[mid] <= v))
                lo = mid + 1;
            else
                hi = mid;
        }
        ends[upper] = lo;
    }
    return (double)(ends[0] + ends[1]) / 2 - (double)n / 2;
}

/* Marriott and Pope's correction for a short series, one of Bartlett's standard errors up. */
static double inflation_of(double r, double n)
{
    r += (1 + 4 * r) / n + sqrt(fmax(1 - r * r, 0) / n);
    r = fmin(r, 0.99);
    return r > 0 ? (1 + r) / (1 - r) : 1;
}

/* Of v around its mean: the lag-1 autocorrelation's inflation; *spread is the sum of squares. */
static double inflation_of_series(const double *v, size_t n, double *spread)
{
    double mean = 0, all = 0, next = 0;
    for (size_t i = 0; i < n; i++)
        mean += v[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        all += (v[i] - mean) * (v[i] - mean);
        next += i ? (v[i] - mean) * (v[i - 1] - mean) : 0;
    }
    *spread = all;
    return all > 0 ? inflation_of(next / all, (double)n) : 1;
}

/* Each value's rank among the n sorted ones, so that one outlier does not hide how the others hang
 * together. */
static void ranks(const double *v, size_t n, const double *sorted, size_t all, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = centred_rank(sorted, all, v[i]);
}

double stats_pair_inflation(const double *a, const double *b, size_t n)
{
    double sorted[2 * STATS_MOST], x[STATS_MOST], y[STATS_MOST], d[STATS_MOST], sx, sy, sd, spread;
    if (n < 3 || n > STATS_MOST)
        return 1;
    memcpy(sorted, a, n * sizeof *a);
    memcpy(sorted + n, b, n * sizeof *b);
    sort(sorted, 2 * n);
    ranks(a, n, sorted, 2 * n, x);
    ranks(b, n, sorted, 2 * n, y);
    double each = fmax(inflation_of_series(x, n, &sx), inflation_of_series(y, n, &sy));
    for (size_t i = 0; i < n; i++)
        x[i] -= y[i];
    double between = inflation_of_series(x, n, &sd);
    for (size_t i = 0; i < n; i++)
        sorted[i] = d[i] = a[i] - b[i];
    sort(sorted, n);
    ranks(d, n, sorted, n, y);
    between = fmax(between, inflation_of_series(y, n, &spread));
    double together = sx > 0 && sy > 0 ? (sx + sy - sd) / 2 / sqrt(sx * sy) : 0;
    return (together < TOGETHER ? fmax(between, each) : between) *
           fmax(1, sx + sy > 0 ? sd / (sx + sy) : 1);
}
