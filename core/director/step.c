/* One step of the director: tell what is so, then the one thing that must happen next. The caller
 * folds what was proposed and asks again until nothing is proposed. */
#include "director/director_int.h"

#include <stdlib.h>

void director_step(const struct state *s, const struct judge *j, struct event_list *out)
{
    struct where w;
    struct standing *raw, *st;
    if (s->final || !s->start_ms)
        return;
    raw = xzalloc(2, sizeof *raw);
    st = raw + 1;
    where_now(&w, s, s->now_ms);
    standing_raw(s, j, raw);
    director_standing(s, j, st);
    if (s->ticks > 0)
        tell_metrics(s, j, out);
    if (s->ticks > 0 || st->strongest.what == DEC_ABORT)
        tell_decision(s, j, st, out);
    tell_items(&w, out);
    tell_times(&w, out);
    tell_checkpoints(s, j, st, out);
    tell_escalation(&w, j, st, out);
    tell_reminders(s, out);
    /* What was told may change what stands (a pause is latched by its decision): act on it when it
     * is on the tape. A rollback does not wait for that. */
    if (!flow_rollback(&w, j, raw, out) && !out->n && !flow_end(&w, j, st, out) &&
        !flow_items(&w, j, out) && !flow_stage(&w, j, st, out))
        flow_baseline(&w, out);
    free(raw);
}
