/* config.yaml: what is taken, what is warned about and where, and that nothing stops. */
#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tui/config.h"
#include "tui/keymap.h"

static void read_text(const char *text, struct config *c, struct buf *warnings)
{
    config_init(c);
    buf_clear(warnings);
    config_read(text, strlen(text), "c", c, warnings);
}

static void sound_values_are_taken(void **state)
{
    (void)state;
    struct config c;
    struct buf w = BUF_INIT;
    setenv("HOME", "/home/anna", 1);
    read_text(
        "theme: light\n"
        "defaults:\n  ascii: true\n  no-color: on\n  mouse: true\n  bell: off\n  read-only: true\n"
        "  session-dir: ~/canaries\n  log-file: /var/log/w\n  as: anna\n",
        &c, &w);
    assert_string_equal(buf_str(&w), "");
    assert_string_equal(c.theme, "light");
    assert_true(c.ascii && c.no_color && c.mouse && !c.bell && c.read_only);
    assert_string_equal(c.session_dir, "/home/anna/canaries");
    assert_string_equal(c.log_file, "/var/log/w");
    assert_string_equal(c.as, "anna");
    buf_free(&w);
}

/* The warnings of a text, and the theme that holds all the same. */
static const struct {
    const char *text, *warnings, *theme;
} faults[] = {
    {"", "", ""},
    {" \n\n", "", ""},
    {"# only a remark\n", "", ""},
    {"theme: light\ncolour: red\n", "c:2:1: colour: an unknown key is not used\n", "light"},
    {"them: light\n", "c:1:1: them: an unknown key is not used (did you mean theme?)\n", ""},
    {"mouse: true\ntheme: light\n", "c:1:1: mouse: stands under defaults: and is not used here\n",
     "light"},
    {"theme: [a]\n", "c:1:8: theme: found a list; allowed is one value\n", ""},
    {"theme:\n", "c:1:7: theme: found nothing; allowed is one value\n", ""},
    {"defaults: 7\ntheme: mono\n", "c:1:11: defaults: found a text; allowed is a mapping\n",
     "mono"},
    {"defaults: {asci: true}\n", "c:1:12: asci: an unknown key is not used (did you mean ascii?)\n",
     ""},
    {"defaults: {bell: maybe}\n", "c:1:18: bell: found \"maybe\"; allowed are true and false\n",
     ""},
    {"[a, b]\n", "c:1:1: config: found a list; allowed is a mapping\n", ""},
    {"keys: {xyzzy: j}\n", "c:1:8: keys.xyzzy: no command is called that\n", ""},
    {"keys: {filtr: j}\n", "c:1:8: keys.filtr: no command is called that (did you mean filter?)\n",
     ""},
    {"keys: {filter: [j]}\n", "c:1:16: keys.filter: found a list; allowed is one key\n", ""},
    {"keys: {advance: j}\n", "c:1:17: keys.advance: j: what acts has the same key everywhere\n",
     ""},
    {"keys: {kill_on: j}\n", "c:1:17: keys.kill_on: j: what acts has the same key everywhere\n",
     ""},
    {"keys: {filter: F}\n",
     "c:1:16: keys.filter: F: capitals act, and a, k and r stay free for Caps Lock\n", ""},
    {"keys: {up: k}\n",
     "c:1:12: keys.up: k: capitals act, and a, k and r stay free for Caps Lock\n", ""},
    {"keys: {filter: '2'}\n", "c:1:16: keys.filter: 2: digits are the views\n", ""},
    {"keys: {filter: q}\n", "c:1:16: keys.filter: q: taken by leave\n", ""},
    {"keys: {filter: ctrl-z}\n", "c:1:16: keys.filter: ctrl-z: taken by suspend\n", ""},
    {"keys: {filter: ctrl-m}\n",
     "c:1:16: keys.filter: ctrl-m: a terminal sends the same for Enter, Tab or Backspace\n", ""},
    {"keys: {filter: F1}\n",
     "c:1:16: keys.filter: F1: not a key; allowed are one character, space and ctrl-a to ctrl-z\n",
     ""},
};

static void faults_are_told_and_stop_nothing(void **state)
{
    (void)state;
    struct config c;
    struct buf w = BUF_INIT;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        read_text(faults[i].text, &c, &w);
        if (strcmp(buf_str(&w), faults[i].warnings) != 0)
            fail_msg("%s:\n%swanted\n%s", faults[i].text, buf_str(&w), faults[i].warnings);
        assert_string_equal(c.theme, faults[i].theme);
        assert_true(c.bell);
    }
    /* broken YAML, an alias, control characters: warned about, with a place, and no crash */
    static const char *const rubbish[] = {"theme: {", "a: &x 1\nb: *x\n", "\x01\x02", "theme: 'x",
                                          "? [",      "theme: \xff\xfe"};
    for (size_t i = 0; i < sizeof rubbish / sizeof *rubbish; i++) {
        read_text(rubbish[i], &c, &w);
        assert_int_equal(strncmp(buf_str(&w), "c:", 2), 0);
    }
    char *longer = xzalloc(1, 2000);
    str_copy(longer, 2000, "defaults: {as: ");
    memset(longer + strlen(longer), 'x', 1500);
    str_fmt(longer + 1515, 100, "}\n");
    read_text(longer, &c, &w);
    assert_string_equal(buf_str(&w), "c:1:16: as: longer than 63 bytes\n");
    assert_string_equal(c.as, "");
    free(longer);
    buf_free(&w);
}

static void own_keys_stand_beside(void **state)
{
    (void)state;
    struct config c;
    struct buf w = BUF_INIT;
    char own[16];
    read_text("keys: {filter: f, freeze: z, page-up: ctrl-b, down: j, zoom: '+'}\n", &c, &w);
    assert_string_equal(buf_str(&w), "");
    assert_int_equal(keymap_find('f', SCOPE_LIVE), CMD_FILTER);
    assert_int_equal(keymap_find('/', SCOPE_LIVE), CMD_FILTER);
    assert_int_equal(keymap_find('z', SCOPE_LIVE), CMD_FREEZE);
    assert_int_equal(keymap_find(2, SCOPE_LIVE), CMD_PAGE_UP);
    assert_int_equal(keymap_find('j', SCOPE_LIVE), CMD_DOWN);
    assert_int_equal(keymap_find(0x0E14, SCOPE_LIVE), CMD_FILTER); /* f on a Thai keyboard */
    keymap_own(CMD_PAGE_UP, own, sizeof own);
    assert_string_equal(own, "ctrl-b");
    keymap_own(CMD_FILTER, own, sizeof own);
    assert_string_equal(own, "f");
    keymap_own(CMD_HELP, own, sizeof own);
    assert_string_equal(own, "");
    read_text("keys: {mark: f}\n", &c, &w);
    assert_string_equal(buf_str(&w), "c:1:14: keys.mark: f: taken by filter\n");
    assert_int_equal(keymap_find('b', SCOPE_LIVE), CMD_MARK);
    for (const char *k = "akr"; *k; k++)
        assert_int_equal(keymap_find(*k, SCOPE_LIVE), -1);
    buf_free(&w);
}

static void files(void **state)
{
    (void)state;
    char dir[] = "/tmp/warroom-config-XXXXXX", path[128];
    struct config c;
    struct buf w = BUF_INIT, where = BUF_INIT;
    assert_non_null(mkdtemp(dir));
    setenv("XDG_CONFIG_HOME", dir, 1);
    config_load(&c, &w); /* none: no word */
    assert_string_equal(buf_str(&w), "");
    str_fmt(path, sizeof path, "%s/warroom", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    str_fmt(path, sizeof path, "%s/warroom/config.yaml", dir);
    config_path(&where);
    assert_string_equal(where.p, path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("theme: mono\n", f);
    fclose(f);
    config_load(&c, &w);
    assert_string_equal(buf_str(&w), "");
    assert_string_equal(c.theme, "mono");
    f = fopen(path, "w");
    assert_non_null(f);
    for (int i = 0; i < 70000; i++)
        fputc('#', f);
    fclose(f);
    config_load(&c, &w);
    assert_non_null(strstr(buf_str(&w), "more than 64 KiB"));
    remove(path);
    assert_int_equal(mkdir(path, 0700), 0); /* a folder in its place */
    buf_clear(&w);
    config_load(&c, &w);
    assert_non_null(strstr(buf_str(&w), "cannot be read"));
    rmdir(path);
    str_fmt(path, sizeof path, "%s/warroom", dir);
    rmdir(path);
    rmdir(dir);
    buf_free(&w);
    buf_clear(&where);
    setenv("XDG_CONFIG_HOME", "relative/is/ignored", 1);
    config_path(&where);
    assert_string_equal(where.p, "/home/anna/.config/warroom/config.yaml");
    buf_free(&where);
}

static void every_row_is_documented(void **state)
{
    (void)state;
    char *doc = unit_file("docs/config.md", NULL), line[200];
    static const struct {
        const char *section, *key, *value, *doc;
    } rows[] = {
#define X(section, key, kind, field, value, doc) {section, key, value, doc},
#include "tui/config.def"
#undef X
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str_fmt(line, sizeof line, "| `%s%s%s` | %s | %s |\n", rows[i].section,
                *rows[i].section ? "." : "", rows[i].key, rows[i].value, rows[i].doc);
        if (!strstr(doc, line))
            fail_msg("docs/config.md lacks the row: %s", line);
    }
    free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_values_are_taken),
        cmocka_unit_test(faults_are_told_and_stop_nothing),
        cmocka_unit_test(own_keys_stand_beside),
        cmocka_unit_test(files),
        cmocka_unit_test(every_row_is_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
