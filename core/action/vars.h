/* Values of {{path}} placeholders from state and verdicts. Pure. */
#ifndef ACTION_VARS_H
#define ACTION_VARS_H

#include "judge/judge.h"
#include "plan/tmpl.h"

struct vars {
    const struct state *s;
    const struct judge *j; /* may be NULL: metric values are then the newest answers */
    int stage;             /* whose name and weight are meant; -1 none */
    const double *weight;  /* instead of the stage's: of a ramp; NULL: the stage's */
    const char *actor, *reason;
    const struct event *ev; /* {{event.…}}: what a message tells; NULL: none */
    const char *message;    /* {{message}}: the text itself; NULL: none */
    const char *head;       /* {{run.head}}: hash of the newest record; NULL: not known */
    bool in_template;       /* a template's own text is being filled */
};

/* A provider for tmpl_fill; v must outlive it. A metric without data, a stage without weight and a
 * value not captured yet have no value: the action that needs them is blocked. */
struct tmpl_vars vars_of(struct vars *v);

#endif
