/* warroom completion bash|zsh|fish: from the table of commands and the options each one parses. */
#include "tui/cmd/completion.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "sim/sim.h"
#include "tui/theme.h"

static const struct {
    const char *word;
    int (*fn)(int argc, char **argv);
    const char *doc;
} commands[] = {
#define X(word, fn, doc) {word, fn, doc},
#include "tui/cmd/commands.def"
#undef X
};
#define N_COMMANDS (sizeof commands / sizeof *commands)

static void add_word(char *words, size_t size, const char *word, size_t n)
{
    size_t have = strlen(words);
    str_fmt(words + have, size - have, "%s%.*s", have ? " " : "", (int)n, word);
}

static void theme_words(char *out, size_t size)
{
    char first[64], name[64];
    theme_next("", first, sizeof first);
    str_copy(name, sizeof name, first);
    do {
        add_word(out, size, name, strlen(name));
        theme_next(name, name, sizeof name);
    } while (strcmp(name, first) != 0);
}

/* "csv|jsonl" are words, FILE and DIR what they say; anything else only the user knows. */
static void learn_value(struct comp_opt *o, const char *value)
{
    str_copy(o->value, sizeof o->value, value);
    if (!strcmp(o->name, "--theme")) {
        o->kind = COMP_WORDS;
        theme_words(o->words, sizeof o->words);
    } else if (strchr(value, '|') && islower((unsigned char)*value)) {
        o->kind = COMP_WORDS;
        for (const char *s = value; *s; s += strspn(s, "|")) {
            add_word(o->words, sizeof o->words, s, strcspn(s, "|"));
            s += strcspn(s, "|");
        }
    } else if (!strncmp(value, "FILE", 4) || !strcmp(value, "PLAN")) {
        o->kind = COMP_FILE;
    } else if (!strcmp(value, "DIR")) {
        o->kind = COMP_DIR;
    }
}

static void learn_opt(struct comp_command *c, const struct cmd_opt *from)
{
    if (c->n_opts == COMP_OPTS)
        return;
    struct comp_opt *o = &c->opts[c->n_opts++];
    o->name = from->name;
    o->doc = from->doc;
    if (from->value)
        learn_value(o, from->value);
}

/* The usage line's words before its first option: "warroom plan check PLAN [--json]". */
static void learn_args(struct comp_command *c, const char *usage)
{
    size_t skip = strlen("warroom ") + strlen(c->word), end;
    const char *s = strlen(usage) > skip ? usage + skip : "";
    for (s += strspn(s, " "); *s && *s != '-' && strncmp(s, "[-", 2) != 0;
         s += end, s += strspn(s, " ")) {
        end = strcspn(s, " ");
        if (!strncmp(s, "[SCENARIO", 9))
            for (const char *const *name = sim_scenarios(); *name; name += 2)
                add_word(c->words, sizeof c->words, *name, strlen(*name));
        else if (!strncmp(s, "SESSION", 7))
            c->args = COMP_SESSION;
        else if (!strncmp(s, "PLAN", 4) || !strncmp(s, "[FILE", 5) || !strncmp(s, "FILE", 4))
            c->args = COMP_FILE;
        else
            for (size_t at = 0, n; at < end; at += n + 1) {
                n = strcspn(s + at, "| ");
                if (islower((unsigned char)s[at]))
                    add_word(c->words, sizeof c->words, s + at, n);
            }
    }
}

static void learn(void *ctx, const struct cmd_spec *spec)
{
    static const struct cmd_opt help = {"--help", NULL, NULL, NULL, "tells more"};
    struct comp_command *c = ctx;
    size_t n;
    const struct cmd_opt *common = cmd_common_opts(&n);
    learn_args(c, spec->usage);
    for (size_t i = 0; i < spec->n_opts; i++)
        learn_opt(c, &spec->opts[i]);
    for (size_t i = 0; i < n; i++)
        learn_opt(c, &common[i]);
    learn_opt(c, &help);
}

struct comp_command *completion_learn(size_t *n)
{
    struct comp_command *list = xzalloc(N_COMMANDS, sizeof *list);
    for (size_t i = 0; i < N_COMMANDS; i++) {
        char word[32];
        char *argv[] = {word, NULL};
        list[i].word = commands[i].word;
        list[i].doc = commands[i].doc;
        str_copy(word, sizeof word, commands[i].word);
        cmd_describe(learn, &list[i]);
        commands[i].fn(1, argv);
    }
    cmd_describe(NULL, NULL);
    *n = N_COMMANDS;
    return list;
}

static const struct {
    const char *word;
    void (*fn)(const struct comp_command *c, size_t n, struct buf *out);
} shells[] = {{"bash", completion_bash}, {"zsh", completion_zsh}, {"fish", completion_fish}};
#define N_SHELLS (sizeof shells / sizeof *shells)

static int print(size_t shell)
{
    struct buf out = BUF_INIT;
    size_t n;
    struct comp_command *list = completion_learn(&n);
    shells[shell].fn(list, n, &out);
    free(list);
    fputs(buf_str(&out), stdout);
    buf_free(&out);
    return fflush(stdout) == 0 ? EX_PASS : EX_RECORDING;
}

int cmd_completion(int argc, char **argv)
{
    static const struct cmd_spec spec = {
        .usage = "warroom completion bash|zsh|fish",
        .about = "Prints a completion script, made from the commands and options of this program.\n"
                 "bash: source <(warroom completion bash). docs/config.md tells the others.",
        .min_args = 1,
        .max_args = 1,
    };
    struct cmd_args args;
    const char *words[N_SHELLS];
    int status = cmd_parse(&spec, argc, argv, &args);
    if (status >= 0)
        return status;
    for (size_t i = 0; i < N_SHELLS; i++) {
        words[i] = shells[i].word;
        if (!strcmp(args.v[0], words[i]))
            return print(i);
    }
    fprintf(stderr, "warroom completion: no script for \"%s\"; there are bash, zsh and fish%s\n",
            args.v[0], near_hint(args.v[0], words, N_SHELLS).text);
    return EX_BADUSAGE;
}
