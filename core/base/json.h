/* Short, strict reading and writing of cJSON trees. A wrong type reads as absent. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Parses exactly n bytes of JSON (nothing but white space after it), nested at most 64 deep.
 * NULL when it is not JSON. The caller owns the tree. */
cJSON *json_parse(const char *text, size_t n);

const char *json_str(const cJSON *o, const char *key); /* or NULL */
const char *json_str_or(const cJSON *o, const char *key, const char *fallback);
bool json_num(const cJSON *o, const char *key, double *out);
int64_t json_int_or(const cJSON *o, const char *key, int64_t fallback);
bool json_bool_or(const cJSON *o, const char *key, bool fallback);
const cJSON *json_obj(const cJSON *o, const char *key); /* object or NULL */
const cJSON *json_arr(const cJSON *o, const char *key); /* array or NULL */

/* Follows "a.b.0.c" through objects and arrays; NULL when any part is missing. */
const cJSON *json_path(const cJSON *o, const char *path);

/* Adds to an object; a NULL string or a NaN or infinite number is written as null. */
void json_add_str(cJSON *o, const char *key, const char *value);
void json_add_num(cJSON *o, const char *key, double value);
void json_add_int(cJSON *o, const char *key, int64_t value);
void json_add_bool(cJSON *o, const char *key, bool value);
cJSON *json_add_obj(cJSON *o, const char *key); /* the new child, owned by o */
cJSON *json_add_arr(cJSON *o, const char *key);

/* Compact text, numbers round-trip; appended to out. */
void json_print(const cJSON *o, struct buf *out);

#endif
