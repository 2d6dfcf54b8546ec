/* One plan's checks against the simulator, without a room: what is told is folded at once, as the
 * journal would hand it back. */
#ifndef PREFLIGHT_BENCH_H
#define PREFLIGHT_BENCH_H

#include "sim_client.h"

#include <poll.h>

#include "action/preflight.h"
#include "director/preflight.h"
#include "fold/fold.h"
#include "plan/load.h"

struct bench {
    struct plan *plan;
    struct state *s;
    struct judge *j;
    struct http *http;
    struct children *children;
    struct preflight *p;
    struct clock clock;
    int64_t seq;
    struct buf tape; /* bodies of the preflight events, one a line */
};

#define BENCH_SCOPE(name, at, path, field)                                                         \
    "    - name: " name "\n"                                                                       \
    "      status: { http: { url: \"URL" path "\", timeout: 2s }, read: { json: " field " } }\n"   \
    "      engage: { http: { method: PUT, url: \"URL/api/kill-switch/" at                          \
    "\", json: { is_active: true } } }\n"                                                          \
    "      release: { http: { method: PUT, url: \"URL/api/kill-switch/" at                         \
    "\", json: { is_active: false } } }\n"

static inline struct plan *bench_plan(const char *checks)
{
    struct buf raw = BUF_INIT, text = BUF_INIT, errors = BUF_INIT;
    char url[40];
    buf_addf(&raw,
             "version: 1\nname: t\ntitle: t\nrollback: { mode: log_only }\ntick: 1s\n"
             "scope: { table: orders }\nprometheus: { url: \"URL\" }\n"
             "metrics:\n  - { id: p95, query: '%s', warning: \"> 900\" }\n"
             "  - { id: lag, query: mysql_slave_status_seconds_behind_master, reduce: max }\n"
             "  - { id: ks, control: kill_switch_ms }\n"
             "stages:\n  - { name: One, duration: 1m }\n"
             "kill_switch:\n  scopes:\n" BENCH_SCOPE("global", "global", "/api/kill-switch/status",
                                                     "global_active")
                 BENCH_SCOPE("connection-c-7", "connection/c-7", "/api/kill-switch/connection/c-7",
                             "is_active") "preflight:\n%s",
             P95, checks);
    str_fmt(url, sizeof url, "http://127.0.0.1:%d", port);
    const char *p = raw.p;
    for (const char *at; (at = strstr(p, "URL")); p = at + 3) {
        buf_add(&text, p, (size_t)(at - p));
        buf_adds(&text, url);
    }
    buf_adds(&text, p);
    struct plan *plan = plan_load_text(text.p, text.len, "t.yaml", &plan_env_process, &errors);
    if (!plan)
        fail_msg("%s", errors.p);
    buf_free(&raw);
    buf_free(&text);
    buf_free(&errors);
    return plan;
}

static inline void bench_fold(struct bench *b, struct event *ev)
{
    ev->seq = ++b->seq;
    ev->ours = true;
    fold_apply(b->s, ev);
    preflight_event(b->p, b->s, b->j, ev);
    if (ev->kind == EV_PREFLIGHT) {
        json_print(ev->body, &b->tape);
        buf_addc(&b->tape, '\n');
    }
    event_free(ev);
}

static inline void bench_pump(struct bench *b)
{
    struct event_list l;
    event_list_init(&l);
    preflight_pump(b->p, b->s, b->j, &l);
    for (struct event *ev; (ev = event_list_take(&l));)
        bench_fold(b, ev);
}

/* Until nothing is under way. */
static inline void bench_settle(struct bench *b)
{
    mono_t began = mono_now();
    do {
        struct pollfd fd = {.fd = preflight_fd(b->p), .events = POLLIN};
        int64_t wait = preflight_wait_ms(b->p);
        poll(&fd, 1, wait < 0 || wait > 100 ? 100 : (int)wait);
        bench_pump(b);
        if (mono_since(began) > 30000)
            fail_msg("the checks do not come to an end:\n%s", buf_str(&b->tape));
    } while (preflight_busy(b->p));
}

static inline void bench_open(struct bench *b, const char *checks, bool rehearse)
{
    struct err e = ERR_INIT;
    *b = (struct bench){.clock = clock_make(1)};
    b->plan = bench_plan(checks);
    b->s = state_new(b->plan);
    b->j = judge_new(b->plan);
    b->http = http_start(8, &e);
    b->children = children_start(&e);
    struct preflight_opts o = {.plan = b->plan,
                               .http = b->http,
                               .children = b->children,
                               .clock = b->clock,
                               .rehearse = rehearse};
    b->p = preflight_new(&o, &e);
    if (!b->http || !b->children || !b->p)
        fail_msg("%s", e.text);
}

static inline void bench_run(struct bench *b, const char *checks)
{
    bench_open(b, checks, false);
    preflight_start(b->p, b->s, b->j, true);
    bench_settle(b);
}

static inline void bench_close(struct bench *b)
{
    http_stop(b->http);
    children_stop(b->children);
    preflight_free(b->p);
    state_free(b->s);
    judge_free(b->j);
    plan_free(b->plan);
    buf_free(&b->tape);
}

static inline const struct preflight_item_state *bench_item(const struct bench *b, const char *id)
{
    int i = preflight_item_of(b->plan, id);
    assert_true(i >= 0);
    return &b->s->preflight.items[i];
}

static inline void bench_is(const struct bench *b, const char *id, enum pf_is is, const char *says)
{
    const struct preflight_item_state *x = bench_item(b, id);
    char text[420];
    str_fmt(text, sizeof text, "%s | %s", x->actual, x->why);
    if (x->is != is || !strstr(text, says))
        fail_msg("%s is %s (%s), wanted %s (%s)", id, pf_word(x->is), text, pf_word(is), says);
}

/* How often a call came to the simulator. */
static inline int bench_calls(const char *method, const char *path)
{
    char target[160];
    str_fmt(target, sizeof target, "/sim/requests?method=%s&path=%s", method, path);
    cJSON *o = ask_json(port, "GET", target, NULL, 200);
    int n = cJSON_GetArraySize(json_arr(o, "requests"));
    cJSON_Delete(o);
    return n;
}

#endif
