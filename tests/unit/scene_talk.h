/* Moments for the views of the log, the alerts and the evidence. What the records point at lives
 * here, so one scene at a time. */
#ifndef SCENE_TALK_H
#define SCENE_TALK_H

#include "scene_cases.h"

static struct note talk_notes[3];
static struct incident talk_incidents[2];
static struct artifact talk_artifacts[8];
static struct evidence_file talk_files[8];

static inline void talk_note(struct fix *f, int64_t after_ms, const char *who, const char *text,
                             const char *into)
{
    struct note *n = &talk_notes[f->st.talk.n_notes++];
    *n = (struct note){.seq = 900 + (int64_t)f->st.talk.n_notes, .t_ms = FIX_T0 + after_ms};
    str_copy(n->who, sizeof n->who, who);
    str_copy(n->text, sizeof n->text, text);
    str_copy(n->into, sizeof n->into, into);
    f->st.talk.notes_total = (uint32_t)f->st.talk.n_notes;
}

static inline void talk_incident(struct fix *f, int64_t after_ms, const char *severity,
                                 const char *text, const char *resolution)
{
    struct incident *in = &talk_incidents[f->st.talk.n_incidents++];
    *in = (struct incident){.seq = 950 + (int64_t)f->st.talk.n_incidents,
                            .t_ms = FIX_T0 + after_ms,
                            .resolved_ms = *resolution ? FIX_NOW : 0};
    str_copy(in->severity, sizeof in->severity, severity);
    str_copy(in->who, sizeof in->who, "boon");
    str_copy(in->text, sizeof in->text, text);
    str_copy(in->resolution, sizeof in->resolution, resolution);
    f->st.talk.incidents_total = (uint32_t)f->st.talk.n_incidents;
}

static inline void case_talk(struct fix *f)
{
    case_warn(f);
    f->st.talk = (struct talk){.notes = talk_notes, .incidents = talk_incidents};
    f->ss[0].log_start = f->ss[0].log_end = f->ss[1].log_start = true;
    fix_log(f, EV_SIGNAL, 20 * FIX_MIN, ":20 | DBA chai: เฝ้าดู lag db-r2 ที่จุดนี้ | lag=9s | asks IC");
    fix_log(f, EV_CRITICAL, 21 * FIX_MIN, ":21 | CRITICAL: err=1.2 | 1.2 % >= 1 | then rollback");
    f->st.log[f->st.log_n - 1].level = LINE_ERROR;
    f->st.log[f->st.log_n - 3].level = LINE_WARN;
    talk_note(f, 12 * FIX_MIN, "dao", "maybe the new cache is slow", "action");
    talk_note(f, 18 * FIX_MIN, "chai", "น่าจะเป็นที่แคชใหม่", "");
    talk_note(f, 21 * FIX_MIN, "boon", "looks like GC to me", "");
    talk_incident(f, 13 * FIX_MIN, "Warning", "replica db-r3 restarted", "caught up at 22:16");
    talk_incident(f, 21 * FIX_MIN, "Critical", "orders fail to load for one tenant", "");
    f->ui.pick = 1;
    f->ui.view = view_by_key('4');
}

static inline void case_log_filter(struct fix *f)
{
    case_talk(f);
    f->ui.pick = 0;
    str_copy(f->ui.filter, sizeof f->ui.filter, "kind:checkpoint p95");
    f->ss[0].log_end = false;
}

static inline void case_log_entry(struct fix *f)
{
    case_talk(f);
    f->ui.entry_seq = 9;
    f->s.entry = "line\n  :20 | DBA chai: เฝ้าดู lag db-r2 ที่จุดนี้ | lag=9s | asks IC\n"
                 "when\n  2026-02-01 22:20:00   2026-02-01T15:20:00.000Z\n"
                 "kind\n  signal   level INFO\nwho\n  chai\nrole\n  dba\n"
                 "values\n  lag = 9\ndecision\n  ask\n"
                 "hash\n  9f3c5b27a1e1\n";
}

static inline void talk_alert(struct fix *f, int source, const char *name, const char *severity,
                              bool firing, bool matches, const char *runbook)
{
    struct alert_state *a = &f->st.alerts[f->st.n_alerts++];
    *a = (struct alert_state){
        .source = source, .firing = firing, .matches = matches, .since_ms = FIX_NOW - 130000};
    str_copy(a->name, sizeof a->name, name);
    str_copy(a->severity, sizeof a->severity, severity);
    str_copy(a->text, sizeof a->text, "p95 is beyond its limit");
    str_copy(a->runbook, sizeof a->runbook, runbook);
}

static inline void case_alerts(struct fix *f)
{
    static struct kv match[1];
    match[0] = (struct kv){fix_str("auto_rollback"), fix_str("true")};
    case_breach(f);
    f->plan.n_alerts = 2;
    f->alert_sources[0].match = match;
    f->alert_sources[0].n_match = 1;
    f->alert_sources[1] =
        (struct alert_source){.alertmanager = true, .url = fix_str(""), .then = THEN_HOLD};
    f->as[1] = (struct alert_source_state){.known = false, .at_ms = FIX_NOW - 61000};
    str_copy(f->as[1].why, sizeof f->as[1].why, "connection refused");
    talk_alert(f, 0, "DiskSlow", "warning", true, false, "");
    talk_alert(f, 0, "SloBurn", "info", false, true, "");
    talk_alert(f, 0, "CanaryLatency", "critical", true, true, "https://runbooks/canary-latency");
    talk_alert(f, -1, "p95", "critical", true, true, "");
    str_copy(f->st.alerts[2].ack_by, sizeof f->st.alerts[2].ack_by, "boon");
    f->st.alerts_fired = 2;
    f->ui.view = view_by_key('5');
}

/* Nothing is said by the one source there is: that is not quiet. */
static inline void case_alerts_blind(struct fix *f)
{
    case_blind(f);
    f->as[0].at_ms = FIX_NOW - 43000;
    f->ui.view = view_by_key('5');
}

static inline void talk_artifact(struct fix *f, const char *name, const char *when,
                                 enum artifact_when is, enum artifact_content content, int64_t ms)
{
    talk_artifacts[f->plan.artifacts.n_files++] = (struct artifact){.name = fix_str(name),
                                                                    .when_text = fix_str(when),
                                                                    .when = is,
                                                                    .content = content,
                                                                    .ms = ms,
                                                                    .action = -1,
                                                                    .text = fix_str(""),
                                                                    .required = true};
}

static inline void talk_file(struct fix *f, int artifact, const char *name, int64_t after_ms)
{
    struct evidence_state *e = &f->st.evidence;
    struct evidence_file *at = &talk_files[e->n++];
    *at = (struct evidence_file){.t_ms = FIX_T0 + after_ms, .bytes = 812, .artifact = artifact};
    str_copy(at->name, sizeof at->name, name);
    e->last = e->n - 1;
    e->last_ms = at->t_ms;
}

static inline void case_evidence(struct fix *f)
{
    f->ui.view = view_by_key('6');
    f->plan.artifacts = (struct artifacts){.count = 50, .files = talk_artifacts};
    f->st.evidence = (struct evidence_state){.files = talk_files};
    talk_artifact(f, "CANARY_LB_DIFF_<timestamp>.txt", "weight_change", ART_WEIGHT, ART_LB_DIFF, 0);
    talk_artifact(f, "CANARY_SNAPSHOT_T15_<timestamp>.json", "T+15m", ART_AT, ART_SNAPSHOT, 900000);
    talk_artifact(f, "CANARY_SNAPSHOT_T20_<timestamp>.json", "T+20m", ART_AT, ART_SNAPSHOT,
                  1200000);
    talk_artifact(f, "snapshot_<n>.json", "every 60s", ART_EVERY, ART_SNAPSHOT, 60000);
    talk_artifact(f, "summary_stage_<n>.txt", "stage_end", ART_STAGE_END, ART_STAGE_SUMMARY, 0);
    talk_artifact(f, "CANARY_DECISION_FINAL.txt", "end", ART_END, ART_DECISION, 0);
    talk_file(f, 0, "CANARY_LB_DIFF_20260201-150000Z.txt", 2000);
    talk_file(f, 3, "snapshot_001.json", 60000);
    talk_file(f, 1, "CANARY_SNAPSHOT_T15_20260201-151500Z.json", 900000);
    talk_file(f, 4, "summary_stage_1.txt", 901000);
}

#endif
