/* Tokens of a PromQL text. */
#include "sim/promql_lex.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"

static bool ident_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || c == ':';
}

static bool ident_more(char c)
{
    return ident_start(c) || isdigit((unsigned char)c);
}

static void bad(struct pq_lex *l, const char *why)
{
    l->tok.kind = TOK_BAD;
    str_copy(l->bad, sizeof l->bad, why);
}

static void take(struct pq_lex *l, size_t n)
{
    if (n >= sizeof l->tok.text) {
        bad(l, "word too long");
        return;
    }
    memcpy(l->tok.text, l->s + l->pos, n);
    l->tok.text[n] = '\0';
    l->pos += n;
}

static void lex_number(struct pq_lex *l)
{
    const char *s = l->s + l->pos;
    size_t n = strspn(s, "0123456789.");
    if (l->durations) {
        n = strspn(s, "0123456789smhdwy");
    } else if (s[n] == 'e' || s[n] == 'E') {
        size_t sign = s[n + 1] == '+' || s[n + 1] == '-' ? 1 : 0;
        n += 1 + sign + strspn(s + n + 1 + sign, "0123456789");
    }
    take(l, n);
    if (l->tok.kind == TOK_BAD)
        return;
    if (l->durations) {
        l->tok.kind = TOK_DURATION;
        if (dur_parse(l->tok.text, &l->tok.ms) < 0)
            bad(l, "bad duration syntax");
        return;
    }
    l->tok.kind = TOK_NUM;
    if (num_parse(l->tok.text, &l->tok.num) < 0 || ident_start(l->s[l->pos]))
        bad(l, "bad number or duration syntax");
}

static void lex_string(struct pq_lex *l)
{
    char quote = l->s[l->pos++];
    size_t n = 0;
    l->tok.kind = TOK_STRING;
    for (char c; (c = l->s[l->pos]) != quote; l->pos++) {
        if (!c || c == '\n') {
            bad(l, "unterminated quoted string");
            return;
        }
        if (c == '\\' && quote != '`') {
            c = l->s[++l->pos];
            if (c == 'n')
                c = '\n';
            else if (!c || !strchr("\\\"'", c)) {
                bad(l, "unknown escape sequence");
                return;
            }
        }
        if (n + 2 >= sizeof l->tok.text) {
            bad(l, "string too long for the simulator");
            return;
        }
        l->tok.text[n++] = c;
    }
    l->pos++;
    l->tok.text[n] = '\0';
}

static void lex_punct(struct pq_lex *l)
{
    static const char *const two[] = {"==", "!=", ">=", "<=", "=~", "!~"};
    const char *s = l->s + l->pos;
    l->tok.kind = TOK_PUNCT;
    for (size_t i = 0; i < sizeof two / sizeof *two; i++) {
        if (!strncmp(s, two[i], 2)) {
            take(l, 2);
            return;
        }
    }
    if (strchr("+-*/%^()[]{},=<>", *s)) {
        take(l, 1);
        return;
    }
    str_fmt(l->bad, sizeof l->bad, "unexpected character: '%c'",
            isprint((unsigned char)*s) ? *s : '?');
    l->tok.kind = TOK_BAD;
}

void pq_lex_next(struct pq_lex *l)
{
    l->pos += strspn(l->s + l->pos, " \t\r\n");
    while (l->s[l->pos] == '#') {
        l->pos += strcspn(l->s + l->pos, "\n");
        l->pos += strspn(l->s + l->pos, " \t\r\n");
    }
    l->tok.text[0] = '\0';
    l->tok.pos = (int)l->pos;
    char c = l->s[l->pos];
    if (!c)
        l->tok.kind = TOK_END;
    else if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)l->s[l->pos + 1])))
        lex_number(l);
    else if (c == '"' || c == '\'' || c == '`')
        lex_string(l);
    else if (ident_start(c)) {
        size_t n = 1;
        while (ident_more(l->s[l->pos + n]))
            n++;
        l->tok.kind = TOK_IDENT;
        take(l, n);
    } else
        lex_punct(l);
}

void pq_lex_start(struct pq_lex *l, const char *text)
{
    memset(l, 0, sizeof *l);
    l->s = text;
    pq_lex_next(l);
}

bool pq_lex_is(const struct pq_lex *l, const char *word)
{
    return (l->tok.kind == TOK_PUNCT || l->tok.kind == TOK_IDENT) && !strcmp(l->tok.text, word);
}
