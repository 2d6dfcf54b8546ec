/* Verdicts + stage clock -> what happens next, as events (CONTRACT 5 and 6). Pure: it proposes,
 * the room commits. Called after each batch of folded events while nothing proposed before is
 * still on its way; it proposes only what the state does not already say. */
#ifndef DIRECTOR_DIRECTOR_H
#define DIRECTOR_DIRECTOR_H

#include "judge/judge.h"

/* Decisions, weakest first. */
enum decision {
    DEC_PROCEED,
    DEC_EXTEND,
    DEC_HOLD,
    DEC_INCONCLUSIVE,
    DEC_ESCALATE,
    DEC_AUTO_PAUSE,
    DEC_ROLLBACK,
    DEC_ABORT,
};

struct proposal {
    enum decision what;
    char rule[48]; /* id: "critical.then", "warnings.concurrent", "gate.nodata", … */
    char why[240];
    int metric;       /* index or -1 */
    char subject[48]; /* what it speaks of: a metric's id, an alert's name; "" the run */
};

#define PROPOSALS_MAX 64
struct standing {
    struct proposal strongest;
    struct proposal all[PROPOSALS_MAX]; /* every rule that speaks, strongest first */
    size_t n;
    struct proposal spare; /* where a proposal goes that is weaker than a full list */
};

/* Everything is evaluated, then the strongest wins. */
void director_standing(const struct state *s, const struct judge *j, struct standing *out);

/* One thing the current gate waits for. */
struct gate_item {
    bool open;
    char name[16];  /* time hold metrics pass kill action cooldown window people … */
    char text[120]; /* "08:53 left of 15:00", "p95 NODATA: empty answer" */
    char whom[32];  /* whom we wait for: "clock", "IC", "Prometheus" */
};
#define GATE_ITEMS_MAX 24
struct gate {
    bool open; /* every item but the person's word */
    size_t n;
    struct gate_item items[GATE_ITEMS_MAX];
    int64_t opens_ms; /* when the time item opens, 0 unknown */
};

/* The gate behind the current stage at now_ms (the wall may be ahead of the newest event). */
void director_gate(const struct state *s, const struct judge *j, int64_t now_ms, struct gate *out);

/* May nobody override this item? Time, kill switch, an action under way, a pause, a rollback. */
bool gate_item_hard(const struct gate_item *item);

/* An action is under way: nothing else may start (a stage without actions has none). *orphan (may
 * be NULL): the process that ran it died, a person must say what became of it. */
bool action_busy(const struct state *s, bool *orphan);

/* An advance is on the tape and its stage has not begun, nor has it failed. */
bool advance_waits(const struct state *s);

/* The start action of a stage has failed for certain: advancing again is its retry. */
bool advance_failed(const struct state *s);

/* Appends the events that must happen now: intents (advance when auto, rollback, first stage),
 * stage, status, warning, critical, decision, checkpoint, baseline, rollback, final. */
void director_step(const struct state *s, const struct judge *j, struct event_list *out);

const char *decision_word(enum decision d);

/* The A/B test of a metric as an object under `key`: value, age_s, samples, other_samples, median,
 * other_median, shift, low, high (and _pct), p, alpha, worth, worse; null: not known. */
void add_comparison(cJSON *body, const char *key, const struct comparison *c);

/* Exit status for a final verdict word. */
int verdict_status(const char *verdict);

/* The run ends now, whatever it waits for (the samples are over): one `final`, FAIL when something
 * has failed, ABORTED before execution, else INCONCLUSIVE. `why` becomes part of the sentence. */
void director_end(const struct state *s, const struct judge *j, const char *why,
                  struct event_list *out);

#endif
