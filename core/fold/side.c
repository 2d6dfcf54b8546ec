/* The other side of a metric: its values, kept beside the metric's own and by the same rules. */
#include "fold/fold_int.h"

#include <math.h>
#include <stdlib.h>

#include "plan/side.h"

void side_init(struct side_state *o, const struct metric *m)
{
    *o = (struct side_state){.value = NAN, .last_good = NAN};
    if (!side_compared(m))
        return;
    str_copy(o->why, sizeof o->why, "not asked yet");
    o->hist = xalloc(HIST_CAP * sizeof *o->hist);
    for (size_t i = 0; i < HIST_CAP; i++)
        o->hist[i] = NAN;
}

void side_free(struct side_state *o)
{
    free(o->hist);
}

void side_take(struct state *s, size_t metric, double v, int64_t t_ms, const char *why)
{
    struct side_state *o = &s->metrics[metric].other;
    if (!o->hist)
        return;
    if (isnan(v) && s->plan->metrics[metric].no_data == NO_DATA_ZERO && fold_answered_empty(why))
        v = 0;
    o->at_ms = t_ms;
    o->value = v;
    fold_clean(o->why, sizeof o->why, isnan(v) ? *why ? why : "no data" : "");
    if (isnan(v))
        return;
    o->last_good = v;
    o->good_ms = t_ms;
}

double side_hist(const struct state *s, size_t m, size_t i)
{
    const double *hist = s->metrics[m].other.hist;
    return hist ? hist[(s->hist.start + i) % HIST_CAP] : NAN;
}
