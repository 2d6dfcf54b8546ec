/* Grafana's HTTP API as far as a canary needs it: boards that are made and found again, alert rules
 * and notification policies (provisioning API). Answers are those of Grafana 9. And the policies
 * that are pushed to Alertmanager, which has no such API of its own: the simulator's invention. */
#include <string.h>

#include "sim/sim_int.h"

static void message(struct sim_reply *out, int status, const char *text)
{
    cJSON *o = cJSON_CreateObject();
    json_add_str(o, "message", text);
    reply_json(out, status, o);
}

/* Grafana's slug: lower-case letters and digits, the rest are dashes. */
static void slug_of(const char *title, char *out, size_t size)
{
    size_t n = 0;
    for (; *title && n + 1 < size; title++) {
        char c = *title;
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (word || (n && out[n - 1] != '-'))
            out[n++] = word ? c : '-';
    }
    while (n && out[n - 1] == '-')
        n--;
    out[n] = '\0';
}

static cJSON *board_row(const struct record *b)
{
    char slug[96], url[220];
    cJSON *o = cJSON_CreateObject();
    slug_of(json_str_or(b->body, "title", ""), slug, sizeof slug);
    str_fmt(url, sizeof url, "/d/%s/%s", b->name, slug);
    json_add_int(o, "id", b->id);
    json_add_str(o, "uid", b->name);
    json_add_str(o, "url", url);
    json_add_int(o, "version", b->version);
    json_add_str(o, "slug", slug);
    return o;
}

static struct record *board_titled(struct sim *s, const char *title)
{
    struct record *b;
    for (size_t i = 0; (b = records_at(s->records, RECORD_DASHBOARD, i)); i++)
        if (!strcmp(json_str_or(b->body, "title", ""), title))
            return b;
    return NULL;
}

static void put_board(struct sim *s, const struct sim_req *r, struct record *old, const char *uid,
                      cJSON *board, struct sim_reply *out)
{
    struct record now = {.id = old ? old->id : records_next(s->records, RECORD_DASHBOARD),
                         .version = old ? old->version + 1 : 1,
                         .body = board};
    str_copy(now.name, sizeof now.name, old ? old->name : uid);
    cJSON *o = board_row(&now);
    json_add_str(o, "status", "success");
    reply_json(out, 200, o);
    if (r->lie) {
        cJSON_Delete(board);
    } else if (old) {
        cJSON_Delete(old->body);
        old->body = board;
        old->version = now.version;
        old->t_ms = r->now_ms;
    } else {
        records_add(s->records, RECORD_DASHBOARD, now.name, r->now_ms, board);
    }
}

/* {"dashboard": {"title": …, "uid"?: …}, "overwrite"?: true} */
static void save_board(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    char made[32];
    cJSON *in = json_parse(r->body, r->body_len);
    const cJSON *board = json_obj(in, "dashboard");
    const char *title = json_str_or(board, "title", ""), *uid = json_str(board, "uid");
    struct record *old =
        uid && *uid ? records_find(s->records, RECORD_DASHBOARD, uid) : board_titled(s, title);
    str_fmt(made, sizeof made, "sim-board-%d", records_next(s->records, RECORD_DASHBOARD));
    if (!board) {
        message(out, 400, "bad request data");
    } else if (!*title) {
        message(out, 400, "Dashboard title cannot be empty");
    } else if (old && !json_bool_or(in, "overwrite", false)) {
        cJSON *o = cJSON_CreateObject();
        json_add_str(o, "message", "The dashboard has been changed by someone else");
        json_add_str(o, "status", "version-mismatch");
        reply_json(out, 412, o);
    } else {
        put_board(s, r, old, uid && *uid ? uid : made, cJSON_Duplicate(board, true), out);
    }
    cJSON_Delete(in);
}

static void one_board(struct sim *s, const struct sim_req *r, const char *uid,
                      struct sim_reply *out)
{
    struct record *b = records_find(s->records, RECORD_DASHBOARD, uid);
    cJSON *o = cJSON_CreateObject();
    if (!b) {
        json_add_str(o, "message", "Dashboard not found");
        reply_json(out, 404, o);
    } else if (!strcmp(r->method, "DELETE")) {
        json_add_str(o, "title", json_str_or(b->body, "title", ""));
        if (!r->lie)
            records_drop(s->records, RECORD_DASHBOARD, b);
        reply_json(out, 200, o);
    } else {
        cJSON_AddItemToObject(o, "meta", board_row(b));
        cJSON *board = cJSON_Duplicate(b->body, true);
        cJSON_DeleteItemFromObject(board, "uid");
        json_add_str(board, "uid", b->name);
        cJSON_AddItemToObject(o, "dashboard", board);
        reply_json(out, 200, o);
    }
}

/* ?query= a part of the title */
static void search(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    const char *part = sim_param(r, "query");
    struct record *b;
    cJSON *a = cJSON_CreateArray();
    for (size_t i = 0; (b = records_at(s->records, RECORD_DASHBOARD, i)); i++) {
        const char *title = json_str_or(b->body, "title", "");
        if (part && !strcasestr(title, part))
            continue;
        cJSON *o = board_row(b);
        json_add_str(o, "title", title);
        json_add_str(o, "type", "dash-db");
        cJSON_AddItemToArray(a, o);
    }
    reply_json(out, 200, a);
}

void api_grafana(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    static const char uid[] = "/api/dashboards/uid/";
    bool get = !strcmp(r->method, "GET");
    if (!strcmp(r->path, "/api/dashboards/db") && !strcmp(r->method, "POST"))
        save_board(s, r, out);
    else if (!strncmp(r->path, uid, sizeof uid - 1) && (get || !strcmp(r->method, "DELETE")))
        one_board(s, r, r->path + sizeof uid - 1, out);
    else if (!strcmp(r->path, "/api/search") && get)
        search(s, r, out);
    else if (!strcmp(r->path, "/api/health") && get) {
        cJSON *o = cJSON_CreateObject();
        json_add_str(o, "database", "ok");
        json_add_str(o, "version", "9.5.0-SIM");
        reply_json(out, 200, o);
    } else
        message(out, 404, "Not found");
}

/* Lists of documents with an id: alert rules by uid, policies by id. */
struct shelf {
    const char *base, *id_key, *prefix;
    enum record_kind kind;
    int made; /* status of a POST */
};
static const struct shelf shelves[] = {
    {"/api/v1/provisioning/alert-rules", "uid", "sim-rule-", RECORD_RULE, 201},
    {"/api/v2/policies", "id", "sim-policy-", RECORD_POLICY, 201},
};

static cJSON *told(const struct shelf *sh, const struct record *x)
{
    cJSON *o = cJSON_Duplicate(x->body, true);
    cJSON_DeleteItemFromObject(o, sh->id_key);
    json_add_str(o, sh->id_key, x->name);
    return o;
}

static void shelf_add(struct sim *s, const struct shelf *sh, const struct sim_req *r,
                      struct sim_reply *out)
{
    char made[48];
    cJSON *in = json_parse(r->body, r->body_len);
    if (!cJSON_IsObject(in)) {
        cJSON_Delete(in);
        message(out, 400, "the body must be a JSON object");
        return;
    }
    const char *id = json_str(in, sh->id_key);
    str_fmt(made, sizeof made, "%s%d", sh->prefix, records_next(s->records, sh->kind));
    struct record one = {.body = in};
    str_copy(one.name, sizeof one.name, id && *id ? id : made);
    if (records_find(s->records, sh->kind, one.name)) {
        cJSON_Delete(in);
        message(out, 409, "there is one of that id: PUT changes it");
        return;
    }
    reply_json(out, sh->made, told(sh, &one));
    if (r->lie)
        cJSON_Delete(in);
    else
        records_add(s->records, sh->kind, one.name, r->now_ms, in);
}

static void shelf_one(struct sim *s, const struct shelf *sh, const struct sim_req *r,
                      struct record *x, struct sim_reply *out)
{
    if (!strcmp(r->method, "GET")) {
        reply_json(out, 200, told(sh, x));
    } else if (!strcmp(r->method, "DELETE")) {
        if (!r->lie)
            records_drop(s->records, sh->kind, x);
        reply_text(out, 204, "");
    } else if (!strcmp(r->method, "PUT")) {
        cJSON *in = json_parse(r->body, r->body_len);
        if (!cJSON_IsObject(in)) {
            message(out, 400, "the body must be a JSON object");
        } else {
            struct record after = *x;
            after.body = in;
            reply_json(out, 200, told(sh, &after));
            if (!r->lie) {
                cJSON_Delete(x->body);
                x->body = cJSON_Duplicate(in, true);
                x->version++;
            }
        }
        cJSON_Delete(in);
    } else {
        message(out, 405, "use GET, PUT or DELETE");
    }
}

void api_shelf(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    const struct shelf *sh = &shelves[strncmp(r->path, "/api/v2/", 8) ? 0 : 1];
    const char *rest = r->path + strlen(sh->base);
    struct record *x;
    if (!*rest && !strcmp(r->method, "GET")) {
        cJSON *a = cJSON_CreateArray();
        for (size_t i = 0; (x = records_at(s->records, sh->kind, i)); i++)
            cJSON_AddItemToArray(a, told(sh, x));
        reply_json(out, 200, a);
    } else if (!*rest && !strcmp(r->method, "POST")) {
        shelf_add(s, sh, r, out);
    } else if (*rest == '/' && (x = records_find(s->records, sh->kind, rest + 1))) {
        shelf_one(s, sh, r, x, out);
    } else {
        message(out, *rest ? 404 : 405, *rest ? "not found" : "use GET or POST");
    }
}
