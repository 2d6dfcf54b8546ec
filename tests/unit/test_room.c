/* Whole runs in one process: room, threads, real HTTP and the simulator, faster than the clock. */
#include "unit.h"

#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "director/director.h"
#include "journal/reader.h"
#include "plan/load.h"
#include "room/room.h"
#include "sim/sim.h"

#define SPEED 100 /* a tick of the demo's plan is 50 ms */

#define NO "nothing was sent: NOT RECORDING"

struct night {
    char path[64];
    struct sim *sim;
    struct plan *plan;
    struct clock clock;
    struct room *room;
    int intents, sent, checks, refused;
};

/* What a night's plan has more than the demo's: a step that fails, and checks that block nothing.
 */
#define STEP_AND_CHECKS                                                                            \
    "timeline: [{ at: T-1m, title: Label, actions: [label] }]\n"                                   \
    "preflight:\n  - { id: PF, title: t, level: advisory, exec: { argv: [\"true\"] } }\n"          \
    "  - { id: KS, title: t, level: advisory, drill: kill_switch }\n"
static const char *plan_more = "";

static void replace(struct buf *text, const char *what, const char *with)
{
    struct buf out = BUF_INIT;
    const char *p = text->p;
    for (const char *at; (at = strstr(p, what)); p = at + strlen(what)) {
        buf_add(&out, p, (size_t)(at - p));
        buf_adds(&out, with);
    }
    buf_adds(&out, p);
    buf_free(text);
    *text = out;
}

static struct plan *short_plan(int port, const char *advance)
{
    struct buf text = BUF_INIT, errors = BUF_INIT;
    char *whole = sim_demo_plan(port, advance, "automatic");
    buf_adds(&text, whole);
    free(whole);
    replace(&text, "duration: 10m", "duration: 1m");
    replace(&text, "window: 3m", "window: 10s");
    replace(&text, "after_rollback: 5m, after_success: 2m",
            "after_rollback: 10s, after_success: 10s");
    replace(&text, "  set_weight:\n",
            "  label:\n    - exec: { argv: [\"false\"] }\n  set_weight:\n");
    buf_addf(&text, "\n%s", plan_more);
    struct plan *p = plan_load_text(text.p, text.len, "demo.yaml", &plan_env_process, &errors);
    if (!p)
        fail_msg("%s", errors.p);
    buf_free(&text);
    buf_free(&errors);
    return p;
}

static void count(void *ctx, const struct event *ev)
{
    struct night *n = ctx;
    n->intents += ev->kind == EV_INTENT;
    n->sent += ev->kind == EV_SENT;
    n->checks += ev->kind == EV_PREFLIGHT;
    n->refused += ev->kind == EV_OBSERVED && !strcmp(json_str_or(ev->body, "why", ""), NO);
}

static void open_night(struct night *n, const char *scenario, const char *advance, bool read_only)
{
    struct err e = ERR_INIT;
    *n = (struct night){.clock = clock_make(SPEED)};
    str_fmt(n->path, sizeof n->path, "/tmp/warroom-room-%d.wr", (int)getpid());
    unlink(n->path);
    if (!(n->sim = sim_start(scenario, "127.0.0.1:0", &n->clock, &e)))
        fail_msg("%s", e.text);
    n->plan = short_plan(sim_port(n->sim), advance);
    struct room_opts o = {.plan = n->plan,
                          .session_path = n->path,
                          .clock = n->clock,
                          .read_only = read_only,
                          .actor = "anna",
                          .role = "ic",
                          .run_id = "ROOM-1"};
    n->room = room_open(&o, &e);
    if (!n->room || room_start(n->room, &e) < 0)
        fail_msg("%s", e.text);
    room_on_event(n->room, count, n);
}

static void close_night(struct night *n)
{
    struct err e = ERR_INIT;
    char head[65], found[65];
    int64_t events;
    if (room_close(n->room, head, &e) < 0)
        fail_msg("%s", e.text);
    if (journal_verify(n->path, head, &events, found, &e) < 0)
        fail_msg("%s", e.text);
    assert_string_equal(head, found);
    assert_true(events > 10);
    plan_free(n->plan);
    sim_stop(n->sim);
    unlink(n->path);
}

typedef bool (*seen)(const struct night *n);

/* Lets the room live until it is so. */
static void until(struct night *n, const char *what, seen is)
{
    for (mono_t began = mono_now(); !is(n);) {
        const struct state *s = room_state(n->room);
        if (mono_since(began) > 30000)
            fail_msg("waited in vain for: %s (%s, stage %d, %s: %s)", what, phase_word(s->phase),
                     s->stage, s->decision, s->decision_why);
        room_wait(n->room, -1, 100);
        room_pump(n->room);
    }
}

static const struct state *state_of(const struct night *n)
{
    return room_state(n->room);
}

static bool is_final(const struct night *n)
{
    return state_of(n)->final;
}

static bool is_startable(const struct night *n)
{
    struct gate g;
    director_gate(state_of(n), room_judge(n->room), room_now(n->room), &g);
    return g.open;
}

static bool has_looked(const struct night *n)
{
    return state_of(n)->ticks > 5;
}

static bool is_running(const struct night *n)
{
    const struct state *s = state_of(n);
    return s->stage == 0 && s->stages[0].at == STAGE_RUNNING;
}

static bool is_rolled_back(const struct night *n)
{
    return state_of(n)->rollback_done;
}

static bool is_engaged(const struct night *n)
{
    return state_ks(state_of(n)) == KS_ENGAGED;
}

static bool is_not_recording(const struct night *n)
{
    struct journal_health h;
    room_health(n->room, &h);
    return !h.recording && h.backlog > 0;
}

static bool is_recording(const struct night *n)
{
    struct journal_health h;
    room_health(n->room, &h);
    return h.recording && h.backlog == 0;
}

static int submit(struct night *n, enum intent_kind kind, const char *role, const char *says)
{
    struct intent in = {.kind = kind, .stage = -1};
    struct err e = ERR_INIT;
    str_copy(in.role, sizeof in.role, role);
    str_copy(in.reason, sizeof in.reason, "because of the test");
    int rc = room_submit(n->room, &in, &e);
    if (says && (rc == 0 || !strstr(e.text, says)))
        fail_msg("%s: %s", intent_row(kind)->word, rc ? e.text : "accepted");
    if (!says && rc < 0)
        fail_msg("%s: %s", intent_row(kind)->word, e.text);
    return rc;
}

static void a_healthy_night_passes(void **unused)
{
    (void)unused;
    struct night n;
    open_night(&n, "healthy", "auto", false);
    until(&n, "the verdict", is_final);
    const struct state *s = state_of(&n);
    if (strcmp(s->verdict, "PASS") != 0)
        fail_msg("%s: %s", s->verdict, s->verdict_why);
    assert_true(s->weight == 100);
    assert_int_equal(n.intents, 5);
    close_night(&n);
}

static void nobody_else_acts(void **unused)
{
    (void)unused;
    struct night n;
    open_night(&n, "healthy", "manual", false);
    submit(&n, INTENT_ADVANCE, "ic", "Prometheus"); /* before the first data */
    until(&n, "the start's gate", is_startable);
    submit(&n, INTENT_ADVANCE, "dba", "IC");
    submit(&n, INTENT_ROLLBACK, "ic", "");
    assert_int_equal(n.sent, 0);
    submit(&n, INTENT_ADVANCE, "ic", NULL);
    submit(&n, INTENT_ADVANCE, "ic", "just been asked for");
    until(&n, "the first stage", is_running);
    assert_int_equal(n.intents, 1);
    close_night(&n);
}

static void who_looks_only_sends_nothing(void **unused)
{
    (void)unused;
    struct night n;
    open_night(&n, "healthy", "auto", true);
    until(&n, "some ticks", has_looked);
    for (int k = 0; k < INTENTS; k++)
        if (intent_row((enum intent_kind)k)->production)
            submit(&n, (enum intent_kind)k, "ic", "");
    assert_int_equal(n.intents + n.sent, 0);
    close_night(&n);
}

/* The advance is on its way when the rollback comes: the stage it was for never begins. */
static void a_stop_outranks_an_earlier_go(void **unused)
{
    (void)unused;
    struct night n;
    open_night(&n, "healthy", "manual", false);
    until(&n, "the start's gate", is_startable);
    submit(&n, INTENT_ADVANCE, "ic", NULL);
    until(&n, "the first stage", is_running);
    struct intent in = {
        .kind = INTENT_ADVANCE, .stage = -1, .override = true, .reason = "in haste"};
    struct err e = ERR_INIT;
    room_submit(n.room, &in, &e); /* time is not up: refused or not, the stop wins */
    submit(&n, INTENT_ROLLBACK, "ic", NULL);
    until(&n, "the rollback, read back", is_rolled_back);
    assert_true(state_of(&n)->weight == 0);
    assert_true(state_of(&n)->stages[1].clock_ms == 0);
    until(&n, "the verdict", is_final);
    assert_string_equal(state_of(&n)->verdict, "FAIL");
    close_night(&n);
}

static void the_kill_switch_is_read_back(void **unused)
{
    (void)unused;
    struct night n;
    open_night(&n, "healthy", "manual", false);
    until(&n, "the start's gate", is_startable);
    submit(&n, INTENT_KILL_ON, "ic", NULL);
    until(&n, "the switch, read back", is_engaged);
    until(&n, "the verdict", is_final);
    assert_string_equal(state_of(&n)->verdict, "ABORTED");
    close_night(&n);
}

/* Not one byte more goes to the disk for a while: it is said, the switch works, nothing is lost. */
static void a_full_disk_is_said_and_caught_up(void **unused)
{
    (void)unused;
    struct night n;
    struct rlimit before;
    struct stat st;
    open_night(&n, "healthy", "manual", false);
    until(&n, "the start's gate", is_startable);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(stat(n.path, &st), 0);
    struct rlimit full = {(rlim_t)st.st_size, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    until(&n, "NOT RECORDING", is_not_recording);
    submit(&n, INTENT_ADVANCE, "ic", "RECORD");
    submit(&n, INTENT_KILL_ON, "ic", NULL);
    until(&n, "the switch, read back", is_engaged);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    until(&n, "everything on disk", is_recording);
    close_night(&n);
}

/* Not one byte more, from the next event on. */
static void disk(const struct night *n, bool full)
{
    char wal[80];
    struct stat st;
    struct rlimit l;
    str_fmt(wal, sizeof wal, "%s-wal", n->path);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
    assert_int_equal(stat(wal, &st), 0);
    l.rlim_cur = full ? (rlim_t)st.st_size : l.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

static uint32_t ticks_wanted;

static bool has_ticked(const struct night *n)
{
    return state_of(n)->ticks >= ticks_wanted;
}

static void some_ticks(struct night *n)
{
    ticks_wanted = (uint32_t)state_of(n)->ticks + 5;
    until(n, "some ticks", has_ticked);
}

static struct intent of(enum intent_kind kind, const char *subject, const char *reason)
{
    struct intent in = {.kind = kind, .stage = -1, .role = "ic"};
    str_copy(in.subject, sizeof in.subject, subject);
    str_copy(in.reason, sizeof in.reason, reason);
    return in;
}

/* The guard lets it through, the disk is full before it is written. */
static void submit_unrecorded(struct night *n, const struct intent *in)
{
    for (int tries = 0;; tries++) {
        struct err e = ERR_INIT;
        until(n, "everything on disk", is_recording);
        disk(n, true);
        if (room_submit(n->room, in, &e) == 0)
            return;
        disk(n, false); /* a tick was on its way: it is known already */
        if (!strstr(e.text, "RECORD") || tries > 20)
            fail_msg("%s: %s", intent_row(in->kind)->word, e.text);
    }
}

static bool is_flipped(const struct night *n)
{
    return state_of(n)->kill.is == ACT_VERIFIED && is_engaged(n);
}

static bool step_failed(const struct night *n)
{
    return state_of(n)->times.items[0].is == ITEM_FAILED;
}

static bool step_closed(const struct night *n)
{
    return state_of(n)->times.items[0].is == ITEM_DONE;
}

static void close_step(struct night *n)
{
    struct intent in = of(INTENT_ITEM, "", "T-1m done by hand");
    struct err e = ERR_INIT;
    until(n, "everything on disk", is_recording);
    if (room_submit(n->room, &in, &e) < 0)
        fail_msg("%s", e.text);
    until(n, "a closed step", step_closed);
}

/* What a person asked for in the moment in which the disk was full is not done. */
static void what_is_not_recorded_is_not_done(void **unused)
{
    (void)unused;
    struct night n;
    const struct intent all[] = {of(INTENT_ITEM, "", "T-1m again"), of(INTENT_PREFLIGHT, "PF", ""),
                                 of(INTENT_DRILL, "KS", ""), of(INTENT_ADVANCE, "", "")};
    plan_more = STEP_AND_CHECKS;
    open_night(&n, "healthy", "manual", false);
    plan_more = "";
    until(&n, "a step that failed", step_failed);
    const struct state *s = state_of(&n);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].kind == INTENT_ADVANCE) {
            close_step(&n);
            until(&n, "the start's gate", is_startable);
        }
        int sent = n.sent, checks = n.checks, intents = n.intents;
        submit_unrecorded(&n, &all[i]);
        some_ticks(&n);
        if (n.intents != intents + 1 || n.sent != sent || n.checks != checks)
            fail_msg("%s: %d sent, %d checks", intent_row(all[i].kind)->word, n.sent - sent,
                     n.checks - checks);
        disk(&n, false);
    }
    assert_string_equal(s->item.why, NO);
    assert_int_equal(s->act.is, ACT_FAILED);
    assert_string_equal(s->act.why, NO);
    until(&n, "everything on disk", is_recording);
    submit(&n, INTENT_ADVANCE, "ic", NULL);
    until(&n, "the first stage", is_running);
    submit(&n, INTENT_KILL_ON, "ic", NULL);
    until(&n, "a switch that is on", is_flipped);
    const struct intent off = of(INTENT_KILL_OFF, "", "all is well");
    submit_unrecorded(&n, &off);
    some_ticks(&n);
    assert_string_equal(s->kill.why, NO);
    assert_true(is_engaged(&n));
    disk(&n, false);
    close_night(&n);
}

static bool gave_up(const struct night *n)
{
    return !strcmp(state_of(n)->decision_rule, "action.failed");
}

/* Nor what the director itself wants: a step that is due, the start. A person goes on afterwards.
 */
static void what_the_director_wants_is_not_done(void **unused)
{
    (void)unused;
    struct night n;
    plan_more = STEP_AND_CHECKS;
    open_night(&n, "healthy", "auto", false);
    plan_more = "";
    disk(&n, true);
    until(&n, "a step that failed", step_failed);
    assert_string_equal(state_of(&n)->item.why, NO);
    disk(&n, false);
    until(&n, "everything on disk", is_recording);
    struct intent in = of(INTENT_ITEM, "", "T-1m done by hand");
    submit_unrecorded(&n, &in);
    until(&n, "a start that failed", gave_up);
    assert_string_equal(state_of(&n)->act.why, NO);
    assert_int_equal(n.sent, 0);
    assert_int_equal(n.refused, 1 + 3); /* the step, and three tries to start */
    disk(&n, false);
    until(&n, "everything on disk", is_recording);
    submit(&n, INTENT_ADVANCE, "ic", NULL);
    until(&n, "the first stage", is_running);
    close_night(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_night_passes),
        cmocka_unit_test(nobody_else_acts),
        cmocka_unit_test(who_looks_only_sends_nothing),
        cmocka_unit_test(a_stop_outranks_an_earlier_go),
        cmocka_unit_test(the_kill_switch_is_read_back),
        cmocka_unit_test(a_full_disk_is_said_and_caught_up),
        cmocka_unit_test(what_is_not_recorded_is_not_done),
        cmocka_unit_test(what_the_director_wants_is_not_done),
    };
    signal(SIGXFSZ, SIG_IGN);
    zone_set("UTC");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
