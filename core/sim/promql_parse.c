/* PromQL text -> tree, with Prometheus' words for what is wrong. Bounded: 8 KiB of text, 256
 * nodes, 32 levels. Refuses what the simulator cannot answer (on(), subqueries) by saying so. */
#include "sim/promql.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sim/promql_lex.h"

#define NODES_MAX       256
#define DEPTH_MAX       32
#define LEVELS          6 /* of binary operators */
#define DURATION_MAX_MS (100LL * 366 * 86400000)

struct parser {
    struct pq_lex lex;
    struct pq *q;
    int depth;
    bool failed;
    char *why;
    size_t why_size;
};

static struct pq_node *binary(struct parser *p, int level);

static struct pq_node *fail_at(struct parser *p, int pos, const char *what)
{
    if (!p->failed)
        str_fmt(p->why, p->why_size, "1:%d: parse error: %s", pos + 1, what);
    p->failed = true;
    return NULL;
}

static struct pq_node *unexpected(struct parser *p)
{
    char text[340];
    const struct pq_tok *t = &p->lex.tok;
    if (t->kind == TOK_BAD)
        return fail_at(p, t->pos, p->lex.bad);
    if (t->kind == TOK_END)
        return fail_at(p, t->pos, "unexpected end of input");
    str_fmt(text, sizeof text, "unexpected %s \"%s\"",
            t->kind == TOK_IDENT ? "identifier" : "token", t->text);
    return fail_at(p, t->pos, text);
}

static bool accept(struct parser *p, const char *word)
{
    if (!pq_lex_is(&p->lex, word))
        return false;
    pq_lex_next(&p->lex);
    return true;
}

static bool expect(struct parser *p, const char *word)
{
    if (accept(p, word))
        return true;
    if (!strcmp(word, ")") && p->lex.tok.kind == TOK_END)
        fail_at(p, p->lex.tok.pos, "unclosed left parenthesis");
    else
        unexpected(p);
    return false;
}

static struct pq_node *node(struct parser *p, enum pq_kind kind, int pos)
{
    if (p->failed)
        return NULL;
    if (p->q->n_nodes >= NODES_MAX)
        return fail_at(p, pos, "expression too large for the simulator");
    struct pq_node *n = xzalloc(1, sizeof *n);
    n->kind = kind;
    n->pos = pos;
    n->signal = -1;
    n->next = p->q->all;
    p->q->all = n;
    p->q->n_nodes++;
    return n;
}

/* Repetition and nesting make regexec explode; the queries of a war room need neither. */
static bool regex_is_tame(const char *re)
{
    return strlen(re) <= 128 && !strchr(re, '{') && !strstr(re, ")*") && !strstr(re, ")+");
}

static void match_regex(struct parser *p, struct pq_match *m, int pos)
{
    char text[200];
    if (m->op != PQ_RE && m->op != PQ_NRE)
        return;
    str_fmt(text, sizeof text, "^(%s)$", m->value);
    if (!regex_is_tame(m->value) || regcomp(&m->re, text, REG_EXTENDED | REG_NOSUB) != 0)
        fail_at(p, pos, "error parsing regexp");
    else
        m->has_re = true;
}

static bool match_op(const char *word, enum pq_match_op *op)
{
    static const char *const words[] = {"=", "!=", "=~", "!~"};
    for (int i = 0; i < 4; i++) {
        if (!strcmp(word, words[i])) {
            *op = (enum pq_match_op)i;
            return true;
        }
    }
    return false;
}

static void one_match(struct parser *p, struct pq_node *n)
{
    if (p->lex.tok.kind != TOK_IDENT || n->n_match >= PQ_LABELS_MAX) {
        unexpected(p);
        return;
    }
    struct pq_match *m = &n->match[n->n_match];
    int pos = p->lex.tok.pos;
    str_copy(m->key, sizeof m->key, p->lex.tok.text);
    pq_lex_next(&p->lex);
    if (p->lex.tok.kind != TOK_PUNCT || !match_op(p->lex.tok.text, &m->op)) {
        unexpected(p);
        return;
    }
    pq_lex_next(&p->lex);
    if (p->lex.tok.kind != TOK_STRING) {
        unexpected(p);
        return;
    }
    m->value = xstrdup(p->lex.tok.text);
    n->n_match++;
    pq_lex_next(&p->lex);
    match_regex(p, m, pos);
}

static void matchers(struct parser *p, struct pq_node *n)
{
    while (!p->failed && !accept(p, "}")) {
        one_match(p, n);
        if (!p->failed && !accept(p, ",") && !pq_lex_is(&p->lex, "}"))
            unexpected(p);
    }
}

static int64_t duration(struct parser *p)
{
    int64_t ms = 0;
    p->lex.durations = true;
    pq_lex_next(&p->lex);
    p->lex.durations = false;
    if (p->lex.tok.kind != TOK_DURATION) {
        unexpected(p);
        return 0;
    }
    ms = p->lex.tok.ms;
    if (ms > DURATION_MAX_MS) {
        fail_at(p, p->lex.tok.pos, "duration out of range");
        return 0;
    }
    pq_lex_next(&p->lex);
    return ms;
}

static struct pq_node *selector(struct parser *p, int pos, const char *name)
{
    struct pq_node *n = node(p, PQ_SELECT, pos);
    if (!n)
        return NULL;
    n->type = PQ_VECTOR;
    str_copy(n->name, sizeof n->name, name);
    if (accept(p, "{"))
        matchers(p, n);
    if (!*name && !n->n_match)
        return fail_at(p, pos, "vector selector must contain at least one non-empty matcher");
    if (!p->failed && pq_lex_is(&p->lex, "[")) {
        n->range_ms = duration(p);
        n->type = PQ_RANGE;
        if (!p->failed && n->range_ms <= 0)
            return fail_at(p, pos, "duration must be greater than 0");
        if (!p->failed && !expect(p, "]"))
            return NULL;
    }
    if (!p->failed && pq_lex_is(&p->lex, "offset"))
        n->offset_ms = duration(p);
    return p->failed ? NULL : n;
}

static const char *type_word(enum pq_type t)
{
    static const char *const words[] = {"scalar", "string", "instant vector", "range vector"};
    return words[t];
}

static struct pq_node *wrong_type(struct parser *p, const struct pq_node *arg, enum pq_type want,
                                  const char *what, const char *name)
{
    char text[300];
    str_fmt(text, sizeof text, "expected type %s in %s \"%s\", got %s", type_word(want), what, name,
            type_word(arg->type));
    return fail_at(p, arg->pos, text);
}

static bool arguments(struct parser *p, struct pq_node *n)
{
    if (!expect(p, "("))
        return false;
    while (!p->failed && !accept(p, ")")) {
        struct pq_node *arg = binary(p, 0);
        if (!arg)
            return false;
        if (n->n_args >= PQ_ARGS_MAX) {
            fail_at(p, arg->pos, "too many arguments");
            return false;
        }
        n->arg[n->n_args++] = arg;
        if (!accept(p, ",") && !pq_lex_is(&p->lex, ")"))
            return expect(p, ")");
    }
    return !p->failed;
}

static struct pq_node *call(struct parser *p, int pos, const char *name)
{
    char text[300];
    const struct pq_func *f = pq_func_find(name);
    if (!f) {
        str_fmt(text, sizeof text, "unknown function with name \"%s\"", name);
        return fail_at(p, pos, text);
    }
    struct pq_node *n = node(p, PQ_CALL, pos);
    if (!n)
        return NULL;
    str_copy(n->name, sizeof n->name, name);
    n->type = f->type;
    if (!arguments(p, n))
        return NULL;
    if (n->n_args < f->min_args || n->n_args > f->max_args) {
        str_fmt(text, sizeof text, "expected %zu argument(s) in call to \"%s\", got %zu",
                f->min_args, name, n->n_args);
        return fail_at(p, pos, text);
    }
    for (size_t i = 0; i < n->n_args; i++)
        if (n->arg[i]->type != f->arg[i])
            return wrong_type(p, n->arg[i], f->arg[i], "call to function", name);
    return n;
}

static void grouping(struct parser *p, struct pq_node *n)
{
    if (!pq_lex_is(&p->lex, "by") && !pq_lex_is(&p->lex, "without"))
        return;
    n->by = pq_lex_is(&p->lex, "by");
    n->without = !n->by;
    pq_lex_next(&p->lex);
    if (!expect(p, "("))
        return;
    while (!p->failed && !accept(p, ")")) {
        if (p->lex.tok.kind != TOK_IDENT || n->n_labels >= PQ_LABELS_MAX) {
            unexpected(p);
            return;
        }
        str_copy(n->label[n->n_labels++], sizeof n->label[0], p->lex.tok.text);
        pq_lex_next(&p->lex);
        if (!accept(p, ",") && !pq_lex_is(&p->lex, ")"))
            unexpected(p);
    }
}

static struct pq_node *aggregation(struct parser *p, int pos, const char *name)
{
    struct pq_node *n = node(p, PQ_AGG, pos);
    if (!n)
        return NULL;
    str_copy(n->name, sizeof n->name, name);
    n->type = PQ_VECTOR;
    grouping(p, n);
    if (p->failed || !arguments(p, n))
        return NULL;
    if (n->n_args != 1)
        return fail_at(p, pos, "wrong number of arguments for aggregate expression provided");
    if (!n->by && !n->without)
        grouping(p, n);
    if (!p->failed && n->arg[0]->type != PQ_VECTOR)
        return wrong_type(p, n->arg[0], PQ_VECTOR, "aggregation expression", name);
    return p->failed ? NULL : n;
}

static struct pq_node *number(struct parser *p, int pos, double v)
{
    struct pq_node *n = node(p, PQ_NUM, pos);
    if (n)
        n->num = v;
    return n;
}

static struct pq_node *word(struct parser *p)
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
        return aggregation(p, pos, name);
    if (pq_lex_is(&p->lex, "("))
        return call(p, pos, name);
    return selector(p, pos, name);
}

static struct pq_node *primary(struct parser *p)
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
        n = node(p, PQ_STR, pos);
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
        return selector(p, pos, "");
    if (!accept(p, "("))
        return unexpected(p);
    n = binary(p, 0);
    if (!n || !expect(p, ")"))
        return NULL;
    if (pq_lex_is(&p->lex, "["))
        return fail_at(p, p->lex.tok.pos, "subqueries are not known to the simulator");
    return n;
}

static struct pq_node *unary(struct parser *p)
{
    int pos = p->lex.tok.pos;
    bool minus = pq_lex_is(&p->lex, "-");
    if (!minus && !pq_lex_is(&p->lex, "+"))
        return primary(p);
    if (++p->depth > DEPTH_MAX)
        return fail_at(p, pos, "expression nested too deep for the simulator");
    pq_lex_next(&p->lex);
    struct pq_node *arg = binary(p, LEVELS - 1); /* binds weaker than ^ */
    p->depth--;
    if (!arg || !minus)
        return arg;
    struct pq_node *n = node(p, PQ_NEG, pos);
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

static int operator_at(const struct parser *p, int level)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (operators[i].level == level && pq_lex_is(&p->lex, operators[i].word))
            return (int)i;
    return -1;
}

static struct pq_node *check_binary(struct parser *p, struct pq_node *n)
{
    const struct pq_node *l = n->arg[0], *r = n->arg[1];
    if (l->type > PQ_VECTOR || r->type > PQ_VECTOR || l->type == PQ_STRING || r->type == PQ_STRING)
        return fail_at(p, n->pos,
                       "binary expression must contain only scalar and instant vector types");
    bool both = l->type == PQ_SCALAR && r->type == PQ_SCALAR;
    n->type = both ? PQ_SCALAR : PQ_VECTOR;
    if (n->op <= PQ_UNLESS && (l->type != PQ_VECTOR || r->type != PQ_VECTOR))
        return fail_at(p, n->pos, "set operator not allowed in binary scalar expression");
    if (both && n->op >= PQ_OP_EQ && n->op <= PQ_OP_GT && !n->boolean)
        return fail_at(p, n->pos, "comparisons between scalars must use BOOL modifier");
    return n;
}

static struct pq_node *binary(struct parser *p, int level)
{
    if (p->failed)
        return NULL;
    if (level >= LEVELS)
        return unary(p);
    if (level == 0 && ++p->depth > DEPTH_MAX)
        return fail_at(p, p->lex.tok.pos, "expression nested too deep for the simulator");
    struct pq_node *left = binary(p, level + 1);
    int op;
    while (left && (op = operator_at(p, level)) >= 0) {
        struct pq_node *n = node(p, PQ_BINARY, p->lex.tok.pos);
        if (!n)
            return NULL;
        n->op = operators[op].op;
        pq_lex_next(&p->lex);
        n->boolean = accept(p, "bool");
        if (pq_lex_is(&p->lex, "on") || pq_lex_is(&p->lex, "ignoring"))
            return fail_at(p, p->lex.tok.pos, "vector matching is not known to the simulator");
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

struct pq *pq_parse(const char *text, char *why, size_t why_size)
{
    struct parser p = {.why = why, .why_size = why_size};
    p.q = xzalloc(1, sizeof *p.q);
    if (strlen(text) > PQ_TEXT_MAX) {
        fail_at(&p, 0, "query longer than the simulator reads");
    } else {
        pq_lex_start(&p.lex, text);
        if (p.lex.tok.kind == TOK_END)
            fail_at(&p, 0, "no expression found in input");
        else
            p.q->root = binary(&p, 0);
        if (!p.failed && p.lex.tok.kind != TOK_END)
            unexpected(&p);
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
