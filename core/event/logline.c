/* The war-room log's line of each kind of event (CONTRACT 8): signal only, numbers from the body,
 * "asked", "sent" and "verified" are never mixed up. */
#include "event/event_int.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "base/text.h"

struct line {
    const struct event *ev;
    const cJSON *b;
    struct buf *out;
};

static const char *s(const struct line *l, const char *key)
{
    return json_str_or(l->b, key, "");
}

static void number(const struct line *l, const char *key, struct buf *out)
{
    double v;
    char text[32];
    if (!json_num(l->b, key, &v)) {
        buf_adds(out, "no data");
        return;
    }
    num_short(v, text, sizeof text);
    buf_adds(out, text);
}

/* " (why)" when there is a why. */
static void because(const struct line *l)
{
    if (*s(l, "why"))
        buf_addf(l->out, " | %s", s(l, "why"));
}

/* Why a rollback is wanted. */
static void cause(const struct line *l)
{
    char text[400];
    event_sentence(s(l, "cause"), text, sizeof text);
    if (*text)
        buf_addf(l->out, " | %s", text);
}

static const char *who_role(const struct line *l, char *out, size_t size)
{
    text_upper(out, size, l->ev->role);
    return out;
}

static const char *who(const struct line *l, char *out, size_t size)
{
    char role[32];
    who_role(l, role, sizeof role);
    str_fmt(out, size, "%s%s%s", role, *role ? " " : "", l->ev->actor);
    return out;
}

void event_put_who(const struct event *ev, struct buf *out)
{
    struct line l = {.ev = ev};
    char name[100];
    buf_adds(out, who(&l, name, sizeof name));
}

static void say_session(const struct line *l)
{
    const char *op = s(l, "op");
    char name[100];
    if (!strcmp(op, "start"))
        buf_addf(l->out, "%s %s | %s | mode %s", s(l, "run_id"), s(l, "title"), s(l, "environment"),
                 s(l, "mode"));
    else if (!strcmp(op, "reread"))
        buf_addf(l->out, "production read again%s",
                 cJSON_GetArraySize(json_arr(l->b, "differences")) ? " | IT DIFFERS" : "");
    else
        buf_addf(l->out, "%s %s the session", who(l, name, sizeof name),
                 !strcmp(op, "resume")                         ? "resumes"
                 : !strcmp(op, "join")                         ? "joins"
                 : !strcmp(op, "leave") || !strcmp(op, "part") ? "leaves"
                                                               : op);
    const cJSON *d;
    cJSON_ArrayForEach (d, json_arr(l->b, "differences")) {
        if (cJSON_IsString(d))
            buf_addf(l->out, " | %s", d->valuestring);
    }
    because(l);
}

static void say_check(const struct line *l)
{
    char name[100];
    line_check(l->ev, who(l, name, sizeof name), l->out);
}

static void say_countdown(const struct line *l)
{
    char when[16], zone[16];
    int64_t start_ms = json_int_or(l->b, "start_ms", 0);
    time_hm(start_ms, when, sizeof when);
    time_zone(start_ms, zone, sizeof zone);
    if (start_ms > 0)
        buf_addf(l->out, "the first stage starts no earlier than %s %s", when, zone);
}

static void say_approval(const struct line *l)
{
    char name[100];
    buf_addf(l->out, "%s %s: %s", who(l, name, sizeof name),
             json_bool_or(l->b, "ok", false) ? "agrees" : "REFUSES", s(l, "subject"));
    if (*s(l, "reason"))
        buf_addf(l->out, " | %s", s(l, "reason"));
}

static void say_people(const struct line *l)
{
    logline_people(l->ev, l->out);
}

static void say_baseline(const struct line *l)
{
    if (!strcmp(s(l, "op"), "begin")) {
        buf_addf(l->out, "%s values are being taken", s(l, "set"));
        if (json_bool_or(l->b, "again", false))
            buf_addf(l->out, " AGAIN | %s | %s", s(l, "by"), s(l, "why"));
        return;
    }
    buf_addf(l->out, "%s taken |", s(l, "set"));
    const cJSON *v;
    int n = 0;
    cJSON_ArrayForEach (v, json_obj(l->b, "values")) {
        char text[32];
        num_short(v->valuedouble, text, sizeof text);
        if (n++ < 6)
            buf_addf(l->out, " %s=%s", v->string, cJSON_IsNumber(v) ? text : "no data");
    }
    if (n > 6)
        buf_addf(l->out, " +%d", n - 6);
}

static void say_stage(const struct line *l)
{
    const char *op = s(l, "op");
    double weight;
    char text[32], dur[32];
    buf_adds(l->out, l->ev->stage);
    if (json_num(l->b, "weight", &weight)) {
        num_short(weight, text, sizeof text);
        buf_addf(l->out, " (%s%%)", text);
    }
    if (!strcmp(op, "enter")) {
        buf_adds(l->out, " | start asked for");
    } else if (!strcmp(op, "clock")) {
        buf_adds(l->out, " START | weight verified, the clock runs");
    } else if (!strcmp(op, "extend")) {
        dur_print(json_int_or(l->b, "planned_ms", 0), dur, sizeof dur);
        buf_addf(l->out, " | observation extended to %s", dur);
    } else if (!strcmp(op, "cooldown")) {
        buf_adds(l->out, " | cooldown");
    } else {
        dur_clock(json_int_or(l->b, "elapsed_ms", 0), dur, sizeof dur);
        buf_addf(l->out, " END | %s after %s", s(l, "result"), dur);
    }
}

/* WARNING and CRITICAL have events of their own; a first OK is no news. */
static void say_status(const struct line *l)
{
    const char *from = s(l, "from"), *to = s(l, "to");
    if (!strcmp(from, to) || !strcmp(to, "WARNING") || !strcmp(to, "CRITICAL") ||
        (!*from && !strcmp(to, "OK")))
        return;
    buf_addf(l->out, "%s=", s(l, "metric"));
    number(l, "value", l->out);
    buf_addf(l->out, " | %s -> %s", *from ? from : "-", to);
    because(l);
}

static void say_limit(const struct line *l)
{
    buf_addf(l->out, "%s: %s=", l->ev->kind == EV_CRITICAL ? "CRITICAL" : "WARNING",
             s(l, "metric"));
    number(l, "value", l->out);
    because(l);
    if (l->ev->kind == EV_CRITICAL && *s(l, "then"))
        buf_addf(l->out, " | then %s", s(l, "then"));
}

/* "5/6 PASS 1 WARN": what is not a pass is named, never left out of the sum. */
static void say_tally(const struct line *l)
{
    static const char *const rest[][2] = {
        {"warning", "WARN"}, {"critical", "CRIT"}, {"nodata", "unknown"}};
    const cJSON *v = json_obj(l->b, "verdict"), *c = json_obj(l->b, "counts");
    const cJSON *from = v ? v : c;
    if (!from)
        return;
    buf_addf(l->out, " | %lld/%lld %s", (long long)json_int_or(from, "pass", 0),
             (long long)json_int_or(from, "of", 0),
             v && !c ? json_str_or(v, "status", "") : "PASS");
    for (size_t i = 0; c && i < sizeof rest / sizeof *rest; i++) {
        int64_t n = json_int_or(c, rest[i][0], 0);
        if (n > 0)
            buf_addf(l->out, " %lld %s", (long long)n, rest[i][1]);
    }
}

static void say_decision(const struct line *l)
{
    char why[400];
    event_sentence(s(l, "why"), why, sizeof why);
    buf_addf(l->out, "%s%s%s", l->ev->stage, *l->ev->stage ? " | " : "", why);
    say_tally(l);
    buf_addf(l->out, " | %s (auto)", s(l, "decision"));
}

static void say_checkpoint(const struct line *l)
{
    if (!strcmp(s(l, "op"), "missed")) {
        buf_addf(l->out, "checkpoint %s MISSED: nobody has answered it", s(l, "label"));
        return;
    }
    const char *own = s(l, "stage_clock");
    bool later = isdigit((unsigned char)*s(l, "label")) && strcmp(own, s(l, "label")) != 0;
    buf_addf(l->out, "%s%s%s | %s", *l->ev->stage ? l->ev->stage : "before the start",
             *own && later ? " +" : "", later ? own : "",
             *s(l, "signals") ? s(l, "signals") : "no signal metrics");
    say_tally(l);
    buf_addf(l->out, " | %s", *s(l, "decision") ? s(l, "decision") : "-");
}

/* Signals of older journals have values and no evidence written out. */
static void say_values(const struct line *l)
{
    const cJSON *v;
    cJSON_ArrayForEach (v, json_obj(l->b, "values")) {
        char text[32] = "no data";
        if (cJSON_IsNumber(v))
            num_short(v->valuedouble, text, sizeof text);
        buf_addf(l->out, " | %s=%s", v->string, text);
    }
}

static void say_signal(const struct line *l)
{
    char name[100];
    const char *decision = s(l, "decision");
    if (logline_talk(l->ev, l->out))
        return;
    if (!l->out->len)
        buf_addf(l->out, "%s: %s", who(l, name, sizeof name), s(l, "text"));
    if (*s(l, "evidence"))
        buf_addf(l->out, " | %s", s(l, "evidence"));
    else
        say_values(l);
    if (json_obj(l->b, "verdict"))
        say_tally(l);
    if (!strcmp(decision, "ask"))
        buf_adds(l->out, " | asks IC");
    else if (*decision)
        buf_addf(l->out, " | %s: %s", who_role(l, name, sizeof name), decision);
}

static void say_kill_switch(const struct line *l)
{
    buf_addf(l->out, "kill switch %s: %s", s(l, "scope"), s(l, "state"));
    double ms;
    if (json_num(l->b, "ms", &ms) && ms >= 0)
        buf_addf(l->out, " | read in %.0f ms", ms);
    if (*s(l, "check") && strcmp(s(l, "check"), "poll") != 0)
        buf_addf(l->out, " (%s)", s(l, "check"));
    because(l);
}

static void say_intent(const struct line *l)
{
    char name[100];
    if (logline_said(l->ev, l->out))
        return;
    buf_addf(l->out, "%s asks%s: %s", who(l, name, sizeof name),
             json_bool_or(l->b, "ask", false) ? " from another seat" : "",
             *s(l, "what") ? s(l, "what") : s(l, "do"));
    if (json_bool_or(l->b, "override", false))
        buf_adds(l->out, " | OVERRIDE of a shut gate");
    if (*s(l, "reason"))
        buf_addf(l->out, " | %s", s(l, "reason"));
    else
        cause(l);
}

static void say_sent(const struct line *l)
{
    if (!json_bool_or(l->b, "verify", false))
        buf_addf(l->out, "sent, not yet known: %s", s(l, "call"));
}

static void say_observed(const struct line *l)
{
    static const char *const words[][2] = {{"verified", "VERIFIED"},
                                           {"not_verified", "NOT VERIFIED"},
                                           {"unknown", "OUTCOME UNKNOWN"},
                                           {"failed", "FAILED"},
                                           {"rehearsed", "rehearsed, nothing was sent"},
                                           {"superseded", "stopped by a rollback"},
                                           {"ok", "accepted"}};
    const char *outcome = s(l, "outcome");
    if (json_obj(l->b, "burst"))
        line_burst(json_obj(l->b, "burst"), l->out);
    if (!json_bool_or(l->b, "done", false))
        return;
    if (!strcmp(outcome, "refused")) {
        logline_people(l->ev, l->out);
        return;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i][0], outcome))
            outcome = words[i][1];
    const char *follow_up = json_str(l->b, "follow_up");
    if (follow_up)
        buf_addf(l->out, "after the rollback, %s", follow_up);
    else
        buf_adds(l->out, l->ev->stage);
    double weight;
    if (json_num(l->b, "weight", &weight)) {
        char text[32];
        num_short(weight, text, sizeof text);
        buf_addf(l->out, " (%s%%)", text);
    }
    buf_addf(l->out, "%s%s", l->out->len ? " | " : "", outcome);
    because(l);
}

static void say_alert(const struct line *l)
{
    const char *state = s(l, "state");
    if (!strcmp(state, "known"))
        buf_adds(l->out, "alert source answers");
    else if (!strcmp(state, "blind"))
        buf_adds(l->out, "alert source BLIND: alerts are not known");
    else if (!strcmp(state, "acknowledged"))
        buf_addf(l->out, "alert %s acknowledged by %s; it stays until it is resolved", s(l, "name"),
                 l->ev->actor);
    else
        buf_addf(l->out, "alert %s %s%s%s%s", s(l, "name"), state, *s(l, "severity") ? " " : "",
                 s(l, "severity"),
                 !strcmp(state, "resolved") ? ""
                 : !strcmp(state, "firing") && json_bool_or(l->b, "matches", false)
                     ? " | counts"
                     : " | shown only");
    if (*s(l, "text"))
        buf_addf(l->out, " | %s", s(l, "text"));
    because(l);
}

static void say_rollback(const struct line *l)
{
    static const char *const words[][2] = {{"wanted", "ROLLBACK wanted"},
                                           {"would", "would roll back (log only, nothing is sent)"},
                                           {"waits", "ROLLBACK waits for"},
                                           {"started", "ROLLBACK started"},
                                           {"done", "ROLLBACK verified"},
                                           {"not_verified", "ROLLBACK NOT VERIFIED"},
                                           {"duplicate", "further cause for the rollback"}};
    const char *op = s(l, "op");
    if (!strcmp(op, "checked")) {
        line_checked(l->b, l->out);
        return;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i][0], op))
            op = words[i][1];
    buf_adds(l->out, op);
    if (!strcmp(s(l, "op"), "waits"))
        buf_addf(l->out, " %s", *s(l, "whom") ? s(l, "whom") : "the IC");
    if (strcmp(s(l, "op"), "started") != 0 && strcmp(s(l, "op"), "done") != 0)
        cause(l); /* these two follow a line that has told it */
}

static void say_source(const struct line *l)
{
    const char *op = s(l, "op");
    if (!strncmp(op, "log_", 4)) {
        line_follow(l->b, l->out);
        return;
    }
    if (!strncmp(op, "evidence", 8)) {
        logline_evidence(l->ev, l->out);
        return;
    }
    if (!strcmp(op, "dropped"))
        buf_addf(l->out, "%lld samples were dropped: a queue was full",
                 (long long)json_int_or(l->b, "n", 0));
    else if (!*op)
        buf_addf(l->out, "%s %s", s(l, "name"),
                 strcmp(s(l, "state"), "ok") ? "BLIND: its values are not known" : "answers");
    because(l);
}

static void say_parking(const struct line *l)
{
    logline_parking(l->ev, l->out);
}

static void say_plain(const struct line *l)
{
    if (!*s(l, "text") && !*s(l, "why"))
        return;
    buf_adds(l->out, event_word(l->ev->kind));
    if (*s(l, "text"))
        buf_addf(l->out, ": %s", s(l, "text"));
    because(l);
}

static void say_timeline(const struct line *l)
{
    event_line_timeline(l->b, l->out);
}

static void say_notify(const struct line *l)
{
    if (!line_notify(l->b, l->out))
        say_plain(l);
}

static void say_soak(const struct line *l)
{
    event_line_soak(l->b, l->out);
}

static void say_final(const struct line *l)
{
    char why[400];
    event_sentence(s(l, "why"), why, sizeof why);
    buf_addf(l->out, "VERDICT %s%s%s", s(l, "decision"), *why ? " | " : "", why);
    const cJSON *f;
    cJSON_ArrayForEach (f, json_arr(l->b, "follow_up"))
        buf_addf(l->out, " | next: %s (%s)", json_str_or(f, "title", ""),
                 json_str_or(f, "owner", ""));
}

static void (*const sayers[EV_KINDS])(const struct line *) = {
    [EV_SESSION] = say_session,   [EV_BASELINE] = say_baseline,
    [EV_STAGE] = say_stage,       [EV_STATUS] = say_status,
    [EV_WARNING] = say_limit,     [EV_CRITICAL] = say_limit,
    [EV_DECISION] = say_decision, [EV_CHECKPOINT] = say_checkpoint,
    [EV_SIGNAL] = say_signal,     [EV_KILL_SWITCH] = say_kill_switch,
    [EV_INTENT] = say_intent,     [EV_SENT] = say_sent,
    [EV_OBSERVED] = say_observed, [EV_ALERT] = say_alert,
    [EV_ROLLBACK] = say_rollback, [EV_SOURCE] = say_source,
    [EV_PREFLIGHT] = say_check,   [EV_COUNTDOWN] = say_countdown,
    [EV_APPROVAL] = say_approval, [EV_NOTIFY] = say_notify,
    [EV_SOAK] = say_soak,         [EV_HANDOVER] = say_people,
    [EV_ESCALATION] = say_people, [EV_FINAL] = say_final,
    [EV_TIMELINE] = say_timeline, [EV_PARKING] = say_parking,
};

/* ":15", ":05", ":105"; "T-10" before T0; "T-0" while T0 is not known. */
static void clock_word(const struct event *ev, int64_t t0_ms, struct buf *out)
{
    int64_t off = ev->t_ms - t0_ms;
    if (t0_ms < 0)
        buf_adds(out, "T-0");
    else if (off < 0)
        buf_addf(out, "T-%lld", (long long)((-off + 59999) / 60000));
    else
        buf_addf(out, ":%02lld", (long long)(off / 60000));
}

void event_log_line(const struct event *ev, int64_t t0_ms, struct buf *out)
{
    struct buf text = BUF_INIT;
    struct line l = {ev, ev->body, &text};
    if (!sayers[ev->kind])
        return;
    sayers[ev->kind](&l);
    if (text.len) {
        clock_word(ev, t0_ms, out);
        buf_adds(out, " | ");
        text_clean(out, text.p, text.len);
    }
    buf_free(&text);
}
