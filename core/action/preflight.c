/* Which check runs when, and what is told of it. */
#include "action/preflight_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/dlog.h"

struct preflight *preflight_new(const struct preflight_opts *o, struct err *e)
{
    struct preflight *p = xzalloc(1, sizeof *p);
    p->o = *o;
    p->plan = o->plan;
    if (o->plan->has_kill_switch && !(p->calls = ks_calls(o->plan, e))) {
        free(p);
        return NULL;
    }
    p->answers = queue_new(1024);
    p->runs = xzalloc(o->plan->preflight.n_items, sizeof *p->runs);
    event_list_init(&p->told);
    return p;
}

void preflight_free(struct preflight *p)
{
    if (!p)
        return;
    pf_sql_close(p); /* its callbacks still hand over */
    queue_free(p->answers, pf_answer_free);
    event_list_free(&p->told);
    cJSON_Delete(p->drill.steps);
    if (p->calls)
        ks_calls_free(p->calls, p->plan->n_ks);
    free(p->runs);
    free(p);
}

static struct event *event_for(struct preflight *p, size_t item)
{
    const struct pf_run *run = &p->runs[item];
    struct event *ev =
        event_new(EV_PREFLIGHT, clock_wall(&p->o.clock), *run->by ? run->by : "warroom");
    str_copy(ev->role, sizeof ev->role, run->role);
    json_add_str(ev->body, "id", p->plan->preflight.items[item].id);
    event_list_add(&p->told, ev);
    return ev;
}

static void add_masked(cJSON *body, const char *key, const char *text)
{
    char masked[480];
    secret_mask_to(masked, sizeof masked, text);
    json_add_str(body, key, masked);
}

struct event *pf_tell(struct preflight *p, size_t item, const struct pf_result *r, int64_t ms)
{
    static const char *const words[] = {
        [PF_WAITS] = "wait",  [PF_PASSED] = "pass",     [PF_WARNED] = "warn",
        [PF_FAILED] = "fail", [PF_UNKNOWN] = "unknown", [PF_REHEARSED] = "rehearsed"};
    const struct preflight_item *it = &p->plan->preflight.items[item];
    const struct pf_run *run = &p->runs[item];
    struct event *ev = event_for(p, item);
    struct buf expected = BUF_INIT;
    preflight_expected(it, &expected);
    json_add_str(ev->body, "title", it->title);
    json_add_str(ev->body, "result", words[r->is]);
    add_masked(ev->body, "expected", buf_str(&expected));
    add_masked(ev->body, "actual", r->actual);
    add_masked(ev->body, "why", r->why);
    if (ms >= 0)
        json_add_int(ev->body, "ms", ms);
    if (*run->call)
        add_masked(ev->body, "call", run->call);
    json_add_str(ev->body, "round", *run->round ? run->round : "start");
    if (isfinite(r->value))
        json_add_num(ev->body, "value", r->value);
    if (r->beyond)
        json_add_bool(ev->body, "beyond", true);
    if (r->near)
        json_add_bool(ev->body, "near", true);
    if (*it->exact)
        json_add_bool(ev->body, "exact", run->exact);
    buf_free(&expected);
    return ev;
}

/* ---- what runs when ---- */

/* What must have passed before this one: -1 not yet, 0 it has not passed, 1 go. */
static int order(const struct preflight *p, const struct state *s, size_t item)
{
    int before = p->plan->preflight.items[item].after_item;
    if (before < 0)
        return 1;
    const struct preflight_item_state *x = &s->preflight.items[before];
    if (x->old || x->running || p->runs[before].running || p->runs[before].pending ||
        x->is == PF_WAITS)
        return -1;
    return x->is == PF_PASSED || x->is == PF_WARNED || x->is == PF_REHEARSED;
}

static void ask(struct preflight *p, const struct state *s, const struct judge *j, size_t item)
{
    if (preflight_writes(&p->plan->preflight.items[item])) {
        json_add_str(event_for(p, item)->body, "op", "begin");
        p->runs[item].running = true;
        p->runs[item].pending = false;
    } else {
        pf_ask(p, s, j, item);
    }
}

static void wish(struct preflight *p, const struct state *s, const struct judge *j, size_t item,
                 const char *round, const char *by, const char *role)
{
    struct pf_run *run = &p->runs[item];
    if (run->running)
        return;
    str_copy(run->round, sizeof run->round, round);
    str_copy(run->by, sizeof run->by, by);
    str_copy(run->role, sizeof run->role, role);
    run->exact = false;
    if (order(p, s, item) > 0)
        ask(p, s, j, item);
    else
        run->pending = true;
}

void preflight_start(struct preflight *p, const struct state *s, const struct judge *j, bool drills)
{
    for (size_t i = 0; i < p->plan->preflight.n_items; i++) {
        const struct preflight_item *it = &p->plan->preflight.items[i];
        bool drill = preflight_writes(it) && drills && s->preflight.items[i].is != PF_PASSED;
        if (preflight_by_itself(it) || drill)
            wish(p, s, j, i, "start", "", "");
    }
}

void preflight_run(struct preflight *p, const struct state *s, const struct judge *j, size_t item,
                   const char *by, const char *role)
{
    wish(p, s, j, item, "again", by, role);
}

void preflight_final(struct preflight *p, const struct state *s, const struct judge *j)
{
    p->final = true;
    for (size_t i = 0; i < p->plan->preflight.n_items; i++)
        if (p->plan->preflight.items[i].final) {
            p->runs[i].running = false; /* an answer still on its way is an older one */
            wish(p, s, j, i, "final", "", "");
        }
}

/* Items that wait for another one: their turn has come, or never will. */
static void pending(struct preflight *p, const struct state *s, const struct judge *j)
{
    for (size_t i = 0; i < p->plan->preflight.n_items; i++) {
        int go = p->runs[i].pending ? order(p, s, i) : -1;
        if (go > 0) {
            ask(p, s, j, i);
        } else if (go == 0 && p->final && p->plan->preflight.items[i].final) {
            struct pf_result r = {.is = PF_UNKNOWN, .value = NAN};
            str_fmt(r.why, sizeof r.why, "not asked: %s has not passed",
                    p->plan->preflight.items[i].after);
            p->runs[i].pending = false;
            pf_tell(p, i, &r, -1);
        }
    }
}

/* All that is asked again at the start has been answered: does it stand? */
static void final_over(struct preflight *p, const struct state *s)
{
    char why[200] = "", one[160];
    bool good = true;
    if (!p->final || s->preflight.final != PF_FINAL_DUE)
        return;
    for (size_t i = 0; i < p->plan->preflight.n_items; i++) {
        const struct preflight_item *it = &p->plan->preflight.items[i];
        if (it->final && (s->preflight.items[i].old || p->runs[i].running || p->runs[i].pending))
            return;
        if (it->final && good && preflight_stand(s, i, one, NULL) >= PF_SHUT) {
            good = false;
            str_fmt(why, sizeof why, "%s %s", it->id, one);
        }
    }
    p->final = false;
    struct event *ev = event_new(EV_PREFLIGHT, clock_wall(&p->o.clock), "warroom");
    json_add_str(ev->body, "op", "final");
    json_add_str(ev->body, "result", good ? "pass" : "fail");
    json_add_str(ev->body, "why", why);
    event_list_add(&p->told, ev);
}

/* The DBA has said whether an exact count may be asked. */
static void exact_count(struct preflight *p, const struct state *s, const struct judge *j,
                        const struct event *ev)
{
    const char *subject = json_str_or(ev->body, "subject", "");
    int i = strncmp(subject, "preflight:", 10) ? -1 : preflight_item_of(p->plan, subject + 10);
    if (i < 0 || !s->preflight.items[i].near || p->runs[i].running)
        return;
    if (!s->preflight.items[i].approved.at_ms)
        return;
    p->runs[i].exact = true;
    str_copy(p->runs[i].round, sizeof p->runs[i].round, "again");
    str_copy(p->runs[i].by, sizeof p->runs[i].by, ev->actor);
    str_copy(p->runs[i].role, sizeof p->runs[i].role, ev->role);
    pf_ask(p, s, j, (size_t)i);
}

void preflight_stop_drill(struct preflight *p)
{
    p->killed = true;
    pf_drill_stop(p);
}

void preflight_event(struct preflight *p, const struct state *s, const struct judge *j,
                     const struct event *ev)
{
    int i =
        ev->kind == EV_PREFLIGHT ? preflight_item_of(p->plan, json_str_or(ev->body, "id", "")) : -1;
    if (i >= 0 && ev->ours && event_is(ev, "op", "begin") && p->runs[i].running)
        pf_drill_begin(p, (size_t)i);
    if (ev->kind == EV_APPROVAL)
        exact_count(p, s, j, ev);
    const char *word = ev->kind == EV_INTENT ? json_str_or(ev->body, "do", "") : "";
    if (!strcmp(word, "kill_on")) /* of another seat too; ours was told before it was sent */
        preflight_stop_drill(p);
    else if (!strcmp(word, "kill_off"))
        p->killed = false;
    pf_drill_event(p, ev);
    if (ev->kind == EV_PREFLIGHT || ev->kind == EV_APPROVAL) {
        pending(p, s, j);
        final_over(p, s);
    }
}

void preflight_pump(struct preflight *p, const struct state *s, const struct judge *j,
                    struct event_list *out)
{
    for (struct pf_answer *a; (a = queue_take(p->answers)); pf_answer_free(a))
        pf_answer(p, s, j, a);
    pf_drill_timer(p);
    if (p->dbs && !preflight_counts(s))
        pf_sql_close(p);
    if (p->window_ms && preflight_counts(s) && clock_wall(&p->o.clock) >= p->window_ms) {
        p->window_ms = 0;
        for (size_t i = 0; i < p->plan->preflight.n_items; i++)
            if (p->plan->preflight.items[i].kind == PF_WINDOW)
                wish(p, s, j, i, "again", "", "");
    }
    for (struct event *ev; (ev = event_list_take(&p->told));)
        event_list_add(out, ev);
}

int preflight_fd(const struct preflight *p)
{
    return queue_fd(p->answers);
}

int64_t preflight_wait_ms(const struct preflight *p)
{
    return p->told.n ? 0 : pf_drill_wait_ms(p);
}

bool preflight_busy(const struct preflight *p)
{
    for (size_t i = 0; i < p->plan->preflight.n_items; i++)
        if (p->runs[i].running)
            return true;
    return p->drill.active || p->told.n;
}
