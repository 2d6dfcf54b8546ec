/* The state's memory, words and hash. */
#include "fold/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fold/fold.h"

static void metrics_init(struct state *s)
{
    for (size_t i = 0; i < s->plan->n_metrics; i++) {
        struct metric_state *m = &s->metrics[i];
        m->value = m->last_good = m->baseline = m->after = m->counter_prev = NAN;
        str_copy(m->why, sizeof m->why, "not asked yet");
        m->hist = xalloc(HIST_CAP * sizeof *m->hist);
    }
}

struct state *state_new(const struct plan *plan)
{
    struct state *s = xzalloc(1, sizeof *s);
    s->plan = plan;
    s->metrics = xzalloc(plan->n_metrics, sizeof *s->metrics);
    s->stages = xzalloc(plan->n_stages, sizeof *s->stages);
    s->ks = xzalloc(plan->n_ks, sizeof *s->ks);
    s->alert_sources = xzalloc(plan->n_alerts, sizeof *s->alert_sources);
    s->hist.t_ms = xalloc(HIST_CAP * sizeof *s->hist.t_ms);
    s->t0_ms = s->stage = -1;
    s->weight = s->fresh_s = NAN;
    s->act.stage = s->kill.stage = -1;
    metrics_init(s);
    for (size_t i = 0; i < plan->n_stages; i++) {
        s->stages[i].planned_ms = plan->stages[i].duration_ms;
        s->stages[i].weight = NAN;
    }
    for (size_t i = 0; i < plan->n_ks; i++)
        s->ks[i].ms = -1;
    return s;
}

void state_free(struct state *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->plan->n_metrics; i++)
        free(s->metrics[i].hist);
    for (size_t i = 0; i < s->n_captured; i++)
        free(s->captured[i].value);
    for (size_t i = 0; i < LOG_CAP; i++)
        free(s->log[i].text);
    for (size_t i = 0; i < s->n_parked; i++)
        free(s->parked[i]);
    free(s->metrics);
    free(s->stages);
    free(s->ks);
    free(s->alert_sources);
    free(s->hist.t_ms);
    free(s);
}

int64_t stage_elapsed(const struct state *s, int index, int64_t now_ms)
{
    if (index < 0 || (size_t)index >= s->plan->n_stages)
        return 0;
    const struct stage_state *st = &s->stages[index];
    if (!st->clock_ms)
        return 0;
    int64_t end = st->ended_ms ? st->ended_ms : now_ms;
    int64_t paused = st->paused_ms;
    if (!st->ended_ms && s->pause_since_ms && index == s->stage && now_ms > s->pause_since_ms)
        paused += now_ms - s->pause_since_ms;
    int64_t elapsed = end - st->clock_ms - paused;
    return elapsed > 0 ? elapsed : 0;
}

enum ks_is state_ks(const struct state *s)
{
    enum ks_is worst = KS_OFF;
    for (size_t i = 0; i < s->plan->n_ks; i++) {
        enum ks_is is = s->ks[i].is;
        if (is == KS_ENGAGED || (is == KS_FAILED && worst != KS_ENGAGED))
            worst = is;
        else if (is == KS_UNKNOWN && worst == KS_OFF)
            worst = is;
    }
    return worst;
}

double hist_value(const struct state *s, size_t m, size_t i)
{
    return s->metrics[m].hist[(s->hist.start + i) % HIST_CAP];
}

int64_t hist_time(const struct state *s, size_t i)
{
    return s->hist.t_ms[(s->hist.start + i) % HIST_CAP];
}

const struct log_line *state_log(const struct state *s, size_t i)
{
    return &s->log[(s->log_start + i) % LOG_CAP];
}

const char *phase_word(enum phase p)
{
    static const char *const words[] = {"PREFLIGHT", "COUNTDOWN", "BASELINE", "RUNNING",
                                        "HOLD",      "PAUSED",    "SOAK",     "ROLLING_BACK",
                                        "OBSERVING", "DONE"};
    return words[p];
}

const char *ks_word(enum ks_is k)
{
    static const char *const words[] = {"UNKNOWN", "OFF", "ENGAGED", "FAILED"};
    return words[k];
}

const char *act_word(enum act_is a)
{
    static const char *const words[] = {"none",   "asked for",       "sent",       "verified",
                                        "FAILED", "OUTCOME UNKNOWN", "superseded", "rehearsed"};
    return words[a];
}

/* FNV-1a, Fowler, Noll and Vo, 64 bits. */
static void mix(uint64_t *h, const void *p, size_t n)
{
    const unsigned char *b = p;
    for (size_t i = 0; i < n; i++)
        *h = (*h ^ b[i]) * 1099511628211u;
}

static void mix_num(uint64_t *h, double v)
{
    if (isnan(v))
        v = NAN; /* one bit pattern for all */
    mix(h, &v, sizeof v);
}

static void mix_int(uint64_t *h, int64_t v)
{
    mix(h, &v, sizeof v);
}

static void mix_str(uint64_t *h, const char *s)
{
    mix(h, s, strlen(s) + 1);
}

static void mix_metrics(uint64_t *h, const struct state *s)
{
    for (size_t i = 0; i < s->plan->n_metrics; i++) {
        const struct metric_state *m = &s->metrics[i];
        mix_num(h, m->value);
        mix_num(h, m->last_good);
        mix_num(h, m->baseline);
        mix_num(h, m->after);
        mix_num(h, m->counter_sum);
        mix_int(h, m->at_ms);
        mix_int(h, m->good_ms);
        mix_int(h, m->n_run);
        mix_int(h, m->n_stage);
        mix_str(h, m->why);
        mix_str(h, m->status);
        for (size_t k = 0; k < s->hist.n; k++)
            mix_num(h, hist_value(s, i, k));
    }
    for (size_t k = 0; k < s->hist.n; k++)
        mix_int(h, hist_time(s, k));
}

static void mix_run(uint64_t *h, const struct state *s)
{
    const int64_t ints[] = {s->now_ms,        s->seq,
                            s->phase,         s->t0_ms,
                            s->stage,         s->hold,
                            s->paused,        s->act.is,
                            s->kill.is,       s->alerts_fired,
                            s->rollback_done, s->rollback_wanted,
                            s->final,         (int64_t)s->log_total,
                            s->signals,       s->tick_ms,
                            s->sent_n,        (int64_t)s->n_parked};
    mix(h, ints, sizeof ints);
    mix_num(h, s->weight);
    mix_str(h, s->decision);
    mix_str(h, s->verdict);
    mix_str(h, s->act.id);
    for (size_t i = 0; i < s->plan->n_stages; i++) {
        mix_int(h, s->stages[i].at);
        mix_int(h, s->stages[i].clock_ms);
        mix_int(h, s->stages[i].planned_ms);
        mix_int(h, s->stages[i].paused_ms);
    }
    for (size_t i = 0; i < s->plan->n_ks; i++)
        mix_int(h, s->ks[i].is);
}

uint64_t state_hash(const struct state *s)
{
    uint64_t h = 14695981039346656037u;
    mix_run(&h, s);
    mix_metrics(&h, s);
    return h;
}
