/* May a manual item be confirmed, may the baseline be taken again? */
#include "action/guard_int.h"

#include <string.h>

#include "base/near.h"
#include "base/num.h"
#include "calendar/calendar.h"

static bool asked_now(const struct state *s, const char *item)
{
    char *const *names;
    size_t n = confirms_now(s, &names);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(names[i], item))
            return true;
    return false;
}

static int allow_item_word(const struct state *s, size_t i, struct err *why)
{
    const struct timeline_item *t = &s->plan->timeline[i];
    if (s->times.items[i].is == ITEM_PLANNED)
        REFUSE("%s %s has not come yet", t->at, t->title);
    if (s->times.items[i].is == ITEM_DONE)
        REFUSE("%s %s is closed already", t->at, t->title);
    return 0;
}

/* The warning of a window is the decision maker's to confirm, while it stands (CAL-5). */
static int allow_window(const struct state *s, const struct intent *in, const struct guard_env *env,
                        struct err *why)
{
    struct calendar_answer a;
    calendar_when(s->plan, s->stage < 0 ? FOR_START : FOR_ADVANCE, env->now_ms, &a);
    if (strcmp(in->role, "ic") != 0)
        REFUSE("the hours are the IC's to confirm, you are %s", in->role);
    if (a.warned < 0)
        REFUSE("no window warns now");
    return 0;
}

int allow_confirm(const struct state *s, const struct intent *in, const struct guard_env *env,
                  struct err *why)
{
    char item[40];
    bool ok;
    const char *words[CONFIRM_MAX];
    const struct stage *st = s->stage >= 0 ? &s->plan->stages[s->stage] : NULL;
    char *const *names;
    size_t n = confirms_now(s, &names);
    const char *note = confirm_split(in->reason, item, sizeof item, &ok);
    if (!ok && !*note)
        REFUSE("confirm %s no needs a word why", item);
    if (asked_now(s, item))
        return 0;
    if (!strcmp(item, "window"))
        return allow_window(s, in, env, why);
    for (size_t i = 0; i < s->plan->n_timeline; i++)
        if (!strcmp(s->plan->timeline[i].confirm, item))
            return allow_item_word(s, i, why);
    for (size_t i = 0; i < n; i++)
        words[i] = names[i];
    if (!n)
        REFUSE("nothing is to be confirmed %s%s", st ? "in " : "before the start",
               st ? st->name : "");
    REFUSE("%s is no manual item of %s%s", item, st->name, near_hint(item, words, n).text);
}

int allow_baseline(const struct state *s, struct err *why)
{
    if (!s->plan->baseline_ms)
        REFUSE("the plan has no baseline");
    if (s->t0_ms >= 0 || s->sent_n || s->stage >= 0)
        REFUSE("the baseline is fixed for the run: %s has begun",
               s->stage >= 0 ? s->plan->stages[s->stage].name : "the first stage");
    if (s->baseline_until_ms)
        REFUSE("the baseline is being taken just now");
    if (s->times.retake_ms)
        REFUSE("%s has asked for it already: %s", s->times.retake_by, s->times.retake_why);
    return 0;
}

int allow_item(const struct state *s, const struct intent *in, const struct guard_env *env,
               struct err *why)
{
    const char *words[64], *note;
    bool by_hand;
    int i = item_split(s->plan, in->reason, &by_hand, &note);
    size_t n = s->plan->n_timeline < 64 ? s->plan->n_timeline : 64;
    for (size_t k = 0; k < n; k++)
        words[k] = s->plan->timeline[k].at;
    if (!n)
        REFUSE("the plan has no timeline");
    if (i < 0) {
        char first[40];
        str_fmt(first, sizeof first, "%.*s", (int)strcspn(in->reason, " \t"), in->reason);
        REFUSE("%s is no step of the timeline%s", first, near_hint(first, words, n).text);
    }
    const struct timeline_item *t = &s->plan->timeline[i];
    const struct item_state *m = &s->times.items[i];
    if (m->is == ITEM_DONE)
        REFUSE("%s %s is closed already", t->at, t->title);
    if (m->is == ITEM_PLANNED)
        REFUSE("%s %s has not come yet", t->at, t->title);
    if (!*note)
        REFUSE("item %s needs a reason: what was done, or why it runs again", t->at);
    if (item_busy(s))
        REFUSE("%s is under way: wait for its outcome", s->item.what);
    if (by_hand)
        return 0;
    if (s->hold)
        REFUSE("%s holds: %s; say `go` first", s->hold_by, s->hold_why);
    if (plan_changes_schema(s->plan, t->actions, t->n_actions)) {
        struct calendar_answer a;
        calendar_when(s->plan, FOR_SCHEMA_CHANGE, env->now_ms, &a);
        if (!a.allowed)
            REFUSE("it changes a schema: %s", a.why);
    }
    if (!t->n_actions)
        REFUSE("%s %s has no actions to run; `item %s done WHY` closes it", t->at, t->title, t->at);
    if (m->acted)
        REFUSE("the actions of %s %s are done and read back", t->at, t->title);
    if (action_busy(s, NULL) || advance_waits(s))
        REFUSE("%s %s is under way: wait for its outcome", s->act.verb, s->act.id);
    return 0;
}

int allow_start_at(const struct state *s, const struct intent *in, const struct guard_env *env,
                   struct err *why)
{
    int64_t ms;
    if (s->stage >= 0)
        REFUSE("%s has begun: there is no start to plan", s->plan->stages[s->stage].name);
    if (start_at_parse(in->reason, env->now_ms, &ms) < 0)
        REFUSE("start_at needs a time like 2026-02-01T22:00:00+07:00, or +10m");
    if (ms < env->now_ms)
        REFUSE("that time has passed");
    return 0;
}

int allow_end_times(const struct state *s, const struct guard_env *env, struct err *why)
{
    char left[24], of[24];
    int64_t until = s->act.end_ms + s->plan->observe_rollback_ms;
    if (!s->rollback_done || env->now_ms >= until)
        return 0;
    dur_clock(until - env->now_ms, left, sizeof left);
    dur_print(s->plan->observe_rollback_ms, of, sizeof of);
    REFUSE("after a rollback it is watched for %s, which nobody shortens: %s left", of, left);
}

int allow_extend(const struct state *s, struct err *why)
{
    const struct stage_state *st = s->stage >= 0 ? &s->stages[s->stage] : NULL;
    if (!st || st->at != STAGE_RUNNING)
        REFUSE("no stage runs");
    if (st->extended || s->times.extend_stage == s->stage)
        REFUSE("%s is extended already: once a stage", s->plan->stages[s->stage].name);
    if (s->rollback_wanted || s->rollback_would || s->rollback_started)
        REFUSE("a rollback is asked for (%s)", s->rollback_cause);
    return 0;
}
