/* Inside of the loader: what its parts share while one file is read. */
#ifndef PLAN_READ_H
#define PLAN_READ_H

#include "plan/load.h"
#include "plan/node.h"
#include "plan/plan.h"
#include "plan/schema.h"

#define CAPTURED_MAX      16 /* the state keeps so many */
#define CAPTURED_NAME_MAX 31
#define ENV_MAX           256 /* different ${NAME}s */

/* Where a field came from. */
struct place {
    const void *field;
    bool whole; /* a map (its first field has the same address) */
    bool bad;   /* an error was reported, the field holds its default */
    const struct node *node;
    const char *path;
};

/* A ${NAME} that was used. */
struct env_use {
    const char *name, *value; /* value "" when it was not set */
    bool secret;
};

/* Work that needs the whole plan: names of metrics and actions. */
struct later {
    void (*fn)(struct load *l, const struct node *n, void *field);
    const struct node *node;
    void *field;
    const char *path;
    bool last; /* once baselines are known too */
};

struct load {
    struct plan *plan;
    struct pool *pool;   /* the plan's own memory */
    struct pool scratch; /* gone after the load */
    struct problems problems;
    const struct plan_env *env;
    struct buf path;
    size_t expanded; /* bytes that came from the environment */
    struct env_use uses[ENV_MAX];
    size_t n_uses;
    struct place *places; /* hash table, power of two */
    size_t n_places, cap_places;
    struct later *laters;
    size_t n_laters, cap_laters;
    bool *weighs;                       /* by action: it uses {{stage.weight}} */
    const char *captured[CAPTURED_MAX]; /* names that some step captures */
    size_t n_captured;
};

/* A scalar after ${…}. */
struct given {
    char *text; /* the pool's */
    size_t len;
    bool expanded; /* something came from the environment: never show it */
    bool blank;    /* an old session's secret is not there: take no offence */
};

/* Errors: at a node, at a key, where a field was read (or at the node given). The path is put in
 * front. */
void say(struct load *l, const struct node *n, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void say_at(struct load *l, const void *field, bool whole, const struct node *otherwise,
            const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* `found; allowed is …`, with the nearest word when there are words. */
void say_allowed(struct load *l, const struct key_row *row, const struct node *n);
/* The text of a node as written, in quotes and cut, for errors. */
void shown(const struct node *n, char *out, size_t size);

size_t path_key(struct load *l, const char *key); /* returns what path_cut takes */
size_t path_index(struct load *l, size_t i);
void path_cut(struct load *l, size_t mark);

const struct place *place_of(const struct load *l, const void *field, bool whole);
void place_keep(struct load *l, const void *field, bool whole, const struct node *n);
void place_bad(struct load *l, const void *field);
void defer(struct load *l, void (*fn)(struct load *, const struct node *, void *),
           const struct node *n, void *field, bool last);
void run_deferred(struct load *l, bool last);

/* Defaults of all rows, then what the node says. */
void read_defaults(struct load *l, const struct key_map *map, void *obj);
void read_map(struct load *l, const struct key_map *map, const struct node *n, void *obj);
void read_value(struct load *l, const struct key_row *row, const struct node *n, void *obj);

/* A scalar with ${…} filled; false when an error was reported. `secret`: whatever it is made of
 * must not be shown. */
bool read_given(struct load *l, const struct key_row *row, const struct node *n, bool secret,
                struct given *out);
bool fill_env(struct load *l, const struct key_row *row, const struct node *n, bool secret,
              struct given *out);
bool holds_env(const char *text);                    /* a ${NAME} is in it */
bool env_has_default(const char *text);              /* a ${NAME:-default} that is not empty */
void hide_env(struct load *l, const struct node *n); /* its variables are secrets */
bool null_scalar(const struct node *n);              /* `key:` with nothing, ~ or null */

/* Readers of the types that are more than one scalar or have rules of their own. */
void read_text(struct load *l, const struct key_row *row, const struct node *n, char **field);
void read_url(struct load *l, const struct key_row *row, const struct node *n, char **field);
void read_secret(struct load *l, const struct key_row *row, const struct node *n, char **field);
void read_secrets(struct load *l, const struct key_row *row, const struct node *n, char ***field,
                  size_t *count);
void read_secret_file(struct load *l, const struct key_row *row, const struct node *n,
                      char **field);
void read_pairs(struct load *l, const struct key_row *row, const struct node *n, struct kv **field,
                size_t *count);
/* NAME: text of a mapping; `value` is what each text must be. */
void read_named(struct load *l, const struct key_row *value, const struct node *n,
                struct kv **field, size_t *count);
void read_headers(struct load *l, const struct key_row *row, const struct node *n,
                  struct kv **field, size_t *count);
void read_argv(struct load *l, const struct key_row *row, const struct node *n, char ***field,
               size_t *count);
void read_durations(struct load *l, const struct key_row *row, const struct node *n,
                    int64_t **field, size_t *count);
void read_json(struct load *l, const struct key_row *row, const struct node *n, char **field);
void read_json_expect(struct load *l, const struct key_row *row, const struct node *n,
                      struct json_expect **field, size_t *count);
void read_words(struct load *l, const struct key_row *row, const struct node *n, unsigned *field);
void read_word_list(struct load *l, const struct key_row *row, const struct node *n, char ***field,
                    size_t *count);
void read_captures(struct load *l, const struct node *n, struct capture **field, size_t *count);
void read_actions(struct load *l, const struct node *n);
void read_pass(struct load *l, const struct node *n, void *list);
void read_first_warning(struct load *l, const struct node *n, void *first);
void read_first_critical(struct load *l, const struct node *n, void *first);
void undefined_metric(struct load *l, const struct node *n, const char *id);
void read_action_names(struct load *l, const struct node *n, void *list);
void read_baseline_of(struct load *l, const struct node *n, void *plan);
void read_after_of(struct load *l, const struct node *n, void *plan);

void read_approvals(struct load *l, const struct key_row *row, const struct node *n,
                    struct approval_rule **field, size_t *count);

/* `there is no WHAT "name"; allowed are … (did you mean …)`. */
void say_undefined(struct load *l, const struct node *n, const char *what, const char *name,
                   const char *const *words, size_t count);
void read_texts(struct load *l, const struct node *n, struct kv **field, size_t *count);
void check_message_ref(struct load *l, const struct node *n, const char *path);

void keep_captured(struct load *l, const struct node *n, const char *name);

/* Reports malformed and unknown placeholders now, undefined references once all is read. */
void check_template(struct load *l, const struct node *n, const struct given *g);

/* The parts of an address that matter for safety; false when it is no http or https URL. */
struct url {
    bool https, loopback, userinfo, query;
    char host[256];
};
bool url_split(const char *text, struct url *out);

#endif
