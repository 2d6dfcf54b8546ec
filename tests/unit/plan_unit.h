/* What the tests of the loader share: an environment of their own, and loading that must work. */
#ifndef PLAN_UNIT_H
#define PLAN_UNIT_H

#include "unit.h"

#include "base/dlog.h"
#include "plan/load.h"

#define DIR_PLANS "tests/data/plan"
#define TOKEN     "tok-12345-word"

static const char *const *env_now;

static const char *const env_usual[] = {
    "EMPTY",     "",          "GOOD",  "g",        "LINES",       "a\nb",
    "TMPL",      "{{actor}}", "TICK",  "fast-one", "SECRET_MODE", "auto",
    "API_TOKEN", TOKEN,       "BYTES", "a\xFFz",   "API",         "http://127.0.0.1:4001",
    NULL};

static inline const char *env_get(void *ctx, const char *name)
{
    (void)ctx;
    for (size_t i = 0; env_now[i]; i += 2)
        if (!strcmp(env_now[i], name))
            return env_now[i + 1];
    return NULL;
}

static const struct plan_env env = {env_get, NULL, false};
static const struct plan_env env_recorded = {env_get, NULL, true};

static inline int setup(void **state)
{
    (void)state;
    secret_clear();
    env_now = env_usual;
    return 0;
}

static inline struct plan *load(const char *text, const struct plan_env *e)
{
    struct buf errors = BUF_INIT;
    struct plan *p = plan_load_text(text, strlen(text), "t.yaml", e, &errors);
    if (!p)
        fail_msg("%s", buf_str(&errors));
    assert_int_equal(errors.len, 0);
    buf_free(&errors);
    return p;
}

static inline void fails(const char *text, size_t n, const char *says)
{
    struct buf errors = BUF_INIT;
    assert_null(plan_load_text(text, n, "t.yaml", &env, &errors));
    if (!strstr(buf_str(&errors), says))
        fail_msg("said \"%s\", expected \"%s\"", buf_str(&errors), says);
    buf_free(&errors);
}

#define TOP                                                                                        \
    "version: 1\nname: t\ntitle: T\nrollback: { mode: log_only }\nkill_switch: none\n"             \
    "prometheus: { url: \"http://127.0.0.1:9090/\" }\n"
#define METRIC "metrics: [{ id: a, query: up, warning: \"> 1\" }]\n"
#define STAGE  "stages: [{ name: S, duration: 5m }]\n"

#endif
