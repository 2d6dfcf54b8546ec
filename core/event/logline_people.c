/* Lines about people: a handover, a call, a refused word, what was said and needs no asking. */
#include "event/event_int.h"

#include <string.h>

#include "base/json.h"
#include "base/num.h"

static const char *s(const struct event *ev, const char *key)
{
    return json_str_or(ev->body, key, "");
}

static void tail(const struct event *ev, const char *key, struct buf *out)
{
    if (*s(ev, key))
        buf_addf(out, " | %s", s(ev, key));
}

static void handover(const struct event *ev, struct buf *out)
{
    event_put_who(ev, out);
    buf_addf(out, ": command goes%s%s to %s", *s(ev, "from") ? " from " : "", s(ev, "from"),
             s(ev, "to"));
    tail(ev, "reason", out);
}

static void called(const struct event *ev, struct buf *out)
{
    char within[32];
    int64_t due_ms = json_int_or(ev->body, "due_ms", 0);
    dur_print(due_ms - ev->t_ms, within, sizeof within);
    buf_addf(out, "%s CALLED%s: %s", s(ev, "level"),
             json_bool_or(ev->body, "missed", false) ? ", nobody answered before" : "",
             s(ev, "whom"));
    if (due_ms > 0)
        buf_addf(out, " within %s", within);
    tail(ev, "why", out);
}

void logline_people(const struct event *ev, struct buf *out)
{
    if (ev->kind == EV_HANDOVER) {
        handover(ev, out);
    } else if (ev->kind == EV_OBSERVED) {
        buf_adds(out, "REFUSED: ");
        event_put_who(ev, out);
        buf_addf(out, " asked for %s", s(ev, "do"));
        tail(ev, "why", out);
    } else if (!strcmp(s(ev, "op"), "ack")) {
        event_put_who(ev, out);
        buf_adds(out, " has seen it");
    } else if (!strcmp(s(ev, "op"), "over")) {
        buf_addf(out, "%s: over", s(ev, "level"));
    } else if (!strcmp(s(ev, "op"), "called")) {
        called(ev, out);
    }
}

bool logline_said(const struct event *ev, struct buf *out)
{
    bool issue = !strcmp(s(ev, "do"), "issue"), gone = json_bool_or(ev->body, "gone", false);
    if (!issue && strcmp(s(ev, "do"), "confirm") != 0)
        return false;
    event_put_who(ev, out);
    if (issue)
        buf_addf(out, " %s %s", gone ? "closes the issue about" : "opens an issue about",
                 s(ev, "metric"));
    else
        buf_addf(out, " %s %s", json_bool_or(ev->body, "ok", false) ? "confirms" : "says NO to",
                 s(ev, "item"));
    tail(ev, "note", out);
    return true;
}
