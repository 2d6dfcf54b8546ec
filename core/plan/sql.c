/* A tokenizer for MySQL's and MariaDB's SQL and, on top, just enough grammar to say what a
 * statement does. What is not known is not allowed. */
#include "plan/sql.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "plan/plan.h"

#define TOKENS_MAX 4096

enum token_kind { T_WORD, T_NAME, T_STRING, T_MARK, T_END };

struct token {
    enum token_kind kind;
    char word[24]; /* T_WORD, upper case, cut; T_MARK: one character */
    int depth;     /* of parentheses */
};

struct lexer {
    const char *p;
    int depth;
    const char *why; /* what is wrong with the text */
};

/* ---- tokens ---- */

static bool is_word(unsigned char c)
{
    return isalnum(c) || c == '_' || c == '$' || c == '@' || c >= 0x80;
}

/* Behind a quoted text that begins at p; NULL when it has no end. */
static const char *behind_quotes(const char *p)
{
    char q = *p++;
    for (; *p; p++) {
        if (*p == '\\' && q != '`' && p[1])
            p++;
        else if (*p == q && p[1] == q)
            p++;
        else if (*p == q)
            return p + 1;
    }
    return NULL;
}

/* Behind white space and comments. What a server runs although it stands in a comment is refused.
 */
static bool skip(struct lexer *l)
{
    for (;;) {
        l->p += strspn(l->p, " \t\r\n\f\v");
        if (*l->p == '#' || (!strncmp(l->p, "--", 2) && (!l->p[2] || strchr(" \t\r\n", l->p[2])))) {
            l->p += strcspn(l->p, "\n");
        } else if (!strncmp(l->p, "/*", 2)) {
            const char *end = strstr(l->p + 2, "*/");
            if (l->p[2] == '!' || !strncasecmp(l->p + 2, "m!", 2))
                l->why = "has a comment that the server runs (/*! … */)";
            else if (!end)
                l->why = "has a comment without end";
            if (l->why)
                return false;
            l->p = end + 2;
        } else {
            return true;
        }
    }
}

static bool placeholder(struct lexer *l, struct token *t)
{
    const char *end = strstr(l->p, "}}");
    if (!end) {
        l->why = "has a placeholder without end";
        return false;
    }
    const char *colon = memchr(l->p, ':', (size_t)(end - l->p));
    t->kind = colon ? T_STRING : T_NAME;
    l->p = end + 2;
    return true;
}

static bool next(struct lexer *l, struct token *t)
{
    *t = (struct token){.kind = T_END, .depth = l->depth};
    if (!skip(l))
        return false;
    char c = *l->p;
    if (!c)
        return true;
    if (!strncmp(l->p, "{{", 2))
        return placeholder(l, t);
    if (c == '\'' || c == '"' || c == '`') {
        t->kind = c == '`' ? T_NAME : T_STRING;
        const char *end = behind_quotes(l->p);
        if (!end)
            l->why = "has quotes without end";
        else
            l->p = end;
        return end != NULL;
    }
    if (is_word((unsigned char)c)) {
        size_t n = 0;
        t->kind = T_WORD;
        for (; is_word((unsigned char)*l->p); l->p++)
            if (n + 1 < sizeof t->word)
                t->word[n++] = (char)toupper((unsigned char)*l->p);
        return true;
    }
    t->kind = T_MARK;
    t->word[0] = c;
    l->depth += (c == '(') - (c == ')');
    t->depth = l->depth + (c == ')');
    l->p++;
    return true;
}

bool sql_inside(const char *text, size_t n)
{
    struct lexer l = {.p = text};
    while (l.p < text + n) {
        const char *from = l.p;
        if (!skip(&l) || l.p > text + n)
            return true;
        if (l.p > from)
            continue;
        if (strchr("'\"`", *l.p)) {
            const char *end = behind_quotes(l.p);
            if (!end || end > text + n)
                return true;
            l.p = end;
        } else {
            l.p++;
        }
    }
    return false;
}

/* ---- grammar ---- */

struct words {
    struct token t[TOKENS_MAX];
    size_t n;
};

static bool is(const struct words *w, size_t i, const char *word)
{
    return i < w->n && (w->t[i].kind == T_WORD || w->t[i].kind == T_MARK) &&
           !strcmp(w->t[i].word, word);
}

static bool is_one(const struct words *w, size_t i, const char *const *list)
{
    for (; *list; list++)
        if (is(w, i, *list))
            return true;
    return false;
}

#define ONE(w, i, ...) is_one(w, i, (const char *const[]){__VA_ARGS__, NULL})

static int refuse(struct err *e, const char *why)
{
    return err_set(e, EX_BADDATA, "the statement %s", why);
}

static int read_words(const char *text, struct words *w, struct err *e)
{
    struct lexer l = {.p = text};
    w->n = 0;
    for (;;) {
        struct token t;
        if (!next(&l, &t))
            return refuse(e, l.why);
        if (t.kind == T_END)
            break;
        if (w->n == TOKENS_MAX)
            return refuse(e, "is too long");
        w->t[w->n++] = t;
    }
    while (w->n && is(w, w->n - 1, ";"))
        w->n--;
    for (size_t i = 0; i < w->n; i++)
        if (is(w, i, ";"))
            return refuse(e, "is more than one; allowed is one statement");
    return w->n ? 0 : refuse(e, "is empty");
}

static void add_op(struct sql_said *s, const char *op)
{
    for (size_t i = 0; i < s->n_ops; i++)
        if (!strcmp(s->ops[i], op))
            return;
    if (s->n_ops < SQL_OPS_MAX) /* every name there is has room */
        str_copy(s->ops[s->n_ops++], SQL_OP_SIZE, op);
}

static void add_op2(struct sql_said *s, const char *head, const char *tail)
{
    char op[SQL_OP_SIZE];
    str_fmt(op, sizeof op, "%s_%s", head, tail);
    add_op(s, op);
}

static void alter_add(const struct words *w, size_t i, struct sql_said *s)
{
    if (is(w, i, "CONSTRAINT")) {
        i++;
        if (!ONE(w, i, "PRIMARY", "UNIQUE", "FOREIGN", "CHECK"))
            i++; /* its name */
    }
    if (ONE(w, i, "INDEX", "KEY", "UNIQUE", "FULLTEXT", "SPATIAL", "VECTOR"))
        add_op(s, "ADD_INDEX");
    else if (is(w, i, "PRIMARY"))
        add_op(s, "ADD_PRIMARY_KEY");
    else if (is(w, i, "FOREIGN"))
        add_op(s, "ADD_FOREIGN_KEY");
    else if (ONE(w, i, "PARTITION", "CHECK", "PERIOD", "SYSTEM"))
        add_op2(s, "ADD", w->t[i].word);
    else
        add_op(s, "ADD_COLUMN");
}

/* DROP CONSTRAINT may drop a unique key: it counts as an index too. */
static void alter_drop(const struct words *w, size_t i, struct sql_said *s)
{
    if (ONE(w, i, "INDEX", "KEY")) {
        add_op(s, "DROP_INDEX");
    } else if (is(w, i, "PRIMARY")) {
        add_op(s, "DROP_PRIMARY_KEY");
        add_op(s, "DROP_INDEX");
    } else if (is(w, i, "CONSTRAINT")) {
        add_op(s, "DROP_CONSTRAINT");
        add_op(s, "DROP_INDEX");
    } else if (is(w, i, "FOREIGN")) {
        add_op(s, "DROP_FOREIGN_KEY");
    } else if (ONE(w, i, "PARTITION", "CHECK", "PERIOD", "SYSTEM")) {
        add_op2(s, "DROP", w->t[i].word);
    } else {
        add_op(s, "DROP_COLUMN");
    }
}

static void alter_clause(const struct words *w, size_t i, struct sql_said *s)
{
    if (is(w, i, "ADD"))
        alter_add(w, i + 1, s);
    else if (is(w, i, "DROP"))
        alter_drop(w, i + 1, s);
    else if (is(w, i, "RENAME"))
        add_op2(s, "RENAME",
                ONE(w, i + 1, "INDEX", "KEY") ? "INDEX"
                : is(w, i + 1, "COLUMN")      ? "COLUMN"
                                              : "TABLE");
    else if (is(w, i, "ALTER"))
        add_op(s, ONE(w, i + 1, "INDEX", "KEY") ? "ALTER_INDEX" : "MODIFY_COLUMN");
    else if (ONE(w, i, "MODIFY", "CHANGE"))
        add_op(s, "MODIFY_COLUMN");
    else if (is(w, i, "TRUNCATE"))
        add_op(s, "TRUNCATE_PARTITION");
    else if (!ONE(w, i, "ALGORITHM", "LOCK"))
        add_op(s, "ALTER_TABLE");
}

/* A word that is a clause of its own although no comma stands before it is looked at as well: a
 * missing comma hides nothing. */
static void alter_table(const struct words *w, size_t i, struct sql_said *s)
{
    while (i < w->n &&
           !ONE(w, i, "ADD", "DROP", "RENAME", "ALTER", "MODIFY", "CHANGE", "TRUNCATE") &&
           !is(w, i, ","))
        i++;
    if (i == w->n)
        add_op(s, "ALTER_TABLE");
    bool first = true;
    for (; i < w->n; i++) {
        bool begins = first || (is(w, i - 1, ",") && !w->t[i - 1].depth);
        if (begins && !is(w, i, ","))
            alter_clause(w, i, s);
        else if (!w->t[i].depth && is(w, i, "DROP"))
            alter_drop(w, i + 1, s);
        first = false;
    }
    if (!s->n_ops)
        add_op(s, "ALTER_TABLE");
}

static int say_alter(const struct words *w, struct sql_said *s, struct err *e)
{
    size_t i = 1;
    while (ONE(w, i, "ONLINE", "OFFLINE", "IGNORE"))
        i++;
    if (is(w, i, "TABLE"))
        alter_table(w, i + 1, s);
    else if (ONE(w, i, "DATABASE", "SCHEMA", "USER", "VIEW", "SEQUENCE", "INSTANCE"))
        add_op2(s, "ALTER", w->t[i].word);
    else
        return refuse(e, "alters something that is not known here; allowed is ALTER TABLE");
    return 0;
}

/* Triggers, procedures and events hold statements of their own: they are not looked through. */
static int say_create(const struct words *w, struct sql_said *s, struct err *e)
{
    static const char *const things[] = {"TABLE", "VIEW",     "USER",     "ROLE",
                                         "INDEX", "DATABASE", "SEQUENCE", NULL};
    size_t i = 1;
    while (i < w->n && !is_one(w, i, things) &&
           !ONE(w, i, "SCHEMA", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE", "SERVER"))
        i++;
    if (is(w, i, "INDEX"))
        add_op(s, "ADD_INDEX");
    else if (is(w, i, "SCHEMA"))
        add_op(s, "CREATE_DATABASE");
    else if (is_one(w, i, things))
        add_op2(s, "CREATE", w->t[i].word);
    else
        return refuse(e, "creates something that is not looked through here");
    return 0;
}

static int say_drop(const struct words *w, struct sql_said *s, struct err *e)
{
    size_t i = 1 + is(w, 1, "TEMPORARY");
    if (ONE(w, i, "TABLE", "TABLES"))
        add_op(s, "DROP_TABLE");
    else if (ONE(w, i, "DATABASE", "SCHEMA"))
        add_op(s, "DROP_DATABASE");
    else if (i < w->n && w->t[i].kind == T_WORD)
        add_op2(s, "DROP", w->t[i].word);
    else
        return refuse(e, "drops nothing that is known");
    return 0;
}

static bool anywhere(const struct words *w, const char *first, const char *second)
{
    for (size_t i = 0; i < w->n; i++)
        if (is(w, i, first) && (!second || is(w, i + 1, second)))
            return true;
    return false;
}

/* SELECT may write a file or a variable, and may lock. */
static void say_select(const struct words *w, struct sql_said *s)
{
    if (anywhere(w, "INTO", NULL))
        add_op(s, "SELECT_INTO");
    if (anywhere(w, "FOR", "UPDATE") || anywhere(w, "FOR", "SHARE") || anywhere(w, "LOCK", "IN"))
        add_op(s, "SELECT_FOR_UPDATE");
    s->reads = !s->n_ops;
}

/* The statement behind the common table expressions; or the one that is explained. */
static const char *inner_verb(const struct words *w)
{
    static const char *const verbs[] = {"SELECT", "UPDATE", "DELETE", "INSERT", "REPLACE", NULL};
    for (size_t i = 1; i < w->n; i++)
        if (w->t[i].depth == w->t[0].depth && is_one(w, i, verbs))
            return w->t[i].word;
    return "";
}

static void say_explain(const struct words *w, struct sql_said *s)
{
    const char *inner = inner_verb(w);
    if (anywhere(w, "ANALYZE", NULL) && *inner && strcmp(inner, "SELECT") != 0)
        add_op(s, inner); /* it is run */
    if (anywhere(w, "INTO", NULL) && strcmp(inner, "INSERT") != 0 && strcmp(inner, "REPLACE") != 0)
        add_op(s, "SELECT_INTO");
    s->reads = !s->n_ops;
}

static int say_with(const struct words *w, struct sql_said *s, struct err *e)
{
    const char *inner = inner_verb(w);
    if (!*inner)
        return refuse(e, "has a WITH that leads to nothing known");
    if (!strcmp(inner, "SELECT"))
        say_select(w, s);
    else
        add_op(s, inner);
    return 0;
}

static int say_rest(const struct words *w, size_t at, struct sql_said *s, struct err *e)
{
    static const char *const plain[] = {"INSERT", "UPDATE", "DELETE", "REPLACE", "KILL",  "FLUSH",
                                        "GRANT",  "REVOKE", "START",  "STOP",    "RESET", NULL};
    static const char *const tables[] = {"TRUNCATE", "RENAME", "OPTIMIZE", "ANALYZE",
                                         "REPAIR",   "CHECK",  NULL};
    if (is(w, at, "SET") && !is(w, at + 1, "STATEMENT"))
        add_op(s, "SET");
    else if (is_one(w, at, plain))
        add_op(s, w->t[at].word);
    else if (is_one(w, at, tables))
        add_op2(s, w->t[at].word, is(w, at + 1, "USER") ? "USER" : "TABLE");
    else
        return err_set(
            e, EX_BADDATA, "%s%.20s hides what it runs, or is not known; it is never sent",
            is(w, at, "SET") ? "SET " : "", is(w, at, "SET") ? w->t[at + 1].word : w->t[at].word);
    return 0;
}

static int say(const struct words *w, struct sql_said *s, struct err *e)
{
    size_t at = 0;
    while (is(w, at, "("))
        at++;
    if (at == w->n || w->t[at].kind != T_WORD)
        return refuse(e, "does not begin with a word like SELECT");
    str_copy(s->verb, sizeof s->verb, w->t[at].word);
    if (is(w, at, "SELECT"))
        say_select(w, s);
    else if (is(w, at, "SHOW"))
        s->reads = true;
    else if (ONE(w, at, "EXPLAIN", "DESCRIBE", "DESC"))
        say_explain(w, s);
    else if (at)
        return refuse(e, "begins with a parenthesis and is no SELECT");
    else if (is(w, at, "WITH"))
        return say_with(w, s, e);
    else if (is(w, at, "ALTER"))
        return say_alter(w, s, e);
    else if (is(w, at, "CREATE"))
        return say_create(w, s, e);
    else if (is(w, at, "DROP"))
        return say_drop(w, s, e);
    else
        return say_rest(w, at, s, e);
    return 0;
}

int sql_classify(const char *text, struct sql_said *out, struct err *e)
{
    struct words *w = xalloc(sizeof *w);
    *out = (struct sql_said){0};
    int rc = read_words(text, w, e);
    if (!rc)
        rc = say(w, out, e);
    free(w);
    return rc;
}
