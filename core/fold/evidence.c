/* Evidence files as the journal tells of them. */
#include "fold/evidence.h"

#include <stdlib.h>

#include "fold/fold_int.h"
#include "fold/hash_int.h"

#define MANIFEST "MANIFEST.sha256"

size_t evidence_count(const struct evidence_state *e, int artifact)
{
    size_t n = 0;
    for (size_t i = 0; i < e->n; i++)
        n += e->files[i].artifact == artifact;
    return n;
}

static struct evidence_file *place_for(struct evidence_state *e, const char *name)
{
    for (size_t i = e->n; i-- > 0;)
        if (!strcmp(e->files[i].name, name))
            return &e->files[i];
    if (e->n == EVIDENCE_FILES_MAX)
        return NULL;
    if (e->n == e->cap) {
        e->cap = e->cap ? 2 * e->cap : 32;
        e->files = xrealloc(e->files, e->cap * sizeof *e->files);
    }
    return &e->files[e->n++];
}

static bool written(struct state *s, const struct event *ev)
{
    struct evidence_state *e = &s->evidence;
    struct evidence_file f = {.t_ms = ev->t_ms};
    fold_text(f.name, sizeof f.name, ev->body, "file");
    fold_text(f.sha256, sizeof f.sha256, ev->body, "sha256");
    f.bytes = json_int_or(ev->body, "bytes", 0);
    int64_t a = json_int_or(ev->body, "artifact", -1);
    f.artifact = a >= 0 && a < (int64_t)s->plan->artifacts.n_files ? (int)a : -1;
    if (!*f.name)
        return false;
    if (!strcmp(f.name, MANIFEST))
        e->manifest = true;
    struct evidence_file *at = place_for(e, f.name);
    if (!at)
        return false;
    *at = f;
    e->last = (size_t)(at - e->files);
    e->last_ms = ev->t_ms;
    return true;
}

bool fold_evidence(struct state *s, const struct event *ev)
{
    struct evidence_state *e = &s->evidence;
    if (event_is(ev, "op", "evidence_end")) {
        e->told = true;
        e->complete = json_bool_or(ev->body, "complete", false);
        return true;
    }
    if (json_bool_or(ev->body, "ok", true))
        return written(s, ev);
    e->failed++;
    fold_text(e->failed_why, sizeof e->failed_why, ev->body, "why");
    return true;
}

void evidence_state_release(struct evidence_state *e)
{
    free(e->files);
}

void evidence_hash(uint64_t *h, const struct state *s)
{
    const struct evidence_state *e = &s->evidence;
    HASH_INTS(h, (int64_t)e->n, e->last_ms, (int64_t)e->last, e->failed, e->told, e->complete,
              e->manifest);
    hash_str(h, e->failed_why);
    for (size_t i = 0; i < e->n; i++) {
        const struct evidence_file *f = &e->files[i];
        HASH_INTS(h, f->bytes, f->t_ms, f->artifact);
        hash_str(h, f->name);
        hash_str(h, f->sha256);
    }
}
