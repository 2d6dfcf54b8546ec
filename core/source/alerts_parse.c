/* Alerts of Prometheus (/api/v1/alerts) and Alertmanager (/api/v2/alerts). An answer that cannot
 * be read is "not known", never "none". */
#include "source/prom_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

/* RFC 3339 to ms since 1970; 0 when it is none. */
static int64_t parse_time(const char *s)
{
    struct tm tm = {0};
    int used = 0, h, m;
    if (!s || sscanf(s, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
                     &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) != 6)
        return 0;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    int64_t ms = (int64_t)timegm(&tm) * 1000;
    s += used;
    if (*s == '.')
        s += 1 + strspn(s + 1, "0123456789");
    if ((*s == '+' || *s == '-') && sscanf(s + 1, "%2d:%2d", &h, &m) == 2)
        ms -= (*s == '+' ? 1 : -1) * (int64_t)(h * 60 + m) * 60000;
    return ms;
}

static bool matches(const struct alert_source *src, const cJSON *labels)
{
    for (size_t i = 0; i < src->n_match; i++) {
        const char *v = json_str(labels, src->match[i].key);
        if (!v || strcmp(v, src->match[i].value) != 0)
            return false;
    }
    return true;
}

static void describe(const cJSON *alert, const struct alert_source *src, struct alert_seen *a)
{
    const cJSON *labels = json_obj(alert, "labels"), *notes = json_obj(alert, "annotations");
    const char *text = json_str(notes, "summary");
    text_clean_to(a->name, sizeof a->name, json_str_or(labels, "alertname", "(no name)"));
    text_clean_to(a->severity, sizeof a->severity, json_str_or(labels, "severity", ""));
    text_clean_to(a->text, sizeof a->text, text ? text : json_str_or(notes, "description", ""));
    text_clean_to(a->runbook, sizeof a->runbook,
                  json_str_or(notes, "runbook_url", json_str_or(notes, "runbook", "")));
    a->matches = matches(src, labels);
}

/* False: the entry is not an alert that is on (a resolved one, or not of the known shape). */
static bool read_alert(const cJSON *alert, const struct alert_source *src, struct alert_seen *a)
{
    const char *state =
        src->alertmanager ? json_str(json_obj(alert, "status"), "state") : json_str(alert, "state");
    *a = (struct alert_seen){0};
    if (!state || !json_obj(alert, "labels"))
        return false;
    describe(alert, src, a);
    a->since_ms = parse_time(json_str(alert, src->alertmanager ? "startsAt" : "activeAt"));
    /* Alertmanager: suppressed (silenced, inhibited) ones are shown only, like pending ones;
     * unprocessed means just arrived, and counts. */
    a->firing = src->alertmanager ? strcmp(state, "suppressed") != 0 : !strcmp(state, "firing");
    return a->firing || !strcmp(state, "pending") || !strcmp(state, "suppressed");
}

static int rank(const struct alert_seen *a)
{
    return (a->matches ? 0 : 2) + (a->firing ? 0 : 1);
}

static int by_rank(const void *pa, const void *pb)
{
    const struct alert_seen *a = pa, *b = pb;
    int d = rank(a) - rank(b);
    return d ? d : strcmp(a->name, b->name);
}

static const cJSON *alert_list(const cJSON *o, const struct alert_source *src, char *why,
                               size_t size)
{
    const cJSON *list = src->alertmanager ? o : json_arr(json_obj(o, "data"), "alerts");
    if (cJSON_IsArray(list) &&
        (src->alertmanager || !strcmp(json_str_or(o, "status", ""), "success")))
        return list;
    str_copy(why, size, "JSON without a list of alerts");
    return NULL;
}

int alerts_parse(const struct http_reply *r, const struct alert_source *src, struct alert_seen *out,
                 int max, char *why, size_t why_size)
{
    cJSON *o = answer_json(r, why, why_size);
    const cJSON *list = o ? alert_list(o, src, why, why_size) : NULL, *alert;
    if (!list) {
        cJSON_Delete(o);
        return -1;
    }
    int n = 0, all = 0;
    struct alert_seen *seen = xzalloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *seen);
    cJSON_ArrayForEach (alert, list) {
        if (read_alert(alert, src, &seen[all]))
            all++;
    }
    qsort(seen, (size_t)all, sizeof *seen, by_rank);
    for (; n < all && n < max; n++)
        out[n] = seen[n];
    free(seen);
    cJSON_Delete(o);
    return n;
}
