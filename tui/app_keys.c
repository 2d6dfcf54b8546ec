/* Where a key goes: to the box, to what lies over the view, or to its command. Pastes go nowhere.
 */
#include <string.h>

#include "tui/app_int.h"
#include "tui/edit.h"

static void submit(struct app *a, struct intent *in)
{
    struct err why = ERR_INIT;
    const char *word = intent_row(in->kind)->word;
    str_copy(in->actor, sizeof in->actor, a->o->actor);
    str_copy(in->role, sizeof in->role, a->o->role);
    if (room_submit(a->room, in, &why) < 0) {
        prompt_refused(&a->prompt, why.text);
        return;
    }
    prompt_close(&a->prompt);
    if (in->kind == INTENT_SIGNAL || in->kind == INTENT_PARK)
        app_say(a, ROLE_TEXT, "%s", in->kind == INTENT_PARK ? "parked" : "signal posted");
    else /* asked is not done: the outcome comes from the tape */
        app_say(a, ROLE_NEW, "%s asked for by %s", word, a->o->actor);
}

static void box_closed(struct app *a, enum prompt_outcome how)
{
    if (how == PROMPT_BACK) {
        app_say(a, ROLE_DIM, "%s: nothing was sent", a->prompt.f.title);
    } else if (how == PROMPT_TIMEOUT) {
        char text[120];
        str_fmt(text, sizeof text, "box %s closed by itself, nothing was sent", a->prompt.f.title);
        app_say(a, ROLE_WARN, "%s", text);
        room_note(a->room, "box", text);
    }
}

void app_tick(struct app *a, int64_t real_ms)
{
    enum prompt_outcome got = prompt_tick(&a->prompt, real_ms);
    if (got == PROMPT_TIMEOUT)
        box_closed(a, got);
}

static void box_key(struct app *a, int key, int64_t real_ms)
{
    struct intent in;
    enum prompt_outcome got = prompt_key(&a->prompt, key, real_ms, &in);
    if (got == PROMPT_SUBMIT)
        submit(a, &in);
    else
        box_closed(a, got);
}

static void help_key(struct app *a, int key)
{
    if (key == KEY_ESC_ || key == '?' || key == KEY_ENTER_) {
        a->over = OVER_NONE;
        a->search[0] = '\0';
    } else if (key == KEY_BACKSPACE_) {
        edit_cut(a->search);
    } else {
        edit_add(a->search, sizeof a->search, 40, key);
    }
}

static void leave_key(struct app *a, int key)
{
    a->leaving = keymap_latin(key) == 'y';
    a->over = OVER_NONE;
    if (!a->leaving)
        app_say(a, ROLE_DIM, "stays");
}

static void view_key(struct app *a, int key, int64_t real_ms)
{
    int c = keymap_find(key, SCOPE_LIVE);
    if (c >= 0)
        app_command(a, (enum command)c, "", real_ms);
    else if (key > 0x20 && key < 0x7F)
        app_say(a, ROLE_DIM, "%c does nothing here; ? lists the keys", key);
}

static void no_paste(struct app *a)
{
    app_say(a, ROLE_WARN, "a paste is not taken here: its keys were dropped");
}

/* Bracketed pastes, and keys too fast for a person: a box they opened is closed again. */
static bool pasted(struct app *a, int key, int64_t real_ms)
{
    if (key == KEY_PASTE_BEGIN_ || key == KEY_PASTE_END_) {
        a->pasting = key == KEY_PASTE_BEGIN_;
        no_paste(a);
        return true;
    }
    if (a->pasting)
        return true;
    if (key >= KEY_UP_ && key <= KEY_END_)
        return false;
    if (!burst_key(&a->burst, real_ms))
        return false;
    if (a->prompt.open && real_ms - a->prompt.opened_ms > BURST_MS)
        return false; /* the box takes back what came before, too */
    prompt_close(&a->prompt);
    no_paste(a);
    return true;
}

/* The team and the card go with any key; a stop is never behind them. */
static void people_key(struct app *a, int key, int64_t real_ms)
{
    a->over = OVER_NONE;
    if (key != KEY_ESC_ && key != KEY_ENTER_)
        view_key(a, key, real_ms);
}

/* Looking at messages hides no stop: every other key closes the list and goes its way. */
static void messages_key(struct app *a, int key, int64_t real_ms)
{
    if (key == 'y' || key == 'Y') {
        app_copy(a, messages_text(a->scene.state));
        return;
    }
    a->over = OVER_NONE;
    if (key != KEY_ESC_)
        view_key(a, key, real_ms);
}

void app_key(struct app *a, int key, int64_t real_ms)
{
    if (key == KEY_RESIZE_) {
        a->resize_at_ms = real_ms;
        a->resize_from_ms = a->resize_from_ms ? a->resize_from_ms : real_ms;
        return;
    }
    a->dirty = true;
    if (a->prompt.open && (key == KEY_PASTE_BEGIN_ || key == KEY_PASTE_END_))
        box_key(a, key, real_ms); /* it says so itself */
    if (key == KEY_SUSPEND_ && !a->pasting)
        app_command(a, CMD_SUSPEND, "", real_ms);
    else if (pasted(a, key, real_ms))
        return;
    else if (a->prompt.open)
        box_key(a, key, real_ms);
    else if (a->over == OVER_TEAM || a->over == OVER_CARD || a->over == OVER_LOGS)
        people_key(a, key, real_ms);
    else if (a->over == OVER_MESSAGES)
        messages_key(a, key, real_ms);
    else if (a->over == OVER_HELP)
        help_key(a, key);
    else if (a->over == OVER_LINE)
        app_line_key(a, key, real_ms);
    else if (a->over == OVER_LEAVE)
        leave_key(a, key);
    else
        view_key(a, key, real_ms);
}

static bool is_typed(int key)
{
    return key < 0x110000 || key == KEY_ENTER_ || key == KEY_TAB_ || key == KEY_BACKSPACE_;
}

/* Keys that came together. Five and more typed ones at once are a paste from the first on. */
void app_keys(struct app *a, const int *keys, size_t n, int64_t real_ms)
{
    size_t typed = 0, most = 0;
    for (size_t i = 0; i < n; i++) {
        bool bracket = keys[i] == KEY_PASTE_BEGIN_ || keys[i] == KEY_PASTE_END_;
        typed = bracket ? 0 : typed + is_typed(keys[i]);
        most = typed > most ? typed : most;
    }
    if (most >= BURST_KEYS)
        no_paste(a);
    for (size_t i = 0; i < n; i++) {
        bool had_box = a->prompt.open;
        if (most >= BURST_KEYS && is_typed(keys[i]))
            continue;
        app_key(a, keys[i], real_ms);
        if (!had_box && a->prompt.open && a->prompt.box != BOX_YES)
            return; /* keys typed before the box was seen are not for it */
    }
}
