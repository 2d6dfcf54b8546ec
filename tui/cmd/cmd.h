/* Subcommands: one file each, `int cmd_NAME(int argc, char **argv)`, argv[0] is the subcommand's
 * word; the return value is the exit status. The rows of commands.def make dispatcher and help. */
#ifndef TUI_CMD_CMD_H
#define TUI_CMD_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Options match exactly. Exactly one of flag and text is set. */
struct cmd_opt {
    const char *name;  /* "--json" */
    const char *value; /* what stands for the value in help, "FILE"; NULL for a flag */
    bool *flag;
    const char **text;
    const char *doc;
};

struct cmd_spec {
    const char *usage; /* "warroom verify SESSION [--head HASH]" */
    const char *about; /* one or more full sentences */
    const struct cmd_opt *opts;
    size_t n_opts;
    int min_args, max_args;
};

#define CMD_ARGS_MAX 8
struct cmd_args {
    int n;
    const char *v[CMD_ARGS_MAX];
};

/* Options every command takes, and what config.yaml says where none was given. */
struct cmd_common {
    const char *theme, *log_file, *session_dir;
    bool ascii, no_color, mouse, read_only;
    const char *as;   /* who sits here, from config.yaml; NULL not said */
    bool quiet;       /* no bell */
    const char *note; /* what is wrong in config.yaml, for the screen; NULL nothing */
};
extern struct cmd_common cmd_common;

/* Reads config.yaml and parses argv. -1: go on. Otherwise the exit status to return now: 0 after
 * --help, 64 after a usage error, which has been printed as one line with the nearest real option.
 */
int cmd_parse(const struct cmd_spec *spec, int argc, char **argv, struct cmd_args *args);

/* From now on a command that parses hands its spec to fn instead and ends with 0: so `completion`
 * learns what each takes. NULL: parse again. */
void cmd_describe(void (*fn)(void *ctx, const struct cmd_spec *spec), void *ctx);
const struct cmd_opt *cmd_common_opts(size_t *n);

/* A TIME: "now", "-2h" (so long ago), unix seconds, "2026-02-01T22:00:00+03:00" (UTC without an
 * offset). 0 or -1. */
int cmd_time(const char *text, int64_t now_ms, int64_t *out);

/* Prints "warroom: sentence" to stderr; returns e->status. */
int cmd_fail(const struct err *e);

/* Where sessions live: --session-dir, else $XDG_STATE_HOME/warroom/sessions, else
 * ~/.local/state/warroom/sessions. Made (0700) when make is set. */
int cmd_session_dir(struct buf *out, bool make, struct err *e);

/* SESSION as given on the command line: a path, or a name inside the session folder. */
int cmd_session_path(const char *given, struct buf *out, struct err *e);

#define X(word, fn, doc) int fn(int argc, char **argv);
#include "tui/cmd/commands.def"
#undef X

#endif
