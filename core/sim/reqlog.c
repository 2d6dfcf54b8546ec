/* Two rings of requests. */
#include "sim/reqlog.h"

#include <stdlib.h>
#include <string.h>

#define RING 512

struct ring {
    struct reqlog_entry e[RING];
    size_t start, n;
};

struct reqlog {
    struct ring ring[2]; /* 0: control plane, 1: polls */
    int64_t seq;
};

struct reqlog *reqlog_new(void)
{
    return xzalloc(1, sizeof(struct reqlog));
}

static void clear(struct reqlog_entry *e)
{
    free(e->path);
    free(e->args);
    free(e->body);
    memset(e, 0, sizeof *e);
}

void reqlog_free(struct reqlog *l)
{
    if (!l)
        return;
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < l->ring[k].n; i++)
            clear(&l->ring[k].e[(l->ring[k].start + i) % RING]);
    free(l);
}

static char *cut(const char *s, size_t max)
{
    char text[1001];
    str_copy(text, max + 1 < sizeof text ? max + 1 : sizeof text, s);
    return xstrdup(text);
}

int64_t reqlog_add(struct reqlog *l, bool poll, const struct reqlog_entry *e)
{
    struct ring *r = &l->ring[poll ? 1 : 0];
    if (r->n == RING) {
        clear(&r->e[r->start]);
        r->start = (r->start + 1) % RING;
        r->n--;
    }
    struct reqlog_entry *to = &r->e[(r->start + r->n++) % RING];
    *to = *e;
    to->seq = ++l->seq;
    to->path = cut(e->path, 200);
    to->args = cut(e->args, 600);
    to->body = cut(e->body, 1000);
    return to->seq;
}

void reqlog_answered(struct reqlog *l, int64_t seq, int status, const char *fault)
{
    for (int k = 0; k < 2; k++) {
        struct ring *r = &l->ring[k];
        for (size_t i = r->n; i-- > 0;) {
            struct reqlog_entry *e = &r->e[(r->start + i) % RING];
            if (e->seq < seq)
                break;
            if (e->seq == seq) {
                e->status = status;
                str_copy(e->fault, sizeof e->fault, fault);
            }
        }
    }
}

static cJSON *entry_json(const struct reqlog_entry *e)
{
    cJSON *o = cJSON_CreateObject();
    json_add_int(o, "seq", e->seq);
    json_add_int(o, "t_ms", e->t_ms);
    json_add_int(o, "real_ms", e->real_ms);
    json_add_str(o, "method", e->method);
    json_add_str(o, "path", e->path);
    json_add_str(o, "args", e->args);
    json_add_str(o, "body", e->body);
    json_add_bool(o, "token", e->token);
    json_add_int(o, "status", e->status);
    json_add_str(o, "fault", e->fault);
    return o;
}

static bool wanted(const struct reqlog_entry *e, int64_t since, const char *prefix,
                   const char *method)
{
    return e->seq > since && (!prefix || !strncmp(e->path, prefix, strlen(prefix))) &&
           (!method || !strcmp(e->method, method));
}

cJSON *reqlog_json(const struct reqlog *l, int64_t since, const char *prefix, const char *method)
{
    cJSON *list = cJSON_CreateArray();
    size_t at[2] = {0, 0};
    for (;;) { /* merges the two rings by seq */
        const struct reqlog_entry *e[2] = {NULL, NULL};
        for (int k = 0; k < 2; k++)
            if (at[k] < l->ring[k].n)
                e[k] = &l->ring[k].e[(l->ring[k].start + at[k]) % RING];
        if (!e[0] && !e[1])
            return list;
        int k = !e[1] || (e[0] && e[0]->seq < e[1]->seq) ? 0 : 1;
        at[k]++;
        if (wanted(e[k], since, prefix, method))
            cJSON_AddItemToArray(list, entry_json(e[k]));
    }
}

int64_t reqlog_count(const struct reqlog *l)
{
    return l->seq;
}
