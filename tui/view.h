/* A view is a const struct of functions over const data; it fills cells and nothing else. Handlers
 * answer what they changed, they do not paint. No allocation while drawing. */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include "action/intent.h"
#include "journal/journal.h"
#include "tui/canvas.h"

/* What the screen itself remembers: focus, scroll, zoom. Nothing about the run. */
struct ui {
    int view;              /* index into the view table */
    int w, h;              /* the screen's size, set by the app: keys move by what is seen */
    int focus;             /* focused panel (metric index) in the live view */
    int check;             /* the check under the cursor of view 3 */
    char check_named[40];  /* one named on the `:` line, while its box is open; "" none */
    bool zoom;             /* Enter: the focused panel fills the view */
    int scroll;            /* lines scrolled back in the log, 0 = newest */
    uint64_t scroll_total; /* state.log_total when the scrolling began: "3 new" */
    bool frozen;           /* Space: the picture stands, data goes on */
    bool ascii, braille;
    char filter[64];    /* `/` */
    int64_t entry_seq;  /* opened entry of the log; 0 none */
    int pick, picked;   /* selected row of a list from its end (log) or start; rows scrolled */
    char message[240];  /* message line */
    int64_t message_ms; /* wall ms when it came; shown as NEW for 10 s */
    int message_role;   /* enum role */
};

/* Everything a view may look at. */
struct scene {
    const struct plan *plan;
    const struct state *state;
    const struct judge *judge;
    const struct standing *standing; /* director_standing at this moment */
    const struct gate *gate;         /* director_gate at now_ms */
    const struct journal_health *health;
    const struct guard_env *guard;
    const char *actor, *role;
    const char *entry;       /* the opened entry: lines, NULL not read yet */
    const char *kill_manual; /* masked command by hand while a flip is FAILED, one line; or NULL */
    int64_t now_ms;          /* wall ms for ages and clocks */
    const struct ui *ui;
};

enum handled { HANDLED_NO, HANDLED_REDRAW, HANDLED_QUIET };

struct view {
    const char *name;                                                      /* "Live" */
    int key;                                                               /* '1' */
    void (*draw)(struct canvas *c, int y, int h, const struct scene *s);   /* rows y .. y+h-1 */
    enum handled (*key_fn)(struct ui *ui, const struct scene *s, int key); /* may be NULL */
    int focusable; /* how many panels Tab walks; 0 none, -1 one per metric */
};

/* tui/views/: */
extern const struct view view_live, view_checks, view_log, view_alerts, view_evidence;

/* The view shown now, from the table in tui/scene.c. */
const struct view *view_of(const struct ui *ui);
int view_by_key(int key); /* its index, -1: no view has that key */

/* The two bottom rows (message, keys), the same in every view. */
void draw_footer(struct canvas *c, const struct scene *s, const char *keys);
void draw_card(struct canvas *c, const struct scene *s);   /* below 80x24 */
void draw_manual(struct canvas *c, const struct scene *s); /* work by hand that waits */
void draw_followed(struct canvas *c, const struct scene *s);
void draw_messages(struct canvas *c, const struct scene *s);
const char *messages_text(const struct state *s); /* of the one that is shown in full */
void draw_help(struct canvas *c, const struct scene *s, const char *search);

/* Draws the whole screen for the size of the canvas. */
void draw_scene(struct canvas *c, const struct scene *s);

#endif
