/* One connection by the client library: Debian's is MariaDB Connector/C, Oracle's has other options
 * for TLS. Blocking, with time limits; nothing here knows of queues or of what rows mean. */
#include "wire/mysql_int.h"

#include <errno.h>
#include <mysql.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include "base/clock.h"
#include "base/dlog.h"
#include "base/num.h"
#include "base/text.h"

#ifdef MARIADB_PACKAGE_VERSION
#define CONNECTOR_C 1
#else
#define CONNECTOR_C 0
#endif

/* Errors of the client library that mean the connection is of no more use. */
#define CR_GONE     2006
#define CR_LOST     2013
#define ER_KILLED   1927
#define ER_TIMEDOUT 4031 /* MySQL says so on a connection that was idle too long */

struct link_handle {
    MYSQL my;
};

static pthread_once_t library_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t handles = PTHREAD_MUTEX_INITIALIZER; /* who holds one may look into it */

static void library_start(void)
{
    if (mysql_library_init(0, NULL, NULL))
        BUG("the MySQL client library cannot be started");
}

void link_thread_begin(void)
{
    pthread_once(&library_once, library_start);
    mysql_thread_init();
}

void link_thread_end(void)
{
    mysql_thread_end();
}

/* ---- what went wrong ---- */

static bool is_client_error(unsigned n)
{
    return (n >= 2000 && n < 3000) || (n >= 5000 && n < 6000);
}

static void say_error(struct db_reply *r, const struct db_conf *c, unsigned errnum,
                      const char *text, int64_t waited_ms, int64_t limit_ms)
{
    char clean[200], all[300];
    r->errnum = errnum;
    text_clean_to(clean, sizeof clean, text);
    if (is_client_error(errnum) && waited_ms >= limit_ms - 50)
        str_fmt(all, sizeof all, "%s:%d: no answer in %lld s (%u)", c->host, c->port,
                (long long)((waited_ms + 500) / 1000), errnum);
    else if (errnum)
        str_fmt(all, sizeof all, "%s:%d: %s (%u)", c->host, c->port, clean, errnum);
    else
        str_fmt(all, sizeof all, "%s:%d: %s", c->host, c->port, clean);
    secret_mask_to(r->why, sizeof r->why, all);
}

/* ---- connecting ---- */

static unsigned whole_seconds(int64_t ms)
{
    return ms < 1000 ? 1 : (unsigned)((ms + 999) / 1000);
}

#if CONNECTOR_C
static void set_tls(MYSQL *my, const struct db_conf *c)
{
    my_bool enforce = c->tls != DB_TLS_OFF;
    my_bool look = c->tls == DB_TLS_REQUIRED && !c->insecure;
    mysql_options(my, MYSQL_OPT_SSL_ENFORCE, &enforce);
    mysql_options(my, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &look);
    if (c->ca_file && *c->ca_file && c->tls != DB_TLS_OFF)
        mysql_options(my, MYSQL_OPT_SSL_CA, c->ca_file);
    /* A server may not talk the client into sending the password as it is. */
    if (!look)
        mysql_options(my, MARIADB_OPT_RESTRICTED_AUTH,
                      "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519");
}
#else
static void set_tls(MYSQL *my, const struct db_conf *c)
{
    bool key = true;
    unsigned mode = c->tls == DB_TLS_OFF         ? SSL_MODE_DISABLED
                    : c->tls == DB_TLS_PREFERRED ? SSL_MODE_PREFERRED
                    : c->insecure                ? SSL_MODE_REQUIRED
                                                 : SSL_MODE_VERIFY_IDENTITY;
    mysql_options(my, MYSQL_OPT_SSL_MODE, &mode);
    mysql_options(my, MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &key);
    if (c->ca_file && *c->ca_file)
        mysql_options(my, MYSQL_OPT_SSL_CA, c->ca_file);
}
#endif

/* A statement may take long, reaching its server may not: what connects cannot be interrupted. */
static int64_t connect_limit(const struct db_conf *c, int64_t timeout_ms)
{
    return timeout_ms < c->timeout_ms ? timeout_ms : c->timeout_ms;
}

static void set_options(MYSQL *my, const struct db_conf *c, int64_t timeout_ms)
{
    /* The server's own limit speaks first: then the connection stays. */
    unsigned connect_s = whole_seconds(connect_limit(c, timeout_ms));
    unsigned read_s = whole_seconds(timeout_ms) + 1, no = 0;
    unsigned protocol = MYSQL_PROTOCOL_TCP; /* also for localhost */
    mysql_options(my, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
    mysql_options(my, MYSQL_OPT_READ_TIMEOUT, &read_s);
    mysql_options(my, MYSQL_OPT_WRITE_TIMEOUT, &read_s);
    mysql_options(my, MYSQL_OPT_PROTOCOL, &protocol);
    mysql_options(my, MYSQL_OPT_LOCAL_INFILE, &no); /* no server reads our files */
    mysql_options(my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    set_tls(my, c);
}

/* "5.5.5-10.11.19-MariaDB-log" -> 101119 */
static int version_of(const char *info)
{
    int part[3] = {0, 0, 0};
    if (!strncmp(info, "5.5.5-", 6) && strstr(info, "MariaDB"))
        info += 6;
    for (int i = 0; i < 3 && *info >= '0' && *info <= '9'; i++) {
        for (; *info >= '0' && *info <= '9' && part[i] < 1000; info++)
            part[i] = part[i] * 10 + (*info - '0');
        if (*info == '.')
            info++;
    }
    return part[0] * 10000 + part[1] * 100 + part[2];
}

/* A statement without rows; 0 or the error's number. */
static unsigned say_to(MYSQL *my, const char *sql)
{
    if (mysql_real_query(my, sql, (unsigned long)strlen(sql)))
        return mysql_errno(my);
    MYSQL_RES *res = mysql_store_result(my);
    if (res)
        mysql_free_result(res);
    return 0;
}

/* The limits of the session; what an old server does not know it goes without. */
static unsigned begin_session(struct link *l)
{
    char sql[160];
    unsigned s = whole_seconds(l->timeout_ms);
    if (l->maria)
        str_fmt(sql, sizeof sql, "SET SESSION max_statement_time=%u, lock_wait_timeout=%u", s, s);
    else
        str_fmt(sql, sizeof sql, "SET SESSION max_execution_time=%u, lock_wait_timeout=%u",
                s * 1000, s);
    unsigned bad = say_to(&l->h->my, sql);
    if (!is_client_error(bad))
        bad = say_to(&l->h->my, "SET SESSION TRANSACTION READ ONLY");
    return is_client_error(bad) ? bad : 0;
}

static struct link_handle *new_handle(struct link *l)
{
    struct link_handle *h = xzalloc(1, sizeof *h);
    if (!mysql_init(&h->my))
        BUG("the MySQL client library has no memory");
    pthread_mutex_lock(&handles);
    l->h = h;
    pthread_mutex_unlock(&handles);
    return h;
}

static enum db_end refuse(struct link *l, const struct db_conf *c, struct db_reply *r)
{
    link_close(l, c);
    return r->end = DB_REFUSED;
}

static void know_server(struct link *l)
{
    const char *info = mysql_get_server_info(&l->h->my);
    const char *cipher = mysql_get_ssl_cipher(&l->h->my);
    l->maria = info && strstr(info, "MariaDB");
    l->version = info ? version_of(info) : 0;
    l->id = mysql_thread_id(&l->h->my);
    str_copy(l->cipher, sizeof l->cipher, cipher);
}

enum db_end link_connect(struct link *l, const struct db_conf *c, int64_t timeout_ms,
                         struct db_reply *r)
{
    MYSQL *my = &new_handle(l)->my;
    mono_t start = mono_now();
    l->timeout_ms = timeout_ms;
    l->writes = false;
    set_options(my, c, timeout_ms);
    if (!mysql_real_connect(my, c->host, c->user, c->password ? c->password : "",
                            c->database && *c->database ? c->database : NULL, (unsigned)c->port,
                            NULL, 0)) {
        say_error(r, c, mysql_errno(my), mysql_error(my), mono_since(start),
                  connect_limit(c, timeout_ms));
        return refuse(l, c, r);
    }
    know_server(l);
    if (c->tls == DB_TLS_REQUIRED && !*l->cipher) {
        say_error(r, c, 0, "the server offers no TLS, and the plan says tls: required", 0, 1);
        return refuse(l, c, r);
    }
    own_add(c, l->id);
    unsigned bad = begin_session(l);
    if (bad) {
        say_error(r, c, bad, mysql_error(my), mono_since(start), timeout_ms);
        return refuse(l, c, r);
    }
    dlog("%s:%d connected, %s %d, %s", c->host, c->port, l->maria ? "MariaDB" : "MySQL", l->version,
         *l->cipher ? l->cipher : "plain text");
    return r->end = DB_ANSWERED;
}

void link_close(struct link *l, const struct db_conf *c)
{
    own_remove(c, l->id);
    l->id = 0;
    pthread_mutex_lock(&handles);
    struct link_handle *h = l->h;
    l->h = NULL;
    pthread_mutex_unlock(&handles);
    if (!h)
        return;
    mysql_close(&h->my);
    free(h);
}

/* The socket may be one that the library has closed meanwhile; another's is left alone. */
void link_interrupt(struct link *l, const struct db_conf *c)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } peer = {0};
    socklen_t n = sizeof peer;
    pthread_mutex_lock(&handles);
    int fd = l->h ? (int)l->h->my.net.fd : -1;
    if (fd > 2 && !getpeername(fd, &peer.any, &n)) {
        int port = peer.any.sa_family == AF_INET    ? ntohs(peer.v4.sin_port)
                   : peer.any.sa_family == AF_INET6 ? ntohs(peer.v6.sin6_port)
                                                    : -1;
        if (port == c->port)
            shutdown(fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&handles);
}

bool link_set_writes(struct link *l, bool writes)
{
    if (l->writes == writes)
        return true;
    unsigned bad = say_to(&l->h->my, writes ? "SET SESSION TRANSACTION READ WRITE"
                                            : "SET SESSION TRANSACTION READ ONLY");
    l->writes = writes;
    return !is_client_error(bad) && bad != ER_KILLED && bad != ER_TIMEDOUT;
}

/* ---- one statement ---- */

struct taking {
    struct db_rows *rows;
    size_t cap, bytes, max_rows, max_bytes;
};

static void take_row(struct taking *t, MYSQL_ROW row, const unsigned long *lens)
{
    struct db_rows *r = t->rows;
    if (r->n_rows == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 16;
        r->cells = xrealloc(r->cells, t->cap * r->n_cols * sizeof *r->cells);
    }
    char **cells = r->cells + r->n_rows * r->n_cols;
    for (size_t i = 0; i < r->n_cols; i++) {
        cells[i] = row[i] ? xstrndup(row[i], lens[i]) : NULL;
        t->bytes += row[i] ? lens[i] : 0;
    }
    r->n_rows++;
}

/* False when there is more than the limits allow: the rest is not read. */
static bool take_rows(MYSQL_RES *res, struct taking *t)
{
    struct db_rows *r = t->rows;
    MYSQL_FIELD *fields = mysql_fetch_fields(res);
    r->n_cols = mysql_num_fields(res);
    r->names = xzalloc(r->n_cols, sizeof *r->names);
    for (size_t i = 0; i < r->n_cols; i++)
        r->names[i] = xstrdup(fields[i].name);
    for (MYSQL_ROW row; (row = mysql_fetch_row(res));) {
        if (r->n_rows == t->max_rows || t->bytes > t->max_bytes)
            return false;
        take_row(t, row, mysql_fetch_lengths(res));
    }
    return true;
}

static void failed(struct link *l, const struct db_conf *c, unsigned errnum, const char *text,
                   mono_t start, struct db_reply *r, bool *dead)
{
    int64_t waited = mono_since(start);
    bool lost = is_client_error(errnum), closed = errnum == ER_KILLED || errnum == ER_TIMEDOUT;
    say_error(r, c, errnum, text, waited, l->timeout_ms);
    r->end = lost ? DB_NO_ANSWER : DB_ERROR;
    db_rows_clear(&r->rows);
    *dead = (errnum == CR_GONE || errnum == CR_LOST || closed) && waited < l->timeout_ms / 2;
    if (lost || closed)
        link_close(l, c);
}

/* The rows behind `res`; what is not read any more is cut off with the connection. */
static bool read_all(MYSQL *my, MYSQL_RES *res, struct taking *t, char *text, size_t size,
                     unsigned *errnum)
{
    bool whole = take_rows(res, t);
    *errnum = whole ? mysql_errno(my) : 0;
    str_copy(text, size, mysql_error(my));
    if (!whole)
        shutdown((int)my->net.fd, SHUT_RDWR); /* else freeing the result reads all that is left */
    mysql_free_result(res);
    return whole;
}

void link_run(struct link *l, const struct db_conf *c, const char *sql,
              const struct db_request *limits, struct db_reply *r, bool *dead)
{
    MYSQL *my = &l->h->my;
    mono_t start = mono_now();
    struct taking t = {.rows = &r->rows,
                       .max_rows = limits->max_rows ? limits->max_rows : DB_ROWS_MAX,
                       .max_bytes = limits->max_bytes ? limits->max_bytes : DB_BYTES_MAX};
    char text[256] = "";
    bool whole = true;
    *dead = false;
    r->errnum = 0;
    r->why[0] = '\0';
    r->maria = l->maria;
    r->version = l->version;
    str_copy(r->cipher, sizeof r->cipher, l->cipher);
    unsigned errnum = mysql_real_query(my, sql, (unsigned long)strlen(sql)) ? mysql_errno(my) : 0;
    MYSQL_RES *res = errnum ? NULL : mysql_use_result(my);
    str_copy(text, sizeof text, mysql_error(my));
    if (res)
        whole = read_all(my, res, &t, text, sizeof text, &errnum);
    else if (!errnum)
        errnum = mysql_errno(my);
    if (errnum) {
        failed(l, c, errnum, text, start, r, dead);
    } else if (whole) {
        r->end = DB_ANSWERED;
        r->changed = res ? 0 : mysql_affected_rows(my);
    } else {
        str_fmt(r->why, sizeof r->why, "%s:%d: more than %zu rows or %zu bytes", c->host, c->port,
                t.max_rows, t.max_bytes);
        r->end = DB_NO_ANSWER;
        db_rows_clear(&r->rows);
        link_close(l, c);
    }
}

/* ---- who we are at a server ---- */

static struct own {
    char at[128];
    uint64_t id;
} own[64];
static pthread_mutex_t own_lock = PTHREAD_MUTEX_INITIALIZER;

static void own_put(const struct db_conf *c, uint64_t from, uint64_t to)
{
    char at[sizeof own[0].at];
    str_fmt(at, sizeof at, "%s:%d", c->host, c->port);
    pthread_mutex_lock(&own_lock);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (own[i].id != from || (from && strcmp(own[i].at, at) != 0))
            continue;
        own[i].id = to;
        str_copy(own[i].at, sizeof own[i].at, at);
        break;
    }
    pthread_mutex_unlock(&own_lock);
}

void own_add(const struct db_conf *c, uint64_t id)
{
    own_put(c, 0, id);
}

void own_remove(const struct db_conf *c, uint64_t id)
{
    if (id)
        own_put(c, id, 0);
}

size_t own_list(const struct db_conf *c, uint64_t *out, size_t max)
{
    char at[sizeof own[0].at];
    size_t n = 0;
    str_fmt(at, sizeof at, "%s:%d", c->host, c->port);
    pthread_mutex_lock(&own_lock);
    for (size_t i = 0; i < sizeof own / sizeof *own && n < max; i++)
        if (own[i].id && !strcmp(own[i].at, at))
            out[n++] = own[i].id;
    pthread_mutex_unlock(&own_lock);
    return n;
}
