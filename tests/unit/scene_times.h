/* Moments around the timeline: before T, late steps, the allowed hours, the first night. */
#ifndef SCENE_TIMES_H
#define SCENE_TIMES_H

#include "scene_cases.h"

static struct timeline_item fix_items[] = {{.at_ms = -30 * FIX_MIN},
                                           {.at_ms = -20 * FIX_MIN},
                                           {.at_ms = -10 * FIX_MIN},
                                           {.at_ms = 1440 * FIX_MIN}};
static struct item_state fix_items_are[4];

/* The steps around the stages: one closed, one late, one to come, one for tomorrow. */
static inline void fix_timeline(struct fix *f, int64_t start_ms)
{
    static const char *const at[] = {"T-30m", "T-20m", "T-10m", "T+24h"};
    static const char *const title[] = {"Freeze window starts", "War room opens", "Final preflight",
                                        "First night complete"};
    static const char *const owner[] = {"sre", "ic", "", "ic"};
    for (size_t i = 0; i < 4; i++) {
        struct timeline_item *t = &fix_items[i];
        t->at = fix_str(at[i]);
        t->title = fix_str(title[i]);
        t->owner = fix_str(owner[i]);
        t->status = fix_str(i == 2 ? "Blocking" : "");
        t->checkpoint = t->confirm = fix_str("");
        t->pager = fix_str(i == 1 ? "yellow" : i == 3 ? "green" : "");
        t->duration_ms = 5 * FIX_MIN;
        fix_items_are[i] = (struct item_state){0};
        if (i < 3)
            fix_items_are[i].due_ms = start_ms + t->at_ms;
    }
    f->plan.timeline = fix_items;
    f->plan.n_timeline = 4;
    f->st.times.items = fix_items_are;
    f->st.planned_start_ms = start_ms;
    fix_items_are[0].is = ITEM_DONE;
    fix_items_are[0].opened_ms = start_ms - 30 * FIX_MIN;
    fix_items_are[0].closed_ms = start_ms - 29 * FIX_MIN;
}

static inline void case_countdown(struct fix *f)
{
    case_before_start(f);
    f->st.phase = PHASE_COUNTDOWN;
    fix_timeline(f, FIX_NOW + 11 * FIX_MIN);
    fix_items_are[1].is = ITEM_OPEN;
    fix_items_are[1].late = true;
    fix_items_are[1].opened_ms = fix_items_are[1].due_ms;
    fix_gate(f, false, "timeline", "T-20m War room opens is open, late by 04:00", "ic");
    fix_gate(f, false, "time", "start in 11:00", "clock");
    f->gate.opens_ms = FIX_NOW + 11 * FIX_MIN;
}

/* The clock stands first in the gate; what somebody must do is said first all the same. */
static inline void case_late_step(struct fix *f)
{
    case_countdown(f);
    f->ks_st[0] = (struct ks_state){.is = KS_OFF, .at_ms = FIX_NOW - 2000, .ms = 180};
    f->gate.n = 0;
    fix_gate(f, false, "time", "start in 11:00", "clock");
    fix_gate(f, false, "timeline", "T-20m War room opens is open, late by 04:00", "ic");
    fix_gate(f, false, "people", "start", "IC");
    fix_gate(f, true, "kill", "off, read 2s ago", "");
}

static inline void case_blocker(struct fix *f)
{
    case_late_step(f);
    f->gate.n = 0;
    fix_gate(f, false, "time", "start in 11:00", "clock");
    fix_gate(f, false, "window", "off-peak 22:00-06:00: 2h does not fit any more", "clock");
    fix_gate(f, false, "blocker", "19 of 28 not passed: TC-02 SRE must sign", "SRE");
    fix_gate(f, false, "sign-off", "IC, DBA, SRE must sign", "IC, DBA, SRE");
    fix_gate(f, false, "people", "start", "IC");
    fix_gate(f, true, "kill", "off, read 2s ago", "");
}

/* A database that cannot be reached, and limits that wait for a baseline. */
static inline void case_no_baseline(struct fix *f)
{
    case_late_step(f);
    fix_status(f, 0, M_NODATA, "139 ms, >= +50% not judged: baseline not taken yet");
    fix_no_data(f, 5, 0, "primary: 127.0.0.1:3306: Can't connect to server (115)");
    f->ms[5].good_ms = 0;
    fix_status(f, 5, M_NODATA, "no data, never any: primary: 127.0.0.1:3306: Can't connect");
}

/* The run is over and the canary still cut off. */
static inline void case_ended_killed(struct fix *f)
{
    case_done_fail(f);
    f->ks_st[0] = (struct ks_state){.is = KS_ENGAGED, .at_ms = FIX_NOW - 2000, .ms = 180};
}

/* Stages that move no weight are told apart by their names. */
static inline void case_named_stages(struct fix *f)
{
    static const char *const names[FIX_STAGES] = {"Create", "Execute", "Watch", "Clean up",
                                                  "A name that is far too long"};
    case_before_start(f);
    for (int i = 0; i < FIX_STAGES; i++) {
        f->stages[i].has_weight = false;
        f->stages[i].name = fix_str(names[i]);
    }
}

static inline void case_timeline(struct fix *f)
{
    fix_timeline(f, FIX_T0 - 3 * FIX_MIN);
    for (int i = 1; i < 3; i++) {
        fix_items_are[i].is = ITEM_DONE;
        fix_items_are[i].late = i == 1;
        fix_items_are[i].opened_ms = fix_items_are[i].due_ms;
        fix_items_are[i].closed_ms = fix_items_are[i].due_ms + (i == 1 ? 9 : 1) * FIX_MIN;
    }
    static char *go[2], *wait[2];
    go[0] = fix_str("hotfix");
    go[1] = fix_str("rollback");
    wait[0] = fix_str("schema");
    wait[1] = fix_str("feature");
    f->plan.freeze = (struct freeze){
        .set = true, .allowed = go, .n_allowed = 2, .blocked = wait, .n_blocked = 2};
    f->st.times.freeze = (struct freeze_state){.start_ms = FIX_T0 - 32 * FIX_MIN, .held = "7"};
    f->ui.zoom = true;
    f->ui.focus = (int)f->plan.n_metrics;
}

/* The allowed hours end in 23:53: less than half an hour. */
static inline void case_hours(struct fix *f)
{
    static struct plan_window window = {.from_s = 22 * 3600,
                                        .until_s = 22 * 3600 + 45 * 60,
                                        .days = 127,
                                        .of = 1u << FOR_START | 1u << FOR_ADVANCE};
    static struct zone *zone;
    zone = zone ? zone : zone_load("+07:00");
    window.allow = fix_str("22:00-22:45");
    window.deny = fix_str("");
    window.label = fix_str("off-peak");
    window.timezone = fix_str("+07:00");
    window.zone = zone;
    f->plan.zone = zone;
    f->plan.windows = &window;
    f->plan.n_windows = 1;
}

static inline void case_night(struct fix *f)
{
    static struct checkpoint_state in[24];
    for (int i = 0; i < FIX_STAGES; i++)
        f->ss[i] = (struct stage_state){.at = STAGE_DONE,
                                        .entered_ms = FIX_T0 + i * FIX_MIN,
                                        .clock_ms = FIX_T0 + i * FIX_MIN,
                                        .ended_ms = FIX_T0 + (i + 1) * FIX_MIN,
                                        .planned_ms = FIX_MIN,
                                        .weight = f->stages[i].weight};
    for (int i = 0; i < 24; i++)
        in[i] = (struct checkpoint_state){.told_ms = i < 5 ? FIX_T0 + i : 0, .missed = i == 2};
    f->st.stage = FIX_STAGES - 1;
    f->st.weight = 100;
    f->st.phase = PHASE_SOAK;
    f->st.times.soak = (struct soak_state){FIX_T0 + 5 * FIX_MIN, in, 24, 5};
    fix_timeline(f, FIX_T0);
    fix_items_are[1].is = fix_items_are[2].is = ITEM_DONE;
    f->gate.n = 0;
    fix_gate(f, false, "soak", "23:38:53 left until T+24h, check-in 5 of 24", "clock");
    f->gate.opens_ms = FIX_T0 + 1440 * FIX_MIN;
}

#endif
