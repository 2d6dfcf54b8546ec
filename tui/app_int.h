/* Inside the app (tui/app*.c) alone: what one screen over one room remembers. */
#ifndef TUI_APP_INT_H
#define TUI_APP_INT_H

#include "tui/app.h"
#include "tui/facts.h"
#include "tui/prompt.h"
#include "tui/view.h"

#define APP_MIN_W 80 /* smaller: the card is shown and actions are off */
#define APP_MIN_H 24

/* What lies over the view beside a box. */
enum over {
    OVER_NONE,
    OVER_HELP,
    OVER_LINE,
    OVER_LEAVE,
    OVER_MESSAGES,
    OVER_TEAM,
    OVER_CARD,
    OVER_LOGS
};

struct app {
    struct room *room;
    const struct app_opts *o;
    struct canvas canvas, frozen; /* frozen: the picture that stands */
    struct ui ui;
    struct scene scene;
    struct standing standing;
    struct gate gate;
    struct journal_health health;
    struct guard_env guard;
    char kill_manual[600];

    struct prompt prompt;
    enum over over;
    char line_kind; /* ':' or '/' */
    char line[256], line_before[64], search[64];
    struct buf entry; /* the opened entry of the log */
    int64_t entry_seq;
    struct burst burst;
    bool pasting;

    int rank; /* of the verdict, rising with trouble; -1 before the first look */
    char verdict[32];
    char ic[64];                                        /* who commanded at the last look */
    uint32_t messages_failed, messages_due, log_errors; /* told so far */
    int64_t note_until_ms; /* the start's note stays readable so long (real ms) */
    bool dirty;            /* a key or a message: draw now */
    bool dirty_data;       /* data came: draw soon, four times a second */
    bool leaving, quiet;   /* quiet: no bell */
    int64_t data_due_ms; /* real ms: when the pictures made for data would be evenly apart again */
    int64_t drawn_ms, drawn_second; /* real ms of the newest picture; room second on its clock */
    int64_t resize_from_ms, resize_at_ms; /* a burst of resizes; 0 none */
};

/* app_entry.c: the opened entry, from the journal. */
void app_entry(struct app *a);

/* app_look.c: the scene from the room, the picture from the scene. */
void app_look(struct app *a);
void app_draw(struct app *a, int64_t real_ms);
void app_resize(struct app *a, int w, int h);
bool app_small(const struct app *a); /* actions are off */
void app_say(struct app *a, enum role role, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* app_keys.c: real_ms is any clock that runs in real ms. */
void app_key(struct app *a, int key, int64_t real_ms);
void app_keys(struct app *a, const int *keys, size_t n, int64_t real_ms);
void app_tick(struct app *a, int64_t real_ms); /* boxes that close by themselves */

void app_copy(struct app *a, const char *text);

/* app_command.c: what a command does; arg is what follows its name on the `:` line. */
void app_command(struct app *a, enum command c, const char *arg, int64_t real_ms);
void app_line_key(struct app *a, int key, int64_t real_ms);

#endif
