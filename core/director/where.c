/* Where the run is, and the words of decisions and verdicts. */
#include "director/director_int.h"

#include <string.h>

/* With `advance: auto` a start action that was refused before anything left (the kill switch could
 * not be read just then) is asked for again; this often, then people must look. */
#define REFUSED_MAX 3

static const char *const words[] = {"PROCEED",  "EXTEND",     "HOLD",     "INCONCLUSIVE",
                                    "ESCALATE", "AUTO_PAUSE", "ROLLBACK", "ABORT"};

const char *decision_word(enum decision d)
{
    return words[d];
}

int verdict_status(const char *verdict)
{
    static const struct {
        const char *word;
        int status;
    } rows[] = {{"PASS", EX_PASS},
                {"PASS_WITH_WARNING", EX_WARN},
                {"FAIL", EX_FAILED},
                {"ABORTED", EX_ABORTED},
                {"INCONCLUSIVE", EX_INCONCLUSIVE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(verdict, rows[i].word))
            return rows[i].status;
    return EX_INTERNAL;
}

bool rollback_attempted(const struct state *s)
{
    return s->act.is != ACT_NONE && !strcmp(s->act.verb, "rollback");
}

/* A stage without actions has nothing to wait for: its advance is never "under way". */
static bool advance_has_actions(const struct state *s)
{
    int i = s->act.stage;
    return i >= 0 && (size_t)i < s->plan->n_stages && s->plan->stages[i].n_actions > 0;
}

bool advance_in_flight(const struct state *s)
{
    int i = s->act.stage;
    if (strcmp(s->act.verb, "advance") != 0 || i < 0 || (size_t)i >= s->plan->n_stages)
        return false;
    enum stage_at at = s->stages[i].at;
    return at == STAGE_PLANNED || at == STAGE_STARTING;
}

bool advance_waits(const struct state *s)
{
    return advance_in_flight(s) && s->act.is != ACT_FAILED && s->act.is != ACT_UNKNOWN;
}

bool advance_failed(const struct state *s)
{
    return advance_in_flight(s) && s->act.is == ACT_FAILED;
}

bool action_busy(const struct state *s, bool *orphan)
{
    const struct action_state *a = &s->act;
    bool busy = (a->is == ACT_INTENT || a->is == ACT_SENT) &&
                (strcmp(a->verb, "advance") != 0 || advance_has_actions(s));
    if (orphan)
        *orphan = busy && s->resumed && !a->ours;
    return busy;
}

void where_now(struct where *w, const struct state *s, int64_t now_ms)
{
    *w = (struct where){.s = s, .plan = s->plan};
    w->executed = s->t0_ms >= 0 || s->sent_n > 0;
    w->undo =
        s->rollback_wanted || s->rollback_would || s->rollback_started || rollback_attempted(s);
    w->busy = action_busy(s, &w->orphan);
    w->busy = w->busy || item_busy(s);
    w->stuck = advance_in_flight(s) && (s->act.is == ACT_FAILED || s->act.is == ACT_UNKNOWN);
    w->refused = w->stuck && s->act.is == ACT_FAILED && !s->act.sent_ms &&
                 s->plan->advance == ADVANCE_AUTO && s->refused_n < REFUSED_MAX;
    w->stuck = w->stuck && !w->refused;
    if (s->stage < 0 || (size_t)s->stage >= s->plan->n_stages)
        return;
    w->stage = &s->plan->stages[s->stage];
    w->st = &s->stages[s->stage];
    w->last = (size_t)s->stage + 1 == s->plan->n_stages;
    w->starting = w->st->at == STAGE_STARTING;
    w->running = w->st->at == STAGE_RUNNING;
    w->past_last = w->last && w->st->at == STAGE_DONE;
    if (!w->running)
        return;
    w->left_ms = w->st->planned_ms - stage_elapsed(s, s->stage, now_ms);
    /* A stage without a duration still waits for its first tick. */
    w->over = w->left_ms <= 0 && (w->st->planned_ms > 0 || s->tick_ms > w->st->clock_ms);
    w->over_ms = w->over ? now_ms + w->left_ms : 0;
    if (w->over)
        w->left_ms = 0;
}
