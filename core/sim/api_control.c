/* The control plane: kill switches and traffic weight (split and rollout). A lie answers a write
 * with 200 and does nothing. */
#include <string.h>

#include "sim/sim_int.h"

bool sim_ks_on(const struct sim *s)
{
    bool on = s->ks_global;
    for (size_t i = 0; i < s->n_ks; i++)
        on = on || s->ks[i].active;
    return on;
}

void sim_ks_apply(struct sim *s, int64_t now_ms)
{
    model_set_killed(s->m, now_ms, sim_ks_on(s));
}

static struct ks_connection *connection(struct sim *s, const char *id, bool make)
{
    for (size_t i = 0; i < s->n_ks; i++)
        if (!strcmp(s->ks[i].id, id))
            return &s->ks[i];
    if (!make || s->n_ks == KS_CONNECTIONS_MAX || strlen(id) >= sizeof s->ks[0].id)
        return NULL;
    str_copy(s->ks[s->n_ks].id, sizeof s->ks[0].id, id);
    return &s->ks[s->n_ks++];
}

static void reply_bool(struct sim_reply *out, const char *field, bool value)
{
    cJSON *o = cJSON_CreateObject();
    json_add_bool(o, field, value);
    reply_json(out, 200, o);
}

/* {"is_active": true|false}, nothing else. 1, 0, or -1 with the answer written. */
static int read_active(const struct sim_req *r, struct sim_reply *out)
{
    cJSON *o = json_parse(r->body, r->body_len);
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, "is_active");
    int on = cJSON_IsBool(v) ? cJSON_IsTrue(v) : -1;
    cJSON_Delete(o);
    if (on < 0)
        reply_error(out, 400, "is_active must be true or false");
    return on;
}

static void ks_switch(struct sim *s, const struct sim_req *r, const char *id, struct sim_reply *out)
{
    struct ks_connection *c = id ? connection(s, id, !strcmp(r->method, "PUT")) : NULL;
    if (!strcmp(r->method, "GET")) {
        reply_bool(out, "is_active", id ? c && c->active : s->ks_global);
        return;
    }
    if (strcmp(r->method, "PUT") != 0) {
        reply_error(out, 405, "use GET or PUT");
        return;
    }
    int on = read_active(r, out);
    if (on < 0)
        return;
    if (id && !c) {
        reply_error(out, 507, "too many connections");
        return;
    }
    if (!r->lie) {
        *(id ? &c->active : &s->ks_global) = on;
        sim_ks_apply(s, r->now_ms);
    }
    reply_bool(out, "is_active", on);
}

void api_kill_switch(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    static const char of[] = "/api/kill-switch/connection/";
    if (!strcmp(r->path, "/api/kill-switch/status") && !strcmp(r->method, "GET"))
        reply_bool(out, "global_active", s->ks_global);
    else if (!strcmp(r->path, "/api/kill-switch/global"))
        ks_switch(s, r, NULL, out);
    else if (!strncmp(r->path, of, sizeof of - 1) && r->path[sizeof of - 1])
        ks_switch(s, r, r->path + sizeof of - 1, out);
    else
        reply_error(out, 404, "no such kill switch");
}

void sim_set_weight(struct sim *s, int64_t now_ms, double weight)
{
    s->ramp.on = false;
    model_set_weight(s->m, now_ms, weight);
}

void sim_ramp(struct sim *s, int64_t now_ms, double to, int64_t over_ms)
{
    s->ramp = (struct ramp){.on = true,
                            .from = model_weight(s->m, now_ms),
                            .to = to,
                            .start_ms = now_ms,
                            .over_ms = over_ms};
}

#define RAMP_STEPS 30

/* Each step at its own time, however long nobody has asked. */
void sim_ramp_on(struct sim *s, int64_t now_ms)
{
    const struct ramp *r = &s->ramp;
    for (int i = 1; r->on && i <= RAMP_STEPS; i++) {
        int64_t due_ms = r->start_ms + r->over_ms * i / RAMP_STEPS;
        if (due_ms > now_ms)
            return;
        if (due_ms > s->ramp_ms)
            model_set_weight(s->m, due_ms, r->from + (r->to - r->from) * i / RAMP_STEPS);
        s->ramp_ms = due_ms > s->ramp_ms ? due_ms : s->ramp_ms;
    }
    s->ramp.on = false;
}

static void tell_weight(struct sim *s, bool rollout, double weight, struct sim_reply *out)
{
    cJSON *o = cJSON_CreateObject();
    if (rollout)
        json_add_str(o, "feature", s->feature);
    json_add_num(o, rollout ? "percentage" : "weight", weight);
    reply_json(out, 200, o);
}

/* GET and PUT /api/traffic {"weight": N}; GET and POST /api/features/rollout {"feature",
 * "percentage"}. Both move the one weight. */
void api_weight(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    bool rollout = !strcmp(r->path, "/api/features/rollout");
    const char *field = rollout ? "percentage" : "weight";
    double w = model_weight(s->m, r->now_ms);
    char why[80];
    if (!strcmp(r->method, "GET")) {
        tell_weight(s, rollout, w, out);
        return;
    }
    if (strcmp(r->method, rollout ? "POST" : "PUT") != 0) {
        reply_error(out, 405, rollout ? "use GET or POST" : "use GET or PUT");
        return;
    }
    cJSON *o = json_parse(r->body, r->body_len);
    const char *feature = json_str(o, "feature");
    if (!json_num(o, field, &w) || w < 0 || w > 100) {
        str_fmt(why, sizeof why, "%s must be a number from 0 to 100", field);
        reply_error(out, 400, why);
    } else if (rollout && (!feature || !*feature)) {
        reply_error(out, 400, "feature is missing");
    } else {
        if (rollout)
            str_copy(s->feature, sizeof s->feature, feature);
        if (!r->lie)
            sim_set_weight(s, r->now_ms, w);
        tell_weight(s, rollout, w, out);
    }
    cJSON_Delete(o);
}
