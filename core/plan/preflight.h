/* The checks before the start as the plan says them (CONTRACT 3 `preflight`). One item is in
 * plan/preflight_item.h. Owned by the plan. */
#ifndef PLAN_PREFLIGHT_H
#define PLAN_PREFLIGHT_H

#include <stddef.h>
#include <stdint.h>

struct preflight_item;

/* One line of the risk table, shown beside the checks. */
struct preflight_risk {
    char *risk, *impact, *likelihood, *mitigation;
};

struct plan_preflight {
    struct preflight_item *items;
    size_t n_items;
    struct preflight_risk *risks;
    size_t n_risks;
    char **signoff; /* roles that must sign the whole, each by another person */
    size_t n_signoff;
    int64_t minimum_ms; /* from the first result or signature to the start; nobody shortens it */
    int64_t within_ms;  /* with `advance: auto`: not passed for so long ends the run ABORTED */
};

#endif
