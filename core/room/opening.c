/* How a session begins: the first event holds the plan and everything replay needs; a resumed one
 * folds what is there first. */
#include "room/room_int.h"

#include <string.h>

#include "journal/reader.h"
#include "plan/side.h"

static void add_series(const struct plan *p, cJSON *body)
{
    cJSON *list = json_add_arr(body, "series");
    for (size_t i = 0; i < side_series(p); i++) {
        const struct metric *m = &p->metrics[side_metric(p, i)];
        if (side_is_other(p, i) && !side_compared(m))
            continue;
        cJSON *one = cJSON_CreateObject();
        json_add_int(one, "id", (int64_t)i + 1);
        json_add_str(one, "metric", m->id);
        json_add_str(one, "side", side_is_other(p, i) ? SIDE_OTHER : SIDE_OWN);
        json_add_str(one, "unit", m->unit);
        json_add_str(one, "title", m->title);
        cJSON_AddItemToArray(list, one);
    }
}

static void add_plan(const struct room *r, cJSON *body)
{
    const struct plan *p = r->plan;
    json_add_str(body, "run_id", r->opts.run_id ? r->opts.run_id : p->name);
    json_add_str(body, "title", p->title);
    json_add_str(body, "name", p->name);
    json_add_str(body, "environment", p->environment);
    json_add_str(body, "version", WARROOM_VERSION);
    json_add_str(body, "plan", p->source);
    json_add_str(body, "plan_file", r->opts.plan_file ? r->opts.plan_file : "");
    cJSON *env = json_add_obj(body, "env");
    for (size_t i = 0; i < p->n_env; i++)
        json_add_str(env, p->env[i].key, p->env[i].value);
    json_add_int(body, "tick_ms", p->tick_ms);
    add_series(p, body);
}

static const char *mode_word(const struct room_opts *o)
{
    return o->rehearse ? "rehearse" : o->demo ? "demo" : o->drill ? "drill" : "live";
}

struct event *opening_event(const struct room *r)
{
    const struct room_opts *o = &r->opts;
    struct event *ev = event_new(EV_SESSION, room_now(r), r->actor);
    str_copy(ev->role, sizeof ev->role, r->role);
    json_add_str(ev->body, "op", o->resume ? "resume" : "start");
    json_add_str(ev->body, "mode", mode_word(o));
    if (o->demo || o->drill) { /* a watcher's clock shows the same */
        json_add_num(ev->body, "speed", o->clock.speed);
        json_add_int(ev->body, "real_ms", clock_real_wall());
    }
    json_add_str(ev->body, "plan_hash", r->plan->hash);
    if (o->headless)
        json_add_bool(ev->body, "headless", true);
    if (o->fix)
        json_add_str(ev->body, "fix", o->fix);
    if (!o->resume)
        add_plan(r, ev->body);
    return ev;
}

/* The run may be faster than the world; its session says since when and how much. */
static void take_clock(struct room *r, const struct event *ev)
{
    double speed;
    int64_t real_ms = json_int_or(ev->body, "real_ms", 0);
    bool begins = event_is(ev, "op", "start") || event_is(ev, "op", "resume");
    if (!begins || !json_num(ev->body, "speed", &speed) || !(speed > 0) || !real_ms)
        return;
    r->opts.clock = clock_make(speed);
    r->opts.clock.wall0_ms = ev->t_ms + (int64_t)((double)(clock_real_wall() - real_ms) * speed);
}

struct event *opening_countdown(const struct room *r)
{
    struct event *ev = event_new(EV_COUNTDOWN, room_now(r), r->actor);
    str_copy(ev->role, sizeof ev->role, r->role);
    json_add_int(ev->body, "start_ms", r->opts.start_at_ms);
    return ev;
}

static int fold_recorded(struct room *r, struct reader *rd, struct err *e)
{
    struct err bad = ERR_INIT;
    for (struct event *ev; (ev = reader_next(rd, &bad)); event_free(ev)) {
        fold_apply(r->state, ev);
        if (ev->kind == EV_TICK)
            judge_tick(r->judge, r->state);
        if (r->evidence)
            evidence_event(r->evidence, r->state, r->judge, ev);
        if (r->opts.watch && ev->kind == EV_SESSION)
            take_clock(r, ev);
    }
    if (bad.status) {
        *e = bad;
        return -1;
    }
    if (r->state->final)
        return err_set(e, EX_BADDATA, "session %s is over (%s): there is nothing to %s",
                       r->opts.session_path, r->state->verdict,
                       r->opts.watch ? "watch; `warroom status` and `report` tell of it"
                                     : "resume");
    return 0;
}

int opening_resume(struct room *r, struct err *e)
{
    struct reader *rd = reader_open(r->opts.session_path, e);
    if (!rd)
        return -1;
    int rc = fold_recorded(r, rd, e);
    reader_close(rd);
    r->ks_was = xzalloc(r->plan->n_ks + 1, sizeof *r->ks_was);
    for (size_t i = 0; i < r->plan->n_ks; i++)
        r->ks_was[i] = r->state->ks[i].is;
    /* From where the fold ends: another process may have written in between. */
    if (rc < 0 || !(r->journal = journal_join_after(r->opts.session_path, r->state->seq, e)))
        return -1;
    return 0;
}

int opening_watch(struct room *r, struct err *e)
{
    struct reader *rd = reader_open(r->opts.session_path, e);
    if (!rd)
        return -1;
    int rc = fold_recorded(r, rd, e);
    reader_close(rd);
    if (rc < 0 || !(r->journal = journal_join_after(r->opts.session_path, r->state->seq, e)))
        return -1;
    return 0;
}
