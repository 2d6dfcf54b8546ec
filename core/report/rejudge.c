/* Feeds samples and recorded sessions to a virtual run. */
#include "report/rejudge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "plan/side.h"
#include "report/export.h"

#define SAMPLES_END "the samples end"

/* What a name of the file stands for: a metric's index, or one of these. */
enum { AS_UNKNOWN = -1, AS_ALERT = -2, AS_KILL_SWITCH = -3, AS_CONFIRM = -4 };

struct feed {
    const struct rejudge_opts *o;
    struct drive *d;
    double *values, *others; /* plan->n_metrics */
    bool *asked;
};

static void feed_open(struct feed *f, const struct rejudge_opts *o, int64_t start_ms, int64_t t0_ms)
{
    struct drive_opts opts = {.plan = o->plan,
                              .start_ms = start_ms,
                              .t0_ms = t0_ms,
                              .given = true,
                              .no_arrows = !isfinite(o->until_s),
                              .mode = "judged",
                              .on_event = o->on_event,
                              .ctx = o->ctx};
    *f = (struct feed){.o = o,
                       .values = xzalloc(o->plan->n_metrics + 1, sizeof *f->values),
                       .others = xzalloc(o->plan->n_metrics + 1, sizeof *f->others),
                       .asked = xzalloc(o->plan->n_metrics + 1, sizeof *f->asked)};
    f->d = drive_new(&opts);
}

static void feed_tick(struct feed *f, int64_t t_ms)
{
    drive_sides(f->d, t_ms, f->values, f->others, f->asked);
    memset(f->asked, 0, f->o->plan->n_metrics * sizeof *f->asked);
}

/* "Now" is until_s even when no sample stands there; without it the run ends with the samples. */
static struct drive *feed_close(struct feed *f, int64_t t0_ms)
{
    int64_t until_ms = isfinite(f->o->until_s) ? t0_ms + llround(f->o->until_s * 1000) : -1;
    if (until_ms < 0)
        drive_finish(f->d, SAMPLES_END);
    else if (drive_state(f->d)->tick_ms < until_ms)
        feed_tick(f, until_ms);
    free(f->values);
    free(f->others);
    free(f->asked);
    return f->d;
}

/* ---- from a file ---- */

static bool confirm_known(const struct plan *p, const char *item)
{
    for (size_t i = 0; i < p->n_stages; i++)
        for (size_t k = 0; k < p->stages[i].n_confirm; k++)
            if (!strcmp(p->stages[i].confirm[k], item))
                return true;
    for (size_t k = 0; k < p->soak.n_confirm; k++)
        if (!strcmp(p->soak.confirm[k], item))
            return true;
    return false;
}

static int stands_for(const struct plan *p, const char *name)
{
    if (!strcmp(name, "@alert"))
        return p->n_alerts ? AS_ALERT : AS_UNKNOWN;
    if (!strcmp(name, "@kill_switch"))
        return p->has_kill_switch ? AS_KILL_SWITCH : AS_UNKNOWN;
    if (!strncmp(name, "@confirm:", 9))
        return confirm_known(p, name + 9) ? AS_CONFIRM : AS_UNKNOWN;
    int m = plan_metric(p, name);
    return m < 0 ? AS_UNKNOWN : m;
}

static int *bind(const struct rejudge_opts *o, const struct samples *s)
{
    int *as = xzalloc(s->n_names + 1, sizeof *as);
    for (size_t i = 0; i < s->n_names; i++) {
        as[i] = stands_for(o->plan, s->names[i]);
        if (as[i] == AS_UNKNOWN && o->on_unknown)
            o->on_unknown(o->ctx, s->names[i]);
    }
    return as;
}

static void feed_alert(struct feed *f, int64_t t_ms, double value)
{
    drive_alert_source(f->d, t_ms, 0, !isnan(value), isnan(value) ? "the sample is empty" : "");
    if (!isnan(value))
        drive_alert(f->d, t_ms, 0, "@alert", value != 0 ? "firing" : "resolved");
}

/* Only a clear 0 is off (REQUIREMENTS KIL: fail closed). */
static void feed_switch(struct feed *f, int64_t t_ms, double value)
{
    drive_kill_switch(f->d, t_ms,
                      isnan(value) ? KS_UNKNOWN
                      : value == 0 ? KS_OFF
                                   : KS_ENGAGED,
                      isnan(value) ? "the sample is empty" : "");
}

/* All samples of one time; the index of the first of the next. */
static size_t feed_moment(struct feed *f, const struct samples *s, const int *as, size_t i,
                          int64_t t0_ms)
{
    double t_s = s->v[i].t_s;
    int64_t t_ms = t0_ms + llround(t_s * 1000);
    for (; i < s->n && s->v[i].t_s == t_s; i++) {
        const struct recorded *x = &s->v[i];
        int m = as[x->name];
        if (m == AS_ALERT)
            feed_alert(f, t_ms, x->value);
        else if (m == AS_KILL_SWITCH)
            feed_switch(f, t_ms, x->value);
        else if (m == AS_CONFIRM) /* only a clear 1 confirms */
            drive_confirm(f->d, t_ms, s->names[x->name] + 9, !isnan(x->value) && x->value == 1);
        else if (m != AS_UNKNOWN) {
            f->values[m] = x->value;
            f->others[m] = x->compare;
            f->asked[m] = true;
        }
    }
    feed_tick(f, t_ms);
    return i;
}

struct drive *rejudge_samples(const struct rejudge_opts *o, const struct samples *s)
{
    struct feed f;
    int *as = bind(o, s);
    int64_t t0_ms = s->t0_ms ? s->t0_ms : REJUDGE_T0_MS;
    double first_s = s->n && s->v[0].t_s < 0 ? s->v[0].t_s : 0;
    feed_open(&f, o, t0_ms + (int64_t)floor(first_s * 1000), t0_ms);
    for (size_t i = 0; i < s->n && s->v[i].t_s <= o->until_s;)
        i = feed_moment(&f, s, as, i, t0_ms);
    free(as);
    return feed_close(&f, t0_ms);
}

/* ---- from a session ---- */

/* Series ids of the session -> series of the plan, from its first event; by id, 0 is none. */
static int *bind_series(const struct rejudge_opts *o, const struct event *first, size_t *n)
{
    const cJSON *x;
    int64_t most = 0;
    cJSON_ArrayForEach (x, json_arr(first->body, "series")) {
        int64_t id = json_int_or(x, "id", 0);
        most = id > most && id < 1000000 ? id : most;
    }
    *n = (size_t)most + 1;
    int *as = xzalloc(*n, sizeof *as);
    for (size_t i = 0; i < *n; i++)
        as[i] = AS_UNKNOWN;
    cJSON_ArrayForEach (x, json_arr(first->body, "series")) {
        int64_t id = json_int_or(x, "id", 0);
        const char *name = json_str_or(x, "metric", "");
        if (id < 1 || id > most)
            continue;
        bool other = !strcmp(json_str_or(x, "side", ""), SIDE_OTHER);
        as[id] = plan_metric(o->plan, name);
        if (as[id] < 0 && o->on_unknown && !other)
            o->on_unknown(o->ctx, name);
        if (as[id] >= 0 && other)
            as[id] += (int)o->plan->n_metrics;
    }
    return as;
}

static void feed_recorded_tick(struct feed *f, const struct event *ev, const int *as, size_t n)
{
    const struct plan *p = f->o->plan;
    const cJSON *x;
    for (size_t m = 0; m < p->n_metrics; m++)
        f->others[m] = NAN;
    cJSON_ArrayForEach (x, json_obj(ev->body, "v")) {
        int64_t id;
        if (int_parse(x->string ? x->string : "", 1, (int64_t)n - 1, &id) < 0 || as[id] < 0)
            continue;
        size_t series = (size_t)as[id], m = side_metric(p, series);
        *(side_is_other(p, series) ? &f->others[m] : &f->values[m]) =
            cJSON_IsNumber(x) ? x->valuedouble : NAN;
        f->asked[m] = f->asked[m] || !side_is_other(p, series);
    }
    feed_tick(f, ev->t_ms);
}

/* What the world said; what the director or the people made of it is judged anew. */
static void feed_event(struct feed *f, const struct event *ev, const int *as, size_t n)
{
    if (ev->kind == EV_TICK)
        feed_recorded_tick(f, ev, as, n);
    else if (ev->kind == EV_KILL_SWITCH ||
             (ev->kind == EV_ALERT && json_int_or(ev->body, "source", -1) >= 0))
        drive_event(f->d, event_dup(ev));
}

struct drive *rejudge_session(const struct rejudge_opts *o, struct reader *r, struct err *e)
{
    struct err bad = ERR_INIT;
    struct feed f;
    size_t n = 0;
    int *as = NULL;
    int64_t start_ms, t0_ms = session_t0(r, &start_ms, &bad);
    if (!bad.status && t0_ms < 0)
        err_set(&bad, EX_BADDATA, "its first stage never started: there is nothing to judge");
    if (bad.status) {
        if (e)
            *e = bad;
        return NULL;
    }
    feed_open(&f, o, start_ms, t0_ms);
    for (struct event *ev; (ev = reader_next(r, &bad)); event_free(ev)) {
        if (!as)
            as = bind_series(o, ev, &n);
        if ((double)(ev->t_ms - t0_ms) / 1000 <= o->until_s)
            feed_event(&f, ev, as, n);
    }
    free(as);
    struct drive *d = feed_close(&f, t0_ms);
    if (!bad.status)
        return d;
    drive_free(d);
    if (e)
        *e = bad;
    return NULL;
}
