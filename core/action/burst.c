/* Many times the same request, each with its own user's token. Filled once, before the first is
 * sent; counted by answers, never by what was asked for. */
#include "action/burst.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "action/runner_int.h"
#include "action/send.h"
#include "base/json.h"

#define FLYING_MAX   64
#define CHUNK_ROWS   250
#define NOT_ANSWERED 0

struct row {
    int64_t at_ms, ms; /* since the burst began; how long it took */
    int request, status;
    bool left; /* it had reached the wire */
};

struct burst {
    const struct burst_call *call;
    const struct expect *expect;
    struct filled_call filled;
    int sent, flying, ok;
    struct {
        int64_t id, at_ms;
        int request; /* from 1; 0: free */
    } in_flight[FLYING_MAX];
    struct row *rows; /* call->requests */
    int n_rows, told;
    mono_t began;
    double speed; /* of the run's clock: its seconds are those of `rate` */
    int64_t began_wall_ms;
    bool stopped;
    char refused[200]; /* a request that could not even be handed over */
};

struct request_ctx {
    struct runner *runner;
    uint64_t turn;
    int request;
};

struct burst *burst_new(const struct burst_call *call, const struct expect *expect,
                        const struct tmpl_vars *vars, int64_t wall_ms, struct err *e)
{
    struct burst *b = xzalloc(1, sizeof *b);
    *b = (struct burst){.call = call, .expect = expect};
    if (send_fill(&call->http, vars, &b->filled, e) < 0) {
        burst_free(b);
        return NULL;
    }
    b->rows = xzalloc((size_t)call->requests, sizeof *b->rows);
    b->began = mono_now();
    b->speed = 1;
    b->began_wall_ms = wall_ms;
    return b;
}

void burst_free(struct burst *b)
{
    if (!b)
        return;
    send_filled_free(&b->filled);
    free(b->rows);
    free(b);
}

static void on_answer(void *ctx, const struct http_reply *r)
{
    struct request_ctx *c = ctx;
    struct answer *a = xzalloc(1, sizeof *a);
    a->turn = c->turn;
    a->request = c->request;
    a->http = *r;
    a->http.body = NULL; /* nobody reads it */
    if (queue_put(c->runner->answers, a) < 0)
        answer_free(a);
    free(c);
}

static void keep(struct burst *b, int request, int64_t at_ms, int64_t ms, int status, bool left)
{
    const struct expect *x = b->expect;
    bool ok = x->status ? status == x->status : status >= 200 && status <= 299;
    if (b->n_rows == b->call->requests)
        return;
    b->rows[b->n_rows++] = (struct row){at_ms, ms, request, status, left};
    b->ok += ok;
}

static void send_one(struct burst *b, struct runner *r)
{
    const struct burst_call *c = b->call;
    struct err e = ERR_INIT;
    int slot = 0, user = c->n_users ? b->sent % (int)c->n_users : 0;
    while (b->in_flight[slot].request)
        slot++;
    struct http_header list[SEND_HEADERS_MAX + 1];
    struct http_request rq = send_request(&b->filled.call, list);
    rq.token = c->n_users ? c->users[user] : "";
    struct request_ctx *ctx = xzalloc(1, sizeof *ctx);
    *ctx = (struct request_ctx){r, r->turn, ++b->sent};
    int64_t id = http_send(r->burst_http, &rq, on_answer, ctx, &e);
    if (id < 0) {
        free(ctx);
        str_copy(b->refused, sizeof b->refused, e.text);
        keep(b, b->sent, mono_since(b->began), 0, NOT_ANSWERED, false);
        return;
    }
    b->in_flight[slot].id = id;
    b->in_flight[slot].request = b->sent;
    b->in_flight[slot].at_ms = mono_since(b->began);
    b->flying++;
}

/* When request number `sent` + 1 may leave, real ms after the beginning. */
static int64_t due_ms(const struct burst *b)
{
    double rate = b->call->rate * b->speed;
    return rate > 0 ? (int64_t)ceil((double)b->sent * 1000 / rate) : 0;
}

static bool more(const struct burst *b)
{
    return !b->stopped && b->sent < b->call->requests && b->flying < b->call->concurrency &&
           b->flying < FLYING_MAX;
}

void burst_go(struct burst *b, struct runner *r)
{
    b->speed = r->clock.speed;
    while (more(b) && mono_since(b->began) >= due_ms(b))
        send_one(b, r);
}

int64_t burst_wait_ms(const struct burst *b)
{
    if (!more(b))
        return -1;
    int64_t left = due_ms(b) - mono_since(b->began);
    return left > 0 ? left : 0;
}

void burst_answer(struct burst *b, int request, const struct http_reply *reply)
{
    for (int i = 0; i < FLYING_MAX; i++) {
        if (b->in_flight[i].request != request)
            continue;
        bool answered = reply->end == HTTP_ANSWERED;
        keep(b, request, b->in_flight[i].at_ms, reply->ms, answered ? reply->status : NOT_ANSWERED,
             reply->end != HTTP_REFUSED);
        b->in_flight[i].request = 0;
        b->flying--;
        return;
    }
}

bool burst_over(const struct burst *b)
{
    return b->flying == 0 && (b->stopped || b->sent == b->call->requests);
}

void burst_stop(struct burst *b, struct runner *r)
{
    int64_t now_ms = mono_since(b->began);
    b->stopped = true;
    for (int i = 0; i < FLYING_MAX; i++) {
        if (!b->in_flight[i].request)
            continue;
        http_cancel(r->burst_http, b->in_flight[i].id);
        keep(b, b->in_flight[i].request, b->in_flight[i].at_ms, now_ms - b->in_flight[i].at_ms,
             NOT_ANSWERED, true);
        b->in_flight[i].request = 0;
        b->flying--;
    }
}

/* ---- figures ---- */

struct figures {
    double success_pct, avg_ms, p95_ms; /* NaN: nothing was sent */
};

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Latencies of all that reached the wire, those without an answer too: a time-out is slow, not
 * absent. The percentile is the nearest rank. */
static struct figures figures_of(const struct burst *b)
{
    struct figures f = {NAN, NAN, NAN};
    int64_t *ms = xzalloc((size_t)b->n_rows + 1, sizeof *ms);
    size_t n = 0;
    double sum = 0;
    for (int i = 0; i < b->n_rows; i++)
        if (b->rows[i].left)
            sum += (double)(ms[n++] = b->rows[i].ms);
    qsort(ms, n, sizeof *ms, by_size);
    if (n) {
        f.avg_ms = sum / (double)n;
        f.p95_ms = (double)ms[(n * 95 + 99) / 100 - 1];
    }
    if (b->n_rows)
        f.success_pct = 100.0 * b->ok / b->n_rows;
    free(ms);
    return f;
}

static bool meets(const struct cond *c, double value)
{
    bool judged, hit = cond_hit(c, value, NAN, 0, &judged);
    return !c->set || (!isnan(value) && judged && hit);
}

bool burst_met(const struct burst *b, char *say, size_t size)
{
    struct figures f = figures_of(b);
    const struct burst_expect *x = &b->expect->burst;
    const struct {
        const char *name;
        const struct cond *cond;
        double value;
    } asked[] = {{"success", &x->success_pct, f.success_pct},
                 {"p95", &x->p95_ms, f.p95_ms},
                 {"average", &x->avg_ms, f.avg_ms}};
    bool all = x->success_pct.set || b->ok == b->n_rows;
    bool met = !b->stopped && b->n_rows == b->call->requests && all;
    str_fmt(say, size, "%d of %d sent, %.4g%% good, average %.4g ms, p95 %.4g ms", b->n_rows,
            b->call->requests, f.success_pct, f.avg_ms, f.p95_ms);
    if (!all && !b->stopped)
        str_fmt(say + strlen(say), size - strlen(say), "; every one must be good");
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        if (meets(asked[i].cond, asked[i].value))
            continue;
        met = false;
        str_fmt(say + strlen(say), size - strlen(say), "; %s is not %s", asked[i].name,
                asked[i].cond->text);
    }
    if (*b->refused)
        str_fmt(say + strlen(say), size - strlen(say), "; %s", b->refused);
    return met;
}

cJSON *burst_tell(struct burst *b, bool end)
{
    int n = b->n_rows - b->told;
    if (!end && n < CHUNK_ROWS)
        return NULL;
    cJSON *o = cJSON_CreateObject();
    json_add_int(o, "from_ms", b->began_wall_ms);
    json_add_int(o, "first", b->told + 1);
    cJSON *rows = json_add_arr(o, "rows");
    for (; b->told < b->n_rows; b->told++) {
        const struct row *w = &b->rows[b->told];
        int users = (int)b->call->n_users;
        int user = users ? (w->request - 1) % users + 1 : 0;
        int row[] = {(int)w->at_ms, user, w->status, (int)w->ms};
        cJSON_AddItemToArray(rows, cJSON_CreateIntArray(row, 4));
    }
    if (!end)
        return o;
    struct figures f = figures_of(b);
    json_add_int(o, "of", b->call->requests);
    json_add_int(o, "sent", b->n_rows);
    json_add_int(o, "ok", b->ok);
    json_add_int(o, "users", (int64_t)b->call->n_users);
    json_add_bool(o, "stopped", b->stopped);
    json_add_num(o, "success_pct", f.success_pct);
    json_add_num(o, "avg_ms", f.avg_ms);
    json_add_num(o, "p95_ms", f.p95_ms);
    return o;
}

void burst_text(const struct burst_call *c, const struct tmpl_vars *vars, struct buf *out)
{
    buf_addf(out, "%d x ", c->requests);
    call_text(STEP_HTTP, &c->http, NULL, NULL, NULL, vars, out, NULL);
    if (c->n_users)
        buf_addf(out, ", %zu users with a token each", c->n_users);
    buf_addf(out, ", %d at once", c->concurrency);
    if (c->rate > 0)
        buf_addf(out, ", at most %.4g/s", c->rate);
}
