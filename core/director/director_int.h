/* Inside core/director only: where the run is, and the pieces that director_step puts together. */
#ifndef DIRECTOR_DIRECTOR_INT_H
#define DIRECTOR_DIRECTOR_INT_H

#include "calendar/calendar.h"
#include "director/director.h"

/* Where the run is, read off the state in one place. */
struct where {
    const struct state *s;
    const struct plan *plan;
    const struct stage *stage; /* current one; NULL before the first */
    const struct stage_state *st;
    bool executed;   /* T0 is known, or something has been sent to production */
    bool starting;   /* the stage's start action is not verified yet */
    bool running;    /* the stage's clock has started and the stage is not left */
    bool last;       /* it is the last one */
    bool past_last;  /* the last stage was passed: only watched now */
    bool over;       /* the stage's observation, with extension, is over */
    bool busy;       /* an action is under way: nothing else may start */
    bool orphan;     /* under way when the process died: a person must say what became of it */
    bool stuck;      /* the start action failed or its outcome is not known */
    bool refused;    /* nothing left for the start action: asked again when the gate is open */
    bool undo;       /* a rollback is wanted, or would be: nothing goes forward any more */
    int64_t over_ms; /* when the observation was over; 0 while it is not */
    int64_t left_ms; /* observation left */
};

void where_now(struct where *w, const struct state *s, int64_t now_ms);
bool advance_in_flight(const struct state *s); /* wanted, sent or verified, its stage not begun */
bool rollback_attempted(const struct state *s);

/* calendar.c: does something wait that the plan's windows speak of, and may it go at now_ms? False:
 * nothing waits for them. */
bool calendar_asked(const struct where *w, int64_t now_ms, struct calendar_answer *out);
/* Before a gate that needs it: has the IC confirmed the window's warning? */
bool calendar_unconfirmed(const struct where *w, const struct calendar_answer *a);
/* Would the running stage, observed longer, pass the end of the allowed hours? */
bool extension_beyond(const struct where *w, char *why, size_t size);
void rules_extension(const struct where *w, struct standing *out);
void tell_window(const struct where *w, struct event_list *out);
void rules_calendar(const struct where *w, struct standing *out);

/* times.c: manual items, checkpoints nobody answers, the kill switch's checks for the record. */
/* rules_issues.c: what people have seen about a metric (JDG-9). */
void rules_issues(const struct where *w, const struct judge *j, struct standing *out);
void gate_issues(const struct where *w, struct gate *g);
bool issues_wait(const struct where *w); /* a minor one is open, which decides by itself */
void rules_times(const struct where *w, struct standing *out);
void tell_times(const struct where *w, struct event_list *out);
void gate_times(const struct where *w, struct gate *g);
bool confirms_wait(const struct where *w); /* an item of the running stage has no answer yet */

/* soak.c: the first night. */
void tell_soak(const struct where *w, struct event_list *out);
void soak_begins(const struct where *w, struct event_list *out);
void gate_soak(const struct where *w, int64_t now_ms, struct gate *g);
bool soak_holds(const struct where *w); /* it is not over, or people have not answered */

/* items.c: the steps of the timeline. */
void rules_items(const struct where *w, struct standing *out);
void tell_items(const struct where *w, struct event_list *out);
void gate_items(const struct where *w, int64_t now_ms, struct gate *g);
bool flow_items(const struct where *w, const struct judge *j, struct event_list *out);
bool items_wait(const struct where *w); /* a step after T is not closed: the run is not over */

/* gate.c: one more thing a gate waits for; its text is the caller's to write. */
struct gate_item *gate_add(struct gate *g, const char *name, bool open, const char *whom);
/* gate_people.c: whose word and which people the gate waits for. */
void gate_people(const struct where *w, int64_t now_ms, struct gate *g);
void gate_pause_whom(const struct state *s, char *out, size_t size);
/* "the IC", "DBA chai (IC anna must agree)": whom a rollback that people decide on waits for. */
void rollback_whom(const struct state *s, char *out, size_t size);

/* escalation.c: who is called now, and who next when nobody has answered. */
void tell_escalation(const struct where *w, const struct judge *j, const struct standing *st,
                     struct event_list *out);
/* preflight.c: the checks before the start. */
void gate_preflight(const struct where *w, int64_t now_ms, struct gate *g);
void rules_preflight(const struct where *w, struct standing *out);
bool preflight_unanswered(const struct where *w, char *why, size_t size);

/* standing.c: adds one proposal (dropped when full; the strongest are added first by nobody, so
 * PROPOSALS_MAX is well above what a plan's metrics can say at once). */
struct proposal *propose(struct standing *out, enum decision what, const char *rule, int metric);

/* Every rule, before the run's own latches (a rollback under way, the verdict) are looked at:
 * what asks for a rollback is still seen when one runs already. */
void standing_raw(const struct state *s, const struct judge *j, struct standing *out);

/* The rules, one file each. */
void rules_metrics(const struct where *w, const struct judge *j, struct standing *out);
/* Do concurrent warnings make the observation longer now? */
bool extension_stands(const struct where *w, const struct judge *j);
void rules_warnings(const struct where *w, const struct judge *j, struct standing *out);
void rules_world(const struct where *w, struct standing *out);
void rules_end(const struct where *w, const struct judge *j, struct standing *out);

/* What `then` means now: *what is set and true returned, or false for "nothing". */
bool then_decides(const struct where *w, enum then_do then, enum decision *what);

/* The criteria of CONTRACT 5.8. */
struct criterion {
    char id[128];
    int met; /* 1, 0, -1: cannot be judged */
    double value;
};
#define CRITERIA_MAX 512
struct criteria {
    size_t n;
    int failed, unknown;
    bool warnings;
    char first_failed[160], first_unknown[160];
    struct criterion all[CRITERIA_MAX];
};
void criteria_judge(const struct where *w, const struct judge *j, bool at_end,
                    struct criteria *out);

/* Is everything over that the end waits for, so that the final criteria count now? */
bool end_reached(const struct where *w, const struct judge *j);

/* tell.c: events that say what is so. */
void tell_metrics(const struct state *s, const struct judge *j, struct event_list *out);
void tell_decision(const struct state *s, const struct judge *j, const struct standing *st,
                   struct event_list *out);
void tell_checkpoints(const struct state *s, const struct judge *j, const struct standing *st,
                      struct event_list *out);
void tell_checkpoint(const struct state *s, const struct judge *j, enum decision d,
                     const char *label, int64_t at_ms, struct event_list *out);
struct event *director_event(const struct state *s, enum event_kind kind);
void add_counts(cJSON *body, const struct judge *j);
/* sides.c: `compare` {metric: …} of the metrics that have an other side; nothing without any. */
void add_comparisons(cJSON *body, const struct state *s, const struct judge *j);
void add_values(cJSON *body, const struct state *s, const struct judge *j);

/* after.c: the checks after a rollback, when its observation is over; what is to be done next. */
bool rollback_checks_due(const struct where *w);
void tell_rollback_checks(const struct where *w, const struct judge *j, struct event_list *out);
void add_follow_ups(const struct where *w, const char *verdict, cJSON *body);

/* remind.c */
void tell_reminders(const struct state *s, struct event_list *out);

/* Flows: each adds the events of the one thing that must happen next and says so. */
bool flow_rollback(const struct where *w, const struct judge *j, const struct standing *raw,
                   struct event_list *out);
bool flow_baseline(const struct where *w, struct event_list *out);
bool flow_stage(const struct where *w, const struct judge *j, const struct standing *st,
                struct event_list *out);
bool flow_end(const struct where *w, const struct judge *j, const struct standing *st,
              struct event_list *out);
void stage_end(const struct where *w, const char *result, struct event_list *out);

/* baseline.c: median (or as the plan says) of a metric's valid samples in [from, until). */
double baseline_of(const struct state *s, size_t metric, int64_t from_ms, int64_t until_ms, int *n);
bool baseline_missing(const struct state *s, int *metric); /* a relative rule has no reference */
bool metric_relative(const struct plan *p, size_t metric);

#endif
