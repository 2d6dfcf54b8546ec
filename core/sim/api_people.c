/* What people are told by: status page, chat hooks, mail; and settings that can be read back. A lie
 * answers as if it had been taken and keeps nothing. */
#include <string.h>

#include "sim/sim_int.h"

/* The body as an object, or NULL with the answer written. */
static cJSON *object_of(const struct sim_req *r, struct sim_reply *out)
{
    cJSON *in = json_parse(r->body, r->body_len);
    if (cJSON_IsObject(in))
        return in;
    cJSON_Delete(in);
    reply_error(out, 400, "the body must be a JSON object");
    return NULL;
}

/* {"count": n, KEY: [body with id and t_ms]} of one name, or of all. */
static void list(struct sim *s, enum record_kind kind, const char *key, const char *id,
                 const char *name, struct sim_reply *out)
{
    cJSON *o = cJSON_CreateObject(), *a = cJSON_CreateArray();
    struct record *x;
    for (size_t i = 0; (x = records_at(s->records, kind, i)); i++) {
        char text[32];
        if (name && strcmp(x->name, name) != 0)
            continue;
        cJSON *one = cJSON_Duplicate(x->body, true);
        str_fmt(text, sizeof text, "%s-%d", id, x->id);
        cJSON_DeleteItemFromObject(one, "id");
        json_add_str(one, "id", text);
        json_add_int(one, "t_ms", x->t_ms);
        cJSON_AddItemToArray(a, one);
    }
    json_add_int(o, "count", cJSON_GetArraySize(a));
    cJSON_AddItemToObject(o, key, a);
    reply_json(out, 200, o);
}

static void keep(struct sim *s, const struct sim_req *r, enum record_kind kind, const char *name,
                 cJSON *body)
{
    if (r->lie)
        cJSON_Delete(body);
    else
        records_add(s->records, kind, name, r->now_ms, body);
}

static struct record *incident(struct sim *s, const char *id)
{
    struct record *x;
    char text[32];
    for (size_t i = 0; (x = records_at(s->records, RECORD_INCIDENT, i)); i++) {
        str_fmt(text, sizeof text, "inc-%d", x->id);
        if (!strcmp(text, id))
            return x;
    }
    return NULL;
}

/* PATCH: keys of the body take the place of those of the incident. */
static void patch(struct record *x, const struct sim_req *r, cJSON *in, struct sim_reply *out)
{
    cJSON *after = cJSON_Duplicate(x->body, true), *f;
    cJSON_ArrayForEach (f, in) {
        cJSON_DeleteItemFromObjectCaseSensitive(after, f->string);
        cJSON_AddItemToObject(after, f->string, cJSON_Duplicate(f, true));
    }
    reply_json(out, 200, cJSON_Duplicate(after, true));
    if (r->lie) {
        cJSON_Delete(after);
        return;
    }
    cJSON_Delete(x->body);
    x->body = after;
}

void api_incidents(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    static const char base[] = "/api/v1/incidents";
    const char *rest = r->path + sizeof base - 1;
    struct record *x = *rest == '/' ? incident(s, rest + 1) : NULL;
    bool get = !strcmp(r->method, "GET");
    if (*rest && !x) {
        reply_error(out, 404, "no such incident");
    } else if (get && !*rest) {
        list(s, RECORD_INCIDENT, "incidents", "inc", NULL, out);
    } else if (get) {
        reply_json(out, 200, cJSON_Duplicate(x->body, true));
    } else if (strcmp(r->method, x ? "PATCH" : "POST") != 0) {
        reply_error(out, 405, x ? "use GET or PATCH" : "use GET or POST");
    } else {
        cJSON *in = object_of(r, out);
        char id[24];
        if (!in)
            return;
        if (x) {
            patch(x, r, in, out);
            cJSON_Delete(in);
            return;
        }
        cJSON *o = cJSON_CreateObject();
        str_fmt(id, sizeof id, "inc-%d", records_next(s->records, RECORD_INCIDENT));
        json_add_str(o, "id", id);
        keep(s, r, RECORD_INCIDENT, "", in);
        reply_json(out, 201, o);
    }
}

/* /hooks/mail {"to", "subject", "text"}; /hooks/CHANNEL {"text"}, the channel is what stands there
 * or, behind it, in the body's "channel". */
void api_hooks(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    const char *name = r->path + strlen("/hooks/");
    bool mail = !strcmp(name, "mail");
    enum record_kind kind = mail ? RECORD_MAIL : RECORD_CHAT;
    if (!strcmp(r->method, "GET")) {
        list(s, kind, "messages", mail ? "mail" : "msg", mail || !*name ? NULL : name, out);
        return;
    }
    if (strcmp(r->method, "POST") != 0) {
        reply_error(out, 405, "use GET or POST");
        return;
    }
    cJSON *in = object_of(r, out);
    if (!in)
        return;
    if (mail && (!cJSON_GetObjectItemCaseSensitive(in, "to") || !json_str(in, "subject"))) {
        cJSON_Delete(in);
        reply_error(out, 400, "a mail needs to and subject");
        return;
    }
    char id[32];
    cJSON *o = cJSON_CreateObject();
    str_fmt(id, sizeof id, "%s-%d", mail ? "mail" : "msg", records_next(s->records, kind));
    json_add_bool(o, "ok", true);
    json_add_str(o, "id", id);
    keep(s, r, kind, name, in);
    reply_json(out, 200, o);
}

void sim_config_set(struct sim *s, const char *name, int64_t now_ms, cJSON *body)
{
    struct record *old = records_find(s->records, RECORD_CONFIG, name);
    if (old)
        records_drop(s->records, RECORD_CONFIG, old);
    records_add(s->records, RECORD_CONFIG, name, now_ms, body);
}

/* /api/config/NAME: PUT an object, GET it again. */
void api_config(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    const char *name = r->path + strlen("/api/config/");
    if (!strcmp(r->method, "GET")) {
        struct record *x = records_find(s->records, RECORD_CONFIG, name);
        if (!*name)
            list(s, RECORD_CONFIG, "settings", "config", NULL, out);
        else if (x)
            reply_json(out, 200, cJSON_Duplicate(x->body, true));
        else
            reply_error(out, 404, "nothing has been set under that name");
        return;
    }
    if (strcmp(r->method, "PUT") != 0 || !*name) {
        reply_error(out, 405, "use GET or PUT /api/config/NAME");
        return;
    }
    cJSON *in = object_of(r, out);
    if (!in)
        return;
    reply_json(out, 200, cJSON_Duplicate(in, true));
    if (r->lie)
        cJSON_Delete(in);
    else
        sim_config_set(s, name, r->now_ms, in);
}
