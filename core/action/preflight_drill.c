/* The kill switch's drill and reset, scope by scope: every write is read back, an answer 200 proves
 * nothing (PRE-9). A person who turns the switch on ends the drill at once: nothing is turned off
 * any more. */
#include "action/preflight_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "action/send.h"

#define STOPPED       "stopped: a person turned the kill switch on"
#define READ_BACK_MS  KS_CONFIRM_MS /* of one write, real */
#define READ_AGAIN_MS 100
#define CHECKED_MS    3000 /* the kill switch's own thread has read it again, or we go on */

static const char *scope_name(const struct preflight *p)
{
    return p->plan->ks[p->drill.scope].name;
}

static void note(struct preflight *p, const char *what, int64_t ms)
{
    char text[160];
    str_fmt(text, sizeof text, "%s: %s (%lld ms)", scope_name(p), what, (long long)ms);
    cJSON_AddItemToArray(p->drill.steps, cJSON_CreateString(text));
}

static void send(struct preflight *p)
{
    struct pf_drill *d = &p->drill;
    const struct ks_scope_calls *c = &p->calls[d->scope];
    const struct http_call *h = d->step == DRILL_ENGAGE    ? &c->engage
                                : d->step == DRILL_RELEASE ? &c->release
                                                           : &c->status;
    struct err e = ERR_INIT;
    struct pf_ctx *ctx = pf_ctx_new(p, d->item, (int)d->step, ++p->turn);
    p->runs[d->item].turn = p->turn;
    d->asked = true;
    d->on = d->on || d->step == DRILL_ENGAGE;
    d->id = send_http_filled(p->o.http, h, pf_on_http, ctx, &e);
    if (d->id > 0)
        return;
    struct http_reply no = {.end = HTTP_REFUSED, .body = ""};
    str_copy(no.why, sizeof no.why, e.text);
    pf_on_http(ctx, &no);
}

static void step_to(struct preflight *p, enum drill_step step)
{
    p->drill.step = step;
    p->drill.since = mono_now();
    send(p);
}

void pf_drill_begin(struct preflight *p, size_t item)
{
    struct pf_drill *d = &p->drill;
    if (d->active || d->late || p->killed) {
        struct pf_result r = {.is = PF_UNKNOWN, .value = NAN};
        str_copy(r.why, sizeof r.why, p->killed ? STOPPED : "another drill is under way");
        pf_tell(p, item, &r, -1);
        p->runs[item].running = false;
        return;
    }
    cJSON_Delete(d->steps);
    *d = (struct pf_drill){.active = true,
                           .reset = p->plan->preflight.items[item].kind == PF_RESET,
                           .item = item,
                           .steps = cJSON_CreateArray()};
    p->runs[item].began = mono_now();
    if (p->o.rehearse) {
        d->result =
            (struct pf_result){.is = PF_REHEARSED, .value = NAN, .actual = "nothing was sent"};
        d->checking = true;
        d->since = mono_now();
        return;
    }
    step_to(p, d->reset ? DRILL_RELEASE : DRILL_READ);
}

/* It is told once the kill switch's own thread has seen what is now: an older answer of it must
 * not come behind the end of the drill. */
static void finish(struct preflight *p, enum pf_is is, const char *why)
{
    struct pf_drill *d = &p->drill;
    char check[48];
    d->result = (struct pf_result){.is = is, .value = (double)d->slowest_ms};
    str_copy(d->result.why, sizeof d->result.why, why);
    str_fmt(d->result.actual, sizeof d->result.actual, "%zu of %zu scopes, slowest answer %lld ms",
            d->scope + (is == PF_PASSED), p->plan->n_ks, (long long)d->slowest_ms);
    d->checking = true;
    d->asked = false;
    d->since = mono_now();
    d->checks_left = p->o.ks ? p->plan->n_ks : 0;
    str_fmt(check, sizeof check, "drill:%s", p->plan->preflight.items[d->item].id);
    if (p->o.ks)
        killswitch_check(p->o.ks, check);
}

static void tell_end(struct preflight *p)
{
    struct pf_drill *d = &p->drill;
    struct event *ev = pf_tell(p, d->item, &d->result, mono_since(p->runs[d->item].began));
    cJSON_AddItemToObject(ev->body, "steps", d->steps);
    d->steps = NULL;
    d->active = d->checking = false;
    p->runs[d->item].running = false;
}

static void failed(struct preflight *p, const char *what, const char *why)
{
    char text[200];
    str_fmt(text, sizeof text, "%s: %s%s%.120s%s", scope_name(p), what, *why ? ": " : "", why,
            p->drill.on ? "; look whether it is off" : "");
    finish(p, PF_FAILED, text);
}

static void scope_over(struct preflight *p)
{
    struct pf_drill *d = &p->drill;
    int64_t within = p->plan->preflight.items[d->item].within_ms;
    char why[120];
    d->on = false;
    if (d->scope + 1 < p->plan->n_ks) {
        d->scope++;
        step_to(p, d->reset ? DRILL_RELEASE : DRILL_READ);
    } else if (within && d->slowest_ms >= within) {
        str_fmt(why, sizeof why, "an answer took %lld ms, %lld ms or more is not passed",
                (long long)d->slowest_ms, (long long)within);
        finish(p, PF_FAILED, why);
    } else {
        finish(p, PF_PASSED, "");
    }
}

/* What a status answer says, against what the step wants to see. */
static void on_read(struct preflight *p, const struct http_reply *r)
{
    struct pf_drill *d = &p->drill;
    char why[120];
    enum ks_answer is = killswitch_read(r, p->plan->ks[d->scope].read_path, why, sizeof why);
    enum ks_answer want = d->step == DRILL_READ_ON ? KS_ANSWER_ON : KS_ANSWER_OFF;
    if (is == want) {
        const char *seen = d->step == DRILL_READ  ? "is off"
                           : want == KS_ANSWER_ON ? "on, read back"
                                                  : "off, read back";
        note(p, seen, mono_since(d->since));
        if (*d->why)
            finish(p, PF_FAILED, d->why); /* it did not go on, and is off as before */
        else if (d->step == DRILL_READ)
            step_to(p, DRILL_ENGAGE);
        else if (d->step == DRILL_READ_ON)
            step_to(p, DRILL_RELEASE);
        else
            scope_over(p);
    } else if (d->step == DRILL_READ) {
        failed(p, is == KS_ANSWER_ON ? "is on before the drill" : "cannot be read", why);
    } else if (mono_since(d->since) >= READ_BACK_MS && d->step == DRILL_READ_ON) {
        str_fmt(d->why, sizeof d->why, "the switch was written and does not read on%s%.80s",
                *why ? ": " : "", why);
        note(p, "does not read on", mono_since(d->since));
        step_to(p, DRILL_RELEASE); /* whatever has become of it: off is what was before */
    } else if (mono_since(d->since) >= READ_BACK_MS) {
        failed(p, "it was set to off and does not read off", why);
    } else {
        d->again = (mono_t){mono_now().ms + READ_AGAIN_MS};
    }
}

static void on_write(struct preflight *p, const struct http_reply *r)
{
    struct pf_drill *d = &p->drill;
    bool accepted = r->end == HTTP_ANSWERED && r->status >= 200 && r->status < 300;
    char text[160];
    if (accepted)
        str_fmt(text, sizeof text, "set %s: answered %d", d->step == DRILL_ENGAGE ? "on" : "off",
                r->status);
    else
        str_fmt(text, sizeof text, "set %s: %s %d", d->step == DRILL_ENGAGE ? "on" : "off",
                *r->why ? r->why : "answered", r->status);
    note(p, text, r->ms);
    /* Accepted or not: what counts is what is read back. */
    step_to(p, d->step == DRILL_ENGAGE ? DRILL_READ_ON : DRILL_READ_OFF);
}

void pf_drill_answer(struct preflight *p, const struct pf_answer *a)
{
    struct pf_drill *d = &p->drill;
    if (d->late && a->item == d->item) {
        d->late = false;
        killswitch_again(p->o.ks);
        return;
    }
    if (!d->active || d->checking || a->item != d->item || a->turn != p->runs[d->item].turn)
        return;
    d->asked = false;
    if (a->http.ms > d->slowest_ms)
        d->slowest_ms = a->http.ms;
    if (d->step == DRILL_ENGAGE || d->step == DRILL_RELEASE) {
        on_write(p, &a->http);
        return;
    }
    on_read(p, &a->http);
}

void pf_drill_timer(struct preflight *p)
{
    struct pf_drill *d = &p->drill;
    if (!d->active)
        return;
    if (d->checking) {
        if (!d->checks_left || mono_since(d->since) >= CHECKED_MS)
            tell_end(p);
    } else if (!d->asked && mono_now().ms >= d->again.ms) {
        send(p);
    }
}

/* An "off" on its way may arrive whether it is cancelled or not; its end is waited for. */
void pf_drill_stop(struct preflight *p)
{
    struct pf_drill *d = &p->drill;
    if (!d->active || d->checking)
        return;
    d->late = d->asked && d->step == DRILL_RELEASE;
    if (d->asked && d->id > 0 && !d->late)
        http_cancel(p->o.http, d->id);
    note(p, STOPPED, 0);
    finish(p, PF_FAILED, STOPPED);
    d->checks_left = 0;
}

void pf_drill_event(struct preflight *p, const struct event *ev)
{
    struct pf_drill *d = &p->drill;
    char check[48];
    if (!d->active)
        return;
    str_fmt(check, sizeof check, "drill:%s", p->plan->preflight.items[d->item].id);
    if (d->checking && d->checks_left && ev->kind == EV_KILL_SWITCH &&
        !strcmp(json_str_or(ev->body, "check", ""), check))
        d->checks_left--;
}

int64_t pf_drill_wait_ms(const struct preflight *p)
{
    const struct pf_drill *d = &p->drill;
    int64_t left;
    if (!d->active || (d->asked && !d->checking))
        return -1;
    left = d->checking ? (d->checks_left ? CHECKED_MS - mono_since(d->since) : 0)
                       : d->again.ms - mono_now().ms;
    return left > 0 ? left : 0;
}
