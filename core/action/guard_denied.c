/* Operations that the plan denies (SCO-2): what an intent would send is filled and looked at. The
 * plan's own text was checked when it was loaded; this sees what placeholders bring. A value that a
 * step captures is not known yet: the runner looks once more before anything leaves. */
#include <string.h>

#include "action/guard_int.h"
#include "action/runner_int.h"
#include "director/want.h"
#include "plan/sql.h"

static int check_step(const struct guarded *a, const struct step *st, const struct tmpl_vars *vars,
                      struct err *why)
{
    const struct plan *p = a->s->plan;
    struct err e = ERR_INIT;
    struct buf text = BUF_INIT;
    const char *op = NULL;
    if (st->kind == STEP_HTTP || st->kind == STEP_EXEC)
        op = call_denied(p, st->kind, &st->http, &st->exec, vars);
    else if (st->kind == STEP_BURST)
        op = call_denied(p, STEP_HTTP, &st->burst.http, NULL, vars);
    else if (st->kind == STEP_SQL && tmpl_fill(st->sql.query, TMPL_SQL, vars, &text, NULL) == 0)
        sql_allowed(p, buf_str(&text), st->sql.write, &e);
    buf_free(&text);
    if (op)
        REFUSE(DENIED_SAYS "%s", op,
               strcasestr(a->in->reason, op)
                   ? "; the word stands in your reason: say it in other words"
                   : "");
    if (e.status)
        REFUSE("%s", e.text);
    return 0;
}

static int check_action(const struct guarded *a, int action, const struct tmpl_vars *vars,
                        struct err *why)
{
    const struct action *act = action < 0 ? NULL : &a->s->plan->actions[action];
    for (size_t i = 0; act && i < act->n_steps; i++)
        if (act->steps[i].kind == STEP_RAMP) {
            const struct action *each = &a->s->plan->actions[act->steps[i].ramp.action];
            for (size_t k = 0; k < each->n_steps; k++)
                if (check_step(a, &each->steps[k], vars, why) < 0)
                    return -1;
        } else if (check_step(a, &act->steps[i], vars, why) < 0) {
            return -1;
        }
    return 0;
}

/* The actions that it would run; a rollback's follow-ups stop no rollback. */
static const size_t *actions_of(const struct guarded *a, int stage, size_t *n)
{
    const struct plan *p = a->s->plan;
    const char *note;
    bool by_hand;
    int item = a->in->kind == INTENT_ITEM ? item_split(p, a->in->reason, &by_hand, &note) : -1;
    *n = 0;
    if (item >= 0 && !by_hand) {
        *n = p->timeline[item].n_actions;
        return p->timeline[item].actions;
    }
    if (a->in->kind != INTENT_ADVANCE || stage < 0)
        return NULL;
    *n = p->stages[stage].n_actions;
    return p->stages[stage].actions;
}

int guard_denied(const struct guarded *a, struct err *why)
{
    const struct plan *p = a->s->plan;
    int stage = a->in->kind == INTENT_ADVANCE ? advance_target(a->s) : a->s->stage;
    struct vars v = {
        .s = a->s, .j = a->j, .stage = stage, .actor = a->in->actor, .reason = a->in->reason};
    struct tmpl_vars vars = vars_of(&v);
    size_t n;
    if (!p->deny.n_denied && !p->n_mysql)
        return 0;
    if (a->in->kind == INTENT_ROLLBACK)
        return check_action(a, a->in->gradual ? p->gradual_action : p->rollback_action, &vars, why);
    const size_t *actions = actions_of(a, stage, &n);
    for (size_t i = 0; i < n; i++)
        if (check_action(a, (int)actions[i], &vars, why) < 0)
            return -1;
    return 0;
}
