/* The rows of databases: targets, what a metric reads of them, statements, denied operations; and
 * what these keys mean together. */
#include <string.h>

#include "plan/check.h"
#include "plan/read.h"
#include "plan/sql.h"
#include "plan/tmpl.h"

#define N(a)        (sizeof(a) / sizeof *(a))
#define AT(s, f)    .at = offsetof(struct s, f)
#define WORDS(list) .words = list, .n_words = N(list)
#define DAY         86400000.0

static const char *const words_tls[] = {"preferred", "required", "off"};

static const char *const units[] = {
    "",
#define X(id, name, unit, needs, reader, doc) unit,
#include "plan/mysql_probes.def"
#undef X
};
static const char *const words_probe[] = {
    NULL,
#define X(id, name, unit, needs, reader, doc) name,
#include "plan/mysql_probes.def"
#undef X
};

const char *probe_name(enum mysql_probe p)
{
    return words_probe[p] ? words_probe[p] : "";
}

const char *probe_unit(enum mysql_probe p)
{
    return units[p];
}

static const struct key_row target_rows[] = {
    {"name", KEY_WORD, KEY_REQUIRED, AT(mysql_target, name), .fits = fits_label,
     .allowed = "1 to 32 of A-Z a-z 0-9 . _ -", .doc = "its name in the plan"},
    {"host", KEY_WORD, KEY_REQUIRED, AT(mysql_target, host), .fits = fits_host,
     .allowed = "a host name or address", .doc = "always over TCP, also localhost"},
    {"port", KEY_INT, 0, AT(mysql_target, port), .lo = 1, .hi = 65535, .fallback = "3306",
     .doc = "TCP port"},
    {"user", KEY_LINE, KEY_REQUIRED, AT(mysql_target, user), .doc = "account"},
    {"password", KEY_SECRET, KEY_MAY_HIDE, AT(mysql_target, password), .doc = "of the account"},
    {"password_file", KEY_SECRET_FILE, 0, AT(mysql_target, password),
     .doc = "file that holds the password"},
    {"database", KEY_LINE, 0, AT(mysql_target, database), .doc = "of names without one"},
    {"tls", KEY_ENUM, 0, AT(mysql_target, tls), WORDS(words_tls), .fallback = "preferred",
     .doc = "preferred: when offered, not verified; required: verified; off"},
    {"ca_file", KEY_LINE, 0, AT(mysql_target, ca_file), .doc = "certificates to trust"},
    {"insecure", KEY_BOOL, 0, AT(mysql_target, insecure), .fallback = "false",
     .doc = "tls: required without verifying the certificate"},
    {"replica_of", KEY_WORD, 0, AT(mysql_target, replica_of.name), .fits = fits_label,
     .allowed = "the name of another target", .doc = "whose replica it is"},
    {"timeout", KEY_DURATION, 0, AT(mysql_target, timeout_ms), .lo = 1000, .hi = 60000,
     .fallback = "4s", .doc = "of connecting and of one question"},
};
const struct key_map schema_mysql = {"mysql", target_rows, N(target_rows),
                                     sizeof(struct mysql_target), check_mysql};

static const struct key_row metric_rows[] = {
    {"target", KEY_WORD, KEY_REQUIRED, AT(sql_metric, target.name), .fits = fits_label,
     .allowed = "the name of a target of `mysql`", .doc = "who is asked"},
    {"probe", KEY_ENUM, 0, AT(sql_metric, probe), WORDS(words_probe), .doc = "what is read"},
    {"sql", KEY_TEXT, 0, AT(sql_metric, sql),
     .doc = "instead of probe: a SELECT or SHOW whose only value it is"},
};
const struct key_map schema_sql_metric = {"mysql_metric", metric_rows, N(metric_rows),
                                          sizeof(struct sql_metric), check_sql_metric};

static const struct key_row call_rows[] = {
    {"target", KEY_WORD, KEY_REQUIRED, AT(sql_call, target.name), .fits = fits_label,
     .allowed = "the name of a target of `mysql`", .doc = "who is asked"},
    {"query", KEY_TEXT, KEY_REQUIRED | KEY_TEMPLATE, AT(sql_call, query),
     .doc = "one statement; {{path}} is a name, {{path:string}} a text, both quoted for you"},
    {"write", KEY_BOOL, 0, AT(sql_call, write), .fallback = "false",
     .doc = "it may change something; without it SELECT, SHOW and EXPLAIN alone"},
    {"timeout", KEY_DURATION, 0, AT(sql_call, timeout_ms), .lo = 1000, .hi = DAY, .fallback = "10s",
     .doc = "of the statement; the server is told, too"},
};
const struct key_map schema_sql = {"sql", call_rows, N(call_rows), sizeof(struct sql_call),
                                   check_sql};

static const struct key_row allowed_rows[] = {
    {"operation", KEY_WORD_LIST, 0, AT(plan, deny.operations),
     .count_at = offsetof(struct plan, deny.n_operations), .lo = 1, .hi = 32,
     .fits = fits_operation, .allowed = "a list of operations like ADD_INDEX",
     .doc = "scope.operation and the statements of actions must be among them"},
};
const struct key_map schema_allowed_ops = {"allowed", allowed_rows, N(allowed_rows), 0, NULL};

bool fits_host(const char *s)
{
    size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:-_");
    return n > 0 && n < 256 && !s[n];
}

/* ---- what they mean ---- */

static void resolve(struct load *l, const struct node *n, void *field)
{
    struct sql_ref *ref = field;
    const struct plan *p = l->plan;
    struct buf list = BUF_INIT;
    ref->at = 0;
    for (size_t i = 0; i < p->n_mysql; i++) {
        if (!strcmp(p->mysql[i].name, ref->name)) {
            ref->at = (int)i;
            buf_free(&list);
            return;
        }
        if (*p->mysql[i].name)
            buf_addf(&list, "%s%s", list.len ? " " : "", p->mysql[i].name);
    }
    say(l, n, "there is no target \"%.40s\"; allowed are %s", ref->name,
        list.len ? list.p : "none, because the plan has no `mysql`");
    buf_free(&list);
}

/* The name of a target is looked up once all are read. */
static void resolve_later(struct load *l, const struct node *n, const char *key,
                          struct sql_ref *ref)
{
    const struct node *v = node_get(n, key);
    size_t mark = path_key(l, key);
    ref->at = -1;
    if (v && *ref->name)
        defer(l, resolve, v, ref, false);
    path_cut(l, mark);
}

void check_mysql(struct load *l, const struct node *n, void *obj)
{
    struct mysql_target *t = obj;
    if (node_get(n, "password") && node_get(n, "password_file"))
        say(l, n, "has both password and password_file; allowed is one of them");
    for (size_t i = 0; i < l->plan->n_mysql && &l->plan->mysql[i] < t; i++)
        if (*t->name && !strcmp(l->plan->mysql[i].name, t->name))
            say_at(l, &t->name, false, n, "\"%s\" is given twice; names are unique", t->name);
    resolve_later(l, n, "replica_of", &t->replica_of);
    if (*t->name && !strcmp(t->replica_of.name, t->name))
        say_at(l, &t->replica_of.name, false, n, "a target is no replica of itself");
}

static void check_statement(struct load *l, const struct node *n, void *field)
{
    struct err e = ERR_INIT;
    const struct sql_call *c = field;
    struct tmpl_ref r;
    for (size_t at = 0; tmpl_next(c->query, at, &r, NULL) == 1; at = r.end)
        if (sql_inside(c->query, r.start))
            say(l, n,
                "{{%s}} stands inside quotes or a comment; it is quoted by itself: allowed is "
                "{{path}} for a name and {{path:string}} for a text",
                r.path);
    if (sql_allowed(l->plan, c->query, c->write, &e) < 0)
        say(l, n, "%s", e.text);
}

void check_sql(struct load *l, const struct node *n, void *obj)
{
    struct sql_call *c = obj;
    const struct node *query = node_get(n, "query");
    size_t mark = path_key(l, "query");
    if (query && *c->query)
        defer(l, check_statement, query, c, false);
    path_cut(l, mark);
    resolve_later(l, n, "target", &c->target);
}

void check_sql_metric(struct load *l, const struct node *n, void *obj)
{
    struct sql_metric *m = obj;
    struct err e = ERR_INIT;
    bool probe = node_get(n, "probe"), sql = node_get(n, "sql");
    m->set = true;
    if (probe == sql)
        say(l, n, "%s probe and sql; allowed is exactly one of them",
            probe ? "has both" : "has none of");
    if (sql && *m->sql && sql_allowed(l->plan, m->sql, false, &e) < 0)
        say_at(l, &m->sql, false, n, "%s", e.text);
    resolve_later(l, n, "target", &m->target);
}

/* A denied operation may hide in the text of a call. */
static const char *denied_in_call(const struct plan *p, const struct step *s)
{
    const struct http_call *h = s->kind == STEP_HTTP    ? &s->http
                                : s->kind == STEP_BURST ? &s->burst.http
                                                        : NULL;
    const char *op = NULL;
    if (h && !(op = sql_denied_in(p, h->url, false)) && h->body)
        op = sql_denied_in(p, h->body, false);
    for (size_t i = 0; s->kind == STEP_EXEC && !op && i < s->exec.argc; i++)
        op = sql_denied_in(p, s->exec.argv[i], true);
    return op;
}

void check_operations(struct load *l, const struct node *n)
{
    struct plan *p = l->plan;
    for (size_t i = 0; i < p->n_scope; i++) {
        const char *op = p->scope[i].value;
        bool known = !p->deny.n_operations;
        if (strcmp(p->scope[i].key, "operation") != 0)
            continue;
        for (size_t k = 0; k < p->deny.n_operations; k++)
            known |= !strcmp(p->deny.operations[k], op);
        if (!known)
            say_at(l, &p->scope, false, n, "operation %s is not among allowed.operation", op);
        if (sql_denied_in(p, op, false))
            say_at(l, &p->scope, false, n, "operation %s is denied by the plan itself", op);
    }
    for (size_t a = 0; a < p->n_actions; a++)
        for (size_t i = 0; i < p->actions[a].n_steps; i++) {
            const struct step *s = &p->actions[a].steps[i];
            const char *op = denied_in_call(p, s);
            if (op)
                say_at(l, s, true, n,
                       "%s is denied by the plan (`denied`): the tool itself never runs it", op);
        }
}
