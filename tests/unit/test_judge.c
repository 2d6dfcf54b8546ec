/* The judge by tables: limits (*.tsv in tests/data/judge), scenes over time (*.scene there), and
 * what holds for every combination. */
#include "judge_unit.h"

#include <dirent.h>

#define DIR_JUDGE "tests/data/judge"

/* ---- limits: one row, one sample ---- */

static int split(char *line, char sep, char **words, int most)
{
    int n = 0;
    for (char *p = line; *p && n < most;) {
        while (sep == ' ' && *p == ' ')
            p++;
        if (!*p || (sep == ' ' && *p == '#'))
            break;
        char end = sep;
        if (sep == ' ' && *p == '"') {
            end = '"';
            p++;
        }
        words[n++] = p;
        while (*p && *p != end) {
            if (sep == ' ' && (*p == '=' || *p == '~') && p[1] == '"') { /* KEY="some text" */
                memmove(p + 1, p + 2, strlen(p + 2) + 1);
                end = '"';
            }
            p++;
        }
        if (*p)
            *p++ = '\0';
    }
    return n;
}

static void expect(const struct scene_run *r, const struct metric_verdict *v, const char *value,
                   const char *status, const char *is, const char *flags)
{
    if (strcmp(mstatus_word(v->status), status) != 0 || strcmp(is, flags) != 0)
        fail_msg("%s: %s is %s %s, not %s %s (%s)", r->where, value, mstatus_word(v->status), is,
                 status, flags, v->why);
    if ((v->status == M_OK && !v->notice) != !*v->why)
        fail_msg("%s: says \"%s\"", r->where, v->why);
}

/* metric, baseline, value, status, flags */
static void limit_row(struct scene_run *r, char **w)
{
    char sample[120], *words[] = {sample};
    double value;
    if (strcmp(w[1], "-") != 0) {
        assert_int_equal(num_parse(w[1], &value), 0);
        scene_baseline(r, 0, w[0], value);
    }
    str_fmt(sample, sizeof sample, "%s=%s", w[0], w[2]);
    scene_tick(r, 5, words, 1);
    const struct metric_verdict *v = &r->j->m[plan_metric(r->plan, w[0])];
    expect(r, v, w[2], w[3], v->notice ? v->alert ? "NA" : "N" : v->alert ? "A" : "-", w[4]);
}

/* stage, metric, value, status, missed; a counter stood at 0 before */
static void pass_row(struct scene_run *r, char **w)
{
    char sample[120], *words[] = {sample};
    str_fmt(sample, sizeof sample, "%s=0", w[1]);
    int m = plan_metric(r->plan, w[1]);
    if (r->plan->metrics[m].counter)
        scene_tick(r, 0, words, 1);
    scene_stage(r, 1, (int)strtol(w[0], NULL, 10) - 1);
    str_fmt(sample, sizeof sample, "%s=%s", w[1], w[2]);
    scene_tick(r, 5, words, 1);
    expect(r, &r->j->m[m], w[2], w[3], r->j->m[m].pass_missed ? "yes" : "no", w[4]);
}

struct table {
    const char *plan, *rows;
    void (*row)(struct scene_run *r, char **w);
    int least;
};
static struct table tables[] = {{"executor", "executor", limit_row, 400},
                                {"guards", "guards", limit_row, 90},
                                {"guards", "passes", pass_row, 70}};

static void table(void **state)
{
    const struct table *t = *state;
    char path[200], *w[8];
    struct scene_run r = {.seen = 0};
    str_fmt(path, sizeof path, DIR_JUDGE "/%s.yaml", t->plan);
    r.plan = unit_plan_file(path);
    str_fmt(path, sizeof path, DIR_JUDGE "/%s.tsv", t->rows);
    char *text = unit_file(path, NULL);
    int number = 0, rows = 0;
    for (char *p = text, *next; p && *p; p = next) {
        next = strchr(p, '\n');
        if (next)
            *next++ = '\0';
        number++;
        if (*p == '#' || !*p)
            continue;
        str_fmt(r.where, sizeof r.where, "%s:%d (%s)", path, number, p);
        if (split(p, '\t', w, 8) != 5)
            fail_msg("%s: five columns are wanted", r.where);
        r.s = state_new(r.plan);
        r.j = judge_new(r.plan);
        t->row(&r, w);
        judge_free(r.j);
        state_free(r.s);
        rows++;
    }
    assert_true(rows >= t->least);
    free(text);
    plan_free(r.plan);
}

/* ---- scenes ---- */

struct scene_text {
    struct buf metrics, stages;
    char top[400];
};

static void scene_begin(struct scene_run *r, struct scene_text *t)
{
    struct buf yaml = BUF_INIT;
    if (r->plan)
        return;
    buf_addf(&yaml, SCENE_TOP "%smetrics:\n%sstages:\n%s", t->top, buf_str(&t->metrics),
             t->stages.len ? t->stages.p : "  - { name: S, duration: 1h }\n");
    scene_open(r, yaml.p);
    buf_free(&yaml);
}

static double number(const struct scene_run *r, const char *word)
{
    double v;
    if (num_parse(word, &v) < 0)
        fail_msg("%s: %s is no number", r->where, word);
    return v;
}

static void scene_line(struct scene_run *r, struct scene_text *t, char *line)
{
    char *w[24], whole[600];
    if (!strncmp(line, "metric ", 7)) {
        buf_addf(&t->metrics, "  - %s\n", line + 7);
        return;
    }
    if (!strncmp(line, "stage ", 6)) {
        buf_addf(&t->stages, "  - %s\n", line + 6);
        return;
    }
    if (!strncmp(line, "top ", 4)) {
        str_fmt(t->top, sizeof t->top, "%s\n", line + 4);
        return;
    }
    scene_begin(r, t);
    str_copy(whole, sizeof whole, line);
    int n = split(line, ' ', w, 24);
    if (!n)
        return;
    if (!strcmp(w[0], ">") && n >= 3) {
        const char *body = strchr(whole, '{');
        scene_fold(r, w[2], number(r, w[1]), body ? body : "{}");
    } else if (!strcmp(w[0], "t") && n >= 2) {
        scene_tick(r, number(r, w[1]), w + 2, n - 2);
    } else if (!strcmp(w[0], "from") && n >= 6) { /* from A to B by STEP … */
        for (double at = number(r, w[1]); at <= number(r, w[3]) + 1e-6; at += number(r, w[5]))
            scene_tick(r, at, w + 6, n - 6);
    } else if (!strcmp(w[0], "baseline") && n == 4) { /* baseline SECOND METRIC VALUE|none */
        scene_baseline(r, number(r, w[1]), w[2],
                       strcmp(w[3], "none") ? number(r, w[3]) : (double)NAN);
    } else if (!strcmp(w[0], "start") && n == 3) { /* start SECOND STAGE (from 1) */
        scene_stage(r, number(r, w[1]), (int)number(r, w[2]) - 1);
    } else if (!strcmp(w[0], "see") && n >= 2) {
        scene_see(r, w + 1, n - 1);
    } else {
        fail_msg("%s: %s?", r->where, whole);
    }
}

static void scene_end(struct scene_run *r, struct scene_text *t)
{
    if (r->plan)
        scene_close(r);
    buf_clear(&t->metrics);
    buf_clear(&t->stages);
    t->top[0] = '\0';
}

static void scenes(void **state)
{
    const char *path = *state;
    struct scene_run r = {.seen = 0};
    struct scene_text t = {BUF_INIT, BUF_INIT, ""};
    char *text = unit_file(path, NULL), name[120] = "";
    int at = 0;
    for (char *p = text, *next; p && *p; p = next) {
        next = strchr(p, '\n');
        if (next)
            *next++ = '\0';
        str_fmt(r.where, sizeof r.where, "%s:%d (%s)", path, ++at, name);
        if (!strncmp(p, "case ", 5)) {
            scene_end(&r, &t);
            str_copy(name, sizeof name, p + 5);
        } else if (*p && *p != '#') {
            scene_line(&r, &t, p);
        }
    }
    scene_end(&r, &t);
    assert_true(r.seen > 0);
    buf_free(&t.metrics);
    buf_free(&t.stages);
    free(text);
}

/* ---- every combination of three gating metrics ---- */

static const struct {
    const char *word, *sample;
    enum mstatus status;
    bool concurrent;
} kinds[] = {
    {"ok", "1", M_OK, false},
    {"notice", "12", M_OK, false},
    {"pass missed", "17", M_WARNING, false},
    {"warning", "25", M_WARNING, true},
    {"pending", "0.3", M_WARNING, false},
    {"critical", "100", M_CRITICAL, false},
    {"empty", "-", M_NODATA, false},
    {"error", "~503:_no", M_NODATA, false},
    {"never asked", "", M_NODATA, false},
    {"stale", "", M_NODATA, false},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void one_combination(struct scene_run *r, const int k[3])
{
    char samples[3][40], *words[3];
    struct counts want = {.of = 3};
    int n = 0;
    r->s = state_new(r->plan);
    r->j = judge_new(r->plan);
    for (int i = 0; i < 3; i++) {
        str_fmt(samples[0], sizeof samples[0], "m%d=1", i);
        words[0] = samples[0];
        if (!strcmp(kinds[k[i]].word, "stale"))
            scene_tick(r, -30 + i, words, 1);
    }
    scene_stage(r, 1, 0);
    for (int i = 0; i < 3; i++) {
        str_fmt(samples[n], sizeof samples[n], "m%d=%s", i, kinds[k[i]].sample);
        words[n] = samples[n];
        n += *kinds[k[i]].sample != '\0';
        want.ok += kinds[k[i]].status == M_OK;
        want.warning += kinds[k[i]].status == M_WARNING;
        want.critical += kinds[k[i]].status == M_CRITICAL;
        want.nodata += kinds[k[i]].status == M_NODATA;
        want.concurrent_warnings += kinds[k[i]].concurrent;
    }
    scene_tick(r, 5, words, n);
    const struct counts *c = &r->j->counts;
    for (int i = 0; i < 3; i++)
        if (r->j->m[i].status != kinds[k[i]].status)
            fail_msg("%s + %s + %s: %s is %s (%s)", kinds[k[0]].word, kinds[k[1]].word,
                     kinds[k[2]].word, kinds[k[i]].word, mstatus_word(r->j->m[i].status),
                     r->j->m[i].why);
    if (c->ok != want.ok || c->warning != want.warning || c->critical != want.critical ||
        c->nodata != want.nodata || c->of != 3 || c->pass != want.ok ||
        c->concurrent_warnings != want.concurrent_warnings)
        fail_msg("%s + %s + %s: %d ok %d warning %d critical %d no data of %d, %d pass, %d at once",
                 kinds[k[0]].word, kinds[k[1]].word, kinds[k[2]].word, c->ok, c->warning,
                 c->critical, c->nodata, c->of, c->pass, c->concurrent_warnings);
    judge_free(r->j);
    state_free(r->s);
}

static void all_combinations(void **state)
{
    struct buf yaml = BUF_INIT;
    struct scene_run r = {.seen = 0};
    (void)state;
    buf_adds(&yaml, SCENE_TOP "metrics:\n");
    for (int i = 0; i < 3; i++)
        buf_addf(&yaml,
                 "  - { id: m%d, query: q, notice: \">= 10\", warning: \">= 20\", "
                 "alert_at: \"<= 0.5 for 1m\", critical: \">= 100\" }\n",
                 i);
    buf_adds(&yaml, "stages: [{ name: S, duration: 1h, pass: [");
    for (int i = 0; i < 3; i++)
        buf_addf(&yaml, "%s\"m%d < 15\"", i ? ", " : "", i);
    buf_adds(&yaml, "] }]\n");
    r.plan = unit_plan(yaml.p);
    buf_free(&yaml);
    int n = 0;
    for (int a = 0; a < KINDS; a++)
        for (int b = 0; b < KINDS; b++)
            for (int c = 0; c < KINDS; c++, n++)
                one_combination(&r, (const int[]){a, b, c});
    assert_int_equal(n, KINDS * KINDS * KINDS);
    plan_free(r.plan);
}

/* ---- no allocation, and what it costs ---- */

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COUNTS_MALLOC 1
extern void *__libc_malloc(size_t n);
static size_t mallocs;
void *malloc(size_t n)
{
    mallocs++;
    return __libc_malloc(n);
}
#else
#define COUNTS_MALLOC 0
static size_t mallocs;
#endif

/* Every status and every sentence in turn, 256 metrics: judge_tick never asks for memory. */
static void no_allocation(void **state)
{
    static const char *const values[] = {"100", "111", "160", "1000", "null", "0", "99.999"};
    struct buf yaml = BUF_INIT, v = BUF_INIT;
    struct scene_run r = {.seen = 0};
    (void)state;
    buf_adds(&yaml, SCENE_TOP "metrics:\n");
    for (int i = 0; i < 256; i++)
        buf_addf(&yaml,
                 "  - { id: m%d, unit: ms, query: q, notice: \">= +5%%\", warning: \">= +10%%\", "
                 "alert_at: \">= 500\", critical: \">= +50%% for 10s\", no_data: %s }\n",
                 i, i % 2 ? "critical" : "nodata");
    buf_adds(&yaml, "stages: [{ name: S, duration: 1h, pass: [\"m0 < 50\", \"m1 < +1%\"] }]\n");
    scene_open(&r, yaml.p);
    scene_stage(&r, 1, 0);
    for (int t = 0; t < 60; t++) {
        buf_clear(&v);
        buf_adds(&v, "{\"v\":{");
        for (int i = 0; i < 256; i++)
            buf_addf(&v, "%s\"%d\":%s", i ? "," : "", i + 1, values[(t / 3 + i) % 7]);
        buf_adds(&v, "}}");
        unit_fold(r.s, "tick", 5 * t, v.p);
        size_t before = mallocs;
        judge_tick(r.j, r.s);
        assert_int_equal(mallocs, before);
        if (t == 20)
            for (int i = 0; i < 256; i++) {
                char id[16];
                str_fmt(id, sizeof id, "m%d", i);
                scene_baseline(&r, 5 * t, id, i % 3 ? 100 : 0);
            }
    }
    assert_true(!COUNTS_MALLOC || mallocs > 0);
    scene_close(&r);
    buf_free(&yaml);
    buf_free(&v);
}

int main(void)
{
    static char paths[32][200];
    static struct CMUnitTest tests[40];
    struct dirent **all;
    size_t at = 0, k = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        tests[at++] = (struct CMUnitTest){tables[i].rows, table, NULL, NULL, &tables[i]};
    tests[at++] = (struct CMUnitTest)cmocka_unit_test(all_combinations);
    tests[at++] = (struct CMUnitTest)cmocka_unit_test(no_allocation);
    int n = scandir(DIR_JUDGE, &all, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        const char *dot = strrchr(all[i]->d_name, '.');
        if (dot && !strcmp(dot, ".scene") && k < 32) {
            str_fmt(paths[k], sizeof paths[k], "%s/%s", DIR_JUDGE, all[i]->d_name);
            tests[at++] = (struct CMUnitTest){paths[k], scenes, NULL, NULL, paths[k]};
            k++;
        }
        free(all[i]);
    }
    free(all);
    return k ? _cmocka_run_group_tests("judge", tests, at, NULL, NULL) : 1;
}
