/* Rows from the table; two small maps for keyboards on which the Latin letters are elsewhere. */
#include "tui/keymap.h"

#include <string.h>

#include "base/buf.h"
#include "base/near.h"

#define NONE -1 /* no intent: the command touches the screen alone */

static const struct key_row rows[COMMANDS] = {
#define X(id, key, shown, word, scope, group, intent, verb, doc)                                   \
    {key, shown, word, SCOPE_##scope, GROUP_##group, intent, verb, doc},
#include "tui/keys.def"
#undef X
};

const struct key_row *keymap_row(enum command c)
{
    return &rows[c];
}

/* Kedmanee (TIS 820-2538), by place, in pairs: the Thai character, the Latin one. Thai digits stand
 * for digits. What a Thai keyboard types in ASCII (/ , . ? :) means itself. */
static const struct {
    int32_t from;
    char to;
} places[] = {
    {0x0E45, '1'},
    {0x0E20, '4'},
    {0x0E16, '5'},
    {0x0E38, '6'},
    {0x0E36, '7'},
    {0x0E04, '8'},
    {0x0E15, '9'},
    {0x0E08, '0'},
    {0x0E02, '-'},
    {0x0E0A, '='}, /* ๅ ภ ถ ุ ึ ค ต จ ข ช */
    {0x0E46, 'q'},
    {0x0E44, 'w'},
    {0x0E33, 'e'},
    {0x0E1E, 'r'},
    {0x0E30, 't'},
    {0x0E31, 'y'},
    {0x0E35, 'u'},
    {0x0E23, 'i'},
    {0x0E19, 'o'},
    {0x0E22, 'p'},
    {0x0E1A, '['},
    {0x0E25, ']'},
    {0x0E1F, 'a'},
    {0x0E2B, 's'},
    {0x0E01, 'd'},
    {0x0E14, 'f'},
    {0x0E40, 'g'},
    {0x0E49, 'h'},
    {0x0E48, 'j'},
    {0x0E32, 'k'},
    {0x0E2A, 'l'},
    {0x0E27, ';'},
    {0x0E07, '\''},
    {0x0E1C, 'z'},
    {0x0E1B, 'x'},
    {0x0E41, 'c'},
    {0x0E2D, 'v'},
    {0x0E34, 'b'},
    {0x0E37, 'n'},
    {0x0E17, 'm'},
    {0x0E21, ','},
    {0x0E43, '.'},
    {0x0E1D, '/'},
    {0x0E0E, 'E'},
    {0x0E11, 'R'},
    {0x0E18, 'T'},
    {0x0E4D, 'Y'},
    {0x0E4A, 'U'},
    {0x0E13, 'I'},
    {0x0E2F, 'O'},
    {0x0E0D, 'P'},
    {0x0E10, '{'}, /* ฎ ฑ ธ ํ ๊ ณ ฯ ญ ฐ */
    {0x0E24, 'A'},
    {0x0E06, 'S'},
    {0x0E0F, 'D'},
    {0x0E42, 'F'},
    {0x0E0C, 'G'},
    {0x0E47, 'H'},
    {0x0E4B, 'J'},
    {0x0E29, 'K'},
    {0x0E28, 'L'},
    {0x0E0B, ':'}, /* ฤ ฆ ฏ โ ฌ ็ ๋ ษ ศ ซ */
    {0x0E09, 'C'},
    {0x0E2E, 'V'},
    {0x0E3A, 'B'},
    {0x0E4C, 'N'},
    {0x0E12, '<'},
    {0x0E2C, '>'},
    {0x0E26, '?'}, /* ฉ ฮ ฺ ์ ฒ ฬ ฦ */
    /* Turkish Q: the letter at the place of i, and what stands where [ ] ; ' , . are */
    {0x0131, 'i'},
    {0x0130, 'I'},
    {0x011F, '['},
    {0x00FC, ']'},
    {0x015F, ';'},
};

int keymap_latin(int key)
{
    if (key >= 0x0E50 && key <= 0x0E59)
        return '0' + key - 0x0E50;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (places[i].from == key)
            return places[i].to;
    return key;
}

/* The user's own keys, beside the built-in ones; set once, before the screen opens. */
static int own[COMMANDS];

static int find(int key, int scope)
{
    for (int c = 0; key && c < COMMANDS; c++)
        if ((rows[c].key == key || own[c] == key) && (rows[c].scope & scope))
            return c;
    return -1;
}

int keymap_parse(const char *written)
{
    size_t n = strlen(written);
    if (n == 1 && written[0] > ' ' && written[0] < 0x7F)
        return written[0];
    if (n == 6 && !strncmp(written, "ctrl-", 5) && written[5] >= 'a' && written[5] <= 'z')
        return written[5] & 0x1F;
    return strcmp(written, "space") ? -1 : ' ';
}

void keymap_own(enum command c, char *out, size_t size)
{
    int key = own[c];
    if (key == ' ')
        str_copy(out, size, "space");
    else if (key > 0 && key < ' ')
        str_fmt(out, size, "ctrl-%c", key | 0x60);
    else
        str_fmt(out, size, "%.*s", key > 0, (char[]){(char)key, '\0'});
}

int keymap_bind(enum command c, int key, struct err *e)
{
    int taken;
    if (key < 0)
        return err_set(e, EX_BADDATA,
                       "not a key; allowed are one character, space and ctrl-a to "
                       "ctrl-z");
    if (rows[c].group == GROUP_ACT)
        return err_set(e, EX_BADDATA, "what acts has the same key everywhere");
    if ((key >= 'A' && key <= 'Z') || strchr("akr", key))
        return err_set(e, EX_BADDATA, "capitals act, and a, k and r stay free for Caps Lock");
    if (key >= '0' && key <= '9')
        return err_set(e, EX_BADDATA, "digits are the views");
    if (key && strchr("\b\t\r\n", key))
        return err_set(e, EX_BADDATA, "a terminal sends the same for Enter, Tab or Backspace");
    taken = find(key, SCOPE_BOTH);
    if (key == 26 || (taken >= 0 && taken != (int)c))
        return err_set(e, EX_BADDATA, "taken by %s", key == 26 ? "suspend" : rows[taken].word);
    own[c] = key;
    return 0;
}

int keymap_find(int key, int scope)
{
    int c = find(key, scope);
    return c >= 0 ? c : find(keymap_latin(key), scope);
}

int keymap_word(const char *word, int scope, const char **near)
{
    const char *words[COMMANDS];
    size_t n = 0;
    *near = NULL;
    for (int c = 0; c < COMMANDS; c++) {
        if (!(rows[c].scope & scope))
            continue;
        if (!strcmp(rows[c].word, word))
            return c;
        words[n++] = rows[c].word;
    }
    *near = near_find(word, words, n);
    return -1;
}
