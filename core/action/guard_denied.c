/* Operations that the plan denies (SCO-2): what an intent would send is filled and looked at. The
 * plan's own text was checked when it was loaded; this sees what placeholders bring. A value that a
 * step captures is not known yet: the runner looks once more before anything leaves. */
#include <string.h>

#include "action/guard_int.h"
#include "action/runner_int.h"
#include "director/want.h"
#include "plan/sql.h"

/* What the call would be, as far as it is known. */
static const char *denied_call(const struct plan *p, enum step_kind kind, const struct http_call *h,
                               const struct exec_call *x, const struct tmpl_vars *vars)
{
    struct buf text = BUF_INIT;
    const char *op = NULL;
    if (call_text(kind, h, x, NULL, NULL, vars, &text, NULL) == 0)
        op = sql_denied_in(p, buf_str(&text), kind == STEP_EXEC);
    buf_free(&text);
    return op;
}

static int check_step(const struct guarded *a, const struct step *st, const struct tmpl_vars *vars,
                      struct err *why)
{
    const struct plan *p = a->s->plan;
    struct err e = ERR_INIT;
    struct buf text = BUF_INIT;
    const char *op = NULL;
    if (st->kind == STEP_HTTP || st->kind == STEP_EXEC)
        op = denied_call(p, st->kind, &st->http, &st->exec, vars);
    else if (st->kind == STEP_BURST)
        op = denied_call(p, STEP_HTTP, &st->burst.http, NULL, vars);
    else if (st->kind == STEP_SQL && tmpl_fill(st->sql.query, TMPL_SQL, vars, &text, NULL) == 0)
        sql_allowed(p, buf_str(&text), st->sql.write, &e);
    buf_free(&text);
    if (op)
        REFUSE("%s is denied by the plan (`denied`): the tool itself never runs it", op);
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

int guard_denied(const struct guarded *a, struct err *why)
{
    const struct plan *p = a->s->plan;
    int stage = a->in->kind == INTENT_ADVANCE ? advance_target(a->s) : a->s->stage;
    struct vars v = {
        .s = a->s, .j = a->j, .stage = stage, .actor = a->in->actor, .reason = a->in->reason};
    struct tmpl_vars vars = vars_of(&v);
    if (!p->deny.n_denied && !p->n_mysql)
        return 0;
    if (a->in->kind == INTENT_ROLLBACK)
        return check_action(a, a->in->gradual ? p->gradual_action : p->rollback_action, &vars, why);
    if (a->in->kind != INTENT_ADVANCE || stage < 0)
        return 0;
    for (size_t i = 0; i < p->stages[stage].n_actions; i++)
        if (check_action(a, (int)p->stages[stage].actions[i], &vars, why) < 0)
            return -1;
    return 0;
}
