/* Signals, notes, incidents, corrections. */
#include <stdlib.h>

#include "fold/fold_int.h"
#include "fold/hash_int.h"

static void *slot(void *list, size_t *n, size_t most, size_t size)
{
    char *v = list;
    if (*n == most) { /* the oldest goes; the journal has it */
        memmove(v, v + size, (most - 1) * size);
        (*n)--;
    }
    return v + size * (*n)++;
}

static struct incident *new_incident(struct state *s, const struct event *ev)
{
    struct talk *t = &s->talk;
    if (!t->incidents)
        t->incidents = xzalloc(INCIDENTS_MAX, sizeof *t->incidents);
    struct incident *in = slot(t->incidents, &t->n_incidents, INCIDENTS_MAX, sizeof *in);
    *in = (struct incident){.seq = ev->seq, .t_ms = ev->t_ms};
    str_copy(in->who, sizeof in->who, ev->actor);
    str_copy(in->stage, sizeof in->stage, ev->stage);
    fold_text(in->text, sizeof in->text, ev->body, "text");
    fold_text(in->severity, sizeof in->severity, ev->body, "severity");
    if (!*in->severity)
        str_copy(in->severity, sizeof in->severity, "Info");
    t->incidents_total++;
    return in;
}

static bool resolved(struct state *s, const struct event *ev)
{
    int64_t of = json_int_or(ev->body, "of", 0);
    for (size_t i = 0; i < s->talk.n_incidents; i++) {
        struct incident *in = &s->talk.incidents[i];
        if (in->seq != of || in->resolved_ms)
            continue;
        in->resolved_ms = ev->t_ms;
        str_copy(in->resolved_by, sizeof in->resolved_by, ev->actor);
        fold_text(in->resolution, sizeof in->resolution, ev->body, "text");
        return true;
    }
    return false;
}

bool fold_signal(struct state *s, const struct event *ev)
{
    if (event_is(ev, "op", "incident")) {
        new_incident(s, ev);
        return true;
    }
    if (event_is(ev, "op", "resolved"))
        return resolved(s, ev);
    if (event_is(ev, "op", "correct"))
        s->talk.corrections++;
    s->signals++;
    return true;
}

/* A note becomes an incident, an action item or input for the RCA; it stays where it is. */
static bool turned(struct state *s, const struct event *ev)
{
    int64_t of = json_int_or(ev->body, "of", 0);
    for (size_t i = 0; i < s->talk.n_notes; i++) {
        struct note *n = &s->talk.notes[i];
        if (n->seq != of)
            continue;
        fold_text(n->into, sizeof n->into, ev->body, "into");
        n->into_ms = ev->t_ms;
        if (!strcmp(n->into, "incident"))
            new_incident(s, ev)->from = of;
        return true;
    }
    return false;
}

/* The newest notes as lines for panels. */
static void keep_parked(struct state *s, const struct event *ev, const char *text)
{
    char line[560];
    str_fmt(line, sizeof line, "%s%s%s", ev->actor, *ev->actor ? ": " : "", text);
    if (s->n_parked == PARKED_CAP) {
        free(s->parked[0]);
        memmove(s->parked, s->parked + 1, (PARKED_CAP - 1) * sizeof *s->parked);
        s->n_parked--;
    }
    s->parked[s->n_parked++] = xstrdup(line);
}

bool fold_parking(struct state *s, const struct event *ev)
{
    struct talk *t = &s->talk;
    char text[480];
    if (event_is(ev, "op", "turn"))
        return turned(s, ev);
    fold_text(text, sizeof text, ev->body, "text");
    if (!*text)
        return false;
    keep_parked(s, ev, text);
    if (!t->notes)
        t->notes = xzalloc(NOTES_MAX, sizeof *t->notes);
    struct note *n = slot(t->notes, &t->n_notes, NOTES_MAX, sizeof *n);
    *n = (struct note){.seq = ev->seq, .t_ms = ev->t_ms};
    str_copy(n->who, sizeof n->who, ev->actor);
    str_copy(n->stage, sizeof n->stage, ev->stage);
    str_copy(n->text, sizeof n->text, text);
    fold_text(n->why, sizeof n->why, ev->body, "why");
    t->notes_total++;
    return true;
}

size_t talk_open(const struct talk *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n_incidents; i++)
        n += !t->incidents[i].resolved_ms;
    return n;
}

size_t talk_severity(const struct talk *t, const char *severity)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n_incidents; i++)
        n += !strcmp(t->incidents[i].severity, severity);
    return n;
}

static bool gap_of(const struct state *s, size_t i, bool end)
{
    const struct stage_state *st = &s->stages[i];
    if (!st->clock_ms)
        return false;
    return end ? !st->log_end && (st->ended_ms || s->final) : !st->log_start;
}

bool log_gap(const struct state *s, size_t i, char *out, size_t size)
{
    for (size_t k = 0; k < 2 * s->plan->n_stages; k++) {
        if (!gap_of(s, k / 2, k % 2 == 1) || i-- > 0)
            continue;
        str_fmt(out, size, "%s: no entry at its %s", s->plan->stages[k / 2].name,
                k % 2 ? "end" : "start");
        return true;
    }
    return false;
}

void talk_release(struct talk *t)
{
    free(t->notes);
    free(t->incidents);
}

void talk_hash(uint64_t *h, const struct state *s)
{
    const struct talk *t = &s->talk;
    HASH_INTS(h, (int64_t)t->n_notes, (int64_t)t->n_incidents, t->notes_total, t->incidents_total,
              t->corrections);
    for (size_t i = 0; i < t->n_notes; i++) {
        const struct note *n = &t->notes[i];
        const char *const texts[] = {n->who, n->stage, n->text, n->why, n->into};
        HASH_INTS(h, n->seq, n->t_ms, n->into_ms);
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            hash_str(h, texts[k]);
    }
    for (size_t i = 0; i < t->n_incidents; i++) {
        const struct incident *in = &t->incidents[i];
        const char *const texts[] = {in->severity, in->who,        in->stage,
                                     in->text,     in->resolution, in->resolved_by};
        HASH_INTS(h, in->seq, in->t_ms, in->from, in->resolved_ms);
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            hash_str(h, texts[k]);
    }
}
