/* Steps that are more than one call: a burst, a person's hands, the pauses of a ramp. None of them
 * blocks: a burst lives on answers and timers, a person's word comes as a folded intent. */
#include <string.h>

#include "action/burst.h"
#include "action/runner_int.h"
#include "base/dlog.h"
#include "base/json.h"
#include "base/text.h"

#define BURST_CONNECTIONS 64

static const struct step *now(const struct runner *r)
{
    return r->steps[r->step];
}

static void not_sent(struct runner *r, const char *why)
{
    str_fmt(r->why, sizeof r->why, "nothing was sent: %s", why);
    runner_step_bad(r, "failed");
}

static struct event *tell_sent(struct runner *r, const char *kind, const char *call)
{
    char cut[400];
    text_clean_to(cut, sizeof cut, call);
    struct event *ev = runner_tell(r, EV_SENT);
    json_add_bool(ev->body, "verify", false);
    json_add_str(ev->body, "hand", kind);
    json_add_str(ev->body, "call", cut);
    json_add_int(ev->body, "try", 1);
    return ev;
}

/* ---- burst ---- */

static void begin_burst(struct runner *r, const struct tmpl_vars *vars)
{
    const struct step *st = now(r);
    struct err e = ERR_INIT;
    struct buf text = BUF_INIT;
    if (runner_denied(r, STEP_HTTP, &st->burst.http, NULL, vars, &e) < 0 ||
        (!r->burst_http && !(r->burst_http = http_start(BURST_CONNECTIONS, &e))) ||
        !(r->burst = burst_new(&st->burst, &st->expect, vars, clock_wall(&r->clock), &e))) {
        not_sent(r, e.text);
        return;
    }
    r->turn++;
    r->waits = WAITS_BURST;
    burst_text(&st->burst, vars, &text);
    tell_sent(r, "burst", buf_str(&text));
    buf_free(&text);
    burst_go(r->burst, r);
}

static void tell_rows(struct runner *r, bool end)
{
    cJSON *rows = burst_tell(r->burst, end);
    if (!rows)
        return;
    struct event *ev = runner_tell(r, EV_OBSERVED);
    cJSON_AddItemToObject(ev->body, "burst", rows);
}

static void drop_burst(struct runner *r)
{
    tell_rows(r, true);
    burst_free(r->burst);
    r->burst = NULL;
}

/* A burst needs a switch that is known to be off, and what stops a step; a ramp takes traffic away,
 * and only a switch that is on stops it. NULL: it goes on. */
static const char *ends_now(const struct runner *r, const struct state *s)
{
    enum ks_is ks = state_ks(s);
    if (!r->burst && !r->levels[r->step].n)
        return NULL;
    if (ks == KS_ENGAGED || ks == KS_FAILED)
        return "the kill switch is on";
    if (r->burst && ks != KS_OFF)
        return "the kill switch is not known to be off";
    return r->burst ? runner_stopped(r, s) : NULL;
}

static void burst_on(struct runner *r, const struct state *s, const struct judge *j)
{
    if (!ends_now(r, s)) /* else it is stopped when what has come is read */
        burst_go(r->burst, r);
    if (!burst_over(r->burst)) {
        tell_rows(r, false);
        return;
    }
    bool met = burst_met(r->burst, r->why, sizeof r->why);
    drop_burst(r);
    if (met)
        runner_step_good(r, s, j);
    else
        runner_step_bad(r, "failed");
}

void hands_answer(struct runner *r, const struct state *s, const struct judge *j,
                  const struct answer *a)
{
    if (!r->burst || r->waits != WAITS_BURST)
        return;
    burst_answer(r->burst, a->request, &a->http);
    burst_on(r, s, j);
}

/* ---- a person's hands ---- */

static void begin_manual(struct runner *r, const struct tmpl_vars *vars)
{
    const struct manual_call *m = &now(r)->manual;
    struct buf text = BUF_INIT, masked = BUF_INIT, call = BUF_INIT;
    struct err e = ERR_INIT;
    if (tmpl_fill(m->text, TMPL_PLAIN, vars, &text, &e) < 0) {
        not_sent(r, e.text);
        buf_free(&text);
        return;
    }
    secret_mask(&masked, buf_str(&text), text.len);
    buf_addf(&call, "%s, by hand: %s", m->role, buf_str(&masked));
    r->waits = WAITS_PERSON;
    struct event *ev = tell_sent(r, "manual", buf_str(&call));
    json_add_str(ev->body, "of_role", m->role);
    json_add_str(ev->body, "text", buf_str(&masked));
    buf_free(&text);
    buf_free(&masked);
    buf_free(&call);
}

void runner_person(struct runner *r, const struct state *s, const struct judge *j,
                   const struct event *intent)
{
    bool done = !strcmp(json_str_or(intent->body, "do", ""), "done");
    if (!r->busy || r->waits != WAITS_PERSON ||
        strcmp(json_str_or(intent->body, "target", ""), r->id) != 0 ||
        strcmp(intent->role, now(r)->manual.role) != 0)
        return;
    str_fmt(r->why, sizeof r->why, "%s (%s) says %s: %.120s", intent->actor, intent->role,
            done ? "done" : "it was not done", json_str_or(intent->body, "reason", ""));
    if (done)
        runner_step_good(r, s, j);
    else
        runner_step_bad(r, "failed");
}

/* ---- all of them ---- */

/* The first lowering begins the ramp's clock; the others wait for their time. */
static bool ramp_waits(struct runner *r)
{
    const struct lowering *l = &r->levels[r->step];
    const struct lowering *before = r->step ? &r->levels[r->step - 1] : NULL;
    int64_t wall_ms = clock_wall(&r->clock);
    if (!l->n || r->tries)
        return false;
    if (l->n == 1 && (!before || before->n != 1))
        r->ramp_ms = wall_ms;
    if (wall_ms >= r->ramp_ms + l->after_ms)
        return false;
    r->waits = WAITS_RAMP;
    return true;
}

bool hands_begin(struct runner *r, const struct state *s, const struct judge *j)
{
    struct vars v;
    struct tmpl_vars vars = runner_vars(r, &v, s, j);
    if (ramp_waits(r))
        return true;
    if (now(r)->kind == STEP_BURST)
        begin_burst(r, &vars);
    else if (now(r)->kind == STEP_MANUAL)
        begin_manual(r, &vars);
    else
        return false;
    return true;
}

void hands_timer(struct runner *r, const struct state *s, const struct judge *j)
{
    if (!r->busy)
        return;
    if (r->waits == WAITS_BURST)
        burst_on(r, s, j);
    else if (r->waits == WAITS_RAMP &&
             clock_wall(&r->clock) >= r->ramp_ms + r->levels[r->step].after_ms)
        runner_send_step(r, s, j);
}

int64_t hands_wait_ms(const struct runner *r)
{
    if (r->busy && r->waits == WAITS_BURST)
        return burst_wait_ms(r->burst);
    if (r->busy && r->waits == WAITS_RAMP)
        return clock_wait(&r->clock, r->ramp_ms + r->levels[r->step].after_ms);
    return -1;
}

void hands_stop(struct runner *r)
{
    if (!r->burst)
        return;
    burst_stop(r->burst, r);
    drop_burst(r);
}

void hands_free(struct runner *r)
{
    if (r->burst_http)
        http_stop(r->burst_http);
    burst_free(r->burst);
}

/* A call that is on its way when a ramp is stopped may still arrive: that is not a clean stop. */
void runner_stop(struct runner *r, const char *why)
{
    const struct lowering *l = &r->levels[r->step];
    if (!r->busy || (!r->burst && !l->n))
        return;
    if (r->burst) {
        burst_stop(r->burst, r);
        char figures[120];
        burst_met(r->burst, figures, sizeof figures);
        drop_burst(r);
        str_fmt(r->why, sizeof r->why, "stopped: %s; %s", why, figures);
        runner_step_bad(r, "failed");
        return;
    }
    bool flying =
        r->waits == WAITS_STEP || r->waits == WAITS_VERIFY || r->waits == WAITS_VERIFY_AGAIN;
    if (flying && r->http_id > 0)
        http_cancel(r->http, r->http_id);
    if (flying && r->child_id > 0)
        child_cancel(r->children, r->child_id);
    str_fmt(r->why, sizeof r->why, "stopped before %.4g%%, lowering %d of %d: %s", l->weight, l->n,
            l->of, why);
    runner_step_bad(r, r->waits == WAITS_STEP ? "unknown" : "failed");
}

void hands_watch(struct runner *r, const struct state *s)
{
    const char *why = r->busy ? ends_now(r, s) : NULL;
    if (why)
        runner_stop(r, why);
}
