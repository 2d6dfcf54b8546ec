/* Asks one item and takes its answers. An answer is copied on the transport's thread and weighed on
 * the room's. */
#include "action/preflight_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "action/runner_int.h"
#include "action/send.h"
#include "base/dlog.h"
#include "base/num.h"
#include "base/text.h"
#include "base/zone.h"
#include "calendar/calendar.h"
#include "source/prom_parse.h"
#include "source/range.h"

struct pf_ctx {
    struct preflight *p;
    size_t item;
    int what;
    uint64_t turn;
};

struct pf_ctx *pf_ctx_new(struct preflight *p, size_t item, int what, uint64_t turn)
{
    struct pf_ctx *c = xzalloc(1, sizeof *c);
    *c = (struct pf_ctx){p, item, what, turn};
    return c;
}

void pf_answer_free(void *x)
{
    struct pf_answer *a = x;
    free(a->body);
    free(a->errout);
    db_rows_clear(&a->rows);
    free(a);
}

void pf_hand_over(struct pf_ctx *c, struct pf_answer *a)
{
    a->item = c->item;
    a->what = c->what;
    a->turn = c->turn;
    if (queue_put(c->p->answers, a) < 0)
        pf_answer_free(a);
    free(c);
}

void pf_on_http(void *ctx, const struct http_reply *r)
{
    struct pf_answer *a = xzalloc(1, sizeof *a);
    a->http = *r;
    a->http.body = a->body = xstrndup(r->body, r->body_len);
    pf_hand_over(ctx, a);
}

static void on_child(void *ctx, const struct child_result *r)
{
    struct pf_answer *a = xzalloc(1, sizeof *a);
    a->exec = true;
    a->child = *r;
    a->child.out = a->body = xstrndup(r->out, r->out_len);
    a->child.errout = a->errout = xstrndup(r->errout, r->errout_len);
    pf_hand_over(ctx, a);
}

static void over(struct preflight *p, size_t item, const struct pf_result *r, int64_t ms)
{
    pf_tell(p, item, r, ms);
    p->runs[item].running = false;
}

/* Nothing could be asked: an answer that says so. */
static void blocked(struct preflight *p, size_t item, const char *why)
{
    struct pf_result r = {.is = PF_UNKNOWN, .value = NAN};
    str_fmt(r.why, sizeof r.why, "not asked: %.180s", why);
    over(p, item, &r, -1);
}

static struct tmpl_vars vars_for(struct preflight *p, struct vars *v, const struct state *s,
                                 const struct judge *j, size_t item)
{
    *v = (struct vars){.s = s, .j = j, .stage = 0, .actor = p->runs[item].by, .reason = ""};
    return vars_of(v);
}

static void keep_call(struct preflight *p, size_t item, enum step_kind kind,
                      const struct tmpl_vars *vars)
{
    const struct preflight_item *it = &p->plan->preflight.items[item];
    struct buf text = BUF_INIT;
    call_text(kind, &it->http, &it->exec, NULL, NULL, vars, &text, NULL);
    text_clean_to(p->runs[item].call, sizeof p->runs[item].call, buf_str(&text));
    buf_free(&text);
}

static bool harmless(const struct preflight_item *it)
{
    return it->kind != PF_EXEC && (it->kind != PF_HTTP || !strcmp(it->http.method, "GET") ||
                                   !strcmp(it->http.method, "HEAD"));
}

static void ask_http(struct preflight *p, const struct state *s, const struct judge *j, size_t item)
{
    const struct preflight_item *it = &p->plan->preflight.items[item];
    struct vars v;
    struct tmpl_vars vars = vars_for(p, &v, s, j, item);
    struct err e = ERR_INIT;
    struct pf_ctx *ctx = pf_ctx_new(p, item, 0, p->runs[item].turn);
    keep_call(p, item, STEP_HTTP, &vars);
    if (send_http_call(p->o.http, &it->http, &vars, pf_on_http, ctx, &e) < 0) {
        free(ctx);
        blocked(p, item, e.text);
    }
}

static void ask_exec(struct preflight *p, const struct state *s, const struct judge *j, size_t item)
{
    const struct preflight_item *it = &p->plan->preflight.items[item];
    struct vars v;
    struct tmpl_vars vars = vars_for(p, &v, s, j, item);
    struct err e = ERR_INIT;
    struct pf_ctx *ctx = pf_ctx_new(p, item, 0, p->runs[item].turn);
    keep_call(p, item, STEP_EXEC, &vars);
    if (send_exec_call(p->o.children, &it->exec, &vars, on_child, ctx, &e) < 0) {
        free(ctx);
        blocked(p, item, e.text);
    }
}

static void ask_sql(struct preflight *p, const struct state *s, const struct judge *j, size_t item)
{
    struct vars v;
    struct tmpl_vars vars = vars_for(p, &v, s, j, item);
    struct err e = ERR_INIT;
    if (pf_ask_sql(p, item, &vars, &e) < 0)
        blocked(p, item, e.text);
}

/* One question to Prometheus; false when it could not be asked. */
static bool ask_query(struct preflight *p, size_t item, int what, const char *query, struct err *e)
{
    struct pf_ctx *ctx = pf_ctx_new(p, item, what, p->runs[item].turn);
    if (instant_ask(p->o.http, p->plan, query, clock_wall(&p->o.clock), pf_on_http, ctx, e) == 0)
        return true;
    free(ctx);
    return false;
}

static void ask_prom(struct preflight *p, size_t item)
{
    const struct preflight_item *it = &p->plan->preflight.items[item];
    struct err e = ERR_INIT;
    text_clean_to(p->runs[item].call, sizeof p->runs[item].call, it->prom);
    if (!ask_query(p, item, 0, it->prom, &e))
        blocked(p, item, e.text);
}

static void panel_without(struct pf_run *run, const struct metric *m, const char *why)
{
    if (!*run->bad)
        str_fmt(run->bad, sizeof run->bad, "%s: %.120s", m->id, why);
}

static void panels_over(struct preflight *p, size_t item)
{
    struct pf_run *run = &p->runs[item];
    struct pf_result r = {.value = NAN};
    if (run->waiting)
        return;
    r.is = run->good == run->asked ? PF_PASSED : PF_FAILED;
    str_fmt(r.actual, sizeof r.actual, "%d of %d queries give data", run->good, run->asked);
    str_copy(r.why, sizeof r.why, run->bad);
    over(p, item, &r, mono_since(run->began));
}

static void ask_panels(struct preflight *p, size_t item)
{
    struct pf_run *run = &p->runs[item];
    struct err e = ERR_INIT;
    run->waiting = run->good = run->asked = 0;
    run->bad[0] = '\0';
    for (size_t m = 0; m < p->plan->n_metrics; m++) {
        if (!*p->plan->metrics[m].query)
            continue;
        run->asked++;
        if (ask_query(p, item, (int)m, p->plan->metrics[m].query, &e))
            run->waiting++;
        else
            panel_without(run, &p->plan->metrics[m], e.text);
    }
    panels_over(p, item);
}

/* Presence alone: a value is neither read nor kept. */
static void ask_env(struct preflight *p, size_t item)
{
    const struct preflight_item *it = &p->plan->preflight.items[item];
    struct pf_result r = {.is = PF_PASSED, .value = NAN};
    size_t missing = 0;
    for (size_t i = 0; i < it->n_env; i++) {
        const char *value = getenv(it->env[i]);
        if (value && *value)
            continue;
        str_fmt(r.why + strlen(r.why), sizeof r.why - strlen(r.why), "%s%s",
                missing++ ? " " : "ERROR: ", it->env[i]);
    }
    if (missing) {
        r.is = PF_FAILED;
        str_fmt(r.why + strlen(r.why), sizeof r.why - strlen(r.why), " missing");
    }
    str_fmt(r.actual, sizeof r.actual, "%zu of %zu are set", it->n_env - missing, it->n_env);
    over(p, item, &r, -1);
}

/* Looked at again when the hours change. */
static void ask_window(struct preflight *p, size_t item)
{
    struct pf_result r = {.value = NAN};
    struct calendar_answer a;
    char until[48];
    int64_t now = clock_wall(&p->o.clock);
    calendar_when(p->plan, FOR_START, now, &a);
    p->window_ms = a.allowed ? a.until_ms : a.next_ms;
    r.is = a.allowed ? PF_PASSED : PF_WAITS;
    if (!a.allowed)
        str_fmt(r.why, sizeof r.why, "%.180s", a.why);
    if (a.allowed && a.until_ms) {
        zone_print(p->plan->zone, a.until_ms, until, sizeof until);
        str_fmt(r.actual, sizeof r.actual, "allowed until %s", until);
    } else {
        str_copy(r.actual, sizeof r.actual, a.allowed ? "allowed" : "not now");
    }
    over(p, item, &r, -1);
}

void pf_ask(struct preflight *p, const struct state *s, const struct judge *j, size_t item)
{
    const struct preflight_item *it = &p->plan->preflight.items[item];
    struct pf_run *run = &p->runs[item];
    run->running = true;
    run->pending = false;
    run->turn = ++p->turn;
    run->began = mono_now();
    run->call[0] = '\0';
    if (p->o.rehearse && !harmless(it)) {
        struct pf_result r = {.is = PF_REHEARSED, .value = NAN, .actual = "nothing was sent"};
        over(p, item, &r, -1);
        return;
    }
    switch (it->kind) {
    case PF_HTTP:
        ask_http(p, s, j, item);
        break;
    case PF_EXEC:
        ask_exec(p, s, j, item);
        break;
    case PF_PROM:
        ask_prom(p, item);
        break;
    case PF_PANELS:
        ask_panels(p, item);
        break;
    case PF_ENV:
        ask_env(p, item);
        break;
    case PF_WINDOW:
        ask_window(p, item);
        break;
    case PF_SQL:
        ask_sql(p, s, j, item);
        break;
    case PF_CONFIRM:
    case PF_DRILL:
    case PF_RESET:
        run->running = false; /* people's, and the drill's own */
        break;
    }
}

static void take_panel(struct preflight *p, const struct pf_answer *a)
{
    struct pf_run *run = &p->runs[a->item];
    const struct metric *m = &p->plan->metrics[a->what];
    struct sample x;
    prom_parse_instant(&a->http, m, 0, &x);
    run->waiting--;
    run->good += x.good;
    if (!x.good)
        panel_without(run, m, x.why);
    panels_over(p, a->item);
}

static void take_prom(struct preflight *p, const struct pf_answer *a)
{
    static const struct metric plain = {.scale = 1, .reduce = REDUCE_REFUSE};
    const struct preflight_item *it = &p->plan->preflight.items[a->item];
    struct pf_result r = {.is = PF_UNKNOWN, .value = NAN};
    struct sample x;
    prom_parse_instant(&a->http, &plain, 0, &x);
    if (x.good) {
        num_short(x.value, r.actual, sizeof r.actual);
        preflight_weigh_number(it, x.value, true, a->http.ms, &r);
    } else {
        str_copy(r.why, sizeof r.why, x.why);
    }
    over(p, a->item, &r, a->http.ms);
}

/* What a command said is kept whole, as far as a record holds it (PRE-25). */
static void take_exec(struct preflight *p, const struct pf_answer *a, const struct tmpl_vars *vars)
{
    const struct preflight_item *it = &p->plan->preflight.items[a->item];
    struct pf_result r;
    char clean[4096], masked[4096];
    preflight_weigh_exec(it, &a->child, vars, &r);
    struct event *ev = pf_tell(p, a->item, &r, a->child.ms);
    text_clean_to(clean, sizeof clean, a->child.out);
    secret_mask_to(masked, sizeof masked, clean);
    json_add_str(ev->body, "output", masked);
    p->runs[a->item].running = false;
}

void pf_answer(struct preflight *p, const struct state *s, const struct judge *j,
               const struct pf_answer *a)
{
    const struct preflight_item *it = &p->plan->preflight.items[a->item];
    struct pf_run *run = &p->runs[a->item];
    struct vars v;
    if (preflight_writes(it)) {
        pf_drill_answer(p, a);
        return;
    }
    if (!run->running || a->turn != run->turn)
        return;
    struct tmpl_vars vars = vars_for(p, &v, s, j, a->item);
    if (it->kind == PF_PANELS) {
        take_panel(p, a);
    } else if (it->kind == PF_PROM) {
        take_prom(p, a);
    } else if (a->sql) {
        struct pf_result r;
        pf_take_sql(p, a, &r);
        over(p, a->item, &r, a->ms);
    } else if (a->exec) {
        take_exec(p, a, &vars);
    } else {
        struct pf_result r;
        preflight_weigh_http(it, &a->http, &vars, &r);
        over(p, a->item, &r, a->http.ms);
    }
}
