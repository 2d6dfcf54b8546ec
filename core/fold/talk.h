/* The part of the state about what people say: the parking lot, incidents, what is missing in the
 * log. The newest are kept; all of them are in the journal. */
#ifndef FOLD_TALK_H
#define FOLD_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;
struct state;

#define NOTES_MAX     256
#define INCIDENTS_MAX 64

struct note {
    int64_t seq, t_ms;
    char who[64], stage[64], text[400];
    char why[160];   /* the words that argue; "" put here by a person */
    char into[12];   /* incident, action, rca; "" not turned */
    int64_t into_ms; /* when */
};

struct incident {
    int64_t seq, t_ms, from; /* from: the note it was made of, 0 none */
    char severity[12];       /* Critical, Warning, Info */
    char who[64], stage[64], text[400];
    char resolution[200], resolved_by[64];
    int64_t resolved_ms; /* 0: open */
};

struct talk {
    struct note *notes; /* oldest first */
    size_t n_notes;
    struct incident *incidents;
    size_t n_incidents;
    uint32_t notes_total, incidents_total, corrections;
};

void talk_release(struct talk *t);

/* Open incidents, and all of one severity. */
size_t talk_open(const struct talk *t);
size_t talk_severity(const struct talk *t, const char *severity);

/* LOG-11: the log is complete only with an entry at each stage start and end. The gap numbered `i`
 * as a sentence; false: there are not so many. */
bool log_gap(const struct state *s, size_t i, char *out, size_t size);

/* Handlers (core/fold/fold.c). */
bool fold_signal(struct state *s, const struct event *ev);
bool fold_parking(struct state *s, const struct event *ev);

#endif
