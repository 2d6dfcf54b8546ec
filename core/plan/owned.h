/* How a loaded plan is allocated; for plan.c and load.c alone. */
#ifndef PLAN_OWNED_H
#define PLAN_OWNED_H

#include "plan/plan.h"
#include "plan/pool.h"

struct owned_plan {
    struct plan plan; /* first: plan_free() goes back from it */
    struct pool pool;
};

#endif
