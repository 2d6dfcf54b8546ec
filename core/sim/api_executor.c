/* The executor's API: health and execution runs. A run takes five minutes of the sim's time; a
 * kill switch that is on refuses new runs (fail closed). */
#include <string.h>

#include "sim/sim_int.h"

static struct execution *find(struct sim *s, const char *id)
{
    char want[24];
    for (size_t i = 0; i < s->n_exec; i++) {
        str_fmt(want, sizeof want, "exec-%04d", s->exec[i].id);
        if (!strcmp(id, want))
            return &s->exec[i];
    }
    return NULL;
}

const char *execution_status(const struct execution *x, int64_t now_ms)
{
    bool done = x->started_ms && now_ms >= x->started_ms + EXECUTION_MS;
    return done && !strcmp(x->status, "running") ? "completed" : x->status;
}

static cJSON *tell(const struct execution *x, int64_t now_ms)
{
    char id[24];
    cJSON *o = cJSON_CreateObject();
    str_fmt(id, sizeof id, "exec-%04d", x->id);
    json_add_str(o, "id", id);
    json_add_str(o, "status", execution_status(x, now_ms));
    json_add_str(o, "action", x->action);
    json_add_str(o, "table_name", x->table);
    json_add_str(o, "index_name", x->index);
    json_add_str(o, "message", x->message);
    return o;
}

static void list(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    const char *want = sim_param(r, "status");
    cJSON *a = cJSON_CreateArray();
    for (size_t i = 0; i < s->n_exec; i++)
        if (!want || !strcmp(want, execution_status(&s->exec[i], r->now_ms)))
            cJSON_AddItemToArray(a, tell(&s->exec[i], r->now_ms));
    reply_json(out, 200, a);
}

/* ["a", "b"] as "a,b" */
static void columns_of(const cJSON *list, char *out, size_t size)
{
    const cJSON *c;
    struct buf b = BUF_INIT;
    cJSON_ArrayForEach (c, list)
        if (cJSON_IsString(c))
            buf_addf(&b, "%s%s", b.len ? "," : "", c->valuestring);
    str_copy(out, size, buf_str(&b));
    buf_free(&b);
}

static void create(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    cJSON *o = json_parse(r->body, r->body_len);
    const char *action = json_str(o, "action"), *table = json_str(o, "table_name");
    if (!action || !table) {
        reply_error(out, 400, "action and table_name are needed");
    } else if (strcmp(action, "ADD_INDEX") != 0) {
        reply_error(out, 403, "only ADD_INDEX is allowed");
    } else if (sim_ks_on(s)) {
        reply_error(out, 423, "the kill switch is active");
    } else {
        if (s->n_exec == EXECUTIONS_MAX) {
            memmove(&s->exec[0], &s->exec[1], (EXECUTIONS_MAX - 1) * sizeof s->exec[0]);
            s->n_exec--;
        }
        struct execution x = {.id = ++s->next_exec, .status = "scheduled"};
        str_copy(x.action, sizeof x.action, action);
        str_copy(x.table, sizeof x.table, table);
        str_copy(x.index, sizeof x.index, json_str_or(o, "index_name", ""));
        columns_of(json_arr(o, "columns"), x.columns, sizeof x.columns);
        if (!r->lie)
            s->exec[s->n_exec++] = x;
        reply_json(out, 200, tell(&x, r->now_ms));
    }
    cJSON_Delete(o);
}

static void run(struct sim *s, const struct sim_req *r, struct execution *x, struct sim_reply *out)
{
    if (sim_ks_on(s)) {
        reply_error(out, 423, "the kill switch is active");
        return;
    }
    if (strcmp(x->status, "scheduled") != 0) {
        reply_error(out, 409, "not scheduled any more");
        return;
    }
    struct execution after = *x;
    str_copy(after.status, sizeof after.status, "running");
    after.started_ms = r->now_ms;
    if (!r->lie) {
        *x = after;
        model_set_executed(s->m, r->now_ms, true);
    }
    reply_json(out, 202, tell(&after, r->now_ms));
}

static void patch(struct sim *s, const struct sim_req *r, struct execution *x,
                  struct sim_reply *out)
{
    cJSON *o = json_parse(r->body, r->body_len);
    const char *status = json_str(o, "status");
    if (!status || (strcmp(status, "completed") != 0 && strcmp(status, "rolled_back") != 0 &&
                    strcmp(status, "failed") != 0)) {
        reply_error(out, 400, "status must be completed, rolled_back or failed");
    } else {
        struct execution after = *x;
        str_copy(after.status, sizeof after.status, status);
        str_copy(after.message, sizeof after.message, json_str_or(o, "message", ""));
        if (!r->lie)
            *x = after;
        if (!r->lie && !strcmp(status, "rolled_back"))
            model_set_executed(s->m, r->now_ms, false);
        reply_json(out, 200, tell(&after, r->now_ms));
    }
    cJSON_Delete(o);
}

void api_executor(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    static const char base[] = "/api/executions";
    char id[64] = "";
    bool get = !strcmp(r->method, "GET"), post = !strcmp(r->method, "POST");
    if (!strcmp(r->path, "/health")) {
        cJSON *o = cJSON_CreateObject();
        json_add_str(o, "status", "healthy");
        reply_json(out, 200, o);
        return;
    }
    const char *rest = r->path + sizeof base - 1;
    if (!*rest && (get || post)) {
        if (get)
            list(s, r, out);
        else
            create(s, r, out);
        return;
    }
    if (*rest == '/')
        str_fmt(id, sizeof id, "%.*s", (int)strcspn(rest + 1, "/"), rest + 1);
    struct execution *x = find(s, id);
    rest += *rest == '/' ? 1 + strlen(id) : 0;
    if (!x)
        reply_error(out, 404, "no such execution");
    else if (get && !*rest)
        reply_json(out, 200, tell(x, r->now_ms));
    else if (post && !strcmp(rest, "/execute"))
        run(s, r, x, out);
    else if (!strcmp(r->method, "PATCH") && !strcmp(rest, "/status"))
        patch(s, r, x, out);
    else
        reply_error(out, 405, "not possible here");
}
