/* Levels by kind, and for some kinds by the word that says what happened. */
#include "event/level.h"

#include "base/json.h"

/* A row without a key holds for the kind. The first that fits counts. */
static const struct {
    enum event_kind kind;
    const char *key, *word;
    enum level_of_line is;
} rows[] = {
    {EV_CRITICAL, NULL, NULL, LINE_ERROR},
    {EV_WARNING, NULL, NULL, LINE_WARN},
    {EV_STATUS, "to", "NODATA", LINE_WARN},
    {EV_DECISION, "decision", "PROCEED", LINE_INFO},
    {EV_DECISION, "decision", "ROLLBACK", LINE_ERROR},
    {EV_DECISION, "decision", "ABORT", LINE_ERROR},
    {EV_DECISION, NULL, NULL, LINE_WARN},
    {EV_ALERT, "state", "firing", LINE_ERROR},
    {EV_ALERT, "state", "blind", LINE_WARN},
    {EV_KILL_SWITCH, "state", "ENGAGED", LINE_ERROR},
    {EV_KILL_SWITCH, "state", "FAILED", LINE_ERROR},
    {EV_KILL_SWITCH, "state", "UNKNOWN", LINE_WARN},
    {EV_OBSERVED, "outcome", "failed", LINE_ERROR},
    {EV_OBSERVED, "outcome", "not_verified", LINE_ERROR},
    {EV_OBSERVED, "outcome", "unknown", LINE_ERROR},
    {EV_ROLLBACK, "op", "done", LINE_WARN},
    {EV_ROLLBACK, "op", "checked", LINE_WARN},
    {EV_ROLLBACK, NULL, NULL, LINE_ERROR},
    {EV_STAGE, "result", "override", LINE_WARN},
    {EV_STAGE, "result", "rollback", LINE_WARN},
    {EV_STAGE, "result", "abort", LINE_WARN},
    {EV_SOURCE, "state", "blind", LINE_WARN},
    {EV_SIGNAL, "severity", "Critical", LINE_ERROR},
    {EV_SIGNAL, "severity", "Warning", LINE_WARN},
    {EV_FINAL, "decision", "PASS", LINE_INFO},
    {EV_FINAL, "decision", "FAIL", LINE_ERROR},
    {EV_FINAL, "decision", "ABORTED", LINE_ERROR},
    {EV_FINAL, NULL, NULL, LINE_WARN},
    {EV_SESSION, "op", "leave", LINE_WARN},
};

enum level_of_line event_level(const struct event *ev)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].kind == ev->kind && (!rows[i].key || event_is(ev, rows[i].key, rows[i].word)))
            return rows[i].is;
    if (json_bool_or(ev->body, "override", false) || !json_bool_or(ev->body, "ok", true) ||
        !json_bool_or(ev->body, "complete", true))
        return LINE_WARN; /* a gate overridden, a refusal, something not written */
    return LINE_INFO;
}

const char *level_word(enum level_of_line l)
{
    static const char *const words[] = {"INFO", "WARN", "ERROR"};
    return words[l];
}
