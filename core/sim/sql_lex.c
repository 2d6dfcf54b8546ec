/* Statements into tokens. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sim/sql_int.h"

/* White space, `-- …`, `# …` and comments between slashes and stars. */
static size_t skip(const char *s, size_t n, size_t i)
{
    for (;;) {
        while (i < n && isspace((unsigned char)s[i]))
            i++;
        bool dashes =
            i + 2 < n && s[i] == '-' && s[i + 1] == '-' && isspace((unsigned char)s[i + 2]);
        if (i < n && (s[i] == '#' || dashes)) {
            while (i < n && s[i] != '\n')
                i++;
        } else if (i + 1 < n && s[i] == '/' && s[i + 1] == '*') {
            for (i += 2; i + 1 < n && !(s[i] == '*' && s[i + 1] == '/'); i++)
                ;
            i = i + 1 < n ? i + 2 : n;
        } else {
            return i;
        }
    }
}

static bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static void put(struct sql_token *t, size_t *len, char c)
{
    if (*len + 1 < sizeof t->text)
        t->text[(*len)++] = c;
    else
        t->is = SQL_BAD;
}

/* From the opening quote on; a doubled quote and (in strings) a backslash stand for a character. */
static size_t quoted(const char *s, size_t n, size_t i, struct sql_token *t)
{
    char q = s[i++];
    size_t len = 0;
    t->is = q == '`' ? SQL_WORD : SQL_STRING;
    t->quoted = true;
    for (; i < n; i++) {
        if (s[i] == q && i + 1 < n && s[i + 1] == q)
            put(t, &len, s[i++]);
        else if (s[i] == q)
            break;
        else if (s[i] == '\\' && q != '`' && i + 1 < n) {
            i++;
            if (s[i] == '%' || s[i] == '_') /* LIKE reads it */
                put(t, &len, '\\');
            put(t, &len, s[i] == 'n' ? '\n' : s[i] == 't' ? '\t' : s[i]);
        } else
            put(t, &len, s[i]);
    }
    t->text[len] = '\0';
    if (i == n)
        t->is = SQL_BAD;
    return i + 1;
}

static size_t plain(const char *s, size_t n, size_t i, struct sql_token *t)
{
    size_t len = 0;
    if (s[i] == '@') {
        t->is = SQL_VAR;
        while (i < n && (s[i] == '@' || s[i] == '.' || word_char(s[i])))
            put(t, &len, s[i++]);
    } else if (isdigit((unsigned char)s[i])) {
        t->is = SQL_NUMBER;
        while (i < n && (word_char(s[i]) || s[i] == '.'))
            put(t, &len, s[i++]);
    } else if (word_char(s[i])) {
        t->is = SQL_WORD;
        while (i < n && word_char(s[i]))
            put(t, &len, s[i++]);
    } else {
        static const char *const two[] = {"<=", ">=", "<>", "!=", "||", "&&"};
        t->is = SQL_PUNCT;
        for (size_t k = 0; !len && k < sizeof two / sizeof *two; k++)
            if (i + 1 < n && !strncmp(s + i, two[k], 2)) {
                put(t, &len, s[i++]);
                put(t, &len, s[i++]);
            }
        if (!len)
            put(t, &len, s[i++]);
    }
    t->text[len] = '\0';
    return i;
}

int sql_lex(const char *s, size_t n, struct sql_token *tok, size_t *count)
{
    bool bad = memchr(s, '\0', n) != NULL;
    *count = 0;
    for (size_t i = skip(s, n, 0); i < n; i = skip(s, n, i)) {
        struct sql_token *t = &tok[*count];
        *t = (struct sql_token){.at = i};
        i = strchr("'\"`", s[i]) && s[i] ? quoted(s, n, i, t) : plain(s, n, i, t);
        t->end = i < n ? i : n;
        bad = bad || t->is == SQL_BAD;
        if (++*count + 1 == SQL_TOKENS_MAX)
            return -1;
    }
    if (*count && !strcmp(tok[*count - 1].text, ";") && tok[*count - 1].is == SQL_PUNCT)
        --*count;
    tok[*count] = (struct sql_token){.is = SQL_END, .at = n, .end = n};
    return bad ? -1 : 0;
}

bool sql_is(const struct sql *q, const char *word)
{
    const struct sql_token *t = &q->tok[q->i];
    bool able = (t->is == SQL_WORD && !t->quoted) || t->is == SQL_PUNCT;
    return able && !strcasecmp(t->text, word);
}

bool sql_take(struct sql *q, const char *word)
{
    if (!sql_is(q, word))
        return false;
    q->i++;
    return true;
}

bool sql_take_all(struct sql *q, const char *words)
{
    size_t from = q->i;
    char one[40];
    while (*words) {
        size_t n = strcspn(words, " ");
        str_fmt(one, sizeof one, "%.*s", (int)n, words);
        if (!sql_take(q, one)) {
            q->i = from;
            return false;
        }
        words += n + (words[n] == ' ');
    }
    return true;
}

const char *sql_name(struct sql *q)
{
    if (q->tok[q->i].is != SQL_WORD)
        return NULL;
    return q->tok[q->i++].text;
}

int sql_fail(struct sql *q, unsigned errnum, const char *sqlstate, const char *fmt, ...)
{
    va_list ap;
    if (q->out->errnum)
        return -1;
    q->out->errnum = errnum;
    str_copy(q->out->sqlstate, sizeof q->out->sqlstate, sqlstate);
    va_start(ap, fmt);
    vsnprintf(q->out->error, sizeof q->out->error, fmt, ap);
    va_end(ap);
    return -1;
}

int sql_syntax(struct sql *q)
{
    return sql_fail(q, 1064, "42000",
                    "You have an error in your SQL syntax, or the simulator does not know this; "
                    "near '%.120s' at line 1",
                    q->text + q->tok[q->i].at);
}
