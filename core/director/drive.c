/* Feeds one event after the other to fold, judge and director, plays the hands (every action is
 * verified at once unless told otherwise) and, when asked, the people. Sends nothing. */
#include "director/drive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "fold/fold.h"
#include "plan/side.h"
#include "plan/preflight_item.h"

#define ID_SIZE    8
#define ROUNDS_MAX 200 /* a step that never comes to rest is our own fault */

struct drive {
    struct drive_opts o;
    struct state *state;
    struct judge *judge;
    struct event_list hands; /* what actions have come to, not folded yet */
    enum act_is outcome;
    int64_t seq;
    char (*ids)[ID_SIZE]; /* of the series, as they stand in ticks */
};

static void observe(struct drive *d, const struct event *intent, const char *outcome,
                    const char *why, double weight)
{
    struct event *ev = event_new(EV_OBSERVED, intent->t_ms, "warroom");
    str_copy(ev->stage, sizeof ev->stage, intent->stage);
    json_add_str(ev->body, "id", json_str_or(intent->body, "id", ""));
    json_add_int(ev->body, "step", -1);
    json_add_str(ev->body, "outcome", outcome);
    json_add_str(ev->body, "why", why);
    json_add_bool(ev->body, "done", true);
    if (!isnan(weight))
        json_add_num(ev->body, "weight", weight);
    event_list_add(&d->hands, ev);
}

/* How many calls an intent makes; 0: nothing is sent for it. */
static size_t steps_of(const struct plan *p, const struct event *intent)
{
    const char *word = json_str_or(intent->body, "do", "");
    int64_t stage = json_int_or(intent->body, "stage_index", -1);
    int64_t item = json_int_or(intent->body, "item_index", -1);
    size_t n = 0;
    if (!strcmp(word, "item") && item >= 0 && (size_t)item < p->n_timeline)
        return json_bool_or(intent->body, "by_hand", false) ? 0 : p->timeline[item].n_actions;
    if (!strcmp(word, "rollback"))
        return p->rollback_action < 0 ? 0 : 1;
    if (strcmp(word, "advance") != 0 || stage < 0 || (size_t)stage >= p->n_stages)
        return 0;
    for (size_t i = 0; i < p->stages[stage].n_actions; i++)
        n += p->actions[p->stages[stage].actions[i]].n_steps;
    return n;
}

static void send(struct drive *d, const struct event *intent)
{
    struct event *ev = event_new(EV_SENT, intent->t_ms, "warroom");
    str_copy(ev->stage, sizeof ev->stage, intent->stage);
    json_add_str(ev->body, "id", json_str_or(intent->body, "id", ""));
    json_add_int(ev->body, "step", 0);
    json_add_bool(ev->body, "verify", false);
    json_add_str(ev->body, "call", "virtual");
    json_add_int(ev->body, "try", 1);
    event_list_add(&d->hands, ev);
}

static void check(struct drive *d, const struct event *intent, const char *id, const char *op)
{
    struct event *ev = event_new(EV_PREFLIGHT, intent->t_ms, "warroom");
    json_add_str(ev->body, *op ? "op" : "id", *op ? op : id);
    json_add_str(ev->body, "result", "pass");
    json_add_str(ev->body, "round", "final");
    event_list_add(&d->hands, ev);
}

/* What is asked again at the start counts as passed. */
static void checks(struct drive *d, const struct event *intent)
{
    const struct plan_preflight *p = &d->o.plan->preflight;
    if (strcmp(json_str_or(intent->body, "do", ""), "advance") != 0 ||
        d->state->preflight.final != PF_FINAL_DUE)
        return;
    for (size_t i = 0; i < p->n_items; i++)
        if (p->items[i].final)
            check(d, intent, p->items[i].id, "");
    check(d, intent, "", "final");
}

/* The hands: what an intent comes to. */
static void act(struct drive *d, const struct event *intent)
{
    const struct plan *p = d->o.plan;
    double weight = NAN;
    checks(d, intent);
    if (!steps_of(p, intent))
        return;
    if (d->outcome == ACT_NONE) {
        observe(d, intent, "failed", "nothing was sent", NAN);
        return;
    }
    send(d, intent);
    if (!strcmp(json_str_or(intent->body, "do", ""), "rollback"))
        weight = 0;
    else if (!strcmp(json_str_or(intent->body, "do", ""), "advance") &&
             p->stages[json_int_or(intent->body, "stage_index", 0)].has_weight)
        weight = p->stages[json_int_or(intent->body, "stage_index", 0)].weight;
    if (d->outcome == ACT_VERIFIED)
        observe(d, intent, "verified", "", weight);
    else if (d->outcome != ACT_SENT)
        observe(d, intent, d->outcome == ACT_FAILED ? "failed" : "unknown", "as told", NAN);
}

/* Read for the record: the switch is still as it was. */
static void read_switch(struct drive *d, const struct event *asked)
{
    for (size_t i = 0; i < d->o.plan->n_ks; i++) {
        struct event *ev = event_new(EV_KILL_SWITCH, asked->t_ms, "warroom");
        char check[40];
        str_fmt(check, sizeof check, "checkpoint:%s", json_str_or(asked->body, "label", ""));
        json_add_str(ev->body, "scope", d->o.plan->ks[i].name);
        json_add_str(ev->body, "state", ks_word(d->state->ks[i].is));
        json_add_int(ev->body, "ms", 1);
        json_add_str(ev->body, "why", d->state->ks[i].why);
        json_add_str(ev->body, "check", check);
        event_list_add(&d->hands, ev);
    }
}

static void fold(struct drive *d, struct event *ev)
{
    ev->seq = ++d->seq;
    ev->ours = true;
    fold_apply(d->state, ev);
    if (ev->kind == EV_TICK)
        judge_tick(d->judge, d->state);
    if (ev->kind == EV_INTENT)
        act(d, ev);
    if (ev->kind == EV_TIMELINE && event_is(ev, "op", "kill_check"))
        read_switch(d, ev);
    if (d->o.on_event)
        d->o.on_event(d->o.ctx, ev);
    event_free(ev);
}

static void fold_all(struct drive *d, struct event_list *l)
{
    for (struct event *ev; (ev = event_list_take(l));)
        fold(d, ev);
}

/* Is the gate shut by nothing that the IC could not answer for? */
static bool ic_may(const struct drive *d, bool due)
{
    struct gate g;
    director_gate(d->state, d->judge, d->state->now_ms, &g);
    for (size_t i = 0; i < g.n; i++)
        if (!g.items[i].open && strcmp(g.items[i].name, "people") != 0 &&
            strcmp(g.items[i].name, "approval") != 0 && strcmp(g.items[i].name, "team") != 0 &&
            !(due && !gate_item_hard(&g.items[i])))
            return false;
    return g.n > 0;
}

/* What the people would say now, when their word counts as given; NULL: nothing. */
static struct event *people(const struct drive *d)
{
    const struct state *s = d->state;
    struct want want = {.actor = "given", .role = "ic", .reason = "counts as given", .tag = 'g'};
    bool due = s->stage < 0 && d->o.t0_ms && s->now_ms >= d->o.t0_ms;
    if (!d->o.given || s->final)
        return NULL;
    if (s->rollback_wanted && !s->rollback_started && strcmp(s->act.verb, "rollback") != 0)
        want.word = "rollback";
    else if (!s->rollback_wanted && !s->rollback_would && advance_target(s) >= 0 &&
             !action_busy(s, NULL) && !advance_failed(s) && ic_may(d, due))
        want.word = "advance";
    return want.word ? director_want(s, d->judge, &want, s->now_ms) : NULL;
}

static void settle(struct drive *d)
{
    struct event_list l;
    event_list_init(&l);
    for (int round = 0;; round++) {
        struct event *ev;
        if (round == ROUNDS_MAX)
            BUG("the director does not come to rest at event %lld (%s)", (long long)d->seq,
                d->state->decision_rule);
        director_step(d->state, d->judge, &l);
        if (!l.n && !d->hands.n && (ev = people(d)))
            event_list_add(&l, ev);
        if (!l.n && !d->hands.n)
            break;
        fold_all(d, l.n ? &l : &d->hands); /* the hands are slower than the director */
    }
    event_list_free(&l);
}

void drive_event(struct drive *d, struct event *ev)
{
    if (d->state->final) {
        event_free(ev);
        return;
    }
    fold(d, ev);
    settle(d);
}

static void open_session(struct drive *d)
{
    const struct plan *p = d->o.plan;
    struct event *ev = event_new(EV_SESSION, d->o.start_ms, "warroom");
    json_add_str(ev->body, "op", "start");
    json_add_str(ev->body, "run_id", d->o.run_id ? d->o.run_id : p->name);
    json_add_str(ev->body, "title", p->title);
    json_add_str(ev->body, "name", p->name);
    json_add_str(ev->body, "environment", p->environment);
    json_add_str(ev->body, "mode", d->o.mode ? d->o.mode : "virtual");
    json_add_int(ev->body, "tick_ms", p->tick_ms);
    fold(d, ev);
    if (d->o.t0_ms) {
        ev = event_new(EV_COUNTDOWN, d->o.start_ms, "warroom");
        json_add_int(ev->body, "start_ms", d->o.t0_ms);
        fold(d, ev);
    }
    for (size_t i = 0; i < p->n_alerts; i++)
        drive_alert_source(d, d->o.start_ms, i, true, "");
    if (p->has_kill_switch)
        drive_kill_switch(d, d->o.start_ms, KS_OFF, "");
}

struct drive *drive_new(const struct drive_opts *o)
{
    struct drive *d = xzalloc(1, sizeof *d);
    d->o = *o;
    d->state = state_new(o->plan);
    d->judge = judge_new(o->plan);
    d->judge->no_arrows = o->no_arrows;
    d->outcome = ACT_VERIFIED;
    d->ids = xzalloc(side_series(o->plan), sizeof *d->ids);
    for (size_t i = 0; i < side_series(o->plan); i++)
        str_fmt(d->ids[i], ID_SIZE, "%zu", i + 1);
    event_list_init(&d->hands);
    open_session(d);
    return d;
}

void drive_free(struct drive *d)
{
    if (!d)
        return;
    event_list_free(&d->hands);
    free(d->ids);
    state_free(d->state);
    judge_free(d->judge);
    free(d);
}

/* The planned start lies between two samples: it is its own moment on the tape. */
static void start_due(struct drive *d, int64_t t_ms)
{
    if (!d->o.t0_ms || t_ms < d->o.t0_ms || d->state->now_ms >= d->o.t0_ms || d->state->stage >= 0)
        return;
    struct event *ev = event_new(EV_COUNTDOWN, d->o.t0_ms, "warroom");
    json_add_int(ev->body, "start_ms", d->o.t0_ms);
    drive_event(d, ev);
}

void drive_tick(struct drive *d, int64_t t_ms, const double *values, const char *const *why)
{
    drive_samples(d, t_ms, values, NULL, why);
}

/* A tick event under construction. */
struct tick {
    struct event *ev;
    cJSON *v, *why;
    char (*ids)[ID_SIZE];
};

static struct tick tick_at(struct drive *d, int64_t t_ms)
{
    start_due(d, t_ms);
    struct tick t = {.ev = event_new(EV_TICK, t_ms, "warroom"), .ids = d->ids};
    t.v = json_add_obj(t.ev->body, "v");
    return t;
}

static void add_sample(struct tick *t, size_t series, double value, const char *why)
{
    const char *id = t->ids[series];
    json_add_num(t->v, id, value);
    if (isfinite(value))
        return;
    if (!t->why)
        t->why = json_add_obj(t->ev->body, "why");
    json_add_str(t->why, id, why ? why : "no sample");
}

void drive_samples(struct drive *d, int64_t t_ms, const double *values, const bool *asked,
                   const char *const *why)
{
    struct tick t = tick_at(d, t_ms);
    for (size_t i = 0; i < d->o.plan->n_metrics; i++)
        if (!asked || asked[i])
            add_sample(&t, i, values[i], why ? why[i] : NULL);
    drive_event(d, t.ev);
}

void drive_sides(struct drive *d, int64_t t_ms, const double *values, const double *others,
                 const bool *asked)
{
    const struct plan *p = d->o.plan;
    struct tick t = tick_at(d, t_ms);
    for (size_t i = 0; i < p->n_metrics; i++)
        if (asked[i])
            add_sample(&t, i, values[i], NULL);
    for (size_t i = 0; i < p->n_metrics; i++)
        if (asked[i] && side_compared(&p->metrics[i]))
            add_sample(&t, p->n_metrics + i, others[i], NULL);
    drive_event(d, t.ev);
}

void drive_kill_switch(struct drive *d, int64_t t_ms, enum ks_is is, const char *why)
{
    for (size_t i = 0; i < d->o.plan->n_ks; i++) {
        struct event *ev = event_new(EV_KILL_SWITCH, t_ms, "warroom");
        json_add_str(ev->body, "scope", d->o.plan->ks[i].name);
        json_add_str(ev->body, "state", ks_word(is));
        json_add_int(ev->body, "ms", 1);
        json_add_str(ev->body, "why", why ? why : "");
        json_add_str(ev->body, "check", "poll");
        drive_event(d, ev);
    }
}

void drive_alert(struct drive *d, int64_t t_ms, size_t source, const char *name, const char *state)
{
    struct event *ev = event_new(EV_ALERT, t_ms, "warroom");
    json_add_int(ev->body, "source", (int64_t)source);
    json_add_str(ev->body, "state", state);
    json_add_str(ev->body, "name", name);
    json_add_str(ev->body, "severity", "");
    json_add_bool(ev->body, "matches", true);
    json_add_str(ev->body, "text", "");
    json_add_int(ev->body, "since_ms", t_ms);
    drive_event(d, ev);
}

void drive_alert_source(struct drive *d, int64_t t_ms, size_t source, bool known, const char *why)
{
    struct event *ev = event_new(EV_ALERT, t_ms, "warroom");
    json_add_int(ev->body, "source", (int64_t)source);
    json_add_str(ev->body, "state", known ? "known" : "blind");
    json_add_str(ev->body, "why", why ? why : "");
    drive_event(d, ev);
}

void drive_confirm(struct drive *d, int64_t t_ms, const char *item, int said)
{
    struct event *ev = event_new(EV_INTENT, t_ms, "given");
    json_add_str(ev->body, "do", "confirm");
    json_add_str(ev->body, "item", item);
    if (said)
        json_add_bool(ev->body, "ok", said > 0);
    else
        cJSON_AddNullToObject(ev->body, "ok");
    drive_event(d, ev);
}

void drive_want(struct drive *d, int64_t t_ms, const struct want *want)
{
    drive_event(d, director_want(d->state, d->judge, want, t_ms));
}

void drive_outcome(struct drive *d, enum act_is outcome)
{
    d->outcome = outcome;
}

void drive_finish(struct drive *d, const char *why)
{
    struct event_list l;
    event_list_init(&l);
    director_end(d->state, d->judge, why, &l);
    fold_all(d, &l);
    event_list_free(&l);
}

const struct state *drive_state(const struct drive *d)
{
    return d->state;
}

const struct judge *drive_judge(const struct drive *d)
{
    return d->judge;
}
