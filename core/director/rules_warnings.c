/* Concurrent warnings: EXTEND, ESCALATE, AUTO_PAUSE by the plan's counts, and a warning that is
 * still there at the end of the extension (CONTRACT 5.3, 5.4). */
#include "director/director_int.h"

#include <math.h>
#include <string.h>

#include "base/num.h"

static bool warns(const struct judge *j, size_t m)
{
    const struct metric_verdict *v = &j->m[m];
    return (j->plan->metrics[m].judged || v->first) && v->status == M_WARNING &&
           (v->watch[LEVEL_WARNING].hit || isnan(v->value) || v->first == FIRST_WARNING);
}

/* Since when it warns; `no_data: warning` warns since the last answer. */
static int64_t since(const struct where *w, const struct judge *j, size_t m)
{
    const struct metric_verdict *v = &j->m[m];
    int64_t t =
        v->first == FIRST_WARNING ? v->first_watch.since_ms : v->watch[LEVEL_WARNING].since_ms;
    return isnan(j->m[m].value) || !t ? w->s->metrics[m].good_ms : t;
}

/* "2 concurrent warnings (p95 142 ms >= +10%, cpu 71 % >= 70)" */
static void list(const struct where *w, const struct judge *j, const char *what, struct proposal *p)
{
    struct buf b = BUF_INIT;
    int n = j->counts.concurrent_warnings, told = 0;
    buf_addf(&b, "%d concurrent warning%s", n, n == 1 ? "" : "s");
    for (size_t m = 0; m < w->plan->n_metrics; m++)
        if (warns(j, m))
            buf_addf(&b, "%s%s%s%s", told++ ? ", " : " (",
                     isnan(j->m[m].value) ? w->plan->metrics[m].title : "",
                     isnan(j->m[m].value) ? ": " : "", j->m[m].why);
    buf_addf(&b, "%s; %s", told ? ")" : "", what);
    str_copy(p->why, sizeof p->why, buf_str(&b));
    buf_free(&b);
}

/* A warning older than `t_ms`: the first such metric, or -1. */
static int older(const struct where *w, const struct judge *j, int64_t t_ms)
{
    for (size_t m = 0; m < w->plan->n_metrics; m++)
        if (warns(j, m) && since(w, j, m) <= t_ms)
            return (int)m;
    return -1;
}

static bool any_since(const struct where *w, const struct judge *j, int64_t t_ms)
{
    for (size_t m = 0; m < w->plan->n_metrics; m++)
        if (warns(j, m) && since(w, j, m) > t_ms)
            return true;
    return false;
}

static void extension_over(const struct where *w, const struct judge *j, struct standing *out)
{
    int m = older(w, j, w->over_ms);
    char planned[16];
    dur_print(w->st->planned_ms, planned, sizeof planned);
    if (m < 0) {
        list(w, j, "the stage was extended once already: no advance until they are gone",
             propose(out, DEC_HOLD, "warnings.late", -1));
        return;
    }
    struct proposal *p = propose(out, DEC_ROLLBACK, "warnings.persist", m);
    str_copy(p->subject, sizeof p->subject, w->plan->metrics[m].id);
    str_fmt(p->why, sizeof p->why, "%s; still there at the end of the extension (%s)", j->m[m].why,
            planned);
}

bool extension_stands(const struct where *w, const struct judge *j)
{
    int n = j->counts.concurrent_warnings;
    return n > 0 && n >= w->plan->rules.extend_at && w->running && !(w->st->extended && w->over);
}

void rules_warnings(const struct where *w, const struct judge *j, struct standing *out)
{
    const struct rules *r = &w->plan->rules;
    int n = j->counts.concurrent_warnings;
    bool stage = w->running || w->starting || w->past_last;
    if (n < 1)
        return;
    if (!w->executed && !stage) {
        if (n >= r->escalate_at)
            list(w, j, "too many to start with", propose(out, DEC_HOLD, "warnings.start", -1));
        return;
    }
    if (n >= r->pause_at && w->running && !w->s->paused &&
        (!w->s->go_ms || any_since(w, j, w->s->go_ms)))
        list(w, j, "paused until a person says go, or rolls back",
             propose(out, DEC_AUTO_PAUSE, "warnings.pause", -1));
    if (n >= r->escalate_at)
        list(w, j, "people must look now", propose(out, DEC_ESCALATE, "warnings.escalate", -1));
    if (n < r->extend_at || !w->running)
        return;
    if (!extension_stands(w, j))
        extension_over(w, j, out);
    else
        list(w, j, w->st->extended ? "the observation is extended" : "the observation is doubled",
             propose(out, DEC_EXTEND, "warnings.extend", -1));
    if (extension_stands(w, j))
        rules_extension(w, out);
}
