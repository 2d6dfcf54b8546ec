/* Inside core/journal only: the record, the chain, the schema and the handle that writes. */
#ifndef JOURNAL_JOURNAL_INT_H
#define JOURNAL_JOURNAL_INT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "event/event.h"
#include "plan/plan.h"

#define JOURNAL_APP_ID  0x77617272 /* "warr" */
#define JOURNAL_VERSION 1
#define HASH_LEN        64
#define BODY_MAX        (16 << 20) /* bytes of one body; the writer refuses more, too */

/* What stands before the first record. */
#define GENESIS "0000000000000000000000000000000000000000000000000000000000000000"

struct span {
    const char *p;
    size_t n;
};

enum record_text { REC_KIND, REC_STAGE, REC_ACTOR, REC_ROLE, REC_BODY, REC_TEXTS };

/* One row as the chain sees it; the texts are borrowed. */
struct record {
    int64_t seq, t_ms;
    struct span text[REC_TEXTS];
};

/* chain.c: a SHA-256 context that is used again for every record. */
struct chain;
struct chain *chain_new(void);
void chain_free(struct chain *c);
void chain_next(struct chain *c, const char *prev, const struct record *r, char out[65]);

/* schema.c */
int schema_create(sqlite3 *db, struct err *e);
/* The file's tables, triggers and views are the very ones this version makes: nothing that a
 * hostile file defines is ever run. what names the file in the sentence. */
int schema_check(sqlite3 *db, const char *what, struct err *e);
/* Limits and switches that every handle gets before its first statement. */
void schema_harden(sqlite3 *db);
/* The row under `st` (columns in the order of the table). -1 when a column has the wrong type or
 * holds a NUL. prev and hash may be NULL. */
int schema_row(sqlite3_stmt *st, struct record *r, struct span *prev, struct span *hash);
struct event *schema_event(const struct record *r, struct err *e);

/* open.c: a handle that only reads; its schema is checked. NULL with e. */
struct opened {
    sqlite3 *db;
    bool sealed; /* no WAL: one file */
    int calls;   /* of the progress handler that are left */
};
struct opened *open_readonly(const char *path, struct err *e);
void open_release(struct opened *o);
/* A hostile file cannot keep one step busy for ever: call before each. */
void open_allow(struct opened *o);
/* Says why a read of the file failed. */
int open_failed(const struct opened *o, const char *path, struct err *e);

/* store.c: the handle that writes. One thread uses it. */
struct store;
enum store_result { STORE_OK = 0, STORE_BUSY = 1, STORE_FAILED = -1 };

struct place { /* a record's place in the chain */
    int64_t seq;
    char hash[65];
};

struct store *store_create(const char *path, const struct plan *plan, struct err *e);
struct store *store_open(const char *path, struct err *e);
void store_close(struct store *s);
/* The file at the path is still the one that is open, and its WAL too; else FAILED. */
int store_still_there(struct store *s, struct err *e);
int store_head(struct store *s, struct place *head, struct err *e);
int store_begin(struct store *s, struct place *head, struct err *e);
/* at->seq in; its hash out, "" when there is no such record. */
int store_hash_of(struct store *s, struct place *at, struct err *e);
/* Appends after *head, which moves on; r->seq is set. Record 1 fills session and series, too. */
int store_append(struct store *s, struct place *head, struct record *r, struct err *e);
int store_commit(struct store *s, struct err *e);
void store_rollback(struct store *s);
/* Calls fn for each record after `at`, moving it on. */
int store_newer(struct store *s, struct place *at,
                void (*fn)(void *ctx, const struct record *r, const char *hash), void *ctx,
                struct err *e);
bool store_is_final(struct store *s); /* the run has its verdict */
/* Somebody else has committed since the last call. */
bool store_changed(struct store *s);
/* Checkpoints; leaves WAL mode so that one file remains. BUSY while others hold it open. */
int store_seal(struct store *s, struct err *e);

/* pending.c: events that are not on disk yet, in order. The record's text is what will be written;
 * ev is the event itself until it has been handed to the room. */
struct pending {
    struct pending *next;
    struct event *ev;
    int64_t seq; /* once written */
    int64_t t_ms;
    enum event_kind kind;
    char stage[64], actor[64], role[32];
    char *body;
    size_t body_n;
    int64_t since_ms; /* monotonic, when it was handed over */
};

struct pending_list {
    struct pending *first, **tail;
    struct pending *fresh; /* the first whose event the room does not have */
    size_t n, n_fresh;
    size_t tick_bytes; /* of ticks */
};

/* Makes the event what will be read back (secrets masked, no NaN, clean names) and keeps its
 * text. Takes ev. */
struct pending *pending_new(struct event *ev);
void pending_free(struct pending *p);
void pending_record(const struct pending *p, struct record *out);
bool pending_is(const struct pending *p, const struct record *r); /* same but for the place */
void pending_init(struct pending_list *l);
void pending_add(struct pending_list *l, struct pending *p);
struct pending *pending_take(struct pending_list *l); /* the oldest; its ev may be NULL */
struct event *pending_hand_out(struct pending_list *l, size_t *index); /* next fresh event */

#endif
