/* The loop: keys first, then what the room has to say, then one picture. Data is drawn at most four
 * times a second, keys at once. Nothing here waits for anything but the next key or event. */
#include "tui/app.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "action/killswitch.h"
#include "base/clock.h"
#include "base/text.h"
#include "tui/headless.h"
#include "tui/keymap.h"
#include "tui/line.h"
#include "tui/screen.h"
#include "tui/view.h"

#define DRAW_EVERY_MS 250
#define CLOCK_MS      1000

struct app {
    struct room *room;
    const struct app_opts *o;
    struct canvas canvas;
    struct ui ui;
    struct line line; /* a typed answer, a search, a command */
    struct standing *standing;
    bool help, leave, frozen_now;
    char search[64];
    bool key_drawn;  /* something a key changed is not on the screen yet */
    bool data_drawn; /* likewise for data */
    mono_t drawn;
    int worst; /* for the bell */
};

static const struct plan *the_plan(const struct app *a)
{
    return room_state(a->room)->plan;
}

static void say(struct app *a, enum role role, const char *text)
{
    text_clean_to(a->ui.message, sizeof a->ui.message, text);
    a->ui.message_ms = room_now(a->room);
    a->ui.message_role = role;
    a->key_drawn = true;
}

static void submit(struct app *a, struct intent *in)
{
    struct err why = ERR_INIT;
    char text[240];
    const struct intent_row *row = intent_row(in->kind);
    if (room_submit(a->room, in, &why) < 0)
        str_fmt(text, sizeof text, "%s refused: %s", row->word, why.text);
    else
        str_fmt(text, sizeof text, "%s asked for; what becomes of it stands in the log", row->word);
    say(a, why.status ? ROLE_WARN : ROLE_TEXT, text);
}

/* A view may be drawn over a snapshot of the time only: the state is always the newest. */
static void make_scene(struct app *a, struct scene *s, struct gate *gate,
                       struct journal_health *health, struct guard_env *guard)
{
    int64_t now = a->ui.frozen ? a->ui.frozen_ms : room_now(a->room);
    room_health(a->room, health);
    *guard = room_guard_env(a->room);
    director_standing(room_state(a->room), room_judge(a->room), a->standing);
    director_gate(room_state(a->room), room_judge(a->room), now, gate);
    *s = (struct scene){.plan = the_plan(a),
                        .state = room_state(a->room),
                        .judge = room_judge(a->room),
                        .standing = a->standing,
                        .gate = gate,
                        .health = health,
                        .guard = guard,
                        .actor = a->o->actor,
                        .role = a->o->role,
                        .now_ms = now,
                        .ui = &a->ui};
}

static void draw(struct app *a)
{
    struct scene s;
    struct gate gate;
    struct journal_health health;
    struct guard_env guard;
    struct buf manual = BUF_INIT;
    make_scene(a, &s, &gate, &health, &guard);
    if (state_ks(s.state) == KS_FAILED) {
        killswitch_manual(s.plan, strcmp(s.state->kill.verb, "kill_off") != 0, &manual);
        s.kill_manual = buf_str(&manual);
    }
    if (!a->ui.frozen || a->key_drawn) {
        draw_scene(&a->canvas, &s);
        if (a->help)
            draw_help(&a->canvas, &s, a->search);
        line_draw(&a->canvas, &a->line);
        screen_show(&a->canvas);
    }
    buf_free(&manual);
    a->key_drawn = a->data_drawn = false;
    a->drawn = mono_now();
}

static void resize(struct app *a)
{
    int w, h;
    screen_size(&w, &h);
    if (w != a->canvas.w || h != a->canvas.h)
        canvas_resize(&a->canvas, w, h);
    a->ui.w = w;
    a->ui.h = h;
    a->key_drawn = true;
}

/* ---- what a typed line does when it is sent ---- */

static void sent_action(struct app *a, const char *text)
{
    const struct key_row *row = keymap_row((enum command)a->line.command);
    struct intent in = {.kind = (enum intent_kind)row->intent, .stage = a->line.stage};
    size_t verb = strlen(row->verb);
    if (verb && (strncmp(text, row->verb, verb) != 0 || (text[verb] && text[verb] != ' '))) {
        char why[120];
        str_fmt(why, sizeof why, "nothing was sent: the word is `%s`", row->verb);
        say(a, ROLE_WARN, why);
        return;
    }
    text += verb + strspn(text + verb, " ");
    if (*text == '!') {
        in.override = true;
        text += 1 + strspn(text + 1, " ");
    }
    if (in.kind == INTENT_SIGNAL) {
        size_t n = strcspn(text, " ");
        str_fmt(in.metric, sizeof in.metric, "%.*s", (int)(n < 39 ? n : 39), text);
        text += n + strspn(text + n, " ");
    }
    str_copy(in.reason, sizeof in.reason, text);
    submit(a, &in);
}

static void sent_command(struct app *a, const char *text);

static void line_sent(struct app *a)
{
    char text[LINE_MAX_BYTES];
    str_copy(text, sizeof text, a->line.text);
    enum line_kind kind = a->line.kind;
    a->line.kind = LINE_NONE;
    if (kind == LINE_ACTION)
        sent_action(a, text);
    else if (kind == LINE_COMMAND)
        sent_command(a, text);
    else if (kind == LINE_FILTER)
        str_copy(a->ui.filter, sizeof a->ui.filter, text);
    a->key_drawn = true;
}

/* ---- commands of keys ---- */

static void next_theme(struct app *a)
{
    static const char *const names[] = {"dark",         "light",      "high-contrast",
                                        "colour-blind", "terminal16", "mono"};
    struct err e = ERR_INIT;
    size_t at = 0, n = sizeof names / sizeof *names;
    while (at < n && strcmp(names[at], screen_theme_name()) != 0)
        at++;
    const char *name = names[(at + 1) % n];
    char text[120];
    str_fmt(text, sizeof text, "theme %s", name);
    if (screen_theme(name, &e) < 0)
        say(a, ROLE_WARN, e.text);
    else
        say(a, ROLE_TEXT, text);
    screen_redraw();
}

static void next_graphs(struct app *a)
{
    if (screen_is_ascii())
        return;
    if (a->ui.ascii) {
        a->ui.ascii = false;
        a->ui.braille = true;
    } else if (a->ui.braille) {
        a->ui.braille = false;
    } else {
        a->ui.ascii = true;
    }
    a->canvas.ascii = a->ui.ascii;
}

static void freeze(struct app *a)
{
    a->ui.frozen = !a->ui.frozen;
    a->ui.frozen_ms = room_now(a->room);
}

static void leave(struct app *a)
{
    if (room_state(a->room)->final)
        a->leave = true;
    else
        line_open(&a->line, LINE_LEAVE, CMD_LEAVE, -1,
                  "Leave? The canary stays as it is, nobody watches it. y leaves, Esc stays");
}

static void open_action(struct app *a, enum command c)
{
    const struct key_row *row = keymap_row(c);
    const struct state *s = room_state(a->room);
    char label[160];
    if (a->canvas.w < 80 || a->canvas.h < 24) {
        say(a, ROLE_WARN, "actions are off on a screen below 80x24");
        return;
    }
    if (row->intent == INTENT_MARK || row->intent == INTENT_CHECKPOINT) {
        struct intent in = {.kind = (enum intent_kind)row->intent, .stage = s->stage};
        submit(a, &in);
        return;
    }
    if (row->intent == INTENT_KILL_ON) {
        line_open(&a->line, LINE_KILL, c, s->stage,
                  "KILL SWITCH ON in every scope: y within 5 s, Esc goes back");
        return;
    }
    if (*row->verb)
        str_fmt(label, sizeof label, "%s: type `%s` and a reason%s", row->doc, row->verb,
                row->intent == INTENT_ADVANCE ? " (`!` first: against a shut gate)" : "");
    else if (row->intent == INTENT_SIGNAL)
        str_copy(label, sizeof label, "signal: METRIC and what you see");
    else
        str_fmt(label, sizeof label, "%s: say why", row->word);
    line_open(&a->line, LINE_ACTION, c, s->stage, label);
}

static enum handled run_view_key(struct app *a, int key)
{
    struct scene s;
    struct gate gate;
    struct journal_health health;
    struct guard_env guard;
    make_scene(a, &s, &gate, &health, &guard);
    return view_live.key_fn ? view_live.key_fn(&a->ui, &s, key) : HANDLED_NO;
}

static void run_command(struct app *a, enum command c)
{
    const struct key_row *row = keymap_row(c);
    a->key_drawn = true;
    if (row->intent >= 0) {
        open_action(a, c);
        return;
    }
    switch (c) {
    case CMD_HELP:
        a->help = !a->help;
        a->search[0] = '\0';
        break;
    case CMD_LEAVE:
    case CMD_INTERRUPT:
        leave(a);
        break;
    case CMD_THEME:
        next_theme(a);
        break;
    case CMD_GRAPHS:
        next_graphs(a);
        break;
    case CMD_FREEZE:
        freeze(a);
        break;
    case CMD_REDRAW:
        screen_redraw();
        break;
    case CMD_SUSPEND:
        screen_suspend();
        resize(a);
        break;
    case CMD_COMMAND:
        line_open(&a->line, LINE_COMMAND, c, -1, ":");
        break;
    case CMD_FILTER:
        line_open(&a->line, LINE_FILTER, c, -1, "find in the log:");
        break;
    case CMD_LIVE:
        a->ui.view = 0;
        break;
    default:
        run_view_key(a, row->key);
    }
}

/* `:advance`, `:kill on`, `:hold reason`, `:theme`: actions take the same typed words as scripts.
 */
static void sent_command(struct app *a, const char *text)
{
    struct speaker who = {"", ""};
    struct intent in;
    struct err e = ERR_INIT;
    const char *near = NULL;
    int c = keymap_word(text, SCOPE_LIVE, &near);
    if (c >= 0) {
        run_command(a, (enum command)c);
        return;
    }
    if (script_line(text, &who, &in, &e) < 0)
        say(a, ROLE_WARN, e.text);
    else if (*text)
        say(a, ROLE_WARN, "press its key: an action is confirmed in its own box");
}

static void line_key_pressed(struct app *a, int key)
{
    enum line_kind kind = a->line.kind;
    enum line_end end = line_key(&a->line, key, mono_now());
    a->key_drawn = true;
    if (end == LINE_YES && kind == LINE_LEAVE) {
        a->leave = true;
    } else if (end == LINE_YES && kind == LINE_KILL) {
        struct intent in = {.kind = INTENT_KILL_ON, .stage = a->line.stage};
        submit(a, &in);
    } else if (end == LINE_SENT) {
        line_sent(a);
    }
}

static void help_key(struct app *a, int key)
{
    size_t n = strlen(a->search);
    a->key_drawn = true;
    if (key == KEY_ESC_ || key == '?') {
        a->help = false;
    } else if (key == KEY_BACKSPACE_ && n) {
        a->search[n - 1] = '\0';
    } else if (key >= 0x20 && key < 0x7F && n + 1 < sizeof a->search) {
        a->search[n] = (char)key;
        a->search[n + 1] = '\0';
    }
}

static void on_key(struct app *a, int key)
{
    if (key == KEY_RESIZE_) {
        resize(a);
    } else if (a->line.kind != LINE_NONE) {
        line_key_pressed(a, key);
    } else if (a->help) {
        help_key(a, key);
    } else if (line_is_paste(&a->line, key, mono_now())) {
        a->key_drawn = true; /* pasted text runs no keys */
    } else {
        int c = keymap_find(key, SCOPE_LIVE);
        if (c >= 0)
            run_command(a, (enum command)c);
    }
}

/* One bell when the verdict gets worse. */
static void ring(struct app *a)
{
    struct standing *st = a->standing;
    director_standing(room_state(a->room), room_judge(a->room), st);
    int now = (int)st->strongest.what;
    if (now > a->worst && now >= DEC_HOLD)
        screen_bell();
    a->worst = now;
}

static int64_t wait_ms(const struct app *a)
{
    int64_t since = mono_since(a->drawn), key = screen_wait_ms();
    int64_t ms = (a->data_drawn ? DRAW_EVERY_MS : CLOCK_MS) - since;
    if (key >= 0 && key < ms)
        ms = key;
    if (screen_busy() && ms > 10)
        ms = 10;
    return ms > 0 ? ms : 0;
}

static void loop(struct app *a)
{
    while (!a->leave && !screen_signal()) {
        room_wait(a->room, screen_fd(), wait_ms(a));
        for (int key; (key = screen_key()) != KEY_NONE && !a->leave;)
            on_key(a, key);
        if (line_expired(&a->line, mono_now()))
            a->key_drawn = true;
        if (room_pump(a->room)) {
            a->data_drawn = true;
            ring(a);
        }
        int64_t since = mono_since(a->drawn);
        if (a->key_drawn || (a->data_drawn && since >= DRAW_EVERY_MS) || since >= CLOCK_MS ||
            screen_busy())
            draw(a);
    }
}

static int leave_with(struct app *a, struct err *e)
{
    char verdict[24];
    bool final = room_state(a->room)->final;
    str_copy(verdict, sizeof verdict, final ? room_state(a->room)->verdict : "INCONCLUSIVE");
    char head[65] = "";
    screen_close(); /* first of all: the user has the terminal back */
    if (room_close(a->room, head, e) < 0)
        return EX_RECORDING;
    printf("session %s\nhead %s\nDECISION %s%s\n", a->o->session_path, head, verdict,
           final ? "" : " (left before the verdict; `warroom resume` goes on)");
    return verdict_status(verdict);
}

int app_run(struct room *room, const struct app_opts *o, struct err *e)
{
    struct app *a = xzalloc(1, sizeof *a);
    struct screen_opts so = {
        .theme = o->theme, .ascii = o->ascii, .no_color = o->no_color, .mouse = o->mouse};
    a->room = room;
    a->o = o;
    a->standing = xzalloc(1, sizeof *a->standing);
    canvas_init(&a->canvas, 80, 24);
    int status = EX_INTERNAL;
    if (screen_open(&so, e) == 0) {
        resize(a);
        a->ui.ascii = a->canvas.ascii = screen_is_ascii();
        a->ui.braille = screen_has_braille();
        if (*so.note)
            say(a, ROLE_WARN, so.note);
        draw(a); /* before the world is started: the first frame waits for nobody */
        if (room_start(room, e) == 0)
            loop(a);
        status = leave_with(a, e);
    } else {
        room_close(room, NULL, NULL);
    }
    canvas_release(&a->canvas);
    free(a->standing);
    free(a);
    return status;
}
