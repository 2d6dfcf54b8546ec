/* What one metric says on the screen: value, change, age, status in words. The screen looks at
 * ages itself: a value the judge liked a minute ago is not shown as fine when nothing came since.
 */
#ifndef TUI_READING_H
#define TUI_READING_H

#include "tui/view.h"

enum shown { SHOWN_PASS, SHOWN_INFO, SHOWN_WARN, SHOWN_UNKNOWN, SHOWN_CRIT }; /* rising */
#define SHOWN_KINDS (SHOWN_CRIT + 1)

struct reading {
    enum shown is;
    enum role role;   /* of sign and word; ROLE_TEXT where nothing is wrong */
    const char *sign; /* " " pass, "▲" "?" "■" */
    const char *word; /* "pass" "info" "WARN" "UNKNOWN" "CRIT" */
    bool blind;       /* no value to show: `value` holds "no data 94s (last 142)" */
    int64_t blind_ms; /* since when, while blind; -1 ever */
    bool old;         /* past two intervals: dim, with "?" */
    bool late;        /* the screen overruled the judge: too old */
    char value[64], age[16];
    char delta[16]; /* against the baseline "+3.1%"; with an other side against that, "AB+3.1%" */
    char other[64]; /* the other side (A/B): "128 ms", "no data 20s"; "" it has none */
    char brief[32]; /* the value in few cells: without its unit, "no data 94s" */
    char note[64];  /* "crit in 02:31", "empty answer"; "" none */
    char reach[16]; /* "warn ~9m", "crit >1h", "none" (foreseen); "" cannot be said */
    const char *arrow;    /* "↑" "→" "↓" " " */
    enum role arrow_role; /* ROLE_WARN when it worsens */
};

void reading_of(const struct scene *s, size_t m, struct reading *out);
/* The judge's sentence about a metric, without its title in front. */
const char *reading_why(const struct scene *s, size_t m);

enum shown reading_is(const struct scene *s, size_t m); /* the status alone */

/* The moment ages are counted to: the wall, or the end of a run that is over. */
int64_t scene_now(const struct scene *s);
int64_t age_ms(const struct scene *s, int64_t at_ms); /* never negative */

/* In a demo or drill whose clock is faster than the machine an answer is old as soon as it has
 * come: so much older (a quarter of a real second) does not count as stale. 0 in a run that acts.
 */
int64_t fast_ms(const struct scene *s);
/* A kill switch's answer counts as fresh up to this age. */
int64_t ks_fresh_ms(const struct scene *s);
/* Is what this alert source said still known? Its silence is no quiet. */
bool alert_source_known(const struct scene *s, size_t source);
/* How many of the plan's alert sources are not known. */
int alerts_unknown(const struct scene *s);

/* Counts of the gating metrics, and of judged ones outside the gate, as the screen shows them;
 * pass + warn + unknown + crit == of. */
struct tally {
    int pass, warn, unknown, crit, of;
    int out_warn, out_unknown, out_crit; /* judged, not gating */
    int worst;                           /* metric index of the worst reading; -1: all is well */
};
void tally_of(const struct scene *s, struct tally *out);

/* How many metrics of a group, judged or not, are shown as what; "" those of no group. */
void reading_group(const struct scene *s, const char *group, int n[SHOWN_KINDS]);

/* Metrics in the order of the screen: CRIT, UNKNOWN, WARN first (worst first), then the others as
 * the plan lists them. With `keep` the plan's order throughout. Returns how many. */
#define ORDER_MAX 1024
size_t reading_order(const struct scene *s, bool keep, uint16_t order[ORDER_MAX], size_t *trouble);

/* The text of a limit for a column: its value in the unit, else the condition's own value ("+10%"
 * before there is a baseline); "-" when there is none. */
void reading_limit(const struct scene *s, size_t m, const struct cond *limit, char *out,
                   size_t size);

#endif
