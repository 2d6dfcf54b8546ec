/* What became of messages, and what is owed: an update after a warning, an answer after CRITICAL, a
 * word each so often. */
#include "fold/fold_int.h"

static struct message_kept *slot_of(struct messages_state *m, const char *id)
{
    for (int i = 0; *id && i < m->n; i++) {
        struct message_kept *k = &m->all[(m->first + i) % MESSAGES_KEPT];
        if (!strcmp(k->id, id))
            return k;
    }
    if (m->n == MESSAGES_KEPT)
        m->first = (m->first + 1) % MESSAGES_KEPT;
    else
        m->n++;
    return &m->all[(m->first + m->n - 1) % MESSAGES_KEPT];
}

static void keep(struct state *s, const struct event *ev)
{
    struct message_kept *k = slot_of(&s->messages, json_str_or(ev->body, "id", ""));
    const char *text = json_str_or(ev->body, "text", "");
    *k = (struct message_kept){.t_ms = ev->t_ms};
    fold_text(k->id, sizeof k->id, ev->body, "id");
    fold_text(k->op, sizeof k->op, ev->body, "op");
    fold_text(k->on, sizeof k->on, ev->body, "on");
    fold_text(k->to, sizeof k->to, ev->body, "to");
    fold_text(k->channel, sizeof k->channel, ev->body, "channel");
    fold_text(k->why, sizeof k->why, ev->body, "why");
    fold_clean(k->text, sizeof k->text, text);
}

/* A word went out: the clock of the next one begins. What a warning's own message promised is not
 * kept by that message. */
static void word_out(struct state *s, const struct event *ev)
{
    s->messages.checkpoint_ms = s->t0_ms >= 0 ? ev->t_ms : 0;
    if (!event_is(ev, "on", "warning"))
        s->messages.warning_ms = 0;
}

static void due(struct state *s, const struct event *ev)
{
    struct messages_state *m = &s->messages;
    m->due++;
    if (event_is(ev, "what", "checkpoint"))
        m->checkpoint_ms = ev->t_ms;
    else if (event_is(ev, "what", "warning"))
        m->warning_ms = ev->t_ms;
    else
        m->critical_ms = 0; /* said once; the escalation is others' business */
}

bool fold_notify(struct state *s, const struct event *ev)
{
    if (!json_str(ev->body, "op"))
        return false;
    if (!event_is(ev, "op", "dropped") || json_str(ev->body, "id"))
        keep(s, ev);
    if (event_is(ev, "op", "sent")) {
        s->messages.sent++;
        word_out(s, ev);
    } else if (event_is(ev, "op", "failed")) {
        s->messages.failed++;
    } else if (event_is(ev, "op", "blocked")) {
        s->messages.blocked++;
    } else if (event_is(ev, "op", "due")) {
        due(s, ev);
    }
    return true;
}

static bool any_in(const struct state *s, const char *status)
{
    for (size_t i = 0; i < s->plan->n_metrics; i++)
        if (!strcmp(s->metrics[i].status, status))
            return true;
    return false;
}

/* Every event passes here once it is folded: what it begins to owe, and what it answers. */
void messages_seen(struct state *s, const struct event *ev)
{
    struct messages_state *m = &s->messages;
    bool person = ev->role[0] != '\0';
    switch (ev->kind) {
    case EV_STAGE:
        if (!m->checkpoint_ms && s->t0_ms >= 0)
            m->checkpoint_ms = s->t0_ms;
        break;
    case EV_WARNING:
        if (!m->warning_ms)
            m->warning_ms = ev->t_ms;
        break;
    case EV_CRITICAL:
        if (!m->critical_ms)
            m->critical_ms = ev->t_ms;
        break;
    case EV_STATUS:
        if (m->warning_ms && !any_in(s, "WARNING") && !any_in(s, "CRITICAL"))
            m->warning_ms = 0;
        break;
    case EV_SIGNAL:
        m->checkpoint_ms = s->t0_ms >= 0 ? ev->t_ms : 0;
        m->warning_ms = m->critical_ms = 0;
        break;
    case EV_INTENT:
    case EV_APPROVAL:
    case EV_HANDOVER:
        if (person)
            m->critical_ms = 0;
        break;
    case EV_FINAL:
        m->checkpoint_ms = m->warning_ms = m->critical_ms = 0;
        break;
    default:
        break;
    }
}
