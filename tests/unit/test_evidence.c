/* Evidence without a run: names, completeness, the plan's errors, and a disk that is full. */
#include "unit.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "evidence/evidence_int.h"
#include "fold/fold.h"
#include "plan/load.h"

#define T0 INT64_C(1769958000000) /* 2026-02-01 15:00:00 UTC */

static const char head[] =
    "version: 1\nname: relay\ntitle: \"v1.4.0 canary\"\nrollback: { mode: log_only }\n"
    "kill_switch: none\nscope: { service: relay }\n"
    "metrics:\n  - { id: p95, query: a, unit: ms, warning: \">= 150\" }\n"
    "stages:\n  - { name: One, weight: 5, duration: 20m, actions: [load] }\n"
    "  - { name: Two, weight: 25, duration: 20m }\n"
    "prometheus: { url: \"http://127.0.0.1:9090\" }\n"
    "actions:\n  load:\n    - http: { url: \"http://127.0.0.1:1/x\" }\n";

/* Every name of REQUIREMENTS R5 that a run of the tool writes. */
static const char files[] =
    "artifacts:\n  count: 50\n  files:\n"
    "    - { name: \"CANARY_LB_DIFF_<timestamp>.txt\", when: weight_change, content: lb_diff }\n"
    "    - { name: \"CANARY_DASHBOARDS_<timestamp>.txt\", when: action load, content: captured }\n"
    "    - { name: \"canary_load_burst_<timestamp>.log\", when: action load, content: "
    "action_output }\n"
    "    - { name: \"CANARY_SNAPSHOT_T15_<timestamp>.json\", when: T+15m, content: snapshot }\n"
    "    - { name: \"CANARY_SNAPSHOT_T60_<timestamp>.json\", when: T+60m, content: snapshot }\n"
    "    - { name: CANARY_DECISION_FINAL.txt, when: end, content: decision }\n"
    "    - { name: CANARY_PROMOTION_FINAL.txt, when: pass, content: text, text: \"{{run.id}}\" }\n"
    "    - { name: CANARY_ROLLBACK_FINAL.txt, when: fail, content: text, text: \"{{reason}}\" }\n"
    "    - { name: \"logs/canary_failure_<timestamp>.log\", when: rollback, content: warroom_log "
    "}\n"
    "    - { name: freeze_window_start.txt, when: freeze_start, content: text, text: x, "
    "required: false }\n"
    "    - { name: canary_timeline.txt, when: end, content: timeline }\n"
    "    - { name: \"summary_stage_<n>.txt\", when: stage_end, content: stage_summary }\n"
    "    - { name: \"mini_rca_<version>.md\", when: end, content: text, text: x }\n"
    "    - { name: \"canary-<weight>.txt\", when: stage_end, content: stage_summary }\n"
    "    - { name: \"incident-<date>.md\", when: fail, content: text, text: x }\n"
    "    - { name: \"snapshot_<n>.json\", when: every 60s, content: snapshot }\n";

enum {
    DIFF,
    BOARDS,
    BURST,
    T15,
    T60,
    FINAL,
    PROMOTED,
    ROLLED,
    LOGS,
    FREEZE,
    LINE,
    SUMMARY,
    RCA,
    STAGE,
    INCIDENT,
    EVERY
};

static const char *no_env(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
    return NULL;
}
static const struct plan_env env = {no_env, NULL, false};

static struct plan *load(const char *more, struct buf *errors)
{
    struct buf text = BUF_INIT;
    buf_addf(&text, "%s%s", head, more);
    struct plan *p = plan_load_text(text.p, text.len, "t.yaml", &env, errors);
    buf_free(&text);
    return p;
}

/* ---- a run as events ---- */

static void fold(struct state *s, enum event_kind kind, int64_t after_ms, const char *stage,
                 const char *body)
{
    struct event *ev = event_new(kind, T0 + after_ms, "x");
    cJSON_Delete(ev->body);
    ev->body = json_parse(body, strlen(body));
    assert_non_null(ev->body);
    str_copy(ev->stage, sizeof ev->stage, stage);
    ev->seq = s->seq + 1;
    fold_apply(s, ev);
    event_free(ev);
}

static struct state *started(const struct plan *p)
{
    struct state *s = state_new(p);
    fold(s, EV_SESSION, -60000, "", "{\"op\":\"start\",\"run_id\":\"CANARY/7\",\"mode\":\"live\"}");
    fold(s, EV_STAGE, 0, "One", "{\"op\":\"clock\",\"index\":0,\"weight\":5}");
    return s;
}

static void written(struct state *s, int artifact, const char *name)
{
    char body[300];
    str_fmt(body, sizeof body,
            "{\"op\":\"evidence\",\"file\":\"%s\",\"artifact\":%d,\"ok\":true,\"bytes\":7,"
            "\"sha256\":\"ab\"}",
            name, artifact);
    fold(s, EV_SOURCE, 1000, "", body);
}

static void expect_name(const struct state *s, int artifact, int stage, unsigned times,
                        const char *want)
{
    struct event ev = {.kind = EV_TICK, .t_ms = T0 + 905000};
    struct moment m = {.s = s, .a = &s->plan->artifacts.files[artifact], .ev = &ev, .stage = stage};
    char name[96];
    artifact_name(&m, times, name, sizeof name);
    assert_string_equal(name, want);
}

static void names_of_the_runbooks(void **state)
{
    struct buf errors = BUF_INIT;
    struct plan *p = load(files, &errors);
    (void)state;
    if (!p)
        fail_msg("%s", buf_str(&errors));
    struct state *s = started(p);
    expect_name(s, DIFF, 0, 0, "CANARY_LB_DIFF_20260201-151505Z.txt");
    expect_name(s, BURST, 0, 0, "canary_load_burst_20260201-151505Z.log");
    expect_name(s, T15, 0, 0, "CANARY_SNAPSHOT_T15_20260201-151505Z.json");
    expect_name(s, FINAL, 1, 0, "CANARY_DECISION_FINAL.txt");
    expect_name(s, LOGS, 1, 0, "logs/canary_failure_20260201-151505Z.log");
    expect_name(s, SUMMARY, 1, 9, "summary_stage_2.txt");
    expect_name(s, STAGE, 1, 0, "canary-25.txt");
    expect_name(s, RCA, 1, 0, "mini_rca_v1.4.0.md");
    expect_name(s, INCIDENT, 1, 0, "incident-20260201.md");
    expect_name(s, EVERY, 1, 41, "snapshot_042.json");
    state_free(s);
    plan_free(p);
}

static void expect_is(const struct state *s, int artifact, enum evidence_is want)
{
    struct evidence_item it;
    evidence_item_of(s, (size_t)artifact, &it);
    if (it.is != want)
        fail_msg("%s: %d, wanted %d (%zu of %zu)", s->plan->artifacts.files[artifact].name, it.is,
                 want, it.have, it.due);
}

static void present_and_missing(void **state)
{
    struct buf errors = BUF_INIT;
    struct plan *p = load(files, &errors);
    struct state *s = started(p);
    (void)state;
    expect_is(s, DIFF, EVIDENCE_MISSING); /* the weight was read back, the file is not there */
    expect_is(s, T15, EVIDENCE_WAITING);
    written(s, DIFF, "CANARY_LB_DIFF_x.txt");
    expect_is(s, DIFF, EVIDENCE_PRESENT);
    fold(s, EV_TICK, 900000, "One", "{\"v\":{\"1\":100}}");
    expect_is(s, T15, EVIDENCE_MISSING);
    written(s, T15, "CANARY_SNAPSHOT_T15_x.json");
    expect_is(s, T15, EVIDENCE_PRESENT);
    fold(s, EV_STAGE, 1200000, "One", "{\"op\":\"end\",\"index\":0,\"result\":\"pass\"}");
    expect_is(s, SUMMARY, EVIDENCE_MISSING);
    written(s, SUMMARY, "summary_stage_1.txt");
    expect_is(s, SUMMARY, EVIDENCE_PRESENT);
    fold(s, EV_STAGE, 1200000, "Two", "{\"op\":\"clock\",\"index\":1,\"weight\":25}");
    fold(s, EV_STAGE, 2400000, "Two", "{\"op\":\"end\",\"index\":1,\"result\":\"pass\"}");
    expect_is(s, SUMMARY, EVIDENCE_MISSING); /* one of two */
    uint64_t before = state_hash(s);
    written(s, SUMMARY, "summary_stage_2.txt");
    assert_true(state_hash(s) != before);
    fold(s, EV_FINAL, 2400000, "", "{\"decision\":\"FAIL\"}");
    expect_is(s, T60, EVIDENCE_NOT_REACHED);
    expect_is(s, PROMOTED, EVIDENCE_NOT_REACHED);
    expect_is(s, ROLLED, EVIDENCE_MISSING);
    state_free(s);
    plan_free(p);
}

/* A run that passed and has every file: 49 of 50 are not met. */
static void forty_nine_are_too_few(void **state)
{
    static const char few[] =
        "artifacts:\n  count: 50\n  files:\n"
        "    - { name: \"s_<n>.json\", when: every 60s, content: snapshot }\n";
    struct buf errors = BUF_INIT;
    struct plan *p = load(few, &errors);
    struct state *s = started(p);
    struct evidence_sum sum;
    (void)state;
    for (int i = 1; i < 50; i++) {
        char name[32];
        str_fmt(name, sizeof name, "s_%03d.json", i);
        written(s, 0, name);
    }
    fold(s, EV_TICK, 3000000, "One", "{\"v\":{\"1\":100}}");
    fold(s, EV_FINAL, 3000000, "", "{\"decision\":\"PASS\"}");
    evidence_sum_of(s, &sum);
    assert_int_equal(sum.files, 49);
    assert_int_equal(sum.missing, 0);
    assert_false(sum.complete);
    written(s, 0, "s_001.json"); /* the same file again is one file */
    evidence_sum_of(s, &sum);
    assert_false(sum.complete);
    written(s, 0, "s_050.json");
    evidence_sum_of(s, &sum);
    assert_true(sum.complete && sum.files == 50 && sum.wanted == 50);
    state_free(s);
    plan_free(p);
}

static const struct {
    const char *file, *says;
} broken[] = {
    {"name: \"../x\", when: end, content: decision", "a relative path"},
    {"name: \"/etc/x\", when: end, content: decision", "a relative path"},
    {"name: \"a/../x\", when: end, content: decision", "a relative path"},
    {"name: \"x_<what>\", when: end, content: decision", "a relative path"},
    {"name: \".x\", when: end, content: decision", "a relative path"},
    {"name: x, when: T+15, content: decision", "T+15m | every 60s"},
    {"name: x, when: every 1ms, content: snapshot", "T+15m | every 60s"},
    {"name: x, when: sometimes, content: snapshot", "T+15m | every 60s"},
    {"name: x, when: action nothing, content: captured", "no action \"nothing\""},
    {"name: x, when: every 60s, content: snapshot", "written more than once"},
    {"name: x, when: end, content: text", "content text has a `text`"},
    {"name: x, when: end, content: decision, text: y", "content text has a `text`"},
    {"name: x, when: end, content: stage_summary", "when: stage_end"},
    {"name: x, when: end, content: lb_diff", "when: weight_change"},
    {"name: x, when: end, content: action_output", "when: action NAME"},
    {"name: x, when: end, content: photos", "snapshot"},
    {"name: x, when: end, content: text, text: \"{{nobody}}\"", "nobody"},
    {"name: x, when: end, content: decision, signed: nobody", "no subject of the plan's own"},
    {"name: x, when: end, content: decision, signed: start", "no subject of the plan's own"},
    {"name: x, when: rollback, content: rollback_record, names: { a: none }", "no metric \"none\""},
    {"name: x, when: end, content: decision, names: { a: p95 }", "only content rollback_record"},
};

static void broken_plans(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        char more[300];
        struct buf errors = BUF_INIT;
        str_fmt(more, sizeof more, "artifacts:\n  files:\n    - { %s }\n", broken[i].file);
        if (load(more, &errors) || !strstr(buf_str(&errors), broken[i].says))
            fail_msg("%s: said \"%s\"", broken[i].file, buf_str(&errors));
        buf_free(&errors);
    }
}

/* ---- the writer ---- */

static bool only_whole_files(const char *dir)
{
    DIR *d = opendir(dir);
    bool whole = true;
    for (struct dirent *f; d && (f = readdir(d));)
        whole = whole && (f->d_name[0] != '.' || !f->d_name[1] || f->d_name[1] == '.');
    if (d)
        closedir(d);
    return whole;
}

static void put(struct writer *w, const char *name, size_t n)
{
    struct job j = {.kind = JOB_BYTES, .bytes = BUF_INIT, .t_ms = T0, .artifact = -1};
    str_copy(j.name, sizeof j.name, name);
    for (size_t i = 0; i < n; i++)
        buf_addc(&j.bytes, 'x');
    assert_int_equal(writer_put(w, &j), 0);
}

static void a_full_disk(void **state)
{
    char dir[] = "/tmp/warroom-evidence-XXXXXX", path[80];
    struct err e = ERR_INIT;
    struct rlimit was, little;
    struct queue *inbox = queue_new(64);
    int ok = 0, bad = 0;
    (void)state;
    assert_non_null(mkdtemp(dir));
    str_fmt(path, sizeof path, "%s/deep/er", dir);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &was);
    little = was;
    little.rlim_cur = 4096;
    setrlimit(RLIMIT_FSIZE, &little);
    struct writer *w = writer_start(path, "none.wr", inbox, &e);
    assert_non_null(w);
    put(w, "small.txt", 100);
    put(w, "large.txt", 100000);
    put(w, "logs/small.txt", 4096);
    put(w, "MANIFEST.sha256", 10);
    while (writer_pending(w) > 0)
        poll(NULL, 0, 1);
    setrlimit(RLIMIT_FSIZE, &was);
    for (struct event *ev; (ev = queue_take(inbox)); event_free(ev)) {
        bool good = json_bool_or(ev->body, "ok", false);
        ok += good;
        bad += !good;
        if (!good) {
            assert_string_equal(json_str(ev->body, "file"), "large.txt");
            assert_non_null(strstr(json_str(ev->body, "why"), "File too large"));
        }
    }
    assert_int_equal(ok, 3);
    assert_int_equal(bad, 1);
    assert_true(only_whole_files(path));
    char file[120];
    str_fmt(file, sizeof file, "%s/large.txt", path);
    assert_int_equal(access(file, F_OK), -1);
    str_fmt(file, sizeof file, "%s/logs/small.txt", path);
    struct stat st;
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_size, 4096);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(writer_stop(w, 1000), 0);
    queue_free(inbox, NULL);
}

/* EVI-6: a process died after two summaries were due; the tape tells of one. The resumed one writes
 * the other, and that one alone. */
static void what_the_tape_does_not_tell_is_written(void **state)
{
    (void)state;
    struct buf errors = BUF_INIT;
    struct err e = ERR_INIT;
    char dir[64], name[160];
    struct plan *p = load("artifacts:\n  files:\n    - { name: \"summary_stage_<n>.txt\", when: "
                          "stage_end, content: stage_summary }\n",
                          &errors);
    struct state *s = state_new(p);
    struct judge *j = judge_new(p);
    struct queue *inbox = queue_new(16);
    str_fmt(dir, sizeof dir, "/tmp/warroom-unwritten-%d", (int)getpid());
    const struct evidence_opts o = {
        .plan = p, .dir = dir, .session_path = "/tmp/none.wr", .inbox = inbox};
    struct evidence *k = evidence_open(&o);
    static const struct {
        enum event_kind kind;
        const char *stage, *body;
    } tape[] = {
        {EV_SESSION, "", "{\"op\":\"start\",\"run_id\":\"CANARY/7\",\"mode\":\"live\"}"},
        {EV_STAGE, "One", "{\"op\":\"clock\",\"index\":0,\"weight\":5}"},
        {EV_STAGE, "One", "{\"op\":\"end\",\"index\":0,\"result\":\"pass\"}"},
        {EV_SOURCE, "",
         "{\"op\":\"evidence\",\"file\":\"summary_stage_1.txt\",\"artifact\":0,\"ok\":true,"
         "\"bytes\":7,"
         "\"sha256\":\"ab\"}"},
        {EV_STAGE, "Two", "{\"op\":\"clock\",\"index\":1,\"weight\":25}"},
        {EV_STAGE, "Two", "{\"op\":\"end\",\"index\":1,\"result\":\"pass\"}"},
    };
    for (size_t i = 0; i < sizeof tape / sizeof *tape; i++) {
        struct event *ev = event_new(tape[i].kind, T0 + (int64_t)i * 60000, "x");
        cJSON_Delete(ev->body);
        ev->body = json_parse(tape[i].body, strlen(tape[i].body));
        str_copy(ev->stage, sizeof ev->stage, tape[i].stage);
        ev->seq = s->seq + 1;
        fold_apply(s, ev);
        evidence_event(k, s, j, ev);
        event_free(ev);
    }
    assert_int_equal(evidence_start(k, s, &e), 0);
    struct pollfd fd = {.fd = queue_fd(inbox), .events = POLLIN};
    assert_int_equal(poll(&fd, 1, 10000), 1);
    struct event *told = queue_take(inbox);
    assert_string_equal(json_str(told->body, "file"), "summary_stage_2.txt");
    assert_true(json_bool_or(told->body, "ok", false));
    event_free(told);
    assert_int_equal(evidence_close(k, 5000), 0);
    assert_null(queue_take(inbox));
    str_fmt(name, sizeof name, "%s/summary_stage_1.txt", dir);
    assert_int_equal(access(name, F_OK), -1);
    str_fmt(name, sizeof name, "%s/summary_stage_2.txt", dir);
    assert_int_equal(unlink(name), 0);
    rmdir(dir);
    queue_free(inbox, NULL);
    judge_free(j);
    state_free(s);
    plan_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"EVI-1 the runbooks' names", names_of_the_runbooks, NULL, NULL, NULL},
        {"EVI-4 present and missing", present_and_missing, NULL, NULL, NULL},
        {"EVI-6 49 of 50 are not met", forty_nine_are_too_few, NULL, NULL, NULL},
        {"EVI-7 a full disk leaves no half file", a_full_disk, NULL, NULL, NULL},
        {"EVI-6 what the tape does not tell is written", what_the_tape_does_not_tell_is_written,
         NULL, NULL, NULL},
        cmocka_unit_test(broken_plans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
