/* May an issue be opened or closed? */
#include <string.h>

#include "action/guard_int.h"
#include "base/near.h"

static int unknown(const struct plan *p, const char *id, struct err *why)
{
    const char *words[64];
    size_t n = p->n_metrics < 64 ? p->n_metrics : 64;
    for (size_t i = 0; i < n; i++)
        words[i] = p->metrics[i].id;
    REFUSE("an issue is about a metric of the plan, and \"%s\" is none%s", id,
           near_hint(id, words, n).text);
}

int allow_issue(const struct guarded *a, struct err *why)
{
    char id[40];
    bool gone;
    const char *note = issue_split(a->in->reason, id, sizeof id, &gone);
    int m = plan_metric(a->s->plan, id);
    if (m < 0)
        return unknown(a->s->plan, id, why);
    const struct issue_state *i = &a->s->metrics[m].issue;
    if (gone && !i->open)
        REFUSE("there is no open issue about %s", id);
    if (!gone && i->open)
        REFUSE("%s has opened one about %s already: %s", i->by, id, i->text);
    if (!*note)
        REFUSE(gone ? "issue %s gone needs a word why" : "issue %s needs what was seen", id);
    if (gone && strcmp(a->in->actor, i->by) != 0 && strcmp(a->in->role, "ic") != 0)
        REFUSE("%s opened it: %s or the IC says that it is gone", i->by, i->by);
    return 0;
}
