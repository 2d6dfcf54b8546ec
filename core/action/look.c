/* After a resume: what the newest action has set is read again, by its own verify calls, each asked
 * once. Changes nothing, holds up nothing: an action that begins meanwhile ends it. */
#include <math.h>
#include <string.h>

#include "action/runner_int.h"
#include "base/json.h"
#include "base/text.h"

static void look_end(struct runner *r, const char *why)
{
    struct event *ev = event_new(EV_SESSION, clock_wall(&r->clock), "warroom");
    str_copy(ev->stage, sizeof ev->stage, r->stage_name);
    json_add_str(ev->body, "op", "reread");
    json_add_str(ev->body, "subject", r->rollback ? "rollback" : r->stage_name);
    cJSON_AddItemToObject(ev->body, "differences", r->differences);
    json_add_str(ev->body, "why", why);
    event_list_add(&r->told, ev);
    r->differences = NULL;
    r->looking = false;
    r->turn++; /* what still comes is late */
}

void look_stop(struct runner *r, const char *why)
{
    if (r->looking)
        look_end(r, why);
}

static void differs(struct runner *r, const char *found)
{
    char text[300], clean[300];
    str_fmt(text, sizeof text, "%s: %s", r->rollback ? "rollback" : r->stage_name, found);
    text_clean_to(clean, sizeof clean, text);
    cJSON_AddItemToArray(r->differences, cJSON_CreateString(clean));
}

/* The next step that can be read, from r->step on; without one it is over. */
static void look_on(struct runner *r, const struct state *s, const struct judge *j)
{
    struct err e = ERR_INIT;
    for (; r->step < r->n_steps; r->step++) {
        if (!r->steps[r->step]->verify.set)
            continue;
        r->tries++;
        if (runner_call(r, s, j, true, &e) == 0)
            return;
        differs(r, e.text);
    }
    look_end(r, !r->tries ? "the plan's action has no verify: not readable"
                : cJSON_GetArraySize(r->differences) ? ""
                                                     : "as recorded");
}

void look_answer(struct runner *r, const struct state *s, const struct judge *j,
                 const struct answer *a)
{
    const struct verify *f = &r->steps[r->step]->verify;
    struct vars v;
    struct tmpl_vars vars = runner_vars(r, &v, s, j);
    char why[200];
    bool agrees = verify_agrees(f, a, &vars, why, sizeof why);
    if (!agrees)
        differs(r, why);
    r->step++;
    look_on(r, s, j);
}

void runner_look(struct runner *r, const struct state *s, const struct judge *j)
{
    if (r->busy || r->rehearse || (s->stage < 0 && !s->rollback_started))
        return;
    r->stage = s->stage;
    r->item = -1;
    r->rollback = s->rollback_started && r->plan->rollback_action >= 0;
    r->gradual = r->after = false;
    r->from_weight = NAN; /* of a ramp only the end can be read */
    r->step = r->tries = r->n_captured = 0;
    str_copy(r->stage_name, sizeof r->stage_name,
             s->stage >= 0 ? r->plan->stages[s->stage].name : "");
    r->looking = true;
    r->differences = cJSON_CreateArray();
    runner_take_steps(r);
    look_on(r, s, j);
}
