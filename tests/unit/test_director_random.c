/* 2,000 random tapes: whatever comes, in whatever order, some things must never happen. The seed
 * of a tape that breaks a rule is in the message. */
#include "director_tape.h"

#define TAPES 2000
#define TICKS 60

static uint64_t seed;

/* xorshift64*, Vigna 2016. */
static uint32_t any(uint32_t below)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (uint32_t)((seed * 2685821657736338717u) >> 33) % below;
}

static bool chance(uint32_t percent)
{
    return any(100) < percent;
}

struct run {
    struct tape t;
    unsigned number;
    int finals, director_rollbacks, firsts, clocks;
    bool attempt_open; /* a rollback has been asked for and has no outcome yet */
};

#define ALERTS_YES "ALERTS='alerts: [{ from: prometheus, match: { auto: \"1\" }, then: rollback }]'"

#define STAFF                                                                                      \
    " TEAM='team: [{ role: ic }, { role: dba }, { role: sre }, { role: lead }]'"                   \
    " APPROVALS='approvals: { start: [dba], advance: [ic, sre], resume_after_pause: [lead] }'"     \
    " WHO='rollback_rules: [{ when: lock, decide: dba, approve: [ic], after: 2m },"                \
    " { when: any, approve: [sre] }]'"                                                             \
    " LEVELS='escalation: [{ level: L1, roles: [ic], within: 2m }, { level: L2, roles: [dba],"     \
    " within: 1m }, { level: L3, roles: [lead], within: 0s }]' "

static const char *const plans[] = {
    " ",
    " ADVANCE=manual ",
    " MODE=manual ",
    " MODE=log_only AFTER_ROLLBACK=3m ",
    " MODE=manual ADVANCE=manual PASS='pass: [\"p95 < 140\"],' ",
    " THEN=pause AFTER_SUCCESS=4m ",
    " THEN=hold COOLDOWN=2m ",
    " THEN=abort ADVANCE=manual ",
    " THEN=notify " ALERTS_YES " ",
    " NODATA=critical " ALERTS_YES " AFTER_ROLLBACK=4m ",
    " BASELINE='baseline: { window: 3m, metrics: [rel] }'"
    " REL='  - { id: rel, title: rel, query: r, warning: \">= +10%\", critical: \">= +50%\", then: "
    "rollback }' ",
    " SAMPLES=3 RULES='extend_at: 2, escalate_at: 3, pause_at: 4' ",
    " ADVANCE=manual MODE=manual RULES='pause_at: 2'" STAFF,
    " MODE=log_only RULES='pause_at: 2'" STAFF,
};

#define N_PLANS (sizeof plans / sizeof *plans)

#define CHECK(r, is)                                                                               \
    do {                                                                                           \
        if (!(is))                                                                                 \
            fail_msg("tape %u: %s (event %lld)", (r)->number, #is, (long long)s->seq);             \
    } while (0)

/* What a gate asks for, read off state and verdicts without gate.c. */
static void check_advance(struct run *r, const struct event *ev)
{
    const struct state *s = drive_state(r->t.drive);
    const struct judge *j = drive_judge(r->t.drive);
    bool override = json_bool_or(ev->body, "override", false);
    CHECK(r, !s->rollback_wanted && !s->rollback_would && !s->hold && !s->paused);
    CHECK(r, !s->plan->has_kill_switch || state_ks(s) == KS_OFF);
    CHECK(r, !s->ks_during_run && !s->final);
    if (s->stage >= 0 && s->stages[s->stage].at == STAGE_RUNNING) {
        CHECK(r, stage_elapsed(s, s->stage, ev->t_ms) >= s->stages[s->stage].planned_ms);
        CHECK(r, ev->t_ms >= s->stages[s->stage].cooldown_until_ms);
    }
    for (size_t m = 0; m < s->plan->n_metrics && !override; m++) {
        if (s->plan->metrics[m].gating) {
            CHECK(r, j->m[m].status != M_NODATA);
            CHECK(r, j->m[m].status != M_CRITICAL);
        }
        CHECK(r, !j->m[m].pending);
    }
}

/* Whose word a gate or a rollback needs, asked for before it is on its way; and one person signs a
 * thing once. */
static void check_people(struct run *r, const struct event *ev, const char *word)
{
    const struct state *s = drive_state(r->t.drive);
    char subject[SUBJECT_SIZE], whom[240];
    struct asked a;
    bool director = !strcmp(ev->actor, "director"), rollback = !strcmp(word, "rollback");
    bool override = json_bool_or(ev->body, "override", false);
    if (!strcmp(ev->actor, "given"))
        return; /* what people would say counts as said */
    people_subject(s,
                   rollback       ? "rollback"
                   : s->stage < 0 ? "start"
                                  : "advance",
                   subject, sizeof subject);
    people_asked(s, subject, ev->t_ms, &a);
    people_missing(s, &a, ROLE_IC, whom, sizeof whom);
    bool again = !rollback && s->stage >= 0 && s->stages[s->stage].at == STAGE_STARTING;
    CHECK(r, override || again || (rollback && director) || !*whom);
    if (rollback && !director)
        CHECK(r, !strcmp(ev->role, people_decider(s)) || (override && !strcmp(ev->role, "ic")));
    for (size_t i = 0; i < s->people.n_given; i++)
        for (size_t k = 0; k < i; k++)
            CHECK(r, strcmp(s->people.given[i].subject, s->people.given[k].subject) != 0 ||
                         strcmp(s->people.given[i].actor, s->people.given[k].actor) != 0);
}

static void check_final(struct run *r, const struct event *ev)
{
    const struct state *s = drive_state(r->t.drive);
    const struct judge *j = drive_judge(r->t.drive);
    const char *verdict = json_str_or(ev->body, "decision", "");
    bool pass = !strncmp(verdict, "PASS", 4);
    CHECK(r, ++r->finals == 1);
    CHECK(r, verdict_status(verdict) != EX_INTERNAL);
    for (size_t m = 0; pass && m < s->plan->n_metrics; m++)
        if (s->plan->metrics[m].gating)
            CHECK(r, j->m[m].status == M_OK || j->m[m].status == M_WARNING);
    CHECK(r, !pass || (!s->rollback_wanted && !s->rollback_would && !s->ks_during_run));
    CHECK(r, !pass || (!s->alerts_fired && !s->criticals_seen));
    CHECK(r, !pass || s->stages[s->plan->n_stages - 1].at == STAGE_DONE);
    CHECK(r, !pass || strlen(verdict) > 4 || (!s->warnings_seen && !s->overrides));
    CHECK(r, strcmp(verdict, "ABORTED") != 0 || (s->t0_ms < 0 && !s->sent_n));
    CHECK(r, !(s->rollback_wanted || s->rollback_would) || !strcmp(verdict, "FAIL"));
}

static void check_rollback(struct run *r, const struct event *ev)
{
    const struct state *s = drive_state(r->t.drive);
    const char *op = json_str_or(ev->body, "op", "");
    if (!strcmp(op, "wanted") || !strcmp(op, "waits") || !strcmp(op, "would"))
        CHECK(r, ++r->firsts == 1);
    if (!strcmp(op, "done"))
        CHECK(r, s->act.is == ACT_VERIFIED && !strcmp(s->act.verb, "rollback"));
}

static void check_intent(struct run *r, const struct event *ev)
{
    const struct state *s = drive_state(r->t.drive);
    const char *word = json_str_or(ev->body, "do", "");
    if (!strcmp(word, "advance"))
        check_advance(r, ev);
    if (r->t.plan->n_team && (!strcmp(word, "advance") || !strcmp(word, "rollback")))
        check_people(r, ev, word);
    if (strcmp(word, "rollback") != 0)
        return;
    CHECK(r, !r->attempt_open);
    r->attempt_open = true;
    if (!strcmp(ev->actor, "director")) {
        CHECK(r, ++r->director_rollbacks == 1);
        CHECK(r, s->plan->rollback_mode == ROLLBACK_AUTOMATIC);
    }
}

static void on_event(void *ctx, const struct event *ev)
{
    struct run *r = ctx;
    tape_keep(&r->t, ev);
    if (!r->t.drive) { /* the session is being opened: nothing may be wanted yet */
        assert_true(ev->kind != EV_INTENT && ev->kind != EV_STAGE && ev->kind != EV_FINAL);
        return;
    }
    const struct state *s = drive_state(r->t.drive);
    CHECK(r, !r->finals || ev->kind == EV_FINAL);
    switch (ev->kind) {
    case EV_INTENT:
        check_intent(r, ev);
        break;
    case EV_ROLLBACK:
        check_rollback(r, ev);
        break;
    case EV_FINAL:
        check_final(r, ev);
        break;
    case EV_OBSERVED:
        if (!strcmp(s->act.verb, "rollback") && s->act.is != ACT_SENT)
            r->attempt_open = false;
        break;
    case EV_STAGE:
        if (!strcmp(json_str_or(ev->body, "op", ""), "clock"))
            CHECK(r, s->act.is == ACT_VERIFIED && !strcmp(s->act.verb, "advance"));
        break;
    default:
        break;
    }
}

/* ---- what goes in ---- */

static void some_values(struct run *r)
{
    static const double p95[] = {100, 139, 140, 150, 179, 180, 200, 250, NAN};
    static const double lock[] = {0, 0.99, 1, 4.99, 5, NAN};
    for (size_t m = 0; m < r->t.plan->n_metrics; m++) {
        const char *id = r->t.plan->metrics[m].id;
        double *v = &r->t.values[m];
        if (!chance(12))
            continue;
        if (!strcmp(id, "p95") || !strcmp(id, "rel"))
            *v = chance(55) ? 100 : p95[any(9)];
        else if (!strcmp(id, "lock"))
            *v = chance(80) ? 0 : lock[any(6)];
        else if (!strcmp(id, "ks_ms"))
            *v = chance(97) ? 100 : 2000;
        else
            *v = chance(70) ? 0 : chance(90) ? 1 : NAN;
    }
}

/* People with a role of their own, or somebody else's. */
static void somebody(struct intent *in)
{
    static const char *const who[][2] = {
        {"anna", "ic"}, {"chai", "dba"}, {"boon", "sre"}, {"dao", "lead"}, {"chai", "sre"}};
    static const char *const what[] = {"start", "advance", "rollback", "resume", "nothing"};
    unsigned n = any(5);
    if (chance(60))
        in->kind = INTENT_APPROVE;
    str_copy(in->actor, sizeof in->actor, who[n][0]);
    str_copy(in->role, sizeof in->role, who[n][1]);
    str_copy(in->subject, sizeof in->subject, what[any(5)]);
    in->no = chance(10);
}

static void some_intent(struct run *r, int64_t t_ms)
{
    static const char *const reasons[] = {"because", "done seen", "failed seen", ""};
    struct intent in = {.kind = (enum intent_kind)any(INTENTS),
                        .stage = chance(80) ? -1 : (int)any(2)};
    struct err why = ERR_INIT;
    if (in.kind == INTENT_END && chance(80))
        return;
    if (in.kind == INTENT_ROLLBACK && chance(60))
        in.kind = INTENT_ADVANCE;
    str_copy(in.actor, sizeof in.actor, "anna");
    str_copy(in.role, sizeof in.role, chance(90) ? "ic" : "dba");
    str_copy(in.reason, sizeof in.reason, reasons[any(4)]);
    str_copy(in.metric, sizeof in.metric, "p95");
    in.override = chance(15);
    if (r->t.plan->n_team)
        somebody(&in);
    if (tape_do(&r->t, t_ms, &in, &why) < 0)
        assert_true(*why.text);
    tape_at_rest(&r->t);
}

static void some_world(struct run *r, int64_t t_ms)
{
    static const enum ks_is switches[] = {KS_OFF, KS_UNKNOWN, KS_ENGAGED, KS_FAILED};
    static const enum act_is outcomes[] = {ACT_VERIFIED, ACT_FAILED, ACT_UNKNOWN, ACT_NONE};
    static const char *const states[] = {"firing", "pending", "resolved"};
    if (chance(4))
        drive_kill_switch(r->t.drive, t_ms, switches[chance(70) ? any(2) : any(4)], "");
    tape_at_rest(&r->t);
    if (state_ks(drive_state(r->t.drive)) == KS_UNKNOWN && chance(50))
        drive_kill_switch(r->t.drive, t_ms, KS_OFF, "");
    tape_at_rest(&r->t);
    if (r->t.plan->n_alerts && chance(3))
        drive_alert(r->t.drive, t_ms, 0, chance(50) ? "A" : "B", states[any(3)]);
    tape_at_rest(&r->t);
    if (r->t.plan->n_alerts && chance(6))
        drive_alert_source(r->t.drive, t_ms, 0, chance(70), "");
    tape_at_rest(&r->t);
    if (chance(10))
        drive_outcome(r->t.drive, outcomes[chance(70) ? 0 : any(4)]);
}

static void open_run(struct run *r, unsigned number)
{
    struct tape *t = &r->t;
    *r = (struct run){.number = number};
    seed = number * 7919 + 1;
    str_fmt(t->where, sizeof t->where, "tape %u", number);
    t->plan = tape_plan(plans[number % N_PLANS]);
    event_list_init(&t->events);
    for (size_t i = 0; i < t->plan->n_metrics; i++)
        t->values[i] = 0;
    struct drive_opts o = {.plan = t->plan,
                           .start_ms = EPOCH,
                           .given = number % 5 == 0,
                           .on_event = on_event,
                           .ctx = r};
    t->drive = drive_new(&o);
}

static void random_tapes(void **state)
{
    (void)state;
    int verdicts[5] = {0};
    struct run *r = xzalloc(1, sizeof *r);
    for (unsigned i = 0; i < TAPES; i++) {
        open_run(r, i);
        bool calm = chance(60);
        for (int k = 0; k < TICKS && !drive_state(r->t.drive)->final; k++) {
            int64_t t_ms = EPOCH + k * INT64_C(60000);
            if (!calm || chance(5))
                some_values(r);
            if (!calm || chance(3))
                some_world(r, t_ms);
            drive_tick(r->t.drive, t_ms, r->t.values, NULL);
            tape_at_rest(&r->t);
            for (int n = chance(30) ? 2 : 0; n > 0 && (!calm || chance(30)); n--)
                some_intent(r, t_ms + 1000 * n);
        }
        drive_finish(r->t.drive, "the tape ends");
        assert_int_equal(r->finals, 1);
        const char *v = drive_state(r->t.drive)->verdict;
        verdicts[!strcmp(v, "PASS")                ? 0
                 : !strcmp(v, "PASS_WITH_WARNING") ? 1
                 : !strcmp(v, "FAIL")              ? 2
                 : !strcmp(v, "ABORTED")           ? 3
                                                   : 4]++;
        tape_close(&r->t);
    }
    free(r);
    printf("verdicts: PASS %d, WITH_WARNING %d, FAIL %d, ABORTED %d, INCONCLUSIVE %d\n",
           verdicts[0], verdicts[1], verdicts[2], verdicts[3], verdicts[4]);
    /* Tapes that all end alike would prove little. (Random values drift, and trends hold gates:
     * the word between PASS and FAIL is the rarest.) */
    for (int v = 0; v < 5; v++)
        assert_true(verdicts[v] >= 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_tapes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
