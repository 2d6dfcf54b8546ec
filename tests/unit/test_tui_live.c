/* Keys of the live view: the focus walks what is seen, Esc only ever goes back, a scrolled log
 * stays where it is. */
#include "unit.h"

#include "scene_cases.h"
#include "tui/screen.h"

static enum handled press(struct fix *f, int key)
{
    return view_live.key_fn(&f->ui, &f->s, key);
}

static struct fix *at_size(size_t metrics, int w, int h)
{
    struct fix *f = fix_new(metrics);
    f->ui.w = w;
    f->ui.h = h;
    return f;
}

/* Keys pressed one after another, and the focus after each. */
static const struct {
    const char *name;
    void (*make)(struct fix *f);
    size_t metrics;
    int w, h;
    struct {
        int key, focus;
    } steps[6];
} walks[] = {
    {"a table in the plan's order",
     case_healthy,
     6,
     80,
     24,
     {{KEY_TAB_, 1},
      {KEY_DOWN_, 2},
      {KEY_UP_, 1},
      {KEY_BACKTAB_, 0},
      {KEY_BACKTAB_, 6},
      {KEY_TAB_, 0}}},
    {"boxes: down is a row further",
     case_healthy,
     6,
     120,
     36,
     {{KEY_DOWN_, 3},
      {KEY_RIGHT_, 4},
      {KEY_UP_, 1},
      {KEY_LEFT_, 0},
      {KEY_LEFT_, 5},
      {KEY_DOWN_, 2}}},
    {"many: trouble is first",
     case_far_breach,
     32,
     80,
     24,
     {{KEY_BACKTAB_, 29},
      {KEY_BACKTAB_, 30},
      {KEY_BACKTAB_, 32},
      {KEY_TAB_, 30},
      {KEY_TAB_, 29},
      {KEY_TAB_, 0}}},
};

static void test_focus(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof walks / sizeof *walks; i++) {
        struct fix *f = at_size(walks[i].metrics, walks[i].w, walks[i].h);
        walks[i].make(f);
        for (size_t k = 0; k < 6; k++) {
            assert_int_equal(press(f, walks[i].steps[k].key), HANDLED_REDRAW);
            if (f->ui.focus != walks[i].steps[k].focus)
                fail_msg("%s, key %zu: focus %d", walks[i].name, k + 1, f->ui.focus);
        }
        fix_free(f);
    }
}

/* The focused row is on the screen wherever the focus is, and trouble with it. */
static void test_focus_is_seen(void **state)
{
    (void)state;
    struct fix *f = at_size(256, 80, 24);
    struct canvas c;
    case_far_breach(f);
    canvas_init(&c, 80, 24);
    for (int i = 0; i < 257; i++) {
        bool focus = false, crit = false, blind = false;
        draw_scene(&c, &f->s);
        for (int y = 0; y < 24; y++) {
            const struct cell *row = c.cells + y * 80;
            focus |= row[1].role == ROLE_FOCUS && row[1].ch[0] == '>';
            crit |= row[2].role == ROLE_CRIT && !strcmp(row[0].ch, "■") && y > 2;
            blind |= row[2].role == ROLE_UNKNOWN && row[0].ch[0] == '?';
        }
        focus |= f->ui.focus == 256; /* the stages have it */
        if (!focus || !crit || !blind)
            fail_msg("at focus %d: focus %d crit %d blind %d", f->ui.focus, focus, crit, blind);
        press(f, KEY_TAB_);
    }
    assert_int_equal(f->ui.focus, 0);
    canvas_release(&c);
    fix_free(f);
}

static void test_back(void **state)
{
    (void)state;
    struct fix *f = at_size(6, 80, 24);
    str_copy(f->ui.filter, sizeof f->ui.filter, "stage");
    press(f, KEY_PGUP_);
    press(f, KEY_ENTER_);
    assert_true(f->ui.zoom && f->ui.scroll > 0);
    assert_int_equal(press(f, KEY_ESC_), HANDLED_REDRAW);
    assert_true(!f->ui.zoom && f->ui.scroll > 0);
    assert_int_equal(press(f, KEY_ESC_), HANDLED_REDRAW);
    assert_true(!f->ui.scroll && *f->ui.filter);
    assert_int_equal(press(f, KEY_ESC_), HANDLED_REDRAW);
    assert_true(!*f->ui.filter);
    assert_int_equal(press(f, KEY_ESC_), HANDLED_NO);
    for (int key = ' '; key < 127; key++) /* letters and digits are not this view's */
        assert_int_equal(press(f, key), HANDLED_NO);
    fix_free(f);
}

static void newest_row(struct fix *f, struct canvas *c, char *out, size_t size)
{
    draw_scene(c, &f->s);
    struct buf b = BUF_INIT;
    for (int x = 0; x < c->w; x++)
        buf_adds(&b, c->cells[(c->h - 4) * c->w + x].ch);
    str_copy(out, size, buf_str(&b));
    buf_free(&b);
}

static void test_scroll_stays(void **state)
{
    (void)state;
    struct fix *f = at_size(6, 80, 24);
    struct canvas c;
    char before[256], after[256];
    canvas_init(&c, 80, 24);
    for (int i = 0; i < 30; i++)
        fix_log(f, EV_SIGNAL, (int64_t)i * FIX_MIN, i % 2 ? ":01 | odd line" : ":02 | even line");
    press(f, KEY_PGUP_);
    newest_row(f, &c, before, sizeof before);
    for (int i = 0; i < 3; i++)
        fix_log(f, EV_SIGNAL, 30 * FIX_MIN, ":30 | a new line");
    newest_row(f, &c, after, sizeof after);
    assert_string_equal(before, after);
    press(f, KEY_END_);
    newest_row(f, &c, after, sizeof after);
    assert_non_null(strstr(after, "a new line"));
    str_copy(f->ui.filter, sizeof f->ui.filter, "ODD");
    newest_row(f, &c, after, sizeof after);
    assert_non_null(strstr(after, "odd line"));
    press(f, KEY_HOME_);
    newest_row(f, &c, after, sizeof after);
    canvas_release(&c);
    fix_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_focus),
        cmocka_unit_test(test_focus_is_seen),
        cmocka_unit_test(test_back),
        cmocka_unit_test(test_scroll_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
