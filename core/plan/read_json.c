/* YAML values -> JSON text. A quoted text stays a text; a bare one is a number, true, false or
 * null only in JSON's own forms, and words that some take for a boolean are refused. */
#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "base/text.h"
#include "plan/read.h"
#include "plan/tmpl.h"

static const struct key_row scalar_row = {
    .type = KEY_JSON, .flags = KEY_TEMPLATE | KEY_MAY_HIDE, .allowed = "a value"};
static const struct key_row expect_row = {
    .type = KEY_TEXT, .flags = KEY_TEMPLATE, .allowed = "a value"};

static void add_string(struct buf *out, const char *s, size_t n)
{
    buf_addc(out, '"');
    while (n) {
        int32_t cp;
        size_t used = text_next(s, n, &cp);
        if (cp == '"' || cp == '\\')
            buf_addf(out, "\\%c", (char)cp);
        else if (cp < 0x20)
            buf_addf(out, "\\u%04x", (unsigned)cp);
        else
            buf_add(out, s, used);
        s += used;
        n -= used;
    }
    buf_addc(out, '"');
}

static bool json_number(const char *s)
{
    double v;
    const char *d = s + (*s == '-');
    if (*d < '0' || *d > '9' || (d[0] == '0' && d[1] >= '0' && d[1] <= '9'))
        return false;
    return num_parse(s, &v) == 0;
}

/* A text that is exactly one placeholder for a number becomes that number. */
static bool lone_number(const char *s, size_t n)
{
    struct tmpl_ref ref;
    return !strncmp(s, "{{", 2) && tmpl_next(s, 0, &ref, NULL) == 1 && ref.end == n &&
           !ref.as_string && tmpl_is_number(ref.path);
}

static void add_scalar(struct load *l, const struct key_row *row, const struct node *n,
                       struct buf *out)
{
    static const char *const doubtful[] = {"yes", "no", "on", "off", "y", "n"};
    struct given g;
    if (null_scalar(n)) {
        buf_adds(out, "null");
        return;
    }
    if (!fill_env(l, row, n, false, &g)) {
        buf_adds(out, "null");
        return;
    }
    check_template(l, n, &g);
    if (lone_number(g.text, g.len)) {
        buf_add(out, g.text, g.len);
    } else if (n->quoted) {
        add_string(out, g.text, g.len);
    } else if (!strcmp(g.text, "true") || !strcmp(g.text, "false") || json_number(g.text)) {
        buf_add(out, g.text, g.len);
    } else {
        for (size_t i = 0; i < sizeof doubtful / sizeof *doubtful && !g.expanded; i++)
            if (!strcasecmp(g.text, doubtful[i]))
                say(l, n,
                    "%s is a boolean for some and a text for others; allowed is true, false "
                    "or the word in quotes",
                    g.text);
        add_string(out, g.text, g.len);
    }
}

/* Depth is bounded by the tree's 32 levels. */
static void add_value(struct load *l, const struct key_row *row, const struct node *n,
                      struct buf *out)
{
    switch (n->kind) {
    case NODE_BROKEN:
        buf_adds(out, "null");
        break;
    case NODE_SCALAR:
        add_scalar(l, row, n, out);
        break;
    case NODE_LIST:
        buf_addc(out, '[');
        for (size_t i = 0; i < n->n; i++) {
            size_t mark = path_index(l, i);
            buf_adds(out, i ? "," : "");
            add_value(l, row, n->items[i], out);
            path_cut(l, mark);
        }
        buf_addc(out, ']');
        break;
    case NODE_MAP:
        buf_addc(out, '{');
        for (size_t i = 0; i < n->n; i++) {
            const char *key = n->pairs[i].key;
            size_t mark = path_key(l, key);
            buf_adds(out, i ? "," : "");
            if (strstr(key, "{{"))
                say(l, n, "a key cannot be a placeholder");
            add_string(out, key, strlen(key));
            buf_addc(out, ':');
            add_value(l, row, n->pairs[i].value, out);
            path_cut(l, mark);
        }
        buf_addc(out, '}');
        break;
    }
}

static char *json_text(struct load *l, const struct key_row *row, const struct node *n)
{
    struct buf out = BUF_INIT;
    add_value(l, row, n, &out);
    return pool_keep(l->pool, buf_take(&out));
}

void read_json(struct load *l, const struct key_row *row, const struct node *n, char **field)
{
    (void)row;
    *field = json_text(l, &scalar_row, n);
}

struct expects {
    struct json_expect *v;
    size_t n;
};

/* Fields inside of fields become dotted paths; a list is compared as a whole. */
static void add_expect(struct load *l, const struct node *n, const char *prefix, struct expects *to)
{
    for (size_t i = 0; i < n->n; i++) {
        const struct pair *p = &n->pairs[i];
        struct buf path = BUF_INIT;
        size_t mark = path_key(l, p->key);
        buf_addf(&path, "%s%s%s", prefix, *prefix ? "." : "", p->key);
        if (!fits_json_path(buf_str(&path))) {
            struct node at = {.line = p->line, .col = p->col};
            say(l, &at, "this is no path of a JSON field; allowed are names joined by dots");
        } else if (p->value->kind == NODE_MAP && p->value->n) {
            add_expect(l, p->value, path.p, to);
        } else if (to->n < NODE_KEYS_MAX) {
            struct json_expect *e = &to->v[to->n++];
            e->path = pool_str(l->pool, path.p, path.len);
            e->want = json_text(l, &expect_row, p->value);
        }
        buf_free(&path);
        path_cut(l, mark);
    }
}

void read_json_expect(struct load *l, const struct key_row *row, const struct node *n,
                      struct json_expect **field, size_t *count)
{
    struct expects to = {NULL, 0};
    if (n->kind != NODE_MAP) {
        say_allowed(l, row, n);
        return;
    }
    to.v = pool_zalloc(l->pool, NODE_KEYS_MAX, sizeof *to.v);
    add_expect(l, n, "", &to);
    *field = to.v;
    *count = to.n;
}
