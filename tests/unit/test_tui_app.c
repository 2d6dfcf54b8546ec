/* The app: where keys go and what is submitted. Virtual time. */
#include "unit.h"

#include "app_seat.h"

/* ---- keys to intents ---- */

static const struct {
    const char *name, *keys;
    int intent; /* -1: nothing may be submitted */
    const char *reason, *message;
} rows[] = {
    {"kill switch on", "Ky", INTENT_KILL_ON, "", "kill_on asked for"},
    {"thai keyboard", "ษั", INTENT_KILL_ON, "", "kill_on asked for"},
    {"small k", "ky", -1, NULL, "nothing waits for work by hand"},
    {"no y", "K\x1b", -1, NULL, "nothing was sent"},
    {"roll back", "R1rollback\n", INTENT_ROLLBACK, "another metric looks wrong",
     "rollback asked for by anna"},
    {"small r", "rr\n", -1, NULL, "r does nothing here"},
    {"Enter alone", "R\n\n\n", -1, NULL, NULL},
    {"twice the key", "RRRR", -1, NULL, NULL},
    {"shut gate", "Aadvance\n", -1, NULL, NULL},
    {"time is not overridden", "A!1advance\n", -1, NULL, NULL},
    {"hold", "H2\n", INTENT_HOLD, "waiting for a person", "hold asked for"},
    {"go without a hold", "G", -1, NULL, "nothing is held"},
    {"kill off while off", "U", -1, NULL, "the kill switch is off"},
    {"signal", "mlag rose\t\n", INTENT_SIGNAL, "lag rose", "signal posted"},
    {"signal parked", "mlag rose\np", INTENT_PARK, "lag rose", "parked"},
    {"park", "pmaybe the cache\n", INTENT_PARK, "maybe the cache", "parked"},
    {"mark", "b", INTENT_MARK, "", "mark asked for"},
    {"an opinion", "mI think it is p95\n", -1, NULL, NULL},
    {"an opinion parked", "mI think it is p95\np", INTENT_PARK, "I think it is p95", "parked"},
    {"LOG-5 a correction", ":correct 3 it was db-r3\n", INTENT_CORRECT, "3 it was db-r3",
     "correct: recorded"},
    {"a correction of nothing", ":correct\n", -1, NULL, "say which entry"},
    {"LOG-9 an incident", ":incident critical orders fail to load for one tenant of the shop\n",
     INTENT_INCIDENT, "critical orders fail to load for one tenant of the shop",
     "incident: recorded"},
    {"an incident without a severity", ":incident orders fail\n", -1, NULL, "say how bad it is"},
    {"checkpoint", "c", INTENT_CHECKPOINT, "", "checkpoint asked for"},
    {"by name", ":rollback\n1rollback\n", INTENT_ROLLBACK, "another metric looks wrong", NULL},
    {"by name, completed", ":roll\t\n1rollback\n", INTENT_ROLLBACK, "another metric looks wrong",
     NULL},
    {"by a wrong name", ":rolback\n", -1, NULL, "did you mean rollback?"},
    {"the word alone on the line", ":advance now\nadvance\n", -1, NULL, NULL},
    {"end", ":end\nend\n", INTENT_END, "", "end asked for"},
    {"resolve nothing", ":resolve\n", -1, NULL, "nothing to resolve"},
    {"keys in the help are a search", "?Ky\n", -1, NULL, NULL},
    {"keys on the line are text", ":Ky\x1b", -1, NULL, NULL},
    {"keys in the filter are text", "/Ky\n", -1, NULL, NULL},
    {"unbound", "z", -1, NULL, "z does nothing here; ? lists the keys"},
};

static void keys_to_intents(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct seat *t = sit(80, 24);
        type(t, rows[i].keys);
        int want = rows[i].intent >= 0;
        if (t->room.submitted != want)
            fail_msg("%s: %d submitted (%s; box: %s)", rows[i].name, t->room.submitted,
                     t->a.ui.message, t->a.prompt.open ? t->a.prompt.said : "none");
        if (want) {
            assert_int_equal(t->room.last.kind, rows[i].intent);
            assert_string_equal(t->room.last.reason, rows[i].reason);
            assert_string_equal(t->room.last.actor, "anna");
            assert_string_equal(t->room.last.role, "ic");
            assert_false(t->a.prompt.open);
        }
        if (rows[i].message && !strstr(t->a.ui.message, rows[i].message))
            fail_msg("%s: says \"%s\", wanted \"%s\"", rows[i].name, t->a.ui.message,
                     rows[i].message);
        leave(t);
    }
}

static void read_only_and_watchers(void **state)
{
    (void)state;
    for (int c = 0; c < COMMANDS; c++) {
        const struct key_row *row = keymap_row((enum command)c);
        if (row->intent < 0)
            continue;
        struct seat *t = sit(80, 24);
        t->room.read_only = true;
        type(t, ":");
        type(t, row->word);
        type(t, "\ny1");
        type(t, row->verb);
        type(t, "text\t\n\n");
        assert_int_equal(t->room.submitted, 0);
        leave(t);
        t = sit(80, 24);
        t->o.role = "dba";
        bool ic = !strcmp(intent_row((enum intent_kind)row->intent)->roles, "I");
        app_look(&t->a);
        app_command(&t->a, (enum command)c, "", t->ms);
        if (ic && t->a.prompt.open)
            fail_msg("a DBA has the box of %s", row->word);
        leave(t);
    }
}

static void pastes_run_nothing(void **state)
{
    (void)state;
    struct seat *t = sit(80, 24);
    int begin = KEY_PASTE_BEGIN_, end = KEY_PASTE_END_;
    /* bracketed, spread over reads */
    app_keys(&t->a, &begin, 1, t->ms);
    type(t, "Ky\nR1rollback\n");
    assert_false(t->a.prompt.open);
    app_keys(&t->a, &end, 1, t->ms);
    assert_int_equal(t->room.submitted, 0);
    assert_non_null(strstr(t->a.ui.message, "a paste is not taken here"));
    /* raw, in one read, whole and behind four harmless keys */
    static const int raw[] = {'K', 'y', KEY_ENTER_, 'R', 'K', 'y'};
    t->ms += 1000;
    app_keys(&t->a, raw, 6, t->ms);
    assert_int_equal(t->room.submitted, 0);
    assert_false(t->a.prompt.open);
    /* raw, byte by byte: the box it opened is closed again */
    static const int slow[] = {'x', 'x', 'R', 'x', 'x', 'K', 'y', 'y'};
    t->ms += 1000;
    for (size_t i = 0; i < 8; i++)
        app_keys(&t->a, &slow[i], 1, t->ms + (int64_t)i * 2);
    assert_false(t->a.prompt.open);
    assert_int_equal(t->room.submitted, 0);
    /* afterwards a person goes on */
    t->ms += 1000;
    type(t, "Ky");
    assert_int_equal(t->room.submitted, 1);
    leave(t);
}

static void type_ahead_is_not_for_the_box(void **state)
{
    (void)state;
    struct seat *t = sit(80, 24);
    static const int keys[] = {'R', '1', 'r', KEY_ENTER_};
    app_keys(&t->a, keys, 4, t->ms);
    assert_true(t->a.prompt.open);
    assert_string_equal(t->a.prompt.t.word, "");
    assert_int_equal(t->a.prompt.t.reason, -1);
    leave(t);
}

static void a_changed_stage_is_refused(void **state)
{
    (void)state;
    struct seat *t = sit(80, 24);
    type(t, "R1rollback");
    t->room.f->st.stage = 2;
    t->room.f->ss[2].at = STAGE_RUNNING;
    type(t, "\n");
    assert_int_equal(t->room.submitted, 0);
    assert_true(t->a.prompt.open);
    assert_non_null(strstr(t->a.prompt.said, "the stage has changed"));
    leave(t);
}

static void boxes_close_by_themselves(void **state)
{
    (void)state;
    struct seat *t = sit(80, 24);
    type(t, "Rroll");
    t->ms += 59000;
    app_tick(&t->a, t->ms);
    assert_true(t->a.prompt.open);
    t->ms += 1000;
    app_tick(&t->a, t->ms);
    assert_false(t->a.prompt.open);
    assert_string_equal(t->room.note, "box: box ROLL BACK closed by itself, nothing was sent");
    type(t, "xyz\n");
    assert_int_equal(t->room.submitted, 0);
    leave(t);
}

static void small_screens_only_look(void **state)
{
    (void)state;
    static const int sizes[][2] = {{79, 24}, {80, 23}, {44, 8}, {20, 5}, {1, 1}};
    for (size_t i = 0; i < 5; i++) {
        struct seat *t = sit(sizes[i][0], sizes[i][1]);
        type(t, "KyR1rollback\nH1\nb");
        assert_int_equal(t->room.submitted, 0);
        assert_false(t->a.prompt.open);
        free(picture(t));
        type(t, "qy");
        assert_true(t->a.leaving);
        leave(t);
    }
    /* made small while a box is open: nothing can be sent, Esc closes */
    struct seat *t = sit(80, 24);
    type(t, "R1rollback");
    app_resize(&t->a, 60, 20);
    expect_on_screen(t, "does not fit");
    type(t, "\n");
    assert_int_equal(t->room.submitted, 0);
    type(t, "\x1b");
    assert_false(t->a.prompt.open);
    leave(t);
}

/* Random keys, alone and in bunches, in a live run: room_submit() above checks that nothing for
 * production came without its word. */
static void random_keys(void **state)
{
    (void)state;
    static const int keys[] = {'K',
                               'R',
                               'A',
                               'U',
                               'H',
                               'G',
                               'm',
                               'p',
                               'b',
                               'c',
                               'y',
                               '1',
                               '!',
                               'q',
                               ':',
                               '/',
                               '?',
                               ' ',
                               'u',
                               'r',
                               'o',
                               'l',
                               'a',
                               0xE01,
                               0x0E29,
                               KEY_ENTER_,
                               KEY_ESC_,
                               KEY_TAB_,
                               KEY_BACKSPACE_,
                               KEY_UP_,
                               KEY_PGUP_,
                               KEY_PASTE_BEGIN_,
                               KEY_PASTE_END_,
                               KEY_RESIZE_,
                               KEY_END_};
    uint32_t seed = 99;
    struct seat *t = sit(80, 24);
    for (int i = 0; i < 60000; i++) {
        int bunch[8];
        seed = seed * 1664525 + 1013904223;
        size_t n = (seed >> 28) < 12 ? 1 : 1 + (seed >> 20) % 8;
        for (size_t k = 0; k < n; k++) {
            seed = seed * 1664525 + 1013904223;
            bunch[k] = keys[(seed >> 10) % (sizeof keys / sizeof *keys)];
        }
        t->ms += (seed >> 24) % 200;
        t->room.f->st.hold = false;
        app_tick(&t->a, t->ms);
        app_keys(&t->a, bunch, n, t->ms);
        if (i % 500 == 0) {
            app_resize(&t->a, 60 + (int)(seed >> 8) % 80, 16 + (int)(seed >> 16) % 30);
            free(picture(t));
        }
    }
    print_message("%d submitted, %d of them the kill switch\n", t->room.submitted,
                  t->room.production);
    assert_true(t->room.submitted > 100); /* the keys did reach the app */
    int before = t->room.submitted;
    t->room.read_only = true;
    app_look(&t->a);
    prompt_close(&t->a.prompt);
    for (int i = 0; i < 20000; i++) {
        seed = seed * 1664525 + 1013904223;
        t->ms += (seed >> 24) % 200;
        app_tick(&t->a, t->ms);
        app_keys(&t->a, &keys[(seed >> 10) % (sizeof keys / sizeof *keys)], 1, t->ms);
    }
    assert_int_equal(t->room.submitted, before);
    leave(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_to_intents),
        cmocka_unit_test(read_only_and_watchers),
        cmocka_unit_test(pastes_run_nothing),
        cmocka_unit_test(type_ahead_is_not_for_the_box),
        cmocka_unit_test(a_changed_stage_is_refused),
        cmocka_unit_test(boxes_close_by_themselves),
        cmocka_unit_test(small_screens_only_look),
        cmocka_unit_test(random_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
