/* The checks before the start at the gate, and what they decide. What is not measured is not
 * passed; an advisory item is recorded and blocks nothing. */
#include "director/preflight.h"

#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "director/director_int.h"

bool preflight_counts(const struct state *s)
{
    /* Judged samples know no checks: they count as given. */
    return s->plan->preflight.n_items + s->plan->preflight.n_signoff > 0 && s->t0_ms < 0 &&
           !s->sent_n && strcmp(s->mode, "judged") != 0;
}

/* Who can pass an item: the signing role, else whoever runs it again. */
static void ask_whom(const struct preflight_item *it, char whom[32])
{
    if (it->kind == PF_CONFIRM)
        text_upper(whom, 32, it->confirm.role);
    else
        str_copy(whom, 32, it->kind == PF_PROM || it->kind == PF_PANELS ? "Prometheus" : "checks");
}

static enum pf_stand shut(const struct preflight_item *it)
{
    return it->level == PF_ADVISORY ? PF_NOTED : it->never ? PF_NEVER : PF_SHUT;
}

static enum pf_stand warned(const struct preflight_item *it, const struct preflight_item_state *x,
                            char why[160], char whom[32])
{
    if (!*it->approve || x->approved.at_ms)
        return PF_STANDS_WARN;
    text_upper(whom, 32, it->approve);
    if (x->refused.at_ms)
        str_fmt(why, 160, "%.80s; %s %s does not agree: %.40s", x->actual, whom, x->refused.by,
                x->refused.why);
    else
        str_fmt(why, 160, "%.100s; %s must agree", x->actual, whom);
    return shut(it);
}

static void say_wait(const struct state *s, const struct preflight_item *it,
                     const struct preflight_item_state *x, char why[160], char whom[32])
{
    const struct preflight_item_state *before =
        it->after_item >= 0 ? &s->preflight.items[it->after_item] : NULL;
    if (x->running)
        str_copy(why, 160, "is under way");
    else if (x->old)
        str_copy(why, 160, "an older result does not count at the start: it is asked again");
    else if (before && before->is != PF_PASSED && before->is != PF_WARNED)
        str_fmt(why, 160, "waits for %s", it->after);
    else if (x->near) {
        text_upper(whom, 32, it->approve);
        str_fmt(why, 160, "%.120s", x->why);
    } else if (it->kind == PF_CONFIRM)
        str_fmt(why, 160, "%s must sign", whom);
    else if (preflight_writes(it))
        str_fmt(why, 160, "has not been run: a person starts it");
    else
        str_copy(why, 160, *x->why ? x->why : "no answer yet");
}

enum pf_stand preflight_stand(const struct state *s, size_t i, char why[160], char whom[32])
{
    const struct preflight_item *it = &s->plan->preflight.items[i];
    const struct preflight_item_state *x = &s->preflight.items[i];
    char spare[160], spare_whom[32];
    why = why ? why : spare;
    whom = whom ? whom : spare_whom;
    why[0] = '\0';
    ask_whom(it, whom);
    if (!x->old && !x->running) {
        if (x->is == PF_PASSED || (x->is == PF_REHEARSED && !strcmp(s->mode, "rehearse")))
            return PF_STANDS;
        if (x->is == PF_WARNED)
            return warned(it, x, why, whom);
        if (x->waived.at_ms && it->level == PF_CONDITIONAL)
            return PF_WAIVED;
    }
    if (x->is == PF_WAITS || x->old || x->running)
        say_wait(s, it, x, why, whom);
    else
        str_fmt(why, 160, "%s: %.130s", pf_word(x->is), *x->why ? x->why : x->actual);
    return shut(it);
}

static void count(const struct preflight_item_state *x, struct preflight_tally *t)
{
    int *const of[] = {
        [PF_WAITS] = &t->wait,  [PF_PASSED] = &t->pass,     [PF_WARNED] = &t->warn,
        [PF_FAILED] = &t->fail, [PF_UNKNOWN] = &t->unknown, [PF_REHEARSED] = &t->wait};
    ++*of[x->running || x->old ? PF_WAITS : x->is];
    t->of++;
}

void preflight_tally(const struct state *s, struct preflight_tally *t)
{
    *t = (struct preflight_tally){.first = -1, .cancelled = -1};
    for (size_t i = 0; i < s->plan->preflight.n_items; i++) {
        const struct preflight_item *it = &s->plan->preflight.items[i];
        const struct preflight_item_state *x = &s->preflight.items[i];
        enum pf_stand is = preflight_stand(s, i, NULL, NULL);
        count(x, t);
        t->shut += is >= PF_SHUT;
        t->never += is == PF_NEVER;
        if (is >= PF_SHUT && t->first < 0)
            t->first = (int)i;
        if (it->never && x->beyond && x->is == PF_FAILED && it->level != PF_ADVISORY)
            t->cancelled = (int)i;
    }
}

void preflight_unsigned(const struct state *s, char *out, size_t size)
{
    const struct plan_preflight *p = &s->plan->preflight;
    char role[32];
    out[0] = '\0';
    for (size_t i = 0; i < p->n_signoff && i < SIGNOFF_MAX; i++) {
        if (s->preflight.signoff[i].at_ms)
            continue;
        text_upper(role, sizeof role, p->signoff[i]);
        str_fmt(out + strlen(out), size - strlen(out), "%s%s", *out ? ", " : "", role);
    }
}

int64_t preflight_left_ms(const struct state *s, int64_t now_ms)
{
    int64_t least = s->plan->preflight.minimum_ms;
    if (!s->preflight.first_ms || least <= 0)
        return least;
    int64_t left = s->preflight.first_ms + least - now_ms;
    return left > 0 ? left : 0;
}

bool preflight_passed(const struct state *s)
{
    struct preflight_tally t;
    char missing[120];
    preflight_tally(s, &t);
    preflight_unsigned(s, missing, sizeof missing);
    return !t.shut && !*missing;
}

/* ---- what it decides ---- */

/* At the start itself the checks that are asked again speak for themselves: their results come. */
static bool waits_now(const struct where *w)
{
    return preflight_counts(w->s) && !w->undo && (!w->stage || (w->starting && w->s->stage == 0));
}

static void say_shut(const struct state *s, const struct preflight_tally *t, char *out, size_t size)
{
    char why[160], whom[32];
    preflight_stand(s, (size_t)t->first, why, whom);
    str_fmt(out, size, "%d of %d not passed: %s %s", t->shut, t->of,
            s->plan->preflight.items[t->first].id, why);
}

void rules_preflight(const struct where *w, struct standing *out)
{
    struct preflight_tally t;
    if (!waits_now(w))
        return;
    preflight_tally(w->s, &t);
    if (t.cancelled >= 0) {
        const struct preflight_item *it = &w->plan->preflight.items[t.cancelled];
        struct proposal *p = propose(out, DEC_ABORT, "preflight.blocked", -1);
        str_copy(p->subject, sizeof p->subject, it->id);
        str_fmt(p->why, sizeof p->why,
                "BLOCKED: %s %s: %.120s; nobody overrides it, tell the IC%s%s", it->id, it->title,
                w->s->preflight.items[t.cancelled].actual, *it->approve ? " and the " : "",
                it->approve);
    } else if (t.shut && w->s->preflight.final != PF_FINAL_DUE) {
        struct proposal *p = propose(out, DEC_HOLD, "preflight.shut", -1);
        char text[200];
        say_shut(w->s, &t, text, sizeof text);
        str_fmt(p->why, sizeof p->why, "preflight: %s", text);
    }
}

static void say(struct gate *g, const char *name, bool open, const char *whom, const char *text)
{
    struct gate_item *i = gate_add(g, name, open, whom);
    str_copy(i->text, sizeof i->text, text);
}

/* The gate's own three questions, by name: "preflight" and "sign-off" the IC may go against,
 * "blocker" and "minimum" nobody. */
void gate_preflight(const struct where *w, int64_t now_ms, struct gate *g)
{
    struct preflight_tally t;
    char text[200], whom[32] = "checks", why[160];
    int64_t left = preflight_left_ms(w->s, now_ms);
    if (!waits_now(w))
        return;
    preflight_tally(w->s, &t);
    if (t.shut) {
        say_shut(w->s, &t, text, sizeof text);
        preflight_stand(w->s, (size_t)t.first, why, whom);
        say(g, t.never ? "blocker" : "preflight", false, whom, text);
    } else if (t.of) {
        str_fmt(text, sizeof text, "%d of %d passed", t.pass + t.warn, t.of);
        say(g, "preflight", true, "", text);
    }
    if (w->plan->preflight.n_signoff) {
        preflight_unsigned(w->s, why, sizeof why);
        str_fmt(text, sizeof text, *why ? "%s must sign" : "%ssigned", why);
        say(g, "sign-off", !*why, why, text);
    }
    if (w->plan->preflight.minimum_ms) {
        char least[16], rest[16];
        dur_print(w->plan->preflight.minimum_ms, least, sizeof least);
        dur_clock(left, rest, sizeof rest);
        str_fmt(text, sizeof text, left ? "checks take at least %s: %s left" : "%s are over%s",
                least, left ? rest : "");
        say(g, "minimum", !left, "clock", text);
    }
}

/* Nobody has passed the checks for the plan's time: a run that goes on by itself does not hang. */
bool preflight_unanswered(const struct where *w, char *why, size_t size)
{
    const struct state *s = w->s;
    const struct plan_preflight *p = &w->plan->preflight;
    struct preflight_tally t;
    char text[200], missing[120], d[16];
    int64_t since = s->start_ms + p->minimum_ms, limit = p->within_ms;
    if (!waits_now(w) || w->plan->advance != ADVANCE_AUTO || s->hold || preflight_passed(s))
        return false;
    limit = limit ? limit : w->plan->stages[0].duration_ms;
    since = s->preflight.changed_ms > since ? s->preflight.changed_ms : since;
    since = s->planned_start_ms > since ? s->planned_start_ms : since;
    if (s->now_ms - since < limit)
        return false;
    preflight_tally(s, &t);
    preflight_unsigned(s, missing, sizeof missing);
    if (t.shut)
        say_shut(s, &t, text, sizeof text);
    else
        str_fmt(text, sizeof text, "%s must sign", missing);
    dur_print(limit, d, sizeof d);
    str_fmt(why, size, "preflight BLOCKED for %s: %s; nothing had been sent to production", d,
            text);
    return true;
}
