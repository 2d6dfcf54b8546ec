/* Any bytes as the lines of a tape: one JSON object each, `kind`, `t` (ms), `actor`, `role` and the
 * body's fields. Whatever they say, fold and judge keep their promises. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "fold/fold.h"
#include "judge/judge.h"
#include "plan/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char text[] =
    "version: 1\nname: f\ntitle: F\ntick: 5s\nrollback: { mode: automatic }\n"
    "prometheus: { url: \"http://127.0.0.1:1\" }\n"
    "alerts: [{ from: prometheus, match: {}, then: rollback }]\n"
    "metrics:\n"
    "  - { id: a, unit: ms, query: a, notice: \">= +5%\", warning: \">= +10%\","
    " alert_at: \">= +20%\", critical: \">= 200 for 1m\" }\n"
    "  - { id: b, query: b, counter: true, critical: \"> 0\", no_data: critical }\n"
    "  - { id: c, query: c, every: 15s, warning: \"< 99.6 for 30s\", no_data: zero }\n"
    "  - { id: d, query: d, warning: \"!= 1\", no_data: warning, stale_after: 5s }\n"
    "baseline: { window: 1m }\n"
    "stages:\n"
    "  - { name: S, weight: 1, duration: 5m, pass: [\"a < +2% for 10s\", \"c > 1\"], actions: [x] "
    "}\n"
    "  - { name: T, duration: 5m, pass: [\"b == 0\"] }\n"
    "checkpoints: [1m, 2m]\n"
    "kill_switch: { scopes: [{ name: g, status: { http: { url: \"http://127.0.0.1:1\" }, read: { "
    "json: a } },"
    " engage: { http: { url: \"http://127.0.0.1:1\" } }, release: { http: { url: "
    "\"http://127.0.0.1:1\" } } }] }\n"
    "actions: { x: [{ exec: { argv: [x] } }], rollback: [{ exec: { argv: [y] } }] }\n";

static const char *no_env(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
    return NULL;
}

static struct plan *the_plan(void)
{
    static const struct plan_env env = {no_env, NULL, false};
    static struct plan *plan;
    struct buf errors = BUF_INIT;
    if (!plan)
        plan = plan_load_text(text, sizeof text - 1, "fuzz", &env, &errors);
    if (!plan)
        BUG("the plan of the fuzz entry: %s", buf_str(&errors));
    buf_free(&errors);
    return plan;
}

static void must(bool holds, const char *what)
{
    if (!holds)
        BUG("%s", what);
}

static void look_state(const struct state *s)
{
    must(s->hist.n <= HIST_CAP && s->log_n <= LOG_CAP && s->n_parked <= PARKED_CAP &&
             s->n_alerts <= ALERTS_MAX && s->n_captured <= 16 && s->n_rollback_rules <= CAUSES_MAX,
         "a ring ran over");
    must(s->stage >= -1 && s->stage < (int)s->plan->n_stages, "the stage is one of the plan");
    for (size_t i = 1; i < s->hist.n; i++)
        must(hist_time(s, i) >= hist_time(s, i - 1), "history goes forward");
    for (int i = 0; i < (int)s->plan->n_stages; i++) {
        int64_t e = stage_elapsed(s, i, s->now_ms);
        must(e >= 0 && (e == 0 || e <= s->now_ms), "no stage lasts longer than time");
    }
    must(isnan(s->weight) || isfinite(s->weight), "a weight is a number");
    for (size_t i = 0; i < s->plan->n_metrics; i++)
        must(!isinf(s->metrics[i].value) && !isinf(s->metrics[i].last_good), "Inf is no value");
    must(!s->rollback_done || s->rollback_failed == false, "done is not failed");
}

static void look_judge(const struct judge *j, const struct state *s)
{
    const struct counts *c = &j->counts;
    must(c->ok + c->warning + c->critical + c->nodata == c->of && c->of == plan_gating(j->plan),
         "the counts add up");
    must(c->pass <= c->ok, "only OK passes");
    for (size_t i = 0; i < j->plan->n_metrics; i++) {
        const struct metric_verdict *v = &j->m[i];
        must(v->status != M_OK || !isnan(v->value), "nothing unmeasured is OK");
        must(v->status != M_OK ||
                 s->tick_ms - s->metrics[i].good_ms <= j->plan->metrics[i].stale_after_ms,
             "nothing old is OK");
        must(v->status == M_OK || *v->why, "what is not OK says why");
        must(v->pending_left_ms >= 0, "time left is not negative");
    }
}

static void one_line(struct state *s, struct judge *j, const char *line, size_t n)
{
    struct err e = ERR_INIT;
    cJSON *o = json_parse(line, n);
    struct buf body = BUF_INIT;
    if (o)
        json_print(o, &body);
    struct event *ev =
        event_decode(s->seq + 1, json_int_or(o, "t", s->now_ms + 5000), json_str_or(o, "kind", ""),
                     json_str_or(o, "stage", ""), json_str_or(o, "actor", ""),
                     json_str_or(o, "role", ""), buf_str(&body), &e);
    if (ev) {
        fold_apply(s, ev);
        look_state(s);
        if (ev->kind == EV_TICK) {
            judge_tick(j, s);
            look_judge(j, s);
        }
    }
    event_free(ev);
    buf_free(&body);
    cJSON_Delete(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t hash[2];
    for (int round = 0; round < 2; round++) {
        struct state *s = state_new(the_plan());
        struct judge *j = judge_new(the_plan());
        for (size_t at = 0; at < size;) {
            const uint8_t *nl = memchr(data + at, '\n', size - at);
            size_t n = nl ? (size_t)(nl - data) - at : size - at;
            one_line(s, j, (const char *)data + at, n);
            at += n + 1;
        }
        hash[round] = state_hash(s);
        judge_free(j);
        state_free(s);
    }
    must(hash[0] == hash[1], "the same tape, the same state");
    return 0;
}
