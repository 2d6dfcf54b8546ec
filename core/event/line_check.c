/* Lines of `preflight` events: what has not passed, what a person said, what writes, and what a
 * command printed. */
#include "event/event_int.h"

#include <string.h>

#include "base/json.h"

static const char *result_word(const char *result)
{
    static const char *const words[][2] = {
        {"pass", "pass"},  {"warn", "WARN"},       {"fail", "FAIL"},
        {"wait", "waits"}, {"unknown", "UNKNOWN"}, {"rehearsed", "rehearsed, nothing was sent"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i][0], result))
            return words[i][1];
    return result;
}

static void add(struct buf *out, const char *text)
{
    if (*text)
        buf_addf(out, " | %s", text);
}

static void say_result(const struct event *ev, const char *who, struct buf *out)
{
    const cJSON *b = ev->body;
    buf_addf(out, "check %s %s: %s", json_str_or(b, "id", ""), json_str_or(b, "title", ""),
             result_word(json_str_or(b, "result", "")));
    if (*ev->role)
        add(out, who);
    add(out, json_str_or(b, "actual", ""));
    add(out, json_str_or(b, "why", ""));
    add(out, json_str_or(b, "reference", ""));
}

void line_check(const struct event *ev, const char *who, struct buf *out)
{
    const cJSON *b = ev->body;
    const char *op = json_str_or(b, "op", ""), *id = json_str_or(b, "id", "");
    bool pass = !strcmp(json_str_or(b, "result", ""), "pass");
    bool long_one = json_str(b, "output") || json_arr(b, "steps");
    if (!strcmp(op, "begin")) {
        buf_addf(out, "check %s begins: it writes to the kill switch", id);
    } else if (!strcmp(op, "waive")) {
        buf_addf(out, "check %s %s WAIVED by %s", id, json_str_or(b, "title", ""), who);
        add(out, json_str_or(b, "reason", ""));
    } else if (!strcmp(op, "final")) {
        buf_addf(out, "checks at the start: %s", pass ? "passed" : "NO-GO");
        add(out, json_str_or(b, "why", ""));
    } else if (!pass || *ev->role || long_one) {
        say_result(ev, who, out);
    }
}
