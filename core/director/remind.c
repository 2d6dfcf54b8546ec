/* Reminders: what is owed for too long is told, on the screen and to whoever the plan's messages
 * reach. They change no decision and open or shut no gate. */
#include "base/json.h"
#include "base/num.h"
#include "director/director_int.h"

static void remind(const struct state *s, const char *what, int64_t since_ms, int64_t after_ms,
                   const char *text, struct event_list *out)
{
    char waited[16];
    char words[160];
    if (!after_ms || !since_ms || s->now_ms - since_ms < after_ms)
        return;
    struct event *ev = director_event(s, EV_NOTIFY);
    dur_print((s->now_ms - since_ms) / 1000 * 1000, waited, sizeof waited);
    str_fmt(words, sizeof words, "%s for %s", text, waited);
    json_add_str(ev->body, "op", "due");
    json_add_str(ev->body, "what", what);
    json_add_int(ev->body, "since_ms", since_ms);
    json_add_str(ev->body, "text", words);
    event_list_add(out, ev);
}

void tell_reminders(const struct state *s, struct event_list *out)
{
    const struct reminders *r = &s->plan->reminders;
    const struct messages_state *m = &s->messages;
    remind(s, "checkpoint", m->checkpoint_ms, r->checkpoint_ms, "no word has gone out", out);
    remind(s, "warning", m->warning_ms, r->warning_ms, "the promised update of the warning waits",
           out);
    remind(s, "critical", m->critical_ms, r->critical_ms, "nobody has answered CRITICAL", out);
}
