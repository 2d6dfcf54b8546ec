/* The evaluator's frame: memory, labels, selectors. */
#include "sim/promql_eval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX (8u << 20)

struct pq_block {
    struct pq_block *next;
    _Alignas(16) char bytes[];
};

void *pq_alloc(struct pq_run *run, size_t n, size_t size)
{
    size_t bytes = n * size + 1;
    if (run->arena.used + bytes > ARENA_MAX) {
        pq_fail(run, "query processing would load too many samples into memory in query execution");
        return NULL;
    }
    struct pq_block *b = xzalloc(1, sizeof *b + bytes);
    b->next = run->arena.blocks;
    run->arena.blocks = b;
    run->arena.used += bytes;
    return b->bytes;
}

void pq_arena_free(struct pq_arena *a)
{
    for (struct pq_block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    a->blocks = NULL;
    a->used = 0;
}

int pq_fail(struct pq_run *run, const char *why)
{
    if (!run->why[0])
        str_copy(run->why, sizeof run->why, why);
    return -1;
}

void pq_set_label(struct pq_elem *e, const char *key, const char *value)
{
    size_t i = 0;
    while (i < e->n_labels && strcmp(e->label[i].key, key) < 0)
        i++;
    if (e->n_labels >= ELEM_LABELS)
        return;
    memmove(&e->label[i + 1], &e->label[i], (e->n_labels - i) * sizeof *e->label);
    e->label[i] = (struct pq_label){key, value};
    e->n_labels++;
}

void pq_drop_name(struct pq_elem *e)
{
    for (size_t i = 0; i < e->n_labels; i++) {
        if (strcmp(e->label[i].key, "__name__") != 0)
            continue;
        e->n_labels--;
        memmove(&e->label[i], &e->label[i + 1], (e->n_labels - i) * sizeof *e->label);
        return;
    }
}

const char *pq_label_of(const struct pq_elem *e, const char *key)
{
    for (size_t i = 0; i < e->n_labels; i++)
        if (!strcmp(e->label[i].key, key))
            return e->label[i].value;
    return "";
}

bool pq_same_labels(const struct pq_elem *a, const struct pq_elem *b)
{
    size_t n = a->n_labels - (*pq_label_of(a, "__name__") ? 1 : 0);
    if (n != b->n_labels - (*pq_label_of(b, "__name__") ? 1 : 0))
        return false;
    for (size_t i = 0; i < a->n_labels; i++)
        if (strcmp(a->label[i].key, "__name__") != 0 &&
            strcmp(a->label[i].value, pq_label_of(b, a->label[i].key)) != 0)
            return false;
    return true;
}

static bool matches(const struct pq_node *n, const struct pq_elem *e)
{
    if (*n->name && strcmp(n->name, pq_label_of(e, "__name__")) != 0)
        return false;
    for (size_t i = 0; i < n->n_match; i++) {
        const struct pq_match *m = &n->match[i];
        const char *v = pq_label_of(e, m->key);
        bool hit = m->has_re ? regexec(&m->re, v, 0, NULL, 0) == 0 : !strcmp(v, m->value);
        if (hit != (m->op == PQ_EQ || m->op == PQ_RE))
            return false;
    }
    return true;
}

/* One series as its exporter shows it: a histogram has two names. */
static void describe(struct pq_elem *e, const struct series *s, const char *name, bool bucket)
{
    memset(e, 0, sizeof *e);
    for (size_t i = 0; i < s->n_labels; i++)
        pq_set_label(e, s->label[i].key, s->label[i].value);
    pq_set_label(e, "__name__", name);
    if (bucket) {
        pq_set_label(e, "le", "+Inf");
        e->dist[e->n_dist++] = s;
    }
}

static double gauge_over(const struct pq_run *run, const struct pq_node *x, int64_t t, int64_t w,
                         const char *func)
{
    const struct scenario *sc = model_scenario(run->m);
    double first = NAN, last = NAN, lo = INFINITY, hi = -INFINITY, sum = 0;
    int n = 0;
    int64_t step = sc->scrape_ms * (w / sc->scrape_ms / 60 + 1);
    for (int64_t at = model_scrape(run->m, t); at != INT64_MIN && at > t - w; at -= step) {
        double v = model_expr(run->m, x, at);
        if (!n)
            last = v;
        first = v;
        lo = fmin(lo, v);
        hi = fmax(hi, v);
        sum += v;
        n++;
    }
    if (!n)
        return NAN;
    if (!strcmp(func, "max_over_time"))
        return hi;
    if (!strcmp(func, "min_over_time"))
        return lo;
    if (!strcmp(func, "last_over_time"))
        return last;
    if (!strcmp(func, "count_over_time"))
        return n;
    if (!strcmp(func, "sum_over_time"))
        return sum;
    if (!strcmp(func, "avg_over_time"))
        return sum / n;
    double change = last - first;
    return !strcmp(func, "delta") ? change : change / ((double)w / 1000);
}

/* The value of one series: an instant value without func, or what func makes of the range. */
static bool value_of(struct pq_run *run, const struct pq_node *n, const char *func, size_t series,
                     struct pq_elem *e)
{
    const struct series *s = &model_scenario(run->m)->series[series];
    const struct pq_node *x = s->expr[s->kind == SERIES_HISTOGRAM ? 3 : 0]->root;
    int64_t t = run->t_ms - n->offset_ms;
    e->ts_ms = model_scrape(run->m, t);
    if (!func) {
        if (e->ts_ms == INT64_MIN)
            return false;
        e->v = s->kind == SERIES_GAUGE ? model_expr(run->m, x, e->ts_ms)
                                       : model_counter(run->m, series, e->ts_ms);
        return true;
    }
    e->window_ms = n->range_ms;
    bool counts = !strcmp(func, "rate") || !strcmp(func, "irate") || !strcmp(func, "increase");
    if (s->kind == SERIES_GAUGE || !counts)
        e->v = gauge_over(run, x, t, n->range_ms, func);
    else
        e->v = model_window(run->m, x, t, *func == 'i' && func[1] == 'r' ? 1 : n->range_ms);
    if (!strcmp(func, "increase"))
        e->v *= (double)n->range_ms / 1000;
    return !isnan(e->v);
}

int pq_select(struct pq_run *run, const struct pq_node *n, const char *func, struct pq_value *out)
{
    const struct scenario *sc = model_scenario(run->m);
    out->type = PQ_VECTOR;
    out->n = 0;
    out->e = pq_alloc(run, sc->n_series, sizeof *out->e);
    if (!out->e)
        return -1;
    for (size_t i = 0; i < sc->n_series; i++) {
        const struct series *s = &sc->series[i];
        if (*n->name && strncmp(n->name, s->name, strlen(s->name)) != 0)
            continue;
        int names = s->kind == SERIES_HISTOGRAM ? 2 : 1;
        for (int k = 0; k < names && out->n < sc->n_series; k++) {
            struct pq_elem *e = &out->e[out->n];
            char *name = pq_alloc(run, 1, sizeof s->name + 8);
            if (!name)
                return -1;
            str_fmt(name, sizeof s->name + 8, "%s%s", s->name,
                    names == 1 ? ""
                    : k        ? "_count"
                               : "_bucket");
            describe(e, s, name, names == 2 && !k);
            if (!matches(n, e) || model_gone(run->m, s->name, run->t_ms - n->offset_ms) ||
                !value_of(run, n, func, i, e))
                continue;
            if (func && strcmp(func, "last_over_time") != 0)
                pq_drop_name(e);
            out->n++;
        }
    }
    return 0;
}

static int negate(struct pq_run *run, const struct pq_node *n, struct pq_value *out)
{
    if (pq_eval(run, n->arg[0], out) < 0)
        return -1;
    out->scalar = -out->scalar;
    for (size_t i = 0; i < out->n; i++) {
        out->e[i].v = -out->e[i].v;
        pq_drop_name(&out->e[i]);
    }
    return 0;
}

int pq_eval(struct pq_run *run, const struct pq_node *n, struct pq_value *out)
{
    memset(out, 0, sizeof *out);
    out->type = PQ_SCALAR;
    switch (n->kind) {
    case PQ_NUM:
        out->scalar = n->num;
        return 0;
    case PQ_STR:
        out->type = PQ_STRING;
        out->string = n->text;
        return 0;
    case PQ_SELECT:
        if (n->type == PQ_RANGE)
            return pq_fail(run, "the simulator answers ranges through query_range only");
        return pq_select(run, n, NULL, out);
    case PQ_CALL:
        return pq_call(run, n, out);
    case PQ_AGG:
        return pq_aggregate(run, n, out);
    case PQ_NEG:
        return negate(run, n, out);
    default:
        return pq_binary(run, n, out);
    }
}
