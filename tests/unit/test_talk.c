/* Corrections, incidents, notes that become something: said, folded, listed; the log's levels. */
#include "words_unit.h"

static const struct state *st(void)
{
    return drive_state(t.drive);
}

/* Says it; the newest line of the log, or the sentence why not. */
static const char *say(enum intent_kind kind, const char *text)
{
    static char out[600];
    struct intent in = {.kind = kind, .stage = -1};
    struct err why = ERR_INIT;
    str_copy(in.actor, sizeof in.actor, "boon");
    str_copy(in.role, sizeof in.role, "sre");
    str_copy(in.reason, sizeof in.reason, text);
    if (words_allowed(st(), &in, &why) < 0) {
        str_fmt(out, sizeof out, "refused: %s", why.text);
        return out;
    }
    uint64_t before = st()->log_total;
    drive_event(t.drive, words_event(st(), drive_judge(t.drive), &in, EPOCH + 61000));
    str_copy(out, sizeof out,
             st()->log_total > before ? state_log(st(), st()->log_n - 1)->text : "no line");
    return out;
}

static void expect(const char *got, const char *part)
{
    if (!strstr(got, part))
        fail_msg("got \"%s\", wanted \"%s\"", got, part);
}

static void corrections_are_new_entries(void **state)
{
    (void)state;
    char text[80], want[120];
    open_run(100);
    expect(say(INTENT_SIGNAL, "p95 rose on db-r2"), "p95 rose on db-r2");
    int64_t seq = state_log(st(), st()->log_n - 1)->seq;
    char *old = xstrdup(state_log(st(), st()->log_n - 1)->text);
    str_fmt(text, sizeof text, "%lld it was db-r3", (long long)seq);
    str_fmt(want, sizeof want, ":01 | SRE boon corrects #%lld: it was db-r3", (long long)seq);
    expect(say(INTENT_CORRECT, text), want);
    assert_string_equal(state_log(st(), st()->log_n - 2)->text, old); /* it stands as it was */
    assert_int_equal(st()->talk.corrections, 1);
    str_fmt(text, sizeof text, "#%lld the p95 was meant", (long long)seq);
    expect(say(INTENT_CORRECT, text), "the p95 was meant | p95=100ms");
    expect(say(INTENT_CORRECT, "999999 x"), "refused: #999999 is no entry");
    expect(say(INTENT_CORRECT, "it was db-r3"), "refused: say which entry");
    str_fmt(text, sizeof text, "%lld maybe db-r3", (long long)seq);
    expect(say(INTENT_CORRECT, text), "reads as an opinion");
    free(old);
    close_run();
}

static void incidents(void **state)
{
    (void)state;
    open_run(100);
    assert_int_equal(st()->talk.n_incidents, 0);
    expect(say(INTENT_INCIDENT, "critical orders fail"),
           "INCIDENT Critical | SRE boon: orders fail");
    assert_int_equal(state_log(st(), st()->log_n - 1)->level, LINE_ERROR);
    expect(say(INTENT_INCIDENT, "Warning ฐานข้อมูลช้าลง"), "INCIDENT Warning | SRE boon: ฐานข้อมูลช้าลง");
    expect(say(INTENT_INCIDENT, "orders fail"), "refused: say how bad");
    expect(say(INTENT_INCIDENT_OVER, "3 x"), "there is no incident 3; there are 2");
    expect(say(INTENT_INCIDENT_OVER, "1"), "refused: say which incident");
    expect(say(INTENT_INCIDENT_OVER, "1 pod restarted"), "RESOLVED | SRE boon: pod restarted");
    expect(say(INTENT_INCIDENT_OVER, "1 again"), "was resolved by boon: pod restarted");
    const struct talk *k = &st()->talk;
    assert_int_equal(k->n_incidents, 2);
    assert_int_equal(talk_open(k), 1);
    assert_int_equal(talk_severity(k, "Critical"), 1);
    assert_int_equal(talk_severity(k, "Info"), 0);
    assert_string_equal(k->incidents[0].resolution, "pod restarted");
    assert_true(k->incidents[0].resolved_ms > 0 && !k->incidents[1].resolved_ms);
    close_run();
}

static void notes_become_something(void **state)
{
    (void)state;
    open_run(100);
    expect(say(INTENT_PARK, "maybe the cache is slow"), "no line");
    expect(say(INTENT_PARK, "น่าจะเป็นที่แคช"), "no line");
    expect(say(INTENT_TURN, "3 action"), "there is no parked note 3");
    expect(say(INTENT_TURN, "1 thing"), "refused: say which note");
    expect(say(INTENT_TURN, "1 action"), "becomes action | SRE boon: maybe the cache is slow");
    expect(say(INTENT_TURN, "1 rca"), "note 1 is action already");
    uint64_t before = state_hash(st());
    expect(say(INTENT_TURN, "2 incident"), "becomes incident");
    assert_true(state_hash(st()) != before);
    const struct talk *k = &st()->talk;
    assert_string_equal(k->notes[0].into, "action");
    assert_int_equal(k->n_incidents, 1);
    assert_string_equal(k->incidents[0].text, "น่าจะเป็นที่แคช"); /* the words and the link are kept */
    assert_int_equal(k->incidents[0].from, k->notes[1].seq);
    assert_int_equal(k->n_notes, 2);
    close_run();
}

static void many_notes(void **state)
{
    (void)state;
    char text[40];
    open_run(100);
    for (int i = 1; i <= NOTES_MAX + 5; i++) {
        str_fmt(text, sizeof text, "maybe %d", i);
        say(INTENT_PARK, text);
    }
    assert_int_equal(st()->talk.n_notes, NOTES_MAX);
    assert_int_equal(st()->talk.notes_total, NOTES_MAX + 5);
    expect(say(INTENT_TURN, "5 action"), "there is no parked note 5"); /* in the journal alone */
    expect(say(INTENT_TURN, "6 action"), "maybe 6"); /* numbers stay what they were */
    close_run();
}

static const struct {
    enum event_kind kind;
    const char *body;
    enum level_of_line is;
} levels[] = {
    {EV_STAGE, "{\"op\":\"clock\"}", LINE_INFO},
    {EV_STAGE, "{\"op\":\"end\",\"result\":\"override\"}", LINE_WARN},
    {EV_CHECKPOINT, "{\"label\":\"15m\"}", LINE_INFO},
    {EV_STATUS, "{\"to\":\"NODATA\"}", LINE_WARN},
    {EV_STATUS, "{\"to\":\"OK\"}", LINE_INFO},
    {EV_WARNING, "{}", LINE_WARN},
    {EV_CRITICAL, "{}", LINE_ERROR},
    {EV_DECISION, "{\"decision\":\"PROCEED\"}", LINE_INFO},
    {EV_DECISION, "{\"decision\":\"HOLD\"}", LINE_WARN},
    {EV_DECISION, "{\"decision\":\"ROLLBACK\"}", LINE_ERROR},
    {EV_INTENT, "{\"do\":\"advance\"}", LINE_INFO},
    {EV_INTENT, "{\"do\":\"advance\",\"override\":true}", LINE_WARN},
    {EV_OBSERVED, "{\"outcome\":\"verified\"}", LINE_INFO},
    {EV_OBSERVED, "{\"outcome\":\"unknown\"}", LINE_ERROR},
    {EV_APPROVAL, "{\"ok\":true}", LINE_INFO},
    {EV_APPROVAL, "{\"ok\":false}", LINE_WARN},
    {EV_KILL_SWITCH, "{\"state\":\"OFF\"}", LINE_INFO},
    {EV_KILL_SWITCH, "{\"state\":\"UNKNOWN\"}", LINE_WARN},
    {EV_KILL_SWITCH, "{\"state\":\"ENGAGED\"}", LINE_ERROR},
    {EV_ALERT, "{\"state\":\"firing\"}", LINE_ERROR},
    {EV_ALERT, "{\"state\":\"pending\"}", LINE_INFO},
    {EV_SOURCE, "{\"state\":\"blind\"}", LINE_WARN},
    {EV_SOURCE, "{\"op\":\"evidence\",\"ok\":false}", LINE_WARN},
    {EV_FINAL, "{\"decision\":\"PASS\"}", LINE_INFO},
    {EV_FINAL, "{\"decision\":\"PASS_WITH_WARNING\"}", LINE_WARN},
    {EV_FINAL, "{\"decision\":\"FAIL\"}", LINE_ERROR},
};

static void levels_of_entries(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        struct event *ev = event_new(levels[i].kind, 1, "x");
        cJSON_Delete(ev->body);
        ev->body = json_parse(levels[i].body, strlen(levels[i].body));
        if (event_level(ev) != levels[i].is)
            fail_msg("%s %s: %s", event_word(ev->kind), levels[i].body,
                     level_word(event_level(ev)));
        event_free(ev);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"LOG-5 corrections are new entries", corrections_are_new_entries, NULL, NULL, NULL},
        {"LOG-9 incidents", incidents, NULL, NULL, NULL},
        {"LOG-8 notes become something", notes_become_something, NULL, NULL, NULL},
        cmocka_unit_test(many_notes),
        {"LOG-7 levels of automatic entries", levels_of_entries, NULL, NULL, NULL},
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
