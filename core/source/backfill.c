/* History for the first screen: one query_range per series, one event when all have answered. */
#include "plan/side.h"
#include "source/range.h"
#include "source/source_int.h"

#include <math.h>
#include <stdlib.h>

#define SLOTS_MAX 180 /* a graph's worth; 256 metrics stay below a megabyte of record */

struct fill {
    struct source *source;
    pthread_mutex_t lock;
    int left;
    int64_t from_ms, step_ms;
    size_t n;
    double **slots; /* per series; NULL: no history */
};

struct fill_call {
    struct fill *fill;
    size_t series;
};

static void publish(struct fill *f)
{
    const struct plan *p = f->source->plan;
    struct event *ev = event_new(EV_SOURCE, f->from_ms + (int64_t)f->n * f->step_ms, "warroom");
    json_add_str(ev->body, "op", "backfill");
    json_add_str(ev->body, "name", "prometheus");
    json_add_int(ev->body, "from_ms", f->from_ms);
    json_add_int(ev->body, "step_ms", f->step_ms);
    json_add_int(ev->body, "n", (int64_t)f->n);
    cJSON *v = json_add_obj(ev->body, "v");
    for (size_t i = 0; i < side_series(p); i++) {
        char id[16];
        if (!f->slots[i])
            continue;
        str_fmt(id, sizeof id, "%zu", i + 1);
        cJSON *list = json_add_arr(v, id);
        for (size_t k = 0; k < f->n; k++)
            cJSON_AddItemToArray(list, isfinite(f->slots[i][k]) ? cJSON_CreateNumber(f->slots[i][k])
                                                                : cJSON_CreateNull());
    }
    source_emit(f->source, ev);
}

static void fill_put(struct fill *f)
{
    pthread_mutex_lock(&f->lock);
    int left = --f->left;
    pthread_mutex_unlock(&f->lock);
    if (left)
        return;
    publish(f);
    for (size_t i = 0; i < side_series(f->source->plan); i++)
        free(f->slots[i]);
    free(f->slots);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

static void on_range(void *ctx, const struct http_reply *r)
{
    struct fill_call *call = ctx;
    struct fill *f = call->fill;
    char why[120];
    double *slots = xzalloc(f->n, sizeof *slots);
    const struct plan *p = f->source->plan;
    if (prom_parse_range(r, &p->metrics[side_metric(p, call->series)], f->from_ms, f->step_ms, f->n,
                         slots, why, sizeof why) == 0) {
        pthread_mutex_lock(&f->lock);
        f->slots[call->series] = slots;
        pthread_mutex_unlock(&f->lock);
    } else {
        free(slots);
    }
    free(call);
    fill_put(f);
}

static void ask_range(struct fill *f, size_t series)
{
    struct source *s = f->source;
    struct err e = ERR_INIT;
    struct fill_call *call = xzalloc(1, sizeof *call);
    *call = (struct fill_call){f, series};
    if (range_ask(s->http, s->plan, side_query(s->plan, series), f->from_ms, f->step_ms, f->n,
                  on_range, call, &e) == 0)
        return;
    struct http_reply r = {.end = HTTP_REFUSED, .body = ""};
    on_range(call, &r);
}

void backfill_start(struct source *s, int64_t now_ms)
{
    int64_t window = s->plan->prom.backfill_ms, step = s->plan->tick_ms;
    if (window < step)
        return;
    if (window / step > SLOTS_MAX)
        step = (window / SLOTS_MAX + 999) / 1000 * 1000;
    struct fill *f = xzalloc(1, sizeof *f);
    *f = (struct fill){.source = s, .left = 1, .step_ms = step, .n = (size_t)(window / step)};
    f->from_ms = now_ms - (int64_t)f->n * step;
    f->slots = xzalloc(side_series(s->plan), sizeof *f->slots);
    pthread_mutex_init(&f->lock, NULL);
    for (size_t i = 0; i < side_series(s->plan); i++) {
        if (!*side_query(s->plan, i))
            continue;
        pthread_mutex_lock(&f->lock);
        f->left++;
        pthread_mutex_unlock(&f->lock);
        ask_range(f, i);
    }
    fill_put(f);
}
