/* Issues that people open about a metric (JDG-9, JDG-7; the flow of the runbook's 6.1): minor at
 * first, nothing goes forward while it is watched. Gone within `minor_recheck`: the person says so,
 * and it stays in the record. Still there then: it is major, which is rolled back on when there are
 * samples enough, else people decide. */
#include <string.h>

#include "base/num.h"
#include "director/director_int.h"

static int64_t left_of(const struct where *w, const struct issue_state *i)
{
    int64_t left = i->since_ms + w->plan->rules.minor_recheck_ms - w->s->now_ms;
    return left > 0 ? left : 0;
}

static bool open_now(const struct where *w)
{
    return !w->undo && !w->s->final;
}

static void minor(const struct where *w, size_t m, struct proposal *p)
{
    const struct issue_state *i = &w->s->metrics[m].issue;
    char left[16];
    dur_clock(left_of(w, i), left, sizeof left);
    str_fmt(p->why, sizeof p->why,
            "%s: %s has opened an issue (%s); major in %s, or `issue %s gone`",
            w->plan->metrics[m].title, i->by, i->text, left, w->plan->metrics[m].id);
}

static void major(const struct where *w, const struct judge *j, size_t m, bool enough,
                  struct proposal *p)
{
    const struct issue_state *i = &w->s->metrics[m].issue;
    char age[24];
    dur_clock(w->s->now_ms - i->since_ms, age, sizeof age);
    str_fmt(p->why, sizeof p->why,
            "%s: the issue of %s (%s) is still there after %s: major; %u samples%s",
            w->plan->metrics[m].title, i->by, i->text, age, j->m[m].samples,
            enough ? "" : ", too few to roll back on: people decide");
}

void rules_issues(const struct where *w, const struct judge *j, struct standing *out)
{
    for (size_t m = 0; open_now(w) && m < w->plan->n_metrics; m++) {
        const struct issue_state *i = &w->s->metrics[m].issue;
        bool enough = j->m[m].enough, is_major = i->open && !left_of(w, i);
        if (!i->open)
            continue;
        const char *rule = !is_major ? "issue.minor" : enough ? "issue.major" : "issue.samples";
        enum decision what = !is_major || !w->executed ? DEC_HOLD
                             : enough                  ? DEC_ROLLBACK
                                                       : DEC_INCONCLUSIVE;
        struct proposal *p = propose(out, what, rule, (int)m);
        str_copy(p->subject, sizeof p->subject, w->plan->metrics[m].id);
        if (is_major)
            major(w, j, m, enough, p);
        else
            minor(w, m, p);
    }
}

bool issues_wait(const struct where *w)
{
    for (size_t m = 0; m < w->plan->n_metrics; m++)
        if (w->s->metrics[m].issue.open && left_of(w, &w->s->metrics[m].issue))
            return true;
    return false;
}

void gate_issues(const struct where *w, struct gate *g)
{
    char left[16];
    for (size_t m = 0; open_now(w) && m < w->plan->n_metrics; m++) {
        const struct issue_state *i = &w->s->metrics[m].issue;
        if (!i->open)
            continue;
        struct gate_item *it = gate_add(g, "issue", false, i->by);
        dur_clock(left_of(w, i), left, sizeof left);
        str_fmt(it->text, sizeof it->text, "%s: %s%s%s", w->plan->metrics[m].id, i->text,
                left_of(w, i) ? ", major in " : ", major", left_of(w, i) ? left : "");
        return; /* the first one: the sentences tell of the others */
    }
}
