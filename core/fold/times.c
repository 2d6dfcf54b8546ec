/* Manual items, checkpoints and their answers, kill switch checks for the record, the baseline
 * taken again. */
#include "fold/fold_int.h"

#include <stdlib.h>

#include "base/num.h"

/* ---- memory ---- */

static void add_name(struct times *t, const char *name)
{
    for (size_t i = 0; i < t->n_confirms; i++)
        if (!strcmp(t->confirms[i].name, name))
            return;
    t->confirms[t->n_confirms++] = (struct confirm_state){.name = name, .stage = -1};
}

void times_init(struct state *s)
{
    const struct plan *p = s->plan;
    size_t n = 0;
    for (size_t i = 0; i < p->n_stages; i++)
        n += p->stages[i].n_confirm;
    n += p->soak.n_confirm + 1;
    s->times.confirms = xzalloc(n, sizeof *s->times.confirms);
    for (size_t i = 0; i < p->n_stages; i++)
        for (size_t k = 0; k < p->stages[i].n_confirm; k++)
            add_name(&s->times, p->stages[i].confirm[k]);
    for (size_t k = 0; k < p->soak.n_confirm; k++)
        add_name(&s->times, p->soak.confirm[k]);
    for (size_t k = 0; k < p->n_windows; k++)
        if (p->windows[k].warn)
            add_name(&s->times, "window");
    soak_init(s);
    s->times.items = xzalloc(p->n_timeline, sizeof *s->times.items);
    s->times.extend_stage = -1;
    s->times.checkpoints = xzalloc(p->n_checkpoints, sizeof *s->times.checkpoints);
}

void times_free(struct state *s)
{
    free(s->times.confirms);
    free(s->times.checkpoints);
    free(s->times.items);
    soak_free(s);
}

/* ---- manual items ---- */

static struct confirm_state *confirm_named(struct state *s, const char *name)
{
    for (size_t i = 0; i < s->times.n_confirms; i++)
        if (!strcmp(s->times.confirms[i].name, name))
            return &s->times.confirms[i];
    return NULL;
}

enum confirm_is confirm_said(const struct state *s, const char *name)
{
    bool judged = !strcmp(s->mode, "judged");
    for (size_t i = 0; i < s->times.n_confirms; i++) {
        const struct confirm_state *c = &s->times.confirms[i];
        if (strcmp(c->name, name) != 0)
            continue;
        if (judged) /* over samples it counts as given unless they say otherwise */
            return c->is == CONFIRM_OPEN && !c->at_ms ? CONFIRM_YES : c->is;
        return c->stage == s->stage ? c->is : CONFIRM_OPEN;
    }
    return CONFIRM_OPEN;
}

/* `ok` null: it is open again (samples alone say so). */
bool fold_confirm(struct state *s, const struct event *ev)
{
    if (item_confirm(s, ev))
        return true;
    struct confirm_state *c = confirm_named(s, json_str_or(ev->body, "item", ""));
    const cJSON *ok = cJSON_GetObjectItemCaseSensitive(ev->body, "ok");
    if (!c || (!cJSON_IsBool(ok) && !cJSON_IsNull(ok)))
        return false;
    c->is = cJSON_IsTrue(ok) ? CONFIRM_YES : cJSON_IsFalse(ok) ? CONFIRM_NO : CONFIRM_OPEN;
    c->stage = s->stage;
    c->at_ms = fold_at(ev);
    str_copy(c->by, sizeof c->by, ev->actor);
    str_copy(c->role, sizeof c->role, ev->role);
    fold_text(c->note, sizeof c->note, ev->body, "note");
    return true;
}

/* ---- checkpoints ---- */

int checkpoint_open(const struct state *s)
{
    for (size_t i = s->plan->n_checkpoints; i-- > 0;) {
        const struct checkpoint_state *c = &s->times.checkpoints[i];
        if (c->told_ms)
            return c->answered_ms || c->missed ? -1 : (int)i;
    }
    return -1;
}

static int labelled(const struct state *s, const char *label)
{
    char planned[32];
    for (size_t i = 0; i < s->plan->n_checkpoints; i++) {
        dur_print(s->plan->checkpoints[i], planned, sizeof planned);
        if (!strcmp(planned, label))
            return (int)i;
    }
    return -1;
}

bool checkpoint_planned(struct state *s, const struct event *ev, const char *label)
{
    int i = labelled(s, label);
    if (i < 0)
        return false;
    if (event_is(ev, "op", "missed")) {
        s->times.checkpoints[i].missed = true;
        return true;
    }
    if ((size_t)i < s->checkpoints_done)
        return false;
    times_end(s); /* the one before is not answered any more */
    s->checkpoints_done = (size_t)i + 1;
    s->times.checkpoints[i].told_ms = fold_at(ev);
    return true;
}

void checkpoint_answer(struct state *s, const struct event *ev)
{
    soak_answer(s, ev);
    int i = checkpoint_open(s);
    if (i < 0)
        return;
    struct checkpoint_state *c = &s->times.checkpoints[i];
    c->answered_ms = fold_at(ev);
    str_copy(c->by, sizeof c->by, ev->actor);
    fold_text(c->note, sizeof c->note, ev->body, "reason");
}

/* ---- the baseline, taken again ---- */

bool fold_retake(struct state *s, const struct event *ev)
{
    s->times.retake_ms = fold_at(ev);
    str_copy(s->times.retake_by, sizeof s->times.retake_by, ev->actor);
    fold_text(s->times.retake_why, sizeof s->times.retake_why, ev->body, "reason");
    return true;
}

void retake_done(struct state *s)
{
    s->times.retakes += s->times.retake_ms != 0;
    s->times.retake_ms = 0;
}

/* ---- the kill switch, read for the record ---- */

static struct ks_check *check_line(struct times *t, const char *label, int64_t t_ms, size_t scope)
{
    struct ks_check *c = t->ks_log_n ? &t->ks_log[t->ks_log_n - 1] : NULL;
    if (c && !strcmp(c->label, label) && c->is[scope] < 0)
        return c;
    if (t->ks_log_n == KS_LOG_CAP) {
        memmove(t->ks_log, t->ks_log + 1, (KS_LOG_CAP - 1) * sizeof *t->ks_log);
        t->ks_log_n--;
    }
    c = &t->ks_log[t->ks_log_n++];
    *c = (struct ks_check){.t_ms = t_ms, .ms = -1};
    for (size_t i = 0; i < sizeof c->is / sizeof *c->is; i++)
        c->is[i] = -1;
    str_copy(c->label, sizeof c->label, label);
    t->ks_total++;
    return c;
}

static bool all_off(const struct ks_check *c)
{
    for (size_t i = 0; i < sizeof c->is / sizeof *c->is; i++)
        if (c->is[i] >= 0 && c->is[i] != KS_OFF)
            return false;
    return true;
}

void ks_checked(struct state *s, size_t scope, const struct event *ev)
{
    struct times *t = &s->times;
    const char *label = json_str_or(ev->body, "check", "");
    const struct ks_state *k = &s->ks[scope];
    if ((strncmp(label, "checkpoint:", 11) != 0 && strncmp(label, "before:", 7) != 0) ||
        scope >= sizeof t->ks_log->is / sizeof *t->ks_log->is)
        return;
    struct ks_check *c = check_line(t, label, ev->t_ms, scope);
    bool was_off = all_off(c);
    c->is[scope] = (int)k->is;
    c->n_read++;
    t->ks_not_off += was_off && !all_off(c);
    if (k->ms < 0)
        return;
    c->ms = k->ms > c->ms ? k->ms : c->ms;
    t->ks_timed++;
    t->ks_sum_ms += k->ms;
    t->ks_max_ms = k->ms > t->ks_max_ms ? k->ms : t->ks_max_ms;
}

bool ks_check_due(struct state *s, int64_t i)
{
    if (i < 0 || i >= (int64_t)s->plan->n_ks_checks)
        return false;
    if ((size_t)i + 1 > s->times.ks_checks_done)
        s->times.ks_checks_done = (size_t)i + 1;
    return true;
}

void times_end(struct state *s)
{
    int i = checkpoint_open(s);
    if (i >= 0 && s->plan->advance == ADVANCE_MANUAL)
        s->times.checkpoints[i].missed = true;
}
