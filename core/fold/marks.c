/* What was taken and found: baseline and after values, statuses, checkpoints. */
#include "fold/fold_int.h"

#include <math.h>

static void take_one(struct metric_state *m, const struct event *ev, const cJSON *x, bool after)
{
    double v = cJSON_IsNumber(x) && isfinite(x->valuedouble) ? x->valuedouble : NAN;
    int64_t n = json_int_or(json_obj(ev->body, "samples"), x->string, 0);
    double *at = after ? &m->after : &m->baseline;
    if (isnan(v) && !isnan(*at))
        return; /* taken again in vain: what is there stays */
    *at = v;
    *(after ? &m->after_n : &m->baseline_n) = n > 0 && n <= HIST_CAP ? (int)n : 0;
    if (!after)
        fold_text(m->baseline_why, sizeof m->baseline_why, json_obj(ev->body, "why"), x->string);
}

bool fold_baseline(struct state *s, const struct event *ev)
{
    bool after = event_is(ev, "set", "after"), begin = event_is(ev, "op", "begin");
    const cJSON *x;
    if (!(after || event_is(ev, "set", "baseline")) || !(begin || event_is(ev, "op", "done")))
        return false;
    *(after ? &s->after_until_ms : &s->baseline_until_ms) =
        begin ? fold_ms(ev->body, "until_ms", ev->t_ms) : 0;
    if (begin && !after && s->phase <= PHASE_COUNTDOWN)
        s->phase = PHASE_BASELINE;
    if (begin)
        return true;
    cJSON_ArrayForEach (x, json_obj(ev->body, "values")) {
        int i = plan_metric(s->plan, x->string ? x->string : "");
        if (i >= 0)
            take_one(&s->metrics[i], ev, x, after);
    }
    *(after ? &s->after_done : &s->baseline_done) = true;
    if (!after)
        retake_done(s);
    if (!after && s->phase == PHASE_BASELINE)
        s->phase = PHASE_COUNTDOWN;
    return true;
}

bool fold_status(struct state *s, const struct event *ev)
{
    int i = plan_metric(s->plan, json_str_or(ev->body, "metric", ""));
    char to[sizeof s->metrics->status];
    fold_text(to, sizeof to, ev->body, "to");
    if (i < 0 || !*to)
        return false;
    struct metric_state *m = &s->metrics[i];
    bool changed = strcmp(m->status, to) != 0, notice = json_bool_or(ev->body, "notice", false);
    if (s->t0_ms >= 0) {
        s->warnings_seen += changed && !strcmp(to, "WARNING");
        s->criticals_seen += changed && !strcmp(to, "CRITICAL");
        m->fired += changed && !strcmp(to, "CRITICAL");
        s->notices_seen += notice && !m->notice;
    }
    str_copy(m->status, sizeof m->status, to);
    m->notice = notice;
    m->alert = json_bool_or(ev->body, "alert", false);
    return true;
}

void marks_at_t0(struct state *s)
{
    for (size_t i = 0; i < s->plan->n_metrics; i++) {
        struct metric_state *m = &s->metrics[i];
        m->n_run = 0;
        m->counter_sum = 0;
        m->worst = NAN;
        m->worst_ms = 0;
        m->fired = !strcmp(m->status, "CRITICAL");
        s->warnings_seen += !strcmp(m->status, "WARNING");
        s->criticals_seen += !strcmp(m->status, "CRITICAL");
        s->notices_seen += m->notice;
    }
}

bool fold_checkpoint(struct state *s, const struct event *ev)
{
    const char *label = json_str_or(ev->body, "label", "");
    if (!strcmp(label, "now"))
        s->checkpoint_asked = false;
    if (!strcmp(label, "now") || !strcmp(label, "stage"))
        return true;
    return checkpoint_planned(s, ev, label);
}
