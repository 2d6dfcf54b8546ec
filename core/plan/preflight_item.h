/* One check before the start. */
#ifndef PLAN_PREFLIGHT_ITEM_H
#define PLAN_PREFLIGHT_ITEM_H

#include "plan/plan.h"

enum preflight_level {
    PF_BLOCKER,     /* not passed: no start; the IC may go against it unless override: never */
    PF_CONDITIONAL, /* the same, and a person with a role may waive it with a reason */
    PF_ADVISORY,    /* recorded, blocks nothing */
};

enum preflight_kind {
    PF_HTTP,
    PF_SQL,
    PF_PROM,
    PF_EXEC,
    PF_ENV,     /* variables that must be there; their values are never looked at */
    PF_CONFIRM, /* a person signs */
    PF_PANELS,  /* the query of every metric gives data */
    PF_DRILL,   /* every scope of the kill switch: off, on, off, each read back */
    PF_RESET,   /* every scope is set to off and read back */
    PF_WINDOW,  /* the plan's windows allow a start now */
};

/* A number that stands in the answer under a name, and what it must be. */
struct preflight_value {
    char *name;
    struct cond cond;
};

struct preflight_expect {
    struct expect call; /* status and json of http, stdout and exit of exec */
    int rows;           /* of sql; -1: not asked */
    struct cond value;
    bool full; /* the answer is a score "N/M" and N must be M */
    struct kv *named;
    size_t n_named;
    struct preflight_value *values; /* from `named` */
};

struct preflight_item {
    char *id, *title, *group;
    enum preflight_level level;
    enum preflight_kind kind;

    struct http_call http;
    struct exec_call exec;
    char *prom;          /* PromQL */
    struct sql_call sql; /* reads only */
    char *exact;         /* template; asked instead when the answer of `sql` is near a limit */
    char **env;
    size_t n_env;
    struct {
        char *role;
        char *text;     /* template: what the person signs, "" nothing */
        bool reference; /* needs the name of a document or run */
    } confirm;
    bool panels, drill, reset, window; /* that key stands in the plan */

    struct preflight_expect expect;
    char *read_column; /* of sql: the column of the number; "" the first */
    char *read_path;   /* of http and exec: where the number stands in the JSON answer */
    struct cond warning, critical;
    char *approve;     /* role that must agree to a WARNING; "" nobody */
    bool never;        /* nobody overrides it */
    int64_t within_ms; /* an answer that takes so long or longer is not passed; 0: not asked */
    char *after;       /* id of an item that must have passed before */
    int after_item;    /* its index; -1 none */
    bool final;        /* asked again at the start: no older result is used */
    int line;          /* in the plan file */
};

/* Runs by itself: needs no person and writes nothing. */
bool preflight_by_itself(const struct preflight_item *it);

/* Writes to production: the drill and the reset. */
bool preflight_writes(const struct preflight_item *it);

int preflight_item_of(const struct plan *p, const char *id); /* index or -1 */
bool preflight_has_final(const struct plan *p);

const char *preflight_level_word(enum preflight_level l);
const char *preflight_kind_word(enum preflight_kind k);

#endif
