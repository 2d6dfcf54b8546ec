/* Rules that need the whole plan: metrics and their limits, baselines, what must be there for
 * what. Also fills in what is worked out from other keys. */
#include <string.h>

#include "plan/check.h"
#include "plan/read.h"

static const struct {
    const char *key;
    size_t at;
} levels[] = {{"notice", offsetof(struct metric, notice)},
              {"warning", offsetof(struct metric, warning)},
              {"alert_at", offsetof(struct metric, alert_at)},
              {"critical", offsetof(struct metric, critical)}};
#define LEVELS (sizeof levels / sizeof *levels)

static const struct cond *level(const struct metric *m, size_t i)
{
    return (const struct cond *)((const char *)m + levels[i].at);
}

static int direction(const struct cond *c)
{
    if (c->op == CMP_EQ || c->op == CMP_NE || c->ref == COND_COMPARE)
        return 0;
    return cond_upward(c) ? 1 : -1;
}

/* Mixed references and opposite directions cannot be compared; they are let be. */
static bool beyond(const struct cond *low, const struct cond *high)
{
    if (low->set && high->set && low->ref == COND_COMPARE && high->ref == COND_COMPARE)
        return low->value > high->value;
    if (!low->set || !high->set || low->ref != high->ref || !direction(low) ||
        direction(low) != direction(high))
        return false;
    return direction(low) > 0 ? low->value > high->value : low->value < high->value;
}

static void check_levels(struct load *l, const struct metric *m, const struct node *n)
{
    for (size_t low = 0; low + 1 < LEVELS; low++) {
        for (size_t high = low + 1; high < LEVELS; high++) {
            const struct cond *a = level(m, low), *b = level(m, high);
            if (!beyond(a, b))
                continue;
            say_at(l, a, false, n, "\"%s\" is beyond %s \"%s\"; allowed is a milder limit", a->text,
                   levels[high].key, b->text);
            break;
        }
    }
}

static void check_source(struct load *l, const struct metric *m, const struct node *n)
{
    bool query = node_get(n, "query"), control = node_get(n, "control");
    int found = query + control + (node_get(n, "mysql") != NULL);
    if (found != 1)
        say(l, n, "has %s of query, control and mysql; allowed is exactly one of them",
            found ? "more than one" : "none");
    if (query && !*m->query && place_of(l, &m->query, false))
        say_at(l, &m->query, false, n, "the query is empty; allowed is PromQL");
}

void check_metric(struct load *l, const struct node *n, void *obj)
{
    struct metric *m = obj;
    check_source(l, m, n);
    check_levels(l, m, n);
    check_compare(l, n, m);
    if (m->scale == 0)
        say_at(l, &m->scale, false, n, "0 makes every value 0; allowed is another number");
    for (size_t i = 0; i < l->plan->n_metrics && &l->plan->metrics[i] < m; i++) {
        const struct metric *o = &l->plan->metrics[i];
        if (*m->id && !strcmp(o->id, m->id))
            say_at(l, &m->id, false, n, "\"%s\" is given twice; ids are unique", m->id);
        if (*m->signal && !strcmp(o->signal, m->signal))
            say_at(l, &m->signal, false, n, "\"%s\" is the signal of metric %s too", m->signal,
                   o->id);
    }
    m->upward = true;
    for (size_t i = LEVELS; i-- > 0;) {
        m->judged |= level(m, i)->set;
        if (level(m, i)->set && direction(level(m, i)))
            m->upward = direction(level(m, i)) > 0;
    }
    m->judged |= m->split.set;
    m->gating = m->gating && m->judged;
    if (!*m->unit)
        m->unit = pool_str(l->pool, probe_unit(m->sql.probe), strlen(probe_unit(m->sql.probe)));
    if (!*m->title)
        m->title = pool_str(l->pool, m->id, strlen(m->id));
}

/* `every` and `stale_after` hang on the plan's tick. */
static void finish_times(struct load *l, struct metric *m, const struct node *n)
{
    int64_t tick = l->plan->tick_ms;
    if (!m->every_ms)
        m->every_ms = tick;
    else if (m->every_ms < tick)
        say_at(l, &m->every_ms, false, n, "is shorter than the tick; allowed is the tick or more");
    if (!m->stale_after_ms)
        m->stale_after_ms = 3 * m->every_ms;
    else if (m->stale_after_ms < m->every_ms)
        say_at(l, &m->stale_after_ms, false, n,
               "is shorter than `every`: each value would be too old; allowed is `every` or more");
}

static bool relative(const struct cond *c)
{
    return c->set && (c->ref == COND_CHANGE_PCT || c->ref == COND_CHANGE_ABS);
}

static void needs_baseline(struct load *l, struct metric *m, const struct cond *c,
                           const struct place *p, const struct node *n)
{
    if (!relative(c))
        return;
    m->in_baseline = true;
    if (!node_get(n, "baseline"))
        problem_add(&l->problems, p ? p->node->line : n->line, p ? p->node->col : n->col,
                    "%s: \"%s\" is a change against the baseline, and the plan has no `baseline`; "
                    "add one (baseline: { window: 5m })",
                    p ? p->path : "", c->text);
}

static bool all_metrics(const struct node *n, const char *key)
{
    const struct node *set = node_get(n, key);
    return set && set->kind == NODE_MAP && !node_get(set, "metrics");
}

static void needs_first(struct load *l, const struct stage_first *f, const struct node *n)
{
    for (size_t i = 0; i < f->n_warning; i++)
        needs_baseline(l, &l->plan->metrics[f->warning[i].metric], &f->warning[i].cond,
                       place_of(l, &f->warning[i].cond, false), n);
    for (size_t i = 0; i < f->n_critical; i++)
        needs_baseline(l, &l->plan->metrics[f->critical[i].metric], &f->critical[i].cond,
                       place_of(l, &f->critical[i].cond, false), n);
}

static void check_baselines(struct load *l, const struct node *n)
{
    struct plan *p = l->plan;
    bool baseline = all_metrics(n, "baseline"), after = all_metrics(n, "after");
    for (size_t i = 0; i < p->n_metrics; i++) {
        p->metrics[i].in_baseline |= baseline;
        p->metrics[i].in_after |= after;
    }
    for (size_t i = 0; i < p->n_metrics; i++)
        for (size_t k = 0; k < LEVELS; k++)
            needs_baseline(l, &p->metrics[i], level(&p->metrics[i], k),
                           place_of(l, level(&p->metrics[i], k), false), n);
    for (size_t i = 0; i < p->n_stages; i++)
        needs_first(l, &p->stages[i].first, n);
    for (size_t k = 0; k < p->soak.n_pass; k++)
        needs_baseline(l, &p->metrics[p->soak.pass[k].metric], &p->soak.pass[k].cond,
                       place_of(l, &p->soak.pass[k], true), n);
    for (size_t k = 0; k < p->n_rollback_checks; k++)
        needs_baseline(l, &p->metrics[p->rollback_checks[k].metric], &p->rollback_checks[k].cond,
                       place_of(l, &p->rollback_checks[k], true), n);
    for (size_t i = 0; i < p->n_stages; i++)
        for (size_t k = 0; k < p->stages[i].n_pass; k++) {
            struct pass_cond *c = &p->stages[i].pass[k];
            needs_baseline(l, &p->metrics[c->metric], &c->cond, place_of(l, c, true), n);
        }
}

static void check_sources(struct load *l, const struct node *n)
{
    const struct plan *p = l->plan;
    bool prometheus = node_get(n, "prometheus"), kill = node_get(n, "kill_switch");
    for (size_t i = 0; i < p->n_metrics; i++) {
        const struct metric *m = &p->metrics[i];
        if (*m->query && !prometheus)
            say_at(l, &m->query, false, n,
                   "a query needs `prometheus: { url: … }`, which is missing");
        if (m->control && kill && !p->has_kill_switch &&
            !strcmp(node_get(n, "kill_switch")->text, "none"))
            say_at(l, &m->control, false, n,
                   "measures the kill switch, and the plan has `kill_switch: none`");
    }
    for (size_t i = 0; i < p->n_alerts; i++)
        if (!p->alerts[i].alertmanager && !prometheus)
            say_at(l, &p->alerts[i], true, n,
                   "alerts of Prometheus need `prometheus: { url: … }`, which is missing");
}

static void check_rollback(struct load *l, const struct node *n)
{
    struct plan *p = l->plan;
    const struct node *r = node_get(n, "rollback");
    p->rollback_action = plan_action(p, "rollback");
    p->gradual_action = plan_action(p, "rollback_gradual");
    check_gradual(l, n);
    const struct node *mode = r && r->kind == NODE_MAP ? node_get(r, "mode") : NULL;
    const struct place *place = place_of(l, &p->rollback_mode, false);
    if (!mode || !place || place->bad || p->rollback_mode == ROLLBACK_LOG_ONLY ||
        p->rollback_action >= 0)
        return;
    say_at(l, &p->rollback_mode, false, n,
           "%s needs an action named `rollback`; allowed is actions: { rollback: […] }, or "
           "log_only",
           rollback_mode_word(p->rollback_mode));
}

/* An action that sets a weight would be blocked in a stage that has none. */
static void check_weights(struct load *l, const struct node *n)
{
    const struct plan *p = l->plan;
    for (size_t i = 0; l->weighs && i < p->n_stages; i++)
        for (size_t k = 0; !p->stages[i].has_weight && k < p->stages[i].n_actions; k++)
            if (l->weighs[p->stages[i].actions[k]])
                say_at(l, &p->stages[i], true, n,
                       "action %s needs {{stage.weight}}, and the stage has no `weight`",
                       p->actions[p->stages[i].actions[k]].name);
}

void check_plan(struct load *l, const struct node *n, void *obj)
{
    struct plan *p = obj;
    run_deferred(l, false);
    check_directions(p);
    for (size_t i = 0; i < p->n_metrics; i++) {
        const struct place *at = place_of(l, &p->metrics[i], true);
        finish_times(l, &p->metrics[i], at ? at->node : n);
    }
    check_baselines(l, n);
    run_deferred(l, true);
    check_weights(l, n);
    check_sources(l, n);
    check_rollback(l, n);
    check_split(l, n);
    check_windows(l, n);
    check_times(l, n);
    check_operations(l, n);
    check_people(l, n);
    check_preflight(l, n);
    if (!*p->prom.url)
        p->prom.freshness = pool_str(l->pool, "", 0);
    if (!*p->run_id_pattern) {
        struct buf id = BUF_INIT;
        buf_addf(&id, "%.56s-###", p->name);
        p->run_id_pattern = pool_keep(l->pool, buf_take(&id));
    }
}
