/* Events on their way to the disk. What is handed to the room is exactly what will be read back
 * from the file, so that a live run and its replay fold the same. */
#include "journal/journal_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/dlog.h"
#include "base/json.h"
#include "base/text.h"

static void mask_string(cJSON *x)
{
    struct buf b = BUF_INIT;
    secret_mask(&b, x->valuestring, strlen(x->valuestring));
    if (strcmp(buf_str(&b), x->valuestring) != 0)
        cJSON_SetValuestring(x, buf_str(&b));
    buf_free(&b);
}

/* Our own bodies are a few levels deep. A number that is none becomes null, as it is printed. */
static void make_plain(cJSON *x)
{
    for (; x; x = x->next) {
        if (cJSON_IsString(x) && x->valuestring)
            mask_string(x);
        else if (cJSON_IsNumber(x) && !isfinite(x->valuedouble))
            x->type = (x->type & ~0xff) | cJSON_NULL;
        else if (x->child)
            make_plain(x->child);
    }
}

static void clean_name(char *name, size_t size)
{
    char masked[128];
    secret_mask_to(masked, sizeof masked, name);
    text_clean_to(name, size, masked);
}

struct pending *pending_new(struct event *ev)
{
    struct pending *p = xzalloc(1, sizeof *p);
    struct buf b = BUF_INIT;
    make_plain(ev->body->child);
    json_print(ev->body, &b);
    if (b.len > BODY_MAX) {
        dlog("a %s event of %zu bytes is too large for the journal", event_word(ev->kind), b.len);
        cJSON_Delete(ev->body);
        ev->body = cJSON_CreateObject();
        json_add_str(ev->body, "why", "the body of this event was too large to be recorded");
        buf_clear(&b);
        json_print(ev->body, &b);
    }
    clean_name(ev->stage, sizeof ev->stage);
    clean_name(ev->actor, sizeof ev->actor);
    clean_name(ev->role, sizeof ev->role);
    str_copy(p->stage, sizeof p->stage, ev->stage);
    str_copy(p->actor, sizeof p->actor, ev->actor);
    str_copy(p->role, sizeof p->role, ev->role);
    p->t_ms = ev->t_ms;
    p->kind = ev->kind;
    p->body_n = b.len;
    p->body = buf_take(&b);
    p->since_ms = mono_now().ms;
    p->ev = ev;
    return p;
}

void pending_free(struct pending *p)
{
    if (!p)
        return;
    event_free(p->ev);
    free(p->body);
    free(p);
}

void pending_record(const struct pending *p, struct record *out)
{
    const char *word = event_word(p->kind);
    *out = (struct record){p->seq, p->t_ms, {{word, strlen(word)}}};
    out->text[REC_STAGE] = (struct span){p->stage, strlen(p->stage)};
    out->text[REC_ACTOR] = (struct span){p->actor, strlen(p->actor)};
    out->text[REC_ROLE] = (struct span){p->role, strlen(p->role)};
    out->text[REC_BODY] = (struct span){p->body, p->body_n};
}

bool pending_is(const struct pending *p, const struct record *r)
{
    struct record mine;
    pending_record(p, &mine);
    if (mine.t_ms != r->t_ms)
        return false;
    for (int i = 0; i < REC_TEXTS; i++)
        if (mine.text[i].n != r->text[i].n || memcmp(mine.text[i].p, r->text[i].p, r->text[i].n))
            return false;
    return true;
}

void pending_init(struct pending_list *l)
{
    *l = (struct pending_list){.tail = NULL};
    l->tail = &l->first;
}

void pending_add(struct pending_list *l, struct pending *p)
{
    p->next = NULL;
    *l->tail = p;
    l->tail = &p->next;
    l->n++;
    if (!l->fresh)
        l->fresh = p;
    l->n_fresh++;
    if (p->kind == EV_TICK)
        l->tick_bytes += p->body_n + sizeof *p;
}

struct pending *pending_take(struct pending_list *l)
{
    struct pending *p = l->first;
    if (!p)
        return NULL;
    l->first = p->next;
    if (!l->first)
        l->tail = &l->first;
    l->n--;
    if (l->fresh == p) {
        l->fresh = p->next;
        l->n_fresh--;
    }
    if (p->kind == EV_TICK)
        l->tick_bytes -= p->body_n + sizeof *p;
    p->next = NULL;
    return p;
}

struct event *pending_hand_out(struct pending_list *l, size_t *index)
{
    struct pending *p = l->fresh;
    if (!p)
        return NULL;
    struct event *ev = p->ev;
    *index = l->n - l->n_fresh;
    p->ev = NULL;
    l->fresh = p->next;
    l->n_fresh--;
    return ev;
}
