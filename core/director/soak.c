/* The soak, or first night: check-ins asked from T0 on, missed when the next one comes; at its end
 * the criteria count once more. Rules and rollback stay armed all the while. */
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "director/director_int.h"

/* People may still answer the last check-in for so long. */
#define LAST_ANSWER_MS (15 * INT64_C(60000))

static struct event *soak_event(const struct where *w, const char *op)
{
    struct event *ev = director_event(w->s, EV_SOAK);
    json_add_str(ev->body, "op", op);
    return ev;
}

static void checkin(const struct where *w, size_t i, const char *op, struct event_list *out)
{
    char label[24], at[32];
    struct event *ev = soak_event(w, op);
    dur_print((int64_t)(i + 1) * w->plan->soak.checkin_ms, at, sizeof at);
    str_fmt(label, sizeof label, "T+%s", at);
    json_add_int(ev->body, "index", (int64_t)i);
    json_add_int(ev->body, "of", (int64_t)w->s->times.soak.n);
    json_add_str(ev->body, "label", label);
    event_list_add(out, ev);
}

void tell_soak(const struct where *w, struct event_list *out)
{
    const struct soak_state *k = &w->s->times.soak;
    if (!w->plan->soak.set || w->s->t0_ms < 0 || w->undo || !strcmp(w->s->mode, "judged"))
        return;
    for (size_t i = k->told; i < k->n; i++) {
        if (w->s->now_ms < w->s->t0_ms + (int64_t)(i + 1) * w->plan->soak.checkin_ms)
            return;
        if (i == k->told && checkin_open(w->s) >= 0)
            checkin(w, (size_t)checkin_open(w->s), "missed", out);
        checkin(w, i, "checkin", out);
    }
}

void soak_begins(const struct where *w, struct event_list *out)
{
    if (!w->plan->soak.set)
        return;
    struct event *ev = soak_event(w, "begin");
    json_add_int(ev->body, "until_ms", soak_end_ms(w->s));
    json_add_int(ev->body, "checkins", (int64_t)w->s->times.soak.n);
    event_list_add(out, ev);
}

/* Manual items of the end: people are waited for where people are; over one stage more with
 * `advance: auto`, then they are not known. */
static bool words_wait(const struct where *w, int64_t end_ms)
{
    const struct state *s = w->s;
    bool last_hour = checkin_open(s) >= 0 && s->times.soak.told == s->times.soak.n;
    int64_t patience = w->plan->advance == ADVANCE_AUTO ? w->stage->duration_ms : INT64_MAX / 4;
    if (w->plan->advance == ADVANCE_MANUAL && last_hour && s->now_ms < end_ms + LAST_ANSWER_MS)
        return true;
    return confirms_wait(w) && s->now_ms < end_ms + patience;
}

bool soak_holds(const struct where *w)
{
    int64_t end_ms = soak_end_ms(w->s);
    if (!w->plan->soak.set || !strcmp(w->s->mode, "judged"))
        return w->plan->soak.set && w->s->now_ms < end_ms;
    return w->s->now_ms < end_ms || words_wait(w, end_ms);
}

void gate_soak(const struct where *w, int64_t now_ms, struct gate *g)
{
    char left[24];
    int64_t end_ms = soak_end_ms(w->s);
    if (!w->past_last || !w->s->times.soak.begin_ms)
        return;
    struct gate_item *i = gate_add(g, "soak", false, "clock");
    dur_clock(end_ms > now_ms ? end_ms - now_ms : 0, left, sizeof left);
    str_fmt(i->text, sizeof i->text, "%s left until %s, check-in %zu of %zu%s", left,
            w->plan->soak.until, w->s->times.soak.told, w->s->times.soak.n,
            checkin_open(w->s) >= 0 ? " waits for an answer" : "");
    g->opens_ms = end_ms;
}
