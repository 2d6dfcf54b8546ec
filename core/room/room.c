/* The loop's body: drain, fold, judge, direct. Everything that happens goes through the journal
 * first; nothing here waits for a slow world. */
#include "room/room_int.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/dlog.h"

#define INBOX_CAP 4096
#define PUMP_MOST 4096 /* events folded in one pump, so that keys are never starved */

static int intent_kind_of(const struct event *ev)
{
    return ev->kind == EV_INTENT ? intent_of_word(json_str_or(ev->body, "do", "")) : -1;
}

void room_put(struct room *r, struct event *ev)
{
    int kind = intent_kind_of(ev);
    if (kind >= 0) {
        r->asked[kind]++;
        intent_complete(r->state, r->judge, ev); /* the director's have no calls yet */
    }
    ev->ours = true;
    r->in_flight++;
    journal_submit(r->journal, ev);
}

static void put_all(struct room *r, struct event_list *l)
{
    for (struct event *ev; (ev = event_list_take(l));)
        room_put(r, ev);
}

static int open_journal(struct room *r, struct err *e)
{
    const struct room_opts *o = &r->opts;
    if (o->watch)
        return opening_watch(r, e);
    if (o->resume)
        return opening_resume(r, e);
    return (r->journal = journal_create(o->session_path, o->plan, e)) ? 0 : -1;
}

struct room *room_open(const struct room_opts *o, struct err *e)
{
    struct room *r = xzalloc(1, sizeof *r);
    r->opts = *o;
    r->plan = o->plan;
    str_copy(r->actor, sizeof r->actor, o->actor && *o->actor ? o->actor : "ic");
    str_copy(r->role, sizeof r->role, o->role && *o->role ? o->role : o->watch ? "" : "ic");
    r->state = state_new(o->plan);
    r->judge = judge_new(o->plan);
    r->inbox = queue_new(INBOX_CAP);
    if (!o->watch)
        room_evidence_open(r);
    if (open_journal(r, e) < 0) {
        evidence_close(r->evidence, 0);
        queue_free(r->inbox, NULL);
        state_free(r->state);
        judge_free(r->judge);
        free(r);
        return NULL;
    }
    if (!o->watch)
        room_put(r, opening_event(r));
    else
        room_note(r, "join", "");
    if (!o->watch && !o->resume && o->start_at_ms)
        room_put(r, opening_countdown(r));
    return r;
}

int room_start(struct room *r, struct err *e)
{
    if (r->opts.watch)
        return 0; /* a watcher has neither eyes nor hands */
    if (world_start(r, e) < 0)
        return -1;
    return r->evidence ? evidence_start(r->evidence, r->state, e) : 0;
}

static void fold_one(struct room *r, struct event *ev)
{
    bool ask = ev->kind == EV_INTENT && json_bool_or(ev->body, "ask", false);
    fold_apply(r->state, ev);
    if (ev->kind == EV_TICK)
        judge_tick(r->judge, r->state);
    if (ev->ours) {
        int kind = intent_kind_of(ev);
        r->in_flight--;
        if (kind >= 0)
            r->asked[kind]--;
        if (ev->kind == EV_INTENT && !ask)
            world_intent(r, ev);
    } else if (ask && !r->opts.watch) {
        asks_take(r, ev);
    }
    world_event(r, ev);
    if (r->evidence)
        evidence_event(r->evidence, r->state, r->judge, ev);
    if (r->on_event)
        r->on_event(r->on_event_ctx, ev);
    event_free(ev);
}

static void direct(struct room *r)
{
    struct event_list l;
    if (!r->undirected || r->in_flight > 0 || r->opts.read_only || r->opts.watch)
        return;
    r->undirected = false;
    event_list_init(&l);
    director_step(r->state, r->judge, &l);
    put_all(r, &l);
    event_list_free(&l);
}

static void drain_world(struct room *r)
{
    struct event_list l;
    for (struct event *ev; r->inbox && (ev = queue_take(r->inbox));)
        room_put(r, ev);
    room_evidence_pump(r);
    world_messages(r);
    if (!r->runner)
        return;
    event_list_init(&l);
    runner_pump(r->runner, r->state, r->judge, &l);
    preflight_pump(r->preflight, r->state, r->judge, &l);
    put_all(r, &l);
    event_list_free(&l);
}

bool room_pump(struct room *r)
{
    bool changed = false;
    struct event *ev;
    drain_world(r);
    for (int n = 0; n < PUMP_MOST && (ev = journal_next(r->journal)); n++) {
        fold_one(r, ev);
        r->undirected = true;
        changed = true;
    }
    direct(r);
    return changed;
}

void room_wait(struct room *r, int extra_fd, int64_t max_wait_ms)
{
    struct pollfd fds[6];
    nfds_t n = 0;
    fds[n++] = (struct pollfd){.fd = journal_fd(r->journal), .events = POLLIN};
    if (extra_fd >= 0)
        fds[n++] = (struct pollfd){.fd = extra_fd, .events = POLLIN};
    if (r->inbox)
        fds[n++] = (struct pollfd){.fd = queue_fd(r->inbox), .events = POLLIN};
    if (r->notifier) {
        fds[n++] = (struct pollfd){.fd = notifier_fd(r->notifier), .events = POLLIN};
        if (notifier_told(r->notifier))
            max_wait_ms = 0;
    }
    if (r->runner) {
        int64_t wait = runner_wait_ms(r->runner);
        fds[n++] = (struct pollfd){.fd = runner_fd(r->runner), .events = POLLIN};
        if (wait >= 0 && wait < max_wait_ms)
            max_wait_ms = wait;
        wait = preflight_wait_ms(r->preflight);
        fds[n++] = (struct pollfd){.fd = preflight_fd(r->preflight), .events = POLLIN};
        if (wait >= 0 && wait < max_wait_ms)
            max_wait_ms = wait;
    }
    poll(fds, n, (int)max_wait_ms);
}

/* The guard reads the state, which does not know yet what is on its way to the journal: a
 * double press asks once (ACT-5). A rollback outranks an advance on its way. */
static int check_twice(const struct room *r, enum intent_kind kind, struct err *why)
{
    bool forward = kind == INTENT_ADVANCE || kind == INTENT_ITEM;
    if (!r->asked[INTENT_ROLLBACK] &&
        !(forward && (r->asked[INTENT_ADVANCE] || r->asked[INTENT_ITEM])))
        return 0;
    if (!forward && kind != INTENT_ROLLBACK)
        return 0;
    return err_set(why, EX_FAILED, "%s has just been asked for: wait for its outcome",
                   r->asked[INTENT_ROLLBACK]  ? "a rollback"
                   : r->asked[INTENT_ADVANCE] ? "an advance"
                                              : "a step of the timeline");
}

int room_submit_asked(struct room *r, const struct intent *given, const char *asked,
                      struct err *why)
{
    struct intent in = *given;
    struct guard_env env = room_guard_env(r);
    int64_t now_ms = room_now(r);
    str_copy(in.actor, sizeof in.actor, *given->actor ? given->actor : r->actor);
    str_copy(in.role, sizeof in.role, *given->role ? given->role : r->role);
    if (check_twice(r, in.kind, why) < 0 || guard_check(r->state, r->judge, &in, &env, why) < 0) {
        dlog("refused %s by %s: %s", intent_row(in.kind)->word, in.actor, why ? why->text : "");
        return -1;
    }
    if (in.kind == INTENT_ACK_DISK)
        r->disk_acked = true;
    if (r->opts.watch && !intent_is_word(in.kind)) {
        room_put(r, asks_event(r, &in, now_ms));
        return 0;
    }
    struct event *ev = intent_event(r->state, r->judge, &in, now_ms);
    if (asked)
        json_add_str(ev->body, "asked", asked);
    /* Nothing but the kill switch leaves before its intent is durable. */
    if (in.kind == INTENT_KILL_ON && r->preflight)
        preflight_stop_drill(r->preflight);
    if (in.kind == INTENT_KILL_ON && r->ks)
        killswitch_flip(r->ks, true, json_str_or(ev->body, "id", ""), in.actor);
    room_put(r, ev);
    return 0;
}

int room_submit(struct room *r, const struct intent *given, struct err *why)
{
    struct intent in = *given;
    struct err ignored = ERR_INIT;
    if (room_submit_asked(r, given, NULL, why ? why : &ignored) == 0)
        return 0;
    str_copy(in.actor, sizeof in.actor, *given->actor ? given->actor : r->actor);
    str_copy(in.role, sizeof in.role, *given->role ? given->role : r->role);
    room_refused(r, &in, why ? why->text : ignored.text);
    return -1;
}

#define REFUSED_AGAIN_MS 5000

void room_refused(struct room *r, const struct intent *in, const char *why)
{
    bool again = r->refused_at.ms && r->refused_kind == (int)in->kind &&
                 mono_since(r->refused_at) < REFUSED_AGAIN_MS;
    if (again || r->opts.read_only || r->state->final || !guard_wrong_role(r->state, in))
        return;
    r->refused_at = mono_now();
    r->refused_kind = (int)in->kind;
    room_put(r, intent_refused(r->state, in, "", why, room_now(r)));
}

void room_note(struct room *r, const char *op, const char *why)
{
    if (r->opts.watch && (!*r->role || r->opts.read_only))
        return; /* who only looks leaves no trace */
    struct event *ev = event_new(EV_SESSION, room_now(r), r->actor);
    str_copy(ev->role, sizeof ev->role, r->role);
    json_add_str(ev->body, "op", op);
    json_add_str(ev->body, "why", why);
    room_put(r, ev);
}

const struct state *room_state(const struct room *r)
{
    return r->state;
}

const struct judge *room_judge(const struct room *r)
{
    return r->judge;
}

void room_health(const struct room *r, struct journal_health *out)
{
    journal_health(r->journal, out);
}

int64_t room_now(const struct room *r)
{
    return clock_wall(&r->opts.clock);
}

/* A tick older than this: the process that runs does not answer. */
static int64_t silent_ms(const struct room *r)
{
    int64_t real = (int64_t)(10000 * r->opts.clock.speed);
    return 5 * r->plan->tick_ms > real ? 5 * r->plan->tick_ms : real;
}

struct guard_env room_guard_env(const struct room *r)
{
    struct journal_health h;
    journal_health(r->journal, &h);
    return (struct guard_env){.read_only = r->opts.read_only,
                              .rehearse = r->opts.rehearse,
                              .recording = h.recording,
                              .disk_acked = r->disk_acked,
                              .silent_ms = r->opts.watch ? silent_ms(r) : 0,
                              .now_ms = room_now(r)};
}

void room_on_event(struct room *r, void (*fn)(void *ctx, const struct event *ev), void *ctx)
{
    r->on_event = fn;
    r->on_event_ctx = ctx;
}

/* Folds what the journal still hands back, for at most `ms` real milliseconds. */
void room_settle(struct room *r, int64_t ms)
{
    mono_t start = mono_now();
    while (r->in_flight > 0 && mono_since(start) < ms) {
        struct event *ev = journal_next(r->journal);
        struct pollfd fd = {.fd = journal_fd(r->journal), .events = POLLIN};
        if (ev)
            fold_one(r, ev);
        else
            poll(&fd, 1, 50);
    }
}

int room_close(struct room *r, char head[65], struct err *e)
{
    world_last_words(r);
    world_stop(r);
    for (struct event *ev; r->inbox && (ev = queue_take(r->inbox));)
        room_put(r, ev);
    if (!r->state->final && r->opts.watch)
        room_note(r, "part", "");
    else if (!r->state->final)
        room_note(r, "leave", "the screen was closed; nothing was sent to production");
    room_settle(r, 2000);
    if (room_evidence_end(r) < 0)
        r->inbox = NULL; /* a hanging disk's thread still has it */
    journal_drain(r->journal, 2000);
    int rc = journal_close(r->journal, r->state->final && !r->opts.watch, head, e);
    world_release(r);
    state_free(r->state);
    judge_free(r->judge);
    free(r);
    return rc;
}
