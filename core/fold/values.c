/* Ticks and backfilled history: the numbers and where they have been. */
#include "fold/fold_int.h"

#include <math.h>

#include "base/num.h"
#include "plan/side.h"

/* Times never fall, whatever the wall clock does: graphs search by them. */
static size_t hist_push(struct state *s, int64_t t_ms)
{
    struct history *h = &s->hist;
    if (h->n > 0 && t_ms < hist_time(s, h->n - 1))
        t_ms = hist_time(s, h->n - 1);
    size_t slot = (h->start + h->n) % HIST_CAP;
    if (h->n == HIST_CAP)
        h->start = (h->start + 1) % HIST_CAP;
    else
        h->n++;
    h->t_ms[slot] = t_ms;
    return slot;
}

/* Judged as the sum of increases since T0: from the last sample before it, or the first after. A
 * value below the one before is a reset: all it shows has come since. */
static void count_up(struct state *s, struct metric_state *m, double raw)
{
    if (s->t0_ms >= 0 && !isnan(m->counter_prev))
        m->counter_sum += raw >= m->counter_prev ? raw - m->counter_prev : raw;
    m->counter_prev = raw;
}

/* `no_data: zero` does not turn blindness into a zero. */
bool fold_answered_empty(const char *why)
{
    static const char *const words[] = {"", "no sample", "empty answer", "the answer is NaN"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(why, words[i]))
            return true;
    return false;
}

static void take_value(struct state *s, size_t i, double v, int64_t t_ms, const char *why)
{
    const struct metric *pm = &s->plan->metrics[i];
    struct metric_state *m = &s->metrics[i];
    if (isnan(v) && pm->no_data == NO_DATA_ZERO && fold_answered_empty(why))
        v = 0;
    m->at_ms = t_ms;
    m->value = v;
    fold_clean(m->why, sizeof m->why, isnan(v) ? *why ? why : "no data" : "");
    if (isnan(v))
        return;
    m->last_good = v;
    m->good_ms = t_ms;
    if (pm->counter)
        count_up(s, m, v);
    m->n_run += s->t0_ms >= 0;
    m->n_stage += s->stage >= 0 && s->stages[s->stage].at == STAGE_RUNNING;
}

/* Reasons stand in the order of the values: the next one is nearly always the one. */
static const char *reason_of(const cJSON **next, const cJSON *all, const char *id)
{
    const cJSON *x = *next;
    if (!x || !x->string || strcmp(x->string, id) != 0)
        x = cJSON_GetObjectItemCaseSensitive(all, id);
    if (!x)
        return "";
    *next = x->next;
    return cJSON_IsString(x) ? x->valuestring : "";
}

static void take_values(struct state *s, const struct event *ev)
{
    const cJSON *why = json_obj(ev->body, "why"), *next = why ? why->child : NULL, *x;
    cJSON_ArrayForEach (x, json_obj(ev->body, "v")) {
        int64_t id;
        if (int_parse(x->string ? x->string : "", 1, (int64_t)side_series(s->plan), &id) < 0)
            continue;
        double value = cJSON_IsNumber(x) && isfinite(x->valuedouble) ? x->valuedouble : NAN;
        const char *reason = isnan(value) ? reason_of(&next, why, x->string) : "";
        size_t series = (size_t)id - 1;
        if (side_is_other(s->plan, series))
            side_take(s, side_metric(s->plan, series), value, ev->t_ms, reason);
        else
            take_value(s, series, value, ev->t_ms, reason);
    }
}

/* A real clock cannot outrun the machine: there a late tick is a gap. */
static void take_late(struct state *s, const struct event *ev)
{
    int64_t late = json_int_or(ev->body, "late", 0);
    bool played = !strcmp(s->mode, "demo") || !strcmp(s->mode, "drill");
    if (played && late > 0 && late < INT64_C(86400000))
        s->late_ms += late;
}

/* The worst of the run so far, as it is judged. */
static void take_worst(struct state *s, size_t i, double v, int64_t t_ms)
{
    struct metric_state *m = &s->metrics[i];
    bool up = s->plan->metrics[i].upward;
    if (s->t0_ms < 0 || m->at_ms != t_ms || isnan(v) ||
        (!isnan(m->worst) && (up ? v <= m->worst : v >= m->worst)))
        return;
    m->worst = v;
    m->worst_ms = t_ms;
}

bool fold_tick(struct state *s, const struct event *ev)
{
    const char *blind = json_str(ev->body, "blind");
    take_values(s, ev);
    size_t slot = hist_push(s, ev->t_ms);
    for (size_t i = 0; i < s->plan->n_metrics; i++) {
        struct metric_state *m = &s->metrics[i];
        m->hist[slot] = s->plan->metrics[i].counter && !isnan(m->value) ? m->counter_sum : m->value;
        if (m->other.hist)
            m->other.hist[slot] = m->other.value;
        take_worst(s, i, m->hist[slot], ev->t_ms);
    }
    s->tick_ms = ev->t_ms;
    s->ticks++;
    take_late(s, ev);
    if (!json_num(ev->body, "fresh", &s->fresh_s) || !isfinite(s->fresh_s))
        s->fresh_s = NAN;
    s->source_ok = !blind;
    fold_clean(s->source_why, sizeof s->source_why, blind);
    int64_t read_ms = fold_ms(ev->body, "ks_at", 0);
    for (size_t i = 0; i < s->plan->n_ks; i++)
        if (read_ms > s->ks[i].at_ms && s->ks[i].at_ms)
            s->ks[i].at_ms = read_ms;
    world_tick(s, ev->t_ms);
    return json_obj(ev->body, "v") != NULL;
}

/* One series' points, the newest n of those given. A counter has no increase before T0. */
static void backfill_series(struct state *s, double *hist, bool counter, const cJSON *list,
                            size_t skip, size_t n)
{
    const cJSON *x = list ? list->child : NULL;
    for (; skip > 0; skip--)
        x = x ? x->next : NULL;
    for (size_t k = 0; k < n; k++, x = x ? x->next : NULL) {
        double v = cJSON_IsNumber(x) && isfinite(x->valuedouble) ? x->valuedouble : NAN;
        hist[(s->hist.start + k) % HIST_CAP] = counter && !isnan(v) ? 0 : v;
    }
}

/* Puts older points in front of what is there; live values win where both are. */
static void backfill(struct state *s, const cJSON *v, int64_t from_ms, int64_t step_ms, size_t n)
{
    int64_t before_ms = s->hist.n ? hist_time(s, 0) : s->now_ms + 1;
    size_t room = HIST_CAP - s->hist.n, skip = 0;
    while (n > 0 && from_ms + (int64_t)(n - 1) * step_ms >= before_ms)
        n--;
    if (n > room) {
        skip = n - room; /* the oldest go */
        n = room;
    }
    s->hist.start = (s->hist.start + HIST_CAP - n) % HIST_CAP;
    s->hist.n += n;
    for (size_t k = 0; k < n; k++)
        s->hist.t_ms[(s->hist.start + k) % HIST_CAP] = from_ms + (int64_t)(skip + k) * step_ms;
    for (size_t i = 0; i < side_series(s->plan); i++) {
        char id[16];
        size_t m = side_metric(s->plan, i);
        double *hist = side_is_other(s->plan, i) ? s->metrics[m].other.hist : s->metrics[m].hist;
        str_fmt(id, sizeof id, "%zu", i + 1);
        if (hist)
            backfill_series(s, hist, s->plan->metrics[m].counter, json_arr(v, id), skip, n);
    }
}

bool fold_source(struct state *s, const struct event *ev)
{
    if (!strncmp(json_str_or(ev->body, "op", ""), "log_", 4))
        return fold_follow(s, ev);
    const char *name = json_str_or(ev->body, "name", "");
    if (!strncmp(name, "mysql:", 6))
        return fold_target(s, ev, name + 6);
    if (event_is(ev, "state", "ok") || event_is(ev, "state", "blind")) {
        s->source_ok = event_is(ev, "state", "ok");
        fold_text(s->source_why, sizeof s->source_why, ev->body, "why");
        return true;
    }
    if (event_is(ev, "op", "evidence") || event_is(ev, "op", "evidence_end"))
        return fold_evidence(s, ev);
    if (!event_is(ev, "op", "backfill"))
        return event_is(ev, "op", "dropped");
    int64_t from = fold_ms(ev->body, "from_ms", 0), step = fold_ms(ev->body, "step_ms", 0);
    int64_t n = json_int_or(ev->body, "n", 0);
    if (from <= 0 || step <= 0 || step > INT64_C(86400000) || n <= 0 || n > HIST_CAP)
        return false;
    if (!s->backfill_from_ms || from < s->backfill_from_ms)
        s->backfill_from_ms = from;
    backfill(s, json_obj(ev->body, "v"), from, step, (size_t)n);
    return true;
}
