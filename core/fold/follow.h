/* What the followed log files said; part of struct state. */
#ifndef FOLD_FOLLOW_H
#define FOLD_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/follow.h"

#define FOLLOWED_KEPT 32

struct followed_line {
    int64_t t_ms;
    int log; /* index into plan->logs */
    bool error;
    char text[240];
};

struct follow_state {
    struct {
        uint32_t lines, errors;
        int64_t lost;
        int marks;      /* so many came, in their order */
        uint32_t early; /* bit i: mark i + 1 came before its turn */
        bool absent;
        char why[120];
    } logs[FOLLOWS_MAX];
    struct followed_line all[FOLLOWED_KEPT]; /* ring: the newest ones, oldest first from `first` */
    int first, n;
};

#endif
