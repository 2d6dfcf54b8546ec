/* A runner on real HTTP and real processes against the misbehaving server, for tests of what its
 * hands do. */
#ifndef HANDS_UNIT_H
#define HANDS_UNIT_H

#include "action/runner.h"
#include "base/json.h"
#include "evil.h"
#include "fold/fold.h"
#include "plan/load.h"

#define SWITCH                                                                                     \
    "{ scopes: [ { name: g, status: { http: { url: \"http://127.0.0.1:1/\" }, read: "              \
    "{ json: on } }, engage: { http: { url: \"http://127.0.0.1:1/\" } }, release: { "              \
    "http: { url: \"http://127.0.0.1:1/\" } } } ] }"
#define REASON "it's $(touch pwned) `id` \"; rm -rf /"

static struct evil evil;

struct hands {
    struct plan *plan;
    struct state *state;
    struct judge *judge;
    struct http *http;
    struct children *children;
    struct clock clock;
    struct runner *runner;
    struct event_list told;
};

/* ${TOKEN_1} to ${TOKEN_5}, nothing else. */
static inline const char *hands_env(void *ctx, const char *name)
{
    static const char *const tokens[] = {"sesame-one", "sesame-two", "sesame-three", "sesame-four",
                                         "sesame-five"};
    (void)ctx;
    return !strncmp(name, "TOKEN_", 6) && name[6] >= '1' && name[6] <= '5' && !name[7]
               ? tokens[name[6] - '1']
               : NULL;
}

#define SWITCH                                                                                     \
    "{ scopes: [ { name: g, status: { http: { url: \"http://127.0.0.1:1/\" }, read: "              \
    "{ json: on } }, engage: { http: { url: \"http://127.0.0.1:1/\" } }, release: { "              \
    "http: { url: \"http://127.0.0.1:1/\" } } } ] }"

/* What the plan says of the kill switch; a test may set it before it opens its hands. */
static const char *hands_switch = "none";
static const char *hands_rollback = "{ mode: manual }";
static double hands_speed = 1;

static inline struct plan *make_plan(const char *steps)
{
    static const struct plan_env env = {hands_env, NULL, false};
    struct buf text = BUF_INIT, errors = BUF_INIT;
    buf_adds(&text, "version: 1\nname: hands\ntitle: hands\n"
                    "denied: [DROP_T]\n"
                    "prometheus: { url: \"http://127.0.0.1:1\" }\n"
                    "metrics:\n  - { id: m, title: m, query: m }\n"
                    "stages:\n  - { name: S, weight: 25, duration: 1m, actions: [act] }\n"
                    "timeline: [{ at: T-30m, title: F, actions: [act] }]\n"
                    "actions:\n  rollback:\n    - exec: { argv: [\"true\"] }\n");
    if (strncmp(steps, "  ", 2) != 0 || steps[2] == ' ')
        buf_adds(&text, "  act:\n");
    for (const char *p = steps; *p; p++) {
        if (!strncmp(p, "URL", 3)) {
            buf_addf(&text, "http://127.0.0.1:%d", evil.port);
            p += 2;
        } else {
            buf_addc(&text, *p);
        }
    }
    buf_addf(&text, "kill_switch: %s\nrollback: %s\n", hands_switch, hands_rollback);
    struct plan *p = plan_load_text(text.p, text.len, "hands.yaml", &env, &errors);
    if (!p)
        fail_msg("%s%s", text.p, errors.p);
    buf_free(&text);
    buf_free(&errors);
    return p;
}

static inline void open_hands(struct hands *h, const char *steps, bool rehearse)
{
    struct err e = ERR_INIT;
    evil_reset(&evil, 0);
    *h = (struct hands){.plan = make_plan(steps), .clock = clock_make(hands_speed)};
    h->state = state_new(h->plan);
    h->judge = judge_new(h->plan);
    h->http = http_start(2, &e);
    h->children = children_start(&e);
    h->state->now_ms = clock_wall(&h->clock);
    h->runner = runner_new(h->plan, h->http, h->children, &h->clock, rehearse);
    event_list_init(&h->told);
}

static inline void close_hands(struct hands *h)
{
    http_stop(h->http);
    children_stop(h->children);
    runner_free(h->runner);
    event_list_free(&h->told);
    state_free(h->state);
    judge_free(h->judge);
    plan_free(h->plan);
}

static inline void start(struct hands *h, const char *id, const char *verb)
{
    struct err e = ERR_INIT;
    struct event *ev = event_new(EV_INTENT, clock_wall(&h->clock), "anna");
    json_add_str(ev->body, "id", id);
    bool gradual = !strcmp(verb, "gradual"); /* a rollback */
    json_add_str(ev->body, "do", gradual ? "rollback" : verb);
    json_add_bool(ev->body, "gradual", gradual);
    json_add_int(ev->body, "stage_index", 0);
    json_add_int(ev->body, "item_index", 0);
    json_add_str(ev->body, "reason", REASON);
    if (runner_start(h->runner, h->state, h->judge, ev, &e) < 0)
        fail_msg("%s", e.text);
    event_free(ev);
}

/* Every event is folded and kept. */
static inline void pump(struct hands *h)
{
    struct event_list l;
    event_list_init(&l);
    runner_pump(h->runner, h->state, h->judge, &l);
    for (struct event *ev; (ev = event_list_take(&l));) {
        fold_apply(h->state, ev);
        event_list_add(&h->told, ev);
    }
}

/* The event that ends action `id`. */
static inline const struct event *end_of(struct hands *h, const char *id)
{
    for (mono_t began = mono_now(); mono_since(began) < 20000;) {
        pump(h);
        for (const struct event *ev = h->told.first; ev; ev = ev->next)
            if (json_bool_or(ev->body, "done", false) &&
                !strcmp(json_str_or(ev->body, "id", ""), id))
                return ev;
        int64_t wait = runner_wait_ms(h->runner);
        struct pollfd fd = {.fd = runner_fd(h->runner), .events = POLLIN};
        poll(&fd, 1, wait < 0 ? 20000 : (int)wait);
    }
    fail_msg("%s never ends", id);
    return NULL;
}

/* What the plan's switch, SWITCH, is read as. */
static inline void kill_switch_is(struct hands *h, const char *state)
{
    struct event *ev = event_new(EV_KILL_SWITCH, clock_wall(&h->clock), "warroom");
    json_add_str(ev->body, "scope", "g");
    json_add_str(ev->body, "state", state);
    fold_apply(h->state, ev);
    event_free(ev);
}

/* Bob says what became of the work by hand. */
static inline void say(struct hands *h, const char *word, const char *role, const char *target)
{
    struct event *ev = event_new(EV_INTENT, clock_wall(&h->clock), "bob");
    str_copy(ev->role, sizeof ev->role, role);
    json_add_str(ev->body, "do", word);
    json_add_str(ev->body, "target", target);
    json_add_str(ev->body, "reason", "as shown");
    fold_apply(h->state, ev);
    runner_person(h->runner, h->state, h->judge, ev);
    event_free(ev);
}

static inline int told(const struct hands *h, enum event_kind kind)
{
    int n = 0;
    for (const struct event *ev = h->told.first; ev; ev = ev->next)
        n += ev->kind == kind;
    return n;
}

#endif
