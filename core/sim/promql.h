/* The part of PromQL the simulator speaks: numbers, strings, selectors with matchers, ranges and
 * offsets, arithmetic, comparison, or/and/unless, aggregation, and the functions of promql_func.c.
 * Parsing is pure; what a selector holds comes from series.h. Scenario files use the same
 * expressions, with the names of signals. */
#ifndef SIM_PROMQL_H
#define SIM_PROMQL_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pq_kind { PQ_NUM, PQ_STR, PQ_SELECT, PQ_CALL, PQ_AGG, PQ_BINARY, PQ_NEG };
enum pq_match_op { PQ_EQ, PQ_NE, PQ_RE, PQ_NRE };
enum pq_type { PQ_SCALAR, PQ_STRING, PQ_VECTOR, PQ_RANGE };

enum pq_op {
    PQ_OR,
    PQ_AND,
    PQ_UNLESS,
    PQ_OP_EQ,
    PQ_OP_NE,
    PQ_OP_LE,
    PQ_OP_LT,
    PQ_OP_GE,
    PQ_OP_GT,
    PQ_ADD,
    PQ_SUB,
    PQ_MUL,
    PQ_DIV,
    PQ_MOD,
    PQ_POW,
};

struct pq_match {
    char key[64];
    char *value;
    enum pq_match_op op;
    regex_t re;
    bool has_re;
};

#define PQ_ARGS_MAX   4
#define PQ_LABELS_MAX 12
struct pq_node {
    enum pq_kind kind;
    enum pq_type type;
    int pos; /* byte in the query, from 0 */
    double num;
    char name[128]; /* metric, function, aggregation */
    char *text;     /* of a string */
    enum pq_op op;
    bool boolean, by, without;
    struct pq_match match[PQ_LABELS_MAX];
    size_t n_match;
    int64_t range_ms, offset_ms;
    char label[PQ_LABELS_MAX][64];
    size_t n_labels;
    struct pq_node *arg[PQ_ARGS_MAX];
    size_t n_args;
    int signal;           /* set by the scenario's loader; -1 otherwise */
    struct pq_node *next; /* all nodes of one query, for pq_free */
};

struct pq {
    struct pq_node *root;
    struct pq_node *all;
    size_t n_nodes;
};

#define PQ_TEXT_MAX 8192

/* NULL with `why` as Prometheus words it ("1:7: parse error: unclosed left parenthesis"). */
struct pq *pq_parse(const char *text, char *why, size_t why_size);
void pq_free(struct pq *q);

/* Functions the simulator knows; the table is in promql_func.c. */
struct pq_func {
    const char *name;
    size_t min_args, max_args;
    enum pq_type arg[3], type;
};
const struct pq_func *pq_func_find(const char *name);
bool pq_is_agg(const char *word);

#endif
