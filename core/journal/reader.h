/* Reading a recorded or live session; never writes. Opens from a read-only folder. */
#ifndef JOURNAL_READER_H
#define JOURNAL_READER_H

#include "event/event.h"
#include "plan/plan.h"

struct reader;

struct reader *reader_open(const char *path, struct err *e); /* refuses newer versions clearly */
void reader_close(struct reader *r);
struct event *reader_next(struct reader *r, struct err *e); /* NULL at the end or on error */
int reader_seek(struct reader *r, int64_t seq);             /* next event is the first > seq */
const char *reader_hash(const struct reader *r); /* of the record last returned, "" none */
const char *reader_head(struct reader *r);       /* hash of the newest record */
bool reader_sealed(struct reader *r);

/* The plan recorded in the first event. NULL with e. The caller frees it. */
struct plan *reader_plan(struct reader *r, struct err *e);

/* Checks the whole chain. 0 fine; -1 with the first bad record named in e. want_head (may be
 * NULL): the hash that must stand at the end (a cut tail shows). */
int journal_verify(const char *path, const char *want_head, int64_t *events, char head[65],
                   struct err *e);

/* lower-case hex SHA-256 of prev and the record (docs/journal.md, "The chain"). */
void chain_hash(const char *prev, int64_t seq, int64_t t_ms, const char *kind, const char *stage,
                const char *actor, const char *role, const char *body, char out[65]);

#endif
