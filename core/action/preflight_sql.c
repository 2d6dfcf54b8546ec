/* Questions to databases: one connection a target, opened when the first check asks it, closed once
 * the run has started. Only what reads is ever sent. */
#include "action/preflight_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/dlog.h"
#include "base/num.h"
#include "base/text.h"
#include "plan/sql.h"
#include "source/sql_conf.h"

/* On the database's thread. */
static void on_rows(void *ctx, const struct db_reply *r)
{
    struct pf_answer *a = xzalloc(1, sizeof *a);
    a->sql = true;
    a->db_end = r->end;
    a->ms = r->ms;
    str_copy(a->why, sizeof a->why, r->why);
    db_rows_copy(&a->rows, &r->rows);
    pf_hand_over(ctx, a);
}

static struct db *target(struct preflight *p, int at, struct err *e)
{
    if (!p->dbs)
        p->dbs = xzalloc(p->plan->n_mysql, sizeof(struct db *));
    if (!p->dbs[at]) {
        struct db_conf conf = sql_conf(p->plan, at);
        p->dbs[at] = db_open(&conf, e);
    }
    return p->dbs[at];
}

int pf_ask_sql(struct preflight *p, size_t item, const struct tmpl_vars *vars, struct err *e)
{
    const struct preflight_item *it = &p->plan->preflight.items[item];
    struct pf_run *run = &p->runs[item];
    struct buf text = BUF_INIT;
    char masked[sizeof run->call];
    int rc = tmpl_fill(run->exact ? it->exact : it->sql.query, TMPL_SQL, vars, &text, e);
    if (rc == 0)
        rc = sql_allowed(p->plan, buf_str(&text), false, e);
    struct db *db = rc == 0 ? target(p, it->sql.target.at, e) : NULL;
    if (db) {
        struct pf_ctx *ctx = pf_ctx_new(p, item, 0, run->turn);
        const struct db_request rq = {
            .sql = text.p, .patient = true, .timeout_ms = it->sql.timeout_ms, .max_rows = 1000};
        secret_mask_to(masked, sizeof masked, text.p);
        text_clean_to(run->call, sizeof run->call, masked);
        rc = db_ask(db, &rq, on_rows, ctx, e);
        if (rc < 0)
            free(ctx);
    }
    buf_free(&text);
    return db ? rc : -1;
}

void pf_sql_close(struct preflight *p)
{
    for (size_t i = 0; p->dbs && i < p->plan->n_mysql; i++)
        if (p->dbs[i])
            db_close(p->dbs[i]);
    free(p->dbs);
    p->dbs = NULL;
}

/* ---- what came ---- */

static double number_of(const char *cell)
{
    double v;
    return cell && num_parse(cell, &v) == 0 ? v : NAN;
}

/* "TABLE_ROWS 6200000, DATA_MB 1500" of a single row; else how many came. */
static void say_rows(const struct db_rows *rows, char *out, size_t size)
{
    char clean[80];
    str_fmt(out, size, "%zu row%s", rows->n_rows, rows->n_rows == 1 ? "" : "s");
    if (rows->n_rows != 1)
        return;
    *out = '\0';
    for (size_t i = 0; i < rows->n_cols && i < 6; i++) {
        const char *cell = db_cell(rows, 0, (int)i);
        text_clean_to(clean, sizeof clean, cell ? cell : "NULL");
        str_fmt(out + strlen(out), size - strlen(out), "%s%s%s%s", i ? ", " : "",
                rows->n_cols > 1 ? rows->names[i] : "", rows->n_cols > 1 ? " " : "", clean);
    }
}

void preflight_weigh_rows(const struct preflight_item *it, const struct db_rows *rows, bool exact,
                          int64_t ms, struct pf_result *r)
{
    int want = it->expect.rows;
    /* An exact count has a column of its own. */
    int col = *it->read_column && !exact ? db_column(rows, it->read_column) : 0;
    *r = (struct pf_result){.value = NAN};
    say_rows(rows, r->actual, sizeof r->actual);
    if (want >= 0 && rows->n_rows != (size_t)want) {
        r->is = PF_FAILED;
        str_fmt(r->why, sizeof r->why, "%zu rows, expected %d", rows->n_rows, want);
        return;
    }
    bool number = it->expect.value.set || it->warning.set || it->critical.set;
    if (number && rows->n_rows != 1) {
        r->is = PF_UNKNOWN;
        str_fmt(r->why, sizeof r->why, "%zu rows came, a number stands in one", rows->n_rows);
        return;
    }
    preflight_weigh_number(it, rows->n_rows == 1 ? number_of(db_cell(rows, 0, col)) : NAN, exact,
                           ms, r);
}

void pf_take_sql(struct preflight *p, const struct pf_answer *a, struct pf_result *r)
{
    const struct preflight_item *it = &p->plan->preflight.items[a->item];
    if (a->db_end == DB_ANSWERED) {
        preflight_weigh_rows(it, &a->rows, p->runs[a->item].exact, a->ms, r);
        return;
    }
    *r = (struct pf_result){.is = PF_UNKNOWN, .value = NAN};
    str_copy(r->why, sizeof r->why, *a->why ? a->why : "no answer");
}
