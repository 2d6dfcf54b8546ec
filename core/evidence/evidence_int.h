/* Inside core/evidence only: what is remembered between events, and the contents. */
#ifndef EVIDENCE_EVIDENCE_INT_H
#define EVIDENCE_EVIDENCE_INT_H

#include "evidence/evidence.h"
#include "evidence/writer.h"

#define RECORD_STEPS 64

/* The newest action's calls and outcomes, by step. */
struct record {
    char id[16], verb[24], action[64], actor[64], reason[200];
    int stage; /* index, -1 none */
    int item;  /* of the timeline, -1 none */
    int64_t begun_ms;
    cJSON *values;  /* of all metrics when it was decided */
    cJSON *table;   /* its steps: call, when, by whom, outcome */
    char hands[64]; /* who said what became of a manual step */
    struct buf steps[RECORD_STEPS], whole;
};

/* unwritten.c */
struct unwritten {
    struct job *all;
    size_t n;
};
void unwritten_add(struct unwritten *u, struct job *job); /* takes the bytes over */
void unwritten_told(struct unwritten *u, const struct event *ev);
void unwritten_write(struct unwritten *u, struct writer *w);
void unwritten_free(struct unwritten *u);

enum ending { RUNS, ENDS, TOLD, CLOSES, OVER };

struct evidence {
    struct evidence_opts o;
    char *dir, *session;
    struct writer *writer; /* NULL before the start */
    bool folds;            /* what is recorded, before the start */
    struct unwritten unwritten;
    struct buf log, kills;
    uint64_t log_total;
    bool log_dirty, line_dirty; /* war-room log, timeline: changed since they were written */
    int64_t log_real_ms;        /* real time of the newest writing */
    double weight, weight_before;
    int64_t weight_ms;
    struct record act;
    int64_t *next_ms; /* by artifact, of ART_EVERY; 0 before T0 */
    unsigned *times;  /* by artifact: how often its moment has come */
    enum ending ending;
};

/* What a content is made from. */
struct moment {
    const struct evidence *k;
    const struct state *s;
    const struct judge *j;
    const struct artifact *a;
    const struct event *ev;
    int stage; /* index it speaks of, -1 none */
};

/* -1 with e: cannot be made (a placeholder without a value). */
int content_make(const struct moment *m, struct buf *out, struct err *e);

/* content.c: what all texts are made of. */
void content_when(int64_t t_ms, struct buf *out);
void content_t_plus(const struct state *s, int64_t t_ms, struct buf *out);
void content_number(double v, const char *unit, struct buf *out);
void content_title(const struct moment *m, const char *what, struct buf *out);
int content_by_value(const void *a, const void *b);
/* Valid samples of that time that are still kept; out has HIST_CAP places. */
size_t content_samples(const struct state *s, size_t metric, int64_t from_ms, int64_t until_ms,
                       double *out);

/* content_decision.c */
void content_decision(const struct moment *m, struct buf *out);

/* content_json.c */
void content_snapshot(const struct moment *m, struct buf *out);
void content_baseline(const struct moment *m, struct buf *out);
void content_after(const struct moment *m, struct buf *out);
void content_rollback(const struct moment *m, struct buf *out);

/* names.c: the artifact's name at this moment. */
void artifact_name(const struct moment *m, unsigned times, char *out, size_t size);

/* record.c */
void record_event(struct record *r, const struct event *ev);
void record_release(struct record *r);
/* Calls and outcomes of one action of the plan. */
void record_of_action(const struct record *r, const struct plan *p, int action, struct buf *out);
bool record_has_action(const struct record *r, const struct plan *p, int action);

const char *scope_value(const struct plan *p, const char *key); /* "" when there is none */

#endif
