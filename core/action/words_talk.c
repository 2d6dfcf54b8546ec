/* Corrections, incidents, and notes that become something: `N TEXT` and the like, read and made
 * into events. What they point at must be there. */
#include <string.h>

#include "action/guard_int.h"
#include "action/words_int.h"
#include "base/dlog.h"
#include "base/json.h"
#include "base/num.h"

/* `17 rest` or `#17 rest`: the number, and where the rest begins. */
static bool number_first(const char *text, int64_t *n, const char **rest)
{
    char digits[20];
    text += *text == '#';
    size_t len = strspn(text, "0123456789");
    if (!len || len >= sizeof digits || (text[len] && text[len] != ' '))
        return false;
    str_fmt(digits, sizeof digits, "%.*s", (int)len, text);
    *rest = text + len + strspn(text + len, " ");
    return int_parse(digits, 1, INT64_MAX, n) == 0;
}

static const char *severity_of(const char *text, const char **rest)
{
    static const char *const words[] = {"Critical", "Warning", "Info"};
    for (size_t i = 0; i < 3; i++) {
        size_t n = strlen(words[i]);
        if (!strncasecmp(text, words[i], n) && (!text[n] || text[n] == ' ')) {
            *rest = text + n + strspn(text + n, " ");
            return words[i];
        }
    }
    return NULL;
}

static const char *into_of(const char *text)
{
    static const char *const words[] = {"incident", "action", "rca"};
    for (size_t i = 0; i < 3; i++) {
        size_t n = strlen(words[i]);
        if (!strncmp(text, words[i], n) && (!text[n] || text[n] == ' '))
            return words[i];
    }
    return NULL;
}

/* Numbers in lists count all there ever were, so that they stay what they are. */
static const struct incident *incident_at(const struct state *s, int64_t n)
{
    int64_t i = n - 1 - (int64_t)(s->talk.incidents_total - s->talk.n_incidents);
    return i >= 0 && i < (int64_t)s->talk.n_incidents ? &s->talk.incidents[i] : NULL;
}

static const struct note *note_at(const struct state *s, int64_t n)
{
    int64_t i = n - 1 - (int64_t)(s->talk.notes_total - s->talk.n_notes);
    return i >= 0 && i < (int64_t)s->talk.n_notes ? &s->talk.notes[i] : NULL;
}

/* An entry older than the kept lines may still be pointed at. */
static bool is_entry(const struct state *s, int64_t seq)
{
    for (size_t i = 0; i < s->log_n; i++)
        if (state_log(s, i)->seq == seq)
            return true;
    return s->log_n && seq < state_log(s, 0)->seq && s->log_total > s->log_n;
}

static int allow_correct(const struct state *s, const struct intent *in, struct err *why)
{
    int64_t n;
    const char *rest;
    char text[LINE_TEXT_MAX], words[160], lang[3];
    if (!number_first(in->reason, &n, &rest) || !*rest)
        REFUSE("say which entry and how it should read: correct 17 the lag was of db-r3");
    if (!is_entry(s, n))
        REFUSE("#%lld is no entry of the log", (long long)n);
    str_copy(text, sizeof text, rest);
    if (opinion_words(text, words, sizeof words, lang))
        REFUSE("this reads as an opinion (%s): it belongs in the parking lot", words);
    return 0;
}

static int allow_incident(const struct intent *in, struct err *why)
{
    const char *rest;
    if (!severity_of(in->reason, &rest) || !*rest)
        REFUSE("say how bad it is and what it is: incident critical orders fail to load (critical, "
               "warning, info)");
    return 0;
}

static int allow_over(const struct state *s, const struct intent *in, struct err *why)
{
    int64_t n;
    const char *rest;
    if (!number_first(in->reason, &n, &rest) || !*rest)
        REFUSE("say which incident and how it was resolved: resolve-incident 1 pod restarted");
    const struct incident *at = incident_at(s, n);
    if (!at)
        REFUSE("there is no incident %lld; there are %u", (long long)n, s->talk.incidents_total);
    if (at->resolved_ms)
        REFUSE("incident %lld was resolved by %s: %s", (long long)n, at->resolved_by,
               at->resolution);
    return 0;
}

static int allow_turn(const struct state *s, const struct intent *in, struct err *why)
{
    int64_t n;
    const char *rest;
    if (!number_first(in->reason, &n, &rest) || !into_of(rest))
        REFUSE("say which note and what it becomes: turn 2 action (incident, action, rca)");
    const struct note *at = note_at(s, n);
    if (!at)
        REFUSE("there is no parked note %lld; there are %u", (long long)n, s->talk.notes_total);
    if (*at->into)
        REFUSE("note %lld is %s already", (long long)n, at->into);
    return 0;
}

static const struct alert_state *alert_named(const struct state *s, const char *name)
{
    for (size_t i = 0; i < s->n_alerts; i++)
        if (s->alerts[i].firing && !strcmp(s->alerts[i].name, name))
            return &s->alerts[i];
    return NULL;
}

static int allow_ack(const struct state *s, const struct intent *in, struct err *why)
{
    const struct alert_state *a = alert_named(s, in->reason);
    if (!a)
        REFUSE("no alert of that name fires: %s", in->reason);
    if (*a->ack_by)
        REFUSE("%s has acknowledged %s already", a->ack_by, a->name);
    return 0;
}

int talk_allowed(const struct state *s, const struct intent *in, struct err *why)
{
    switch (in->kind) {
    case INTENT_CORRECT:
        return allow_correct(s, in, why);
    case INTENT_INCIDENT:
        return allow_incident(in, why);
    case INTENT_INCIDENT_OVER:
        return allow_over(s, in, why);
    case INTENT_TURN:
        return allow_turn(s, in, why);
    case INTENT_ACK_ALERT:
        return allow_ack(s, in, why);
    default:
        return 0;
    }
}

static void add_text(cJSON *body, const char *text)
{
    char masked[LINE_TEXT_MAX];
    secret_mask_to(masked, sizeof masked, text);
    json_add_str(body, "text", masked);
}

/* A correction is a new entry: what it says is read like a signal, with the old one as evidence. */
static void correct(const struct state *s, const struct judge *j, const struct intent *in,
                    struct event *ev)
{
    int64_t n = 0;
    const char *rest = "";
    struct line l;
    struct intent as = {.kind = INTENT_SIGNAL};
    number_first(in->reason, &n, &rest);
    str_copy(as.reason, sizeof as.reason, rest);
    words_read(s, &as, &l, NULL);
    json_add_str(ev->body, "op", "correct");
    json_add_int(ev->body, "of", n);
    add_text(ev->body, *l.text ? l.text : rest);
    words_evidence(s, j, &l, ev->body);
}

/* What the guard has not seen may point at nothing: then it points at 0. */
static void over(const struct state *s, const struct intent *in, cJSON *body)
{
    int64_t n = 0;
    const char *rest = "";
    number_first(in->reason, &n, &rest);
    const struct incident *at = incident_at(s, n);
    json_add_str(body, "op", "resolved");
    json_add_int(body, "of", at ? at->seq : 0);
    add_text(body, rest);
}

static void turn(const struct state *s, const struct intent *in, cJSON *body)
{
    int64_t n = 0;
    const char *rest = "";
    number_first(in->reason, &n, &rest);
    const struct note *at = note_at(s, n);
    json_add_str(body, "op", "turn");
    json_add_int(body, "of", at ? at->seq : 0);
    json_add_str(body, "into", into_of(rest));
    json_add_str(body, "text", at ? at->text : "");
}

void talk_event(const struct state *s, const struct judge *j, const struct intent *in,
                struct event *ev)
{
    const char *rest = in->reason;
    if (in->kind == INTENT_CORRECT) {
        correct(s, j, in, ev);
    } else if (in->kind == INTENT_INCIDENT) {
        json_add_str(ev->body, "op", "incident");
        json_add_str(ev->body, "severity", severity_of(in->reason, &rest));
        add_text(ev->body, rest);
    } else if (in->kind == INTENT_INCIDENT_OVER) {
        over(s, in, ev->body);
    } else if (in->kind == INTENT_TURN) {
        turn(s, in, ev->body);
    } else {
        const struct alert_state *a = alert_named(s, in->reason);
        json_add_int(ev->body, "source", a ? a->source : -1);
        json_add_str(ev->body, "name", in->reason);
        json_add_str(ev->body, "state", "acknowledged");
    }
}
