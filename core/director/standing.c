/* The standing decision: every rule is evaluated, then the strongest wins and the others are
 * listed (CONTRACT 5). The rules are in rules_*.c; here is their order and what outranks them. */
#include "director/director_int.h"

#include <stdlib.h>
#include <string.h>

struct proposal *propose(struct standing *out, enum decision what, const char *rule, int metric)
{
    /* A full list drops what is weaker: a stop must never be lost behind warnings. */
    struct proposal *p = &out->all[out->n];
    if (out->n == PROPOSALS_MAX) {
        p = &out->all[0];
        for (size_t i = 1; i < PROPOSALS_MAX; i++)
            if (out->all[i].what <= p->what)
                p = &out->all[i];
        if (p->what >= what)
            p = &out->spare;
    } else {
        out->n++;
    }
    *p = (struct proposal){.what = what, .metric = metric};
    str_copy(p->rule, sizeof p->rule, rule);
    return p;
}

/* Strongest first; equals keep their order. */
static void sort(struct standing *st)
{
    for (size_t i = 1; i < st->n; i++) {
        struct proposal p = st->all[i];
        size_t k = i;
        for (; k > 0 && st->all[k - 1].what < p.what; k--)
            st->all[k] = st->all[k - 1];
        st->all[k] = p;
    }
}

static void proceed(const struct where *w, const struct judge *j, struct standing *out)
{
    struct proposal *p = propose(out, DEC_PROCEED, "proceed", -1);
    const struct counts *c = &j->counts;
    if (w->running)
        str_fmt(p->why, sizeof p->why, "%d/%d metrics pass, nothing speaks against %s", c->pass,
                c->of, w->stage->name);
    else
        str_fmt(p->why, sizeof p->why, "%d/%d metrics pass, nothing speaks against going on",
                c->pass, c->of);
}

void standing_raw(const struct state *s, const struct judge *j, struct standing *out)
{
    struct where w;
    where_now(&w, s, s->now_ms);
    out->n = 0;
    rules_world(&w, out);
    rules_calendar(&w, out);
    rules_times(&w, out);
    rules_items(&w, out);
    rules_preflight(&w, out);
    rules_issues(&w, j, out);
    rules_metrics(&w, j, out);
    rules_warnings(&w, j, out);
    rules_end(&w, j, out);
    if (!out->n)
        proceed(&w, j, out);
    sort(out);
    out->strongest = out->all[0];
}

/* The rollback itself outranks what asked for it: once it is under way, its own state is told. */
static bool rollback_stands(const struct where *w, struct proposal *p)
{
    const struct state *s = w->s;
    const char *cause = *s->rollback_cause ? s->rollback_cause : "a person asked for it";
    enum decision what = DEC_ROLLBACK;
    const char *rule, *how;
    char waits[200], whom[160] = "people";
    if (w->plan->rollback_action >= 0)
        rollback_whom(s, whom, sizeof whom);
    str_fmt(waits, sizeof waits,
            s->rollback_wanted ? "the rollback waits for %s"
                               : "log_only: nothing is sent, %s may roll back",
            whom);
    if (s->rollback_done) {
        rule = "rollback.done";
        how = "rolled back and read back";
    } else if (s->rollback_failed) {
        what = DEC_ESCALATE;
        rule = "rollback.not_verified";
        how = "the rollback is NOT VERIFIED, people must look";
    } else if (rollback_attempted(s)) {
        rule = "rollback.running";
        how = "rolling back";
    } else if (s->rollback_would && !s->rollback_wanted) {
        rule = "rollback.would";
        how = waits;
    } else if (s->rollback_wanted) {
        rule = "rollback.waits";
        how = w->plan->rollback_mode == ROLLBACK_AUTOMATIC ? "the rollback starts" : waits;
    } else {
        return false;
    }
    *p = (struct proposal){.what = what, .metric = -1};
    str_copy(p->rule, sizeof p->rule, rule);
    str_fmt(p->why, sizeof p->why, "%s: %s", how, cause);
    return true;
}

/* After the end the last word stays. */
static void standing_final(const struct state *s, struct standing *out)
{
    enum decision d = DEC_PROCEED;
    for (int i = DEC_PROCEED; i <= DEC_ABORT; i++)
        if (!strcmp(s->decision, decision_word((enum decision)i)))
            d = (enum decision)i;
    struct proposal *p = propose(out, d, s->decision_rule, -1);
    str_copy(p->why, sizeof p->why, s->decision_why);
    out->strongest = *p;
}

void director_standing(const struct state *s, const struct judge *j, struct standing *out)
{
    struct where w;
    struct proposal latch;
    out->n = 0;
    if (s->final) {
        standing_final(s, out);
        return;
    }
    standing_raw(s, j, out);
    where_now(&w, s, s->now_ms);
    if (!rollback_stands(&w, &latch))
        return;
    size_t kept = 0;
    for (size_t i = 0; i < out->n; i++)
        if (out->all[i].what != DEC_ROLLBACK && out->all[i].what != DEC_PROCEED)
            out->all[kept++] = out->all[i];
    out->n = kept;
    *propose(out, latch.what, latch.rule, latch.metric) = latch;
    sort(out);
    out->strongest = out->all[0];
}
