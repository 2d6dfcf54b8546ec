/* Values of {{path}} placeholders: one row a path (the known ones are in plan/tmpl.c). */
#include "action/vars.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
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
    const char *value = plan_scope(v->s->plan, name);
    if (!value)
        return -1;
    buf_adds(out, value);
    return 0;
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

/* Per cent of the baseline, with its sign; of the after values once they are there. */
static int change(const struct metric_state *m, struct buf *out)
{
    double now = isnan(m->after) ? m->value : m->after;
    char digits[32];
    if (!isfinite(now) || !isfinite(m->baseline) || m->baseline == 0)
        return -1;
    num_short((now - m->baseline) / fabs(m->baseline) * 100, digits, sizeof digits);
    buf_addf(out, "%s%s", *digits == '-' ? "" : "+", digits);
    return 0;
}

/* "ID.value", "ID.baseline", "ID.change", "ID.after"; no data is no value. */
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
    if (!strcmp(dot, ".after"))
        return number(ms->after, out);
    if (!strcmp(dot, ".change"))
        return change(ms, out);
    if (strcmp(dot, ".value") != 0 || (v->j && v->j->m[m].status == M_NODATA))
        return -1;
    return number(v->j ? v->j->m[m].value : ms->value, out);
}

static int captured(const struct vars *v, const char *name, struct buf *out)
{
    const char *value = state_captured(v->s, name);
    if (!value)
        return -1;
    buf_adds(out, value);
    return 0;
}

static int text(const char *value, struct buf *out)
{
    buf_adds(out, value ? value : "");
    return 0;
}

/* What is empty is not known yet. */
static int known(const char *value, struct buf *out)
{
    return value && *value ? text(value, out) : -1;
}

static int tally(const struct vars *v, struct buf *out)
{
    if (!v->j)
        return -1;
    buf_addf(out, "%d/%d", v->j->counts.pass, v->j->counts.of);
    return 0;
}

static int duration(const struct vars *v, struct buf *out)
{
    char words[32];
    if (v->s->t0_ms < 0)
        return -1;
    dur_print((v->s->now_ms - v->s->t0_ms) / 60000 * 60000, words, sizeof words);
    buf_adds(out, words);
    return 0;
}

static int run(const struct vars *v, const char *field, struct buf *out)
{
    const struct state *s = v->s;
    const struct {
        const char *name, *value;
    } texts[] = {{"id", s->run_id},
                 {"title", s->plan->title},
                 {"environment", s->plan->environment},
                 {"ic", s->ic},
                 {"decision", s->decision},
                 {"verdict", s->verdict},
                 {"why", s->final ? s->verdict_why : s->decision_why},
                 {"head", v->head}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!strcmp(texts[i].name, field))
            return !strcmp(field, "id") ? text(s->run_id, out) : known(texts[i].value, out);
    if (!strcmp(field, "weight"))
        return number(s->weight, out);
    return !strcmp(field, "tally")      ? tally(v, out)
           : !strcmp(field, "duration") ? duration(v, out)
                                        : -1;
}

/* A field of the event's body, or what every event has; numbers as people read them. */
static int event(const struct vars *v, const char *field, struct buf *out)
{
    const cJSON *x = v->ev ? cJSON_GetObjectItemCaseSensitive(v->ev->body, field) : NULL;
    char digits[32];
    if (cJSON_IsString(x))
        return known(x->valuestring, out);
    if (cJSON_IsNumber(x)) {
        num_short(x->valuedouble, digits, sizeof digits);
        return text(digits, out);
    }
    if (cJSON_IsBool(x))
        return text(cJSON_IsTrue(x) ? "yes" : "no", out);
    int m = v->ev ? plan_metric(v->s->plan, json_str_or(v->ev->body, "metric", "")) : -1;
    if (m >= 0 && !strcmp(field, "title"))
        return known(v->s->plan->metrics[m].title, out);
    if (m >= 0 && !strcmp(field, "unit"))
        return text(v->s->plan->metrics[m].unit, out);
    if (v->ev && !strcmp(field, "why")) /* a rollback tells its cause */
        return known(json_str(v->ev->body, "cause"), out);
    if (v->ev && !strcmp(field, "stage"))
        return known(v->ev->stage, out);
    if (v->ev && !strcmp(field, "actor"))
        return known(v->ev->actor, out);
    return -1;
}

static int template(const struct vars *v, const char *name, struct buf *out)
{
    const struct plan *p = v->s->plan;
    struct vars inner = *v;
    inner.in_template = true;
    struct tmpl_vars vars = vars_of(&inner);
    for (size_t i = 0; i < p->n_templates && !v->in_template; i++)
        if (!strcmp(p->templates[i].key, name))
            return tmpl_fill(p->templates[i].value, TMPL_PLAIN, &vars, out, NULL);
    return -1;
}

static int clock_text(const struct vars *v, struct buf *out)
{
    char hms[16], zone[16];
    int64_t t_ms = v->ev ? v->ev->t_ms : v->s->now_ms;
    time_clock(t_ms, hms, sizeof hms);
    time_zone(t_ms, zone, sizeof zone);
    buf_addf(out, "%s %s", hms, zone);
    return 0;
}

static int ramp(const struct vars *v, const char *field, struct buf *out)
{
    return v->weight && !strcmp(field, "weight") ? number(*v->weight, out) : -1;
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
                {"captured.", captured}, {"ramp.", ramp},   {"event.", event},
                {"template.", template}, {"run.", run}};
    const struct vars *v = ctx;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = strlen(rows[i].prefix);
        if (!strncmp(path, rows[i].prefix, n))
            return rows[i].get(v, path + n, out);
    }
    if (!strcmp(path, "t_plus"))
        return t_plus(v, out);
    if (!strcmp(path, "clock"))
        return clock_text(v, out);
    if (!strcmp(path, "message"))
        return v->message ? text(v->message, out) : -1;
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
