/* Issues: opened and closed by a person's word, one at a time for each metric. */
#include "fold/fold_int.h"
#include "fold/hash_int.h"

bool fold_issue(struct state *s, const struct event *ev)
{
    int m = plan_metric(s->plan, json_str_or(ev->body, "metric", ""));
    bool gone = json_bool_or(ev->body, "gone", false);
    if (m < 0 || s->metrics[m].issue.open != gone)
        return false;
    struct issue_state *i = &s->metrics[m].issue;
    i->open = !gone;
    if (gone) {
        str_copy(i->gone_by, sizeof i->gone_by, ev->actor);
        fold_text(i->gone_text, sizeof i->gone_text, ev->body, "note");
        return true;
    }
    i->since_ms = fold_at(ev);
    i->n++;
    s->issues++;
    str_copy(i->by, sizeof i->by, ev->actor);
    str_copy(i->role, sizeof i->role, ev->role);
    fold_text(i->text, sizeof i->text, ev->body, "note");
    i->gone_by[0] = i->gone_text[0] = '\0';
    return true;
}

void issues_hash(uint64_t *h, const struct state *s)
{
    for (size_t m = 0; m < s->plan->n_metrics; m++) {
        const struct issue_state *i = &s->metrics[m].issue;
        if (!i->n)
            continue;
        HASH_INTS(h, (int64_t)m, i->open, i->since_ms, i->n);
        hash_str(h, i->by);
        hash_str(h, i->role);
        hash_str(h, i->text);
        hash_str(h, i->gone_by);
        hash_str(h, i->gone_text);
    }
    HASH_INTS(h, s->issues);
}
