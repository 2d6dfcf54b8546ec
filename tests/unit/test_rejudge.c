/* CSV files as `judge --samples` reads them, and what becomes of their samples: tables of
 * tests/data/rejudge.
 * Shows JDG-1 RPL-6. */
#include "unit.h"

#include <math.h>

#include "base/json.h"
#include "base/num.h"
#include "plan/load.h"
#include "report/rejudge.h"

#define DATA "tests/data/rejudge"

/* ---- reading ---- */

static const struct {
    const char *text;
    const char *says; /* the error, or "N samples" */
} files[] = {
    {"t,metric,value\n0,p95,1\n", "1 samples"},
    {"t,metric,value\r\n0,p95,1\r\n\r\n", "1 samples"},
    {"\xef\xbb\xbft,metric,value\n-5.5,\"p95\",\"1\"\n", "1 samples"},
    {"value,time,t,metric,compare\n1,noon,0,p95,2\n", "1 samples"},
    {"t,metric,value\n60,p95,2\n0,p95,1\n0,err,\n60,err,nan\n", "4 samples"},
    {"t,metric,value\n", "0 samples"},
    {"", "s.csv: the file is empty"},
    {"t,metric\n", "s.csv:1: the header is \"t\"; it must hold t,metric,value"},
    {"0,p95,1\n", "s.csv:1: the header is"},
    {"t,metric,value\n0,p95\n", "s.csv:2: a row ends too early: \"0\"; it needs t"},
    {"t,metric,value\n0,p95,1\n1m,p95,1\n", "s.csv:3: t is \"1m\"; seconds from T0"},
    {"t,metric,value\nnan,p95,1\n", "s.csv:2: t is \"nan\""},
    {"t,metric,value\n1e300,p95,1\n", "s.csv:2: t is \"1e300\""},
    {"t,metric,value\n0,,1\n", "s.csv:2: the metric is \"\""},
    {"t,metric,value\n0,p95,1\n0,err,1\n0,p95,2\n",
     "s.csv:4: a second value at the same t for \"p95\"; one is allowed"},
};

static void files_are_read_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct samples s;
        struct err e = ERR_INIT;
        char text[64];
        FILE *f = files[i].text[0]
                      ? fmemopen((void *)(uintptr_t)files[i].text, strlen(files[i].text), "r")
                      : fopen("/dev/null", "r");
        assert_non_null(f);
        int rc = samples_read_from(f, "s.csv", &s, &e);
        fclose(f);
        str_fmt(text, sizeof text, "%zu samples", s.n);
        if (!strstr(rc < 0 ? e.text : text, files[i].says))
            fail_msg("file %zu: %s", i, rc < 0 ? e.text : text);
        assert_int_equal(e.status, rc < 0 ? EX_BADDATA : 0);
        samples_clear(&s);
    }
}

static void samples_are_in_the_order_of_time(void **state)
{
    (void)state;
    static char text[] = "t,metric,value,compare\n60,a,1,2\n0,b,nonsense,\n0,a,3,x\n";
    struct samples s;
    FILE *f = fmemopen(text, strlen(text), "r");
    assert_int_equal(samples_read_from(f, "s", &s, NULL), 0);
    fclose(f);
    assert_int_equal(s.n, 3);
    assert_string_equal(s.names[s.v[0].name], "b");
    assert_true(isnan(s.v[0].value) && isnan(s.v[0].compare));
    assert_string_equal(s.names[s.v[1].name], "a");
    assert_true(s.v[1].value == 3 && isnan(s.v[1].compare));
    assert_true(s.v[2].t_s == 60 && s.v[2].value == 1 && s.v[2].compare == 2);
    samples_clear(&s);
}

/* ---- judging ---- */

struct lane {
    char metric[24];
    double from_s;
    char value[24];
};

struct scene {
    char title[120];
    struct lane lane[16];
    size_t n;
    struct samples samples;
    struct plan *plan;
    int line, expected;
};

static const char *no_env(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
    return NULL;
}

static struct plan *load(void)
{
    static const struct plan_env env = {no_env, NULL, false};
    struct buf errors = BUF_INIT;
    char *text = unit_file(DATA "/plan.yaml", NULL);
    struct plan *p = plan_load_text(text, strlen(text), "plan.yaml", &env, &errors);
    if (!p)
        fail_msg("%s", errors.p);
    buf_free(&errors);
    free(text);
    return p;
}

/* The lane that speaks for this metric at t: the newest of its lines; NULL: none yet. */
static const struct lane *at(const struct scene *c, const char *metric, int t)
{
    const struct lane *found = NULL;
    for (size_t i = 0; i < c->n; i++)
        if (!strcmp(c->lane[i].metric, metric) && c->lane[i].from_s <= t)
            found = &c->lane[i];
    return found;
}

static void make_samples(struct scene *c)
{
    static const char *const metrics[] = {"p95", "err", "@alert", "@kill_switch", "@confirm:fine"};
    struct buf csv = BUF_INIT;
    struct err e = ERR_INIT;
    samples_clear(&c->samples);
    buf_adds(&csv, "t,metric,value\n");
    for (int t = -300; t <= 1800; t += 60)
        for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
            const struct lane *l = at(c, metrics[i], t);
            if (l && strcmp(l->value, "gone") != 0)
                buf_addf(&csv, "%d,%s,%s\n", t, metrics[i], strcmp(l->value, "-") ? l->value : "");
        }
    FILE *f = fmemopen(csv.p, csv.len, "r");
    if (samples_read_from(f, c->title, &c->samples, &e) < 0)
        fail_msg("%s", e.text);
    fclose(f);
    buf_free(&csv);
}

static void see_state(struct scene *c, double until_s, const char *path, const char *want)
{
    struct rejudge_opts o = {.plan = c->plan, .until_s = until_s};
    struct drive *d = rejudge_samples(&o, &c->samples);
    struct buf out = BUF_INIT, is = BUF_INIT;
    rejudge_state(d, c->plan, until_s, &out);
    cJSON *json = cJSON_Parse(out.p);
    const cJSON *x = json_path(json, path);
    assert_non_null(x);
    if (cJSON_IsString(x))
        buf_adds(&is, x->valuestring);
    else
        json_print(x, &is);
    if (strcmp(buf_str(&is), want) != 0)
        fail_msg("line %d, %s: at %g s %s is %s, not %s\n%s", c->line, c->title, until_s, path,
                 buf_str(&is), want, out.p);
    cJSON_Delete(json);
    buf_free(&out);
    buf_free(&is);
    drive_free(d);
    c->expected++;
}

static void see_final(struct scene *c, const char *want)
{
    struct rejudge_opts o = {.plan = c->plan, .until_s = INFINITY};
    struct drive *d = rejudge_samples(&o, &c->samples);
    if (strcmp(drive_state(d)->verdict, want) != 0)
        fail_msg("%s: %s (%s), not %s", c->title, drive_state(d)->verdict,
                 drive_state(d)->verdict_why, want);
    drive_free(d);
    c->expected++;
}

static void obey(struct scene *c, const char *line)
{
    char word[24], path[64], want[64];
    double t;
    if (!strncmp(line, "case ", 5)) {
        str_copy(c->title, sizeof c->title, line + 5);
        c->n = 0;
    } else if (sscanf(line, "expect %lf %63s \"%63[^\"]\"", &t, path, want) == 3 ||
               sscanf(line, "expect %lf %63s %63s", &t, path, want) == 3) {
        make_samples(c);
        see_state(c, t, path, want);
    } else if (sscanf(line, "final %63s", want) == 1) {
        make_samples(c);
        see_final(c, want);
    } else if (sscanf(line, "%23s %lf %63s", word, &t, want) == 3) {
        struct lane *l = &c->lane[c->n++];
        l->from_s = t;
        str_copy(l->metric, sizeof l->metric, word);
        str_copy(l->value, sizeof l->value, want);
    } else if (*line && *line != '#') {
        fail_msg("line %d is not understood: %s", c->line, line);
    }
}

static void cases_end_as_they_should(void **state)
{
    (void)state;
    struct scene c = {.plan = load()};
    char *text = unit_file(DATA "/cases.txt", NULL), *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        c.line++;
        obey(&c, line);
    }
    assert_true(c.expected > 40);
    samples_clear(&c.samples);
    plan_free(c.plan);
    free(text);
}

static void count_unknown(void *ctx, const char *name)
{
    assert_string_equal(name, "other");
    ++*(int *)ctx;
}

static void names_the_plan_lacks_are_told_once(void **state)
{
    (void)state;
    static char text[] = "t,metric,value\n0,other,1\n0,p95,1\n60,other,1\n";
    struct plan *plan = load();
    struct samples s;
    int told = 0;
    FILE *f = fmemopen(text, strlen(text), "r");
    assert_int_equal(samples_read_from(f, "s", &s, NULL), 0);
    fclose(f);
    struct rejudge_opts o = {
        .plan = plan, .until_s = INFINITY, .ctx = &told, .on_unknown = count_unknown};
    drive_free(rejudge_samples(&o, &s));
    assert_int_equal(told, 1);
    samples_clear(&s);
    plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_read_or_refused),
        cmocka_unit_test(samples_are_in_the_order_of_time),
        cmocka_unit_test(cases_end_as_they_should),
        cmocka_unit_test(names_the_plan_lacks_are_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
