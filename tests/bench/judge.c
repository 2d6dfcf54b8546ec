/* Judges labelled synthetic runs by the recommended plan (judge.yaml) and by the three policies
 * that are in use elsewhere, and prints who misses what, who rolls back for nothing, and how late.
 * Same bytes on every run. Usage: judge PLAN [RUNS]: so many of each kind and size. Status 1 when
 * ours is not better. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "director/drive.h"
#include "judge/stats.h"
#include "plan/load.h"

#define TICK_S   5
#define MINUTE   (60 / TICK_S)
#define TICKS    (30 * MINUTE)
#define LEAD     (5 * MINUTE) /* before the stage, so that long windows are full when it begins */
#define EPOCH    INT64_C(1769904000000)
#define P95      200.0 /* ms, of a good day */
#define ERR      0.5   /* per cent */
#define P95_MOST 300.0 /* the fixed limits of the others: half as much again, and twice as much */
#define ERR_MOST 1.0

/* ---- numbers by chance, the same on every machine ---- */

struct chance {
    uint64_t s;
};

static double uniform(struct chance *c)
{
    c->s += UINT64_C(0x9E3779B97F4A7C15); /* splitmix64: Steele, Lea, Flood, OOPSLA 2014 */
    uint64_t z = c->s;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static double normal(struct chance *c)
{
    double u = uniform(c), v = uniform(c); /* Box and Muller (1958) */
    return sqrt(-2 * log(u > 0 ? u : 1e-300)) * cos(6.283185307179586 * v);
}

/* ---- one run: what was measured on both sides ---- */

enum side { CANARY, STABLE, SIDES };
struct run {
    double p95_all[SIDES][LEAD + TICKS], err_all[SIDES][LEAD + TICKS]; /* NaN: no data */
    double *p95[SIDES], *err[SIDES]; /* from the stage's first tick on */
    int requests;                    /* a tick and side */
    int onset;                       /* tick of the regression; -1: there is none */
};

enum kind {
    NOISE,
    WAVE,
    SPIKES,
    STALL,
    GAPS,
    SPARSE, /* nothing is wrong with the canary */
    STEP,
    RAMP,
    TAILS,
    STEADY,
    BURSTS,
    LATE, /* something is, by `size` */
    KINDS
};
static const struct {
    const char *name;
    bool bad;
} kinds[KINDS] = {
    {"noise", false},        {"a wave both sides share", false},
    {"spikes", false},       {"a stall on both sides", false},
    {"gaps", false},         {"sparse errors", false},
    {"step", true},          {"ramp", true},
    {"heavier tails", true}, {"steady errors", true},
    {"bursty errors", true}, {"late onset", true},
};
static const double sizes[] = {0.15, 0.25, 0.50, 1.00, 2.00};
#define N_SIZES (sizeof sizes / sizeof *sizes)

/* A quantile over a minute hangs together from tick to tick: an AR(1) with a lag of some ticks. */
struct wander {
    double x;
};

static double wander(struct wander *w, struct chance *c, double rho)
{
    w->x = rho * w->x + sqrt(1 - rho * rho) * normal(c);
    return w->x;
}

/* Errors of n requests with share p (per cent), as a share: normal for many, counted for few. */
static double share(struct chance *c, double p, int n)
{
    double hits = 0;
    for (int i = 0; i < n; i++)
        hits += uniform(c) * 100 < p;
    return 100 * hits / n;
}

static void draw(struct run *r, enum kind k, double size, struct chance *c)
{
    struct wander lat[SIDES] = {{normal(c)}, {normal(c)}};
    double phase = uniform(c) * 6.28, period = (20 + 40 * uniform(c)) * MINUTE;
    int stall = (int)(uniform(c) * (TICKS - 4 * MINUTE)),
        stall_n = (int)((1 + 2 * uniform(c)) * MINUTE);
    int gap_left = 0;
    for (int s = 0; s < SIDES; s++) {
        r->p95[s] = r->p95_all[s] + LEAD;
        r->err[s] = r->err_all[s] + LEAD;
    }
    r->requests = k == SPARSE ? 60 : 1200;
    r->onset = !kinds[k].bad ? -1 : k == LATE ? 20 * MINUTE : (int)((1 + 9 * uniform(c)) * MINUTE);
    for (int t = -LEAD; t < TICKS; t++) {
        double level = 1, ill = r->onset >= 0 && t >= r->onset ? size : 0;
        if (k == WAVE)
            level += 0.3 * sin(phase + 6.283185307179586 * t / period);
        if (k == STALL && t >= stall && t < stall + stall_n)
            level *= 2.2;
        if (k == RAMP && ill > 0)
            ill *= fmin(1, (t - r->onset) / (10.0 * MINUTE));
        for (int s = 0; s < SIDES; s++) {
            double worse = s == CANARY ? ill : 0, tail = 0;
            double x = 0.05 * wander(&lat[s], c, 0.85);
            if (k == SPIKES && uniform(c) < 0.01)
                tail = 0.8 + uniform(c);
            if (k == TAILS && worse > 0 && uniform(c) < 0.4)
                tail = 2 * worse * uniform(c);
            bool slow = k == STEP || k == RAMP || k == LATE;
            r->p95[s][t] = P95 * level * exp(x) * (1 + (slow ? worse : 0) + tail);
            double more = k == STEADY                                  ? worse
                          : k == BURSTS && (t - r->onset) / 6 % 4 == 0 ? 4 * worse
                                                                       : 0;
            double base = k == STALL ? ERR * level : ERR;
            r->err[s][t] = share(c, base * (1 + more), r->requests);
        }
        if (k == GAPS && !gap_left && uniform(c) < 0.008)
            gap_left = 2 + (int)(uniform(c) * 2 * MINUTE);
        if (gap_left > 0) {
            gap_left--;
            r->p95[CANARY][t] = r->err[CANARY][t] = NAN;
        }
    }
}

/* ---- the policies: the tick at which each rolls back, -1 never ---- */

static double mean(const double *v, int from, int until)
{
    double sum = 0;
    int n = 0;
    for (int i = from; i < until; i++)
        if (!isnan(v[i])) {
            sum += v[i];
            n++;
        }
    return n ? sum / n : NAN;
}

/* A check each minute of that minute's mean against fixed limits. No data is no failure: kinder
 * than they are. */
static bool check_fails(const struct run *r, int minute)
{
    int from = minute * MINUTE, until = from + MINUTE;
    return mean(r->p95[CANARY], from, until) > P95_MOST ||
           mean(r->err[CANARY], from, until) > ERR_MOST;
}

/* Fixed thresholds with a consecutive-failure limit: three in a row. */
static int consecutive(const struct run *r)
{
    int row = 0;
    for (int m = 0; m < TICKS / MINUTE; m++)
        if ((row = check_fails(r, m) ? row + 1 : 0) == 3)
            return (m + 1) * MINUTE - 1;
    return -1;
}

/* A cumulative failure counter, checked each minute: the fifth. */
static int cumulative(const struct run *r)
{
    int n = 0;
    for (int m = 0; m < TICKS / MINUTE; m++)
        if (check_fails(r, m) && ++n == 5)
            return (m + 1) * MINUTE - 1;
    return -1;
}

static size_t minutes_of(const double *v, int minutes, double *out)
{
    size_t n = 0;
    for (int m = 0; m < minutes; m++) {
        double x = mean(v, m * MINUTE, (m + 1) * MINUTE);
        if (!isnan(x))
            out[n++] = x;
    }
    return n;
}

static bool ranked_worse(const double *a, const double *b, int minutes)
{
    double x[TICKS], y[TICKS];
    struct shift d;
    size_t nx = minutes_of(a, minutes, x), ny = minutes_of(b, minutes, y);
    double about = mean(b, 0, minutes * MINUTE);
    /* 98 % interval, worse by more than a quarter: the usual settings */
    return nx && ny && !stats_shift(x, nx, y, ny, 1, 0.01, &d) && d.low > 0 &&
           d.shift > 0.25 * about;
}

/* Mann-Whitney each ten minutes over what there is so far. */
static int ranked(const struct run *r)
{
    for (int m = 10; m <= 30; m += 10)
        if (ranked_worse(r->p95[CANARY], r->p95[STABLE], m) ||
            ranked_worse(r->err[CANARY], r->err[STABLE], m))
            return m * MINUTE - 1;
    return -1;
}

/* What the plan's queries come to at tick t (judge.yaml has them in words). */
static double over_window(const double *v, int t, int ticks)
{
    return mean(v, t + 1 - ticks, t + 1);
}

static double beyond(const struct run *r, int t, int ticks)
{
    return 100 *
           (over_window(r->p95[CANARY], t, ticks) / over_window(r->p95[STABLE], t, ticks) - 1);
}

static double errors_beyond(const struct run *r, int t, int ticks)
{
    double a = over_window(r->err[CANARY], t, ticks), b = over_window(r->err[STABLE], t, ticks);
    double p = (a + b) / 200, n = (double)r->requests * ticks;
    return p > 0 ? (a - b) / 100 / sqrt(2 * p * (1 - p) / n) : 0;
}

static int ours(const struct plan *plan, const struct run *r)
{
    struct drive_opts o = {.plan = plan, .start_ms = EPOCH, .t0_ms = EPOCH, .given = true};
    struct drive *d = drive_new(&o);
    int at = -1;
    for (int t = 0; t < TICKS + 2 * MINUTE && at < 0 && !drive_state(d)->final; t++) {
        int i = t < TICKS ? t : TICKS - 1;
        bool gap = isnan(r->err[CANARY][i]);
        double v[] = {gap ? NAN : beyond(r, i, 1), gap ? NAN : beyond(r, i, 5 * MINUTE),
                      gap ? NAN : errors_beyond(r, i, 5 * MINUTE), r->err[CANARY][i]};
        double other[] = {NAN, NAN, NAN, r->err[STABLE][i]};
        bool asked[] = {true, true, true, true};
        drive_sides(d, EPOCH + INT64_C(1000) * TICK_S * t, v, other, asked);
        if (drive_state(d)->rollback_wanted)
            at = i;
    }
    drive_free(d);
    return at;
}

/* ---- the table ---- */

enum policy { OURS, CONSECUTIVE, CUMULATIVE, RANKED, POLICIES };
static const char *const policies[POLICIES] = {"recommended plan", "consecutive failures",
                                               "cumulative failures", "rank test each 10 min"};

struct tally {
    int good, false_rollbacks, bad, missed, late_n;
    double late_min; /* sum over those caught */
    int missed_of[KINDS][N_SIZES], false_of[KINDS];
};

static int decide(enum policy p, const struct plan *plan, const struct run *r)
{
    switch (p) {
    case OURS:
        return ours(plan, r);
    case CONSECUTIVE:
        return consecutive(r);
    case CUMULATIVE:
        return cumulative(r);
    default:
        return ranked(r);
    }
}

static void count(struct tally *t, enum kind k, size_t size, const struct run *r, int at)
{
    if (!kinds[k].bad) {
        t->good++;
        t->false_rollbacks += at >= 0;
        t->false_of[k] += at >= 0;
        return;
    }
    t->bad++;
    /* One before anything was wrong is luck, no catch. */
    bool caught = at >= r->onset;
    t->missed += !caught;
    t->missed_of[k][size] += !caught;
    t->late_n += caught;
    t->late_min += caught ? (double)(at - r->onset) / MINUTE : 0;
}

static void print(const struct tally *t, int runs)
{
    printf("%-24s %10s %10s %10s\n", "policy", "missed %", "false %", "delay min");
    for (int p = 0; p < POLICIES; p++)
        printf("%-24s %10.1f %10.1f %10.1f\n", policies[p], 100.0 * t[p].missed / t[p].bad,
               100.0 * t[p].false_rollbacks / t[p].good,
               t[p].late_n ? t[p].late_min / t[p].late_n : NAN);
    printf("\n%-24s", "false rollbacks, %");
    for (int p = 0; p < POLICIES; p++)
        printf(" %22s", policies[p]);
    for (int k = 0; k < KINDS; k++) {
        if (!kinds[k].bad) {
            printf("\n%-24s", kinds[k].name);
            for (int p = 0; p < POLICIES; p++)
                printf(" %22.1f", 100.0 * t[p].false_of[k] / (runs * (int)N_SIZES));
        }
    }
    printf("\n\n%-24s", "missed, %");
    for (int k = 0; k < KINDS; k++)
        for (size_t z = 0; z < N_SIZES && kinds[k].bad; z++) {
            printf("\n%-17s %4.0f %%", kinds[k].name, 100 * sizes[z]);
            for (int p = 0; p < POLICIES; p++)
                printf(" %22.1f", 100.0 * t[p].missed_of[k][z] / runs);
        }
    printf("\n");
}

/* Far fewer missed than anybody, as seldom wrong as the best give or take half a per cent, and no
 * later than the quickest. */
static bool ours_is_better(const struct tally *t)
{
    bool better = true;
    double wrong = 100.0 * t[OURS].false_rollbacks / t[OURS].good;
    for (int p = OURS + 1; p < POLICIES; p++) {
        better = better && 2 * t[OURS].missed < t[p].missed;
        better = better && wrong <= 100.0 * t[p].false_rollbacks / t[p].good + 0.5;
        better = better && t[OURS].late_min / t[OURS].late_n <= t[p].late_min / t[p].late_n;
    }
    return better;
}

int main(int argc, char **argv)
{
    static struct tally t[POLICIES];
    static struct run r;
    struct buf errors = BUF_INIT;
    int status, runs = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 40;
    struct plan *plan =
        argc > 1 ? plan_load_file(argv[1], &plan_env_process, &errors, &status) : NULL;
    if (!plan) {
        fputs(argc > 1 ? buf_str(&errors) : "usage: judge PLAN [RUNS]\n", stderr);
        return 2;
    }
    for (int k = 0; k < KINDS; k++)
        for (size_t z = 0; z < N_SIZES; z++)
            for (int i = 0; i < runs; i++) {
                struct chance c = {(uint64_t)(k * 1000003 + (int)z * 7919 + i) + 1};
                draw(&r, (enum kind)k, sizes[z], &c);
                for (int p = 0; p < POLICIES; p++)
                    count(&t[p], (enum kind)k, z, &r, decide((enum policy)p, plan, &r));
            }
    print(t, runs);
    bool better = ours_is_better(t);
    printf("\n%s\n", better ? "ours is better" : "ours is NOT better");
    plan_free(plan);
    buf_free(&errors);
    return !better;
}
