/* Inside core/sim only: the commands that stand-ins ask for (POST /sim/exec, docs/simulator.md). */
#ifndef SIM_EXEC_H
#define SIM_EXEC_H

#include "sim/sim_int.h"

#define EXEC_ARGS_MAX 60

struct exec {
    struct sim *s;
    int64_t now_ms;
    bool lie;
    const char *name; /* of the program */
    const char *arg[EXEC_ARGS_MAX];
    bool used[EXEC_ARGS_MAX];
    size_t n;
    struct buf *out; /* what it prints: on stdout when it ends with 0, else on stderr */
};

/* One command: its program and first words. The return value is its exit status. */
struct exec_row {
    const char *name, *words;
    unsigned target;
    int (*run)(struct exec *x);
};
extern const struct exec_row exec_hal9[]; /* ends with a NULL name */

bool exec_flag(struct exec *x, const char *name);
/* The value of `--name VALUE` or `--name=VALUE`, or NULL. */
const char *exec_opt(struct exec *x, const char *name);
/* The next word that no option has taken; options come first. NULL: none is left. */
const char *exec_word(struct exec *x);
/* Says so and returns 1 when something is left over. */
int exec_end(struct exec *x);
int exec_fail(struct exec *x, int status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* A number from lo to hi; -1 with the sentence. */
int exec_number(struct exec *x, const char *what, const char *text, double lo, double hi,
                double *out);

/* Value of a signal of the scenario; `otherwise` when it has none of that name. */
double exec_signal(const struct exec *x, const char *name, double otherwise);
void exec_weight(struct exec *x, double weight);

#endif
