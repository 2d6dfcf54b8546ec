/* The guard: every row of the table against read-only, replay, roles, NOT RECORDING and the end;
 * then what single intents wait for, the calls they would make, and their ids. */
#include "intent_unit.h"

#include "action/vars.h"
#include "base/dlog.h"

static struct guard_env usual_env(enum intent_kind kind)
{
    return (struct guard_env){.recording = kind != INTENT_ACK_DISK, .now_ms = EPOCH + 5000};
}

static int check(const struct tape *t, const struct intent *in, const struct guard_env *env,
                 struct err *why)
{
    *why = (struct err)ERR_INIT;
    int rc = guard_check(drive_state(t->drive), drive_judge(t->drive), in, env, why);
    if (rc < 0)
        assert_true(strlen(why->text) > 10);
    return rc;
}

static void close_for(struct tape *t)
{
    event_list_free(&t->events);
    drive_free(t->drive);
    plan_free(t->plan);
}

static void rows_are_whole(void **state)
{
    (void)state;
    for (int k = 0; k < INTENTS; k++) {
        const struct intent_row *r = intent_row((enum intent_kind)k);
        assert_true(r->word && *r->word && r->doc && *r->doc && r->roles && *r->roles);
        assert_int_equal(intent_of_word(r->word), k);
        assert_int_equal(strspn(r->roles, "IAW"), strlen(r->roles));
        if (r->production)
            assert_true(r->box == BOX_WORD || k == INTENT_KILL_ON);
        if (r->key && r->production)
            assert_true(r->key >= 'A' && r->key <= 'Z');
        for (int other = 0; other < k; other++)
            assert_true(!r->key || r->key != intent_row((enum intent_kind)other)->key);
    }
    assert_int_equal(intent_of_word("drop_index"), -1);
}

/* By the row; command is the IC's to hand over, and a team knows its roles. */
static bool role_may(enum intent_kind kind, const char *role)
{
    const char *roles = intent_row(kind)->roles;
    bool ic = !strcmp(role, "ic"), team = ic || !strcmp(role, "dba") || !strcmp(role, "sre");
    if (kind == INTENT_HANDOVER || kind == INTENT_DONE || kind == INTENT_NOT_DONE)
        return ic; /* or whose hands they are */
    if (kind == INTENT_APPROVE || kind == INTENT_ACK)
        return team;
    return strchr(roles, 'W') || (strchr(roles, 'A') && *role) || (strchr(roles, 'I') && ic);
}

/* Whoever adds a row gets it tested: nothing here names the rows. */
static void every_row_and_everybody(void **state)
{
    static const char *const roles[] = {"ic", "dba", "sre", "", "IC", "director"};
    (void)state;
    for (int k = 0; k < INTENTS; k++) {
        enum intent_kind kind = (enum intent_kind)k;
        const struct intent_row *row = intent_row(kind);
        struct tape t;
        struct err why;
        struct intent in = usual(kind);
        struct guard_env env = usual_env(kind);
        open_for(&t, kind);
        if (check(&t, &in, &env, &why) < 0)
            fail_msg("%s: %s", row->word, why.text);
        for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
            bool may = role_may(kind, roles[i]);
            str_copy(in.role, sizeof in.role, roles[i]);
            if (kind == INTENT_SIGN) /* a check names who signs it */
                may = !strcmp(roles[i], "ic");
            if ((check(&t, &in, &env, &why) == 0) != may)
                fail_msg("%s as \"%s\": %s", row->word, roles[i], why.text);
        }
        in = usual(kind);
        env.read_only = true;
        assert_int_equal(check(&t, &in, &env, &why), -1);
        assert_non_null(strstr(why.text, "read-only"));
        env.read_only = false;
        env.replay = true;
        assert_int_equal(check(&t, &in, &env, &why), -1);
        env.replay = false;
        env.rehearse = true;
        assert_int_equal(check(&t, &in, &env, &why), 0);
        env.rehearse = false;
        env.director = true;
        bool its_own = kind == INTENT_ROLLBACK; /* this plan says advance: manual */
        assert_int_equal(check(&t, &in, &env, &why), its_own ? 0 : -1);
        close_for(&t);
    }
}

static void not_recording(void **state)
{
    (void)state;
    for (int k = 0; k < INTENTS; k++) {
        enum intent_kind kind = (enum intent_kind)k;
        struct tape t;
        struct err why;
        struct intent in = usual(kind);
        struct guard_env env = usual_env(kind);
        open_for(&t, kind);
        env.recording = false;
        bool may = intent_row(kind)->not_recording && kind != INTENT_ROLLBACK;
        if ((check(&t, &in, &env, &why) == 0) != may)
            fail_msg("%s NOT RECORDING: %s", t.where, why.text);
        if (!may)
            assert_non_null(strstr(why.text, "NOT RECORDING"));
        env.disk_acked = true;
        assert_int_equal(check(&t, &in, &env, &why), intent_row(kind)->not_recording ? 0 : -1);
        close_for(&t);
    }
}

static void stage_has_changed(void **state)
{
    (void)state;
    for (int k = 0; k < INTENTS; k++) {
        enum intent_kind kind = (enum intent_kind)k;
        struct tape t;
        struct err why;
        struct intent in = usual(kind);
        struct guard_env env = usual_env(kind);
        open_for(&t, kind);
        in.stage = 1;
        assert_int_equal(check(&t, &in, &env, &why), kind == INTENT_KILL_ON ? 0 : -1);
        if (kind != INTENT_KILL_ON)
            assert_non_null(strstr(why.text, "the stage has changed"));
        in.stage = drive_state(t.drive)->stage;
        assert_int_equal(check(&t, &in, &env, &why), 0);
        close_for(&t);
    }
}

static void after_the_end(void **state)
{
    static const char *const may[] = {"kill_on", "kill_off", "signal",   "park",
                                      "mark",    "correct",  "incident", "resolve-incident",
                                      "turn",    "ack-alert"};
    (void)state;
    for (int k = 0; k < INTENTS; k++) {
        enum intent_kind kind = (enum intent_kind)k;
        struct tape t;
        struct err why;
        struct intent in = usual(kind);
        struct guard_env env = usual_env(kind);
        bool allowed = kind == INTENT_ACK_DISK;
        open_for(&t, kind);
        drive_finish(t.drive, "the samples end");
        for (size_t i = 0; i < sizeof may / sizeof *may; i++)
            allowed = allowed || !strcmp(may[i], intent_row(kind)->word);
        if ((check(&t, &in, &env, &why) == 0) != allowed)
            fail_msg("%s after the end: %s", t.where, why.text);
        close_for(&t);
    }
}

static void words_are_asked_for(void **state)
{
    (void)state;
    for (int k = 0; k < INTENTS; k++) {
        enum intent_kind kind = (enum intent_kind)k;
        struct tape t;
        struct err why;
        struct intent in = usual(kind);
        struct guard_env env = usual_env(kind);
        open_for(&t, kind);
        str_copy(in.reason, sizeof in.reason, "  ");
        bool needs = (intent_row(kind)->box == BOX_REASON && kind != INTENT_HANDOVER) ||
                     kind == INTENT_KILL_OFF || kind == INTENT_ITEM;
        assert_int_equal(check(&t, &in, &env, &why), needs ? -1 : 0);
        close_for(&t);
    }
}

static void signals_name_a_metric(void **state)
{
    struct tape t;
    struct err why;
    struct intent in = usual(INTENT_SIGNAL);
    struct guard_env env = usual_env(INTENT_SIGNAL);
    (void)state;
    open_for(&t, INTENT_SIGNAL);
    str_copy(in.metric, sizeof in.metric, "p96");
    assert_int_equal(check(&t, &in, &env, &why), -1);
    assert_non_null(strstr(why.text, "did you mean p95?"));
    in.metric[0] = '\0';
    assert_int_equal(check(&t, &in, &env, &why), -1);
    assert_non_null(strstr(why.text, "parking lot"));
    close_for(&t);
}

/* The process has died and another one goes on. */
static void resume_at(struct tape *t, int64_t ms)
{
    struct event *ev = event_new(EV_SESSION, ms, "anna");
    json_add_str(ev->body, "op", "resume");
    drive_event(t->drive, ev);
}

static void kill_switch_flips(void **state)
{
    struct tape t;
    struct err why;
    struct intent off = usual(INTENT_KILL_OFF), on = usual(INTENT_KILL_ON);
    struct guard_env env = usual_env(INTENT_KILL_OFF);
    (void)state;
    open_for(&t, INTENT_KILL_OFF);
    drive_event(t.drive,
                intent_event(drive_state(t.drive), drive_judge(t.drive), &off, EPOCH + 6000));
    assert_int_equal(check(&t, &off, &env, &why), -1);
    assert_non_null(strstr(why.text, "under way"));
    assert_int_equal(check(&t, &on, &env, &why), 0); /* ON drops an OFF under way */
    resume_at(&t, EPOCH + 6500);
    drive_kill_switch(t.drive, EPOCH + 6600, KS_ENGAGED, "");
    assert_int_equal(drive_state(t.drive)->kill.is, ACT_INTENT);
    assert_int_equal(check(&t, &off, &env, &why), 0); /* it died with its process */
    drive_kill_switch(t.drive, EPOCH + 7000, KS_OFF, "");
    assert_int_equal(check(&t, &on, &env, &why), 0);
    close_for(&t);
}

/* After a crash an action without outcome stands until a person has said what became of it. */
static void orphans(void **state)
{
    struct tape t;
    struct err why;
    struct intent in = usual(INTENT_ADVANCE);
    struct guard_env env = usual_env(INTENT_ADVANCE);
    (void)state;
    open_for(&t, INTENT_ADVANCE);
    drive_outcome(t.drive, ACT_SENT);
    assert_int_equal(tape_do(&t, EPOCH + 5000, &in, &why), 0);
    resume_at(&t, EPOCH + 9000);
    drive_kill_switch(t.drive, EPOCH + 9000, KS_OFF, "");
    assert_string_equal(drive_state(t.drive)->decision_rule, "action.orphan");
    env.now_ms = EPOCH + 10000;
    assert_int_equal(check(&t, &in, &env, &why), -1);
    in = usual(INTENT_RESOLVE);
    assert_int_equal(tape_do(&t, EPOCH + 11000, &in, &why), 0);
    assert_int_equal(drive_state(t.drive)->stages[0].at, STAGE_RUNNING);
    in = usual(INTENT_GO);
    assert_int_equal(tape_do(&t, EPOCH + 12000, &in, &why), 0);
    close_for(&t);
}

/* ---- calls and ids ---- */

static void calls_of(const struct tape *t, enum intent_kind kind, const char *want)
{
    struct buf b = BUF_INIT;
    struct err e = ERR_INIT;
    assert_int_equal(
        intent_lines(drive_state(t->drive), drive_judge(t->drive), kind, "anna", "", &b, &e), 0);
    assert_string_equal(buf_str(&b), want);
    buf_free(&b);
}

static void exact_calls(void **state)
{
    struct tape t;
    (void)state;
    secret_clear();
    open_for(&t, INTENT_ADVANCE);
    calls_of(&t, INTENT_ADVANCE,
             "PUT http://127.0.0.1:1/w/orders {\"weight\":1}\n"
             "then read back: GET http://127.0.0.1:1/w until it agrees, at most 30s\n");
    calls_of(&t, INTENT_ROLLBACK, "canary --to 0 'why: '\n");
    calls_of(&t, INTENT_KILL_ON, "PUT http://127.0.0.1:1/ks {\"active\":true}\n");
    calls_of(&t, INTENT_KILL_OFF, "PUT http://127.0.0.1:1/ks {\"active\":false}\n");
    calls_of(&t, INTENT_HOLD, "");
    close_for(&t);
    open_for(&t, INTENT_HOLD); /* Stage 1 runs: the next one is shown */
    calls_of(&t, INTENT_ADVANCE,
             "PUT http://127.0.0.1:1/w/orders {\"weight\":50}\n"
             "then read back: GET http://127.0.0.1:1/w until it agrees, at most 30s\n");
    close_for(&t);
}

static void secrets_are_masked(void **state)
{
    struct tape t;
    struct intent in = usual(INTENT_ROLLBACK);
    (void)state;
    open_for(&t, INTENT_ROLLBACK);
    secret_add("hunter22");
    str_copy(in.reason, sizeof in.reason, "token hunter22 'leaked'");
    struct event *ev = intent_event(drive_state(t.drive), drive_judge(t.drive), &in, EPOCH + 6000);
    struct buf b = BUF_INIT;
    json_print(ev->body, &b);
    assert_null(strstr(buf_str(&b), "hunter22"));
    assert_string_equal(json_str(ev->body, "reason"), "token *** 'leaked'");
    const cJSON *calls = json_arr(ev->body, "calls");
    assert_int_equal(cJSON_GetArraySize(calls), 1);
    assert_string_equal(cJSON_GetArrayItem(calls, 0)->valuestring,
                        "canary --to 0 'why: token *** '\\''leaked'\\'''");
    assert_string_equal(json_str(ev->body, "do"), "rollback");
    assert_int_equal(json_int_or(ev->body, "stage_index", -9), 0);
    double v;
    assert_true(json_num(json_obj(ev->body, "values"), "p95", &v));
    assert_true(v == 100);
    buf_free(&b);
    event_free(ev);
    secret_clear();
    close_for(&t);
}

/* Several may be made before the first of them is folded. */
static void ids_are_unique(void **state)
{
    struct tape t;
    char ids[INTENTS * 3 + 1][16];
    size_t n = 0;
    (void)state;
    open_for(&t, INTENT_HOLD);
    const struct state *s = drive_state(t.drive);
    for (int k = 0; k < INTENTS; k++)
        for (int ms = 0; ms < 3; ms++) {
            struct intent in = usual((enum intent_kind)k);
            struct event *ev = intent_event(s, drive_judge(t.drive), &in, EPOCH + 7000 + ms);
            if (!intent_is_word((enum intent_kind)k)) /* words are events of their own */
                str_copy(ids[n++], sizeof ids[0], json_str(ev->body, "id"));
            event_free(ev);
        }
    assert_true(n > 9);
    struct want want = {.word = "rollback", .actor = "director"};
    struct event *ev = director_want(s, drive_judge(t.drive), &want, EPOCH + 7000);
    str_copy(ids[n++], sizeof ids[0], json_str(ev->body, "id"));
    event_free(ev);
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < a; b++)
            assert_string_not_equal(ids[a], ids[b]);
    close_for(&t);
}

static void placeholders(void **state)
{
    static const struct {
        const char *path, *value; /* NULL: none, the action is blocked */
    } rows[] = {{"scope.table", "orders"},
                {"scope.nothing", NULL},
                {"stage.name", "Stage 1"},
                {"stage.weight", "1"},
                {"stage.colour", NULL},
                {"metric.p95.value", "100"},
                {"metric.err.value", NULL},
                {"metric.p95.baseline", NULL},
                {"metric.nothing.value", NULL},
                {"t_plus", "T+00:04"},
                {"actor", "anna"},
                {"reason", "because"},
                {"run.id", "tape"},
                {"run.title", "tape"},
                {"captured.ticket", "T-7"},
                {"captured.other", NULL},
                {"run.secret", NULL},
                {"nothing", NULL}};
    struct tape t;
    (void)state;
    open_for(&t, INTENT_HOLD);
    t.values[1] = NAN;
    drive_tick(t.drive, EPOCH + 5000, t.values, NULL);
    struct event *ev = event_new(EV_OBSERVED, EPOCH + 5000, "warroom");
    json_add_str(json_add_obj(ev->body, "captured"), "ticket", "T-7");
    drive_event(t.drive, ev);
    struct vars v = {
        .s = drive_state(t.drive), .j = drive_judge(t.drive), .actor = "anna", .reason = "because"};
    struct tmpl_vars vars = vars_of(&v);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b = BUF_INIT;
        int rc = vars.get(vars.ctx, rows[i].path, &b);
        if ((rc == 0) != (rows[i].value != NULL) ||
            (!rc && strcmp(buf_str(&b), rows[i].value) != 0))
            fail_msg("%s is \"%s\" (%d)", rows[i].path, buf_str(&b), rc);
        buf_free(&b);
    }
    v.stage = -1;
    struct buf b = BUF_INIT;
    assert_int_equal(vars.get(vars.ctx, "stage.name", &b), -1);
    close_for(&t);
}

/* An intent whose call cannot be filled says which placeholder is missing. */
static void blocked_call(void **state)
{
    struct tape t;
    struct buf b = BUF_INIT;
    struct err e = ERR_INIT;
    (void)state;
    open_for(&t, INTENT_ADVANCE);
    struct plan *p = t.plan;
    char *url = p->actions[0].steps[0].http.url;
    p->actions[0].steps[0].http.url = xstrdup("http://h/{{captured.ticket}}");
    assert_int_equal(intent_lines(drive_state(t.drive), drive_judge(t.drive), INTENT_ADVANCE,
                                  "anna", "", &b, &e),
                     -1);
    assert_non_null(strstr(e.text, "captured.ticket"));
    struct intent in = usual(INTENT_ADVANCE);
    struct event *ev = intent_event(drive_state(t.drive), drive_judge(t.drive), &in, EPOCH + 1);
    assert_non_null(
        strstr(cJSON_GetArrayItem(json_arr(ev->body, "calls"), 0)->valuestring, "blocked: "));
    event_free(ev);
    free(p->actions[0].steps[0].http.url);
    p->actions[0].steps[0].http.url = url;
    buf_free(&b);
    close_for(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(every_row_and_everybody),
        cmocka_unit_test(not_recording),
        cmocka_unit_test(stage_has_changed),
        cmocka_unit_test(after_the_end),
        cmocka_unit_test(words_are_asked_for),
        cmocka_unit_test(signals_name_a_metric),
        cmocka_unit_test(kill_switch_flips),
        cmocka_unit_test(orphans),
        cmocka_unit_test(exact_calls),
        cmocka_unit_test(secrets_are_masked),
        cmocka_unit_test(ids_are_unique),
        cmocka_unit_test(placeholders),
        cmocka_unit_test(blocked_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
