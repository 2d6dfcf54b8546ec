/* What the plan lets the tool do to a database: `denied` and `allowed: { operation: … }`. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "plan/plan.h"
#include "plan/schema.h"
#include "plan/sql.h"

bool fits_operation(const char *s)
{
    size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    return n > 1 && n < SQL_OP_SIZE && !s[n] && *s != '_';
}

static bool listed(char *const *list, size_t n, const char *op)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(list[i], op))
            return true;
    return false;
}

static const char *denied_of(const struct plan *p, const struct sql_said *s)
{
    for (size_t i = 0; i < s->n_ops; i++)
        if (listed(p->deny.denied, p->deny.n_denied, s->ops[i]))
            return s->ops[i];
    return NULL;
}

static int check_ops(const struct plan *p, const struct sql_said *s, struct err *e)
{
    const char *op = denied_of(p, s);
    if (op)
        return err_set(e, EX_NOPERMISSION,
                       "%s is denied by the plan (`denied`): the tool itself never runs it", op);
    for (size_t i = 0; p->deny.n_operations && i < s->n_ops; i++) {
        if (listed(p->deny.operations, p->deny.n_operations, s->ops[i]))
            continue;
        return err_set(e, EX_NOPERMISSION,
                       "%s is not among the allowed operations of the plan (allowed.operation)",
                       s->ops[i]);
    }
    return 0;
}

int sql_allowed(const struct plan *p, const char *text, bool write, struct err *e)
{
    struct sql_said s;
    if (sql_classify(text, &s, e) < 0 || check_ops(p, &s, e) < 0)
        return -1;
    if (!s.reads && !write)
        return err_set(e, EX_NOPERMISSION,
                       "%s changes or locks something; allowed are SELECT, SHOW and EXPLAIN, or "
                       "`write: true`",
                       s.n_ops ? s.ops[0] : s.verb);
    return 0;
}

/* DROP_INDEX as a word of its own. */
static bool names(const char *text, const char *op)
{
    size_t n = strlen(op);
    for (const char *s = text; n && (s = strcasestr(s, op)); s++) {
        bool before = s > text && (isalnum((unsigned char)s[-1]) || s[-1] == '_');
        bool behind = isalnum((unsigned char)s[n]) || s[n] == '_';
        if (!before && !behind)
            return true;
    }
    return false;
}

static bool classify_head(const char *s, const char *ends, struct sql_said *said)
{
    char *one = xstrndup(s, strcspn(s, ends));
    bool known = sql_classify(one, said, NULL) == 0;
    free(one);
    return known;
}

/* SQL somewhere in a text: whatever begins with a verb of its own, up to a semicolon. */
static const char *runs(const struct plan *p, const char *text)
{
    static const char *const verbs[] = {"ALTER",  "DROP",   "CREATE", "TRUNCATE", "RENAME",
                                        "DELETE", "UPDATE", "INSERT", "REPLACE"};
    for (const char *s = text; *s; s++) {
        if (s > text && (isalnum((unsigned char)s[-1]) || s[-1] == '_'))
            continue;
        for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
            size_t n = strlen(verbs[i]);
            struct sql_said said;
            if (strncasecmp(s, verbs[i], n) != 0 || !isspace((unsigned char)s[n]))
                continue;
            if (!classify_head(s, ";", &said) && !classify_head(s, ";'\"", &said))
                continue;
            const char *op = denied_of(p, &said);
            for (size_t k = 0; op && k < p->deny.n_denied; k++)
                if (!strcmp(p->deny.denied[k], op))
                    return p->deny.denied[k];
        }
    }
    return NULL;
}

const char *sql_denied_in(const struct plan *p, const char *text, bool command)
{
    for (size_t i = 0; i < p->deny.n_denied; i++)
        if (names(text, p->deny.denied[i]))
            return p->deny.denied[i];
    return command && p->deny.n_denied ? runs(p, text) : NULL;
}
