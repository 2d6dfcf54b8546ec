/* Which requests came: the newest RING of each kind (those that only read apart from the rest, so
 * that polling does not push actions out). Bounded; bodies are cut. */
#ifndef SIM_REQLOG_H
#define SIM_REQLOG_H

#include <stdint.h>
#include <stdbool.h>

#include "base/json.h"

struct reqlog;

struct reqlog_entry {
    int64_t seq;           /* from 1, over all kinds */
    int64_t t_ms, real_ms; /* the sim's clock; the host's wall clock */
    char method[12];
    char *path, *args, *body; /* owned; cut at 200, 600, 1000 bytes */
    bool token;               /* an Authorization header came; its value is never kept */
    int status;               /* 0: not answered (yet) */
    char fault[12];           /* "hang", "drop", "lie", … or "" */
};

struct reqlog *reqlog_new(void);
void reqlog_free(struct reqlog *l);

/* Adds; polls are kept apart. Strings are copied. Returns the seq. */
int64_t reqlog_add(struct reqlog *l, bool poll, const struct reqlog_entry *e);
void reqlog_answered(struct reqlog *l, int64_t seq, int status, const char *fault);

/* Entries in the order they came, from `since` + 1 on; prefix and method may be NULL. */
cJSON *reqlog_json(const struct reqlog *l, int64_t since, const char *prefix, const char *method);
int64_t reqlog_count(const struct reqlog *l);

#endif
