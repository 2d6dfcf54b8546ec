/* A simulator and a tiny blocking HTTP client for its tests. One request, one connection. */
#ifndef TESTS_SIM_CLIENT_H
#define TESTS_SIM_CLIENT_H

#include "unit.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "sim/sim.h"

struct got {
    int status;    /* 0: no answer */
    char type[64]; /* Content-Type */
    struct buf all;
    const char *body;
    bool whole; /* the body was as long as announced */
};

static inline int client_open(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {10, 0};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static inline void client_send(int fd, const char *method, const char *target, const char *type,
                               const char *body)
{
    struct buf b = BUF_INIT;
    buf_addf(&b, "%s %s HTTP/1.1\r\nHost: sim\r\nConnection: close\r\n", method, target);
    if (body)
        buf_addf(&b, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, strlen(body));
    buf_addf(&b, "\r\n%s", body ? body : "");
    assert_int_equal(send(fd, b.p, b.len, MSG_NOSIGNAL), (ssize_t)b.len);
    buf_free(&b);
}

static inline struct got client_read(int fd)
{
    struct got g = {.status = 0};
    char block[8192];
    ssize_t n;
    while ((n = recv(fd, block, sizeof block, 0)) > 0)
        buf_add(&g.all, block, (size_t)n);
    close(fd);
    g.body = "";
    char *head_end = g.all.p ? strstr(g.all.p, "\r\n\r\n") : NULL;
    if (!head_end || sscanf(g.all.p, "HTTP/1.1 %d", &g.status) != 1)
        return g;
    g.body = head_end + 4;
    size_t want = 0, have = g.all.len - (size_t)(g.body - g.all.p);
    const char *len = strcasestr(g.all.p, "\r\nContent-Length:");
    const char *type = strcasestr(g.all.p, "\r\nContent-Type:");
    g.whole = len && len < head_end && sscanf(len + 17, "%zu", &want) == 1 && want == have;
    if (type && type < head_end)
        sscanf(type + 15, " %63[^\r]", g.type);
    return g;
}

static inline struct got ask(int port, const char *method, const char *target, const char *body)
{
    int fd = client_open(port);
    client_send(fd, method, target, "application/json", body);
    return client_read(fd);
}

static inline void got_free(struct got *g)
{
    buf_free(&g->all);
}

/* The answer as JSON; fails the test unless it has that status. The caller frees it. */
static inline cJSON *ask_json(int port, const char *method, const char *target, const char *body,
                              int status)
{
    struct got g = ask(port, method, target, body);
    if (g.status != status)
        fail_msg("%s %s: status %d, wanted %d: %s", method, target, g.status, status, g.body);
    assert_true(g.whole);
    cJSON *o = json_parse(g.body, strlen(g.body));
    if (!o)
        fail_msg("%s %s: no JSON: %s", method, target, g.body);
    got_free(&g);
    return o;
}

static inline void url_add(struct buf *b, const char *text)
{
    for (; *text; text++)
        buf_addf(b, "%%%02X", (unsigned char)*text);
}

/* Value of an instant query at t_ms (0: now). NaN when the answer is empty. */
static inline double ask_value(int port, const char *query, int64_t t_ms)
{
    struct buf b = BUF_INIT;
    double v = (double)NAN;
    buf_adds(&b, "/api/v1/query?query=");
    url_add(&b, query);
    if (t_ms)
        buf_addf(&b, "&time=%lld.%03lld", (long long)(t_ms / 1000), (long long)(t_ms % 1000));
    cJSON *o = ask_json(port, "GET", b.p, NULL, 200);
    const cJSON *r = json_path(o, "data.result.0.value.1");
    if (!strcmp(cJSON_GetStringValue(json_path(o, "data.resultType")), "scalar"))
        r = json_path(o, "data.result.1");
    if (r)
        v = strtod(cJSON_GetStringValue(r), NULL);
    cJSON_Delete(o);
    buf_free(&b);
    return v;
}

static struct sim *sim;
static int port;
static struct clock world;

static inline void up(const char *scenario, double speed)
{
    struct err e = ERR_INIT;
    world = clock_make(speed);
    sim = sim_start(scenario, "127.0.0.1:0", &world, &e);
    if (!sim)
        fail_msg("%s", e.text);
    port = sim_port(sim);
}

static inline int down(void **state)
{
    (void)state;
    sim_stop(sim);
    sim = NULL;
    return 0;
}

#define P95                                                                                        \
    "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{"             \
    "track=\"canary\"}[5m]))) * 1000"
#define MIN 60000

static inline void put(const char *path, const char *body)
{
    cJSON_Delete(ask_json(port, "PUT", path, body, 200));
}

static inline void post_set(const char *body)
{
    cJSON_Delete(ask_json(port, "POST", "/sim/set", body, 200));
}

#endif
