/* What the newest action did, step by step: calls, outcomes, and what its steps said. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "evidence/evidence_int.h"

static void begin(struct record *r, const struct event *ev)
{
    record_release(r);
    *r = (struct record){.begun_ms = ev->t_ms};
    str_copy(r->id, sizeof r->id, json_str_or(ev->body, "id", ""));
    str_copy(r->verb, sizeof r->verb, json_str_or(ev->body, "do", ""));
    str_copy(r->action, sizeof r->action, json_str_or(ev->body, "action", ""));
    str_copy(r->actor, sizeof r->actor, ev->actor);
    str_copy(r->reason, sizeof r->reason, json_str_or(ev->body, "reason", ""));
    if (!*r->reason)
        str_copy(r->reason, sizeof r->reason, json_str_or(ev->body, "cause", ""));
    r->stage = (int)json_int_or(ev->body, "stage_index", -1);
    r->item = !strcmp(r->verb, "item") ? (int)json_int_or(ev->body, "item_index", -1) : -1;
    r->values = cJSON_Duplicate(json_obj(ev->body, "values"), true);
    r->table = cJSON_CreateArray();
}

static void add_time(cJSON *o, const char *key, int64_t t_ms)
{
    char when[40];
    time_rfc3339(t_ms, when, sizeof when);
    cJSON_DeleteItemFromObjectCaseSensitive(o, key);
    json_add_str(o, key, when);
}

/* One row a step: a retry writes over its time and outcome. */
static void table_event(struct record *r, const struct event *ev)
{
    int step = (int)json_int_or(ev->body, "step", -1);
    const char *outcome = json_str(ev->body, "outcome");
    if (step < 0 || step >= RECORD_STEPS || !r->table || json_bool_or(ev->body, "verify", false))
        return;
    cJSON *row = NULL, *x;
    cJSON_ArrayForEach (x, r->table) {
        if (json_int_or(x, "step", -1) == step + 1)
            row = x;
    }
    if (!row && ev->kind == EV_SENT) {
        cJSON_AddItemToArray(r->table, row = cJSON_CreateObject());
        json_add_int(row, "step", step + 1);
        json_add_str(row, "call", json_str_or(ev->body, "call", ""));
        *r->hands = '\0';
    }
    if (row && ev->kind == EV_SENT) {
        add_time(row, "sent", ev->t_ms);
    } else if (row && outcome) {
        cJSON_DeleteItemFromObjectCaseSensitive(row, "outcome");
        cJSON_DeleteItemFromObjectCaseSensitive(row, "by");
        add_time(row, "over", ev->t_ms);
        json_add_str(row, "outcome", outcome);
        json_add_str(row, "by", *r->hands ? r->hands : r->actor);
    }
}

/* What a person says of the manual step under way. */
static bool hands_event(struct record *r, const struct event *ev)
{
    const char *verb = json_str_or(ev->body, "do", "");
    if (ev->kind != EV_INTENT || !*r->id || strcmp(json_str_or(ev->body, "target", ""), r->id) ||
        (strcmp(verb, "done") != 0 && strcmp(verb, "failed") != 0))
        return false;
    str_copy(r->hands, sizeof r->hands, ev->actor);
    return true;
}

static struct buf *step_of(struct record *r, const struct event *ev)
{
    int64_t step = json_int_or(ev->body, "step", -1);
    return step >= 0 && step < RECORD_STEPS ? &r->steps[step] : &r->whole;
}

static void stamp(const struct event *ev, struct buf *out)
{
    char when[40];
    time_rfc3339(ev->t_ms, when, sizeof when);
    buf_addf(out, "%s  ", when);
}

/* Texts that a step's answer may bring along, each on lines of its own. */
static void add_said(const cJSON *body, struct buf *out)
{
    static const char *const keys[] = {"transcript", "output", "stdout", "summary"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const cJSON *x = cJSON_GetObjectItemCaseSensitive(body, keys[i]), *line;
        if (cJSON_IsString(x))
            buf_addf(out, "%s\n", x->valuestring);
        cJSON_ArrayForEach (line, json_arr(body, keys[i])) {
            if (cJSON_IsString(line))
                buf_addf(out, "%s\n", line->valuestring);
        }
    }
}

/* Requests of a burst as they went: time after its first, the user's number, status, latency. */
static void add_burst(const cJSON *burst, struct buf *out)
{
    const cJSON *row;
    int64_t nth = json_int_or(burst, "first", 1);
    cJSON_ArrayForEach (row, json_arr(burst, "rows")) {
        int64_t v[4] = {0};
        for (int i = 0; i < 4; i++) {
            const cJSON *x = cJSON_GetArrayItem(row, i);
            v[i] = cJSON_IsNumber(x) ? (int64_t)x->valuedouble : -1;
        }
        buf_addf(out, "  request %lld at %lld ms, user %lld, status %lld, %lld ms\n",
                 (long long)nth++, (long long)v[0], (long long)v[1], (long long)v[2],
                 (long long)v[3]);
    }
}

static void add_observed(const struct event *ev, struct buf *out)
{
    const cJSON *x;
    if (json_obj(ev->body, "burst")) {
        add_burst(json_obj(ev->body, "burst"), out);
        return;
    }
    stamp(ev, out);
    buf_addf(out, "%s", json_str_or(ev->body, "outcome", "?"));
    int64_t status = json_int_or(ev->body, "status", 0), ms = json_int_or(ev->body, "ms", -1);
    if (status)
        buf_addf(out, ", status %lld", (long long)status);
    if (ms >= 0)
        buf_addf(out, ", %lld ms", (long long)ms);
    if (*json_str_or(ev->body, "why", ""))
        buf_addf(out, ": %s", json_str(ev->body, "why"));
    buf_addc(out, '\n');
    cJSON_ArrayForEach (x, json_obj(ev->body, "captured")) {
        if (cJSON_IsString(x))
            buf_addf(out, "  captured %s=%s\n", x->string, x->valuestring);
    }
    add_said(ev->body, out);
}

void record_event(struct record *r, const struct event *ev)
{
    const char *verb = json_str_or(ev->body, "do", "");
    if (hands_event(r, ev))
        return;
    if (ev->kind == EV_INTENT &&
        (!strcmp(verb, "advance") || !strcmp(verb, "rollback") || json_str(ev->body, "action") ||
         (!strcmp(verb, "item") && !json_bool_or(ev->body, "by_hand", false))))
        begin(r, ev);
    if (!*r->id || strcmp(json_str_or(ev->body, "id", ""), r->id) != 0)
        return;
    struct buf *out = step_of(r, ev);
    table_event(r, ev);
    if (ev->kind == EV_SENT) {
        stamp(ev, out);
        buf_addf(out, "%s %s\n", json_bool_or(ev->body, "verify", false) ? "read back:" : "sent:",
                 json_str_or(ev->body, "call", ""));
    } else if (ev->kind == EV_OBSERVED) {
        add_observed(ev, out);
    }
}

void record_release(struct record *r)
{
    for (size_t i = 0; i < RECORD_STEPS; i++)
        buf_free(&r->steps[i]);
    buf_free(&r->whole);
    cJSON_Delete(r->values);
    cJSON_Delete(r->table);
    r->values = r->table = NULL;
}

/* First step of an action in the record; -1: it is not part of it. */
static int first_step(const struct record *r, const struct plan *p, int action)
{
    size_t at = 0, n = 0;
    const size_t *list = NULL;
    if (!strcmp(r->verb, "rollback"))
        return action == p->rollback_action ? 0 : -1;
    if (*r->action)
        return plan_action(p, r->action) == action ? 0 : -1;
    if (!strcmp(r->verb, "item")) {
        bool known = r->item >= 0 && (size_t)r->item < p->n_timeline;
        list = known ? p->timeline[r->item].actions : NULL;
        n = known ? p->timeline[r->item].n_actions : 0;
    } else if (r->stage >= 0 && (size_t)r->stage < p->n_stages) {
        list = p->stages[r->stage].actions;
        n = p->stages[r->stage].n_actions;
    }
    for (size_t i = 0; i < n; at += p->actions[list[i++]].n_steps)
        if (list[i] == (size_t)action)
            return (int)at;
    return -1;
}

bool record_has_action(const struct record *r, const struct plan *p, int action)
{
    return action >= 0 && *r->id && first_step(r, p, action) >= 0;
}

void record_of_action(const struct record *r, const struct plan *p, int action, struct buf *out)
{
    int from = first_step(r, p, action);
    char when[40];
    time_rfc3339(r->begun_ms, when, sizeof when);
    buf_addf(out, "ACTION %s (%s %s)\n%s  asked for by %s%s%s\n", p->actions[action].name, r->verb,
             r->id, when, r->actor, *r->reason ? ": " : "", r->reason);
    for (size_t i = 0; from >= 0 && i < p->actions[action].n_steps; i++) {
        size_t at = (size_t)from + i;
        buf_addf(out, "\nstep %zu\n%s", i + 1, at < RECORD_STEPS ? buf_str(&r->steps[at]) : "");
    }
    if (r->whole.len)
        buf_addf(out, "\nas a whole\n%s", r->whole.p);
}
