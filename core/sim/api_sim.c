/* The simulator's own API: what was asked (/sim/requests), how things stand (/sim/state), and
 * conditions forced by tests and drills (/sim/set). */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "sim/sim_int.h"

static void tell_state(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    cJSON *o = cJSON_CreateObject();
    json_add_str(o, "scenario", s->scenario_name);
    json_add_str(o, "about", s->sc->about);
    json_add_int(o, "now_ms", r->now_ms);
    json_add_int(o, "start_ms", model_start(s->m));
    json_add_num(o, "speed", s->clock.speed);
    json_add_int(o, "wall0_ms", s->clock.wall0_ms);
    json_add_int(o, "mono0_ms", s->clock.mono0.ms);
    json_add_bool(o, "apart", s->clock.apart);
    json_add_num(o, "weight", model_weight(s->m, r->now_ms));
    json_add_num(o, "effective_weight", model_effective(s->m, r->now_ms));
    json_add_bool(o, "global_active", s->ks_global);
    cJSON *on = json_add_arr(o, "connections_active");
    for (size_t i = 0; i < s->n_ks; i++)
        if (s->ks[i].active)
            cJSON_AddItemToArray(on, cJSON_CreateString(s->ks[i].id));
    cJSON *signals = json_add_obj(o, "signals");
    for (size_t i = 0; i < s->sc->n_signals; i++)
        json_add_num(signals, s->sc->signal[i].name, model_signal(s->m, (int)i, r->now_ms));
    json_add_int(o, "requests", reqlog_count(s->log));
    cJSON *ports = json_add_arr(o, "mysql_ports");
    for (int i = 0; sim_mysql_port(s, i) > 0; i++)
        cJSON_AddItemToArray(ports, cJSON_CreateNumber(sim_mysql_port(s, i)));
    reply_json(out, 200, o);
}

static void tell_requests(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    int64_t since = 0;
    const char *from = sim_param(r, "since");
    if (from && int_parse(from, 0, INT64_MAX, &since) < 0) {
        reply_error(out, 400, "since must be a whole number");
        return;
    }
    cJSON *o = cJSON_CreateObject();
    json_add_int(o, "count", reqlog_count(s->log));
    cJSON_AddItemToObject(o, "requests",
                          reqlog_json(s->log, since, sim_param(r, "path"), sim_param(r, "method")));
    reply_json(out, 200, o);
}

void api_sim(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    if (strcmp(r->method, "GET") != 0)
        reply_error(out, 405, "use GET");
    else if (!strcmp(r->path, "/sim/state"))
        tell_state(s, r, out);
    else if (!strcmp(r->path, "/sim/requests"))
        tell_requests(s, r, out);
    else if (!strcmp(r->path, "/sim/users"))
        tell_users(s, out);
    else
        reply_error(out, 404,
                    "there are /sim/state, /sim/requests, /sim/users, /sim/set and /sim/exec");
}

/* {"signal": "p95", "value": 300 or null} */
static const char *set_signal(struct sim *s, const cJSON *o, int64_t now_ms)
{
    int i = scenario_signal(s->sc, json_str_or(o, "signal", ""));
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, "value");
    if (i < 0)
        return "no such signal";
    if (!cJSON_IsNumber(v) && !cJSON_IsNull(v))
        return "value must be a number or null";
    return model_force_signal(s->m, now_ms, i, cJSON_IsNull(v) ? (double)NAN : v->valuedouble) < 0
               ? "too many forced conditions"
               : NULL;
}

/* {"gone": "metric_name", "on": true} */
static const char *set_gone(struct sim *s, const cJSON *o, int64_t now_ms)
{
    const char *name = json_str(o, "gone");
    if (!name)
        return "gone needs a metric name";
    return model_force_gone(s->m, now_ms, name, json_bool_or(o, "on", true)) < 0
               ? "too many forced conditions"
               : NULL;
}

/* {"scrapes": false}: Prometheus answers, its data grows old */
static const char *set_scrapes(struct sim *s, const cJSON *o, int64_t now_ms)
{
    return model_force_stall(s->m, now_ms, !json_bool_or(o, "scrapes", true)) < 0
               ? "too many forced conditions"
               : NULL;
}

static const struct {
    const char *word;
    enum fault_kind kind;
} kinds[] = {{"none", FAULT_NONE},     {"drop", FAULT_DROP},       {"hang", FAULT_HANG},
             {"status", FAULT_STATUS}, {"delay", FAULT_DELAY},     {"lie", FAULT_LIE},
             {"html", FAULT_HTML},     {"garbage", FAULT_GARBAGE}, {"cut", FAULT_CUT}};

/* {"fault": "hang", "target": "prometheus", "status": 503, "ms": 2000, "chance": 50}; it takes the
 * place of what was forced on the same target, and of the scenario's faults there. "release":
 * the scenario's own faults speak again. */
static const char *set_fault(struct sim *s, const cJSON *o)
{
    struct fault f = {.kind = (enum fault_kind) - 1};
    const char *word = json_str_or(o, "fault", "");
    f.targets = target_of(json_str_or(o, "target", ""));
    f.status = (int)json_int_or(o, "status", 503);
    f.min_ms = f.max_ms = json_int_or(o, "ms", 1000);
    f.chance_pct = (int)json_int_or(o, "chance", 100);
    bool known = !strcmp(word, "release");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!strcmp(word, kinds[i].word)) {
            f.kind = kinds[i].kind;
            known = true;
        }
    }
    if (!f.targets)
        return "no such target";
    if (!known || f.status < 300 || f.status > 599 || f.min_ms < 0 || f.min_ms > 60000 ||
        f.chance_pct < 1 || f.chance_pct > 100)
        return "unknown fault, or a number out of range";
    size_t kept = 0;
    for (size_t i = 0; i < s->n_forced; i++)
        if (s->forced[i].targets != f.targets)
            s->forced[kept++] = s->forced[i];
    s->n_forced = kept;
    if (!strcmp(word, "release"))
        return NULL;
    if (s->n_forced == FORCED_FAULTS_MAX)
        return "too many forced faults";
    s->forced[s->n_forced++] = f;
    return NULL;
}

/* {"alert": "Name", "state": "firing"|"pending"|"none", "labels": {…}} */
static const char *set_alert(struct sim *s, const cJSON *o, int64_t now_ms)
{
    struct forced_alert a = {.since_ms = now_ms};
    str_copy(a.name, sizeof a.name, json_str_or(o, "alert", ""));
    str_copy(a.state, sizeof a.state, json_str_or(o, "state", "firing"));
    bool none = !strcmp(a.state, "none");
    if (!*a.name || (!none && strcmp(a.state, "firing") != 0 && strcmp(a.state, "pending") != 0))
        return "an alert needs a name and the state firing, pending or none";
    const cJSON *labels = json_obj(o, "labels"), *one;
    cJSON_ArrayForEach (one, labels) {
        if (!cJSON_IsString(one) || a.n_labels == SERIES_LABELS_MAX)
            return "labels must be at most 8 texts";
        str_copy(a.label[a.n_labels].key, sizeof a.label[0].key, one->string);
        str_copy(a.label[a.n_labels++].value, sizeof a.label[0].value, one->valuestring);
    }
    size_t kept = 0;
    for (size_t i = 0; i < s->n_forced_alerts; i++)
        if (strcmp(s->forced_alert[i].name, a.name) != 0)
            s->forced_alert[kept++] = s->forced_alert[i];
    s->n_forced_alerts = kept;
    if (none)
        return NULL;
    if (kept == FORCED_ALERTS_MAX)
        return "too many forced alerts";
    s->forced_alert[s->n_forced_alerts++] = a;
    return NULL;
}

static const char *set_weight(struct sim *s, const cJSON *o, int64_t now_ms)
{
    double w;
    if (!json_num(o, "weight", &w) || w < 0 || w > 100)
        return "weight must be a number from 0 to 100";
    sim_set_weight(s, now_ms, w);
    return NULL;
}

static const char *set(struct sim *s, const cJSON *o, int64_t now_ms)
{
    if (cJSON_HasObjectItem(o, "signal"))
        return set_signal(s, o, now_ms);
    if (cJSON_HasObjectItem(o, "gone"))
        return set_gone(s, o, now_ms);
    if (cJSON_HasObjectItem(o, "scrapes"))
        return set_scrapes(s, o, now_ms);
    if (cJSON_HasObjectItem(o, "fault"))
        return set_fault(s, o);
    if (cJSON_HasObjectItem(o, "alert"))
        return set_alert(s, o, now_ms);
    if (cJSON_HasObjectItem(o, "weight"))
        return set_weight(s, o, now_ms);
    return "one of signal, gone, scrapes, fault, alert, weight is needed";
}

void api_sim_set(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    cJSON *o = strcmp(r->method, "POST") == 0 ? json_parse(r->body, r->body_len) : NULL;
    const char *why = cJSON_IsObject(o) ? set(s, o, r->now_ms) : "POST a JSON object";
    s->sets++;
    if (why)
        reply_error(out, 400, why);
    else
        tell_state(s, r, out);
    cJSON_Delete(o);
}
