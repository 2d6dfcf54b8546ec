/* The dispatch: a handler per kind of event, and the war-room log that all kinds share. */
#include "fold/fold_int.h"

#include <stdlib.h>

static void (*const handlers[EV_KINDS])(struct state *s, const struct event *ev) = {
    [EV_SESSION] = fold_session,
    [EV_TICK] = fold_tick,
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
    [EV_SOURCE] = fold_source,
    [EV_HANDOVER] = fold_handover,
    [EV_FINAL] = fold_final,
};

static void keep_line(struct state *s, const struct event *ev)
{
    struct buf text = BUF_INIT;
    event_log_line(ev, s->t0_ms, &text);
    if (!text.len) {
        buf_free(&text);
        return;
    }
    size_t slot = (s->log_start + s->log_n) % LOG_CAP;
    if (s->log_n == LOG_CAP)
        s->log_start = (s->log_start + 1) % LOG_CAP;
    else
        s->log_n++;
    free(s->log[slot].text);
    s->log[slot] = (struct log_line){ev->seq, ev->t_ms, ev->kind, buf_take(&text)};
    s->log_total++;
}

void fold_apply(struct state *s, const struct event *ev)
{
    if (ev->t_ms > s->now_ms)
        s->now_ms = ev->t_ms; /* events of other threads may be a little behind */
    if (ev->seq > s->seq)
        s->seq = ev->seq;
    if (handlers[ev->kind])
        handlers[ev->kind](s, ev);
    keep_line(s, ev);
}
