/* Stages begin, start their clocks, are extended, cool down and, with `advance: auto`, go on. */
#include "base/json.h"
#include "director/director_int.h"
#include "director/want.h"

#include <math.h>
#include <string.h>

static struct event *stage_event(const struct where *w, int index, const char *op)
{
    struct event *ev = director_event(w->s, EV_STAGE);
    str_copy(ev->stage, sizeof ev->stage, w->plan->stages[index].name);
    json_add_int(ev->body, "index", index);
    json_add_str(ev->body, "op", op);
    return ev;
}

void stage_end(const struct where *w, const char *result, struct event_list *out)
{
    struct event *ev = stage_event(w, w->s->stage, "end");
    json_add_str(ev->body, "result", result);
    json_add_int(ev->body, "elapsed_ms", stage_elapsed(w->s, w->s->stage, w->s->now_ms));
    event_list_add(out, ev);
}

static void enter(const struct where *w, const struct judge *j, const struct standing *st,
                  int target, struct event_list *out)
{
    const struct stage *next = &w->plan->stages[target];
    if (w->running) {
        tell_checkpoint(w->s, j, st->strongest.what, "stage", w->s->now_ms, out);
        stage_end(w, w->s->act.override ? "override" : "pass", out);
    }
    struct event *ev = stage_event(w, target, "enter");
    json_add_num(ev->body, "weight", next->has_weight ? next->weight : NAN);
    json_add_int(ev->body, "planned_ms", next->duration_ms);
    event_list_add(out, ev);
}

/* An advance on the tape: its stage is entered, and its clock starts
 * when the start action is verified; a stage without actions has nothing to wait for. */
static bool follow_advance(const struct where *w, const struct judge *j, const struct standing *st,
                           struct event_list *out)
{
    const struct action_state *a = &w->s->act;
    if (!advance_in_flight(w->s))
        return false;
    const struct stage *target = &w->plan->stages[a->stage];
    if (a->stage != w->s->stage) {
        enter(w, j, st, a->stage, out);
        return true;
    }
    bool verified = a->is == ACT_VERIFIED || a->is == ACT_REHEARSED;
    bool checked = a->stage || w->s->preflight.final != PF_FINAL_DUE;
    if (!w->starting || (!verified && (target->n_actions || a->is != ACT_INTENT || !checked)))
        return false;
    bool weight = target->has_weight && target->n_actions && a->is == ACT_VERIFIED;
    struct event *ev = stage_event(w, a->stage, "clock");
    json_add_num(ev->body, "weight", weight ? target->weight : NAN);
    event_list_add(out, ev);
    return true;
}

static bool speaks(const struct standing *st, const char *rule)
{
    for (size_t i = 0; i < st->n; i++)
        if (!strcmp(st->all[i].rule, rule))
            return true;
    return false;
}

static bool extend(const struct where *w, const struct standing *st, struct event_list *out)
{
    char beyond[240];
    bool asked = w->s->times.extend_stage == w->s->stage;
    if (!w->running || w->st->extended || (!asked && !speaks(st, "warnings.extend")) ||
        extension_beyond(w, beyond, sizeof beyond))
        return false;
    double factor = w->plan->rules.extend_factor;
    struct event *ev = stage_event(w, w->s->stage, "extend");
    json_add_int(ev->body, "planned_ms", (int64_t)((double)w->st->planned_ms * factor));
    json_add_num(ev->body, "factor", factor);
    event_list_add(out, ev);
    return true;
}

static bool cool_down(const struct where *w, struct event_list *out)
{
    if (!w->over || w->stage->cooldown_ms <= 0 || w->st->cooldown_until_ms)
        return false;
    struct event *ev = stage_event(w, w->s->stage, "cooldown");
    json_add_int(ev->body, "until_ms", w->over_ms + w->stage->cooldown_ms);
    event_list_add(out, ev);
    return true;
}

static bool go_on(const struct where *w, const struct judge *j, struct event_list *out)
{
    struct gate g;
    struct want want = {.word = "advance", .actor = "director", .reason = "the gate is open"};
    if (w->plan->advance != ADVANCE_AUTO || w->busy || w->stuck || advance_target(w->s) < 0 ||
        (advance_in_flight(w->s) && !(w->refused && w->s->tick_ms > w->s->act.end_ms)))
        return false;
    director_gate(w->s, j, w->s->now_ms, &g);
    if (!g.open)
        return false;
    event_list_add(out, director_want(w->s, j, &want, w->s->now_ms));
    return true;
}

bool flow_stage(const struct where *w, const struct judge *j, const struct standing *st,
                struct event_list *out)
{
    if (w->undo || w->past_last)
        return false;
    return follow_advance(w, j, st, out) || extend(w, st, out) || cool_down(w, out) ||
           go_on(w, j, out);
}
