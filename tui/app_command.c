/* What each command does. Actions open a box; nothing here sends anything to production but through
 * the room's guard. */
#include <string.h>

#include "tui/app_int.h"
#include "tui/checks.h"
#include "tui/edit.h"
#include "tui/theme.h"

static void to_view(struct app *a, int key)
{
    const struct view *v = view_of(&a->ui);
    if (v->key_fn && v->key_fn(&a->ui, &a->scene, key) == HANDLED_NO && key == KEY_ESC_)
        a->ui.message[0] = '\0'; /* nothing left to go back from */
}

static void freeze(struct app *a)
{
    a->ui.frozen = !a->ui.frozen && !app_small(a);
    if (a->ui.frozen)
        memcpy(a->frozen.cells, a->canvas.cells,
               (size_t)a->canvas.w * (size_t)a->canvas.h * sizeof *a->canvas.cells);
    app_say(a, ROLE_TEXT,
            a->ui.frozen ? "the picture stands, the data goes on; Space goes on"
                         : "the picture goes on");
}

static void theme(struct app *a, const char *arg)
{
    char name[64];
    struct err e = ERR_INIT;
    str_copy(name, sizeof name, arg);
    if (!*name)
        theme_next(screen_theme_name(), name, sizeof name);
    if (screen_theme(name, &e) < 0)
        app_say(a, ROLE_WARN, "%s", e.text);
    else
        app_say(a, ROLE_TEXT, "theme %s", screen_theme_name());
}

/* braille, blocks, ASCII, and round again; what the terminal cannot show is left out. */
static void graphs(struct app *a)
{
    if (screen_is_ascii()) {
        app_say(a, ROLE_TEXT, "this terminal is drawn with ASCII only");
        return;
    }
    bool braille = a->ui.braille && !a->ui.ascii, blocks = !a->ui.braille && !a->ui.ascii;
    a->ui.ascii = blocks;
    a->ui.braille = !braille && !blocks && screen_has_braille();
    app_say(a, ROLE_TEXT, "graphs in %s",
            a->ui.ascii     ? "ASCII"
            : a->ui.braille ? "braille"
                            : "blocks");
}

/* `:mouse on`, `:bell off`. */
static void on_off(struct app *a, enum command c, const char *arg)
{
    const char *word = keymap_row(c)->word;
    bool on = !strcmp(arg, "on");
    if (!on && strcmp(arg, "off") != 0) {
        app_say(a, ROLE_WARN, ":%s on or :%s off", word, word);
        return;
    }
    if (c == CMD_MOUSE)
        screen_mouse(on);
    else
        a->quiet = !on;
    app_say(a, ROLE_TEXT, "%s %s", word, arg);
}

static void open_line(struct app *a, char kind)
{
    a->over = OVER_LINE;
    a->line_kind = kind;
    str_copy(a->line, sizeof a->line, kind == '/' ? a->ui.filter : "");
    str_copy(a->line_before, sizeof a->line_before, a->ui.filter);
}

/* Each view begins at its newest or first row; the filter is the log's and stays. */
static void show_view(struct app *a, int key)
{
    int v = view_by_key(key);
    if (v < 0)
        return;
    if (key == '3' && a->ui.view != v)
        checks_enter(&a->ui, &a->scene);
    a->ui.view = v;
    a->ui.zoom = a->ui.frozen = false;
    a->ui.scroll = a->ui.pick = a->ui.picked = 0;
    a->ui.entry_seq = 0;
}

static void leave(struct app *a)
{
    if (a->scene.state->final || a->o->watch)
        a->leaving = true;
    else
        a->over = OVER_LEAVE;
}

void app_copy(struct app *a, const char *text)
{
    if (screen_copy(text) < 0)
        app_say(a, ROLE_WARN, "this terminal takes nothing into its clipboard: select it by hand");
    else
        app_say(a, ROLE_TEXT, "handed to this terminal's clipboard (OSC 52)");
}

/* What is to be done by hand, as the record has it: masked. */
static void copy(struct app *a)
{
    const struct hands_state *h = &a->scene.state->hands;
    if (h->is != HAND_MANUAL)
        app_say(a, ROLE_TEXT, "nothing waits for work by hand");
    else
        app_copy(a, h->text);
}

/* ---- actions ---- */

/* Marks and checkpoints need no box: they change nothing. */
static void at_once(struct app *a, enum intent_kind kind)
{
    struct intent in = {.kind = kind, .stage = -1};
    checks_fill(&a->scene, &in);
    struct err why = ERR_INIT;
    str_copy(in.actor, sizeof in.actor, a->o->actor);
    str_copy(in.role, sizeof in.role, a->o->role);
    if (room_submit(a->room, &in, &why) < 0)
        app_say(a, ROLE_WARN, "%s", why.text);
    else
        app_say(a, ROLE_TEXT, "%s asked for", intent_row(kind)->word);
}

/* Corrections, incidents and the like are said on the `:` line; the guard's sentence tells how. */
static void talk(struct app *a, enum intent_kind kind, const char *arg)
{
    struct intent in = {.kind = kind, .stage = -1};
    struct err why = ERR_INIT;
    str_copy(in.actor, sizeof in.actor, a->o->actor);
    str_copy(in.role, sizeof in.role, a->o->role);
    str_copy(in.reason, sizeof in.reason, *arg ? arg : "?");
    if (room_submit(a->room, &in, &why) < 0)
        app_say(a, ROLE_WARN, "%s", why.text);
    else
        app_say(a, ROLE_TEXT, "%s: recorded", intent_row(kind)->word);
}

static bool on_the_line(enum intent_kind kind)
{
    return kind == INTENT_CORRECT || kind == INTENT_INCIDENT || kind == INTENT_INCIDENT_OVER ||
           kind == INTENT_TURN || kind == INTENT_ACK_ALERT || kind == INTENT_CONFIRM ||
           kind == INTENT_ISSUE || kind == INTENT_START_AT;
}

/* These name what they are about first; alone they tell how they are said. */
static bool needs_a_name(enum intent_kind kind)
{
    return kind == INTENT_CONFIRM || kind == INTENT_ISSUE || kind == INTENT_START_AT ||
           kind == INTENT_ITEM;
}

static void act(struct app *a, enum command c, const char *arg, int64_t real_ms)
{
    str_copy(a->ui.check_named, sizeof a->ui.check_named, arg);
    if (view_of(&a->ui)->key == '3' && keymap_row(c)->intent == INTENT_APPROVE &&
        (checks_sign_here(&a->scene) || a->scene.plan->preflight.n_signoff))
        c = CMD_SIGN; /* the view's own signatures */
    struct err why = ERR_INIT;
    enum intent_kind kind = (enum intent_kind)keymap_row(c)->intent;
    if (app_small(a)) {
        app_say(a, ROLE_WARN, "actions are off below %dx%d", APP_MIN_W, APP_MIN_H);
        return;
    }
    if (intent_row(kind)->box == BOX_NONE) {
        at_once(a, kind);
        return;
    }
    if (needs_a_name(kind) && !*arg) {
        app_say(a, ROLE_WARN, ":%s  %s", keymap_row(c)->word, keymap_row(c)->doc);
        return;
    }
    if (on_the_line(kind)) {
        talk(a, kind, arg);
        return;
    }
    if (facts_may_open(&a->scene, c, arg, &why) < 0) {
        struct intent in = {.kind = kind, .stage = -1};
        str_copy(in.actor, sizeof in.actor, a->o->actor);
        str_copy(in.role, sizeof in.role, a->o->role);
        app_say(a, ROLE_WARN, "%s", why.text);
        room_refused(a->room, &in, why.text); /* of a wrong role it is on record */
        return;
    }
    struct prompt_facts facts;
    facts_freeze(&a->scene, c, &facts);
    if (kind == INTENT_ITEM)
        facts_item(&a->scene, arg, &facts);
    prompt_open(&a->prompt, c, &facts, real_ms);
    if (kind == INTENT_ITEM)
        str_copy(a->prompt.t.text, sizeof a->prompt.t.text, arg);
    facts_live(&a->scene, &a->prompt);
    if (a->prompt.box != BOX_YES)
        screen_flush_keys(); /* keys typed before the box was seen are not for it */
}

void app_command(struct app *a, enum command c, const char *arg, int64_t real_ms)
{
    const struct key_row *row = keymap_row(c);
    a->dirty = true;
    if (row->intent >= 0) {
        act(a, c, arg, real_ms);
        return;
    }
    switch (c) {
    case CMD_LIVE:
    case CMD_CHECKS:
    case CMD_LOG:
    case CMD_ALERTS:
    case CMD_EVIDENCE:
        show_view(a, row->key);
        break;
    case CMD_FILTER:
        open_line(a, '/');
        break;
    case CMD_COMMAND:
        open_line(a, ':');
        break;
    case CMD_HELP:
        a->over = OVER_HELP;
        a->search[0] = '\0';
        break;
    case CMD_FREEZE:
        freeze(a);
        break;
    case CMD_THEME:
        theme(a, arg);
        break;
    case CMD_GRAPHS:
        graphs(a);
        break;
    case CMD_MOUSE:
    case CMD_BELL:
        on_off(a, c, arg);
        break;
    case CMD_LOGS:
        a->over = OVER_LOGS;
        break;
    case CMD_MESSAGES:
        a->over = OVER_MESSAGES;
        break;
    case CMD_TEAM:
        a->over = OVER_TEAM;
        break;
    case CMD_CARD:
        a->over = OVER_CARD;
        break;
    case CMD_COPY:
        copy(a);
        break;
    case CMD_REDRAW:
        screen_redraw();
        break;
    case CMD_LEAVE:
    case CMD_INTERRUPT:
        leave(a);
        break;
    case CMD_SUSPEND:
        screen_suspend();
        break;
    default: /* focus, zoom, scrolling: the view's own */
        a->ui.frozen = false;
        to_view(a, row->key);
    }
}

/* ---- the line after `:` and `/` ---- */

static void run_line(struct app *a, int64_t real_ms)
{
    char word[sizeof a->line], arg[sizeof a->line];
    const char *near, *rest = a->line + strspn(a->line, " ");
    size_t n = strcspn(rest, " ");
    str_fmt(word, sizeof word, "%.*s", (int)n, rest);
    str_copy(arg, sizeof arg, rest + n + strspn(rest + n, " "));
    if (!*word)
        return;
    int c = keymap_word(word, SCOPE_LIVE, &near);
    if (c >= 0)
        app_command(a, (enum command)c, arg, real_ms);
    else
        app_say(a, ROLE_WARN, "no command is called \"%s\"%s%s%s", word,
                near ? " (did you mean " : "; ? lists them", near ? near : "", near ? "?)" : "");
}

static void complete(struct app *a)
{
    size_t n = strlen(a->line);
    for (int c = 0; c < COMMANDS; c++) {
        const struct key_row *row = keymap_row((enum command)c);
        if ((row->scope & SCOPE_LIVE) && !strncmp(row->word, a->line, n)) {
            str_copy(a->line, sizeof a->line, row->word);
            return;
        }
    }
}

void app_line_key(struct app *a, int key, int64_t real_ms)
{
    if (key == KEY_ENTER_ || key == KEY_ESC_) {
        a->over = OVER_NONE;
        if (a->line_kind == '/')
            str_copy(a->ui.filter, sizeof a->ui.filter,
                     key == KEY_ENTER_ ? a->line : a->line_before);
        else if (key == KEY_ENTER_)
            run_line(a, real_ms);
        return;
    }
    if (key == KEY_TAB_ && a->line_kind == ':')
        complete(a);
    else if (key == KEY_BACKSPACE_)
        edit_cut(a->line);
    else
        edit_add(a->line, a->line_kind == '/' ? sizeof a->ui.filter : sizeof a->line,
                 a->line_kind == '/' ? 60 : 200, key);
    if (a->line_kind == '/')
        str_copy(a->ui.filter, sizeof a->ui.filter, a->line);
}
