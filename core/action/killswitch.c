/* The kill switch's thread. Polls, flips and reads back on a transport of its own; a flip is sent
 * by the caller's thread at once and followed up here. */
#include "action/ks_int.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "action/send.h"
#include "base/json.h"
#include "base/num.h"
#include "base/thread.h"

static void emit(struct killswitch *k, struct event *ev)
{
    if (queue_put(k->out, ev) < 0)
        event_free(ev);
}

void ks_tell(struct killswitch *k, size_t i, const char *check)
{
    static const char *const words[] = {"OFF", "ENGAGED", "UNKNOWN"};
    struct scope *sc = &k->scopes[i];
    struct event *ev = event_new(EV_KILL_SWITCH, clock_wall(&k->clock), "warroom");
    json_add_str(ev->body, "scope", k->plan->ks[i].name);
    json_add_str(ev->body, "state", sc->failed ? "FAILED" : words[sc->is]);
    json_add_int(ev->body, "ms", sc->ms);
    json_add_str(ev->body, "why", sc->why);
    json_add_str(ev->body, "check", check);
    sc->told = true;
    emit(k, ev);
}

void ks_tell_act(struct killswitch *k, enum event_kind kind, int step, const char *outcome,
                 const char *text, bool done)
{
    struct event *ev = event_new(kind, clock_wall(&k->clock), k->flip.actor);
    json_add_str(ev->body, "id", k->flip.id);
    json_add_int(ev->body, "step", step);
    if (kind == EV_SENT) {
        json_add_bool(ev->body, "verify", false);
        json_add_str(ev->body, "call", text);
        json_add_int(ev->body, "try", 1);
    } else {
        json_add_str(ev->body, "outcome", outcome);
        json_add_int(ev->body, "ms", mono_since(k->flip.started));
        json_add_str(ev->body, "why", text);
        json_add_bool(ev->body, "done", done);
    }
    emit(k, ev);
}

/* On the transport's thread: one status answer. */
static void on_status(void *ctx, const struct http_reply *r)
{
    struct ks_call *call = ctx;
    struct killswitch *k = call->ks;
    struct scope *sc = &k->scopes[call->scope];
    char why[120];
    enum ks_answer is = killswitch_read(r, k->plan->ks[call->scope].read_path, why, sizeof why);
    pthread_mutex_lock(&k->lock);
    sc->reading -= 1;
    if (r->end != HTTP_CANCELLED && call->turn >= sc->turn) {
        bool changed = !sc->told || is != sc->is || sc->failed;
        sc->turn = call->turn;
        sc->is = is;
        sc->ms = r->ms;
        sc->at_ms = clock_wall(&k->clock);
        str_copy(sc->why, sizeof sc->why, why);
        k->checks++;
        k->answered += is != KS_ANSWER_UNKNOWN;
        bool wanted = k->flip.active && call->turn >= k->flip.turn &&
                      is == (k->flip.on ? KS_ANSWER_ON : KS_ANSWER_OFF);
        sc->agreed = sc->agreed || wanted;
        if (sc->failed && (is == KS_ANSWER_ON) == k->failed_on && is != KS_ANSWER_UNKNOWN)
            sc->failed = false;
        if (changed && !sc->failed && !call->check[0])
            ks_tell(k, call->scope, "poll");
        pthread_cond_signal(&k->cond);
    }
    /* A check overtaken by a newer answer is answered by that one: somebody waits for it. */
    if (call->check[0])
        ks_tell(k, call->scope, call->check);
    pthread_mutex_unlock(&k->lock);
    free(call);
}

static void on_flip_answer(void *ctx, const struct http_reply *r)
{
    struct ks_call *call = ctx;
    struct killswitch *k = call->ks;
    struct scope *sc = &k->scopes[call->scope];
    pthread_mutex_lock(&k->lock);
    if (k->flip.active && call->turn >= k->flip.turn) { /* also of another try of this flip */
        sc->flipping = false;
        sc->accepted = r->end == HTTP_ANSWERED && r->status >= 200 && r->status < 300;
        sc->read_now = true; /* accepted or not: what counts is what is read back */
        if (r->end != HTTP_ANSWERED)
            str_copy(sc->flip_why, sizeof sc->flip_why, r->why);
        else if (!sc->accepted)
            str_fmt(sc->flip_why, sizeof sc->flip_why, "the request was answered %d", r->status);
        pthread_cond_signal(&k->cond);
    }
    pthread_mutex_unlock(&k->lock);
    free(call);
}

/* Under the lock. */
static void send_call(struct killswitch *k, size_t i, const struct http_call *c, http_done done,
                      const char *check)
{
    struct ks_call *call = xzalloc(1, sizeof *call);
    struct http_header list[SEND_HEADERS_MAX + 1];
    *call = (struct ks_call){.ks = k, .scope = i, .turn = k->turn};
    str_copy(call->check, sizeof call->check, check);
    struct http_request r = send_request(c, list);
    r.max_body = 65536;
    r.repeatable = true; /* ON twice is ON: the warm connection serves */
    r.urgent = true;
    struct err e = ERR_INIT;
    if (http_send(k->http, &r, done, call, &e) > 0)
        return;
    struct http_reply no = {.end = HTTP_REFUSED, .body = ""};
    str_copy(no.why, sizeof no.why, e.text);
    pthread_mutex_unlock(&k->lock);
    done(call, &no);
    pthread_mutex_lock(&k->lock);
}

static void read_scope(struct killswitch *k, size_t i, const char *check)
{
    k->turn++;
    k->scopes[i].reading++;
    send_call(k, i, &k->calls[i].status, on_status, check);
}

static void flip_scope(struct killswitch *k, size_t i)
{
    struct scope *sc = &k->scopes[i];
    sc->flipping = true;
    sc->tried = mono_now();
    send_call(k, i, k->flip.on ? &k->calls[i].engage : &k->calls[i].release, on_flip_answer, "");
}

/* An OFF that comes while ON is being set and read back: a stop outranks a go. */
static void refuse_off(struct killswitch *k, const char *id, const char *actor)
{
    struct flip on = k->flip;
    str_copy(k->flip.id, sizeof k->flip.id, id);
    str_copy(k->flip.actor, sizeof k->flip.actor, actor);
    ks_tell_act(k, EV_OBSERVED, -1, "failed", "nothing was sent: it is being turned on", true);
    k->flip = on;
}

void killswitch_flip(struct killswitch *k, bool on, const char *id, const char *actor)
{
    pthread_mutex_lock(&k->lock);
    if (k->flip.active && k->flip.on && !on && !k->flip.failed) {
        refuse_off(k, id, actor);
        pthread_mutex_unlock(&k->lock);
        return;
    }
    if (k->flip.active && !k->flip.failed)
        ks_tell_act(k, EV_OBSERVED, -1, "superseded", "another flip came", true);
    k->flip = (struct flip){.active = true, .on = on, .turn = ++k->turn, .started = mono_now()};
    str_copy(k->flip.id, sizeof k->flip.id, id);
    str_copy(k->flip.actor, sizeof k->flip.actor, actor);
    if (k->rehearse) {
        k->flip.active = false;
        ks_tell_act(k, EV_OBSERVED, -1, "rehearsed", "nothing was sent", true);
    }
    for (size_t i = 0; i < k->plan->n_ks && !k->rehearse; i++) {
        struct scope *sc = &k->scopes[i];
        sc->agreed = sc->accepted = sc->read_now = false;
        sc->flip_why[0] = '\0';
        flip_scope(k, i);
    }
    for (size_t i = 0; i < k->plan->n_ks && !k->rehearse; i++) {
        const struct http_call *c = on ? &k->calls[i].engage : &k->calls[i].release;
        char text[240];
        str_fmt(text, sizeof text, "%s %s", c->method, c->url);
        ks_tell_act(k, EV_SENT, (int)i, "", text, false);
    }
    pthread_cond_signal(&k->cond);
    pthread_mutex_unlock(&k->lock);
}

void killswitch_again(struct killswitch *k)
{
    pthread_mutex_lock(&k->lock);
    if (k->flip.on && !k->rehearse) {
        k->flip.active = true;
        k->flip.turn = ++k->turn;
        k->flip.started = mono_now();
        for (size_t i = 0; i < k->plan->n_ks; i++) {
            k->scopes[i].agreed = k->scopes[i].accepted = k->scopes[i].read_now = false;
            flip_scope(k, i);
        }
        pthread_cond_signal(&k->cond);
    }
    pthread_mutex_unlock(&k->lock);
}

void killswitch_check(struct killswitch *k, const char *check)
{
    pthread_mutex_lock(&k->lock);
    for (size_t i = 0; i < k->plan->n_ks; i++)
        read_scope(k, i, check);
    pthread_mutex_unlock(&k->lock);
}

void killswitch_control(void *ctx, struct control_values *out)
{
    struct killswitch *k = ctx;
    pthread_mutex_lock(&k->lock);
    *out = (struct control_values){NAN, (double)k->checks, NAN, 0, ""};
    if (k->checks)
        out->ks_availability_pct = 100.0 * (double)k->answered / (double)k->checks;
    for (size_t i = 0; i < k->plan->n_ks; i++) {
        const struct scope *sc = &k->scopes[i];
        if (!sc->at_ms || sc->is == KS_ANSWER_UNKNOWN)
            str_fmt(out->why, sizeof out->why, "kill switch %s: %s", k->plan->ks[i].name,
                    sc->at_ms ? sc->why : "not read yet");
        else if (isnan(out->ks_ms) || (double)sc->ms > out->ks_ms)
            out->ks_ms = (double)sc->ms;
        if (i == 0 || sc->at_ms < out->ks_at_ms)
            out->ks_at_ms = sc->at_ms;
    }
    if (*out->why)
        out->ks_ms = NAN;
    pthread_mutex_unlock(&k->lock);
}

/* One scope of a running flip: reads back, tries again. True when it agrees. */
static bool follow_scope(struct killswitch *k, size_t i)
{
    struct scope *sc = &k->scopes[i];
    if (sc->agreed)
        return true;
    if (sc->read_now || (!sc->reading && mono_since(sc->looked) >= KS_READ_AGAIN_MS)) {
        sc->read_now = false;
        sc->looked = mono_now();
        read_scope(k, i, "");
    }
    if (!sc->flipping && mono_since(sc->tried) >= KS_TRY_AGAIN_MS)
        flip_scope(k, i); /* setting a switch twice is setting it */
    return false;
}

static void flip_failed(struct killswitch *k)
{
    char why[200] = "";
    k->flip.failed = true;
    k->failed_on = k->flip.on;
    for (size_t i = 0; i < k->plan->n_ks; i++) {
        struct scope *sc = &k->scopes[i];
        if (sc->agreed)
            continue;
        sc->failed = true;
        if (!*why)
            str_fmt(why, sizeof why, "%s: not read back as %s%s%s", k->plan->ks[i].name,
                    k->flip.on ? "on" : "off", *sc->flip_why ? ", " : "", sc->flip_why);
        str_fmt(sc->why, sizeof sc->why, "flip not confirmed%s%s", *sc->flip_why ? ": " : "",
                sc->flip_why);
        ks_tell(k, i, "flip");
    }
    ks_tell_act(k, EV_OBSERVED, -1, "not_verified", why, true);
    if (!k->flip.on)
        k->flip.active = false; /* ON keeps trying, OFF waits for a person */
}

static void follow_flip(struct killswitch *k)
{
    bool all = true;
    for (size_t i = 0; i < k->plan->n_ks; i++)
        all = follow_scope(k, i) && all;
    if (all) {
        if (!k->flip.failed && !k->flip.told)
            ks_tell_act(k, EV_OBSERVED, -1, "verified", "read back in every scope", true);
        k->flip.told = !k->flip.failed;
        k->flip.active = false;
    } else if (!k->flip.failed && mono_since(k->flip.started) >= k->confirm_ms) {
        flip_failed(k);
    }
}

static void poll_all(struct killswitch *k)
{
    for (size_t i = 0; i < k->plan->n_ks; i++)
        if (!k->scopes[i].reading)
            read_scope(k, i, "");
    k->polled = mono_now();
}

static int64_t doze_ms(struct killswitch *k)
{
    int64_t left = k->every_ms - mono_since(k->polled);
    return k->flip.active && left > 50 ? 50 : left;
}

static void *run(void *arg)
{
    struct killswitch *k = arg;
    pthread_mutex_lock(&k->lock);
    while (!k->stop) {
        if (mono_since(k->polled) >= k->every_ms)
            poll_all(k);
        if (k->flip.active)
            follow_flip(k);
        int64_t ms = doze_ms(k);
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += ms / 1000;
        until.tv_nsec += (ms > 0 ? ms % 1000 : 0) * 1000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        if (ms > 0 && !k->stop)
            pthread_cond_timedwait(&k->cond, &k->lock, &until);
    }
    pthread_mutex_unlock(&k->lock);
    return NULL;
}

static int start_thread(struct killswitch *k, struct err *e)
{
    pthread_condattr_t attr;
    pthread_mutex_init(&k->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&k->cond, &attr);
    pthread_condattr_destroy(&attr);
    return thread_start(&k->thread, run, k, "the kill switch", e);
}

struct killswitch *killswitch_start(const struct plan *plan, const struct clock *clock,
                                    bool rehearse, struct queue *out, struct err *e)
{
    struct killswitch *k = xzalloc(1, sizeof *k);
    *k = (struct killswitch){.plan = plan,
                             .clock = *clock,
                             .rehearse = rehearse,
                             .out = out,
                             .confirm_ms = KS_CONFIRM_MS,
                             .every_ms = clock_limit(clock, plan->ks_every_ms, KS_FASTEST_MS)};
    k->polled.ms = mono_now().ms - k->every_ms;
    k->scopes = xzalloc(plan->n_ks, sizeof *k->scopes);
    for (size_t i = 0; i < plan->n_ks; i++)
        k->scopes[i].is = KS_ANSWER_UNKNOWN;
    k->calls = ks_calls(plan, e);
    /* A hanging poll holds one connection of its scope, never the one a flip needs. */
    k->http = k->calls ? http_start((int)plan->n_ks * 3 + 1, e) : NULL;
    if (!k->http || start_thread(k, e) < 0) {
        if (k->http)
            http_stop(k->http);
        ks_calls_free(k->calls, plan->n_ks);
        free(k->scopes);
        free(k);
        return NULL;
    }
    return k;
}

void killswitch_stop(struct killswitch *k)
{
    pthread_mutex_lock(&k->lock);
    k->stop = true;
    pthread_cond_signal(&k->cond);
    pthread_mutex_unlock(&k->lock);
    pthread_join(k->thread, NULL);
    http_stop(k->http);
    pthread_cond_destroy(&k->cond);
    pthread_mutex_destroy(&k->lock);
    ks_calls_free(k->calls, k->plan->n_ks);
    free(k->scopes);
    free(k);
}
