/* Values of {{path}} placeholders: one row a path (the known ones are in plan/tmpl.c). */
#include "action/vars.h"

#include <math.h>
#include <string.h>

#include "base/num.h"

static int number(double v, struct buf *out)
{
    char text[40];
    if (!isfinite(v))
        return -1;
    num_exact(v, text, sizeof text);
    buf_adds(out, text);
    return 0;
}

static int scope(const struct vars *v, const char *name, struct buf *out)
{
    const struct plan *p = v->s->plan;
    for (size_t i = 0; i < p->n_scope; i++)
        if (!strcmp(p->scope[i].key, name)) {
            buf_adds(out, p->scope[i].value);
            return 0;
        }
    return -1;
}

static int stage(const struct vars *v, const char *field, struct buf *out)
{
    if (v->weight && !strcmp(field, "weight"))
        return number(*v->weight, out);
    if (v->stage < 0 || (size_t)v->stage >= v->s->plan->n_stages)
        return -1;
    const struct stage *st = &v->s->plan->stages[v->stage];
    if (!strcmp(field, "name")) {
        buf_adds(out, st->name);
        return 0;
    }
    return !strcmp(field, "weight") && st->has_weight ? number(st->weight, out) : -1;
}

/* "ID.value" or "ID.baseline"; no data is no value. */
static int metric(const struct vars *v, const char *rest, struct buf *out)
{
    const char *dot = strrchr(rest, '.');
    char id[40];
    if (!dot || (size_t)(dot - rest) >= sizeof id)
        return -1;
    memcpy(id, rest, (size_t)(dot - rest));
    id[dot - rest] = '\0';
    int m = plan_metric(v->s->plan, id);
    if (m < 0)
        return -1;
    const struct metric_state *ms = &v->s->metrics[m];
    if (!strcmp(dot, ".baseline"))
        return number(ms->baseline, out);
    if (strcmp(dot, ".value") != 0 || (v->j && v->j->m[m].status == M_NODATA))
        return -1;
    return number(v->j ? v->j->m[m].value : ms->value, out);
}

static int captured(const struct vars *v, const char *name, struct buf *out)
{
    for (size_t i = 0; i < v->s->n_captured; i++)
        if (!strcmp(v->s->captured[i].name, name)) {
            buf_adds(out, v->s->captured[i].value);
            return 0;
        }
    return -1;
}

static int run(const struct vars *v, const char *field, struct buf *out)
{
    if (!strcmp(field, "id"))
        buf_adds(out, v->s->run_id);
    else if (!strcmp(field, "title"))
        buf_adds(out, v->s->plan->title);
    else
        return -1;
    return 0;
}

static int ramp(const struct vars *v, const char *field, struct buf *out)
{
    return v->weight && !strcmp(field, "weight") ? number(*v->weight, out) : -1;
}

static int text(const char *value, struct buf *out)
{
    buf_adds(out, value ? value : "");
    return 0;
}

static int t_plus(const struct vars *v, struct buf *out)
{
    char t[24];
    dur_clock(v->s->t0_ms < 0 ? 0 : v->s->now_ms - v->s->t0_ms, t, sizeof t);
    buf_addf(out, "T+%s", t);
    return 0;
}

static int get(void *ctx, const char *path, struct buf *out)
{
    static const struct {
        const char *prefix;
        int (*get)(const struct vars *v, const char *rest, struct buf *out);
    } rows[] = {{"scope.", scope},       {"stage.", stage}, {"metric.", metric},
                {"captured.", captured}, {"ramp.", ramp},   {"run.", run}};
    const struct vars *v = ctx;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = strlen(rows[i].prefix);
        if (!strncmp(path, rows[i].prefix, n))
            return rows[i].get(v, path + n, out);
    }
    if (!strcmp(path, "t_plus"))
        return t_plus(v, out);
    if (!strcmp(path, "actor"))
        return text(v->actor, out);
    if (!strcmp(path, "reason"))
        return text(v->reason, out);
    return -1;
}

struct tmpl_vars vars_of(struct vars *v)
{
    return (struct tmpl_vars){.get = get, .ctx = v};
}
