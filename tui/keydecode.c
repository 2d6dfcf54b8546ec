/* A decoder for what xterm-like terminals, the Linux console, tmux and screen send. Reports of the
 * terminal itself (answers to queries, mouse buttons) are swallowed whole, never typed. */
#include "tui/keydecode.h"

#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "tui/screen.h"

#define ESC      0x1B
#define MORE     0  /* the sequence may go on */
#define SWALLOW  -2 /* a whole sequence that is no key */
#define SEQ_MOST 64 /* bytes of a CSI sequence; longer is no key */

void keydecode_feed(struct keydecode *k, const char *bytes, size_t n, int64_t now_ms)
{
    size_t room = sizeof k->buf - k->n, take = n < room ? n : room;
    memcpy(k->buf + k->n, bytes, take);
    k->n += take;
    k->dropped += n - take;
    k->last_ms = now_ms;
}

void keydecode_flush(struct keydecode *k)
{
    k->n = 0;
}

static const struct {
    char final;
    int key;
} letters[] = {
    {'A', KEY_UP_},   {'B', KEY_DOWN_}, {'C', KEY_RIGHT_},   {'D', KEY_LEFT_},
    {'H', KEY_HOME_}, {'F', KEY_END_},  {'Z', KEY_BACKTAB_}, {'M', KEY_ENTER_},
};

static const struct {
    int number, key;
} tildes[] = {
    {1, KEY_HOME_}, {7, KEY_HOME_}, {4, KEY_END_},           {8, KEY_END_},
    {5, KEY_PGUP_}, {6, KEY_PGDN_}, {200, KEY_PASTE_BEGIN_}, {201, KEY_PASTE_END_},
};

static int letter_key(char final)
{
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].final == final)
            return letters[i].key;
    return SWALLOW;
}

static int tilde_key(int number)
{
    for (size_t i = 0; i < sizeof tildes / sizeof *tildes; i++)
        if (tildes[i].number == number)
            return tildes[i].key;
    return SWALLOW;
}

static int plain_key(int32_t cp)
{
    switch (cp) {
    case '\r':
    case '\n':
        return KEY_ENTER_;
    case '\t':
        return KEY_TAB_;
    case 0x7F:
    case '\b':
        return KEY_BACKSPACE_;
    case 0x1A:
        return KEY_SUSPEND_;
    case ESC:
        return KEY_ESC_;
    default:
        return cp;
    }
}

/* `CSI code ; mods u` (kitty, xterm's modifyOtherKeys): the plain key, with its shift applied by
 * the terminal; Ctrl gives the control code. */
static int unicode_key(int code, int mods)
{
    if (mods > 0 && ((mods - 1) & 4) && code >= '@' && code < 0x7F)
        code &= 0x1F;
    if (code == '\t' && mods > 0 && ((mods - 1) & 1))
        return KEY_BACKTAB_;
    return code > 0 && code < 0x110000 ? plain_key(code) : SWALLOW;
}

/* Numbers of a CSI sequence: up to 4, absent ones 0. */
static void numbers(const unsigned char *s, size_t n, int out[4])
{
    int at = 0;
    memset(out, 0, 4 * sizeof *out);
    for (size_t i = 0; i < n && at < 4; i++) {
        if (s[i] == ';')
            at++;
        else if (s[i] >= '0' && s[i] <= '9' && out[at] < 1000000)
            out[at] = out[at] * 10 + (s[i] - '0');
    }
}

/* The wheel moves like the arrows; buttons are swallowed. */
static int mouse_key(int button)
{
    return button == 64 ? KEY_UP_ : button == 65 ? KEY_DOWN_ : SWALLOW;
}

/* After ESC [: the key, SWALLOW or MORE; *used counts from ESC. */
static int csi(const unsigned char *s, size_t n, size_t *used)
{
    int num[4];
    if (n >= 3 && s[2] == 'M') { /* X10 mouse: three bytes follow */
        *used = 6;
        return n < 6 ? MORE : mouse_key(s[3] - 32);
    }
    if (n >= 3 && s[2] == '[') { /* Linux console: ESC [ [ A is F1 */
        *used = 4;
        return n < 4 ? MORE : SWALLOW;
    }
    for (size_t i = 2; i < n; i++) {
        if (s[i] >= 0x20 && s[i] < 0x40) {
            if (i < SEQ_MOST)
                continue;
            *used = i + 1;
            return SWALLOW;
        }
        *used = i + 1;
        if (s[i] < 0x20 || s[i] > 0x7E) { /* broken off by another key */
            *used = i;
            return SWALLOW;
        }
        numbers(s + 2, i - 2, num);
        if (s[2] == '<')
            return s[i] == 'M' ? mouse_key(num[0]) : SWALLOW;
        if (s[2] == '?' || s[2] == '>')
            return SWALLOW;
        if (s[i] == '~')
            return num[0] == 27 ? unicode_key(num[2], num[1]) : tilde_key(num[0]);
        return s[i] == 'u' ? unicode_key(num[0], num[1]) : letter_key((char)s[i]);
    }
    return MORE;
}

/* OSC, DCS, APC, PM, SOS: to BEL or ST, or to the end of the buffer when it is full. */
static int string_report(const unsigned char *s, size_t n, size_t *used)
{
    for (size_t i = 2; i < n; i++) {
        if (s[i] != '\a' && !(s[i] == '\\' && s[i - 1] == ESC))
            continue;
        *used = i + 1;
        return SWALLOW;
    }
    *used = n;
    return n >= KEY_QUEUE ? SWALLOW : MORE;
}

static int escape(const unsigned char *s, size_t n, size_t *used)
{
    *used = 1;
    if (n < 2)
        return MORE;
    if (s[1] == '[')
        return csi(s, n, used);
    if (s[1] == 'O') {
        *used = 3;
        return n < 3 ? MORE : letter_key((char)s[2]);
    }
    if (s[1] == ']' || s[1] == 'P' || s[1] == '_' || s[1] == '^' || s[1] == 'X')
        return string_report(s, n, used);
    return KEY_ESC_; /* Esc and then another key, typed fast or Alt: both count */
}

/* A sequence that never ended: ESC was meant, and `[`, `O`, … were typed. Not in a paste. */
static int overdue(struct keydecode *k, size_t *used)
{
    *used = k->n > 2 ? k->n : 1;
    return k->n > 2 ? SWALLOW : KEY_ESC_;
}

static int utf8_key(struct keydecode *k, int64_t now_ms, size_t *used)
{
    int32_t cp;
    size_t need = k->buf[0] >= 0xF0 ? 4 : k->buf[0] >= 0xE0 ? 3 : k->buf[0] >= 0xC2 ? 2 : 1;
    if (need > k->n && now_ms - k->last_ms < KEY_ESC_WAIT_MS)
        return MORE;
    *used = text_next((const char *)k->buf, k->n, &cp);
    return cp == 0xFFFD ? SWALLOW : cp == 0 ? SWALLOW : plain_key(cp);
}

static int step(struct keydecode *k, int64_t now_ms, size_t *used)
{
    if (k->buf[0] != ESC)
        return utf8_key(k, now_ms, used);
    int key = escape(k->buf, k->n, used);
    if (key == MORE && now_ms - k->last_ms >= KEY_ESC_WAIT_MS)
        key = overdue(k, used);
    return key;
}

int keydecode_next(struct keydecode *k, int64_t now_ms)
{
    while (k->n) {
        size_t used = 0;
        int key = step(k, now_ms, &used);
        if (key == MORE)
            return KEY_NONE;
        used = used < k->n ? used : k->n;
        memmove(k->buf, k->buf + used, k->n - used);
        k->n -= used;
        if (key != SWALLOW)
            return key;
    }
    return KEY_NONE;
}

int64_t keydecode_wait_ms(const struct keydecode *k, int64_t now_ms)
{
    int64_t left = KEY_ESC_WAIT_MS - (now_ms - k->last_ms);
    return !k->n ? -1 : left > 0 ? left : 0;
}
