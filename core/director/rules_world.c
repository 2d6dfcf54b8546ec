/* Rules about everything that is no metric: the kill switch, alerts, an action that failed, what
 * people said (CONTRACT 5.1, 5.5, 7). */
#include "director/director_int.h"

#include <string.h>

#include "base/num.h"
#include "fold/preflight.h"

/* "global UNKNOWN 12s ago: time-out" of the worst scope. */
static void switch_says(const struct where *w, enum ks_is worst, char *out, size_t size)
{
    const struct state *s = w->s;
    for (size_t i = 0; i < w->plan->n_ks; i++) {
        const struct ks_state *k = &s->ks[i];
        char age[16];
        if (k->is != worst)
            continue;
        dur_age(k->at_ms ? s->now_ms - k->at_ms : 0, age, sizeof age);
        str_fmt(out, size, "kill switch %s is %s (%s%s%s)%s%s", w->plan->ks[i].name, ks_word(worst),
                k->at_ms ? "read " : "not read yet", k->at_ms ? age : "", k->at_ms ? " ago" : "",
                *k->why ? ": " : "", k->why);
        return;
    }
    str_fmt(out, size, "kill switch is %s", ks_word(worst));
}

/* A drill of this run has turned it on, and nobody has asked for it. */
static bool drilled(const struct state *s)
{
    for (size_t i = 0; i < s->plan->preflight.n_items; i++)
        if (s->preflight.items[i].running)
            return strcmp(s->kill.verb, "kill_on") != 0;
    return false;
}

static void kill_switch(const struct where *w, struct standing *out)
{
    enum ks_is ks = state_ks(w->s);
    char says[160];
    const char *next;
    struct proposal *p;
    if (!w->plan->has_kill_switch || (ks == KS_OFF && !w->s->ks_during_run))
        return;
    switch_says(w, ks, says, sizeof says);
    if (w->executed && (ks == KS_ENGAGED || w->s->ks_during_run)) {
        p = propose(out, DEC_ESCALATE, "kill.stop", -1);
        next = ks == KS_OFF ? "it was on during the run: this run can only fail; roll back or end"
                            : "the run stops where it is; the IC decides: roll back or end";
    } else if (ks == KS_ENGAGED && drilled(w->s)) {
        p = propose(out, DEC_HOLD, "preflight.drill", -1);
        next = "a drill is under way, it turns it off again";
    } else if (ks == KS_ENGAGED) {
        p = propose(out, DEC_ABORT, "kill.engaged", -1);
        next = "nothing has been sent, nothing will be";
    } else if (ks == KS_FAILED) {
        p = propose(out, DEC_ESCALATE, "kill.failed", -1);
        next = "the flip could not be read back: flip it by hand";
    } else {
        p = propose(out, DEC_HOLD, "kill.unknown", -1);
        next = "no gate opens until it is known to be off";
    }
    str_fmt(p->why, sizeof p->why, "%s; %s", says, next);
}

static void alerts(const struct where *w, struct standing *out)
{
    const struct state *s = w->s;
    for (size_t i = 0; i < s->n_alerts; i++) {
        const struct alert_state *a = &s->alerts[i];
        enum decision what;
        char since[16];
        if (a->source < 0 || (size_t)a->source >= w->plan->n_alerts || !a->firing || !a->matches ||
            !then_decides(w, w->plan->alerts[a->source].then, &what))
            continue;
        if (what == DEC_AUTO_PAUSE && (s->paused || (s->go_ms && a->since_ms <= s->go_ms)))
            what = DEC_HOLD;
        dur_age(s->now_ms - a->since_ms, since, sizeof since);
        struct proposal *p = propose(out, what, "alert.firing", -1);
        str_copy(p->subject, sizeof p->subject, a->name);
        str_fmt(p->why, sizeof p->why, "alert %s%s%s fires for %s: %s", a->name,
                *a->severity ? ", " : "", a->severity, a->since_ms ? since : "an unknown time",
                a->text);
    }
    for (size_t i = 0; i < w->plan->n_alerts; i++) {
        const struct alert_source_state *a = &s->alert_sources[i];
        if (a->known)
            continue;
        struct proposal *p = propose(out, DEC_HOLD, "alerts.blind", -1);
        str_fmt(p->why, sizeof p->why, "alerts of %s are not known%s%s: no alert is not proven",
                w->plan->alerts[i].alertmanager ? "the Alertmanager" : "Prometheus",
                *a->why ? ", " : "", a->why);
    }
}

static void action(const struct where *w, struct standing *out)
{
    const struct action_state *a = &w->s->act;
    if (!w->stuck && !w->orphan)
        return;
    bool unknown = w->orphan || a->is == ACT_UNKNOWN;
    const char *rule = w->orphan             ? "action.orphan"
                       : a->is == ACT_FAILED ? "action.failed"
                                             : "action.unknown";
    struct proposal *p = propose(out, DEC_ESCALATE, rule, -1);
    str_fmt(p->why, sizeof p->why, "%s %s %s: %s; %s", a->verb, a->id,
            w->orphan ? "has no outcome" : act_word(a->is), *a->why ? a->why : a->what,
            unknown ? "look, then say what became of it (resolve), or roll back"
                    : "advance again, or roll back");
}

/* With `advance: auto` nobody may be there: an action that stays unresolved for one more stage
 * duration has failed the run. */
static void unanswered(const struct where *w, struct standing *out)
{
    const struct action_state *a = &w->s->act;
    if (w->plan->advance != ADVANCE_AUTO || !w->stuck || !w->executed || w->s->hold ||
        w->s->now_ms - a->end_ms < w->plan->stages[a->stage].duration_ms)
        return;
    struct proposal *p = propose(out, DEC_ROLLBACK, "action.unanswered", -1);
    char d[16];
    dur_print(w->s->now_ms - a->end_ms, d, sizeof d);
    str_fmt(p->why, sizeof p->why, "%s %s %s and nobody has decided for %s: %s", a->verb, a->id,
            act_word(a->is), d, a->why);
}

static void people(const struct where *w, struct standing *out)
{
    const struct state *s = w->s;
    struct proposal *p;
    if (w->undo)
        return; /* a stop outranks every earlier word */
    if (s->paused) {
        /* The rule that paused it goes on speaking: nothing but a rollback outranks it. */
        p = propose(out, DEC_AUTO_PAUSE, s->decision_rule, -1);
        str_fmt(p->why, sizeof p->why, "paused until a person says go, or rolls back: %s",
                s->pause_why);
    }
    if (s->hold) {
        p = propose(out, DEC_HOLD, "hold.person", -1);
        str_fmt(p->why, sizeof p->why, "%s holds: %s", s->hold_by, s->hold_why);
    }
}

void rules_world(const struct where *w, struct standing *out)
{
    kill_switch(w, out);
    alerts(w, out);
    action(w, out);
    unanswered(w, out);
    people(w, out);
}
