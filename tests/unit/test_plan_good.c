/* The loader: what comes out of good plans: defaults, every key, the environment, old sessions. */
#include "plan_unit.h"

#include "plan/preflight_item.h"

static void defaults(void **state)
{
    (void)state;
    struct plan *p = load(TOP METRIC STAGE, &env);
    const struct metric *m = &p->metrics[0];
    assert_string_equal(p->name, "t");
    assert_string_equal(p->environment, "");
    assert_string_equal(p->timezone, "UTC");
    assert_string_equal(p->run_id_pattern, "t-###");
    assert_int_equal(p->tick_ms, 5000);
    assert_int_equal(p->advance, ADVANCE_MANUAL);
    assert_int_equal(p->rollback_mode, ROLLBACK_LOG_ONLY);
    assert_int_equal(p->doc, DOC_NONE);
    assert_string_equal(p->prom.url, "http://127.0.0.1:9090");
    assert_string_equal(p->prom.token, "");
    assert_string_equal(p->prom.ca_file, "");
    assert_false(p->prom.insecure);
    assert_int_equal(p->prom.timeout_ms, 4000);
    assert_int_equal(p->prom.backfill_ms, 1800000); /* MET-14: the last 30 min at the start */
    assert_string_equal(p->prom.freshness, "time() - max(timestamp(up))");
    assert_string_equal(m->title, "a");
    assert_string_equal(m->unit, "");
    assert_true(m->scale == 1);
    assert_int_equal(m->reduce, REDUCE_REFUSE);
    assert_int_equal(m->every_ms, 5000);
    assert_int_equal(m->stale_after_ms, 15000);
    assert_int_equal(m->min_samples, 10);
    assert_int_equal(m->then, THEN_ROLLBACK);
    assert_int_equal(m->no_data, NO_DATA_NODATA);
    assert_true(m->gating && m->judged && m->upward);
    assert_false(m->counter || m->in_baseline || m->in_after);
    assert_true(m->baseline_floor == 0);
    assert_int_equal(p->rules.extend_at, 1);
    assert_true(p->rules.extend_factor == 2);
    assert_int_equal(p->rules.escalate_at, 3);
    assert_int_equal(p->rules.pause_at, 5);
    assert_false(p->has_kill_switch);
    assert_int_equal(p->rollback_action, -1);
    assert_false(p->stages[0].has_weight);
    assert_int_equal(p->stages[0].duration_ms, 300000);
    assert_int_equal(p->stages[0].line, 8);
    assert_int_equal(p->baseline_ms, 0);
    assert_int_equal(plan_gating(p), 1);
    assert_int_equal(plan_metric(p, "a"), 0);
    assert_int_equal(plan_metric(p, "b"), -1);
    assert_int_equal(plan_action(p, "rollback"), -1);
    plan_free(p);
    plan_free(NULL);
}

static void full_preflight(const struct plan *p)
{
    const struct plan_preflight *f = &p->preflight;
    const struct preflight_item *it = f->items;
    assert_int_equal(f->n_items, 11);
    assert_int_equal(f->n_signoff, 3);
    assert_string_equal(f->signoff[2], "sre");
    assert_int_equal(f->minimum_ms, 900000);
    assert_int_equal(f->within_ms, 3600000);
    assert_string_equal(f->risks[0].mitigation, "rollback at 0.1 %");
    assert_true(it[0].kind == PF_HTTP && it[0].level == PF_BLOCKER && it[0].final);
    assert_int_equal(it[0].expect.call.status, 200);
    assert_int_equal(it[0].within_ms, 2000);
    assert_int_equal(it[0].expect.rows, -1);
    assert_true(it[1].never && it[1].warning.value == 5000000 && it[1].critical.set);
    assert_string_equal(it[1].approve, "dba");
    assert_true(it[2].kind == PF_CONFIRM && it[2].confirm.reference && !it[3].confirm.reference);
    assert_int_equal(it[3].level, PF_CONDITIONAL);
    assert_int_equal(it[4].level, PF_ADVISORY);
    assert_true(it[4].expect.full && it[4].after_item == 0 && it[0].after_item == -1);
    assert_string_equal(it[4].expect.values[0].name, "p95");
    assert_true(it[4].expect.values[0].cond.value == 0.5);
    assert_string_equal(it[5].env[1], "LB_API_KEY");
    assert_true(it[6].kind == PF_PANELS && it[7].kind == PF_PROM && it[8].kind == PF_WINDOW);
    assert_true(it[9].kind == PF_DRILL && it[9].within_ms == 500 && it[10].kind == PF_RESET);
    assert_int_equal(preflight_item_of(p, "KS-2"), 10);
    assert_true(preflight_has_final(p));
}

static void full_calls(const struct plan *p)
{
    const struct step *s = &p->actions[plan_action(p, "rollback")].steps[0];
    assert_int_equal(s->kind, STEP_HTTP);
    assert_string_equal(s->http.method, "POST");
    assert_string_equal(s->http.url, "http://127.0.0.1:4001/api/features/rollout");
    assert_true(s->http.is_json);
    assert_string_equal(s->http.body,
                        "{\"feature\":\"v1.4.0\",\"percentage\":0,\"w\":{{stage.weight}},"
                        "\"s\":\"{{stage.weight:string}}\",\"t\":\"x {{scope.table}} \\\"y\\\"\","
                        "\"l\":[1,\"a\",null,1.50,\"1\"]}");
    assert_int_equal(s->http.timeout_ms, 10000);
    assert_int_equal(s->expect.status, 200);
    assert_int_equal(s->expect.n_json, 3);
    assert_string_equal(s->expect.json[0].path, "percentage");
    assert_string_equal(s->expect.json[0].want, "0");
    assert_string_equal(s->expect.json[1].path, "a.b");
    assert_string_equal(s->expect.json[1].want, "\"{{scope.table}}\"");
    assert_string_equal(s->expect.json[2].want, "[1,2]");
    assert_null(s->expect.stdout_text);
    assert_false(s->verify.set);
    assert_int_equal(s->retry_times, 3);
    assert_int_equal(s->retry_every_ms, 2000);
    assert_int_equal(s->n_captures, 1);
    assert_string_equal(s->captures[0].name, "ticket");
    assert_string_equal(s->captures[0].json_path, "id");
    s = &p->actions[plan_action(p, "set_weight")].steps[0];
    assert_int_equal(s->kind, STEP_EXEC);
    assert_int_equal(s->exec.argc, 6);
    assert_null(s->exec.argv[6]);
    assert_string_equal(s->exec.argv[0], "kubectl");
    assert_int_equal(s->exec.timeout_ms, 20000);
    assert_string_equal(s->http.url, "");
    assert_null(s->http.body);
    assert_true(s->verify.set);
    assert_int_equal(s->verify.kind, STEP_EXEC);
    assert_string_equal(s->verify.expect.stdout_text, "{{stage.weight}}");
    assert_int_equal(s->verify.within_ms, 30000);
    assert_int_equal(s->n_captures, 0);
}

static void full(void **state)
{
    (void)state;
    struct buf errors = BUF_INIT;
    int status = -1;
    struct plan *p = plan_load_file(DIR_PLANS "/good/full.yaml", &env, &errors, &status);
    if (!p)
        fail_msg("%s", buf_str(&errors));
    assert_int_equal(status, 0);
    assert_int_equal(p->doc, DOC_APPROVED);
    assert_string_equal(p->doc_date, "2026-02-01");
    assert_string_equal(p->timezone, "Europe/Istanbul");
    assert_string_equal(p->run_id_pattern, "CANARY-V1-###");
    assert_int_equal(p->rollback_mode, ROLLBACK_AUTOMATIC);
    assert_int_equal(p->n_scope, 4);
    assert_string_equal(p->scope[2].key, "table");
    assert_string_equal(p->scope[2].value, "orders");
    assert_int_equal(p->n_alerts, 2);
    assert_false(p->alerts[0].alertmanager);
    assert_string_equal(p->alerts[0].url, "");
    assert_string_equal(p->alerts[0].match[0].value, "true");
    assert_true(p->alerts[1].alertmanager);
    assert_int_equal(p->alerts[1].then, THEN_HOLD);
    assert_int_equal(p->n_metrics, 3);
    assert_true(p->metrics[0].scale == 1000);
    assert_int_equal(p->metrics[0].reduce, REDUCE_WORST);
    assert_int_equal(p->metrics[0].critical.for_ms, 300000);
    assert_true(p->metrics[0].in_baseline && p->metrics[0].in_after);
    assert_false(p->metrics[2].in_baseline || p->metrics[2].in_after);
    assert_int_equal(p->metrics[2].control, CONTROL_KS_MS);
    assert_string_equal(p->metrics[2].query, "");
    assert_int_equal(p->metrics[2].then, THEN_ABORT);
    assert_int_equal(p->baseline_ms, 300000);
    assert_int_equal(p->baseline_reduce, BASELINE_MEDIAN);
    assert_int_equal(p->after_ms, 300000);
    const struct stage *s = &p->stages[0];
    assert_true(s->has_weight && s->weight == 1);
    assert_int_equal(s->cooldown_ms, 120000);
    assert_int_equal(s->n_pass, 2);
    assert_int_equal(s->pass[1].metric, 1);
    assert_int_equal(s->pass[1].cond.op, CMP_LT);
    assert_int_equal(s->n_actions, 1);
    assert_int_equal(s->actions[0], plan_action(p, "set_weight"));
    assert_int_equal(p->n_checkpoints, 3);
    assert_int_equal(p->checkpoints[2], 3600000);
    assert_int_equal(p->observe_rollback_ms, 1800000);
    assert_true(p->has_kill_switch);
    assert_int_equal(p->n_ks, 1);
    assert_string_equal(p->ks[0].read_path, "global_active");
    assert_string_equal(p->ks[0].status.method, "GET");
    assert_int_equal(p->ks[0].status.timeout_ms, 2000);
    assert_string_equal(p->ks[0].engage.method, "PUT");
    assert_string_equal(p->ks[0].engage.body, "{\"is_active\":true}");
    assert_int_equal(p->ks[0].release.timeout_ms, 10000);
    assert_int_equal(p->ks_every_ms, 5000);
    assert_int_equal(p->rollback_action, plan_action(p, "rollback"));
    full_calls(p);
    full_preflight(p);
    plan_free(p);
    buf_free(&errors);
}

static void directions_and_baselines(void **state)
{
    (void)state;
    struct plan *p = load(TOP "baseline: { window: 1m, metrics: [a] }\nafter: { window: 1m }\n"
                              "metrics:\n"
                              "  - { id: a, query: up }\n"
                              "  - { id: b, query: up, critical: \"< 90\" }\n"
                              "  - { id: c, query: up, warning: \"== 0\", critical: \"<= 1\" }\n"
                              "  - { id: d, query: up, warning: \"!= 0\" }\n"
                              "  - { id: e, query: up, notice: \">= +5%\", gating: false }\n"
                              "  - { id: f, query: up }\n"
                              "stages: [{ name: S, duration: 5m, pass: [\"f < +5\"] }]\n",
                          &env);
    static const struct {
        bool upward, judged, gating, in_baseline;
    } want[] = {{true, false, false, true}, {false, true, true, false}, {false, true, true, false},
                {true, true, true, false},  {true, true, false, true},  {true, false, false, true}};
    for (size_t i = 0; i < 6; i++) {
        const struct metric *m = &p->metrics[i];
        if (m->upward != want[i].upward || m->judged != want[i].judged ||
            m->gating != want[i].gating || m->in_baseline != want[i].in_baseline || !m->in_after)
            fail_msg("metric %s", m->id);
    }
    assert_int_equal(plan_gating(p), 3);
    plan_free(p);
}

static const char plan_with_env[] =
    "version: 1\nname: t\ntitle: \"${TITLE}\"\nrollback: { mode: log_only }\nkill_switch: none\n"
    "environment: ${ENVIRONMENT:-PROD}\n"
    "scope: { a: \"${TITLE} and $${TITLE}\", b: \"x${EMPTY:-}y\", c: \"${1} $1 $\" }\n"
    "prometheus: { url: \"http://127.0.0.1:${PORT}\", token: \"${API_TOKEN}\" }\n"
    "metrics: [{ id: a, query: up, scale: \"${N}\", warning: \"${LIMIT:->= 5}\" }]\n"
    "stages: [{ name: S, duration: \"${N}m\" }]\n"
    "actions:\n"
    "  a:\n"
    "    - http: { url: \"${SLACK_WEBHOOK}\", json: { text: \"${TITLE}\", n: \"${N}\" } }\n"
    "    - http: { url: \"https://${USERPART}@h.example/\", headers: { Authorization: \"Basic "
    "${BASIC}\", X-Plain: \"${N}\" }, body: \"${N} ${TITLE}\" }\n"
    "    - http:\n"
    "        url: http://localhost/\n"
    "        json:\n"
    "          n: ${N}\n"
    "          t: ${TITLE}\n";

static const char *const env_full[] = {"TITLE",
                                       "a: [b, \"c\"] # ${NOPE} &x !y",
                                       "API_TOKEN",
                                       TOKEN,
                                       "SLACK_WEBHOOK",
                                       "https://hooks.example/planted-hook",
                                       "N",
                                       "7",
                                       "PORT",
                                       "9090",
                                       "USERPART",
                                       "anna:planted-word",
                                       "BASIC",
                                       "planted-basic",
                                       "EMPTY",
                                       "",
                                       NULL};

static const char *value_of(const struct plan *p, const char *name)
{
    for (size_t i = 0; i < p->n_env; i++)
        if (!strcmp(p->env[i].key, name))
            return p->env[i].value ? p->env[i].value : "(secret)";
    return "(not listed)";
}

static void environment(void **state)
{
    (void)state;
    static const char *const want[] = {"TITLE",
                                       "a: [b, \"c\"] # ${NOPE} &x !y",
                                       "ENVIRONMENT",
                                       "",
                                       "EMPTY",
                                       "",
                                       "PORT",
                                       "9090",
                                       "API_TOKEN",
                                       "(secret)",
                                       "N",
                                       "7",
                                       "LIMIT",
                                       "",
                                       "SLACK_WEBHOOK",
                                       "(secret)",
                                       "USERPART",
                                       "(secret)",
                                       "BASIC",
                                       "(secret)",
                                       "NOPE",
                                       "(not listed)",
                                       NULL};
    env_now = env_full;
    struct plan *p = load(plan_with_env, &env);
    assert_string_equal(p->title, "a: [b, \"c\"] # ${NOPE} &x !y");
    assert_string_equal(p->environment, "PROD");
    assert_string_equal(p->scope[0].value, "a: [b, \"c\"] # ${NOPE} &x !y and ${TITLE}");
    assert_string_equal(p->scope[1].value, "xy");
    assert_string_equal(p->scope[2].value, "${1} $1 $");
    assert_true(p->metrics[0].scale == 7 && p->metrics[0].warning.value == 5);
    assert_int_equal(p->stages[0].duration_ms, 420000);
    assert_string_equal(p->prom.token, TOKEN);
    const struct step *s = p->actions[0].steps;
    assert_string_equal(s[0].http.url, "https://hooks.example/planted-hook");
    assert_string_equal(s[0].http.body,
                        "{\"text\":\"a: [b, \\\"c\\\"] # ${NOPE} &x !y\",\"n\":\"7\"}");
    assert_string_equal(s[1].http.headers[0].value, "Basic planted-basic");
    assert_string_equal(s[1].http.body, "7 a: [b, \"c\"] # ${NOPE} &x !y");
    assert_false(s[1].http.is_json);
    assert_string_equal(s[2].http.body, "{\"n\":7,\"t\":\"a: [b, \\\"c\\\"] # ${NOPE} &x !y\"}");
    for (size_t i = 0; want[i]; i += 2)
        if (strcmp(value_of(p, want[i]), want[i + 1]) != 0)
            fail_msg("%s is listed as %s", want[i], value_of(p, want[i]));
    assert_int_equal(p->n_env, 10);
    assert_null(strstr(p->source, "planted"));
    char masked[200];
    secret_mask_to(masked, sizeof masked,
                   "planted-hook " TOKEN " anna:planted-word planted-basic "
                   "https://hooks.example/planted-hook");
    assert_string_equal(masked, "planted-hook *** *** *** ***");
    plan_free(p);
}

/* An old session's plan is read with what was recorded: the public values, no secrets. */
static void recorded(void **state)
{
    (void)state;
    static const char *const public_only[] = {"TITLE", "x",     "N", "7", "PORT",
                                              "9090",  "EMPTY", "",  NULL};
    env_now = public_only;
    struct plan *p = load(plan_with_env, &env_recorded);
    assert_string_equal(p->title, "x");
    assert_string_equal(p->prom.token, "");
    assert_string_equal(p->actions[0].steps[0].http.url, "");
    assert_true(p->metrics[0].scale == 7);
    plan_free(p);
    struct buf errors = BUF_INIT;
    assert_null(
        plan_load_text(plan_with_env, strlen(plan_with_env), "t", &env, &errors)); /* live: no */
    assert_non_null(strstr(buf_str(&errors), "API_TOKEN is not set"));
    buf_free(&errors);
    p = load(TOP METRIC STAGE "actions: { a: [{ http: { url: \"https://h/\", "
                              "token_file: no/such/file } }] }\n",
             &env_recorded);
    plan_free(p);
}

static void hash_and_source(void **state)
{
    (void)state;
    struct plan *p = load(TOP METRIC STAGE, &env);
    assert_string_equal(p->source, TOP METRIC STAGE);
    char *first = xstrdup(p->hash);
    assert_int_equal(strlen(first), 64);
    plan_free(p);
    p = load(TOP METRIC STAGE "# one byte more\n", &env);
    assert_string_not_equal(first, p->hash);
    plan_free(p);
    free(first);
    p = load("{\"version\":1,\"name\":\"j\",\"title\":\"J\",\"kill_switch\":\"none\",\"rollback\":"
             "{\"mode\":\"log_only\"},\n\t\"prometheus\":{\"url\":\"http:\\/\\/127.0.0.1:9090\"},\n"
             "\"metrics\":[{\"id\":\"a\",\"query\":\"up\",\"gating\":false,\"min_samples\":3}],"
             "\"stages\":[{\"name\":\"caf\\u00e9\",\"weight\":12.5,\"duration\":\"1h30m\"}]}",
             &env); /* JSON is YAML */
    assert_string_equal(p->prom.url, "http://127.0.0.1:9090");
    assert_int_equal(p->metrics[0].min_samples, 3);
    assert_true(p->stages[0].weight == 12.5);
    assert_string_equal(p->stages[0].name, "caf\xC3\xA9");
    plan_free(p);
}

/* The wanted sum is sha256sum(1)'s. */
static void hash_is_sha256(void **state)
{
    (void)state;
    struct plan *p = load("version: 1\nname: h\ntitle: H\nkill_switch: none\n"
                          "rollback: { mode: log_only }\nprometheus: { url: \"http://h/\" }\n"
                          "metrics: [{ id: a, query: up }]\n"
                          "stages: [{ name: S, duration: 1m }]\n",
                          &env);
    assert_string_equal(p->hash,
                        "5238fd8ba446d10abaaf8d961c3b35562ade0387adc5f9d9197066644ae09770");
    plan_free(p);
}

static void starter_and_minimal(void **state)
{
    (void)state;
    static const char *const nothing[] = {NULL};
    env_now = nothing;
    struct plan *p = load(plan_starter(), &env);
    assert_int_equal(plan_gating(p), 2);
    plan_free(p);
    size_t n, lines = 0;
    char *text = unit_file("sample-config/minimal.yaml", &n);
    for (size_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    assert_true(lines <= 25);
    p = load(text, &env);
    plan_free(p);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(defaults, setup),
        cmocka_unit_test_setup(full, setup),
        cmocka_unit_test_setup(directions_and_baselines, setup),
        cmocka_unit_test_setup(environment, setup),
        cmocka_unit_test_setup(recorded, setup),
        cmocka_unit_test_setup(hash_and_source, setup),
        cmocka_unit_test_setup(hash_is_sha256, setup),
        cmocka_unit_test_setup(starter_and_minimal, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
