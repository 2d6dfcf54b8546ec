/* Prometheus' HTTP API v1: query, query_range, health, build. Words and limits are those of 2.42
 * (recorded answers). alerts are in alerts.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "sim/promql_eval.h"
#include "sim/sim_int.h"
#include "sim/time_param.h"

#define POINTS_MAX       11000
#define RANGE_SERIES_MAX 256

static void prom_error(struct sim_reply *out, int status, const char *type, const char *error)
{
    out->status = status;
    out->type = SIM_JSON;
    buf_clear(&out->body);
    buf_addf(&out->body, "{\"status\":\"error\",\"errorType\":\"%s\",\"error\":", type);
    json_quote(&out->body, error);
    buf_adds(&out->body, "}");
}

static void bad_param(struct sim_reply *out, const char *name, const char *why)
{
    char text[512];
    str_fmt(text, sizeof text, "invalid parameter \"%s\": %s", name, why);
    prom_error(out, 400, "bad_data", text);
}

/* Sample values as Prometheus writes them: NaN, +Inf, -Inf or the shortest digits. */
static void add_value(struct buf *out, double v)
{
    char text[40];
    if (isnan(v))
        str_copy(text, sizeof text, "NaN");
    else if (isinf(v))
        str_copy(text, sizeof text, v > 0 ? "+Inf" : "-Inf");
    else
        num_exact(v, text, sizeof text);
    buf_addf(out, "\"%s\"", text);
}

static void add_point(struct buf *out, int64_t t_ms, double v)
{
    if (t_ms % 1000)
        buf_addf(out, "[%lld.%03lld,", (long long)(t_ms / 1000), (long long)(t_ms % 1000));
    else
        buf_addf(out, "[%lld,", (long long)(t_ms / 1000));
    add_value(out, v);
    buf_addc(out, ']');
}

static void add_metric(struct buf *out, const struct pq_elem *e)
{
    buf_adds(out, "{\"metric\":{");
    for (size_t i = 0; i < e->n_labels; i++) {
        if (i)
            buf_addc(out, ',');
        json_quote(out, e->label[i].key);
        buf_addc(out, ':');
        json_quote(out, e->label[i].value);
    }
    buf_adds(out, "},");
}

static struct pq *parse(const struct sim_req *r, struct sim_reply *out)
{
    char why[360];
    const char *text = sim_param(r, "query");
    struct pq *q = pq_parse(text ? text : "", why, sizeof why);
    if (!q)
        bad_param(out, "query", why);
    return q;
}

static bool timeout_ok(const struct sim_req *r, struct sim_reply *out)
{
    char why[200];
    int64_t ms;
    const char *t = sim_param(r, "timeout");
    if (!t || step_param(t, &ms) == 0)
        return true;
    str_fmt(why, sizeof why, "cannot parse \"%.100s\" to a valid duration", t);
    bad_param(out, "timeout", why);
    return false;
}

static bool time_ok(const struct sim_req *r, const char *name, int64_t fallback, int64_t *out_ms,
                    struct sim_reply *out)
{
    char why[300];
    const char *t = sim_param(r, name);
    *out_ms = fallback;
    if ((!t && fallback != INT64_MIN) || (t && time_param(t, out_ms) == 0))
        return true;
    if (!strcmp(name, "time"))
        str_fmt(why, sizeof why,
                "Invalid time value for 'time': cannot parse \"%.100s\" to a valid timestamp", t);
    else
        str_fmt(why, sizeof why, "cannot parse \"%.100s\" to a valid timestamp", t ? t : "");
    bad_param(out, name, why);
    return false;
}

static void write_instant(struct buf *out, const struct pq_value *v, int64_t t_ms)
{
    if (v->type == PQ_STRING) {
        buf_addf(out, "\"string\",\"result\":[%.3f,", (double)t_ms / 1000);
        json_quote(out, v->string);
        buf_addc(out, ']');
        return;
    }
    if (v->type == PQ_SCALAR) {
        buf_adds(out, "\"scalar\",\"result\":");
        add_point(out, t_ms, v->scalar);
        return;
    }
    buf_adds(out, "\"vector\",\"result\":[");
    for (size_t i = 0; i < v->n; i++) {
        if (i)
            buf_addc(out, ',');
        add_metric(out, &v->e[i]);
        buf_adds(out, "\"value\":");
        add_point(out, t_ms, v->e[i].v);
        buf_addc(out, '}');
    }
    buf_addc(out, ']');
}

static void query(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    struct pq_run run = {.m = s->m};
    struct pq_value v;
    if (!time_ok(r, "time", r->now_ms, &run.t_ms, out) || !timeout_ok(r, out))
        return;
    struct pq *q = parse(r, out);
    if (!q)
        return;
    if (pq_eval(&run, q->root, &v) < 0) {
        prom_error(out, 422, "execution", run.why);
    } else {
        buf_adds(&out->body, "{\"status\":\"success\",\"data\":{\"resultType\":");
        write_instant(&out->body, &v, run.t_ms);
        buf_adds(&out->body, "}}");
    }
    pq_arena_free(&run.arena);
    pq_free(q);
}

/* One series of a matrix under construction. */
struct row {
    struct buf head, points;
};

struct matrix {
    struct row row[RANGE_SERIES_MAX];
    size_t n;
};

static struct row *row_of(struct matrix *m, const struct buf *head)
{
    for (size_t i = 0; i < m->n; i++)
        if (!strcmp(m->row[i].head.p, head->p))
            return &m->row[i];
    if (m->n == RANGE_SERIES_MAX)
        return NULL;
    buf_add(&m->row[m->n].head, head->p, head->len);
    return &m->row[m->n++];
}

static void put_point(struct row *row, int64_t t_ms, double v)
{
    if (row->points.len)
        buf_addc(&row->points, ',');
    add_point(&row->points, t_ms, v);
}

static int step_into(struct matrix *m, struct pq_run *run, const struct pq_node *root)
{
    struct pq_value v;
    struct buf head = BUF_INIT;
    int ok = pq_eval(run, root, &v);
    if (ok == 0 && v.type == PQ_STRING)
        ok = pq_fail(run, "invalid expression type \"string\" for range query");
    if (ok == 0 && v.type == PQ_SCALAR) {
        buf_adds(&head, "{\"metric\":{},");
        put_point(row_of(m, &head), run->t_ms, v.scalar);
    }
    for (size_t i = 0; ok == 0 && v.type == PQ_VECTOR && i < v.n; i++) {
        buf_clear(&head);
        add_metric(&head, &v.e[i]);
        struct row *row = row_of(m, &head);
        if (row)
            put_point(row, run->t_ms, v.e[i].v);
    }
    buf_free(&head);
    pq_arena_free(&run->arena);
    return ok;
}

static void write_matrix(struct matrix *m, struct buf *out)
{
    buf_adds(out, "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[");
    for (size_t i = 0; i < m->n; i++) {
        buf_addf(out, "%s%s\"values\":[", i ? "," : "", m->row[i].head.p);
        buf_add(out, m->row[i].points.p, m->row[i].points.len);
        buf_adds(out, "]}");
    }
    buf_adds(out, "]}}");
}

static bool grid(const struct sim_req *r, int64_t *start, int64_t *end, int64_t *step,
                 struct sim_reply *out)
{
    char why[200];
    const char *word = sim_param(r, "step");
    if (!time_ok(r, "start", INT64_MIN, start, out) || !time_ok(r, "end", INT64_MIN, end, out))
        return false;
    if (*end < *start) {
        bad_param(out, "end", "end timestamp must not be before start time");
        return false;
    }
    if (!word || step_param(word, step) < 0) {
        str_fmt(why, sizeof why, "cannot parse \"%.100s\" to a valid duration", word ? word : "");
        bad_param(out, "step", why);
        return false;
    }
    if (*step <= 0) {
        bad_param(out, "step",
                  "zero or negative query resolution step widths are not accepted. "
                  "Try a positive integer");
        return false;
    }
    if ((*end - *start) / *step > POINTS_MAX) {
        prom_error(out, 400, "bad_data",
                   "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing "
                   "the query resolution (?step=XX)");
        return false;
    }
    return true;
}

static void query_range(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    int64_t start, end, step;
    if (!grid(r, &start, &end, &step, out) || !timeout_ok(r, out))
        return;
    struct pq *q = parse(r, out);
    if (!q)
        return;
    struct matrix *m = xzalloc(1, sizeof *m);
    struct pq_run run = {.m = s->m};
    int ok = 0;
    for (run.t_ms = start; ok == 0 && run.t_ms <= end; run.t_ms += step)
        ok = step_into(m, &run, q->root);
    if (ok == 0)
        write_matrix(m, &out->body);
    else
        prom_error(out, 422, "execution", run.why);
    for (size_t i = 0; i < m->n; i++) {
        buf_free(&m->row[i].head);
        buf_free(&m->row[i].points);
    }
    free(m);
    pq_free(q);
}

void api_prom(struct sim *s, const struct sim_req *r, struct sim_reply *out)
{
    bool get = !strcmp(r->method, "GET"), post = !strcmp(r->method, "POST");
    bool asks = !strcmp(r->path, "/api/v1/query") || !strcmp(r->path, "/api/v1/query_range");
    out->status = 200;
    out->type = SIM_JSON;
    if (!get && !(post && asks))
        reply_text(out, 405, "Method Not Allowed\n");
    else if (!strcmp(r->path, "/api/v1/query"))
        query(s, r, out);
    else if (!strcmp(r->path, "/api/v1/query_range"))
        query_range(s, r, out);
    else if (!strcmp(r->path, "/api/v1/alerts"))
        api_prom_alerts(s, r, out);
    else if (!strcmp(r->path, "/-/ready"))
        reply_text(out, 200, "Prometheus Server is Ready.\n");
    else if (!strcmp(r->path, "/-/healthy"))
        reply_text(out, 200, "Prometheus Server is Healthy.\n");
    else if (!strcmp(r->path, "/api/v1/status/buildinfo"))
        buf_adds(&out->body,
                 "{\"status\":\"success\",\"data\":{\"version\":\"2.42.0\",\"revision\":"
                 "\"simulated\",\"branch\":\"\",\"buildUser\":\"\",\"buildDate\":\"\","
                 "\"goVersion\":\"\"}}");
    else
        reply_text(out, 404, "404 page not found\n");
}
