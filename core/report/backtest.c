/* Asks in pieces that Prometheus answers (11,000 points at most), all metrics of a piece at once.
 */
#include "report/backtest.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "plan/side.h"
#include "source/prom_parse.h"
#include "source/range.h"

#define PIECE       10000 /* points */
#define POINTS_MAX  ((int64_t)8 << 20)
#define CONNECTIONS 8

struct piece {
    const struct plan *plan;
    pthread_mutex_t lock;
    pthread_cond_t over;
    size_t left;
    int64_t from_ms, step_ms;
    size_t n;
    double **slots;   /* per series (plan/side.h), n values; NULL: Prometheus is not asked */
    char (*why)[120]; /* per series: "" when it answered */
};

struct call {
    struct piece *piece;
    size_t series;
};

static void on_answer(void *ctx, const struct http_reply *r)
{
    struct call *call = ctx;
    struct piece *p = call->piece;
    size_t i = call->series;
    char why[120] = "";
    int rc = prom_parse_range(r, &p->plan->metrics[side_metric(p->plan, i)], p->from_ms, p->step_ms,
                              p->n, p->slots[i], why, sizeof why);
    pthread_mutex_lock(&p->lock);
    if (rc < 0)
        str_copy(p->why[i], sizeof p->why[i], why);
    if (--p->left == 0)
        pthread_cond_signal(&p->over);
    pthread_mutex_unlock(&p->lock);
    free(call);
}

static void ask(struct http *http, struct piece *p, size_t series)
{
    struct call *call = xzalloc(1, sizeof *call);
    struct err e = ERR_INIT;
    *call = (struct call){p, series};
    if (range_ask(http, p->plan, side_query(p->plan, series), p->from_ms, p->step_ms, p->n,
                  on_answer, call, &e) == 0)
        return;
    struct http_reply r = {.end = HTTP_REFUSED, .body = ""};
    str_copy(r.why, sizeof r.why, e.text);
    on_answer(call, &r);
}

static void ask_all(struct http *http, struct piece *p)
{
    size_t n = 0;
    for (size_t i = 0; i < side_series(p->plan); i++)
        n += p->slots[i] != NULL;
    p->left = n + 1; /* ourselves */
    for (size_t i = 0; i < side_series(p->plan); i++)
        if (p->slots[i])
            ask(http, p, i);
    pthread_mutex_lock(&p->lock);
    p->left--;
    while (p->left)
        pthread_cond_wait(&p->over, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

static double point(const struct piece *p, size_t series, size_t k)
{
    return p->slots[series] && !p->why[series][0] ? p->slots[series][k] : NAN;
}

static void keep(const struct piece *p, int64_t t0_ms, struct samples *out)
{
    for (size_t k = 0; k < p->n; k++)
        for (size_t m = 0; m < p->plan->n_metrics; m++) {
            if (!p->slots[m])
                continue;
            out->v[out->n++] = (struct recorded){
                .t_s = (double)(p->from_ms + (int64_t)k * p->step_ms - t0_ms) / 1000,
                .value = point(p, m, k),
                .compare = point(p, m + p->plan->n_metrics, k),
                .name = (uint32_t)m};
        }
}

static void name_metrics(const struct plan *plan, struct samples *out)
{
    out->names = xzalloc(plan->n_metrics + 1, sizeof *out->names);
    for (; out->n_names < plan->n_metrics; out->n_names++)
        str_copy(out->names[out->n_names], SAMPLE_NAME, plan->metrics[out->n_names].id);
}

/* How many series answered; the others' reasons are told once. */
static size_t tell(const struct piece *p, bool *told,
                   void (*on_missing)(const char *metric, const char *why), char why[120])
{
    size_t good = 0;
    for (size_t i = 0; i < side_series(p->plan); i++) {
        char name[64];
        if (!p->slots[i])
            continue;
        good += !p->why[i][0];
        if (!p->why[i][0])
            continue;
        str_copy(why, 120, p->why[i]);
        str_fmt(name, sizeof name, "%s%s", p->plan->metrics[side_metric(p->plan, i)].id,
                side_is_other(p->plan, i) ? " (" SIDE_OTHER ")" : "");
        if (!told[i])
            on_missing(name, p->why[i]);
        told[i] = true;
    }
    return good;
}

static int fetch(struct http *http, struct piece *p, int64_t t0_ms, size_t points,
                 struct samples *out, void (*on_missing)(const char *, const char *), struct err *e)
{
    bool *told = xzalloc(side_series(p->plan) + 1, sizeof *told);
    char why[120] = "";
    size_t good = 0;
    int64_t from_ms = p->from_ms;
    for (size_t done = 0; done < points; done += p->n) {
        p->n = points - done < PIECE ? points - done : PIECE;
        p->from_ms = from_ms + (int64_t)done * p->step_ms;
        memset(p->why, 0, side_series(p->plan) * sizeof *p->why);
        ask_all(http, p);
        good += tell(p, told, on_missing, why);
        keep(p, t0_ms, out);
    }
    free(told);
    return good ? 0
                : err_set(e, EX_NOSERVICE, "Prometheus at %s has nothing of that time: %s",
                          p->plan->prom.url, why);
}

int backtest_samples(const struct plan *plan, int64_t from_ms, int64_t to_ms, struct samples *out,
                     void (*on_missing)(const char *metric, const char *why), struct err *e)
{
    struct piece p = {.plan = plan, .step_ms = plan->tick_ms};
    p.from_ms = from_ms - plan->baseline_ms / p.step_ms * p.step_ms;
    int64_t points = (to_ms - p.from_ms) / p.step_ms + 1;
    *out = (struct samples){.t0_ms = from_ms};
    if (points < 1 || points * (int64_t)plan->n_metrics > POINTS_MAX)
        return err_set(e, EX_BADUSAGE,
                       "%lld points of %zu metrics are too many at once: take a shorter time",
                       (long long)points, plan->n_metrics);
    struct http *http = http_start(CONNECTIONS, e);
    if (!http)
        return -1;
    pthread_mutex_init(&p.lock, NULL);
    pthread_cond_init(&p.over, NULL);
    p.slots = xzalloc(side_series(plan), sizeof *p.slots);
    p.why = xzalloc(side_series(plan), sizeof *p.why);
    for (size_t i = 0; i < side_series(plan); i++)
        if (*side_query(plan, i))
            p.slots[i] = xzalloc(points < PIECE ? (size_t)points : PIECE, sizeof **p.slots);
    out->v = xzalloc((size_t)points * plan->n_metrics + 1, sizeof *out->v);
    name_metrics(plan, out);
    int rc = fetch(http, &p, from_ms, (size_t)points, out, on_missing, e);
    http_stop(http);
    for (size_t i = 0; i < side_series(plan); i++)
        free(p.slots[i]);
    free(p.slots);
    free(p.why);
    pthread_cond_destroy(&p.over);
    pthread_mutex_destroy(&p.lock);
    return rc;
}
