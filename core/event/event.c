/* Records of the tape: made, copied, listed, decoded. Knows words, not meaning. */
#include "event/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

static const struct {
    const char *word, *doc;
} kinds[] = {
#define X(id, word, doc) {word, doc},
#include "event/kinds.def"
#undef X
};

const char *event_word(enum event_kind kind)
{
    return kinds[kind].word;
}

const char *event_doc(enum event_kind kind)
{
    return kinds[kind].doc;
}

int event_kind_of(const char *word)
{
    for (int k = 0; k < EV_KINDS; k++)
        if (!strcmp(kinds[k].word, word))
            return k;
    return -1;
}

bool event_is(const struct event *ev, const char *key, const char *word)
{
    const char *is = json_str(ev->body, key);
    return is && !strcmp(is, word);
}

struct event *event_new(enum event_kind kind, int64_t t_ms, const char *actor)
{
    struct event *ev = xzalloc(1, sizeof *ev);
    ev->kind = kind;
    ev->t_ms = t_ms;
    str_copy(ev->actor, sizeof ev->actor, actor);
    ev->body = cJSON_CreateObject();
    return ev;
}

void event_free(struct event *ev)
{
    if (!ev)
        return;
    cJSON_Delete(ev->body);
    free(ev);
}

struct event *event_dup(const struct event *ev)
{
    struct event *copy = xzalloc(1, sizeof *copy);
    *copy = *ev;
    copy->next = NULL;
    copy->body = cJSON_Duplicate(ev->body, true);
    return copy;
}

void event_list_init(struct event_list *l)
{
    *l = (struct event_list){NULL, NULL, 0};
    l->tail = &l->first;
}

void event_list_add(struct event_list *l, struct event *ev)
{
    ev->next = NULL;
    *l->tail = ev;
    l->tail = &ev->next;
    l->n++;
}

struct event *event_list_take(struct event_list *l)
{
    struct event *ev = l->first;
    if (!ev)
        return NULL;
    l->first = ev->next;
    if (!l->first)
        l->tail = &l->first;
    l->n--;
    ev->next = NULL;
    return ev;
}

void event_list_free(struct event_list *l)
{
    for (struct event *ev; (ev = event_list_take(l));)
        event_free(ev);
}

struct event *event_decode(int64_t seq, int64_t t_ms, const char *kind, const char *stage,
                           const char *actor, const char *role, const char *body, struct err *e)
{
    int k = event_kind_of(kind ? kind : "");
    if (k < 0) {
        err_set(e, EX_BADDATA, "record %lld is of an unknown kind", (long long)seq);
        return NULL;
    }
    cJSON *o = json_parse(body, body ? strlen(body) : 0);
    if (!cJSON_IsObject(o)) {
        cJSON_Delete(o);
        err_set(e, EX_BADDATA, "record %lld (%s) has no JSON object for a body", (long long)seq,
                kinds[k].word);
        return NULL;
    }
    struct event *ev = xzalloc(1, sizeof *ev);
    *ev = (struct event){.seq = seq, .t_ms = t_ms, .kind = (enum event_kind)k, .body = o};
    text_clean_to(ev->stage, sizeof ev->stage, stage);
    text_clean_to(ev->actor, sizeof ev->actor, actor);
    text_clean_to(ev->role, sizeof ev->role, role);
    return ev;
}

/* A body cannot pass for what the record itself says. */
static bool is_header(const char *key)
{
    static const char *const header[] = {"t", "t_plus", "seq", "kind", "stage", "actor", "role"};
    for (size_t i = 0; i < sizeof header / sizeof *header; i++)
        if (!strcmp(header[i], key))
            return true;
    return false;
}

void event_json_line(const struct event *ev, int64_t t0_ms, struct buf *out)
{
    char when[40];
    cJSON *o = cJSON_CreateObject();
    const cJSON *field;
    time_rfc3339(ev->t_ms, when, sizeof when);
    json_add_str(o, "t", when);
    if (t0_ms >= 0)
        json_add_num(o, "t_plus", (double)(ev->t_ms - t0_ms) / 1000);
    else
        cJSON_AddNullToObject(o, "t_plus");
    json_add_int(o, "seq", ev->seq);
    json_add_str(o, "kind", event_word(ev->kind));
    json_add_str(o, "stage", ev->stage);
    json_add_str(o, "actor", ev->actor);
    json_add_str(o, "role", ev->role);
    cJSON_ArrayForEach (field, ev->body) {
        if (field->string && !is_header(field->string))
            cJSON_AddItemReferenceToObject(o, field->string, (cJSON *)(uintptr_t)field);
    }
    json_print(o, out);
    cJSON_Delete(o);
}
