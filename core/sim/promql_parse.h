/* Shared by the files of the PromQL parser alone. */
#ifndef SIM_PROMQL_PARSE_H
#define SIM_PROMQL_PARSE_H

#include "sim/promql.h"
#include "sim/promql_lex.h"

struct pq_parser {
    struct pq_lex lex;
    struct pq *q;
    int depth;
    bool failed;
    char *why;
    size_t why_size;
};

/* All set the error (the first one stays) and return NULL or false. Positions are from 0. */
struct pq_node *pqp_fail(struct pq_parser *p, int pos, const char *what);
struct pq_node *pqp_unexpected(struct pq_parser *p);
bool pqp_accept(struct pq_parser *p, const char *word); /* takes the word if it is next */
bool pqp_expect(struct pq_parser *p, const char *word);
struct pq_node *pqp_node(struct pq_parser *p, enum pq_kind kind, int pos);

struct pq_node *pqp_expression(struct pq_parser *p);
struct pq_node *pqp_selector(struct pq_parser *p, int pos, const char *name);
struct pq_node *pqp_call(struct pq_parser *p, int pos, const char *name);
struct pq_node *pqp_aggregation(struct pq_parser *p, int pos, const char *name);

#endif
