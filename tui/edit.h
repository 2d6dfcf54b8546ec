/* Typing into a line of text: code points in, clean UTF-8 out, cut between letters. */
#ifndef TUI_EDIT_H
#define TUI_EDIT_H

#include <stdbool.h>
#include <stddef.h>

/* A key that stands for text (no control, no KEY_). */
bool edit_is_text(int key);

/* Appends the key's text when it fits in size bytes and `cells` cells; control and bidi characters
 * stay out. */
void edit_add(char *text, size_t size, int cells, int key);

/* Takes the last code point away. */
void edit_cut(char *text);

#endif
