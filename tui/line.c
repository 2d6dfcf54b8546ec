/* The typed line. */
#include "tui/line.h"

#include <string.h>
#include <utf8proc.h>

#include "base/text.h"
#include "tui/screen.h"

#define DEAF_MS 300
#define KILL_MS 5000
#define LIFE_MS 60000

void line_open(struct line *l, enum line_kind kind, int command, int stage, const char *label)
{
    l->kind = kind;
    l->command = command;
    l->stage = stage;
    l->text[0] = '\0';
    l->opened = mono_now();
    str_copy(l->label, sizeof l->label, label);
}

bool line_is_paste(struct line *l, int key, mono_t now)
{
    if (key == KEY_PASTE_BEGIN_ || key == KEY_PASTE_END_) {
        l->pasting = key == KEY_PASTE_BEGIN_;
        return true;
    }
    return l->pasting || burst_key(&l->burst, now.ms);
}

static void type(struct line *l, int key)
{
    utf8proc_uint8_t bytes[5] = {0};
    size_t n = strlen(l->text);
    if (key < 0x20 || key == 0x7F || key >= KEY_UP_)
        return;
    utf8proc_ssize_t used = utf8proc_encode_char(key, bytes);
    if (used > 0 && n + (size_t)used < sizeof l->text)
        memcpy(l->text + n, bytes, (size_t)used + 1);
}

static void rub_out(struct line *l)
{
    size_t n = strlen(l->text);
    while (n && ((unsigned char)l->text[n - 1] & 0xC0) == 0x80)
        n--;
    l->text[n ? n - 1 : 0] = '\0';
}

static enum line_end close_with(struct line *l, enum line_end end)
{
    l->kind = LINE_NONE;
    return end;
}

/* A paste is dropped whole where it could confirm something. */
static bool dropped(struct line *l, int key, mono_t now)
{
    bool act = l->kind == LINE_ACTION || l->kind == LINE_KILL || l->kind == LINE_LEAVE;
    bool paste = line_is_paste(l, key, now);
    if (act && paste)
        l->text[0] = '\0';
    bool marks = key == KEY_PASTE_BEGIN_ || key == KEY_PASTE_END_;
    bool deaf = l->kind == LINE_ACTION && now.ms - l->opened.ms < DEAF_MS;
    return marks || deaf || (act && paste);
}

enum line_end line_key(struct line *l, int key, mono_t now)
{
    if (key == KEY_ESC_)
        return close_with(l, LINE_BACK);
    if (dropped(l, key, now))
        return LINE_STAYS;
    if (l->kind == LINE_KILL || l->kind == LINE_LEAVE)
        return close_with(l, key == 'y' ? LINE_YES : LINE_BACK);
    if (key == KEY_ENTER_ && (l->text[0] || l->kind == LINE_FILTER))
        return LINE_SENT;
    if (key == KEY_BACKSPACE_)
        rub_out(l);
    else
        type(l, key);
    return LINE_STAYS;
}

bool line_expired(struct line *l, mono_t now)
{
    int64_t life = l->kind == LINE_KILL ? KILL_MS : LIFE_MS;
    if (l->kind == LINE_NONE || now.ms - l->opened.ms < life)
        return false;
    l->kind = LINE_NONE;
    return true;
}

void line_draw(struct canvas *c, const struct line *l)
{
    if (l->kind == LINE_NONE || c->h < 3)
        return;
    int y = c->h - 2;
    canvas_fill(c, 0, y, c->w, 1, ROLE_BOX, " ");
    int x = 1 + canvas_text(c, 1, y, c->w - 2, ROLE_ACT, l->label);
    x += 1 + canvas_text(c, x + 1, y, c->w - x - 3, ROLE_INPUT, l->text);
    c->cursor_x = x < c->w ? x : c->w - 1;
    c->cursor_y = y;
}
