/* PromQL text -> tree, with Prometheus' words for what is wrong. Bounded: 8 KiB of text, 256
 * nodes, 32 levels. Refuses what the simulator cannot answer (on(), subqueries) by saying so. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sim/promql_parse.h"

#define NODES_MAX 256
#define DEPTH_MAX 32
#define LEVELS    6 /* of binary operators */

static struct pq_node *binary(struct pq_parser *p, int level);

struct pq_node *pqp_fail(struct pq_parser *p, int pos, const char *what)
{
    if (!p->failed)
        str_fmt(p->why, p->why_size, "1:%d: parse error: %s", pos + 1, what);
    p->failed = true;
    return NULL;
}

struct pq_node *pqp_unexpected(struct pq_parser *p)
{
    char text[340];
    const struct pq_tok *t = &p->lex.tok;
    if (t->kind == TOK_BAD)
        return pqp_fail(p, t->pos, p->lex.bad);
    if (t->kind == TOK_END)
        return pqp_fail(p, t->pos, "unexpected end of input");
    str_fmt(text, sizeof text, "unexpected %s \"%s\"",
            t->kind == TOK_IDENT ? "identifier" : "token", t->text);
    return pqp_fail(p, t->pos, text);
}

bool pqp_accept(struct pq_parser *p, const char *word)
{
    if (!pq_lex_is(&p->lex, word))
        return false;
    pq_lex_next(&p->lex);
    return true;
}

bool pqp_expect(struct pq_parser *p, const char *word)
{
    if (pqp_accept(p, word))
        return true;
    if (!strcmp(word, ")") && p->lex.tok.kind == TOK_END)
        pqp_fail(p, p->lex.tok.pos, "unclosed left parenthesis");
    else
        pqp_unexpected(p);
    return false;
}

struct pq_node *pqp_node(struct pq_parser *p, enum pq_kind kind, int pos)
{
    if (p->failed)
        return NULL;
    if (p->q->n_nodes >= NODES_MAX)
        return pqp_fail(p, pos, "expression too large for the simulator");
    struct pq_node *n = xzalloc(1, sizeof *n);
    n->kind = kind;
    n->pos = pos;
    n->signal = -1;
    n->next = p->q->all;
    p->q->all = n;
    p->q->n_nodes++;
    return n;
}

static struct pq_node *number(struct pq_parser *p, int pos, double v)
{
    struct pq_node *n = pqp_node(p, PQ_NUM, pos);
    if (n)
        n->num = v;
    return n;
}

static struct pq_node *word(struct pq_parser *p)
{
    char name[256];
    int pos = p->lex.tok.pos;
    str_copy(name, sizeof name, p->lex.tok.text);
    pq_lex_next(&p->lex);
    if (!strcasecmp(name, "nan"))
        return number(p, pos, NAN);
    if (!strcasecmp(name, "inf"))
        return number(p, pos, INFINITY);
    if (pq_is_agg(name) &&
        (pq_lex_is(&p->lex, "(") || pq_lex_is(&p->lex, "by") || pq_lex_is(&p->lex, "without")))
        return pqp_aggregation(p, pos, name);
    if (pq_lex_is(&p->lex, "("))
        return pqp_call(p, pos, name);
    return pqp_selector(p, pos, name);
}

static struct pq_node *primary(struct pq_parser *p)
{
    const struct pq_tok *t = &p->lex.tok;
    int pos = t->pos;
    struct pq_node *n;
    if (t->kind == TOK_NUM) {
        n = number(p, pos, t->num);
        pq_lex_next(&p->lex);
        return n;
    }
    if (t->kind == TOK_STRING) {
        n = pqp_node(p, PQ_STR, pos);
        if (!n)
            return NULL;
        n->type = PQ_STRING;
        n->text = xstrdup(t->text);
        pq_lex_next(&p->lex);
        return n;
    }
    if (t->kind == TOK_IDENT)
        return word(p);
    if (pq_lex_is(&p->lex, "{"))
        return pqp_selector(p, pos, "");
    if (!pqp_accept(p, "("))
        return pqp_unexpected(p);
    n = binary(p, 0);
    if (!n || !pqp_expect(p, ")"))
        return NULL;
    if (pq_lex_is(&p->lex, "["))
        return pqp_fail(p, p->lex.tok.pos, "subqueries are not known to the simulator");
    return n;
}

static struct pq_node *unary(struct pq_parser *p)
{
    int pos = p->lex.tok.pos;
    bool minus = pq_lex_is(&p->lex, "-");
    if (!minus && !pq_lex_is(&p->lex, "+"))
        return primary(p);
    if (++p->depth > DEPTH_MAX)
        return pqp_fail(p, pos, "expression nested too deep for the simulator");
    pq_lex_next(&p->lex);
    struct pq_node *arg = binary(p, LEVELS - 1); /* binds weaker than ^ */
    p->depth--;
    if (!arg || !minus)
        return arg;
    struct pq_node *n = pqp_node(p, PQ_NEG, pos);
    if (!n)
        return NULL;
    n->arg[n->n_args++] = arg;
    n->type = arg->type;
    return n;
}

static const struct {
    const char *word;
    int level; /* 0 binds weakest */
    enum pq_op op;
} operators[] = {
    {"or", 0, PQ_OR},    {"and", 1, PQ_AND},  {"unless", 1, PQ_UNLESS}, {"==", 2, PQ_OP_EQ},
    {"!=", 2, PQ_OP_NE}, {"<=", 2, PQ_OP_LE}, {"<", 2, PQ_OP_LT},       {">=", 2, PQ_OP_GE},
    {">", 2, PQ_OP_GT},  {"+", 3, PQ_ADD},    {"-", 3, PQ_SUB},         {"*", 4, PQ_MUL},
    {"/", 4, PQ_DIV},    {"%", 4, PQ_MOD},    {"^", 5, PQ_POW},
};

static int operator_at(const struct pq_parser *p, int level)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (operators[i].level == level && pq_lex_is(&p->lex, operators[i].word))
            return (int)i;
    return -1;
}

static struct pq_node *check_binary(struct pq_parser *p, struct pq_node *n)
{
    const struct pq_node *l = n->arg[0], *r = n->arg[1];
    if (l->type > PQ_VECTOR || r->type > PQ_VECTOR || l->type == PQ_STRING || r->type == PQ_STRING)
        return pqp_fail(p, n->pos,
                        "binary expression must contain only scalar and instant vector types");
    bool both = l->type == PQ_SCALAR && r->type == PQ_SCALAR;
    n->type = both ? PQ_SCALAR : PQ_VECTOR;
    if (n->op <= PQ_UNLESS && (l->type != PQ_VECTOR || r->type != PQ_VECTOR))
        return pqp_fail(p, n->pos, "set operator not allowed in binary scalar expression");
    if (both && n->op >= PQ_OP_EQ && n->op <= PQ_OP_GT && !n->boolean)
        return pqp_fail(p, n->pos, "comparisons between scalars must use BOOL modifier");
    return n;
}

static struct pq_node *binary(struct pq_parser *p, int level)
{
    if (p->failed)
        return NULL;
    if (level >= LEVELS)
        return unary(p);
    if (level == 0 && ++p->depth > DEPTH_MAX)
        return pqp_fail(p, p->lex.tok.pos, "expression nested too deep for the simulator");
    struct pq_node *left = binary(p, level + 1);
    int op;
    while (left && (op = operator_at(p, level)) >= 0) {
        struct pq_node *n = pqp_node(p, PQ_BINARY, p->lex.tok.pos);
        if (!n)
            return NULL;
        n->op = operators[op].op;
        pq_lex_next(&p->lex);
        n->boolean = pqp_accept(p, "bool");
        if (pq_lex_is(&p->lex, "on") || pq_lex_is(&p->lex, "ignoring"))
            return pqp_fail(p, p->lex.tok.pos, "vector matching is not known to the simulator");
        /* ^ binds to the right, all others to the left. */
        struct pq_node *right = binary(p, n->op == PQ_POW ? level : level + 1);
        if (!right)
            return NULL;
        n->arg[0] = left;
        n->arg[1] = right;
        n->n_args = 2;
        left = check_binary(p, n);
    }
    if (level == 0)
        p->depth--;
    return left;
}

struct pq_node *pqp_expression(struct pq_parser *p)
{
    return binary(p, 0);
}

struct pq *pq_parse(const char *text, char *why, size_t why_size)
{
    struct pq_parser p = {.why = why, .why_size = why_size};
    p.q = xzalloc(1, sizeof *p.q);
    if (strlen(text) > PQ_TEXT_MAX) {
        pqp_fail(&p, 0, "query longer than the simulator reads");
    } else {
        pq_lex_start(&p.lex, text);
        if (p.lex.tok.kind == TOK_END)
            pqp_fail(&p, 0, "no expression found in input");
        else
            p.q->root = binary(&p, 0);
        if (!p.failed && p.lex.tok.kind != TOK_END)
            pqp_unexpected(&p);
    }
    if (!p.failed)
        return p.q;
    pq_free(p.q);
    return NULL;
}

void pq_free(struct pq *q)
{
    if (!q)
        return;
    for (struct pq_node *n = q->all, *next; n; n = next) {
        next = n->next;
        for (size_t i = 0; i < n->n_match; i++) {
            if (n->match[i].has_re)
                regfree(&n->match[i].re);
            free(n->match[i].value);
        }
        free(n->text);
        free(n);
    }
    free(q);
}
