/* Databases that answer or do not. */
#include "fold/fold_int.h"

bool fold_target(struct state *s, const struct event *ev, const char *name)
{
    for (size_t i = 0; i < s->plan->n_mysql; i++) {
        struct target_state *t = &s->targets[i];
        if (strcmp(s->plan->mysql[i].name, name) != 0)
            continue;
        t->known = true;
        t->ok = event_is(ev, "state", "ok");
        t->since_ms = ev->t_ms;
        fold_text(t->why, sizeof t->why, ev->body, "why");
        return t->ok || event_is(ev, "state", "blind");
    }
    return false;
}

void targets_forget(struct state *s)
{
    for (size_t i = 0; i < s->plan->n_mysql; i++)
        s->targets[i] = (struct target_state){.why = "not asked since the run was resumed"};
}
