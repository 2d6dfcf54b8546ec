/* Series and axis; see graph.h. The drawing is in graph_draw.c. */
#include "tui/graph.h"

#include <math.h>

#include "base/num.h"
#include "plan/cond.h"

/* Backfilled history may be coarser than the ticks. */
#define BACKFILL_STEP_MS 60000

/* First history slot at or after t_ms. */
static size_t slot_at(const struct state *s, int64_t t_ms)
{
    size_t lo = 0, hi = s->hist.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (hist_time(s, mid) < t_ms)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* How long a value stands for the time after it. */
static int64_t stands_ms(const struct state *s, const struct metric *m, int64_t t_ms)
{
    int64_t step = m->every_ms > s->plan->tick_ms ? m->every_ms : s->plan->tick_ms;
    step = step * 5 / 2;
    return t_ms < s->start_ms && step < BACKFILL_STEP_MS ? BACKFILL_STEP_MS : step;
}

static double worse(double a, double b, bool upward)
{
    if (isnan(a))
        return b;
    if (isnan(b))
        return a;
    return upward ? fmax(a, b) : fmin(a, b);
}

static void take(const struct state *s, size_t m,
                 double (*value)(const struct state *, size_t, size_t), int64_t from_ms,
                 int64_t to_ms, int n, struct series *out)
{
    const struct metric *pm = &s->plan->metrics[m];
    n = n > GRAPH_COLS ? GRAPH_COLS : n < 0 ? 0 : n;
    *out = (struct series){.n = n, .min = NAN, .max = NAN, .from_ms = from_ms, .to_ms = to_ms};
    size_t slot = slot_at(s, from_ms);
    double last = NAN;
    int64_t last_ms = INT64_MIN / 2;
    if (slot > 0) {
        last = value(s, m, slot - 1);
        last_ms = hist_time(s, slot - 1);
    }
    for (int i = 0; i < n; i++) {
        int64_t end = from_ms + (to_ms - from_ms) * (i + 1) / n;
        double v = NAN;
        bool any = false;
        for (; slot < s->hist.n && hist_time(s, slot) <= end; slot++) {
            last = value(s, m, slot);
            last_ms = hist_time(s, slot);
            v = worse(v, last, pm->upward);
            any = true;
            out->samples += !isnan(last);
        }
        if (!any && end - last_ms <= stands_ms(s, pm, last_ms))
            v = last;
        out->v[i] = v;
        if (!isnan(v)) {
            out->min = isnan(out->min) ? v : fmin(out->min, v);
            out->max = isnan(out->max) ? v : fmax(out->max, v);
        }
    }
}

void series_take(const struct state *s, size_t m, int64_t from_ms, int64_t to_ms, int n,
                 struct series *out)
{
    take(s, m, hist_value, from_ms, to_ms, n, out);
}

void series_take_other(const struct state *s, size_t m, int64_t from_ms, int64_t to_ms, int n,
                       struct series *out)
{
    take(s, m, side_hist, from_ms, to_ms, n, out);
}

void series_span(struct series *v, const struct series *other)
{
    v->min = isnan(other->min) ? v->min : isnan(v->min) ? other->min : fmin(v->min, other->min);
    v->max = isnan(other->max) ? v->max : isnan(v->max) ? other->max : fmax(v->max, other->max);
}

/* Largest of 1, 2, 5 times a power of ten that is not above v (v > 0). */
static double round_step(double v)
{
    double p = pow(10, floor(log10(v)));
    return v >= 5 * p ? 5 * p : v >= 2 * p ? 2 * p : p;
}

/* The lower end of the axis: far enough below the lowest value that the way to the first limit
 * (`top`) is seen in proportion, on a round number, and not below 0 for values that never are. */
static double axis_floor(double min, double top, double least)
{
    double lo = top - fmax((top - min) * 1.5, least);
    if (min >= 0 && lo < 0)
        return 0;
    double span = top - lo;
    double step = span > 0 ? round_step(span / 4) : 0;
    return step > 0 ? floor(lo / step) * step : lo;
}

/* Without a limit nothing says what is much: a change counts against the value itself, so that
 * noise of a few per cent is a flat line and no mountain. */
static void axis_free(struct axis *a, double min, double max)
{
    double span = fmax(max - min, 0.4 * fmax(fabs(min), fabs(max))), mid = (min + max) / 2;
    span = span > 0 ? span : 1;
    a->lo = mid - span * 0.65;
    if (min >= 0 && a->lo < 0)
        a->lo = 0;
    a->hi = mid + span * 0.65;
}

static bool first_limit(const struct metric *m, double baseline, double *warn, double *crit,
                        bool *has_crit)
{
    bool has_warn = m->warning.set && cond_limit(&m->warning, baseline, m->baseline_floor, warn);
    *has_crit = m->critical.set && cond_limit(&m->critical, baseline, m->baseline_floor, crit);
    return has_warn;
}

static bool strict(const struct cond *c)
{
    return c->op == CMP_GT || c->op == CMP_LT;
}

void axis_make(const struct metric *m, double baseline, const struct series *v, struct axis *out)
{
    double warn = NAN, crit = NAN;
    *out = (struct axis){.upward = m->upward};
    out->has_warn = first_limit(m, baseline, &warn, &crit, &out->has_crit);
    double sign = m->upward ? 1 : -1;
    double min = isnan(v->min) ? 0 : v->min, max = isnan(v->max) ? 1 : v->max;
    out->warn = sign * warn;
    out->crit = sign * crit;
    out->past_warn = strict(&m->warning);
    out->past_crit = strict(&m->critical);
    if (!m->upward) {
        double low = -max;
        max = -min;
        min = low;
    }
    if (!out->has_warn && !out->has_crit) {
        axis_free(out, min, max);
        return;
    }
    double top = out->has_warn ? out->warn : out->crit;
    double band = out->has_warn && out->has_crit ? out->crit - out->warn : fabs(top) / 5;
    double calm = isnan(baseline) ? min : fmin(min, sign * baseline);
    out->lo = axis_floor(calm, top, band > 0 ? band : 1);
    double last = out->has_crit ? out->crit : out->warn;
    double reach = out->has_warn && out->has_crit ? out->crit - out->warn : last - out->lo;
    out->hi = fmax(max, last + (reach > 0 ? reach : 1));
}

int axis_zone(const struct axis *a, double v)
{
    double d = a->upward ? v : -v;
    if (isnan(v))
        return 0;
    if (a->has_crit && num_cmp(d, a->crit) >= a->past_crit)
        return 2;
    return a->has_warn && num_cmp(d, a->warn) >= a->past_warn;
}
