/* Time beside the stages' clocks: the timeline, manual items, answers to checkpoints, the kill
 * switch's checks for the record, the baseline taken again. Part of state.h; made by fold_apply()
 * alone. */
#ifndef FOLD_TIMES_H
#define FOLD_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum confirm_is { CONFIRM_OPEN, CONFIRM_YES, CONFIRM_NO };

/* A manual item by its name; every name of the plan once. What was said counts at the gate of the
 * stage it was said in (`stage`), not at a later one. */
struct confirm_state {
    const char *name; /* the plan's */
    enum confirm_is is;
    int stage;     /* -1 before the first */
    int64_t at_ms; /* 0: never */
    char by[64], role[32], note[120];
};

/* A planned checkpoint: told at its time, answered by a person or missed. */
struct checkpoint_state {
    int64_t told_ms, answered_ms; /* 0: not yet */
    bool missed; /* the next one came, or the run ended, before an answer. At a checkpoint of a
                    run that goes on by itself nobody is asked; at a check-in always */
    char by[64], note[120];
};

/* One check of the kill switch for the record: all scopes read at one occasion. */
#define KS_LOG_CAP 64
struct ks_check {
    char label[40]; /* "checkpoint:15m", "before:a3" */
    int64_t t_ms;
    int64_t ms;    /* slowest answer; -1: none came */
    int is[16];    /* enum ks_is by scope; -1: not read */
    size_t n_read; /* scopes read so far */
};

enum item_is {
    ITEM_PLANNED,
    ITEM_OPEN,   /* its time has come */
    ITEM_FAILED, /* its action failed, or what came of it is not known */
    ITEM_DONE,
};

/* A step of the plan's timeline. */
struct item_state {
    enum item_is is;
    bool late;      /* it was open for longer than the plan gives it */
    bool tried;     /* its actions were asked for */
    bool acted;     /* and are done and read back, or a person did them by hand */
    bool confirmed; /* a person has said that its checkpoint is met */
    int64_t due_ms; /* when it was due; 0 before it opens */
    int64_t opened_ms, closed_ms;
    char by[64], note[120]; /* who confirmed it, or why it failed */
};

struct freeze_state {
    int64_t start_ms, end_ms; /* 0: not yet */
    char held[64];            /* value of the plan's freeze.held at its start; "" not recorded */
};

struct soak_state {
    int64_t begin_ms; /* 0: the last stage has not passed, or there is none */
    struct checkpoint_state *checkins;
    size_t n, told; /* of the plan; told so far */
};

struct times {
    struct soak_state soak;
    struct item_state *items; /* plan->n_timeline */
    struct freeze_state freeze;

    struct confirm_state *confirms;
    size_t n_confirms;
    struct checkpoint_state *checkpoints; /* plan->n_checkpoints */

    int extend_stage; /* stage the IC wants observed longer; -1 none */
    char extend_by[64];
    int64_t window_told_ms; /* end of the allowed hours that people were told of; 0 none */

    int64_t retake_ms; /* the baseline is to be taken again, asked then; 0: no */
    uint32_t retakes;  /* how often it was */
    char retake_by[64], retake_why[160];

    size_t ks_checks_done;              /* of plan->ks_checks */
    struct ks_check ks_log[KS_LOG_CAP]; /* the newest, oldest first */
    size_t ks_log_n;
    uint32_t ks_total, ks_not_off; /* all checks; those in which a scope was not read as OFF */
    uint32_t ks_timed;             /* answers with a time */
    int64_t ks_sum_ms, ks_max_ms;  /* of those */
};

#endif
