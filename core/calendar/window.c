/* One window, by what the clock on the wall of its zone shows: an hour that comes twice counts
 * twice, one that is left out not at all. */
#include "base/zone.h"
#include "calendar/calendar_int.h"

#define DAY 86400

static int64_t day_of(int64_t local_s)
{
    return local_s / DAY - (local_s % DAY < 0);
}

static int64_t local_of(const struct zone *z, int64_t utc_s)
{
    return utc_s + zone_offset_s(z, utc_s);
}

/* Is a change of a watched zone in the week, Monday to Sunday, of this local day? The change counts
 * for the date it has in its own zone. */
static bool change_in_week(const struct plan_window *w, int64_t day)
{
    int64_t monday = day - day_weekday(day), at;
    for (size_t i = 0; i < w->n_zones; i++) {
        int64_t t = (monday - 2) * DAY;
        while (zone_next_change(w->watched[i], t, &at) && at < (monday + 9) * DAY) {
            int64_t date = day_of(local_of(w->watched[i], at));
            if (date >= monday && date < monday + 7)
                return true;
            t = at;
        }
    }
    return false;
}

/* Do the hours begin on this day? */
static bool begins(const struct plan_window *w, int64_t day)
{
    if (!(w->days & 1u << day_weekday(day)))
        return false;
    for (size_t i = 0; i < w->n_holidays; i++)
        if (w->holiday_days[i] == day)
            return false;
    return true;
}

bool window_holds(const struct plan_window *w, int64_t utc_s)
{
    int64_t local = local_of(w->zone, utc_s), day = day_of(local), s = local - day * DAY;
    bool over_night = w->until_s <= w->from_s, inside;
    if (w->when && !change_in_week(w, day))
        return true;
    if (over_night)
        inside = (s >= w->from_s && begins(w, day)) || (s < w->until_s && begins(w, day - 1));
    else
        inside = s >= w->from_s && s < w->until_s && begins(w, day);
    return *w->allow ? inside : !inside;
}

static void nearer(int64_t candidate, int64_t after, int64_t *best)
{
    if (candidate > after && candidate < *best)
        *best = candidate;
}

/* The next instant at which the window could turn: an edge of the hours, midnight, or a change of
 * its own zone. Around a change an edge may come twice, so both offsets are tried. */
static int64_t next_edge(const struct plan_window *w, int64_t t)
{
    const int64_t edges[] = {0, w->from_s, w->until_s};
    int64_t today = day_of(local_of(w->zone, t)), best = t + 3 * DAY, change;
    if (zone_next_change(w->zone, t, &change))
        nearer(change, t, &best);
    for (int64_t day = today - 1; day <= today + 2; day++) {
        for (size_t i = 0; i < 3; i++) {
            int64_t local = day * DAY + edges[i], about = local - zone_offset_s(w->zone, t);
            nearer(local - zone_offset_s(w->zone, about - DAY), t, &best);
            nearer(local - zone_offset_s(w->zone, about + DAY), t, &best);
        }
    }
    return best;
}

bool window_turns(const struct plan_window *w, int64_t from_s, int64_t until_s, int64_t *at_s)
{
    bool holds = window_holds(w, from_s);
    for (int64_t t = next_edge(w, from_s); t < until_s; t = next_edge(w, t))
        if (window_holds(w, t) != holds) {
            *at_s = t;
            return true;
        }
    return false;
}
