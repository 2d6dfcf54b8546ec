/* Where a metric goes: Theil-Sen line and Mann-Kendall test over `trend_window` or the stage, and
 * when it would meet its next limit (CONTRACT 5.6, 5.9). Whether that holds a gate is said in
 * trend_gate.c; nothing here ever lets one open. */
#include "judge/judge_int.h"

#include <math.h>

#include "base/num.h"
#include "judge/stats.h"

#define FEWEST     5
#define MOVES_PCT  10.0 /* of the median: from there it is a direction */
#define TREND_P    0.05
#define BAND_ALPHA 0.05

/* Oldest first; t in seconds before now. */
struct points {
    double t[STATS_MOST], v[STATS_MOST];
    size_t n;
};

/* Slots with a value of its own within the window, newest first. A metric that is asked more
 * seldom than the tick stands in several slots and counts once. */
static size_t slots_of(const struct look *k, size_t metric, int64_t from_ms, uint16_t *slots)
{
    const struct history *h = &k->s->hist;
    const double *values = k->s->metrics[metric].hist;
    int64_t apart = k->m->every_ms - k->s->plan->tick_ms / 2, taken = INT64_MAX;
    size_t n = 0;
    for (size_t i = h->n; i-- > 0;) {
        size_t slot = (h->start + i) % HIST_CAP;
        int64_t at = h->t_ms[slot];
        if (at < from_ms)
            break;
        if (isnan(values[slot]) || (n && taken - at < apart))
            continue;
        taken = at;
        slots[n++] = (uint16_t)i;
    }
    return n;
}

/* Of a longer history every second, third … value, counted from the newest. */
static void gather(const struct look *k, size_t metric, int64_t from_ms, size_t most,
                   struct points *p)
{
    uint16_t slots[HIST_CAP];
    size_t n = slots_of(k, metric, from_ms, slots), step = n <= most ? 1 : (n + most - 1) / most;
    p->n = 0;
    for (size_t left = n ? (n - 1) / step + 1 : 0; left-- > 0; p->n++) {
        size_t slot = slots[left * step];
        p->t[p->n] = (double)(hist_time(k->s, slot) - k->now_ms) / 1000;
        p->v[p->n] = hist_value(k->s, metric, slot);
    }
}

static double seconds_to(double distance, double slope)
{
    return slope != 0 && distance / slope > 0 ? distance / slope : INFINITY;
}

/* The next limit that is not broken yet. */
struct ahead {
    bool known;
    int level;
    double toward; /* 1: reached by rising, -1: by falling */
    double distance;
};

static struct ahead look_ahead(const struct look *k)
{
    struct ahead a = {.level = LEVEL_WARNING};
    double limit, base = k->v->base, value = k->v->value;
    if (k->v->watch[LEVEL_WARNING].hit || !k->m->warning.set)
        a.level = LEVEL_CRITICAL;
    const struct cond *c = level_cond(k->m, a.level);
    if (isnan(value) || !cond_limit(c, base, k->m->baseline_floor, &limit))
        return a;
    a.toward = cond_upward(c) ? 1 : -1;
    a.distance = limit - value;
    a.known = !k->v->watch[a.level].hit && a.distance * a.toward > 0;
    return a;
}

/* Time until then, at the slopes of the band. */
static void foresee(const struct look *k, const struct ahead *a, const struct slope *s)
{
    struct forecast *f = &k->v->reach;
    if (!a->known)
        return;
    f->level = a->level;
    f->known = true;
    if (!(s->low > 0 || s->high < 0) || s->slope * a->toward <= 0)
        return;
    f->foreseen = true;
    f->s = seconds_to(a->distance, s->slope);
    f->soonest_s = seconds_to(a->distance, a->toward > 0 ? s->high : s->low);
    f->latest_s = seconds_to(a->distance, a->toward > 0 ? s->low : s->high);
}

static int64_t window_from(const struct look *k)
{
    const struct state *s = k->s;
    int64_t from = k->now_ms - s->plan->rules.trend_window_ms;
    if (s->stage >= 0 && s->stages[s->stage].at == STAGE_RUNNING &&
        s->stages[s->stage].clock_ms > from)
        from = s->stages[s->stage].clock_ms;
    return from;
}

void trend_look(const struct look *k, size_t metric, size_t most)
{
    struct points p;
    struct slope s;
    struct metric_verdict *v = k->v;
    v->trend = 2;
    v->worsening = false;
    v->reach = (struct forecast){0};
    v->drift = (struct drift){.p = 1};
    gather(k, metric, window_from(k), most < STATS_MOST ? most : STATS_MOST, &p);
    if (p.n < FEWEST)
        return;
    struct ahead ahead = look_ahead(k);
    double way;
    v->drift.p = stats_mann_kendall(p.v, p.n, &way);
    if (most < STATS_MOST && v->drift.p >= TREND_P) { /* flat, seen without the dearer slope */
        v->trend = 0;
        foresee(k, &ahead, &(struct slope){0});
        return;
    }
    bool nearer = ahead.known && way * ahead.toward > 0; /* else nothing asks for the band */
    if (stats_theil_sen(p.t, p.v, p.n, nearer ? BAND_ALPHA : 0, &s) < 0)
        return;
    v->drift.n = (int)p.n;
    v->drift.span_ms = (int64_t)((p.t[p.n - 1] - p.t[0]) * 1000);
    v->drift.change = s.slope * (p.t[p.n - 1] - p.t[0]);
    v->drift.of = fabs(s.median);
    /* A counter is judged as a sum, which only ever rises: that alone is no trend. */
    bool moves = v->drift.change != 0 && v->drift.p < TREND_P &&
                 fabs(v->drift.change) >= v->drift.of * MOVES_PCT / 100;
    v->trend = !moves ? 0 : v->drift.change > 0 ? 1 : -1;
    v->worsening = moves && k->m->judged && !k->m->counter && (v->drift.change > 0) == k->m->upward;
    foresee(k, &ahead, &s);
}
