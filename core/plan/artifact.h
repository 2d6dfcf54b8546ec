/* What a run must leave behind as files: the plan's `artifacts`. */
#ifndef PLAN_ARTIFACT_H
#define PLAN_ARTIFACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kv;

/* The moment a file is written at. */
enum artifact_when {
    ART_AT,           /* T+15m: so long after T0 */
    ART_EVERY,        /* every 60s from T0 to the verdict */
    ART_START,        /* T0 */
    ART_STAGE_START,  /* a stage's clock starts */
    ART_STAGE_END,    /* a stage is left */
    ART_WEIGHT,       /* a weight was read back */
    ART_BASELINE,     /* the baseline was taken */
    ART_AFTER,        /* the after values were taken */
    ART_CHECKPOINT,   /* a checkpoint */
    ART_FREEZE_START, /* the freeze began, ended */
    ART_FREEZE_END,
    ART_ACTION,   /* action NAME is over */
    ART_ROLLBACK, /* the rollback was verified, or could not be */
    ART_PASS,     /* the verdict: PASS or PASS_WITH_WARNING */
    ART_FAIL,     /* any other verdict */
    ART_END,      /* any verdict */
    ARTIFACT_WHENS,
};

enum artifact_content {
    ART_SNAPSHOT,      /* JSON: every metric, its limits and states */
    ART_LB_DIFF,       /* weights before and after, and when */
    ART_TIMELINE,      /* T0=, stages, status, rollbacks, next */
    ART_STAGE_SUMMARY, /* the gating metrics of one stage */
    ART_WARROOM_LOG,   /* the log so far */
    ART_BASELINE_JSON, /* baseline values, samples, times */
    ART_AFTER_JSON,    /* baseline against after */
    ART_KILLSWITCH,    /* CSV: every reading of the kill switch */
    ART_METRICS_CSV,   /* CSV: every sample */
    ART_DECISION,      /* criteria, metrics, verdict, who */
    ART_ROLLBACK_RECORD,
    ART_CAPTURED,      /* captured values, NAME=value */
    ART_ACTION_OUTPUT, /* calls, outcomes and transcript of the action */
    ART_TEXT,          /* the artifact's own text */
    ARTIFACT_CONTENTS,
};

struct artifact {
    char *name; /* pattern: a relative path with <timestamp> <date> <n> <weight> <version> <run> */
    char *when_text; /* as written */
    enum artifact_when when;
    int64_t ms; /* of ART_AT, ART_EVERY */
    int action; /* of ART_ACTION: index into plan->actions */
    enum artifact_content content;
    char *text; /* template; of ART_TEXT */
    bool required;
    struct kv
        *names; /* of ART_ROLLBACK_RECORD: what it calls which metric; none: all by their id */
    size_t n_names;
    char *signature; /* subject of `approvals` whose roles sign it; "" nobody */
};

struct artifacts {
    int count; /* at least so many files; 0: not said */
    struct artifact *files;
    size_t n_files;
};

/* Can it be written more than once in a run? */
bool artifact_repeats(const struct artifact *a);

#endif
