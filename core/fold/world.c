/* Alerts and the kill switch, as their sources tell. Nothing known is not the same as nothing. */
#include "fold/fold_int.h"

static bool counts(const struct alert_state *a)
{
    return a->firing && a->matches;
}

static void drop(struct state *s, size_t i)
{
    memmove(s->alerts + i, s->alerts + i + 1, (s->n_alerts - i - 1) * sizeof *s->alerts);
    s->n_alerts--;
}

/* Where a new alert goes: a full list gives up what matters least, never one that counts. */
static struct alert_state *alert_room(struct state *s, bool matters)
{
    for (int firing = 0; firing < 2 && s->n_alerts == ALERTS_MAX; firing++)
        for (size_t i = 0; i < s->n_alerts; i++)
            if (!counts(&s->alerts[i]) && s->alerts[i].firing == firing && (matters || !firing)) {
                drop(s, i);
                break;
            }
    return s->n_alerts < ALERTS_MAX ? &s->alerts[s->n_alerts++] : NULL;
}

static int find(const struct state *s, int source, const char *name)
{
    for (size_t i = 0; i < s->n_alerts; i++)
        if (s->alerts[i].source == source && !strcmp(s->alerts[i].name, name))
            return (int)i;
    return -1;
}

static bool acknowledged(struct state *s, const struct event *ev, int source)
{
    char name[sizeof s->alerts->name];
    fold_text(name, sizeof name, ev->body, "name");
    int at = find(s, source, name);
    if (at >= 0)
        str_copy(s->alerts[at].ack_by, sizeof s->alerts[at].ack_by, ev->actor);
    return at >= 0;
}

static bool one_alert(struct state *s, const struct event *ev, int source)
{
    struct alert_state a = {.source = source, .firing = event_is(ev, "state", "firing")};
    if (!a.firing && !event_is(ev, "state", "pending") && !event_is(ev, "state", "resolved"))
        return false;
    fold_text(a.name, sizeof a.name, ev->body, "name");
    int at = find(s, source, a.name);
    if (event_is(ev, "state", "resolved")) {
        if (at >= 0)
            drop(s, (size_t)at);
        return at >= 0;
    }
    a.matches = json_bool_or(ev->body, "matches", false);
    a.told = true;
    a.since_ms = fold_ms(ev->body, "since_ms", ev->t_ms);
    fold_text(a.severity, sizeof a.severity, ev->body, "severity");
    fold_text(a.text, sizeof a.text, ev->body, "text");
    fold_text(a.runbook, sizeof a.runbook, ev->body, "runbook");
    if (at >= 0 && s->alerts[at].firing == a.firing)
        str_copy(a.ack_by, sizeof a.ack_by, s->alerts[at].ack_by);
    if (counts(&a) && s->t0_ms >= 0 && (at < 0 || !counts(&s->alerts[at])))
        s->alerts_fired++;
    struct alert_state *slot = at >= 0 ? &s->alerts[at] : alert_room(s, counts(&a));
    if (slot)
        *slot = a;
    return slot != NULL;
}

bool fold_alert(struct state *s, const struct event *ev)
{
    int64_t source = json_int_or(ev->body, "source", -2);
    bool known = event_is(ev, "state", "known");
    if (source < -1 || source >= (int64_t)s->plan->n_alerts)
        return false;
    if (event_is(ev, "state", "acknowledged"))
        return acknowledged(s, ev, (int)source);
    if (!known && !event_is(ev, "state", "blind"))
        return one_alert(s, ev, (int)source);
    if (source < 0)
        return false;
    struct alert_source_state *a = &s->alert_sources[source];
    a->known = known;
    a->at_ms = ev->t_ms;
    fold_text(a->why, sizeof a->why, ev->body, "why");
    return true;
}

static enum ks_is word_is(const struct event *ev)
{
    static const enum ks_is all[] = {KS_OFF, KS_ENGAGED, KS_FAILED};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (event_is(ev, "state", ks_word(all[i])))
            return all[i];
    return KS_UNKNOWN; /* fail closed */
}

bool fold_kill_switch(struct state *s, const struct event *ev)
{
    bool found = false;
    for (size_t i = 0; i < s->plan->n_ks; i++) {
        struct ks_state *k = &s->ks[i];
        if (!event_is(ev, "scope", s->plan->ks[i].name))
            continue;
        found = true;
        k->is = word_is(ev);
        k->at_ms = ev->t_ms;
        k->ms = fold_ms(ev->body, "ms", -1);
        k->checks++;
        k->failures += k->is == KS_UNKNOWN || k->is == KS_FAILED;
        fold_text(k->why, sizeof k->why, ev->body, "why");
        ks_checked(s, i, ev);
        s->ks_during_run |= k->is == KS_ENGAGED && fold_executed(s) && !s->final;
    }
    return found;
}

void world_at_t0(struct state *s)
{
    for (size_t i = 0; i < s->n_alerts; i++)
        s->alerts_fired += counts(&s->alerts[i]);
    for (size_t i = 0; i < s->plan->n_ks; i++)
        s->ks_during_run |= s->ks[i].is == KS_ENGAGED;
}

void world_forget(struct state *s)
{
    static const char why[] = "not read since the run was resumed";
    for (size_t i = 0; i < s->plan->n_ks; i++) {
        s->ks[i].is = KS_UNKNOWN;
        str_copy(s->ks[i].why, sizeof s->ks[i].why, why);
    }
    for (size_t i = 0; i < s->plan->n_alerts; i++) {
        s->alert_sources[i].known = false;
        str_copy(s->alert_sources[i].why, sizeof s->alert_sources[i].why, why);
    }
    for (size_t i = 0; i < s->n_alerts; i++)
        s->alerts[i].told = s->alerts[i].source < 0;
    targets_forget(s);
    s->source_ok = false;
    str_copy(s->source_why, sizeof s->source_why, why);
}

/* Only changes are told, and with each tick every source is asked: one that is known has answered
 * now, and has told all that fires before the tick. */
void world_tick(struct state *s, int64_t t_ms)
{
    for (size_t i = 0; i < s->plan->n_alerts; i++)
        if (s->alert_sources[i].known && t_ms > s->alert_sources[i].at_ms)
            s->alert_sources[i].at_ms = t_ms;
    for (size_t i = s->n_alerts; i-- > 0;) {
        const struct alert_state *a = &s->alerts[i];
        if (!a->told && a->source >= 0 && s->alert_sources[a->source].known)
            drop(s, i);
    }
}
