/* What the tape says about people: who commands, who sits where, who agreed to what, who is called
 * and has not answered. Part of struct state; asked through the functions below, which are pure. */
#ifndef FOLD_PEOPLE_H
#define FOLD_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan/people.h"

#define SUBJECT_SIZE  64
#define APPROVALS_CAP 96 /* the newest ones; all are in the journal */
#define SEATS_CAP     16

/* The newest word of a role on a subject. */
struct approval_given {
    char subject[SUBJECT_SIZE];
    char role[ROLE_WORD], actor[64];
    bool ok;
    int64_t t_ms;
    char reason[120];
};

/* Somebody who has joined with a role. */
struct people_seat {
    char role[ROLE_WORD], actor[64];
    int64_t since_ms, left_ms; /* left_ms 0: still there */
};

/* The level of escalation that is called. */
struct call_state {
    bool called;
    int level;                /* index */
    int64_t since_ms, due_ms; /* due_ms 0: no countdown */
    bool missed;              /* called because the level before did not answer */
    char answered_by[64];     /* "" nobody yet */
    char why[160];
};

struct people_state {
    struct approval_given given[APPROVALS_CAP];
    size_t n_given;
    struct people_seat seats[SEATS_CAP];
    size_t n_seats;
    bool headless; /* nobody sits at the run itself: whoever joins as ic may decide */
    bool handed;   /* command has moved: the one it went to decides, whatever their role was */
    char ic_before[64];
    int64_t handed_ms;
    uint32_t handovers, refused; /* refused: words of a wrong role */
    int64_t pause_seq;           /* of the decision that paused; 0 none */
    int64_t rollback_seq;        /* of what asked for the rollback first; 0: a person, or nobody */
    int rollback_metric;         /* index, or CAUSE_ */
    int64_t left_ms;             /* the run's process said that it leaves; 0: it has not */
    struct call_state call;
};

struct state;

/* The role a person speaks in at this moment: "ic" only for the one who commands, "ex-ic" for the
 * one who did, "" for an onlooker. */
const char *people_role(const struct state *s, const char *actor, const char *role);

/* Who has a role now, by the tape or by the plan; "" nobody. */
const char *people_name(const struct state *s, const char *role);

/* "DBA chai": for sentences. */
void people_words(const struct state *s, const char *role, char *out, size_t size);

/* The subject that a word ("start", "advance", "rollback", "resume") means at this moment, or
 * another subject of the plan as it is; "" when nothing of that name can be agreed to now. */
void people_subject(const struct state *s, const char *word, char *out, size_t size);

/* Whose word a subject needs, and what of it is there. */
struct asked_role {
    const char *role;
    const struct approval_given *given; /* NULL: not yet */
};
struct asked {
    size_t n, missing, refused;
    struct asked_role of[TEAM_MAX];
};
void people_asked(const struct state *s, const char *subject, int64_t now_ms, struct asked *out);

/* "DBA chai, SRE boon": who of them has not agreed, without `except` (may be NULL). */
void people_missing(const struct state *s, const struct asked *a, const char *except, char *out,
                    size_t size);

/* What this person has signed of a subject, under any role; NULL nothing. */
const struct approval_given *people_signed(const struct state *s, const char *subject,
                                           const char *actor);

/* May this subject be signed now? A file's signature only once the end is in sight. */
bool people_sign_due(const struct state *s, const char *subject);

/* The role that decides on the rollback which is asked for, or would be. */
const char *people_decider(const struct state *s);

/* Of a live session, for who watches it: its process has left, or no tick has come for so long. */
bool people_silent(const struct state *s, int64_t now_ms, int64_t silent_ms);

/* Required roles that nobody has; how many. The first one's role in *first. */
size_t people_vacant(const struct state *s, const char **first);

#endif
