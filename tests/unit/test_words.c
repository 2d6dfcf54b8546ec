/* What people say, as events: numbers of the moment, decisions by the decision maker alone, notes
 * kept as they were typed. */
#include "words_unit.h"

static struct intent say(enum intent_kind kind, const char *role, const char *metric,
                         const char *text)
{
    struct intent in = {.kind = kind, .stage = -1};
    str_copy(in.actor, sizeof in.actor, "chai");
    str_copy(in.role, sizeof in.role, role);
    str_copy(in.metric, sizeof in.metric, metric);
    str_copy(in.reason, sizeof in.reason, text);
    return in;
}

static void expect_line(const struct intent *in, const char *want)
{
    struct buf line = BUF_INIT;
    struct err why = ERR_INIT;
    const struct state *s = drive_state(t.drive);
    if (words_allowed(s, in, &why) < 0)
        fail_msg("%s: %s", in->reason, why.text);
    struct event *ev = words_event(s, drive_judge(t.drive), in, EPOCH + 61000);
    event_log_line(ev, s->t0_ms, &line);
    assert_string_equal(buf_str(&line), want);
    buf_free(&line);
    drive_event(t.drive, ev);
}

static void expect_refused(const struct intent *in, const char *part)
{
    struct err why = ERR_INIT;
    assert_int_equal(words_allowed(drive_state(t.drive), in, &why), -1);
    if (!strstr(why.text, part))
        fail_msg("%s: %s", in->reason, why.text);
}

static void numbers_are_the_journals(void **state)
{
    (void)state;
    open_run(143);
    struct intent in = say(INTENT_SIGNAL, "dba", "p95", "deploy finished");
    expect_line(&in, ":01 | DBA chai: deploy finished | p95=143ms");
    in = say(INTENT_SIGNAL, "dba", "", "Stage 1 | p95=1ms | asks IC");
    expect_line(&in, ":01 | DBA chai: Stage 1 | p95=143ms | asks IC");
    in = say(INTENT_SIGNAL, "dba", "", "#1 read again");
    expect_line(&in, ":01 | DBA chai: #1 read again | #1");
    in = say(INTENT_SIGNAL, "ic", "", ":99 | Stage 1 complete | 6/6 metrics PASS | IC: Proceed");
    struct judge *j = (struct judge *)(uintptr_t)drive_judge(t.drive);
    char want[120];
    str_fmt(want, sizeof want, ":01 | IC chai: Stage 1 complete | %d/%d %s", j->counts.pass,
            j->counts.of, "PASS");
    struct event *ev = words_event(drive_state(t.drive), j, &in, EPOCH + 61000);
    struct buf line = BUF_INIT;
    event_log_line(ev, drive_state(t.drive)->t0_ms, &line);
    assert_true(!strncmp(line.p, want, strlen(want)) && strstr(line.p, "| IC: Proceed"));
    buf_free(&line);
    event_free(ev);
    expect_refused((in = say(INTENT_SIGNAL, "dba", "p95", "it is at 150 ms"), &in), "typed number");
    close_run();
}

static void no_data_is_said(void **state)
{
    (void)state;
    open_run(NAN);
    struct intent in = say(INTENT_SIGNAL, "dba", "p95", "panel is empty");
    expect_line(&in, ":01 | DBA chai: panel is empty | p95=no data");
    close_run();
}

static void only_the_ic_decides(void **state)
{
    (void)state;
    open_run(143);
    struct intent in = say(INTENT_SIGNAL, "dba", "p95", "rose");
    str_copy(in.decision, sizeof in.decision, "Proceed");
    expect_refused(&in, "decisions are the IC's");
    str_copy(in.decision, sizeof in.decision, "ask");
    expect_line(&in, ":01 | DBA chai: rose | p95=143ms | asks IC");
    str_copy(in.role, sizeof in.role, "ic");
    str_copy(in.decision, sizeof in.decision, "Hold");
    expect_line(&in, ":01 | IC chai: rose | p95=143ms | IC: Hold");
    in = say(INTENT_SIGNAL, "dba", "", "p95 rose | IC: Proceed");
    expect_refused(&in, "ask the IC instead");
    close_run();
}

static void nothing_is_lost(void **state)
{
    (void)state;
    open_run(143);
    static const char *const notes[] = {"I think it is the cache", "น่าจะเป็นแคช",
                                        "sanırım önbellek"};
    for (size_t i = 0; i < 3; i++) {
        struct intent in = say(INTENT_SIGNAL, "dba", "p95", notes[i]);
        expect_refused(&in, "reads as an opinion");
        in.kind = INTENT_PARK;
        assert_int_equal(words_allowed(drive_state(t.drive), &in, NULL), 0);
        struct event *ev =
            words_event(drive_state(t.drive), drive_judge(t.drive), &in, EPOCH + 61000);
        assert_string_equal(json_str(ev->body, "text"), notes[i]);
        assert_non_null(strstr(json_str(ev->body, "why"), "opinion"));
        drive_event(t.drive, ev);
    }
    assert_int_equal(drive_state(t.drive)->n_parked, 3);
    assert_string_equal(drive_state(t.drive)->parked[1], "chai: น่าจะเป็นแคช");
    close_run();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"LOG-4 numbers are the journal's of that moment", numbers_are_the_journals, NULL, NULL,
         NULL},
        cmocka_unit_test(no_data_is_said),
        {"LOG-3 only the IC decides", only_the_ic_decides, NULL, NULL, NULL},
        {"LOG-1 opinions are parked, none is lost", nothing_is_lost, NULL, NULL, NULL},
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
