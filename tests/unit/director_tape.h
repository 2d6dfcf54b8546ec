/* Runs tapes: a plan with variables, samples and people's words with
 * their minutes, and what must be seen. After every input the director must have come to rest and
 * must not have said anything twice; at the end the tape folds again to the same state. */
#ifndef DIRECTOR_TAPE_H
#define DIRECTOR_TAPE_H

#include "unit.h"

#include <math.h>

#include "action/intent.h"
#include "base/json.h"
#include "base/num.h"
#include "director/drive.h"
#include "fold/fold.h"
#include "plan/load.h"

#define EPOCH     INT64_C(1769904000000) /* minute 0 of every tape: 2026-02-01 00:00 UTC */
#define DIR_TAPES "tests/data/director"

static const char *no_env(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
    return NULL;
}

/* ---- the plan ---- */

/* Value of NAME: from the case's words "NAME=…" (an underscore stands for a space), else the
 * default line of the plan. */
static inline void tape_value(const char *text, const char *vars, const char *name, struct buf *out)
{
    char key[40];
    str_fmt(key, sizeof key, " %s=", name);
    const char *p = strstr(vars, key);
    if (p) {
        p += strlen(key);
        for (bool quoted = *p == '\'' && *p++; *p && (quoted ? *p != '\'' : *p != ' '); p++)
            buf_addc(out, *p);
        return;
    }
    str_fmt(key, sizeof key, "\n#@%s", name);
    if (!(p = strstr(text, key)))
        fail_msg("no default for @%s@", name);
    p += strlen(key);
    p += *p == ' ';
    buf_add(out, p, strcspn(p, "\n"));
}

static inline struct plan *tape_plan_from(const char *file, const char *vars)
{
    static const struct plan_env env = {no_env, NULL, false};
    char *text = unit_file(file, NULL);
    struct buf filled = BUF_INIT, errors = BUF_INIT;
    for (const char *p = text; *p; p++) {
        size_t n = *p == '@' && p > text && p[-1] != '#'
                       ? strspn(p + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")
                       : 0;
        if (!n || p[n + 1] != '@') {
            buf_addc(&filled, *p);
            continue;
        }
        char name[40];
        str_fmt(name, sizeof name, "%.*s", (int)n, p + 1);
        tape_value(text, vars, name, &filled);
        p += n + 1;
    }
    struct plan *plan = plan_load_text(buf_str(&filled), filled.len, file, &env, &errors);
    if (!plan)
        fail_msg("%s", buf_str(&errors));
    free(text);
    buf_free(&filled);
    buf_free(&errors);
    return plan;
}

static inline struct plan *tape_plan(const char *vars)
{
    return tape_plan_from(DIR_TAPES "/plan.yaml", vars);
}

/* ---- one run ---- */

struct tape {
    char where[200]; /* file:line of the newest line, for messages */
    struct plan *plan;
    struct drive *drive;
    double values[32];
    struct event_list events; /* copies of all */
    size_t checked;           /* events before the newest input */
};

static inline void tape_keep(void *ctx, const struct event *ev)
{
    struct tape *t = ctx;
    event_list_add(&t->events, event_dup(ev));
}

static inline void tape_open(struct tape *t, const char *vars, int64_t t0_ms, bool given)
{
    t->plan = tape_plan(vars);
    event_list_init(&t->events);
    t->checked = 0;
    for (size_t i = 0; i < t->plan->n_metrics; i++)
        t->values[i] = 0;
    struct drive_opts o = {.plan = t->plan,
                           .start_ms = EPOCH,
                           .t0_ms = t0_ms,
                           .given = given,
                           .on_event = tape_keep,
                           .ctx = t};
    t->drive = drive_new(&o);
}

static inline struct event *tape_last(const struct tape *t)
{
    struct event *ev = t->events.first;
    while (ev && ev->next)
        ev = ev->next;
    return ev;
}

/* The same thing said twice at one moment is a director that does not read the state. */
static inline void tape_at_rest(struct tape *t)
{
    struct event_list l;
    event_list_init(&l);
    director_step(drive_state(t->drive), drive_judge(t->drive), &l);
    if (l.n)
        fail_msg("%s: not at rest, proposes %s", t->where, event_word(l.first->kind));
    struct event *first = t->events.first;
    for (size_t i = 0; i < t->checked; i++)
        first = first->next;
    for (struct event *a = first; a; a = a->next)
        for (struct event *b = a->next; b; b = b->next)
            if (strcmp(a->actor, "warroom") != 0 && a->kind == b->kind && a->t_ms == b->t_ms &&
                cJSON_Compare(a->body, b->body, true) &&
                strcmp(json_str_or(a->body, "label", ""), "now") != 0)
                fail_msg("%s: said twice: %s", t->where, event_word(a->kind));
    t->checked = t->events.n;
}

/* Live = replay: the tape alone gives the same state, and nothing more is proposed on it. */
static inline void tape_replays(struct tape *t)
{
    struct state *s = state_new(t->plan);
    struct judge *j = judge_new(t->plan);
    struct event_list l;
    event_list_init(&l);
    for (struct event *ev = t->events.first; ev; ev = ev->next) {
        fold_apply(s, ev);
        if (ev->kind == EV_TICK)
            judge_tick(j, s);
    }
    director_step(s, j, &l);
    if (l.n)
        fail_msg("%s: proposes %s on replay", t->where, event_word(l.first->kind));
    if (state_hash(s) != state_hash(drive_state(t->drive)))
        fail_msg("%s: replay comes to another state", t->where);
    state_free(s);
    judge_free(j);
}

static inline void tape_close(struct tape *t)
{
    tape_at_rest(t);
    tape_replays(t);
    event_list_free(&t->events);
    drive_free(t->drive);
    plan_free(t->plan);
    t->drive = NULL;
}

static inline int64_t tape_ms(const char *minutes)
{
    double m;
    if (num_parse(minutes, &m) < 0)
        fail_msg("%s is no minute", minutes);
    return EPOCH + (int64_t)llround(m * 60000);
}

static inline void tape_set(struct tape *t, const char *word)
{
    char id[40];
    const char *eq = strchr(word, '=');
    if (!eq)
        fail_msg("%s: %s is no value", t->where, word);
    str_fmt(id, sizeof id, "%.*s", (int)(eq - word), word);
    int m = plan_metric(t->plan, id);
    if (m < 0)
        fail_msg("%s: no metric %s", t->where, id);
    if (!strcmp(eq + 1, "-"))
        t->values[m] = NAN;
    else if (num_parse(eq + 1, &t->values[m]) < 0)
        fail_msg("%s: %s is no number", t->where, eq + 1);
}

/* 0, or -1 with the guard's sentence. */
static inline int tape_do(struct tape *t, int64_t t_ms, const struct intent *in, struct err *why)
{
    const struct state *s = drive_state(t->drive);
    struct guard_env env = {.recording = true, .now_ms = t_ms};
    if (guard_check(s, drive_judge(t->drive), in, &env, why) < 0)
        return -1;
    drive_event(t->drive, intent_event(s, drive_judge(t->drive), in, t_ms));
    return 0;
}

#endif
