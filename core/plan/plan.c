/* The plan's own functions. A plan is the first member of what the loader allocated, together
 * with the pool that holds all of it. */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "plan/owned.h"
#include "plan/schema.h"

void plan_free(struct plan *p)
{
    if (!p)
        return;
    struct owned_plan *o = (struct owned_plan *)p;
    pool_free(&o->pool);
    free(o);
}

int plan_metric(const struct plan *p, const char *id)
{
    for (size_t i = 0; i < p->n_metrics; i++)
        if (!strcmp(p->metrics[i].id, id))
            return (int)i;
    return -1;
}

int plan_action(const struct plan *p, const char *name)
{
    for (size_t i = 0; i < p->n_actions; i++)
        if (!strcmp(p->actions[i].name, name))
            return (int)i;
    return -1;
}

const char *plan_scope(const struct plan *p, const char *key)
{
    for (size_t i = 0; i < p->n_scope; i++)
        if (!strcmp(p->scope[i].key, key))
            return p->scope[i].value;
    return NULL;
}

bool plan_changes_schema(const struct plan *p, const size_t *actions, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < p->actions[actions[i]].n_steps; k++)
            if (p->actions[actions[i]].steps[k].changes_schema)
                return true;
    return false;
}

int plan_gating(const struct plan *p)
{
    int n = 0;
    for (size_t i = 0; i < p->n_metrics; i++)
        n += p->metrics[i].gating;
    return n;
}

const char *then_word(enum then_do t)
{
    if ((unsigned)t >= N_WORDS_THEN)
        BUG("then %d", (int)t);
    return words_then[t];
}

bool plan_moves_traffic(const struct plan *p)
{
    for (size_t i = 0; i < p->n_stages; i++)
        if (p->stages[i].has_weight)
            return true;
    return false;
}

const char *rollback_mode_word(enum rollback_mode m)
{
    if ((unsigned)m >= N_WORDS_ROLLBACK)
        BUG("rollback mode %d", (int)m);
    return words_rollback[m];
}
