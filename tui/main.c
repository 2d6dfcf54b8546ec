/* Dispatches subcommands; the help is made from the same rows. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/near.h"
#include "tui/cmd/cmd.h"

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

static int usage(FILE *to)
{
    fprintf(to, "usage: warroom COMMAND [ARGUMENTS]\n\n"
                "A terminal war room for canary releases.\n\n");
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(to, "  %-10s %s\n", commands[i].word, commands[i].doc);
    fprintf(to, "\n`warroom COMMAND --help` tells more. Start with `warroom demo`.\n");
    return to == stdout ? 0 : EX_BADUSAGE;
}

static int unknown(const char *word)
{
    const char *words[N_COMMANDS];
    for (size_t i = 0; i < N_COMMANDS; i++)
        words[i] = commands[i].word;
    const char *hint = near_find(word, words, N_COMMANDS);
    fprintf(stderr, "warroom: unknown command \"%s\"%s%s%s\n", word,
            hint ? " (did you mean " : " (see warroom --help", hint ? hint : "", ")");
    return EX_BADUSAGE;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    zone_set("UTC");
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ,
           SIG_IGN); /* a file that may not grow is a disk that is full: said, not died of */
    if (argc < 2)
        return usage(stderr);
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))
        return usage(stdout);
    if (!strcmp(argv[1], "--version")) {
        puts("warroom " WARROOM_VERSION);
        return 0;
    }
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (!strcmp(argv[1], commands[i].word))
            return commands[i].fn(argc - 1, argv + 1);
    return unknown(argv[1]);
}
