/* The protocol's states: greeting, login, then one command after the other. */
#include "sim/mysql_conn.h"

#include <stdlib.h>
#include <string.h>

#include "sim/mysql_packet.h"

enum state { LOGIN, SWITCHED, COMMANDS, OVER };

struct mysql_conn {
    struct sql_session ses;
    enum state state;
    mysql_run run;
    void *ctx;
    struct buf in, out;
    struct sql_result held;
    uint8_t seq; /* of the next packet sent */
};

struct mysql_conn *mysql_conn_new(uint64_t id, int replica, mysql_run run, void *ctx)
{
    struct mysql_conn *c = xzalloc(1, sizeof *c);
    c->ses.id = id;
    c->ses.replica = replica;
    c->run = run;
    c->ctx = ctx;
    put_greeting(&c->out, id);
    c->seq = 1;
    return c;
}

void mysql_conn_free(struct mysql_conn *c)
{
    sql_result_clear(&c->held);
    buf_free(&c->in);
    buf_free(&c->out);
    free(c);
}

void mysql_conn_moved(struct mysql_conn *c, void *ctx)
{
    c->ctx = ctx;
}

struct buf *mysql_conn_out(struct mysql_conn *c)
{
    return &c->out;
}

int64_t mysql_conn_due(const struct mysql_conn *c)
{
    return c->held.until_ms;
}

static void fail(struct mysql_conn *c, unsigned errnum, const char *sqlstate, const char *text)
{
    put_error(&c->out, &c->seq, errnum, sqlstate, text);
}

/* Any password will do; the user `denied` is there to be refused. */
static int log_in(struct mysql_conn *c)
{
    char text[160];
    if (!*c->ses.user || !strcmp(c->ses.user, "denied")) {
        str_fmt(text, sizeof text, "Access denied for user '%.60s'@'localhost'", c->ses.user);
        fail(c, 1045, "28000", text);
        c->state = OVER;
        return -1;
    }
    if (*c->ses.database && strcmp(c->ses.database, SQL_SCHEMA) != 0 &&
        strcmp(c->ses.database, "information_schema") != 0) {
        str_fmt(text, sizeof text, "Unknown database '%.60s' (the simulator has " SQL_SCHEMA ")",
                c->ses.database);
        fail(c, 1049, "42000", text);
        c->state = OVER;
        return -1;
    }
    put_ok(&c->out, &c->seq, 0);
    c->state = COMMANDS;
    return 0;
}

static int on_login(struct mysql_conn *c, const uint8_t *p, size_t n)
{
    struct login l;
    if (login_read(p, n, &l) < 0) {
        fail(c, l.tls ? 1235 : 1043, l.tls ? "42000" : "08S01",
             l.tls ? "the simulated database knows no TLS" : "Bad handshake");
        c->state = OVER;
        return -1;
    }
    str_copy(c->ses.user, sizeof c->ses.user, l.user);
    str_copy(c->ses.database, sizeof c->ses.database, l.database);
    if (!*l.plugin || !strcmp(l.plugin, NATIVE_PASSWORD))
        return log_in(c);
    put_switch(&c->out, &c->seq); /* another way of saying the password than was asked for */
    c->state = SWITCHED;
    return 0;
}

static int answer(struct mysql_conn *c, struct sql_result *r)
{
    if (r->errnum)
        fail(c, r->errnum, r->sqlstate, r->error);
    else if (r->has_rows)
        put_rows(&c->out, &c->seq, &r->rows);
    else
        put_ok(&c->out, &c->seq, r->changed);
    sql_result_clear(r);
    return 0;
}

static int statement(struct mysql_conn *c, const char *text, size_t n)
{
    struct sql_result r = {.errnum = 0};
    c->run(c->ctx, &c->ses, text, n, &r);
    if (!r.until_ms)
        return answer(c, &r);
    c->held = r;
    return 0;
}

static int init_db(struct mysql_conn *c, const char *name, size_t n)
{
    if (n == strlen(SQL_SCHEMA) && !memcmp(name, SQL_SCHEMA, n)) {
        str_copy(c->ses.database, sizeof c->ses.database, SQL_SCHEMA);
        put_ok(&c->out, &c->seq, 0);
    } else {
        fail(c, 1049, "42000", "Unknown database (the simulator has " SQL_SCHEMA ")");
    }
    return 0;
}

static int command(struct mysql_conn *c, const uint8_t *p, size_t n)
{
    enum { QUIT = 1, INIT_DB = 2, QUERY = 3, PING = 14, SET_OPTION = 27, RESET = 31 };
    const char *text = (const char *)p + 1;
    if (!n) {
        fail(c, 1047, "08S01", "Unknown command");
        return 0;
    }
    switch (p[0]) {
    case QUIT:
        c->state = OVER;
        return -1;
    case INIT_DB:
        return init_db(c, text, n - 1);
    case QUERY:
        return statement(c, text, n - 1);
    case PING:
        put_ok(&c->out, &c->seq, 0);
        return 0;
    case RESET:
        c->ses.read_only = false;
        put_ok(&c->out, &c->seq, 0);
        return 0;
    case SET_OPTION:
        put_eof(&c->out, &c->seq);
        return 0;
    default:
        fail(c, 1047, "08S01", "the simulated database does not know this command");
        return 0;
    }
}

static int packet(struct mysql_conn *c, const uint8_t *p, size_t n)
{
    if (c->state == LOGIN)
        return on_login(c, p, n);
    if (c->state == SWITCHED)
        return log_in(c);
    return command(c, p, n);
}

/* All whole packets that have come, one answer at a time. */
static int go_on(struct mysql_conn *c)
{
    size_t used = 0;
    int rc = 0;
    while (rc == 0 && c->state != OVER && !c->held.until_ms) {
        const uint8_t *p = (const uint8_t *)buf_str(&c->in) + used;
        size_t left = c->in.len - used, n;
        if (left < 4)
            break;
        n = (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16;
        if (n > MYSQL_PACKET_MAX) {
            c->seq = (uint8_t)(p[3] + 1);
            fail(c, 1153, "08S01", "Got a packet bigger than the simulator takes");
            c->state = OVER;
            rc = -1;
            break;
        }
        if (left < 4 + n)
            break;
        c->seq = (uint8_t)(p[3] + 1);
        used += 4 + n;
        rc = packet(c, p + 4, n);
    }
    if (used) {
        memmove(c->in.p, c->in.p + used, c->in.len - used);
        c->in.len -= used;
        c->in.p[c->in.len] = '\0';
    }
    return c->state == OVER ? -1 : rc;
}

int mysql_conn_feed(struct mysql_conn *c, const void *bytes, size_t n)
{
    if (c->state == OVER || c->in.len + n > 4 * MYSQL_PACKET_MAX)
        return -1;
    buf_add(&c->in, bytes, n);
    return n ? go_on(c) : 0;
}

int mysql_conn_release(struct mysql_conn *c)
{
    if (!c->held.until_ms)
        return 0;
    c->held.until_ms = 0;
    answer(c, &c->held);
    return c->in.len ? go_on(c) : 0;
}
