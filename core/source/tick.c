/* A finished tick -> events: the tick itself, Prometheus blind or back, alerts that changed. */
#include "source/source_int.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "plan/side.h"

/* A scrape may be this many of its own intervals old before nothing counts as live any more. */
#define SCRAPES_MISSED   2.5
#define SCRAPE_UNKNOWN_S 150.0 /* until its interval is known: 2.5 times Prometheus' default */

void source_emit(struct source *s, struct event *ev)
{
    if (queue_put(s->out, ev) < 0) {
        atomic_fetch_add(&s->dropped, 1);
        event_free(ev);
    }
}

static void tell_dropped(struct source *s, int64_t t_ms)
{
    uint64_t n = atomic_exchange(&s->dropped, 0);
    if (!n)
        return;
    struct event *ev = event_new(EV_SOURCE, t_ms, "warroom");
    json_add_str(ev->body, "op", "dropped");
    json_add_int(ev->body, "n", (int64_t)n);
    source_emit(s, ev);
}

/* How far the newest scrape moves when it moves: the scrape interval, as seen from here. */
static void learn_interval(struct source *s, const struct job *job)
{
    double newest = (double)job->t_ms / 1000 - job->fresh_s;
    double step = newest - s->newest_s;
    if (s->newest_s > 0 && step > 0.5 && step < 600)
        s->moved_s = isnan(s->moved_s) ? step : fmax(step, s->moved_s * 0.9);
    if (s->newest_s == 0 || step > 0.5)
        s->newest_s = newest;
}

/* Why nothing Prometheus says now is live, or false. */
static bool too_old(struct source *s, const struct job *job, const struct metric *m, char *why,
                    size_t size)
{
    if (!*s->plan->prom.freshness)
        return false;
    if (isnan(job->fresh_s)) {
        str_fmt(why, size, "age of the data unknown: %s", job->fresh_why);
        return true;
    }
    double scrape = isnan(s->moved_s) ? SCRAPE_UNKNOWN_S : SCRAPES_MISSED * s->moved_s;
    if (job->fresh_s <= fmax((double)m->stale_after_ms / 1000, scrape))
        return false;
    str_fmt(why, size, "newest scrape is %.0f s old", job->fresh_s);
    return true;
}

static void add_values(struct source *s, struct job *job, cJSON *body)
{
    cJSON *v = json_add_obj(body, "v"), *why = NULL;
    for (size_t i = 0; i < side_series(s->plan); i++) {
        size_t metric = side_metric(s->plan, i);
        const struct metric *m = &s->plan->metrics[metric];
        struct sample *x = &job->samples[i];
        char id[16];
        if (!job->asked[metric] || (side_is_other(s->plan, i) && !side_compared(m)))
            continue;
        if (x->good && from_prometheus(m) && too_old(s, job, m, x->why, sizeof x->why))
            x->good = false;
        str_fmt(id, sizeof id, "%zu", i + 1);
        json_add_num(v, id, x->good ? x->value : NAN);
        if (x->good)
            continue;
        if (!why)
            why = json_add_obj(body, "why");
        json_add_str(why, id, x->why);
    }
}

static void tell_state(struct source *s, const struct job *job, bool blind)
{
    if (blind ? s->said_blind : s->said_ok)
        return;
    struct event *ev = event_new(EV_SOURCE, job->t_ms, "warroom");
    json_add_str(ev->body, "name", "prometheus");
    json_add_str(ev->body, "state", blind ? "blind" : "ok");
    json_add_str(ev->body, "why", blind ? job->why : "");
    json_add_int(ev->body, "ms", job->ms);
    s->said_blind = blind;
    s->said_ok = !blind;
    source_emit(s, ev);
}

static const struct alert_seen *find(const struct alert_answer *a, const char *name)
{
    for (int i = 0; i < a->n; i++)
        if (!strcmp(a->seen[i].name, name))
            return &a->seen[i];
    return NULL;
}

static void tell_alert(struct source *s, int64_t t_ms, size_t source, const char *state,
                       const struct alert_seen *a)
{
    struct event *ev = event_new(EV_ALERT, t_ms, "warroom");
    json_add_int(ev->body, "source", (int64_t)source);
    json_add_str(ev->body, "state", state);
    json_add_str(ev->body, "name", a->name);
    json_add_str(ev->body, "severity", a->severity);
    if (*a->runbook)
        json_add_str(ev->body, "runbook", a->runbook);
    json_add_bool(ev->body, "matches", a->matches);
    json_add_str(ev->body, "text", a->text);
    json_add_int(ev->body, "since_ms", a->since_ms);
    source_emit(s, ev);
}

static void tell_alert_source(struct source *s, int64_t t_ms, size_t source,
                              const struct alert_answer *now)
{
    struct event *ev = event_new(EV_ALERT, t_ms, "warroom");
    json_add_int(ev->body, "source", (int64_t)source);
    json_add_str(ev->body, "state", now->n < 0 ? "blind" : "known");
    json_add_str(ev->body, "why", now->n < 0 ? now->why : "");
    source_emit(s, ev);
}

/* Only changes are told. While a source is blind its alerts keep their last state. */
static void tell_alerts(struct source *s, const struct job *job, size_t i)
{
    struct alert_answer *old = &s->before[i];
    const struct alert_answer *now = &job->alerts[i];
    if (!old->told || old->blind != (now->n < 0))
        tell_alert_source(s, job->t_ms, i, now);
    for (int k = 0; k < now->n; k++) {
        const struct alert_seen *a = &now->seen[k], *b = find(old, a->name);
        if (find(now, a->name) == a && (!b || b->firing != a->firing || b->matches != a->matches))
            tell_alert(s, job->t_ms, i, a->firing ? "firing" : "pending", a);
    }
    for (int k = 0; now->n >= 0 && k < old->n; k++)
        if (find(old, old->seen[k].name) == &old->seen[k] && !find(now, old->seen[k].name))
            tell_alert(s, job->t_ms, i, "resolved", &old->seen[k]);
    if (now->n >= 0)
        *old = *now;
    old->blind = now->n < 0;
    old->told = true;
}

void tick_publish(struct source *s, struct job *job)
{
    bool blind = job->queries > 0 && job->answered == 0;
    if (blind && !job->why[0])
        str_copy(job->why, sizeof job->why, "no answer in time");
    if (!isnan(job->fresh_s))
        learn_interval(s, job);
    tell_dropped(s, job->t_ms);
    if (job->queries)
        tell_state(s, job, blind);
    for (size_t i = 0; i < s->plan->n_alerts; i++)
        tell_alerts(s, job, i);
    struct event *ev = event_new(EV_TICK, job->t_ms, "warroom");
    add_values(s, job, ev->body);
    if (!isnan(job->fresh_s))
        json_add_num(ev->body, "fresh", round(job->fresh_s * 1000) / 1000);
    json_add_int(ev->body, "ms", job->ms);
    if (job->late_ms)
        json_add_int(ev->body, "late", job->late_ms);
    if (job->ks_at_ms)
        json_add_int(ev->body, "ks_at", job->ks_at_ms);
    if (blind)
        json_add_str(ev->body, "blind", job->why);
    source_emit(s, ev);
}

struct http_request source_request(const struct plan *plan, const char *url, int64_t timeout_ms)
{
    const struct prometheus *p = &plan->prom;
    return (struct http_request){.method = "GET",
                                 .url = url,
                                 .token = p->token,
                                 .ca_file = p->ca_file,
                                 .insecure = p->insecure,
                                 .timeout_ms = timeout_ms};
}

void source_escape(struct buf *url, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            strchr("-._~", c))
            buf_addc(url, (char)c);
        else
            buf_addf(url, "%%%02X", c);
    }
}
