/* A ramp is its action again and again, the weight a little lower each time; the times are of the
 * room's clock. Turned into steps before anything is sent, so that the number is known. */
#include <math.h>

#include "action/runner_int.h"
#include "base/json.h"

/* The last verified weight; the stage's own when none was read back; else it begins at the top. */
double ramp_from(const struct state *s)
{
    if (!isnan(s->weight))
        return s->weight;
    const struct stage *st = s->stage >= 0 ? &s->plan->stages[s->stage] : NULL;
    return st && st->has_weight ? st->weight : 100;
}

static int levels_of(const struct ramp_call *c, double from)
{
    double n = isnan(from) ? 1 : ceil((from - c->to) / c->step - 1e-9);
    return n < 1 ? 1 : (int)n;
}

void ramp_add(struct runner *r, const struct ramp_call *c)
{
    const struct action *a = &r->plan->actions[c->action];
    int n = levels_of(c, r->from_weight);
    for (int i = 1; i <= n; i++) {
        struct lowering l = {.n = i,
                             .of = n,
                             .weight = i == n ? c->to : r->from_weight - i * c->step,
                             .to = c->to,
                             .after_ms = n > 1 ? c->over_ms * (i - 1) / (n - 1) : 0};
        for (size_t k = 0; k < a->n_steps && r->n_steps < STEPS_MAX; k++) {
            l.last_step = k + 1 == a->n_steps;
            r->levels[r->n_steps] = l;
            r->steps[r->n_steps++] = &a->steps[k];
        }
    }
}

void ramp_say(const struct runner *r, cJSON *body, bool verified)
{
    const struct lowering *l = r->step < r->n_steps ? &r->levels[r->step] : NULL;
    if (!l || !l->n)
        return;
    cJSON *o = json_add_obj(body, "ramp");
    json_add_int(o, "level", l->n);
    json_add_int(o, "of", l->of);
    json_add_num(o, "weight", l->weight);
    json_add_num(o, "to", l->to);
    if (verified && l->last_step)
        json_add_num(body, "weight", l->weight);
}
