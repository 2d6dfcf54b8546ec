/* Themes: the format, its errors, the search path, and the contrast of what we ship.
 * Shows UIX-3. */
#include "unit.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/theme.h"

static const char *const shipped[] = {"dark",         "light",      "high-contrast",
                                      "colour-blind", "terminal16", "mono"};
#define N_SHIPPED (sizeof shipped / sizeof *shipped)

static void load(const char *name, struct theme *t)
{
    char path[64];
    struct err e = ERR_INIT;
    str_fmt(path, sizeof path, "themes/%s.theme", name);
    if (theme_load(path, t, &e) < 0)
        fail_msg("%s", e.text);
    assert_string_equal(t->name, name);
}

static void compiled_in_is_the_file(void **state)
{
    (void)state;
    struct theme a, b;
    theme_builtin(&a);
    load("dark", &b);
    for (int d = 0; d < DEPTHS; d++)
        for (int r = -1; r < ROLES; r++) {
            struct look x = r < 0 ? a.background[d] : a.role[r][d];
            struct look y = r < 0 ? b.background[d] : b.role[r][d];
            if (x.fg != y.fg || x.bg != y.bg || x.attr != y.attr)
                fail_msg("themes/dark.theme and the copy in tui/theme_find.c differ: %s",
                         r < 0 ? "background" : role_word((enum role)r));
        }
}

/* xterm's palette: 6x6x6 cube and greys are fixed; the first sixteen are xterm's own. */
static int32_t palette(int n)
{
    static const int32_t first[16] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
                                      0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
                                      0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff};
    static const int32_t cube[6] = {0, 0x5f, 0x87, 0xaf, 0xd7, 0xff};
    if (n < 16)
        return first[n];
    if (n >= 232)
        return (8 + 10 * (n - 232)) * 0x010101;
    n -= 16;
    return cube[n / 36] << 16 | cube[n / 6 % 6] << 8 | cube[n % 6];
}

/* WCAG 2.1, relative luminance and contrast ratio. */
static double channel(int v)
{
    double c = v / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(int32_t rgb)
{
    return 0.2126 * channel(rgb >> 16 & 255) + 0.7152 * channel(rgb >> 8 & 255) +
           0.0722 * channel(rgb & 255);
}

static double contrast(int32_t a, int32_t b)
{
    double x = luminance(a), y = luminance(b);
    return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

static bool decoration(int role)
{
    return role == ROLE_FRAME || role == ROLE_GRAPH || role == ROLE_LIMIT_WARN ||
           role == ROLE_LIMIT_CRIT || role == ROLE_BOX;
}

static void contrast_known(void **state)
{
    (void)state;
    assert_true(fabs(contrast(0x000000, 0xffffff) - 21.0) < 1e-9);
    assert_true(fabs(contrast(0x777777, 0xffffff) - 4.48) < 0.01); /* WebAIM's example */
}

static void contrast_is_enough(void **state)
{
    (void)state;
    int checked = 0, bad = 0;
    for (size_t i = 0; i < N_SHIPPED; i++) {
        struct theme t;
        load(shipped[i], &t);
        for (int r = 0; r < ROLES; r++)
            for (int d = DEPTH_16; d < DEPTHS; d++) {
                struct look k = t.role[r][d];
                if (k.fg == COLOR_DEFAULT || k.bg == COLOR_DEFAULT)
                    continue; /* the terminal's own colours: not ours to judge */
                bool rgb = d == DEPTH_TRUE;
                double c = contrast(rgb ? k.fg : palette(k.fg), rgb ? k.bg : palette(k.bg));
                double want = decoration(r)                          ? 3.0
                              : !strcmp(shipped[i], "high-contrast") ? 7.0
                                                                     : 4.5;
                if (c < want)
                    print_error("%s: %s in depth %d has contrast %.2f, wanted %.1f\n", shipped[i],
                                role_word((enum role)r), d, c, want);
                bad += c < want;
                checked++;
            }
    }
    assert_int_equal(bad, 0);
    assert_true(checked >= 4 * ROLES * 3 - 10);
}

/* A verdict must be told without colour: the roles differ from plain text in attributes. */
static void mono_tells_trouble(void **state)
{
    (void)state;
    static const enum role loud[] = {ROLE_WARN, ROLE_CRIT, ROLE_UNKNOWN, ROLE_ACT, ROLE_HEADER};
    for (size_t i = 0; i < N_SHIPPED; i++) {
        struct theme t;
        load(shipped[i], &t);
        assert_int_equal(t.role[ROLE_TEXT][DEPTH_MONO].attr, 0);
        for (size_t k = 0; k < sizeof loud / sizeof *loud; k++) {
            assert_true(t.role[loud[k]][DEPTH_MONO].attr != 0);
            assert_int_equal(t.role[loud[k]][DEPTH_MONO].fg, COLOR_DEFAULT);
        }
        assert_true(t.role[ROLE_WARN][DEPTH_MONO].attr != t.role[ROLE_CRIT][DEPTH_MONO].attr);
        assert_true(t.role[ROLE_WARN][DEPTH_MONO].attr != t.role[ROLE_UNKNOWN][DEPTH_MONO].attr);
    }
}

/* Each: lines put in place of the `warn` line of the dark theme, and the error wanted. */
static const struct {
    const char *line, *error;
} broken[] = {
    {"warn #fff 215 yellow - -", "t:17: colour \"#fff\" is not known; allowed is #rrggbb"},
    {"warn #ffg000 215 yellow - -", "t:17: colour \"#ffg000\""},
    {"warn #ffffff/red 215 yellow - -", "t:17: colour \"#ffffff/red\""},
    {"warn #ffffff 256 yellow - -", "t:17: colour \"256\" is not known; allowed is 0 to 255"},
    {"warn #ffffff 215 orange - -", "t:17: colour \"orange\" is not known; allowed is black red"},
    {"warn #ffffff 215 yellow blink -", "t:17: attribute \"blink\" is not known"},
    {"warn #ffffff 215 yellow bold,, -", "t:17: attribute \"\" is not known"},
    {"warn #ffffff 215 yellow bold", "t:17: warn has fewer than the 6 columns"},
    {"warn #ffffff 215 yellow bold - -", "t:17: warn has more than the 6 columns"},
    {"wran #ffffff 215 yellow bold -", "t:17: role \"wran\" is not known (did you mean warn)"},
    {"pass #ffffff 215 yellow bold -", "t:17: pass stands on line 16 already"},
    {"", "role warn is missing"},
};

static char *dark_with(const char *line)
{
    char *text = unit_file("themes/dark.theme", NULL), *at = strstr(text, "\nwarn ");
    struct buf b = BUF_INIT;
    assert_non_null(at);
    buf_add(&b, text, (size_t)(at - text) + 1);
    /* The line under test stands on line 17 whatever the file's comment says. */
    size_t lines = 1;
    for (size_t i = 0; i < b.len; i++)
        lines += b.p[i] == '\n';
    buf_clear(&b);
    for (; lines < 17; lines++)
        buf_adds(&b, "\n");
    buf_add(&b, text, (size_t)(at - text) + 1);
    buf_adds(&b, line);
    buf_adds(&b, strchr(at + 1, '\n'));
    free(text);
    return buf_take(&b);
}

static void errors_name_the_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct theme t;
        struct err e = ERR_INIT;
        char *text = dark_with(broken[i].line);
        assert_int_equal(theme_parse(text, strlen(text), "t", &t, &e), -1);
        if (!strstr(e.text, broken[i].error))
            fail_msg("\"%s\" gave \"%s\", wanted \"%s\"", broken[i].line, e.text, broken[i].error);
        assert_int_equal(e.status, EX_BADDATA);
        free(text);
    }
    struct theme t;
    struct err e = ERR_INIT;
    char *good = dark_with("warn #ffffff\t215   yellow/blue bold,underline  - ; why not");
    assert_int_equal(theme_parse(good, strlen(good), "t", &t, &e), 0);
    assert_int_equal(t.role[ROLE_WARN][DEPTH_TRUE].attr, ATTR_BOLD | ATTR_UNDERLINE);
    assert_int_equal(t.role[ROLE_WARN][DEPTH_16].bg, 4);
    assert_int_equal(t.role[ROLE_WARN][DEPTH_TRUE].bg, t.background[DEPTH_TRUE].bg);
    free(good);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void user_themes_come_first(void **state)
{
    (void)state;
    char dir[] = "/tmp/warroom-theme-XXXXXX", sub[80], path[128];
    struct theme t;
    struct err e = ERR_INIT;
    assert_non_null(mkdtemp(dir));
    str_fmt(sub, sizeof sub, "%s/warroom", dir);
    mkdir(sub, 0700);
    str_fmt(sub, sizeof sub, "%s/warroom/themes", dir);
    mkdir(sub, 0700);
    setenv("XDG_CONFIG_HOME", dir, 1);
    char *own = dark_with("warn #123456 1 red - -");
    str_fmt(path, sizeof path, "%s/mono.theme", sub);
    write_file(path, own);
    assert_int_equal(theme_load("mono", &t, &e), 0);
    assert_int_equal(t.role[ROLE_WARN][DEPTH_TRUE].fg, 0x123456);
    assert_string_equal(t.name, "mono");

    /* A broken one falls back to the compiled-in theme and says the line. */
    write_file(path, "text #ffffff 1 red - -\nwarn bad");
    assert_int_equal(theme_load("mono", &t, &e), -1);
    assert_non_null(strstr(e.text, "mono.theme:2: "));
    assert_string_equal(t.name, "dark");

    char next[32];
    str_fmt(path, sizeof path, "%s/aaa.theme", sub);
    write_file(path, own);
    theme_next("terminal16", next, sizeof next);
    assert_string_equal(next, "aaa");
    theme_next("aaa", next, sizeof next);
    assert_string_equal(next, "colour-blind");
    unlink(path);
    str_fmt(path, sizeof path, "%s/mono.theme", sub);
    unlink(path);
    rmdir(sub);
    str_fmt(sub, sizeof sub, "%s/warroom", dir);
    rmdir(sub);
    rmdir(dir);
    free(own);

    assert_int_equal(theme_load("no-such", &t, &e), -1);
    assert_non_null(strstr(e.text, "no theme \"no-such\""));
    assert_int_equal(theme_load("No Such", &t, &e), -1);
    assert_int_equal(theme_load("dark", &t, &e), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compiled_in_is_the_file), cmocka_unit_test(contrast_known),
        cmocka_unit_test(contrast_is_enough),      cmocka_unit_test(mono_tells_trouble),
        cmocka_unit_test(errors_name_the_line),    cmocka_unit_test(user_themes_come_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
