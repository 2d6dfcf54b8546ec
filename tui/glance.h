/* What the whole room says in one glance: the verdict's word, what is wrong, what happens next and
 * which key helps. The order is ROLLING BACK, BREACH, UNKNOWN, HOLD, PASS; what nobody has read
 * back is never called done. Pure, allocates nothing. */
#ifndef TUI_GLANCE_H
#define TUI_GLANCE_H

#include "tui/reading.h"

enum verdict {
    V_DONE,         /* the run is over: its verdict is the word */
    V_NOT_VERIFIED, /* something was sent and nobody knows what came of it */
    V_ROLLING_BACK,
    V_ROLLBACK_WANTED, /* people must agree, or log_only: people must act */
    V_ROLLED_BACK,
    V_ABORTED,
    V_NOT_READY, /* before the start */
    V_READY,
    V_KILL_FAILED, /* a flip of the kill switch could not be read back */
    V_BREACH,
    V_PAUSED,
    V_KILL_ON,
    V_UNKNOWN,
    V_ESCALATE,
    V_HOLD,
    V_BASELINE,
    V_PASS,
};

/* One line below the header: a sentence and, at its right, the keys that help ("R roll back"). */
struct notice {
    enum role role;
    char text[420];
    char press[96];
};
#define NOTICES_MAX 6

struct glance {
    enum verdict is;
    enum role role;
    const char *sign;
    char word[32];
    struct tally tally;
    bool action_told;                   /* the first notice speaks of state.act already */
    struct notice notices[NOTICES_MAX]; /* the first belongs to the verdict; worst first */
    int n;
};

void glance_at(const struct scene *s, struct glance *g);

/* The kill switch as the screen may show it: an answer too old to be relied on is UNKNOWN. */
enum ks_is glance_kill(const struct scene *s, int64_t *age_out, const char **why);

/* No tick for too long, or Prometheus did not answer the newest one. */
bool glance_blind(const struct scene *s, int64_t *since_ms);

/* "25%" or the stage's name; "the end" behind the last stage. */
void glance_next(const struct scene *s, char *out, size_t size);

/* Keys of `keys` ("A advance  K kill") that this seat may press at all; "" for a read-only one. */
void glance_press(const struct scene *s, const char *keys, char *out, size_t size);

/* The plan has nothing behind this key (no action named rollback, no kill switch). */
bool glance_idle(const struct scene *s, char key);

/* Filled by notice.c and notice_others.c for glance_at. */
struct notice *notice_add(struct glance *g, enum role role);
void notice_action(const struct scene *s, const struct action_state *a, struct glance *g);
void notice_verdict(const struct scene *s, struct glance *g);
void notice_others(const struct scene *s, struct glance *g);

#endif
