/* The three scripts. All quote for their own shell; none calls the program but to find sessions. */
#include <string.h>

#include "tui/cmd/completion.h"

/* Within '…' of a POSIX shell; fish takes \' inside as well. */
static void quoted(struct buf *out, const char *s, const char *special)
{
    for (; *s; s++) {
        if (*s == '\'')
            buf_adds(out, "'\\''");
        else if (strchr(special, *s))
            buf_addf(out, "\\%c", *s);
        else
            buf_addc(out, *s);
    }
}

static const char sessions[] =
    "    local dir\n"
    "    dir=$(warroom paths 2>/dev/null | sed -n 's/^sessions  *//p')\n"
    "    [ -d \"$dir\" ] && ls \"$dir\" 2>/dev/null | sed -n 's/\\.wr$//p'\n";

/* ---- bash ---- */

static void bash_value(struct buf *out, const struct comp_opt *o)
{
    static const char *const kinds[] = {
        [COMP_NONE] = "none", [COMP_FILE] = "file", [COMP_DIR] = "dir", [COMP_SESSION] = "session"};
    buf_addf(out, "        %s) kind=", o->name);
    if (o->kind == COMP_WORDS)
        buf_addf(out, "none words='%s'", o->words);
    else
        buf_addf(out, "%s words=", kinds[o->kind]);
    buf_adds(out, " ;;\n");
}

static void bash_command(struct buf *out, const struct comp_command *c)
{
    buf_addf(out, "    %s)\n        words='%s' kind=%s\n        opts='", c->word, c->words,
             c->args == COMP_FILE      ? "file"
             : c->args == COMP_SESSION ? "session"
                                       : "none");
    for (size_t i = 0; i < c->n_opts; i++)
        buf_addf(out, "%s%s", i ? " " : "", c->opts[i].name);
    buf_adds(out, "'\n        case $prev in\n");
    for (size_t i = 0; i < c->n_opts; i++)
        if (*c->opts[i].value)
            bash_value(out, &c->opts[i]);
    buf_adds(out, "        esac ;;\n");
}

void completion_bash(const struct comp_command *c, size_t n, struct buf *out)
{
    buf_addf(out,
             "# bash completion, made by `warroom completion bash`\n"
             "_warroom_sessions()\n{\n%s}\n\n",
             sessions);
    buf_adds(out, "_warroom()\n{\n"
                  "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                  "    local words= kind=none opts=\n    COMPREPLY=()\n"
                  "    [ \"$cur\" = = ] && cur=\n"
                  "    [ \"$prev\" = = ] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
                  "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W '");
    for (size_t i = 0; i < n; i++)
        buf_addf(out, "%s ", c[i].word);
    buf_adds(out, "--help --version' -- \"$cur\"))\n        return\n    fi\n"
                  "    case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; i < n; i++)
        bash_command(out, &c[i]);
    buf_adds(out, "    esac\n    case $cur in -*) words=$opts kind=none ;; esac\n"
                  "    [ \"$kind\" = session ] && words=\"$words $(_warroom_sessions)\"\n"
                  "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                  "    case $kind in\n"
                  "    file | session) compopt -o filenames 2>/dev/null\n"
                  "        COMPREPLY+=($(compgen -f -- \"$cur\")) ;;\n"
                  "    dir) compopt -o filenames 2>/dev/null\n"
                  "        COMPREPLY+=($(compgen -d -- \"$cur\")) ;;\n"
                  "    esac\n}\ncomplete -F _warroom warroom\n");
}

/* ---- zsh ---- */

static void zsh_action(struct buf *out, enum comp_kind kind, const char *words)
{
    if (kind == COMP_WORDS)
        buf_addf(out, "(%s)", words);
    else if (kind == COMP_DIR)
        buf_adds(out, "_files -/");
    else if (kind == COMP_FILE)
        buf_adds(out, "_files");
}

static void zsh_command(struct buf *out, const struct comp_command *c)
{
    buf_addf(out, "    %s)\n        _arguments -S", c->word);
    for (size_t i = 0; i < c->n_opts; i++) {
        const struct comp_opt *o = &c->opts[i];
        buf_addf(out, " \\\n            '%s%s[", o->name, *o->value ? "=" : "");
        quoted(out, o->doc, "[]\\");
        buf_adds(out, "]");
        if (*o->value) {
            buf_adds(out, ":");
            quoted(out, o->value, ":\\");
            buf_adds(out, ":");
            zsh_action(out, o->kind, o->words);
        }
        buf_adds(out, "'");
    }
    if (c->args == COMP_SESSION)
        buf_adds(out, " \\\n            '*:session:_warroom_session'");
    else if (c->args == COMP_FILE && *c->words)
        buf_addf(out, " \\\n            '1:word:(%s)' '*:file:_files'", c->words);
    else if (c->args == COMP_FILE)
        buf_adds(out, " \\\n            '*:file:_files'");
    else if (*c->words)
        buf_addf(out, " \\\n            '*:word:(%s)'", c->words);
    buf_adds(out, " ;;\n");
}

void completion_zsh(const struct comp_command *c, size_t n, struct buf *out)
{
    buf_addf(out,
             "#compdef warroom\n# made by `warroom completion zsh`\n"
             "_warroom_sessions() {\n%s}\n"
             "_warroom_session() {\n    local -a names\n"
             "    names=(${(f)\"$(_warroom_sessions)\"})\n"
             "    compadd -a names\n    _files\n}\n"
             "_warroom() {\n    local -a commands\n    commands=(\n",
             sessions);
    for (size_t i = 0; i < n; i++) {
        buf_addf(out, "        '%s:", c[i].word);
        quoted(out, c[i].doc, ":\\");
        buf_adds(out, "'\n");
    }
    buf_adds(out, "    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n"
                  "        return\n    fi\n    shift words\n    (( CURRENT-- ))\n"
                  "    case $words[1] in\n");
    for (size_t i = 0; i < n; i++)
        zsh_command(out, &c[i]);
    buf_adds(out, "    esac\n}\n"
                  "if [ \"$funcstack[1]\" = _warroom ]; then\n    _warroom \"$@\"\nelse\n"
                  "    compdef _warroom warroom\nfi\n");
}

/* ---- fish ---- */

static void fish_opt(struct buf *out, const char *word, const struct comp_opt *o)
{
    buf_addf(out, "complete -c warroom -n '__fish_seen_subcommand_from %s' -l %s", word,
             o->name + 2);
    if (o->kind == COMP_WORDS)
        buf_addf(out, " -x -a '%s'", o->words);
    else if (o->kind == COMP_FILE)
        buf_adds(out, " -r -F");
    else if (o->kind == COMP_DIR)
        buf_adds(out, " -x -a '(__fish_complete_directories)'");
    else if (*o->value)
        buf_adds(out, " -x");
    buf_adds(out, " -d '");
    quoted(out, o->doc, "\\");
    buf_adds(out, "'\n");
}

void completion_fish(const struct comp_command *c, size_t n, struct buf *out)
{
    buf_adds(out, "# fish completion, made by `warroom completion fish`\n"
                  "function __warroom_sessions\n"
                  "    set -l dir (warroom paths 2>/dev/null | sed -n 's/^sessions  *//p')\n"
                  "    test -d \"$dir\"; and ls \"$dir\" 2>/dev/null | sed -n 's/\\.wr$//p'\nend\n"
                  "complete -c warroom -f\n"
                  "complete -c warroom -n __fish_use_subcommand -l help\n"
                  "complete -c warroom -n __fish_use_subcommand -l version\n");
    for (size_t i = 0; i < n; i++) {
        buf_addf(out, "complete -c warroom -n __fish_use_subcommand -a %s -d '", c[i].word);
        quoted(out, c[i].doc, "\\");
        buf_adds(out, "'\n");
        for (size_t k = 0; k < c[i].n_opts; k++)
            fish_opt(out, c[i].word, &c[i].opts[k]);
        if (*c[i].words)
            buf_addf(out, "complete -c warroom -n '__fish_seen_subcommand_from %s' -a '%s'\n",
                     c[i].word, c[i].words);
        if (c[i].args == COMP_SESSION)
            buf_addf(out,
                     "complete -c warroom -n '__fish_seen_subcommand_from %s' -F "
                     "-a '(__warroom_sessions)'\n",
                     c[i].word);
        else if (c[i].args == COMP_FILE)
            buf_addf(out, "complete -c warroom -n '__fish_seen_subcommand_from %s' -F\n",
                     c[i].word);
    }
}
