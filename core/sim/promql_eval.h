/* Evaluates a PromQL tree against the model at one moment. Everything lives in an arena that the
 * caller frees as a whole; labels point into the scenario or the arena. */
#ifndef SIM_PROMQL_EVAL_H
#define SIM_PROMQL_EVAL_H

#include "sim/model.h"
#include "sim/promql.h"

struct pq_arena {
    struct pq_block *blocks;
    size_t used;
};
void pq_arena_free(struct pq_arena *a);

struct pq_label {
    const char *key, *value;
};

#define ELEM_LABELS (SERIES_LABELS_MAX + 2)
#define ELEM_DISTS  8
struct pq_elem {
    struct pq_label label[ELEM_LABELS]; /* sorted by key, __name__ among them */
    size_t n_labels;
    double v;
    int64_t ts_ms; /* of the sample behind it */
    /* What histogram_quantile reads: the histograms merged into this element. */
    const struct series *dist[ELEM_DISTS];
    size_t n_dist;
    int64_t window_ms;
};

struct pq_value {
    enum pq_type type;
    double scalar;
    const char *string;
    struct pq_elem *e;
    size_t n;
};

struct pq_run {
    struct model *m;
    int64_t t_ms;
    struct pq_arena arena;
    char why[160]; /* what cannot be evaluated: a 422 */
};

/* 0, or -1 with run->why. */
int pq_eval(struct pq_run *run, const struct pq_node *n, struct pq_value *out);

/* For the files of the evaluator alone. */
void *pq_alloc(struct pq_run *run, size_t n, size_t size); /* zeroed; NULL with why when too much */
int pq_fail(struct pq_run *run, const char *why);
int pq_select(struct pq_run *run, const struct pq_node *n, const char *func, struct pq_value *out);
int pq_call(struct pq_run *run, const struct pq_node *n, struct pq_value *out);
int pq_aggregate(struct pq_run *run, const struct pq_node *n, struct pq_value *out);
int pq_binary(struct pq_run *run, const struct pq_node *n, struct pq_value *out);
void pq_drop_name(struct pq_elem *e);
void pq_set_label(struct pq_elem *e, const char *key, const char *value); /* keeps the order */
const char *pq_label_of(const struct pq_elem *e, const char *key);        /* "" when absent */
bool pq_same_labels(const struct pq_elem *a, const struct pq_elem *b);    /* without __name__ */

#endif
