/* Statements of actions and checks: filled, guarded, asked, and their answers weighed. */
#include "action/sql.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "plan/sql.h"
#include "source/sql_conf.h"

#define HANDS_MAX 4 /* of a target; the second only while the first waits for its answer */

struct hand {
    struct db *db;    /* NULL until the first statement */
    atomic_int waits; /* statements without an answer */
};

struct sql_hands {
    const struct plan *plan;
    struct hand hands[MYSQL_TARGETS_MAX][HANDS_MAX];
};

struct asked {
    struct hand *hand;
    db_done done;
    void *ctx;
};

struct sql_hands *sql_hands_new(const struct plan *p)
{
    struct sql_hands *h = xzalloc(1, sizeof *h);
    h->plan = p;
    return h;
}

void sql_hands_free(struct sql_hands *h)
{
    for (size_t i = 0; h && i < MYSQL_TARGETS_MAX * HANDS_MAX; i++)
        db_close(h->hands[i / HANDS_MAX][i % HANDS_MAX].db);
    free(h);
}

/* The connection that is warm, as long as nothing waits on it. */
static struct hand *free_hand(struct sql_hands *h, int target)
{
    struct hand *of = h->hands[target];
    int i = 0;
    while (i < HANDS_MAX - 1 && atomic_load(&of[i].waits))
        i++;
    return &of[i];
}

/* Free before its answer is seen, so that the next step finds it free. */
static void answered(void *ctx, const struct db_reply *r)
{
    struct asked *a = ctx;
    atomic_fetch_sub(&a->hand->waits, 1);
    a->done(a->ctx, r);
    free(a);
}

static int ask(struct hand *hand, const struct db_request *rq, db_done done, void *ctx,
               struct err *e)
{
    struct asked *a = xzalloc(1, sizeof *a);
    *a = (struct asked){hand, done, ctx};
    atomic_fetch_add(&hand->waits, 1);
    if (db_ask(hand->db, rq, answered, a, e) == 0)
        return 0;
    atomic_fetch_sub(&hand->waits, 1);
    free(a);
    return -1;
}

/* The plan was checked with its placeholders; this is what really leaves. */
static int fill(const struct plan *p, const struct sql_call *c, const struct tmpl_vars *vars,
                struct buf *out, struct err *e)
{
    if (tmpl_fill(c->query, TMPL_SQL, vars, out, e) < 0)
        return -1;
    return sql_allowed(p, buf_str(out), c->write, e);
}

int sql_hands_ask(struct sql_hands *h, const struct sql_call *c, const struct tmpl_vars *vars,
                  db_done done, void *ctx, struct err *e)
{
    struct buf text = BUF_INIT;
    struct hand *hand = free_hand(h, c->target.at);
    struct db_conf conf = sql_conf(h->plan, c->target.at);
    int rc = fill(h->plan, c, vars, &text, e);
    if (rc == 0 && !hand->db && !(hand->db = db_open(&conf, e)))
        rc = -1;
    struct db_request rq = {
        .sql = buf_str(&text), .write = c->write, .patient = true, .timeout_ms = c->timeout_ms};
    if (rc == 0)
        rc = ask(hand, &rq, done, ctx, e);
    buf_free(&text);
    return rc;
}

int sql_call_text(const struct plan *p, const struct sql_call *c, const struct tmpl_vars *vars,
                  struct buf *out, struct err *e)
{
    buf_addf(out, "%s: ", p->mysql[c->target.at].name);
    return tmpl_fill(c->query, TMPL_SQL, vars, out, e);
}

void sql_reply_copy(struct db_reply *to, const struct db_reply *from)
{
    *to = *from;
    db_rows_copy(&to->rows, &from->rows);
}

void sql_reply_clear(struct db_reply *r)
{
    db_rows_clear(&r->rows);
}

/* ---- what is expected ---- */

static bool same(const char *a, const char *b)
{
    double x, y;
    if (num_parse(a, &x) == 0 && num_parse(b, &y) == 0)
        return x == y;
    return !strcmp(a, b);
}

static bool value_met(const char *want, const struct db_reply *r, const struct tmpl_vars *vars,
                      char *why, size_t n)
{
    struct buf text = BUF_INIT;
    struct err e = ERR_INIT;
    const char *cell = db_cell(&r->rows, 0, r->rows.n_cols ? 0 : -1);
    char seen[80];
    bool met = false;
    if (tmpl_fill(want, TMPL_PLAIN, vars, &text, &e) < 0) {
        str_copy(why, n, e.text);
    } else {
        met = cell && same(cell, buf_str(&text));
        text_clean_to(seen, sizeof seen, cell ? cell : r->rows.n_rows ? "NULL" : "no row");
        if (!met)
            str_fmt(why, n, "the value is %s, expected %.80s", seen, buf_str(&text));
    }
    buf_free(&text);
    return met;
}

bool expect_sql(const struct expect *want, bool write, const struct db_reply *r,
                const struct tmpl_vars *vars, char *why, size_t why_size)
{
    size_t rows = write && !r->rows.n_cols ? (size_t)r->changed : r->rows.n_rows;
    why[0] = '\0';
    if (r->end != DB_ANSWERED) {
        str_copy(why, why_size, r->why);
        return false;
    }
    if (want->wants_rows && rows != (size_t)want->rows) {
        str_fmt(why, why_size, "%zu rows%s, expected %d", rows, write ? " changed" : "",
                want->rows);
        return false;
    }
    return !want->value || value_met(want->value, r, vars, why, why_size);
}
