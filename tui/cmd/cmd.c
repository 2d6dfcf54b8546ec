/* Command-line parsing shared by all subcommands. */
#include "tui/cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dlog.h"
#include "base/near.h"
#include "tui/config.h"

struct cmd_common cmd_common;

static const struct cmd_opt common_opts[] = {
    {"--theme", "NAME", NULL, &cmd_common.theme, "dark, light, …"},
    {"--ascii", NULL, &cmd_common.ascii, NULL, "draw with ASCII only"},
    {"--no-color", NULL, &cmd_common.no_color, NULL, "no colours (as NO_COLOR)"},
    {"--mouse", NULL, &cmd_common.mouse, NULL, "take mouse events (off by default)"},
    {"--log-file", "FILE", NULL, &cmd_common.log_file, "append a debug log"},
    {"--read-only", NULL, &cmd_common.read_only, NULL, "look only: every action is refused"},
    {"--session-dir", "DIR", NULL, &cmd_common.session_dir, "where sessions are kept"},
};
#define N_COMMON (sizeof common_opts / sizeof *common_opts)

static const struct cmd_opt *find(const struct cmd_spec *spec, const char *name)
{
    for (size_t i = 0; i < spec->n_opts; i++)
        if (!strcmp(spec->opts[i].name, name))
            return &spec->opts[i];
    for (size_t i = 0; i < N_COMMON; i++)
        if (!strcmp(common_opts[i].name, name))
            return &common_opts[i];
    return NULL;
}

static int unknown(const struct cmd_spec *spec, const char *word, const char *name)
{
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; i < spec->n_opts && n < 50; i++)
        names[n++] = spec->opts[i].name;
    for (size_t i = 0; i < N_COMMON; i++)
        names[n++] = common_opts[i].name;
    const char *hint = near_find(name, names, n);
    fprintf(stderr, "warroom %s: unknown option %s%s%s%s\n", word, name,
            hint ? " (did you mean " : " (see --help", hint ? hint : "", ")");
    return EX_BADUSAGE;
}

static void print_opts(const struct cmd_opt *o, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char left[40];
        str_fmt(left, sizeof left, "%s %s", o[i].name, o[i].value ? o[i].value : "");
        printf("  %-24s %s\n", left, o[i].doc);
    }
}

static int help(const struct cmd_spec *spec)
{
    printf("usage: %s\n\n%s\n", spec->usage, spec->about);
    if (spec->n_opts) {
        printf("\noptions:\n");
        print_opts(spec->opts, spec->n_opts);
    }
    printf("\ncommon options:\n");
    print_opts(common_opts, N_COMMON);
    return 0;
}

/* One option at argv[i], value taken from `--x=v` or the next word. Returns words used or -1. */
static int take(const struct cmd_spec *spec, int i, int argc, char **argv)
{
    char name[64];
    const char *eq = strchr(argv[i], '=');
    str_copy(name, sizeof name, argv[i]);
    if (eq && (size_t)(eq - argv[i]) < sizeof name)
        name[eq - argv[i]] = '\0';
    const struct cmd_opt *o = find(spec, name);
    if (!o) {
        unknown(spec, argv[0], name);
        return -1;
    }
    if (o->flag && eq) {
        fprintf(stderr, "warroom %s: %s takes no value\n", argv[0], name);
        return -1;
    }
    if (o->flag) {
        *o->flag = true;
        return 1;
    }
    if (!eq && i + 1 >= argc) {
        fprintf(stderr, "warroom %s: %s needs a value (%s)\n", argv[0], name, o->value);
        return -1;
    }
    *o->text = eq ? eq + 1 : argv[i + 1];
    return eq ? 1 : 2;
}

static void (*describe)(void *ctx, const struct cmd_spec *spec);
static void *describe_ctx;

void cmd_describe(void (*fn)(void *ctx, const struct cmd_spec *spec), void *ctx)
{
    describe = fn;
    describe_ctx = ctx;
}

const struct cmd_opt *cmd_common_opts(size_t *n)
{
    *n = N_COMMON;
    return common_opts;
}

static struct config config;
static struct buf config_warnings;

/* What config.yaml says holds where no option says otherwise. */
static void take_config(void)
{
    config_load(&config, &config_warnings);
    cmd_common = (struct cmd_common){.theme = *config.theme ? config.theme : NULL,
                                     .log_file = *config.log_file ? config.log_file : NULL,
                                     .session_dir = *config.session_dir ? config.session_dir : NULL,
                                     .ascii = config.ascii,
                                     .no_color = config.no_color,
                                     .mouse = config.mouse,
                                     .read_only = config.read_only,
                                     .as = *config.as ? config.as : NULL,
                                     .quiet = !config.bell};
}

/* On stderr, and the first of them on the screen, which hides stderr until it is left. */
static void tell_config(void)
{
    static char first[200];
    const char *all = buf_str(&config_warnings);
    if (!*all)
        return;
    for (size_t at = 0, n; at < config_warnings.len; at += n) {
        n = strcspn(all + at, "\n") + 1;
        fputs("warroom: ", stderr);
        fwrite(all + at, 1, n, stderr);
    }
    const char *name = strstr(all, "config.yaml"); /* the folder has no room there */
    str_copy(first, sizeof first, name ? name : all);
    first[strcspn(first, "\n")] = '\0';
    cmd_common.note = first;
    buf_free(&config_warnings);
}

static int parse(const struct cmd_spec *spec, int argc, char **argv, struct cmd_args *args)
{
    bool only_args = false;
    args->n = 0;
    for (int i = 1; i < argc;) {
        if (!only_args && !strcmp(argv[i], "--help"))
            return help(spec);
        if (!only_args && !strcmp(argv[i], "--")) {
            only_args = true;
            i++;
        } else if (!only_args && argv[i][0] == '-' && argv[i][1]) {
            int used = take(spec, i, argc, argv);
            if (used < 0)
                return EX_BADUSAGE;
            i += used;
        } else if (args->n < spec->max_args && args->n < CMD_ARGS_MAX) {
            args->v[args->n++] = argv[i++];
        } else {
            fprintf(stderr, "warroom %s: \"%s\" is one argument too many; usage: %s\n", argv[0],
                    argv[i], spec->usage);
            return EX_BADUSAGE;
        }
    }
    if (args->n < spec->min_args) {
        fprintf(stderr, "warroom %s: an argument is missing; usage: %s\n", argv[0], spec->usage);
        return EX_BADUSAGE;
    }
    return -1;
}

int cmd_parse(const struct cmd_spec *spec, int argc, char **argv, struct cmd_args *args)
{
    struct err e = ERR_INIT;
    if (describe) {
        describe(describe_ctx, spec);
        return 0;
    }
    take_config();
    int status = parse(spec, argc, argv, args);
    if (status >= 0)
        return status;
    tell_config();
    if (cmd_common.log_file && dlog_open(cmd_common.log_file, &e) < 0)
        return cmd_fail(&e);
    return -1;
}

int cmd_fail(const struct err *e)
{
    char text[sizeof e->text];
    secret_mask_to(text, sizeof text, e->text);
    fprintf(stderr, "warroom: %s\n", text);
    return e->status ? e->status : EX_INTERNAL;
}

static int make_dirs(const char *path, struct err *e)
{
    char part[1024];
    str_copy(part, sizeof part, path);
    for (char *p = part + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        mkdir(part, 0700);
        *p = '/';
    }
    if (mkdir(part, 0700) < 0 && errno != EEXIST)
        return err_set(e, EX_NOCREATE, "cannot make the session folder %s: %s", path,
                       strerror(errno));
    return 0;
}

int cmd_session_dir(struct buf *out, bool make, struct err *e)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    if (cmd_common.session_dir)
        buf_adds(out, cmd_common.session_dir);
    else if (state && *state == '/')
        buf_addf(out, "%s/warroom/sessions", state);
    else if (home && *home)
        buf_addf(out, "%s/.local/state/warroom/sessions", home);
    else
        return err_set(e, EX_NOCREATE,
                       "no place for sessions: set HOME, XDG_STATE_HOME or "
                       "--session-dir");
    return make ? make_dirs(out->p, e) : 0;
}

int cmd_session_path(const char *given, struct buf *out, struct err *e)
{
    if (strchr(given, '/') || access(given, F_OK) == 0) {
        buf_adds(out, given);
    } else {
        if (cmd_session_dir(out, false, e) < 0)
            return -1;
        size_t n = strlen(given);
        buf_addf(out, "/%s%s", given, n > 3 && !strcmp(given + n - 3, ".wr") ? "" : ".wr");
    }
    if (access(out->p, F_OK) < 0)
        return err_set(e, EX_NOFILE, "no session %s (looked for %s); `warroom sessions` lists them",
                       given, out->p);
    return 0;
}
