/* Keys and facts of the composer. Enter posts what the grammar takes; what it refuses says why and
 * can be parked with one key, so that nothing typed is lost. */
#include "tui/composer.h"

#include <string.h>

#include "action/words.h"
#include "base/clock.h"
#include "base/num.h"
#include "event/grammar.h"
#include "tui/edit.h"
#include "tui/format.h"
#include "tui/header.h"
#include "tui/reading.h"

static const char *const decisions[SAYS_COUNT] = {"", "ask", "Proceed", "Hold", "Rollback"};

void composer_intent(const struct prompt *p, struct intent *out)
{
    if (p->t.metric >= 0)
        str_copy(out->metric, sizeof out->metric, p->f.plan->metrics[p->t.metric].id);
    str_copy(out->decision, sizeof out->decision, decisions[p->t.decision]);
}

static enum prompt_outcome say(struct prompt *p, const char *text)
{
    str_copy(p->said, sizeof p->said, text);
    return PROMPT_STAYS;
}

static enum prompt_outcome submit(struct prompt *p, enum intent_kind kind, struct intent *out)
{
    if (!p->fits)
        return say(p, "the box does not fit this screen: nothing can be sent");
    prompt_intent(p, out);
    out->kind = kind;
    if (kind == INTENT_PARK)
        out->decision[0] = '\0';
    return PROMPT_SUBMIT;
}

static enum prompt_outcome post(struct prompt *p, struct intent *out)
{
    struct intent in;
    struct line l;
    struct err why = ERR_INIT;
    if (!*p->t.text)
        return say(p, "Enter alone does nothing: there is no text yet");
    prompt_intent(p, &in);
    enum line_fault fault = words_read_plan(p->f.plan, p->f.state, &in, &l, &why);
    if (fault == LINE_GOOD)
        return submit(p, INTENT_SIGNAL, out);
    p->parkable = fault == LINE_OPINION || fault == LINE_NO_EVIDENCE;
    if (fault == LINE_NO_EVIDENCE)
        return say(p, "no metric, no signal: Tab picks one, p puts the text in the parking lot");
    return say(p, why.text);
}

static void next_metric(struct prompt *p, int by)
{
    int n = (int)p->f.plan->n_metrics;
    if (!n)
        return;
    int focus = p->f.focus >= 0 && p->f.focus < n ? p->f.focus : 0;
    p->t.metric = p->t.metric < 0 ? focus : (p->t.metric + by + n) % n;
}

/* The IC decides, others ask. */
static bool may_say(const struct prompt *p, int decision)
{
    return decision == SAYS_NONE || (decision == SAYS_ASK) != p->f.decider;
}

static void next_decision(struct prompt *p, int by)
{
    do
        p->t.decision = (p->t.decision + by + SAYS_COUNT) % SAYS_COUNT;
    while (!may_say(p, p->t.decision));
}

enum prompt_outcome composer_key(struct prompt *p, int key, struct intent *out)
{
    bool parkable = p->parkable;
    p->parkable = false;
    if (parkable && keymap_latin(key) == 'p')
        return submit(p, INTENT_PARK, out);
    if (key == KEY_ENTER_)
        return post(p, out);
    if (key == KEY_TAB_ || key == KEY_BACKTAB_)
        next_metric(p, key == KEY_TAB_ ? 1 : -1);
    else if (key == KEY_RIGHT_ || key == KEY_DOWN_)
        next_decision(p, 1);
    else if (key == KEY_LEFT_ || key == KEY_UP_)
        next_decision(p, -1);
    else if (key == KEY_BACKSPACE_)
        edit_cut(p->t.text);
    else if (edit_is_text(key))
        edit_add(p->t.text, sizeof p->t.text, COMPOSER_CELLS, key);
    return PROMPT_STAYS;
}

/* ---- facts ---- */

static void limit_word(const struct scene *s, size_t m, const struct cond *limit, const char *word,
                       char *out, size_t size)
{
    char text[32];
    reading_limit(s, m, limit, text, sizeof text);
    if (limit->set)
        str_fmt(out + strlen(out), size - strlen(out), "  %s %s", word, text);
}

/* "lock_wait = 0.8 s  warn 1  crit 5  read 1s ago". */
static void metric_words(const struct scene *s, size_t m, char *out, size_t size)
{
    const struct metric *pm = &s->plan->metrics[m];
    struct reading r;
    reading_of(s, m, &r);
    str_fmt(out, size, "%s = %s", *pm->signal ? pm->signal : pm->id, r.value);
    limit_word(s, m, &pm->warning, "warn", out, size);
    limit_word(s, m, &pm->critical, "crit", out, size);
    if (*r.age)
        str_fmt(out + strlen(out), size - strlen(out), "  read %s ago", r.age);
}

static void preview(const struct scene *s, struct prompt *p)
{
    struct buf b = BUF_INIT;
    struct intent in;
    prompt_intent(p, &in);
    str_copy(in.actor, sizeof in.actor, s->actor);
    str_copy(in.role, sizeof in.role, s->role);
    struct event *ev = words_event(s->state, s->judge, &in, s->now_ms);
    event_log_line(ev, s->state->t0_ms, &b);
    str_copy(p->f.preview, sizeof p->f.preview, buf_str(&b));
    event_free(ev);
    buf_free(&b);
}

void composer_facts(const struct scene *s, struct prompt *p)
{
    char clock[16], t[32];
    p->f.state = s->state;
    p->f.decider = s->role && !strcmp(s->role, "ic");
    p->f.parked = s->state->talk.notes_total;
    p->f.metric[0] = '\0';
    if (p->t.metric >= 0)
        metric_words(s, (size_t)p->t.metric, p->f.metric, sizeof p->f.metric);
    time_clock(s->now_ms, clock, sizeof clock);
    t_plus_words(s, t, sizeof t);
    str_fmt(p->f.moment, sizeof p->f.moment, "%s  %s%s%s", clock, t,
            s->state->stage >= 0 ? "  " : "",
            s->state->stage >= 0 ? s->plan->stages[s->state->stage].name : "");
    preview(s, p);
}
