/* The rows of what the plan says about time beside the stages, and what they mean together. */
#include <string.h>

#include "base/num.h"
#include "base/when.h"
#include "plan/check.h"
#include "plan/read.h"

#define N(a)        (sizeof(a) / sizeof *(a))
#define AT(s, f)    .at = offsetof(struct s, f)
#define ATN(s, f)   .at = offsetof(struct s, f), .count_at = offsetof(struct s, n_##f)
#define WORDS(list) .words = list, .n_words = N(list)
#define DAY         86400000.0

static const char *const words_first_then[] = {
    NULL,   "notify", "investigate", "prepare_rollback", "rollback", "immediate_rollback",
    "hold", "pause",  "abort"};

static const struct key_row first_rows[] = {
    {"for", KEY_DURATION, KEY_REQUIRED, AT(stage_first, for_ms), .lo = 1000, .hi = 60 * DAY,
     .doc = "how long they count, from the start of the stage's clock"},
    {"warning", KEY_FIRST_WARN, 0, ATN(stage_first, warning), .allowed = "METRIC: condition",
     .doc = "METRIC: condition, beside the metric's own"},
    {"critical", KEY_FIRST_CRIT, 0, ATN(stage_first, critical), .allowed = "METRIC: condition",
     .doc = "METRIC: condition, beside the metric's own"},
    {"then", KEY_ENUM, KEY_COMPUTED, AT(stage_first, then), WORDS(words_first_then),
     .fallback = "as the metric says", .doc = "what CRITICAL by these limits does"},
};
const struct key_map schema_first = {"first", first_rows, N(first_rows), 0, check_first};

static const char *const words_freeze[] = {NULL, "start", "end"};

static const struct key_row timeline_rows[] = {
    {"at", KEY_WORD, KEY_REQUIRED, AT(timeline_item, at), .fits = fits_offset,
     .allowed = "a time like T-30m, T or T+24h", .doc = "when it opens; rising in the list"},
    {"title", KEY_LINE, KEY_REQUIRED, AT(timeline_item, title), .doc = "what is done"},
    {"owner", KEY_LINE, 0, AT(timeline_item, owner), .doc = "role that sees to it"},
    {"status", KEY_LINE, 0, AT(timeline_item, status),
     .doc = "a word for the hand-off table: Blocking, Checkpoint, Gate"},
    {"duration", KEY_DURATION, 0, AT(timeline_item, duration_ms), .lo = 0, .hi = DAY,
     .fallback = "5m", .doc = "open so long after its time it is late"},
    {"actions", KEY_ACTION_NAMES, 0, ATN(timeline_item, actions),
     .doc = "run in order when it opens"},
    {"confirm", KEY_WORD, 0, AT(timeline_item, confirm), .fits = fits_id,
     .allowed = "1 to 32 of a-z 0-9 _", .doc = "it is closed when a person confirms this name"},
    {"checkpoint", KEY_LINE, 0, AT(timeline_item, checkpoint),
     .doc = "the sentence that is confirmed"},
    {"preflight", KEY_BOOL, 0, AT(timeline_item, preflight), .fallback = "false",
     .doc = "it is closed when the checks before the start have passed"},
    {"after_stages", KEY_BOOL, 0, AT(timeline_item, after_stages), .fallback = "false",
     .doc = "it waits until the last stage was passed, however late that is"},
    {"freeze", KEY_ENUM, 0, AT(timeline_item, freeze), WORDS(words_freeze),
     .doc = "when it is closed the freeze begins, or ends, for the record"},
    {"pager", KEY_WORD, 0, AT(timeline_item, pager), .fits = fits_id,
     .allowed = "1 to 32 of a-z 0-9 _", .doc = "when it is closed the pager is in this mode"},
};
const struct key_map schema_timeline = {"timeline", timeline_rows, N(timeline_rows),
                                        sizeof(struct timeline_item), check_timeline_item};

#define KINDS "a list of names of a-z 0-9 _"

static const struct key_row freeze_rows[] = {
    {"release", KEY_LINE, KEY_COMPUTED, AT(freeze, release), .fallback = "the title",
     .doc = "what everything else waits for"},
    {"held", KEY_WORD, 0, AT(freeze, held), .fits = fits_id, .allowed = "1 to 32 of a-z 0-9 _",
     .doc = "captured value that counts the changes held back"},
    {"allowed", KEY_WORD_LIST, 0, ATN(freeze, allowed), .lo = 0, .hi = 16, .fits = fits_id,
     .allowed = KINDS, .doc = "kinds of changes that go on"},
    {"blocked", KEY_WORD_LIST, 0, ATN(freeze, blocked), .lo = 0, .hi = 16, .fits = fits_id,
     .allowed = KINDS, .doc = "kinds of changes that wait"},
};
const struct key_map schema_freeze = {"freeze", freeze_rows, N(freeze_rows), 0, check_freeze};

static const struct key_row soak_rows[] = {
    {"until", KEY_WORD, KEY_REQUIRED, AT(soak, until), .fits = fits_offset,
     .allowed = "a time like T+24h", .doc = "its end, from the start of the first stage"},
    {"checkin", KEY_DURATION, 0, AT(soak, checkin_ms), .lo = 60000, .hi = DAY, .fallback = "1h",
     .doc = "people are asked so often, from T on"},
    {"pass", KEY_PASS, 0, ATN(soak, pass), .doc = "conditions that must hold at its end"},
    {"confirm", KEY_WORD_LIST, 0, ATN(soak, confirm), .lo = 0, .hi = CONFIRM_MAX, .fits = fits_id,
     .allowed = KINDS, .doc = "manual items that people confirm before its end"},
};
const struct key_map schema_soak = {"soak", soak_rows, N(soak_rows), 0, check_soak};

/* ---- limits by metric ---- */

static void one_limit(struct load *l, const struct pair *p, struct first_limit *out)
{
    static const struct key_row row = {.type = KEY_COND};
    struct node at = {.line = p->line, .col = p->col};
    int m = plan_metric(l->plan, p->key);
    if (m < 0)
        undefined_metric(l, &at, p->key);
    else
        out->metric = (size_t)m;
    if (null_scalar(p->value))
        say(l, p->value, "the condition is missing; allowed is a text like \"> 0.1\"");
    else
        read_value(l, &row, p->value, &out->cond);
    if (m >= 0)
        check_compare_limit(l, &l->plan->metrics[m], &out->cond, p->value);
}

static void read_limits(struct load *l, const struct node *n, struct first_limit **field,
                        size_t *count)
{
    if (n->kind == NODE_BROKEN)
        return;
    if (n->kind != NODE_MAP || !n->n) {
        say(l, n, "%s was found; allowed is a mapping like { err: \"> 0.1\" }", node_kind_words(n));
        return;
    }
    *field = pool_zalloc(l->pool, n->n, sizeof **field);
    for (size_t i = 0; i < n->n; i++) {
        size_t mark = path_key(l, n->pairs[i].key);
        one_limit(l, &n->pairs[i], &(*field)[*count]);
        *count += (*field)[*count].cond.set;
        path_cut(l, mark);
    }
}

void read_first_warning(struct load *l, const struct node *n, void *first)
{
    struct stage_first *f = first;
    read_limits(l, n, &f->warning, &f->n_warning);
}

void read_first_critical(struct load *l, const struct node *n, void *first)
{
    struct stage_first *f = first;
    read_limits(l, n, &f->critical, &f->n_critical);
}

void check_first(struct load *l, const struct node *n, void *obj)
{
    (void)obj;
    if (!node_get(n, "warning") && !node_get(n, "critical"))
        say(l, n, "has no limits; allowed are warning and critical");
    if (node_get(n, "then") && !node_get(n, "critical"))
        say(l, n, "has `then` without `critical`: nothing would do it");
}

/* ---- the timeline ---- */

static bool offset(const char *s, int64_t *ms)
{
    *ms = 0;
    if (*s != 'T' || (s[1] && s[1] != '+' && s[1] != '-'))
        return false;
    if (!s[1])
        return true;
    if (dur_parse(s + 2, ms) < 0 || *ms > INT64_C(5184000000))
        return false;
    *ms = s[1] == '-' ? -*ms : *ms;
    return true;
}

bool fits_offset(const char *s)
{
    int64_t ms;
    return offset(s, &ms);
}

bool fits_start(const char *s)
{
    int64_t ms;
    return when_parse(s, &ms) == 0;
}

void check_timeline_item(struct load *l, const struct node *n, void *obj)
{
    struct timeline_item *t = obj, *first = l->plan->timeline;
    if (fits_offset(t->at))
        offset(t->at, &t->at_ms);
    if (*t->checkpoint && !*t->confirm)
        say_at(l, &t->checkpoint, false, n,
               "nobody is asked for it; allowed is `confirm: NAME` beside it");
    for (struct timeline_item *o = first; o < t; o++) {
        if (*t->confirm && !strcmp(o->confirm, t->confirm))
            say_at(l, &t->confirm, false, n, "\"%s\" is given twice; names are unique", t->confirm);
        if (t->freeze && o->freeze == t->freeze)
            say_at(l, &t->freeze, false, n, "the freeze has two of these; allowed is one");
    }
    if (t > first && fits_offset(t->at) && t[-1].at_ms > t->at_ms)
        say_at(l, &t->at, false, n, "\"%s\" comes after %s; allowed are rising times", t->at,
               t[-1].at);
    if (t->freeze == FREEZE_END) {
        bool begun = false;
        for (struct timeline_item *o = first; o < t; o++)
            begun = begun || o->freeze == FREEZE_START;
        if (!begun)
            say_at(l, &t->freeze, false, n, "no step before it has `freeze: start`");
    }
}

void check_soak(struct load *l, const struct node *n, void *obj)
{
    struct soak *k = obj;
    k->set = true;
    if (fits_offset(k->until))
        offset(k->until, &k->until_ms);
    if (fits_offset(k->until) && k->until_ms <= 0)
        say_at(l, &k->until, false, n, "lies before the first stage; allowed is a time like T+24h");
    check_confirms(l, node_get(n, "confirm"), k->confirm, k->n_confirm);
}

/* Once the whole plan is read. */
void check_times(struct load *l, const struct node *n)
{
    const struct plan *p = l->plan;
    int64_t stages_ms = 0;
    char sum[24];
    for (size_t i = 0; i < p->n_stages; i++)
        stages_ms += p->stages[i].duration_ms + p->stages[i].cooldown_ms;
    dur_print(stages_ms, sum, sizeof sum);
    for (size_t i = 0; i < p->n_timeline; i++)
        if (p->timeline[i].preflight && (!p->preflight.n_items || p->timeline[i].at_ms >= 0))
            say_at(l, &p->timeline[i].preflight, false, n,
                   p->preflight.n_items ? "the checks come before T; allowed is a step before it"
                                        : "the plan has no `preflight`: there is nothing to pass");
    if (p->soak.set && p->soak.until_ms > 0 && p->soak.until_ms <= stages_ms)
        say_at(l, &p->soak.until, false, n, "the stages alone take %s; allowed is a later time",
               sum);
}

void check_freeze(struct load *l, const struct node *n, void *obj)
{
    (void)l;
    (void)n;
    ((struct freeze *)obj)->set = true;
}

/* ---- manual items ---- */

void check_confirms(struct load *l, const struct node *n, char *const *names, size_t count)
{
    for (size_t i = 0; n && i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (*names[i] && !strcmp(names[i], names[k]))
                say(l, n, "confirm names %s twice; allowed is once", names[i]);
}
