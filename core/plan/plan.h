/* The plan as plain const data. Made by plan_load (core/plan/load.h), never changed afterwards,
 * freed as a whole. Strings are owned by the plan and never NULL unless said; "" is absent.
 * Durations are ms, weights per cent. Texts marked `template` may hold {{path}} (plan/tmpl.h). */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/calls.h"
#include "plan/artifact.h"
#include "plan/cond.h"
#include "plan/follow.h"
#include "plan/follow_up.h"
#include "plan/hands.h"
#include "plan/mysql.h"
#include "plan/notify.h"
#include "plan/timeline.h"
#include "plan/people.h"
#include "plan/preflight.h"

enum advance_mode { ADVANCE_MANUAL, ADVANCE_AUTO };
enum rollback_mode { ROLLBACK_AUTOMATIC, ROLLBACK_MANUAL, ROLLBACK_LOG_ONLY };
enum then_do {
    THEN_NOTIFY,
    THEN_INVESTIGATE,
    THEN_PREPARE_ROLLBACK,
    THEN_ROLLBACK,
    THEN_IMMEDIATE_ROLLBACK,
    THEN_HOLD,
    THEN_PAUSE,
    THEN_ABORT,
};
enum reduce_how { REDUCE_REFUSE, REDUCE_WORST, REDUCE_MAX, REDUCE_MIN, REDUCE_AVG, REDUCE_SUM };
enum no_data_is { NO_DATA_NODATA, NO_DATA_WARNING, NO_DATA_CRITICAL, NO_DATA_ZERO };
enum baseline_reduce { BASELINE_MEDIAN, BASELINE_MEAN, BASELINE_MIN, BASELINE_MAX };
enum doc_status { DOC_NONE, DOC_DRAFT, DOC_UNDER_REVIEW, DOC_APPROVED };
enum control_probe { CONTROL_NONE, CONTROL_KS_MS, CONTROL_KS_CHECKS, CONTROL_KS_AVAILABILITY_PCT };

/* One field of an expected or read JSON answer. */
struct json_expect {
    char *path; /* dotted: "data.percentage" */
    char *want; /* template; JSON text of the wanted value, e.g. 0, "scheduled", true */
};

struct expect {
    int status; /* HTTP status; 0: any 2xx */
    struct json_expect *json;
    size_t n_json;
    char *stdout_text; /* template: whole output without trailing white space; NULL: not asked */
    int exit_status;   /* of exec; 0 unless said */
    bool wants_rows;   /* of sql */
    int rows;          /* that come back, or that a `write` changes */
    char *value;       /* template: first column of the first row; NULL: not asked */
    struct burst_expect burst;
};

enum step_kind { STEP_HTTP, STEP_EXEC, STEP_SQL, STEP_BURST, STEP_MANUAL, STEP_RAMP };

struct verify {
    bool set;
    enum step_kind kind;
    struct http_call http;
    struct exec_call exec;
    struct sql_call sql;
    struct expect expect;
    int64_t within_ms; /* asked again until it agrees or this has passed */
};

struct capture {
    char *name; /* {{captured.NAME}} from then on */
    char *json_path;
};

struct step {
    enum step_kind kind;
    struct http_call http;
    struct exec_call exec;
    struct sql_call sql;
    struct burst_call burst;
    struct manual_call manual;
    struct ramp_call ramp;
    struct expect expect;
    struct verify verify;
    int retry_times; /* extra tries after a definite failure; never after an unknown outcome */
    int64_t retry_every_ms;
    struct capture *captures;
    size_t n_captures;
    bool changes_schema; /* refused inside hours that deny a schema_change */
    int line;            /* in the plan file */
};

struct action {
    char *name;
    struct step *steps;
    size_t n_steps;
};

/* A share of the traffic, in per cent, that is held against the verified weight. */
struct metric_split {
    bool set;
    double tolerance;  /* points */
    int64_t settle_ms; /* after the weight changed it is not looked at for so long */
};

struct metric {
    char *id, *title, *group, *unit;
    char *signal;  /* name in the minute line, "" when not in it */
    char *query;   /* PromQL; "" when another source is set */
    char *compare; /* PromQL of the other side (A/B); "" without (plan/side.h) */
    enum control_probe control;
    struct sql_metric sql;
    double scale;
    enum reduce_how reduce;
    bool counter;
    int64_t every_ms;
    struct cond notice, warning, alert_at, critical;
    enum then_do then;
    char *label;
    bool gating; /* counts in "6/6"; a metric without conditions never gates */
    bool judged; /* has at least one condition */
    int min_samples;
    int64_t stale_after_ms;
    enum no_data_is no_data;
    double baseline_floor;
    struct metric_split split;
    bool in_baseline, in_after;
    bool upward; /* higher is worse (from its first condition with a direction, else from pass
                    conditions; true without one) */
};

struct alert_source {
    bool alertmanager; /* else the plan's Prometheus */
    char *url;         /* of the Alertmanager; "" for Prometheus */
    struct kv *match;  /* label = value, all must hold; plain strings */
    size_t n_match;
    enum then_do then;
};

struct pass_cond {
    size_t metric; /* index into plan->metrics */
    struct cond cond;
};

struct stage {
    char *name;
    bool has_weight;
    double weight;
    int64_t duration_ms, cooldown_ms;
    struct pass_cond *pass;
    size_t n_pass;
    bool decides;    /* its gate has two answers: what is not met there rolls back */
    size_t *actions; /* indexes into plan->actions, run in order at the start */
    size_t n_actions;
    struct stage_first first;
    char **confirm; /* manual items of its gate */
    size_t n_confirm;
    int line;
};

struct ks_scope {
    char *name;
    struct http_call status, engage, release;
    char *read_path; /* JSON path of the boolean; only boolean false means off */
};

struct prometheus {
    char *url; /* without trailing slash */
    char *token;
    char *ca_file;
    bool insecure;
    int64_t timeout_ms, backfill_ms;
    char *freshness; /* query for the age of the newest scrape in s; "" not asked */
};

/* What a window speaks of. Nothing in the plan can name FOR_ROLLBACK: no window stops one. */
enum window_for { FOR_START, FOR_ADVANCE, FOR_SCHEMA_CHANGE, FOR_ROLLBACK };

struct zone;

/* Hours of some local days in which a thing is allowed, or denied. The days are those on which the
 * hours begin; they may end on the next one. */
struct plan_window {
    char *allow, *deny;  /* as written, one of them "" */
    char *label;         /* never "" */
    char *timezone;      /* the plan's when not said */
    int from_s, until_s; /* of the local day; until <= from: ends on the next day */
    unsigned days;       /* bit 0 is Monday; all when not said */
    unsigned of;         /* 1 << enum window_for */
    bool warn;           /* outside it only a warning, which the IC confirms */
    unsigned when;       /* 1: only in weeks in which one of `zones` changes its clocks */
    char **holidays;     /* dates on which no hours begin */
    size_t n_holidays;
    int64_t *holiday_days; /* the same as days since 1970 */
    char **zones;
    size_t n_zones;
    const struct zone *zone, **watched;
};

struct scope_item {
    char *key, *value;
};

/* Both sides of the split, and what each gets first; they add up to 100. */
struct traffic {
    bool set;
    char *fresh, *old;
    double fresh_weight, old_weight;
};

struct rules {
    int extend_at, escalate_at, pause_at;
    double extend_factor;
    int64_t trend_window_ms, trend_hold_ms, minor_recheck_ms;
    int64_t retry_cooldown_ms; /* after a rollback; 0: the plan asks for none */
};

struct plan {
    char *name, *title, *environment, *run_id_pattern, *timezone;
    enum doc_status doc;
    char *doc_author, *doc_date;
    int64_t tick_ms;
    enum advance_mode advance;
    enum rollback_mode rollback_mode;
    struct traffic traffic;
    struct scope_item *scope;
    size_t n_scope;
    struct plan_window *windows;
    size_t n_windows;
    int64_t expected_ms;            /* of the whole run; 0: not said */
    char *start_at;                 /* planned start as written; "" not said */
    struct timeline_item *timeline; /* in the order of their times */
    size_t n_timeline;
    struct freeze freeze;
    struct soak soak;
    const struct zone *zone; /* of `timezone` */
    struct prometheus prom;
    struct alert_source *alerts;
    size_t n_alerts;
    struct mysql_target *mysql;
    size_t n_mysql;
    struct plan_deny deny;
    struct metric *metrics;
    size_t n_metrics;
    int64_t baseline_ms, after_ms; /* 0: no such step */
    enum baseline_reduce baseline_reduce;
    struct stage *stages;
    size_t n_stages;
    int64_t *checkpoints; /* ms after T0, rising */
    size_t n_checkpoints;
    int64_t observe_rollback_ms, observe_success_ms;
    bool has_kill_switch; /* false only for `kill_switch: none` */
    struct ks_scope *ks;
    size_t n_ks;
    int64_t ks_every_ms;
    int64_t *ks_checks; /* times after T0 at which it is read for the record, rising */
    size_t n_ks_checks;
    struct action *actions;
    size_t n_actions;
    int rollback_action;    /* index of the action named `rollback`, -1 without (log_only) */
    size_t *after_rollback; /* actions that follow one that was read back */
    size_t n_after_rollback;
    struct pass_cond *rollback_checks; /* asked once its observation is over */
    size_t n_rollback_checks;
    struct follow_up *follow_up; /* what is to be done once the run is over */
    size_t n_follow_up;
    int gradual_action; /* of the one named `rollback_gradual`, -1 without */
    struct rules rules;
    struct artifacts artifacts;
    struct team_role *team;
    size_t n_team;
    struct contact *contacts;
    size_t n_contacts;
    struct approval_rule *approvals;
    size_t n_approvals;
    struct rollback_rule *rollback_rules;
    size_t n_rollback_rules;
    struct escalation_level *levels; /* rising */
    size_t n_levels;
    struct kv *templates; /* names and texts of messages; templates */
    size_t n_templates;
    struct notify_row *notify;
    size_t n_notify;
    struct reminders reminders;
    struct plan_preflight preflight;
    struct follow_row *logs; /* files that are followed */
    size_t n_logs;

    char *source;   /* the file's text, before ${…} was filled: holds no secret */
    char hash[65];  /* SHA-256 of source, lower-case hex */
    struct kv *env; /* the ${NAME}s used and their values; secret ones have value NULL */
    size_t n_env;
};

void plan_free(struct plan *p);

/* Index by name, or -1. */
int plan_metric(const struct plan *p, const char *id);
int plan_action(const struct plan *p, const char *name);

/* A value of `scope`; NULL when it has none of that name. */
const char *plan_scope(const struct plan *p, const char *key);

/* Does one of the actions, by index, change a schema? */
bool plan_changes_schema(const struct plan *p, const size_t *actions, size_t n);

/* Does any stage have a weight? */
bool plan_moves_traffic(const struct plan *p);

/* How many metrics count in "6/6". */
int plan_gating(const struct plan *p);

const char *notify_on_word(enum notify_on on);
const char *then_word(enum then_do t);
const char *rollback_mode_word(enum rollback_mode m);

#endif
