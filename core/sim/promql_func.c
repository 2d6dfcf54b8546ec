/* Functions and aggregations of PromQL that the simulator knows. */
#include <math.h>
#include <string.h>

#include "sim/promql_eval.h"

static const struct pq_func funcs[] = {
    {"rate", 1, 1, {PQ_RANGE}, PQ_VECTOR},
    {"irate", 1, 1, {PQ_RANGE}, PQ_VECTOR},
    {"increase", 1, 1, {PQ_RANGE}, PQ_VECTOR},
    {"delta", 1, 1, {PQ_RANGE}, PQ_VECTOR},
    {"deriv", 1, 1, {PQ_RANGE}, PQ_VECTOR},
    {"avg_over_time", 1, 1, {PQ_RANGE}, PQ_VECTOR},
    {"min_over_time", 1, 1, {PQ_RANGE}, PQ_VECTOR},
    {"max_over_time", 1, 1, {PQ_RANGE}, PQ_VECTOR},
    {"sum_over_time", 1, 1, {PQ_RANGE}, PQ_VECTOR},
    {"count_over_time", 1, 1, {PQ_RANGE}, PQ_VECTOR},
    {"last_over_time", 1, 1, {PQ_RANGE}, PQ_VECTOR},
    {"histogram_quantile", 2, 2, {PQ_SCALAR, PQ_VECTOR}, PQ_VECTOR},
    {"time", 0, 0, {PQ_SCALAR}, PQ_SCALAR},
    {"timestamp", 1, 1, {PQ_VECTOR}, PQ_VECTOR},
    {"scalar", 1, 1, {PQ_VECTOR}, PQ_SCALAR},
    {"vector", 1, 1, {PQ_SCALAR}, PQ_VECTOR},
    {"absent", 1, 1, {PQ_VECTOR}, PQ_VECTOR},
    {"abs", 1, 1, {PQ_VECTOR}, PQ_VECTOR},
    {"ceil", 1, 1, {PQ_VECTOR}, PQ_VECTOR},
    {"floor", 1, 1, {PQ_VECTOR}, PQ_VECTOR},
    {"round", 1, 1, {PQ_VECTOR}, PQ_VECTOR},
    {"sqrt", 1, 1, {PQ_VECTOR}, PQ_VECTOR},
    {"clamp_min", 2, 2, {PQ_VECTOR, PQ_SCALAR}, PQ_VECTOR},
    {"clamp_max", 2, 2, {PQ_VECTOR, PQ_SCALAR}, PQ_VECTOR},
};

static const char *const aggs[] = {"sum", "avg", "min", "max", "count", "group"};

const struct pq_func *pq_func_find(const char *name)
{
    for (size_t i = 0; i < sizeof funcs / sizeof *funcs; i++)
        if (!strcmp(funcs[i].name, name))
            return &funcs[i];
    return NULL;
}

bool pq_is_agg(const char *word)
{
    for (size_t i = 0; i < sizeof aggs / sizeof *aggs; i++)
        if (!strcmp(aggs[i], word))
            return true;
    return false;
}

/* A distribution is given by its 50th, 95th and 99th percentile; straight lines between them, as
 * histogram_quantile draws inside a bucket. */
static double quantile_at(double q, const double p[3])
{
    if (q < 0)
        return -INFINITY;
    if (q > 1)
        return INFINITY;
    if (q <= 0.5)
        return p[0] * q / 0.5;
    if (q <= 0.95)
        return p[0] + (p[1] - p[0]) * (q - 0.5) / 0.45;
    if (q <= 0.99)
        return p[1] + (p[2] - p[1]) * (q - 0.95) / 0.04;
    return p[2] * (1 + 0.25 * (q - 0.99) / 0.01);
}

/* Merged histograms: the mean of their quantiles, each weighted with its events. */
static double quantile(struct pq_run *run, double q, const struct pq_elem *e)
{
    double sum = 0, events = 0;
    for (size_t i = 0; i < e->n_dist; i++) {
        const struct series *s = e->dist[i];
        int64_t w = e->window_ms ? e->window_ms : 1;
        double p[3], n = model_window(run->m, s->expr[3]->root, run->t_ms, w);
        for (int k = 0; k < 3; k++)
            p[k] = model_window(run->m, s->expr[k]->root, run->t_ms, w);
        if (n > 0) {
            sum += n * quantile_at(q, p);
            events += n;
        }
    }
    return events > 0 ? sum / events : NAN; /* no traffic is NaN, as in Prometheus */
}

static int histogram_quantile(struct pq_run *run, double q, struct pq_value *v)
{
    size_t kept = 0;
    for (size_t i = 0; i < v->n; i++) {
        struct pq_elem e = v->e[i];
        if (!e.n_dist)
            continue;
        e.v = quantile(run, q, &e);
        e.n_dist = 0;
        struct pq_elem bare = {.n_labels = 0};
        for (size_t k = 0; k < e.n_labels; k++)
            if (strcmp(e.label[k].key, "le") != 0 && strcmp(e.label[k].key, "__name__") != 0)
                pq_set_label(&bare, e.label[k].key, e.label[k].value);
        bare.v = e.v;
        bare.ts_ms = e.ts_ms;
        v->e[kept++] = bare;
    }
    v->n = kept;
    return 0;
}

static int vector_of(struct pq_run *run, double v, struct pq_value *out)
{
    memset(out, 0, sizeof *out);
    out->type = PQ_VECTOR;
    out->e = pq_alloc(run, 1, sizeof *out->e);
    if (!out->e)
        return -1;
    out->e[0].v = v;
    out->n = 1;
    return 0;
}

static int absent(struct pq_run *run, const struct pq_node *n, struct pq_value *v)
{
    const struct pq_node *arg = n->arg[0];
    if (v->n) {
        v->n = 0;
        return 0;
    }
    if (vector_of(run, 1, v) < 0)
        return -1;
    for (size_t i = 0; arg->kind == PQ_SELECT && i < arg->n_match; i++)
        if (arg->match[i].op == PQ_EQ && strcmp(arg->match[i].key, "__name__") != 0)
            pq_set_label(v->e, arg->match[i].key, arg->match[i].value);
    return 0;
}

static double one(const char *name, const struct pq_elem *e, double arg)
{
    if (!strcmp(name, "timestamp"))
        return (double)e->ts_ms / 1000;
    if (!strcmp(name, "abs"))
        return fabs(e->v);
    if (!strcmp(name, "ceil"))
        return ceil(e->v);
    if (!strcmp(name, "floor"))
        return floor(e->v);
    if (!strcmp(name, "round"))
        return floor(e->v + 0.5);
    if (!strcmp(name, "sqrt"))
        return sqrt(e->v);
    return !strcmp(name, "clamp_min") ? fmax(e->v, arg) : fmin(e->v, arg);
}

int pq_call(struct pq_run *run, const struct pq_node *n, struct pq_value *out)
{
    struct pq_value other;
    if (!strcmp(n->name, "time")) {
        out->scalar = (double)run->t_ms / 1000;
        return 0;
    }
    if (n->arg[0]->type == PQ_RANGE)
        return n->arg[0]->kind == PQ_SELECT ? pq_select(run, n->arg[0], n->name, out)
                                            : pq_fail(run, "the simulator knows no subqueries");
    if (!strcmp(n->name, "histogram_quantile")) {
        if (pq_eval(run, n->arg[0], &other) < 0 || pq_eval(run, n->arg[1], out) < 0)
            return -1;
        return histogram_quantile(run, other.scalar, out);
    }
    if (pq_eval(run, n->arg[0], out) < 0)
        return -1;
    if (!strcmp(n->name, "vector"))
        return vector_of(run, out->scalar, out);
    if (!strcmp(n->name, "absent"))
        return absent(run, n, out);
    if (!strcmp(n->name, "scalar")) {
        double v = out->n == 1 ? out->e[0].v : NAN;
        memset(out, 0, sizeof *out);
        out->scalar = v;
        return 0;
    }
    double arg = 0;
    if (n->n_args > 1) {
        if (pq_eval(run, n->arg[1], &other) < 0)
            return -1;
        arg = other.scalar;
    }
    for (size_t i = 0; i < out->n; i++) {
        out->e[i].v = one(n->name, &out->e[i], arg);
        pq_drop_name(&out->e[i]);
    }
    return 0;
}

static bool listed(const struct pq_node *n, const char *key)
{
    for (size_t i = 0; i < n->n_labels; i++)
        if (!strcmp(n->label[i], key))
            return true;
    return false;
}

/* The element's labels as far as the group keeps them. */
static struct pq_elem group_key(const struct pq_node *n, const struct pq_elem *e)
{
    struct pq_elem key = {.n_labels = 0};
    for (size_t i = 0; (n->by || n->without) && i < e->n_labels; i++)
        if (strcmp(e->label[i].key, "__name__") != 0 && listed(n, e->label[i].key) == n->by)
            pq_set_label(&key, e->label[i].key, e->label[i].value);
    return key;
}

static void join(struct pq_elem *to, const struct pq_elem *e, const char *how, size_t count)
{
    if (count == 0) {
        struct pq_elem bare = *to;
        *to = *e;
        memcpy(to->label, bare.label, sizeof bare.label);
        to->n_labels = bare.n_labels;
        return;
    }
    for (size_t i = 0; i < e->n_dist && to->n_dist < ELEM_DISTS; i++)
        to->dist[to->n_dist++] = e->dist[i];
    if (!strcmp(how, "min"))
        to->v = isnan(to->v) || e->v < to->v ? e->v : to->v;
    else if (!strcmp(how, "max"))
        to->v = isnan(to->v) || e->v > to->v ? e->v : to->v;
    else
        to->v += e->v;
}

int pq_aggregate(struct pq_run *run, const struct pq_node *n, struct pq_value *out)
{
    struct pq_value in;
    if (pq_eval(run, n->arg[0], &in) < 0)
        return -1;
    memset(out, 0, sizeof *out);
    out->type = PQ_VECTOR;
    out->e = pq_alloc(run, in.n, sizeof *out->e);
    size_t *count = pq_alloc(run, in.n, sizeof *count);
    if (!out->e || !count)
        return -1;
    for (size_t i = 0; i < in.n; i++) {
        struct pq_elem key = group_key(n, &in.e[i]);
        size_t g = 0;
        while (g < out->n && !pq_same_labels(&out->e[g], &key))
            g++;
        if (g == out->n)
            out->e[out->n++] = key;
        join(&out->e[g], &in.e[i], n->name, count[g]++);
    }
    for (size_t g = 0; g < out->n; g++) {
        if (!strcmp(n->name, "avg"))
            out->e[g].v /= (double)count[g];
        else if (!strcmp(n->name, "count"))
            out->e[g].v = (double)count[g];
        else if (!strcmp(n->name, "group"))
            out->e[g].v = 1;
    }
    return 0;
}
