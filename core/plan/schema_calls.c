/* Rows of HTTP calls, commands, steps of actions, and the kill switch. */
#include "plan/schema.h"

#include "plan/check.h"
#include "plan/plan.h"

#define N(a)      (sizeof(a) / sizeof *(a))
#define AT(s, f)  .at = offsetof(struct s, f)
#define ATN(s, f) .at = offsetof(struct s, f), .count_at = offsetof(struct s, n_##f)
#define DAY       86400000.0

/* Status questions are quick; calls that change something may take longer. */
#define HTTP_ROWS(time_limit)                                                                      \
    {"method",                                                                                     \
     KEY_WORD,                                                                                     \
     KEY_COMPUTED,                                                                                 \
     AT(http_call, method),                                                                        \
     .fits = fits_method,                                                                          \
     .allowed = "GET | HEAD | POST | PUT | PATCH | DELETE",                                        \
     .fallback = "GET, with a body POST",                                                          \
     .doc = "HTTP method"},                                                                        \
        {"url",                                                                                    \
         KEY_URL,                                                                                  \
         KEY_REQUIRED | KEY_TEMPLATE | KEY_MAY_HIDE,                                               \
         AT(http_call, url),                                                                       \
         .allowed =                                                                                \
             "an address that begins with http:// or https://, placeholders only behind the "      \
             "host",                                                                               \
         .doc = "address; placeholders behind the host only"},                                     \
        {"headers", KEY_HEADERS, KEY_TEMPLATE | KEY_MAY_HIDE, ATN(http_call, headers),             \
         .doc = "name: value"},                                                                    \
        {"json", KEY_JSON, KEY_TEMPLATE | KEY_MAY_HIDE | KEY_OR_NULL, AT(http_call, body),         \
         .doc = "body, any value, sent as JSON"},                                                  \
        {"body", KEY_TEXT, KEY_TEMPLATE | KEY_MAY_HIDE | KEY_OR_NULL, AT(http_call, body),         \
         .doc = "body, plain text"},                                                               \
        {"token", KEY_SECRET, KEY_MAY_HIDE, AT(http_call, token), .doc = "bearer token"},          \
        {"token_file", KEY_SECRET_FILE, 0, AT(http_call, token),                                   \
         .doc = "file that holds the bearer token"},                                               \
        {"ca_file", KEY_LINE, 0, AT(http_call, ca_file), .doc = "certificates to trust"},          \
        {"insecure",                                                                               \
         KEY_BOOL,                                                                                 \
         0,                                                                                        \
         AT(http_call, insecure),                                                                  \
         .fallback = "false",                                                                      \
         .doc = "allow a token over plain http, do not verify TLS"},                               \
    {                                                                                              \
        "timeout", KEY_DURATION, 0, AT(http_call, timeout_ms),                                     \
            .lo = 100, .hi = 600000, .fallback = time_limit, .doc = "of the whole call"            \
    }

static const struct key_row http_rows[] = {HTTP_ROWS("10s")};
const struct key_map schema_http = {"http", http_rows, N(http_rows), sizeof(struct http_call),
                                    check_http};
static const struct key_row http_status_rows[] = {HTTP_ROWS("2s")};
static const struct key_map http_status = {"http", http_status_rows, N(http_status_rows),
                                           sizeof(struct http_call), check_http};

static const struct key_row exec_rows[] = {
    {"argv", KEY_ARGV, KEY_REQUIRED | KEY_TEMPLATE, .at = offsetof(struct exec_call, argv),
     .count_at = offsetof(struct exec_call, argc), .doc = "program and arguments; no shell"},
    {"timeout", KEY_DURATION, 0, AT(exec_call, timeout_ms), .lo = 100, .hi = DAY, .fallback = "20s",
     .doc = "then its process group is killed"},
};
const struct key_map schema_exec = {"exec", exec_rows, N(exec_rows), sizeof(struct exec_call),
                                    NULL};

static const struct key_row expect_rows[] = {
    {"status", KEY_INT, 0, AT(expect, status), .lo = 100, .hi = 599, .fallback = "0",
     .allowed = "an HTTP status from 100 to 599", .doc = "of http; absent: any 2xx"},
    {"json", KEY_JSON_EXPECT, KEY_TEMPLATE, ATN(expect, json),
     .doc = "of http: fields of the answer and their values"},
    {"stdout", KEY_TEXT, KEY_TEMPLATE | KEY_OR_NULL, AT(expect, stdout_text),
     .doc = "of exec: the whole output, without white space at its end"},
    {"exit", KEY_INT, 0, AT(expect, exit_status), .lo = 0, .hi = 255, .fallback = "0",
     .doc = "of exec: exit status"},
    {"rows", KEY_INT, 0, AT(expect, rows), .lo = 0, .hi = 1000000,
     .doc = "of sql: how many come back, or are changed by a write"},
    {"value", KEY_TEXT, KEY_TEMPLATE | KEY_OR_NULL, AT(expect, value),
     .doc = "of sql: first column of the first row"},
    {"success_pct", KEY_COND, 0, AT(expect, burst.success_pct),
     .doc = "of burst: how many in a hundred answer with `status`"},
    {"p95", KEY_COND, 0, AT(expect, burst.p95_ms), .doc = "of burst: 95th percentile, ms"},
    {"average", KEY_COND, 0, AT(expect, burst.avg_ms), .doc = "of burst: mean latency, ms"},
};
static const struct key_map expect = {"expect", expect_rows, N(expect_rows), sizeof(struct expect),
                                      check_expect};

static const struct key_row verify_rows[] = {
    {"http", KEY_MAP, 0, AT(verify, http), .map = &schema_http, .doc = "a question over HTTP"},
    {"exec", KEY_MAP, 0, AT(verify, exec), .map = &schema_exec, .doc = "a command"},
    {"expect", KEY_MAP, 0, AT(verify, expect), .map = &expect, .doc = "what must come back"},
    {"within", KEY_DURATION, 0, AT(verify, within_ms), .lo = 0, .hi = DAY, .fallback = "30s",
     .doc = "asked again until it agrees or this has passed"},
    {"sql", KEY_MAP, 0, AT(verify, sql), .map = &schema_sql, .doc = "a question to a database"},
};
static const struct key_map verify = {"verify", verify_rows, N(verify_rows), sizeof(struct verify),
                                      check_verify};

static const struct key_row retry_rows[] = {
    {"times", KEY_INT, KEY_REQUIRED, AT(step, retry_times), .lo = 0, .hi = 100,
     .doc = "further tries after a definite failure"},
    {"every", KEY_DURATION, 0, AT(step, retry_every_ms), .lo = 100, .hi = 3600000, .fallback = "2s",
     .doc = "between two tries"},
};
static const struct key_map retry = {"retry", retry_rows, N(retry_rows), 0, NULL};

static const struct key_row capture_rows[] = {
    {"json", KEY_WORD, KEY_REQUIRED, AT(capture, json_path), .fits = fits_json_path,
     .allowed = "a path like data.id", .doc = "where the value stands in the answer"},
};
const struct key_map schema_capture = {"capture", capture_rows, N(capture_rows),
                                       sizeof(struct capture), NULL};

static const struct key_row step_rows[] = {
    {"http", KEY_MAP, 0, AT(step, http), .map = &schema_http, .doc = "an HTTP call"},
    {"exec", KEY_MAP, 0, AT(step, exec), .map = &schema_exec, .doc = "a command"},
    {"expect", KEY_MAP, 0, AT(step, expect), .map = &expect, .doc = "what its answer must be"},
    {"verify", KEY_MAP, 0, AT(step, verify), .map = &verify,
     .doc = "the read-back that proves the change"},
    {"retry", KEY_MAP, 0, .map = &retry, .doc = "further tries"},
    {"capture", KEY_CAPTURES, 0, ATN(step, captures),
     .doc = "NAME: { json: path }: kept as {{captured.NAME}}"},
    {"schema_change", KEY_BOOL, 0, AT(step, changes_schema), .fallback = "false",
     .doc = "it changes a schema: not inside hours that deny one"},
    {"sql", KEY_MAP, 0, AT(step, sql), .map = &schema_sql, .doc = "a statement to a database"},
    {"burst", KEY_MAP, 0, AT(step, burst), .map = &schema_burst, .doc = "many requests"},
    {"manual", KEY_MAP, 0, AT(step, manual), .map = &schema_manual, .doc = "a person's hands"},
    {"ramp", KEY_MAP, 0, AT(step, ramp), .map = &schema_ramp, .doc = "the weight falls by steps"},
};
const struct key_map schema_step = {"steps", step_rows, N(step_rows), sizeof(struct step),
                                    check_step};

static const struct key_row read_rows[] = {
    {"json", KEY_WORD, KEY_REQUIRED, AT(ks_scope, read_path), .fits = fits_json_path,
     .allowed = "a path like data.active", .doc = "the boolean; only false means off"},
};
static const struct key_map read_json = {"read", read_rows, N(read_rows), 0, NULL};
static const struct key_row ks_status_rows[] = {
    {"http", KEY_MAP, KEY_REQUIRED, AT(ks_scope, status), .map = &http_status,
     .doc = "the question"},
    {"read", KEY_MAP, KEY_REQUIRED, .map = &read_json, .doc = "where the answer says it"},
};
static const struct key_map ks_status = {"status", ks_status_rows, N(ks_status_rows), 0, NULL};
static const struct key_row ks_engage_rows[] = {
    {"http", KEY_MAP, KEY_REQUIRED, AT(ks_scope, engage), .map = &schema_http, .doc = "the call"},
};
static const struct key_map ks_engage = {"engage", ks_engage_rows, N(ks_engage_rows), 0, NULL};
static const struct key_row ks_release_rows[] = {
    {"http", KEY_MAP, KEY_REQUIRED, AT(ks_scope, release), .map = &schema_http, .doc = "the call"},
};
static const struct key_map ks_release = {"release", ks_release_rows, N(ks_release_rows), 0, NULL};

static const struct key_row scope_rows[] = {
    {"name", KEY_WORD, KEY_REQUIRED, AT(ks_scope, name), .fits = fits_label,
     .allowed = "1 to 32 of A-Z a-z 0-9 . _ -", .doc = "its name"},
    {"status", KEY_MAP, KEY_REQUIRED, .map = &ks_status, .doc = "how it is read"},
    {"engage", KEY_MAP, KEY_REQUIRED, .map = &ks_engage, .doc = "how it is switched on"},
    {"release", KEY_MAP, KEY_REQUIRED, .map = &ks_release, .doc = "how it is switched off"},
};
static const struct key_map ks_scope = {"scopes", scope_rows, N(scope_rows),
                                        sizeof(struct ks_scope), check_ks_scope};

static const struct key_row kill_switch_rows[] = {
    {"scopes", KEY_MAPS, KEY_REQUIRED, .at = offsetof(struct plan, ks),
     .count_at = offsetof(struct plan, n_ks), .map = &ks_scope, .lo = 1, .hi = 16,
     .doc = "every one must be known to be off"},
    {"every", KEY_DURATION, 0, AT(plan, ks_every_ms), .lo = 1000, .hi = 300000, .fallback = "5s",
     .doc = "how often it is read"},
    {"checkpoints", KEY_DURATIONS, 0, .at = offsetof(struct plan, ks_checks),
     .count_at = offsetof(struct plan, n_ks_checks), .lo = 0, .hi = 60 * DAY,
     .doc = "times after T0 at which every scope is read for the record"},
};
const struct key_map schema_kill_switch = {"kill_switch", kill_switch_rows, N(kill_switch_rows), 0,
                                           check_kill_switch};
