/* Inside core/wire only: one connection, as the client library has it. */
#ifndef WIRE_MYSQL_INT_H
#define WIRE_MYSQL_INT_H

#include <stdatomic.h>

#include "wire/mysql.h"

#define DB_ROWS_MAX  10000
#define DB_BYTES_MAX ((size_t)4 * 1024 * 1024)

/* A socket that another thread may shut down to end a call that waits for it. */
struct link_handle;

struct link {
    struct link_handle *h; /* NULL: not connected */
    int64_t timeout_ms;    /* what it was connected with */
    bool maria, writes;    /* the session may write */
    int version;
    uint64_t id; /* the server's name for it */
    char cipher[48];
};

/* Once per process and once per thread that uses links. */
void link_thread_begin(void);
void link_thread_end(void);

/* Connects; DB_ANSWERED, or DB_REFUSED with why and errnum in r. */
enum db_end link_connect(struct link *l, const struct db_conf *c, int64_t timeout_ms,
                         struct db_reply *r);
void link_close(struct link *l, const struct db_conf *c);

/* One statement; everything of r but own and ms is filled. A link that is of no more use is
 * closed. *dead: the connection was lost before the server can have read the statement. */
void link_run(struct link *l, const struct db_conf *c, const char *sql,
              const struct db_request *limits, struct db_reply *r, bool *dead);

/* Makes the session writable or read-only. False when the connection proved dead. */
bool link_set_writes(struct link *l, bool writes);

/* From another thread: ends what the link waits for, if it is this target's connection. */
void link_interrupt(struct link *l, const struct db_conf *c);

/* The ids of this process at a server. */
void own_add(const struct db_conf *c, uint64_t id);
void own_remove(const struct db_conf *c, uint64_t id);
size_t own_list(const struct db_conf *c, uint64_t *out, size_t max);

#endif
