/* Scenes made by hand: plan, state, verdicts and gate are plain records filled here, so that what
 * a screen shows is tested without the code that computes it. One fixture is one moment of a
 * canary with six metrics: stage 2 of 5, 21:07 after T0 (22:00:00 +07). */
#ifndef SCENE_FIXTURE_H
#define SCENE_FIXTURE_H

#include <math.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/zone.h"
#include "tui/view.h"

#define FIX_T0      INT64_C(1769958000000) /* 2026-02-01 22:00:00 +07 */
#define FIX_NOW     (FIX_T0 + 1267000)     /* T+00:21:07 */
#define FIX_METRICS 256
#define FIX_STAGES  5
#define FIX_MIN     INT64_C(60000)

struct fix {
    struct plan plan;
    struct metric metrics[FIX_METRICS];
    struct stage stages[FIX_STAGES];
    struct ks_scope ks[2];
    struct alert_source alert_sources[2];
    int64_t checkpoints[4];
    struct state st;
    struct metric_state ms[FIX_METRICS];
    struct stage_state ss[FIX_STAGES];
    struct ks_state ks_st[2];
    struct alert_source_state as[2];
    int64_t hist_t[HIST_CAP];
    double *hist; /* FIX_METRICS * HIST_CAP */
    char titles[FIX_METRICS][24];
    struct judge j;
    struct metric_verdict v[FIX_METRICS];
    struct standing standing;
    struct gate gate;
    struct journal_health health;
    struct guard_env guard;
    struct ui ui;
    struct scene s;
};

/* String literals stand where the loader would have put owned ones; nobody frees them here. */
static inline char *fix_str(const char *s)
{
    union {
        const char *in;
        char *out;
    } u = {s};
    return u.out;
}

static inline void fix_cond(struct cond *c, const char *text)
{
    struct err e = ERR_INIT;
    if (*text && cond_parse(text, c, &e) < 0)
        fail_msg("%s: %s", text, e.text);
}

struct fix_metric {
    const char *id, *title, *unit, *signal;
    double base, now, swing;
    const char *warning, *critical;
    enum then_do then;
};

static const struct fix_metric fix_six[] = {
    {"p95", "p95 latency", "ms", "p95", 137.8, 139, 3, ">= 150", ">= 200 for 1m", THEN_ROLLBACK},
    {"err", "5xx rate", "%", "5xx", 0.18, 0.20, 0.03, ">= 0.5", ">= 1", THEN_IMMEDIATE_ROLLBACK},
    {"ws", "ws reconnect", "s", "ws", 9, 8, 1, ">= 20", ">= 30", THEN_ROLLBACK},
    {"idemp", "idemp clash", "%", "idemp", 0.10, 0.10, 0.01, ">= 0.5", ">= 1", THEN_INVESTIGATE},
    {"csp", "csp reports", "/min", "csp", 2, 3, 1, ">= 10", ">= 20", THEN_NOTIFY},
    {"pool", "pool used", "%", "pool", 57, 61, 2, ">= 80", ">= 90", THEN_HOLD},
};

/* Fills metric m of the plan and its place in state and verdicts; the history comes later. */
static inline void fix_metric(struct fix *f, size_t m, const struct fix_metric *row)
{
    f->metrics[m] = (struct metric){.id = fix_str(row->id),
                                    .title = fix_str(row->title),
                                    .group = fix_str("application"),
                                    .unit = fix_str(row->unit),
                                    .signal = fix_str(row->signal),
                                    .query = fix_str("up"),
                                    .scale = 1,
                                    .every_ms = 5000,
                                    .then = row->then,
                                    .label = fix_str(""),
                                    .gating = true,
                                    .judged = true,
                                    .min_samples = 10,
                                    .stale_after_ms = 15000,
                                    .in_baseline = true,
                                    .upward = true};
    fix_cond(&f->metrics[m].warning, row->warning);
    fix_cond(&f->metrics[m].critical, row->critical);
    f->ms[m] = (struct metric_state){.hist = f->hist + m * HIST_CAP,
                                     .baseline = row->base,
                                     .baseline_n = 60,
                                     .after = NAN,
                                     .n_run = 253,
                                     .n_stage = 73,
                                     .counter_prev = NAN};
    f->v[m] =
        (struct metric_verdict){.status = M_OK, .base = row->base, .enough = true, .trend = 0};
}

/* One value at every tick of the last half hour: calm round `now`, the same on every machine. */
static inline void fix_history(struct fix *f, size_t m, double from, double to, double swing)
{
    uint32_t seed = (uint32_t)m * 2654435761u + 12345u;
    double drift = 0;
    for (size_t i = 0; i < f->st.hist.n; i++) {
        seed = seed * 1664525u + 1013904223u;
        drift = drift * 0.9 + ((double)(seed >> 8) / 16777216.0 - 0.5) * swing * 0.7;
        double part = (double)i / (double)(f->st.hist.n - 1);
        f->ms[m].hist[i] = from + (to - from) * part * part + drift;
    }
    f->ms[m].hist[f->st.hist.n - 1] = to;
}

/* The newest history value becomes the state's value at `age_ms` before now. */
static inline void fix_value(struct fix *f, size_t m, double v, int64_t age_ms)
{
    f->ms[m].value = f->ms[m].last_good = f->v[m].value = v;
    f->ms[m].at_ms = f->ms[m].good_ms = FIX_NOW - age_ms;
    f->v[m].change_pct = (v - f->ms[m].baseline) / f->ms[m].baseline * 100;
    f->v[m].age_ms = age_ms;
    f->ms[m].hist[f->st.hist.n - 1] = v;
}

static inline void fix_calm(struct fix *f, size_t m, const struct fix_metric *row)
{
    fix_metric(f, m, row);
    fix_history(f, m, row->base, row->now, row->swing);
    fix_value(f, m, row->now, 3000);
}

static inline void fix_status(struct fix *f, size_t m, enum mstatus is, const char *why)
{
    f->v[m].status = is;
    str_copy(f->v[m].why, sizeof f->v[m].why, why);
}

/* No answer for this metric since `age_ms`. */
static inline void fix_no_data(struct fix *f, size_t m, int64_t age_ms, const char *why)
{
    size_t n = f->st.hist.n, gone = (size_t)(age_ms / 5000);
    f->ms[m].value = f->v[m].value = NAN;
    f->ms[m].good_ms = FIX_NOW - age_ms;
    f->ms[m].at_ms = FIX_NOW - 3000;
    str_copy(f->ms[m].why, sizeof f->ms[m].why, why);
    for (size_t i = n > gone ? n - gone : 0; i < n; i++)
        f->ms[m].hist[i] = NAN;
    fix_status(f, m, M_NODATA, "");
    str_fmt(f->v[m].why, sizeof f->v[m].why, "no data: %s", why);
}

static inline void fix_log(struct fix *f, enum event_kind kind, int64_t t_plus_ms, const char *text)
{
    struct log_line *l = &f->st.log[f->st.log_n++];
    *l = (struct log_line){.seq = (int64_t)f->st.log_n,
                           .t_ms = FIX_T0 + t_plus_ms,
                           .kind = kind,
                           .text = fix_str(text)};
    f->st.log_total++;
}

static inline void fix_gate(struct fix *f, bool open, const char *name, const char *text,
                            const char *whom)
{
    struct gate_item *it = &f->gate.items[f->gate.n++];
    it->open = open;
    str_copy(it->name, sizeof it->name, name);
    str_copy(it->text, sizeof it->text, text);
    str_copy(it->whom, sizeof it->whom, whom);
}

static inline void fix_decision(struct fix *f, enum decision d, const char *rule, const char *why)
{
    struct proposal *p = &f->standing.strongest;
    p->what = d;
    str_copy(p->rule, sizeof p->rule, rule);
    str_copy(p->why, sizeof p->why, why);
    f->standing.all[0] = *p;
    f->standing.n = 1;
    static const char *const words[] = {"PROCEED",  "EXTEND",     "HOLD",     "INCONCLUSIVE",
                                        "ESCALATE", "AUTO_PAUSE", "ROLLBACK", "ABORT"};
    str_copy(f->st.decision, sizeof f->st.decision, words[d]);
    str_copy(f->st.decision_rule, sizeof f->st.decision_rule, rule);
    str_copy(f->st.decision_why, sizeof f->st.decision_why, why);
    f->st.decision_ms = FIX_NOW - 3000;
}

static inline void fix_plan(struct fix *f)
{
    static const double weights[] = {1, 5, 25, 50, 100};
    static const char *const names[] = {"Stage 1", "Stage 2", "Stage 3", "Stage 4", "Stage 5"};
    f->plan = (struct plan){.name = fix_str("spark-v140"),
                            .title = fix_str("v1.4.0 canary"),
                            .environment = fix_str("PROD"),
                            .run_id_pattern = fix_str(""),
                            .timezone = fix_str("+07:00"),
                            .tick_ms = 5000,
                            .advance = ADVANCE_MANUAL,
                            .rollback_mode = ROLLBACK_AUTOMATIC,
                            .alerts = f->alert_sources,
                            .n_alerts = 1,
                            .metrics = f->metrics,
                            .stages = f->stages,
                            .n_stages = FIX_STAGES,
                            .checkpoints = f->checkpoints,
                            .n_checkpoints = 3,
                            .has_kill_switch = true,
                            .ks = f->ks,
                            .n_ks = 1,
                            .ks_every_ms = 3000};
    f->plan.prom.backfill_ms = 30 * FIX_MIN;
    str_copy(f->plan.hash, sizeof f->plan.hash, "9f3c5b27a1e1");
    f->alert_sources[0] = (struct alert_source){.url = fix_str(""), .then = THEN_ROLLBACK};
    f->ks[0].name = fix_str("global");
    for (int i = 0; i < 3; i++)
        f->checkpoints[i] = (i + 1) * 15 * FIX_MIN;
    for (int i = 0; i < FIX_STAGES; i++)
        f->stages[i] = (struct stage){.name = fix_str(names[i]),
                                      .has_weight = true,
                                      .weight = weights[i],
                                      .duration_ms = (i < 3 ? 15 : 30) * FIX_MIN};
}

static inline void fix_state(struct fix *f)
{
    struct state *st = &f->st;
    *st = (struct state){.plan = &f->plan,
                         .now_ms = FIX_NOW - 3000,
                         .phase = PHASE_RUNNING,
                         .start_ms = FIX_T0 - 20 * FIX_MIN,
                         .t0_ms = FIX_T0,
                         .metrics = f->ms,
                         .tick_ms = FIX_NOW - 3000,
                         .ticks = 493,
                         .fresh_s = NAN,
                         .source_ok = true,
                         .stage = 1,
                         .stages = f->ss,
                         .weight = 5,
                         .baseline_done = true,
                         .checkpoints_done = 1,
                         .ks = f->ks_st,
                         .alert_sources = f->as};
    str_copy(st->run_id, sizeof st->run_id, "CANARY-V1-007");
    str_copy(st->mode, sizeof st->mode, "live");
    str_copy(st->ic, sizeof st->ic, "anna");
    st->hist = (struct history){f->hist_t, 0, 360};
    for (size_t i = 0; i < 360; i++)
        f->hist_t[i] = FIX_NOW - 3000 - (int64_t)(359 - i) * 5000;
    for (int i = 0; i < FIX_STAGES; i++)
        f->ss[i] = (struct stage_state){.planned_ms = f->stages[i].duration_ms, .weight = NAN};
    f->ss[0].at = STAGE_DONE;
    f->ss[0].entered_ms = FIX_T0 - 2000;
    f->ss[0].clock_ms = FIX_T0;
    f->ss[0].ended_ms = FIX_T0 + 15 * FIX_MIN;
    f->ss[0].weight = 1;
    f->ss[1].at = STAGE_RUNNING;
    f->ss[1].entered_ms = FIX_T0 + 15 * FIX_MIN + 2000;
    f->ss[1].clock_ms = FIX_T0 + 15 * FIX_MIN + 4000;
    f->ss[1].weight = 5;
    f->ks_st[0] =
        (struct ks_state){.is = KS_OFF, .at_ms = FIX_NOW - 2000, .ms = 180, .checks = 420};
    f->as[0] = (struct alert_source_state){.known = true, .at_ms = FIX_NOW - 4000};
}

static inline void fix_lines(struct fix *f)
{
    fix_log(f, EV_STAGE, 0, ":00 | Stage 1 (1%) START | traffic opened | IC: Monitor 6 metrics");
    fix_log(f, EV_CHECKPOINT, 5 * FIX_MIN,
            ":05 | Stage 1 | p95=138ms 5xx=0.2% ws=8s idemp=0.1% csp=3 pool=58% | 6/6 PASS | -");
    fix_log(f, EV_CHECKPOINT, 10 * FIX_MIN,
            ":10 | Stage 1 | p95=137ms 5xx=0.2% ws=8s idemp=0.1% csp=2 pool=58% | 6/6 PASS | -");
    fix_log(f, EV_CHECKPOINT, 15 * FIX_MIN,
            ":15 | Stage 1 | p95=139ms 5xx=0.2% ws=8s idemp=0.1% csp=3 pool=59% | 6/6 PASS | IC: "
            "Proceed");
    fix_log(f, EV_STAGE, 15 * FIX_MIN, ":15 | Stage 2 (5%) START | weight 1→5 verified | IC anna");
    fix_log(f, EV_SIGNAL, 17 * FIX_MIN, ":17 | DBA chai: lag db-r2=12s | below warn | -");
    fix_log(f, EV_CHECKPOINT, 19 * FIX_MIN,
            ":19 | Stage 2 | p95=141ms 5xx=0.2% ws=8s idemp=0.1% csp=3 pool=60% | 6/6 PASS | -");
}

static inline void fix_gates(struct fix *f)
{
    fix_gate(f, false, "time", "08:57 left of 15:00", "clock");
    fix_gate(f, true, "metrics", "6 of 6", "");
    fix_gate(f, true, "kill", "off, read 2s ago", "");
    fix_gate(f, true, "action", "nothing under way", "");
    f->gate.opens_ms = f->ss[1].clock_ms + 15 * FIX_MIN;
}

/* A healthy stage 2 with n metrics: the six, then copies with numbers. */
static inline struct fix *fix_new(size_t n)
{
    struct fix *f = xzalloc(1, sizeof *f);
    f->hist = xzalloc((size_t)FIX_METRICS * HIST_CAP, sizeof *f->hist);
    zone_set("+07:00");
    fix_plan(f);
    fix_state(f);
    f->plan.n_metrics = n;
    for (size_t m = 0; m < n; m++) {
        fix_calm(f, m, &fix_six[m % 6]);
        if (m >= 6) {
            str_fmt(f->titles[m], sizeof f->titles[m], "%s %zu", fix_six[m % 6].title, m + 1);
            f->metrics[m].title = f->titles[m];
        }
    }
    fix_lines(f);
    fix_gates(f);
    fix_decision(f, DEC_PROCEED, "none", "all metrics within their limits");
    f->j = (struct judge){.plan = &f->plan, .m = f->v, .now_ms = FIX_NOW - 3000};
    f->health = (struct journal_health){.recording = true, .events = 2114, .sync_us = 1830};
    str_copy(f->health.head, sizeof f->health.head, "51c0aa94e7d0");
    f->guard = (struct guard_env){.recording = true, .now_ms = FIX_NOW};
    f->ui = (struct ui){.braille = true, .message_role = ROLE_TEXT};
    f->s = (struct scene){.plan = &f->plan,
                          .state = &f->st,
                          .judge = &f->j,
                          .standing = &f->standing,
                          .gate = &f->gate,
                          .health = &f->health,
                          .guard = &f->guard,
                          .actor = "anna",
                          .role = "ic",
                          .now_ms = FIX_NOW,
                          .ui = &f->ui};
    return f;
}

static inline void fix_free(struct fix *f)
{
    struct buf hist = {(char *)f->hist, 0, 0}, all = {(char *)f, 0, 0};
    buf_free(&hist);
    buf_free(&all);
}

#endif
