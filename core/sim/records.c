/* Lists of records, one a kind. */
#include "sim/records.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define RECORDS_MAX 512

struct list {
    struct record r[RECORDS_MAX];
    size_t n;
    int next;
};

struct records {
    struct list list[RECORD_KINDS];
};

struct records *records_new(void)
{
    struct records *r = xzalloc(1, sizeof *r);
    for (int k = 0; k < RECORD_KINDS; k++)
        r->list[k].next = 1;
    return r;
}

void records_free(struct records *r)
{
    for (int k = 0; r && k < RECORD_KINDS; k++)
        for (size_t i = 0; i < r->list[k].n; i++)
            cJSON_Delete(r->list[k].r[i].body);
    free(r);
}

void records_drop(struct records *r, enum record_kind kind, struct record *one)
{
    struct list *l = &r->list[kind];
    size_t at = (size_t)(one - l->r);
    cJSON_Delete(one->body);
    memmove(one, one + 1, (l->n - at - 1) * sizeof *one);
    l->n--;
}

struct record *records_add(struct records *r, enum record_kind kind, const char *name, int64_t t_ms,
                           cJSON *body)
{
    struct list *l = &r->list[kind];
    if (l->n == RECORDS_MAX)
        records_drop(r, kind, &l->r[0]);
    struct record *one = &l->r[l->n++];
    *one = (struct record){.id = l->next++, .version = 1, .t_ms = t_ms, .body = body};
    str_copy(one->name, sizeof one->name, name);
    return one;
}

struct record *records_find(struct records *r, enum record_kind kind, const char *name)
{
    struct list *l = &r->list[kind];
    for (size_t i = l->n; i-- > 0;)
        if (!strcmp(l->r[i].name, name))
            return &l->r[i];
    return NULL;
}

struct record *records_at(struct records *r, enum record_kind kind, size_t i)
{
    struct list *l = &r->list[kind];
    return i < l->n ? &l->r[i] : NULL;
}

int records_next(const struct records *r, enum record_kind kind)
{
    return r->list[kind].next;
}
