/* What was done to the simulated world, and when things hold because of it. */
#include "sim/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/model_impl.h"

struct model *model_new(const struct scenario *sc, int64_t start_ms)
{
    struct model *m = xzalloc(1, sizeof *m);
    m->sc = sc;
    m->start_ms = start_ms;
    m->newest_ms = start_ms;
    m->act[0].t_ms = INT64_MIN;
    m->n_acts = 1;
    m->sums = xzalloc(sc->n_series + 1, sizeof *m->sums);
    return m;
}

void model_free(struct model *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->sc->n_series; i++)
        free(m->sums[i].at);
    free(m->sums);
    free(m);
}

const struct scenario *model_scenario(const struct model *m)
{
    return m->sc;
}

int64_t model_start(const struct model *m)
{
    return m->start_ms;
}

static void act_add(struct model *m, int64_t t_ms, double weight, bool killed, bool executed)
{
    if (m->n_acts == MODEL_ACTS_MAX) { /* the oldest act becomes what holds since ever */
        memmove(&m->act[0], &m->act[1], (MODEL_ACTS_MAX - 1) * sizeof *m->act);
        m->act[0].t_ms = INT64_MIN;
        m->n_acts--;
    }
    if (t_ms > m->newest_ms)
        m->newest_ms = t_ms;
    m->act[m->n_acts++] = (struct act){m->newest_ms, weight, killed, executed};
}

void model_set_weight(struct model *m, int64_t t_ms, double weight)
{
    const struct act *last = &m->act[m->n_acts - 1];
    if (last->weight < weight || last->weight > weight)
        act_add(m, t_ms, weight, last->killed, last->executed);
}

void model_set_killed(struct model *m, int64_t t_ms, bool killed)
{
    const struct act *last = &m->act[m->n_acts - 1];
    if (last->killed != killed)
        act_add(m, t_ms, last->weight, killed, last->executed);
}

void model_set_executed(struct model *m, int64_t t_ms, bool executed)
{
    const struct act *last = &m->act[m->n_acts - 1];
    if (last->executed != executed)
        act_add(m, t_ms, last->weight, last->killed, executed);
}

void model_touch(struct model *m, int64_t t_ms)
{
    if (t_ms > m->newest_ms)
        m->newest_ms = t_ms;
}

static int force(struct model *m, const struct forced *f)
{
    if (m->n_forced == MODEL_FORCED_MAX)
        return -1;
    if (f->t_ms > m->newest_ms)
        m->newest_ms = f->t_ms;
    m->forced[m->n_forced] = *f;
    m->forced[m->n_forced++].t_ms = m->newest_ms;
    return 0;
}

int model_force_signal(struct model *m, int64_t t_ms, int signal, double value)
{
    struct forced f = {.what = FORCE_SIGNAL, .t_ms = t_ms, .signal = signal, .value = value};
    return force(m, &f);
}

int model_force_gone(struct model *m, int64_t t_ms, const char *metric, bool gone)
{
    struct forced f = {.what = FORCE_GONE, .t_ms = t_ms, .value = gone ? 1 : 0};
    str_copy(f.metric, sizeof f.metric, metric);
    return force(m, &f);
}

int model_force_stall(struct model *m, int64_t t_ms, bool stalled)
{
    struct forced f = {.what = FORCE_STALL, .t_ms = t_ms, .value = stalled ? 1 : 0};
    return force(m, &f);
}

const struct forced *model_forced(const struct model *m, int what, int signal, const char *metric,
                                  int64_t t_ms)
{
    for (size_t i = m->n_forced; i-- > 0;) {
        const struct forced *f = &m->forced[i];
        if ((int)f->what == what && f->t_ms <= t_ms && f->signal == signal &&
            !strcmp(f->metric, metric))
            return f;
    }
    return NULL;
}

double act_effective(const struct act *a)
{
    return a->killed ? 0 : a->weight;
}

const struct act *model_act(const struct model *m, int64_t t_ms)
{
    size_t i = m->n_acts - 1;
    while (i > 0 && m->act[i].t_ms > t_ms)
        i--;
    return &m->act[i];
}

double model_weight(const struct model *m, int64_t t_ms)
{
    return model_act(m, t_ms)->weight;
}

double model_effective(const struct model *m, int64_t t_ms)
{
    return act_effective(model_act(m, t_ms));
}

bool model_killed(const struct model *m, int64_t t_ms)
{
    return model_act(m, t_ms)->killed;
}

int64_t model_last_kill(const struct model *m, int64_t t_ms)
{
    for (size_t i = m->n_acts - 1; i > 0; i--)
        if (m->act[i].t_ms <= t_ms && m->act[i].killed && !m->act[i - 1].killed)
            return m->act[i].t_ms;
    return INT64_MIN;
}

static bool holds(const struct when *w, const struct act *a)
{
    double eff = act_effective(a);
    if (w->anchor == ANCHOR_EXECUTE)
        return a->executed && !a->killed;
    return w->anchor == ANCHOR_TRAFFIC ? eff > 0 : eff >= w->weight;
}

bool model_run(const struct model *m, const struct when *w, size_t *i, struct run *out)
{
    if (w->anchor == ANCHOR_START) {
        *out = (struct run){m->start_ms, INT64_MAX, false};
        return (*i)++ == 0;
    }
    while (*i < m->n_acts && !holds(w, &m->act[*i]))
        (*i)++;
    if (*i == m->n_acts)
        return false;
    /* A run that began before what is remembered counts from the start. */
    out->from_ms = m->act[*i].t_ms == INT64_MIN ? m->start_ms : m->act[*i].t_ms;
    while (*i < m->n_acts && holds(w, &m->act[*i]))
        (*i)++;
    out->to_ms = *i < m->n_acts ? m->act[*i].t_ms : INT64_MAX;
    out->killed = *i < m->n_acts && m->act[*i].killed;
    return true;
}

int64_t model_when_left(const struct model *m, const struct when *w, int64_t t_ms)
{
    struct run r;
    for (size_t i = 0; model_run(m, w, &i, &r) && r.from_ms <= t_ms;) {
        int64_t since = t_ms - r.from_ms - w->after_ms;
        if (t_ms >= r.to_ms || since < 0)
            continue;
        if (w->every_ms)
            since %= w->every_ms;
        if (w->for_ms)
            return since < w->for_ms ? w->for_ms - since : 0;
        return INT64_MAX;
    }
    return 0;
}

bool model_when(const struct model *m, const struct when *w, int64_t t_ms)
{
    return model_when_left(m, w, t_ms) > 0;
}
