/* The rows of `preflight` and `risks`. */
#include "plan/schema.h"

#include "plan/check.h"
#include "plan/preflight_item.h"

#define N(a)        (sizeof(a) / sizeof *(a))
#define AT(f)       .at = offsetof(struct preflight_item, f)
#define EXPECT(f)   .at = offsetof(struct preflight_expect, f)
#define WORDS(list) .words = list, .n_words = N(list)
#define DAY         86400000.0

static const char *const words_level[] = {"blocker", "conditional", "advisory"};
static const char *const words_override[] = {"allowed", "never"};
static const char *const words_reference[] = {"optional", "required"};
static const char *const words_kill[] = {NULL, "kill_switch"};
static const char *const words_all[] = {NULL, "all"};
static const char *const words_start[] = {NULL, "start"};
static const char *const words_full[] = {NULL, "full"};

static const struct key_row confirm_rows[] = {
    {"role", KEY_WORD, KEY_REQUIRED, AT(confirm.role), .fits = fits_id,
     .allowed = "a role, 1 to 32 of a-z 0-9 _", .doc = "who signs"},
    {"text", KEY_TEXT, KEY_TEMPLATE, AT(confirm.text), .doc = "what is signed, shown filled in"},
    {"reference", KEY_ENUM, KEY_AS_BOOL, AT(confirm.reference), WORDS(words_reference),
     .fallback = "optional", .doc = "required: no signature without naming a document or run"},
};
static const struct key_map confirm = {"confirm", confirm_rows, N(confirm_rows), 0, NULL};

static const struct key_row read_rows[] = {
    {"json", KEY_WORD, 0, AT(read_path), .fits = fits_json_path, .allowed = "a path like data.rows",
     .doc = "of http and exec: where the number stands"},
    {"column", KEY_WORD, 0, AT(read_column), .fits = fits_label, .allowed = "the name of a column",
     .doc = "of sql: the column of the number; without it the first"},
};
static const struct key_map read_number = {"read_number", read_rows, N(read_rows), 0, NULL};

static const struct key_row expect_rows[] = {
    {"status", KEY_INT, 0, EXPECT(call.status), .lo = 100, .hi = 599, .fallback = "0",
     .allowed = "an HTTP status from 100 to 599", .doc = "of http; absent: any 2xx"},
    {"json", KEY_JSON_EXPECT, KEY_TEMPLATE, EXPECT(call.json),
     .count_at = offsetof(struct preflight_expect, call.n_json),
     .doc = "of http: fields of the answer and their values"},
    {"stdout", KEY_TEXT, KEY_TEMPLATE | KEY_OR_NULL, EXPECT(call.stdout_text),
     .doc = "of exec: the whole output, without white space at its end"},
    {"exit", KEY_INT, 0, EXPECT(call.exit_status), .lo = 0, .hi = 255, .fallback = "0",
     .doc = "of exec: exit status"},
    {"rows", KEY_INT, 0, EXPECT(rows), .lo = 0, .hi = 1000000, .allowed = "a whole number",
     .doc = "of sql: how many rows"},
    {"value", KEY_COND, 0, EXPECT(value), .doc = "what the number must be, \"> 99.9\""},
    {"values", KEY_PAIRS, 0, EXPECT(named), .count_at = offsetof(struct preflight_expect, n_named),
     .doc = "NAME: CONDITION, for numbers that stand in the answer under their names"},
    {"score", KEY_ENUM, KEY_AS_BOOL, EXPECT(full), WORDS(words_full),
     .doc = "full: the last \"N/M\" of the output must have N = M"},
};
static const struct key_map expect = {"preflight_expect", expect_rows, N(expect_rows),
                                      sizeof(struct preflight_expect), NULL};

static const struct key_row item_rows[] = {
    {"id", KEY_WORD, KEY_REQUIRED, AT(id), .fits = fits_label,
     .allowed = "1 to 32 of A-Z a-z 0-9 . _ -", .doc = "its name in the plan"},
    {"title", KEY_LINE, KEY_REQUIRED, AT(title), .doc = "its name on screen"},
    {"group", KEY_LINE, 0, AT(group), .doc = "items of one group stand together"},
    {"level", KEY_ENUM, 0, AT(level), WORDS(words_level), .fallback = "blocker",
     .doc = "blocker: no start; conditional: a person may waive it; advisory: recorded"},
    {"http", KEY_MAP, 0, AT(http), .map = &schema_http, .doc = "a question over HTTP"},
    {"sql", KEY_MAP, 0, AT(sql), .map = &schema_sql, .doc = "a question to a database"},
    {"exact", KEY_TEXT, KEY_TEMPLATE, AT(exact),
     .doc =
         "of sql: asked instead when the number lies within 20 % of a limit and `approve` agrees"},
    {"prom", KEY_TEXT, 0, AT(prom), .doc = "PromQL that gives one number"},
    {"exec", KEY_MAP, 0, AT(exec), .map = &schema_exec, .doc = "a command"},
    {"env", KEY_WORD_LIST, 0, AT(env), .count_at = offsetof(struct preflight_item, n_env), .lo = 1,
     .hi = 100, .fits = fits_variable, .allowed = "a list of names like LB_API_KEY",
     .doc = "variables that must be set; no value is shown or kept"},
    {"confirm", KEY_MAP, 0, .map = &confirm, .doc = "a person signs"},
    {"panels", KEY_ENUM, KEY_AS_BOOL, AT(panels), WORDS(words_all),
     .doc = "all: the query of every metric must give data"},
    {"drill", KEY_ENUM, KEY_AS_BOOL, AT(drill), WORDS(words_kill),
     .doc = "kill_switch: off, on, off in every scope, each read back"},
    {"reset", KEY_ENUM, KEY_AS_BOOL, AT(reset), WORDS(words_kill),
     .doc = "kill_switch: every scope is set to off and read back"},
    {"window", KEY_ENUM, KEY_AS_BOOL, AT(window), WORDS(words_start),
     .doc = "start: the plan's windows allow a start now"},
    {"expect", KEY_MAP, 0, AT(expect), .map = &expect, .doc = "what must come back"},
    {"read", KEY_MAP, 0, .map = &read_number, .doc = "where the number stands"},
    {"warning", KEY_COND, 0, AT(warning), .doc = "the number makes it a WARNING"},
    {"critical", KEY_COND, 0, AT(critical), .doc = "the number makes it not passed"},
    {"approve", KEY_WORD, 0, AT(approve), .fits = fits_id,
     .allowed = "a role, 1 to 32 of a-z 0-9 _", .doc = "role that must agree to a WARNING"},
    {"override", KEY_ENUM, KEY_AS_BOOL, AT(never), WORDS(words_override), .fallback = "allowed",
     .doc = "never: nobody starts against it; beyond `critical` the run is cancelled"},
    {"within", KEY_DURATION, KEY_COMPUTED, AT(within_ms), .lo = 1, .hi = DAY,
     .fallback = "of a drill 500ms, else not asked", .doc = "an answer that takes so long fails"},
    {"after", KEY_LINE, 0, AT(after), .doc = "id of an item that must have passed before"},
    {"final", KEY_BOOL, 0, AT(final), .fallback = "false",
     .doc = "asked again at the start; older results do not count there"},
};
const struct key_map schema_preflight = {"preflight", item_rows, N(item_rows),
                                         sizeof(struct preflight_item), check_preflight_item};

#define RISK(f) .at = offsetof(struct preflight_risk, f)
static const struct key_row risk_rows[] = {
    {"risk", KEY_LINE, KEY_REQUIRED, RISK(risk), .doc = "what may happen"},
    {"impact", KEY_LINE, 0, RISK(impact), .doc = "how bad it would be"},
    {"likelihood", KEY_LINE, 0, RISK(likelihood), .doc = "how likely it is"},
    {"mitigation", KEY_LINE, 0, RISK(mitigation), .doc = "what is done about it"},
};
const struct key_map schema_risk = {"risks", risk_rows, N(risk_rows), sizeof(struct preflight_risk),
                                    NULL};
