/* What is to be done once a run is over: the plan's `follow_up`. Part of plan.h. */
#ifndef PLAN_FOLLOW_UP_H
#define PLAN_FOLLOW_UP_H

#include <stdint.h>

enum follow_up_on {
    FOLLOW_PASS,     /* PASS or PASS_WITH_WARNING */
    FOLLOW_FAIL,     /* any other verdict */
    FOLLOW_ROLLBACK, /* a rollback was read back, whatever the verdict says */
};

struct follow_up {
    unsigned on; /* bits of enum follow_up_on */
    char *title, *owner, *priority;
    int64_t due_ms; /* after the verdict */
};

#endif
