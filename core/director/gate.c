/* What the gate behind the current stage waits for, in words, and for whom. Before T0 it is the
 * gate of the start. It never opens against the standing decision. */
#include "director/director_int.h"

#include <stdarg.h>
#include <string.h>

#include "base/num.h"
#include "base/zone.h"

struct gate_item *gate_add(struct gate *g, const char *name, bool open, const char *whom)
{
    if (g->n == GATE_ITEMS_MAX)
        BUG("a gate waits for more than %d things", GATE_ITEMS_MAX);
    struct gate_item *i = &g->items[g->n++];
    *i = (struct gate_item){.open = open};
    str_copy(i->name, sizeof i->name, name);
    str_copy(i->whom, sizeof i->whom, open ? "" : whom);
    return i;
}

#define item(g, name, open, whom) gate_add(g, name, open, whom)
#define SAY(i, ...)               str_fmt((i)->text, sizeof(i)->text, __VA_ARGS__)

static void time_item(const struct where *w, int64_t now_ms, struct gate *g)
{
    const struct state *s = w->s;
    char left[16], of[16];
    if (w->running) {
        struct gate_item *i = gate_add(g, "time", w->over, "clock");
        dur_clock(w->left_ms, left, sizeof left);
        dur_clock(w->st->planned_ms, of, sizeof of);
        SAY(i, w->over ? "%s%s over%s" : "%s left of %s%s", w->over ? "" : left, of,
            w->st->extended ? " (extended)" : "");
        if (!s->paused)
            g->opens_ms = w->over ? w->over_ms : now_ms + w->left_ms;
    } else if (w->starting) {
        SAY(gate_add(g, "time", w->refused, "action"),
            w->refused ? "the start was refused, it is asked for again"
                       : "the clock starts when the start action is verified");
    } else if (s->planned_start_ms) {
        bool over = now_ms >= s->planned_start_ms;
        dur_clock(over ? 0 : s->planned_start_ms - now_ms, left, sizeof left);
        SAY(gate_add(g, "time", over, "clock"), over ? "planned start is over%s" : "start in %s",
            over ? "" : left);
        g->opens_ms = s->planned_start_ms;
    }
}

static void cooldown_item(const struct where *w, int64_t now_ms, struct gate *g)
{
    if (!w->running || w->stage->cooldown_ms <= 0)
        return;
    int64_t until = w->st->cooldown_until_ms;
    bool open = until && now_ms >= until;
    char left[16];
    dur_clock(until ? until - now_ms : w->stage->cooldown_ms, left, sizeof left);
    if (open)
        SAY(gate_add(g, "cooldown", true, ""), "over");
    else
        SAY(gate_add(g, "cooldown", false, "clock"),
            until ? "%s left" : "%s, after the time is over", left);
    if (g->opens_ms)
        g->opens_ms = until ? (until > g->opens_ms ? until : g->opens_ms)
                            : g->opens_ms + w->stage->cooldown_ms;
}

static void window_item(const struct where *w, int64_t now_ms, struct gate *g)
{
    struct calendar_answer a;
    char until[48];
    if (!calendar_asked(w, now_ms, &a))
        return;
    if (!a.allowed) {
        SAY(gate_add(g, "window", false, "clock"), "%s", a.why);
        if (a.next_ms > g->opens_ms)
            g->opens_ms = a.next_ms;
    } else if (calendar_unconfirmed(w, &a)) {
        SAY(gate_add(g, "window", false, "IC"), "%s: to be confirmed (confirm window WHY)",
            w->plan->windows[a.warned].label);
    } else if (a.until_ms) {
        zone_print(w->plan->zone, a.until_ms, until, sizeof until);
        SAY(gate_add(g, "window", true, ""), "allowed until %s", until);
    } else {
        SAY(gate_add(g, "window", true, ""), "allowed");
    }
}

static void hold_items(const struct where *w, struct gate *g)
{
    const struct state *s = w->s;
    if (s->hold)
        SAY(gate_add(g, "hold", false, s->hold_by), "%s holds: %s", s->hold_by, s->hold_why);
    if (s->paused) {
        char whom[32];
        gate_pause_whom(s, whom, sizeof whom);
        SAY(gate_add(g, "pause", false, whom), "paused: %s", s->pause_why);
    }
}

static bool is_one_of(const char *rule, const char *const *list)
{
    for (; *list; list++)
        if (!strcmp(rule, *list))
            return true;
    return false;
}

static void metrics_item(const struct where *w, const struct judge *j, const struct standing *st,
                         struct gate *g)
{
    static const char *const speak[] = {"critical.then",
                                        "critical.samples",
                                        "gate.critical",
                                        "first.then",
                                        "gate.nodata",
                                        "gate.samples",
                                        "for.pending",
                                        "gate.trend",
                                        "compare.samples",
                                        "trend.escalate",
                                        "warnings.start",
                                        "warnings.escalate",
                                        "warnings.pause",
                                        "warnings.late",
                                        "warnings.extend",
                                        "warnings.persist",
                                        NULL};
    const struct proposal *first = NULL;
    for (size_t i = 0; i < st->n && !first; i++)
        if (is_one_of(st->all[i].rule, speak))
            first = &st->all[i];
    bool data = w->s->ticks > 0;
    bool open = data && !first;
    struct gate_item *i = gate_add(g, "metrics", open, !data ? "Prometheus" : "metrics");
    if (!data)
        SAY(i, "no data yet: %s",
            *w->s->source_why ? w->s->source_why : "waiting for the first answer");
    else
        SAY(i, "%d/%d%s%s", j->counts.pass, j->counts.of, first ? " " : "",
            first ? first->why : "");
    if (!open && first && !strcmp(first->rule, "gate.nodata"))
        str_copy(i->whom, sizeof i->whom, "Prometheus");
}

static void pass_item(const struct where *w, const struct judge *j, struct gate *g)
{
    if (!w->running || !w->stage->n_pass)
        return;
    for (size_t i = 0; i < w->stage->n_pass; i++) {
        size_t m = w->stage->pass[i].metric;
        if (j->m[m].pass_missed || j->m[m].status == M_NODATA) {
            SAY(gate_add(g, "pass", false, "metrics"), "%s %s: %s", w->plan->metrics[m].id,
                w->stage->pass[i].cond.text, j->m[m].why);
            return;
        }
    }
    SAY(gate_add(g, "pass", true, ""), "%zu condition%s met", w->stage->n_pass,
        w->stage->n_pass == 1 ? "" : "s");
}

static void baseline_item(const struct where *w, int64_t now_ms, struct gate *g)
{
    const struct state *s = w->s;
    int missing;
    char left[16];
    if (w->stage || !w->plan->baseline_ms)
        return;
    if (s->baseline_until_ms) {
        dur_clock(s->baseline_until_ms > now_ms ? s->baseline_until_ms - now_ms : 0, left,
                  sizeof left);
        SAY(gate_add(g, "baseline", false, "clock"), "is being taken, %s left", left);
    } else if (!s->baseline_done) {
        SAY(gate_add(g, "baseline", false, "Prometheus"), "not taken yet");
    } else if (baseline_missing(s, &missing)) {
        SAY(gate_add(g, "baseline", false, "Prometheus"), "%s has none: %s",
            w->plan->metrics[missing].id, s->metrics[missing].baseline_why);
    } else {
        SAY(gate_add(g, "baseline", true, ""), "taken");
    }
}

static void kill_item(const struct where *w, const struct standing *st, struct gate *g)
{
    if (!w->plan->has_kill_switch)
        return;
    for (size_t i = 0; i < st->n; i++)
        if (!strncmp(st->all[i].rule, "kill.", 5)) {
            bool read = strcmp(st->all[i].rule, "kill.unknown") != 0;
            SAY(gate_add(g, "kill", false, read ? "IC" : "kill switch"), "%s", st->all[i].why);
            return;
        }
    SAY(gate_add(g, "kill", true, ""), "off");
}

static void alerts_item(const struct where *w, const struct standing *st, struct gate *g)
{
    if (!w->plan->n_alerts)
        return;
    for (size_t i = 0; i < st->n; i++)
        if (!strncmp(st->all[i].rule, "alert", 5)) {
            SAY(gate_add(g, "alerts", false, "alerts"), "%s", st->all[i].why);
            return;
        }
    SAY(gate_add(g, "alerts", true, ""), "none acts");
}

static void action_item(const struct where *w, struct gate *g)
{
    const struct action_state *a = &w->s->act;
    if (w->orphan)
        SAY(gate_add(g, "action", false, "IC"), "%s %s has no outcome: say what became of it",
            a->verb, a->id);
    else if (w->busy && item_busy(w->s))
        SAY(gate_add(g, "action", false, "action"), "%s is under way", w->s->item.what);
    else if (w->busy)
        SAY(gate_add(g, "action", false, "action"), "%s %s is under way", a->verb, a->id);
    else if (w->stuck)
        SAY(gate_add(g, "action", false, "IC"), "%s %s %s: %s", a->verb, a->id, act_word(a->is),
            a->why);
}

/* What no other item has said but stands against going on. */
static void rest_item(const struct where *w, const struct standing *st, struct gate *g)
{
    char whom[32];
    rollback_whom(w->s, whom, sizeof whom);
    if (w->undo)
        SAY(gate_add(g, "rollback", false, whom), "%s", st->strongest.why);
    for (size_t i = 0; i < g->n; i++)
        if (!g->items[i].open)
            return;
    if (st->strongest.what != DEC_PROCEED)
        SAY(gate_add(g, "decision", false, "IC"), "%s: %s", decision_word(st->strongest.what),
            st->strongest.why);
}

bool gate_item_hard(const struct gate_item *item)
{
    static const char *const soft[] = {"metrics",   "pass",     "alerts",   "baseline",
                                       "people",    "confirm",  "approval", "timeline",
                                       "preflight", "sign-off", "issue",    NULL};
    return !is_one_of(item->name, soft);
}

void director_gate(const struct state *s, const struct judge *j, int64_t now_ms, struct gate *out)
{
    struct where w;
    struct standing st;
    memset(out, 0, sizeof *out);
    where_now(&w, s, now_ms);
    if (!s->final && w.past_last && s->times.soak.begin_ms) {
        gate_soak(&w, now_ms, out);
        gate_times(&w, out);
        return;
    }
    if (s->final || w.past_last) {
        SAY(gate_add(out, "end", false, "clock"),
            s->final ? "the run has ended: %s" : "%sno gate left", s->final ? s->verdict : "");
        return;
    }
    director_standing(s, j, &st);
    time_item(&w, now_ms, out);
    cooldown_item(&w, now_ms, out);
    window_item(&w, now_ms, out);
    gate_preflight(&w, now_ms, out);
    hold_items(&w, out);
    baseline_item(&w, now_ms, out);
    metrics_item(&w, j, &st, out);
    pass_item(&w, j, out);
    gate_times(&w, out);
    gate_items(&w, now_ms, out);
    gate_issues(&w, out);
    kill_item(&w, &st, out);
    alerts_item(&w, &st, out);
    gate_people(&w, now_ms, out);
    action_item(&w, out);
    rest_item(&w, &st, out);
    out->open = true;
    for (size_t i = 0; i < out->n; i++)
        out->open = out->open && out->items[i].open;
    if (w.plan->advance == ADVANCE_MANUAL && !w.last)
        SAY(gate_add(out, "people", false, "IC"), "%s", w.stage ? "advance" : "start");
}
