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

#define VERIFY_KINDS 3 /* the first ones read something back */

/* Kinds of steps, and what their `expect` may hold. */
static const struct kind_row {
    const char *key;
    enum step_kind kind;
    const char *const *expects;
} kinds[] = {
    {"http", STEP_HTTP, (const char *const[]){"status", "json", NULL}},
    {"exec", STEP_EXEC, (const char *const[]){"stdout", "exit", NULL}},
    {"sql", STEP_SQL, (const char *const[]){"rows", "value", NULL}},
    {"burst", STEP_BURST, (const char *const[]){"status", "success_pct", "p95", "average", NULL}},
    {"manual", STEP_MANUAL, NULL},
    {"ramp", STEP_RAMP, NULL},
};
#define KINDS (sizeof kinds / sizeof *kinds)

/* Exactly one of the first `n_kinds`. */
static bool check_kind(struct load *l, const struct node *n, size_t n_kinds, enum step_kind *kind)
{
    struct buf all = BUF_INIT;
    int found = 0;
    for (size_t i = 0; i < n_kinds; i++) {
        buf_addf(&all, "%s%s", !i ? "" : i + 1 == n_kinds ? " and " : ", ", kinds[i].key);
        if (!node_get(n, kinds[i].key))
            continue;
        *kind = kinds[i].kind;
        found++;
    }
    if (found != 1)
        say(l, n, "%s of %s was found; allowed is exactly one", found ? "more than one" : "none",
            buf_str(&all));
    buf_free(&all);
    return found == 1;
}

static bool listed(const char *const *list, const char *key)
{
    while (list && *list && strcmp(*list, key) != 0)
        list++;
    return list && *list;
}

void check_expect(struct load *l, const struct node *n, void *obj)
{
    (void)l;
    ((struct expect *)obj)->wants_rows = node_get(n, "rows") != NULL;
}

/* What may be expected of each kind. */
static void check_expected(struct load *l, const struct node *n, enum step_kind kind)
{
    const struct node *e = node_get(n, "expect");
    const struct kind_row *own = NULL;
    size_t mark = path_key(l, "expect");
    for (size_t i = 0; i < KINDS; i++)
        own = kinds[i].kind == kind ? &kinds[i] : own;
    for (size_t i = 0; e && e->kind == NODE_MAP && own && own->expects && i < e->n; i++) {
        const char *key = e->pairs[i].key, *of = NULL;
        struct buf allowed = BUF_INIT;
        for (size_t k = 0; k < KINDS && !of; k++)
            of = listed(kinds[k].expects, key) ? kinds[k].key : NULL;
        if (!of || listed(own->expects, key))
            continue;
        for (const char *const *w = own->expects; *w; w++)
            buf_addf(&allowed, "%s%s", w == own->expects ? "" : w[1] ? ", " : " and ", *w);
        struct buf text = BUF_INIT;
        buf_addf(&text, "belongs to %s; of %s allowed are %s", of, own->key, buf_str(&allowed));
        say_key(l, e, key, buf_str(&text));
        buf_free(&allowed);
        buf_free(&text);
    }
    path_cut(l, mark);
}

void check_verify(struct load *l, const struct node *n, void *obj)
{
    struct verify *v = obj;
    v->set = true;
    if (check_kind(l, n, VERIFY_KINDS, &v->kind))
        check_expected(l, n, v->kind);
}

void check_step(struct load *l, const struct node *n, void *obj)
{
    struct step *s = obj;
    s->line = n->line;
    if (!check_kind(l, n, KINDS, &s->kind))
        return;
    check_expected(l, n, s->kind);
    if (s->kind >= STEP_BURST) {
        check_hand_step(l, n, s);
        return;
    }
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
