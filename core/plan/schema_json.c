/* The plan's keys as a JSON Schema (draft 2020-12), for editors that complete and check YAML. Made
 * from the rows the loader reads; what needs the whole file (references, limits in order) stays
 * with `plan check`. */
#include "base/json.h"
#include "plan/load.h"
#include "plan/schema.h"

#define DURATION "^([0-9]+(ms|s|m|h|d))+$"
#define FROM_ENV "\\$\\{" /* a value may come from the environment whatever it is */

static cJSON *typed(cJSON *o, const char *type)
{
    json_add_str(o, "type", type);
    return o;
}

static cJSON *text_or(cJSON *o, const char *type)
{
    cJSON *list = json_add_arr(o, "type");
    cJSON_AddItemToArray(list, cJSON_CreateString("string"));
    cJSON_AddItemToArray(list, cJSON_CreateString(type));
    return o;
}

static void pattern(cJSON *o, const char *regex)
{
    struct buf both = BUF_INIT;
    buf_addf(&both, "%s|%s", regex, FROM_ENV);
    json_add_str(o, "pattern", both.p);
    buf_free(&both);
}

static void reference(cJSON *o, const struct key_map *map)
{
    char where[64];
    str_fmt(where, sizeof where, "#/$defs/%s", map->name);
    json_add_str(o, "$ref", where);
}

static cJSON *items(cJSON *o, const char *type)
{
    typed(o, "array");
    cJSON *each = json_add_obj(o, "items");
    return type ? typed(each, type) : each;
}

static cJSON *values(cJSON *o)
{
    return json_add_obj(typed(o, "object"), "additionalProperties");
}

static void numbers(cJSON *o, const struct key_row *row)
{
    cJSON *list = json_add_arr(o, "anyOf"), *number = cJSON_CreateObject(),
          *text = typed(cJSON_CreateObject(), "string");
    typed(number, row->type == KEY_INT ? "integer" : "number");
    json_add_num(number, "minimum", row->lo);
    json_add_num(number, "maximum", row->hi);
    json_add_str(text, "pattern", FROM_ENV);
    cJSON_AddItemToArray(list, number);
    cJSON_AddItemToArray(list, text);
}

static void words(cJSON *o, const struct key_row *row)
{
    struct buf any = BUF_INIT;
    buf_adds(&any, "^(");
    for (size_t i = 0, n = 0; i < row->n_words; i++)
        if (row->words[i])
            buf_addf(&any, "%s%s", n++ ? "|" : "", row->words[i]);
    buf_adds(&any, ")$");
    typed(o, "string");
    pattern(o, any.p);
    buf_free(&any);
}

static void lists(cJSON *o, const struct key_row *row)
{
    reference(items(o, NULL), row->map);
    json_add_num(o, "minItems", row->lo);
    json_add_num(o, "maxItems", row->hi);
}

static void value(cJSON *o, const struct key_row *row)
{
    switch (row->type) {
    case KEY_LINE:
    case KEY_TEXT:
    case KEY_WORD:
    case KEY_SECRET:
    case KEY_SECRET_FILE:
    case KEY_COND:
        text_or(o, "number");
        return;
    case KEY_URL:
        typed(o, "string");
        return;
    case KEY_BOOL:
        pattern(text_or(o, "boolean"), "^(true|false)$");
        return;
    case KEY_INT:
    case KEY_NUMBER:
        numbers(o, row);
        return;
    case KEY_DURATION:
        pattern(typed(o, "string"), DURATION);
        return;
    case KEY_ENUM:
        words(o, row);
        return;
    case KEY_MAP:
        reference(o, row->map);
        return;
    case KEY_MAPS:
        lists(o, row);
        return;
    case KEY_DURATIONS:
        pattern(items(o, "string"), DURATION);
        return;
    case KEY_APPROVALS:
        items(values(o), "string");
        return;
    case KEY_PAIRS:
    case KEY_TEXTS:
    case KEY_HEADERS:
    case KEY_FIRST_WARN:
    case KEY_FIRST_CRIT:
        text_or(values(o), "number");
        return;
    case KEY_CAPTURES:
        reference(values(o), &schema_capture);
        return;
    case KEY_ACTIONS:
        reference(items(values(o), NULL), &schema_step);
        return;
    case KEY_JSON_EXPECT:
        typed(o, "object");
        return;
    case KEY_ARGV:
        text_or(items(o, NULL), "number");
        return;
    case KEY_WORDS:
        words(items(o, NULL), row);
        return;
    case KEY_WORD_LIST:
    case KEY_SECRETS:
    case KEY_PASS:
    case KEY_ACTION_NAMES:
    case KEY_BASELINE_OF:
    case KEY_AFTER_OF:
        items(o, "string");
        return;
    case KEY_JSON:
    case KEY_LATER:
        return; /* anything */
    }
}

/* "counts in 6/6 (default: true)" */
static void describe(cJSON *o, const struct key_row *row)
{
    struct buf text = BUF_INIT;
    buf_adds(&text, row->doc ? row->doc : "");
    if (row->allowed)
        buf_addf(&text, "; allowed: %s", row->allowed);
    if (row->fallback)
        buf_addf(&text, " (default: %s)", *row->fallback ? row->fallback : "empty");
    json_add_str(o, "description", buf_str(&text));
    buf_free(&text);
}

static void add_key(cJSON *keys, const struct key_row *row)
{
    cJSON *o = json_add_obj(keys, row->key), *none;
    describe(o, row);
    if (!(row->flags & KEY_OR_NONE)) {
        value(o, row);
        return;
    }
    cJSON *either = json_add_arr(o, "anyOf"), *one = cJSON_CreateObject();
    value(one, row);
    cJSON_AddItemToArray(either, one);
    cJSON_AddItemToArray(either, none = cJSON_CreateObject());
    json_add_str(none, "const", "none");
}

static void add_map(cJSON *defs, cJSON *o, const struct key_map *map);

/* The maps below this one, each once. */
static void add_defs(cJSON *defs, const struct key_map *map)
{
    if (!map || cJSON_HasObjectItem(defs, map->name))
        return;
    add_map(defs, json_add_obj(defs, map->name), map);
}

static void add_map(cJSON *defs, cJSON *o, const struct key_map *map)
{
    cJSON *keys = json_add_obj(typed(o, "object"), "properties"), *required = NULL;
    for (size_t i = 0; i < map->n; i++) {
        const struct key_row *row = &map->rows[i];
        if (row->type == KEY_LATER)
            continue;
        add_key(keys, row);
        if ((row->flags & KEY_REQUIRED) && !required)
            required = json_add_arr(o, "required");
        if (row->flags & KEY_REQUIRED)
            cJSON_AddItemToArray(required, cJSON_CreateString(row->key));
        add_defs(defs, row->type == KEY_ACTIONS    ? &schema_step
                       : row->type == KEY_CAPTURES ? &schema_capture
                                                   : row->map);
    }
    json_add_bool(o, "additionalProperties", false);
}

void plan_schema_json(struct buf *out)
{
    cJSON *o = cJSON_CreateObject(), *defs = cJSON_CreateObject();
    json_add_str(o, "$schema", "https://json-schema.org/draft/2020-12/schema");
    json_add_str(o, "title", "warroom plan, version 1");
    add_map(defs, o, &schema_plan);
    cJSON_AddItemToObject(o, "$defs", defs);
    char *text = cJSON_Print(o);
    buf_adds(out, text);
    buf_addc(out, '\n');
    cJSON_free(text);
    cJSON_Delete(o);
}
