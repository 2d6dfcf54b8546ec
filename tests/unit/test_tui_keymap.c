/* The key table: against the table of intents, against itself, and through foreign keyboards. */
#include "unit.h"

#include "tui/keymap.h"

static void every_intent_has_its_row(void **state)
{
    (void)state;
    for (int k = 0; k < INTENTS; k++) {
        const struct intent_row *in = intent_row((enum intent_kind)k);
        const struct key_row *row = NULL;
        for (int c = 0; c < COMMANDS; c++)
            if (keymap_row((enum command)c)->intent == k) {
                assert_null(row); /* one row an intent */
                row = keymap_row((enum command)c);
            }
        if (!row)
            fail_msg("keys.def has no row for %s", in->word);
        assert_string_equal(row->word, in->word);
        assert_int_equal(row->key, in->key);
        assert_int_equal(*row->verb != '\0', in->box == BOX_WORD);
        assert_true(row->group == GROUP_ACT || row->group == GROUP_TALK);
        /* What touches production is a capital, or has no key at all. */
        if (in->production)
            assert_true((!row->key || (row->key >= 'A' && row->key <= 'Z')) &&
                        row->group == GROUP_ACT);
        if (row->group == GROUP_TALK)
            assert_true(!in->production);
    }
}

static void rows_are_sound(void **state)
{
    (void)state;
    for (int c = 0; c < COMMANDS; c++) {
        const struct key_row *row = keymap_row((enum command)c);
        const char *near;
        assert_true(strlen(row->doc) > 5);
        assert_true(row->key ? *row->shown : !*row->shown);
        assert_int_equal(keymap_word(row->word, row->scope, &near), c);
        if (row->key)
            assert_int_equal(keymap_find(row->key, row->scope), c);
        /* No action exists in a replay; capitals only act. */
        if (row->intent >= 0)
            assert_int_equal(row->scope, SCOPE_LIVE);
        if (row->key >= 'A' && row->key <= 'Z')
            assert_int_equal(row->group, GROUP_ACT);
        for (const char *w = row->word; *w; w++)
            assert_true((*w >= 'a' && *w <= 'z') || *w == '-' || *w == '_');
        for (const char *v = row->verb; *v; v++) /* digits pick reasons, so words have none */
            assert_true(*v >= 'a' && *v <= 'z');
    }
    for (const char *k = "akrAKR"; *k; k++)
        assert_int_equal(keymap_find(*k, SCOPE_REPLAY), -1);
    for (const char *k = "akrhg"; *k; k++)
        assert_int_equal(keymap_find(*k, SCOPE_LIVE), -1);
}

static void words_are_guessed(void **state)
{
    (void)state;
    const char *near;
    assert_int_equal(keymap_word("rolback", SCOPE_LIVE, &near), -1);
    assert_string_equal(near, "rollback");
    assert_int_equal(keymap_word("rollback", SCOPE_REPLAY, &near), -1);
    assert_int_equal(keymap_word("xyzzy", SCOPE_LIVE, &near), -1);
    assert_null(near);
    assert_int_equal(keymap_word("", SCOPE_LIVE, &near), -1);
}

/* What a keyboard types at the place of a Latin key. */
static const struct {
    const char *keyboard;
    int typed;
    int command; /* -1: unbound */
} typed[] = {
    {"thai A", 0x0E24, CMD_ADVANCE},
    {"thai R", 0x0E11, CMD_ROLLBACK},
    {"thai K", 0x0E29, CMD_KILL_ON},
    {"thai U", 0x0E4A, CMD_KILL_OFF},
    {"thai H", 0x0E47, CMD_HOLD},
    {"thai G", 0x0E0C, CMD_GO},
    {"thai m", 0x0E17, CMD_SIGNAL},
    {"thai p", 0x0E22, CMD_PARK},
    {"thai b", 0x0E34, CMD_MARK},
    {"thai c", 0x0E41, CMD_CHECKPOINT},
    {"thai q", 0x0E46, CMD_LEAVE},
    {"thai t", 0x0E30, CMD_THEME},
    {"thai u", 0x0E35, CMD_GRAPHS},
    {"thai 1", 0x0E45, CMD_LIVE},
    {"thai digit 1", 0x0E51, CMD_LIVE},
    {"thai ?", 0x0E26, CMD_HELP},
    {"thai :", 0x0E0B, CMD_COMMAND},
    {"thai /", 0x0E1D, CMD_FILTER},
    {"thai a", 0x0E1F, -1},
    {"thai k", 0x0E32, -1},
    {"thai r", 0x0E1E, -1},
    {"turkish dotless i", 0x0131, CMD_HANDOVER},
    {"turkish q", 'q', CMD_LEAVE},
    {"another script", 0x4E00, -1},
    {"nothing", 0, -1},
};

static void keyboards(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
        if (keymap_find(typed[i].typed, SCOPE_LIVE) != typed[i].command)
            fail_msg("%s: command %d, wanted %d", typed[i].keyboard,
                     keymap_find(typed[i].typed, SCOPE_LIVE), typed[i].command);
    assert_int_equal(keymap_latin(0x0131), 'i');
    assert_int_equal(keymap_latin('x'), 'x');
    assert_int_equal(keymap_latin(KEY_UP_), KEY_UP_);
}

static void every_row_is_documented(void **state)
{
    (void)state;
    char *doc = unit_file("docs/screens-and-keys.md", NULL), line[300];
    for (int c = 0; c < COMMANDS; c++) {
        const struct key_row *row = keymap_row((enum command)c);
        const char *tick = row->key ? "`" : "";
        str_fmt(line, sizeof line, "| %s%s%s | `%s` | %s |\n", tick, row->key ? row->shown : "-",
                tick, row->word, row->doc);
        if (!strstr(doc, line))
            fail_msg("docs/screens-and-keys.md lacks the row: %s", line);
    }
    free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_intent_has_its_row), cmocka_unit_test(rows_are_sound),
        cmocka_unit_test(words_are_guessed),        cmocka_unit_test(keyboards),
        cmocka_unit_test(every_row_is_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
