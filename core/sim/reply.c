/* Answers, and which path belongs to which server. */
#include <string.h>

#include "sim/sim_int.h"

void reply_text(struct sim_reply *out, int status, const char *text)
{
    out->status = status;
    out->type = "text/plain; charset=utf-8";
    buf_clear(&out->body);
    buf_adds(&out->body, text);
}

void reply_json(struct sim_reply *out, int status, cJSON *o)
{
    out->status = status;
    out->type = SIM_JSON;
    buf_clear(&out->body);
    json_print(o, &out->body);
    cJSON_Delete(o);
}

void reply_error(struct sim_reply *out, int status, const char *error)
{
    cJSON *o = cJSON_CreateObject();
    json_add_str(o, "error", error);
    reply_json(out, status, o);
}

void json_quote(struct buf *out, const char *text)
{
    buf_addc(out, '"');
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p == '"' || *p == '\\')
            buf_addf(out, "\\%c", *p);
        else if (*p == '\n')
            buf_adds(out, "\\n");
        else if (*p < 0x20)
            buf_addf(out, "\\u%04x", *p);
        else
            buf_addc(out, (char)*p);
    }
    buf_addc(out, '"');
}

static const struct {
    const char *path;
    bool prefix;
    unsigned target;
    void (*api)(struct sim *s, const struct sim_req *r, struct sim_reply *out);
} routes[] = {
    {"/sim/set", false, TARGET_NONE, api_sim_set},
    {"/sim/exec", false, TARGET_COMMANDS, api_exec},
    {"/sim/", true, TARGET_NONE, api_sim},
    {"/api/v1/incidents", true, TARGET_STATUS_PAGE, api_incidents},
    {"/api/v1/memory/query", false, TARGET_MEMORY, api_memory},
    {"/api/v1/provisioning/alert-rules", true, TARGET_GRAFANA, api_shelf},
    {"/api/v2/policies", true, TARGET_ALERTMANAGER, api_shelf},
    {"/api/dashboards/", true, TARGET_GRAFANA, api_grafana},
    {"/api/search", false, TARGET_GRAFANA, api_grafana},
    {"/api/health", false, TARGET_GRAFANA, api_grafana},
    {"/api/config/", true, TARGET_EXECUTOR, api_config},
    {"/hooks/", true, TARGET_HOOKS, api_hooks},
    {"/api/v1/", true, TARGET_PROMETHEUS, api_prom},
    {"/-/", true, TARGET_PROMETHEUS, api_prom},
    {"/api/v2/", true, TARGET_ALERTMANAGER, api_alertmanager},
    {"/api/kill-switch/", true, TARGET_KILL_SWITCH, api_kill_switch},
    {"/api/features/rollout", false, TARGET_ROLLOUT, api_weight},
    {"/api/traffic", false, TARGET_TRAFFIC, api_weight},
    {"/api/executions", true, TARGET_EXECUTOR, api_executor},
    {"/health", false, TARGET_EXECUTOR, api_executor},
};

static int route(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        size_t n = strlen(routes[i].path);
        if (routes[i].prefix ? !strncmp(path, routes[i].path, n) : !strcmp(path, routes[i].path))
            return (int)i;
    }
    return -1;
}

unsigned sim_target(const char *path, const struct sim_params *params)
{
    int i = route(path);
    if (i >= 0 && routes[i].api == api_exec)
        return exec_target(params);
    return i < 0 ? TARGET_NONE : routes[i].target;
}

void sim_dispatch(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    int i = route(r->path);
    sim_ramp_on(s, r->now_ms);
    model_touch(s->m, r->now_ms);
    if (i < 0)
        reply_text(out, 404, "404 page not found\n");
    else
        routes[i].api(s, r, out);
}
