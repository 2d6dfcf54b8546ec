/* Followed log files: lines, marks, what was lost. */
#include "fold/fold_int.h"

static void keep(struct state *s, const struct event *ev, int log)
{
    struct follow_state *f = &s->follow;
    int slot = (f->first + f->n) % FOLLOWED_KEPT;
    if (f->n == FOLLOWED_KEPT)
        f->first = (f->first + 1) % FOLLOWED_KEPT;
    else
        f->n++;
    f->all[slot] = (struct followed_line){
        .t_ms = ev->t_ms, .log = log, .error = json_bool_or(ev->body, "error", false)};
    fold_text(f->all[slot].text, sizeof f->all[slot].text, ev->body, "text");
}

bool fold_follow(struct state *s, const struct event *ev)
{
    int64_t log = json_int_or(ev->body, "log", -1), n = json_int_or(ev->body, "n", 0);
    int64_t mark = json_int_or(ev->body, "mark", 0);
    if (log < 0 || log >= (int64_t)s->plan->n_logs || log >= FOLLOWS_MAX)
        return false;
    if (event_is(ev, "op", "log_line")) {
        keep(s, ev, (int)log);
        s->follow.logs[log].lines++;
        s->follow.logs[log].errors += json_bool_or(ev->body, "error", false);
    } else if (event_is(ev, "op", "log_mark") && mark > 0 && mark <= MARKS_MAX) {
        if (json_bool_or(ev->body, "early", false))
            s->follow.logs[log].early |= 1u << (mark - 1);
        else
            s->follow.logs[log].marks = (int)mark;
    } else if (event_is(ev, "op", "log_lost") && n > 0 && n < INT32_MAX) {
        s->follow.logs[log].lost += n;
    } else if (event_is(ev, "op", "log_state")) {
        s->follow.logs[log].absent = event_is(ev, "is", "absent");
        fold_text(s->follow.logs[log].why, sizeof s->follow.logs[log].why, ev->body, "why");
    } else {
        return false;
    }
    return true;
}
