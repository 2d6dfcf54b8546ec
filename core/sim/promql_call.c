/* Calls and aggregations of PromQL, with the types of their arguments. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sim/promql_parse.h"

static const char *type_word(enum pq_type t)
{
    static const char *const words[] = {"scalar", "string", "instant vector", "range vector"};
    return words[t];
}

static struct pq_node *wrong_type(struct pq_parser *p, const struct pq_node *arg, enum pq_type want,
                                  const char *what, const char *name)
{
    char text[300];
    str_fmt(text, sizeof text, "expected type %s in %s \"%s\", got %s", type_word(want), what, name,
            type_word(arg->type));
    return pqp_fail(p, arg->pos, text);
}

static bool arguments(struct pq_parser *p, struct pq_node *n)
{
    if (!pqp_expect(p, "("))
        return false;
    while (!p->failed && !pqp_accept(p, ")")) {
        struct pq_node *arg = pqp_expression(p);
        if (!arg)
            return false;
        if (n->n_args >= PQ_ARGS_MAX) {
            pqp_fail(p, arg->pos, "too many arguments");
            return false;
        }
        n->arg[n->n_args++] = arg;
        if (!pqp_accept(p, ",") && !pq_lex_is(&p->lex, ")"))
            return pqp_expect(p, ")");
    }
    return !p->failed;
}

struct pq_node *pqp_call(struct pq_parser *p, int pos, const char *name)
{
    char text[300];
    const struct pq_func *f = pq_func_find(name);
    if (!f) {
        str_fmt(text, sizeof text, "unknown function with name \"%s\"", name);
        return pqp_fail(p, pos, text);
    }
    struct pq_node *n = pqp_node(p, PQ_CALL, pos);
    if (!n)
        return NULL;
    str_copy(n->name, sizeof n->name, name);
    n->type = f->type;
    if (!arguments(p, n))
        return NULL;
    if (n->n_args < f->min_args || n->n_args > f->max_args) {
        str_fmt(text, sizeof text, "expected %zu argument(s) in call to \"%s\", got %zu",
                f->min_args, name, n->n_args);
        return pqp_fail(p, pos, text);
    }
    for (size_t i = 0; i < n->n_args; i++)
        if (n->arg[i]->type != f->arg[i])
            return wrong_type(p, n->arg[i], f->arg[i], "call to function", name);
    return n;
}

static void grouping(struct pq_parser *p, struct pq_node *n)
{
    if (!pq_lex_is(&p->lex, "by") && !pq_lex_is(&p->lex, "without"))
        return;
    n->by = pq_lex_is(&p->lex, "by");
    n->without = !n->by;
    pq_lex_next(&p->lex);
    if (!pqp_expect(p, "("))
        return;
    while (!p->failed && !pqp_accept(p, ")")) {
        if (p->lex.tok.kind != TOK_IDENT || n->n_labels >= PQ_LABELS_MAX) {
            pqp_unexpected(p);
            return;
        }
        str_copy(n->label[n->n_labels++], sizeof n->label[0], p->lex.tok.text);
        pq_lex_next(&p->lex);
        if (!pqp_accept(p, ",") && !pq_lex_is(&p->lex, ")"))
            pqp_unexpected(p);
    }
}

struct pq_node *pqp_aggregation(struct pq_parser *p, int pos, const char *name)
{
    struct pq_node *n = pqp_node(p, PQ_AGG, pos);
    if (!n)
        return NULL;
    str_copy(n->name, sizeof n->name, name);
    n->type = PQ_VECTOR;
    grouping(p, n);
    if (p->failed || !arguments(p, n))
        return NULL;
    if (n->n_args != 1)
        return pqp_fail(p, pos, "wrong number of arguments for aggregate expression provided");
    if (!n->by && !n->without)
        grouping(p, n);
    if (!p->failed && n->arg[0]->type != PQ_VECTOR)
        return wrong_type(p, n->arg[0], PQ_VECTOR, "aggregation expression", name);
    return p->failed ? NULL : n;
}
