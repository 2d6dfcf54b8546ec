/* What is wanted from another seat. A watcher writes it as an intent with `ask`, which changes
 * nothing by itself; the one process that has hands looks at it with the guard and its own state,
 * and answers with its own intent, or with a refusal. So there are never two who act. */
#include "room/room_int.h"

#include <string.h>

#include "director/want.h"

#define ASK_LIFE_MS 30000 /* real ms */

struct event *asks_event(const struct room *r, const struct intent *in, int64_t now_ms)
{
    char id[16];
    struct event *ev = intent_event(r->state, r->judge, in, now_ms);
    str_fmt(id, sizeof id, "w%s", json_str_or(ev->body, "id", "a") + 1);
    cJSON_ReplaceItemInObjectCaseSensitive(ev->body, "id", cJSON_CreateString(id));
    json_add_bool(ev->body, "ask", true);
    json_add_int(ev->body, "at_stage", r->state->stage);
    return ev;
}

static void read_ask(const struct event *ev, enum intent_kind kind, struct intent *in)
{
    *in = (struct intent){.kind = kind, .stage = (int)json_int_or(ev->body, "at_stage", -1)};
    str_copy(in->actor, sizeof in->actor, ev->actor);
    str_copy(in->role, sizeof in->role, ev->role);
    str_copy(in->reason, sizeof in->reason, json_str_or(ev->body, "reason", ""));
    str_copy(in->seen, sizeof in->seen, json_str_or(ev->body, "seen", ""));
    str_copy(in->metric, sizeof in->metric,
             json_str_or(ev->body, "metric", json_str_or(ev->body, "target", "")));
    str_copy(in->subject, sizeof in->subject, json_str_or(ev->body, "item", ""));
    bool aimed = kind == INTENT_DONE || kind == INTENT_NOT_DONE || kind == INTENT_SEND ||
                 kind == INTENT_DROP;
    if (aimed) /* at what was shown there, whatever waits by now */
        str_copy(in->metric, sizeof in->metric, json_str_or(ev->body, "target", ""));
    in->gradual = json_bool_or(ev->body, "gradual", false);
    in->override = json_bool_or(ev->body, "override", false);
}

/* It was asked for one stage; the run may have gone on since. */
static int still_meant(const struct room *r, const struct event *ev, enum intent_kind kind,
                       struct err *why)
{
    int64_t target = json_int_or(ev->body, "stage_index", -1);
    if (kind != INTENT_ADVANCE || target == advance_target(r->state))
        return 0;
    return err_set(why, EX_FAILED, "the stage has changed since it was asked for: look again");
}

/* What was asked while nobody could answer is not done later: things have moved on. */
static int still_fresh(const struct room *r, const struct event *ev, struct err *why)
{
    int64_t age_ms = room_now(r) - ev->t_ms;
    bool stop = event_is(ev, "do", "kill_on");
    if (stop || (double)age_ms <= ASK_LIFE_MS * r->opts.clock.speed)
        return 0;
    return err_set(why, EX_FAILED, "it was asked for when nobody answered: ask again");
}

void asks_take(struct room *r, const struct event *ev)
{
    int kind = intent_of_word(json_str_or(ev->body, "do", ""));
    const char *id = json_str_or(ev->body, "id", "");
    struct err why = ERR_INIT;
    struct intent in;
    if (kind < 0 || intent_is_word((enum intent_kind)kind) || !*ev->actor || !*ev->role)
        return;
    read_ask(ev, (enum intent_kind)kind, &in);
    if (still_fresh(r, ev, &why) < 0 || still_meant(r, ev, in.kind, &why) < 0 ||
        room_submit_asked(r, &in, id, &why) < 0)
        room_put(r, intent_refused(r->state, &in, id, why.text, room_now(r)));
}
