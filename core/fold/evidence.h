/* The part of the state about evidence files: what has been written, what could not be. */
#ifndef FOLD_EVIDENCE_H
#define FOLD_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evidence_file {
    char name[96]; /* in the evidence folder */
    char sha256[65];
    int64_t bytes, t_ms;
    int artifact; /* index into the plan's artifacts; -1: the tool's own (log, manifest) */
};

#define EVIDENCE_FILES_MAX 8192 /* one a minute for five days */

struct evidence_state {
    struct evidence_file *files; /* by name only once: written again, it is replaced */
    size_t n, cap;
    int64_t last_ms; /* of the newest file; 0 none */
    size_t last;     /* its index */
    uint32_t failed; /* files that could not be written */
    char failed_why[160];
    bool told;     /* the run's end has been told: complete or what is missing */
    bool complete; /* as told */
    bool manifest; /* MANIFEST.sha256 stands */
};

struct event;
struct state;

void evidence_state_release(struct evidence_state *e);

/* How many files this artifact has. */
size_t evidence_count(const struct evidence_state *e, int artifact);

bool fold_evidence(struct state *s, const struct event *ev);

#endif
