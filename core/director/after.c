/* What is told once a rollback or the run is over: the checks after a rollback (RBK-6), and what is
 * to be done next, by whom, until when. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "director/director_int.h"

/* 1 met, 0 not, -1 cannot be judged. */
static int check_met(const struct where *w, const struct judge *j, const struct pass_cond *c)
{
    const struct metric_verdict *v = &j->m[c->metric];
    bool judged = false, hit;
    if (v->status == M_NODATA || isnan(v->value) || c->cond.ref == COND_COMPARE)
        return -1;
    hit = cond_hit(&c->cond, v->value, w->s->metrics[c->metric].baseline,
                   w->plan->metrics[c->metric].baseline_floor, &judged);
    return judged ? hit : -1;
}

static void add_check(cJSON *list, const char *id, int met, double value, double base)
{
    cJSON *o = cJSON_CreateObject();
    json_add_str(o, "id", id);
    if (met < 0)
        cJSON_AddNullToObject(o, "met");
    else
        json_add_bool(o, "met", met);
    json_add_num(o, "value", value);
    json_add_num(o, "baseline", base);
    cJSON_AddItemToArray(list, o);
}

bool rollback_checks_due(const struct where *w)
{
    const struct state *s = w->s;
    return w->plan->n_rollback_checks && s->rollback_done && !s->rollback_checked &&
           s->now_ms >= s->act.end_ms + w->plan->observe_rollback_ms;
}

void tell_rollback_checks(const struct where *w, const struct judge *j, struct event_list *out)
{
    const struct state *s = w->s;
    struct event *ev = director_event(s, EV_ROLLBACK);
    json_add_str(ev->body, "op", "checked");
    json_add_str(ev->body, "mode", rollback_mode_word(w->plan->rollback_mode));
    json_add_int(ev->body, "observed_ms", s->now_ms - s->act.end_ms);
    cJSON *list = json_add_arr(ev->body, "checks");
    int fresh = (int)(s->alerts_fired - s->alerts_at_rollback);
    add_check(list, "read_back", 1, NAN, NAN);
    add_check(list, "no_new_alert", !fresh, fresh, NAN);
    for (size_t i = 0; i < w->plan->n_rollback_checks; i++) {
        const struct pass_cond *c = &w->plan->rollback_checks[i];
        char id[128];
        str_fmt(id, sizeof id, "%s %s", w->plan->metrics[c->metric].id, c->cond.text);
        add_check(list, id, check_met(w, j, c), j->m[c->metric].value,
                  s->metrics[c->metric].baseline);
    }
    event_list_add(out, ev);
}

static void add_item(const struct follow_up *f, int64_t now_ms, cJSON *list)
{
    cJSON *o = cJSON_CreateObject();
    json_add_str(o, "title", f->title);
    json_add_str(o, "owner", f->owner);
    if (*f->priority)
        json_add_str(o, "priority", f->priority);
    json_add_int(o, "due_ms", now_ms + f->due_ms);
    cJSON_AddItemToArray(list, o);
}

void add_follow_ups(const struct where *w, const char *verdict, cJSON *body)
{
    unsigned is = strncmp(verdict, "PASS", 4) ? 1u << FOLLOW_FAIL : 1u << FOLLOW_PASS;
    cJSON *list = NULL;
    if (w->s->rollback_done)
        is |= 1u << FOLLOW_ROLLBACK;
    for (size_t i = 0; i < w->plan->n_follow_up; i++) {
        if (!(w->plan->follow_up[i].on & is))
            continue;
        if (!list)
            list = json_add_arr(body, "follow_up");
        add_item(&w->plan->follow_up[i], w->s->now_ms, list);
    }
}
