/* The plan's keys as data: one row per key. The loader, its errors and everything that explains
 * the plan file read the same rows. A row says where its value goes by offset. */
#ifndef PLAN_SCHEMA_H
#define PLAN_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

struct load;
struct node;

enum key_type {                   /* what the field is */
                KEY_LINE,         /* char *: text of one line */
                KEY_TEXT,         /* char *: text */
                KEY_WORD,         /* char *: text that fits row->fits */
                KEY_URL,          /* char *: http or https */
                KEY_SECRET,       /* char *: from the environment only */
                KEY_SECRET_FILE,  /* char *: the content of a file of mode 0600 */
                KEY_BOOL,         /* bool */
                KEY_INT,          /* int in lo..hi */
                KEY_NUMBER,       /* double in lo..hi */
                KEY_DURATION,     /* int64_t ms in lo..hi */
                KEY_ENUM,         /* enum: index into row->words (NULL words cannot be written) */
                KEY_COND,         /* struct cond */
                KEY_MAP,          /* what row->map says, from this offset on */
                KEY_MAPS,         /* pointer and count: a list of them, lo..hi items */
                KEY_DURATIONS,    /* int64_t * and count, rising */
                KEY_PAIRS,        /* struct kv * and count: plain strings */
                KEY_HEADERS,      /* struct kv * and count: templates, may be secret */
                KEY_ARGV,         /* char ** and count: templates */
                KEY_JSON,         /* char *: any value as JSON text */
                KEY_JSON_EXPECT,  /* struct json_expect * and count */
                KEY_CAPTURES,     /* struct capture * and count */
                KEY_ACTIONS,      /* struct action * and count */
                KEY_PASS,         /* struct pass_cond * and count */
                KEY_ACTION_NAMES, /* size_t * and count: indexes of actions */
                KEY_WORDS,        /* unsigned: one bit for each of row->words that is listed */
                KEY_WORD_LIST,    /* char ** and count: each fits row->fits, lo..hi items */
                KEY_FIRST_WARN,   /* struct first_limit * and count: METRIC: condition */
                KEY_FIRST_CRIT,   /* the same */
                KEY_BASELINE_OF,  /* names of metrics: sets their in_baseline */
                KEY_AFTER_OF,     /* names of metrics: sets their in_after */
                KEY_SECRETS,      /* char ** and count: each from the environment only, lo..hi */
                KEY_APPROVALS,    /* struct approval_rule * and count */
                KEY_TEXTS,        /* struct kv * and count: names and templates */
                KEY_LATER,        /* part of the plan language, not of this version */
};

enum key_flag {
    KEY_REQUIRED = 1,
    KEY_TEMPLATE = 2,   /* may hold {{path}} */
    KEY_MAY_HIDE = 4,   /* may hold a secret of the environment: is never shown */
    KEY_OR_NULL = 8,    /* absent is NULL, not "" */
    KEY_NO_FIELD = 16,  /* checked, not kept */
    KEY_OR_NONE = 32,   /* `none` may be written instead */
    KEY_COMPUTED = 64,  /* `fallback` is words for people; the loader works it out */
    KEY_OR_EMPTY = 256, /* of KEY_URL: may come out empty from the environment */
    KEY_AS_BOOL = 128,  /* KEY_ENUM of two words kept in a bool */
};

struct key_row {
    const char *key;
    enum key_type type;
    unsigned flags;
    size_t at, count_at;
    double lo, hi;
    const char *const *words; /* KEY_ENUM, NULL-terminated after `n_words` */
    size_t n_words;
    bool (*fits)(const char *text); /* KEY_WORD */
    const struct key_map *map;      /* KEY_MAP, KEY_MAPS */
    const char *fallback;           /* the default as it would be written; NULL: none */
    const char *allowed;            /* what may stand here, NULL: the type says it */
    const char *doc;
};

struct key_map {
    const char *name;
    const struct key_row *rows;
    size_t n;
    size_t size; /* of the struct; 0: the keys belong to the struct around it */
    /* Looks at the whole once its keys are read. */
    void (*after)(struct load *l, const struct node *n, void *obj);
};

extern const struct key_map schema_plan, schema_step; /* the top, and one step of an action */

/* The parts with a file of their own. */
extern const struct key_map schema_metric, schema_stage, schema_prometheus, schema_alert;
extern const struct key_map schema_kill_switch, schema_capture, schema_window, schema_artifacts;
extern const struct key_map schema_mysql, schema_sql_metric, schema_sql, schema_allowed_ops;
extern const struct key_map schema_soak;
extern const struct key_map schema_first, schema_timeline, schema_freeze;
extern const struct key_map schema_notify, schema_reminders, schema_follow, schema_follow_up,
    schema_traffic, schema_split;
extern const struct key_map schema_burst, schema_manual, schema_ramp;
extern const struct key_map schema_team, schema_contact, schema_rollback_rule, schema_escalation;
extern const struct key_map schema_http, schema_exec, schema_preflight, schema_risk;

/* Words of enums by value. */
extern const char *const words_then[], *const words_rollback[];
#define N_WORDS_THEN     8
#define N_WORDS_ROLLBACK 3

/* What a row allows, for errors and docs. */
struct buf;
void schema_allowed(const struct key_row *row, struct buf *out);

/* Rules of KEY_WORD. */
bool fits_name(const char *s);
bool fits_id(const char *s);
bool fits_label(const char *s);
bool fits_role(const char *s);
bool fits_signal(const char *s);
bool fits_run_id(const char *s);
bool fits_zone(const char *s);
bool fits_hours(const char *s);
bool fits_date(const char *s);
bool fits_json_path(const char *s);
bool fits_method(const char *s);
bool fits_offset(const char *s); /* T-30m, T, T+24h */
bool fits_start(const char *s);  /* 2026-02-01T22:00:00+07:00 */
bool fits_host(const char *s);
bool fits_operation(const char *s); /* DROP_INDEX */
bool fits_artifact(const char *s);
bool fits_when(const char *s);
bool fits_variable(const char *s);

#endif
