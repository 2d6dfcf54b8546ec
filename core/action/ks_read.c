/* What an answer says about a kill switch (fail closed), and the command for a person's own hands.
 */
#include "action/killswitch.h"

#include <string.h>

#include "base/dlog.h"
#include "base/json.h"
#include "base/text.h"

static enum ks_answer bad(char *why, size_t size, const char *text)
{
    str_copy(why, size, text);
    return KS_ANSWER_UNKNOWN;
}

enum ks_answer killswitch_read(const struct http_reply *r, const char *path, char *why, size_t size)
{
    why[0] = '\0';
    if (r->end != HTTP_ANSWERED)
        return bad(why, size, *r->why ? r->why : "no answer");
    if (r->status < 200 || r->status > 299) {
        str_fmt(why, size, "status %d", r->status);
        return KS_ANSWER_UNKNOWN;
    }
    cJSON *o = json_parse(r->body, r->body_len);
    if (!o)
        return bad(why, size, r->body_len ? "not JSON" : "an empty body");
    const cJSON *field = json_path(o, path);
    enum ks_answer is = KS_ANSWER_UNKNOWN;
    if (cJSON_IsFalse(field))
        is = KS_ANSWER_OFF;
    else if (cJSON_IsTrue(field))
        is = KS_ANSWER_ON;
    else
        str_fmt(why, size, "field %s is %s", path, field ? "not true or false" : "missing");
    cJSON_Delete(o);
    return is;
}

/* 'text' for a POSIX shell. */
static void quote(struct buf *out, const char *text)
{
    buf_addc(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            buf_adds(out, "'\\''");
        else
            buf_addc(out, *text);
    }
    buf_addc(out, '\'');
}

void killswitch_manual(const struct plan *plan, bool on, struct buf *out)
{
    struct buf line = BUF_INIT;
    for (size_t i = 0; i < plan->n_ks; i++) {
        const struct http_call *c = on ? &plan->ks[i].engage : &plan->ks[i].release;
        buf_addf(&line, "%scurl -sS -X %s ", i ? "\n" : "", c->method);
        if (*c->token)
            buf_adds(&line, "-H 'Authorization: Bearer ***' ");
        if (c->body) {
            buf_adds(&line, c->is_json ? "-H 'Content-Type: application/json' -d " : "-d ");
            quote(&line, c->body);
            buf_addc(&line, ' ');
        }
        quote(&line, c->url);
    }
    secret_mask(out, buf_str(&line), line.len);
    buf_free(&line);
}
