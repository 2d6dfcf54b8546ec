/* Questions about the team. */
#include "plan/people.h"

#include <string.h>

#include "plan/plan.h"

int plan_role(const struct plan *p, const char *role)
{
    for (size_t i = 0; i < p->n_team; i++)
        if (!strcmp(p->team[i].role, role))
            return (int)i;
    return -1;
}

const char *plan_role_title(const struct plan *p, const char *role)
{
    int i = plan_role(p, role);
    return i < 0 ? role : p->team[i].title;
}

const struct roles *plan_approvals(const struct plan *p, const char *subject)
{
    static const struct roles nobody;
    for (size_t i = 0; i < p->n_approvals; i++)
        if (!strcmp(p->approvals[i].subject, subject))
            return &p->approvals[i].roles;
    return &nobody;
}

bool plan_signature(const struct plan *p, const char *subject)
{
    for (size_t i = 0; i < p->artifacts.n_files; i++)
        if (*subject && !strcmp(p->artifacts.files[i].signature, subject))
            return true;
    return false;
}

/* The metric's own rule comes before the one for any. */
const struct rollback_rule *plan_rollback_rule(const struct plan *p, int metric)
{
    const struct rollback_rule *any = NULL;
    for (size_t i = 0; i < p->n_rollback_rules; i++) {
        const struct rollback_rule *r = &p->rollback_rules[i];
        if (r->metric == metric)
            return r;
        if (r->metric == CAUSE_ANY && !any)
            any = r;
    }
    return any;
}

bool roles_hold(const struct roles *r, const char *role)
{
    for (size_t i = 0; i < r->n; i++)
        if (!strcmp(r->role[i], role))
            return true;
    return false;
}
