/* The room's hands and eyes: starts and stops what talks to the world, and lets an action go only
 * when its intent is durable and the kill switch has just been read as off. */
#include "room/room_int.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define CONNECTIONS 8

static struct preflight *world_preflight(struct room *r, struct err *e)
{
    const struct preflight_opts o = {.plan = r->plan,
                                     .http = r->http,
                                     .children = r->children,
                                     .ks = r->ks,
                                     .clock = r->opts.clock,
                                     .rehearse = r->opts.rehearse};
    struct preflight *p = preflight_new(&o, e);
    if (p && !r->opts.read_only && preflight_counts(r->state))
        preflight_start(p, r->state, r->judge, r->plan->advance == ADVANCE_AUTO);
    return p;
}

int world_start(struct room *r, struct err *e)
{
    const struct room_opts *o = &r->opts;
    if (!(r->http = http_start(CONNECTIONS, e)))
        return -1;
    if (r->plan->has_kill_switch &&
        !(r->ks = killswitch_start(r->plan, &o->clock, o->rehearse, r->inbox, e)))
        return -1;
    if (!(r->source = source_start(r->plan, r->http, &o->clock, r->ks ? killswitch_control : NULL,
                                   r->ks, r->inbox, e)))
        return -1;
    if (r->plan->n_logs && !(r->follow = follow_start(r->plan, &o->clock, r->inbox, e)))
        return -1;
    if (!(r->children = children_start(e)))
        return -1;
    if (!(r->preflight = world_preflight(r, e)))
        return -1;
    r->runner = runner_new(r->plan, r->http, r->children, &o->clock, o->rehearse);
    if (r->plan->n_notify && !o->read_only &&
        !(r->notifier = notifier_start(r->plan, &o->clock, o->rehearse, e)))
        return -1;
    if (o->resume)
        runner_look(r->runner, r->state, r->judge);
    return 0;
}

/* Ends every thread; what they still had to say is in the inbox afterwards. */
void world_stop(struct room *r)
{
    if (r->follow)
        follow_stop(r->follow);
    r->follow = NULL;
    if (r->source)
        source_stop(r->source);
    if (r->ks)
        killswitch_stop(r->ks);
    if (r->http)
        http_stop(r->http);
    source_free(r->source);
    if (r->children)
        children_stop(r->children);
    if (r->runner)
        runner_free(r->runner);
    if (r->notifier)
        notifier_stop(r->notifier);
    preflight_free(r->preflight);
    r->preflight = NULL;
    r->source = NULL;
    r->ks = NULL;
    r->http = NULL;
    r->children = NULL;
    r->runner = NULL;
    r->notifier = NULL;
}

static void free_event(void *ev)
{
    event_free(ev);
}

void world_release(struct room *r)
{
    queue_free(r->inbox, free_event);
    free(r->ks_was);
    event_free(r->waiting);
}

/* The action does not happen: says so on the tape, as its outcome. */
static void refuse(struct room *r, const struct event *intent, const char *why)
{
    struct event *ev = event_new(EV_OBSERVED, room_now(r), "warroom");
    str_copy(ev->stage, sizeof ev->stage, intent->stage);
    json_add_str(ev->body, "id", json_str_or(intent->body, "id", ""));
    json_add_int(ev->body, "step", -1);
    json_add_str(ev->body, "outcome", "failed");
    json_add_str(ev->body, "why", why);
    json_add_bool(ev->body, "done", true);
    room_put(r, ev);
}

/* What has come while an action waited for its checks outranks it; NULL: nothing has. A hold keeps
 * back what has not begun. */
static const char *outranked(const struct room *r, bool advance)
{
    const char *no = runner_outranked(r->state, advance);
    if (!no && r->state->hold)
        return "it is held";
    if (!no && r->ks && !r->opts.rehearse && state_ks(r->state) != KS_OFF)
        return "the kill switch is not known to be off";
    return no;
}

static void start(struct room *r, const struct event *intent)
{
    struct err e = ERR_INIT;
    const char *verb = json_str_or(intent->body, "do", "");
    const char *no = !r->runner                 ? "this screen is leaving"
                     : strcmp(verb, "rollback") ? outranked(r, !strcmp(verb, "advance"))
                                                : NULL;
    if (no)
        err_set(&e, EX_FAILED, "nothing was sent: %s", no);
    if (no || runner_start(r->runner, r->state, r->judge, intent, &e) < 0)
        refuse(r, intent, e.text);
}

/* The first stage starts on answers of this moment alone (PRE-17): older ones do not count. */
static bool asks_again(const struct room *r, const struct event *intent)
{
    return r->preflight && preflight_has_final(r->plan) && r->state->t0_ms < 0 &&
           !strcmp(json_str_or(intent->body, "do", ""), "advance") &&
           !json_int_or(intent->body, "stage_index", -1);
}

/* Takes over a waiting intent: it goes, or the checks at the start come first. */
static void start_last(struct room *r)
{
    r->final_waits = asks_again(r, r->waiting);
    if (r->final_waits) {
        preflight_final(r->preflight, r->state, r->judge);
        return;
    }
    start(r, r->waiting);
    event_free(r->waiting);
    r->waiting = NULL;
}

/* Advancing changes production, so every scope is read first (KIL-1); a stop never waits. */
static void start_checked(struct room *r, const struct event *intent)
{
    char check[40];
    if (r->waiting) {
        refuse(r, intent, "nothing was sent: another action waits for the kill switch");
        return;
    }
    r->waiting = event_dup(intent);
    r->final_waits = false;
    if (!r->ks || r->opts.rehearse) {
        start_last(r);
        return;
    }
    r->checks_left = r->plan->n_ks;
    str_fmt(check, sizeof check, "before:%s", json_str_or(intent->body, "id", ""));
    killswitch_check(r->ks, check);
}

/* A person asks for one check again, or for all that run by themselves: a drill is asked for by
 * its name alone. */
static void run_checks(struct room *r, const struct event *ev)
{
    int item = preflight_item_of(r->plan, json_str_or(ev->body, "item", ""));
    if (r->preflight && item < 0)
        preflight_start(r->preflight, r->state, r->judge, false);
    else if (r->preflight)
        preflight_run(r->preflight, r->state, r->judge, (size_t)item, ev->actor, ev->role);
}

void world_intent(struct room *r, const struct event *ev)
{
    int kind = intent_of_word(json_str_or(ev->body, "do", ""));
    bool goes = kind == INTENT_ADVANCE ||
                (kind == INTENT_ITEM && !json_bool_or(ev->body, "by_hand", false));
    bool off = kind == INTENT_KILL_OFF;
    if (ev->unrecorded && (goes || off || kind == INTENT_DRILL || kind == INTENT_PREFLIGHT)) {
        if (goes || off)
            refuse(r, ev, "nothing was sent: NOT RECORDING");
        return;
    }
    if (off && r->ks) {
        killswitch_flip(r->ks, false, json_str_or(ev->body, "id", ""), ev->actor);
    } else if (kind == INTENT_ROLLBACK) {
        if (r->waiting)
            refuse(r, r->waiting, "a rollback came first");
        event_free(r->waiting);
        r->waiting = NULL;
        start(r, ev);
    } else if (goes) {
        start_checked(r, ev);
    } else if (kind == INTENT_PREFLIGHT || kind == INTENT_DRILL) {
        run_checks(r, ev);
    }
}

/* Has every scope been read for the waiting intent? Then it goes, or fails closed. */
static void check_waiting(struct room *r, const struct event *ev)
{
    char check[40];
    str_fmt(check, sizeof check, "before:%s", json_str_or(r->waiting->body, "id", ""));
    if (r->final_waits || strcmp(json_str_or(ev->body, "check", ""), check) != 0)
        return;
    const char *state = json_str_or(ev->body, "state", "UNKNOWN");
    if (strcmp(state, "OFF") != 0) {
        char why[160];
        str_fmt(why, sizeof why, "nothing was sent: kill switch %s is %s",
                json_str_or(ev->body, "scope", "?"), state);
        refuse(r, r->waiting, why);
    } else if (--r->checks_left > 0) {
        return;
    } else {
        start_last(r);
        return;
    }
    event_free(r->waiting);
    r->waiting = NULL;
}

/* The checks at the start have been answered. */
static void check_final(struct room *r, const struct event *ev)
{
    char why[200];
    if (!event_is(ev, "op", "final"))
        return;
    if (event_is(ev, "result", "pass")) {
        start(r, r->waiting);
    } else {
        str_fmt(why, sizeof why, "nothing was sent: NO-GO at the start: %.150s",
                json_str_or(ev->body, "why", ""));
        refuse(r, r->waiting, why);
    }
    event_free(r->waiting);
    r->waiting = NULL;
    r->final_waits = false;
}

/* The first answer of a scope after a resume, against the record. */
static void compare_switch(struct room *r, const struct event *ev)
{
    size_t i = 0;
    while (i < r->plan->n_ks &&
           strcmp(r->plan->ks[i].name, json_str_or(ev->body, "scope", "")) != 0)
        i++;
    if (i == r->plan->n_ks || r->ks_was[i] == KS_UNKNOWN)
        return;
    if (r->state->ks[i].is != r->ks_was[i]) {
        struct event *told = event_new(EV_SESSION, room_now(r), "warroom");
        char text[160];
        str_fmt(text, sizeof text, "kill switch %s: was %s, is %s", r->plan->ks[i].name,
                ks_word(r->ks_was[i]), ks_word(r->state->ks[i].is));
        json_add_str(told->body, "op", "reread");
        json_add_str(told->body, "subject", "kill switch");
        cJSON_AddItemToArray(json_add_arr(told->body, "differences"), cJSON_CreateString(text));
        room_put(r, told);
    }
    r->ks_was[i] = KS_UNKNOWN;
}

/* Words about the step under way. What another seat asks for is answered by an intent of ours. */
static void hands_event(struct room *r, const struct event *ev)
{
    int kind = ev->kind == EV_INTENT ? intent_of_word(json_str_or(ev->body, "do", "")) : -1;
    char why[200];
    if (!r->runner || !ev->ours || json_bool_or(ev->body, "ask", false))
        return;
    if (kind == INTENT_DONE || kind == INTENT_NOT_DONE)
        runner_person(r->runner, r->state, r->judge, ev);
    str_fmt(why, sizeof why, "%s: %.120s", ev->actor, json_str_or(ev->body, "reason", ""));
    if (kind == INTENT_STOP)
        runner_stop(r->runner, why);
    if (kind == INTENT_KILL_ON)
        runner_stop(r->runner, "the kill switch is being turned on");
}

static void message_event(struct room *r, const struct event *ev)
{
    int kind = ev->kind == EV_INTENT ? intent_of_word(json_str_or(ev->body, "do", "")) : -1;
    struct journal_health h;
    if (!r->notifier)
        return;
    bool mine = ev->ours && !json_bool_or(ev->body, "ask", false);
    if (mine && (kind == INTENT_SEND || kind == INTENT_DROP))
        notifier_word(r->notifier, json_str_or(ev->body, "target", ""), kind == INTENT_SEND,
                      ev->actor);
    journal_health(r->journal, &h);
    notifier_event(r->notifier, r->state, r->judge, ev, h.head);
}

#define LAST_WORDS_MS 3000

void world_last_words(struct room *r)
{
    mono_t began = mono_now();
    if (!r->notifier)
        return;
    while (notifier_pending(r->notifier) > 0 && mono_since(began) < LAST_WORDS_MS) {
        struct pollfd fd = {.fd = notifier_fd(r->notifier), .events = POLLIN};
        poll(&fd, 1, 100);
        world_messages(r);
    }
    world_messages(r);
}

void world_messages(struct room *r)
{
    struct event_list l;
    if (!r->notifier)
        return;
    event_list_init(&l);
    notifier_pump(r->notifier, &l);
    for (struct event *ev; (ev = event_list_take(&l));)
        room_put(r, ev);
}

/* A step of the timeline that is about the checks asks them anew when it opens. */
static bool asks_checks(const struct plan *p, const struct event *ev)
{
    int64_t i = json_int_or(ev->body, "index", -1);
    return ev->kind == EV_TIMELINE && event_is(ev, "op", "open") && i >= 0 &&
           i < (int64_t)p->n_timeline && p->timeline[i].preflight;
}

void world_event(struct room *r, const struct event *ev)
{
    hands_event(r, ev);
    message_event(r, ev);
    if (r->ks_was && ev->kind == EV_KILL_SWITCH)
        compare_switch(r, ev);
    if (r->waiting && ev->kind == EV_KILL_SWITCH)
        check_waiting(r, ev);
    if (r->waiting && r->final_waits && ev->kind == EV_PREFLIGHT && ev->ours)
        check_final(r, ev);
    if (r->preflight)
        preflight_event(r->preflight, r->state, r->judge, ev);
    if (r->preflight && ev->ours && asks_checks(r->plan, ev) && preflight_counts(r->state))
        preflight_start(r->preflight, r->state, r->judge, false);
    bool checks = (ev->kind == EV_CHECKPOINT && !event_is(ev, "op", "missed")) ||
                  (ev->kind == EV_TIMELINE && event_is(ev, "op", "kill_check"));
    if (checks && ev->ours && r->ks) {
        char check[64];
        str_fmt(check, sizeof check, "checkpoint:%s", json_str_or(ev->body, "label", ""));
        killswitch_check(r->ks, check);
    }
}
