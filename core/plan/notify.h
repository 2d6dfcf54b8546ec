/* Messages: texts with placeholders, which event sends which to whom, and what people are reminded
 * of. Part of struct plan. */
#ifndef PLAN_NOTIFY_H
#define PLAN_NOTIFY_H

#include "plan/calls.h"

enum notify_on {
    ON_START,         /* the first stage's clock runs */
    ON_STAGE,         /* any stage's clock runs */
    ON_CHECKPOINT,    /* a checkpoint, planned or asked for */
    ON_WARNING,       /* a metric went to WARNING */
    ON_CRITICAL,      /* a metric went to CRITICAL */
    ON_DECISION,      /* the standing decision changed */
    ON_ESCALATE,      /* a level is called; without levels: the decision became ESCALATE */
    ON_ALERT,         /* an outside alert that matches fires */
    ON_KILL_SWITCH,   /* it is on, not known, or could not be flipped */
    ON_ROLLBACK,      /* a rollback is wanted, waits for people, or would be done */
    ON_ROLLBACK_DONE, /* it is done, or NOT VERIFIED */
    ON_COMPLETE,      /* the verdict */
    ON_FREEZE,        /* the freeze begins or ends */
    ON_TIMELINE,      /* a step of the timeline is due */
    ON_REMINDER,      /* a message or an answer is due */
    NOTIFY_ONS
};

struct notify_row {
    unsigned on;           /* 1 << enum notify_on */
    int64_t every_ms;      /* from T0 to the end of the run; 0: not by time */
    char *template;        /* its name */
    size_t text;           /* index into plan->templates */
    char *to;              /* who reads it, for the record */
    bool preview;          /* a person looks at it before it is sent */
    bool exec;             /* else http */
    struct http_call http; /* url "": no address, the message is shown and not sent */
    struct exec_call command;
};

/* How long after what people are reminded; 0: not. */
struct reminders {
    int64_t checkpoint_ms, warning_ms, critical_ms;
};

#endif
