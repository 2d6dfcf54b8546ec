/* The arrow beside a number: which way a least-squares line over the last 15 minutes goes. Never a
 * reason to decide. */
#include "judge/judge_int.h"

#include <math.h>

#define WINDOW_MS 900000
#define YOUNG_MS  300000
#define FEWEST    5
#define FLAT_PCT  10.0 /* REQUIREMENTS JDG-20: from 10 % of the mean it is a direction */

bool stage_is_young(const struct state *s)
{
    return s->stage >= 0 && s->stages[s->stage].at == STAGE_RUNNING &&
           stage_elapsed(s, s->stage, s->tick_ms) < YOUNG_MS;
}

/* Sums of a least-squares line, t in seconds before now. */
struct line {
    double n, t, v, tt, tv;
};

static void line_add(struct line *l, double t, double v)
{
    l->n++;
    l->t += t;
    l->v += v;
    l->tt += t * t;
    l->tv += t * v;
}

void trend_arrow(struct judge *j, const struct state *s, size_t metric)
{
    struct metric_verdict *out = &j->m[metric];
    struct line l = {0};
    int64_t first = s->tick_ms;
    for (size_t k = s->hist.n; k > 0; k--) {
        int64_t t = hist_time(s, k - 1);
        double v = hist_value(s, metric, k - 1);
        if (s->tick_ms - t > WINDOW_MS)
            break;
        if (isnan(v))
            continue;
        line_add(&l, (double)(t - s->tick_ms) / 1000, v);
        first = t;
    }
    double spread = l.n * l.tt - l.t * l.t;
    out->trend = 2;
    if (l.n < FEWEST || spread <= 0)
        return;
    double slope = (l.n * l.tv - l.t * l.v) / spread, mean = l.v / l.n;
    double change = slope * (double)(s->tick_ms - first) / 1000;
    bool moves = fabs(change) >= fabs(mean) * FLAT_PCT / 100 && change != 0;
    out->trend = !moves ? 0 : change > 0 ? 1 : -1;
    out->worsening = moves && (change > 0) == j->plan->metrics[metric].upward;
}
