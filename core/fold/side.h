/* What is known of the other side of a metric (A/B, `compare:`). */
#ifndef FOLD_SIDE_H
#define FOLD_SIDE_H

#include <stdbool.h>
#include <stdint.h>

struct side_state {
    double value;     /* newest answer in the metric's unit; NaN: no data */
    int64_t at_ms;    /* when it was asked; 0: never */
    double last_good; /* newest value that was a number; NaN: none yet */
    int64_t good_ms;
    char why[120]; /* why there is no data, "" otherwise */
    double *hist;  /* as of the metric's own side; NULL: it has no other side */
};

#endif
