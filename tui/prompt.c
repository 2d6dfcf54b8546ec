/* Keys of the boxes. Everything a key can do is here; the words around it are in prompt_draw.c. */
#include "tui/prompt.h"

#include <string.h>

#include "tui/composer.h"
#include "tui/edit.h"
#include "tui/people.h"

#define TEXT_CELLS 200 /* own words */

static bool speaks(const struct prompt *p)
{
    return p->row->intent == INTENT_SIGNAL || p->row->intent == INTENT_PARK ||
           p->row->intent == INTENT_RESOLVE;
}

/* The second way was typed. */
static bool other_word(const struct prompt *p)
{
    return *p->f.other && !strcmp(p->t.word, p->f.other);
}

static bool wants_reason(const struct prompt *p)
{
    return p->row->intent == INTENT_ROLLBACK || p->row->intent == INTENT_KILL_OFF ||
           p->box == BOX_REASON || p->t.override ||
           (p->row->intent == INTENT_APPROVE && other_word(p));
}

void prompt_open(struct prompt *p, enum command c, const struct prompt_facts *f, int64_t now_ms)
{
    memset(p, 0, sizeof *p);
    p->open = p->fits = true;
    p->row = keymap_row(c);
    p->box = intent_row((enum intent_kind)p->row->intent)->box;
    p->opened_ms = p->life_from_ms = now_ms;
    p->f = *f;
    p->t.reason = f->proposed && p->box == BOX_WORD ? 0 : -1;
    p->t.metric = -1;
    p->t.field = p->box == BOX_WORD ? FIELD_WORD : FIELD_TEXT;
}

void prompt_close(struct prompt *p)
{
    p->open = false;
}

void prompt_refused(struct prompt *p, const char *why)
{
    str_copy(p->said, sizeof p->said, why);
    p->t.word[0] = '\0';
}

int64_t prompt_left_ms(const struct prompt *p, int64_t now_ms)
{
    int64_t life = p->box == BOX_YES ? PROMPT_KILL_MS : PROMPT_LIFE_MS;
    int64_t left = life - (now_ms - p->life_from_ms);
    return left > 0 ? left : 0;
}

enum prompt_outcome prompt_tick(struct prompt *p, int64_t now_ms)
{
    if (!p->open || prompt_left_ms(p, now_ms) > 0)
        return PROMPT_STAYS;
    prompt_close(p);
    return PROMPT_TIMEOUT;
}

void prompt_intent(const struct prompt *p, struct intent *out)
{
    *out = (struct intent){
        .kind = (enum intent_kind)p->row->intent, .override = p->t.override, .stage = p->f.stage};
    out->gradual = out->kind == INTENT_ROLLBACK && other_word(p);
    if (*p->t.text)
        str_copy(out->reason, sizeof out->reason, p->t.text);
    else if (p->t.reason >= 0)
        str_copy(out->reason, sizeof out->reason, p->f.reasons[p->t.reason]);
    if (p->row->intent == INTENT_SIGNAL)
        composer_intent(p, out);
    str_copy(out->seen, sizeof out->seen, p->f.seen);
    if (out->kind >= INTENT_PREFLIGHT && out->kind <= INTENT_WAIVE)
        str_copy(out->subject, sizeof out->subject, p->f.subject);
    if (out->kind == INTENT_SIGN && !strncmp(out->reason, "no ", 3)) { /* no WHY: it is not so */
        out->no = true;
        memmove(out->reason, out->reason + 3, strlen(out->reason + 3) + 1);
    }
    prompt_people(p, out);
}

static enum prompt_outcome say(struct prompt *p, const char *text)
{
    str_copy(p->said, sizeof p->said, text);
    return PROMPT_STAYS;
}

/* ---- fields ---- */

static void choose(struct prompt *p, int n)
{
    if (n < (int)p->f.n_reasons) {
        p->t.reason = n;
        p->t.text[0] = '\0';
        p->t.field = p->box == BOX_WORD ? FIELD_WORD : FIELD_TEXT;
    } else if (n == (int)p->f.n_reasons) { /* own words */
        p->t.reason = -1;
        p->t.field = FIELD_TEXT;
    }
}

static void override(struct prompt *p)
{
    if (!p->t.override && p->f.shut && p->f.hard) {
        say(p, p->f.shut_why);
    } else if (!p->t.override && !p->f.shut) {
        say(p, "nothing is shut: there is nothing to override");
    } else {
        p->t.override = !p->t.override;
        if (p->t.override && p->t.reason < 0 && !*p->t.text)
            say(p, "an override needs a reason: pick one by its number");
    }
}

static enum prompt_outcome send(struct prompt *p, struct intent *out)
{
    if (!p->fits)
        return say(p, "the box does not fit this screen: nothing can be sent");
    prompt_intent(p, out);
    return PROMPT_SUBMIT;
}

static enum prompt_outcome enter_word(struct prompt *p, struct intent *out)
{
    char msg[420];
    if (!*p->t.word)
        return say(p, "Enter alone does nothing: type the word");
    if (strcmp(p->t.word, p->row->verb) != 0 && !other_word(p)) {
        str_fmt(msg, sizeof msg, "\"%s\" is not the word %s", p->t.word, p->row->verb);
        return say(p, msg);
    }
    if (wants_reason(p) && p->t.reason < 0 && !*p->t.text)
        return say(p, "a reason is missing: pick one by its number");
    if (p->f.shut && (!p->t.override || p->f.hard)) {
        str_fmt(msg, sizeof msg, "refused: %s%s", p->f.shut_why,
                p->f.hard ? "" : " (! goes against it, with a reason)");
        return say(p, msg);
    }
    return send(p, out);
}

static enum prompt_outcome enter_text(struct prompt *p, struct intent *out)
{
    if (!*p->t.text && p->t.reason < 0)
        return say(p, speaks(p) ? "Enter alone does nothing: there is no text yet"
                                : "Enter alone does nothing: pick a reason by its number");
    return send(p, out);
}

static enum prompt_outcome word_key(struct prompt *p, int key, struct intent *out)
{
    int latin = keymap_latin(key); /* the word is one of ours: its place on the keyboard counts */
    if (key == KEY_ENTER_)
        return enter_word(p, out);
    if (key == KEY_BACKSPACE_)
        edit_cut(p->t.word);
    else if (latin >= '1' && latin <= '9')
        choose(p, latin - '1');
    else if (latin == '!')
        override(p);
    else if (latin >= 'a' && latin <= 'z')
        edit_add(p->t.word, sizeof p->t.word, (int)sizeof p->t.word, latin);
    else if (latin >= 'A' && latin <= 'Z')
        say(p, "the word is in small letters (Caps Lock?)");
    return PROMPT_STAYS;
}

static enum prompt_outcome text_key(struct prompt *p, int key, struct intent *out)
{
    bool reasons = !speaks(p) && !*p->t.text;
    int latin = keymap_latin(key);
    if (p->row->intent == INTENT_SIGNAL)
        return composer_key(p, key, out);
    if (key == KEY_ENTER_ && p->box == BOX_REASON)
        return enter_text(p, out);
    if (p->box == BOX_WORD && (key == KEY_ENTER_ || key == KEY_TAB_ || key == KEY_DOWN_))
        p->t.field = FIELD_WORD;
    else if (key == KEY_BACKSPACE_)
        edit_cut(p->t.text);
    else if (reasons && p->box == BOX_REASON && latin >= '1' && latin <= '1' + (int)p->f.n_reasons)
        choose(p, latin - '1');
    else if (edit_is_text(key)) {
        p->t.reason = -1;
        edit_add(p->t.text, sizeof p->t.text, TEXT_CELLS, key);
    }
    return PROMPT_STAYS;
}

static enum prompt_outcome yes_key(struct prompt *p, int key, struct intent *out)
{
    if (keymap_latin(key) == 'y')
        return send(p, out);
    return say(p, "y turns it on, Esc goes back");
}

/* ---- guards before any field ---- */

/* Keys that are dropped: in a paste, too early, or part of a burst, which is taken back. */
static bool dropped(struct prompt *p, int key, int64_t now_ms)
{
    bool kill = p->box == BOX_YES && (key == KEY_ESC_ || keymap_latin(key) == 'y');
    if (key == KEY_PASTE_BEGIN_ || key == KEY_PASTE_END_) {
        p->pasting = key == KEY_PASTE_BEGIN_;
        say(p, "a paste is not taken here");
        return true;
    }
    if (p->pasting || (now_ms - p->opened_ms < PROMPT_DEAF_MS && !kill))
        return true;
    if (key >= KEY_UP_ && key <= KEY_END_)
        return false; /* the wheel is fast */
    memmove(p->before, p->before + 1, sizeof p->before - sizeof *p->before);
    p->before[BURST_KEYS - 1] = p->t;
    bool fresh = !p->burst.until_ms;
    if (!burst_key(&p->burst, now_ms))
        return false;
    if (fresh)
        p->t = p->before[0];
    for (int i = 0; i < BURST_KEYS; i++)
        p->before[i] = p->t;
    say(p, "too fast for a person: taken for a paste and dropped");
    return true;
}

enum prompt_outcome prompt_key(struct prompt *p, int key, int64_t now_ms, struct intent *out)
{
    if (!p->open || key == KEY_RESIZE_ || dropped(p, key, now_ms))
        return PROMPT_STAYS;
    if (prompt_left_ms(p, now_ms) == 0)
        return prompt_tick(p, now_ms);
    p->said[0] = '\0';
    if (speaks(p))
        p->life_from_ms = now_ms;
    if (key == KEY_ESC_ && p->box == BOX_WORD && p->t.field == FIELD_TEXT) {
        p->t.field = FIELD_WORD;
        return PROMPT_STAYS;
    }
    if (key == KEY_ESC_) {
        prompt_close(p);
        return PROMPT_BACK;
    }
    if (p->box == BOX_YES)
        return yes_key(p, key, out);
    return p->t.field == FIELD_WORD ? word_key(p, key, out) : text_key(p, key, out);
}
