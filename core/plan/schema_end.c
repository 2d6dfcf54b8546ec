/* Rows of what is to be done once a run is over, of the traffic's two sides and of a share of it.
 */
#include "plan/schema.h"

#include <string.h>

#include "plan/check.h"
#include "plan/read.h"

#define N(a)        (sizeof(a) / sizeof *(a))
#define AT(f)       .at = offsetof(struct follow_up, f)
#define WORDS(list) .words = list, .n_words = N(list)
#define DAY         86400000.0
#define SIDE(f)     .at = offsetof(struct traffic, f)

static const char *const words_on[] = {
    [FOLLOW_PASS] = "pass", [FOLLOW_FAIL] = "fail", [FOLLOW_ROLLBACK] = "rollback"};

static const struct key_row follow_up_rows[] = {
    {"on", KEY_WORDS, KEY_REQUIRED, AT(on), WORDS(words_on), .doc = "which ends it belongs to"},
    {"title", KEY_LINE, KEY_REQUIRED, AT(title), .doc = "what is to be done"},
    {"owner", KEY_LINE, KEY_REQUIRED, AT(owner), .doc = "role that sees to it"},
    {"due", KEY_DURATION, 0, AT(due_ms), .lo = 0, .hi = 60 * DAY, .fallback = "24h",
     .doc = "after the verdict"},
    {"priority", KEY_LINE, 0, AT(priority), .doc = "a word of the plan's own"},
};
const struct key_map schema_follow_up = {"follow_up", follow_up_rows, N(follow_up_rows),
                                         sizeof(struct follow_up), NULL};

static void check_traffic(struct load *l, const struct node *n, void *obj)
{
    struct traffic *t = obj;
    double sum = t->fresh_weight + t->old_weight;
    t->set = true;
    if (!place_of(l, &t->fresh_weight, false) || !place_of(l, &t->old_weight, false))
        return; /* it has been said that one is missing */
    if (sum < 100 - 1e-9 || sum > 100 + 1e-9)
        say_at(l, &t->old_weight, false, n, "%g and %g are %g; the weights of both sides are 100",
               t->fresh_weight, t->old_weight, sum);
    if (*t->fresh && !strcmp(t->fresh, t->old))
        say_at(l, &t->old, false, n, "both sides are called %.60s", t->old);
}

/* What moves traffic sets these weights: the first stage with a weight must mean the same. */
void check_split(struct load *l, const struct node *n)
{
    const struct plan *p = l->plan;
    size_t i = 0;
    while (i < p->n_stages && !p->stages[i].has_weight)
        i++;
    if (!p->traffic.set || i == p->n_stages)
        return;
    double off = p->stages[i].weight - p->traffic.fresh_weight;
    if (off > 1e-9 || off < -1e-9)
        say_at(l, &p->traffic.fresh_weight, false, n, "is %g, and stage %s has the weight %g",
               p->traffic.fresh_weight, p->stages[i].name, p->stages[i].weight);
}

static const struct key_row traffic_rows[] = {
    {"new", KEY_LINE, KEY_REQUIRED, SIDE(fresh), .doc = "target that is tried"},
    {"new_weight", KEY_NUMBER, KEY_REQUIRED, SIDE(fresh_weight), .lo = 0, .hi = 100,
     .allowed = "0 to 100", .doc = "per cent it gets in the first stage"},
    {"old", KEY_LINE, KEY_REQUIRED, SIDE(old), .doc = "target it is tried against"},
    {"old_weight", KEY_NUMBER, KEY_REQUIRED, SIDE(old_weight), .lo = 0, .hi = 100,
     .allowed = "0 to 100", .doc = "per cent that stays there: both are 100"},
};
const struct key_map schema_traffic = {"traffic", traffic_rows, N(traffic_rows), 0, check_traffic};

static void check_metric_split(struct load *l, const struct node *n, void *obj)
{
    (void)l, (void)n;
    ((struct metric_split *)obj)->set = true;
}

static const struct key_row split_rows[] = {
    {"tolerance", KEY_NUMBER, KEY_REQUIRED, .at = offsetof(struct metric_split, tolerance), .lo = 0,
     .hi = 100, .allowed = "0 to 100", .doc = "points beside the verified weight"},
    {"settle", KEY_DURATION, 0, .at = offsetof(struct metric_split, settle_ms), .lo = 0, .hi = DAY,
     .fallback = "10m", .doc = "not looked at so long after the weight changed"},
};
const struct key_map schema_split = {"split", split_rows, N(split_rows), 0, check_metric_split};
