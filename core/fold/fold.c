/* The dispatch: a handler per kind of event, and the war-room log that all kinds share. */
#include "fold/fold_int.h"

#include <stdlib.h>

#include "base/text.h"

#define LATEST_MS INT64_C(253402300799000) /* end of the year 9999: sums of two never overflow */
#define LINE_MAX  1024

static fold_handler *const handlers[EV_KINDS] = {
    [EV_SESSION] = fold_session,
    [EV_TICK] = fold_tick,
    [EV_PREFLIGHT] = fold_preflight,
    [EV_COUNTDOWN] = fold_countdown,
    [EV_BASELINE] = fold_baseline,
    [EV_STAGE] = fold_stage,
    [EV_STATUS] = fold_status,
    [EV_DECISION] = fold_decision,
    [EV_CHECKPOINT] = fold_checkpoint,
    [EV_SIGNAL] = fold_signal,
    [EV_PARKING] = fold_parking,
    [EV_KILL_SWITCH] = fold_kill_switch,
    [EV_INTENT] = fold_intent,
    [EV_SENT] = fold_sent,
    [EV_OBSERVED] = fold_observed,
    [EV_ALERT] = fold_alert,
    [EV_ROLLBACK] = fold_rollback,
    [EV_NOTIFY] = fold_notify,
    [EV_SOURCE] = fold_source,
    [EV_APPROVAL] = fold_approval,
    [EV_HANDOVER] = fold_handover,
    [EV_ESCALATION] = fold_escalation,
    [EV_FINAL] = fold_final,
    [EV_TIMELINE] = fold_timeline,
    [EV_SOAK] = fold_soak,
};

void fold_clean(char *dst, size_t size, const char *text)
{
    const char *p = text ? text : "";
    while (*p >= ' ' && *p <= '~')
        p++;
    if (*p)
        text_clean_to(dst, size, text);
    else
        str_copy(dst, size, text);
}

void fold_text(char *dst, size_t size, const cJSON *o, const char *key)
{
    fold_clean(dst, size, json_str(o, key));
}

int64_t fold_ms(const cJSON *o, const char *key, int64_t fallback)
{
    int64_t ms = json_int_or(o, key, -1);
    return ms < 0 || ms > LATEST_MS ? fallback : ms;
}

int64_t fold_at(const struct event *ev)
{
    return ev->t_ms > 0 ? ev->t_ms : 1;
}

/* Before T0 the planned start is the mark, as long as it lies ahead. */
static int64_t log_zero(const struct state *s, const struct event *ev)
{
    if (s->t0_ms >= 0)
        return s->t0_ms;
    return s->planned_start_ms > ev->t_ms ? s->planned_start_ms : -1;
}

/* The line just kept is the entry at a stage's start or end. */
static void mark_stage(struct state *s, const struct event *ev)
{
    int64_t i = json_int_or(ev->body, "index", -1);
    if (ev->kind != EV_STAGE || i < 0 || i >= (int64_t)s->plan->n_stages)
        return;
    s->stages[i].log_start |= event_is(ev, "op", "clock");
    s->stages[i].log_end |= event_is(ev, "op", "end");
}

static void keep_line(struct state *s, const struct event *ev)
{
    struct buf text = BUF_INIT;
    char line[LINE_MAX];
    event_log_line(ev, log_zero(s, ev), &text);
    str_copy(line, sizeof line, text.p);
    buf_free(&text);
    if (!*line)
        return;
    size_t slot = (s->log_start + s->log_n) % LOG_CAP;
    if (s->log_n == LOG_CAP)
        s->log_start = (s->log_start + 1) % LOG_CAP;
    else
        s->log_n++;
    free(s->log[slot].text);
    s->log[slot] = (struct log_line){.seq = ev->seq,
                                     .t_ms = ev->t_ms,
                                     .kind = ev->kind,
                                     .level = event_level(ev),
                                     .text = xstrdup(line)};
    str_copy(s->log[slot].stage, sizeof s->log[slot].stage, ev->stage);
    str_copy(s->log[slot].actor, sizeof s->log[slot].actor, ev->actor);
    s->log_total++;
    mark_stage(s, ev);
}

void fold_apply(struct state *s, const struct event *ev)
{
    if (ev->t_ms < 0 || ev->t_ms > LATEST_MS || (int)ev->kind < 0 || ev->kind >= EV_KINDS) {
        s->misfits++;
        return;
    }
    if (ev->t_ms > s->now_ms)
        s->now_ms = ev->t_ms; /* events of other threads may be a little behind */
    if (ev->seq > s->seq)
        s->seq = ev->seq;
    if (handlers[ev->kind] && !handlers[ev->kind](s, ev))
        s->misfits++;
    people_heard(s, ev);
    messages_seen(s, ev);
    keep_line(s, ev);
}
