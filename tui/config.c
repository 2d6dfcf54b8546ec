/* config.yaml: the rows of config.def, and keys. See config.h. */
#include "tui/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/near.h"
#include "plan/node.h"
#include "tui/keymap.h"

#define BYTES_MAX 65536

enum kind { TEXT, PATH, FLAG };

static const struct row {
    const char *section, *key;
    enum kind kind;
    size_t at, size;
} rows[] = {
#define X(section, key, kind, field, value, doc)                                                   \
    {section, key, kind, offsetof(struct config, field), sizeof((struct config *)0)->field},
#include "tui/config.def"
#undef X
};
#define N_ROWS (sizeof rows / sizeof *rows)

void config_init(struct config *out)
{
    memset(out, 0, sizeof *out);
    out->bell = true;
}

static const struct row *find(const char *section, const char *key)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (!strcmp(rows[i].section, section) && !strcmp(rows[i].key, key))
            return &rows[i];
    return NULL;
}

static void unknown(const char *section, const struct pair *p, struct problems *out)
{
    const char *words[N_ROWS + 2];
    size_t n = 0;
    for (size_t i = 0; i < N_ROWS; i++)
        if (!strcmp(rows[i].section, section))
            words[n++] = rows[i].key;
    if (!*section) {
        words[n++] = "keys";
        words[n++] = "defaults";
    }
    const char *near = near_find(p->key, words, n);
    if (!near && !*section && find("defaults", p->key))
        problem_add(out, p->line, p->col, "%s: stands under defaults: and is not used here",
                    p->key);
    else
        problem_add(out, p->line, p->col, "%s: an unknown key is not used%s%s%s", p->key,
                    near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

static void take_flag(const struct node *v, bool *out, const char *key, struct problems *bad)
{
    bool yes = !strcmp(v->text, "true") || !strcmp(v->text, "on");
    if (!yes && strcmp(v->text, "false") != 0 && strcmp(v->text, "off") != 0)
        problem_add(bad, v->line, v->col, "%s: found \"%s\"; allowed are true and false", key,
                    v->text);
    else
        *out = yes;
}

static void take_text(const struct node *v, const struct row *r, char *out, struct problems *bad)
{
    const char *home = getenv("HOME");
    bool under_home = r->kind == PATH && !strncmp(v->text, "~/", 2) && home;
    if (v->len + (under_home ? strlen(home) : 0) >= r->size)
        problem_add(bad, v->line, v->col, "%s: longer than %zu bytes", r->key, r->size - 1);
    else
        str_fmt(out, r->size, "%s%s", under_home ? home : "", v->text + (under_home ? 1 : 0));
}

static void take(const struct row *r, const struct node *v, struct config *out,
                 struct problems *bad)
{
    if (v->kind == NODE_BROKEN)
        return;
    if (v->kind != NODE_SCALAR || !v->len)
        problem_add(bad, v->line, v->col, "%s: found %s; allowed is one value", r->key,
                    v->len || v->kind != NODE_SCALAR ? node_kind_words(v) : "nothing");
    else if (r->kind == FLAG)
        take_flag(v, (bool *)((char *)out + r->at), r->key, bad);
    else
        take_text(v, r, (char *)out + r->at, bad);
}

/* `filter: f`, `theme: ctrl-t`, `page-up: space`. */
static void take_key(const struct pair *p, struct problems *bad)
{
    const char *near;
    struct err e = ERR_INIT;
    const struct node *v = p->value;
    int c = keymap_word(p->key, SCOPE_BOTH, &near);
    if (c < 0)
        problem_add(bad, p->line, p->col, "keys.%s: no command is called that%s%s%s", p->key,
                    near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
    else if (v->kind != NODE_SCALAR)
        problem_add(bad, v->line, v->col, "keys.%s: found %s; allowed is one key", p->key,
                    node_kind_words(v));
    else if (keymap_bind((enum command)c, keymap_parse(v->text), &e) < 0)
        problem_add(bad, v->line, v->col, "keys.%s: %s: %s", p->key, v->text, e.text);
}

static void take_map(const struct node *map, const char *section, struct config *out,
                     struct problems *bad)
{
    if (map->kind == NODE_BROKEN)
        return;
    if (map->kind != NODE_MAP) {
        problem_add(bad, map->line, map->col, "%s: found %s; allowed is a mapping",
                    *section ? section : "config", node_kind_words(map));
        return;
    }
    for (size_t i = 0; i < map->n; i++) {
        const struct pair *p = &map->pairs[i];
        const struct row *r = find(section, p->key);
        if (!strcmp(section, "keys"))
            take_key(p, bad);
        else if (r)
            take(r, p->value, out, bad);
        else if (!*section && (!strcmp(p->key, "keys") || !strcmp(p->key, "defaults")))
            take_map(p->value, p->key, out, bad);
        else
            unknown(section, p, bad);
    }
}

/* Blank lines and remarks alone. */
static bool empty(const char *text)
{
    while (*text) {
        text += strspn(text, " \t\r\n");
        if (*text && *text != '#')
            return false;
        text += strcspn(text, "\n");
    }
    return true;
}

void config_read(const char *text, size_t n, const char *name, struct config *out,
                 struct buf *warnings)
{
    struct pool pool = POOL_INIT;
    struct problems bad = {0};
    if (!empty(text)) {
        const struct node *top = node_parse(text, n, &pool, &bad);
        if (top)
            take_map(top, "", out, &bad);
    }
    problems_print(&bad, name, warnings);
    problems_free(&bad);
    pool_free(&pool);
}

void config_path(struct buf *out)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (config && *config == '/')
        buf_addf(out, "%s/warroom/config.yaml", config);
    else if (home && *home)
        buf_addf(out, "%s/.config/warroom/config.yaml", home);
}

static void load(FILE *f, const char *path, struct config *out, struct buf *warnings)
{
    struct buf text = BUF_INIT;
    char block[4096];
    size_t n;
    while ((n = fread(block, 1, sizeof block, f)) > 0 && text.len <= BYTES_MAX)
        buf_add(&text, block, n);
    if (ferror(f))
        buf_addf(warnings, "%s: cannot be read: %s; nothing of it is used\n", path,
                 strerror(errno));
    else if (text.len > BYTES_MAX)
        buf_addf(warnings, "%s: more than 64 KiB; nothing of it is used\n", path);
    else
        config_read(buf_str(&text), text.len, path, out, warnings);
    buf_free(&text);
}

void config_load(struct config *out, struct buf *warnings)
{
    struct buf path = BUF_INIT;
    config_init(out);
    config_path(&path);
    FILE *f = path.len ? fopen(path.p, "re") : NULL;
    if (f) {
        load(f, path.p, out, warnings);
        fclose(f);
    } else if (path.len && errno != ENOENT && errno != ENOTDIR) {
        buf_addf(warnings, "%s: cannot be read: %s\n", path.p, strerror(errno));
    }
    buf_free(&path);
}
