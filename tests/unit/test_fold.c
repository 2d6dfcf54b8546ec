/* Tapes of tests/data/fold: events with their seconds, and what the state says then. Each tape is
 * folded twice at the end and must give the same hash. */
#include "fold_unit.h"

#include <dirent.h>

#define DIR_FOLD "tests/data/fold"

static struct plan *plan;
static struct state *s;
static struct event_list tape;
static uint64_t hashes[1000]; /* after each event of the tape */
static int checks;

static void begin(void)
{
    s = state_new(plan);
    event_list_init(&tape);
}

/* The same tape, the same state, at every event. */
static void close_tape(const char *where)
{
    struct state *again = state_new(plan);
    size_t n = 0;
    for (struct event *ev; (ev = event_list_take(&tape)); event_free(ev)) {
        fold_apply(again, ev);
        if (state_hash(again) != hashes[n++])
            fail_msg("%s: event %zu (%s) folds to another state", where, n, event_word(ev->kind));
    }
    state_free(again);
    state_free(s);
    s = NULL;
}

/* "> SECOND KIND[@ACTOR[/ROLE]] BODY" */
static void fold_line(const char *line)
{
    char word[100];
    char *end;
    double second = strtod(line, &end);
    end += strspn(end, " ");
    str_fmt(word, sizeof word, "%.*s", (int)strcspn(end, " "), end);
    end += strlen(word);
    struct event *ev = unit_event(word, EPOCH + llround(second * 1000), end + strspn(end, " "));
    ev->seq = s->seq + 1;
    fold_apply(s, ev);
    assert_true(tape.n < sizeof hashes / sizeof *hashes);
    hashes[tape.n] = state_hash(s);
    event_list_add(&tape, ev);
}

/* "= PATH TEXT" (whole), "~ PATH TEXT" (somewhere in it) */
static void see_line(const char *where, char kind, char *line)
{
    char out[4096], *want = strchr(line, ' ');
    if (want)
        *want++ = '\0';
    else
        want = line + strlen(line);
    if (!say_state(s, line, out, sizeof out))
        fail_msg("%s: no field %s", where, line);
    if (kind == '=' ? strcmp(out, want) != 0 : !strstr(out, want))
        fail_msg("%s: %s is \"%s\", not \"%s\"", where, line, out, want);
    checks++;
}

static void run_file(void **state)
{
    const char *path = *state;
    char *text = unit_file(path, NULL), where[200] = "", name[100] = "";
    int number = 0;
    checks = 0;
    for (char *p = text, *next; p && *p; p = next) {
        next = strchr(p, '\n');
        if (next)
            *next++ = '\0';
        str_fmt(where, sizeof where, "%s:%d (%s)", path, ++number, name);
        if (!strncmp(p, "case ", 5)) {
            if (s)
                close_tape(where);
            str_copy(name, sizeof name, p + 5);
            begin();
        } else if (*p == '>') {
            fold_line(p + 1);
        } else if (*p == '=' || *p == '~') {
            see_line(where, *p, p + 2);
        } else if (*p && *p != '#') {
            fail_msg("%s: %s?", where, p);
        }
    }
    if (s)
        close_tape(where);
    assert_true(checks > 0);
    free(text);
}

/* ---- what a tape cannot say well ---- */

static void tick(double second, const char *values)
{
    char body[200];
    str_fmt(body, sizeof body, "{\"v\":{%s}}", values);
    unit_fold(s, "tick", second, body);
}

static void rings_are_bounded(void **state)
{
    (void)state;
    begin();
    for (int i = 0; i < HIST_CAP + 100; i++) {
        char v[40];
        str_fmt(v, sizeof v, "\"1\":%d", i);
        tick(i, v);
        str_fmt(v, sizeof v, "{\"text\":\"note %d\"}", i);
        unit_fold(s, "parking@anna/ic", i, v);
        unit_fold(s, "signal@anna/ic", i, v);
    }
    assert_int_equal(s->hist.n, HIST_CAP);
    assert_true(hist_value(s, 0, 0) == 100 && hist_value(s, 0, HIST_CAP - 1) == HIST_CAP + 99);
    assert_int_equal(hist_time(s, 0), EPOCH + 100000);
    assert_int_equal(s->n_parked, PARKED_CAP);
    assert_string_equal(s->parked[PARKED_CAP - 1], "anna: note 2147");
    assert_string_equal(s->parked[0], "anna: note 2084");
    assert_int_equal(s->log_n, LOG_CAP);
    assert_int_equal(s->log_total, HIST_CAP + 100);
    assert_non_null(strstr(state_log(s, 0)->text, "note 1636"));
    assert_non_null(strstr(state_log(s, LOG_CAP - 1)->text, "note 2147"));
    assert_int_equal(s->signals, HIST_CAP + 100);
    state_free(s);
    s = NULL;
}

static void points(struct buf *b, int n)
{
    buf_addf(b, "{\"op\":\"backfill\",\"from_ms\":%lld,\"step_ms\":1000,\"n\":%d,\"v\":{\"1\":[",
             (long long)EPOCH, n);
    for (int i = 0; i < n; i++)
        buf_addf(b, "%s%d", i ? "," : "", i);
    buf_adds(b, "]}}");
}

/* More points than fit: the oldest go, the live ones stay. */
static void backfill_fills_what_is_free(void **state)
{
    static const int given[] = {1, 9, 10, 11, 12, 100, HIST_CAP};
    (void)state;
    for (size_t k = 0; k < sizeof given / sizeof *given; k++) {
        struct buf b = BUF_INIT;
        int n = given[k], fit = n < 10 ? n : 10;
        begin();
        for (int i = 0; i < HIST_CAP - 10; i++)
            tick(100000 + i, "\"1\":-1");
        points(&b, n);
        for (int again = 0; again < 2; again++) { /* the same once more adds nothing */
            unit_fold(s, "source", 110000, b.p);
            assert_int_equal(s->hist.n, HIST_CAP - 10 + fit);
            for (int i = 0; i < fit; i++) {
                assert_true(hist_value(s, 0, (size_t)i) == n - fit + i);
                assert_int_equal(hist_time(s, (size_t)i), EPOCH + (n - fit + i) * 1000);
            }
            assert_true(hist_value(s, 0, (size_t)fit) == -1);
            assert_int_equal(hist_time(s, s->hist.n - 1), EPOCH + (100000 + HIST_CAP - 11) * 1000);
        }
        buf_free(&b);
        state_free(s);
    }
    s = NULL;
}

static void alert(int i, const char *is, bool matches)
{
    char body[200];
    str_fmt(body, sizeof body, "{\"source\":0,\"state\":\"%s\",\"name\":\"A%d\",\"matches\":%s}",
            is, i, matches ? "true" : "false");
    unit_fold(s, "alert", i, body);
}

/* A flood of alerts that do not matter never hides one that does. */
static void alerts_that_count_are_kept(void **state)
{
    (void)state;
    begin();
    for (int i = 0; i < ALERTS_MAX; i++)
        alert(i, i % 2 ? "pending" : "firing", false);
    alert(1000, "firing", true);
    for (int i = 100; i < 100 + 3 * ALERTS_MAX; i++)
        alert(i, "pending", false);
    assert_int_equal(s->n_alerts, ALERTS_MAX);
    bool found = false;
    for (size_t i = 0; i < s->n_alerts; i++)
        found = found || !strcmp(s->alerts[i].name, "A1000");
    assert_true(found);
    for (int i = 2000; i < 2000 + ALERTS_MAX; i++)
        alert(i, "firing", true);
    for (size_t i = 0; i < s->n_alerts; i++)
        assert_true(s->alerts[i].firing && s->alerts[i].matches);
    state_free(s);
    s = NULL;
}

/* Events that differ in one thing leave states that differ in their hash. */
static void hash_sees_everything(void **state)
{
    static const char *const all[][2] = {
        {"tick", "{\"v\":{\"1\":1}}"},
        {"tick", "{\"v\":{\"1\":2}}"},
        {"tick", "{\"v\":{\"2\":1}}"},
        {"tick", "{\"v\":{\"1\":null}}"},
        {"tick", "{\"v\":{\"1\":null},\"why\":{\"1\":\"x\"}}"},
        {"tick", "{\"v\":{},\"fresh\":1}"},
        {"tick", "{\"v\":{},\"blind\":\"x\"}"},
        {"source", "{\"op\":\"backfill\",\"from_ms\":9,\"step_ms\":1,\"n\":1,\"v\":{\"1\":[1]}}"},
        {"source", "{\"op\":\"backfill\",\"from_ms\":9,\"step_ms\":1,\"n\":1,\"v\":{\"1\":[2]}}"},
        {"baseline", "{\"set\":\"baseline\",\"op\":\"done\",\"values\":{\"p95\":1}}"},
        {"baseline", "{\"set\":\"after\",\"op\":\"done\",\"values\":{\"p95\":1}}"},
        {"status", "{\"metric\":\"p95\",\"to\":\"OK\"}"},
        {"status", "{\"metric\":\"p95\",\"to\":\"OK\",\"notice\":true}"},
        {"status", "{\"metric\":\"rls\",\"to\":\"OK\"}"},
        {"stage", "{\"op\":\"enter\",\"index\":0}"},
        {"stage", "{\"op\":\"enter\",\"index\":1}"},
        {"stage", "{\"op\":\"enter\",\"index\":1,\"planned_ms\":5}"},
        {"stage", "{\"op\":\"clock\",\"index\":0}"},
        {"stage", "{\"op\":\"clock\",\"index\":0,\"weight\":1}"},
        {"stage", "{\"op\":\"extend\",\"index\":0}"},
        {"intent@anna", "{\"id\":\"a1\",\"do\":\"advance\",\"stage_index\":0}"},
        {"intent@boon", "{\"id\":\"a1\",\"do\":\"advance\",\"stage_index\":0}"},
        {"intent@anna", "{\"id\":\"a2\",\"do\":\"advance\",\"stage_index\":0}"},
        {"intent@anna", "{\"id\":\"a1\",\"do\":\"rollback\"}"},
        {"intent@anna", "{\"id\":\"a1\",\"do\":\"kill_on\"}"},
        {"intent@anna", "{\"do\":\"hold\"}"},
        {"intent@anna", "{\"do\":\"go\"}"},
        {"intent@anna", "{\"do\":\"end\"}"},
        {"intent@anna", "{\"do\":\"checkpoint\"}"},
        {"sent", "{\"id\":\"x\"}"},
        {"kill_switch", "{\"scope\":\"global\",\"state\":\"OFF\"}"},
        {"kill_switch", "{\"scope\":\"conn\",\"state\":\"OFF\"}"},
        {"kill_switch", "{\"scope\":\"conn\",\"state\":\"ENGAGED\"}"},
        {"alert", "{\"source\":0,\"state\":\"known\"}"},
        {"alert", "{\"source\":0,\"state\":\"firing\",\"name\":\"A\"}"},
        {"alert", "{\"source\":0,\"state\":\"pending\",\"name\":\"A\"}"},
        {"alert", "{\"source\":0,\"state\":\"pending\",\"name\":\"A\",\"matches\":true}"},
        {"decision", "{\"decision\":\"HOLD\",\"rule\":\"a\"}"},
        {"decision", "{\"decision\":\"HOLD\",\"rule\":\"b\"}"},
        {"decision", "{\"decision\":\"AUTO_PAUSE\",\"rule\":\"b\"}"},
        {"rollback", "{\"op\":\"wanted\"}"},
        {"rollback", "{\"op\":\"would\"}"},
        {"rollback", "{\"op\":\"wanted\",\"rule\":\"r\"}"},
        {"rollback", "{\"op\":\"not_verified\"}"},
        {"parking@anna", "{\"text\":\"a\"}"},
        {"parking@anna", "{\"text\":\"b\"}"},
        {"checkpoint", "{\"label\":\"5m\"}"},
        {"countdown", "{\"start_ms\":5}"},
        {"final", "{\"decision\":\"PASS\"}"},
        {"final", "{\"decision\":\"FAIL\"}"},
    };
    enum { N = sizeof all / sizeof *all };
    uint64_t seen[N];
    (void)state;
    for (size_t i = 0; i < N; i++) {
        begin();
        unit_fold(s, all[i][0], 1, all[i][1]);
        seen[i] = state_hash(s);
        state_free(s);
        for (size_t k = 0; k < i; k++)
            if (seen[i] == seen[k])
                fail_msg("%s %s and %s %s: one hash", all[i][0], all[i][1], all[k][0], all[k][1]);
    }
    s = NULL;
}

/* Bodies of the wrong shape, for every kind: counted or taken as far as they go, nothing breaks. */
static void odd_bodies(void **state)
{
    static const char *const bodies[] = {
        "{}",
        "{\"op\":5,\"v\":[1,2],\"why\":\"x\",\"id\":[],\"do\":{}}",
        "{\"op\":\"enter\",\"index\":-1}",
        "{\"op\":\"clock\",\"index\":99}",
        "{\"op\":\"clock\",\"index\":1e300}",
        "{\"op\":\"backfill\",\"from_ms\":1,\"step_ms\":9e15,\"n\":2048,\"v\":{}}",
        "{\"op\":\"backfill\",\"from_ms\":8.9e15,\"step_ms\":1,\"n\":2048,\"v\":{}}",
        "{\"v\":{\"0\":1,\"-1\":2,\"99\":3,\"1x\":4,\"\":5,\"1\":\"text\",\"2\":1e999}}",
        "{\"do\":\"advance\",\"stage_index\":-9,\"id\":\"a1\"}",
        "{\"do\":\"rollback\",\"stage_index\":9e15}",
        "{\"id\":\"a1\",\"step\":-1,\"done\":\"yes\",\"outcome\":7,\"captured\":{\"x\":[1]}}",
        "{\"id\":\"a1\",\"step\":9e15,\"done\":true,\"weight\":1e300}",
        "{\"source\":-2,\"state\":\"firing\"}",
        "{\"source\":9e15,\"state\":\"known\"}",
        "{\"scope\":\"nowhere\",\"state\":\"OFF\"}",
        "{\"set\":\"baseline\",\"op\":\"done\",\"values\":{\"nobody\":1,\"p95\":[]}}",
        "{\"metric\":\"nobody\",\"to\":\"WARNING\"}",
        "{\"label\":\"forever\"}",
        "{\"start_ms\":-5}",
    };
    (void)state;
    begin();
    for (int round = 0; round < 3; round++)
        for (int kind = 0; kind < EV_KINDS; kind++)
            for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
                unit_fold(s, event_word((enum event_kind)kind), round, bodies[i]);
    assert_true(s->misfits > 100);
    assert_true(isnan(s->weight));
    assert_int_equal(s->stage, -1);
    state_free(s);
    s = NULL;
}

static void times_out_of_range(void **state)
{
    static const int64_t times[] = {-1, INT64_MIN, INT64_MAX, INT64_C(253402300799001)};
    (void)state;
    begin();
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct event *ev = unit_event("tick", times[i], "{\"v\":{\"1\":1}}");
        fold_apply(s, ev);
        event_free(ev);
    }
    assert_int_equal(s->ticks, 0);
    assert_int_equal(s->misfits, 4);
    assert_int_equal(s->now_ms, 0);
    state_free(s);
    s = NULL;
}

static int load(void **state)
{
    (void)state;
    plan = unit_plan_file(DIR_FOLD "/plan.yaml");
    return 0;
}

static int unload(void **state)
{
    (void)state;
    plan_free(plan);
    return 0;
}

int main(void)
{
    static char paths[32][200];
    static struct CMUnitTest tests[40] = {
        cmocka_unit_test(rings_are_bounded),          cmocka_unit_test(backfill_fills_what_is_free),
        cmocka_unit_test(alerts_that_count_are_kept), cmocka_unit_test(odd_bodies),
        cmocka_unit_test(times_out_of_range),         cmocka_unit_test(hash_sees_everything),
    };
    struct dirent **all;
    int n = scandir(DIR_FOLD, &all, NULL, alphasort);
    size_t k = 0, at = 6;
    for (int i = 0; i < n; i++) {
        const char *dot = strrchr(all[i]->d_name, '.');
        if (dot && !strcmp(dot, ".tape") && k < 32) {
            str_fmt(paths[k], sizeof paths[k], "%s/%s", DIR_FOLD, all[i]->d_name);
            tests[at++] = (struct CMUnitTest){paths[k], run_file, NULL, NULL, paths[k]};
            k++;
        }
        free(all[i]);
    }
    free(all);
    return k ? _cmocka_run_group_tests("fold", tests, at, load, unload) : 1;
}
