/* Tokens of a PromQL text; used by promql_parse.c alone. */
#ifndef SIM_PROMQL_LEX_H
#define SIM_PROMQL_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pq_tok_kind { TOK_END, TOK_NUM, TOK_IDENT, TOK_STRING, TOK_DURATION, TOK_PUNCT, TOK_BAD };

struct pq_tok {
    enum pq_tok_kind kind;
    int pos;
    double num;
    int64_t ms;
    char text[256]; /* identifier, punctuation, or the string's value */
};

struct pq_lex {
    const char *s;
    size_t pos;
    bool durations; /* inside [] or after offset: numbers are durations */
    struct pq_tok tok;
    char bad[64]; /* what is wrong with a TOK_BAD */
};

void pq_lex_start(struct pq_lex *l, const char *text);
void pq_lex_next(struct pq_lex *l);
bool pq_lex_is(const struct pq_lex *l, const char *punct_or_word);

#endif
