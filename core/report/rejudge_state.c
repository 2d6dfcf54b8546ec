/* How things stand at one moment, as one JSON object (CONTRACT 5). */
#include <math.h>

#include "base/json.h"
#include "report/rejudge.h"

static const char *trend_word(int trend)
{
    return trend < 0 ? "down" : trend == 0 ? "flat" : trend == 1 ? "up" : "unknown";
}

static void add_metric(cJSON *all, const struct metric *pm, const struct metric_verdict *v)
{
    cJSON *o = json_add_obj(all, pm->id);
    json_add_str(o, "status", mstatus_word(v->status));
    json_add_num(o, "value", v->status == M_NODATA ? NAN : v->value);
    json_add_num(o, "baseline", v->base);
    json_add_num(o, "change_pct", v->change_pct);
    json_add_bool(o, "notice", v->notice);
    json_add_num(o, "pending_s", v->pending ? (double)v->pending_left_ms / 1000 : 0);
    json_add_str(o, "trend", trend_word(v->trend));
    if (v->reach.known) {
        cJSON *f = json_add_obj(o, "reaches");
        json_add_str(f, "limit", v->reach.level == LEVEL_CRITICAL ? "critical" : "warning");
        json_add_num(f, "s", v->reach.foreseen ? v->reach.s : NAN);
        json_add_num(f, "soonest_s", v->reach.foreseen ? v->reach.soonest_s : NAN);
        json_add_num(f, "latest_s", v->reach.foreseen ? v->reach.latest_s : NAN);
    }
    if (v->versus.on)
        add_comparison(o, "compare", &v->versus);
    json_add_int(o, "samples", v->samples);
    json_add_num(o, "age_s", v->age_ms < 0 ? NAN : (double)v->age_ms / 1000);
    json_add_str(o, "why", v->why);
}

static void add_standing(cJSON *o, const struct standing *st)
{
    json_add_str(o, "decision", decision_word(st->strongest.what));
    cJSON *also = json_add_arr(o, "also");
    for (size_t i = 1; i < st->n; i++) {
        char text[320];
        str_fmt(text, sizeof text, "%s %s: %s", decision_word(st->all[i].what), st->all[i].rule,
                st->all[i].why);
        cJSON_AddItemToArray(also, cJSON_CreateString(text));
    }
    json_add_str(o, "rule", st->strongest.rule);
    json_add_str(o, "why", st->strongest.why);
}

void rejudge_state(const struct drive *d, const struct plan *plan, double t_s, struct buf *out)
{
    const struct state *s = drive_state(d);
    const struct judge *j = drive_judge(d);
    struct standing st;
    cJSON *o = cJSON_CreateObject();
    json_add_str(o, "kind", "state");
    json_add_num(o, "t_plus", t_s);
    json_add_str(o, "phase", phase_word(s->phase));
    json_add_str(o, "stage", s->stage >= 0 ? plan->stages[s->stage].name : "");
    cJSON *metrics = json_add_obj(o, "metrics");
    for (size_t m = 0; m < plan->n_metrics; m++)
        add_metric(metrics, &plan->metrics[m], &j->m[m]);
    cJSON *counts = json_add_obj(o, "counts");
    json_add_int(counts, "ok", j->counts.ok);
    json_add_int(counts, "warning", j->counts.warning);
    json_add_int(counts, "critical", j->counts.critical);
    json_add_int(counts, "nodata", j->counts.nodata);
    json_add_int(counts, "of", j->counts.of);
    director_standing(s, j, &st);
    add_standing(o, &st);
    json_add_str(o, "verdict", s->final ? s->verdict : NULL);
    json_print(o, out);
    cJSON_Delete(o);
}
