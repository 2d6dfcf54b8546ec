/* What the tape says about the checks before the start. */
#ifndef FOLD_PREFLIGHT_H
#define FOLD_PREFLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pf_is { PF_WAITS, PF_PASSED, PF_WARNED, PF_FAILED, PF_UNKNOWN, PF_REHEARSED };

/* Whose word stands, and when it was given. */
struct pf_word {
    char by[64], role[32], why[160];
    int64_t at_ms; /* 0: nobody's */
};

struct preflight_item_state {
    enum pf_is is;
    int64_t at_ms; /* of the newest result or signature; 0: none */
    int64_t ms;    /* how long the answer took; -1 none */
    bool running;  /* a drill or reset has begun */
    bool old;      /* from before the start was asked for: does not count there */
    bool beyond;   /* the number is beyond `critical` */
    bool near;     /* an estimate within 20 % of a limit: an exact count needs `approve` */
    bool exact;    /* the number comes from the exact question */
    char expected[120], actual[200], why[200], call[240], reference[120];
    char by[64], role[32];
    struct pf_word waived, approved, refused; /* approved, refused: of a WARNING */
};

#define SIGNOFF_MAX 8
enum pf_final { PF_FINAL_NONE, PF_FINAL_DUE, PF_FINAL_PASSED, PF_FINAL_FAILED };

struct preflight_state {
    struct preflight_item_state *items;  /* plan->preflight.n_items */
    struct pf_word signoff[SIGNOFF_MAX]; /* by role of the plan's signoff */
    int64_t first_ms;                    /* first result or signature; 0: none yet */
    int64_t changed_ms;                  /* newest word or result */
    enum pf_final final;                 /* the checks at the start itself */
};

/* "pass" "WARN" "FAIL" "UNKNOWN" "wait" "rehearsed" */
const char *pf_word(enum pf_is is);

#endif
