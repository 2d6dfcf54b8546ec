/* Checks before the start: results, signatures, waivers, agreements. A new result ends what was
 * said about the old one; what a person signed stays until it is signed again. */
#include "fold/fold_int.h"
#include "fold/hash_int.h"

#include "plan/preflight_item.h"

static const char *const words[] = {"wait", "pass", "WARN", "FAIL", "UNKNOWN", "rehearsed"};

const char *pf_word(enum pf_is is)
{
    return words[is];
}

void preflight_init(struct state *s)
{
    size_t n = s->plan->preflight.n_items;
    s->preflight.items = xzalloc(n, sizeof *s->preflight.items);
    for (size_t i = 0; i < n; i++)
        s->preflight.items[i].ms = -1;
}

static enum pf_is result_is(const struct event *ev)
{
    static const struct {
        const char *word;
        enum pf_is is;
    } rows[] = {{"pass", PF_PASSED},
                {"warn", PF_WARNED},
                {"fail", PF_FAILED},
                {"wait", PF_WAITS},
                {"rehearsed", PF_REHEARSED}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (event_is(ev, "result", rows[i].word))
            return rows[i].is;
    return PF_UNKNOWN; /* what cannot be read is never a pass */
}

static void touched(struct state *s, const struct event *ev)
{
    struct preflight_state *p = &s->preflight;
    if (!p->first_ms)
        p->first_ms = ev->t_ms;
    p->changed_ms = ev->t_ms;
}

static bool take_result(struct state *s, const struct event *ev, struct preflight_item_state *it)
{
    const cJSON *b = ev->body;
    enum pf_is is = result_is(ev);
    struct preflight_item_state old = *it;
    *it = (struct preflight_item_state){.is = is,
                                        .at_ms = ev->t_ms,
                                        .ms = fold_ms(b, "ms", -1),
                                        .beyond = json_bool_or(b, "beyond", false),
                                        .near = json_bool_or(b, "near", false),
                                        .exact = json_bool_or(b, "exact", false)};
    if (old.is == is) { /* what was said is about what was seen: it ends with it */
        it->approved = old.approved;
        it->refused = old.refused;
        it->waived = old.waived;
    }
    str_copy(it->by, sizeof it->by, ev->actor);
    str_copy(it->role, sizeof it->role, ev->role);
    fold_text(it->expected, sizeof it->expected, b, "expected");
    fold_text(it->actual, sizeof it->actual, b, "actual");
    fold_text(it->why, sizeof it->why, b, "why");
    fold_text(it->call, sizeof it->call, b, "call");
    fold_text(it->reference, sizeof it->reference, b, "reference");
    touched(s, ev);
    return true;
}

static void take_word(struct pf_word *w, const struct event *ev)
{
    *w = (struct pf_word){.at_ms = ev->t_ms};
    str_copy(w->by, sizeof w->by, ev->actor);
    str_copy(w->role, sizeof w->role, ev->role);
    fold_text(w->why, sizeof w->why, ev->body, "reason");
}

static bool final_over(struct state *s, const struct event *ev)
{
    if (s->preflight.final != PF_FINAL_DUE)
        return false;
    s->preflight.final = event_is(ev, "result", "pass") ? PF_FINAL_PASSED : PF_FINAL_FAILED;
    return true;
}

bool fold_preflight(struct state *s, const struct event *ev)
{
    const char *op = json_str_or(ev->body, "op", "");
    if (!strcmp(op, "final"))
        return final_over(s, ev);
    int i = preflight_item_of(s->plan, json_str_or(ev->body, "id", ""));
    if (i < 0)
        return false;
    struct preflight_item_state *it = &s->preflight.items[i];
    if (!*op)
        return take_result(s, ev, it);
    if (!strcmp(op, "begin")) {
        it->running = true;
        touched(s, ev);
        return true;
    }
    if (strcmp(op, "waive") != 0)
        return false;
    take_word(&it->waived, ev);
    touched(s, ev);
    return true;
}

/* Has this person already signed for another role? One person cannot sign twice. */
static bool signed_before(const struct state *s, size_t role, const char *who)
{
    for (size_t i = 0; i < s->plan->preflight.n_signoff && i < SIGNOFF_MAX; i++)
        if (i != role && s->preflight.signoff[i].at_ms && !strcmp(s->preflight.signoff[i].by, who))
            return true;
    return false;
}

static bool sign_off(struct state *s, const struct event *ev, bool ok)
{
    const struct plan_preflight *p = &s->plan->preflight;
    for (size_t i = 0; i < p->n_signoff && i < SIGNOFF_MAX; i++) {
        if (strcmp(p->signoff[i], ev->role) != 0)
            continue;
        if (ok && signed_before(s, i, ev->actor))
            return false;
        take_word(&s->preflight.signoff[i], ev);
        if (!ok)
            s->preflight.signoff[i].at_ms = 0;
        touched(s, ev);
        return true;
    }
    return false;
}

/* Agreements about other subjects are not ours. */
bool preflight_approval(struct state *s, const struct event *ev)
{
    const char *subject = json_str_or(ev->body, "subject", "");
    bool ok = json_bool_or(ev->body, "ok", false);
    if (!strcmp(subject, "preflight"))
        return sign_off(s, ev, ok);
    if (strncmp(subject, "preflight:", 10) != 0)
        return true;
    int i = preflight_item_of(s->plan, subject + 10);
    if (i < 0 || strcmp(s->plan->preflight.items[i].approve, ev->role) != 0)
        return false;
    struct preflight_item_state *it = &s->preflight.items[i];
    it->approved = it->refused = (struct pf_word){.at_ms = 0};
    take_word(ok ? &it->approved : &it->refused, ev);
    touched(s, ev);
    return true;
}

void preflight_at_start(struct state *s)
{
    for (size_t i = 0; i < s->plan->preflight.n_items; i++)
        s->preflight.items[i].old |= s->plan->preflight.items[i].final;
    if (preflight_has_final(s->plan))
        s->preflight.final = PF_FINAL_DUE;
}

void preflight_refused(struct state *s)
{
    if (s->preflight.final != PF_FINAL_DUE)
        return;
    s->preflight.final = PF_FINAL_NONE;
    for (size_t i = 0; i < s->plan->preflight.n_items; i++)
        s->preflight.items[i].old = false;
}

void preflight_forget(struct state *s)
{
    for (size_t i = 0; i < s->plan->preflight.n_items; i++) {
        struct preflight_item_state *it = &s->preflight.items[i];
        if (!it->running)
            continue;
        it->running = false;
        it->is = PF_UNKNOWN;
        str_copy(it->why, sizeof it->why, "the process that ran it died: run it again");
    }
    preflight_refused(s);
}

static void hash_word(uint64_t *h, const struct pf_word *w)
{
    HASH_INTS(h, w->at_ms);
    hash_str(h, w->by);
    hash_str(h, w->role);
    hash_str(h, w->why);
}

void preflight_hash(uint64_t *h, const struct state *s)
{
    const struct preflight_state *p = &s->preflight;
    for (size_t i = 0; i < s->plan->preflight.n_items; i++) {
        const struct preflight_item_state *it = &p->items[i];
        const char *const texts[] = {it->expected,  it->actual, it->why, it->call,
                                     it->reference, it->by,     it->role};
        HASH_INTS(h, it->is, it->at_ms, it->ms, it->running, it->old, it->beyond, it->near,
                  it->exact);
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            hash_str(h, texts[k]);
        hash_word(h, &it->waived);
        hash_word(h, &it->approved);
        hash_word(h, &it->refused);
    }
    for (size_t i = 0; i < SIGNOFF_MAX; i++)
        hash_word(h, &p->signoff[i]);
    HASH_INTS(h, p->first_ms, p->changed_ms, p->final);
}
