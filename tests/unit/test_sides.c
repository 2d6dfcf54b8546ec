/* A night whose metric has two sides, over real HTTP: asked together, recorded, backfilled,
 * rolled back on, exported and judged again from the record. */
#include "unit.h"

#include <math.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/json.h"
#include "base/num.h"
#include "plan/load.h"
#include "plan/side.h"
#include "report/export.h"
#include "report/rejudge.h"
#include "room/room.h"
#include "sim/sim.h"

#define SPEED 100

#define PLAN                                                                                       \
    "version: 1\nname: sides\ntitle: sides\nrun_id: \"S-#\"\ntick: 5s\nadvance: auto\n"            \
    "rollback: { mode: automatic }\n"                                                              \
    "prometheus: { url: \"http://127.0.0.1:%d\", backfill: 5m, freshness: \"\" }\n"                \
    "metrics:\n"                                                                                   \
    "  - { id: p95, title: p95 latency, unit: s, scale: 0.001, query: "                            \
    "'latency_ms{track=\"canary\"}',"                                                              \
    " compare: 'latency_ms{track=\"stable\"}', critical: \"worse than compare by 10%%\","          \
    " stale_after: 2m }\n"                                                                         \
    "stages:\n"                                                                                    \
    "  - { name: A, weight: 5, duration: 2m, actions: [set] }\n"                                   \
    "  - { name: B, weight: 50, duration: 5m, actions: [set] }\n"                                  \
    "kill_switch: none\n"                                                                          \
    "actions:\n"                                                                                   \
    "  set: [ http: { method: PUT, url: \"http://127.0.0.1:%d/api/traffic\", json: { weight: "     \
    "\"{{stage.weight}}\" } } ]\n"                                                                 \
    "  rollback: [ http: { method: PUT, url: \"http://127.0.0.1:%d/api/traffic\", json: { "        \
    "weight: 0 "                                                                                   \
    "} } ]\n"

static char path[64];

static struct plan *make_plan(int port)
{
    struct buf text = BUF_INIT, errors = BUF_INIT;
    buf_addf(&text, PLAN, port, port, port);
    struct plan *p = plan_load_text(text.p, text.len, "sides.yaml", &plan_env_process, &errors);
    if (!p)
        fail_msg("%s", errors.p);
    buf_free(&text);
    buf_free(&errors);
    return p;
}

/* The whole night, until its verdict. */
static void run_night(struct plan **plan, char why[240])
{
    struct err e = ERR_INIT;
    struct clock clock = clock_make(SPEED);
    struct sim *sim = sim_start("tests/data/sim/sides.scn", "127.0.0.1:0", &clock, &e);
    if (!sim)
        fail_msg("%s", e.text);
    *plan = make_plan(sim_port(sim));
    struct room_opts o = {.plan = *plan,
                          .session_path = path,
                          .clock = clock,
                          .actor = "anna",
                          .role = "ic",
                          .run_id = "S-1"};
    struct room *room = room_open(&o, &e);
    if (!room || room_start(room, &e) < 0)
        fail_msg("%s", e.text);
    for (mono_t began = mono_now(); !room_state(room)->final;) {
        const struct state *s = room_state(room);
        if (mono_since(began) > 60000)
            fail_msg("no verdict: stage %d, %s: %s", s->stage, s->decision, s->decision_why);
        room_wait(room, -1, 100);
        room_pump(room);
    }
    const struct state *s = room_state(room);
    assert_string_equal(s->verdict, "FAIL");
    assert_int_equal(s->stage, 1);
    str_copy(why, 240, s->rollback_cause);
    assert_true(side_hist(s, 0, 1) > 0.1); /* backfilled */
    room_close(room, (char[65]){0}, &e);
    sim_stop(sim);
}

static int64_t ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}

/* The sqlite3 shell sees which side a sample is of. */
static void see_tables(void)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(ask(db, "SELECT count(*) FROM series WHERE metric = 'p95' AND unit = 's' AND "
                             "(id, side) IN ((1, 'canary'), (2, 'compare'))"),
                     2);
    int64_t n = ask(db, "SELECT count(value) FROM samples WHERE side = 'canary'");
    assert_true(n > 20);
    assert_int_equal(ask(db, "SELECT count(value) FROM samples WHERE side = 'compare'"), n);
    assert_int_equal(ask(db, "SELECT count(*) FROM samples WHERE side = 'compare' AND value NOT "
                             "BETWEEN 0.12 AND 0.134"),
                     0); /* scaled as the metric's own side */
    sqlite3_close(db);
}

static void see_export(const struct plan *plan)
{
    struct err e = ERR_INIT;
    struct buf csv = BUF_INIT;
    struct samples samples;
    struct reader *r = reader_open(path, &e);
    FILE *f = tmpfile();
    assert_int_equal(export_csv(r, f, &e), 0);
    reader_close(r);
    rewind(f);
    char line[200];
    assert_non_null(fgets(line, sizeof line, f));
    assert_string_equal(line, "t,metric,value,compare,time\n");
    buf_adds(&csv, line);
    while (fgets(line, sizeof line, f))
        buf_adds(&csv, line);
    fclose(f);
    f = fmemopen(csv.p, csv.len, "r");
    if (samples_read_from(f, "export.csv", &samples, &e) < 0)
        fail_msg("%s", e.text);
    fclose(f);
    struct rejudge_opts o = {.plan = plan, .until_s = INFINITY};
    struct drive *d = rejudge_samples(&o, &samples);
    assert_string_equal(drive_state(d)->verdict, "FAIL");
    assert_non_null(strstr(drive_state(d)->verdict_why, "worse than compare by 10%"));
    drive_free(d);
    samples_clear(&samples);
    buf_free(&csv);
}

static void see_rejudged(const struct plan *plan, const char *why)
{
    struct err e = ERR_INIT;
    struct rejudge_opts o = {.plan = plan, .until_s = INFINITY};
    struct reader *r = reader_open(path, &e);
    struct drive *d = rejudge_session(&o, r, &e);
    if (!d)
        fail_msg("%s", e.text);
    assert_string_equal(drive_state(d)->verdict, "FAIL");
    assert_string_equal(drive_state(d)->rollback_cause, why);
    drive_free(d);
    reader_close(r);
}

static void a_night_with_two_sides(void **unused)
{
    (void)unused;
    struct plan *plan;
    char why[240];
    str_fmt(path, sizeof path, "/tmp/warroom-sides-%d.wr", (int)getpid());
    unlink(path);
    run_night(&plan, why);
    if (!strstr(why, "worse than compare by 10% (other 0.1") || !strstr(why, "samples)"))
        fail_msg("%s", why);
    see_tables();
    see_export(plan);
    see_rejudged(plan, why);
    plan_free(plan);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_night_with_two_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
