/* cJSON with our strictness. */
#include "base/json.h"

#include <math.h>
#include <string.h>

#include "base/num.h"

static bool too_deep(const char *text, size_t n)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > 64)
                return true;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

cJSON *json_parse(const char *text, size_t n)
{
    const char *end = NULL;
    if (!text || too_deep(text, n))
        return NULL;
    cJSON *o = cJSON_ParseWithLengthOpts(text, n, &end, 0);
    if (!o)
        return NULL;
    for (; end < text + n; end++) {
        if (!strchr(" \t\r\n", *end) || !*end) {
            cJSON_Delete(o);
            return NULL;
        }
    }
    return o;
}

const char *json_str(const cJSON *o, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

const char *json_str_or(const cJSON *o, const char *key, const char *fallback)
{
    const char *s = json_str(o, key);
    return s ? s : fallback;
}

bool json_num(const cJSON *o, const char *key, double *out)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
    if (!cJSON_IsNumber(v))
        return false;
    *out = v->valuedouble;
    return true;
}

int64_t json_int_or(const cJSON *o, const char *key, int64_t fallback)
{
    double v;
    if (!json_num(o, key, &v) || !(fabs(v) < 9e15))
        return fallback;
    return (int64_t)v;
}

bool json_bool_or(const cJSON *o, const char *key, bool fallback)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
    return cJSON_IsBool(v) ? cJSON_IsTrue(v) : fallback;
}

const cJSON *json_obj(const cJSON *o, const char *key)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
    return cJSON_IsObject(v) ? v : NULL;
}

const cJSON *json_arr(const cJSON *o, const char *key)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
    return cJSON_IsArray(v) ? v : NULL;
}

const cJSON *json_path(const cJSON *o, const char *path)
{
    char part[128];
    while (o && *path) {
        size_t n = strcspn(path, ".");
        if (n >= sizeof part)
            return NULL;
        memcpy(part, path, n);
        part[n] = '\0';
        int64_t at;
        if (cJSON_IsArray(o))
            o = int_parse(part, 0, 1000000, &at) < 0 ? NULL : cJSON_GetArrayItem(o, (int)at);
        else
            o = cJSON_GetObjectItemCaseSensitive(o, part);
        path += n + (path[n] == '.');
    }
    return o;
}

void json_add_str(cJSON *o, const char *key, const char *value)
{
    if (value)
        cJSON_AddStringToObject(o, key, value);
    else
        cJSON_AddNullToObject(o, key);
}

void json_add_num(cJSON *o, const char *key, double value)
{
    if (isfinite(value))
        cJSON_AddNumberToObject(o, key, value);
    else
        cJSON_AddNullToObject(o, key);
}

void json_add_int(cJSON *o, const char *key, int64_t value)
{
    cJSON_AddNumberToObject(o, key, (double)value);
}

void json_add_bool(cJSON *o, const char *key, bool value)
{
    cJSON_AddBoolToObject(o, key, value);
}

cJSON *json_add_obj(cJSON *o, const char *key)
{
    return cJSON_AddObjectToObject(o, key);
}

cJSON *json_add_arr(cJSON *o, const char *key)
{
    return cJSON_AddArrayToObject(o, key);
}
