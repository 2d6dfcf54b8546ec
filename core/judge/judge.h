/* State -> verdicts (CONTRACT 4 and 5). Pure and incremental: judge_tick() is called once after
 * every folded tick event, in order, so a replay comes to the same verdicts. */
#ifndef JUDGE_JUDGE_H
#define JUDGE_JUDGE_H

#include "fold/state.h"
#include "judge/compare.h"

enum mstatus { M_OK, M_WARNING, M_NODATA, M_CRITICAL }; /* rising severity */

enum level { LEVEL_NOTICE, LEVEL_WARNING, LEVEL_ALERT, LEVEL_CRITICAL, LEVELS };

/* One condition under watch. */
struct watch {
    int64_t since_ms; /* first bad sample of the running breach; 0: none */
    int64_t last_ms;  /* newest bad sample */
    int64_t late_ms;  /* state's late_ms at that time */
    bool hit;         /* condition and duration hold now */
};

/* How a metric has moved over the window of its trend. */
struct drift {
    int n;         /* samples looked at; 0: too few to say */
    double change; /* of the Theil-Sen line over span_ms, in the unit */
    double of;     /* median, what per cents are taken of */
    double p;      /* Mann-Kendall, two-sided */
    int64_t span_ms;
};

/* When it would meet its next limit if it goes on so. Shown, never a reason to advance. */
struct forecast {
    bool known;    /* there are a trend and a limit; false: nothing can be said */
    bool foreseen; /* false: "none foreseen", the band of the slope holds zero or it goes away */
    int level;     /* LEVEL_WARNING or LEVEL_CRITICAL */
    double s, soonest_s, latest_s; /* seconds from now; INFINITY where the band says never */
};

enum first_is { FIRST_NONE, FIRST_PENDING, FIRST_WARNING, FIRST_CRITICAL };

struct metric_verdict {
    enum mstatus status;
    bool notice, alert; /* beyond `notice`, beyond `alert_at` (or CRITICAL); as they were while
                           there is no data */
    bool pending;       /* a `for` duration runs */
    bool split_off;     /* WARNING because it is off the verified weight */
    int64_t pending_left_ms;
    bool pass_missed;  /* a pass condition of the running stage is not met, or not known to be */
    double value;      /* judged value (counter: sum of increases); NaN: none */
    double base;       /* NaN: none */
    double change_pct; /* NaN: none */
    int64_t age_ms;    /* of the value, at the tick; -1: never */
    uint32_t samples;  /* valid ones since the stage began */
    bool enough;       /* samples >= min_samples (run's count in a stage's first minutes) */
    bool worsening;    /* the trend goes the wrong way */
    int trend;         /* -1 falling, 0 flat, 1 rising, 2 unknown */
    bool trend_holds;  /* within limits, but its trend holds the gate (judge.trend) */
    struct drift drift;
    struct forecast reach;
    struct comparison versus; /* the other side, where the metric has one */
    char why[200];            /* "142 ms >= +10% (base 128 ms)", "no data: empty answer", … */
    char limit[64];           /* the condition that speaks, as written; "" none */
    struct watch watch[LEVELS];
    enum first_is first;      /* a limit of the stage's first minutes speaks, not its own */
    struct watch first_watch; /* and since when */
};

struct counts {
    int ok, warning, critical, nodata, of; /* gating metrics; ok+warning+critical+nodata == of */
    int pass;                              /* OK and every pass condition met */
    int notices;                           /* metrics in notice, gating or not */
    int concurrent_warnings; /* metrics in WARNING by their own limits (not pending) */
};

/* Holds of the running stage's gate by trends. */
struct trend_hold {
    int stage;
    int in_row;       /* 0 none, 1 held, 2 and more: people must look */
    int64_t until_ms; /* then judged again */
};

struct judge {
    const struct plan *plan;
    struct metric_verdict *m; /* plan->n_metrics */
    struct counts counts;
    struct watch *pass; /* watches of the running stage's pass conditions */
    int pass_stage;
    struct watch *first; /* of the running stage's first minutes: critical ones, then warnings */
    size_t n_first;
    int first_stage;
    struct watch *soak; /* of the soak's pass conditions */
    struct trend_hold trend;
    struct ab *ab;
    int64_t now_ms;
    bool no_arrows; /* set by who shows none: trend and reach are looked at by the gates alone */
};

struct judge *judge_new(const struct plan *plan);
void judge_free(struct judge *j);

/* Judges the state after its newest tick. */
void judge_tick(struct judge *j, const struct state *s);

const char *mstatus_word(enum mstatus m); /* OK WARNING NODATA CRITICAL */

#endif
