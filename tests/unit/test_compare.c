/* A/B through everything that judges: a thousand stages with and without a difference, runs from
 * samples with a `compare` column, and what becomes of a run whose other side is missing. */
#include "fold_unit.h"

#include "base/text.h"
#include "chance.h"
#include "director/drive.h"
#include "plan/side.h"
#include "report/rejudge.h"

/* ---- a thousand stages ---- */

#define STAGES 100
#define TICKS  60 /* of 5 s in a stage of 5 minutes */

/* A hundred stages that go on by themselves; a notice decides nothing, so each is seen to its end.
 */
static struct plan *many_stages(void)
{
    struct buf yaml = BUF_INIT;
    buf_adds(&yaml, "version: 1\nname: ab\ntitle: ab\nadvance: auto\nkill_switch: none\n"
                    "rollback: { mode: log_only }\n"
                    "prometheus: { url: \"http://127.0.0.1:9090\" }\n"
                    "metrics:\n  - { id: m, unit: ms, query: q, compare: p, "
                    "notice: \"worse than compare\" }\n"
                    "rules: { trend_hold: 1s }\nstages:\n");
    for (int i = 0; i < STAGES; i++)
        buf_addf(&yaml, "  - { name: S%d, duration: 5m }\n", i);
    struct plan *p = unit_plan(yaml.p);
    buf_free(&yaml);
    return p;
}

struct seen {
    bool fired[STAGES];
    double low[STAGES], high[STAGES]; /* interval of the newest look */
};

static void run_stages(const struct plan *p, double worse_by, double load_by, struct seen *seen)
{
    struct drive_opts o = {.plan = p, .start_ms = EPOCH, .given = true};
    struct drive *d = drive_new(&o);
    const bool asked = true;
    memset(seen, 0, sizeof *seen);
    for (int i = 0; i < 2 * STAGES * TICKS && !drive_state(d)->final; i++) {
        double load = load_by * sin(i / 40.0), own = 100 + load + worse_by + gauss();
        double other = 100 + load + gauss();
        drive_sides(d, EPOCH + i * INT64_C(5000), &own, &other, &asked);
        int stage = drive_state(d)->stage;
        const struct metric_verdict *v = &drive_judge(d)->m[0];
        if (stage < 0 || !v->versus.known)
            continue;
        seen->fired[stage] |= v->watch[LEVEL_NOTICE].hit;
        seen->low[stage] = v->versus.low;
        seen->high[stage] = v->versus.high;
    }
    assert_non_null(strstr(drive_state(d)->verdict, "PASS"));
    drive_free(d);
}

/* Of so many stages: how many fired, and how many intervals hold the true difference. */
static int fired_of(int stages, double worse_by, double load_by, int *covered)
{
    struct plan *p = many_stages();
    int fired = 0;
    *covered = 0;
    for (int run = 0; run < stages / STAGES; run++) {
        struct seen seen;
        run_stages(p, worse_by, load_by, &seen);
        for (int i = 0; i < STAGES; i++) {
            fired += seen.fired[i];
            *covered += seen.low[i] <= worse_by && worse_by <= seen.high[i];
        }
    }
    plan_free(p);
    return fired;
}

static void a_thousand_stages_without_a_difference(void **state)
{
    (void)state;
    static const double loads[] = {0, 5}; /* that both sides carry, in standard deviations */
    for (size_t i = 0; i < 2; i++) {
        int covered;
        seed = 20260201;
        int fired = fired_of(1000, 0, loads[i], &covered);
        print_message("no difference, load %g: %d of 1000 stages fired, %d intervals hold 0\n",
                      loads[i], fired, covered);
        assert_true(fired <= 20);
        assert_true(covered >= 980);
    }
}

static void a_thousand_stages_with_one(void **state)
{
    static const struct {
        int stages;
        double by, load; /* standard deviations of one sample */
        int least;
    } rows[] = {{1000, 1, 0, 650}, {200, 1.5, 0, 195}, {200, 4, 5, 180}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int covered;
        seed = 7;
        int fired = fired_of(rows[i].stages, rows[i].by, rows[i].load, &covered);
        print_message("worse by %g, load %g: %d of %d stages fired, %d intervals hold it\n",
                      rows[i].by, rows[i].load, fired, rows[i].stages, covered);
        assert_true(fired >= rows[i].least);
        assert_true(covered >= rows[i].stages * 98 / 100);
    }
}

/* ---- runs of samples ---- */

#define PLAN                                                                                       \
    "version: 1\nname: ab\ntitle: ab\ntick: 10s\nadvance: auto\nrollback: { mode: automatic }\n"   \
    "kill_switch: none\nprometheus: { url: \"http://127.0.0.1:9090\" }\nmetrics:\n"                \
    "  - { id: p95, unit: ms, query: q, compare: p, critical: \"worse than compare by 5%\" }\n"    \
    "actions: { rollback: [ exec: { argv: [undo] } ] }\n"                                          \
    "stages:\n  - { name: A, duration: 5m }\n  - { name: B, duration: 5m }\n"

/* What is measured from then on; "": no data. */
struct lane {
    double from_s;
    const char *value, *compare;
};

static struct samples make_samples(const struct lane *lane, size_t n, double until_s)
{
    struct buf csv = BUF_INIT;
    struct samples s;
    struct err e = ERR_INIT;
    buf_adds(&csv, "t,metric,value,compare\n");
    for (double t = -30; t <= until_s; t += 10) {
        const struct lane *now = &lane[0];
        for (size_t i = 0; i < n; i++)
            now = lane[i].from_s <= t ? &lane[i] : now;
        buf_addf(&csv, "%g,p95,%s,%s\n", t, now->value, now->compare);
    }
    FILE *f = fmemopen(csv.p, csv.len, "r");
    if (samples_read_from(f, "ab.csv", &s, &e) < 0)
        fail_msg("%s", e.text);
    fclose(f);
    buf_free(&csv);
    return s;
}

/* A plan and what was measured for it. */
struct run {
    struct plan *p;
    struct samples s;
};

static struct run open_run(const struct lane *lanes, size_t n, double until_s)
{
    return (struct run){unit_plan(PLAN), make_samples(lanes, n, until_s)};
}

static void close_run(struct run *r)
{
    samples_clear(&r->s);
    plan_free(r->p);
}

static void see(const struct run *r, double until_s, const char *path, const char *want)
{
    struct rejudge_opts o = {.plan = r->p, .until_s = until_s};
    struct drive *d = rejudge_samples(&o, &r->s);
    struct buf out = BUF_INIT, is = BUF_INIT;
    rejudge_state(d, r->p, until_s, &out);
    cJSON *json = cJSON_Parse(out.p);
    const cJSON *x = json_path(json, path);
    if (cJSON_IsString(x))
        buf_adds(&is, x->valuestring);
    else if (x)
        json_print(x, &is);
    if (!strstr(buf_str(&is), want))
        fail_msg("at %g s %s is %s, not %s\n%s", until_s, path, buf_str(&is), want, out.p);
    cJSON_Delete(json);
    buf_free(&out);
    buf_free(&is);
    drive_free(d);
}

static void see_final(const struct run *r, const char *verdict, const char *why)
{
    struct rejudge_opts o = {.plan = r->p, .until_s = INFINITY};
    struct drive *d = rejudge_samples(&o, &r->s);
    const struct state *st = drive_state(d);
    if (strcmp(st->verdict, verdict) != 0 || !strstr(st->verdict_why, why))
        fail_msg("%s (%s), not %s (%s)", st->verdict, st->verdict_why, verdict, why);
    drive_free(d);
}

static void equal_sides_pass(void **state)
{
    (void)state;
    const struct lane lanes[] = {{-30, "128", "127"}};
    struct run r = open_run(lanes, 1, 700);
    see(&r, 200, "decision", "PROCEED");
    see(&r, 200, "metrics.p95.compare.value", "127");
    see(&r, 200, "metrics.p95.compare.shift", "1");
    see(&r, 200, "metrics.p95.compare.worse", "true"); /* by less than 5 % */
    see(&r, 200, "metrics.p95.status", "OK");
    see_final(&r, "PASS", "");
    close_run(&r);
}

/* ABX-3: the end of a stage says in the record how the sides compare. */
static void keep_stage_end(void *ctx, const struct event *ev)
{
    const cJSON *c = json_path(ev->body, "compare.p95");
    struct buf *out = ctx;
    if (ev->kind != EV_CHECKPOINT || strcmp(json_str_or(ev->body, "label", ""), "stage") != 0)
        return;
    assert_non_null(c);
    buf_addf(out, "%s: %g/%g %g-%g=%g %s; ", ev->stage, json_path(c, "samples")->valuedouble,
             json_path(c, "other_samples")->valuedouble, json_path(c, "median")->valuedouble,
             json_path(c, "other_median")->valuedouble, json_path(c, "shift")->valuedouble,
             json_bool_or(c, "worse", false) ? "worse" : "not worse");
}

static void a_stage_ends_with_a_comparison(void **state)
{
    (void)state;
    const struct lane lanes[] = {{-30, "128", "127"}, {310, "127", "128"}};
    struct run r = open_run(lanes, 2, 700);
    struct buf seen = BUF_INIT;
    struct rejudge_opts o = {
        .plan = r.p, .until_s = INFINITY, .on_event = keep_stage_end, .ctx = &seen};
    drive_free(rejudge_samples(&o, &r.s));
    assert_string_equal(buf_str(&seen),
                        "A: 31/31 128-127=1 worse; B: 30/30 127-128=-1 not worse; ");
    buf_free(&seen);
    close_run(&r);
}

static void a_worse_side_is_rolled_back(void **state)
{
    (void)state;
    const struct lane lanes[] = {{-30, "142", "128"}};
    struct run r = open_run(lanes, 1, 700);
    see(&r, 70, "metrics.p95.compare.worse", "null");
    see(&r, 100, "metrics.p95.status", "CRITICAL");
    see(&r, 100, "metrics.p95.compare.shift_pct", "10.9375");
    see(&r, 100, "decision", "ROLLBACK");
    see(&r, 100, "why", "142 ms worse than compare by 5% (other 128 ms; +14 ms, +10.9 %");
    see_final(&r, "FAIL", "worse than compare by 5%");
    close_run(&r);
}

static void nine_samples_a_side_are_inconclusive(void **state)
{
    (void)state;
    const struct lane lanes[] = {{-30, "142", "128"}, {90, "142", ""}};
    struct run r = open_run(lanes, 2, 320);
    see(&r, 80, "decision", "INCONCLUSIVE");
    see(&r, 80, "rule", "compare.samples");
    see(&r, 80, "why", "9/9 samples since the stage's clock, at least 10 a side are needed");
    see(&r, 120, "decision", "INCONCLUSIVE");
    see(&r, 120, "metrics.p95.status", "NODATA");
    see(&r, 320, "stage", "A");
    see_final(&r, "INCONCLUSIVE", "");
    close_run(&r);
}

/* The gate waits one more stage duration for it, then it is said that nothing can be said. */
static void a_side_without_data_is_never_ok(void **state)
{
    (void)state;
    const struct lane lanes[] = {{-30, "128", "128"}, {150, "128", ""}};
    struct run r = open_run(lanes, 2, 700);
    see(&r, 140, "decision", "PROCEED");
    see(&r, 180, "decision", "HOLD");
    see(&r, 180, "metrics.p95.status", "NODATA");
    see(&r, 180, "metrics.p95.compare.value", "null");
    see(&r, 180, "counts.nodata", "1");
    see(&r, 590, "stage", "A");
    see_final(&r, "INCONCLUSIVE", "the other side has no data");
    close_run(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_sides_pass),
        cmocka_unit_test(a_stage_ends_with_a_comparison),
        cmocka_unit_test(a_worse_side_is_rolled_back),
        cmocka_unit_test(nine_samples_a_side_are_inconclusive),
        cmocka_unit_test(a_side_without_data_is_never_ok),
        cmocka_unit_test(a_thousand_stages_without_a_difference),
        cmocka_unit_test(a_thousand_stages_with_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
