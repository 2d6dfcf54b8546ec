/* The model's inside, for model*.c alone. */
#ifndef SIM_MODEL_IMPL_H
#define SIM_MODEL_IMPL_H

#include "sim/model.h"

struct act {
    int64_t t_ms;
    double weight;
    bool killed, executed;
};

struct forced {
    enum { FORCE_SIGNAL, FORCE_GONE, FORCE_STALL } what;
    int64_t t_ms;
    int signal;
    char metric[96];
    double value; /* of a signal; 0 or 1 otherwise */
};

/* Sums of a counter at whole STEPs after the origin. */
#define COUNTER_STEP_MS 600000
#define COUNTER_STEPS   4096
struct sums {
    double *at; /* COUNTER_STEPS, made when first asked */
    size_t n;
};

struct model {
    const struct scenario *sc;
    int64_t start_ms;
    struct act act[MODEL_ACTS_MAX]; /* act[0] holds since ever; times rise */
    size_t n_acts;
    struct forced forced[MODEL_FORCED_MAX];
    size_t n_forced;
    int64_t newest_ms; /* newest time anything was done */
    struct sums *sums; /* per series */
};

double act_effective(const struct act *a);
const struct act *model_act(const struct model *m, int64_t t_ms);

/* A stretch of time during which an anchor holds: [from, to). */
struct run {
    int64_t from_ms, to_ms;
    bool killed; /* ended by a kill switch */
};
/* The next run from act *i on; *i is 0 at first. */
bool model_run(const struct model *m, const struct when *w, size_t *i, struct run *out);

/* Newest forced entry of that kind at t, or NULL. */
const struct forced *model_forced(const struct model *m, int what, int signal, const char *metric,
                                  int64_t t_ms);

#endif
