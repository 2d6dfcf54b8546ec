/* Do the checks before the start stand, and what does the start wait for? Pure. */
#ifndef DIRECTOR_PREFLIGHT_H
#define DIRECTOR_PREFLIGHT_H

#include "director/director.h"
#include "plan/preflight_item.h"

enum pf_stand {
    PF_STANDS,      /* passed */
    PF_STANDS_WARN, /* a WARNING nobody has to agree to, or somebody did */
    PF_WAIVED,
    PF_NOTED, /* advisory: not passed, blocks nothing */
    PF_SHUT,  /* not passed */
    PF_NEVER, /* not passed, and nobody may start against it */
};

/* `why` (may be NULL) says what is missing, `whom` who can give it. */
enum pf_stand preflight_stand(const struct state *s, size_t item, char why[160], char whom[32]);

struct preflight_tally {
    int pass, warn, fail, unknown, wait, of; /* of all items; they add up */
    int shut, never;                         /* of those, what keeps the start shut */
    int first;                               /* item index of the first that is shut; -1 none */
    int cancelled; /* item beyond its `critical` that nobody overrides; -1 none */
};
void preflight_tally(const struct state *s, struct preflight_tally *out);

/* Roles of the sign-off that are missing, "DBA, SRE"; "" none. */
void preflight_unsigned(const struct state *s, char *out, size_t size);

/* Is the run before its start, so that the checks count? */
bool preflight_counts(const struct state *s);

/* ms left of the plan's minimum at now_ms; 0 over, or none asked. Before the first check: all. */
int64_t preflight_left_ms(const struct state *s, int64_t now_ms);

/* "PASSED" or "BLOCKED", as a person says it (PRE-16). */
bool preflight_passed(const struct state *s);

#endif
