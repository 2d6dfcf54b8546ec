/* Exports: one event at a time, nothing is kept. */
#include "report/export.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "plan/side.h"

static bool starts_clock(const struct event *ev)
{
    return ev->kind == EV_STAGE && event_is(ev, "op", "clock");
}

static void csv_text(FILE *out, const char *s)
{
    bool formula = *s && strchr("=+-@\t\r", *s);
    if (!formula && !strpbrk(s, ",\"\r\n")) {
        fputs(s, out);
        return;
    }
    fputs(formula ? "\"'" : "\"", out);
    for (; *s; s++) {
        if (*s == '"')
            fputc('"', out);
        fputc(*s, out);
    }
    fputc('"', out);
}

/* The series by id, from the first event. */
static const cJSON *series_of(const cJSON *first, const char *id)
{
    const cJSON *x;
    int64_t want;
    if (int_parse(id, 1, 1000000, &want) < 0)
        return NULL;
    cJSON_ArrayForEach (x, json_arr(first, "series")) {
        if (json_int_or(x, "id", 0) == want)
            return x;
    }
    return NULL;
}

static bool is_other(const cJSON *series)
{
    return !strcmp(json_str_or(series, "side", ""), SIDE_OTHER);
}

/* The first event, and whether any metric in it has an other side. */
struct sides {
    cJSON *first;
    bool compared;
};

static bool any_other(struct reader *r, struct err *e)
{
    bool any = false;
    const cJSON *x;
    reader_seek(r, 0);
    struct event *ev = reader_next(r, e);
    if (ev)
        cJSON_ArrayForEach (x, json_arr(ev->body, "series"))
            any = any || is_other(x);
    event_free(ev);
    reader_seek(r, 0);
    return any;
}

static const cJSON *other_value(const cJSON *first, const cJSON *v, const char *metric)
{
    const cJSON *x;
    char id[24];
    cJSON_ArrayForEach (x, json_arr(first, "series")) {
        if (!is_other(x) || strcmp(json_str_or(x, "metric", ""), metric) != 0)
            continue;
        str_fmt(id, sizeof id, "%lld", (long long)json_int_or(x, "id", 0));
        return cJSON_GetObjectItemCaseSensitive(v, id);
    }
    return NULL;
}

static void csv_number(FILE *out, const cJSON *x)
{
    char value[40];
    if (!cJSON_IsNumber(x))
        return;
    num_exact(x->valuedouble, value, sizeof value);
    fputs(value, out);
}

/* One line a metric; the other side's value of that moment stands beside its own. */
static void csv_tick(const struct event *ev, const struct sides *sides, int64_t t0_ms, FILE *out)
{
    char when[40];
    const cJSON *v = json_obj(ev->body, "v"), *x;
    time_rfc3339(ev->t_ms, when, sizeof when);
    cJSON_ArrayForEach (x, v) {
        const cJSON *one = x->string ? series_of(sides->first, x->string) : NULL;
        if (!one || is_other(one))
            continue;
        if (t0_ms >= 0)
            fprintf(out, "%.3f", (double)(ev->t_ms - t0_ms) / 1000);
        fputc(',', out);
        csv_text(out, json_str_or(one, "metric", ""));
        fputc(',', out);
        csv_number(out, x);
        if (sides->compared) {
            fputc(',', out);
            csv_number(out, other_value(sides->first, v, json_str_or(one, "metric", "")));
        }
        fprintf(out, ",%s\n", when);
    }
}

int64_t session_t0(struct reader *r, int64_t *start_ms, struct err *e)
{
    int64_t t0_ms = -1;
    struct event *ev;
    *start_ms = 0;
    reader_seek(r, 0);
    for (; t0_ms < 0 && (ev = reader_next(r, e)); event_free(ev)) {
        if (!*start_ms)
            *start_ms = ev->t_ms;
        if (starts_clock(ev))
            t0_ms = ev->t_ms;
    }
    reader_seek(r, 0);
    return t0_ms;
}

int export_csv(struct reader *r, FILE *out, struct err *e)
{
    struct err bad = ERR_INIT;
    int64_t start_ms, t0_ms = session_t0(r, &start_ms, &bad);
    struct sides sides = {.compared = !bad.status && any_other(r, &bad)};
    fprintf(out, "t,metric,value%s,time\n", sides.compared ? "," SIDE_OTHER : "");
    for (struct event *ev; !bad.status && (ev = reader_next(r, &bad)); event_free(ev)) {
        if (!sides.first && ev->kind == EV_SESSION)
            sides.first = cJSON_Duplicate(ev->body, true);
        if (ev->kind == EV_TICK)
            csv_tick(ev, &sides, t0_ms, out);
    }
    cJSON_Delete(sides.first);
    if (bad.status && e)
        *e = bad;
    return bad.status ? -1 : 0;
}

int export_jsonl(struct reader *r, FILE *out, struct err *e)
{
    struct err bad = ERR_INIT;
    struct buf line = BUF_INIT;
    int64_t t0_ms = -1;
    for (struct event *ev; (ev = reader_next(r, &bad)); event_free(ev)) {
        if (t0_ms < 0 && starts_clock(ev))
            t0_ms = ev->t_ms;
        buf_clear(&line);
        event_json_line(ev, t0_ms, &line);
        fprintf(out, "%s\n", buf_str(&line));
    }
    buf_free(&line);
    if (bad.status && e)
        *e = bad;
    return bad.status ? -1 : 0;
}
