/* View 4 and its filter; the composer's keys. */
#include "unit.h"

#include "app_seat.h"
#include "scene_talk.h"
#include "tui/composer.h"
#include "tui/logfilter.h"

static const struct {
    const char *filter;
    const char *takes; /* the lines' letters */
} filters[] = {
    {"", "abcdef"},
    {"p95", "ab"},
    {"P95 stage", "ab"},
    {"kind:checkpoint", "a"},
    {"kind:signal", "cf"},
    {"kind:incident", "f"},
    {"kind:sig", "cf"},
    {"who:chai", "c"},
    {"who:CHA", "c"},
    {"stage:2", "bcd"},
    {"stage:1", "a"},
    {"stage:stage", "abcd"},
    {"stage:9", ""},
    {"level:error", "bf"},
    {"level:warn", "bdf"},
    {"level:info", "abcdef"},
    {"kind:critical stage:2 p95", "b"},
    {"kind:critical stage:1", ""},
    {"เฝ้าดู", "c"},
    {"nothing like it", ""},
};

static void line(struct log_line *l, enum event_kind kind, enum level_of_line level,
                 const char *stage, const char *actor, const char *text)
{
    *l = (struct log_line){.kind = kind, .level = level, .text = fix_str(text)};
    str_copy(l->stage, sizeof l->stage, stage);
    str_copy(l->actor, sizeof l->actor, actor);
}

static void filtered(void **state)
{
    (void)state;
    struct fix *f = fix_new(6);
    struct log_line l[6];
    line(&l[0], EV_CHECKPOINT, LINE_INFO, "Stage 1", "director", ":05 | Stage 1 | p95=138ms");
    line(&l[1], EV_CRITICAL, LINE_ERROR, "Stage 2", "judge", ":21 | Stage 2 | p95=214ms");
    line(&l[2], EV_SIGNAL, LINE_INFO, "Stage 2", "chai", ":18 | DBA chai: เฝ้าดู lag");
    line(&l[3], EV_DECISION, LINE_WARN, "Stage 2", "director", ":21 | HOLD");
    line(&l[4], EV_KILL_SWITCH, LINE_INFO, "", "warroom", ":20 | kill switch global: OFF");
    line(&l[5], EV_SIGNAL, LINE_ERROR, "", "boon", ":22 | INCIDENT Critical | orders fail");
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        struct log_filter lf;
        char got[8] = "";
        log_filter_read(&lf, &f->plan, filters[i].filter);
        for (size_t k = 0; k < 6; k++)
            if (log_filter_takes(&lf, &l[k]))
                str_fmt(got + strlen(got), sizeof got - strlen(got), "%c", (char)('a' + k));
        if (strcmp(got, filters[i].takes) != 0)
            fail_msg("%s: takes %s, wanted %s", filters[i].filter, got, filters[i].takes);
    }
    fix_free(f);
}

static void views_by_their_keys(void **state)
{
    (void)state;
    struct seat *t = sit(80, 24);
    static const struct {
        const char *keys, *sees;
    } rows[] = {{"4", "WAR-ROOM LOG"},
                {"5", "ALERT SOURCES"},
                {"6", "ARTIFACTS"},
                {"1", "STAGES"},
                {":evidence\n", "ARTIFACTS"},
                {":log\n", "WAR-ROOM LOG"},
                {"\n", "ENTRY #"},
                {"\x1b", "WAR-ROOM LOG"},
                {"/kind:checkpoint\n", "filter \"kind:checkpoint\""},
                {"\x1b", "no gap"},
                {"\x1b", "STAGES"}};
    t->room.f->ss[0].log_start = t->room.f->ss[0].log_end = t->room.f->ss[1].log_start = true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        type(t, rows[i].keys);
        expect_on_screen(t, rows[i].sees);
    }
    assert_int_equal(t->room.submitted, 0);
    leave(t);
}

/* LOG-11: a stage without an entry at its start or end is named. */
static void gaps_are_named(void **state)
{
    (void)state;
    struct fix *f = fix_new(6);
    char gap[100];
    f->ss[0].log_start = f->ss[1].log_start = true;
    assert_true(log_gap(&f->st, 0, gap, sizeof gap));
    assert_string_equal(gap, "Stage 1: no entry at its end");
    assert_false(log_gap(&f->st, 1, gap, sizeof gap));
    f->ss[0].log_end = true;
    assert_false(log_gap(&f->st, 0, gap, sizeof gap));
    f->st.final = true; /* stage 2 was never left on the record */
    assert_true(log_gap(&f->st, 0, gap, sizeof gap));
    assert_string_equal(gap, "Stage 2: no entry at its end");
    fix_free(f);
}

/* ---- the composer ---- */

static void composer_says_what_will_stand(void **state)
{
    (void)state;
    struct seat *t = sit(80, 24);
    type(t, "mlock waits rose\t");
    expect_on_screen(t, "15/80");
    expect_on_screen(t, "p95 = ");
    expect_on_screen(t, "warn 150");
    expect_on_screen(t, "read 3s ago");
    expect_on_screen(t, "will be written as");
    expect_on_screen(t, "IC anna: lock waits rose | p95=");
    assert_int_equal(t->room.submitted, 0);
    leave(t);
}

static void typed_numbers_are_refused(void **state)
{
    (void)state;
    struct seat *t = sit(80, 24);
    type(t, "mp95 is 142\n");
    expect_on_screen(t, "typed number");
    type(t, "\b\b\b\b\b\b\n"); /* "p95 " is left: its name, no number */
    assert_int_equal(t->room.submitted, 1);
    assert_int_equal(t->room.last.kind, INTENT_SIGNAL);
    leave(t);
}

static void opinions_show_why_and_a_key(void **state)
{
    (void)state;
    struct seat *t = sit(80, 24);
    type(t, "mน่าจะเป็นที่แคช\n");
    expect_on_screen(t, "refused");
    expect_on_screen(t, "has no metric and reads as an opinion");
    expect_on_screen(t, "p  put it in the parking lot (1st)");
    type(t, "p");
    assert_int_equal(t->room.last.kind, INTENT_PARK);
    assert_string_equal(t->room.last.reason, "น่าจะเป็นที่แคช");
    assert_string_equal(t->room.last.decision, "");
    leave(t);
}

static void arrow(struct seat *t, int key)
{
    t->ms += 400;
    app_look(&t->a);
    app_keys(&t->a, &key, 1, t->ms);
}

static void decisions_by_role(void **state)
{
    static const struct {
        const char *role;
        int presses;
        const char *decision;
    } rows[] = {{"ic", 1, "Proceed"}, {"ic", 2, "Hold"}, {"ic", 3, "Rollback"}, {"ic", 4, ""},
                {"dba", 1, "ask"},    {"dba", 2, ""},    {"dba", 3, "ask"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct seat *t = sit(80, 24);
        t->o.role = rows[i].role;
        type(t, "mrose\t");
        for (int k = 0; k < rows[i].presses; k++)
            arrow(t, KEY_RIGHT_);
        expect_on_screen(t, *rows[i].decision ? "(*) " : "(*) none");
        type(t, "\n");
        assert_int_equal(t->room.submitted, 1);
        assert_string_equal(t->room.last.decision, rows[i].decision);
        leave(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"LOG-10 filter by kind, level, author, stage", filtered, NULL, NULL, NULL},
        cmocka_unit_test(views_by_their_keys),
        {"LOG-11 gaps are named", gaps_are_named, NULL, NULL, NULL},
        {"LOG-4 the composer says what will stand", composer_says_what_will_stand, NULL, NULL,
         NULL},
        cmocka_unit_test(typed_numbers_are_refused),
        {"LOG-1 opinions show why and a key", opinions_show_why_and_a_key, NULL, NULL, NULL},
        {"LOG-3 decisions by role", decisions_by_role, NULL, NULL, NULL},
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
