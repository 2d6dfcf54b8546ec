/* YAML text -> a tree of nodes, each with its line and column. Knows no plan. Refuses what a plan
 * may not hold: anchors, aliases, tags, duplicate keys, several documents, more than 32 levels. */
#ifndef PLAN_NODE_H
#define PLAN_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/pool.h"
#include "plan/problems.h"

enum node_kind {
    NODE_SCALAR,
    NODE_LIST,
    NODE_MAP,
    NODE_BROKEN, /* has been reported; readers pass over it */
};

struct node {
    enum node_kind kind;
    int line, col; /* from 1, columns in characters */
    bool quoted;   /* scalar: in quotes or a block, so never a number or true */
    const char *text;
    size_t len;
    struct pair *pairs;  /* of a map */
    struct node **items; /* of a list */
    size_t n;
};

struct pair {
    const char *key;
    uint32_t hash;
    int line, col; /* of the key */
    struct node *value;
};

#define NODE_BYTES_MAX (1024 * 1024)
#define NODE_LEVELS    32
#define NODE_KEYS_MAX  1000   /* in one map */
#define NODE_ITEMS_MAX 10000  /* in one list */
#define NODES_MAX      100000 /* in all */

/* The top node, or NULL when there is no tree at all (reported). Memory is the pool's. */
struct node *node_parse(const char *text, size_t n, struct pool *pool, struct problems *out);

/* The value under key, or NULL. */
struct node *node_get(const struct node *map, const char *key);

const char *node_kind_words(const struct node *n); /* "a list", "a mapping", … for errors */

#endif
