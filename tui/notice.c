/* The first sentence below the header: why the verdict stands and what to press. See glance.h. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "tui/format.h"
#include "tui/gates.h"
#include "tui/people.h"

static void more(char *text, size_t size, int n)
{
    size_t len = strlen(text);
    if (n > 0)
        str_fmt(text + len, size - len, "  (+%d more)", n);
}

/* The worst metric's own sentence; what follows from it by the plan. */
static void worst_metric(const struct scene *s, const struct glance *g, struct notice *n)
{
    const struct tally *t = &g->tally;
    if (t->worst < 0) {
        str_copy(n->text, sizeof n->text, s->standing ? s->standing->strongest.why : "");
        return;
    }
    size_t m = (size_t)t->worst;
    const struct metric *pm = &s->plan->metrics[m];
    const struct metric_verdict *v = &s->judge->m[m];
    struct reading r;
    reading_of(s, m, &r);
    const char *label = *pm->label ? pm->label : "", *gap = *pm->label ? ": " : "";
    if (r.is == SHOWN_UNKNOWN)
        str_fmt(n->text, sizeof n->text, "%s%s%s: %s%s%s", label, gap, pm->title, r.value,
                *r.note ? ": " : "", r.note);
    else if (v->pending)
        str_fmt(n->text, sizeof n->text, "%s%s%s %s: %s, then %s", label, gap, pm->title, r.value,
                r.note, then_word(pm->then));
    else
        str_fmt(n->text, sizeof n->text, "%s%s%s %s", label, gap, pm->title,
                *v->why ? reading_why(s, m) : r.value);
    int same = (r.is == SHOWN_CRIT      ? t->crit + t->out_crit
                : r.is == SHOWN_UNKNOWN ? t->unknown + t->out_unknown
                                        : t->warn + t->out_warn) -
               1;
    more(n->text, sizeof n->text, same);
}

static void say_rollback(const struct scene *s, struct notice *n)
{
    const struct state *st = s->state;
    const struct action_state *a = &st->act;
    char at[16], weight[16], step[32] = "";
    bool sent = a->is == ACT_SENT;
    if (strcmp(a->verb, "rollback") != 0 || a->is == ACT_NONE) {
        str_fmt(n->text, sizeof n->text, "wanted, not sent yet; cause: %s", st->rollback_cause);
        return;
    }
    if (a->n_steps > 1)
        str_fmt(step, sizeof step, ", step %d of %d", a->step + 1, a->n_steps);
    time_clock(sent ? a->sent_ms : a->intent_ms, at, sizeof at);
    fmt_weight(st->weight, weight, sizeof weight);
    str_fmt(n->text, sizeof n->text, "%s %s%s%s; last verified weight %s; cause: %s",
            sent ? "sent" : "recorded", at, step,
            sent ? ", waiting for read-back" : ", not sent yet", weight, st->rollback_cause);
}

/* Failed: definitely not done. Not confirmed: sent, and nobody knows. */
static void say_not_verified(const struct scene *s, struct glance *g, struct notice *n)
{
    const struct action_state *a = &s->state->act;
    const char *verb = *a->verb ? a->verb : "action";
    char at[16];
    g->action_told = true;
    time_clock(a->end_ms ? a->end_ms : a->sent_ms, at, sizeof at);
    if (a->is == ACT_FAILED) {
        str_copy(g->word, sizeof g->word, "ROLLBACK FAILED");
        str_fmt(n->text, sizeof n->text, "%s was not done (%s): %s", verb, at, a->why);
    } else {
        str_fmt(n->text, sizeof n->text, "%s: sent, NOT confirmed (%s): %s", verb, at,
                *a->why ? a->why : "outcome unknown, look yourself");
    }
}

static void say_gate(const struct scene *s, struct notice *n)
{
    char next[64], at[16], left[16];
    const struct gate *g = s->gate;
    glance_next(s, next, sizeof next);
    if (!g)
        return;
    bool automatic = s->plan->advance == ADVANCE_AUTO;
    if (g->open) {
        str_fmt(n->text, sizeof n->text, "gate to %s is open: %s", next,
                automatic ? "goes on by itself" : "waits for the IC's word");
        return;
    }
    if (g->opens_ms > scene_now(s)) {
        time_clock(g->opens_ms, at, sizeof at);
        dur_clock(g->opens_ms - scene_now(s), left, sizeof left);
        const struct gate_item *it = gate_first(g);
        bool person = it && !gate_by_clock(it);
        str_fmt(n->text, sizeof n->text, "all is well; gate to %s opens %s, in %s%s%s", next, at,
                left,
                person      ? "; waits for "
                : automatic ? ", then goes on by itself"
                            : "",
                person ? *it->whom ? it->whom : it->name : "");
        return;
    }
    str_fmt(n->text, sizeof n->text, "gate to %s is shut", next);
    for (size_t i = 0; i < g->n; i++) {
        if (!g->items[i].open) {
            str_fmt(n->text, sizeof n->text, "gate to %s waits: %s %s", next, g->items[i].name,
                    g->items[i].text);
            return;
        }
    }
}

/* What somebody must do is said before what the clock does by itself. */
static void say_not_ready(const struct scene *s, struct notice *n)
{
    const struct gate_item *it = gate_first(s->gate);
    int shut = 0;
    str_copy(n->text, sizeof n->text, "nothing was done to production");
    for (size_t i = 0; s->gate && i < s->gate->n; i++)
        shut += !s->gate->items[i].open;
    if (it)
        str_fmt(n->text, sizeof n->text, "start waits for %s: %s %s",
                *it->whom ? it->whom : "the gate", it->name, it->text);
    more(n->text, sizeof n->text, shut - 1);
}

static void say_hold(const struct scene *s, struct glance *g, struct notice *n)
{
    const struct state *st = s->state;
    if (st->hold)
        str_fmt(n->text, sizeof n->text, "%s holds: %s", *st->hold_by ? st->hold_by : "somebody",
                st->hold_why);
    else if (g->tally.warn && g->tally.worst >= 0)
        worst_metric(s, g, n);
    else if (st->act.is == ACT_FAILED) {
        str_fmt(n->text, sizeof n->text, "%s FAILED: %s", st->act.verb, st->act.why);
        g->action_told = true;
    } else if (s->standing && s->standing->n)
        str_fmt(n->text, sizeof n->text, "%s (rule %s)", s->standing->strongest.why,
                s->standing->strongest.rule);
}

static void say_unknown(const struct scene *s, struct glance *g, struct notice *n)
{
    int64_t since, age;
    const char *why;
    char span[24] = "";
    if (s->guard && people_silent(s->state, s->now_ms, s->guard->silent_ms)) {
        str_copy(n->text, sizeof n->text, "what is shown is old; nothing can be judged");
    } else if (glance_blind(s, &since)) {
        if (since >= 0)
            dur_age(since, span, sizeof span);
        str_fmt(n->text, sizeof n->text, "%s%s%s%s%s; nothing can be judged",
                s->state->ticks ? "no answer from Prometheus" : "no answer from Prometheus yet",
                *span ? " for " : "", span, *s->state->source_why ? ": " : "",
                s->state->source_why);
    } else if (g->tally.unknown) {
        worst_metric(s, g, n);
    } else if (s->plan->has_kill_switch && glance_kill(s, &age, &why) == KS_UNKNOWN) {
        str_fmt(n->text, sizeof n->text, "kill switch cannot be read: %s; every gate stays shut",
                why);
    } else {
        str_copy(n->text, sizeof n->text, s->standing ? s->standing->strongest.why : "");
    }
}

static void say_done(const struct scene *s, struct notice *n)
{
    char w[16];
    fmt_weight(s->state->weight, w, sizeof w);
    if (isnan(s->state->weight))
        str_copy(n->text, sizeof n->text, s->state->verdict_why);
    else
        str_fmt(n->text, sizeof n->text, "%s · canary %s (last verified)", s->state->verdict_why,
                w);
}

static void say_switch(const struct scene *s, struct notice *n)
{
    int64_t age;
    const char *why;
    if (glance_kill(s, &age, &why) == KS_FAILED)
        str_copy(n->text, sizeof n->text, *why ? why : "the switch did not answer as it should");
    else
        str_copy(n->text, sizeof n->text,
                 "kill switch is on: the canary is cut off, every gate is shut");
}

static const char *keys_for(const struct scene *s, enum verdict is)
{
    switch (is) {
    case V_DONE:
        return "";
    case V_NOT_VERIFIED:
        return s->state->act.is == ACT_UNKNOWN ? ": resolve  R roll back  K kill ON"
                                               : "R roll back  K kill switch ON";
    case V_ROLLING_BACK:
        return "K kill switch ON";
    case V_KILL_FAILED:
        return "K again";
    case V_KILL_ON:
        return "U turn it off  R roll back";
    case V_ROLLBACK_WANTED:
    case V_BREACH:
    case V_ESCALATE:
        return "R roll back  K kill switch ON";
    case V_PAUSED:
        return "R roll back  G go on";
    case V_READY:
        return "A start";
    case V_UNKNOWN:
        return "R roll back  H hold";
    case V_HOLD:
        return s->state->hold ? "G go on  R roll back" : "R roll back  H hold";
    case V_PASS:
        return s->gate && s->gate->open && s->plan->advance == ADVANCE_MANUAL ? "A advance" : "";
    default:
        return "";
    }
}

static void press(const struct scene *s, enum verdict is, struct notice *n)
{
    char keys[80];
    const struct gate_item *it = is == V_NOT_READY ? gate_first(s->gate) : NULL;
    str_copy(keys, sizeof keys, keys_for(s, is));
    if (it)
        gate_press(s, it, keys, sizeof keys);
    glance_press(s, keys, n->press, sizeof n->press);
}

void notice_verdict(const struct scene *s, struct glance *g)
{
    const struct state *st = s->state;
    struct notice *n = notice_add(g, g->role);
    char left[16], span[24];
    switch (g->is) {
    case V_DONE:
        say_done(s, n);
        break;
    case V_NOT_VERIFIED:
        say_not_verified(s, g, n);
        break;
    case V_ROLLING_BACK:
        say_rollback(s, n);
        g->action_told = !strcmp(st->act.verb, "rollback");
        break;
    case V_ROLLBACK_WANTED:
        str_fmt(n->text, sizeof n->text, "%s: %s%s", st->rollback_cause,
                st->rollback_would          ? "log_only: would roll back, people act"
                : *waits_for(s, "rollback") ? "waits for "
                                            : "waits for a person to roll back",
                st->rollback_would ? "" : waits_for(s, "rollback"));
        break;
    case V_ROLLED_BACK:
        dur_clock(st->observe_until_ms - scene_now(s), left, sizeof left);
        fmt_weight(st->weight, span, sizeof span);
        str_fmt(n->text, sizeof n->text, "read back: canary at %s; observing, %s left · cause: %s",
                span, st->observe_until_ms > scene_now(s) ? left : "00:00", st->rollback_cause);
        break;
    case V_ABORTED:
        str_copy(n->text, sizeof n->text, st->abort_why);
        break;
    case V_NOT_READY:
        say_not_ready(s, n);
        break;
    case V_READY:
        str_fmt(n->text, sizeof n->text, "every check is met: waits for IC %s to start", st->ic);
        break;
    case V_PAUSED:
        dur_clock(st->pause_since_ms ? scene_now(s) - st->pause_since_ms : 0, left, sizeof left);
        str_fmt(n->text, sizeof n->text, "for %s, stage clock stands%s%s: %s", left,
                plan_approvals(s->plan, "resume_after_pause")->n ? ", ends with " : "",
                plan_approvals(s->plan, "resume_after_pause")->n ? waits_for(s, "pause") : "",
                st->pause_why);
        break;
    case V_UNKNOWN:
        say_unknown(s, g, n);
        break;
    case V_HOLD:
        say_hold(s, g, n);
        break;
    case V_BASELINE:
        dur_clock(st->baseline_until_ms - scene_now(s), left, sizeof left);
        str_fmt(n->text, sizeof n->text, "baseline is being taken, %s left",
                st->baseline_until_ms > scene_now(s) ? left : "00:00");
        break;
    case V_KILL_FAILED:
    case V_KILL_ON:
        say_switch(s, n);
        break;
    case V_BREACH:
    case V_ESCALATE:
        worst_metric(s, g, n);
        break;
    case V_PASS:
        if (st->act.is == ACT_INTENT || st->act.is == ACT_SENT) {
            g->n--; /* what is under way is said instead */
            notice_action(s, &st->act, g);
            g->action_told = true;
            return;
        }
        say_gate(s, n);
        break;
    }
    press(s, g->is, n);
}
