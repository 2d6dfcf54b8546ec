/* Binary operators between scalars and vectors; vectors match by all their labels. */
#include <math.h>
#include <string.h>

#include "sim/promql_eval.h"

static bool is_comparison(enum pq_op op)
{
    return op >= PQ_OP_EQ && op <= PQ_OP_GT;
}

static bool hits(enum pq_op op, double a, double b)
{
    switch (op) {
    case PQ_OP_EQ:
        return a <= b && a >= b;
    case PQ_OP_NE:
        return !(a <= b && a >= b);
    case PQ_OP_LE:
        return a <= b;
    case PQ_OP_LT:
        return a < b;
    case PQ_OP_GE:
        return a >= b;
    default:
        return a > b;
    }
}

static double arith(enum pq_op op, double a, double b)
{
    switch (op) {
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
        return hits(op, a, b) ? 1 : 0;
    }
}

/* Puts what comes of one pair into out (which starts as the vector side's element). */
static void keep(const struct pq_node *n, struct pq_value *out, const struct pq_elem *e, double a,
                 double b)
{
    struct pq_elem made = *e;
    if (is_comparison(n->op) && !n->boolean) {
        if (hits(n->op, a, b))
            out->e[out->n++] = made; /* a filter: value and name stay */
        return;
    }
    made.v = arith(n->op, a, b);
    made.n_dist = 0;
    pq_drop_name(&made);
    out->e[out->n++] = made;
}

static const struct pq_elem *partner(const struct pq_value *v, const struct pq_elem *e, size_t *n)
{
    const struct pq_elem *found = NULL;
    *n = 0;
    for (size_t i = 0; i < v->n; i++) {
        if (pq_same_labels(&v->e[i], e)) {
            found = &v->e[i];
            (*n)++;
        }
    }
    return found;
}

static int set_op(struct pq_run *run, const struct pq_node *n, const struct pq_value *l,
                  const struct pq_value *r, struct pq_value *out)
{
    size_t found;
    out->e = pq_alloc(run, l->n + r->n, sizeof *out->e);
    if (!out->e)
        return -1;
    for (size_t i = 0; i < l->n; i++) {
        partner(r, &l->e[i], &found);
        if (n->op == PQ_OR || (found > 0) == (n->op == PQ_AND))
            out->e[out->n++] = l->e[i];
    }
    for (size_t i = 0; n->op == PQ_OR && i < r->n; i++) {
        partner(l, &r->e[i], &found);
        if (!found)
            out->e[out->n++] = r->e[i];
    }
    return 0;
}

static int vectors(struct pq_run *run, const struct pq_node *n, const struct pq_value *l,
                   const struct pq_value *r, struct pq_value *out)
{
    out->e = pq_alloc(run, l->n, sizeof *out->e);
    if (!out->e)
        return -1;
    for (size_t i = 0; i < l->n; i++) {
        size_t right, left;
        const struct pq_elem *other = partner(r, &l->e[i], &right);
        partner(l, &l->e[i], &left);
        if (right > 1 || (right && left > 1))
            return pq_fail(run, "found duplicate series for the match group on the right hand-side "
                                "of the operation; many-to-many matching not allowed: matching "
                                "labels must be unique on one side");
        if (other)
            keep(n, out, &l->e[i], l->e[i].v, other->v);
    }
    return 0;
}

int pq_binary(struct pq_run *run, const struct pq_node *n, struct pq_value *out)
{
    struct pq_value l, r;
    if (pq_eval(run, n->arg[0], &l) < 0 || pq_eval(run, n->arg[1], &r) < 0)
        return -1;
    if (l.type == PQ_SCALAR && r.type == PQ_SCALAR) {
        out->scalar = arith(n->op, l.scalar, r.scalar);
        return 0;
    }
    memset(out, 0, sizeof *out);
    out->type = PQ_VECTOR;
    if (n->op <= PQ_UNLESS)
        return set_op(run, n, &l, &r, out);
    if (l.type == PQ_VECTOR && r.type == PQ_VECTOR)
        return vectors(run, n, &l, &r, out);
    const struct pq_value *v = l.type == PQ_VECTOR ? &l : &r;
    out->e = pq_alloc(run, v->n, sizeof *out->e);
    if (!out->e)
        return -1;
    for (size_t i = 0; i < v->n; i++)
        keep(n, out, &v->e[i], v == &l ? v->e[i].v : l.scalar, v == &l ? r.scalar : v->e[i].v);
    return 0;
}
