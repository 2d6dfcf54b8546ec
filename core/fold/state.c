/* The state's memory, its small questions and words. */
#include "fold/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fold/fold_int.h"

static void metrics_init(struct state *s)
{
    for (size_t i = 0; i < s->plan->n_metrics; i++) {
        struct metric_state *m = &s->metrics[i];
        m->value = m->last_good = m->baseline = m->after = m->counter_prev = m->worst = NAN;
        str_copy(m->why, sizeof m->why, "not asked yet");
        m->hist = xalloc(HIST_CAP * sizeof *m->hist);
        side_init(&m->other, &s->plan->metrics[i]);
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
    preflight_init(s);
    s->targets = xzalloc(plan->n_mysql, sizeof *s->targets);
    s->hist.t_ms = xalloc(HIST_CAP * sizeof *s->hist.t_ms);
    s->t0_ms = s->stage = -1;
    s->weight = s->fresh_s = NAN;
    s->act.stage = s->kill.stage = s->item.stage = s->item_at = -1;
    metrics_init(s);
    times_init(s);
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
    for (size_t i = 0; i < s->plan->n_metrics; i++) {
        free(s->metrics[i].hist);
        side_free(&s->metrics[i].other);
    }
    for (size_t i = 0; i < s->n_captured; i++)
        free(s->captured[i].value);
    for (size_t i = 0; i < LOG_CAP; i++)
        free(s->log[i].text);
    for (size_t i = 0; i < s->n_parked; i++)
        free(s->parked[i]);
    times_free(s);
    evidence_state_release(&s->evidence);
    talk_release(&s->talk);
    free(s->metrics);
    free(s->stages);
    free(s->ks);
    free(s->alert_sources);
    free(s->targets);
    free(s->hist.t_ms);
    free(s->preflight.items);
    free(s);
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

const char *state_captured(const struct state *s, const char *name)
{
    for (size_t i = 0; i < s->n_captured; i++)
        if (!strcmp(s->captured[i].name, name))
            return s->captured[i].value;
    return NULL;
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
