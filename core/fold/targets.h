/* What is known of the plan's databases: `source` events named "mysql:NAME". Values of their
 * metrics stand with the metrics. */
#ifndef FOLD_TARGETS_H
#define FOLD_TARGETS_H

#include <stdbool.h>
#include <stdint.h>

struct target_state {
    bool known, ok; /* asked at least once; answered the newest time */
    int64_t since_ms;
    char why[160]; /* it does not answer */
};

#endif
