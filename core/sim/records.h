/* What was handed to the servers beside the canary (boards, rules, messages, settings) and can be
 * read back. Bounded: the oldest of a kind is forgotten. */
#ifndef SIM_RECORDS_H
#define SIM_RECORDS_H

#include <stdint.h>

#include "base/json.h"

enum record_kind {
    RECORD_DASHBOARD,
    RECORD_RULE,
    RECORD_POLICY,
    RECORD_INCIDENT,
    RECORD_MAIL,
    RECORD_CHAT,
    RECORD_CONFIG,
    RECORD_MANIFEST,
    RECORD_KINDS
};

struct record {
    int id, version; /* from 1, per kind */
    char name[96];   /* uid, channel, setting: what it is found by */
    int64_t t_ms;    /* of the simulated world */
    cJSON *body;     /* owned */
};

struct records;
struct records *records_new(void);
void records_free(struct records *r);

/* Adds; takes the body. */
struct record *records_add(struct records *r, enum record_kind kind, const char *name, int64_t t_ms,
                           cJSON *body);
/* Newest one of that name, or NULL. */
struct record *records_find(struct records *r, enum record_kind kind, const char *name);
void records_drop(struct records *r, enum record_kind kind, struct record *one);
/* i = 0 is the oldest; NULL behind the newest. */
struct record *records_at(struct records *r, enum record_kind kind, size_t i);
/* The id the next one will have. */
int records_next(const struct records *r, enum record_kind kind);

#endif
