/* Evidence while a run goes on (CONTRACT 12): watches the folded events and lets a thread write the
 * plan's artifacts at their moments, the war-room log, and at the end the manifest. Only the
 * process that runs has one; a replay and a watcher never write. */
#ifndef EVIDENCE_EVIDENCE_H
#define EVIDENCE_EVIDENCE_H

#include "base/queue.h"
#include "judge/judge.h"

struct evidence;

struct evidence_opts {
    const struct plan *plan;
    const char *dir, *session_path;
    struct queue *inbox; /* where `source` events with op "evidence" go */
};

struct evidence *evidence_open(const struct evidence_opts *o);

/* Every event once it is folded and judged, in order. Before evidence_start (a resumed run folds
 * what is recorded) nothing is written, only remembered. */
void evidence_event(struct evidence *k, const struct state *s, const struct judge *j,
                    const struct event *ev);
int evidence_start(struct evidence *k, const struct state *s, struct err *e);

/* Lets what has become due go: the log, and after the verdict the end (`evidence_end`) and the
 * manifest. Appends events. False: it waits for nothing any more. */
bool evidence_pump(struct evidence *k, const struct state *s, bool leaving, struct event_list *out);

/* Ends the thread; -1: the disk hangs, its queue must stay. */
int evidence_close(struct evidence *k, int64_t ms);

/* ---- completeness (EVI-4, EVI-6), from the state alone ---- */

enum evidence_is {
    EVIDENCE_WAITING,     /* its moment has not come */
    EVIDENCE_PRESENT,     /* as many as there should be by now */
    EVIDENCE_MISSING,     /* its moment has come */
    EVIDENCE_NOT_REACHED, /* the run ended before its moment */
};

struct evidence_item {
    enum evidence_is is;
    size_t have, due; /* files, moments so far */
    bool unsigned_by; /* it is there, and somebody has not signed it */
};
void evidence_item_of(const struct state *s, size_t artifact, struct evidence_item *out);

struct evidence_sum {
    size_t present, missing, waiting, not_reached; /* required artifacts */
    size_t files;
    int wanted; /* the plan's count; 0: not said */
    bool complete;
};
void evidence_sum_of(const struct state *s, struct evidence_sum *out);

#endif
