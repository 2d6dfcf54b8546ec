/* Walks the tree along the schema's rows. Every fault is reported and reading goes on with the
 * default, so that one run shows them all. */
#include "plan/read.h"

#include <string.h>

#include "base/near.h"
#include "base/num.h"

#define KEYS_MAX 128

static const struct key_row *find_row(const struct key_map *map, const char *key)
{
    for (size_t i = 0; i < map->n; i++)
        if (!strcmp(map->rows[i].key, key))
            return &map->rows[i];
    return NULL;
}

static void unknown_key(struct load *l, const struct key_map *map, const struct pair *p)
{
    const char *words[KEYS_MAX];
    struct buf list = BUF_INIT;
    size_t n = 0;
    for (size_t i = 0; i < map->n && n < KEYS_MAX; i++) {
        if (map->rows[i].type == KEY_LATER)
            continue;
        buf_addf(&list, "%s%s", n ? " " : "", map->rows[i].key);
        words[n++] = map->rows[i].key;
    }
    const char *hint = problems_full(&l->problems) ? NULL : near_find(p->key, words, n);
    struct node at = {.line = p->line, .col = p->col};
    say(l, &at, "unknown key; allowed are %s%s%s%s", buf_str(&list), hint ? " (did you mean " : "",
        hint ? hint : "", hint ? ")" : "");
    buf_free(&list);
}

static void read_pair(struct load *l, const struct key_map *map, const struct pair *p, void *obj)
{
    const struct key_row *row = find_row(map, p->key);
    size_t mark = path_key(l, p->key);
    if (!row) {
        unknown_key(l, map, p);
    } else if (row->type == KEY_LATER) {
        struct node at = {.line = p->line, .col = p->col};
        say(l, &at, "`%s` is not supported by this version; leave it out", p->key);
    } else if (null_scalar(p->value)) {
        say_allowed(l, row, p->value);
    } else if (p->value->kind != NODE_BROKEN) {
        read_value(l, row, p->value, obj);
    }
    path_cut(l, mark);
}

void read_map(struct load *l, const struct key_map *map, const struct node *n, void *obj)
{
    if (n->kind == NODE_BROKEN)
        return;
    if (n->kind != NODE_MAP) {
        say(l, n, "%s was found; allowed is a mapping of keys", node_kind_words(n));
        return;
    }
    place_keep(l, obj, true, n);
    for (size_t i = 0; i < n->n; i++)
        read_pair(l, map, &n->pairs[i], obj);
    for (size_t i = 0; i < map->n; i++) {
        const struct key_row *row = &map->rows[i];
        if (!(row->flags & KEY_REQUIRED) || node_get(n, row->key))
            continue;
        size_t mark = path_key(l, row->key);
        say(l, n, "is missing; it is required (%s)", row->doc);
        path_cut(l, mark);
    }
    if (map->after)
        map->after(l, n, obj);
}

static void read_maps(struct load *l, const struct key_row *row, const struct node *n, void *obj)
{
    char *items = NULL;
    size_t count = 0;
    if (n->kind != NODE_LIST) {
        say(l, n, "%s was found; allowed is a list", node_kind_words(n));
        return;
    }
    if ((double)n->n < row->lo || (double)n->n > row->hi) {
        say(l, n, "%zu items; allowed are %.0f to %.0f", n->n, row->lo, row->hi);
        return;
    }
    count = n->n;
    items = pool_zalloc(l->pool, count, row->map->size);
    memcpy((char *)obj + row->at, &items, sizeof items);
    memcpy((char *)obj + row->count_at, &count, sizeof count);
    for (size_t i = 0; i < count; i++)
        read_defaults(l, row->map, items + i * row->map->size);
    for (size_t i = 0; i < count; i++) {
        size_t mark = path_index(l, i);
        read_map(l, row->map, n->items[i], items + i * row->map->size);
        path_cut(l, mark);
    }
}

static void put_enum(const struct key_row *row, size_t value, void *field)
{
    unsigned v = (unsigned)value; /* the type of an enum here */
    if (row->flags & KEY_AS_BOOL)
        *(bool *)field = value != 0;
    else
        memcpy(field, &v, sizeof v);
}

static bool put_scalar(const struct key_row *row, const char *text, void *field)
{
    double v;
    int64_t i;
    switch (row->type) {
    case KEY_BOOL:
        *(bool *)field = !strcmp(text, "true");
        return *(bool *)field || !strcmp(text, "false");
    case KEY_INT:
        if (int_parse(text, (int64_t)row->lo, (int64_t)row->hi, &i) < 0)
            return false;
        if (!(row->flags & KEY_NO_FIELD))
            *(int *)field = (int)i;
        return true;
    case KEY_NUMBER:
        if (num_parse(text, &v) < 0 || v < row->lo || v > row->hi)
            return false;
        *(double *)field = v;
        return true;
    case KEY_DURATION:
        if (dur_parse(text, &i) < 0 || (double)i < row->lo || (double)i > row->hi)
            return false;
        *(int64_t *)field = i;
        return true;
    case KEY_ENUM:
        for (size_t w = 0; w < row->n_words; w++) {
            if (row->words[w] && !strcmp(text, row->words[w])) {
                put_enum(row, w, field);
                return true;
            }
        }
        return false;
    default:
        return false;
    }
}

static void read_scalar(struct load *l, const struct key_row *row, const struct node *n,
                        void *field)
{
    struct given g;
    /* Into a copy, so that a value that does not fit leaves the default. */
    union {
        bool b;
        int i;
        double d;
        int64_t ms;
    } v;
    place_bad(l, field);
    if (!read_given(l, row, n, false, &g))
        return;
    bool number = row->type == KEY_BOOL || row->type == KEY_INT || row->type == KEY_NUMBER;
    memset(&v, 0, sizeof v);
    if (number && n->quoted && !g.expanded) {
        char raw[96];
        struct buf allowed = BUF_INIT;
        schema_allowed(row, &allowed);
        shown(n, raw, sizeof raw);
        say(l, n, "%s in quotes is a text; allowed is %s without quotes", raw, buf_str(&allowed));
        buf_free(&allowed);
    } else if (put_scalar(row, g.text, &v)) {
        if (!(row->flags & KEY_NO_FIELD))
            put_scalar(row, g.text, field);
        place_keep(l, field, false, n);
    } else if (!g.blank) {
        say_allowed(l, row, n);
    }
}

static void read_cond(struct load *l, const struct key_row *row, const struct node *n,
                      struct cond *field)
{
    struct given g;
    struct err e = ERR_INIT;
    if (!read_given(l, row, n, false, &g) || g.blank)
        return;
    if (cond_parse(g.text, field, &e) < 0) {
        if (g.expanded)
            say_allowed(l, row, n);
        else
            say(l, n, "%s", e.text);
    }
}

static void read_nested(struct load *l, const struct key_row *row, const struct node *n, void *obj)
{
    if ((row->flags & KEY_OR_NONE) && n->kind == NODE_SCALAR && !strcmp(n->text, "none"))
        return;
    if ((row->flags & KEY_OR_NONE) && n->kind != NODE_MAP)
        say(l, n, "%s was found; allowed is a mapping of keys, or none", node_kind_words(n));
    else
        read_map(l, row->map, n, obj);
}

void read_value(struct load *l, const struct key_row *row, const struct node *n, void *obj)
{
    void *field = (char *)obj + row->at;
    void *count = (char *)obj + row->count_at;
    if (row->type != KEY_MAP)
        place_keep(l, field, false, n);
    switch (row->type) {
    case KEY_LINE:
    case KEY_TEXT:
    case KEY_WORD:
        read_text(l, row, n, field);
        break;
    case KEY_URL:
        read_url(l, row, n, field);
        break;
    case KEY_SECRET:
        read_secret(l, row, n, field);
        break;
    case KEY_SECRET_FILE:
        read_secret_file(l, row, n, field);
        break;
    case KEY_BOOL:
    case KEY_INT:
    case KEY_NUMBER:
    case KEY_DURATION:
    case KEY_ENUM:
        read_scalar(l, row, n, field);
        break;
    case KEY_COND:
        read_cond(l, row, n, field);
        break;
    case KEY_MAP:
        read_nested(l, row, n, field);
        break;
    case KEY_MAPS:
        read_maps(l, row, n, obj);
        break;
    case KEY_DURATIONS:
        read_durations(l, row, n, field, count);
        break;
    case KEY_PAIRS:
        read_pairs(l, row, n, field, count);
        break;
    case KEY_HEADERS:
        read_headers(l, row, n, field, count);
        break;
    case KEY_ARGV:
        read_argv(l, row, n, field, count);
        break;
    case KEY_JSON:
        read_json(l, row, n, field);
        break;
    case KEY_JSON_EXPECT:
        read_json_expect(l, row, n, field, count);
        break;
    case KEY_CAPTURES:
        read_captures(l, n, field, count);
        break;
    case KEY_ACTIONS:
        read_actions(l, n);
        break;
    case KEY_PASS:
        defer(l, read_pass, n, field, false);
        break;
    case KEY_ACTION_NAMES:
        defer(l, read_action_names, n, field, false);
        break;
    case KEY_WORDS:
        read_words(l, row, n, field);
        break;
    case KEY_WORD_LIST:
        read_word_list(l, row, n, field, count);
        break;
    case KEY_FIRST_WARN:
        defer(l, read_first_warning, n, obj, false);
        break;
    case KEY_FIRST_CRIT:
        defer(l, read_first_critical, n, obj, false);
        break;
    case KEY_TEXTS:
        read_texts(l, n, field, count);
        break;
    case KEY_SECRETS:
        read_secrets(l, row, n, field, count);
        break;
    case KEY_BASELINE_OF:
        defer(l, read_baseline_of, n, obj, false);
        break;
    case KEY_AFTER_OF:
        defer(l, read_after_of, n, obj, false);
        break;
    case KEY_APPROVALS:
        read_approvals(l, row, n, field, count);
        break;
    case KEY_LATER:
        break;
    }
}

void read_defaults(struct load *l, const struct key_map *map, void *obj)
{
    for (size_t i = 0; i < map->n; i++) {
        const struct key_row *row = &map->rows[i];
        void *field = (char *)obj + row->at;
        const char *text = row->fallback && !(row->flags & KEY_COMPUTED) ? row->fallback : "";
        switch (row->type) {
        case KEY_LINE:
        case KEY_TEXT:
        case KEY_WORD:
        case KEY_URL:
        case KEY_SECRET:
        case KEY_SECRET_FILE:
            if (!(row->flags & KEY_OR_NULL))
                *(char **)field = pool_str(l->pool, text, strlen(text));
            break;
        case KEY_BOOL:
        case KEY_INT:
        case KEY_NUMBER:
        case KEY_DURATION:
        case KEY_ENUM:
            /* A default may lie outside what may be written: status 0 is "any 2xx". */
            if (*text && strcmp(text, "0") != 0 && !put_scalar(row, text, field))
                BUG("default %s of %s.%s", text, map->name, row->key);
            break;
        case KEY_MAP:
            read_defaults(l, row->map, field);
            break;
        default:
            break;
        }
    }
}
