/* Completion scripts: nothing of the commands and options is missing in any of the three. */
#include "unit.h"

#include "tui/cmd/completion.h"

static const char *const words[] = {
#define X(word, fn, doc) word,
#include "tui/cmd/commands.def"
#undef X
};
#define N_WORDS (sizeof words / sizeof *words)

static const struct comp_command *find(const struct comp_command *c, const char *word)
{
    for (size_t i = 0; i < N_WORDS; i++)
        if (!strcmp(c[i].word, word))
            return &c[i];
    fail_msg("no command %s", word);
    return NULL;
}

static const struct comp_opt *opt(const struct comp_command *c, const char *name)
{
    for (size_t i = 0; i < c->n_opts; i++)
        if (!strcmp(c->opts[i].name, name))
            return &c->opts[i];
    fail_msg("%s takes no %s", c->word, name);
    return NULL;
}

static void everything_is_learned(void **state)
{
    (void)state;
    size_t n, n_common;
    struct comp_command *c = completion_learn(&n);
    const struct cmd_opt *common = cmd_common_opts(&n_common);
    assert_int_equal(n, N_WORDS);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(c[i].word, words[i]);
        assert_true(c[i].n_opts > n_common && c[i].n_opts < COMP_OPTS);
        for (size_t k = 0; k < n_common; k++)
            opt(&c[i], common[k].name);
        opt(&c[i], "--help");
    }
    assert_non_null(strstr(find(c, "demo")->words, "kill-switch-down"));
    assert_int_equal(opt(find(c, "demo"), "--session")->kind, COMP_FILE);
    assert_int_equal(find(c, "run")->args, COMP_FILE);
    assert_int_equal(find(c, "resume")->args, COMP_SESSION);
    assert_string_equal(find(c, "completion")->words, "bash zsh fish");
    assert_non_null(strstr(find(c, "plan")->words, "check"));
    assert_int_equal(opt(find(c, "run"), "--session-dir")->kind, COMP_DIR);
    assert_int_equal(opt(find(c, "run"), "--theme")->kind, COMP_WORDS);
    assert_non_null(strstr(opt(find(c, "run"), "--theme")->words, "high-contrast"));
    assert_string_equal(opt(find(c, "run"), "--json")->value, "");
    free(c);
}

/* As the shells write an option. */
static void scripts_hold_it_all(void **state)
{
    (void)state;
    static const struct {
        void (*fn)(const struct comp_command *c, size_t n, struct buf *out);
        const char *option;
    } shells[] = {{completion_bash, "--"}, {completion_zsh, "'--"}, {completion_fish, "-l "}};
    size_t n;
    struct comp_command *c = completion_learn(&n);
    for (size_t s = 0; s < 3; s++) {
        struct buf out = BUF_INIT;
        char want[64];
        shells[s].fn(c, n, &out);
        for (size_t i = 0; i < n; i++) {
            assert_non_null(strstr(out.p, c[i].word));
            for (size_t k = 0; k < c[i].n_opts; k++) {
                str_fmt(want, sizeof want, "%s%s", shells[s].option, c[i].opts[k].name + 2);
                if (!strstr(out.p, want))
                    fail_msg("shell %zu lacks %s of %s", s, want, c[i].word);
            }
        }
        int quotes = 0;
        for (const char *p = out.p; *p; p++)
            quotes += *p == '\'' && (p == out.p || p[-1] != '\\');
        assert_int_equal(quotes % 2, 0);
        buf_free(&out);
    }
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_learned),
        cmocka_unit_test(scripts_hold_it_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
