/* HTTP in front of the simulator: one polling thread, requests collected whole (64 KiB at most),
 * faults applied, answers handed over. Decides nothing about what an answer says. */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/thread.h"
#include "sim/hold.h"
#include "sim/listen.h"
#include "sim/sim_int.h"

enum stage { READING, HELD_TO_ANSWER, HELD_TO_CLOSE };

struct call {
    struct sim *s;
    struct buf body;
    bool too_large;
    enum stage stage;
    struct mishap mishap;
    int64_t seq; /* in the request log, 0 none */
    struct sim_params params;
};

static enum MHD_Result on_argument(void *ctx, enum MHD_ValueKind kind, const char *key,
                                   const char *value)
{
    (void)kind;
    params_add(ctx, key, strlen(key), value ? value : "", value ? strlen(value) : 0);
    return MHD_YES;
}

static void log_request(struct call *c, struct MHD_Connection *con, const char *method,
                        const char *path, unsigned target, int64_t now_ms)
{
    struct buf args = BUF_INIT;
    for (size_t i = 0; i < c->params.n; i++)
        buf_addf(&args, "%s%s=%s", i ? "&" : "", c->params.p[i].key, c->params.p[i].value);
    struct reqlog_entry e = {.t_ms = now_ms,
                             .real_ms = clock_real_wall(),
                             .path = (char *)(uintptr_t)path,
                             .args = (char *)(uintptr_t)buf_str(&args),
                             .body = (char *)(uintptr_t)buf_str(&c->body)};
    str_copy(e.method, sizeof e.method, method);
    e.token = MHD_lookup_connection_value(con, MHD_HEADER_KIND, "Authorization") != NULL;
    bool reads = !strcmp(method, "GET") || (target & TARGET_PROMETHEUS) != 0;
    c->seq = reqlog_add(c->s->log, reads, &e);
    buf_free(&args);
}

static void log_answer(struct call *c, int status)
{
    static const char *const words[] = {"",    "drop", "hang",    "status", "delay",
                                        "lie", "html", "garbage", "cut"};
    const struct mishap *m = &c->mishap;
    const char *word = m->kind ? words[m->kind] : m->lie ? "lie" : m->delay_ms ? "delay" : "";
    if (!c->seq)
        return;
    pthread_mutex_lock(&c->s->lock);
    reqlog_answered(c->s->log, c->seq, status, word);
    pthread_mutex_unlock(&c->s->lock);
}

/* A body that announces all its bytes and ends in the middle. */
struct half {
    char *bytes;
    size_t n;
};

static ssize_t half_read(void *ctx, uint64_t pos, char *to, size_t max)
{
    const struct half *h = ctx;
    if (pos >= h->n)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t n = h->n - (size_t)pos < max ? h->n - (size_t)pos : max;
    memcpy(to, h->bytes + pos, n);
    return (ssize_t)n;
}

static void half_free(void *ctx)
{
    struct half *h = ctx;
    free(h->bytes);
    free(h);
}

static struct MHD_Response *response_of(const struct buf *body, bool cut)
{
    if (!cut)
        return MHD_create_response_from_buffer(body->len, (void *)(uintptr_t)buf_str(body),
                                               MHD_RESPMEM_MUST_COPY);
    struct half *h = xzalloc(1, sizeof *h);
    h->n = body->len / 2;
    h->bytes = xstrndup(buf_str(body), h->n);
    return MHD_create_response_from_callback(body->len, 4096, half_read, h, half_free);
}

static enum MHD_Result send_reply(struct call *c, struct MHD_Connection *con,
                                  const struct sim_reply *out)
{
    struct MHD_Response *res = response_of(&out->body, c->mishap.kind == FAULT_CUT);
    if (!res)
        return MHD_NO;
    MHD_add_response_header(res, MHD_HTTP_HEADER_CONTENT_TYPE, out->type);
    enum MHD_Result r = MHD_queue_response(con, (unsigned)out->status, res);
    MHD_destroy_response(res);
    log_answer(c, out->status);
    return r;
}

static void broken(const struct mishap *m, struct sim_reply *out)
{
    if (m->kind == FAULT_STATUS) {
        reply_text(out, m->status, "no healthy upstream\n");
    } else if (m->kind == FAULT_HTML) {
        reply_text(out, 200,
                   "<html><head><title>Sign in</title></head><body>proxy</body></html>\n");
        out->type = "text/html";
    } else {
        reply_text(out, 200, "{\"status\":\"succ\x01#~");
        out->type = SIM_JSON;
    }
}

static enum MHD_Result answer(struct call *c, struct MHD_Connection *con, const char *method,
                              const char *path)
{
    struct sim *s = c->s;
    struct sim_reply out = {.status = 200, .type = SIM_JSON};
    if (c->mishap.kind == FAULT_STATUS || c->mishap.kind == FAULT_HTML ||
        c->mishap.kind == FAULT_GARBAGE) {
        broken(&c->mishap, &out);
    } else {
        struct sim_req r = {.method = method,
                            .path = path,
                            .body = buf_str(&c->body),
                            .body_len = c->body.len,
                            .token =
                                MHD_lookup_connection_value(con, MHD_HEADER_KIND, "Authorization"),
                            .lie = c->mishap.lie,
                            .params = &c->params};
        pthread_mutex_lock(&s->lock);
        r.now_ms = clock_wall(&s->clock);
        sim_dispatch(s, &r, &out);
        pthread_mutex_unlock(&s->lock);
        if (!strcmp(path, "/sim/set"))
            hold_resume_hanging(s->hold);
    }
    enum MHD_Result r = send_reply(c, con, &out);
    buf_free(&out.body);
    return r;
}

static bool is_form(struct MHD_Connection *con)
{
    const char *type = MHD_lookup_connection_value(con, MHD_HEADER_KIND, "Content-Type");
    return type && !strncasecmp(type, "application/x-www-form-urlencoded", 33);
}

static enum MHD_Result begin(struct call *c, struct MHD_Connection *con, const char *method,
                             const char *path)
{
    struct sim *s = c->s;
    MHD_get_connection_values(con, MHD_GET_ARGUMENT_KIND, on_argument, &c->params);
    if (is_form(con))
        params_form(&c->params, buf_str(&c->body));
    unsigned target = sim_target(path, &c->params);
    pthread_mutex_lock(&s->lock);
    int64_t now_ms = clock_wall(&s->clock);
    sim_ramp_on(s, now_ms);
    model_touch(s->m, now_ms);
    if (target) {
        sim_mishap(s, target, now_ms, &c->mishap);
        if (!strcmp(method, "GET"))
            c->mishap.lie = false;
        log_request(c, con, method, path, target, now_ms);
    }
    pthread_mutex_unlock(&s->lock);
    if (c->mishap.kind == FAULT_DROP || c->mishap.kind == FAULT_HANG) {
        log_answer(c, 0);
        c->stage = HELD_TO_CLOSE;
        if (c->mishap.kind == FAULT_HANG && hold_add(s->hold, con, c->mishap.hang_ms, true) == 0)
            return MHD_YES;
        return MHD_NO; /* closes the connection */
    }
    if (c->mishap.delay_ms > 0) {
        c->stage = HELD_TO_ANSWER;
        return hold_add(s->hold, con, c->mishap.delay_ms, false) == 0 ? MHD_YES : MHD_NO;
    }
    return answer(c, con, method, path);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *con, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **con_ctx)
{
    struct call *c = *con_ctx;
    (void)version;
    if (!c) {
        c = xzalloc(1, sizeof *c);
        c->s = ctx;
        *con_ctx = c;
        return MHD_YES;
    }
    if (*size) {
        c->too_large = c->too_large || c->body.len + *size > BODY_MAX;
        if (!c->too_large)
            buf_add(&c->body, data, *size);
        *size = 0;
        return MHD_YES;
    }
    if (c->stage == HELD_TO_CLOSE)
        return MHD_NO;
    if (c->stage == HELD_TO_ANSWER)
        return answer(c, con, method, path);
    if (c->too_large) {
        struct sim_reply out = {.status = 413, .type = SIM_JSON};
        reply_error(&out, 413, "the body is larger than 64 KiB");
        enum MHD_Result r = send_reply(c, con, &out);
        buf_free(&out.body);
        return r;
    }
    return begin(c, con, method, path);
}

static void on_done(void *ctx, struct MHD_Connection *con, void **con_ctx,
                    enum MHD_RequestTerminationCode why)
{
    struct call *c = *con_ctx;
    (void)ctx;
    (void)con;
    (void)why;
    if (!c)
        return;
    params_free(&c->params);
    buf_free(&c->body);
    free(c);
    *con_ctx = NULL;
}

int server_start(struct sim *s, const char *listen_at, struct err *e)
{
    sigset_t before;
    int fd = listen_on(listen_at, &s->port, e);
    if (fd < 0)
        return -1;
    s->hold = hold_start();
    thread_signals_off(&before);
    s->daemon =
        MHD_start_daemon(MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME,
                         0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, fd,
                         MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL, MHD_OPTION_CONNECTION_LIMIT,
                         512u, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)65536, MHD_OPTION_END);
    thread_signals_back(&before);
    if (s->daemon)
        return 0;
    hold_close(s->hold);
    hold_free(s->hold);
    close(fd);
    return err_set(e, EX_INTERNAL, "the simulator's HTTP server did not start");
}

void server_stop(struct sim *s)
{
    hold_close(s->hold); /* the library must not be stopped with suspended connections */
    MHD_stop_daemon(s->daemon);
    hold_free(s->hold);
}
