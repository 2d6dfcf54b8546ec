/* What the plan does after a rollback that was read back: its `then` actions, one after the other,
 * each told as a follow-up of its own. The rollback's intent has listed them; one that fails is
 * shown and stops neither the others nor the rollback, which is done. */
#include "action/runner_int.h"

void after_finish(struct runner *r, bool good)
{
    if (r->after) {
        r->after = false;
        r->next_after++;
    } else if (good && r->rollback) {
        str_copy(r->after_of, sizeof r->after_of, r->id);
        r->next_after = 0;
    }
}

void after_pump(struct runner *r, const struct state *s, const struct judge *j)
{
    if (r->busy || r->next_after < 0 || (size_t)r->next_after >= r->plan->n_after_rollback)
        return;
    str_fmt(r->id, sizeof r->id, "%.12s+%d", r->after_of, r->next_after + 1);
    r->rollback = r->gradual = false;
    r->item = -1;
    r->after = true;
    r->step = r->tries = 0;
    r->verified_all = true;
    runner_take_steps(r);
    r->busy = true;
    runner_begin(r, s, j);
}

const char *after_name(const struct runner *r)
{
    return r->after ? r->plan->actions[r->plan->after_rollback[r->next_after]].name : NULL;
}
