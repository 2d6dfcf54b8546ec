/* The tree is built from libyaml's events, because those carry exact marks, with a stack of at
 * most 32 open containers and no recursion. A syntax error ends the reading; everything else is
 * reported and reading goes on. */
#include "plan/node.h"

#include <string.h>
#include <yaml.h>

#include "base/err.h"
#include "base/text.h"

struct open {
    struct node *node;
    size_t cap;
    bool key_given;  /* map: the key has been read, its value comes next */
    struct pair key; /* the one being read */
};

struct builder {
    struct pool *pool;
    struct problems *out;
    struct open stack[NODE_LEVELS];
    int depth;
    struct node *top;
    size_t nodes;
    int documents;
    bool stop;
};

static int line_of(yaml_mark_t m)
{
    return (int)m.line + 1;
}

static int col_of(yaml_mark_t m)
{
    return (int)m.column + 1;
}

#define SAY(b, mark, ...) problem_add((b)->out, line_of(mark), col_of(mark), __VA_ARGS__)

static struct node *new_node(struct builder *b, enum node_kind kind, yaml_mark_t at)
{
    struct node *n = pool_zalloc(b->pool, 1, sizeof *n);
    n->kind = kind;
    n->line = line_of(at);
    n->col = col_of(at);
    n->text = "";
    if (++b->nodes > NODES_MAX && !b->stop) {
        SAY(b, at, "more than %d values; allowed are %d", NODES_MAX, NODES_MAX);
        b->stop = true;
    }
    return n;
}

static uint32_t hash_of(const char *s)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 16777619u;
    return h;
}

static const struct pair *find_pair(const struct node *map, const char *key, uint32_t hash)
{
    for (size_t i = 0; i < map->n; i++)
        if (map->pairs[i].hash == hash && !strcmp(map->pairs[i].key, key))
            return &map->pairs[i];
    return NULL;
}

struct node *node_get(const struct node *map, const char *key)
{
    const struct pair *p = map->kind == NODE_MAP ? find_pair(map, key, hash_of(key)) : NULL;
    return p ? p->value : NULL;
}

/* Room for one more child; the old array stays in the pool until the tree goes. */
static void *grown(struct builder *b, struct open *o, void *old, size_t size)
{
    if (o->node->n < o->cap)
        return old;
    o->cap = o->cap ? o->cap * 2 : 8;
    void *v = pool_zalloc(b->pool, o->cap, size);
    if (o->node->n)
        memcpy(v, old, o->node->n * size);
    return v;
}

static void take_key(struct builder *b, struct open *o, struct node *n)
{
    o->key_given = true;
    o->key = (struct pair){n->text, hash_of(n->text), n->line, n->col, NULL};
    if (n->kind == NODE_MAP)
        problem_add(b->out, n->line, n->col,
                    "a key cannot be a mapping; a text with {{placeholders}} must be in quotes");
    else if (n->kind == NODE_LIST)
        problem_add(b->out, n->line, n->col, "a key cannot be a list; allowed is a word");
    const struct pair *first =
        n->kind == NODE_SCALAR ? find_pair(o->node, n->text, o->key.hash) : NULL;
    if (first)
        problem_add(b->out, n->line, n->col,
                    "key \"%.60s\" is given twice; the first stands in line %d", n->text,
                    first->line);
    if (n->kind != NODE_SCALAR || first)
        o->key.key = NULL;
}

static void take_value(struct builder *b, struct open *o, struct node *n)
{
    o->key_given = false;
    if (!o->key.key)
        return;
    if (o->node->n == NODE_KEYS_MAX) {
        problem_add(b->out, n->line, n->col, "more than %d keys in one mapping", NODE_KEYS_MAX);
        b->stop = true;
        return;
    }
    o->node->pairs = grown(b, o, o->node->pairs, sizeof *o->node->pairs);
    o->key.value = n;
    o->node->pairs[o->node->n++] = o->key;
}

/* Hangs a finished or just opened node where it belongs. */
static void attach(struct builder *b, struct node *n)
{
    if (!b->depth) {
        b->top = n;
        return;
    }
    struct open *o = &b->stack[b->depth - 1];
    if (o->node->kind == NODE_MAP && !o->key_given) {
        take_key(b, o, n);
    } else if (o->node->kind == NODE_MAP) {
        take_value(b, o, n);
    } else if (o->node->n == NODE_ITEMS_MAX) {
        problem_add(b->out, n->line, n->col, "more than %d items in one list", NODE_ITEMS_MAX);
        b->stop = true;
    } else {
        o->node->items = grown(b, o, o->node->items, sizeof *o->node->items);
        o->node->items[o->node->n++] = n;
    }
}

static bool refuse_marks(struct builder *b, const yaml_char_t *anchor, const yaml_char_t *tag,
                         yaml_mark_t at)
{
    if (anchor)
        SAY(b, at, "anchor &%.40s; anchors and aliases are not allowed, write the value out",
            (const char *)anchor);
    if (tag)
        SAY(b, at, "tag %.40s; tags are not allowed", (const char *)tag);
    return anchor || tag;
}

static void open_container(struct builder *b, enum node_kind kind, yaml_mark_t at)
{
    struct node *n = new_node(b, kind, at);
    attach(b, n);
    if (b->depth == NODE_LEVELS) {
        SAY(b, at, "more than %d levels; allowed are %d", NODE_LEVELS, NODE_LEVELS);
        b->stop = true;
        return;
    }
    b->stack[b->depth++] = (struct open){.node = n};
}

/* Control characters can come in by escapes ("\0", "\e"); they have no place in a plan. */
static bool clean_scalar(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F)
            return false;
    }
    return true;
}

static void scalar(struct builder *b, const yaml_event_t *ev)
{
    const char *s = (const char *)ev->data.scalar.value;
    size_t n = ev->data.scalar.length;
    struct node *node = new_node(b, NODE_SCALAR, ev->start_mark);
    if (refuse_marks(b, ev->data.scalar.anchor, ev->data.scalar.tag, ev->start_mark))
        node->kind = NODE_BROKEN;
    if (!clean_scalar(s, n)) {
        SAY(b, ev->start_mark, "a control character in a text; allowed are tab and line end");
        node->kind = NODE_BROKEN;
    }
    node->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    node->text = pool_str(b->pool, s, n);
    node->len = n;
    attach(b, node);
}

static void document_start(struct builder *b, const yaml_event_t *ev)
{
    if (ev->data.document_start.tag_directives.start != ev->data.document_start.tag_directives.end)
        SAY(b, ev->start_mark, "a %%TAG directive; tags are not allowed");
    if (++b->documents > 1) {
        SAY(b, ev->start_mark, "a second document begins; a plan is one document");
        b->stop = true;
    }
}

static void on_event(struct builder *b, const yaml_event_t *ev)
{
    switch (ev->type) {
    case YAML_DOCUMENT_START_EVENT:
        document_start(b, ev);
        break;
    case YAML_ALIAS_EVENT:
        SAY(b, ev->start_mark,
            "alias *%.40s; anchors and aliases are not allowed, write the value out",
            (const char *)ev->data.alias.anchor);
        attach(b, new_node(b, NODE_BROKEN, ev->start_mark));
        break;
    case YAML_SCALAR_EVENT:
        scalar(b, ev);
        break;
    case YAML_SEQUENCE_START_EVENT:
        refuse_marks(b, ev->data.sequence_start.anchor, ev->data.sequence_start.tag,
                     ev->start_mark);
        open_container(b, NODE_LIST, ev->start_mark);
        break;
    case YAML_MAPPING_START_EVENT:
        refuse_marks(b, ev->data.mapping_start.anchor, ev->data.mapping_start.tag, ev->start_mark);
        open_container(b, NODE_MAP, ev->start_mark);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        b->depth--;
        break;
    default:
        break;
    }
}

static void syntax_error(struct builder *b, const yaml_parser_t *p)
{
    yaml_mark_t at = p->problem_mark;
    const char *what = p->problem ? p->problem : "cannot be read";
    const char *hint = "";
    if (p->context && strstr(p->context, "block scalar"))
        hint = "; a condition that begins with > must be in quotes";
    else if (strstr(what, "character that cannot start any token"))
        hint = "; a text that begins with %, @, ` or a tab must be in quotes";
    else if (strstr(what, "mapping values are not allowed"))
        hint = "; a text with \": \" in it must be in quotes";
    SAY(b, at, "not YAML: %s%s%s%s", p->context ? p->context : "", p->context ? ", " : "", what,
        hint);
}

/* First byte that is no UTF-8 or a control character; libyaml would not say where. */
static bool check_bytes(struct builder *b, const char *s, size_t n)
{
    yaml_mark_t at = {0, 0, 0};
    while (n) {
        int32_t cp;
        size_t used = text_next(s, n, &cp);
        bool broken = used == 1 && cp == 0xFFFD;
        if (broken || (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') || cp == 0x7F) {
            if (broken)
                SAY(b, at, "byte 0x%02X is not UTF-8; a plan is UTF-8 text", (unsigned char)*s);
            else
                SAY(b, at, "control character 0x%02X; a plan is UTF-8 text", (unsigned)cp);
            return false;
        }
        at.column++;
        if (cp == '\n') {
            at.line++;
            at.column = 0;
        }
        s += used;
        n -= used;
    }
    return true;
}

struct node *node_parse(const char *text, size_t n, struct pool *pool, struct problems *out)
{
    struct builder b = {.pool = pool, .out = out};
    if (n > NODE_BYTES_MAX) {
        problem_add(out, 1, 1, "the file has more than 1 MiB; allowed is 1 MiB");
        return NULL;
    }
    if (!check_bytes(&b, text, n))
        return NULL;
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        BUG("libyaml cannot start");
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, n);
    bool end = false;
    while (!end && !b.stop) {
        yaml_event_t ev;
        if (!yaml_parser_parse(&parser, &ev)) {
            syntax_error(&b, &parser);
            b.stop = true;
            break;
        }
        end = ev.type == YAML_STREAM_END_EVENT;
        on_event(&b, &ev);
        yaml_event_delete(&ev);
    }
    yaml_parser_delete(&parser);
    if (b.stop)
        return NULL;
    if (!b.top)
        problem_add(out, 1, 1,
                    "the file is empty; a plan is a mapping of keys (`warroom init` "
                    "writes a starter plan)");
    return b.top;
}

const char *node_kind_words(const struct node *n)
{
    switch (n->kind) {
    case NODE_LIST:
        return "a list";
    case NODE_MAP:
        return "a mapping";
    case NODE_SCALAR:
        return n->len || n->quoted ? "a text" : "nothing";
    case NODE_BROKEN:
        break;
    }
    return "a broken value";
}
