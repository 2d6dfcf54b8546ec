/* What is wanted, and whether it is allowed. The guard is the one gate for keys, scripts, headless
 * lines and the director alike; read-only is decided here. */
#ifndef ACTION_INTENT_H
#define ACTION_INTENT_H

#include "director/director.h"
#include "plan/tmpl.h"

enum intent_box { BOX_NONE, BOX_YES, BOX_WORD, BOX_REASON };

enum intent_kind {
#define X(id, word, key, roles, box, production, blind, doc) id,
#include "action/intents.def"
#undef X
    INTENTS
};

struct intent_row {
    const char *word;
    int key; /* 0: no key */
    const char *roles;
    enum intent_box box;
    bool production;    /* acts on production: a capital key */
    bool not_recording; /* may run while the journal cannot be written */
    const char *doc;
};
const struct intent_row *intent_row(enum intent_kind k);
int intent_of_word(const char *word); /* or -1 */

struct intent {
    enum intent_kind kind;
    char actor[64], role[32];
    char reason[400];  /* or the text of a signal or note */
    char metric[40];   /* of a signal, "" when its text names the evidence; of done and failed the
                          action meant, "" the one that waits */
    char decision[64]; /* of a signal: "" none, "ask" the IC, else the decision maker's words */
    bool override;     /* `!`: against a shut gate */
    bool gradual;      /* of a rollback: by the plan's `rollback_gradual` */
    int stage;         /* stage the box was opened for; -1 not bound. Changed since: refused */
    char seen[400];    /* the values a person saw when deciding, frozen at the opening of the box */
    char subject[SUBJECT_SIZE]; /* of an approval; whom command goes to (a name or a role); the id
                                   of a check before the start, "" or "all": all of them */
    bool no;                    /* an approval or a signature is refused */
};

struct guard_env {
    bool read_only, rehearse, recording, disk_acked, replay;
    bool director; /* the director asks, not a person */
    int64_t now_ms;
    int64_t silent_ms; /* of a watcher: no tick for so long, and the run does not answer; else 0 */
};

/* 0 when allowed. -1 with the sentence why not (it names whom or what we wait for). */
int guard_check(const struct state *s, const struct judge *j, const struct intent *in,
                const struct guard_env *env, struct err *why);

/* The `intent` event for an allowed intent: id, do, stage_index, what, reason, calls (masked),
 * frozen values. `id` is unique in the session ("a17"). The caller owns it. */
struct event *intent_event(const struct state *s, const struct judge *j, const struct intent *in,
                           int64_t now_ms);

/* Words that are events of their own, whoever writes them: signals, notes, approvals, a handover,
 * an acknowledgement. Everything else is asked of the run's process. */
bool intent_is_word(enum intent_kind k);

/* For a word: that event; intent_event hands it out, too. */
struct event *intent_word_event(const struct state *s, const struct judge *j,
                                const struct intent *in, int64_t now_ms);

/* Is it the role that stands in the way, or an operation that the plan denies? Such refusals are
 * recorded. */
bool guard_wrong_role(const struct state *s, const struct intent *in);

/* `observed` with the outcome "refused": who asked for what and why not; id "" when no intent
 * stands on the tape. */
struct event *intent_refused(const struct state *s, const struct intent *in, const char *id,
                             const char *why, int64_t now_ms);

/* Whom a handover means: the name behind a role of the team, or the text itself; "" nobody. */
void handover_name(const struct state *s, const char *whom, char *out, size_t size);

/* guard_preflight.c: the guard's part about the checks before the start. */
int guard_preflight(const struct state *s, const struct intent *in, struct err *why);

/* What a signature or waiver is on the tape: a `preflight` or an `approval` event. */
struct event *intent_check_event(const struct state *s, const struct intent *in, int64_t now_ms);

/* The exact calls an intent would make, one per line, placeholders filled (who asks and why, too),
 * secrets masked: for the box and for the journal. -1 with the placeholder that cannot be filled.
 */
int intent_lines(const struct state *s, const struct judge *j, enum intent_kind kind,
                 const char *actor, const char *reason, struct buf *out, struct err *e);

/* Those of the plan's `rollback_gradual`; nothing without one. */
int intent_gradual_lines(const struct state *s, const struct judge *j, const char *actor,
                         const char *reason, struct buf *out, struct err *e);

/* The calls of a step of the timeline. */
int item_lines(const struct state *s, const struct judge *j, size_t item, const char *actor,
               const char *reason, struct buf *out, struct err *e);

/* Adds the calls to an intent event that has none yet (the director's): the room does so before it
 * commits one. */
void intent_complete(const struct state *s, const struct judge *j, struct event *ev);

/* What a `confirm` speaks of: "ITEM [no] NOTE". Returns the note; *ok is false for a no. */
const char *confirm_split(const char *text, char *item, size_t size, bool *ok);

/* What an `issue` speaks of: "METRIC [gone] TEXT". Returns the text. */
const char *issue_split(const char *text, char *metric, size_t size, bool *gone);

/* What an `item` speaks of: "T-30m [done] WHY". Its index in the plan's timeline, or -1; *by_hand:
 * people did it. */
int item_split(const struct plan *p, const char *text, bool *by_hand, const char **note);

/* What a `start_at` says: a time, or "+10m" from now. 0 or -1. */
int start_at_parse(const char *text, int64_t now_ms, int64_t *start_ms);

/* What a person says became of an unknown action: "verified" or "failed" when the text begins with
 * done, verified, failed or "not done"; else NULL. */
const char *resolve_outcome(const char *text);

#endif
