/* Alert rules of the scenario, evaluated on a grid as Prometheus does, and the answers of its
 * /api/v1/alerts and of Alertmanager's API v2. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "sim/sim_int.h"

#define EVAL_MS     15000
#define CATCH_UP_MS 7200000 /* after a longer silence older rounds are skipped */

static void evaluate(struct sim *s, int64_t now_ms)
{
    int64_t t = s->alerts_at_ms;
    if (now_ms - t > CATCH_UP_MS)
        t = now_ms - CATCH_UP_MS - (now_ms - CATCH_UP_MS) % EVAL_MS;
    for (t += EVAL_MS; t <= now_ms; t += EVAL_MS) {
        for (size_t i = 0; i < s->sc->n_alerts; i++) {
            double v = model_expr(s->m, s->sc->alert[i].expr->root, t);
            bool on = !isnan(v) && (v < 0 || v > 0);
            if (!on)
                s->alert[i].since_ms = 0;
            else if (!s->alert[i].since_ms)
                s->alert[i].since_ms = t;
        }
        s->alerts_at_ms = t;
    }
}

/* One active alert, from a rule or forced. */
struct active {
    const char *name, *summary;
    const struct label *label;
    size_t n_labels;
    int64_t since_ms, fired_ms;
    bool firing;
};

static size_t active_alerts(struct sim *s, int64_t now_ms, struct active *out)
{
    size_t n = 0;
    evaluate(s, now_ms);
    for (size_t i = 0; i < s->sc->n_alerts; i++) {
        const struct alert_rule *a = &s->sc->alert[i];
        int64_t since = s->alert[i].since_ms;
        if (since)
            out[n++] = (struct active){a->name,
                                       a->summary,
                                       a->label,
                                       a->n_labels,
                                       since,
                                       since + a->pending_ms,
                                       s->alerts_at_ms >= since + a->pending_ms};
    }
    for (size_t i = 0; i < s->n_forced_alerts; i++) {
        const struct forced_alert *a = &s->forced_alert[i];
        out[n++] = (struct active){
            a->name,     "forced by /sim/set",       a->label, a->n_labels, a->since_ms,
            a->since_ms, !strcmp(a->state, "firing")};
    }
    return n;
}

static cJSON *labels_json(const struct active *a)
{
    cJSON *o = cJSON_CreateObject();
    json_add_str(o, "alertname", a->name);
    for (size_t i = 0; i < a->n_labels; i++)
        json_add_str(o, a->label[i].key, a->label[i].value);
    return o;
}

void api_prom_alerts(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    struct active list[ALERTS_DEFINED_MAX + FORCED_ALERTS_MAX];
    size_t n = active_alerts(s, r->now_ms, list);
    cJSON *o = cJSON_CreateObject();
    json_add_str(o, "status", "success");
    cJSON *alerts = json_add_arr(json_add_obj(o, "data"), "alerts");
    for (size_t i = 0; i < n; i++) {
        char when[40];
        cJSON *a = cJSON_CreateObject();
        time_rfc3339(list[i].since_ms, when, sizeof when);
        cJSON_AddItemToObject(a, "labels", labels_json(&list[i]));
        json_add_str(json_add_obj(a, "annotations"), "summary", list[i].summary);
        json_add_str(a, "state", list[i].firing ? "firing" : "pending");
        json_add_str(a, "activeAt", when);
        json_add_str(a, "value", "1e+00");
        cJSON_AddItemToArray(alerts, a);
    }
    reply_json(out, 200, o);
}

static const char *value_of(const struct active *a, const char *key, size_t n)
{
    if (n == 9 && !strncmp(key, "alertname", 9))
        return a->name;
    for (size_t i = 0; i < a->n_labels; i++)
        if (strlen(a->label[i].key) == n && !strncmp(a->label[i].key, key, n))
            return a->label[i].value;
    return "";
}

/* filter=label="value" or label!="value". 1 matches, 0 not, -1 malformed. */
static int filtered(const struct active *a, const char *filter)
{
    size_t n = strcspn(filter, "=!"), len = strlen(filter);
    bool not = filter[n] == '!';
    const char *v = filter + n + (not ? 2 : 1);
    if (!n || !filter[n] || (not &&filter[n + 1] != '=') || len < n + 1)
        return -1;
    struct buf want = BUF_INIT;
    size_t vn = strlen(v);
    if (vn >= 2 && v[0] == '"' && v[vn - 1] == '"')
        buf_add(&want, v + 1, vn - 2);
    else
        buf_adds(&want, v);
    int hit = !strcmp(buf_str(&want), value_of(a, filter, n)) != not ;
    buf_free(&want);
    return hit;
}

static bool wanted(const struct sim_req *r, const struct active *a)
{
    for (size_t i = 0; i < r->params->n; i++)
        if (!strcmp(r->params->p[i].key, "filter") && filtered(a, r->params->p[i].value) != 1)
            return false;
    return a->firing;
}

static cJSON *alert_v2(const struct active *a, int64_t now_ms)
{
    char start[40], end[40], print[24];
    uint64_t h = 1469598103934665603u;
    for (const char *p = a->name; *p; p++)
        h = (h ^ (unsigned char)*p) * 1099511628211u;
    cJSON *o = cJSON_CreateObject(), *receivers, *one = cJSON_CreateObject();
    time_rfc3339(a->fired_ms, start, sizeof start);
    time_rfc3339(now_ms + 240000, end, sizeof end);
    str_fmt(print, sizeof print, "%016llx", (unsigned long long)h);
    json_add_str(json_add_obj(o, "annotations"), "summary", a->summary);
    json_add_str(o, "endsAt", end);
    json_add_str(o, "fingerprint", print);
    receivers = json_add_arr(o, "receivers");
    json_add_str(one, "name", "warroom");
    cJSON_AddItemToArray(receivers, one);
    json_add_str(o, "startsAt", start);
    cJSON *status = json_add_obj(o, "status");
    json_add_arr(status, "inhibitedBy");
    json_add_arr(status, "silencedBy");
    json_add_str(status, "state", "active");
    json_add_str(o, "updatedAt", start);
    json_add_str(o, "generatorURL", "");
    cJSON_AddItemToObject(o, "labels", labels_json(a));
    return o;
}

static void alerts_v2(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    struct active list[ALERTS_DEFINED_MAX + FORCED_ALERTS_MAX], none = {.name = ""};
    for (size_t i = 0; i < r->params->n; i++) {
        if (!strcmp(r->params->p[i].key, "filter") && filtered(&none, r->params->p[i].value) < 0) {
            struct buf why = BUF_INIT;
            buf_addf(&why, "bad matcher format: %.100s", r->params->p[i].value);
            buf_clear(&out->body);
            json_quote(&out->body, why.p);
            buf_free(&why);
            out->status = 400;
            return;
        }
    }
    size_t n = active_alerts(s, r->now_ms, list);
    cJSON *a = cJSON_CreateArray();
    for (size_t i = 0; i < n; i++)
        if (wanted(r, &list[i]))
            cJSON_AddItemToArray(a, alert_v2(&list[i], r->now_ms));
    reply_json(out, 200, a);
}

void api_alertmanager(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    char up[40];
    out->status = 200;
    out->type = SIM_JSON;
    if (strcmp(r->method, "GET") != 0) {
        reply_text(out, 405, "Method Not Allowed\n");
    } else if (!strcmp(r->path, "/api/v2/alerts")) {
        alerts_v2(s, r, out);
    } else if (!strcmp(r->path, "/api/v2/status")) {
        cJSON *o = cJSON_CreateObject();
        time_rfc3339(model_start(s->m), up, sizeof up);
        json_add_str(json_add_obj(o, "cluster"), "status", "disabled");
        json_add_str(json_add_obj(o, "config"), "original", "");
        json_add_str(o, "uptime", up);
        json_add_str(json_add_obj(o, "versionInfo"), "version", "0.25.0");
        reply_json(out, 200, o);
    } else {
        reply_text(out, 404, "404 page not found\n");
    }
}
