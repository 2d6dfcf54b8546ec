/* The table of keys and commands (tui/keys.def) and how a key finds its row, on Thai and Turkish
 * keyboards too. */
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include "action/intent.h"
#include "tui/screen.h"

enum command {
#define X(id, key, shown, word, scope, group, intent, verb, doc) id,
#include "tui/keys.def"
#undef X
    COMMANDS
};

enum { SCOPE_LIVE = 1, SCOPE_REPLAY = 2, SCOPE_BOTH = 3 };
enum key_group { GROUP_LOOK, GROUP_MORE, GROUP_ACT, GROUP_TALK };

struct key_row {
    int key;           /* code point or KEY_; 0: by name only */
    const char *shown; /* "Tab", "K"; "" by name only */
    const char *word;  /* after `:`; of an action the intent's word */
    int scope;         /* SCOPE_ */
    enum key_group group;
    int intent;       /* enum intent_kind, or -1: touches the screen alone */
    const char *verb; /* typed in its box; "" none */
    const char *doc;
};

const struct key_row *keymap_row(enum command c);

/* The command of a key, or -1: as it is, else by its place on a Thai (Kedmanee) or Turkish Q
 * keyboard. For commands alone, never for text. */
int keymap_find(int key, int scope);

/* The command of a word after `:`, or -1; then *near is the word that may have been meant, or
 * NULL. */
int keymap_word(const char *word, int scope, const char **near);

/* The Latin character at the same place of the keyboard; the key itself when it has none. */
int keymap_latin(int key);

/* A further key for a command that looks or talks; the built-in one stays, so that a stranger at
 * this keyboard finds what the help says. Refused: for what acts, capitals (they act), a k r (Caps
 * Lock), digits (views), keys that are taken. */
int keymap_bind(enum command c, int key, struct err *e);

/* "f", "ctrl-n", "space": the key, or -1. */
int keymap_parse(const char *written);
void keymap_own(enum command c, char *out, size_t size); /* as written; "" none */

#endif
