/* The log's lines of the timeline: its steps and the freeze. */
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "event/event_int.h"

static const char *s(const cJSON *b, const char *key)
{
    return json_str_or(b, key, "");
}

static void say_freeze(const cJSON *b, struct buf *out)
{
    bool end = !strcmp(s(b, "which"), "end");
    char text[32];
    buf_addf(out, "FREEZE %s | %s", end ? "lifted" : "begins", s(b, "release"));
    if (*s(b, "held"))
        buf_addf(out, " | %s changes held", s(b, "held"));
    dur_print(json_int_or(b, "duration_ms", 0), text, sizeof text);
    if (end)
        buf_addf(out, " | after %s", text);
}

void event_line_timeline(const cJSON *b, struct buf *out)
{
    const char *op = s(b, "op");
    char late[32];
    if (!strcmp(op, "freeze")) {
        say_freeze(b, out);
        return;
    }
    if (!strcmp(op, "window")) {
        dur_print(json_int_or(b, "left_ms", 0), late, sizeof late);
        buf_addf(out, "the allowed hours end in %s", late);
    }
    if (!*s(b, "title"))
        return;
    buf_addf(out, "%s %s", s(b, "at"), s(b, "title"));
    dur_clock(json_int_or(b, "by_ms", 0), late, sizeof late);
    if (!strcmp(op, "open"))
        buf_addf(out, " | due%s%s", *s(b, "owner") ? ": " : "", s(b, "owner"));
    else if (!strcmp(op, "late"))
        buf_addf(out, " | LATE, open for %s", late);
    else
        buf_adds(out, " | closed");
    if (*s(b, "by"))
        buf_addf(out, " by %s", s(b, "by"));
    if (*s(b, "note"))
        buf_addf(out, " | %s", s(b, "note"));
}

void event_line_soak(const cJSON *b, struct buf *out)
{
    const char *op = s(b, "op");
    if (!strcmp(op, "begin"))
        buf_addf(out, "FIRST NIGHT | watched on, %lld check-ins",
                 (long long)json_int_or(b, "checkins", 0));
    else if (!strcmp(op, "missed"))
        buf_addf(out, "check-in %s MISSED: nobody has answered it", s(b, "label"));
    else if (!strcmp(op, "checkin"))
        buf_addf(out, "check-in %s, %lld of %lld: metrics OK? (checkpoint NOTE)", s(b, "label"),
                 (long long)json_int_or(b, "index", 0) + 1, (long long)json_int_or(b, "of", 0));
}
