/* Which faults meet a request: what /sim/set forces on a target, else what the scenario says. */
#include "sim/sim_int.h"

static bool chance(struct sim *s, int pct)
{
    if (pct >= 100)
        return true;
    uint64_t z = (uint64_t)s->sc->seed * 2654435761u + ++s->draws * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z ^= z >> 27;
    return (int)(z % 100) < pct;
}

static int64_t between(struct sim *s, int64_t lo, int64_t hi)
{
    uint64_t z = ((uint64_t)s->sc->seed + ++s->draws) * 0x94d049bb133111ebu;
    return lo + (int64_t)((z >> 20) % (uint64_t)(hi - lo + 1));
}

/* left_ms: how long it still lasts in the simulated world. */
static void meet(struct sim *s, const struct fault *f, int64_t left_ms, struct mishap *out)
{
    if (!chance(s, f->chance_pct))
        return;
    if (f->kind == FAULT_DELAY)
        out->delay_ms = between(s, f->min_ms, f->max_ms);
    else if (f->kind == FAULT_LIE)
        out->lie = true;
    else if (out->kind == FAULT_NONE) {
        double real = (double)left_ms / s->clock.speed;
        out->kind = f->kind;
        out->status = f->status;
        out->hang_ms = real < HANG_MAX_MS ? (int64_t)real + 1 : HANG_MAX_MS;
    }
}

void sim_mishap(struct sim *s, unsigned target, int64_t now_ms, struct mishap *out)
{
    bool forced = false;
    *out = (struct mishap){.kind = FAULT_NONE};
    for (size_t i = 0; i < s->n_forced; i++) {
        if (s->forced[i].targets & target) {
            meet(s, &s->forced[i], INT64_MAX, out);
            forced = true;
        }
    }
    for (size_t i = 0; !forced && i < s->sc->n_faults; i++) {
        const struct fault *f = &s->sc->fault[i];
        int64_t left = f->targets & target ? model_when_left(s->m, &f->when, now_ms) : 0;
        if (left > 0)
            meet(s, f, left, out);
    }
}
