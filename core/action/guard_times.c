/* May a manual item be confirmed, may the baseline be taken again? */
#include "action/guard_int.h"

#include <string.h>

#include "base/near.h"

static bool asked_now(const struct state *s, const char *item)
{
    const struct stage *st = s->stage >= 0 ? &s->plan->stages[s->stage] : NULL;
    for (size_t i = 0; st && i < st->n_confirm; i++)
        if (!strcmp(st->confirm[i], item))
            return true;
    return false;
}

int allow_confirm(const struct state *s, const struct intent *in, struct err *why)
{
    char item[40];
    bool ok;
    const char *words[CONFIRM_MAX], *near;
    const struct stage *st = s->stage >= 0 ? &s->plan->stages[s->stage] : NULL;
    const char *note = confirm_split(in->reason, item, sizeof item, &ok);
    size_t n = st ? st->n_confirm : 0;
    if (!ok && !*note)
        REFUSE("confirm %s no needs a word why", item);
    if (asked_now(s, item))
        return 0;
    for (size_t i = 0; i < n; i++)
        words[i] = st->confirm[i];
    near = near_find(item, words, n);
    if (!n)
        REFUSE("nothing is to be confirmed %s%s", st ? "in " : "before the start",
               st ? st->name : "");
    REFUSE("%s is no manual item of %s%s%s%s", item, st->name, near ? " (did you mean " : "",
           near ? near : "", near ? "?)" : "");
}

int allow_baseline(const struct state *s, struct err *why)
{
    if (!s->plan->baseline_ms)
        REFUSE("the plan has no baseline");
    if (s->t0_ms >= 0 || s->sent_n || s->stage >= 0)
        REFUSE("the baseline is fixed for the run: %s has begun",
               s->stage >= 0 ? s->plan->stages[s->stage].name : "the first stage");
    if (s->baseline_until_ms)
        REFUSE("the baseline is being taken just now");
    if (s->times.retake_ms)
        REFUSE("%s has asked for it already: %s", s->times.retake_by, s->times.retake_why);
    return 0;
}
