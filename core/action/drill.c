/* A drill's clock, and the first look at what its plan would call. */
#include "action/drill.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "plan/preflight_item.h"
#include "wire/fence.h"
#include "wire/http.h"

#define ASK_MS 5000
#define OFF_MS 2000 /* real: how far the two clocks may differ, the answer's way included */

struct asked {
    pthread_mutex_t lock;
    pthread_cond_t over;
    bool done;
    struct clock clock;
    char why[300]; /* "": clock is good */
};

static void read_clock(struct asked *a, const struct http_reply *r)
{
    cJSON *o =
        r->end == HTTP_ANSWERED && r->status == 200 ? json_parse(r->body, r->body_len) : NULL;
    double speed = 0;
    struct clock c = {.wall0_ms = json_int_or(o, "wall0_ms", 0),
                      .mono0 = {json_int_or(o, "mono0_ms", 0)},
                      .apart = json_bool_or(o, "apart", false)};
    if (r->end != HTTP_ANSWERED) {
        str_fmt(a->why, sizeof a->why, "no simulator answers: %s", r->why);
    } else if (!json_num(o, "speed", &speed) || !(speed >= 1 && speed <= 1000) || !c.wall0_ms ||
               !c.mono0.ms) {
        str_fmt(a->why, sizeof a->why,
                "that is no simulator: GET /sim/state was answered %d without its clock",
                r->status);
    } else {
        c.speed = speed;
        double off = (double)(json_int_or(o, "now_ms", 0) - clock_wall(&c)) / speed;
        a->clock = c;
        if (fabs(off) > OFF_MS)
            str_copy(a->why, sizeof a->why,
                     "the simulator runs on another machine: its clock is not to be had here");
    }
    cJSON_Delete(o);
}

static void on_state(void *ctx, const struct http_reply *r)
{
    struct asked *a = ctx;
    pthread_mutex_lock(&a->lock);
    read_clock(a, r);
    a->done = true;
    pthread_cond_signal(&a->over);
    pthread_mutex_unlock(&a->lock);
}

/* Without the slashes at its end. */
static char *base_of(const char *url)
{
    size_t n = strlen(url);
    while (n && url[n - 1] == '/')
        n--;
    return xstrndup(url, n);
}

static int ask(const char *url, struct asked *a, struct err *e)
{
    struct buf full = BUF_INIT;
    struct http *http = http_start(1, e);
    if (!http)
        return -1;
    char *base = base_of(url);
    buf_addf(&full, "%s/sim/state", base);
    struct http_request rq = {.method = "GET", .url = full.p, .timeout_ms = ASK_MS};
    int rc = http_send(http, &rq, on_state, a, e) > 0 ? 0 : -1;
    pthread_mutex_lock(&a->lock);
    while (rc == 0 && !a->done)
        pthread_cond_wait(&a->over, &a->lock);
    pthread_mutex_unlock(&a->lock);
    http_stop(http);
    free(base);
    buf_free(&full);
    return rc;
}

int drill_clock(const char *url, struct clock *out, struct err *e)
{
    struct asked a = {.done = false};
    fence_up();
    if (fence_url(url, e) < 0)
        return err_set(e, EX_BADUSAGE,
                       "--drill %.200s: a drill takes its clock from a simulator of this machine; "
                       "allowed is a loopback address, e.g. http://127.0.0.1:9190",
                       url);
    pthread_mutex_init(&a.lock, NULL);
    pthread_cond_init(&a.over, NULL);
    int rc = ask(url, &a, e);
    if (rc == 0 && *a.why)
        rc = err_set(e, EX_NOSERVICE, "--drill %.100s: %s", url, a.why);
    *out = a.clock;
    pthread_cond_destroy(&a.over);
    pthread_mutex_destroy(&a.lock);
    return rc;
}

static int check_url(const char *of, const char *name, const char *url, struct err *e)
{
    struct err far = ERR_INIT;
    if (!url || !*url || fence_url(url, &far) == 0)
        return 0;
    return err_set(e, EX_NOPERMISSION, "%s %.60s calls %.200s: a drill calls this machine alone",
                   of, name, url);
}

static int check_call(const char *name, enum step_kind kind, const struct http_call *h,
                      const struct exec_call *x, struct err *e)
{
    if (kind == STEP_HTTP || kind == STEP_BURST)
        return check_url("action", name, h->url, e);
    if (kind == STEP_EXEC && x->argc && fence_program(x->argv[0], e) < 0)
        return err_wrap(e, name);
    return 0;
}

static int check_actions(const struct plan *p, struct err *e)
{
    for (size_t a = 0; a < p->n_actions; a++) {
        for (size_t i = 0; i < p->actions[a].n_steps; i++) {
            const struct step *s = &p->actions[a].steps[i];
            const char *name = p->actions[a].name;
            const struct http_call *h = s->kind == STEP_BURST ? &s->burst.http : &s->http;
            if (check_call(name, s->kind, h, &s->exec, e) < 0)
                return -1;
            if (s->verify.set &&
                check_call(name, s->verify.kind, &s->verify.http, &s->verify.exec, e) < 0)
                return -1;
        }
    }
    return 0;
}

static int check_checks(const struct plan *p, struct err *e)
{
    for (size_t i = 0; i < p->preflight.n_items; i++) {
        const struct preflight_item *it = &p->preflight.items[i];
        if (it->kind == PF_HTTP && check_url("check", it->id, it->http.url, e) < 0)
            return -1;
        if (it->kind == PF_EXEC && fence_program(it->exec.argv[0], e) < 0)
            return err_wrap(e, it->id);
    }
    return 0;
}

static int check_databases(const struct plan *p, struct err *e)
{
    for (size_t i = 0; i < p->n_mysql; i++) {
        struct err far = ERR_INIT;
        if (fence_host(p->mysql[i].host, &far) < 0)
            return err_set(e, EX_NOPERMISSION,
                           "mysql %.60s is at %.200s: a drill asks this machine alone",
                           p->mysql[i].name, p->mysql[i].host);
    }
    return 0;
}

static int check_messages(const struct plan *p, struct err *e)
{
    for (size_t i = 0; i < p->n_notify; i++) {
        const struct notify_row *n = &p->notify[i];
        if (check_call(n->to, n->exec ? STEP_EXEC : STEP_HTTP, &n->http, &n->command, e) < 0)
            return err_wrap(e, "notify");
    }
    return 0;
}

static int check_plan(const struct plan *p, struct err *e)
{
    if (check_url("the plan's", "prometheus", p->prom.url, e) < 0)
        return -1;
    for (size_t i = 0; i < p->n_alerts; i++)
        if (check_url("alert source", "alertmanager", p->alerts[i].url, e) < 0)
            return -1;
    for (size_t i = 0; i < p->n_ks; i++) {
        const struct http_call *const calls[] = {&p->ks[i].status, &p->ks[i].engage,
                                                 &p->ks[i].release};
        for (size_t k = 0; k < 3; k++)
            if (check_url("kill switch", p->ks[i].name, calls[k]->url, e) < 0)
                return -1;
    }
    return check_checks(p, e) < 0 || check_databases(p, e) < 0 || check_messages(p, e) < 0
               ? -1
               : check_actions(p, e);
}

int drill_begin(const char *url, const struct plan *plan, struct err *e)
{
    char *base = base_of(url);
    fence_up();
    setenv("WARROOM_SIM", base, 1);
    free(base);
    return check_plan(plan, e);
}
