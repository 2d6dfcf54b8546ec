/* Lines of what people said beside signals, and of evidence files. */
#include "event/event_int.h"

#include <string.h>

#include "base/json.h"

static const char *s(const struct event *ev, const char *key)
{
    return json_str_or(ev->body, key, "");
}

static long long of(const struct event *ev)
{
    return (long long)json_int_or(ev->body, "of", 0);
}

bool logline_talk(const struct event *ev, struct buf *out)
{
    const char *op = s(ev, "op");
    if (!strcmp(op, "correct")) {
        event_put_who(ev, out);
        buf_addf(out, " corrects #%lld: %s", of(ev), s(ev, "text"));
        return false;
    }
    if (!strcmp(op, "incident"))
        buf_addf(out, "INCIDENT %s | ", s(ev, "severity"));
    else if (!strcmp(op, "resolved"))
        buf_addf(out, "incident #%lld RESOLVED | ", of(ev));
    else
        return false;
    event_put_who(ev, out);
    buf_addf(out, ": %s", s(ev, "text"));
    return true;
}

void logline_parking(const struct event *ev, struct buf *out)
{
    if (strcmp(s(ev, "op"), "turn") != 0)
        return;
    buf_addf(out, "parked #%lld becomes %s | ", of(ev), s(ev, "into"));
    event_put_who(ev, out);
    buf_addf(out, ": %s", s(ev, "text"));
}

void logline_evidence(const struct event *ev, struct buf *out)
{
    const cJSON *name;
    int n = 0;
    if (!strcmp(s(ev, "op"), "evidence")) {
        if (!json_bool_or(ev->body, "ok", true))
            buf_addf(out, "evidence %s NOT WRITTEN | %s", s(ev, "file"), s(ev, "why"));
        return;
    }
    buf_addf(out, "%s | %lld files",
             json_bool_or(ev->body, "complete", false) ? "evidence complete"
                                                       : "EVIDENCE INCOMPLETE",
             (long long)json_int_or(ev->body, "files", 0));
    if (of(ev) > 0)
        buf_addf(out, ", the plan wants %lld", of(ev));
    cJSON_ArrayForEach (name, json_arr(ev->body, "missing")) {
        if (cJSON_IsString(name) && n++ < 4)
            buf_addf(out, "%s%s", n == 1 ? " | missing: " : ", ", name->valuestring);
    }
    if (n > 4)
        buf_addf(out, " +%d", n - 4);
}
