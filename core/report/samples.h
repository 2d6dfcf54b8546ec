/* Samples from a CSV file, for judging them (CONTRACT 5): header `t,metric,value[,compare]`, other
 * columns are left out. t: seconds from T0, negative before. A value that is empty or no number is
 * no data. Special metrics: @alert (1 firing, 0 resolved, empty: not known), @kill_switch (0 off,
 * 1 on, empty: not known), @confirm:ITEM. */
#ifndef REPORT_SAMPLES_H
#define REPORT_SAMPLES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct recorded {
    double t_s, value; /* value NaN: no data */
    double compare;    /* the other side; NaN: no data, or no such column */
    uint32_t name;     /* index into names */
    uint32_t line;     /* of the file, from 1 */
};

#define SAMPLE_NAME 64
struct samples {
    struct recorded *v; /* by time; at one time as in the file */
    size_t n;
    char (*names)[SAMPLE_NAME];
    size_t n_names;
    int64_t t0_ms; /* wall time of t = 0; 0: not known */
};

/* 0, or -1 with `FILE:LINE: what was found; what is allowed` (EX_BADDATA, EX_NOFILE). The caller
 * clears it in both cases. */
int samples_read(const char *path, struct samples *out, struct err *e);
int samples_read_from(FILE *f, const char *name, struct samples *out, struct err *e);
void samples_clear(struct samples *s);

#endif
