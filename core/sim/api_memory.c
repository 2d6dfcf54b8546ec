/* The query endpoint that a load burst goes to. Users are told apart by their bearer tokens, which
 * are not kept: a user is a number, in the order of appearance. */
#include <math.h>
#include <string.h>

#include "sim/sim_int.h"

/* FNV-1a (Fowler, Noll, Vo) from a start that differs from process to process. */
static uint64_t print_of(const struct sim *s, const char *token)
{
    uint64_t h = 1469598103934665603u ^ (uint64_t)s->real_start_ms ^ (uint64_t)(uintptr_t)s;
    for (; *token; token++)
        h = (h ^ (unsigned char)*token) * 1099511628211u;
    return h;
}

static struct sim_user *user_of(struct sim *s, const char *token)
{
    uint64_t h = print_of(s, token);
    for (size_t i = 0; i < s->n_users; i++)
        if (s->user[i].print == h)
            return &s->user[i];
    if (s->n_users == SIM_USERS_MAX)
        return NULL;
    s->user[s->n_users].print = h;
    return &s->user[s->n_users++];
}

/* Signal burst_errors: so many per cent of the queries, evenly spread, are answered 500. */
static bool fails(struct sim *s, int64_t now_ms)
{
    int i = scenario_signal(s->sc, "burst_errors");
    double pct = i < 0 ? 0 : model_signal(s->m, i, now_ms);
    double n = (double)++s->n_queries;
    return floor(n * pct / 100) > floor((n - 1) * pct / 100);
}

void api_memory(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    if (strcmp(r->method, "POST") != 0) {
        reply_error(out, 405, "use POST");
        return;
    }
    if (!r->token) {
        reply_error(out, 401, "a bearer token is needed");
        return;
    }
    cJSON *in = json_parse(r->body, r->body_len), *o = cJSON_CreateObject();
    struct sim_user *u = user_of(s, r->token);
    if (u)
        u->requests++;
    if (!json_str(in, "query")) {
        reply_error(out, 400, "query is missing");
    } else if (fails(s, r->now_ms)) {
        if (u)
            u->errors++;
        reply_error(out, 500, "the memory service failed");
    } else {
        json_add_bool(o, "ok", true);
        cJSON *hit = cJSON_CreateObject();
        json_add_str(hit, "text", "simulated");
        cJSON_AddItemToArray(json_add_arr(o, "results"), hit);
        reply_json(out, 200, cJSON_Duplicate(o, true));
    }
    cJSON_Delete(o);
    cJSON_Delete(in);
}

/* GET /sim/users */
void tell_users(const struct sim *s, struct sim_reply *out)
{
    cJSON *o = cJSON_CreateObject(), *a = json_add_arr(o, "users");
    for (size_t i = 0; i < s->n_users; i++) {
        cJSON *one = cJSON_CreateObject();
        json_add_int(one, "user", (int64_t)i + 1);
        json_add_int(one, "requests", s->user[i].requests);
        json_add_int(one, "errors", s->user[i].errors);
        cJSON_AddItemToArray(a, one);
    }
    reply_json(out, 200, o);
}
