/* A small HTTP server that misbehaves as told: each path has a row. Counts what it is asked. */
#ifndef EVIL_H
#define EVIL_H

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum evil_how { EVIL_ANSWER, EVIL_CLOSE, EVIL_HANG, EVIL_DRIP, EVIL_KEEP };

struct evil_row {
    const char *path;
    enum evil_how how;
    const char *raw; /* the whole answer, headers included */
};

struct evil {
    int fd, port;
    pthread_t thread;
    const struct evil_row *rows;
    size_t n_rows;
    atomic_int asked, puts, stop; /* requests, those of method PUT */
};

struct evil_conn {
    struct evil *e;
    int fd;
};

static inline void evil_write(int fd, const char *s, size_t n)
{
    while (n) {
        ssize_t done = send(fd, s, n, MSG_NOSIGNAL);
        if (done <= 0)
            return;
        s += done;
        n -= (size_t)done;
    }
}

/* Waits until the peer closes or the server stops: a hang that ends. */
static inline void evil_hang(struct evil *e, int fd)
{
    char drop[64];
    while (!atomic_load(&e->stop)) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 10) > 0 && recv(fd, drop, sizeof drop, 0) <= 0)
            return;
    }
}

static inline const struct evil_row *evil_find(struct evil *e, const char *request)
{
    const char *path = strchr(request, ' ');
    for (size_t i = 0; path && i < e->n_rows; i++) {
        size_t n = strlen(e->rows[i].path);
        if (!strncmp(path + 1, e->rows[i].path, n) && strchr(" ?", path[1 + n]))
            return &e->rows[i];
    }
    return NULL;
}

static inline void *evil_serve(void *arg)
{
    struct evil_conn *c = arg;
    struct evil *e = c->e;
    char request[4096];
    size_t n = 0;
    bool more = true;
    while (more) {
        ssize_t got = recv(c->fd, request + n, sizeof request - 1 - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
        request[n] = '\0';
        if (!strstr(request, "\r\n\r\n"))
            continue;
        const struct evil_row *row = evil_find(e, request);
        if (!strncmp(request, "PUT ", 4))
            atomic_fetch_add(&e->puts, 1);
        atomic_fetch_add(&e->asked, 1);
        n = 0;
        more = row && row->how == EVIL_KEEP;
        if (row && row->how == EVIL_HANG)
            evil_hang(e, c->fd);
        else if (row && row->how == EVIL_DRIP)
            for (const char *p = row->raw; *p && !atomic_load(&e->stop); p++) {
                evil_write(c->fd, p, 1);
                struct pollfd wait = {.fd = c->fd, .events = POLLRDHUP};
                if (poll(&wait, 1, 20) > 0)
                    break;
            }
        else if (row && row->how != EVIL_CLOSE)
            evil_write(c->fd, row->raw, strlen(row->raw));
    }
    close(c->fd);
    free(c);
    return NULL;
}

static inline void *evil_accept(void *arg)
{
    struct evil *e = arg;
    while (!atomic_load(&e->stop)) {
        struct pollfd p = {.fd = e->fd, .events = POLLIN};
        if (poll(&p, 1, 20) <= 0)
            continue;
        struct evil_conn *c = malloc(sizeof *c);
        pthread_t t;
        *c = (struct evil_conn){e, accept(e->fd, NULL, NULL)};
        pthread_create(&t, NULL, evil_serve, c);
        pthread_detach(t);
    }
    return NULL;
}

static inline void evil_start(struct evil *e, const struct evil_row *rows, size_t n)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    *e = (struct evil){.rows = rows, .n_rows = n};
    e->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(e->fd, (struct sockaddr *)&a, sizeof a) || listen(e->fd, 64) ||
        getsockname(e->fd, (struct sockaddr *)&a, &len))
        abort();
    e->port = ntohs(a.sin_port);
    pthread_create(&e->thread, NULL, evil_accept, e);
}

static inline void evil_stop(struct evil *e)
{
    atomic_store(&e->stop, 1);
    pthread_join(e->thread, NULL);
    close(e->fd);
}

#endif
