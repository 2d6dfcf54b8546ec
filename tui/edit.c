/* The one line editor of boxes, search and commands: the end of the text is where one types. */
#include "tui/edit.h"

#include <string.h>

#include "base/text.h"

bool edit_is_text(int key)
{
    return key >= 0x20 && key < 0x110000 && key != 0x7F && !(key >= 0x80 && key < 0xA0);
}

void edit_add(char *text, size_t size, int cells, int key)
{
    char utf8[8], clean[8];
    size_t n = strlen(text);
    if (!edit_is_text(key))
        return;
    utf8[text_put(utf8, key)] = '\0';
    text_clean_to(clean, sizeof clean, utf8);
    if (n + strlen(clean) < size && text_width(text) + text_width(clean) <= cells)
        memcpy(text + n, clean, strlen(clean) + 1);
}

void edit_cut(char *text)
{
    size_t n = strlen(text);
    while (n && (text[n - 1] & 0xC0) == 0x80)
        n--;
    text[n ? n - 1 : 0] = '\0';
}
