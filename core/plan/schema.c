/* The rows of the plan file, except those of calls and steps (schema_calls.c). Order is the order
 * in which errors and docs list them. */
#include "plan/schema.h"

#include "plan/check.h"
#include "plan/plan.h"

#define N(a)        (sizeof(a) / sizeof *(a))
#define AT(s, f)    .at = offsetof(struct s, f)
#define ATN(s, f)   .at = offsetof(struct s, f), .count_at = offsetof(struct s, n_##f)
#define WORDS(list) .words = list, .n_words = N(list)
#define LATER(k)                                                                                   \
    {                                                                                              \
        .key = k, .type = KEY_LATER                                                                \
    }
#define DAY 86400000.0

const char *const words_then[N_WORDS_THEN] = {
    "notify", "investigate", "prepare_rollback", "rollback", "immediate_rollback", "hold",
    "pause",  "abort",
};
const char *const words_rollback[N_WORDS_ROLLBACK] = {"automatic", "manual", "log_only"};
static const char *const words_advance[] = {"manual", "auto"};
static const char *const words_reduce[] = {"refuse", "worst", "max", "min", "avg", "sum"};
static const char *const words_no_data[] = {"nodata", "warning", "critical", "zero"};
static const char *const words_median[] = {"median", "mean", "min", "max"};
static const char *const words_doc[] = {NULL, "draft", "under_review", "approved"};
static const char *const words_control[] = {NULL, "kill_switch_ms", "kill_switch_checks",
                                            "kill_switch_availability_pct"};
static const char *const words_from[] = {"prometheus", "alertmanager"};

static const struct key_row document_rows[] = {
    {"author", KEY_LINE, 0, AT(plan, doc_author), .doc = "who wrote the plan"},
    {"date", KEY_WORD, 0, AT(plan, doc_date), .fits = fits_date,
     .allowed = "a date like 2026-02-01", .doc = "when"},
    {"status", KEY_ENUM, KEY_REQUIRED, AT(plan, doc), WORDS(words_doc),
     .doc = "only an approved plan runs live, others rehearse"},
};
static const struct key_map document = {"document", document_rows, N(document_rows), 0, NULL};

static const struct key_row rollback_rows[] = {
    {"mode", KEY_ENUM, KEY_REQUIRED, AT(plan, rollback_mode), WORDS(words_rollback),
     .doc = "automatic: at once; manual: people decide; log_only: recorded, people act"},
    {"then", KEY_ACTION_NAMES, 0, ATN(plan, after_rollback),
     .doc = "actions that follow a rollback once it is read back"},
    {"checks", KEY_PASS, 0, ATN(plan, rollback_checks),
     .doc = "conditions that must hold once observe.after_rollback is over"},
};
static const struct key_map rollback = {"rollback", rollback_rows, N(rollback_rows), 0, NULL};

static const struct key_row prometheus_rows[] = {
    {"url", KEY_URL, KEY_REQUIRED | KEY_MAY_HIDE, AT(prometheus, url), .doc = "its address"},
    {"token", KEY_SECRET, KEY_MAY_HIDE, AT(prometheus, token), .doc = "bearer token"},
    {"token_file", KEY_SECRET_FILE, 0, AT(prometheus, token),
     .doc = "file that holds the bearer token"},
    {"timeout", KEY_DURATION, 0, AT(prometheus, timeout_ms), .lo = 100, .hi = 60000,
     .fallback = "4s", .doc = "of one question"},
    {"ca_file", KEY_LINE, 0, AT(prometheus, ca_file), .doc = "certificates to trust"},
    {"insecure", KEY_BOOL, 0, AT(prometheus, insecure), .fallback = "false",
     .doc = "allow a token over plain http, do not verify TLS"},
    {"backfill", KEY_DURATION, 0, AT(prometheus, backfill_ms), .lo = 0, .hi = DAY,
     .fallback = "30m", .doc = "history fetched at the start"},
    {"freshness", KEY_TEXT, 0, AT(prometheus, freshness), .fallback = "time() - max(timestamp(up))",
     .doc = "query for the age of the newest scrape in seconds; \"\": not asked"},
};
const struct key_map schema_prometheus = {"prometheus", prometheus_rows, N(prometheus_rows),
                                          sizeof(struct prometheus), check_prometheus};

static const struct key_row alert_rows[] = {
    {"from", KEY_ENUM, KEY_REQUIRED | KEY_AS_BOOL, AT(alert_source, alertmanager),
     WORDS(words_from), .doc = "who is asked"},
    {"url", KEY_URL, KEY_MAY_HIDE, AT(alert_source, url), .doc = "address of the Alertmanager"},
    {"match", KEY_PAIRS, KEY_REQUIRED, ATN(alert_source, match),
     .doc = "labels that must all be so"},
    {"then", KEY_ENUM, KEY_REQUIRED, AT(alert_source, then), .words = words_then,
     .n_words = N_WORDS_THEN, .doc = "what a firing alert does"},
};
const struct key_map schema_alert = {"alerts", alert_rows, N(alert_rows),
                                     sizeof(struct alert_source), check_alert};

static const struct key_row metric_rows[] = {
    {"id", KEY_WORD, KEY_REQUIRED, AT(metric, id), .fits = fits_id,
     .allowed = "1 to 32 of a-z 0-9 _", .doc = "its name in the plan"},
    {"title", KEY_LINE, KEY_COMPUTED, AT(metric, title), .fallback = "the id",
     .doc = "its name on screen"},
    {"group", KEY_LINE, 0, AT(metric, group), .doc = "panels of one group stand together"},
    {"unit", KEY_LINE, 0, AT(metric, unit), .doc = "shown behind values"},
    {"signal", KEY_WORD, 0, AT(metric, signal), .fits = fits_signal,
     .allowed = "1 to 16 characters without blanks, = and |",
     .doc = "name in the minute line; absent: not in it"},
    {"query", KEY_TEXT, 0, AT(metric, query), .doc = "PromQL"},
    {"compare", KEY_TEXT, 0, AT(metric, compare),
     .doc = "PromQL of the other side (A/B), asked at the same time"},
    {"control", KEY_ENUM, 0, AT(metric, control), WORDS(words_control),
     .doc = "instead of query: what the kill switch itself measures"},
    {"mysql", KEY_MAP, 0, AT(metric, sql), .map = &schema_sql_metric,
     .doc = "instead of query: read of a database"},
    {"scale", KEY_NUMBER, 0, AT(metric, scale), .lo = -1e15, .hi = 1e15, .fallback = "1",
     .allowed = "a number", .doc = "answer x scale = unit"},
    {"reduce", KEY_ENUM, 0, AT(metric, reduce), WORDS(words_reduce), .fallback = "refuse",
     .doc = "several series become one value"},
    {"counter", KEY_BOOL, 0, AT(metric, counter), .fallback = "false",
     .doc = "judged as the sum of increases since T0"},
    {"every", KEY_DURATION, KEY_COMPUTED, AT(metric, every_ms), .lo = 1000, .hi = 3600000,
     .fallback = "tick", .doc = "how often it is asked"},
    {"notice", KEY_COND, 0, AT(metric, notice), .doc = "logged; status stays OK"},
    {"warning", KEY_COND, 0, AT(metric, warning), .doc = "status WARNING"},
    {"alert_at", KEY_COND, 0, AT(metric, alert_at),
     .doc = "raises an alert, which makes the verdict FAIL"},
    {"critical", KEY_COND, 0, AT(metric, critical), .doc = "status CRITICAL, acts by `then`"},
    {"then", KEY_ENUM, 0, AT(metric, then), .words = words_then, .n_words = N_WORDS_THEN,
     .fallback = "rollback", .doc = "what CRITICAL does"},
    {"label", KEY_LINE, 0, AT(metric, label), .doc = "SECURITY: shows wherever it fires"},
    {"gating", KEY_BOOL, 0, AT(metric, gating), .fallback = "true",
     .doc = "counts in \"6/6\"; one without conditions never does"},
    {"min_samples", KEY_INT, 0, AT(metric, min_samples), .lo = 1, .hi = 1000000, .fallback = "10",
     .doc = "valid samples needed before it may decide"},
    {"stale_after", KEY_DURATION, KEY_COMPUTED, AT(metric, stale_after_ms), .lo = 1000, .hi = DAY,
     .fallback = "3 x every", .doc = "an older value is no data"},
    {"no_data", KEY_ENUM, 0, AT(metric, no_data), WORDS(words_no_data), .fallback = "nodata",
     .doc = "what an empty answer counts as"},
    {"split", KEY_MAP, 0, AT(metric, split), .map = &schema_split,
     .doc = "a share of the traffic in per cent: WARNING when it is off the verified weight"},
    {"baseline_floor", KEY_NUMBER, 0, AT(metric, baseline_floor), .lo = 0, .hi = 1e15,
     .fallback = "0", .allowed = "a number, 0 or more",
     .doc = "> 0: divisor of a change when the baseline is below it"},
};
const struct key_map schema_metric = {"metrics", metric_rows, N(metric_rows), sizeof(struct metric),
                                      check_metric};

static const struct key_row baseline_rows[] = {
    {"window", KEY_DURATION, KEY_REQUIRED, AT(plan, baseline_ms), .lo = 1000, .hi = DAY,
     .doc = "how long it is measured before the first stage"},
    {"reduce", KEY_ENUM, 0, AT(plan, baseline_reduce), WORDS(words_median), .fallback = "median",
     .doc = "samples become one value"},
    {"metrics", KEY_BASELINE_OF, KEY_COMPUTED, .fallback = "all",
     .doc = "ids; those with a signed condition are always in"},
};
static const struct key_map baseline = {"baseline", baseline_rows, N(baseline_rows), 0, NULL};

static const struct key_row after_rows[] = {
    {"window", KEY_DURATION, KEY_REQUIRED, AT(plan, after_ms), .lo = 1000, .hi = DAY,
     .doc = "how long it is measured after the last stage"},
    {"metrics", KEY_AFTER_OF, KEY_COMPUTED, .fallback = "all", .doc = "ids"},
};
static const struct key_map after = {"after", after_rows, N(after_rows), 0, NULL};

static const struct key_row stage_rows[] = {
    {"name", KEY_LINE, KEY_REQUIRED, AT(stage, name), .doc = "its name"},
    {"weight", KEY_NUMBER, 0, AT(stage, weight), .lo = 0, .hi = 100,
     .doc = "per cent of the traffic; absent: moves none"},
    {"duration", KEY_DURATION, KEY_REQUIRED, AT(stage, duration_ms), .lo = 1, .hi = 60 * DAY,
     .allowed = "a duration above 0 (15m, 2h, 1h30m)",
     .doc = "least observation; counts from the verified start action"},
    {"pass", KEY_PASS, 0, ATN(stage, pass), .doc = "conditions that must hold at the gate"},
    {"decides", KEY_BOOL, 0, AT(stage, decides), .fallback = "false",
     .doc = "its gate has two answers: what is not met there is a failure, not waited for"},
    {"actions", KEY_ACTION_NAMES, 0, ATN(stage, actions), .doc = "run in order at the start"},
    {"cooldown", KEY_DURATION, 0, AT(stage, cooldown_ms), .lo = 0, .hi = DAY, .fallback = "0s",
     .doc = "wait after the actions"},
    {"first", KEY_MAP, 0, AT(stage, first), .map = &schema_first,
     .doc = "stricter limits in its first minutes"},
    {"confirm", KEY_WORD_LIST, 0, ATN(stage, confirm), .lo = 0, .hi = CONFIRM_MAX, .fits = fits_id,
     .allowed = "a list of names of a-z 0-9 _",
     .doc = "manual items that people confirm at the gate"},
};
const struct key_map schema_stage = {"stages", stage_rows, N(stage_rows), sizeof(struct stage),
                                     check_stage};

static const struct key_row observe_rows[] = {
    {"after_rollback", KEY_DURATION, 0, AT(plan, observe_rollback_ms), .lo = 0, .hi = DAY,
     .fallback = "0s", .doc = "watch on after a rollback"},
    {"after_success", KEY_DURATION, 0, AT(plan, observe_success_ms), .lo = 0, .hi = DAY,
     .fallback = "0s", .doc = "watch on after the last gate"},
};
static const struct key_map observe = {"observe", observe_rows, N(observe_rows), 0, NULL};

static const struct key_row rules_rows[] = {
    {"extend_at", KEY_INT, 0, AT(plan, rules.extend_at), .lo = 1, .hi = 1000, .fallback = "1",
     .doc = "so many warnings at once extend the stage"},
    {"extend_factor", KEY_NUMBER, 0, AT(plan, rules.extend_factor), .lo = 1, .hi = 100,
     .fallback = "2", .doc = "to so many times its duration, once"},
    {"escalate_at", KEY_INT, 0, AT(plan, rules.escalate_at), .lo = 1, .hi = 1000, .fallback = "3",
     .doc = "so many escalate"},
    {"pause_at", KEY_INT, 0, AT(plan, rules.pause_at), .lo = 1, .hi = 1000, .fallback = "5",
     .doc = "so many pause"},
    {"trend_window", KEY_DURATION, 0, AT(plan, rules.trend_window_ms), .lo = 1000, .hi = DAY,
     .fallback = "15m", .doc = "a trend is looked for in so much of the stage's newest samples"},
    {"trend_hold", KEY_DURATION, 0, AT(plan, rules.trend_hold_ms), .lo = 1000, .hi = DAY,
     .fallback = "15m", .doc = "a gate waits so long when a trend gets worse"},
    {"minor_recheck", KEY_DURATION, 0, AT(plan, rules.minor_recheck_ms), .lo = 1000, .hi = DAY,
     .fallback = "15m", .doc = "an issue still open after so long is major"},
    {"retry_cooldown", KEY_DURATION, 0, AT(plan, rules.retry_cooldown_ms), .lo = 0, .hi = 60 * DAY,
     .fallback = "0s",
     .doc = "after a rollback the plan may not run again for so long, and then with a fix note"},
};
static const struct key_map rules = {"rules", rules_rows, N(rules_rows), 0, NULL};

static const struct key_row plan_rows[] = {
    {"version", KEY_INT, KEY_REQUIRED | KEY_NO_FIELD, .lo = 1, .hi = 1, .allowed = "1",
     .doc = "of the plan language"},
    {"name", KEY_WORD, KEY_REQUIRED, AT(plan, name), .fits = fits_name,
     .allowed = "1 to 64 of a-z 0-9 -", .doc = "names sessions and files"},
    {"title", KEY_LINE, KEY_REQUIRED, AT(plan, title), .doc = "what is released"},
    {"environment", KEY_LINE, 0, AT(plan, environment), .doc = "shown in row 0 of every view"},
    {"document", KEY_MAP, 0, .map = &document, .doc = "author, date, status; absent: may run live"},
    {"run_id", KEY_WORD, KEY_COMPUTED, AT(plan, run_id_pattern), .fits = fits_run_id,
     .allowed = "1 to 60 of A-Z a-z 0-9 . _ - with one run of #", .fallback = "the name and -###",
     .doc = "### counts up"},
    {"timezone", KEY_WORD, 0, AT(plan, timezone), .fits = fits_zone,
     .allowed = "an IANA name like Europe/Istanbul, UTC, or an offset like +07:00",
     .fallback = "UTC", .doc = "zone of all times shown"},
    {"tick", KEY_DURATION, 0, AT(plan, tick_ms), .lo = 1000, .hi = 300000, .fallback = "5s",
     .allowed = "a duration from 1s to 5m", .doc = "metrics are read and judged this often"},
    {"advance", KEY_ENUM, 0, AT(plan, advance), WORDS(words_advance), .fallback = "manual",
     .doc = "manual: a person presses; auto: an open gate advances"},
    {"rollback", KEY_MAP, KEY_REQUIRED, .map = &rollback, .doc = "who rolls back"},
    {"expected_duration", KEY_DURATION, 0, AT(plan, expected_ms), .lo = 1000, .hi = 60 * DAY,
     .fallback = "0", .doc = "of the whole run; a start needs so much allowed time"},
    {"windows", KEY_MAPS, 0, ATN(plan, windows), .map = &schema_window, .lo = 0, .hi = 16,
     .doc = "hours in which a start or an advance is allowed or denied; never stop a rollback"},
    {"start_at", KEY_WORD, 0, AT(plan, start_at), .fits = fits_start,
     .allowed = "a time like 2026-02-01T22:00:00+07:00 (UTC without an offset)",
     .doc = "planned start of the first stage; absent: as soon as its gate opens"},
    {"timeline", KEY_MAPS, 0, ATN(plan, timeline), .map = &schema_timeline, .lo = 0, .hi = 64,
     .doc = "steps around the stages; T is the start of the first one"},
    {"freeze", KEY_MAP, 0, AT(plan, freeze), .map = &schema_freeze,
     .doc = "what the record of the freeze window says"},
    {"traffic", KEY_MAP, 0, AT(plan, traffic), .map = &schema_traffic,
     .doc = "both sides of the split and their first weights"},
    {"scope", KEY_PAIRS, 0, ATN(plan, scope), .doc = "what it may touch: one value each"},
    {"prometheus", KEY_MAP, 0, AT(plan, prom), .map = &schema_prometheus,
     .doc = "where metrics come from"},
    {"allowed", KEY_MAP, 0, .map = &schema_allowed_ops, .doc = "what may be done at all"},
    {"denied", KEY_WORD_LIST, 0, AT(plan, deny.denied),
     .count_at = offsetof(struct plan, deny.n_denied), .lo = 1, .hi = 32, .fits = fits_operation,
     .allowed = "a list of operations like DROP_INDEX",
     .doc = "operations the tool itself never runs"},
    {"mysql", KEY_MAPS, 0, ATN(plan, mysql), .map = &schema_mysql, .lo = 1, .hi = MYSQL_TARGETS_MAX,
     .doc = "databases: MySQL or MariaDB"},
    {"alerts", KEY_MAPS, 0, ATN(plan, alerts), .map = &schema_alert, .lo = 0, .hi = 16,
     .doc = "alert sources"},
    {"metrics", KEY_MAPS, KEY_REQUIRED, ATN(plan, metrics), .map = &schema_metric, .lo = 1,
     .hi = 512, .doc = "what is watched"},
    {"baseline", KEY_MAP, 0, .map = &baseline, .doc = "measured before the first stage"},
    {"after", KEY_MAP, 0, .map = &after, .doc = "measured after the last stage"},
    {"stages", KEY_MAPS, KEY_REQUIRED, ATN(plan, stages), .map = &schema_stage, .lo = 1, .hi = 100,
     .doc = "the steps of the canary"},
    {"checkpoints", KEY_DURATIONS, 0, ATN(plan, checkpoints), .lo = 1, .hi = 60 * DAY,
     .doc = "times after T0 at which all is noted"},
    {"observe", KEY_MAP, 0, .map = &observe, .doc = "watching on at the end"},
    {"soak", KEY_MAP, 0, AT(plan, soak), .map = &schema_soak,
     .doc = "watching on after the last stage, with check-ins: the first night"},
    {"kill_switch", KEY_MAP, KEY_REQUIRED | KEY_OR_NONE, .map = &schema_kill_switch,
     .doc = "scopes to read and flip; `none` must be said"},
    {"actions", KEY_ACTIONS, 0, ATN(plan, actions), .doc = "name: list of steps"},
    {"artifacts", KEY_MAP, 0, AT(plan, artifacts), .map = &schema_artifacts,
     .doc = "the files a run leaves behind"},
    {"preflight", KEY_MAPS, 0, .at = offsetof(struct plan, preflight.items),
     .count_at = offsetof(struct plan, preflight.n_items), .map = &schema_preflight, .lo = 0,
     .hi = 200, .doc = "checks before the start"},
    {"preflight_signoff", KEY_WORD_LIST, 0, .at = offsetof(struct plan, preflight.signoff),
     .count_at = offsetof(struct plan, preflight.n_signoff), .lo = 1, .hi = 8, .fits = fits_id,
     .allowed = "a list of roles", .doc = "roles that sign the whole before the start"},
    {"preflight_minimum", KEY_DURATION, 0, AT(plan, preflight.minimum_ms), .lo = 1000, .hi = DAY,
     .fallback = "0", .doc = "from the first check to the start; nobody shortens it"},
    {"preflight_within", KEY_DURATION, KEY_COMPUTED, AT(plan, preflight.within_ms), .lo = 1000,
     .hi = DAY, .fallback = "the first stage's duration",
     .doc = "with advance: auto, not passed for so long ends the run ABORTED"},
    {"risks", KEY_MAPS, 0, .at = offsetof(struct plan, preflight.risks),
     .count_at = offsetof(struct plan, preflight.n_risks), .map = &schema_risk, .lo = 0, .hi = 50,
     .doc = "the risk table, shown with the preflight"},
    {"rules", KEY_MAP, 0, .map = &rules, .doc = "how many warnings do what"},
    {"team", KEY_MAPS, 0, ATN(plan, team), .map = &schema_team, .lo = 0, .hi = TEAM_MAX,
     .doc = "who takes part"},
    {"contacts", KEY_MAPS, 0, ATN(plan, contacts), .map = &schema_contact, .lo = 0, .hi = 8,
     .doc = "whom to call in which emergency"},
    {"approvals", KEY_APPROVALS, 0, ATN(plan, approvals), .doc = "who must agree to what"},
    {"rollback_rules", KEY_MAPS, 0, ATN(plan, rollback_rules), .map = &schema_rollback_rule,
     .lo = 0, .hi = 64, .doc = "who decides on a rollback and who agrees, by cause"},
    {"escalation", KEY_MAPS, 0, .at = offsetof(struct plan, levels),
     .count_at = offsetof(struct plan, n_levels), .map = &schema_escalation, .lo = 0,
     .hi = LEVELS_MAX, .doc = "who is called, and who next when nobody answers"},
    {"templates", KEY_TEXTS, 0, ATN(plan, templates), .doc = "NAME: text of a message"},
    {"notify", KEY_MAPS, 0, ATN(plan, notify), .map = &schema_notify, .lo = 0, .hi = 64,
     .doc = "which event sends which message to whom"},
    {"follow_up", KEY_MAPS, 0, ATN(plan, follow_up), .map = &schema_follow_up, .lo = 0, .hi = 64,
     .doc = "what is to be done once the run is over, by whom, until when"},
    {"logs", KEY_MAPS, 0, ATN(plan, logs), .map = &schema_follow, .lo = 0, .hi = FOLLOWS_MAX,
     .doc = "log files that are followed"},
    {"reminders", KEY_MAP, 0, .map = &schema_reminders, .doc = "what people are reminded of"},
};
const struct key_map schema_plan = {"plan", plan_rows, N(plan_rows), sizeof(struct plan),
                                    check_plan};
