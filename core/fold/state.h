/* The state of the room: what the events so far say, nothing else. Made by fold_apply() alone and
 * const for everybody else. No clock, file or socket is read: "now" is the newest event's time. */
#ifndef FOLD_STATE_H
#define FOLD_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "fold/follow.h"
#include "fold/hands.h"
#include "fold/issue.h"
#include "fold/side.h"
#include "fold/messages.h"
#include "fold/targets.h"
#include "fold/times.h"
#include "event/level.h"
#include "fold/evidence.h"
#include "fold/people.h"
#include "fold/preflight.h"
#include "fold/talk.h"
#include "plan/plan.h"

enum phase {
    PHASE_PREFLIGHT, /* nothing has been done to production */
    PHASE_COUNTDOWN,
    PHASE_BASELINE, /* baseline values are being taken */
    PHASE_RUNNING,
    PHASE_HOLD,   /* a person holds: no advance, the stage clock runs on */
    PHASE_PAUSED, /* auto-pause: latched, the stage clock stands */
    PHASE_SOAK,
    PHASE_ROLLING_BACK,
    PHASE_OBSERVING, /* after rollback, or after success (with the after values) */
    PHASE_DONE,
};

enum stage_at {
    STAGE_PLANNED,
    STAGE_STARTING, /* its start action is under way, the clock stands at 0 */
    STAGE_RUNNING,
    STAGE_DONE,
    STAGE_STOPPED, /* left by rollback, abort or end of the run */
};

enum ks_is { KS_UNKNOWN, KS_OFF, KS_ENGAGED, KS_FAILED };

enum act_is {
    ACT_NONE,
    ACT_INTENT, /* wanted, durable, nothing sent */
    ACT_SENT,
    ACT_VERIFIED,   /* done and read back (or every step met its `expect` and none has a verify) */
    ACT_FAILED,     /* not done, or accepted and then not read back */
    ACT_UNKNOWN,    /* sent, outcome not known: a person must look */
    ACT_SUPERSEDED, /* stopped by a rollback */
    ACT_REHEARSED,
};

/* Bounded history of one tick per slot, oldest first through hist_value(); times never fall. */
#define HIST_CAP 2048

struct history {
    int64_t *t_ms; /* HIST_CAP */
    size_t start, n;
};

struct metric_state {
    double value;     /* newest answer in the metric's unit; NaN: no data */
    int64_t at_ms;    /* when it was asked; 0: never */
    double last_good; /* newest value that was a number; NaN: none yet */
    int64_t good_ms;
    char why[120];          /* why there is no data, "" otherwise */
    double baseline, after; /* NaN: not taken */
    int baseline_n, after_n;
    char baseline_why[80];
    uint32_t n_run, n_stage; /* valid samples since T0 and since the running stage began */
    double counter_prev;     /* last raw counter value, NaN at first */
    double counter_sum;      /* sum of increases since T0, resets handled; 0 before T0 */
    double worst;            /* since T0; NaN: none */
    int64_t worst_ms;        /* when it was first so bad */
    uint32_t fired;          /* how often it became CRITICAL since T0 */
    char status[12];         /* word of the newest status event; "" before the first judgement */
    bool notice, alert;      /* what the newest status event said: beyond `notice`, `alert_at` */
    double *hist; /* HIST_CAP judged values (a counter: its sum), NaN = no data; slots are
                     shared with state.hist. Not asked in a tick: as it stood */
    struct side_state other; /* `compare:` */
    struct issue_state issue;
};

struct stage_state {
    enum stage_at at;
    int64_t entered_ms; /* start action began */
    int64_t clock_ms;   /* clock started (verified); 0 before */
    int64_t ended_ms;
    int64_t planned_ms; /* duration, with extensions */
    int64_t paused_ms;  /* time the clock stood, closed pauses only */
    int64_t cooldown_until_ms;
    bool extended;
    bool log_start, log_end; /* the log has an entry at its start, at its end */
    double weight;           /* last verified weight in this stage; NaN before */
};

struct ks_state {
    enum ks_is is;
    int64_t at_ms; /* time of the newest answer; 0: never asked */
    int64_t ms;    /* how long the answer took; -1 none */
    uint32_t checks, failures;
    char why[120];
};

struct action_state {
    char id[16];   /* "" = none yet */
    char verb[24]; /* word of the intent: advance, rollback, … */
    char actor[64];
    enum act_is is;
    int stage; /* stage index it belongs to, -1 none */
    int step, n_steps;
    int64_t intent_ms, sent_ms, end_ms;
    char what[160]; /* what is done, in words */
    char why[200];  /* outcome in words */
    bool override;  /* a person went against a shut gate */
    bool gradual;   /* of a rollback: by `rollback_gradual` */
    bool ours; /* asked for since the newest start or resume: the process that has the hands for
                  it has not died, as far as the tape says */
};

#define ALERTS_MAX 64
struct alert_state {
    int source; /* index into plan->alerts */
    char name[80];
    char severity[24];
    bool firing, matches;
    bool told; /* by its source since the newest start or resume */
    int64_t since_ms;
    char text[160];
    char runbook[200]; /* link; "" none */
    char ack_by[64];   /* who has acknowledged it; it stays until it is resolved */
};

struct alert_source_state {
    bool known;    /* the newest question was answered */
    int64_t at_ms; /* of the newest answer, or since when it does not answer */
    char why[120];
};

#define LOG_CAP 512
struct log_line {
    int64_t seq, t_ms;
    enum event_kind kind;
    enum level_of_line level;
    char stage[32], actor[32];
    char *text; /* as event_log_line() prints it; owned */
};

#define PARKED_CAP 64

#define CAUSES_MAX 32 /* triggers of the rollback that are told apart */

struct state {
    const struct plan *plan;
    int64_t now_ms; /* time of the newest event */
    int64_t seq;
    uint32_t misfits; /* events that made no sense here and changed nothing */
    enum phase phase, phase_before_pause;
    char run_id[64], mode[16]; /* live | rehearse | demo | drill | virtual */
    char ic[64];               /* who commands */
    bool resumed;
    int64_t start_ms;         /* session start */
    int64_t t0_ms;            /* first stage's clock started; -1 before */
    int64_t planned_start_ms; /* `countdown`: not before this; 0: as soon as it may */
    uint32_t sent_n;          /* `sent` events of actions so far (not the kill switch's) */
    uint32_t refused_n;       /* advances in a row that ended before anything was sent */
    uint32_t overrides;       /* advances against a shut gate */
    bool checkpoint_asked;    /* intent `checkpoint`; unset by the checkpoint labelled "now" */
    bool end_asked;           /* intent `end` */
    char end_by[64], end_why[160];

    struct history hist;
    struct metric_state *metrics; /* plan->n_metrics */
    int64_t tick_ms;              /* time of the newest tick; 0: none */
    double speed;                 /* of the run's clock: above 1 in a demo or a drill; 0 before */
    int64_t late_ms; /* demo, drill: time that ticks came late by so far, because the run's clock
                        was faster than the machine. No gap in the data: it counts for none */
    uint32_t ticks;
    double fresh_s; /* age of the newest scrape as Prometheus says; NaN unknown */
    int64_t backfill_from_ms;
    struct target_state *targets; /* plan->n_mysql */
    bool source_ok;               /* Prometheus answered the newest tick */
    char source_why[120];

    int stage;                                 /* index of the current one; -1 before the first */
    struct stage_state *stages;                /* plan->n_stages */
    double weight;                             /* last verified weight; NaN: never verified */
    int64_t baseline_until_ms, after_until_ms; /* 0: not running */
    bool baseline_done, after_done;
    size_t checkpoints_done;
    struct times times;

    bool hold; /* set by a person (H) */
    char hold_by[64], hold_why[160];
    int64_t go_ms;          /* newest `go`; 0 never. Older breaches do not pause again */
    int64_t pause_since_ms; /* 0: the clock runs */
    bool paused;            /* auto-pause latched */
    char pause_why[160];

    struct ks_state *ks; /* plan->n_ks */
    struct people_state people;
    struct action_state act;  /* the newest action but the kill switch's */
    struct action_state kill; /* the newest flip */
    struct messages_state messages;
    struct follow_state follow;
    struct hands_state hands; /* its step, when that is a burst, a ramp or a person's */
    struct action_state item; /* the newest action of the timeline */
    int item_at;              /* whose: index into plan->timeline */
    struct {
        char name[32];
        char *value;
    } captured[16];
    size_t n_captured;

    struct alert_state alerts[ALERTS_MAX];
    size_t n_alerts;
    struct alert_source_state *alert_sources; /* plan->n_alerts */
    uint32_t alerts_fired; /* matching alerts that fired since T0, alert_at and CRITICAL included */

    bool rollback_wanted; /* fired by a rule or asked by a person; never unset */
    bool rollback_would;  /* log_only: recorded, people act */
    bool rollback_started, rollback_done, rollback_failed;
    bool rollback_by_person;
    bool rollback_checked;       /* the checks after it were made */
    char rollback_unmet[80];     /* the first that is not met, or cannot be judged; "" */
    uint32_t alerts_at_rollback; /* alerts_fired when it was read back */
    uint32_t follow_ups;         /* actions after the rollback that are over, well or not */
    int64_t rollback_ms;         /* when it was wanted; 0 never */
    int64_t observe_until_ms;
    int64_t weight_ms; /* when the weight changed; 0 never */
    char rollback_cause[200];
    char rollback_rules[CAUSES_MAX][56]; /* `rule` of each rollback event that had one */
    size_t n_rollback_rules;
    bool aborted;
    char abort_why[200];
    bool ks_during_run;                                   /* the kill switch was on after T0 */
    uint32_t warnings_seen, notices_seen, criticals_seen; /* since T0 */
    bool extension_failed; /* a warning was still there at the end of the extension */
    char fail_why[200];

    char decision[16], decision_rule[48]; /* newest `decision` event */
    char decision_why[240];
    int64_t decision_ms;

    struct log_line log[LOG_CAP]; /* ring: oldest first through state_log() */
    size_t log_start, log_n;
    uint64_t log_total;
    char *parked[PARKED_CAP]; /* the newest ones, "who: text"; owned */
    size_t n_parked;
    uint32_t signals;
    uint32_t issues; /* opened by people so far */
    struct evidence_state evidence;
    struct talk talk;

    struct preflight_state preflight;

    bool final;
    char verdict[24]; /* PASS, PASS_WITH_WARNING, FAIL, ABORTED, INCONCLUSIVE */
    char verdict_why[240];
};

/* Elapsed time of a stage's clock at `now_ms`, without paused time; 0 before it started. */
int64_t stage_elapsed(const struct state *s, int index, int64_t now_ms);

/* Worst kill switch scope: ENGAGED and FAILED before UNKNOWN before OFF. Without a kill switch OFF.
 */
enum ks_is state_ks(const struct state *s);

/* What a step has captured under that name; NULL nothing. */
const char *state_captured(const struct state *s, const char *name);

/* Value of metric m at history slot i (0 = oldest of hist.n); NaN = no data. */
double hist_value(const struct state *s, size_t m, size_t i);
int64_t hist_time(const struct state *s, size_t i);
/* The same of the metric's other side; NaN when it has none. */
double side_hist(const struct state *s, size_t m, size_t i);

/* What has been said of a manual item at the gate at hand; over samples it counts as confirmed
 * unless they say otherwise. */
enum confirm_is confirm_said(const struct state *s, const char *name);

/* When a step of the timeline is due; 0 while that is not known. */
int64_t item_due_ms(const struct state *s, size_t i);

/* A step of the timeline runs its actions: nothing else may start. */
bool item_busy(const struct state *s);

/* How far the run is behind its plan at now_ms: start, stages that took longer. */
int64_t times_drift(const struct state *s, int64_t now_ms);

/* When the soak ends; 0 without one, or before T0. */
int64_t soak_end_ms(const struct state *s);

/* The newest check-in of the soak when nobody has answered it yet, or -1. */
int checkin_open(const struct state *s);

/* The manual items people are asked for now: of the running stage, or of the soak. */
size_t confirms_now(const struct state *s, char *const **names);

/* The newest planned checkpoint when nobody has answered it yet, or -1. */
int checkpoint_open(const struct state *s);

/* i = 0 is the oldest line kept. */
const struct log_line *state_log(const struct state *s, size_t i);

const char *phase_word(enum phase p);
const char *ks_word(enum ks_is k);
const char *act_word(enum act_is a);

#endif
