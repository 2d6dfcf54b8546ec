/* The exact calls an intent would make, as people read them: placeholders filled, secrets masked.
 * Headers and tokens are left out. */
#include <string.h>

#include "action/intent.h"
#include "action/vars.h"
#include "base/dlog.h"
#include "base/num.h"
#include "director/want.h"

static int fill(const char *text, enum tmpl_place place, const struct tmpl_vars *vars,
                struct buf *out, struct err *e)
{
    struct buf raw = BUF_INIT;
    int rc = tmpl_fill(text, place, vars, &raw, e);
    if (!rc)
        secret_mask(out, buf_str(&raw), raw.len);
    buf_free(&raw);
    return rc;
}

static int http_line(const struct http_call *c, const struct tmpl_vars *vars, struct buf *out,
                     struct err *e)
{
    buf_addf(out, "%s ", c->method);
    if (fill(c->url, TMPL_URL, vars, out, e) < 0)
        return -1;
    if (!c->body)
        return 0;
    buf_addc(out, ' ');
    return fill(c->body, c->is_json ? TMPL_JSON_STRING : TMPL_PLAIN, vars, out, e);
}

/* As a shell would need it, so that it can be read and copied; it never goes through one. */
static int exec_line(const struct exec_call *c, const struct tmpl_vars *vars, struct buf *out,
                     struct err *e)
{
    for (size_t i = 0; i < c->argc; i++) {
        struct buf arg = BUF_INIT;
        if (fill(c->argv[i], TMPL_ARGV, vars, &arg, e) < 0) {
            buf_free(&arg);
            return -1;
        }
        const char *p = buf_str(&arg);
        buf_adds(out, i ? " " : "");
        if (*p && !strpbrk(p, " \t\n\"'\\$`*?[]{}()<>|&;#~!")) {
            buf_adds(out, p);
        } else {
            buf_addc(out, '\'');
            for (; *p; p++)
                buf_adds(out, *p == '\'' ? "'\\''" : (char[]){*p, 0});
            buf_addc(out, '\'');
        }
        buf_free(&arg);
    }
    return 0;
}

static int call_line(enum step_kind kind, const struct http_call *http,
                     const struct exec_call *exec, const struct sql_call *sql, const struct plan *p,
                     const struct tmpl_vars *vars, struct buf *out, struct err *e)
{
    if (kind == STEP_SQL) {
        buf_addf(out, "%s: ", p->mysql[sql->target.at].name);
        return fill(sql->query, TMPL_SQL, vars, out, e);
    }
    return kind == STEP_HTTP ? http_line(http, vars, out, e) : exec_line(exec, vars, out, e);
}

/* A ramp shows what it ends at; how many steps it takes hangs on where it begins. */
static int hand_line(const struct step *s, const struct plan *p, const struct tmpl_vars *vars,
                     struct buf *out, struct err *e)
{
    char over[16];
    switch (s->kind) {
    case STEP_BURST:
        buf_addf(out, "%d x ", s->burst.requests);
        if (http_line(&s->burst.http, vars, out, e) < 0)
            return -1;
        buf_addf(out, ", %zu users, %d at once", s->burst.n_users, s->burst.concurrency);
        return 0;
    case STEP_MANUAL:
        buf_addf(out, "by hand, %s: ", s->manual.role);
        return fill(s->manual.text, TMPL_PLAIN, vars, out, e);
    default:
        dur_print(s->ramp.over_ms, over, sizeof over);
        buf_addf(out, "%s again and again, down to %.4g%% by %.4g%% each, over %s",
                 p->actions[s->ramp.action].name, s->ramp.to, s->ramp.step, over);
        return 0;
    }
}

static int step_lines(const struct step *s, const struct plan *plan, const struct tmpl_vars *vars,
                      struct buf *out, struct err *e)
{
    char within[16];
    if (s->kind >= STEP_BURST) {
        if (hand_line(s, plan, vars, out, e) < 0)
            return -1;
    } else if (call_line(s->kind, &s->http, &s->exec, &s->sql, plan, vars, out, e) < 0)
        return -1;
    buf_addc(out, '\n');
    if (!s->verify.set)
        return 0;
    buf_adds(out, "then read back: ");
    if (call_line(s->verify.kind, &s->verify.http, &s->verify.exec, &s->verify.sql, plan, vars, out,
                  e) < 0)
        return -1;
    dur_print(s->verify.within_ms, within, sizeof within);
    buf_addf(out, " until it agrees, at most %s\n", within);
    return 0;
}

static int action_lines(const struct action *a, const struct plan *p, const struct tmpl_vars *vars,
                        struct buf *out, struct err *e)
{
    for (size_t i = 0; i < a->n_steps; i++)
        if (step_lines(&a->steps[i], p, vars, out, e) < 0)
            return err_wrap(e, a->name);
    return 0;
}

/* The action, and what follows it once it is read back. */
static int rollback_lines(const struct plan *p, int action, const struct tmpl_vars *vars,
                          struct buf *out, struct err *e)
{
    if (action_lines(&p->actions[action], p, vars, out, e) < 0)
        return -1;
    for (size_t i = 0; i < p->n_after_rollback; i++) {
        const struct action *a = &p->actions[p->after_rollback[i]];
        struct buf lines = BUF_INIT;
        struct err later = ERR_INIT; /* what it needs may come only then */
        if (action_lines(a, p, vars, &lines, &later) < 0)
            buf_addf(&lines, "%s\n", a->name);
        buf_addf(out, "after it: %s", buf_str(&lines));
        buf_free(&lines);
    }
    return 0;
}

static int switch_lines(const struct plan *p, bool on, const struct tmpl_vars *vars,
                        struct buf *out, struct err *e)
{
    for (size_t i = 0; i < p->n_ks; i++) {
        if (http_line(on ? &p->ks[i].engage : &p->ks[i].release, vars, out, e) < 0)
            return err_wrap(e, p->ks[i].name);
        buf_addc(out, '\n');
    }
    return 0;
}

/* A value that a step captures is not known before: it is shown as what it is. */
struct shown {
    struct tmpl_vars known;
    const struct plan *plan;
};

static bool will_be_captured(const struct plan *p, const char *name)
{
    for (size_t a = 0; a < p->n_actions; a++)
        for (size_t i = 0; i < p->actions[a].n_steps; i++)
            for (size_t k = 0; k < p->actions[a].steps[i].n_captures; k++)
                if (!strcmp(p->actions[a].steps[i].captures[k].name, name))
                    return true;
    return false;
}

static int shown_get(void *ctx, const char *path, struct buf *out)
{
    const struct shown *x = ctx;
    if (x->known.get(x->known.ctx, path, out) == 0)
        return 0;
    if (strncmp(path, "captured.", 9) != 0 || !will_be_captured(x->plan, path + 9))
        return -1;
    buf_addf(out, "<%s>", path);
    return 0;
}

int intent_gradual_lines(const struct state *s, const struct judge *j, const char *actor,
                         const char *reason, struct buf *out, struct err *e)
{
    const struct plan *p = s->plan;
    struct vars v = {.s = s, .j = j, .stage = s->stage, .actor = actor, .reason = reason};
    struct shown shown = {vars_of(&v), p};
    struct tmpl_vars vars = {shown_get, &shown};
    return p->gradual_action < 0 ? 0 : rollback_lines(p, p->gradual_action, &vars, out, e);
}

int intent_lines(const struct state *s, const struct judge *j, enum intent_kind kind,
                 const char *actor, const char *reason, struct buf *out, struct err *e)
{
    const struct plan *p = s->plan;
    int target = kind == INTENT_ADVANCE ? advance_target(s) : s->stage;
    struct vars v = {.s = s, .j = j, .stage = target, .actor = actor, .reason = reason};
    struct shown shown = {vars_of(&v), p};
    struct tmpl_vars vars = {shown_get, &shown};
    if (kind == INTENT_KILL_ON || kind == INTENT_KILL_OFF)
        return switch_lines(p, kind == INTENT_KILL_ON, &vars, out, e);
    if (kind == INTENT_ROLLBACK && p->rollback_action >= 0)
        return rollback_lines(p, p->rollback_action, &vars, out, e);
    if (kind != INTENT_ADVANCE || target < 0)
        return 0;
    for (size_t i = 0; i < p->stages[target].n_actions; i++)
        if (action_lines(&p->actions[p->stages[target].actions[i]], p, &vars, out, e) < 0)
            return -1;
    return 0;
}

int item_lines(const struct state *s, const struct judge *j, size_t item, const char *actor,
               const char *reason, struct buf *out, struct err *e)
{
    const struct timeline_item *t = &s->plan->timeline[item];
    struct vars v = {.s = s, .j = j, .stage = s->stage, .actor = actor, .reason = reason};
    struct shown shown = {vars_of(&v), s->plan};
    struct tmpl_vars vars = {shown_get, &shown};
    for (size_t i = 0; i < t->n_actions; i++)
        if (action_lines(&s->plan->actions[t->actions[i]], s->plan, &vars, out, e) < 0)
            return -1;
    return 0;
}
