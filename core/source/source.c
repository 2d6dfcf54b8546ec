/* The tick: at each one every source is asked with the same time=, and what has come when all have
 * answered (or the tick is over) becomes one event. Its thread only waits and asks; answers are
 * parsed on the transport's thread. Late answers are dropped, never shown as live. */
#include "source/source_int.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/dlog.h"
#include "base/thread.h"
#include "plan/side.h"

#define SQL_WAIT_MS 1000

/* A job is shared by its transfers and the ticker; the last one frees it. */
void job_put(struct job *job)
{
    pthread_mutex_lock(&job->lock);
    int left = --job->refs;
    pthread_mutex_unlock(&job->lock);
    if (left)
        return;
    pthread_mutex_destroy(&job->lock);
    free(job->samples);
    free(job->asked);
    free(job->alerts);
    free(job->ids);
    eyes_job_free(job);
    free(job);
}

static struct job *job_new(struct source *s, int64_t t_ms)
{
    struct job *job = xzalloc(1, sizeof *job);
    const struct plan *p = s->plan;
    pthread_mutex_init(&job->lock, NULL);
    job->source = s;
    job->refs = 1;
    job->t_ms = t_ms;
    job->late_ms = s->late_ms;
    job->fresh_s = NAN;
    job->samples = xzalloc(side_series(p), sizeof *job->samples);
    job->asked = xzalloc(p->n_metrics, sizeof *job->asked);
    job->alerts = xzalloc(p->n_alerts, sizeof *job->alerts);
    job->ids = xzalloc(side_series(p) + p->n_alerts + 1, sizeof *job->ids);
    job->started = mono_now();
    return job;
}

struct call {
    struct job *job;
    int what; /* >= 0: series; CALL_FRESH; <= CALL_ALERT: alert source CALL_ALERT - what */
};
enum { CALL_FRESH = -1, CALL_ALERT = -2 };

static void take_fresh(struct job *job, const struct http_reply *r)
{
    struct metric m = {.scale = 1, .reduce = REDUCE_REFUSE};
    struct sample one;
    prom_parse_instant(r, &m, job->t_ms, &one);
    job->fresh_s = one.good ? one.value : NAN;
    str_copy(job->fresh_why, sizeof job->fresh_why, one.why);
}

static void take_alerts(struct job *job, int source, const struct http_reply *r)
{
    struct alert_answer *a = &job->alerts[source];
    a->n = alerts_parse(r, &job->source->plan->alerts[source], a->seen, ALERTS_KEPT, a->why,
                        sizeof a->why);
}

/* Both sides of a metric have its scale and are reduced alike. */
static void take_sample(struct job *job, size_t series, const struct http_reply *r)
{
    const struct plan *p = job->source->plan;
    prom_parse_instant(r, &p->metrics[side_metric(p, series)], job->t_ms, &job->samples[series]);
}

/* On the transport's thread. */
static void on_answer(void *ctx, const struct http_reply *r)
{
    struct call *call = ctx;
    struct job *job = call->job;
    pthread_mutex_lock(&job->lock);
    if (!job->closed) {
        if (call->what == CALL_FRESH)
            take_fresh(job, r);
        else if (call->what <= CALL_ALERT)
            take_alerts(job, CALL_ALERT - call->what, r);
        else
            take_sample(job, (size_t)call->what, r);
        bool alert = call->what <= CALL_ALERT;
        job->answered += !alert && r->end == HTTP_ANSWERED && r->status < 500;
        if (!alert && r->end != HTTP_ANSWERED && !job->why[0])
            str_copy(job->why, sizeof job->why, r->why);
        else if (!alert && r->status >= 500 && !job->why[0])
            str_fmt(job->why, sizeof job->why, "%d", r->status);
        job->waiting--;
    }
    bool over = !job->closed && job->waiting == 0;
    pthread_mutex_unlock(&job->lock);
    if (over) /* databases may still be waited for: the ticker looks */
        source_wake(job->source);
    job_put(job);
    free(call);
}

/* Sends one question; one that cannot even be sent counts as answered with that reason. */
static void ask(struct job *job, int what, const struct http_request *rq)
{
    struct call *call = xzalloc(1, sizeof *call);
    struct err e = ERR_INIT;
    *call = (struct call){job, what};
    pthread_mutex_lock(&job->lock);
    job->refs++;
    job->waiting++;
    pthread_mutex_unlock(&job->lock);
    int64_t id = http_send(job->source->http, rq, on_answer, call, &e);
    if (id > 0) {
        job->ids[job->n_ids++] = id;
        return;
    }
    struct http_reply r = {.end = HTTP_REFUSED, .body = ""};
    str_copy(r.why, sizeof r.why, e.text);
    on_answer(call, &r);
}

static void ask_prometheus(struct job *job, int what, const char *query)
{
    struct source *s = job->source;
    struct buf url = BUF_INIT;
    buf_addf(&url, "%s/api/v1/query?time=%lld.%03d&query=", s->plan->prom.url,
             (long long)(job->t_ms / 1000), (int)(job->t_ms % 1000));
    source_escape(&url, query);
    struct http_request rq = source_request(s->plan, url.p, job->limit_ms);
    ask(job, what, &rq);
    buf_free(&url);
}

static void ask_alerts(struct job *job, size_t i)
{
    struct source *s = job->source;
    const struct alert_source *a = &s->plan->alerts[i];
    struct buf url = BUF_INIT;
    struct http_request rq;
    if (a->alertmanager) {
        buf_addf(&url, "%s/api/v2/alerts", a->url);
        rq = (struct http_request){.method = "GET", .url = url.p, .timeout_ms = job->limit_ms};
    } else {
        buf_addf(&url, "%s/api/v1/alerts", s->plan->prom.url);
        rq = source_request(s->plan, url.p, job->limit_ms);
    }
    ask(job, CALL_ALERT - (int)i, &rq);
    buf_free(&url);
}

static void take_control(struct job *job)
{
    const struct plan *p = job->source->plan;
    struct control_values v = {NAN, NAN, NAN, 0, "no kill switch"};
    if (job->source->control)
        job->source->control(job->source->control_ctx, &v);
    job->ks_at_ms = v.ks_at_ms;
    for (size_t i = 0; i < p->n_metrics; i++) {
        double value = p->metrics[i].control == CONTROL_KS_MS       ? v.ks_ms
                       : p->metrics[i].control == CONTROL_KS_CHECKS ? v.ks_checks
                                                                    : v.ks_availability_pct;
        if (p->metrics[i].control == CONTROL_NONE || !job->asked[i])
            continue;
        job->samples[i] = (struct sample){.good = isfinite(value), .value = value, .series = 1};
        str_copy(job->samples[i].why, sizeof job->samples[i].why, v.why);
    }
}

/* Marks what this tick asks: each metric at its own pace, all of them at the first tick. */
static void choose(struct job *job)
{
    struct source *s = job->source;
    for (size_t i = 0; i < s->plan->n_metrics; i++) {
        int64_t every = s->plan->metrics[i].every_ms;
        job->asked[i] = job->t_ms - s->asked_ms[i] >= every - s->plan->tick_ms / 2;
        if (job->asked[i])
            s->asked_ms[i] = job->t_ms;
    }
}

static struct job *job_start(struct source *s, int64_t t_ms)
{
    struct job *job = job_new(s, t_ms);
    const struct plan *p = s->plan;
    job->limit_ms = source_limit_ms(s);
    choose(job);
    pthread_mutex_lock(&job->lock);
    job->waiting = 1; /* so that it is not over before all is asked */
    pthread_mutex_unlock(&job->lock);
    for (size_t i = 0; i < side_series(p); i++) {
        const char *query = side_query(p, i);
        if (!*query || !job->asked[side_metric(p, i)])
            continue;
        job->queries++;
        str_copy(job->samples[i].why, sizeof job->samples[i].why, "no answer in time");
        job->samples[i].value = NAN;
        ask_prometheus(job, (int)i, query);
    }
    if (*p->prom.freshness && job->queries) {
        str_copy(job->fresh_why, sizeof job->fresh_why, "no answer in time");
        ask_prometheus(job, CALL_FRESH, p->prom.freshness);
    }
    for (size_t i = 0; i < p->n_alerts; i++) {
        job->alerts[i].n = -1;
        str_copy(job->alerts[i].why, sizeof job->alerts[i].why, "no answer in time");
        ask_alerts(job, i);
    }
    eyes_ask(job);
    pthread_mutex_lock(&job->lock);
    job->waiting--;
    pthread_mutex_unlock(&job->lock);
    return job;
}

/* Closes the job: from here on answers are late and dropped. One that the end has cut short says
 * nothing about the world, and is not told. */
static void job_finish(struct source *s, struct job *job, bool cut)
{
    pthread_mutex_lock(&job->lock);
    job->closed = true;
    job->ms = mono_since(job->started);
    bool late = job->waiting > 0;
    pthread_mutex_unlock(&job->lock);
    for (size_t i = 0; late && i < job->n_ids; i++)
        http_cancel(s->http, job->ids[i]);
    take_control(job);
    eyes_take(job);
    if (!cut)
        tick_publish(s, job);
    job_put(job);
}

/* Databases get a quarter of the tick, at least a second: a hanging one holds up nobody's values.
 */
static int64_t sql_limit_ms(const struct job *job)
{
    const struct source *s = job->source;
    int64_t most = (int64_t)((double)s->plan->tick_ms / s->clock.speed / 4);
    most = most > SQL_WAIT_MS ? most : SQL_WAIT_MS;
    return most < job->limit_ms ? most : job->limit_ms;
}

/* Real ms it still may wait for answers; 0: it is over. */
static int64_t job_left_ms(struct job *job)
{
    pthread_mutex_lock(&job->lock);
    int64_t limit = job->waiting ? job->limit_ms : job->waiting_sql ? sql_limit_ms(job) : 0;
    pthread_mutex_unlock(&job->lock);
    int64_t left = limit - mono_since(job->started);
    return left > 0 ? left : 0;
}

void source_wake(struct source *s)
{
    pthread_mutex_lock(&s->lock);
    s->woken = true;
    pthread_cond_signal(&s->cond);
    pthread_mutex_unlock(&s->lock);
}

/* Waits for a wake or `ms` real milliseconds; false when it is time to stop. */
static bool doze(struct source *s, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_mutex_lock(&s->lock);
    while (!s->woken && !s->stop)
        if (pthread_cond_timedwait(&s->cond, &s->lock, &until) == ETIMEDOUT)
            break;
    s->woken = false;
    bool go = !s->stop;
    pthread_mutex_unlock(&s->lock);
    return go;
}

static void *ticker(void *arg)
{
    struct source *s = arg;
    int64_t next = clock_wall(&s->clock), tick = s->plan->tick_ms;
    bool backfilled = false;
    for (bool go = true; go;) {
        struct job *job = job_start(s, next);
        if (!backfilled)
            backfill_start(s, next);
        backfilled = true;
        int64_t wait;
        while (go && (wait = job_left_ms(job)) > 0)
            go = doze(s, wait);
        job_finish(s, job, !go && job_left_ms(job) > 0);
        int64_t now = clock_wall(&s->clock), due = next + tick;
        next += now > next + tick ? (now - next) / tick * tick : tick;
        s->late_ms = s->clock.speed > 1 ? next - due : 0;
        while (go && (wait = clock_wait(&s->clock, next)) > 0)
            go = doze(s, wait);
    }
    return NULL;
}

/* A tick has to be over before the next one; runs faster than the world get a whole second. */
int64_t source_limit_ms(const struct source *s)
{
    int64_t most = clock_limit(&s->clock, s->plan->tick_ms, s->clock.speed > 1 ? 1000 : 0);
    return s->plan->prom.timeout_ms < most ? s->plan->prom.timeout_ms : most;
}

struct source *source_start(const struct plan *plan, struct http *http, const struct clock *clock,
                            control_read control, void *control_ctx, struct queue *out,
                            struct err *e)
{
    struct source *s = xzalloc(1, sizeof *s);
    pthread_condattr_t attr;
    *s = (struct source){.plan = plan,
                         .http = http,
                         .clock = *clock,
                         .control = control,
                         .control_ctx = control_ctx,
                         .out = out};
    s->asked_ms = xzalloc(plan->n_metrics, sizeof *s->asked_ms);
    s->before = xzalloc(plan->n_alerts, sizeof *s->before);
    s->moved_s = NAN;
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->cond, &attr);
    pthread_condattr_destroy(&attr);
    if (eyes_open(s, e) < 0 || thread_start(&s->thread, ticker, s, "the sources", e) < 0) {
        source_free(s);
        return NULL;
    }
    return s;
}

void source_stop(struct source *s)
{
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_signal(&s->cond);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    eyes_stop(s);
}

void source_free(struct source *s)
{
    if (!s)
        return;
    eyes_free(s);
    pthread_cond_destroy(&s->cond);
    pthread_mutex_destroy(&s->lock);
    free(s->asked_ms);
    free(s->before);
    free(s);
}
