/* The steps of the timeline: opened at their time, closed by what they ask for; the freeze they
 * begin and end. */
#include "fold/fold_int.h"

#include <stdlib.h>

/* ---- small questions ---- */

int64_t item_due_ms(const struct state *s, size_t i)
{
    int64_t at = s->plan->timeline[i].at_ms;
    if (at >= 0)
        return s->t0_ms >= 0 ? s->t0_ms + at : 0;
    return s->t0_ms < 0 && s->planned_start_ms > 0 ? s->planned_start_ms + at : 0;
}

bool item_busy(const struct state *s)
{
    return s->item.is == ACT_INTENT || s->item.is == ACT_SENT;
}

/* What stages took beyond their plan, with the running one's extension and pauses. */
static int64_t stages_drift(const struct state *s, int64_t now_ms)
{
    int64_t planned = 0, clock = s->t0_ms;
    for (int i = 0; i < s->stage; i++)
        planned += s->plan->stages[i].duration_ms + s->plan->stages[i].cooldown_ms;
    const struct stage_state *st = &s->stages[s->stage];
    if (!st->clock_ms)
        return now_ms - clock - planned;
    int64_t span = (st->ended_ms ? st->ended_ms : now_ms) - st->clock_ms;
    int64_t over =
        span - s->plan->stages[s->stage].duration_ms - s->plan->stages[s->stage].cooldown_ms;
    int64_t paused = span - stage_elapsed(s, s->stage, now_ms);
    int64_t known = st->planned_ms - s->plan->stages[s->stage].duration_ms + paused;
    return st->clock_ms - clock - planned + (over > known ? over : known);
}

int64_t times_drift(const struct state *s, int64_t now_ms)
{
    int64_t start = 0;
    if (s->final && s->t0_ms < 0)
        return 0; /* it never began */
    if (s->planned_start_ms) {
        start = (s->t0_ms >= 0 ? s->t0_ms : now_ms) - s->planned_start_ms;
        if (s->t0_ms < 0 && start < 0)
            start = 0;
    }
    return s->t0_ms >= 0 && s->stage >= 0 ? start + stages_drift(s, now_ms) : start;
}

/* ---- what people say ---- */

static int item_index(const struct state *s, const struct event *ev, const char *key)
{
    int64_t i = json_int_or(ev->body, key, -1);
    return i >= 0 && i < (int64_t)s->plan->n_timeline ? (int)i : -1;
}

static void said(struct item_state *m, const struct event *ev, const char *key)
{
    str_copy(m->by, sizeof m->by, ev->actor);
    fold_text(m->note, sizeof m->note, ev->body, key);
}

bool item_confirm(struct state *s, const struct event *ev)
{
    const char *name = json_str_or(ev->body, "item", "");
    for (size_t i = 0; i < s->plan->n_timeline; i++) {
        struct item_state *m = &s->times.items[i];
        if (!*name || strcmp(s->plan->timeline[i].confirm, name) != 0 || m->is == ITEM_PLANNED ||
            m->is == ITEM_DONE)
            continue;
        m->confirmed = json_bool_or(ev->body, "ok", false);
        said(m, ev, "note");
        return true;
    }
    return false;
}

/* `item` runs a step's actions, or says that people did them: then nothing is sent. */
bool fold_item(struct state *s, const struct event *ev)
{
    int i = item_index(s, ev, "item_index");
    struct action_state *a = &s->item;
    if (i < 0)
        return false;
    struct item_state *m = &s->times.items[i];
    if (json_bool_or(ev->body, "by_hand", false)) {
        m->acted = m->confirmed = m->tried = true;
        m->is = m->is == ITEM_FAILED ? ITEM_OPEN : m->is;
        said(m, ev, "note");
        return true;
    }
    if (item_busy(s) && a->ours)
        return false; /* one at a time */
    *a = (struct action_state){.is = ACT_INTENT, .intent_ms = ev->t_ms, .ours = true, .stage = -1};
    fold_text(a->id, sizeof a->id, ev->body, "id");
    str_copy(a->verb, sizeof a->verb, "item");
    str_copy(a->actor, sizeof a->actor, ev->actor);
    fold_text(a->what, sizeof a->what, ev->body, "what");
    for (size_t k = 0; k < s->plan->timeline[i].n_actions; k++)
        a->n_steps += (int)s->plan->actions[s->plan->timeline[i].actions[k]].n_steps;
    s->item_at = i;
    m->tried = true;
    m->acted = false;
    m->is = m->is == ITEM_FAILED ? ITEM_OPEN : m->is;
    return true;
}

void item_over(struct state *s, const struct event *ev)
{
    if (s->item_at < 0)
        return;
    struct item_state *m = &s->times.items[s->item_at];
    m->acted = s->item.is == ACT_VERIFIED || s->item.is == ACT_REHEARSED;
    if (m->acted)
        return;
    m->is = ITEM_FAILED;
    fold_text(m->note, sizeof m->note, ev->body, "why");
}

/* The process died while a step ran: what came of it is not known. */
void items_resume(struct state *s)
{
    if (!item_busy(s) || s->item_at < 0)
        return;
    struct item_state *m = &s->times.items[s->item_at];
    s->item.is = ACT_UNKNOWN;
    s->item.ours = false;
    m->is = ITEM_FAILED;
    str_copy(m->note, sizeof m->note, "the process died while it ran: look");
}

bool fold_extend(struct state *s, const struct event *ev)
{
    if (s->stage < 0)
        return false;
    s->times.extend_stage = s->stage;
    str_copy(s->times.extend_by, sizeof s->times.extend_by, ev->actor);
    return true;
}

bool fold_start_at(struct state *s, const struct event *ev)
{
    int64_t ms = fold_ms(ev->body, "start_ms", 0);
    if (ms <= 0 || s->stage >= 0)
        return false;
    s->planned_start_ms = ms;
    if (s->phase == PHASE_PREFLIGHT)
        s->phase = PHASE_COUNTDOWN;
    return true;
}

/* ---- what the director says ---- */

static void freeze(struct state *s, const struct event *ev)
{
    struct freeze_state *f = &s->times.freeze;
    if (event_is(ev, "which", "end")) {
        f->end_ms = fold_at(ev);
        return;
    }
    f->start_ms = fold_at(ev);
    fold_text(f->held, sizeof f->held, ev->body, "held");
}

bool fold_timeline(struct state *s, const struct event *ev)
{
    if (event_is(ev, "op", "kill_check"))
        return ks_check_due(s, json_int_or(ev->body, "index", -1));
    if (event_is(ev, "op", "freeze")) {
        freeze(s, ev);
        return true;
    }
    if (event_is(ev, "op", "window")) {
        s->times.window_told_ms = fold_ms(ev->body, "until_ms", 0);
        return true;
    }
    int i = item_index(s, ev, "index");
    if (i < 0)
        return false;
    struct item_state *m = &s->times.items[i];
    if (event_is(ev, "op", "open") && m->is == ITEM_PLANNED) {
        m->is = ITEM_OPEN;
        m->opened_ms = fold_at(ev);
        m->due_ms = fold_ms(ev->body, "due_ms", ev->t_ms);
        return true;
    }
    if (event_is(ev, "op", "late"))
        m->late = true;
    else if (event_is(ev, "op", "done") && m->is != ITEM_PLANNED) {
        m->is = ITEM_DONE;
        m->closed_ms = fold_at(ev);
    } else
        return false;
    return true;
}
