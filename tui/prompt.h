/* The boxes in which a person decides or speaks: what exactly will be done, who, why, the values
 * frozen at the opening, and the typed word. Pure: keys and times in, at most one intent out; the
 * core's guard decides again when it is sent. Enter alone never acts, Esc only goes back. */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include "tui/burst.h"
#include "tui/canvas.h"
#include "tui/keymap.h"

#define PROMPT_LIFE_MS 60000 /* a box closes by itself; talking starts it anew with each key */
#define PROMPT_KILL_MS 5000  /* K waits this long for its y */
#define PROMPT_DEAF_MS 300   /* keys typed before the box was seen */
#define PROMPT_REASONS 5
#define PROMPT_GATES   6
#define PROMPT_W       76 /* cells it needs at least */

/* What the box shows, from the scene (tui/facts.h). `shut` to `now` are taken anew while it is
 * open, everything else is frozen at the opening. */
struct prompt_facts {
    const struct plan *plan;
    char title[48], what[200], who[120];
    char how[2048];                    /* the exact calls, one a line, masked */
    char reasons[PROMPT_REASONS][160]; /* ready-made ones */
    size_t n_reasons;
    bool proposed;       /* the first one is a rule's */
    char clock[16];      /* when the values were frozen */
    char values[12][40]; /* "p95 214 ms CRIT" */
    enum role value_roles[12];
    size_t n_values;
    char seen[400]; /* the same in one line, for the record */
    int stage;      /* the intent is bound to it */
    int focus;      /* metric under the focus, where Tab begins */

    char gates[PROMPT_GATES][160]; /* what is shut, for whom we wait */
    size_t n_gates;
    char subject[SUBJECT_SIZE]; /* of an approval; the id of a check */
    char other[24];             /* a second word that may be typed: another way to do it; "" none */
    bool shut, hard;            /* the guard refuses now; `!` does not help */
    char shut_why[400];
    char now[80]; /* the worst metric at this moment */

    /* of a signal, taken by composer_facts() */
    const struct state *state; /* NULL: not known yet */
    bool decider;              /* this seat decides; others ask */
    uint32_t parked;           /* notes in the parking lot */
    char metric[120];          /* the picked one: value, limits, age */
    char moment[64];           /* clock, T+, stage */
    char preview[400];         /* how it will stand in the log */
};

enum prompt_field { FIELD_WORD, FIELD_TEXT };

/* What keys change; small enough to be put back when they were a paste. */
struct prompt_text {
    char word[24];
    char text[300]; /* own words, or the text of a signal or note */
    int reason;     /* index of a ready-made one; -1 none */
    int metric;     /* of a signal; -1 none */
    int decision;   /* of a signal: tui/composer.h */
    bool override;  /* `!` */
    enum prompt_field field;
};

struct prompt {
    bool open;
    const struct key_row *row;
    enum intent_box box;
    int64_t opened_ms, life_from_ms;
    bool fits;     /* the screen is large enough to show it; else nothing can be sent */
    bool pasting;  /* inside a bracketed paste */
    bool parkable; /* the next p parks a refused signal */
    struct prompt_text t, before[BURST_KEYS];
    struct burst burst;
    char said[400]; /* why the newest key did nothing, or what the core refused */
    struct prompt_facts f;
};

enum prompt_outcome { PROMPT_STAYS, PROMPT_BACK, PROMPT_TIMEOUT, PROMPT_SUBMIT };

/* Opens the box of a command with an intent that has one. Times are real ms, of any one clock. */
void prompt_open(struct prompt *p, enum command c, const struct prompt_facts *f, int64_t now_ms);

/* PROMPT_SUBMIT: *out is the intent (the caller adds actor and role) and the box stays open until
 * the caller says prompt_close() or prompt_refused(). */
enum prompt_outcome prompt_key(struct prompt *p, int key, int64_t now_ms, struct intent *out);
enum prompt_outcome prompt_tick(struct prompt *p, int64_t now_ms);
int64_t prompt_left_ms(const struct prompt *p, int64_t now_ms);

void prompt_close(struct prompt *p);
void prompt_refused(struct prompt *p, const char *why); /* shown in the box; the word is cleared */

/* The intent as it stands, for the guard and for previews. */
void prompt_intent(const struct prompt *p, struct intent *out);

/* Draws over the canvas; false (and nothing can be sent) when it does not fit. */
bool prompt_draw(struct canvas *c, struct prompt *p, int64_t now_ms);

#endif
