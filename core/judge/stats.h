/* Statistics without a distribution: trend of one series, difference of two. Pure functions of
 * their arguments; bounded: more than STATS_MOST points are refused. They judge nothing. No
 * allocation. */
#ifndef JUDGE_STATS_H
#define JUDGE_STATS_H

#include <stdbool.h>
#include <stddef.h>

#define STATS_MOST 200 /* points a side: 40,000 differences at most */

/* Upper quantile of the normal distribution: P(Z > z) = p, 0 < p <= 0.5. */
double stats_z(double p);

/* P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968):
 * median of the slopes of all pairs with different t, and its two-sided interval that errs with
 * probability `alpha`; 0: the interval is not asked for, it is open. Per unit of t. */
struct slope {
    double slope, low, high; /* low/high infinite when there are too few points for the band */
    double median;           /* of the values */
};

/* -1: fewer than 2 different t, or more than STATS_MOST points. t rises, values are finite. */
int stats_theil_sen(const double *t, const double *v, size_t n, double alpha, struct slope *out);

/* Mann (1945), Kendall (1975), ties by Kendall's variance, continuity corrected: the two-sided p
 * of "no trend"; *s (may be NULL) is the sum of signs. 1 when all values are equal. */
double stats_mann_kendall(const double *v, size_t n, double *s);

/* Mann and Whitney (1947), ties corrected, continuity corrected. */
struct rank_test {
    double u;   /* pairs in which a is greater, half for equal ones */
    double z;   /* of u, continuity corrected towards 0 */
    double p;   /* one-sided: a tends to be greater */
    double two; /* two-sided */
};

/* `inflation` >= 1 multiplies the variance (samples that depend on each other); 1 for none.
 * -1 when a side is empty or longer than STATS_MOST. */
int stats_mann_whitney(const double *a, size_t na, const double *b, size_t nb, double inflation,
                       struct rank_test *out);

/* Hodges and Lehmann (1963): median of all differences a - b, with the interval of the rank test
 * (Lehmann, "Nonparametrics", 1975, 2.6); each end errs with probability `alpha`. */
struct shift {
    double shift, low, high;
};
int stats_shift(const double *a, size_t na, const double *b, size_t nb, double inflation,
                double alpha, struct shift *out);

/* By how much dependence inflates the variance of U, at least 1, for two sides measured at the same
 * n moments: (1 + r) / (1 - r) with r a lag-1 autocorrelation, corrected for its bias in short
 * series (Marriott and Pope, Biometrika 41 (1954)) and one standard error up, Bartlett's
 * sqrt((1 - r r) / n): too careful rather than too sure. The largest counts of: the ranks of each
 * side; rank(a) - rank(b), of which U is half the sum plus n n / 2; the ranks of a - b. Sides that
 * move together (correlation of the ranks from 0.7 on) carry the same load, which cancels out of
 * the differences, so these alone are asked. More where the sides move against each other. */
double stats_pair_inflation(const double *a, const double *b, size_t n);

/* Median; sorts v. n >= 1. */
double stats_median(double *v, size_t n);

#endif
