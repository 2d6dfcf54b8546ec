/* All windows together: they must hold at the same time, a start for as long as the run takes. */
#include "calendar/calendar.h"

#include "base/buf.h"
#include "base/num.h"
#include "base/zone.h"
#include "calendar/calendar_int.h"

const char *window_for_word(enum window_for what)
{
    static const char *const words[] = {"start", "advance", "schema_change", "rollback"};
    return words[what];
}

struct need {
    const struct plan *p;
    enum window_for what;
    int64_t length_s;
    int64_t last_s; /* how far it looks */
};

/* The first reason against x: the window, and the instant before which no other begin is better.
 * -1: nothing is against it. */
static int against(const struct need *n, int64_t x, int64_t *broken_s)
{
    for (size_t i = 0; i < n->p->n_windows; i++) {
        const struct plan_window *w = &n->p->windows[i];
        if (!(w->of & 1u << n->what) || w->warn)
            continue;
        *broken_s = x;
        if (!window_holds(w, x))
            return (int)i;
        if (n->length_s && window_turns(w, x, x + n->length_s, broken_s))
            return (int)i;
    }
    return -1;
}

/* Each step leaves only instants behind that are certainly not allowed. */
static bool first_allowed(const struct need *n, int64_t x, int64_t *out)
{
    int64_t broken = x;
    int i;
    while (x <= n->last_s && (i = against(n, x, &broken)) >= 0)
        if (!window_turns(&n->p->windows[i], broken, n->last_s, &x))
            return false;
    *out = x;
    return x <= n->last_s;
}

/* Where the allowed stretch from x ends: the nearest end of all windows, less the run's length. */
static int64_t allowed_until(const struct need *n, int64_t x)
{
    int64_t end = INT64_MAX, turn;
    for (size_t i = 0; i < n->p->n_windows; i++) {
        const struct plan_window *w = &n->p->windows[i];
        int64_t far = end < n->last_s ? end : n->last_s;
        if ((w->of & 1u << n->what) && !w->warn && window_turns(w, x, far, &turn))
            end = turn;
    }
    if (end == INT64_MAX)
        return 0;
    /* The last second at which a whole run fits is still allowed. */
    return (n->length_s ? end - n->length_s + 1 : end) * 1000;
}

static void say_why(const struct need *n, int64_t x, int64_t broken, struct calendar_answer *out)
{
    const struct plan_window *w = &n->p->windows[out->window];
    const char *hours = *w->allow ? w->allow : w->deny;
    char next[48], length[24], name[64];
    dur_print(n->length_s * 1000, length, sizeof length);
    str_fmt(name, sizeof name, "%.24s%s%.11s %.24s", w->label == hours ? "" : w->label,
            w->label == hours ? "" : " ", hours, w->timezone);
    if (out->next_ms)
        zone_print(n->p->zone, out->next_ms, next, sizeof next);
    else
        str_fmt(next, sizeof next, "not within %d days", CALENDAR_AHEAD_DAYS);
    if (broken > x)
        str_fmt(out->why, sizeof out->why, "%s: %s does not fit any more; next %s", name, length,
                next);
    else
        str_fmt(out->why, sizeof out->why, "%s%s: next %s", *w->allow ? "only " : "not ", name,
                next);
}

void calendar_when(const struct plan *p, enum window_for what, int64_t at_ms,
                   struct calendar_answer *out)
{
    /* An instant within a second counts as that second; edges stand on whole ones. */
    int64_t x = at_ms / 1000 - (at_ms % 1000 < 0), broken = x, next;
    struct need n = {p, what, 0, x + CALENDAR_AHEAD_DAYS * INT64_C(86400)};
    *out = (struct calendar_answer){.allowed = true, .window = -1, .warned = -1};
    if (what == FOR_ROLLBACK)
        return;
    for (size_t i = 0; i < p->n_windows && out->warned < 0; i++)
        if ((p->windows[i].of & 1u << what) && p->windows[i].warn &&
            !window_holds(&p->windows[i], x))
            out->warned = (int)i;
    if (what == FOR_START)
        n.length_s = (p->expected_ms + 999) / 1000;
    /* What is left of a begun second must not make a run fit that no longer does. */
    if (n.length_s && at_ms % 1000)
        n.length_s = (p->expected_ms + at_ms % 1000 + 999) / 1000;
    out->window = against(&n, x, &broken);
    out->allowed = out->window < 0;
    if (out->allowed) {
        out->until_ms = allowed_until(&n, x);
        return;
    }
    if (n.length_s)
        n.length_s = (p->expected_ms + 999) / 1000;
    if (first_allowed(&n, at_ms % 1000 ? x + 1 : x, &next))
        out->next_ms = next * 1000;
    say_why(&n, x, broken, out);
}
