/* Ticks, backfilled history, baseline and status: the numbers and where they have been. */
#include "fold/fold_int.h"

#include <math.h>
#include <string.h>

#include "base/num.h"

static size_t hist_push(struct state *s, int64_t t_ms)
{
    struct history *h = &s->hist;
    size_t slot = (h->start + h->n) % HIST_CAP;
    if (h->n == HIST_CAP)
        h->start = (h->start + 1) % HIST_CAP;
    else
        h->n++;
    h->t_ms[slot] = t_ms;
    return slot;
}

/* Judged as the sum of increases since T0: from the last sample before it, or the first after. A
 * value below the one before is a reset: what it shows has all come since. */
static void count_up(struct state *s, struct metric_state *m, double raw)
{
    if (s->t0_ms >= 0 && !isnan(m->counter_prev))
        m->counter_sum += raw >= m->counter_prev ? raw - m->counter_prev : raw;
    m->counter_prev = raw;
}

static void take_value(struct state *s, size_t i, double v, int64_t t_ms, const char *why)
{
    struct metric_state *m = &s->metrics[i];
    m->at_ms = t_ms;
    m->value = v;
    str_copy(m->why, sizeof m->why, isnan(v) ? why : "");
    if (isnan(v))
        return;
    m->last_good = v;
    m->good_ms = t_ms;
    if (s->plan->metrics[i].counter)
        count_up(s, m, v);
    if (s->t0_ms >= 0)
        m->n_run++;
    if (s->stage >= 0 && s->stages[s->stage].at == STAGE_RUNNING)
        m->n_stage++;
}

void fold_tick(struct state *s, const struct event *ev)
{
    const cJSON *v = json_obj(ev->body, "v"), *why = json_obj(ev->body, "why"), *x;
    const char *blind = json_str(ev->body, "blind");
    size_t slot = hist_push(s, ev->t_ms);
    for (size_t i = 0; i < s->plan->n_metrics; i++)
        s->metrics[i].hist[slot] = s->metrics[i].value; /* not asked this time: as it stands */
    cJSON_ArrayForEach (x, v) {
        int64_t id;
        if (int_parse(x->string ? x->string : "", 1, (int64_t)s->plan->n_metrics, &id) < 0)
            continue;
        double value = cJSON_IsNumber(x) && isfinite(x->valuedouble) ? x->valuedouble : NAN;
        take_value(s, (size_t)id - 1, value, ev->t_ms, json_str_or(why, x->string, "no data"));
        s->metrics[id - 1].hist[slot] = value;
    }
    int64_t ks_at_ms = json_int_or(ev->body, "ks_at", 0);
    for (size_t i = 0; i < s->plan->n_ks; i++)
        if (ks_at_ms > s->ks[i].at_ms && s->ks[i].at_ms)
            s->ks[i].at_ms = ks_at_ms;
    s->tick_ms = ev->t_ms;
    s->ticks++;
    if (!json_num(ev->body, "fresh", &s->fresh_s))
        s->fresh_s = NAN;
    s->source_ok = !blind;
    str_copy(s->source_why, sizeof s->source_why, blind);
}

/* Puts older points in front of what is there; live values win where both are. */
static void backfill(struct state *s, const cJSON *v, int64_t from_ms, int64_t step_ms, size_t n)
{
    size_t live = s->hist.n;
    if (n + live > HIST_CAP)
        n = HIST_CAP - live;
    while (n > 0 && live > 0 && from_ms + (int64_t)(n - 1) * step_ms >= hist_time(s, 0))
        n--;
    s->hist.start = (s->hist.start + HIST_CAP - n) % HIST_CAP;
    s->hist.n += n;
    for (size_t k = 0; k < n; k++)
        s->hist.t_ms[(s->hist.start + k) % HIST_CAP] = from_ms + (int64_t)k * step_ms;
    for (size_t i = 0; i < s->plan->n_metrics; i++) {
        char id[16];
        str_fmt(id, sizeof id, "%zu", i + 1);
        const cJSON *x = json_arr(v, id) ? json_arr(v, id)->child : NULL;
        for (size_t k = 0; k < n; k++, x = x ? x->next : NULL)
            s->metrics[i].hist[(s->hist.start + k) % HIST_CAP] =
                cJSON_IsNumber(x) ? x->valuedouble : NAN;
    }
}

void fold_source(struct state *s, const struct event *ev)
{
    if (strcmp(json_str_or(ev->body, "op", ""), "backfill") != 0 || s->backfill_from_ms)
        return;
    int64_t from = json_int_or(ev->body, "from_ms", 0);
    int64_t step = json_int_or(ev->body, "step_ms", 0), n = json_int_or(ev->body, "n", 0);
    if (from <= 0 || step <= 0 || n <= 0 || n > HIST_CAP || step > INT64_C(86400000))
        return;
    s->backfill_from_ms = from;
    backfill(s, json_obj(ev->body, "v"), from, step, (size_t)n);
}

static void take_reference(struct state *s, const struct event *ev, bool after)
{
    const cJSON *x;
    cJSON_ArrayForEach (x, json_obj(ev->body, "values")) {
        int i = plan_metric(s->plan, x->string ? x->string : "");
        if (i < 0)
            continue;
        struct metric_state *m = &s->metrics[i];
        double v = cJSON_IsNumber(x) ? x->valuedouble : NAN;
        int n = (int)json_int_or(json_obj(ev->body, "samples"), x->string, 0);
        *(after ? &m->after : &m->baseline) = v;
        *(after ? &m->after_n : &m->baseline_n) = n;
        if (!after)
            str_copy(m->baseline_why, sizeof m->baseline_why,
                     json_str_or(json_obj(ev->body, "why"), x->string, ""));
    }
}

void fold_baseline(struct state *s, const struct event *ev)
{
    bool after = !strcmp(json_str_or(ev->body, "set", ""), "after");
    bool begin = !strcmp(json_str_or(ev->body, "op", ""), "begin");
    *(after ? &s->after_until_ms : &s->baseline_until_ms) =
        begin ? json_int_or(ev->body, "until_ms", 0) : 0;
    if (begin && !after && s->phase <= PHASE_COUNTDOWN)
        s->phase = PHASE_BASELINE;
    if (begin)
        return;
    take_reference(s, ev, after);
    *(after ? &s->after_done : &s->baseline_done) = true;
    if (!after && s->phase == PHASE_BASELINE)
        s->phase = PHASE_COUNTDOWN;
}

void fold_status(struct state *s, const struct event *ev)
{
    int i = plan_metric(s->plan, json_str_or(ev->body, "metric", ""));
    const char *to = json_str_or(ev->body, "to", "");
    if (i < 0)
        return;
    struct metric_state *m = &s->metrics[i];
    bool changed = strcmp(m->status, to) != 0, notice = json_bool_or(ev->body, "notice", false);
    if (s->t0_ms >= 0) {
        s->warnings_seen += changed && !strcmp(to, "WARNING");
        s->criticals_seen += changed && !strcmp(to, "CRITICAL");
        s->notices_seen += notice && !m->notice;
    }
    str_copy(m->status, sizeof m->status, to);
    m->notice = notice;
    m->alert = json_bool_or(ev->body, "alert", false);
}
