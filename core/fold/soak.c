/* The soak: it begins when the last stage has passed; its check-ins count from T0. */
#include <stdlib.h>

#include "fold/fold_int.h"

#define CHECKINS_MAX 2000

void soak_init(struct state *s)
{
    const struct soak *k = &s->plan->soak;
    struct soak_state *t = &s->times.soak;
    int64_t n = k->set && k->checkin_ms > 0 ? k->until_ms / k->checkin_ms : 0;
    t->n = n > 0 ? n < CHECKINS_MAX ? (size_t)n : CHECKINS_MAX : 0;
    t->checkins = xzalloc(t->n, sizeof *t->checkins);
}

void soak_free(struct state *s)
{
    free(s->times.soak.checkins);
}

int64_t soak_end_ms(const struct state *s)
{
    return s->plan->soak.set && s->t0_ms >= 0 ? s->t0_ms + s->plan->soak.until_ms : 0;
}

int checkin_open(const struct state *s)
{
    const struct soak_state *k = &s->times.soak;
    if (!k->told)
        return -1;
    const struct checkpoint_state *c = &k->checkins[k->told - 1];
    return c->answered_ms || c->missed ? -1 : (int)k->told - 1;
}

size_t confirms_now(const struct state *s, char *const **names)
{
    const struct stage *st = s->stage >= 0 ? &s->plan->stages[s->stage] : NULL;
    *names = NULL;
    if (s->times.soak.begin_ms) {
        *names = s->plan->soak.confirm;
        return s->plan->soak.n_confirm;
    }
    if (!st)
        return 0;
    *names = st->confirm;
    return st->n_confirm;
}

void soak_begin(struct state *s, int64_t t_ms)
{
    if (!s->plan->soak.set || s->times.soak.begin_ms)
        return;
    s->times.soak.begin_ms = t_ms > 0 ? t_ms : 1;
    s->phase = PHASE_SOAK;
    if (soak_end_ms(s) > s->observe_until_ms)
        s->observe_until_ms = soak_end_ms(s);
}

void soak_missed(struct state *s)
{
    int i = checkin_open(s);
    if (i >= 0)
        s->times.soak.checkins[i].missed = true;
}

void soak_answer(struct state *s, const struct event *ev)
{
    int i = checkin_open(s);
    if (i < 0)
        return;
    struct checkpoint_state *c = &s->times.soak.checkins[i];
    c->answered_ms = fold_at(ev);
    str_copy(c->by, sizeof c->by, ev->actor);
    fold_text(c->note, sizeof c->note, ev->body, "reason");
}

bool fold_soak(struct state *s, const struct event *ev)
{
    struct soak_state *k = &s->times.soak;
    int64_t i = json_int_or(ev->body, "index", -1);
    if (event_is(ev, "op", "begin"))
        return k->begin_ms != 0; /* the end of the last stage has begun it */
    if (i < 0 || i >= (int64_t)k->n)
        return false;
    if (event_is(ev, "op", "missed")) {
        k->checkins[i].missed = true;
        return true;
    }
    if (!event_is(ev, "op", "checkin") || (size_t)i < k->told)
        return false;
    soak_missed(s); /* the one before is not answered any more */
    k->told = (size_t)i + 1;
    k->checkins[i].told_ms = fold_at(ev);
    return true;
}
