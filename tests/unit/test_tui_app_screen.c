/* The app: what the screen does by itself and keeps. Virtual time. */
#include "unit.h"

#include "app_seat.h"

static void leaving_asks(void **state)
{
    (void)state;
    struct seat *t = sit(80, 24);
    type(t, "q");
    expect_on_screen(t, "The canary stays as it is (5%)");
    assert_false(t->a.leaving);
    type(t, "\x1b");
    assert_int_equal(t->a.over, OVER_NONE);
    type(t, "qq");
    assert_false(t->a.leaving); /* the same key twice is not an answer */
    type(t, "\x03y");
    assert_true(t->a.leaving);
    leave(t);
    t = sit(80, 24);
    t->room.f->st.final = true;
    str_copy(t->room.f->st.verdict, sizeof t->room.f->st.verdict, "PASS");
    type(t, "q");
    assert_true(t->a.leaving);
    leave(t);
}

static void filter_and_line(void **state)
{
    (void)state;
    struct seat *t = sit(80, 24);
    type(t, "/Stage");
    assert_string_equal(t->a.ui.filter, "Stage"); /* seen while it is typed */
    expect_on_screen(t, "/Stage");
    type(t, "\n/\b\b\b\b\b\x1b");
    assert_string_equal(t->a.ui.filter, "Stage"); /* Esc: as it was */
    type(t, "/\b\b\b\b\bน้ำ\n");
    assert_string_equal(t->a.ui.filter, "น้ำ");
    type(t, ":theme li");
    expect_on_screen(t, "next theme");
    type(t, "ght\n");
    assert_string_equal(screen_theme_name(), "light");
    type(t, ":theme nonsense\n");
    assert_non_null(strstr(t->a.ui.message, "no theme \"nonsense\""));
    type(t, ":mouse\n");
    assert_string_equal(t->a.ui.message, ":mouse on or :mouse off");
    type(t, ":bell off\n");
    assert_true(t->a.quiet);
    type(t, ":\n");
    assert_int_equal(t->a.over, OVER_NONE);
    leave(t);
}

static void help_is_searched(void **state)
{
    (void)state;
    struct seat *t = sit(80, 24);
    type(t, "?");
    expect_on_screen(t, "HELP");
    type(t, "checkp");
    expect_on_screen(t, "checkpoint now");
    type(t, "\b\b\b\b\b\b");
    assert_string_equal(t->a.search, "");
    type(t, "?");
    assert_int_equal(t->a.over, OVER_NONE);
    /* Every command is found by its key and by its word. */
    for (int c = 0; c < COMMANDS; c++) {
        const struct key_row *row = keymap_row((enum command)c);
        type(t, "?");
        str_copy(t->a.search, sizeof t->a.search, row->word);
        char doc[13];
        str_copy(doc, sizeof doc, row->doc);
        expect_on_screen(t, doc);
        type(t, "\x1b");
    }
    leave(t);
}

static void frozen_picture(void **state)
{
    (void)state;
    struct seat *t = sit(80, 24);
    free(picture(t));
    type(t, " ");
    fix_value(t->room.f, 0, 777, 1000);
    t->room.f->s.now_ms += 60000;
    char *p = picture(t);
    assert_null(strstr(p, "777"));
    assert_non_null(strstr(p, "T+00:22:07")); /* row 0 goes on */
    free(p);
    type(t, " ");
    expect_on_screen(t, "777");
    type(t, " ");
    app_resize(&t->a, 120, 36);
    assert_false(t->a.ui.frozen);
    leave(t);
}

static void graph_styles_go_round(void **state)
{
    (void)state;
    struct seat *t = sit(80, 24);
    char seen[4] = "";
    for (int i = 0; i < 3; i++) {
        type(t, "u");
        free(picture(t));
        seen[i] = t->a.ui.ascii ? 'a' : t->a.ui.braille ? 'b' : 'k';
        assert_int_equal(t->a.canvas.ascii, t->a.ui.ascii);
    }
    /* The test's terminal has no braille: blocks and ASCII in turn. */
    assert_string_equal(seen, "kak");
    leave(t);
}

/* Prometheus goes silent between two ticks: the rules' last word was that all is well. */
static void unknown_says_its_own_reason(void **state)
{
    (void)state;
    struct seat *t = sit(80, 24);
    struct fix *f = t->room.f;
    f->st.source_ok = false;
    str_copy(f->st.source_why, sizeof f->st.source_why, "no answer in time");
    app_look(&t->a);
    if (!strstr(t->a.ui.message, "UNKNOWN: no answer from Prometheus"))
        fail_msg("it says: %s", t->a.ui.message);
    leave(t);
}

static void the_verdict_is_told_once(void **state)
{
    (void)state;
    struct seat *t = sit(80, 24);
    int calm = t->a.rank;
    struct fix *f = t->room.f;
    fix_value(f, 0, 260, 1000);
    fix_status(f, 0, M_CRITICAL, "260 ms >= 200");
    f->j.counts = (struct counts){.ok = 5, .critical = 1, .of = 6};
    app_look(&t->a);
    assert_true(t->a.rank > calm);
    assert_non_null(strstr(t->a.ui.message, " → "));
    t->a.ui.message[0] = '\0';
    app_look(&t->a);
    assert_string_equal(t->a.ui.message, ""); /* told once */
    int worse = t->a.rank;
    f->st.final = true;
    str_copy(f->st.verdict, sizeof f->st.verdict, "PASS");
    app_look(&t->a);
    assert_true(t->a.rank < worse);
    leave(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaving_asks),
        cmocka_unit_test(filter_and_line),
        cmocka_unit_test(help_is_searched),
        cmocka_unit_test(frozen_picture),
        cmocka_unit_test(graph_styles_go_round),
        cmocka_unit_test(the_verdict_is_told_once),
        cmocka_unit_test(unknown_says_its_own_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
