/* The simulated database's sockets: one thread, all connections of all its ports. A fault holds
 * back one connection and nobody else. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/thread.h"
#include "sim/listen.h"
#include "sim/mysql_conn.h"

#define PORTS_MAX   5 /* a primary and four replicas */
#define CLIENTS_MAX 64
#define HELD_MS     20 /* how often a held connection is looked at */

struct client {
    int fd, port;
    struct mysql_server *server;
    struct mysql_conn *conn;
    struct mishap mishap; /* of the newest statement */
    mono_t until;         /* end of its delay or silence; real */
    uint64_t sets;        /* of the sim when it began */
    bool held, closing;
};

struct mysql_server {
    struct sim *s;
    pthread_t thread;
    int stop, fd[PORTS_MAX], port[PORTS_MAX], n;
    struct client client[CLIENTS_MAX];
    size_t n_clients;
};

static unsigned target_of_port(int port)
{
    return port ? TARGET_MYSQL_REPLICA : TARGET_MYSQL;
}

static void log_statement(struct sim *s, struct client *k, const char *text, size_t n,
                          const struct sql_result *r)
{
    static const char *const words[] = {"",    "drop", "hang",    "status", "delay",
                                        "lie", "html", "garbage", "cut"};
    const struct mishap *m = &k->mishap;
    char path[32], *copy = xstrndup(text, n);
    if (k->port)
        str_fmt(path, sizeof path, "/mysql/replica%d", k->port);
    else
        str_copy(path, sizeof path, "/mysql/primary");
    struct reqlog_entry e = {.t_ms = clock_wall(&s->clock),
                             .real_ms = clock_real_wall(),
                             .path = path,
                             .args = (char[]){""},
                             .body = copy,
                             .method = "SQL"};
    int64_t seq = reqlog_add(s->log, sql_only_reads(text, n), &e);
    bool silent = m->kind == FAULT_DROP || m->kind == FAULT_HANG;
    reqlog_answered(s->log, seq,
                    silent      ? 0
                    : r->errnum ? (int)r->errnum
                                : 200,
                    m->kind       ? words[m->kind]
                    : m->lie      ? "lie"
                    : m->delay_ms ? "delay"
                                  : "");
    free(copy);
}

/* What goes wrong with a statement: an error, silence, a connection that ends, or a late answer. */
static void spoil(struct client *k, struct sql_result *out)
{
    const struct mishap *m = &k->mishap;
    if (m->kind == FAULT_STATUS) {
        sql_result_clear(out);
        out->errnum = 1040;
        str_copy(out->sqlstate, sizeof out->sqlstate, "08004");
        str_copy(out->error, sizeof out->error, "Too many connections (simulated)");
        return;
    }
    int64_t ms = m->kind == FAULT_HANG ? m->hang_ms : m->delay_ms;
    if (m->kind == FAULT_NONE && !ms)
        return;
    k->held = true;
    k->closing = m->kind != FAULT_NONE;
    k->until = (mono_t){mono_now().ms + (m->kind == FAULT_NONE || m->kind == FAULT_HANG ? ms : 0)};
    k->sets = k->server->s->sets;
    if (!out->until_ms)
        out->until_ms = 1; /* held: it is due when the fault is over */
}

static void on_statement(void *ctx, struct sql_session *ses, const char *text, size_t n,
                         struct sql_result *out)
{
    struct client *k = ctx;
    struct sim *s = k->server->s;
    pthread_mutex_lock(&s->lock);
    int64_t now_ms = clock_wall(&s->clock);
    sim_ramp_on(s, now_ms);
    model_touch(s->m, now_ms);
    sim_mishap(s, target_of_port(k->port), now_ms, &k->mishap);
    bool runs = k->mishap.kind == FAULT_NONE;
    if (runs)
        sql_run(s, ses, text, n, now_ms, k->mishap.lie && !sql_only_reads(text, n), out);
    spoil(k, out);
    log_statement(s, k, text, n, out);
    pthread_mutex_unlock(&s->lock);
}

static void drop(struct mysql_server *v, size_t i)
{
    close(v->client[i].fd);
    mysql_conn_free(v->client[i].conn);
    v->client[i] = v->client[--v->n_clients];
    if (i < v->n_clients)
        mysql_conn_moved(v->client[i].conn, &v->client[i]);
}

static void take(struct mysql_server *v, int port)
{
    int fd = accept4(v->fd[port], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    if (v->n_clients == CLIENTS_MAX) {
        close(fd);
        return;
    }
    struct client *k = &v->client[v->n_clients++];
    *k = (struct client){.fd = fd, .port = port, .server = v};
    pthread_mutex_lock(&v->s->lock);
    uint64_t id = ++v->s->db.next_id;
    sim_mishap(v->s, target_of_port(port), clock_wall(&v->s->clock), &k->mishap);
    k->sets = v->s->sets;
    pthread_mutex_unlock(&v->s->lock);
    k->conn = mysql_conn_new(id, port, on_statement, k);
    if (k->mishap.kind == FAULT_NONE && !k->mishap.delay_ms)
        return;
    k->held = true; /* the greeting waits, or never comes */
    k->closing = k->mishap.kind != FAULT_NONE && k->mishap.kind != FAULT_STATUS;
    int64_t ms = k->mishap.kind == FAULT_HANG ? k->mishap.hang_ms : k->mishap.delay_ms;
    k->until = (mono_t){mono_now().ms + ms};
}

/* -1: it is over. */
static int send_out(struct client *k)
{
    struct buf *out = mysql_conn_out(k->conn);
    while (out->len && !k->held) {
        ssize_t n = send(k->fd, out->p, out->len, MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -1;
        memmove(out->p, out->p + n, out->len - (size_t)n);
        out->len -= (size_t)n;
    }
    return 0;
}

static int read_in(struct client *k)
{
    char block[8192];
    ssize_t n = recv(k->fd, block, sizeof block, 0);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    if (!n)
        return -1;
    if (mysql_conn_feed(k->conn, block, (size_t)n) < 0) {
        send_out(k);
        return -1;
    }
    return send_out(k);
}

/* Is what holds it back over? */
static int look_after(struct client *k)
{
    struct sim *s = k->server->s;
    pthread_mutex_lock(&s->lock);
    bool set = k->sets != s->sets;
    pthread_mutex_unlock(&s->lock);
    if (k->held && (mono_now().ms >= k->until.ms || (set && k->closing))) {
        if (k->closing)
            return -1;
        k->held = false;
    }
    int64_t due = mysql_conn_due(k->conn);
    if (!k->held && due && due <= clock_wall(&s->clock) && mysql_conn_release(k->conn) < 0)
        return -1;
    return send_out(k);
}

static int wait_ms(const struct mysql_server *v)
{
    for (size_t i = 0; i < v->n_clients; i++)
        if (v->client[i].held || mysql_conn_due(v->client[i].conn))
            return HELD_MS;
    return -1;
}

static void *loop(void *arg)
{
    struct mysql_server *v = arg;
    for (;;) {
        struct pollfd p[1 + PORTS_MAX + CLIENTS_MAX];
        nfds_t n = 0;
        p[n++] = (struct pollfd){.fd = v->stop, .events = POLLIN};
        for (int i = 0; i < v->n; i++)
            p[n++] = (struct pollfd){.fd = v->fd[i], .events = POLLIN};
        size_t clients = v->n_clients;
        for (size_t i = 0; i < clients; i++) {
            bool full = mysql_conn_out(v->client[i].conn)->len && !v->client[i].held;
            bool deaf = v->client[i].held || mysql_conn_due(v->client[i].conn);
            p[n++] = (struct pollfd){.fd = v->client[i].fd,
                                     .events = (short)((deaf ? 0 : POLLIN) | (full ? POLLOUT : 0))};
        }
        poll(p, n, wait_ms(v));
        if (p[0].revents)
            return NULL;
        for (size_t i = clients;
             i-- > 0;) { /* from behind: one that goes is replaced by a seen one */
            struct client *k = &v->client[i];
            short seen = p[1 + (size_t)v->n + i].revents;
            bool gone = (seen & (POLLERR | POLLNVAL)) != 0;
            bool ends = gone || look_after(k) < 0 ||
                        ((seen & (POLLIN | POLLHUP)) && !k->held && read_in(k) < 0);
            if (ends)
                drop(v, i);
        }
        for (int i = 0; i < v->n; i++)
            if (p[1 + i].revents)
                take(v, i);
    }
}

static void release(struct mysql_server *v)
{
    for (int i = 0; i < v->n; i++)
        close(v->fd[i]);
    if (v->stop >= 0)
        close(v->stop);
    free(v);
}

static int open_port(struct mysql_server *v, const char *at, struct err *e)
{
    if (v->n == PORTS_MAX)
        return err_set(e, EX_BADUSAGE, "more than %d replicas", PORTS_MAX - 1);
    int fd = listen_on(at, &v->port[v->n], e);
    if (fd < 0)
        return -1;
    v->fd[v->n++] = fd;
    return 0;
}

int sim_mysql(struct sim *s, const char *primary, const char *replicas, struct err *e)
{
    struct mysql_server *v = xzalloc(1, sizeof *v);
    v->s = s;
    v->stop = -1;
    int rc = open_port(v, primary, e);
    while (rc == 0 && *replicas) {
        char at[100];
        size_t n = strcspn(replicas, ",");
        str_fmt(at, sizeof at, "%.*s", (int)n, replicas);
        rc = open_port(v, at, e);
        replicas += n + (replicas[n] == ',');
    }
    if (rc == 0) {
        v->stop = eventfd(0, EFD_CLOEXEC);
        rc = thread_start(&v->thread, loop, v, "the simulated database", e);
    }
    if (rc < 0) {
        release(v);
        return -1;
    }
    pthread_mutex_lock(&s->lock);
    s->mysql = v;
    pthread_mutex_unlock(&s->lock);
    return 0;
}

int sim_mysql_port(const struct sim *s, int which)
{
    const struct mysql_server *v = s->mysql;
    return v && which >= 0 && which < v->n ? v->port[which] : -1;
}

void mysql_server_stop(struct sim *s)
{
    struct mysql_server *v = s->mysql;
    uint64_t one = 1;
    if (!v)
        return;
    while (write(v->stop, &one, sizeof one) < 0 && errno == EINTR)
        ;
    pthread_join(v->thread, NULL);
    for (size_t i = 0; i < v->n_clients; i++) {
        close(v->client[i].fd);
        mysql_conn_free(v->client[i].conn);
    }
    release(v);
    s->mysql = NULL;
}
