/* Collects the words of a box. */
#include "tui/facts.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "director/want.h"
#include "tui/checks.h"
#include "tui/composer.h"
#include "tui/format.h"
#include "tui/glance.h"
#include "tui/people.h"
#include "tui/reading.h"

static const char *const titles[INTENTS] = {
    [INTENT_KILL_ON] = "KILL SWITCH ON",
    [INTENT_KILL_OFF] = "KILL SWITCH OFF",
    [INTENT_ADVANCE] = "ADVANCE",
    [INTENT_ROLLBACK] = "ROLL BACK",
    [INTENT_HOLD] = "HOLD",
    [INTENT_GO] = "GO ON",
    [INTENT_SIGNAL] = "POST A SIGNAL",
    [INTENT_PARK] = "PARK A NOTE",
    [INTENT_APPROVE] = "APPROVAL",
    [INTENT_HANDOVER] = "HAND COMMAND OVER",
    [INTENT_RESOLVE] = "RESOLVE AN UNKNOWN ACTION",
    [INTENT_DONE] = "DONE BY HAND",
    [INTENT_NOT_DONE] = "NOT DONE BY HAND",
    [INTENT_SEND] = "SEND A MESSAGE",
    [INTENT_DROP] = "DROP A MESSAGE",
    [INTENT_STOP] = "STOP WHAT RUNS",
    [INTENT_PREFLIGHT] = "RUN A CHECK",
    [INTENT_DRILL] = "KILL SWITCH DRILL",
    [INTENT_SIGN] = "SIGN",
    [INTENT_WAIVE] = "WAIVE A CHECK",
    [INTENT_NO_GO] = "NO-GO",
    [INTENT_ACK_DISK] = "NOT RECORDING",
    [INTENT_END] = "END THE RUN",
    [INTENT_ITEM] = "STEP OF THE TIMELINE",
    [INTENT_EXTEND] = "EXTEND THE STAGE",
    [INTENT_BASELINE] = "BASELINE AGAIN",
};

/* Ready-made reasons; a rule's own words come before them, a metric's in place of the first. */
static const char *const ready[INTENTS][PROMPT_REASONS] = {
    [INTENT_KILL_OFF] = {"the cause is found and mended", "it was turned on by mistake",
                         "the drill is over"},
    [INTENT_ADVANCE] = {"the gate's finding was looked at and is not the canary's",
                        "the team decided to go on"},
    [INTENT_ROLLBACK] = {"another metric looks wrong", "the kill switch is on", "the team decided"},
    [INTENT_HOLD] = {"a metric is being looked at", "waiting for a person",
                     "something else changed"},
    [INTENT_GO] = {"looked at: not the canary", "the cause is mended", "waited long enough"},
    [INTENT_APPROVE] = {"looked at, agreed", "not now: something else is looked at",
                        "it looks wrong"},
    [INTENT_DONE] = {"done as shown"},
    [INTENT_NOT_DONE] = {"not done: something is in the way", "not done: it looks wrong"},
    [INTENT_SEND] = {"looked at: it is right"},
    [INTENT_DROP] = {"it is not right", "said in another way"},
    [INTENT_STOP] = {"it does harm", "it has shown enough"},
    [INTENT_SIGN] = {"seen and in order"},
    [INTENT_WAIVE] = {"known, and harmless for this release"},
    [INTENT_NO_GO] = {"a check has not passed", "the time is too short"},
    [INTENT_ACK_DISK] = {"the canary must be stopped before the disk is mended"},
    [INTENT_END] = {"the run is called off", "it goes on in another run"},
};

/* With nothing in the way nobody has to explain it away. */
static const char *const open_gate[PROMPT_REASONS] = {"the gate is open, nothing speaks against it",
                                                      "the team decided to go on"};

static void scopes(const struct plan *p, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; i < p->n_ks; i++)
        str_fmt(out + strlen(out), size - strlen(out), "%s%s", i ? ", " : "", p->ks[i].name);
}

static void what_advance(const struct scene *s, char *out, size_t size)
{
    const struct state *st = s->state;
    int target = advance_target(st);
    char from[16], to[16];
    if (target < 0) {
        str_copy(out, size, "there is no stage behind this one");
        return;
    }
    const struct stage *stage = &s->plan->stages[target];
    fmt_weight(st->weight, from, sizeof from);
    fmt_weight(stage->weight, to, sizeof to);
    str_fmt(out, size, "%s %s", st->stage < 0 ? "start" : "go to", stage->name);
    if (stage->has_weight)
        str_fmt(out + strlen(out), size - strlen(out), ": canary weight %s → %s", from, to);
}

static void what_go(const struct state *st, char *out, size_t size)
{
    if (st->hold)
        str_fmt(out, size, "go on after %s's hold: %s", st->hold_by, st->hold_why);
    else
        str_fmt(out, size, "go on after the pause: %s", st->pause_why);
}

static void what_by_hand(const struct state *st, enum intent_kind k, char *out, size_t size)
{
    char line[160];
    str_fmt(line, sizeof line, "%.*s", (int)strcspn(st->hands.text, "\n"), st->hands.text);
    str_fmt(out, size, "%s, by hand: %s (%s)", st->hands.id, line,
            k == INTENT_DONE ? "it is read back next" : "the action has FAILED then");
}

/* The oldest one that waits. */
static void what_message(const struct state *st, enum intent_kind k, char *out, size_t size)
{
    const struct messages_state *m = &st->messages;
    for (int i = 0; i < m->n; i++) {
        const struct message_kept *x = &m->all[(m->first + i) % MESSAGES_KEPT];
        if (strcmp(x->op, "waits") != 0)
            continue;
        str_fmt(out, size, "%s %s to %s: %.120s", k == INTENT_SEND ? "send" : "drop", x->id,
                *x->to ? x->to : x->channel, x->text);
        return;
    }
}

static void what(const struct scene *s, enum intent_kind k, char *out, size_t size)
{
    const struct state *st = s->state;
    char text[100];
    out[0] = '\0';
    if (k == INTENT_KILL_ON || k == INTENT_KILL_OFF) {
        scopes(s->plan, text, sizeof text);
        str_fmt(out, size, "kill switch %s in every scope: %s", k == INTENT_KILL_ON ? "ON" : "OFF",
                text);
    } else if (k == INTENT_ADVANCE) {
        what_advance(s, out, size);
    } else if (k == INTENT_ROLLBACK) {
        fmt_weight(st->weight, text, sizeof text);
        str_fmt(out, size, "roll the canary back from %s", text);
    } else if (k == INTENT_HOLD) {
        str_copy(out, size, "no advance until somebody says go; the stage's clock runs on");
    } else if (k == INTENT_GO) {
        what_go(st, out, size);
    } else if (k == INTENT_RESOLVE) {
        str_fmt(out, size, "%s %s is UNKNOWN (%s): begin with done or failed, then what was seen",
                st->act.verb, st->act.id, st->act.why);
    } else if (k == INTENT_DONE || k == INTENT_NOT_DONE) {
        what_by_hand(st, k, out, size);
    } else if (k == INTENT_SEND || k == INTENT_DROP) {
        what_message(st, k, out, size);
    } else if (k == INTENT_STOP) {
        str_fmt(out, size, "%s %s stops within a second; its action has FAILED then",
                st->hands.is == HAND_BURST ? "the burst of" : "the gradual", st->act.id);
    } else if (k == INTENT_ACK_DISK) {
        str_copy(out, size, "a rollback may go although it cannot be recorded now");
    } else if (k == INTENT_EXTEND) {
        str_copy(out, size, "the running stage is observed longer, once");
    } else if (k == INTENT_BASELINE) {
        str_copy(out, size, "the values of the baseline are taken again");
    } else if (k == INTENT_END) {
        str_copy(out, size, "the run ends; the canary stays as it is");
    }
}

static void who(const struct scene *s, char *out, size_t size)
{
    char role[32];
    text_upper(role, sizeof role, s->role ? s->role : "");
    str_fmt(out, size, "%s%s%s      %s%s%s", role, *role ? " " : "", s->actor ? s->actor : "",
            s->plan->environment, *s->plan->environment ? "  " : "", s->plan->title);
}

static bool by_rule(const struct scene *s, enum intent_kind k, char *out, size_t size)
{
    const struct proposal *top = s->standing ? &s->standing->strongest : NULL;
    bool fits = k == INTENT_ROLLBACK ? top && top->what >= DEC_ESCALATE
                                     : k == INTENT_HOLD && top && top->what >= DEC_EXTEND;
    if (!fits || !*top->why)
        return false;
    str_copy(out, size, top->why);
    return true;
}

/* The worst metric as it is now: the reason a person most likely has. */
static bool by_metric(const struct scene *s, enum intent_kind k, char *out, size_t size)
{
    struct tally t;
    struct reading r;
    tally_of(s, &t);
    if ((k != INTENT_ROLLBACK && k != INTENT_HOLD) || t.worst < 0)
        return false;
    reading_of(s, (size_t)t.worst, &r);
    str_fmt(out, size, "%s %s %s%s%s", s->plan->metrics[t.worst].title, r.value, r.word,
            *r.note ? ", " : "", r.note);
    return true;
}

static void reasons(const struct scene *s, enum intent_kind k, struct prompt_facts *f)
{
    bool open = k == INTENT_ADVANCE && s->gate && s->gate->open;
    const char *const *list = open ? open_gate : ready[k];
    f->proposed = by_rule(s, k, f->reasons[0], sizeof f->reasons[0]);
    bool named = !f->proposed && by_metric(s, k, f->reasons[0], sizeof f->reasons[0]);
    f->n_reasons = f->proposed || named;
    for (size_t i = named; i < PROMPT_REASONS && list[i] && f->n_reasons + 1 < PROMPT_REASONS; i++)
        str_copy(f->reasons[f->n_reasons++], sizeof f->reasons[0], list[i]);
}

static void freeze_values(const struct scene *s, struct prompt_facts *f)
{
    uint16_t order[ORDER_MAX];
    size_t trouble, n = reading_order(s, false, order, &trouble);
    time_clock(s->now_ms, f->clock, sizeof f->clock);
    str_copy(f->seen, sizeof f->seen, f->clock);
    for (size_t i = 0; i < n && f->n_values < sizeof f->values / sizeof *f->values; i++) {
        struct reading r;
        const struct metric *m = &s->plan->metrics[order[i]];
        reading_of(s, order[i], &r);
        str_fmt(f->values[f->n_values], sizeof *f->values, "%s %s %s",
                *m->signal ? m->signal : m->id, r.value, r.word);
        bool fine = r.is == SHOWN_PASS || r.is == SHOWN_INFO; /* what is fine stays plain */
        f->value_roles[f->n_values] = fine ? ROLE_TEXT : r.role;
        str_fmt(f->seen + strlen(f->seen), sizeof f->seen - strlen(f->seen), "%s %s",
                f->n_values ? "," : "", f->values[f->n_values]);
        f->n_values++;
    }
}

static void calls(const struct scene *s, enum intent_kind k, struct prompt_facts *f)
{
    struct buf b = BUF_INIT;
    struct err e = ERR_INIT;
    if (intent_lines(s->state, s->judge, k, s->actor, "", &b, &e) < 0)
        str_fmt(f->how, sizeof f->how, "cannot be done: %.400s\n", e.text);
    else
        str_copy(f->how, sizeof f->how, buf_str(&b));
    buf_free(&b);
}

/* The second way to roll back, while none is under way: its calls stand below the first one's. */
static void other_way(const struct scene *s, struct prompt_facts *f)
{
    struct buf b = BUF_INIT;
    struct err e = ERR_INIT;
    if (s->plan->gradual_action < 0 || action_busy(s->state, NULL))
        return;
    str_copy(f->other, sizeof f->other, "gradual");
    if (intent_gradual_lines(s->state, s->judge, s->actor, "", &b, &e) < 0)
        buf_addf(&b, "cannot be done: %.400s\n", e.text);
    str_fmt(f->how + strlen(f->how), sizeof f->how - strlen(f->how), "or gradual: %s", buf_str(&b));
    buf_free(&b);
}

void facts_freeze(const struct scene *s, enum command c, struct prompt_facts *f)
{
    enum intent_kind k = (enum intent_kind)keymap_row(c)->intent;
    memset(f, 0, sizeof *f);
    f->plan = s->plan;
    f->stage = s->state->stage;
    f->focus = s->ui ? s->ui->focus : 0;
    str_copy(f->title, sizeof f->title,
             k == INTENT_ADVANCE && s->state->stage < 0 ? "START" : titles[k]);
    what(s, k, f->what, sizeof f->what);
    who(s, f->who, sizeof f->who);
    reasons(s, k, f);
    calls(s, k, f);
    if (k == INTENT_ROLLBACK)
        other_way(s, f);
    checks_facts(s, k, f);
    facts_people(s, k, f);
    freeze_values(s, f);
}

/* ---- while it is open ---- */

static void gates(const struct scene *s, struct prompt_facts *f)
{
    f->n_gates = 0;
    for (size_t i = 0; s->gate && i < s->gate->n && f->n_gates < PROMPT_GATES; i++) {
        const struct gate_item *g = &s->gate->items[i];
        if (g->open || !strcmp(g->name, "people"))
            continue; /* this box is the person's word */
        str_fmt(f->gates[f->n_gates++], sizeof f->gates[0], "x %-8s %s (waits for %s)", g->name,
                g->text, g->whom);
    }
}

/* The intent as if reason and metric were there: what stands in the way beside them. */
static void filled(const struct scene *s, struct intent *in)
{
    str_copy(in->actor, sizeof in->actor, s->actor);
    str_copy(in->role, sizeof in->role, s->role);
    if (!*in->reason)
        str_copy(in->reason, sizeof in->reason,
                 in->kind == INTENT_RESOLVE  ? "done"
                 : in->kind == INTENT_SIGNAL ? "seen"
                                             : "-");
    if (!*in->subject)
        checks_fill(s, in);
    facts_people_fill(s, in);
    if (in->kind == INTENT_SIGNAL && !*in->metric && s->plan->n_metrics)
        str_copy(in->metric, sizeof in->metric, s->plan->metrics[0].id);
}

static void guard_word(const struct scene *s, struct prompt *p)
{
    struct intent in;
    struct err why = ERR_INIT;
    prompt_intent(p, &in);
    filled(s, &in);
    if (in.kind == INTENT_RESOLVE) /* its text is judged when it is sent */
        str_copy(in.reason, sizeof in.reason, "done");
    in.override = false;
    p->f.shut = guard_check(s->state, s->judge, &in, s->guard, &why) < 0;
    str_copy(p->f.shut_why, sizeof p->f.shut_why, p->f.shut ? why.text : "");
    in.override = true;
    p->f.hard = p->f.shut && guard_check(s->state, s->judge, &in, s->guard, &why) < 0;
    if (p->f.hard)
        str_copy(p->f.shut_why, sizeof p->f.shut_why, why.text);
}

static void worst_now(const struct scene *s, struct prompt_facts *f)
{
    struct tally t;
    struct reading r;
    f->now[0] = '\0';
    tally_of(s, &t);
    if (t.worst < 0)
        return;
    reading_of(s, (size_t)t.worst, &r);
    str_fmt(f->now, sizeof f->now, "%s %s %s", s->plan->metrics[t.worst].title, r.value, r.word);
}

void facts_live(const struct scene *s, struct prompt *p)
{
    enum intent_kind k = (enum intent_kind)p->row->intent;
    if (k == INTENT_ADVANCE)
        gates(s, &p->f);
    guard_word(s, p);
    worst_now(s, &p->f);
    if (k == INTENT_SIGNAL)
        composer_facts(s, p);
}

void facts_item(const struct scene *s, const char *arg, struct prompt_facts *f)
{
    struct buf b = BUF_INIT;
    struct err e = ERR_INIT;
    const char *note;
    bool by_hand;
    int i = item_split(s->plan, arg, &by_hand, &note);
    if (i < 0)
        return;
    const struct timeline_item *t = &s->plan->timeline[i];
    str_fmt(f->what, sizeof f->what, "%s %s: %s", t->at, t->title,
            by_hand ? "closed by hand, it was done" : "its actions run now");
    f->n_reasons = 0;
    f->how[0] = '\0';
    if (by_hand)
        return;
    if (item_lines(s->state, s->judge, (size_t)i, s->actor, note, &b, &e) < 0)
        buf_addf(&b, "cannot be done: %.400s\n", e.text);
    str_copy(f->how, sizeof f->how, buf_str(&b));
    buf_free(&b);
}

int facts_may_open(const struct scene *s, enum command c, const char *arg, struct err *why)
{
    const struct key_row *row = keymap_row(c);
    struct intent in = {.kind = (enum intent_kind)row->intent, .stage = -1};
    if (in.kind == INTENT_ITEM)
        str_copy(in.reason, sizeof in.reason, arg);
    filled(s, &in);
    if (guard_check(s->state, s->judge, &in, s->guard, why) == 0)
        return 0;
    char can[32], key[8];
    str_fmt(key, sizeof key, "%c x", row->key ? row->key : ' ');
    glance_press(s, key, can, sizeof can);
    return in.kind == INTENT_ADVANCE && !strcmp(can, key) && !s->state->final ? 0 : -1;
}
