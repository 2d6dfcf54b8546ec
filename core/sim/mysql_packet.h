/* Packets of MySQL's protocol as bytes: what a client's login says, and what a server sends.
 * Source: "MySQL Internals, Client/Server Protocol" and MariaDB's pages on the same. */
#ifndef SIM_MYSQL_PACKET_H
#define SIM_MYSQL_PACKET_H

#include "sim/sql.h"

#define NATIVE_PASSWORD "mysql_native_password"

struct login {
    bool tls; /* it asks for TLS instead */
    char user[64], database[64], plugin[64];
};
/* -1: malformed, too long, or an old protocol. */
int login_read(const uint8_t *p, size_t n, struct login *out);

/* Each appends whole packets and counts *seq up. */
void put_greeting(struct buf *out, uint64_t id);
void put_switch(struct buf *out, uint8_t *seq);
void put_ok(struct buf *out, uint8_t *seq, uint64_t changed);
void put_eof(struct buf *out, uint8_t *seq);
void put_error(struct buf *out, uint8_t *seq, unsigned errnum, const char *sqlstate,
               const char *text);
void put_rows(struct buf *out, uint8_t *seq, const struct sql_rows *rows);

#endif
