/* Calls as the plan says them: an HTTP request, a command. Owned by the plan. */
#ifndef PLAN_CALLS_H
#define PLAN_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kv {
    char *key;
    char *value; /* template */
};

/* An HTTP request as the plan says it. */
struct http_call {
    char *method; /* "GET" when not said; "POST" when there is a body */
    char *url;    /* template */
    struct kv *headers;
    size_t n_headers;
    char *body; /* template, JSON text when is_json; NULL without a body */
    bool is_json;
    char *token; /* bearer token, secret; "" without */
    char *ca_file;
    bool insecure; /* allows a token over plain http, and skips TLS verification */
    int64_t timeout_ms;
};

struct exec_call {
    char **argv; /* templates, NULL-terminated */
    size_t argc;
    int64_t timeout_ms;
};

#endif
