/* Rules between the keys of one part: calls, steps, kill switch, sources. */
#include "plan/check.h"

#include <string.h>
#include <strings.h>

#include "plan/read.h"

/* The path of a key of the part at hand, as the place of an error. */
static void say_key(struct load *l, const struct node *n, const char *key, const char *text)
{
    const struct node *v = node_get(n, key);
    size_t mark = path_key(l, key);
    say(l, v ? v : n, "%s", text);
    path_cut(l, mark);
}

static void check_token(struct load *l, const struct node *n, const char *address, bool insecure,
                        bool has_secret)
{
    struct url u;
    char host[2048];
    str_copy(host, sizeof host, address);
    char *slash = strstr(host, "://") ? strpbrk(strstr(host, "://") + 3, "/?#") : NULL;
    if (slash)
        *slash = '\0';
    if (node_get(n, "token") && node_get(n, "token_file"))
        say_key(l, n, "token_file", "token is given too; allowed is one of them");
    if (has_secret && !insecure && url_split(host, &u) && !u.https && !u.loopback)
        say_key(l, n, "url",
                "a secret would go over plain http to another host; allowed is https, or "
                "`insecure: true`");
}

static bool secret_in_headers(const struct node *n)
{
    const struct node *h = node_get(n, "headers");
    for (size_t i = 0; h && h->kind == NODE_MAP && i < h->n; i++)
        if (!strcasecmp(h->pairs[i].key, "authorization") && h->pairs[i].value->len)
            return true;
    return false;
}

static bool asks_token(const struct node *n, const char *token)
{
    return *token || node_get(n, "token_file");
}

void check_http(struct load *l, const struct node *n, void *obj)
{
    struct http_call *h = obj;
    const struct node *json = node_get(n, "json");
    h->is_json = json != NULL;
    if (json && node_get(n, "body"))
        say_key(l, n, "body", "json is given too; allowed is one of them");
    if (!*h->method)
        h->method = pool_str(l->pool, h->body ? "POST" : "GET", h->body ? 4 : 3);
    if (h->body && (!strcmp(h->method, "GET") || !strcmp(h->method, "HEAD")))
        say_key(l, n, "method", "GET and HEAD have no body; allowed are POST, PUT, PATCH, DELETE");
    check_token(l, n, h->url, h->insecure, asks_token(n, h->token) || secret_in_headers(n));
}

static const char *const kinds[] = {[STEP_HTTP] = "http", [STEP_EXEC] = "exec", [STEP_SQL] = "sql"};
#define KINDS (sizeof kinds / sizeof *kinds)

/* Exactly one kind; a later version's has been refused already. */
static bool check_kind(struct load *l, const struct node *n, enum step_kind *kind)
{
    static const char *const later[] = {"burst", "manual", "ramp"};
    int found = 0;
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (node_get(n, later[i]))
            return false;
    *kind = STEP_EXEC;
    for (size_t i = KINDS; i-- > 0;)
        if (node_get(n, kinds[i])) {
            *kind = (enum step_kind)i;
            found++;
        }
    if (found != 1)
        say(l, n, "%s of http, exec and sql was found; allowed is exactly one",
            found ? "more than one" : "none");
    return found == 1;
}

void check_expect(struct load *l, const struct node *n, void *obj)
{
    (void)l;
    ((struct expect *)obj)->wants_rows = node_get(n, "rows") != NULL;
}

/* What may be expected of each kind. */
static void check_expected(struct load *l, const struct node *n, enum step_kind kind)
{
    static const struct {
        const char *key;
        enum step_kind of;
    } rows[] = {
        {"status", STEP_HTTP}, {"json", STEP_HTTP}, {"stdout", STEP_EXEC},
        {"exit", STEP_EXEC},   {"rows", STEP_SQL},  {"value", STEP_SQL},
    };
    static const char *const allowed[] = {[STEP_HTTP] = "status and json",
                                          [STEP_EXEC] = "stdout and exit",
                                          [STEP_SQL] = "rows and value"};
    const struct node *e = node_get(n, "expect");
    size_t mark = path_key(l, "expect");
    for (size_t i = 0; e && i < sizeof rows / sizeof *rows; i++) {
        char text[120];
        if (rows[i].of == kind || !node_get(e, rows[i].key))
            continue;
        str_fmt(text, sizeof text, "belongs to %s; of %s allowed are %s", kinds[rows[i].of],
                kinds[kind], allowed[kind]);
        say_key(l, e, rows[i].key, text);
    }
    path_cut(l, mark);
}

void check_verify(struct load *l, const struct node *n, void *obj)
{
    struct verify *v = obj;
    v->set = true;
    if (check_kind(l, n, &v->kind))
        check_expected(l, n, v->kind);
}

void check_step(struct load *l, const struct node *n, void *obj)
{
    struct step *s = obj;
    s->line = n->line;
    if (!check_kind(l, n, &s->kind))
        return;
    check_expected(l, n, s->kind);
    if (s->kind != STEP_HTTP && node_get(n, "capture"))
        say_key(l, n, "capture", "belongs to http; others have no JSON answer");
}

void check_ks_scope(struct load *l, const struct node *n, void *obj)
{
    struct ks_scope *s = obj;
    (void)n;
    for (size_t i = 0; i < l->plan->n_ks && &l->plan->ks[i] < s; i++)
        if (*s->name && !strcmp(l->plan->ks[i].name, s->name))
            say_at(l, &s->name, false, n, "\"%s\" is given twice; allowed is once", s->name);
}

void check_kill_switch(struct load *l, const struct node *n, void *obj)
{
    (void)l;
    (void)n;
    ((struct plan *)obj)->has_kill_switch = true;
}

void check_prometheus(struct load *l, const struct node *n, void *obj)
{
    struct prometheus *p = obj;
    check_token(l, n, p->url, p->insecure, asks_token(n, p->token));
}

void check_alert(struct load *l, const struct node *n, void *obj)
{
    struct alert_source *a = obj;
    bool url = node_get(n, "url");
    if (!node_get(n, "from"))
        return;
    if (a->alertmanager && !url)
        say_key(l, n, "url", "is missing; an Alertmanager needs its address");
    else if (!a->alertmanager && url)
        say_key(l, n, "url", "belongs to alertmanager; the plan's Prometheus has its own address");
}

void check_stage(struct load *l, const struct node *n, void *obj)
{
    struct stage *s = obj;
    s->line = n->line;
    s->has_weight = node_get(n, "weight");
    check_confirms(l, node_get(n, "confirm"), s->confirm, s->n_confirm);
    for (size_t i = 0; i < l->plan->n_stages && &l->plan->stages[i] < s; i++)
        if (*s->name && !strcmp(l->plan->stages[i].name, s->name))
            say_at(l, &s->name, false, n, "\"%s\" is given twice; stage names are unique", s->name);
}
