/* See side.h; and the rules of `compare:` in a plan file. */
#include "plan/side.h"

#include <string.h>

#include "plan/check.h"
#include "plan/read.h"

size_t side_series(const struct plan *p)
{
    return 2 * p->n_metrics;
}

size_t side_metric(const struct plan *p, size_t series)
{
    return series < p->n_metrics ? series : series - p->n_metrics;
}

bool side_is_other(const struct plan *p, size_t series)
{
    return series >= p->n_metrics;
}

bool side_compared(const struct metric *m)
{
    return m->compare && *m->compare;
}

bool side_any(const struct plan *p)
{
    for (size_t i = 0; i < p->n_metrics; i++)
        if (side_compared(&p->metrics[i]))
            return true;
    return false;
}

const char *side_query(const struct plan *p, size_t series)
{
    const struct metric *m = &p->metrics[side_metric(p, series)];
    if (!side_is_other(p, series))
        return m->query ? m->query : "";
    return m->compare ? m->compare : "";
}

static bool compares(const struct cond *c)
{
    return c->set && c->ref == COND_COMPARE;
}

static bool in_first(const struct first_limit *v, size_t n, size_t metric)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].metric == metric && compares(&v[i].cond))
            return true;
    return false;
}

bool side_judged(const struct plan *p, size_t metric, int stage)
{
    const struct metric *m = &p->metrics[metric];
    if (compares(&m->notice) || compares(&m->warning) || compares(&m->alert_at) ||
        compares(&m->critical))
        return true;
    if (stage < 0)
        return false;
    const struct stage *st = &p->stages[stage];
    for (size_t i = 0; i < st->n_pass; i++)
        if (st->pass[i].metric == metric && compares(&st->pass[i].cond))
            return true;
    return in_first(st->first.warning, st->first.n_warning, metric) ||
           in_first(st->first.critical, st->first.n_critical, metric);
}

/* ---- in the plan file ---- */

void check_compare_limit(struct load *l, const struct metric *m, const struct cond *c,
                         const struct node *n)
{
    if (!compares(c))
        return;
    if (c->op == CMP_LE)
        say_at(l, c, false, n, "\"%s\" is a pass condition; a limit is `worse than compare`",
               c->text);
    else if (!side_compared(m))
        say_at(l, c, false, n,
               "\"%s\" needs the other side, which is missing; add `compare:` with its PromQL",
               c->text);
}

void check_compare(struct load *l, const struct node *n, struct metric *m)
{
    const struct place *at = place_of(l, &m->compare, false);
    check_compare_limit(l, m, &m->notice, n);
    check_compare_limit(l, m, &m->warning, n);
    check_compare_limit(l, m, &m->alert_at, n);
    check_compare_limit(l, m, &m->critical, n);
    if (!at || at->bad)
        return;
    if (!*m->compare)
        say_at(l, &m->compare, false, n, "the query is empty; allowed is PromQL of the other side");
    else if (!node_get(n, "query"))
        say_at(l, &m->compare, false, n, "belongs to `query`: both sides are asked of Prometheus");
    else if (m->counter)
        say_at(l, &m->compare, false, n,
               "a counter is a sum that only rises, which two sides cannot be compared by; allowed "
               "are rates (counter: false)");
}

/* What a pass condition may say; once all metrics are read. */
void check_compare_pass(struct load *l, const struct node *n, struct pass_cond *p)
{
    const struct metric *m = &l->plan->metrics[p->metric];
    if (!compares(&p->cond))
        return;
    if (p->cond.op == CMP_GT)
        say(l, n,
            "\"%s\" would be passed by a worse side; a pass condition is `not worse than compare "
            "[by N%%]`",
            p->cond.text);
    else if (!side_compared(m))
        say(l, n, "\"%s\" needs the other side of %s; add `compare:` with its PromQL", p->cond.text,
            m->id);
}

/* A metric whose limits do not say which way is worse is asked by its pass conditions: what must be
 * high to pass is worse when low. */
static bool has_direction(const struct cond *c)
{
    return c->set && c->ref != COND_COMPARE && c->op != CMP_EQ && c->op != CMP_NE;
}

void check_directions(struct plan *p)
{
    for (size_t i = p->n_stages; i-- > 0;)
        for (size_t k = p->stages[i].n_pass; k-- > 0;) {
            const struct pass_cond *c = &p->stages[i].pass[k];
            if (c->metric >= p->n_metrics) /* a faulty plan: its error has been told */
                continue;
            struct metric *m = &p->metrics[c->metric];
            if (has_direction(&c->cond) && !has_direction(&m->notice) &&
                !has_direction(&m->warning) && !has_direction(&m->alert_at) &&
                !has_direction(&m->critical))
                m->upward = !cond_upward(&c->cond);
        }
}
