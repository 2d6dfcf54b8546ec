/* One entry of the log as the journal has it: every field, the values, the hash. Read when it is
 * opened, not while drawing. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "base/text.h"
#include "journal/reader.h"
#include "tui/app_int.h"

static void field(struct buf *out, const char *name, const char *value)
{
    if (*value)
        buf_addf(out, "%s\n  %s\n", name, value);
}

static void scalar(const cJSON *x, struct buf *out)
{
    struct buf raw = BUF_INIT;
    char n[40];
    if (cJSON_IsString(x)) {
        text_clean(out, x->valuestring, strlen(x->valuestring));
    } else if (cJSON_IsNumber(x)) {
        num_exact(x->valuedouble, n, sizeof n);
        buf_adds(out, n);
    } else {
        json_print(x, &raw);
        text_clean(out, buf_str(&raw), raw.len);
    }
    buf_free(&raw);
}

/* A row a field; those of an object or list a row each below it. */
static void body(const cJSON *o, struct buf *out)
{
    const cJSON *x, *y;
    cJSON_ArrayForEach (x, o) {
        buf_addf(out, "%s\n", x->string);
        if (!cJSON_IsObject(x) && !cJSON_IsArray(x)) {
            buf_adds(out, "  ");
            scalar(x, out);
            buf_addc(out, '\n');
            continue;
        }
        cJSON_ArrayForEach (y, x) {
            buf_addf(out, "  %s%s", y->string ? y->string : "-", y->string ? " = " : " ");
            scalar(y, out);
            buf_addc(out, '\n');
        }
    }
}

static void describe(const struct event *ev, const char *hash, int64_t t0_ms, struct buf *out)
{
    char when[48], utc[40];
    struct buf line = BUF_INIT;
    event_log_line(ev, t0_ms, &line);
    time_full(ev->t_ms, when, sizeof when);
    time_rfc3339(ev->t_ms, utc, sizeof utc);
    field(out, "line", buf_str(&line));
    buf_addf(out, "when\n  %s   %s\n", when, utc);
    buf_addf(out, "kind\n  %s   level %s\n", event_word(ev->kind), level_word(event_level(ev)));
    field(out, "stage", ev->stage);
    field(out, "who", ev->actor);
    field(out, "role", ev->role);
    body(ev->body, out);
    field(out, "hash", hash);
    buf_free(&line);
}

void app_entry(struct app *a)
{
    struct err e = ERR_INIT;
    a->scene.entry = a->ui.entry_seq ? a->entry.p : NULL;
    if (a->entry_seq == a->ui.entry_seq)
        return;
    a->entry_seq = a->ui.entry_seq;
    buf_free(&a->entry);
    a->scene.entry = NULL;
    struct reader *r = a->entry_seq ? reader_open(a->o->session_path, &e) : NULL;
    if (!r)
        return;
    reader_seek(r, a->entry_seq - 1);
    struct event *ev = reader_next(r, &e);
    if (ev && ev->seq == a->entry_seq)
        describe(ev, reader_hash(r), a->scene.state->t0_ms, &a->entry);
    event_free(ev);
    reader_close(r);
    a->scene.entry = a->entry.p;
}
