/* The app over a room made by hand: where keys go, what is submitted, what the screen keeps. The
 * fake room asks the real guard. Virtual time. */
#include "unit.h"

#include "base/text.h"
#include "scene_acting.h"
#include "tui/app_int.h"

/* ---- a room that takes notes ---- */

struct room {
    struct fix *f;
    bool read_only;
    int submitted, production;
    struct intent last;
    char note[160];
    const struct app *app;
};

const struct state *room_state(const struct room *r)
{
    return &r->f->st;
}

const struct judge *room_judge(const struct room *r)
{
    return &r->f->j;
}

void room_health(const struct room *r, struct journal_health *out)
{
    *out = r->f->health;
}

int64_t room_now(const struct room *r)
{
    return r->f->s.now_ms;
}

struct guard_env room_guard_env(const struct room *r)
{
    return (struct guard_env){
        .read_only = r->read_only, .recording = true, .now_ms = r->f->s.now_ms};
}

int room_submit(struct room *r, const struct intent *in, struct err *why)
{
    struct guard_env env = room_guard_env(r);
    if (guard_check(&r->f->st, &r->f->j, in, &env, why) < 0)
        return -1;
    r->submitted++;
    r->last = *in;
    if (!intent_row(in->kind)->production)
        return 0;
    r->production++;
    /* Whatever keys came: a word was typed, or it is the kill switch's y. */
    const struct prompt *p = &r->app->prompt;
    assert_true(p->open && p->row->intent == (int)in->kind);
    if (in->kind != INTENT_KILL_ON)
        assert_string_equal(p->t.word, p->row->verb);
    return 0;
}

void room_note(struct room *r, const char *op, const char *why)
{
    str_fmt(r->note, sizeof r->note, "%s: %s", op, why);
}

/* ---- fixture ---- */

struct seat {
    struct room room;
    struct app_opts o;
    struct app a;
    int64_t ms;
};

static struct seat *sit(int w, int h)
{
    struct seat *t = xzalloc(1, sizeof *t);
    t->room.f = acting(6);
    t->room.f->plan.rules = (struct rules){1, 3, 5, 2.0};
    t->room.app = &t->a;
    t->o = (struct app_opts){.actor = "anna", .role = "ic", .session_path = "s.wr"};
    t->a.room = &t->room;
    t->a.o = &t->o;
    t->a.rank = -1;
    t->a.ui.braille = true;
    t->ms = 1000000;
    canvas_init(&t->a.canvas, w, h);
    canvas_init(&t->a.frozen, w, h);
    app_resize(&t->a, w, h);
    app_look(&t->a);
    app_draw(&t->a, t->ms);
    return t;
}

static void leave(struct seat *t)
{
    canvas_release(&t->a.canvas);
    canvas_release(&t->a.frozen);
    fix_free(t->room.f);
    free(t);
}

/* Types like a person: 60 ms a key, 400 ms before a box is answered. `\n` Enter, `\x1b` Esc, `\t`
 * Tab, `\b` Backspace. */
static void type(struct seat *t, const char *keys)
{
    while (*keys) {
        int32_t cp;
        keys += text_next(keys, strlen(keys), &cp);
        int key = cp == '\n'     ? KEY_ENTER_
                  : cp == '\x1b' ? KEY_ESC_
                  : cp == '\t'   ? KEY_TAB_
                  : cp == '\b'   ? KEY_BACKSPACE_
                                 : cp;
        bool box = t->a.prompt.open && t->a.prompt.opened_ms + 300 > t->ms;
        t->ms += box && t->a.prompt.box != BOX_YES ? 400 : 60;
        app_tick(&t->a, t->ms);
        app_look(&t->a);
        app_keys(&t->a, &key, 1, t->ms);
    }
}

static char *picture(struct seat *t)
{
    struct buf b = BUF_INIT;
    app_look(&t->a);
    app_draw(&t->a, t->ms);
    canvas_dump(&t->a.canvas, false, &b);
    return buf_take(&b);
}

static void expect_on_screen(struct seat *t, const char *text)
{
    char *p = picture(t);
    if (!strstr(p, text))
        fail_msg("\"%s\" is not on the screen:\n%s", text, p);
    free(p);
}

/* ---- keys to intents ---- */

static const struct {
    const char *name, *keys;
    int intent; /* -1: nothing may be submitted */
    const char *reason, *message;
} rows[] = {
    {"kill switch on", "Ky", INTENT_KILL_ON, "", "kill_on asked for"},
    {"thai keyboard", "ษั", INTENT_KILL_ON, "", "kill_on asked for"},
    {"small k", "ky", -1, NULL, "y does nothing here"},
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

/* ---- the screen's own ---- */

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
        cmocka_unit_test(leaving_asks),
        cmocka_unit_test(filter_and_line),
        cmocka_unit_test(help_is_searched),
        cmocka_unit_test(frozen_picture),
        cmocka_unit_test(graph_styles_go_round),
        cmocka_unit_test(the_verdict_is_told_once),
        cmocka_unit_test(random_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
