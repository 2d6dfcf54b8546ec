/* Values of the simulated world: effects grow and fade, noise is a hash of the time, windows are
 * means over scrapes, counters are sums. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/model_impl.h"

static double grow(double level, int64_t dt_ms, int64_t over_ms)
{
    return over_ms <= 0 ? 1 : fmin(1, level + (double)dt_ms / (double)over_ms);
}

static double fade(double level, int64_t dt_ms, int64_t heal_ms)
{
    if (dt_ms <= 0 || level <= 0)
        return level;
    return heal_ms <= 0 ? 0 : fmax(0, level - (double)dt_ms / (double)heal_ms);
}

/* Level within a repeating run; each cycle begins at 0 (the parser makes sure it fits). */
static double cycle_level(const struct when *w, int64_t since_ms, int64_t over_ms, int64_t heal_ms)
{
    int64_t at = since_ms % w->every_ms;
    if (at < w->for_ms)
        return grow(0, at, over_ms);
    return fade(grow(0, w->for_ms, over_ms), at - w->for_ms, heal_ms);
}

double model_level(const struct model *m, const struct when *w, int64_t over_ms, int64_t heal_ms,
                   int64_t t_ms)
{
    double level = 0;
    int64_t at = m->start_ms;
    struct run r;
    for (size_t i = 0; model_run(m, w, &i, &r) && r.from_ms <= t_ms;) {
        int64_t from = r.from_ms + w->after_ms, to = r.to_ms < t_ms ? r.to_ms : t_ms;
        if (from <= to && w->every_ms) {
            level = cycle_level(w, to - from, over_ms, heal_ms);
            at = to;
        } else if (from <= to) {
            int64_t end = w->for_ms && from + w->for_ms < to ? from + w->for_ms : to;
            level = grow(fade(level, from - at, heal_ms), end - from, over_ms);
            level = fade(level, to - end, heal_ms);
            at = to;
        }
        if (r.killed && r.to_ms <= t_ms) { /* the switch stops effects at once */
            level = 0;
            at = r.to_ms;
        }
    }
    return fade(level, t_ms - at, heal_ms);
}

/* splitmix64 (Steele, Lea, Flood 2014) as a hash: the k-th number of a stream, in [-1, 1]. */
static double hash_unit(uint64_t seed, int64_t k)
{
    uint64_t z = seed + 0x9e3779b97f4a7c15u * (uint64_t)(k + 1);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return (double)(z >> 11) * (2.0 / 9007199254740992.0) - 1;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/* Value noise: random nodes every `period`, joined smoothly. */
static double smooth_noise(uint64_t seed, int64_t t_ms, int64_t period_ms)
{
    int64_t k = floor_div(t_ms, period_ms);
    double x = (double)(t_ms - k * period_ms) / (double)period_ms;
    double a = hash_unit(seed, k), b = hash_unit(seed, k + 1);
    return a + (b - a) * x * x * (3 - 2 * x);
}

static double noise(const struct signal *s, int64_t t_ms)
{
    if (s->noise <= 0)
        return 0;
    return s->noise * (0.7 * smooth_noise(s->seed, t_ms, s->period_ms) +
                       0.3 * smooth_noise(~s->seed, t_ms, s->period_ms / 7 + 1));
}

static double changed(double v, const struct effect *e, double level)
{
    switch (e->change) {
    case CHANGE_ADD:
        return v + e->value * level;
    case CHANGE_TIMES:
        return v * (1 + (e->value - 1) * level);
    default:
        return v + (e->value - v) * level;
    }
}

double model_signal(const struct model *m, int signal, int64_t t_ms)
{
    if (signal == SIGNAL_WEIGHT)
        return model_effective(m, t_ms);
    if (signal == SIGNAL_KILLED)
        return model_killed(m, t_ms) ? 1 : 0;
    const struct forced *f = model_forced(m, FORCE_SIGNAL, signal, "", t_ms);
    if (f && !isnan(f->value))
        return f->value;
    const struct signal *s = &m->sc->signal[signal];
    double v = s->base + s->load * model_effective(m, t_ms) / 100;
    for (size_t i = 0; i < m->sc->n_effects; i++) {
        const struct effect *e = &m->sc->effect[i];
        if (e->signal == signal)
            v = changed(v, e, model_level(m, &e->when, e->over_ms, e->heal_ms, t_ms));
    }
    return fmin(s->max, fmax(s->min, v + noise(s, t_ms)));
}

static double compare(enum pq_op op, double a, double b)
{
    bool hit = op == PQ_OP_EQ   ? !(a < b || a > b)
               : op == PQ_OP_NE ? a < b || a > b
               : op == PQ_OP_LE ? a <= b
               : op == PQ_OP_LT ? a < b
               : op == PQ_OP_GE ? a >= b
                                : a > b;
    return hit ? 1 : 0;
}

double model_expr(const struct model *m, const struct pq_node *n, int64_t t_ms)
{
    if (n->kind == PQ_NUM)
        return n->num;
    if (n->kind == PQ_SELECT)
        return model_signal(m, n->signal, t_ms);
    double a = model_expr(m, n->arg[0], t_ms);
    if (n->kind == PQ_NEG)
        return -a;
    double b = model_expr(m, n->arg[1], t_ms);
    switch (n->op) {
    case PQ_ADD:
        return a + b;
    case PQ_SUB:
        return a - b;
    case PQ_MUL:
        return a * b;
    case PQ_DIV:
        return a / b;
    case PQ_MOD:
        return fmod(a, b);
    case PQ_POW:
        return pow(a, b);
    default:
        return compare(n->op, a, b);
    }
}

bool model_gone(const struct model *m, const char *metric, int64_t t_ms)
{
    const struct forced *f = model_forced(m, FORCE_GONE, 0, metric, t_ms);
    if (f)
        return f->value > 0;
    for (size_t i = 0; i < m->sc->n_gone; i++)
        if (!strcmp(m->sc->gone[i].metric, metric) && model_when(m, &m->sc->gone[i].when, t_ms))
            return true;
    return false;
}

static bool stalled(const struct model *m, int64_t t_ms)
{
    const struct forced *f = model_forced(m, FORCE_STALL, 0, "", t_ms);
    if (f)
        return f->value > 0;
    for (size_t i = 0; i < m->sc->n_stalls; i++)
        if (model_when(m, &m->sc->stall[i].when, t_ms))
            return true;
    return false;
}

int64_t model_scrape(const struct model *m, int64_t t_ms)
{
    int64_t step = m->sc->scrape_ms, at = floor_div(t_ms, step) * step;
    int64_t oldest = m->start_ms - HISTORY_MS;
    for (; at > t_ms - LOOKBACK_MS && at >= oldest; at -= step)
        if (!stalled(m, at))
            return at;
    return INT64_MIN;
}

#define WINDOW_POINTS 20

double model_window(const struct model *m, const struct pq_node *n, int64_t t_ms, int64_t window_ms)
{
    int64_t scrape = m->sc->scrape_ms, at = floor_div(t_ms, scrape) * scrape;
    int64_t points = window_ms / scrape, oldest = m->start_ms - HISTORY_MS;
    points = points < 1 ? 1 : points > WINDOW_POINTS ? WINDOW_POINTS : points;
    int64_t step = window_ms / points / scrape * scrape;
    if (step < scrape)
        step = scrape;
    /* A kill switch stops the canary's processes: their counters begin anew behind it. */
    int64_t kill = model_last_kill(m, t_ms);
    double sum = 0;
    int used = 0;
    for (int64_t i = 0; i < points; i++, at -= step) {
        if (at < oldest || (at < kill && used))
            break;
        if (!stalled(m, at)) {
            sum += model_expr(m, n, at < kill ? kill : at);
            used++;
        }
    }
    return used ? sum / used : NAN;
}

#define SUM_STEP_MS 10000

/* When something was next done after t, or `end`. */
static int64_t next_change(const struct model *m, int64_t t_ms, int64_t end)
{
    for (size_t i = m->n_acts; i-- > 0 && m->act[i].t_ms > t_ms;)
        end = m->act[i].t_ms < end ? m->act[i].t_ms : end;
    for (size_t i = m->n_forced; i-- > 0 && m->forced[i].t_ms > t_ms;)
        end = m->forced[i].t_ms < end ? m->forced[i].t_ms : end;
    return end;
}

/* Each step counts with the value at its beginning and ends where something was done: what comes
 * later changes nothing of it, so no counter ever falls. */
static double sum_of(const struct model *m, const struct pq_node *n, int64_t from, int64_t to)
{
    double sum = 0;
    while (from < to) {
        int64_t end = next_change(m, from, to - from < SUM_STEP_MS ? to : from + SUM_STEP_MS);
        double v = model_expr(m, n, from);
        if (v > 0)
            sum += v * (double)(end - from) / 1000;
        from = end;
    }
    return sum;
}

double model_counter(struct model *m, size_t series, int64_t t_ms)
{
    const struct series *def = &m->sc->series[series];
    const struct pq_node *n = def->expr[def->kind == SERIES_HISTOGRAM ? 3 : 0]->root;
    struct sums *s = &m->sums[series];
    int64_t origin = m->start_ms - HISTORY_MS;
    if (t_ms <= origin)
        return 0;
    if (!s->at)
        s->at = xzalloc(COUNTER_STEPS, sizeof *s->at);
    /* Sums are remembered only up to the newest thing done: behind it acts may still come. */
    int64_t safe = t_ms < m->newest_ms ? t_ms : m->newest_ms;
    int64_t steps = (t_ms - origin) / COUNTER_STEP_MS, known = (safe - origin) / COUNTER_STEP_MS;
    if (steps >= COUNTER_STEPS)
        steps = COUNTER_STEPS - 1;
    for (; (int64_t)s->n < known && s->n + 1 < COUNTER_STEPS; s->n++)
        s->at[s->n + 1] = s->at[s->n] + sum_of(m, n, origin + (int64_t)s->n * COUNTER_STEP_MS,
                                               origin + (int64_t)(s->n + 1) * COUNTER_STEP_MS);
    int64_t from = steps < (int64_t)s->n ? steps : (int64_t)s->n;
    return floor(s->at[from] + sum_of(m, n, origin + from * COUNTER_STEP_MS, t_ms));
}
