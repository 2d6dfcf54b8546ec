/* MySQL's client/server protocol, the server's side of one connection (protocol version 10, text
 * results, mysql_native_password, no TLS, no compression). Bytes in, bytes out: no socket, no
 * clock. */
#ifndef SIM_MYSQL_CONN_H
#define SIM_MYSQL_CONN_H

#include "sim/sql.h"

#define MYSQL_PACKET_MAX 65536 /* of a client; more ends the connection */

struct mysql_conn;

/* Runs a statement; the answer may be told later (until_ms). */
typedef void (*mysql_run)(void *ctx, struct sql_session *ses, const char *text, size_t n,
                          struct sql_result *out);

struct mysql_conn *mysql_conn_new(uint64_t id, int replica, mysql_run run, void *ctx);
void mysql_conn_free(struct mysql_conn *c);
void mysql_conn_moved(struct mysql_conn *c, void *ctx); /* of run, from now on */

/* Bytes from the client. -1: nothing more is wanted of it; what is in `out` is still to be sent. */
int mysql_conn_feed(struct mysql_conn *c, const void *bytes, size_t n);
struct buf *mysql_conn_out(struct mysql_conn *c); /* what waits to be sent */

/* While an answer is held back (it is due at that time of the sim's clock; 0: none is) nothing of
 * the client is read. Release tells it. */
int64_t mysql_conn_due(const struct mysql_conn *c);
int mysql_conn_release(struct mysql_conn *c);

#endif
