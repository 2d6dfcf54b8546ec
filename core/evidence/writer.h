/* The thread that writes evidence files: each by a temporary file, fsync and rename, so that there
 * is a whole file or none. Nobody waits for it; what came of a file is an event. */
#ifndef EVIDENCE_WRITER_H
#define EVIDENCE_WRITER_H

#include "base/queue.h"
#include "event/event.h"

enum job_kind {
    JOB_BYTES,
    JOB_METRICS, /* every sample of the session, streamed from the journal */
    JOB_MANIFEST,
};

struct job {
    enum job_kind kind;
    char name[96]; /* in the folder, may have folders of its own */
    struct buf bytes;
    int64_t t_ms; /* time of the event that tells of it */
    int artifact; /* -1: the tool's own */
    bool silent;  /* written on the way: only a failure is told */
};

struct writer;

/* `dir` is made when something is written. Events go to `inbox` (`source`, op "evidence"). */
struct writer *writer_start(const char *dir, const char *session_path, struct queue *inbox,
                            struct err *e);

/* Remembers a file that an earlier process of this session has written, for the manifest. Before
 * the first job. */
void writer_know(struct writer *w, const char *name, int64_t bytes, const char *sha256);

/* Takes the job's bytes over. -1 when too many wait (told as a failure by the caller). */
int writer_put(struct writer *w, struct job *job);

/* How many jobs are not done yet. */
int writer_pending(struct writer *w);

/* Waits at most ms real milliseconds for the end of all jobs, then frees. A disk that hangs is
 * left alone: then -1, and the memory stays. */
int writer_stop(struct writer *w, int64_t ms);

#endif
