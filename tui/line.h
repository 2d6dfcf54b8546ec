/* One typed line over the message row: an answer that confirms an action, a command, a search, or a
 * single y. Pure. Enter alone never acts, Esc only goes back, pastes are dropped, it closes by
 * itself. */
#ifndef TUI_LINE_H
#define TUI_LINE_H

#include "base/clock.h"
#include "tui/burst.h"
#include "tui/canvas.h"

#define LINE_MAX_BYTES 320

enum line_kind { LINE_NONE, LINE_ACTION, LINE_COMMAND, LINE_FILTER, LINE_KILL, LINE_LEAVE };
enum line_end { LINE_STAYS, LINE_BACK, LINE_SENT, LINE_YES };

struct line {
    enum line_kind kind;
    int command, stage; /* what it confirms, bound to the stage at its opening */
    char label[200];
    char text[LINE_MAX_BYTES];
    mono_t opened;
    bool pasting;
    struct burst burst;
};

void line_open(struct line *l, enum line_kind kind, int command, int stage, const char *label);
enum line_end line_key(struct line *l, int key, mono_t now);
bool line_expired(struct line *l, mono_t now); /* true when it just closed by itself */

/* Notes a key typed while no line is open; true when it belongs to a paste. */
bool line_is_paste(struct line *l, int key, mono_t now);
void line_draw(struct canvas *c, const struct line *l);

#endif
