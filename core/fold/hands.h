/* What the step under way is, when it is more than one call; part of struct state. */
#ifndef FOLD_HANDS_H
#define FOLD_HANDS_H

#include <stdbool.h>
#include <stdint.h>

enum hand_is { HAND_NONE, HAND_BURST, HAND_MANUAL, HAND_RAMP };

struct hands_state {
    enum hand_is is;
    char id[16]; /* of its action */
    int step;
    int64_t since_ms;
    char role[32];   /* of HAND_MANUAL: whose hands */
    char text[1200]; /* what they are to do, filled and masked */
    bool said;       /* the person has said done or failed */
    int level, of;   /* of HAND_RAMP: which lowering; of HAND_BURST: requests told, of all */
    double weight;   /* of HAND_RAMP: what is being set */
};

#endif
