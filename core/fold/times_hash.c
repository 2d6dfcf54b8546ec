/* All that the state says about time beside the stages' clocks. */
#include "fold/hash_int.h"

static void ks_log(uint64_t *h, const struct times *t)
{
    for (size_t i = 0; i < t->ks_log_n; i++) {
        const struct ks_check *c = &t->ks_log[i];
        hash_str(h, c->label);
        HASH_INTS(h, c->t_ms, c->ms, (int64_t)c->n_read);
        for (size_t k = 0; k < sizeof c->is / sizeof *c->is; k++)
            HASH_INTS(h, c->is[k]);
    }
    HASH_INTS(h, (int64_t)t->ks_checks_done, t->ks_total, t->ks_not_off, t->ks_timed, t->ks_sum_ms,
              t->ks_max_ms);
}

void times_hash(uint64_t *h, const struct state *s)
{
    const struct times *t = &s->times;
    for (size_t i = 0; i < t->n_confirms; i++) {
        const struct confirm_state *c = &t->confirms[i];
        HASH_INTS(h, c->is, c->stage, c->at_ms);
        hash_str(h, c->by);
        hash_str(h, c->role);
        hash_str(h, c->note);
    }
    for (size_t i = 0; i < s->plan->n_timeline; i++) {
        const struct item_state *m = &t->items[i];
        HASH_INTS(h, m->is, m->late, m->tried, m->acted, m->confirmed, m->due_ms, m->opened_ms,
                  m->closed_ms);
        hash_str(h, m->by);
        hash_str(h, m->note);
    }
    HASH_INTS(h, t->freeze.start_ms, t->freeze.end_ms, s->item_at);
    hash_str(h, t->freeze.held);
    for (size_t i = 0; i < s->plan->n_checkpoints; i++) {
        const struct checkpoint_state *c = &t->checkpoints[i];
        HASH_INTS(h, c->told_ms, c->answered_ms, c->missed);
        hash_str(h, c->by);
        hash_str(h, c->note);
    }
    for (size_t i = 0; i < t->soak.n; i++) {
        const struct checkpoint_state *c = &t->soak.checkins[i];
        HASH_INTS(h, c->told_ms, c->answered_ms, c->missed);
        hash_str(h, c->by);
        hash_str(h, c->note);
    }
    HASH_INTS(h, t->soak.begin_ms, (int64_t)t->soak.told);
    HASH_INTS(h, t->extend_stage, t->window_told_ms);
    hash_str(h, t->extend_by);
    HASH_INTS(h, t->retake_ms, t->retakes);
    hash_str(h, t->retake_by);
    hash_str(h, t->retake_why);
    ks_log(h, t);
}
