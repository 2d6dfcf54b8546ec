/* A run in which an intent is allowed, and the intent as a person would mean it. */
#ifndef INTENT_UNIT_H
#define INTENT_UNIT_H

#include "director_tape.h"

/* An action whose step is this kind of work, the IC's when it is by hand. */
static inline void step_under_way(struct tape *t, const char *kind)
{
    struct event *ev = event_new(EV_SENT, EPOCH + 2000, "warroom");
    json_add_str(ev->body, "id", drive_state(t->drive)->act.id);
    json_add_str(ev->body, "hand", kind);
    json_add_str(ev->body, "of_role", "ic");
    json_add_str(ev->body, "text", "ALTER TABLE t DROP INDEX i");
    drive_event(t->drive, ev);
}

#define TEAM                                                                                       \
    " ADVANCE=manual TEAM='team: [{ role: ic, name: anna }, { role: dba }, { role: sre }]'"        \
    " APPROVALS='approvals: { advance: [ic, dba, sre] }'"                                          \
    " LEVELS='escalation: [{ level: L1, roles: [ic, dba, sre], within: 5m }]' "
/* What people do before the start. */
static inline bool of_checks(enum intent_kind kind)
{
    return kind >= INTENT_PREFLIGHT && kind <= INTENT_NO_GO;
}

/* A run in which, as far as its own rules go, each intent is allowed: so that a refusal below can
 * only come from what is being tested. */
static inline void open_for(struct tape *t, enum intent_kind kind)
{
    memset(t, 0, sizeof *t);
    str_copy(t->where, sizeof t->where, intent_row(kind)->word);
    bool team = kind == INTENT_APPROVE || kind == INTENT_ACK;
    tape_open(
        t,
        team                      ? TEAM
        : kind == INTENT_BASELINE ? " ADVANCE=manual BASELINE='baseline: { window: 1s }' "
        : of_checks(kind)
            ? " ADVANCE=manual CHECKS='preflight: [{ id: all-1, title: t, level: conditional, "
              "confirm: { role: ic, reference: required } }, { id: ks, title: t, drill: "
              "kill_switch }]' "
        : kind == INTENT_ITEM
            ? " ADVANCE=manual TIMELINE='timeline: [{ at: T+1s, title: Post, actions: "
              "[label] }]' "
            : " ADVANCE=manual CONFIRM='confirm: [fine],' ",
        0, false);
    struct want start = {.word = "advance", .actor = "anna", .role = "ic", .tag = 'x'};
    t->values[0] = 100;
    drive_tick(t->drive, EPOCH, t->values, NULL);
    if (kind == INTENT_RESOLVE)
        drive_outcome(t->drive, ACT_UNKNOWN);
    if (kind == INTENT_DONE || kind == INTENT_NOT_DONE || kind == INTENT_STOP)
        drive_outcome(t->drive, ACT_SENT);
    if (kind == INTENT_BASELINE)
        drive_tick(t->drive, EPOCH + 1000, t->values, NULL);
    if (kind != INTENT_ADVANCE && kind != INTENT_BASELINE && kind != INTENT_START_AT &&
        !of_checks(kind))
        drive_want(t->drive, EPOCH + 1000, &start);
    if (kind == INTENT_ITEM) {
        drive_outcome(t->drive, ACT_FAILED);
        drive_tick(t->drive, EPOCH + 3000, t->values, NULL);
    }
    if (kind == INTENT_GO) {
        struct want hold = {.word = "hold", .actor = "anna", .role = "ic", .reason = "x"};
        drive_want(t->drive, EPOCH + 2000, &hold);
    }
    if (kind == INTENT_SEND || kind == INTENT_DROP)
        drive_event(t->drive, event_decode(0, EPOCH + 2000, "notify", "", "warroom", "",
                                           "{\"id\":\"m7\",\"op\":\"waits\"}", NULL));
    if (kind == INTENT_DONE || kind == INTENT_NOT_DONE || kind == INTENT_STOP)
        step_under_way(t, kind == INTENT_STOP ? "burst" : "manual");
    if (kind == INTENT_ACK) {
        t->values[0] = 160; /* a warning calls the first level */
        drive_tick(t->drive, EPOCH + 3000, t->values, NULL);
    }
    if (kind == INTENT_ACK_ALERT)
        drive_event(t->drive,
                    event_decode(0, EPOCH + 2000, "alert", "", "judge", "",
                                 "{\"source\":-1,\"name\":\"HighLatency\",\"state\":\"firing\"}",
                                 NULL));
    if (kind == INTENT_INCIDENT_OVER)
        drive_event(t->drive, event_decode(0, EPOCH + 2000, "signal", "", "boon", "",
                                           "{\"op\":\"incident\",\"text\":\"disk\"}", NULL));
    if (kind == INTENT_TURN)
        drive_event(t->drive, event_decode(0, EPOCH + 2000, "parking", "", "boon", "",
                                           "{\"text\":\"disk is full\"}", NULL));
    if (kind == INTENT_KILL_OFF)
        drive_kill_switch(t->drive, EPOCH + 2000, KS_ENGAGED, "");
}

static inline struct intent usual(enum intent_kind kind)
{
    struct intent in = {.kind = kind, .stage = -1};
    str_copy(in.actor, sizeof in.actor, "anna");
    str_copy(in.role, sizeof in.role, "ic");
    str_copy(in.reason, sizeof in.reason,
             kind == INTENT_RESOLVE                                   ? "done: seen"
             : kind == INTENT_CONFIRM                                 ? "fine: seen"
             : kind == INTENT_ISSUE                                   ? "p95 odd"
             : kind == INTENT_ITEM                                    ? "T+1s again"
             : kind == INTENT_START_AT                                ? "+10m later"
             : kind == INTENT_INCIDENT                                ? "warning why not"
             : kind == INTENT_TURN                                    ? "1 action"
             : kind == INTENT_ACK_ALERT                               ? "HighLatency"
             : kind == INTENT_CORRECT || kind == INTENT_INCIDENT_OVER ? "1 why not"
                                                                      : "why not");
    str_copy(in.metric, sizeof in.metric, kind == INTENT_SIGNAL ? "p95" : "");
    str_copy(in.subject, sizeof in.subject,
             kind == INTENT_HANDOVER                       ? "boon"
             : kind == INTENT_SIGN || kind == INTENT_WAIVE ? "all-1"
             : kind == INTENT_DRILL                        ? "ks"
             : kind == INTENT_PREFLIGHT                    ? ""
                                                           : "advance");
    return in;
}

#endif
