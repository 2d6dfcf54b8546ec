/* What the first event says, as the rows of `session` and `series`: written once, compared by
 * verify. */
#ifndef JOURNAL_FIRST_H
#define JOURNAL_FIRST_H

#include <sqlite3.h>

#include "base/err.h"
#include "event/event.h"

/* Writes the rows; an SQLite code. */
int first_write(sqlite3 *db, const struct event *first);

/* -1 with e when the rows are not exactly what the event says. what names the file. */
int first_check(sqlite3 *db, const struct event *first, const char *what, struct err *e);

#endif
