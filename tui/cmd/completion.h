/* What a shell has to know of the commands, learned from the specs they parse with. */
#ifndef TUI_CMD_COMPLETION_H
#define TUI_CMD_COMPLETION_H

#include "tui/cmd/cmd.h"

enum comp_kind { COMP_NONE, COMP_WORDS, COMP_FILE, COMP_DIR, COMP_SESSION };

#define COMP_OPTS 40
struct comp_opt {
    const char *name, *doc; /* "--session" */
    char value[24];         /* what the help calls it; "" a flag */
    enum comp_kind kind;
    char words[400]; /* COMP_WORDS: with blanks between */
};

struct comp_command {
    const char *word, *doc;
    struct comp_opt opts[COMP_OPTS]; /* its own, the common ones, --help */
    size_t n_opts;
    enum comp_kind args; /* COMP_FILE, COMP_SESSION or COMP_NONE */
    char words[400];     /* that may stand as an argument, too */
};

/* Commands in the order of the help; *n of them, freed with free(). */
struct comp_command *completion_learn(size_t *n);

/* One script each. */
void completion_bash(const struct comp_command *c, size_t n, struct buf *out);
void completion_zsh(const struct comp_command *c, size_t n, struct buf *out);
void completion_fish(const struct comp_command *c, size_t n, struct buf *out);

#endif
