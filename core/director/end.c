/* How a run ends: the last gate, the end of the observation, a person's word, or nobody there to
 * give one (CONTRACT 5.5, 5.8). Each way says why. */
#include "base/json.h"
#include "director/director_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

static void add_criteria(cJSON *body, const struct criteria *c)
{
    cJSON *list = json_add_arr(body, "criteria");
    for (size_t i = 0; i < c->n; i++) {
        cJSON *o = cJSON_CreateObject();
        json_add_str(o, "id", c->all[i].id);
        if (c->all[i].met < 0)
            cJSON_AddNullToObject(o, "met");
        else
            json_add_bool(o, "met", c->all[i].met);
        json_add_num(o, "value", c->all[i].value);
        cJSON_AddItemToArray(list, o);
    }
}

static void final(const struct where *w, const struct judge *j, const char *verdict,
                  const char *why, struct event_list *out)
{
    struct criteria *c = xzalloc(1, sizeof *c);
    criteria_judge(w, j, w->past_last || w->over, c);
    if (w->running || w->starting)
        stage_end(w, !strcmp(verdict, "ABORTED") ? "abort" : w->undo ? "rollback" : "end", out);
    struct event *ev = director_event(w->s, EV_FINAL);
    json_add_str(ev->body, "decision", verdict);
    json_add_str(ev->body, "why", why);
    add_criteria(ev->body, c);
    add_counts(ev->body, j);
    add_follow_ups(w, verdict, ev->body);
    event_list_add(out, ev);
    free(c);
}

static bool end(const struct where *w, const struct judge *j, const char *verdict,
                struct event_list *out, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static bool end(const struct where *w, const struct judge *j, const char *verdict,
                struct event_list *out, const char *fmt, ...)
{
    char why[240];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    final(w, j, verdict, why, out);
    return true;
}

void director_end(const struct state *s, const struct judge *j, const char *why,
                  struct event_list *out)
{
    struct where w;
    struct criteria *c = xzalloc(1, sizeof *c);
    where_now(&w, s, s->now_ms);
    if (s->final) {
        free(c);
        return;
    }
    criteria_judge(&w, j, false, c);
    if (c->failed && w.executed)
        end(&w, j, "FAIL", out, "%s; not met: %s", why, c->first_failed);
    else if (!w.executed)
        end(&w, j, "ABORTED", out, "%s; nothing had been sent to production", why);
    else
        end(&w, j, "INCONCLUSIVE", out, "%s before the last gate could be judged", why);
    free(c);
}

static bool asked(const struct where *w, const struct judge *j, struct event_list *out)
{
    const struct state *s = w->s;
    char why[240];
    if (!s->end_asked)
        return false;
    str_fmt(why, sizeof why, "%s ended the run%s%s", s->end_by, *s->end_why ? ": " : "",
            s->end_why);
    director_end(s, j, why, out);
    return true;
}

/* How long nobody has answered something since `since_ms` counts as no answer: one stage more. */
static bool unanswered(const struct where *w, int64_t since_ms)
{
    const struct stage *stage = w->stage ? w->stage : &w->plan->stages[0];
    return w->plan->advance == ADVANCE_AUTO && !w->s->hold && (!w->s->paused || w->undo) &&
           w->s->now_ms - since_ms >= stage->duration_ms;
}

/* What follows the rollback is given a minute; nobody waits longer for it. */
static bool follow_ups_wait(const struct where *w)
{
    return w->s->follow_ups < w->plan->n_after_rollback && w->s->now_ms < w->s->act.end_ms + 60000;
}

/* log_only, with an action `rollback`: people are waited for where people are; with `advance: auto`
 * for one stage more since the newest word about it. */
static bool people_may_roll_back(const struct where *w)
{
    const struct state *s = w->s;
    char subject[SUBJECT_SIZE];
    int64_t said_ms = 0;
    if (w->plan->rollback_action < 0 || !strcmp(s->mode, "judged"))
        return false;
    people_subject(s, "rollback", subject, sizeof subject);
    for (size_t i = 0; i < s->people.n_given; i++) {
        const struct approval_given *g = &s->people.given[i];
        if (g->ok && !strcmp(g->subject, subject) && g->t_ms > said_ms)
            said_ms = g->t_ms;
    }
    return !unanswered(w, said_ms);
}

static bool after_rollback(const struct where *w, const struct judge *j, struct event_list *out)
{
    const struct state *s = w->s;
    int64_t watch = w->plan->observe_rollback_ms;
    if (rollback_checks_due(w)) {
        tell_rollback_checks(w, j, out);
        return true;
    }
    if (s->rollback_done)
        return s->now_ms >= s->act.end_ms + watch && !follow_ups_wait(w) &&
               end(w, j, "FAIL", out, "rolled back: %s%s%s", s->rollback_cause,
                   *s->rollback_unmet ? "; after it not met: " : "", s->rollback_unmet);
    if (s->rollback_failed)
        return !w->busy && unanswered(w, s->act.end_ms) &&
               end(w, j, "FAIL", out, "the rollback is NOT VERIFIED and nobody has answered: %s",
                   s->rollback_cause);
    if (s->rollback_would && !s->rollback_wanted)
        return (!w->running || w->over) && s->now_ms >= s->rollback_ms + watch &&
               !people_may_roll_back(w) &&
               end(w, j, "FAIL", out, "would have been rolled back: %s", s->rollback_cause);
    return false;
}

/* Before execution a stop ends the run at once: there is nothing to undo. */
static bool aborted(const struct where *w, const struct judge *j, const struct standing *st,
                    struct event_list *out)
{
    if (st->strongest.what != DEC_ABORT || w->executed || w->busy)
        return false;
    return end(w, j, "ABORTED", out, "%s", st->strongest.why);
}

static bool stopped(const struct where *w, const struct judge *j, const struct standing *st,
                    struct event_list *out)
{
    if (strcmp(st->strongest.rule, "kill.stop") != 0 ||
        strcmp(w->s->decision_rule, "kill.stop") != 0 || w->busy ||
        !unanswered(w, w->s->decision_ms))
        return false;
    return end(w, j, "FAIL", out, "the kill switch was on during the run and nobody has decided");
}

/* Since when the gate has been waiting for something that is not known, by this proposal. */
static int64_t blind_since(const struct where *w, const struct proposal *p, int64_t gate_ms)
{
    const struct state *s = w->s;
    int64_t since = gate_ms;
    if (!strcmp(p->rule, "gate.nodata")) {
        int64_t good = s->metrics[p->metric].good_ms;
        if (s->now_ms - good > w->plan->metrics[p->metric].stale_after_ms)
            since = good;
    } else if (!strcmp(p->rule, "kill.unknown") || !strcmp(p->rule, "alerts.blind")) {
        since = strcmp(s->decision_rule, p->rule) ? s->now_ms : s->decision_ms;
    } else if (strcmp(p->rule, "gate.samples") != 0 && strcmp(p->rule, "compare.samples") != 0 &&
               strcmp(p->rule, "issue.samples") != 0 && strcmp(p->rule, "confirm.missing") != 0 &&
               strncmp(p->rule, "timeline.", 9) != 0) {
        return INT64_MAX; /* waits for something that is known */
    }
    return since > gate_ms ? since : gate_ms;
}

/* The very first start action was refused and nobody is there to try again. */
static bool never_started(const struct where *w, const struct judge *j, struct event_list *out)
{
    const struct action_state *a = &w->s->act;
    return w->stuck && !w->executed && unanswered(w, a->end_ms) &&
           end(w, j, "ABORTED", out, "%s and nobody has decided: %s", act_word(a->is), a->why);
}

static bool not_passed(const struct where *w, const struct judge *j, struct event_list *out)
{
    char why[240];
    return preflight_unanswered(w, why, sizeof why) && end(w, j, "ABORTED", out, "%s", why);
}

static bool gate_blind(const struct where *w, const struct judge *j, const struct standing *st,
                       struct event_list *out)
{
    const struct state *s = w->s;
    int64_t gate_ms = w->over_ms;
    if (w->refused) {
        gate_ms = s->act.end_ms;
    } else if (!w->stage) {
        gate_ms = s->start_ms + w->plan->baseline_ms;
        gate_ms = gate_ms > s->planned_start_ms ? gate_ms : s->planned_start_ms;
    } else if (!w->over) {
        return false;
    }
    for (size_t i = 0; i < st->n; i++) {
        const struct proposal *p = &st->all[i];
        int64_t since = blind_since(w, p, gate_ms);
        if (since == INT64_MAX || w->busy || w->stuck || !unanswered(w, since))
            continue;
        return end(w, j,
                   !w->executed &&
                           (!strcmp(p->rule, "kill.unknown") || !strncmp(p->rule, "timeline.", 9))
                       ? "ABORTED"
                       : "INCONCLUSIVE",
                   out, "the gate waited for one more stage duration: %s", p->why);
    }
    return false;
}

static bool last_gate(const struct where *w, const struct judge *j, const struct standing *st,
                      struct event_list *out)
{
    struct criteria *c;
    bool warned;
    if (!end_reached(w, j))
        return false;
    c = xzalloc(1, sizeof *c);
    criteria_judge(w, j, true, c);
    warned = c->warnings;
    bool failed = c->failed, unknown = c->unknown;
    char first[160];
    str_copy(first, sizeof first, c->first_unknown);
    free(c);
    if (failed)
        return false; /* the rollback's business, by the plan's mode */
    if (unknown)
        return end(w, j, "INCONCLUSIVE", out, "cannot be judged: %s", first);
    if (w->running) {
        tell_checkpoint(w->s, j, st->strongest.what, "stage", w->s->now_ms, out);
        stage_end(w, "pass", out);
        soak_begins(w, out);
        return true;
    }
    return warned ? end(w, j, "PASS_WITH_WARNING", out,
                        "all criteria met, with %u warnings, %u notices, %u overrides",
                        w->s->warnings_seen, w->s->notices_seen, w->s->overrides)
                  : end(w, j, "PASS", out, "all criteria met in all %zu stages", w->plan->n_stages);
}

bool flow_end(const struct where *w, const struct judge *j, const struct standing *st,
              struct event_list *out)
{
    if (asked(w, j, out) || aborted(w, j, st, out))
        return true;
    if (w->undo)
        return after_rollback(w, j, out);
    return stopped(w, j, st, out) || last_gate(w, j, st, out) || never_started(w, j, out) ||
           not_passed(w, j, out) || gate_blind(w, j, st, out);
}
