/* Baseline and after values: the median (or as the plan says) of the valid samples of the step
 * (REQUIREMENTS BAS-1 to BAS-5). */
#include "base/json.h"
#include "director/director_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double reduce(enum baseline_reduce how, double *v, int n)
{
    double sum = 0;
    if (!n)
        return NAN;
    qsort(v, (size_t)n, sizeof *v, by_value);
    for (int i = 0; i < n; i++)
        sum += v[i];
    switch (how) {
    case BASELINE_MEDIAN:
        return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
    case BASELINE_MEAN:
        return sum / n;
    case BASELINE_MIN:
        return v[0];
    case BASELINE_MAX:
        return v[n - 1];
    }
    return NAN;
}

/* A metric that is asked more seldom than the tick stands unchanged in the ticks between: those are
 * no samples. */
double baseline_of(const struct state *s, size_t metric, int64_t from_ms, int64_t until_ms, int *n)
{
    double v[HIST_CAP];
    int64_t every = s->plan->metrics[metric].every_ms - s->plan->tick_ms / 2, last = 0;
    *n = 0;
    for (size_t i = 0; i < s->hist.n; i++) {
        int64_t t = hist_time(s, i);
        double x = hist_value(s, metric, i);
        if (t < from_ms || t >= until_ms || !isfinite(x) || (last && t - last < every))
            continue;
        v[(*n)++] = x;
        last = t;
    }
    return reduce(s->plan->baseline_reduce, v, *n);
}

static bool limit_relative(const struct first_limit *l, size_t n, size_t metric)
{
    for (size_t i = 0; i < n; i++)
        if (l[i].metric == metric &&
            (l[i].cond.ref == COND_CHANGE_PCT || l[i].cond.ref == COND_CHANGE_ABS))
            return true;
    return false;
}

static bool first_relative(const struct stage_first *f, size_t metric)
{
    return limit_relative(f->warning, f->n_warning, metric) ||
           limit_relative(f->critical, f->n_critical, metric);
}

bool metric_relative(const struct plan *p, size_t metric)
{
    const struct metric *m = &p->metrics[metric];
    const struct cond *all[] = {&m->notice, &m->warning, &m->alert_at, &m->critical};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i]->set && (all[i]->ref == COND_CHANGE_PCT || all[i]->ref == COND_CHANGE_ABS))
            return true;
    for (size_t i = 0; i < p->n_stages; i++)
        if (first_relative(&p->stages[i].first, metric))
            return true;
    for (size_t i = 0; i < p->n_stages; i++)
        for (size_t k = 0; k < p->stages[i].n_pass; k++) {
            const struct pass_cond *c = &p->stages[i].pass[k];
            if (c->metric == metric &&
                (c->cond.ref == COND_CHANGE_PCT || c->cond.ref == COND_CHANGE_ABS))
                return true;
        }
    return false;
}

bool baseline_missing(const struct state *s, int *metric)
{
    for (size_t m = 0; m < s->plan->n_metrics; m++)
        if (s->plan->metrics[m].in_baseline && metric_relative(s->plan, m) &&
            isnan(s->metrics[m].baseline)) {
            *metric = (int)m;
            return true;
        }
    return false;
}

static void begin(const struct where *w, const char *set, int64_t until_ms, struct event_list *out)
{
    struct event *ev = director_event(w->s, EV_BASELINE);
    json_add_str(ev->body, "set", set);
    json_add_str(ev->body, "op", "begin");
    json_add_int(ev->body, "until_ms", until_ms);
    if (!strcmp(set, "baseline") && w->s->times.retake_ms) {
        json_add_bool(ev->body, "again", true);
        json_add_str(ev->body, "by", w->s->times.retake_by);
        json_add_str(ev->body, "why", w->s->times.retake_why);
    }
    event_list_add(out, ev);
}

/* What is on the tape stays: only the missing values are added, unless a person had it taken again;
 * the values it replaces stand beside the new ones then (BAS-4). */
static void done(const struct where *w, bool after, int64_t from_ms, int64_t until_ms,
                 struct event_list *out)
{
    struct event *ev = director_event(w->s, EV_BASELINE);
    json_add_str(ev->body, "set", after ? "after" : "baseline");
    json_add_str(ev->body, "op", "done");
    cJSON *values = json_add_obj(ev->body, "values");
    cJSON *samples = json_add_obj(ev->body, "samples");
    cJSON *why = json_add_obj(ev->body, "why"), *old = NULL;
    bool again = !after && w->s->times.retake_ms;
    if (again)
        old = json_add_obj(ev->body, "old");
    for (size_t m = 0; m < w->plan->n_metrics; m++) {
        const struct metric *pm = &w->plan->metrics[m];
        int n;
        if (after ? !pm->in_after
                  : !pm->in_baseline ||
                        (!again && w->s->baseline_done && !isnan(w->s->metrics[m].baseline)))
            continue;
        if (again)
            json_add_num(old, pm->id, w->s->metrics[m].baseline);
        double v = baseline_of(w->s, m, from_ms, until_ms, &n);
        json_add_num(values, pm->id, v);
        json_add_int(samples, pm->id, n);
        if (!n)
            json_add_str(why, pm->id, "no valid sample in the window");
    }
    event_list_add(out, ev);
}

static bool some_data(const struct state *s)
{
    for (size_t m = 0; m < s->plan->n_metrics; m++)
        if (s->plan->metrics[m].in_baseline && !isnan(s->metrics[m].value))
            return true;
    return false;
}

static bool flow_before(const struct where *w, struct event_list *out)
{
    const struct state *s = w->s;
    int64_t window = w->plan->baseline_ms, until = s->now_ms + window;
    int missing;
    if (s->baseline_until_ms) {
        if (s->now_ms < s->baseline_until_ms)
            return false;
        done(w, false, s->baseline_until_ms - window, s->baseline_until_ms, out);
        return true;
    }
    if (s->times.retake_ms) {
        if (!some_data(s))
            return false;
    } else if (s->planned_start_ms) {
        if (s->baseline_done || s->now_ms < s->planned_start_ms - window)
            return false;
        until = s->planned_start_ms > s->now_ms ? s->planned_start_ms : s->now_ms;
    } else if (!some_data(s) || (s->baseline_done && !baseline_missing(s, &missing))) {
        return false;
    }
    begin(w, "baseline", until, out);
    return true;
}

static bool flow_after(const struct where *w, struct event_list *out)
{
    const struct state *s = w->s;
    if (s->after_done)
        return false;
    if (!s->after_until_ms) {
        begin(w, "after", s->now_ms + w->plan->after_ms, out);
        return true;
    }
    if (s->now_ms < s->after_until_ms)
        return false;
    done(w, true, s->after_until_ms - w->plan->after_ms, s->after_until_ms, out);
    return true;
}

bool flow_baseline(const struct where *w, struct event_list *out)
{
    if (w->undo)
        return false;
    if (w->past_last)
        return w->plan->after_ms > 0 && flow_after(w, out);
    return w->s->stage < 0 && w->plan->baseline_ms > 0 && flow_before(w, out);
}
