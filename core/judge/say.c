/* Why a metric is what it is, in words that need nothing else: value, limit, base, age. */
#include "judge/judge_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

struct text {
    char s[64];
};

/* "142 ms", "12/15m", "3 since T0". Enough digits to be seen on its side of `limit` (NaN: any). */
static struct text amount(const struct metric *m, double v, double limit)
{
    struct text t;
    char n[40];
    num_short(v, n, sizeof n);
    if (!isnan(limit) && num_cmp(strtod(n, NULL), limit) != num_cmp(v, limit))
        str_fmt(n, sizeof n, "%.9g", v);
    const char *gap = *m->unit && *m->unit != '/' ? " " : "";
    str_fmt(t.s, sizeof t.s, "%s%s%.24s", n, gap, m->unit);
    return t;
}

static struct text change(double v, double limit, const char *sign)
{
    struct text t;
    str_fmt(t.s, sizeof t.s, "%+.1f%s", v, sign);
    if (num_cmp(strtod(t.s, NULL), limit) != num_cmp(v, limit))
        str_fmt(t.s, sizeof t.s, "%+.9g%s", v, sign);
    return t;
}

/* " (base 128 ms, +10.9%)" for a change, "" else. */
static void add_base(const struct look *k, const struct cond *c, struct text *out)
{
    const struct metric_verdict *v = k->v;
    out->s[0] = '\0';
    if (c->ref != COND_CHANGE_PCT && c->ref != COND_CHANGE_ABS)
        return;
    struct text base = amount(k->m, v->base, NAN), by;
    if (c->ref == COND_CHANGE_PCT)
        by = change(v->change_pct, c->value, "%");
    else
        by = change(v->value - v->base, c->value, "");
    bool floor = c->ref == COND_CHANGE_PCT && fabs(v->base) < k->m->baseline_floor;
    str_fmt(out->s, sizeof out->s, " (base %.20s%s, %.16s)", base.s, floor ? " below floor" : "",
            by.s);
}

static double limit_of(const struct look *k, const struct cond *c)
{
    double limit = NAN;
    if (c->ref == COND_ABSOLUTE)
        return c->value;
    cond_limit(c, k->v->base, k->m->baseline_floor, &limit);
    return limit;
}

/* ", held 03:12" once a duration is over, ", 01:48 left" before; "" without one. */
static struct text run_of(const struct watch *w, const struct cond *c, int64_t now_ms)
{
    struct text t = {""};
    char d[24];
    if (!c->for_ms || !w->since_ms)
        return t;
    dur_clock(w->hit ? now_ms - w->since_ms : watch_left(w, c, now_ms), d, sizeof d);
    str_fmt(t.s, sizeof t.s, w->hit ? ", held %s" : ", %s left", d);
    return t;
}

void say_limit(const struct look *k, int level)
{
    const struct cond *c = level_cond(k->m, level);
    struct metric_verdict *v = k->v;
    double value = k->data || !k->m->counter ? v->value : k->x->counter_sum;
    struct text n = amount(k->m, value, limit_of(k, c)), base;
    struct text run = run_of(&v->watch[level], c, k->now_ms);
    add_base(k, c, &base);
    str_copy(v->limit, sizeof v->limit, c->text);
    str_fmt(v->why, sizeof v->why, "%s%s %s%s%s%s", n.s, k->m->counter ? " since T0" : "", c->text,
            base.s, run.s, k->data ? "" : "; no data now");
}

/* "no data 94s: empty answer (last 142 ms)" */
void say_no_data(const struct look *k)
{
    const struct metric_state *x = k->x;
    struct metric_verdict *v = k->v;
    char age[16];
    v->limit[0] = '\0';
    if (!x->at_ms) {
        str_copy(v->why, sizeof v->why, "no data yet: not asked");
        return;
    }
    const char *why = *x->why ? x->why : "no newer answer";
    if (isnan(x->last_good)) {
        str_fmt(v->why, sizeof v->why, "no data, never any: %s", why);
        return;
    }
    struct text last = amount(k->m, x->last_good, NAN);
    const struct cond *c = &k->m->critical;
    bool pending = watch_pending(&v->watch[LEVEL_CRITICAL], c);
    dur_age(v->age_ms, age, sizeof age);
    str_fmt(v->why, sizeof v->why, "no data %s: %.70s (last %.24s%s%.40s)", age, why, last.s,
            pending ? ", pending " : "", pending ? c->text : "");
}

void say_unjudged(const struct look *k)
{
    const struct cond *c = k->unjudged;
    struct metric_verdict *v = k->v;
    struct text n = amount(k->m, v->value, NAN);
    const char *because = "no baseline";
    if (c->ref == COND_COMPARE)
        because = "a comparison is not judged yet";
    else if (!isnan(v->base))
        because = "baseline zero, and no baseline_floor";
    else if (!k->s->baseline_done)
        because = "baseline not taken yet";
    const char *more = isnan(v->base) && k->s->baseline_done ? k->x->baseline_why : "";
    v->limit[0] = '\0';
    str_fmt(v->why, sizeof v->why, "%.24s, %.40s not judged: %s%s%.60s", n.s, c->text, because,
            *more ? ": " : "", more);
}

void say_pass(const struct look *k, const struct cond *c, const struct watch *w)
{
    struct metric_verdict *v = k->v;
    struct text n = amount(k->m, v->value, limit_of(k, c)), base;
    struct text run = run_of(w, c, k->now_ms);
    add_base(k, c, &base);
    str_copy(v->limit, sizeof v->limit, c->text);
    str_fmt(v->why, sizeof v->why, "%s, to pass %s%s%s", n.s, c->text, base.s, run.s);
}
