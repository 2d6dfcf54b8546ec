/* The canvas: clipping, wide and combining characters, ASCII likenesses, boxes, dumps. */
#include "unit.h"

#include "base/text.h"
#include "tui/ascii.h"
#include "tui/canvas.h"

static void expect_dump(const struct canvas *c, bool roles, const char *want)
{
    struct buf b = BUF_INIT;
    canvas_dump(c, roles, &b);
    assert_string_equal(buf_str(&b), want);
    buf_free(&b);
}

/* One call of canvas_text on a canvas of 8 x 1. */
static const struct {
    const char *name;
    int x, max;
    const char *text;
    int used;
    const char *row, *ascii_row;
} texts[] = {
    {"plain", 0, -1, "abc", 3, "abc\n", "abc\n"},
    {"cut by the edge", 5, -1, "abcdef", 3, "     abc\n", "     abc\n"},
    {"cut by max", 0, 2, "abcdef", 2, "ab\n", "ab\n"},
    {"starts left of the edge", -2, 8, "abcdef", 6, "cdef\n", "cdef\n"},
    {"wholly left", -9, 8, "abc", 3, "\n", "\n"},
    {"right of the edge", 9, 5, "abc", 3, "\n", "\n"},
    {"wide", 0, -1, "a漢b", 4, "a漢b\n", "a??b\n"},
    {"wide does not fit", 0, 2, "a漢", 1, "a\n", "a\n"},
    {"wide over the right edge", 7, 2, "漢", 2, "\n", "       ?\n"},
    {"wide over the left edge", -1, -1, "漢b", 3, " b\n", "?b\n"},
    {"thai", 0, -1, "เฝ้าดู x", 6, "เฝ้าดู x\n", "???? x\n"},
    {"thai sara am", 0, -1, "น้ำ.", 3, "น้ำ.\n", "??.\n"},
    {"combining latin", 0, -1, "e\xCC\x81z", 2, "e\xCC\x81z\n", "ez\n"},
    {"mark without a letter", 0, -1, "\xCC\x81z", 1, "z\n", "z\n"},
    {"control", 0, -1, "a\x1b\a\nb\x7f", 2, "ab\n", "ab\n"},
    {"broken byte", 0, -1, "a\xFFz", 3, "a\xEF\xBF\xBDz\n", "a?z\n"},
    {"turkish", 0, -1, "ığüşöçİ", 7, "ığüşöçİ\n", "igusocI\n"},
    {"signs", 0, -1, "▲■→…·━≥", 7, "▲■→…·━≥\n", "!#>~.->\n"},
    {"blocks", 0, -1, "▁▂▃▄▅▆▇█", 8, "▁▂▃▄▅▆▇█\n", "_.:-=+*#\n"},
    {"frames", 0, -1, "┌┬┐├┼└│─", 8, "┌┬┐├┼└│─\n", "++++++|-\n"},
    {"braille", 0, -1, "⠉⠒⣀⠑⡠⣿⠀", 7, "⠉⠒⣀⠑⡠⣿⠀\n", "'-.'.#\n"},
    {"steep braille", 0, -1, "⡈⢁", 2, "⡈⢁\n", "/\\\n"},
};

static void text_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (int ascii = 0; ascii < 2; ascii++) {
            struct canvas c;
            canvas_init(&c, 8, 1);
            c.ascii = ascii;
            int used = canvas_text(&c, texts[i].x, 0, texts[i].max, ROLE_TEXT, texts[i].text);
            struct buf b = BUF_INIT;
            canvas_dump(&c, false, &b);
            const char *want = ascii ? texts[i].ascii_row : texts[i].row;
            if (used != texts[i].used || strcmp(buf_str(&b), want))
                fail_msg("%s%s: used %d, drew \"%s\" (wanted %d, \"%s\")", texts[i].name,
                         ascii ? " (ascii)" : "", used, buf_str(&b), texts[i].used, want);
            buf_free(&b);
            canvas_release(&c);
        }
}

static void every_row_keeps_its_width(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, 12, 1);
    /* Writing over either half of a wide character leaves a blank, never half a character. */
    for (int x = 0; x < 12; x++) {
        canvas_clear(&c);
        canvas_text(&c, 0, 0, -1, ROLE_TEXT, "漢字漢字漢字");
        canvas_text(&c, x, 0, -1, ROLE_WARN, "y");
        struct buf b = BUF_INIT;
        for (int i = 0; i < c.w; i++)
            buf_adds(&b, c.cells[i].ch);
        assert_int_equal(text_width(buf_str(&b)), 12);
        for (int i = 0; i < c.w; i++)
            assert_true(!c.cells[i].wide || (i + 1 < c.w && !c.cells[i + 1].ch[0]));
        buf_free(&b);
    }
    canvas_clear(&c);
    canvas_text(&c, 1, 0, -1, ROLE_TEXT, "漢字");
    canvas_text(&c, 2, 0, -1, ROLE_TEXT, "語"); /* wide over two halves */
    expect_dump(&c, false, "  語\n");
    canvas_release(&c);
}

static void long_grapheme_stays_in_its_cell(void **state)
{
    (void)state;
    struct canvas c;
    struct buf b = BUF_INIT;
    canvas_init(&c, 4, 1);
    buf_adds(&b, "a");
    for (int i = 0; i < 40; i++)
        buf_adds(&b, "\xCC\x81");
    buf_adds(&b, "b");
    assert_int_equal(canvas_text(&c, 0, 0, -1, ROLE_TEXT, b.p), 2);
    assert_true(strlen(c.cells[0].ch) < CELL_BYTES);
    assert_string_equal(c.cells[1].ch, "b");
    buf_free(&b);
    canvas_release(&c);
}

static void boxes_and_rules(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, 20, 4);
    canvas_box(&c, 0, 0, 20, 3, ROLE_FRAME, "p95", "WARN");
    canvas_rule(&c, 3, "LOG", "14");
    expect_dump(&c, true,
                "┌─ p95 ───── WARN ─┐\n"
                "│                  │\n"
                "└──────────────────┘\n"
                "─ LOG ───────── 14 ─\n"
                "-- roles\n"
                "ffftttfffffffddddfff\n"
                "f                  f\n"
                "ffffffffffffffffffff\n"
                "fftttfffffffffffddff\n");
    canvas_release(&c);
}

static void narrow_boxes_drop_the_note(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, 12, 6);
    canvas_box(&c, 0, 0, 12, 2, ROLE_CRIT, "long title here", "note");
    canvas_box(&c, 0, 2, 12, 2, ROLE_CRIT, "", "note");
    canvas_box(&c, 8, 4, 20, 9, ROLE_BOX, "over the edge", "");
    canvas_box(&c, 3, 3, 1, 1, ROLE_BOX, "x", "y"); /* too small: nothing */
    expect_dump(&c, false,
                "┌─ long t ─┐\n"
                "└──────────┘\n"
                "┌─── note ─┐\n"
                "└──────────┘\n"
                "        ┌─ o\n"
                "        │\n");
    assert_int_equal(c.cells[3].role, ROLE_CRIT);
    canvas_release(&c);
}

static void fill_and_role_clip(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, 5, 3);
    canvas_fill(&c, -3, -3, 5, 5, ROLE_PASS, "x");
    canvas_fill(&c, 3, 2, 99, 99, ROLE_PASS, "漢");
    canvas_role(&c, 1, 1, 99, 1, ROLE_WARN);
    canvas_fill(&c, 0, 2, 3, 1, ROLE_TEXT, "");
    expect_dump(&c, true, "xx\nxx\n   漢\n-- roles\npp\npwwww\n   pp\n");
    assert_int_equal(canvas_textf(&c, 0, 2, -1, ROLE_TEXT, "%d%%", 42), 3);
    assert_string_equal(c.cells[12].ch, "%");
    canvas_release(&c);
}

static void resize_and_empty(void **state)
{
    (void)state;
    struct canvas c;
    canvas_init(&c, 0, 0);
    canvas_text(&c, 0, 0, -1, ROLE_TEXT, "abc");
    canvas_box(&c, 0, 0, 4, 4, ROLE_BOX, "a", "b");
    canvas_rule(&c, 0, "a", "b");
    expect_dump(&c, true, "-- roles\n");
    canvas_resize(&c, 3, 2);
    canvas_text(&c, 0, 1, -1, ROLE_TEXT, "abcdef");
    expect_dump(&c, false, "\nabc\n");
    canvas_resize(&c, 3, 2);
    expect_dump(&c, false, "\n\n");
    canvas_resize(&c, -4, 2);
    assert_int_equal(c.w, 0);
    canvas_release(&c);
}

static void ascii_is_ascii(void **state)
{
    (void)state;
    for (int32_t cp = 0x80; cp < 0x30000; cp++) {
        char a = ascii_of(cp);
        assert_true(a >= 0x20 && a < 0x7F);
    }
    assert_int_equal(ascii_of(0x256D), '+');
    assert_int_equal(ascii_of(0x2551), '|');
    assert_int_equal(ascii_of(0x257F), '|');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_table),
        cmocka_unit_test(every_row_keeps_its_width),
        cmocka_unit_test(long_grapheme_stays_in_its_cell),
        cmocka_unit_test(boxes_and_rules),
        cmocka_unit_test(narrow_boxes_drop_the_note),
        cmocka_unit_test(fill_and_role_clip),
        cmocka_unit_test(resize_and_empty),
        cmocka_unit_test(ascii_is_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
