/* Time beside the stages' clocks: manual items at the gates, checkpoints that nobody answers, the
 * kill switch read for the record. */
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "director/director_int.h"

/* ---- manual items (JDG-24) ---- */

/* The items people are asked for now: of the running stage, or of the soak. */
static size_t asked(const struct where *w, char *const **names)
{
    size_t n = confirms_now(w->s, names);
    return (w->running || w->past_last) && !w->undo ? n : 0;
}

bool confirms_wait(const struct where *w)
{
    char *const *names;
    size_t n = asked(w, &names);
    for (size_t i = 0; i < n; i++)
        if (confirm_said(w->s, names[i]) == CONFIRM_OPEN)
            return true;
    return false;
}

static const struct confirm_state *who_said(const struct where *w, const char *name)
{
    for (size_t i = 0; i < w->s->times.n_confirms; i++)
        if (!strcmp(w->s->times.confirms[i].name, name))
            return &w->s->times.confirms[i];
    return NULL;
}

/* "no_complaints: anna says no (three tickets); consensus is not confirmed" */
static int open_items(const struct where *w, char *out, size_t size)
{
    struct buf b = BUF_INIT;
    char *const *names;
    size_t count = asked(w, &names);
    int n = 0;
    for (size_t i = 0; i < count; i++) {
        const char *name = names[i];
        enum confirm_is said = confirm_said(w->s, name);
        const struct confirm_state *c = who_said(w, name);
        if (said == CONFIRM_YES)
            continue;
        buf_addf(&b, "%s%s", n++ ? "; " : "", name);
        if (said == CONFIRM_NO && c)
            buf_addf(&b, ": %s says no%s%s", c->by, *c->note ? ", " : "", c->note);
        else
            buf_adds(&b, " is not confirmed");
    }
    str_copy(out, size, buf_str(&b));
    buf_free(&b);
    return n;
}

void gate_times(const struct where *w, struct gate *g)
{
    char open[sizeof g->items->text];
    char *const *names;
    size_t count = asked(w, &names);
    if (!count)
        return;
    int n = open_items(w, open, sizeof open);
    struct gate_item *i = gate_add(g, "confirm", !n, "team");
    if (n)
        str_copy(i->text, sizeof i->text, open);
    else
        str_fmt(i->text, sizeof i->text, "%zu confirmed", count);
}

/* At the last gate a no is the criteria's to weigh; elsewhere it holds. */
void rules_times(const struct where *w, struct standing *out)
{
    char open[160];
    bool now = w->over || (w->past_last && w->s->now_ms >= soak_end_ms(w->s));
    if (!now || !open_items(w, open, sizeof open) || (w->last && !confirms_wait(w)))
        return;
    struct proposal *p = propose(out, DEC_HOLD, "confirm.missing", -1);
    str_fmt(p->why, sizeof p->why, "%s: a gate does not open without it", open);
}

/* ---- moments ---- */

/* People are asked where people advance; a run that goes on by itself asks nobody. */
static void missed(const struct where *w, struct event_list *out)
{
    const struct state *s = w->s;
    size_t next = s->checkpoints_done;
    char label[24];
    int open = checkpoint_open(s);
    if (open < 0 || w->plan->advance == ADVANCE_AUTO || next >= w->plan->n_checkpoints ||
        s->now_ms < s->t0_ms + w->plan->checkpoints[next])
        return;
    struct event *ev = director_event(s, EV_CHECKPOINT);
    dur_print(w->plan->checkpoints[open], label, sizeof label);
    json_add_str(ev->body, "op", "missed");
    json_add_str(ev->body, "label", label);
    event_list_add(out, ev);
}

/* The room reads every scope when it sees this (KIL-1); over samples there is nothing to read. */
static void kill_checks(const struct where *w, struct event_list *out)
{
    const struct state *s = w->s;
    char label[24];
    for (size_t i = s->times.ks_checks_done; i < w->plan->n_ks_checks; i++) {
        if (s->now_ms < s->t0_ms + w->plan->ks_checks[i])
            return;
        struct event *ev = director_event(s, EV_TIMELINE);
        dur_print(w->plan->ks_checks[i], label, sizeof label);
        json_add_str(ev->body, "op", "kill_check");
        json_add_int(ev->body, "index", (int64_t)i);
        json_add_str(ev->body, "label", label);
        event_list_add(out, ev);
    }
}

void tell_times(const struct where *w, struct event_list *out)
{
    tell_window(w, out);
    if (w->s->t0_ms < 0)
        return;
    tell_soak(w, out);
    missed(w, out);
    kill_checks(w, out);
}
