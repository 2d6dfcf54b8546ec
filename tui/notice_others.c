/* What else needs eyes: actions under way, the kill switch, alerts, the disk. See glance.h. */
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "tui/people.h"

struct notice *notice_add(struct glance *g, enum role role)
{
    struct notice *n = &g->notices[g->n < NOTICES_MAX ? g->n++ : NOTICES_MAX - 1];
    n->role = role;
    n->text[0] = n->press[0] = '\0';
    return n;
}

/* As the boxes and the keys call it. */
static const char *verb_words(const char *verb)
{
    return !strcmp(verb, "kill_on")    ? "kill switch ON"
           : !strcmp(verb, "kill_off") ? "kill switch OFF"
                                       : verb;
}

/* "advance: sent 22:15:02, waiting for read-back": asked is never called done. */
void notice_action(const struct scene *s, const struct action_state *a, struct glance *g)
{
    char at[16];
    const char *verb = verb_words(a->verb), *what = strcmp(a->what, a->verb) != 0 ? a->what : "";
    int64_t now = scene_now(s);
    if (a->is == ACT_INTENT || a->is == ACT_SENT) {
        struct notice *n = notice_add(g, ROLE_NEW);
        time_clock(a->is == ACT_SENT ? a->sent_ms : a->intent_ms, at, sizeof at);
        str_fmt(n->text, sizeof n->text, "%s: %s %s%s%s%s", verb,
                a->is == ACT_SENT ? "sent" : "recorded", at,
                a->is == ACT_SENT ? ", waiting for read-back" : ", not sent yet",
                *what ? " · " : "", what);
    } else if (a->is == ACT_FAILED && now - a->end_ms < 600000) {
        struct notice *n = notice_add(g, ROLE_CRIT);
        time_clock(a->end_ms, at, sizeof at);
        str_fmt(n->text, sizeof n->text, "%s FAILED %s: %s", verb, at, a->why);
    } else if (a->is == ACT_UNKNOWN) {
        struct notice *n = notice_add(g, ROLE_CRIT);
        str_fmt(n->text, sizeof n->text, "%s NOT VERIFIED: %s", verb, a->why);
    } else if (a->is == ACT_REHEARSED && now - a->end_ms < 10000) {
        struct notice *n = notice_add(g, ROLE_REPLAY);
        str_fmt(n->text, sizeof n->text, "%s: rehearsed, nothing was sent", verb);
    } else if (a->is == ACT_VERIFIED && now - a->end_ms < 10000) {
        struct notice *n = notice_add(g, ROLE_GOOD);
        time_clock(a->end_ms, at, sizeof at);
        str_fmt(n->text, sizeof n->text, "%s: verified %s%s%s", verb, at, *what ? " · " : "", what);
    }
}

static void say_kill(const struct scene *s, struct glance *g)
{
    int64_t age;
    const char *why;
    char span[16];
    if (!s->plan->has_kill_switch)
        return;
    enum ks_is is = glance_kill(s, &age, &why);
    if (is == KS_FAILED) {
        struct notice *n = notice_add(g, ROLE_CRIT);
        if (s->kill_manual && *s->kill_manual)
            str_fmt(n->text, sizeof n->text, "BY HAND: %s", s->kill_manual);
        else
            str_copy(n->text, sizeof n->text, "switch it by hand and keep pressing K");
        if (g->is != V_KILL_FAILED)
            str_copy(n->press, sizeof n->press, "K again");
    } else if (is == KS_ENGAGED && g->is != V_KILL_ON && !s->state->final) {
        struct notice *n = notice_add(g, ROLE_CRIT);
        str_copy(n->text, sizeof n->text, "kill switch is on: the canary is cut off, gates shut");
    } else if (is == KS_UNKNOWN && g->tally.unknown && g->is == V_UNKNOWN) {
        struct notice *n = notice_add(g, ROLE_UNKNOWN);
        dur_age(age < 0 ? 0 : age, span, sizeof span);
        str_fmt(n->text, sizeof n->text, "kill switch cannot be read (%s): %s",
                age < 0 ? "never read" : span, why);
    }
}

/* Alerts from outside that a rule of the plan looks for; pending ones are shown in their panel
 * only, and an alert of the plan's own limits (source -1) is its metric's sentence already. */
static void say_alerts(const struct scene *s, struct glance *g)
{
    char at[16];
    for (size_t i = 0; i < s->state->n_alerts && g->n < NOTICES_MAX; i++) {
        const struct alert_state *a = &s->state->alerts[i];
        if (!a->firing || !a->matches || a->source < 0 || s->state->final)
            continue;
        enum then_do then = s->plan->alerts[a->source].then;
        bool hard = then == THEN_ROLLBACK || then == THEN_IMMEDIATE_ROLLBACK;
        struct notice *n = notice_add(g, hard ? ROLE_CRIT : ROLE_WARN);
        time_clock(a->since_ms, at, sizeof at);
        str_fmt(n->text, sizeof n->text, "ALERT %s (%s) fires since %s, then %s%s%s", a->name,
                *a->severity ? a->severity : "-", at, then_word(then), *a->text ? ": " : "",
                a->text);
    }
}

/* A flip that failed is old news once every scope has been read as asked since. */
static bool kill_agrees(const struct scene *s)
{
    const struct state *st = s->state;
    enum ks_is want = strcmp(st->kill.verb, "kill_off") ? KS_ENGAGED : KS_OFF;
    for (size_t i = 0; i < s->plan->n_ks; i++)
        if (st->ks[i].is != want || st->ks[i].at_ms < st->kill.end_ms)
            return false;
    return st->kill.is == ACT_FAILED && s->plan->n_ks > 0;
}

void notice_others(const struct scene *s, struct glance *g)
{
    const struct state *st = s->state;
    say_kill(s, g);
    if (s->health && !s->health->recording) {
        struct notice *n = notice_add(g, ROLE_CRIT);
        str_fmt(n->text, sizeof n->text,
                "NOT RECORDING (%zu events in memory only): %s; only kill switch and rollback act",
                s->health->backlog, s->health->why);
    }
    notice_people(s, g);
    if (!g->action_told)
        notice_action(s, &st->act, g);
    if ((st->kill.is != ACT_FAILED || g->is != V_KILL_FAILED) && !kill_agrees(s))
        notice_action(s, &st->kill, g);
    say_alerts(s, g);
}
