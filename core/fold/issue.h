/* An issue that a person has opened about a metric (JDG-9): minor at first, see
 * director/rules_issues.c. */
#ifndef FOLD_ISSUE_H
#define FOLD_ISSUE_H

#include <stdbool.h>
#include <stdint.h>

struct issue_state {
    bool open;
    int64_t since_ms;                 /* opened then; closed ones keep it */
    uint32_t n;                       /* opened so far */
    char by[64], role[32], text[120]; /* who opened it and why */
    char gone_by[64], gone_text[120]; /* who has closed the newest one; "" while it is open */
};

#endif
