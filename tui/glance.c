/* The verdict's word; see glance.h. The sentences are in notice.c. */
#include "tui/glance.h"

#include <math.h>
#include <string.h>

#include "tui/format.h"

enum ks_is glance_kill(const struct scene *s, int64_t *age_out, const char **why)
{
    const struct state *st = s->state;
    enum ks_is worst = KS_OFF;
    static const int rank[] = {[KS_OFF] = 0, [KS_UNKNOWN] = 1, [KS_ENGAGED] = 2, [KS_FAILED] = 3};
    int64_t limit = ks_fresh_ms(s);
    *age_out = -1;
    *why = "";
    for (size_t i = 0; i < s->plan->n_ks; i++) {
        const struct ks_state *k = &st->ks[i];
        int64_t age = k->at_ms ? age_ms(s, k->at_ms) : -1;
        enum ks_is is = k->is;
        if (is == KS_OFF && (age < 0 || age > limit))
            is = KS_UNKNOWN;
        if (i == 0 || rank[is] > rank[worst]) {
            worst = is;
            *why = *k->why ? k->why : is == k->is ? "" : age < 0 ? "not read yet" : "no answer";
            *age_out = age;
        } else if (is == worst && (age < 0 || (*age_out >= 0 && age > *age_out))) {
            *age_out = age;
        }
    }
    return worst;
}

bool glance_blind(const struct scene *s, int64_t *since_ms)
{
    const struct state *st = s->state;
    int64_t newest = 0;
    for (size_t m = 0; m < s->plan->n_metrics; m++)
        if (st->metrics[m].good_ms > newest)
            newest = st->metrics[m].good_ms;
    *since_ms = newest ? age_ms(s, newest) : -1;
    if (!st->ticks)
        return true;
    return !st->source_ok || scene_now(s) - st->tick_ms > 3 * s->plan->tick_ms + fast_ms(s);
}

void glance_next(const struct scene *s, char *out, size_t size)
{
    const struct state *st = s->state;
    bool starting = st->stage >= 0 && st->stages[st->stage].at == STAGE_STARTING;
    size_t next = (size_t)(st->stage + !starting);
    if (next >= s->plan->n_stages)
        str_copy(out, size, "the end");
    else if (s->plan->stages[next].has_weight)
        fmt_weight(s->plan->stages[next].weight, out, size);
    else
        str_copy(out, size, s->plan->stages[next].name);
}

/* Roles as in intents.def: these need the IC, the kill switch and words a role. */
static bool may_press(const struct scene *s, char key)
{
    bool looks = s->guard && (s->guard->read_only || s->guard->replay);
    const char *role = people_role(s->state, s->actor ? s->actor : "", s->role ? s->role : "");
    bool ic = !strcmp(role, ROLE_IC);
    bool any = *role;
    if (key == 'R' && !strcmp(role, people_decider(s->state)))
        return !looks;
    if (strchr("ARUHG", key))
        return ic && !looks;
    return strchr("KEDSmbpcewoi", key) ? any && !looks : true;
}

bool glance_idle(const struct scene *s, char key)
{
    if (key == 'R')
        return s->plan->rollback_action < 0;
    return (key == 'K' || key == 'U') && !s->plan->has_kill_switch;
}

void glance_press(const struct scene *s, const char *keys, char *out, size_t size)
{
    *out = '\0';
    bool dropped = false;
    while (*keys) {
        const char *end = strstr(keys, "  ");
        size_t len = end ? (size_t)(end - keys) : strlen(keys), have = strlen(out);
        bool letter = len < 2 || keys[1] == ' '; /* not "Enter zoom" */
        bool idle = letter && glance_idle(s, *keys), may = !letter || may_press(s, *keys);
        if (may && !idle)
            str_fmt(out + have, size - have, "%s%.*s", have ? "  " : "", (int)len, keys);
        dropped = dropped || !may;
        keys += len + (end ? 2 : 0);
    }
    bool looks = s->guard && (s->guard->read_only || s->guard->replay);
    if (dropped && !*out && !looks)
        str_fmt(out, size, "IC %s decides", *s->state->ic ? s->state->ic : "-");
}

static enum verdict of_rollback(const struct state *st)
{
    if (st->rollback_failed)
        return V_NOT_VERIFIED;
    if (st->rollback_done)
        return V_ROLLED_BACK;
    if (st->rollback_started || st->plan->rollback_mode == ROLLBACK_AUTOMATIC)
        return V_ROLLING_BACK;
    return V_ROLLBACK_WANTED;
}

static bool breach(const struct scene *s, const struct tally *t)
{
    if (t->crit || t->out_crit)
        return true;
    return s->standing && s->standing->n && s->standing->strongest.what >= DEC_ROLLBACK;
}

static bool unknown(const struct scene *s, const struct tally *t)
{
    int64_t age;
    const char *why;
    if (t->unknown || (s->plan->has_kill_switch && glance_kill(s, &age, &why) == KS_UNKNOWN))
        return true;
    return glance_blind(s, &age);
}

static bool holds(const struct scene *s, const struct tally *t)
{
    const struct state *st = s->state;
    if (st->hold || st->phase == PHASE_HOLD || t->warn || st->act.is == ACT_FAILED)
        return true;
    return s->standing && s->standing->n && s->standing->strongest.what > DEC_PROCEED;
}

static enum verdict verdict_of(const struct scene *s, const struct tally *t)
{
    const struct state *st = s->state;
    int64_t age;
    const char *why;
    enum ks_is kill = s->plan->has_kill_switch ? glance_kill(s, &age, &why) : KS_OFF;
    if (st->final)
        return V_DONE;
    if (st->act.is == ACT_UNKNOWN)
        return V_NOT_VERIFIED;
    if (st->rollback_wanted || st->rollback_would)
        return of_rollback(st);
    if (st->aborted)
        return V_ABORTED;
    if (kill == KS_FAILED)
        return V_KILL_FAILED;
    if (st->phase <= PHASE_COUNTDOWN)
        return s->gate && s->gate->open ? V_READY : V_NOT_READY;
    if (breach(s, t))
        return V_BREACH;
    if (st->paused)
        return V_PAUSED;
    if (kill == KS_ENGAGED)
        return V_KILL_ON;
    if (unknown(s, t))
        return V_UNKNOWN;
    if (s->standing && s->standing->n && s->standing->strongest.what == DEC_ESCALATE)
        return V_ESCALATE;
    if (s->standing && s->standing->n && s->standing->strongest.what == DEC_INCONCLUSIVE)
        return V_UNKNOWN;
    if (holds(s, t))
        return V_HOLD;
    return st->phase == PHASE_BASELINE ? V_BASELINE : V_PASS;
}

static const struct {
    enum role role;
    const char *sign, *word;
} looks[] = {
    [V_DONE] = {ROLE_CRIT, "■", ""},
    [V_NOT_VERIFIED] = {ROLE_CRIT, "■", "NOT VERIFIED"},
    [V_ROLLING_BACK] = {ROLE_CRIT, "■", "ROLLING BACK"},
    [V_ROLLBACK_WANTED] = {ROLE_CRIT, "■", "ROLLBACK WANTED"},
    [V_ROLLED_BACK] = {ROLE_WARN, "■", "ROLLED BACK"},
    [V_ABORTED] = {ROLE_CRIT, "■", "ABORTED"},
    [V_NOT_READY] = {ROLE_UNKNOWN, "?", "NOT READY"},
    [V_READY] = {ROLE_PASS, "+", "READY"},
    [V_KILL_FAILED] = {ROLE_CRIT, "■", "KILL NOT CONFIRMED"},
    [V_KILL_ON] = {ROLE_CRIT, "■", "KILL IS ON"},
    [V_BREACH] = {ROLE_CRIT, "■", "BREACH"},
    [V_PAUSED] = {ROLE_WARN, "▲", "PAUSED"},
    [V_UNKNOWN] = {ROLE_UNKNOWN, "?", "UNKNOWN"},
    [V_ESCALATE] = {ROLE_WARN, "▲", "ESCALATE"},
    [V_HOLD] = {ROLE_WARN, "▲", "HOLD"},
    [V_BASELINE] = {ROLE_TEXT, "+", "BASELINE"},
    [V_PASS] = {ROLE_PASS, "+", "PASS"},
};

static void done_look(const struct state *st, struct glance *g)
{
    static const struct {
        const char *verdict, *word, *sign;
        enum role role;
    } rows[] = {
        {"PASS", "DONE: PASS", "+", ROLE_GOOD},
        {"PASS_WITH_WARNING", "DONE: PASS, WARNINGS", "▲", ROLE_WARN},
        {"FAIL", "DONE: FAIL", "■", ROLE_CRIT},
        {"ABORTED", "DONE: ABORTED", "■", ROLE_CRIT},
        {"INCONCLUSIVE", "DONE: INCONCLUSIVE", "?", ROLE_UNKNOWN},
    };
    str_fmt(g->word, sizeof g->word, "DONE: %s", st->verdict);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!strcmp(st->verdict, rows[i].verdict)) {
            str_copy(g->word, sizeof g->word, rows[i].word);
            g->sign = rows[i].sign;
            g->role = rows[i].role;
        }
    }
}

void glance_at(const struct scene *s, struct glance *g)
{
    memset(g, 0, sizeof *g);
    tally_of(s, &g->tally);
    g->is = verdict_of(s, &g->tally);
    g->role = looks[g->is].role;
    g->sign = looks[g->is].sign;
    str_copy(g->word, sizeof g->word, looks[g->is].word);
    if (g->is == V_DONE)
        done_look(s->state, g);
    notice_verdict(s, g);
    notice_others(s, g);
    for (int i = 0; i < g->n; i++) /* ages of then; those of now stand in their panels */
        event_sentence(g->notices[i].text, g->notices[i].text, sizeof g->notices[i].text);
}
