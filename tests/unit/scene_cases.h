/* Named moments of a canary, each a change of the calm fixture. */
#ifndef SCENE_CASES_H
#define SCENE_CASES_H

#include "scene_fixture.h"

static inline void case_healthy(struct fix *f)
{
    f->v[0].trend = 1;
    f->v[0].reach = (struct forecast){true, true, LEVEL_WARNING, 540, 400, 900};
    f->v[1].reach = (struct forecast){true, false, LEVEL_WARNING, 0, 0, 0};
    f->v[5].trend = 1;
    f->v[5].reach = (struct forecast){true, true, LEVEL_WARNING, 5400, 4000, INFINITY};
}

static inline void case_warn(struct fix *f)
{
    fix_history(f, 0, 136, 152, 3);
    fix_value(f, 0, 152, 3000);
    fix_status(f, 0, M_WARNING, "152 ms >= 150");
    f->v[0].trend = 1;
    f->v[0].worsening = true;
    f->v[0].reach = (struct forecast){true, true, LEVEL_CRITICAL, 540, 400, 900};
    f->gate.n = 0;
    fix_gate(f, false, "time", "08:57 left of 15:00", "clock");
    fix_gate(f, false, "metrics", "p95 WARNING: 152 ms >= 150", "Prometheus");
    fix_gate(f, true, "kill", "off, read 2s ago", "");
    fix_decision(f, DEC_EXTEND, "warnings.concurrent", "1 warning: the stage is extended to 30m");
    fix_log(f, EV_WARNING, 21 * FIX_MIN,
            ":21 | Stage 2 | p95=152ms >= 150 | 5/6 PASS 1 WARN | EXTEND");
}

/* A/B: the first metric against its other side (whose history stands behind the others). */
static inline void case_compare(struct fix *f)
{
    struct side_state *o = &f->ms[0].other;
    struct metric_state own = f->ms[0];
    fix_cond(&f->metrics[0].critical, "worse than compare by 5%");
    f->metrics[0].compare = fix_str("up");
    f->ms[0].hist = f->hist + (FIX_METRICS - 1) * HIST_CAP;
    fix_history(f, 0, 126, 128, 3);
    *o = (struct side_state){.value = 128,
                             .last_good = 128,
                             .at_ms = FIX_NOW - 3000,
                             .good_ms = FIX_NOW - 3000,
                             .hist = f->ms[0].hist};
    f->ms[0].hist = own.hist;
    fix_history(f, 0, 136, 142, 3);
    fix_value(f, 0, 142, 3000);
    f->v[0].versus = (struct comparison){.on = true,
                                         .live = true,
                                         .known = true,
                                         .independent = true,
                                         .worse = true,
                                         .value = 128,
                                         .age_ms = 3000,
                                         .na = 73,
                                         .nb = 71,
                                         .moments = 71,
                                         .worth = 60,
                                         .p = 3.2e-5,
                                         .alpha = 1e-4,
                                         .shift = 13.8,
                                         .low = 8.1,
                                         .high = 17.2,
                                         .worse_low = 8.1,
                                         .reference = 127.6,
                                         .pct = {10.8, 6.3, 13.5}};
    fix_status(f, 0, M_CRITICAL,
               "142 ms worse than compare by 5% (other 128 ms; +13.8 ms, +10.8 %, interval +8.1 to "
               "+17.2; p 3.2e-05; 73/71 samples)");
    str_copy(f->v[0].limit, sizeof f->v[0].limit, "worse than compare by 5%");
    fix_decision(f, DEC_ROLLBACK, "critical.then", "p95 142 ms worse than compare by 5%");
}

static inline void case_compare_zoom(struct fix *f)
{
    case_compare(f);
    f->ui.zoom = true;
}

static inline void case_compare_blind(struct fix *f)
{
    case_compare(f);
    f->ms[0].other.value = NAN;
    f->ms[0].other.good_ms = FIX_NOW - 43000;
    fix_status(f, 0, M_NODATA,
               "142 ms, worse than compare by 5% not judged: the other side has no "
               "data 43s: empty answer");
}

static inline void case_pending(struct fix *f)
{
    case_warn(f);
    fix_history(f, 0, 130, 214, 4);
    fix_value(f, 0, 214, 3000);
    fix_status(f, 0, M_WARNING, "214 ms >= 200");
    f->v[0].pending = true;
    f->v[0].pending_left_ms = 31000;
    str_copy(f->v[0].limit, sizeof f->v[0].limit, ">= 200 for 1m");
    f->v[0].watch[LEVEL_CRITICAL].since_ms = FIX_NOW - 29000;
    fix_decision(f, DEC_HOLD, "critical.pending", "p95 beyond its critical limit for 29 s of 60 s");
}

static inline void case_breach(struct fix *f)
{
    case_pending(f);
    f->v[0].pending = false;
    fix_status(f, 0, M_CRITICAL, "214 ms >= 200 for 1m");
    fix_decision(f, DEC_ROLLBACK, "critical.then", "p95 214 ms >= 200 for 1m");
    fix_log(f, EV_CRITICAL, 21 * FIX_MIN,
            ":21 | Stage 2 | p95=214ms >= 200 for 1m | 5/6 PASS 1 CRIT | ROLLBACK");
}

static inline void fix_rollback(struct fix *f, enum act_is is, const char *why)
{
    f->st.rollback_wanted = f->st.rollback_started = true;
    f->st.rollback_ms = FIX_NOW - 6000;
    str_copy(f->st.rollback_cause, sizeof f->st.rollback_cause, "p95 214 ms >= 200 for 1m");
    struct action_state *a = &f->st.act;
    *a = (struct action_state){.is = is, .stage = 1, .n_steps = 1};
    str_copy(a->verb, sizeof a->verb, "rollback");
    str_copy(a->what, sizeof a->what, "roll back from 5%");
    str_copy(a->why, sizeof a->why, why);
    a->intent_ms = FIX_NOW - 6000;
    a->sent_ms = FIX_NOW - 5000;
    a->end_ms = is == ACT_SENT ? 0 : FIX_NOW - 1000;
    f->gate.n = 0;
}

static inline void case_rolling_back(struct fix *f)
{
    case_breach(f);
    f->st.phase = PHASE_ROLLING_BACK;
    fix_rollback(f, ACT_SENT, "");
    fix_log(f, EV_ROLLBACK, 21 * FIX_MIN,
            ":21 | Stage 2 | ROLLBACK 5→0 started | p95 CRIT | judge");
}

static inline void case_not_verified(struct fix *f)
{
    case_rolling_back(f);
    f->st.rollback_failed = true;
    fix_rollback(f, ACT_UNKNOWN, "read back 5, wanted 0, for 30 s: traffic may still reach it");
}

static inline void case_no_data(struct fix *f)
{
    fix_no_data(f, 0, 94000, "empty answer");
    f->gate.n = 0;
    fix_gate(f, false, "time", "08:57 left of 15:00", "clock");
    fix_gate(f, false, "metrics", "p95 NODATA: empty answer", "Prometheus");
    fix_gate(f, true, "kill", "off, read 2s ago", "");
    fix_decision(f, DEC_HOLD, "gate.nodata", "p95 has no data: empty answer");
}

static inline void case_blind(struct fix *f)
{
    for (size_t m = 0; m < f->plan.n_metrics; m++)
        fix_no_data(f, m, 43000, "connection refused");
    f->st.source_ok = false;
    str_copy(f->st.source_why, sizeof f->st.source_why, "127.0.0.1:9090: connection refused");
    f->gate.n = 0;
    fix_gate(f, false, "time", "08:57 left of 15:00", "clock");
    fix_gate(f, false, "metrics", "6 of 6 NODATA", "Prometheus");
    f->as[0].known = false;
    str_copy(f->as[0].why, sizeof f->as[0].why, "connection refused");
    fix_decision(f, DEC_HOLD, "gate.nodata", "no metric has data");
}

static inline void case_kill_unknown(struct fix *f)
{
    f->ks_st[0] = (struct ks_state){.is = KS_UNKNOWN, .at_ms = FIX_NOW - 12000, .ms = -1};
    str_copy(f->ks_st[0].why, sizeof f->ks_st[0].why, "timeout after 2s");
    fix_gate(f, false, "kill", "UNKNOWN: timeout after 2s", "kill switch");
    fix_decision(f, DEC_HOLD, "kill.unknown", "the kill switch cannot be read");
}

static inline void case_kill_failed(struct fix *f)
{
    f->ks_st[0] = (struct ks_state){.is = KS_FAILED, .at_ms = FIX_NOW - 1000, .ms = 5000};
    str_copy(f->ks_st[0].why, sizeof f->ks_st[0].why,
             "ON was sent 3 times, the switch still reads off");
    f->s.kill_manual = "curl -X PUT http://api:8080/api/kill-switch/global -H 'Authorization: ***' "
                       "-d '{\"is_active\":true}'";
    f->st.kill = (struct action_state){.is = ACT_FAILED, .end_ms = FIX_NOW - 1000};
    str_copy(f->st.kill.verb, sizeof f->st.kill.verb, "kill_on");
    str_copy(f->st.kill.why, sizeof f->st.kill.why, "not confirmed within 5 s");
}

static inline void case_kill_on(struct fix *f)
{
    f->ks_st[0] = (struct ks_state){.is = KS_ENGAGED, .at_ms = FIX_NOW - 1000, .ms = 120};
    f->st.ks_during_run = true;
    fix_gate(f, false, "kill", "ENGAGED", "IC");
    fix_decision(f, DEC_HOLD, "kill.on", "the kill switch is on");
}

static inline void case_not_recording(struct fix *f)
{
    f->health.recording = f->guard.recording = false;
    f->health.backlog = 14;
    str_copy(f->health.why, sizeof f->health.why, "no space left on device");
}

static inline void case_paused(struct fix *f)
{
    f->st.phase = PHASE_PAUSED;
    f->st.paused = true;
    f->st.pause_since_ms = FIX_NOW - 192000;
    str_copy(f->st.pause_why, sizeof f->st.pause_why, "5 warnings at once");
    for (size_t m = 0; m < 5; m++)
        fix_status(f, m, M_WARNING, "beyond its warning limit");
    f->gate.n = 0;
    fix_gate(f, false, "people", "resume needs an approval", "IC");
    fix_decision(f, DEC_AUTO_PAUSE, "warnings.pause", "5 warnings at once");
}

static inline void case_hold(struct fix *f)
{
    f->st.phase = PHASE_HOLD;
    f->st.hold = true;
    str_copy(f->st.hold_by, sizeof f->st.hold_by, "anna");
    str_copy(f->st.hold_why, sizeof f->st.hold_why, "waiting for the DBA to look at lag");
    fix_gate(f, false, "hold", "anna holds", "IC");
}

static inline void case_gate_open(struct fix *f)
{
    f->ss[1].clock_ms -= 9 * FIX_MIN;
    f->gate.n = 0;
    f->gate.open = true;
    fix_gate(f, true, "time", "15:00 observed", "");
    fix_gate(f, true, "metrics", "6 of 6", "");
    fix_gate(f, true, "kill", "off, read 2s ago", "");
    f->gate.opens_ms = FIX_NOW - 3000;
}

static inline void case_advancing(struct fix *f)
{
    case_gate_open(f);
    f->ss[1].at = STAGE_DONE;
    f->ss[1].ended_ms = FIX_NOW - 6000;
    f->st.stage = 2;
    f->ss[2].at = STAGE_STARTING;
    f->ss[2].entered_ms = FIX_NOW - 6000;
    f->gate.n = 0;
    f->gate.open = false;
    f->gate.opens_ms = 0;
    fix_gate(f, false, "action", "advance is under way", "read-back");
    f->st.act = (struct action_state){.is = ACT_SENT,
                                      .stage = 2,
                                      .n_steps = 1,
                                      .intent_ms = FIX_NOW - 6000,
                                      .sent_ms = FIX_NOW - 5000};
    str_copy(f->st.act.verb, sizeof f->st.act.verb, "advance");
    str_copy(f->st.act.what, sizeof f->st.act.what, "go to Stage 3: canary weight 5% -> 25%");
}

static inline void case_before_start(struct fix *f)
{
    f->st.phase = PHASE_PREFLIGHT;
    f->st.t0_ms = -1;
    f->st.stage = -1;
    f->st.weight = NAN;
    f->st.log_n = 0;
    f->st.log_total = 0;
    f->st.checkpoints_done = 0;
    for (int i = 0; i < FIX_STAGES; i++)
        f->ss[i] = (struct stage_state){.planned_ms = f->stages[i].duration_ms, .weight = NAN};
    for (size_t m = 0; m < f->plan.n_metrics; m++)
        f->ms[m].baseline = NAN;
    f->gate.n = 0;
    fix_gate(f, false, "kill", "not read yet", "kill switch");
    fix_gate(f, true, "metrics", "6 of 6 answer", "");
    f->gate.opens_ms = 0;
    f->ks_st[0] = (struct ks_state){.is = KS_UNKNOWN, .ms = -1};
    f->st.decision[0] = '\0';
    f->standing.n = 0;
}

static inline void case_ready(struct fix *f)
{
    case_before_start(f);
    f->gate.n = 0;
    f->gate.open = true;
    fix_gate(f, true, "kill", "off, read 2s ago", "");
    fix_gate(f, true, "metrics", "6 of 6 answer", "");
    f->ks_st[0] = (struct ks_state){.is = KS_OFF, .at_ms = FIX_NOW - 2000, .ms = 180};
}

static inline void fix_done(struct fix *f, const char *verdict, const char *why)
{
    f->st.phase = PHASE_DONE;
    f->st.final = true;
    f->gate.n = 0;
    str_copy(f->st.verdict, sizeof f->st.verdict, verdict);
    str_copy(f->st.verdict_why, sizeof f->st.verdict_why, why);
    fix_log(f, EV_FINAL, 22 * FIX_MIN, *verdict == 'P' ? "DECISION PASS" : "DECISION FAIL");
}

static inline void case_done_pass(struct fix *f)
{
    for (int i = 0; i < FIX_STAGES; i++) {
        f->ss[i].at = STAGE_DONE;
        f->ss[i].clock_ms = FIX_T0 + i * 4 * FIX_MIN;
        f->ss[i].ended_ms = f->ss[i].clock_ms + 4 * FIX_MIN;
        f->ss[i].planned_ms = 4 * FIX_MIN;
    }
    f->st.stage = 4;
    f->st.weight = 100;
    fix_done(f, "PASS", "all criteria met");
}

static inline void case_done_fail(struct fix *f)
{
    case_breach(f);
    fix_rollback(f, ACT_VERIFIED, "read back 0");
    f->st.rollback_done = true;
    f->st.weight = 0;
    f->ss[1].at = STAGE_STOPPED;
    f->ss[1].ended_ms = FIX_NOW - 60000;
    fix_done(f, "FAIL", "rolled back: p95 214 ms >= 200 for 1m");
}

static inline void case_thai(struct fix *f)
{
    fix_log(f, EV_SIGNAL, 20 * FIX_MIN, ":20 | DBA chai: เฝ้าดู lag db-r2=9s ที่จุดนี้ | below warn | -");
    fix_log(f, EV_CHECKPOINT, 21 * FIX_MIN, ":21 | Stage 2 | p95=142ms 5xx=0.2% | 6/6 PASS | -");
}

/* In a plan of 32 or 256: number 31 is CRIT, 30 has no data. */
static inline void case_far_breach(struct fix *f)
{
    size_t m = 30;
    fix_history(f, m, fix_six[m % 6].base, 24, 1);
    fix_value(f, m, 24, 3000);
    fix_cond(&f->metrics[m].critical, ">= 20");
    f->metrics[m].warning.set = false;
    fix_status(f, m, M_CRITICAL, "24 >= 20");
    f->v[m].trend = 1;
    f->v[m].worsening = true;
    fix_no_data(f, 29, 94000, "empty answer");
    fix_decision(f, DEC_ROLLBACK, "critical.then", "number 31 is beyond its limit");
}

static inline void case_read_only(struct fix *f)
{
    f->guard.read_only = true;
    f->s.actor = "";
    f->s.role = "";
}

static inline void case_zoom(struct fix *f)
{
    case_pending(f);
    f->ui.zoom = true;
}

static inline void case_by_hand(struct fix *f)
{
    f->st.hands = (struct hands_state){.is = HAND_MANUAL, .since_ms = FIX_NOW - 95000};
    str_copy(f->st.hands.id, sizeof f->st.hands.id, "a31");
    str_copy(f->st.hands.role, sizeof f->st.hands.role, "dba");
    str_copy(f->st.hands.text, sizeof f->st.hands.text,
             "ALTER TABLE orders DROP INDEX idx_orders_created;\nSHOW INDEX FROM orders;");
}

static inline void case_scrolled(struct fix *f)
{
    for (int i = 0; i < 20; i++)
        fix_log(f, EV_SIGNAL, (17 + i / 10) * FIX_MIN,
                ":17 | DBA chai: lag db-r2=12s | below warn | -");
    f->ui.scroll = 4;
    f->ui.scroll_total = f->st.log_total - 3;
}

#endif
