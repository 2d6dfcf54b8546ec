/* Runs one intent's steps: sent, observed, read back. After a time-out nothing that changes the
 * world is sent again: only the verify may say what happened. */
#include "action/runner_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

#define VERIFY_FIRST_MS 100
#define VERIFY_MOST_MS  1000
#define PAUSE_LEAST_MS  20   /* real, however fast the run's clock is */
#define VERIFY_LEAST_MS 2000 /* real: what is read back is a real server */

struct runner *runner_new(const struct plan *plan, struct http *http, struct children *children,
                          const struct clock *clock, bool rehearse)
{
    struct runner *r = xzalloc(1, sizeof *r);
    *r = (struct runner){
        .plan = plan, .http = http, .children = children, .clock = *clock, .rehearse = rehearse};
    r->sql = sql_hands_new(plan);
    r->answers = queue_new(256);
    r->item = r->next_after = -1;
    event_list_init(&r->told);
    return r;
}

void runner_free(struct runner *r)
{
    hands_free(r);
    sql_hands_free(r->sql);
    queue_free(r->answers, answer_free);
    event_list_free(&r->told);
    cJSON_Delete(r->differences);
    free(r);
}

static struct event *tell(struct runner *r, enum event_kind kind, int step)
{
    struct event *ev = event_new(kind, clock_wall(&r->clock), r->actor);
    str_copy(ev->role, sizeof ev->role, r->role);
    str_copy(ev->stage, sizeof ev->stage, r->stage_name);
    json_add_str(ev->body, "id", r->id);
    json_add_int(ev->body, "step", step);
    if (after_name(r))
        json_add_str(ev->body, "follow_up", after_name(r));
    event_list_add(&r->told, ev);
    return ev;
}

static void tell_step(struct runner *r, const char *outcome)
{
    struct event *ev = tell(r, EV_OBSERVED, r->step);
    json_add_str(ev->body, "outcome", outcome);
    json_add_int(ev->body, "status", r->status);
    json_add_int(ev->body, "ms", r->sent_ms);
    json_add_str(ev->body, "why", r->why);
    cJSON *captured = r->n_captured ? json_add_obj(ev->body, "captured") : NULL;
    for (int i = 0; i < r->n_captured; i++)
        json_add_str(captured, r->captured[i].name, r->captured[i].value);
    ramp_say(r, ev->body, !strcmp(outcome, "verified") || !strcmp(outcome, "rehearsed"));
}

/* The action as a whole is over. The weight is told only when it was seen (or rehearsed). */
static void finish(struct runner *r, const char *outcome, const char *why)
{
    struct event *ev = tell(r, EV_OBSERVED, -1);
    bool good = !strcmp(outcome, "verified") || !strcmp(outcome, "rehearsed");
    json_add_str(ev->body, "outcome", outcome);
    json_add_str(ev->body, "why", why);
    if (good && r->rollback && plan_moves_traffic(r->plan))
        json_add_num(ev->body, "weight", r->gradual ? r->levels[r->n_steps - 1].to : 0);
    else if (good && r->item < 0 && !r->after && r->stage >= 0 &&
             r->plan->stages[r->stage].has_weight)
        json_add_num(ev->body, "weight", r->plan->stages[r->stage].weight);
    json_add_bool(ev->body, "done", true);
    r->busy = false;
    r->waits = WAITS_NOTHING;
    r->turn++; /* what still comes is late */
    after_finish(r, good);
}

static void tell_sent(struct runner *r, const struct state *s, const struct judge *j, bool verify)
{
    const struct step *st = r->steps[r->step];
    struct vars v;
    struct tmpl_vars vars = runner_vars(r, &v, s, j);
    struct buf text = BUF_INIT;
    char cut[400];
    if (verify)
        call_text(st->verify.kind, &st->verify.http, &st->verify.exec, &st->verify.sql, r->plan,
                  &vars, &text, NULL);
    else
        call_text(st->kind, &st->http, &st->exec, &st->sql, r->plan, &vars, &text, NULL);
    text_clean_to(cut, sizeof cut, buf_str(&text));
    struct event *ev = tell(r, EV_SENT, r->step);
    ramp_say(r, ev->body, false);
    json_add_bool(ev->body, "verify", verify);
    json_add_str(ev->body, "call", cut);
    json_add_int(ev->body, "try", r->tries + 1);
    buf_free(&text);
}

const char *runner_outranked(const struct state *s, bool advance)
{
    const struct action_state *kill = &s->kill;
    bool flips = !strcmp(kill->verb, "kill_on") && kill->ours &&
                 (kill->is == ACT_INTENT || kill->is == ACT_SENT);
    if (s->final || s->end_asked)
        return "the run was ended first";
    if (advance && (s->rollback_wanted || s->rollback_would || s->rollback_started))
        return "a rollback is asked for";
    return flips ? "the kill switch is being turned on" : NULL;
}

const char *runner_stopped(const struct runner *r, const struct state *s)
{
    enum ks_is ks = state_ks(s);
    if (r->rollback || r->after || r->waits == WAITS_NOTHING)
        return NULL;
    return ks == KS_ENGAGED || ks == KS_FAILED ? "the kill switch is on"
                                               : runner_outranked(s, r->item < 0);
}

/* The intent itself said what will be called; here it goes. */
static void send_step(struct runner *r, const struct state *s, const struct judge *j)
{
    struct err e = ERR_INIT;
    const char *no = runner_stopped(r, s);
    r->waits = WAITS_STEP;
    r->unsure = false;
    r->why[0] = '\0';
    if (no) {
        str_fmt(r->why, sizeof r->why, "nothing more was sent: %s", no);
        runner_step_bad(r, "failed");
        return;
    }
    if (hands_begin(r, s, j))
        return;
    if (runner_call(r, s, j, false, &e) == 0) {
        tell_sent(r, s, j, false);
        return;
    }
    str_fmt(r->why, sizeof r->why, "nothing was sent: %s", e.text);
    tell_step(r, "failed");
    finish(r, "failed", r->why);
}

static void pause_for(struct runner *r, enum waits_for what, int64_t ms)
{
    r->waits = what;
    r->until = (mono_t){mono_now().ms + clock_limit(&r->clock, ms, PAUSE_LEAST_MS)};
}

static void send_verify(struct runner *r, const struct state *s, const struct judge *j)
{
    struct err e = ERR_INIT;
    r->waits = WAITS_VERIFY;
    if (runner_call(r, s, j, true, &e) < 0) {
        str_copy(r->why, sizeof r->why, e.text);
        tell_step(r, "not_verified");
        finish(r, r->unsure ? "unknown" : "not_verified", r->why);
    }
}

static void start_verify(struct runner *r, const struct state *s, const struct judge *j)
{
    r->since = mono_now();
    r->pause_ms = VERIFY_FIRST_MS;
    tell_sent(r, s, j, true);
    send_verify(r, s, j);
}

/* What only asks proves itself by its answer. */
static bool only_asks(const struct step *st)
{
    return (st->kind == STEP_SQL && !st->sql.write) ||
           (st->kind == STEP_HTTP && !strcmp(st->http.method, "GET"));
}

static void step_over(struct runner *r, const struct state *s, const struct judge *j, bool verified)
{
    tell_step(r, verified ? "verified" : "ok");
    r->verified_all = r->verified_all && (verified || only_asks(r->steps[r->step]));
    r->tries = 0;
    if (++r->step < r->n_steps)
        send_step(r, s, j);
    else
        finish(r, "verified", r->verified_all ? "read back" : "accepted (no verify in the plan)");
}

struct event *runner_tell(struct runner *r, enum event_kind kind)
{
    return tell(r, kind, r->step);
}

void runner_send_step(struct runner *r, const struct state *s, const struct judge *j)
{
    send_step(r, s, j);
}

void runner_step_good(struct runner *r, const struct state *s, const struct judge *j)
{
    if (r->steps[r->step]->verify.set)
        start_verify(r, s, j);
    else
        step_over(r, s, j, false);
}

void runner_step_bad(struct runner *r, const char *outcome)
{
    char why[sizeof r->why];
    str_copy(why, sizeof why, r->why);
    tell_step(r, outcome);
    finish(r, outcome, why);
}

static void take_captures(struct runner *r, const struct step *st, const char *body)
{
    cJSON *o = st->n_captures ? json_parse(body, strlen(body)) : NULL;
    for (size_t i = 0; o && i < st->n_captures && r->n_captured < CAPTURES_MAX; i++) {
        const cJSON *x = json_path(o, st->captures[i].json_path);
        struct buf text = BUF_INIT;
        if (cJSON_IsString(x))
            buf_adds(&text, x->valuestring);
        else if (cJSON_IsNumber(x) || cJSON_IsBool(x))
            json_print(x, &text);
        if (text.len) {
            str_copy(r->captured[r->n_captured].name, sizeof r->captured[0].name,
                     st->captures[i].name);
            text_clean_to(r->captured[r->n_captured++].value, sizeof r->captured[0].value, text.p);
        }
        buf_free(&text);
    }
    cJSON_Delete(o);
}

/* How sure an answer makes us that nothing was done. */
enum sure { SURE_DONE, SURE_NOT, SURE_NEITHER, SURE_WRONG };

/* A refused statement did nothing. One whose answer is missing may have been done, if it writes. */
static enum sure weigh_sql(struct runner *r, const struct step *st, const struct db_reply *a,
                           const struct tmpl_vars *vars)
{
    r->sent_ms = a->ms;
    r->status = (int)a->errnum;
    if (expect_sql(&st->expect, st->sql.write, a, vars, r->why, sizeof r->why))
        return SURE_DONE;
    if (a->end == DB_ANSWERED)
        return SURE_WRONG;
    return a->end == DB_REFUSED || a->end == DB_ERROR || !st->sql.write ? SURE_NOT : SURE_NEITHER;
}

static enum sure weigh(struct runner *r, const struct step *st, const struct answer *a,
                       const struct tmpl_vars *vars)
{
    bool reads = !strcmp(st->http.method ? st->http.method : "", "GET");
    if (a->sql)
        return weigh_sql(r, st, &a->db, vars);
    if (a->exec) {
        r->sent_ms = a->child.ms;
        r->status = a->child.exit_status;
        if (expect_exec(&st->expect, &a->child, vars, r->why, sizeof r->why))
            return SURE_DONE;
        return !a->child.started ? SURE_NOT : a->child.timed_out ? SURE_NEITHER : SURE_WRONG;
    }
    r->sent_ms = a->http.ms;
    r->status = a->http.status;
    if (expect_http(&st->expect, &a->http, vars, r->why, sizeof r->why))
        return SURE_DONE;
    if (a->http.end == HTTP_REFUSED)
        return SURE_NOT;
    /* A gateway's error does not say what happened behind it. */
    if (a->http.end != HTTP_ANSWERED || a->http.status == 502 || a->http.status == 504)
        return reads ? SURE_NOT : SURE_NEITHER;
    return a->http.status >= 400 ? SURE_NOT : SURE_WRONG;
}

static void on_step(struct runner *r, const struct state *s, const struct judge *j,
                    const struct answer *a)
{
    const struct step *st = r->steps[r->step];
    struct vars v;
    struct tmpl_vars vars = runner_vars(r, &v, s, j);
    enum sure sure = weigh(r, st, a, &vars);
    if (sure == SURE_DONE && !a->exec && !a->sql)
        take_captures(r, st, a->http.body);
    if (sure == SURE_DONE && !st->verify.set) {
        step_over(r, s, j, false);
    } else if ((sure == SURE_DONE || sure == SURE_NEITHER) && st->verify.set) {
        r->unsure = sure == SURE_NEITHER;
        start_verify(r, s, j);
    } else if (sure == SURE_NOT && r->tries < st->retry_times) {
        tell_step(r, "failed");
        r->tries++;
        pause_for(r, WAITS_RETRY, st->retry_every_ms);
    } else {
        const char *outcome = sure == SURE_NEITHER ? "unknown" : "failed";
        tell_step(r, outcome);
        finish(r, outcome, r->why);
    }
}

bool verify_agrees(const struct verify *f, const struct answer *a, const struct tmpl_vars *vars,
                   char *why, size_t size)
{
    if (a->sql)
        return expect_sql(&f->expect, f->sql.write, &a->db, vars, why, size);
    return a->exec ? expect_exec(&f->expect, &a->child, vars, why, size)
                   : expect_http(&f->expect, &a->http, vars, why, size);
}

static void on_verify(struct runner *r, const struct state *s, const struct judge *j,
                      const struct answer *a)
{
    const struct verify *f = &r->steps[r->step]->verify;
    struct vars v;
    struct tmpl_vars vars = runner_vars(r, &v, s, j);
    char why[200];
    bool agrees = verify_agrees(f, a, &vars, why, sizeof why);
    if (agrees) {
        r->why[0] = '\0';
        step_over(r, s, j, true);
    } else if (mono_since(r->since) < clock_limit(&r->clock, f->within_ms, VERIFY_LEAST_MS)) {
        pause_for(r, WAITS_VERIFY_AGAIN, r->pause_ms);
        r->pause_ms = r->pause_ms * 2 < VERIFY_MOST_MS ? r->pause_ms * 2 : VERIFY_MOST_MS;
    } else {
        str_fmt(r->why, sizeof r->why, "sent, but not read back: %.160s", why);
        tell_step(r, "not_verified");
        finish(r, r->unsure ? "unknown" : "not_verified", r->why);
    }
}

void runner_take_steps(struct runner *r)
{
    const struct plan *p = r->plan;
    const struct stage *st = r->stage >= 0 ? &p->stages[r->stage] : NULL;
    const struct timeline_item *item = r->item >= 0 ? &p->timeline[r->item] : NULL;
    size_t n = r->rollback || r->after ? 1 : item ? item->n_actions : st ? st->n_actions : 0;
    int undo = r->gradual ? p->gradual_action : p->rollback_action;
    if (r->after)
        undo = (int)p->after_rollback[r->next_after];
    r->n_steps = 0;
    memset(r->levels, 0, sizeof r->levels);
    for (size_t i = 0; i < n; i++) {
        const struct action *a = &p->actions[r->rollback || r->after ? (size_t)undo
                                             : item                  ? item->actions[i]
                                                                     : st->actions[i]];
        for (size_t k = 0; k < a->n_steps && r->n_steps < STEPS_MAX; k++) {
            if (a->steps[k].kind == STEP_RAMP)
                ramp_add(r, &a->steps[k].ramp);
            else
                r->steps[r->n_steps++] = &a->steps[k];
        }
    }
}

static void supersede(struct runner *r)
{
    bool under_way = r->waits == WAITS_STEP || r->waits == WAITS_BURST || r->unsure;
    if (r->http_id > 0)
        http_cancel(r->http, r->http_id);
    if (r->child_id > 0)
        child_cancel(r->children, r->child_id);
    hands_stop(r);
    finish(r, "superseded",
           under_way ? "a rollback came first; what was under way may still take effect"
                     : "a rollback came first");
}

static void rehearse_all(struct runner *r)
{
    for (r->step = 0; r->step < r->n_steps; r->step++) {
        r->why[0] = '\0';
        tell_step(r, "rehearsed"); /* no `sent`: the intent holds the calls, nothing leaves */
    }
    finish(r, "rehearsed", "nothing was sent");
}

static int item_of(const struct runner *r, const struct event *intent)
{
    int64_t i = strcmp(json_str_or(intent->body, "do", ""), "item")
                    ? -1
                    : json_int_or(intent->body, "item_index", -1);
    return i >= 0 && i < (int64_t)r->plan->n_timeline ? (int)i : -1;
}

void runner_begin(struct runner *r, const struct state *s, const struct judge *j)
{
    if (r->rehearse)
        rehearse_all(r);
    else
        send_step(r, s, j);
}

int runner_start(struct runner *r, const struct state *s, const struct judge *j,
                 const struct event *intent, struct err *e)
{
    bool rollback = !strcmp(json_str_or(intent->body, "do", ""), "rollback");
    int64_t stage = json_int_or(intent->body, "stage_index", -1);
    int item = item_of(r, intent);
    if (r->busy && !rollback)
        return err_set(e, EX_NOSERVICE, "nothing was sent: another action is under way");
    bool gradual = rollback && json_bool_or(intent->body, "gradual", false);
    if (rollback && (gradual ? r->plan->gradual_action : r->plan->rollback_action) < 0)
        return err_set(e, EX_BADDATA, "nothing was sent: the plan has no action `rollback%s`",
                       gradual ? "_gradual" : "");
    if (r->busy)
        supersede(r);
    look_stop(r, "not read: an action came first");
    r->after = false;
    r->next_after = -1;
    str_copy(r->id, sizeof r->id, json_str_or(intent->body, "id", ""));
    str_copy(r->actor, sizeof r->actor, intent->actor);
    str_copy(r->role, sizeof r->role, intent->role);
    str_copy(r->reason, sizeof r->reason, json_str_or(intent->body, "reason", ""));
    str_copy(r->stage_name, sizeof r->stage_name, intent->stage);
    r->stage = stage >= 0 && stage < (int64_t)r->plan->n_stages ? (int)stage : -1;
    r->rollback = rollback;
    r->gradual = gradual;
    r->from_weight = ramp_from(s);
    r->item = item;
    r->step = r->tries = r->n_captured = 0;
    r->verified_all = true;
    runner_take_steps(r);
    if (!r->n_steps)
        return 0; /* a stage without actions has nothing to be done */
    r->busy = true;
    runner_begin(r, s, j);
    return 0;
}

static void on_timer(struct runner *r, const struct state *s, const struct judge *j)
{
    if (!r->busy || mono_now().ms < r->until.ms)
        return;
    if (r->waits == WAITS_RETRY)
        send_step(r, s, j);
    else if (r->waits == WAITS_VERIFY_AGAIN)
        send_verify(r, s, j);
}

void runner_pump(struct runner *r, const struct state *s, const struct judge *j,
                 struct event_list *out)
{
    for (struct answer *a; (a = queue_take(r->answers)); answer_free(a)) {
        if ((!r->busy && !r->looking) || a->turn != r->turn)
            continue;
        if (r->looking)
            look_answer(r, s, j, a);
        else if (a->request)
            hands_answer(r, s, j, a);
        else if (r->waits == WAITS_STEP)
            on_step(r, s, j, a);
        else if (r->waits == WAITS_VERIFY)
            on_verify(r, s, j, a);
    }
    hands_watch(r, s);
    on_timer(r, s, j);
    hands_timer(r, s, j);
    after_pump(r, s, j);
    for (struct event *ev; (ev = event_list_take(&r->told));)
        event_list_add(out, ev);
}

int runner_fd(const struct runner *r)
{
    return queue_fd(r->answers);
}

int64_t runner_wait_ms(const struct runner *r)
{
    if (r->told.n)
        return 0;
    if (!r->busy || (r->waits != WAITS_RETRY && r->waits != WAITS_VERIFY_AGAIN))
        return hands_wait_ms(r);
    int64_t left = r->until.ms - mono_now().ms;
    return left > 0 ? left : 0;
}

bool runner_busy(const struct runner *r)
{
    return r->busy;
}
