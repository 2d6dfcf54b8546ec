/* Rules between the keys of a preflight item, and of items with the rest of the plan. */
#include "plan/preflight_item.h"

#include <string.h>

#include "plan/check.h"
#include "plan/read.h"
#include "plan/sql.h"

static const struct {
    const char *key;
    enum preflight_kind kind;
} kinds[] = {{"http", PF_HTTP},     {"sql", PF_SQL},     {"prom", PF_PROM},
             {"exec", PF_EXEC},     {"env", PF_ENV},     {"confirm", PF_CONFIRM},
             {"panels", PF_PANELS}, {"drill", PF_DRILL}, {"reset", PF_RESET},
             {"window", PF_WINDOW}};
#define KINDS (sizeof kinds / sizeof *kinds)

const char *preflight_kind_word(enum preflight_kind k)
{
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].kind == k)
            return kinds[i].key;
    BUG("preflight kind %d", (int)k);
}

const char *preflight_level_word(enum preflight_level l)
{
    static const char *const words[] = {"blocker", "conditional", "advisory"};
    return words[l];
}

bool preflight_writes(const struct preflight_item *it)
{
    return it->kind == PF_DRILL || it->kind == PF_RESET;
}

bool preflight_by_itself(const struct preflight_item *it)
{
    return it->kind != PF_CONFIRM && !preflight_writes(it);
}

int preflight_item_of(const struct plan *p, const char *id)
{
    for (size_t i = 0; i < p->preflight.n_items; i++)
        if (!strcmp(p->preflight.items[i].id, id))
            return (int)i;
    return -1;
}

bool preflight_has_final(const struct plan *p)
{
    for (size_t i = 0; i < p->preflight.n_items; i++)
        if (p->preflight.items[i].final)
            return true;
    return false;
}

bool fits_variable(const char *s)
{
    static const char chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    return *s && strspn(s, chars) == strlen(s) && strlen(s) <= 64 && (*s < '0' || *s > '9');
}

static void say_key(struct load *l, const struct node *n, const char *key, const char *text)
{
    const struct node *v = node_get(n, key);
    size_t mark = path_key(l, key);
    say(l, v ? v : n, "%s", text);
    path_cut(l, mark);
}

static bool one_kind(struct load *l, const struct node *n, enum preflight_kind *kind)
{
    size_t found = 0;
    for (size_t i = 0; i < KINDS; i++)
        if (node_get(n, kinds[i].key)) {
            *kind = kinds[i].kind;
            found++;
        }
    if (found != 1)
        say(l, n,
            "%s of http sql prom exec env confirm panels drill reset window was found; allowed is "
            "exactly one",
            found ? "more than one" : "none");
    return found == 1;
}

/* Which kinds an expectation, or a limit on the number, makes sense for. */
static void item_expect(struct load *l, const struct node *n, const struct preflight_item *it)
{
    static const struct {
        const char *key;
        unsigned of; /* 1 << kind */
        const char *says;
    } rows[] = {{"status", 1u << PF_HTTP, "belongs to http"},
                {"json", 1u << PF_HTTP, "belongs to http"},
                {"stdout", 1u << PF_EXEC, "belongs to exec"},
                {"exit", 1u << PF_EXEC, "belongs to exec"},
                {"score", 1u << PF_EXEC, "belongs to exec"},
                {"rows", 1u << PF_SQL, "belongs to sql"},
                {"values", 1u << PF_HTTP | 1u << PF_EXEC, "belongs to http and exec"},
                {"value", 1u << PF_HTTP | 1u << PF_EXEC | 1u << PF_SQL | 1u << PF_PROM,
                 "belongs to http, exec, sql and prom"}};
    const struct node *e = node_get(n, "expect");
    size_t mark = path_key(l, "expect");
    for (size_t i = 0; e && e->kind == NODE_MAP && i < sizeof rows / sizeof *rows; i++)
        if (node_get(e, rows[i].key) && !(rows[i].of & 1u << it->kind))
            say_key(l, e, rows[i].key, rows[i].says);
    path_cut(l, mark);
}

static bool has_number(const struct preflight_item *it)
{
    return it->kind == PF_PROM || it->kind == PF_SQL ||
           ((it->kind == PF_HTTP || it->kind == PF_EXEC) &&
            (*it->read_path || it->kind == PF_EXEC));
}

/* A check has no baseline and looks once. */
static void check_cond(struct load *l, const struct node *n, const struct preflight_item *it,
                       const struct cond *c)
{
    if (!c->set)
        return;
    if (c->ref != COND_ABSOLUTE || c->for_ms)
        say_at(l, c, false, n,
               "\"%s\": a check looks once and has no baseline; allowed is OP VALUE", c->text);
    else if (!has_number(it))
        say_at(l, c, false, n, "there is no number to compare%s",
               it->kind == PF_HTTP ? "; add read: { json: PATH }" : "");
}

static void check_levels(struct load *l, const struct node *n, const struct preflight_item *it)
{
    const struct cond *w = &it->warning, *c = &it->critical;
    bool up = cond_upward(w);
    bool same = w->set && c->set && cond_upward(c) == up && w->op < CMP_EQ && c->op < CMP_EQ;
    if (same && (up ? w->value > c->value : w->value < c->value))
        say_at(l, w, false, n, "\"%s\" is beyond critical \"%s\"; allowed is a milder limit",
               w->text, c->text);
    if (*it->approve && !w->set)
        say_at(l, &it->approve, false, n, "there is no `warning` to agree to");
}

static void named_values(struct load *l, const struct node *n, struct preflight_item *it)
{
    struct preflight_expect *x = &it->expect;
    struct err e = ERR_INIT;
    x->values = pool_zalloc(l->pool, x->n_named, sizeof *x->values);
    for (size_t i = 0; i < x->n_named; i++) {
        x->values[i].name = x->named[i].key;
        if (cond_parse(x->named[i].value, &x->values[i].cond, &e) < 0)
            say_at(l, &x->named, false, n, "%s: %s", x->named[i].key, e.text);
        else if (x->values[i].cond.ref != COND_ABSOLUTE || x->values[i].cond.for_ms)
            say_at(l, &x->named, false, n, "%s: a check looks once and has no baseline",
                   x->named[i].key);
    }
}

static void check_read(struct load *l, const struct node *n, const struct preflight_item *it)
{
    const struct node *read = node_get(n, "read");
    bool json = it->kind == PF_HTTP || it->kind == PF_EXEC;
    if (!read)
        return;
    if (!json && it->kind != PF_SQL)
        say_key(l, n, "read", "belongs to http, exec and sql");
    else if (json != (node_get(read, "json") != NULL) || json == (node_get(read, "column") != NULL))
        say_key(l, n, "read", json ? "allowed is json: PATH" : "allowed is column: NAME");
}

static void check_exact_text(struct load *l, const struct node *n, void *field)
{
    struct err e = ERR_INIT;
    if (sql_allowed(l->plan, *(char **)field, false, &e) < 0)
        say(l, n, "%s", e.text);
}

/* An exact count is slow and locks nothing, but it is the DBA's to allow (DBA-11). */
static void check_exact(struct load *l, const struct node *n, struct preflight_item *it)
{
    const struct node *v = node_get(n, "exact");
    if (it->kind == PF_SQL && it->sql.write)
        say_key(l, n, "sql", "a check only reads; what writes is signed by who does it");
    if (!v || !*it->exact)
        return;
    if (it->kind != PF_SQL)
        say_key(l, n, "exact", "belongs to sql");
    else if (!*it->approve)
        say_key(l, n, "exact", "needs `approve`: the role that agrees to an exact count");
    size_t mark = path_key(l, "exact");
    defer(l, check_exact_text, v, &it->exact, false);
    path_cut(l, mark);
}

void check_preflight_item(struct load *l, const struct node *n, void *obj)
{
    struct preflight_item *it = obj;
    it->line = n->line;
    const struct node *e = node_get(n, "expect");
    it->after_item = -1;
    if (!e || e->kind != NODE_MAP || !node_get(e, "rows"))
        it->expect.rows = -1;
    for (size_t i = 0; &l->plan->preflight.items[i] < it; i++)
        if (*it->id && !strcmp(l->plan->preflight.items[i].id, it->id))
            say_at(l, &it->id, false, n, "\"%s\" is given twice; ids are unique", it->id);
    if (!one_kind(l, n, &it->kind))
        return;
    named_values(l, n, it);
    item_expect(l, n, it);
    check_cond(l, n, it, &it->warning);
    check_cond(l, n, it, &it->critical);
    check_levels(l, n, it);
    check_read(l, n, it);
    check_exact(l, n, it);
    if (it->kind == PF_DRILL && !it->within_ms)
        it->within_ms = 500;
    if (it->final && !preflight_by_itself(it))
        say_key(l, n, "final",
                "what a person does, or what writes, cannot be asked again by "
                "itself; leave it out");
}

static void check_needs(struct load *l, const struct node *n, const struct preflight_item *it)
{
    bool prom = it->kind == PF_PROM || it->kind == PF_PANELS;
    if (prom && !node_get(n, "prometheus"))
        say_at(l, &it->id, false, n, "asks Prometheus, and `prometheus: { url: … }` is missing");
    if (preflight_writes(it) && !l->plan->has_kill_switch)
        say_at(l, &it->id, false, n, "needs a kill switch, and the plan has none");
}

static void check_after(struct load *l, const struct node *n, struct preflight_item *it)
{
    if (!*it->after)
        return;
    it->after_item = preflight_item_of(l->plan, it->after);
    if (it->after_item < 0)
        say_at(l, &it->after, false, n, "there is no item \"%s\"", it->after);
    else if (&l->plan->preflight.items[it->after_item] >= it)
        say_at(l, &it->after, false, n, "\"%s\" does not stand before it; allowed is an item above",
               it->after);
}

void check_preflight(struct load *l, const struct node *n)
{
    struct plan_preflight *pf = &l->plan->preflight;
    for (size_t i = 0; i < pf->n_items; i++) {
        check_needs(l, n, &pf->items[i]);
        check_after(l, n, &pf->items[i]);
    }
    for (size_t i = 0; i < pf->n_signoff; i++)
        for (size_t k = 0; k < i; k++)
            if (!strcmp(pf->signoff[i], pf->signoff[k]))
                say_at(l, &pf->signoff, false, n, "\"%s\" is given twice; each role signs once",
                       pf->signoff[i]);
}
