/* One call of a step: filled, sent, its answer copied into the runner's queue. */
#include "action/runner_int.h"
#include "action/send.h"

#include <stdlib.h>
#include <string.h>

#include "base/dlog.h"
#include "plan/sql.h"

struct call_ctx {
    struct runner *runner;
    uint64_t turn;
};

void answer_free(void *p)
{
    struct answer *a = p;
    free(a->body);
    free(a->errout);
    sql_reply_clear(&a->db);
    free(a);
}

static void hand_over(struct call_ctx *c, struct answer *a)
{
    a->turn = c->turn;
    if (queue_put(c->runner->answers, a) < 0)
        answer_free(a);
    free(c);
}

static void on_http(void *ctx, const struct http_reply *r)
{
    struct answer *a = xzalloc(1, sizeof *a);
    a->http = *r;
    a->http.body = a->body = xstrndup(r->body, r->body_len);
    hand_over(ctx, a);
}

static void on_child(void *ctx, const struct child_result *r)
{
    struct answer *a = xzalloc(1, sizeof *a);
    a->exec = true;
    a->child = *r;
    a->child.out = a->body = xstrndup(r->out, r->out_len);
    a->child.errout = a->errout = xstrndup(r->errout, r->errout_len);
    hand_over(ctx, a);
}

static void on_sql(void *ctx, const struct db_reply *r)
{
    struct answer *a = xzalloc(1, sizeof *a);
    a->sql = true;
    sql_reply_copy(&a->db, r);
    hand_over(ctx, a);
}

/* What this action captured itself is newer than what the state knows. */
static int own_get(void *ctx, const char *path, struct buf *out)
{
    struct runner *r = ctx;
    if (!strncmp(path, "captured.", 9)) {
        for (int i = 0; i < r->n_captured; i++) {
            if (!strcmp(r->captured[i].name, path + 9)) {
                buf_adds(out, r->captured[i].value);
                return 0;
            }
        }
    }
    return r->outer.get(r->outer.ctx, path, out);
}

struct tmpl_vars runner_vars(struct runner *r, struct vars *v, const struct state *s,
                             const struct judge *j)
{
    const struct lowering *l = r->step < r->n_steps ? &r->levels[r->step] : NULL;
    *v = (struct vars){.s = s,
                       .j = j,
                       .stage = r->stage,
                       .weight = l && l->n ? &l->weight : NULL,
                       .actor = r->actor,
                       .reason = r->reason};
    r->outer = vars_of(v);
    return (struct tmpl_vars){own_get, r};
}

static struct call_ctx *call_ctx(struct runner *r)
{
    struct call_ctx *ctx = xzalloc(1, sizeof *ctx);
    *ctx = (struct call_ctx){r, r->turn};
    return ctx;
}

static int send_http(struct runner *r, const struct http_call *c, const struct tmpl_vars *vars,
                     struct err *e)
{
    struct call_ctx *ctx = call_ctx(r);
    r->http_id = send_http_call(r->http, c, vars, on_http, ctx, e);
    if (r->http_id > 0)
        return 0;
    free(ctx);
    return -1;
}

static int send_exec(struct runner *r, const struct exec_call *c, const struct tmpl_vars *vars,
                     struct err *e)
{
    struct call_ctx *ctx = call_ctx(r);
    r->child_id = send_exec_call(r->children, c, vars, on_child, ctx, e);
    if (r->child_id > 0)
        return 0;
    free(ctx);
    return -1;
}

static int send_sql(struct runner *r, const struct sql_call *c, const struct tmpl_vars *vars,
                    struct err *e)
{
    struct call_ctx *ctx = call_ctx(r);
    if (sql_hands_ask(r->sql, c, vars, on_sql, ctx, e) == 0)
        return 0;
    free(ctx);
    return -1;
}

const char *call_denied(const struct plan *p, enum step_kind kind, const struct http_call *h,
                        const struct exec_call *x, const struct tmpl_vars *vars)
{
    struct buf text = BUF_INIT;
    const char *op = NULL;
    if (p->deny.n_denied && call_text(kind, h, x, NULL, NULL, vars, &text, NULL) == 0)
        op = sql_denied_in(p, buf_str(&text), kind == STEP_EXEC);
    buf_free(&text);
    return op;
}

int runner_denied(const struct runner *r, enum step_kind kind, const struct http_call *h,
                  const struct exec_call *x, const struct tmpl_vars *vars, struct err *e)
{
    const char *op = kind == STEP_SQL ? NULL : call_denied(r->plan, kind, h, x, vars);
    return op ? err_set(e, EX_NOPERMISSION, DENIED_SAYS, op) : 0;
}

int runner_call(struct runner *r, const struct state *s, const struct judge *j, bool verify,
                struct err *e)
{
    const struct step *st = r->steps[r->step];
    struct vars v;
    struct tmpl_vars vars = runner_vars(r, &v, s, j);
    enum step_kind kind = verify ? st->verify.kind : st->kind;
    r->turn++;
    if (runner_denied(r, kind, verify ? &st->verify.http : &st->http,
                      verify ? &st->verify.exec : &st->exec, &vars, e) < 0)
        return -1;
    if (kind == STEP_SQL)
        return send_sql(r, verify ? &st->verify.sql : &st->sql, &vars, e);
    if (kind == STEP_HTTP)
        return send_http(r, verify ? &st->verify.http : &st->http, &vars, e);
    return send_exec(r, verify ? &st->verify.exec : &st->exec, &vars, e);
}

static int http_text(const struct http_call *c, const struct tmpl_vars *vars, struct buf *out,
                     struct err *e)
{
    buf_addf(out, "%s ", c->method);
    if (tmpl_fill(c->url, TMPL_URL, vars, out, e) < 0)
        return -1;
    if (!c->body)
        return 0;
    buf_addc(out, ' ');
    return tmpl_fill(c->body, c->is_json ? TMPL_JSON_STRING : TMPL_PLAIN, vars, out, e);
}

int call_text(enum step_kind kind, const struct http_call *h, const struct exec_call *x,
              const struct sql_call *q, const struct plan *p, const struct tmpl_vars *vars,
              struct buf *out, struct err *e)
{
    struct buf raw = BUF_INIT;
    int rc = 0;
    if (kind == STEP_HTTP)
        rc = http_text(h, vars, &raw, e);
    else if (kind == STEP_SQL)
        rc = sql_call_text(p, q, vars, &raw, e);
    for (size_t i = 0; kind == STEP_EXEC && rc == 0 && i < x->argc; i++) {
        if (i)
            buf_addc(&raw, ' ');
        rc = tmpl_fill(x->argv[i], TMPL_ARGV, vars, &raw, e);
    }
    secret_mask(out, buf_str(&raw), raw.len);
    buf_free(&raw);
    return rc;
}
