/* Lines of bursts and of messages. */
#include "event/event_int.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/num.h"

/* The sums of a burst; its rows are the transcript. */
void line_burst(const cJSON *b, struct buf *out)
{
    char good[24], avg[24], p95[24];
    double x = NAN, y = NAN, z = NAN;
    if (json_int_or(b, "sent", -1) < 0)
        return;
    json_num(b, "success_pct", &x);
    json_num(b, "avg_ms", &y);
    json_num(b, "p95_ms", &z);
    num_short(x, good, sizeof good);
    num_short(y, avg, sizeof avg);
    num_short(z, p95, sizeof p95);
    buf_addf(out, "burst%s: %lld of %lld sent by %lld users | good=%s%% avg=%sms p95=%sms",
             json_bool_or(b, "stopped", false) ? " STOPPED" : "",
             (long long)json_int_or(b, "sent", 0), (long long)json_int_or(b, "of", 0),
             (long long)json_int_or(b, "users", 0), good, avg, p95);
}

static void line_because(const cJSON *b, struct buf *out)
{
    const char *why = json_str_or(b, "why", "");
    if (*why)
        buf_addf(out, " | %s", why);
}

void line_follow(const cJSON *b, struct buf *out)
{
    const char *op = json_str_or(b, "op", ""), *name = json_str_or(b, "name", "");
    if (!strcmp(op, "log_line") && json_bool_or(b, "error", false))
        buf_addf(out, "%s | %s", name, json_str_or(b, "text", ""));
    else if (!strcmp(op, "log_mark"))
        buf_addf(out, "%s | %lld/%lld %s%s", name, (long long)json_int_or(b, "mark", 0),
                 (long long)json_int_or(b, "of", 0), json_str_or(b, "text", ""),
                 json_bool_or(b, "early", false) ? " | BEFORE ITS TURN" : "");
    else if (!strcmp(op, "log_lost"))
        buf_addf(out, "%s | %lld lines were too many to show", name,
                 (long long)json_int_or(b, "n", 0));
    else if (!strcmp(op, "log_state"))
        buf_addf(out, "%s is %s%s%s", name,
                 strcmp(json_str_or(b, "is", ""), "absent") ? "there now" : "NOT THERE",
                 *json_str_or(b, "why", "") ? " | " : "", json_str_or(b, "why", ""));
}

/* One line a message; its text is in the record and in the list of messages. */
bool line_notify(const cJSON *b, struct buf *out)
{
    static const char *const words[][2] = {{"sent", "sent"},
                                           {"failed", "FAILED, its text is kept"},
                                           {"blocked", "BLOCKED, not sent"},
                                           {"waits", "waits: send or drop"},
                                           {"shown", "shown, not sent"},
                                           {"rehearsed", "rehearsed, not sent"},
                                           {"dropped", "dropped"}};
    const char *op = json_str_or(b, "op", ""), *to = json_str_or(b, "to", "");
    if (!*to)
        to = json_str_or(b, "channel", "");
    if (!strcmp(op, "due")) {
        buf_addf(out, "DUE: %s", json_str_or(b, "text", ""));
        return true;
    }
    if (!*op)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i][0], op))
            op = words[i][1];
    buf_addf(out, "message %s (%s) to %s: %s", json_str_or(b, "id", ""), json_str_or(b, "on", ""),
             to, op);
    if (strcmp(json_str_or(b, "op", ""), "sent") != 0 &&
        strcmp(json_str_or(b, "op", ""), "waits") != 0)
        line_because(b, out);
    return true;
}

/* The checks after a rollback: how many are met, and which are not. */
void line_checked(const cJSON *b, struct buf *out)
{
    const cJSON *c, *list = json_arr(b, "checks");
    int met = 0;
    cJSON_ArrayForEach (c, list)
        met += json_bool_or(c, "met", false);
    buf_addf(out, "after the rollback %d/%d met", met, cJSON_GetArraySize(list));
    cJSON_ArrayForEach (c, list) {
        const cJSON *is = cJSON_GetObjectItemCaseSensitive(c, "met");
        if (!cJSON_IsTrue(is))
            buf_addf(out, " | %s: %s", cJSON_IsFalse(is) ? "NOT MET" : "UNKNOWN",
                     json_str_or(c, "id", ""));
    }
}
