/* Rows of the steps that are more than one call: burst, manual, ramp; and their rules. */
#include "plan/schema.h"

#include <string.h>

#include "plan/check.h"
#include "plan/read.h"

#define N(a)      (sizeof(a) / sizeof *(a))
#define AT(s, f)  .at = offsetof(struct s, f)
#define ATN(s, f) .at = offsetof(struct s, f), .count_at = offsetof(struct s, n_##f)
#define DAY       86400000.0

static void check_burst(struct load *l, const struct node *n, void *obj)
{
    struct burst_call *b = obj;
    char *none = pool_str(l->pool, "", 0);
    b->http.token = b->n_users ? b->users[0] : none; /* a secret goes to that address */
    check_http(l, n, &b->http);
    b->http.token = none;
    if (b->concurrency > b->requests && b->requests)
        say_at(l, &b->concurrency, false, n, "is more than all requests; allowed are 1 to %d",
               b->requests);
}

static const struct key_row burst_rows[] = {
    {"url", KEY_URL, KEY_REQUIRED | KEY_TEMPLATE | KEY_MAY_HIDE, AT(burst_call, http.url),
     .doc = "address; placeholders behind the host only"},
    {"method", KEY_WORD, KEY_COMPUTED, AT(burst_call, http.method), .fits = fits_method,
     .allowed = "GET | HEAD | POST | PUT | PATCH | DELETE", .fallback = "GET, with a body POST",
     .doc = "HTTP method"},
    {"headers", KEY_HEADERS, KEY_TEMPLATE | KEY_MAY_HIDE, AT(burst_call, http.headers),
     .count_at = offsetof(struct burst_call, http.n_headers), .doc = "name: value"},
    {"json", KEY_JSON, KEY_TEMPLATE | KEY_MAY_HIDE | KEY_OR_NULL, AT(burst_call, http.body),
     .doc = "body, any value, sent as JSON"},
    {"body", KEY_TEXT, KEY_TEMPLATE | KEY_MAY_HIDE | KEY_OR_NULL, AT(burst_call, http.body),
     .doc = "body, plain text"},
    {"ca_file", KEY_LINE, 0, AT(burst_call, http.ca_file), .doc = "certificates to trust"},
    {"insecure", KEY_BOOL, 0, AT(burst_call, http.insecure), .fallback = "false",
     .doc = "allow tokens over plain http, do not verify TLS"},
    {"timeout", KEY_DURATION, 0, AT(burst_call, http.timeout_ms), .lo = 100, .hi = 600000,
     .fallback = "10s", .doc = "of one request"},
    {"requests", KEY_INT, KEY_REQUIRED, AT(burst_call, requests), .lo = 1, .hi = 100000,
     .doc = "how many in all"},
    {"users", KEY_SECRETS, KEY_MAY_HIDE, ATN(burst_call, users), .lo = 1, .hi = BURST_USERS_MAX,
     .doc = "a bearer token for each user; request i goes with that of user i modulo their number"},
    {"concurrency", KEY_INT, 0, AT(burst_call, concurrency), .lo = 1, .hi = 64, .fallback = "1",
     .doc = "so many on their way at once at most"},
    {"rate", KEY_NUMBER, 0, AT(burst_call, rate), .lo = 0.001, .hi = 10000,
     .doc = "so many started in a second at most; absent: no limit"},
};
const struct key_map schema_burst = {"burst", burst_rows, N(burst_rows), sizeof(struct burst_call),
                                     check_burst};

static const struct key_row manual_rows[] = {
    {"role", KEY_WORD, KEY_REQUIRED, AT(manual_call, role), .fits = fits_id,
     .allowed = "1 to 32 of a-z 0-9 _", .doc = "whose hands"},
    {"text", KEY_TEXT, KEY_REQUIRED | KEY_TEMPLATE, AT(manual_call, text),
     .doc = "what is to be done; shown, and copied by one key"},
};
const struct key_map schema_manual = {"manual", manual_rows, N(manual_rows),
                                      sizeof(struct manual_call), NULL};

/* A ramp runs plain steps: an action that has a ramp itself would never end. */
static void resolve_ramp(struct load *l, const struct node *n, void *obj)
{
    struct ramp_call *r = obj;
    if (!*r->name)
        return;
    r->action = plan_action(l->plan, r->name);
    if (r->action < 0) {
        say_at(l, &r->name, false, n, "there is no action \"%.40s\"", r->name);
        return;
    }
    const struct action *a = &l->plan->actions[r->action];
    bool calls = true;
    for (size_t i = 0; i < a->n_steps; i++)
        calls = calls && a->steps[i].kind != STEP_RAMP && a->steps[i].kind != STEP_BURST;
    if (!calls)
        say_at(l, &r->name, false, n, "\"%.40s\" has a ramp or a burst; allowed are calls",
               r->name);
    if (r->step > 0 && (100 / r->step + 1) * (double)a->n_steps > 200)
        say_at(l, &r->step, false, n, "makes more than 200 steps; allowed is a larger one");
}

static void check_ramp(struct load *l, const struct node *n, void *obj)
{
    defer(l, resolve_ramp, n, obj, false);
}

static const struct key_row ramp_rows[] = {
    {"action", KEY_WORD, KEY_REQUIRED, AT(ramp_call, name), .fits = fits_label,
     .allowed = "the name of an action", .doc = "run for each weight, with {{stage.weight}}"},
    {"to", KEY_NUMBER, KEY_REQUIRED, AT(ramp_call, to), .lo = 0, .hi = 100,
     .doc = "the weight at the end, per cent"},
    {"over", KEY_DURATION, KEY_REQUIRED, AT(ramp_call, over_ms), .lo = 0, .hi = DAY,
     .doc = "time from the first lowering to the last"},
    {"step", KEY_NUMBER, 0, AT(ramp_call, step), .lo = 0.1, .hi = 100, .fallback = "5",
     .doc = "per cent each time"},
};
const struct key_map schema_ramp = {"ramp", ramp_rows, N(ramp_rows), sizeof(struct ramp_call),
                                    check_ramp};

/* There is no baseline of a burst, and it happens once. */
static void check_plain_limits(struct load *l, const struct node *n, const struct step *s)
{
    const struct cond *all[] = {&s->expect.burst.success_pct, &s->expect.burst.p95_ms,
                                &s->expect.burst.avg_ms};
    for (size_t i = 0; i < N(all); i++)
        if (all[i]->set && (all[i]->ref != COND_ABSOLUTE || all[i]->for_ms))
            say_at(l, all[i], false, n, "\"%s\" is no plain limit; allowed is one like \"> 95\"",
                   all[i]->text);
}

/* What a step may have beside its kind. */
void check_hand_step(struct load *l, const struct node *n, const struct step *s)
{
    static const char *const none[] = {"expect", "verify", "retry", "capture"};
    check_plain_limits(l, n, s);
    for (size_t i = 0; i < N(none); i++) {
        const struct node *v = node_get(n, none[i]);
        bool burst = s->kind == STEP_BURST && i == 0;
        bool verify = s->kind != STEP_RAMP && i == 1;
        if (!v || burst || verify)
            continue;
        size_t mark = path_key(l, none[i]);
        say(l, v, "does not belong to this kind of step; %s",
            s->kind == STEP_RAMP ? "the action it runs has its own" : "leave it out");
        path_cut(l, mark);
    }
}

/* A rollback ends at nothing: a gradual one that does not reach 0 would be called done. */
void check_gradual(struct load *l, const struct node *n)
{
    struct plan *p = l->plan;
    const int undo[] = {plan_action(p, "rollback"), p->gradual_action};
    for (size_t k = 0; k < N(undo); k++)
        for (size_t i = 0; undo[k] >= 0 && i < p->actions[undo[k]].n_steps; i++) {
            const struct step *s = &p->actions[undo[k]].steps[i];
            if (s->kind == STEP_RAMP && s->ramp.to > 0)
                say_at(l, &s->ramp.to, false, n, "a rollback ends at 0; allowed is 0");
            if (k == 0 && s->kind == STEP_RAMP)
                say_at(l, &s->ramp.name, false, n,
                       "`rollback` is the immediate one; a ramp belongs to `rollback_gradual`");
        }
    if (p->gradual_action >= 0 && plan_action(p, "rollback") < 0)
        say(l, n,
            "`rollback_gradual` without an action named `rollback`: nothing could make it "
            "immediate");
}
