/* YAML text -> plan. All errors of a file are found in one go, each as
 * `FILE:LINE:COL: path.in.plan: what was found; what is allowed (did you mean …)`. */
#ifndef PLAN_LOAD_H
#define PLAN_LOAD_H

#include "base/buf.h"
#include "plan/plan.h"

/* Where ${NAME} comes from. get returns NULL when it is not set. */
struct plan_env {
    const char *(*get)(void *ctx, const char *name);
    void *ctx;
    bool
        recorded; /* an old session's plan: secrets may be missing, windows of trust do not count */
};

extern const struct plan_env plan_env_process; /* getenv */

/* NULL with one line per error in `errors` (each ends in \n) when anything is wrong. `name` is
 * what errors call the file. Every secret found is handed to secret_add. */
struct plan *plan_load_text(const char *text, size_t n, const char *name,
                            const struct plan_env *env, struct buf *errors);

/* Reads at most 1 MiB. A missing file is EX_NOFILE in *status, bad data EX_BADDATA. */
struct plan *plan_load_file(const char *path, const struct plan_env *env, struct buf *errors,
                            int *status);

/* What will happen when and what will roll back, in plain words; secrets masked. */
void plan_explain(const struct plan *p, struct buf *out);
void plan_explain_preflight(const struct plan *p, struct buf *out); /* a part of it */

/* The plan's language as a JSON Schema, for editors; ends in a newline. */
void plan_schema_json(struct buf *out);

/* The commented starter plan that `warroom init` writes (static text). */
const char *plan_starter(void);

#endif
