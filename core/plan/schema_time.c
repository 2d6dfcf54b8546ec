/* The rows of what the plan says about time beside the stages, and what they mean together. */
#include <string.h>

#include "plan/check.h"
#include "plan/read.h"

#define N(a)        (sizeof(a) / sizeof *(a))
#define AT(s, f)    .at = offsetof(struct s, f)
#define ATN(s, f)   .at = offsetof(struct s, f), .count_at = offsetof(struct s, n_##f)
#define WORDS(list) .words = list, .n_words = N(list)
#define DAY         86400000.0

static const char *const words_first_then[] = {
    NULL,   "notify", "investigate", "prepare_rollback", "rollback", "immediate_rollback",
    "hold", "pause",  "abort"};

static const struct key_row first_rows[] = {
    {"for", KEY_DURATION, KEY_REQUIRED, AT(stage_first, for_ms), .lo = 1000, .hi = 60 * DAY,
     .doc = "how long they count, from the start of the stage's clock"},
    {"warning", KEY_FIRST_WARN, 0, ATN(stage_first, warning), .allowed = "METRIC: condition",
     .doc = "METRIC: condition, beside the metric's own"},
    {"critical", KEY_FIRST_CRIT, 0, ATN(stage_first, critical), .allowed = "METRIC: condition",
     .doc = "METRIC: condition, beside the metric's own"},
    {"then", KEY_ENUM, KEY_COMPUTED, AT(stage_first, then), WORDS(words_first_then),
     .fallback = "as the metric says", .doc = "what CRITICAL by these limits does"},
};
const struct key_map schema_first = {"first", first_rows, N(first_rows), 0, check_first};

/* ---- limits by metric ---- */

static void one_limit(struct load *l, const struct pair *p, struct first_limit *out)
{
    static const struct key_row row = {.type = KEY_COND};
    struct node at = {.line = p->line, .col = p->col};
    int m = plan_metric(l->plan, p->key);
    if (m < 0)
        undefined_metric(l, &at, p->key);
    else
        out->metric = (size_t)m;
    if (null_scalar(p->value))
        say(l, p->value, "the condition is missing; allowed is a text like \"> 0.1\"");
    else
        read_value(l, &row, p->value, &out->cond);
    if (m >= 0)
        check_compare_limit(l, &l->plan->metrics[m], &out->cond, p->value);
}

static void read_limits(struct load *l, const struct node *n, struct first_limit **field,
                        size_t *count)
{
    if (n->kind == NODE_BROKEN)
        return;
    if (n->kind != NODE_MAP || !n->n) {
        say(l, n, "%s was found; allowed is a mapping like { err: \"> 0.1\" }", node_kind_words(n));
        return;
    }
    *field = pool_zalloc(l->pool, n->n, sizeof **field);
    for (size_t i = 0; i < n->n; i++) {
        size_t mark = path_key(l, n->pairs[i].key);
        one_limit(l, &n->pairs[i], &(*field)[*count]);
        *count += (*field)[*count].cond.set;
        path_cut(l, mark);
    }
}

void read_first_warning(struct load *l, const struct node *n, void *first)
{
    struct stage_first *f = first;
    read_limits(l, n, &f->warning, &f->n_warning);
}

void read_first_critical(struct load *l, const struct node *n, void *first)
{
    struct stage_first *f = first;
    read_limits(l, n, &f->critical, &f->n_critical);
}

void check_first(struct load *l, const struct node *n, void *obj)
{
    (void)obj;
    if (!node_get(n, "warning") && !node_get(n, "critical"))
        say(l, n, "has no limits; allowed are warning and critical");
    if (node_get(n, "then") && !node_get(n, "critical"))
        say(l, n, "has `then` without `critical`: nothing would do it");
}

/* ---- manual items ---- */

void check_confirms(struct load *l, const struct node *n, char *const *names, size_t count)
{
    for (size_t i = 0; n && i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (*names[i] && !strcmp(names[i], names[k]))
                say(l, n, "confirm names %s twice; allowed is once", names[i]);
}
