/* Exports: one event at a time, nothing is kept. */
#include "report/export.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"

static bool starts_clock(const struct event *ev)
{
    return ev->kind == EV_STAGE && !strcmp(json_str_or(ev->body, "op", ""), "clock");
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

/* Names of the series by id, from the first event. */
static const char *series_name(const cJSON *first, const char *id)
{
    const cJSON *x;
    int64_t want;
    if (int_parse(id, 1, 1000000, &want) < 0)
        return NULL;
    cJSON_ArrayForEach (x, json_arr(first, "series")) {
        if (json_int_or(x, "id", 0) == want)
            return json_str(x, "metric");
    }
    return NULL;
}

static void csv_tick(const struct event *ev, const cJSON *first, int64_t t0_ms, FILE *out)
{
    char when[40], value[40];
    const cJSON *x;
    time_rfc3339(ev->t_ms, when, sizeof when);
    cJSON_ArrayForEach (x, json_obj(ev->body, "v")) {
        const char *name = x->string ? series_name(first, x->string) : NULL;
        if (!name)
            continue;
        if (t0_ms >= 0)
            fprintf(out, "%.3f", (double)(ev->t_ms - t0_ms) / 1000);
        fputc(',', out);
        csv_text(out, name);
        fputc(',', out);
        if (cJSON_IsNumber(x)) {
            num_exact(x->valuedouble, value, sizeof value);
            fputs(value, out);
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
    cJSON *first = NULL;
    int64_t start_ms, t0_ms = session_t0(r, &start_ms, &bad);
    fputs("t,metric,value,time\n", out);
    for (struct event *ev; !bad.status && (ev = reader_next(r, &bad)); event_free(ev)) {
        if (!first && ev->kind == EV_SESSION)
            first = cJSON_Duplicate(ev->body, true);
        if (ev->kind == EV_TICK)
            csv_tick(ev, first, t0_ms, out);
    }
    cJSON_Delete(first);
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
