/* A small HTTP server that misbehaves as told, for every test of something that asks. Its rows say
 * how each path is answered; a row may be good for so many requests, and a request may change what
 * the following ones are told (`when`, `then`). It keeps every request with its time, so that a
 * test asserts what was on the wire. One thread a connection; ends with evil_stop. */
#ifndef EVIL_H
#define EVIL_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"

enum evil_how {
    EVIL_ANSWER, /* raw, then the connection is closed */
    EVIL_KEEP,   /* raw, the connection stays open */
    EVIL_CLOSE,  /* the request is read, not a byte answered */
    EVIL_RESET,  /* the same with a reset */
    EVIL_HANG,   /* raw ("" when NULL), then nothing until the peer leaves */
    EVIL_DRIP,   /* raw byte by byte, one each 20 ms */
    EVIL_FLOOD,  /* raw, then bytes without end */
};

struct evil_row {
    const char *path; /* "/x" without the query; "*" any */
    enum evil_how how;
    const char *raw;    /* status line, headers and body; @time is the request's time= */
    size_t raw_len;     /* 0: up to the NUL */
    const char *method; /* NULL: any */
    const char *has;    /* the path with its query contains this; NULL: whatever it is */
    int delay_ms;       /* before the answer */
    int times;          /* good for so many requests, then the rows below it are; 0: always */
    int when;           /* only in this state of the server; 0: in any */
    int then;           /* the state from this request on; 0: as it is */
};

/* A good answer with a body that is a literal. */
#define EVIL_HEAD(code, more) "HTTP/1.1 " code "\r\n" more "\r\n"
#define EVIL_JSON(n, body)    EVIL_HEAD("200 OK", "Content-Length: " n "\r\n") body

struct evil_seen {
    char method[12], path[128], head[1024], body[512];
    int64_t t_us; /* monotonic: when it had come as a whole */
    int conn;     /* which connection, from 1 */
};

#define EVIL_SEEN_MAX 4096
#define EVIL_ROWS_MAX 64
#define EVIL_CONN_MAX 1024

struct evil_conn {
    struct evil *e;
    pthread_t thread;
    int fd, no;
};

struct evil {
    int fd, port, wake[2];
    const struct evil_row *rows;
    size_t n_rows;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t cond;
    int used[EVIL_ROWS_MAX], state;
    bool stop;
    struct evil_seen *seen;
    int n_seen, n_conns;
    struct evil_conn conns[EVIL_CONN_MAX];
};

static inline int64_t evil_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* Waits until the peer leaves or the server stops (true), or so long. */
static inline bool evil_gone(struct evil *e, int fd, int ms)
{
    struct pollfd p[2] = {{.fd = fd, .events = POLLRDHUP}, {.fd = e->wake[0], .events = POLLIN}};
    return poll(p, 2, ms) > 0;
}

static inline bool evil_write(int fd, const char *s, size_t n)
{
    while (n) {
        ssize_t done = send(fd, s, n, MSG_NOSIGNAL);
        if (done <= 0)
            return false;
        s += done;
        n -= (size_t)done;
    }
    return true;
}

/* "METHOD /path" or "/path" of a request that was seen. */
static inline bool evil_is(const struct evil_seen *s, const char *what)
{
    const char *path = strchr(what, '/');
    size_t n = path ? strcspn(path, "?") : 0;
    bool method = !path || path == what || !strncmp(s->method, what, strlen(s->method));
    return method && (!path || (!strncmp(s->path, path, n) && strchr("?", s->path[n])));
}

/* Under the lock: keeps the request and finds its row. */
static inline const struct evil_row *evil_take(struct evil *e, const struct evil_seen *s)
{
    if (e->n_seen < EVIL_SEEN_MAX)
        e->seen[e->n_seen++] = *s;
    pthread_cond_broadcast(&e->cond);
    for (size_t i = 0; i < e->n_rows; i++) {
        const struct evil_row *r = &e->rows[i];
        if ((strcmp(r->path, "*") != 0 && !evil_is(s, r->path)) ||
            (r->method && strcmp(r->method, s->method) != 0) ||
            (r->has && !strstr(s->path, r->has)) || (r->when && r->when != e->state) ||
            (r->times && e->used[i] >= r->times))
            continue;
        e->used[i]++;
        e->state = r->then ? r->then : e->state;
        return r;
    }
    return NULL;
}

/* One whole request with its body; false when the peer left first. */
static inline bool evil_read(int fd, struct evil_seen *s)
{
    char in[16384];
    size_t n = 0, want = 0;
    char *end = NULL;
    memset(s, 0, sizeof *s);
    while (!end || n < want) {
        ssize_t got = n < sizeof in - 1 ? recv(fd, in + n, sizeof in - 1 - n, 0) : 0;
        if (got <= 0)
            return false;
        n += (size_t)got;
        in[n] = '\0';
        if (!end && (end = strstr(in, "\r\n\r\n"))) {
            char *len = strcasestr(in, "\r\nContent-Length:");
            want = (size_t)(end + 4 - in) + (len && len < end ? strtoul(len + 17, NULL, 10) : 0);
        }
    }
    s->t_us = evil_us();
    str_copy(s->body, sizeof s->body, end + 4);
    end[0] = '\0';
    str_copy(s->head, sizeof s->head, in);
    size_t word = strcspn(in, " "), path = strcspn(in + word + (in[word] == ' '), " ");
    str_fmt(s->method, sizeof s->method, "%.*s", (int)word, in);
    str_fmt(s->path, sizeof s->path, "%.*s", (int)path, in + word + 1);
    return true;
}

/* A row's answer with the time the request has asked for. */
static inline void evil_fill(const char *raw, const struct evil_seen *s, struct buf *out)
{
    const char *time = strstr(s->path, "time="), *at = strstr(raw, "@time");
    buf_add(out, raw, at ? (size_t)(at - raw) : strlen(raw));
    if (at && time)
        buf_add(out, time + 5, strcspn(time + 5, "&"));
    if (at)
        buf_adds(out, at + 5);
}

/* True when the connection may be used again. */
static inline bool evil_send(struct evil *e, int fd, const struct evil_row *row, const char *raw,
                             size_t n)
{
    static const char noise[4096] = "xxxxxxxxxxxxxxxx";
    if (row && row->delay_ms && evil_gone(e, fd, row->delay_ms))
        return false;
    if (row && row->how == EVIL_RESET) {
        struct linger now = {.l_onoff = 1};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        return false;
    }
    if (row && row->how == EVIL_DRIP) {
        while (n-- && evil_write(fd, raw++, 1) && !evil_gone(e, fd, 20))
            continue;
        return false;
    }
    if ((row && row->how == EVIL_CLOSE) || !evil_write(fd, raw, n))
        return false;
    if (row && row->how == EVIL_HANG)
        evil_gone(e, fd, -1);
    while (row && row->how == EVIL_FLOOD && evil_write(fd, noise, sizeof noise))
        continue;
    return !row || row->how == EVIL_KEEP;
}

static inline bool evil_answer(struct evil *e, int fd, const struct evil_row *row,
                               const struct evil_seen *s)
{
    static const char none[] = EVIL_HEAD("404 Not Found", "Content-Length: 0\r\n");
    struct buf filled = BUF_INIT;
    if (row && row->raw_len)
        return evil_send(e, fd, row, row->raw, row->raw_len);
    evil_fill(!row ? none : row->raw ? row->raw : "", s, &filled);
    bool keep = evil_send(e, fd, row, buf_str(&filled), filled.len);
    buf_free(&filled);
    return keep;
}

static inline void *evil_serve(void *arg)
{
    struct evil_conn *c = arg;
    struct evil *e = c->e;
    struct evil_seen s;
    bool more = true;
    while (more && evil_read(c->fd, &s)) {
        s.conn = c->no;
        pthread_mutex_lock(&e->lock);
        const struct evil_row *row = evil_take(e, &s);
        pthread_mutex_unlock(&e->lock);
        more = evil_answer(e, c->fd, row, &s);
    }
    pthread_mutex_lock(&e->lock);
    close(c->fd);
    c->fd = -1;
    pthread_mutex_unlock(&e->lock);
    return NULL;
}

static inline void *evil_accept(void *arg)
{
    struct evil *e = arg;
    struct pollfd p[2] = {{.fd = e->fd, .events = POLLIN}, {.fd = e->wake[0], .events = POLLIN}};
    while (poll(p, 2, -1) > 0 && !p[1].revents) {
        int fd = accept(e->fd, NULL, NULL);
        pthread_mutex_lock(&e->lock);
        if (fd >= 0 && !e->stop && e->n_conns < EVIL_CONN_MAX) {
            struct evil_conn *c = &e->conns[e->n_conns++];
            c->e = e;
            c->fd = fd;
            c->no = e->n_conns;
            if (pthread_create(&c->thread, NULL, evil_serve, c))
                abort();
        } else if (fd >= 0) {
            close(fd);
        }
        pthread_mutex_unlock(&e->lock);
    }
    return NULL;
}

/* A loopback socket on a free port; listening or, when not, refusing everybody. */
static inline int evil_socket(bool listening, int *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) || (listening && listen(fd, 512)) ||
        getsockname(fd, (struct sockaddr *)&a, &len))
        abort();
    *port = ntohs(a.sin_port);
    return fd;
}

static inline void evil_start(struct evil *e, const struct evil_row *rows, size_t n)
{
    pthread_condattr_t mono;
    memset(e, 0, sizeof *e);
    e->rows = rows;
    e->n_rows = n;
    e->fd = evil_socket(true, &e->port);
    e->seen = calloc(EVIL_SEEN_MAX, sizeof *e->seen);
    pthread_mutex_init(&e->lock, NULL);
    pthread_condattr_init(&mono);
    pthread_condattr_setclock(&mono, CLOCK_MONOTONIC);
    pthread_cond_init(&e->cond, &mono);
    pthread_condattr_destroy(&mono);
    if (n > EVIL_ROWS_MAX || !e->seen || pipe(e->wake) ||
        pthread_create(&e->thread, NULL, evil_accept, e))
        abort();
}

static inline void evil_stop(struct evil *e)
{
    pthread_mutex_lock(&e->lock);
    e->stop = true;
    for (int i = 0; i < e->n_conns; i++)
        if (e->conns[i].fd >= 0)
            shutdown(e->conns[i].fd, SHUT_RDWR);
    pthread_mutex_unlock(&e->lock);
    if (write(e->wake[1], "x", 1) != 1)
        abort();
    pthread_join(e->thread, NULL);
    for (int i = 0; i < e->n_conns; i++)
        pthread_join(e->conns[i].thread, NULL);
    close(e->wake[0]);
    close(e->wake[1]);
    close(e->fd);
    pthread_cond_destroy(&e->cond);
    pthread_mutex_destroy(&e->lock);
    free(e->seen);
}

/* Forgets what was seen and counted; the state begins at `state` (0: the rows without `when`). */
static inline void evil_reset(struct evil *e, int state)
{
    pthread_mutex_lock(&e->lock);
    e->n_seen = 0;
    e->state = state;
    memset(e->used, 0, sizeof e->used);
    pthread_mutex_unlock(&e->lock);
}

static inline int evil_count_locked(struct evil *e, const char *what, struct evil_seen *newest)
{
    int n = 0;
    for (int i = 0; i < e->n_seen; i++) {
        if (!evil_is(&e->seen[i], what))
            continue;
        n++;
        if (newest)
            *newest = e->seen[i];
    }
    return n;
}

/* How many requests "METHOD /path", "/path" or "" (any) came; the newest of them. */
static inline int evil_count(struct evil *e, const char *what, struct evil_seen *newest)
{
    pthread_mutex_lock(&e->lock);
    int n = evil_count_locked(e, what, newest);
    pthread_mutex_unlock(&e->lock);
    return n;
}

/* Waits until n such requests have come; false after so many ms. */
static inline bool evil_wait(struct evil *e, const char *what, int n, int within_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += within_ms / 1000;
    until.tv_nsec += within_ms % 1000 * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&e->lock);
    bool there;
    while (!(there = evil_count_locked(e, what, NULL) >= n))
        if (pthread_cond_timedwait(&e->cond, &e->lock, &until) == ETIMEDOUT)
            break;
    pthread_mutex_unlock(&e->lock);
    return there;
}

#endif
