/* FNV-1a (Fowler, Noll, Vo), 64 bits, over all that the state says: what a view, the judge or the
 * director could read. No pointer and nothing a process keeps for itself goes in. */
#include "fold/fold.h"
#include "fold/hash_int.h"

#include <math.h>
#include <string.h>

static void mix(uint64_t *h, const void *p, size_t n)
{
    const unsigned char *b = p;
    for (size_t i = 0; i < n; i++)
        *h = (*h ^ b[i]) * 1099511628211u;
}

static void num(uint64_t *h, double v)
{
    uint64_t bits = 0x7ff8000000000000u; /* one pattern for every NaN, one for both zeroes */
    if (v == 0)
        v = 0;
    if (!isnan(v))
        memcpy(&bits, &v, sizeof bits);
    mix(h, &bits, sizeof bits);
}

void hash_ints(uint64_t *h, const int64_t *v, size_t n)
{
    mix(h, v, n * sizeof *v);
}

void hash_str(uint64_t *h, const char *s)
{
    mix(h, s, strlen(s) + 1);
}

static void other_side(uint64_t *h, const struct state *s, size_t i)
{
    const struct side_state *o = &s->metrics[i].other;
    if (!o->hist)
        return;
    num(h, o->value);
    num(h, o->last_good);
    HASH_INTS(h, o->at_ms, o->good_ms);
    hash_str(h, o->why);
    for (size_t k = 0; k < s->hist.n; k++)
        num(h, side_hist(s, i, k));
}

static void metric(uint64_t *h, const struct state *s, size_t i)
{
    const struct metric_state *m = &s->metrics[i];
    const double nums[] = {m->value,        m->last_good,   m->baseline, m->after,
                           m->counter_prev, m->counter_sum, m->worst};
    for (size_t k = 0; k < sizeof nums / sizeof *nums; k++)
        num(h, nums[k]);
    HASH_INTS(h, m->worst_ms, m->fired);
    HASH_INTS(h, m->at_ms, m->good_ms, m->baseline_n, m->after_n, m->n_run, m->n_stage, m->notice,
              m->alert);
    hash_str(h, m->why);
    hash_str(h, m->baseline_why);
    hash_str(h, m->status);
    for (size_t k = 0; k < s->hist.n; k++)
        num(h, hist_value(s, i, k));
    other_side(h, s, i);
}

static void stage(uint64_t *h, const struct stage_state *st)
{
    HASH_INTS(h, st->log_start, st->log_end, st->at, st->entered_ms, st->clock_ms, st->ended_ms,
              st->planned_ms, st->paused_ms, st->cooldown_until_ms, st->extended);
    num(h, st->weight);
}

static void action(uint64_t *h, const struct action_state *a)
{
    HASH_INTS(h, a->is, a->stage, a->step, a->n_steps, a->intent_ms, a->sent_ms, a->end_ms,
              a->override, a->ours, a->gradual);
    hash_str(h, a->id);
    hash_str(h, a->verb);
    hash_str(h, a->actor);
    hash_str(h, a->what);
    hash_str(h, a->why);
}

static void hands(uint64_t *h, const struct hands_state *x)
{
    HASH_INTS(h, x->is, x->step, x->since_ms, x->said, x->level, x->of);
    num(h, x->weight);
    hash_str(h, x->id);
    hash_str(h, x->role);
    hash_str(h, x->text);
}

static void follow(uint64_t *h, const struct state *s)
{
    const struct follow_state *f = &s->follow;
    for (size_t i = 0; i < s->plan->n_logs && i < FOLLOWS_MAX; i++) {
        HASH_INTS(h, f->logs[i].lines, f->logs[i].errors, f->logs[i].lost, f->logs[i].marks,
                  f->logs[i].early, f->logs[i].absent);
        hash_str(h, f->logs[i].why);
    }
    HASH_INTS(h, f->n);
    for (int i = 0; i < f->n; i++) {
        const struct followed_line *l = &f->all[(f->first + i) % FOLLOWED_KEPT];
        HASH_INTS(h, l->t_ms, l->log, l->error);
        hash_str(h, l->text);
    }
}

static void messages(uint64_t *h, const struct messages_state *m)
{
    HASH_INTS(h, m->n, m->sent, m->failed, m->blocked, m->due, m->checkpoint_ms, m->warning_ms,
              m->critical_ms);
    for (int i = 0; i < m->n; i++) {
        const struct message_kept *k = &m->all[(m->first + i) % MESSAGES_KEPT];
        const char *const texts[] = {k->id, k->op, k->on, k->to, k->channel, k->why, k->text};
        HASH_INTS(h, k->t_ms);
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
            hash_str(h, texts[t]);
    }
}

static void world(uint64_t *h, const struct state *s)
{
    for (size_t i = 0; i < s->plan->n_ks; i++) {
        const struct ks_state *k = &s->ks[i];
        HASH_INTS(h, k->is, k->at_ms, k->ms, k->checks, k->failures);
        hash_str(h, k->why);
    }
    for (size_t i = 0; i < s->plan->n_alerts; i++) {
        HASH_INTS(h, s->alert_sources[i].known, s->alert_sources[i].at_ms);
        hash_str(h, s->alert_sources[i].why);
    }
    for (size_t i = 0; i < s->plan->n_mysql; i++) {
        HASH_INTS(h, s->targets[i].known, s->targets[i].ok, s->targets[i].since_ms);
        hash_str(h, s->targets[i].why);
    }
    for (size_t i = 0; i < s->n_alerts; i++) {
        const struct alert_state *a = &s->alerts[i];
        HASH_INTS(h, a->source, a->firing, a->matches, a->told, a->since_ms);
        hash_str(h, a->name);
        hash_str(h, a->severity);
        hash_str(h, a->text);
        hash_str(h, a->runbook);
        hash_str(h, a->ack_by);
    }
    HASH_INTS(h, (int64_t)s->n_alerts, s->alerts_fired, s->ks_during_run);
}

static void people(uint64_t *h, const struct people_state *p)
{
    const struct call_state *c = &p->call;
    for (size_t i = 0; i < p->n_given; i++) {
        const struct approval_given *g = &p->given[i];
        HASH_INTS(h, g->ok, g->t_ms);
        hash_str(h, g->subject);
        hash_str(h, g->role);
        hash_str(h, g->actor);
        hash_str(h, g->reason);
    }
    for (size_t i = 0; i < p->n_seats; i++) {
        HASH_INTS(h, p->seats[i].since_ms, p->seats[i].left_ms);
        hash_str(h, p->seats[i].role);
        hash_str(h, p->seats[i].actor);
    }
    HASH_INTS(h, (int64_t)p->n_given, (int64_t)p->n_seats, p->headless, p->handed, p->handed_ms,
              p->handovers, p->refused, p->pause_seq, p->rollback_seq, p->rollback_metric,
              p->left_ms, c->called, c->level, c->since_ms, c->due_ms, c->missed);
    hash_str(h, p->ic_before);
    hash_str(h, c->answered_by);
    hash_str(h, c->why);
}

static void rollback(uint64_t *h, const struct state *s)
{
    HASH_INTS(h, s->follow_ups, s->rollback_checked, s->alerts_at_rollback);
    hash_str(h, s->rollback_unmet);
    HASH_INTS(h, s->rollback_wanted, s->rollback_would, s->rollback_started, s->rollback_done,
              s->rollback_failed, s->rollback_by_person, s->rollback_ms, s->observe_until_ms,
              s->aborted, s->extension_failed, (int64_t)s->n_rollback_rules);
    hash_str(h, s->rollback_cause);
    for (size_t i = 0; i < s->n_rollback_rules; i++)
        hash_str(h, s->rollback_rules[i]);
    hash_str(h, s->abort_why);
    hash_str(h, s->fail_why);
}

static void words(uint64_t *h, const struct state *s)
{
    const char *const all[] = {s->run_id,       s->mode,         s->ic,      s->hold_by,
                               s->hold_why,     s->pause_why,    s->end_by,  s->end_why,
                               s->source_why,   s->decision,     s->verdict, s->verdict_why,
                               s->decision_why, s->decision_rule};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        hash_str(h, all[i]);
    for (size_t i = 0; i < s->n_captured; i++) {
        hash_str(h, s->captured[i].name);
        hash_str(h, s->captured[i].value);
    }
    for (size_t i = 0; i < s->n_parked; i++)
        hash_str(h, s->parked[i]);
    for (size_t i = 0; i < s->log_n; i++) {
        const struct log_line *l = state_log(s, i);
        HASH_INTS(h, l->seq, l->t_ms, l->kind, l->level);
        hash_str(h, l->text);
    }
    HASH_INTS(h, (int64_t)s->n_captured, (int64_t)s->n_parked, (int64_t)s->log_total, s->signals);
}

static void run(uint64_t *h, const struct state *s)
{
    HASH_INTS(h, s->now_ms, s->seq, s->misfits, s->phase, s->phase_before_pause, s->resumed,
              s->start_ms, s->t0_ms, s->planned_start_ms, s->sent_n, s->overrides,
              s->checkpoint_asked, s->end_asked, s->tick_ms, s->late_ms, s->ticks,
              s->backfill_from_ms, s->source_ok, s->stage, s->baseline_until_ms, s->after_until_ms,
              s->baseline_done, s->after_done, (int64_t)s->checkpoints_done, s->hold, s->go_ms,
              s->pause_since_ms, s->paused, s->warnings_seen, s->notices_seen, s->criticals_seen,
              s->decision_ms, s->final, (int64_t)s->hist.n);
    num(h, s->fresh_s);
    HASH_INTS(h, s->weight_ms);
    num(h, s->weight);
    num(h, s->speed);
}

uint64_t state_hash(const struct state *s)
{
    uint64_t h = 14695981039346656037u;
    run(&h, s);
    words(&h, s);
    world(&h, s);
    rollback(&h, s);
    times_hash(&h, s);
    issues_hash(&h, s);
    evidence_hash(&h, s);
    talk_hash(&h, s);
    people(&h, &s->people);
    preflight_hash(&h, s);
    action(&h, &s->act);
    action(&h, &s->kill);
    hands(&h, &s->hands);
    action(&h, &s->item);
    messages(&h, &s->messages);
    follow(&h, s);
    for (size_t i = 0; i < s->plan->n_stages; i++)
        stage(&h, &s->stages[i]);
    for (size_t k = 0; k < s->hist.n; k++)
        HASH_INTS(&h, hist_time(s, k));
    for (size_t i = 0; i < s->plan->n_metrics; i++)
        metric(&h, s, i);
    return h;
}
