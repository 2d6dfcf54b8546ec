/* Prometheus answers -> numbers. Refuses whatever is not one: NaN, ±Inf, empty, several series
 * where the plan wants one, an answer for another time. */
#include "source/prom_parse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"

/* Answers are stamped with the time asked; anything further off is somebody's cache. */
#define TIME_TOLERANCE_MS 2000

static void no_data(struct sample *out, const char *why)
{
    out->good = false;
    out->value = NAN;
    str_copy(out->why, sizeof out->why, why);
}

/* [time, "text"] -> number; the text is what Prometheus prints, NaN and Inf included. */
static int read_point(const cJSON *pair, double *t_s, double *v)
{
    const cJSON *t = cJSON_GetArrayItem(pair, 0), *x = cJSON_GetArrayItem(pair, 1);
    if (!cJSON_IsArray(pair) || !cJSON_IsNumber(t) || !cJSON_IsString(x))
        return -1;
    *t_s = t->valuedouble;
    return num_parse_prom(x->valuestring, v);
}

/* Folds one more series' value into the reduced one. */
static double reduce(const struct metric *m, double so_far, double v, int nth)
{
    if (nth == 0)
        return v;
    switch (m->reduce) {
    case REDUCE_MAX:
        return fmax(so_far, v);
    case REDUCE_MIN:
        return fmin(so_far, v);
    case REDUCE_WORST:
        return m->upward ? fmax(so_far, v) : fmin(so_far, v);
    case REDUCE_AVG:
    case REDUCE_SUM:
        return so_far + v;
    case REDUCE_REFUSE:
        break;
    }
    return NAN;
}

static double reduced(const struct metric *m, double v, int n)
{
    return m->reduce == REDUCE_AVG && n > 0 ? v / n : v;
}

static void other_time(struct sample *out, double t_s, int64_t asked_ms)
{
    double off = ((double)asked_ms - t_s * 1000) / 1000;
    out->good = false;
    out->value = NAN;
    str_fmt(out->why, sizeof out->why, "an answer for another time (%.0f s %s; a cache?)",
            fabs(off), off > 0 ? "old" : "ahead");
}

static void take_points(const cJSON *points, int n, const struct metric *m, int64_t asked_ms,
                        struct sample *out)
{
    double sum = NAN;
    int odd = 0, i = 0;
    const cJSON *pair;
    out->series = n;
    if (n > 1 && m->reduce == REDUCE_REFUSE) {
        no_data(out, "");
        str_fmt(out->why, sizeof out->why,
                "%d series came, the plan wants one (sum() the query or set reduce)", n);
        return;
    }
    cJSON_ArrayForEach (pair, points) {
        double t_s, v;
        const cJSON *value =
            cJSON_IsObject(pair) ? cJSON_GetObjectItemCaseSensitive(pair, "value") : pair;
        if (!value) {
            no_data(out, "a native histogram or no value, not a number");
            return;
        }
        if (read_point(value, &t_s, &v) < 0) {
            no_data(out, "not a number in the answer");
            return;
        }
        if (asked_ms && fabs(t_s * 1000 - (double)asked_ms) > TIME_TOLERANCE_MS) {
            other_time(out, t_s, asked_ms);
            return;
        }
        odd += !isfinite(v);
        sum = reduce(m, sum, v, i++);
    }
    out->value = reduced(m, sum, n) * m->scale;
    out->good = !odd && isfinite(out->value);
    if (odd && n > 1)
        str_fmt(out->why, sizeof out->why, "%d of %d series are NaN or Inf", odd, n);
    else if (!out->good)
        str_fmt(out->why, sizeof out->why, "the answer is %s",
                isnan(sum) ? "NaN (no traffic?)"
                : sum > 0  ? "+Inf"
                           : "-Inf");
    if (!out->good)
        out->value = NAN;
}

/* A warning of the server's (partial data, a bad quantile) is kept beside a good value. */
static void take_warning(const cJSON *o, struct sample *out)
{
    const cJSON *first = cJSON_GetArrayItem(json_arr(o, "warnings"), 0);
    if (out->good && cJSON_IsString(first))
        text_clean_to(out->why, sizeof out->why, first->valuestring);
}

static const cJSON *success_data(const cJSON *o, char *why, size_t size)
{
    const char *status = json_str(o, "status");
    const char *text = json_str(o, "error");
    if (status && !strcmp(status, "success")) {
        const cJSON *data = json_obj(o, "data");
        if (data && json_arr(data, "result") && json_str(data, "resultType"))
            return data;
        str_copy(why, size, "JSON without a result in it");
    } else if (status && text) {
        char clean[120];
        text_clean_to(clean, sizeof clean, text);
        str_fmt(why, size, "%s: %s", json_str_or(o, "errorType", "error"), clean);
    } else {
        str_copy(why, size, "JSON, but not a Prometheus answer");
    }
    return NULL;
}

static void take_instant(const cJSON *o, const struct metric *m, int64_t asked_ms,
                         struct sample *out)
{
    char why[sizeof out->why];
    const cJSON *data = success_data(o, why, sizeof why);
    if (!data) {
        no_data(out, why);
        return;
    }
    const char *type = json_str(data, "resultType");
    const cJSON *result = json_arr(data, "result");
    int n = cJSON_GetArraySize(result);
    if (!strcmp(type, "scalar")) {
        cJSON *one = cJSON_CreateArray();
        cJSON_AddItemReferenceToArray(one, (cJSON *)(uintptr_t)result);
        take_points(one, 1, m, asked_ms, out);
        cJSON_Delete(one);
    } else if (strcmp(type, "vector") != 0) {
        no_data(out, "");
        str_fmt(out->why, sizeof out->why, "the query gives a %.20s, not one number", type);
    } else if (n == 0) {
        no_data(out, "empty answer");
    } else {
        take_points(result, n, m, asked_ms, out);
    }
    take_warning(o, out);
}

void prom_parse_instant(const struct http_reply *r, const struct metric *m, int64_t asked_ms,
                        struct sample *out)
{
    char why[sizeof out->why];
    *out = (struct sample){.value = NAN};
    cJSON *o = answer_json(r, why, sizeof why);
    if (o)
        take_instant(o, m, asked_ms, out);
    else
        no_data(out, why);
    cJSON_Delete(o);
}

struct grid {
    int64_t from_ms, step_ms;
    size_t n;
    double *slots;
    int *counts;
};

static void take_series(const cJSON *values, const struct metric *m, struct grid *g)
{
    const cJSON *pair;
    cJSON_ArrayForEach (pair, values) {
        double t_s, v;
        if (read_point(pair, &t_s, &v) < 0 || !isfinite(v) || !(fabs(t_s) < 1e12))
            continue;
        int64_t off = (int64_t)llround(t_s * 1000) - g->from_ms + g->step_ms / 2;
        if (off < 0 || (size_t)(off / g->step_ms) >= g->n)
            continue;
        size_t slot = (size_t)(off / g->step_ms);
        g->slots[slot] = reduce(m, g->slots[slot], v, g->counts[slot]++);
    }
}

int prom_parse_range(const struct http_reply *r, const struct metric *m, int64_t from_ms,
                     int64_t step_ms, size_t n, double *slots, char *why, size_t why_size)
{
    struct grid g = {from_ms, step_ms, n, slots, NULL};
    for (size_t i = 0; i < n; i++)
        slots[i] = NAN;
    cJSON *o = answer_json(r, why, why_size);
    const cJSON *data = o ? success_data(o, why, why_size) : NULL;
    if (!data || strcmp(json_str(data, "resultType"), "matrix") != 0) {
        if (data)
            str_copy(why, why_size, "no matrix in the answer to a range query");
        cJSON_Delete(o);
        return -1;
    }
    const cJSON *series;
    g.counts = xzalloc(n, sizeof *g.counts);
    cJSON_ArrayForEach (series, json_arr(data, "result"))
        take_series(json_arr(series, "values"), m, &g);
    for (size_t i = 0; i < n; i++)
        slots[i] = g.counts[i] ? reduced(m, slots[i], g.counts[i]) * m->scale : NAN;
    free(g.counts);
    cJSON_Delete(o);
    return 0;
}
