#!/usr/bin/env python3
"""Writes trend.csv and compare.csv with numpy and scipy, for tests/unit/test_stats.c.

Needed only to record anew (python3-scipy); the tests read the files alone. Slopes are those of
scipy.stats.theilslopes, rank tests those of scipy.stats.mannwhitneyu. scipy has no continuity
correction for Kendall's S, no Hodges-Lehmann interval, and rounds the ranks of interval ends to the
nearest where the program rounds outwards: these are computed here with numpy and held against scipy
as far as it goes.
"""
import math
import os
import numpy as np
from scipy import stats

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(20260201)


def text(values):
    return " ".join(repr(float(v)) for v in values)


def ends(ordered, reach):
    n = len(ordered)
    rank = math.floor((n - reach) / 2)
    if rank < 1:
        return -math.inf, math.inf
    return ordered[rank - 1], ordered[n - rank]


def kendall(y):
    n = len(y)
    s = float(np.sign(y[None, :] - y[:, None])[np.triu_indices(n, 1)].sum())
    _, c = np.unique(y, return_counts=True)
    var = (n * (n - 1) * (2 * n + 5) - (c * (c - 1) * (2 * c + 5)).sum()) / 18
    if var <= 0:
        return 1.0, s, 0.0
    plain = stats.kendalltau(np.arange(n), y, method="asymptotic").pvalue
    assert abs(2 * stats.norm.sf(abs(s) / math.sqrt(var)) - plain) < 1e-9
    return min(1.0, 2 * stats.norm.sf(max(abs(s) - 1, 0) / math.sqrt(var))), s, math.sqrt(var)


def trend(name, x, y):
    p, s, sigma = kendall(y)
    slope = stats.theilslopes(y, x, alpha=0.95)
    d = np.sort([(y[j] - y[i]) / (x[j] - x[i])
                 for i in range(len(x)) for j in range(i + 1, len(x)) if x[j] > x[i]])
    low, high = ends(d, stats.norm.isf(0.025) * sigma)
    assert abs(np.median(d) - slope[0]) < 1e-12
    assert low <= slope[2] and slope[3] <= high
    return f"{name}|{text(x)}|{text(y)}|{text([slope[0], low, high, np.median(y), p, s])}"


def compare(name, x, y):
    worse = stats.mannwhitneyu(x, y, alternative="greater", method="asymptotic")
    two = stats.mannwhitneyu(x, y, alternative="two-sided", method="asymptotic")
    d = np.sort(np.subtract.outer(x, y).ravel())
    n, m = len(x), len(y)
    sigma = math.sqrt(n * m * (n + m + 1) / 12)
    low, high = ends(d, 2 * stats.norm.isf(0.025) * sigma)
    want = [worse.statistic, worse.pvalue, two.pvalue, np.median(d), low, high]
    return f"{name}|{text(x)}|{text(y)}|{text(want)}"


def lag1(v):
    d = v - v.mean()
    all_ = float((d * d).sum())
    if all_ <= 0:
        return 1.0, all_
    n = len(v)
    r = float((d[1:] * d[:-1]).sum()) / all_
    r += (1 + 4 * r) / n + math.sqrt(max(1 - r * r, 0) / n)
    r = min(r, 0.99)
    return ((1 + r) / (1 - r) if r > 0 else 1.0), all_


def pairs(name, a, b):
    """Inflation of the variance of U for moments of both sides (core/judge/stats.h)."""
    n = len(a)
    ranks = stats.rankdata(np.concatenate([a, b]))
    x, y = ranks[:n], ranks[n:]
    (ix, sx), (iy, sy), (between, sd) = lag1(x), lag1(y), lag1(x - y)
    between = max(between, lag1(stats.rankdata(a - b))[0])
    together = np.corrcoef(x, y)[0, 1] if sx > 0 and sy > 0 else 0.0
    want = between if together >= 0.7 else max(between, ix, iy)
    want *= max(1.0, sd / (sx + sy) if sx + sy > 0 else 1.0)
    return f"{name}|{text(a)}|{text(b)}|{text([want])}"


def write(name, head, rows):
    with open(os.path.join(HERE, name), "w", encoding="ascii") as f:
        f.write(head + "\n" + "\n".join(rows) + "\n")


def main():
    rows = []
    for k, n in enumerate([5, 6, 8, 10, 15, 20, 30, 45, 60, 120, 200]):
        x = np.arange(n) * 5.0
        rows.append(trend(f"rising-{n}", x, 140 + 0.02 * k * x + rng.normal(0, 3, n)))
        rows.append(trend(f"ties-{n}", x, np.floor(rng.exponential(2, n)) + (x > 40)))
    gaps = np.sort(rng.choice(np.arange(0, 900, 5), 40, replace=False)).astype(float)
    rows.append(trend("gaps", gaps, 100 - 0.03 * gaps + rng.standard_cauchy(40)))
    rows.append(trend("flat", np.arange(12) * 5.0, np.full(12, 0.2)))
    write("trend.csv", "# name|t|value|slope low95 high95 median mann-kendall-p S", rows)
    rows = []
    for n, m in [(10, 10), (10, 15), (5, 7), (3, 3), (30, 30), (60, 59), (200, 200), (12, 180)]:
        rows.append(compare(f"normal-{n}-{m}", rng.normal(142, 4, n), rng.normal(139, 4, m)))
        rows.append(compare(f"ties-{n}-{m}", np.floor(rng.exponential(2, n)),
                            np.floor(rng.exponential(1.5, m))))
        rows.append(compare(f"better-{n}-{m}", rng.lognormal(0, 1, n), rng.lognormal(1, 1, m)))
    write("compare.csv", "# name|a|b|U p-greater p-two-sided shift low95 high95", rows)
    rows = []
    for n in [10, 12, 30, 60, 120, 200]:
        load = 20 * np.sin(np.arange(n) / 9)
        rows.append(pairs(f"independent-{n}", rng.normal(142, 4, n), rng.normal(139, 4, n)))
        rows.append(pairs(f"load-{n}", 142 + load + rng.normal(0, 1, n), 139 + load + rng.normal(0, 1, n)))
        rows.append(pairs(f"wander-{n}", np.cumsum(rng.normal(0, 1, n)), np.cumsum(rng.normal(0, 1, n))))
        rows.append(pairs(f"against-{n}", load + rng.normal(0, 1, n), rng.normal(0, 1, n) - load))
        rows.append(pairs(f"ties-{n}", np.floor(rng.exponential(2, n)), np.floor(rng.exponential(2, n))))
    rows.append(pairs("parted", np.full(20, 2.0), np.full(20, 1.0)))
    write("pairs.csv", "# name|a|b|inflation", rows)


main()
