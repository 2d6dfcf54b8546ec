/* Selectors of PromQL: name{matchers}[range] offset duration. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sim/promql_parse.h"

#define DURATION_MAX_MS (100LL * 366 * 86400000)

/* Repetition and nesting make regexec explode; the queries of a war room need neither. */
static bool regex_is_tame(const char *re)
{
    return strlen(re) <= 128 && !strchr(re, '{') && !strstr(re, ")*") && !strstr(re, ")+");
}

static void match_regex(struct pq_parser *p, struct pq_match *m, int pos)
{
    char text[200];
    if (m->op != PQ_RE && m->op != PQ_NRE)
        return;
    str_fmt(text, sizeof text, "^(%s)$", m->value);
    if (!regex_is_tame(m->value) || regcomp(&m->re, text, REG_EXTENDED | REG_NOSUB) != 0)
        pqp_fail(p, pos, "error parsing regexp");
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

static void one_match(struct pq_parser *p, struct pq_node *n)
{
    if (p->lex.tok.kind != TOK_IDENT || n->n_match >= PQ_LABELS_MAX) {
        pqp_unexpected(p);
        return;
    }
    struct pq_match *m = &n->match[n->n_match];
    int pos = p->lex.tok.pos;
    str_copy(m->key, sizeof m->key, p->lex.tok.text);
    pq_lex_next(&p->lex);
    if (p->lex.tok.kind != TOK_PUNCT || !match_op(p->lex.tok.text, &m->op)) {
        pqp_unexpected(p);
        return;
    }
    pq_lex_next(&p->lex);
    if (p->lex.tok.kind != TOK_STRING) {
        pqp_unexpected(p);
        return;
    }
    m->value = xstrdup(p->lex.tok.text);
    n->n_match++;
    pq_lex_next(&p->lex);
    match_regex(p, m, pos);
}

static void matchers(struct pq_parser *p, struct pq_node *n)
{
    while (!p->failed && !pqp_accept(p, "}")) {
        one_match(p, n);
        if (!p->failed && !pqp_accept(p, ",") && !pq_lex_is(&p->lex, "}"))
            pqp_unexpected(p);
    }
}

static int64_t duration(struct pq_parser *p)
{
    int64_t ms = 0;
    p->lex.durations = true;
    pq_lex_next(&p->lex);
    p->lex.durations = false;
    if (p->lex.tok.kind != TOK_DURATION) {
        pqp_unexpected(p);
        return 0;
    }
    ms = p->lex.tok.ms;
    if (ms > DURATION_MAX_MS) {
        pqp_fail(p, p->lex.tok.pos, "duration out of range");
        return 0;
    }
    pq_lex_next(&p->lex);
    return ms;
}

struct pq_node *pqp_selector(struct pq_parser *p, int pos, const char *name)
{
    struct pq_node *n = pqp_node(p, PQ_SELECT, pos);
    if (!n)
        return NULL;
    n->type = PQ_VECTOR;
    str_copy(n->name, sizeof n->name, name);
    if (pqp_accept(p, "{"))
        matchers(p, n);
    if (!*name && !n->n_match)
        return pqp_fail(p, pos, "vector selector must contain at least one non-empty matcher");
    if (!p->failed && pq_lex_is(&p->lex, "[")) {
        n->range_ms = duration(p);
        n->type = PQ_RANGE;
        if (!p->failed && n->range_ms <= 0)
            return pqp_fail(p, pos, "duration must be greater than 0");
        if (!p->failed && !pqp_expect(p, "]"))
            return NULL;
    }
    if (!p->failed && pq_lex_is(&p->lex, "offset"))
        n->offset_ms = duration(p);
    return p->failed ? NULL : n;
}
