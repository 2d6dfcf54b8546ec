/* The arrow beside a number: which way a least-squares line over the last 15 minutes goes. Never a
 * reason to decide. */
#include "judge/judge_int.h"

#include <math.h>

#define WINDOW_MS 900000
#define FEWEST    5
#define FLAT_PCT  10.0 /* REQUIREMENTS JDG-20: from 10 % of the mean it is a direction */
#define MOST      256  /* points of a line; of a denser history every second, third … */

/* Sums of a least-squares line, t in seconds before now. */
struct line {
    double n, t, v, tt, tv;
    int64_t first_ms;
};

static size_t slots_within(const struct state *s, int64_t now_ms)
{
    size_t lo = 0, hi = s->hist.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (hist_time(s, mid) < now_ms - WINDOW_MS)
            lo = mid + 1;
        else
            hi = mid;
    }
    return s->hist.n - lo;
}

static void gather(const struct look *k, size_t metric, struct line *l)
{
    size_t n = slots_within(k->s, k->now_ms), step = n / MOST + 1;
    for (size_t back = 0; back < n; back += step) {
        size_t slot = k->s->hist.n - 1 - back;
        double v = hist_value(k->s, metric, slot);
        int64_t at = hist_time(k->s, slot);
        double t = (double)(at - k->now_ms) / 1000;
        if (isnan(v))
            continue;
        l->n++;
        l->t += t;
        l->v += v;
        l->tt += t * t;
        l->tv += t * v;
        l->first_ms = at;
    }
}

void trend_arrow(const struct look *k, size_t metric)
{
    struct line l = {0};
    k->v->trend = 2;
    k->v->worsening = false;
    gather(k, metric, &l);
    double spread = l.n * l.tt - l.t * l.t;
    if (l.n < FEWEST || spread <= 0)
        return;
    double slope = (l.n * l.tv - l.t * l.v) / spread, mean = l.v / l.n;
    double change = slope * (double)(k->now_ms - l.first_ms) / 1000;
    bool moves = fabs(change) >= fabs(mean) * FLAT_PCT / 100 && change != 0;
    k->v->trend = !moves ? 0 : change > 0 ? 1 : -1;
    k->v->worsening = moves && k->m->judged && (change > 0) == k->m->upward;
}
