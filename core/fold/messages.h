/* Messages that were sent or should be, and what people are reminded of; part of struct state. */
#ifndef FOLD_MESSAGES_H
#define FOLD_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

#define MESSAGES_KEPT 16

struct message_kept {
    int64_t t_ms;
    char id[16];
    char op[12]; /* sent failed blocked waits shown rehearsed dropped due */
    char on[16]; /* what it told */
    char to[64], channel[80];
    char why[160];
    char text[1000];
};

struct messages_state {
    struct message_kept all[MESSAGES_KEPT]; /* ring: the newest ones, oldest first from `first` */
    int first, n;
    uint32_t sent, failed, blocked, due; /* of the whole run */
    /* Since when something is owed; 0: nothing is. */
    int64_t checkpoint_ms, warning_ms, critical_ms;
};

#endif
