/* Inside core/journal only: the file's schema and how it is opened. */
#ifndef JOURNAL_DB_H
#define JOURNAL_DB_H

#include <sqlite3.h>

#include "event/event.h"

#define DB_APPLICATION_ID 0x77617272 /* "warr" */
#define DB_VERSION        1

/* The hash before the first record. */
extern const char db_genesis[65];

/* Makes the tables of a new file. */
int db_create(sqlite3 *db, struct err *e);

/* Opens a file for reading (writable false: never writes, works in a read-only folder) and checks
 * that it is a session of a version this program reads. The caller closes it. */
sqlite3 *db_open(const char *path, bool writable, struct err *e);

/* Settings every writer needs: WAL, synchronous=FULL, no busy error before 5 s. */
int db_tune(sqlite3 *db, struct err *e);

int db_fail(sqlite3 *db, const char *path, struct err *e, int status);
int db_exec(sqlite3 *db, const char *sql, struct err *e);

/* Sequence number and hash of the newest record (0 and genesis when empty). 0 or -1. */
int db_head(sqlite3 *db, int64_t *seq, char hash[65]);

/* The columns seq,t_ms,kind,stage,actor,role,body of a stepped statement as an event. */
struct event *db_event(sqlite3_stmt *st, struct err *e);
const char *db_text(sqlite3_stmt *st, int column); /* never NULL */

#define DB_EVENT_COLUMNS "seq,t_ms,kind,stage,actor,role,body"

#endif
