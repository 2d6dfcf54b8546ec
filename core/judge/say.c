/* Why a metric is what it is, in words that need nothing else: value, limit, base, age. */
#include "judge/judge_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "judge/sequential.h"

/* A sentence under construction; what does not fit is cut between characters. */
struct line {
    char *p;
    size_t left;
};

static struct line why_of(struct metric_verdict *v)
{
    v->why[0] = v->limit[0] = '\0';
    return (struct line){v->why, sizeof v->why};
}

static void put(struct line *l, const char *s)
{
    str_copy(l->p, l->left, s);
    size_t n = strlen(l->p);
    l->p += n;
    l->left -= n;
}

/* At most n bytes of s, so that one long text cannot push out what follows. */
static void put_cut(struct line *l, const char *s, size_t n)
{
    char cut[80];
    str_copy(cut, n < sizeof cut ? n : sizeof cut, s);
    put(l, cut);
}

/* As few digits as show on which side of the limit v is. */
static void near_limit(double v, double limit, char *out, size_t size)
{
    for (int digits = 3; digits <= 9; digits++) {
        str_fmt(out, size, "%.*g", digits, v);
        if (num_cmp(strtod(out, NULL), limit) == num_cmp(v, limit))
            return;
    }
}

/* "142 ms", "12/15m". Enough digits to be seen on its side of `limit` (NaN: any). */
static void put_amount(struct line *l, const struct metric *m, double v, double limit)
{
    char n[40];
    num_short(v, n, sizeof n);
    /* num_short keeps three digits or two decimals: only so near can the side be lost */
    if (fabs(v - limit) <= 0.01 * fabs(limit) + 0.01 &&
        num_cmp(strtod(n, NULL), limit) != num_cmp(v, limit))
        near_limit(v, limit, n, sizeof n);
    put(l, n);
    if (*m->unit && *m->unit != '/')
        put(l, " ");
    put_cut(l, m->unit, 24);
}

static void put_change(struct line *l, double v, double limit)
{
    char n[40];
    str_fmt(n, sizeof n, "%+.1f", v);
    if (fabs(v - limit) <= 0.1 && num_cmp(strtod(n, NULL), limit) != num_cmp(v, limit))
        str_fmt(n, sizeof n, "%+.9g", v);
    put(l, n);
}

static bool relative(const struct cond *c)
{
    return c->ref == COND_CHANGE_PCT || c->ref == COND_CHANGE_ABS;
}

/* " (base 128 ms, +10.9%)" for a change. */
static void put_base(struct line *l, const struct look *k, const struct cond *c)
{
    const struct metric_verdict *v = k->v;
    bool pct = c->ref == COND_CHANGE_PCT;
    if (!relative(c))
        return;
    put(l, " (base ");
    put_amount(l, k->m, v->base, NAN);
    if (pct && fabs(v->base) < k->m->baseline_floor)
        put(l, " below floor");
    put(l, ", ");
    put_change(l, pct ? v->change_pct : v->value - v->base, c->value);
    put(l, pct ? "%)" : ")");
}

/* ", held 03:12" once a duration is over, ", 01:48 left" before; nothing without one. */
static void put_run(struct line *l, const struct watch *w, const struct cond *c, int64_t now_ms)
{
    char d[24];
    if (!c->for_ms || !w->since_ms)
        return;
    dur_clock(w->hit ? now_ms - w->since_ms : watch_left(w, c, now_ms), d, sizeof d);
    put(l, w->hit ? ", held " : ", ");
    put(l, d);
    put(l, w->hit ? "" : " left");
}

static void put_signed(struct line *l, double v)
{
    char n[40];
    num_short(v, n, sizeof n);
    put(l, v > 0 ? "+" : "");
    put(l, n);
}

/* "+13.8 ms, +10.8 %, interval +8.1 to +17.2" */
static void put_shift(struct line *l, const struct metric *m, const struct comparison *c)
{
    put_signed(l, c->shift);
    put(l, *m->unit ? " " : "");
    put_cut(l, m->unit, 24);
    if (!isnan(c->pct[0])) {
        put(l, ", ");
        put_signed(l, c->pct[0]);
        put(l, " %");
    }
    if (isinf(c->low) || isinf(c->high)) {
        put(l, ", interval open");
        return;
    }
    put(l, ", interval ");
    put_signed(l, c->low);
    put(l, " to ");
    put_signed(l, c->high);
}

/* " (other 128 ms; +13.8 ms, +10.8 %, interval +8.1 to +17.2; p 0.0003; 120/118 samples)" */
static void put_versus(struct line *l, const struct look *k)
{
    const struct comparison *c = &k->v->versus;
    char n[96];
    put(l, " (other ");
    if (isnan(c->value))
        put(l, "no data");
    else
        put_amount(l, k->m, c->value, NAN);
    if (!c->known) {
        put(l, ")");
        return;
    }
    put(l, "; ");
    put_shift(l, k->m, c);
    str_fmt(n, sizeof n, "; p %.2g; %u/%u samples", c->p, c->na, c->nb);
    put(l, n);
    if (!c->independent) {
        str_fmt(n, sizeof n, " that hang together, worth %.0f", c->worth);
        put(l, n);
    }
    put(l, ")");
}

static double limit_of(const struct look *k, const struct cond *c)
{
    double limit = NAN;
    if (c->ref == COND_ABSOLUTE)
        return c->value;
    cond_limit(c, k->v->base, k->m->baseline_floor, &limit);
    return limit;
}

void say_limit(const struct look *k, int level)
{
    const struct cond *c = level_cond(k->m, level);
    struct metric_verdict *v = k->v;
    struct line l = why_of(v);
    double value = k->data || !k->m->counter ? v->value : k->x->counter_sum;
    put_amount(&l, k->m, value, limit_of(k, c));
    put(&l, k->m->counter ? " since T0 " : " ");
    put(&l, c->text);
    if (c->ref == COND_COMPARE)
        put_versus(&l, k);
    put_base(&l, k, c);
    put_run(&l, &v->watch[level], c, k->now_ms);
    put(&l, k->data ? "" : "; no data now");
    str_copy(v->limit, sizeof v->limit, c->text);
}

void say_versus(const struct look *k)
{
    struct line l = why_of(k->v);
    put_amount(&l, k->m, k->v->value, NAN);
    put(&l, " against compare");
    put_versus(&l, k);
}

static void say_other(const struct look *k, const struct cond *c, const struct watch *w,
                      const char *between)
{
    struct metric_verdict *v = k->v;
    struct line l = why_of(v);
    put_amount(&l, k->m, v->value, limit_of(k, c));
    put(&l, between);
    put(&l, c->text);
    if (c->ref == COND_COMPARE)
        put_versus(&l, k);
    put_base(&l, k, c);
    put_run(&l, w, c, k->now_ms);
    str_copy(v->limit, sizeof v->limit, c->text);
}

void say_pass(const struct look *k, const struct cond *c, const struct watch *w)
{
    say_other(k, c, w, ", to pass ");
}

void say_first(const struct look *k, const struct cond *c, const struct watch *w)
{
    say_other(k, c, w, " in the first minutes ");
}

/* "no data 94s: empty answer (last 142 ms)" */
void say_split(const struct look *k)
{
    struct line l = why_of(k->v);
    put_amount(&l, k->m, k->v->value, NAN);
    put(&l, " of the traffic, ");
    put_amount(&l, k->m, k->s->weight, NAN);
    put(&l, " is planned, tolerance ");
    put_amount(&l, k->m, k->m->split.tolerance, NAN);
    put(&l, ": rebalance it");
}

void say_no_data(const struct look *k)
{
    const struct metric_state *x = k->x;
    const struct cond *c = &k->m->critical;
    struct line l = why_of(k->v);
    char age[16];
    if (!x->at_ms) {
        put(&l, "no data yet: not asked");
        return;
    }
    const char *why = *x->why ? x->why : "no newer answer";
    if (isnan(x->last_good)) {
        put(&l, "no data, never any: ");
        put(&l, why);
        return;
    }
    dur_age(k->v->age_ms, age, sizeof age);
    put(&l, "no data ");
    put(&l, age);
    put(&l, ": ");
    put_cut(&l, why, 70);
    put(&l, " (last ");
    put_amount(&l, k->m, x->last_good, NAN);
    if (watch_pending(&k->v->watch[LEVEL_CRITICAL], c)) {
        put(&l, ", pending ");
        put_cut(&l, c->text, 40);
    }
    put(&l, ")");
}

/* Why the two sides cannot be compared. */
static void put_no_comparison(struct line *l, const struct look *k)
{
    const struct comparison *c = &k->v->versus;
    const char *why = k->x->other.why;
    char age[16], n[96];
    if (isnan(c->value)) {
        dur_age(c->age_ms < 0 ? 0 : c->age_ms, age, sizeof age);
        put(l, c->age_ms < 0 ? "the other side never had data" : "the other side has no data ");
        put(l, c->age_ms < 0 ? "" : age);
        put(l, ": ");
        put_cut(l, *why ? why : "no newer answer", 70);
        return;
    }
    str_fmt(n, sizeof n, "%u/%u samples since the stage's clock, at least %d a side are needed",
            c->na, c->nb, SEQ_LEAST);
    put(l, c->live ? n : "it begins with the stage's clock");
}

void say_unjudged(const struct look *k)
{
    const struct cond *c = k->unjudged;
    struct line l = why_of(k->v);
    put_amount(&l, k->m, k->v->value, NAN);
    put(&l, ", ");
    put_cut(&l, c->text, 40);
    put(&l, " not judged: ");
    if (c->ref == COND_COMPARE) {
        put_no_comparison(&l, k);
    } else if (!isnan(k->v->base)) {
        put(&l, "baseline zero, and no baseline_floor");
    } else if (!k->s->baseline_done) {
        put(&l, "baseline not taken yet");
    } else {
        put(&l, *k->x->baseline_why ? "no baseline: " : "no baseline");
        put(&l, k->x->baseline_why);
    }
}
