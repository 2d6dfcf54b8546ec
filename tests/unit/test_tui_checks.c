/* The checks view under the fingers: which check a key means, and what its box sends. */
#include "unit.h"

#include "app_seat.h"
#include "scene_checks.h"
#include "scene_times.h"

/* Before the start, with the checks of the golden screens. */
static struct seat *seat(const char *actor, const char *role)
{
    struct seat *t = sit(120, 36);
    case_checks(t->room.f);
    t->room.f->st.t0_ms = -1;
    t->room.f->st.stage = -1;
    t->room.f->st.sent_n = 0;
    t->o.actor = actor;
    t->o.role = role;
    app_look(&t->a);
    return t;
}

/* PRE-5, PRE-12: a signature names its document; the text is shown with real names. */
static void PRE_5_PRE_12_signs(void **state)
{
    (void)state;
    struct seat *t = seat("boon", "sre");
    t->room.f->plan.preflight.items[1].confirm.reference = true;
    type(t, "3");
    expect_on_screen(t, "TC-03 kill after ADD INDEX");
    t->a.ui.check = 1;
    type(t, "o");
    expect_on_screen(t, "name the document or run that shows it");
    type(t, "\n");
    assert_int_equal(t->room.submitted, 0);
    type(t, "run 41\n");
    assert_int_equal(t->room.submitted, 1);
    assert_int_equal(t->room.last.kind, INTENT_SIGN);
    assert_string_equal(t->room.last.subject, "TC-03");
    assert_string_equal(t->room.last.reason, "run 41");
    assert_false(t->room.last.no);
    type(t, "ono the lease was taken twice\n");
    assert_true(t->room.last.no);
    assert_string_equal(t->room.last.reason, "the lease was taken twice");
    leave(t);
}

/* DBA-1, APR-5: the WARNING of the size gate is the DBA's to agree to. */
static void DBA_1_APR_5_agrees(void **state)
{
    (void)state;
    struct seat *t = seat("boon", "sre");
    type(t, "3");
    t->a.ui.check = 4;
    type(t, "o");
    expect_on_screen(t, "dba signs PF-2, you are sre");
    leave(t);
    t = seat("chai", "dba");
    type(t, "3");
    t->a.ui.check = 4;
    type(t, "o1\n");
    assert_string_equal(t->room.last.subject, "PF-2");
    leave(t);
}

/* PRE-3, PRE-18: e runs the one under the cursor again, w waives a conditional one with a reason.
 */
static void PRE_3_PRE_18_runs_and_waives(void **state)
{
    (void)state;
    struct seat *t = seat("boon", "sre");
    type(t, "e");
    assert_int_equal(t->room.last.kind, INTENT_PREFLIGHT);
    assert_string_equal(t->room.last.subject, "all"); /* the live view has no cursor */
    type(t, "3");
    t->a.ui.check = 9;
    type(t, "e");
    assert_string_equal(t->room.last.subject, "PF-6");
    type(t, "w");
    expect_on_screen(t, "nobody waives it");
    memset(&t->room.f->st.preflight.items[2].waived, 0, sizeof(struct pf_word));
    t->a.ui.check = 2;
    int before = t->room.submitted;
    type(t, "w\n");
    assert_int_equal(t->room.submitted, before); /* Enter alone does nothing */
    type(t, "1\n");
    assert_int_equal(t->room.last.kind, INTENT_WAIVE);
    assert_string_equal(t->room.last.subject, "TC-01");
    leave(t);
}

/* PRE-9: a drill writes to production: its word is typed. PRE-16: the whole is signed off. */
static void PRE_9_PRE_16_drills_and_signs_off(void **state)
{
    (void)state;
    struct seat *t = seat("anna", "ic");
    type(t, "3");
    t->a.ui.check = 3;
    t->room.f->st.ks[0].is = KS_OFF;
    type(t, "e");
    expect_on_screen(t, "drill KS-1 runs it");
    type(t, "E");
    expect_on_screen(t, "KILL SWITCH DRILL");
    type(t, "\n");
    assert_int_equal(t->room.production, 0);
    type(t, "drill\n");
    assert_int_equal(t->room.production, 1);
    assert_string_equal(t->room.last.subject, "KS-1");
    t->a.ui.check = 5; /* nothing to sign under the cursor */
    type(t, "o");
    expect_on_screen(t, "SIGN OFF");
    type(t, "1\n");
    assert_int_equal(t->room.last.kind, INTENT_SIGN);
    assert_string_equal(t->room.last.subject, "all");
    leave(t);
}

/* With more checks than rows the cursor begins at, and moves along, what is seen. */
static void trouble_first(void **state)
{
    (void)state;
    struct seat *t = seat("anna", "ic");
    case_many_checks(t->room.f);
    t->a.ui.view = 0;
    t->a.ui.check = 17; /* has passed */
    app_look(&t->a);
    type(t, "3");
    assert_int_equal(t->a.ui.check, 26); /* FAIL */
    static const int down[] = {27, 23, 21, 0, 1};
    for (size_t i = 0; i < 5; i++) {
        app_key(&t->a, KEY_DOWN_, 60000 + (int64_t)i * 1000);
        assert_int_equal(t->a.ui.check, down[i]);
    }
    type(t, "13"); /* a check that waits keeps the cursor */
    assert_int_equal(t->a.ui.check, 1);
    leave(t);
}

/* TIM-1: steps of the timeline are closed from the screen: by their item, or as done by hand. */
static void steps_are_closed(void **state)
{
    (void)state;
    struct seat *t = seat("anna", "ic");
    case_late_step(t->room.f);
    t->room.f->plan.preflight.n_items = t->room.f->plan.preflight.n_signoff = 0;
    fix_items[1].confirm = fix_str("room_open");
    app_look(&t->a);
    type(t, "1");
    expect_on_screen(t, ":confirm room_open");
    type(t, ":confirm\n");
    assert_int_equal(t->room.submitted, 0);
    expect_on_screen(t, ":confirm  confirm a manual item");
    type(t, ":confirm room_open all are here\n");
    assert_int_equal(t->room.submitted, 1);
    assert_int_equal(t->room.last.kind, INTENT_CONFIRM);
    assert_string_equal(t->room.last.reason, "room_open all are here");
    type(t, ":item T-25m\n");
    expect_on_screen(t, "T-25m is no step of the timeline");
    type(t, ":item T-20m done all are here\n");
    expect_on_screen(t, "T-20m War room opens: closed by hand");
    expect_on_screen(t, "nothing is sent to production");
    type(t, "\n");
    assert_int_equal(t->room.submitted, 1); /* Enter alone does nothing */
    type(t, "item\n");
    assert_int_equal(t->room.submitted, 2);
    assert_int_equal(t->room.last.kind, INTENT_ITEM);
    assert_string_equal(t->room.last.reason, "T-20m done all are here");
    fix_items[1].confirm = fix_str("");
    leave(t);
}

/* A look-only seat moves and looks, and nothing more. */
static void looks(void **state)
{
    (void)state;
    struct seat *t = seat("dao", "");
    t->room.read_only = true;
    type(t, "3");
    int key = KEY_DOWN_;
    t->a.ui.check = 0;
    t->ms += 60;
    app_keys(&t->a, &key, 1, t->ms);
    assert_int_equal(t->a.ui.check, 1);
    type(t, "\n");
    assert_true(t->a.ui.zoom);
    type(t, "\x1b");
    assert_false(t->a.ui.zoom);
    for (const char *k = "eowE"; *k; k++) {
        char one[2] = {*k, '\0'};
        type(t, one);
        assert_false(t->a.prompt.open);
    }
    assert_int_equal(t->room.submitted, 0);
    type(t, "\x1b");
    assert_int_equal(t->a.ui.view, 0);
    leave(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(PRE_5_PRE_12_signs),
        cmocka_unit_test(DBA_1_APR_5_agrees),
        cmocka_unit_test(PRE_3_PRE_18_runs_and_waives),
        cmocka_unit_test(PRE_9_PRE_16_drills_and_signs_off),
        cmocka_unit_test(trouble_first),
        cmocka_unit_test(steps_are_closed),
        cmocka_unit_test(looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
