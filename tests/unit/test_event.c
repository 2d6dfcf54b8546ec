/* Events: made, copied, decoded, and told: the war-room log's line of each kind, as data. */
#include "unit.h"

#include "base/clock.h"
#include "base/json.h"
#include "event/event.h"

#define T0  INT64_C(1769958000000) /* 2026-02-01 15:00 UTC */
#define MIN INT64_C(60000)

static const struct {
    const char *kind;
    int64_t after_ms; /* after T0 */
    const char *stage, *actor, *role, *body;
    const char *line; /* "" : none */
} lines[] = {
    {"session", 0, "", "anna", "ic",
     "{\"op\":\"start\",\"run_id\":\"CANARY-V1-007\",\"title\":\"v1.4.0 canary\","
     "\"environment\":\"PROD\",\"mode\":\"live\",\"plan\":\"secret sauce\"}",
     ":00 | CANARY-V1-007 v1.4.0 canary | PROD | mode live"},
    {"session", 61 * MIN, "", "anna", "ic",
     "{\"op\":\"resume\",\"differences\":[\"weight is 5 and was 25\"]}",
     ":61 | IC anna resumes the session | weight is 5 and was 25"},
    {"session", 1, "", "anna", "ic", "{\"op\":\"leave\",\"why\":\"the screen was closed\"}",
     ":00 | IC anna leaves the session | the screen was closed"},
    {"tick", 5000, "Stage 1", "warroom", "", "{\"v\":{\"1\":142}}", ""},
    {"countdown", -10 * MIN, "", "anna", "ic", "{\"start_ms\":1769958000000}",
     "T-10 | the first stage starts no earlier than 15:00 UTC"},
    {"baseline", -5 * MIN, "", "director", "", "{\"set\":\"baseline\",\"op\":\"begin\"}",
     "T-5 | baseline values are being taken"},
    {"baseline", -1, "", "director", "",
     "{\"set\":\"baseline\",\"op\":\"done\",\"values\":{\"p95\":138,\"err\":null,\"a\":1,\"b\":2,"
     "\"c\":3,\"d\":4,\"e\":5}}",
     "T-1 | baseline taken | p95=138 err=no data a=1 b=2 c=3 d=4 +1"},
    /* PRE-26: what the scripts came to stands in the log; a check that passes by itself does not.
     */
    {"preflight", -1, "", "warroom", "",
     "{\"id\":\"PF-6\",\"title\":\"60 s preflight\",\"result\":\"pass\",\"actual\":\"9/9\","
     "\"output\":\"9/9 ok\"}",
     "T-1 | check PF-6 60 s preflight: pass | 9/9"},
    {"preflight", -1, "", "warroom", "",
     "{\"id\":\"PF-7\",\"title\":\"blast\",\"result\":\"pass\",\"actual\":\"success 95.1, p95 "
     "0.49\",\"output\":\"x\"}",
     "T-1 | check PF-7 blast: pass | success 95.1, p95 0.49"},
    {"preflight", -1, "", "warroom", "",
     "{\"id\":\"PF-1\",\"title\":\"API\",\"result\":\"pass\",\"actual\":\"status 200\"}", ""},
    {"preflight", -1, "", "warroom", "",
     "{\"id\":\"PF-1\",\"title\":\"API\",\"result\":\"fail\",\"actual\":\"status 503\",\"why\":"
     "\"answered 503\"}",
     "T-1 | check PF-1 API: FAIL | status 503 | answered 503"},
    {"preflight", -1, "", "boon", "sre",
     "{\"id\":\"TC-02\",\"title\":\"kill\",\"result\":\"pass\",\"actual\":\"signed by boon\","
     "\"reference\":\"run 41\"}",
     "T-1 | check TC-02 kill: pass | SRE boon | signed by boon | run 41"},
    /* PRE-3: a waiver with its name and reason. */
    {"preflight", -1, "", "chai", "dba",
     "{\"op\":\"waive\",\"id\":\"TC-01\",\"title\":\"claim\",\"reason\":\"known\"}",
     "T-1 | check TC-01 claim WAIVED by DBA chai | known"},
    {"preflight", -1, "", "warroom", "", "{\"op\":\"begin\",\"id\":\"KS-1\"}",
     "T-1 | check KS-1 begins: it writes to the kill switch"},
    {"preflight", -1, "", "warroom", "",
     "{\"op\":\"final\",\"result\":\"fail\",\"why\":\"PF-1 FAIL\"}",
     "T-1 | checks at the start: NO-GO | PF-1 FAIL"},
    {"stage", -1, "Stage 1", "director", "", "{\"op\":\"enter\",\"weight\":1}",
     "T-1 | Stage 1 (1%) | start asked for"},
    {"stage", 0, "Stage 1", "director", "", "{\"op\":\"clock\",\"weight\":1}",
     ":00 | Stage 1 (1%) START | weight verified, the clock runs"},
    {"stage", 15 * MIN, "Stage 1", "director", "",
     "{\"op\":\"end\",\"result\":\"pass\",\"elapsed_ms\":900000}",
     ":15 | Stage 1 END | pass after 15:00"},
    {"stage", 15 * MIN, "Stage 1", "director", "", "{\"op\":\"extend\",\"planned_ms\":1800000}",
     ":15 | Stage 1 | observation extended to 30m"},
    {"stage", 15 * MIN, "Stage 1", "director", "", "{\"op\":\"cooldown\"}",
     ":15 | Stage 1 | cooldown"},
    {"status", 60000, "Stage 1", "judge", "",
     "{\"metric\":\"p95\",\"from\":\"OK\",\"to\":\"NODATA\",\"value\":null,\"why\":\"503\"}",
     ":01 | p95=no data | OK -> NODATA | 503"},
    {"status", 60000, "", "judge", "",
     "{\"metric\":\"p95\",\"from\":\"WARNING\",\"to\":\"OK\",\"value\":138}",
     ":01 | p95=138 | WARNING -> OK"},
    {"status", 60000, "", "judge", "",
     "{\"metric\":\"p95\",\"from\":\"\",\"to\":\"NODATA\",\"value\":null,\"why\":\"no series\"}",
     ":01 | p95=no data | - -> NODATA | no series"},
    {"status", 0, "", "judge", "", "{\"metric\":\"p95\",\"from\":\"\",\"to\":\"OK\",\"value\":1}",
     ""},
    {"status", 0, "", "judge", "", "{\"metric\":\"p95\",\"from\":\"OK\",\"to\":\"OK\"}", ""},
    {"status", 0, "", "judge", "", "{\"metric\":\"p95\",\"from\":\"OK\",\"to\":\"WARNING\"}", ""},
    {"warning", 21 * MIN, "Stage 2", "judge", "",
     "{\"metric\":\"p95\",\"value\":152,\"why\":\"152 ms >= 150\",\"then\":\"rollback\"}",
     ":21 | WARNING: p95=152 | 152 ms >= 150"},
    {"critical", 23 * MIN, "Stage 2", "judge", "",
     "{\"metric\":\"p95\",\"value\":214,\"why\":\"214 ms >= 200, held 60s\",\"then\":\"rollback\"}",
     ":23 | CRITICAL: p95=214 | 214 ms >= 200, held 60s | then rollback"},
    {"decision", 21 * MIN, "Stage 2", "director", "",
     "{\"decision\":\"HOLD\",\"why\":\"p95 is rising\",\"counts\":{\"pass\":5,\"of\":6,\"warning\":"
     "1,\"critical\":0,\"nodata\":0}}",
     ":21 | Stage 2 | p95 is rising | 5/6 PASS 1 WARN | HOLD (auto)"},
    {"decision", 21 * MIN, "Stage 2", "director", "",
     "{\"decision\":\"HOLD\",\"why\":\"p95: 152 ms >= 150; 42 samples, 3s old\"}",
     ":21 | Stage 2 | p95: 152 ms >= 150 | HOLD (auto)"},
    {"decision", 21 * MIN, "Stage 2", "director", "",
     "{\"decision\":\"ROLLBACK\",\"why\":\"x\",\"counts\":{\"pass\":1,\"of\":6,\"warning\":1,"
     "\"critical\":2,\"nodata\":2}}",
     ":21 | Stage 2 | x | 1/6 PASS 1 WARN 2 CRIT 2 unknown | ROLLBACK (auto)"},
    {"checkpoint", 15 * MIN, "Stage 1", "director", "",
     "{\"label\":\"15m\",\"signals\":\"p95=142ms 5xx=0.2% ws=8s\",\"verdict\":{\"pass\":6,\"of\":6,"
     "\"status\":\"PASS\"},\"decision\":\"PROCEED\"}",
     ":15 | Stage 1 | p95=142ms 5xx=0.2% ws=8s | 6/6 PASS | PROCEED"},
    {"checkpoint", 22 * MIN, "Monitoring", "director", "",
     "{\"label\":\"22m\",\"stage_clock\":\"15m\",\"signals\":\"p95=142ms\",\"verdict\":{\"pass\":6,"
     "\"of\":6,\"status\":\"PASS\"},\"decision\":\"PROCEED\"}",
     ":22 | Monitoring +15m | p95=142ms | 6/6 PASS | PROCEED"}, /* C6: both clocks */
    {"checkpoint", 15 * MIN, "Stage 1", "director", "",
     "{\"label\":\"15m\",\"stage_clock\":\"15m\",\"signals\":\"p95=142ms\",\"verdict\":{\"pass\":6,"
     "\"of\":6,\"status\":\"PASS\"},\"decision\":\"PROCEED\"}",
     ":15 | Stage 1 | p95=142ms | 6/6 PASS | PROCEED"},
    {"checkpoint", 15 * MIN, "Stage 1", "director", "",
     "{\"signals\":\"p95=152ms\",\"verdict\":{\"pass\":4,\"of\":6,\"status\":\"UNKNOWN\"},"
     "\"counts\":{\"pass\":4,\"of\":6,\"warning\":1,\"critical\":0,\"nodata\":1},"
     "\"decision\":\"HOLD\"}",
     ":15 | Stage 1 | p95=152ms | 4/6 PASS 1 WARN 1 unknown | HOLD"},
    {"checkpoint", -7 * MIN, "", "director", "", "{\"label\":\"now\"}",
     "T-7 | before the start | no signal metrics | -"},
    {"signal", 17 * MIN, "Stage 2", "chai", "dba",
     "{\"text\":\"lag db-r2 rose\",\"metric\":\"lag\",\"values\":{\"lag\":12}}",
     ":17 | DBA chai: lag db-r2 rose | lag=12"},
    {"signal", 18 * MIN, "Stage 2", "chai", "dba",
     "{\"text\":\"เฝ้าดู lag db-r2\",\"metric\":\"lag\",\"values\":{\"lag\":null}}",
     ":18 | DBA chai: เฝ้าดู lag db-r2 | lag=no data"},
    {"parking", 18 * MIN, "Stage 2", "chai", "dba", "{\"text\":\"I think it is the cache\"}", ""},
    {"approval", 14 * MIN, "Stage 1", "boon", "sre",
     "{\"subject\":\"advance\",\"ok\":true,\"reason\":\"\"}", ":14 | SRE boon agrees: advance"},
    {"approval", 14 * MIN, "Stage 1", "boon", "sre",
     "{\"subject\":\"advance\",\"ok\":false,\"reason\":\"lag\"}",
     ":14 | SRE boon REFUSES: advance | lag"},
    {"kill_switch", 20 * MIN, "", "warroom", "",
     "{\"scope\":\"global\",\"state\":\"OFF\",\"ms\":182,\"check\":\"checkpoint:20m\"}",
     ":20 | kill switch global: OFF | read in 182 ms (checkpoint:20m)"},
    {"kill_switch", 20 * MIN, "", "warroom", "",
     "{\"scope\":\"conn-7\",\"state\":\"UNKNOWN\",\"ms\":-1,\"why\":\"timed "
     "out\",\"check\":\"poll\"}",
     ":20 | kill switch conn-7: UNKNOWN | timed out"},
    {"kill_switch", 20 * MIN, "", "warroom", "",
     "{\"scope\":\"global\",\"state\":\"FAILED\",\"why\":\"still off after "
     "5s\",\"check\":\"flip:a4\"}",
     ":20 | kill switch global: FAILED (flip:a4) | still off after 5s"},
    {"intent", 15 * MIN, "Stage 1", "anna", "ic",
     "{\"id\":\"a3\",\"do\":\"advance\",\"what\":\"weight 1% -> 5%\",\"reason\":\"all quiet\"}",
     ":15 | IC anna asks: weight 1% -> 5% | all quiet"},
    {"intent", 15 * MIN, "Stage 1", "anna", "ic",
     "{\"id\":\"a3\",\"do\":\"advance\",\"override\":true,\"reason\":\"known\"}",
     ":15 | IC anna asks: advance | OVERRIDE of a shut gate | known"},
    {"intent", 23 * MIN, "Stage 2", "director", "",
     "{\"do\":\"rollback\",\"what\":\"roll back\",\"cause\":\"p95 214 ms >= 200\"}",
     ":23 | director asks: roll back | p95 214 ms >= 200"},
    {"sent", 15 * MIN, "Stage 2", "warroom", "", "{\"id\":\"a3\",\"call\":\"PUT /traffic\"}",
     ":15 | sent, not yet known: PUT /traffic"},
    {"sent", 15 * MIN, "Stage 2", "warroom", "", "{\"id\":\"a3\",\"call\":\"GET\",\"verify\":true}",
     ""},
    {"observed", 15 * MIN, "Stage 2", "warroom", "",
     "{\"outcome\":\"verified\",\"done\":true,\"weight\":5,\"why\":\"read back\"}",
     ":15 | Stage 2 (5%) | VERIFIED | read back"},
    {"observed", 15 * MIN, "Stage 2", "warroom", "", "{\"outcome\":\"verified\",\"step\":0}", ""},
    {"observed", 15 * MIN, "Stage 2", "warroom", "",
     "{\"outcome\":\"not_verified\",\"done\":true,\"why\":\"answered 200, weight is still 1\"}",
     ":15 | Stage 2 | NOT VERIFIED | answered 200, weight is still 1"},
    {"observed", 15 * MIN, "", "warroom", "",
     "{\"outcome\":\"unknown\",\"done\":true,\"why\":\"timed out after sending\"}",
     ":15 | OUTCOME UNKNOWN | timed out after sending"},
    {"observed", 15 * MIN, "", "warroom", "", "{\"outcome\":\"failed\",\"done\":true}",
     ":15 | FAILED"},
    {"observed", 15 * MIN, "", "warroom", "", "{\"outcome\":\"ok\",\"done\":true}",
     ":15 | accepted"},
    {"observed", 15 * MIN, "", "warroom", "", "{\"outcome\":\"rehearsed\",\"done\":true}",
     ":15 | rehearsed, nothing was sent"},
    {"observed", 15 * MIN, "", "warroom", "", "{\"outcome\":\"superseded\",\"done\":true}",
     ":15 | stopped by a rollback"},
    {"alert", 20 * MIN, "", "warroom", "",
     "{\"source\":0,\"state\":\"firing\",\"name\":\"Lag\",\"severity\":\"critical\",\"matches\":"
     "true,\"text\":\"lag 60s\"}",
     ":20 | alert Lag firing critical | counts | lag 60s"},
    {"alert", 20 * MIN, "", "warroom", "",
     "{\"source\":0,\"state\":\"pending\",\"name\":\"Lag\",\"matches\":true}",
     ":20 | alert Lag pending | shown only"},
    {"alert", 20 * MIN, "", "warroom", "",
     "{\"source\":0,\"state\":\"resolved\",\"name\":\"Lag\",\"matches\":true}",
     ":20 | alert Lag resolved"},
    {"alert", 20 * MIN, "", "warroom", "",
     "{\"source\":0,\"state\":\"blind\",\"why\":\"connection refused\"}",
     ":20 | alert source BLIND: alerts are not known | connection refused"},
    {"alert", 20 * MIN, "", "warroom", "", "{\"source\":0,\"state\":\"known\"}",
     ":20 | alert source answers"},
    {"rollback", 23 * MIN, "", "director", "", "{\"op\":\"wanted\",\"cause\":\"p95\"}",
     ":23 | ROLLBACK wanted | p95"},
    {"rollback", 23 * MIN, "", "director", "", "{\"op\":\"would\",\"cause\":\"p95\"}",
     ":23 | would roll back (log only, nothing is sent) | p95"},
    {"rollback", 23 * MIN, "", "director", "", "{\"op\":\"waits\"}",
     ":23 | ROLLBACK waits for the IC"},
    {"rollback", 23 * MIN, "", "director", "", "{\"op\":\"done\"}", ":23 | ROLLBACK verified"},
    {"rollback", 23 * MIN, "", "director", "",
     "{\"op\":\"wanted\",\"cause\":\"p95: 214 ms >= 200; 222 samples, 0s old\"}",
     ":23 | ROLLBACK wanted | p95: 214 ms >= 200"},
    {"rollback", 23 * MIN, "", "director", "",
     "{\"op\":\"started\",\"cause\":\"p95: 214 ms >= 200\"}", ":23 | ROLLBACK started"},
    {"rollback", 23 * MIN, "", "director", "", "{\"op\":\"not_verified\"}",
     ":23 | ROLLBACK NOT VERIFIED"},
    {"rollback", 23 * MIN, "", "director", "",
     "{\"op\":\"waits\",\"whom\":\"DBA chai (with IC anna)\",\"cause\":\"lock\"}",
     ":23 | ROLLBACK waits for DBA chai (with IC anna) | lock"},
    {"approval", 23 * MIN, "", "chai", "dba", "{\"subject\":\"rollback:r42\",\"ok\":true}",
     ":23 | DBA chai agrees: rollback:r42"},
    {"handover", 23 * MIN, "", "anna", "ic",
     "{\"to\":\"boon\",\"from\":\"anna\",\"reason\":\"shift\"}",
     ":23 | IC anna: command goes from anna to boon | shift"},
    {"escalation", 23 * MIN, "", "director", "",
     "{\"op\":\"called\",\"level\":\"L2\",\"whom\":\"IC anna, DBA chai\",\"due_ms\":1769959500000,"
     "\"missed\":true,\"why\":\"p95 152 ms\"}",
     ":23 | L2 CALLED, nobody answered before: IC anna, DBA chai within 2m | p95 152 ms"},
    {"escalation", 23 * MIN, "", "chai", "dba", "{\"op\":\"ack\",\"level\":\"L2\"}",
     ":23 | DBA chai has seen it"},
    {"escalation", 23 * MIN, "", "director", "", "{\"op\":\"over\",\"level\":\"L2\"}",
     ":23 | L2: over"},
    {"observed", 23 * MIN, "", "chai", "dba",
     "{\"id\":\"\",\"do\":\"advance\",\"outcome\":\"refused\",\"done\":true,\"why\":\"you are "
     "dba\"}",
     ":23 | REFUSED: DBA chai asked for advance | you are dba"},
    {"source", 20 * MIN, "", "warroom", "",
     "{\"name\":\"prometheus\",\"state\":\"blind\",\"why\":\"503\"}",
     ":20 | prometheus BLIND: its values are not known | 503"},
    {"source", 20 * MIN, "", "warroom", "", "{\"name\":\"prometheus\",\"state\":\"ok\"}",
     ":20 | prometheus answers"},
    {"source", 20 * MIN, "", "warroom", "", "{\"op\":\"dropped\",\"n\":3}",
     ":20 | 3 samples were dropped: a queue was full"},
    {"source", 20 * MIN, "", "warroom", "", "{\"op\":\"backfill\",\"name\":\"x\",\"n\":360}", ""},
    {"notify", 20 * MIN, "", "warroom", "", "{}", ""},
    {"timeline", 15 * MIN, "Stage 1", "director", "",
     "{\"op\":\"kill_check\",\"index\":0,\"label\":\"15m\"}", ""},
    {"soak", 90 * MIN, "Stage 5", "director", "",
     "{\"op\":\"begin\",\"until_ms\":1,\"checkins\":24}",
     ":90 | FIRST NIGHT | watched on, 24 check-ins"},
    {"soak", 120 * MIN, "Stage 5", "director", "",
     "{\"op\":\"checkin\",\"index\":1,\"of\":24,\"label\":\"T+2h\"}",
     ":120 | check-in T+2h, 2 of 24: metrics OK? (checkpoint NOTE)"},
    {"soak", 180 * MIN, "Stage 5", "director", "",
     "{\"op\":\"missed\",\"index\":1,\"of\":24,\"label\":\"T+2h\"}",
     ":180 | check-in T+2h MISSED: nobody has answered it"},
    {"timeline", -30 * MIN, "", "director", "",
     "{\"op\":\"open\",\"index\":0,\"at\":\"T-30m\",\"title\":\"Freeze\",\"owner\":\"sre\"}",
     "T-30 | T-30m Freeze | due: sre"},
    {"timeline", -20 * MIN, "", "director", "",
     "{\"op\":\"late\",\"index\":0,\"at\":\"T-30m\",\"title\":\"Freeze\",\"by_ms\":600000}",
     "T-20 | T-30m Freeze | LATE, open for 10:00"},
    {"timeline", -19 * MIN, "", "director", "",
     "{\"op\":\"done\",\"at\":\"T-30m\",\"title\":\"Freeze\",\"by\":\"anna\",\"note\":\"12 "
     "labels\"}",
     "T-19 | T-30m Freeze | closed by anna | 12 labels"},
    {"timeline", 30 * MIN, "", "director", "",
     "{\"op\":\"freeze\",\"which\":\"end\",\"release\":\"v1.4.0\",\"held\":\"7\",\"duration_ms\":"
     "3600000}",
     ":30 | FREEZE lifted | v1.4.0 | 7 changes held | after 1h"},
    {"checkpoint", 20 * MIN, "Stage 1", "director", "", "{\"op\":\"missed\",\"label\":\"15m\"}",
     ":20 | checkpoint 15m MISSED: nobody has answered it"},
    {"intent", 21 * MIN, "Stage 1", "anna", "support",
     "{\"do\":\"confirm\",\"item\":\"no_complaints\",\"ok\":false,\"note\":\"three tickets\"}",
     ":21 | SUPPORT anna says NO to no_complaints | three tickets"},
    {"intent", 22 * MIN, "Stage 1", "chai", "dba",
     "{\"do\":\"issue\",\"metric\":\"p95\",\"gone\":false,\"note\":\"long tail\"}",
     ":22 | DBA chai opens an issue about p95 | long tail"},
    {"intent", 30 * MIN, "Stage 1", "chai", "dba",
     "{\"do\":\"issue\",\"metric\":\"p95\",\"gone\":true,\"note\":\"the backup\"}",
     ":30 | DBA chai closes the issue about p95 | the backup"},
    {"final", 105 * MIN, "", "director", "",
     "{\"decision\":\"PASS_WITH_WARNING\",\"why\":\"1 warning was seen\"}",
     ":105 | VERDICT PASS_WITH_WARNING | 1 warning was seen"},
    /* outside text: no control, no colour, no turning round, one line */
    {"signal", 0, "", "a\x1b[31mna", "ic",
     "{\"text\":\"x\\u001b[2Jy\\nz\\u202Eabc\\u0007\\u200d\",\"values\":{}}",
     ":00 | IC ana: xy zabc"},
};

static struct event *decode(const char *kind, int64_t t_ms, const char *stage, const char *actor,
                            const char *role, const char *body)
{
    struct err e = ERR_INIT;
    struct event *ev = event_decode(1, t_ms, kind, stage, actor, role, body, &e);
    if (!ev)
        fail_msg("%s: %s", body, e.text);
    return ev;
}

static void log_lines(void **state)
{
    (void)state;
    assert_int_equal(zone_set("UTC"), 0);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct buf b = BUF_INIT;
        struct event *ev = decode(lines[i].kind, T0 + lines[i].after_ms, lines[i].stage,
                                  lines[i].actor, lines[i].role, lines[i].body);
        event_log_line(ev, T0, &b);
        assert_string_equal(buf_str(&b), lines[i].line);
        buf_free(&b);
        event_free(ev);
    }
}

/* Every kind is either in the table above or has no body yet. */
static void every_kind_is_tested(void **state)
{
    (void)state;
    static const char *const later[] = {"preflight"};
    for (int k = 0; k < EV_KINDS; k++) {
        bool found = false;
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
            found = found || !strcmp(lines[i].kind, event_word((enum event_kind)k));
        for (size_t i = 0; i < sizeof later / sizeof *later; i++)
            found = found || !strcmp(later[i], event_word((enum event_kind)k));
        if (!found)
            fail_msg("no line of kind %s is tested", event_word((enum event_kind)k));
        assert_int_equal(event_kind_of(event_word((enum event_kind)k)), k);
        assert_true(strlen(event_doc((enum event_kind)k)) > 5);
    }
    assert_int_equal(event_kind_of("no such"), -1);
}

static void before_t0_is_known(void **state)
{
    (void)state;
    struct buf b = BUF_INIT;
    struct event *ev = decode("rollback", T0, "", "director", "", "{\"op\":\"done\"}");
    event_log_line(ev, -1, &b);
    assert_string_equal(b.p, "T-0 | ROLLBACK verified");
    buf_free(&b);
    event_free(ev);
}

static void json_lines(void **state)
{
    (void)state;
    struct buf b = BUF_INIT;
    struct event *ev = decode("checkpoint", T0 + 900250, "Stage 1", "director", "",
                              "{\"label\":\"15m\",\"kind\":\"forged\",\"T\":1,"
                              "\"verdict\":{\"pass\":6}}");
    event_json_line(ev, T0, &b);
    assert_string_equal(b.p, "{\"t\":\"2026-02-01T15:15:00.250Z\",\"t_plus\":900.25,\"seq\":1,"
                             "\"kind\":\"checkpoint\",\"stage\":\"Stage 1\",\"actor\":\"director\","
                             "\"role\":\"\",\"label\":\"15m\",\"T\":1,\"verdict\":{\"pass\":6}}");
    buf_clear(&b);
    event_json_line(ev, -1, &b);
    assert_non_null(strstr(b.p, "\"t_plus\":null"));
    buf_free(&b);
    event_free(ev);
}

static const struct {
    const char *kind, *body;
} undecodable[] = {
    {"nope", "{}"}, {"tick", "[]"},  {"tick", "1"},  {"tick", ""},
    {"tick", "{"},  {"tick", "{}}"}, {"tick", NULL}, {NULL, "{}"},
};

static void what_does_not_decode(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof undecodable / sizeof *undecodable; i++) {
        struct err e = ERR_INIT;
        assert_null(event_decode(7, 0, undecodable[i].kind, "", "", "", undecodable[i].body, &e));
        assert_int_equal(e.status, EX_BADDATA);
        assert_non_null(strstr(e.text, "record 7"));
    }
}

static void lists_and_copies(void **state)
{
    (void)state;
    struct event_list l;
    event_list_init(&l);
    assert_null(event_list_take(&l));
    for (int i = 0; i < 3; i++)
        event_list_add(&l, event_new(EV_SIGNAL, i, "anna"));
    assert_int_equal(l.n, 3);
    struct event *first = event_list_take(&l);
    assert_int_equal(first->t_ms, 0);
    json_add_str(first->body, "text", "x");
    struct event *copy = event_dup(first);
    event_free(first);
    assert_string_equal(json_str_or(copy->body, "text", ""), "x");
    event_list_add(&l, copy);
    for (int i = 1; i <= 3; i++) {
        struct event *ev = event_list_take(&l);
        assert_int_equal(ev->t_ms, i % 3);
        event_free(ev);
    }
    event_list_add(&l, event_new(EV_SIGNAL, 9,
                                 "a name that is longer than sixty-three bytes is "
                                 "cut, not written past its end"));
    assert_int_equal(strlen(l.first->actor), 63);
    event_list_free(&l);
    assert_int_equal(l.n, 0);
}

static void sentences_lose_their_evidence(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", ""},
        {"p95: 214 ms >= 200; 222 samples, 0s old", "p95: 214 ms >= 200"},
        {"p95: no data; 0 samples, never seen", "p95: no data"},
        {"rolled back: p95 214; 1 samples, 1m30s old; not met: x",
         "rolled back: p95 214; not met: x"},
        {"a; 2 samples, 3s old; b; 4 samples, 2h old", "a; b"},
        {"needs 10; 3 samples of 10", "needs 10; 3 samples of 10"},
        {"x; samples, 3s old", "x; samples, 3s old"},
        {"x; 3 samples, old", "x; 3 samples, old"},
        {"x; 3 samples, 5s", "x; 3 samples, 5s"},
        {"x; ", "x; "},
    };
    char out[80];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        event_sentence(rows[i][0], out, sizeof out);
        assert_string_equal(out, rows[i][1]);
        event_sentence(out, out, sizeof out);
        assert_string_equal(out, rows[i][1]);
    }
    event_sentence("p95: 214 ms", out, 4);
    assert_string_equal(out, "p95");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_lose_their_evidence),
        cmocka_unit_test(log_lines),
        cmocka_unit_test(every_kind_is_tested),
        cmocka_unit_test(before_t0_is_known),
        cmocka_unit_test(json_lines),
        cmocka_unit_test(what_does_not_decode),
        cmocka_unit_test(lists_and_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
