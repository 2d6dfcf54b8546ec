/* The checks before the start inside of a whole room: what they let through and what they stop. */
#include "sim_client.h"

#include "director/preflight.h"
#include "plan/load.h"
#include "room/room.h"

#define SPEED 60

static struct {
    char path[64];
    struct plan *plan;
    struct room *room;
    bool manual;       /* a rollback waits for the IC; the first stage is short */
    const char *fault; /* of the simulator from its first moment on */
} night;

static void open_room(bool resume)
{
    struct err e = ERR_INIT;
    struct room_opts o = {.plan = night.plan,
                          .session_path = night.path,
                          .clock = world,
                          .resume = resume,
                          .actor = "anna",
                          .role = "ic",
                          .run_id = "T-1"};
    night.room = room_open(&o, &e);
    if (!night.room || room_start(night.room, &e) < 0)
        fail_msg("%s", e.text);
}

static void open_night(const char *advance, const char *checks)
{
    struct buf text = BUF_INIT, errors = BUF_INIT;
    up("healthy", SPEED);
    if (night.fault)
        post_set(night.fault);
    char *whole = sim_demo_plan(port, advance, night.manual ? "manual" : "automatic");
    memcpy(strstr(whole, "baseline: { window: 3m"), "baseline: { window: 9s", 22);
    if (night.manual)
        memcpy(strstr(whole, "duration: 10m"), "duration: 1m ", 13);
    buf_addf(&text, "%s\n", whole);
    free(whole);
    for (const char *at; (at = strstr(checks, "URL")); checks = at + 3)
        buf_addf(&text, "%.*shttp://127.0.0.1:%d", (int)(at - checks), checks, port);
    buf_adds(&text, checks);
    night.plan = plan_load_text(text.p, text.len, "t.yaml", &plan_env_process, &errors);
    if (!night.plan)
        fail_msg("%s", errors.p);
    str_fmt(night.path, sizeof night.path, "/tmp/warroom-checks-%d.wr", (int)getpid());
    unlink(night.path);
    open_room(false);
    buf_free(&text);
    buf_free(&errors);
}

static int close_night(void **state)
{
    struct err e = ERR_INIT;
    if (room_close(night.room, NULL, &e) < 0)
        fail_msg("%s", e.text);
    plan_free(night.plan);
    unlink(night.path);
    return down(state);
}

static const struct state *now(void)
{
    return room_state(night.room);
}

static void until(const char *what, bool (*is)(void))
{
    for (mono_t began = mono_now(); !is();) {
        if (mono_since(began) > 40000)
            fail_msg("waited in vain for: %s (%s: %s; action %s: %s)", what, now()->decision_rule,
                     now()->decision_why, act_word(now()->act.is), now()->act.why);
        room_wait(night.room, -1, 50);
        room_pump(night.room);
    }
}

static bool gate_ready(void)
{
    struct gate g;
    director_gate(now(), room_judge(night.room), room_now(night.room), &g);
    for (size_t i = 0; i < g.n; i++)
        if (!g.items[i].open && strcmp(g.items[i].name, "people") != 0)
            return false;
    return g.n > 0;
}

static bool refused(void)
{
    return now()->act.is == ACT_FAILED;
}

static bool started(void)
{
    return now()->t0_ms >= 0;
}

static bool over(void)
{
    return now()->final;
}

static bool passed(void)
{
    return now()->preflight.items[0].is == PF_PASSED && !now()->preflight.items[0].old;
}

static void wants(enum intent_kind kind, const char *item)
{
    struct intent in = {.kind = kind, .stage = -1};
    struct err why = ERR_INIT;
    str_copy(in.subject, sizeof in.subject, item);
    str_copy(in.reason, sizeof in.reason, "because of the test");
    if (room_submit(night.room, &in, &why) < 0)
        fail_msg("refused: %s", why.text);
}

static int puts_of_weight(void)
{
    cJSON *o = ask_json(port, "GET", "/sim/requests?method=PUT&path=/api/traffic", NULL, 200);
    int n = cJSON_GetArraySize(json_arr(o, "requests"));
    cJSON_Delete(o);
    return n;
}

/* PRE-17: at the start the health is asked again: what was healthy a moment ago does not count. */
static void PRE_17_final_check(void **state)
{
    (void)state;
    open_night("manual",
               "preflight:\n  - { id: PF-1, title: API healthy, final: true, http: { url: "
               "\"URL/health\" }, expect: { status: 200 } }\n");
    until("an open gate", gate_ready);
    assert_true(passed());
    post_set("{\"fault\":\"status\",\"status\":503,\"target\":\"executor\"}");
    wants(INTENT_ADVANCE, "");
    until("a refused start", refused);
    assert_non_null(strstr(now()->act.why, "nothing was sent: NO-GO at the start: PF-1 FAIL"));
    assert_int_equal(puts_of_weight(), 0);
    assert_int_equal(now()->preflight.final, PF_FINAL_FAILED);
    post_set("{\"fault\":\"none\",\"target\":\"executor\"}");
    wants(INTENT_PREFLIGHT, "PF-1"); /* PRE-18: run again singly */
    until("a passed check", passed);
    wants(INTENT_ADVANCE, "");
    until("a started stage", started);
    assert_int_equal(puts_of_weight(), 1);
}

/* PRE-9, PRE-10 in a room: the drill turns the switch on and off, the run goes on by itself. */
static void PRE_9_PRE_10_drill_in_a_run(void **state)
{
    (void)state;
    open_night("auto", "preflight:\n  - { id: KS, title: drill, drill: kill_switch, within: 5s }\n"
                       "  - { id: RS, title: reset, reset: kill_switch, after: KS }\n");
    until("a started stage", started);
    assert_int_equal(now()->preflight.items[0].is, PF_PASSED);
    assert_int_equal(now()->preflight.items[1].is, PF_PASSED);
    assert_false(now()->final);
    assert_false(now()->ks_during_run);
}

static int switch_calls(const char *method)
{
    char path[80];
    str_fmt(path, sizeof path, "/sim/requests?method=%s&path=/api/kill-switch", method);
    cJSON *o = ask_json(port, "GET", path, NULL, 200);
    int n = cJSON_GetArraySize(json_arr(o, "requests"));
    cJSON_Delete(o);
    return n;
}

static int writes_wanted, reads_wanted;

static bool enough_writes(void)
{
    return switch_calls("PUT") >= writes_wanted;
}

static bool enough_reads(void)
{
    return switch_calls("GET") >= reads_wanted;
}

static bool drill_told(void)
{
    return now()->preflight.items[0].is == PF_FAILED || now()->final;
}

static bool killed(void)
{
    return now()->kill.is == ACT_VERIFIED;
}

static bool is_on(const char *path, const char *field)
{
    cJSON *o = ask_json(port, "GET", path, NULL, 200);
    bool on = cJSON_IsTrue(cJSON_GetObjectItem(o, field));
    cJSON_Delete(o);
    return on;
}

static bool both_on(void)
{
    return is_on("/api/kill-switch/status", "global_active") &&
           is_on("/api/kill-switch/connection/conn-7", "is_active");
}

/* KIL-8: K at any moment of a drill stays on, also when the drill's own "off" is on its way: four
 * moments, each with answers that take their time. */
static void KIL_8_a_drill_never_undoes_a_person(void **state)
{
    for (writes_wanted = 0; writes_wanted < 4; writes_wanted++) {
        if (writes_wanted)
            close_night(state);
        open_night("manual",
                   "preflight:\n  - { id: KS, title: drill, drill: kill_switch, within: 20s }\n");
        post_set("{\"fault\":\"delay\",\"ms\":150,\"target\":\"kill_switch\"}");
        wants(INTENT_DRILL, "KS");
        until("the drill's writes", enough_writes);
        wants(INTENT_KILL_ON, "");
        until("the drill's end", drill_told);
        until("a switch that is read as on", killed);
        post_set("{\"fault\":\"none\",\"target\":\"kill_switch\"}");
        reads_wanted = switch_calls("GET") + 6;
        until("some readings more", enough_reads);
        assert_true(both_on());
        assert_int_equal(state_ks(now()), KS_ENGAGED);
        assert_int_equal(puts_of_weight(), 0);
    }
}

static int switch_answers(void)
{
    cJSON *o = ask_json(port, "GET", "/sim/requests?method=PUT&path=/api/kill-switch", NULL, 200);
    const cJSON *each;
    int n = 0;
    cJSON_ArrayForEach (each, json_arr(o, "requests"))
        n += json_int_or(each, "status", 0) != 0;
    cJSON_Delete(o);
    return n;
}

/* The drill's slow "off", the person's two, and the two that are sent again behind it. */
static bool on_again(void)
{
    return switch_answers() >= 5 && both_on();
}

/* KIL-8: an "off" of the drill that is on its way when a person presses K arrives after the switch
 * has been read back as on: it is set on once more. */
static void KIL_8_a_late_off_is_answered(void **state)
{
    (void)state;
    open_night("manual", "preflight:\n  - { id: RS, title: reset, reset: kill_switch }\n");
    post_set("{\"fault\":\"delay\",\"ms\":1500,\"target\":\"kill_switch\"}");
    wants(INTENT_DRILL, "RS");
    writes_wanted = 1;
    until("the reset's first off", enough_writes);
    post_set("{\"fault\":\"none\",\"target\":\"kill_switch\"}");
    wants(INTENT_KILL_ON, "");
    until("a switch that is read as on", killed);
    assert_int_equal(switch_answers(), 2); /* the slow one has not arrived */
    until("on again behind it", on_again);
}

static const char *health_path = "/sim/requests?method=GET&path=/health";
static int health_asked;

static int health_calls(void)
{
    cJSON *o = ask_json(port, "GET", health_path, NULL, 200);
    int n = cJSON_GetArraySize(json_arr(o, "requests"));
    cJSON_Delete(o);
    return n;
}

static bool asked_at_start(void)
{
    return health_calls() > health_asked;
}

static bool is_held(void)
{
    return now()->hold;
}

static bool goes_on(void)
{
    return !is_held();
}

static bool on_its_way(void)
{
    return now()->act.is == ACT_INTENT;
}

#define AT_START                                                                                   \
    "preflight:\n  - { id: PF-1, title: API healthy, final: true, http: { url: \"URL/health\" "    \
    "}, expect: { status: 200 } }\n"

/* An advance is asked for and waits: for the answers of the kill switch, or for the checks of the
 * start, which take their time. */
static void advance_waits_for(bool checks)
{
    post_set("{\"fault\":\"delay\",\"ms\":500,\"target\":\"executor\"}");
    health_asked = health_calls();
    wants(INTENT_ADVANCE, "");
    until("an intent", on_its_way);
    if (checks)
        until("the checks of the start", asked_at_start);
}

#define SOMEBODY INTENTS /* turns the switch on from elsewhere */

/* What people say while an action waits outranks it: nothing leaves, and the action says why. The
 * switch lies, so that it is read as off while it is being turned on. */
static void a_word_outranks_what_waits(void **state)
{
    static const struct {
        enum intent_kind word;
        const char *why;
    } words[] = {{INTENT_HOLD, "nothing was sent: it is held"},
                 {INTENT_NO_GO, "nothing was sent: the run was ended first"},
                 {INTENT_END, "nothing was sent: the run was ended first"},
                 {INTENT_KILL_ON, "nothing was sent: the kill switch is being turned on"},
                 {SOMEBODY, "nothing was sent: the kill switch is not known to be off"}};
    for (size_t i = 0; i < 2 * sizeof words / sizeof *words; i++) {
        size_t k = i / 2;
        if (words[k].word == SOMEBODY && i % 2 == 0)
            continue; /* the reads themselves see it */
        if (i)
            close_night(state);
        open_night("manual", AT_START);
        until("an open gate", gate_ready);
        if (words[k].word == INTENT_KILL_ON)
            post_set("{\"fault\":\"lie\",\"target\":\"kill_switch\"}");
        advance_waits_for(i % 2);
        if (words[k].word == SOMEBODY)
            put("/api/kill-switch/global", "{\"is_active\":true}");
        else
            wants(words[k].word, "");
        until("a refused start", refused);
        if (strcmp(now()->act.why, words[k].why) != 0)
            fail_msg("row %zu: %s", i, now()->act.why);
        assert_int_equal(puts_of_weight(), 0);
        if (words[k].word != INTENT_HOLD)
            continue;
        wants(INTENT_GO, "");
        until("go", goes_on);
        wants(INTENT_ADVANCE, "");
        until("a started stage", started);
    }
}

static bool rollback_waits(void)
{
    return now()->rollback_wanted;
}

/* The same for a rollback that is wanted meanwhile and waits for the IC. */
static void a_rollback_that_waits_outranks_what_waits(void **state)
{
    (void)state;
    night.manual = true;
    open_night("manual", "");
    night.manual = false;
    until("an open gate", gate_ready);
    wants(INTENT_ADVANCE, "");
    until("a started stage", started);
    until("the gate of the second", gate_ready);
    post_set("{\"fault\":\"delay\",\"ms\":800,\"target\":\"kill_switch\"}");
    post_set("{\"alert\":\"Now\",\"labels\":{\"auto_rollback\":\"true\"}}");
    wants(INTENT_ADVANCE, "");
    until("an intent", on_its_way);
    until("a rollback that waits", rollback_waits);
    until("a refused advance", refused);
    assert_string_equal(now()->act.why, "nothing was sent: a rollback is asked for");
    assert_int_equal(puts_of_weight(), 1);
}

static bool flip_sent(void)
{
    return now()->kill.is == ACT_SENT;
}

/* A flip that ended with its process stands for ever as sent: what is read counts, not that. */
static void a_dead_flip_stops_nothing(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    open_night("manual", "");
    until("an open gate", gate_ready);
    post_set("{\"fault\":\"lie\",\"target\":\"kill_switch\"}"); /* accepted, never done */
    wants(INTENT_KILL_ON, "");
    until("a flip on its way", flip_sent);
    assert_int_equal(room_close(night.room, NULL, &e), 0);
    open_room(true);
    until("a held run", is_held);
    wants(INTENT_GO, "");
    until("an open gate", gate_ready);
    assert_true(flip_sent() && !now()->kill.ours);
    assert_string_equal(now()->kill.verb, "kill_on");
    wants(INTENT_ADVANCE, "");
    until("a started stage", started);
}

static int64_t answered_ms;

static bool asked_again(void)
{
    return now()->preflight.items[1].at_ms > answered_ms;
}

/* All checks once more is no drill, also where a drill that failed began by itself (PRE-9). */
static void PRE_9_all_is_no_drill(void **state)
{
    (void)state;
    night.fault = "{\"fault\":\"delay\",\"ms\":20,\"target\":\"kill_switch\"}";
    open_night("auto",
               "preflight:\n  - { id: KS, title: drill, drill: kill_switch, within: 10ms }\n"
               "  - { id: PF, title: healthy, http: { url: \"URL/health\" } }\n");
    night.fault = NULL;
    until("a drill that was too slow", drill_told);
    int writes = switch_calls("PUT");
    assert_true(writes > 0);
    answered_ms = now()->preflight.items[1].at_ms;
    wants(INTENT_PREFLIGHT, "all");
    until("an answer", asked_again);
    assert_int_equal(switch_calls("PUT"), writes);
    assert_false(now()->preflight.items[0].running);
}

/* A blocked preflight does not hang: ABORTED, nothing was sent. */
static void blocked(void **state)
{
    (void)state;
    open_night("auto", "preflight:\n  - { id: PF-1, title: gone, http: { url: \"URL/nothing\" } }\n"
                       "preflight_within: 30s\n");
    until("the end", over);
    assert_string_equal(now()->verdict, "ABORTED");
    assert_non_null(strstr(now()->verdict_why, "PF-1 FAIL: answered 404"));
    assert_int_equal(puts_of_weight(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(PRE_17_final_check, close_night),
        cmocka_unit_test_teardown(PRE_9_PRE_10_drill_in_a_run, close_night),
        cmocka_unit_test_teardown(KIL_8_a_drill_never_undoes_a_person, close_night),
        cmocka_unit_test_teardown(KIL_8_a_late_off_is_answered, close_night),
        cmocka_unit_test_teardown(a_word_outranks_what_waits, close_night),
        cmocka_unit_test_teardown(a_rollback_that_waits_outranks_what_waits, close_night),
        cmocka_unit_test_teardown(a_dead_flip_stops_nothing, close_night),
        cmocka_unit_test_teardown(PRE_9_all_is_no_drill, close_night),
        cmocka_unit_test_teardown(blocked, close_night),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
