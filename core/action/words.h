/* What people say, read against plan and state: signals, notes, marks become events, with the
 * numbers taken from the newest samples. Pure. */
#ifndef ACTION_WORDS_H
#define ACTION_WORDS_H

#include "action/intent.h"
#include "event/grammar.h"

/* Is the intent words alone (signal, park, mark …), to be recorded and not to be done? */
bool words_kind(enum intent_kind k);

/* Reads a signal by the grammar. LINE_GOOD, or why it is none. */
enum line_fault words_read(const struct state *s, const struct intent *in, struct line *out,
                           struct err *why);

/* The same before there is a state (s may be NULL): no event and no file can be named then. */
enum line_fault words_read_plan(const struct plan *p, const struct state *s,
                                const struct intent *in, struct line *out, struct err *why);

/* May it be said? 0, or -1 with the sentence why not (the guard's part about words). */
int words_allowed(const struct state *s, const struct intent *in, struct err *why);

/* The event of an allowed one; numbers as of the newest tick. The caller owns it. */
struct event *words_event(const struct state *s, const struct judge *j, const struct intent *in,
                          int64_t now_ms);

/* "p95=142ms ws=no data": one metric as the log writes it, appended. */
void words_value(const struct state *s, const struct judge *j, size_t metric, struct buf *out);

#endif
