/* The vocabulary: one event is one record of the tape. docs/journal.md lists each body. */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum event_kind {
#define X(id, word, doc) id,
#include "event/kinds.def"
#undef X
    EV_KINDS
};

struct event {
    int64_t seq;  /* place on the tape from 1; 0 before it is committed */
    int64_t t_ms; /* wall time, ms since 1970 UTC */
    enum event_kind kind;
    char stage[64];     /* name of the stage it belongs to, "" outside */
    char actor[64];     /* who: "anna", "judge", "director", "warroom" */
    char role[32];      /* "ic", "" for the program */
    cJSON *body;        /* object, owned; never NULL */
    bool ours;          /* made by this process; the journal hands the very record back */
    bool unrecorded;    /* handed back while the journal could not write: seq is provisional */
    struct event *next; /* for event lists */
};

/* A new event with an empty body. The caller owns it. */
struct event *event_new(enum event_kind kind, int64_t t_ms, const char *actor);
void event_free(struct event *ev);
struct event *event_dup(const struct event *ev);

const char *event_word(enum event_kind kind);
const char *event_doc(enum event_kind kind);
int event_kind_of(const char *word); /* or -1 */

/* Is the body's text at `key` this word? */
bool event_is(const struct event *ev, const char *key, const char *word);

/* FIFO of events; owns them. */
struct event_list {
    struct event *first, **tail;
    size_t n;
};
void event_list_init(struct event_list *l);
void event_list_add(struct event_list *l, struct event *ev);
struct event *event_list_take(struct event_list *l); /* oldest or NULL; caller owns */
void event_list_free(struct event_list *l);

/* The record from its columns; body must be a JSON object. NULL with e set otherwise. */
struct event *event_decode(int64_t seq, int64_t t_ms, const char *kind, const char *stage,
                           const char *actor, const char *role, const char *body, struct err *e);

/* One line of `--json` output (without newline): t, t_plus, seq, kind, stage, actor, role and the
 * body's fields. t0_ms < 0: before T0 is known, t_plus is null. */
void event_json_line(const struct event *ev, int64_t t0_ms, struct buf *out);

/* One line of the war-room log, `:15 | Stage 1 (1%) | p95=142ms … | 6/6 PASS | IC: Proceed`;
 * nothing is appended for kinds that have no line (tick …). Clean of control characters. */
void event_log_line(const struct event *ev, int64_t t0_ms, struct buf *out);

/* A sentence why, without "; 42 samples, 3s old" wherever it stands: for lines that are read later
 * than they were written. out may be why itself. */
void event_sentence(const char *why, char *out, size_t size);

#endif
