/* Who is called when it gets worse, and who next when nobody has answered in time (APR-10). Times
 * are the plan's clock. */
#include <string.h>

#include "base/json.h"
#include "director/director_int.h"

static enum severity severity_of(const struct where *w, const struct judge *j,
                                 const struct standing *st)
{
    const struct proposal *top = &st->strongest;
    if (!w->executed || w->s->final || w->s->rollback_done)
        return SEVERITY_NONE;
    if (w->s->rollback_failed)
        return SEVERITY_FAILED;
    if (top->what >= DEC_ROLLBACK || j->counts.critical > 0)
        return SEVERITY_CRITICAL;
    if (top->what == DEC_AUTO_PAUSE || top->what == DEC_ESCALATE)
        return SEVERITY_MAJOR;
    return top->what == DEC_EXTEND || j->counts.warning > 0 ? SEVERITY_MINOR : SEVERITY_NONE;
}

/* The last level that so much calls; -1 none. */
static int level_for(const struct plan *p, enum severity sev)
{
    int level = -1;
    for (size_t i = 0; sev != SEVERITY_NONE && i < p->n_levels; i++)
        if (p->levels[i].when <= sev)
            level = (int)i;
    return level;
}

static struct event *escalation(const struct where *w, const char *op, int level)
{
    struct event *ev = director_event(w->s, EV_ESCALATION);
    json_add_str(ev->body, "op", op);
    json_add_str(ev->body, "level", w->plan->levels[level].level);
    return ev;
}

static void call(const struct where *w, int level, bool missed, const char *reason,
                 struct event_list *out)
{
    const struct escalation_level *v = &w->plan->levels[level];
    struct event *ev = escalation(w, "called", level);
    char whom[240] = "", one[100];
    cJSON *roles = json_add_arr(ev->body, "roles");
    for (size_t i = 0; i < v->roles.n; i++) {
        cJSON_AddItemToArray(roles, cJSON_CreateString(v->roles.role[i]));
        people_words(w->s, v->roles.role[i], one, sizeof one);
        str_fmt(whom + strlen(whom), sizeof whom - strlen(whom), "%s%s", i ? ", " : "", one);
    }
    json_add_str(ev->body, "whom", whom);
    json_add_int(ev->body, "due_ms", v->within_ms ? w->s->now_ms + v->within_ms : 0);
    json_add_bool(ev->body, "missed", missed);
    json_add_str(ev->body, "why", reason);
    event_list_add(out, ev);
}

void tell_escalation(const struct where *w, const struct judge *j, const struct standing *st,
                     struct event_list *out)
{
    const struct call_state *c = &w->s->people.call;
    enum severity sev = severity_of(w, j, st);
    int level = level_for(w->plan, sev);
    if (!w->plan->n_levels || (!c->called && level < 0))
        return;
    if (c->called && level < 0)
        event_list_add(out, escalation(w, "over", c->level));
    else if (!c->called || level > c->level)
        call(w, level, false, st->strongest.why, out);
    else if (!*c->answered_by && c->due_ms && w->s->now_ms >= c->due_ms &&
             (size_t)c->level + 1 < w->plan->n_levels)
        call(w, c->level + 1, true, c->why, out);
}
