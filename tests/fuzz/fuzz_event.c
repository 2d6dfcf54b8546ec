/* Bytes as a record: the first names the kind, then stage, actor, role and body, a line each. What
 * decodes prints as clean text and comes back the same from its own JSON. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "event/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool fine)
{
    if (!fine)
        abort();
}

/* No control characters, and nothing that turns the line round. */
static void must_be_clean(const struct buf *b)
{
    for (size_t i = 0; i < b->len; i++)
        must((unsigned char)b->p[i] >= 0x20 && b->p[i] != 0x7f);
    must(!b->len || !strstr(b->p, "\xE2\x80\xAE"));
}

static void check(const struct event *ev)
{
    struct buf line = BUF_INIT, json = BUF_INIT, again = BUF_INIT;
    event_log_line(ev, ev->t_ms - 61000, &line);
    must_be_clean(&line);
    buf_clear(&line);
    event_log_line(ev, -1, &line);
    must_be_clean(&line);
    json_print(ev->body, &json);
    struct event *back = event_decode(ev->seq, ev->t_ms, event_word(ev->kind), ev->stage, ev->actor,
                                      ev->role, json.p, NULL);
    must(back != NULL);
    json_print(back->body, &again);
    must(!strcmp(json.p, again.p));
    must(!strcmp(ev->stage, back->stage) && !strcmp(ev->actor, back->actor));
    buf_clear(&line);
    event_json_line(back, 0, &line);
    must(!memchr(line.p, '\n', line.len));
    event_free(back);
    buf_free(&line);
    buf_free(&json);
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = ERR_INIT;
    char *part[4], *text;
    if (size < 1)
        return 0;
    text = xstrndup((const char *)data + 1, size - 1);
    char *rest = text;
    for (int i = 0; i < 4; i++) {
        part[i] = rest;
        char *end = i < 3 ? strchr(rest, '\n') : NULL;
        rest = end ? end + 1 : rest + strlen(rest);
        if (end)
            *end = '\0';
    }
    struct event *ev = event_decode(7, 1769958000000, event_word(data[0] % EV_KINDS), part[0],
                                    part[1], part[2], part[3], &e);
    must(ev || e.status);
    if (ev)
        check(ev);
    event_free(ev);
    free(text);
    return 0;
}
