/* Gates in words; see gates.h. Decides nothing, the director does. */
#include "tui/gates.h"

#include <string.h>

#include "base/num.h"

bool gate_by_clock(const struct gate_item *it)
{
    return !strcmp(it->whom, "clock") || !strcmp(it->name, "people");
}

bool gate_matters(const struct scene *s)
{
    const struct state *st = s->state;
    return s->gate && s->gate->n && !st->final && !st->aborted && !st->rollback_wanted;
}

const struct gate_item *gate_first(const struct gate *g)
{
    const struct gate_item *found = NULL;
    int best = 4;
    for (size_t i = 0; g && i < g->n; i++) {
        const struct gate_item *it = &g->items[i];
        int rank = !gate_by_clock(it)                ? 0
                   : !strcmp(it->name, "window")     ? 1
                   : strcmp(it->name, "people") != 0 ? 2
                                                     : 3;
        if (!it->open && rank < best) {
            best = rank;
            found = it;
        }
    }
    return found;
}

int gate_rank(const struct gate_item *it)
{
    return it->open ? 2 : gate_by_clock(it) && strcmp(it->name, "time") != 0;
}

void item_press(const struct scene *s, size_t item, char *out, size_t size)
{
    const struct timeline_item *t = &s->plan->timeline[item];
    if (*t->confirm)
        str_fmt(out, size, ":confirm %s", t->confirm);
    else
        str_fmt(out, size, ":item %s", t->at);
}

/* The first step before T that is open or has failed. */
static void step_press(const struct scene *s, char *out, size_t size)
{
    for (size_t i = 0; i < s->plan->n_timeline && s->plan->timeline[i].at_ms < 0; i++) {
        enum item_is is = s->state->times.items[i].is;
        if (is != ITEM_OPEN && is != ITEM_FAILED)
            continue;
        item_press(s, i, out, size);
        return;
    }
}

void gate_press(const struct scene *s, const struct gate_item *it, char *out, size_t size)
{
    static const char *const checks[] = {"preflight", "blocker", "sign-off"};
    out[0] = '\0';
    if (!strcmp(it->name, "timeline"))
        step_press(s, out, size);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (!strcmp(it->name, checks[i]) && view_of(s->ui)->key != '3')
            str_copy(out, size, "3 checks");
}
