/* Lists and mappings with names of the user's choice. */
#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "plan/read.h"
#include "plan/tmpl.h"

_Static_assert(sizeof(struct scope_item) == sizeof(struct kv) &&
                   offsetof(struct scope_item, value) == offsetof(struct kv, value),
               "scope items are read as pairs");

#define HEADER_CHARS "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

static bool is_kind(struct load *l, const struct key_row *row, const struct node *n,
                    enum node_kind kind)
{
    if (n->kind == kind)
        return true;
    if (n->kind != NODE_BROKEN)
        say_allowed(l, row, n);
    return false;
}

/* A key that is a name of the plan's choice; returns what path_cut takes. */
static size_t read_name(struct load *l, const struct pair *p, char **name)
{
    struct node at = {.line = p->line, .col = p->col};
    size_t mark = path_key(l, p->key);
    if (!fits_label(p->key))
        say(l, &at, "the name does not fit; allowed are 1 to 32 of A-Z a-z 0-9 . _ -");
    *name = pool_str(l->pool, p->key, strlen(p->key));
    return mark;
}

void read_named(struct load *l, const struct key_row *value, const struct node *n,
                struct kv **field, size_t *count)
{
    struct kv *v = pool_zalloc(l->pool, n->n, sizeof *v);
    for (size_t i = 0; i < n->n; i++) {
        size_t mark = read_name(l, &n->pairs[i], &v[i].key);
        v[i].value = pool_str(l->pool, "", 0);
        read_text(l, value, n->pairs[i].value, &v[i].value);
        path_cut(l, mark);
    }
    *field = v;
    *count = n->n;
}

void read_pairs(struct load *l, const struct key_row *row, const struct node *n, struct kv **field,
                size_t *count)
{
    static const struct key_row value = {.type = KEY_LINE, .allowed = "one text of one line"};
    if (is_kind(l, row, n, NODE_MAP))
        read_named(l, &value, n, field, count);
}

static bool secret_header(const char *name)
{
    static const char *const words[] = {"authorization", "cookie", "token",
                                        "secret",        "key",    "password"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(name, words[i]))
            return true;
    return false;
}

static void read_header(struct load *l, const struct pair *p, char **field)
{
    static const struct key_row row = {.type = KEY_LINE, .flags = KEY_TEMPLATE | KEY_MAY_HIDE};
    struct given g;
    bool secret = secret_header(p->key);
    struct node at = {.line = p->line, .col = p->col};
    if (!*p->key || p->key[strspn(p->key, HEADER_CHARS)])
        say(l, &at, "this is no name of an HTTP header; allowed are letters, digits and -");
    if (!read_given(l, &row, p->value, secret, &g))
        return;
    if (strpbrk(g.text, "\r\n")) {
        say_allowed(l, &row, p->value);
        return;
    }
    if (secret && g.len && !strstr(g.text, "{{") &&
        (!holds_env(p->value->text) || env_has_default(p->value->text))) {
        say(l, p->value, "a secret stands in the plan; allowed is ${NAME}");
        return;
    }
    check_template(l, p->value, &g);
    *field = g.text;
}

void read_headers(struct load *l, const struct key_row *row, const struct node *n,
                  struct kv **field, size_t *count)
{
    if (!is_kind(l, row, n, NODE_MAP))
        return;
    struct kv *v = pool_zalloc(l->pool, n->n, sizeof *v);
    for (size_t i = 0; i < n->n; i++) {
        size_t mark = path_key(l, n->pairs[i].key);
        v[i].key = pool_str(l->pool, n->pairs[i].key, strlen(n->pairs[i].key));
        v[i].value = pool_str(l->pool, "", 0);
        read_header(l, &n->pairs[i], &v[i].value);
        path_cut(l, mark);
    }
    *field = v;
    *count = n->n;
}

void read_argv(struct load *l, const struct key_row *row, const struct node *n, char ***field,
               size_t *count)
{
    static const struct key_row item = {.type = KEY_TEXT, .flags = KEY_TEMPLATE};
    if (!is_kind(l, row, n, NODE_LIST))
        return;
    if (!n->n || n->n > 256) {
        say(l, n, "%zu items; allowed are 1 to 256, the first is the program", n->n);
        return;
    }
    char **v = pool_zalloc(l->pool, n->n + 1, sizeof *v);
    for (size_t i = 0; i < n->n; i++) {
        size_t mark = path_index(l, i);
        v[i] = pool_str(l->pool, "", 0);
        read_text(l, &item, n->items[i], &v[i]);
        if (!i && strstr(v[i], "{{"))
            say(l, n->items[i], "the program cannot be a placeholder; allowed is its name or path");
        path_cut(l, mark);
    }
    *field = v;
    *count = n->n;
}

void read_durations(struct load *l, const struct key_row *row, const struct node *n,
                    int64_t **field, size_t *count)
{
    if (!is_kind(l, row, n, NODE_LIST))
        return;
    struct key_row item = *row;
    item.type = KEY_DURATION;
    item.at = 0;
    int64_t *v = pool_zalloc(l->pool, n->n, sizeof *v);
    for (size_t i = 0; i < n->n; i++) {
        size_t mark = path_index(l, i);
        read_value(l, &item, n->items[i], &v[i]);
        if (i && v[i] && v[i] <= v[i - 1])
            say(l, n->items[i], "is not later than the one before; allowed is a rising list");
        path_cut(l, mark);
    }
    *field = v;
    *count = n->n;
}

void read_captures(struct load *l, const struct node *n, struct capture **field, size_t *count)
{
    static const struct key_row row = {.type = KEY_CAPTURES};
    if (!is_kind(l, &row, n, NODE_MAP))
        return;
    struct capture *v = pool_zalloc(l->pool, n->n, sizeof *v);
    for (size_t i = 0; i < n->n; i++) {
        const struct pair *p = &n->pairs[i];
        struct node at = {.line = p->line, .col = p->col};
        size_t mark = path_key(l, p->key);
        if (!fits_id(p->key) || strlen(p->key) > CAPTURED_NAME_MAX)
            say(l, &at, "the name does not fit; allowed are 1 to %d of a-z 0-9 _",
                CAPTURED_NAME_MAX);
        read_defaults(l, &schema_capture, &v[i]);
        v[i].name = pool_str(l->pool, p->key, strlen(p->key));
        read_map(l, &schema_capture, p->value, &v[i]);
        keep_captured(l, &at, v[i].name);
        path_cut(l, mark);
    }
    *field = v;
    *count = n->n;
}

static void read_steps(struct load *l, const struct node *n, struct action *a)
{
    if (n->kind == NODE_BROKEN)
        return;
    if (n->kind != NODE_LIST) {
        say(l, n, "%s was found; allowed is a list of steps", node_kind_words(n));
        return;
    }
    if (!n->n || n->n > 64) {
        say(l, n, "%zu steps; allowed are 1 to 64", n->n);
        return;
    }
    a->steps = pool_zalloc(l->pool, n->n, sizeof *a->steps);
    a->n_steps = n->n;
    for (size_t i = 0; i < n->n; i++) {
        size_t mark = path_index(l, i);
        read_defaults(l, &schema_step, &a->steps[i]);
        read_map(l, &schema_step, n->items[i], &a->steps[i]);
        path_cut(l, mark);
    }
}

void read_actions(struct load *l, const struct node *n)
{
    static const struct key_row row = {.type = KEY_ACTIONS};
    if (!is_kind(l, &row, n, NODE_MAP))
        return;
    struct action *v = pool_zalloc(l->pool, n->n, sizeof *v);
    for (size_t i = 0; i < n->n; i++) {
        const struct pair *p = &n->pairs[i];
        size_t mark = read_name(l, p, &v[i].name);
        if (null_scalar(p->value))
            say(l, p->value, "nothing was found; allowed is a list of steps");
        else
            read_steps(l, p->value, &v[i]);
        path_cut(l, mark);
    }
    l->plan->actions = v;
    l->plan->n_actions = n->n;
}
