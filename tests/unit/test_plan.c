/* The loader: broken plans against their expected error lines (tests/data/plan/bad, rewritten with
 * WARROOM_GOLDEN=write and read as a diff), bounds, files, speed.
 * Shows PLN-2 PLN-5 SEC-1. */
#include "plan_unit.h"

#include "plan/schema.h"

#include <dirent.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void one_bad(const char *stem)
{
    char path[300], want_path[300];
    struct buf errors = BUF_INIT;
    size_t n;
    str_fmt(path, sizeof path, DIR_PLANS "/bad/%s.yaml", stem);
    str_fmt(want_path, sizeof want_path, DIR_PLANS "/bad/%s.expected", stem);
    char *text = unit_file(path, &n);
    str_fmt(path, sizeof path, "%s.yaml", stem);
    if (plan_load_text(text, n, path, &env, &errors))
        fail_msg("%s is taken for valid", stem);
    assert_null(strstr(buf_str(&errors), TOKEN));
    assert_null(strstr(buf_str(&errors), "planted"));
    const char *write = getenv("WARROOM_GOLDEN");
    if (write && !strcmp(write, "write"))
        write_file(want_path, buf_str(&errors));
    char *want = unit_file(want_path, NULL);
    if (strcmp(want, buf_str(&errors)) != 0)
        fail_msg("%s: got\n%s\nexpected\n%s", stem, buf_str(&errors), want);
    free(want);
    free(text);
    buf_free(&errors);
}

static void bad_plans(void **state)
{
    (void)state;
    DIR *d = opendir(DIR_PLANS "/bad");
    struct dirent *entry;
    int seen = 0;
    assert_non_null(d);
    while ((entry = readdir(d))) {
        char stem[200];
        str_copy(stem, sizeof stem, entry->d_name);
        char *dot = strstr(stem, ".yaml");
        if (!dot)
            continue;
        *dot = '\0';
        one_bad(stem);
        seen++;
    }
    closedir(d);
    assert_true(seen >= 30);
}

static void sizes_are_bounded(void **state)
{
    (void)state;
    struct buf b = BUF_INIT;
    while (b.len <= 1024 * 1024)
        buf_adds(&b, "# comment comment comment comment comment\n");
    fails(b.p, b.len, "t.yaml:1:1: the file has more than 1 MiB");
    buf_clear(&b);
    for (int i = 0; i < 1500; i++)
        buf_addf(&b, "k%d: 1\n", i);
    fails(b.p, b.len, "more than 1000 keys in one mapping");
    buf_clear(&b);
    buf_adds(&b, "checkpoints: [");
    for (int i = 0; i < 20000; i++)
        buf_adds(&b, "1s,");
    buf_adds(&b, "1s]\n");
    fails(b.p, b.len, "more than 10000 items in one list");
    buf_clear(&b);
    for (int i = 0; i < 3; i++) {
        buf_addf(&b, "m%d: [", i);
        for (int k = 0; k < 900; k++)
            buf_adds(&b, "{a: 1},");
        buf_adds(&b, "]\n");
    }
    buf_adds(&b, "metrics:\n");
    for (int i = 0; i < 500; i++)
        buf_adds(&b, "  - {a: 1, b: 1, c: 1, d: 1}\n");
    fails(b.p, b.len, "more errors");
    buf_free(&b);
}

static void secret_files(void **state)
{
    (void)state;
    static const struct {
        mode_t mode;
        const char *text, *says; /* NULL: good */
    } rows[] = {
        {0600, "file-secret-1\nrest\n", NULL},
        {0400, "file-secret-1", NULL},
        {0640, "file-secret-1", "has mode 0640; allowed is 0600"},
        {0604, "file-secret-1", "has mode 0604; allowed is 0600"},
        {0600, "", "is empty"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char path[] = "/tmp/warroom-plan-XXXXXX", text[400];
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, rows[i].text, strlen(rows[i].text)), strlen(rows[i].text));
        assert_int_equal(fchmod(fd, rows[i].mode), 0);
        close(fd);
        str_fmt(text, sizeof text,
                "version: 1\nname: t\ntitle: T\nkill_switch: none\nrollback: { mode: log_only }\n"
                "prometheus: { url: \"https://h/\", token_file: %s }\n" METRIC STAGE,
                path);
        if (rows[i].says) {
            fails(text, strlen(text), rows[i].says);
        } else {
            struct plan *p = load(text, &env);
            assert_string_equal(p->prom.token, "file-secret-1");
            plan_free(p);
        }
        unlink(path);
    }
}

static void files(void **state)
{
    (void)state;
    struct buf errors = BUF_INIT;
    int status = 0;
    assert_null(plan_load_file("tests/data/plan/no-such.yaml", &env, &errors, &status));
    assert_int_equal(status, EX_NOFILE);
    assert_non_null(strstr(buf_str(&errors), "no-such.yaml: cannot read the plan"));
    assert_null(plan_load_file("tests/data/plan", &env, &errors, &status));
    assert_int_equal(status, EX_NOFILE);
    assert_null(plan_load_file(DIR_PLANS "/bad/many.yaml", &env, &errors, &status));
    assert_int_equal(status, EX_BADDATA);
    buf_free(&errors);
}

static bool has_word(const char *text, const char *word)
{
    static const char in_word[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    size_t n = strlen(word);
    for (const char *s = text; (s = strstr(s, word)); s++)
        if ((s == text || !strchr(in_word, s[-1])) && (!s[n] || !strchr(in_word, s[n])))
            return true;
    return false;
}

static int check_rows(const struct key_map *map, const char *doc)
{
    int n = 0;
    for (size_t i = 0; i < map->n; i++) {
        const struct key_row *row = &map->rows[i];
        if (!has_word(doc, row->key))
            fail_msg("docs/plan.md does not name %s.%s", map->name, row->key);
        if (row->type != KEY_LATER && (!row->doc || !*row->doc))
            fail_msg("%s.%s says nothing of itself", map->name, row->key);
        for (size_t w = 0; w < row->n_words; w++)
            if (row->words[w] && !has_word(doc, row->words[w]))
                fail_msg("docs/plan.md does not name %s of %s.%s", row->words[w], map->name,
                         row->key);
        n += 1 + (row->map ? check_rows(row->map, doc) : 0);
    }
    return n;
}

static void every_key_is_documented(void **state)
{
    (void)state;
    char *doc = unit_file("docs/plan.md", NULL);
    int n = check_rows(&schema_plan, doc) + check_rows(&schema_step, doc) +
            check_rows(&schema_capture, doc);
    assert_true(n > 150);
    free(doc);
}

/* `plan check` of a large plan is quick: no step of the loader is quadratic. */
static void large_plan_is_quick(void **state)
{
    (void)state;
    struct buf b = BUF_INIT;
    struct timespec t0, t1;
    buf_adds(&b, TOP "baseline: { window: 5m }\nmetrics:\n");
    for (int i = 0; i < 400; i++)
        buf_addf(&b,
                 "  - { id: m%d, title: \"Metric number %d\", group: g%d, unit: ms, query: "
                 "\"rate(some_metric_total{track=\\\"canary\\\"}[5m])\", warning: \">= +10%%\", "
                 "critical: \">= +50%% for 5m\", then: rollback }\n",
                 i, i, i % 7);
    buf_adds(&b, "stages:\n");
    for (int i = 0; i < 40; i++)
        buf_addf(&b, "  - { name: S%d, weight: %d, duration: 5m, pass: [\"m%d < 5\"] }\n", i, i,
                 i * 9);
    assert_true(b.len > 60 * 1024);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
    struct plan *p = load(b.p, &env);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
    double ms = (double)(t1.tv_sec - t0.tv_sec) * 1e3 + (double)(t1.tv_nsec - t0.tv_nsec) / 1e6;
    print_message("%zu bytes in %.1f ms\n", b.len, ms);
    assert_true(ms < 200); /* 20 ms is the aim; sanitizers and busy machines cost more */
    plan_free(p);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(bad_plans, setup),
        cmocka_unit_test_setup(sizes_are_bounded, setup),
        cmocka_unit_test_setup(secret_files, setup),
        cmocka_unit_test_setup(files, setup),
        cmocka_unit_test_setup(every_key_is_documented, setup),
        cmocka_unit_test_setup(large_plan_is_quick, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
