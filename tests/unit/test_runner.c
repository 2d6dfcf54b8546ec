/* The hands on real HTTP and real processes: what each way an action can go comes to, and how often
 * the world was touched.
 * Shows ACT-2 ACT-5 ACT-6 RBK-14. */
#include "unit.h"

#include "hands_unit.h"

#define ALWAYS(p, m, answer)                                                                       \
    {                                                                                              \
        .path = p, .method = m, .how = EVIL_KEEP, .raw = answer                                    \
    }
#define W25  EVIL_JSON("13", "{\"weight\":25}")
#define W0   EVIL_JSON("12", "{\"weight\":0}")
#define DONE EVIL_JSON("2", "{}")

static const struct evil_row rows[] = {
    ALWAYS("/w", "GET", W25),
    ALWAYS("/w", "PUT", DONE),
    ALWAYS("/lie", "GET", W0),
    ALWAYS("/lie", "PUT", DONE),
    {.path = "/late",
     .method = "GET",
     .times = 2,
     .how = EVIL_KEEP,
     .raw = EVIL_JSON("12", "{\"weight\":0}")},
    ALWAYS("/late", "GET", W25),
    ALWAYS("/late", "PUT", DONE),
    ALWAYS("/hang", "GET", W25),
    {.path = "/hang", .method = "PUT", .how = EVIL_HANG},
    ALWAYS("/lost", "GET", W0),
    {.path = "/lost", .method = "PUT", .how = EVIL_HANG},
    {.path = "/reset", .how = EVIL_RESET},
    {.path = "/busy",
     .times = 2,
     .how = EVIL_KEEP,
     .raw = EVIL_HEAD("503 Busy", "Content-Length: 0\r\n")},
    ALWAYS("/busy", "PUT", DONE),
    {.path = "/down",
     .how = EVIL_KEEP,
     .raw = EVIL_HEAD("503 Busy", "Content-Length: 4\r\n") "away"},
    {.path = "/gateway", .how = EVIL_KEEP, .raw = EVIL_HEAD("502 Bad", "Content-Length: 0\r\n")},
    {.path = "/page", .how = EVIL_KEEP, .raw = EVIL_JSON("13", "<html></html>")},
    {.path = "/slow", .how = EVIL_KEEP, .raw = DONE, .delay_ms = 100},
    {.path = "/off",
     .how = EVIL_KEEP,
     .raw = EVIL_HEAD("503 Off", "Content-Length: 0\r\n"),
     .delay_ms = 100},
    ALWAYS("/ticket", "POST", EVIL_JSON("12", "{\"id\":\"T-1\"}")),
    ALWAYS("/ticket/T-1", "PUT", DONE),
};

#define READ(path)                                                                                 \
    "      verify: { http: { url: \"URL" path "\", timeout: 200ms }, expect: { json: { weight: "   \
    "\"{{stage.weight}}\" } }, within: 600ms }\n"
#define PUT(path)                                                                                  \
    "    - http: { method: PUT, url: \"URL" path "\", timeout: 200ms, json: { weight: "            \
    "\"{{stage.weight}}\" } }\n"

static const struct {
    const char *steps;
    const char *outcome, *why;
    const char *what; /* a request … */
    int times;        /* … and how often it came */
} cases[] = {
    {PUT("/w") READ("/w"), "verified", "read back", "PUT /w", 1},
    {PUT("/w"), "verified", "accepted (no verify in the plan)", "PUT /w", 1},
    {"    - http: { url: \"URL/w\" }\n" PUT("/w") READ("/w"), "verified", "read back", "PUT /w", 1},
    {PUT("/lie") READ("/lie"), "not_verified", "weight is 0, expected 25", "PUT /lie", 1},
    {PUT("/late") READ("/late"), "verified", "read back", "GET /late", 3},
    {PUT("/hang") READ("/hang"), "verified", "read back", "PUT /hang", 1},
    {PUT("/lost") READ("/lost"), "unknown", "weight is 0", "PUT /lost", 1},
    {PUT("/reset"), "unknown", "", "PUT /reset", 1},
    {PUT("/reset") "      retry: { times: 3, every: 100ms }\n", "unknown", "", "PUT /reset", 1},
    {PUT("/busy") "      retry: { times: 3, every: 100ms }\n", "verified", "", "PUT /busy", 3},
    {PUT("/down") "      retry: { times: 2, every: 100ms }\n", "failed", "answered 503: away",
     "PUT /down", 3},
    {PUT("/gateway") "      retry: { times: 3, every: 100ms }\n", "unknown", "answered 502",
     "PUT /gateway", 1},
    {PUT("/page") "      expect: { status: 200, json: { ok: true } }\n", "failed", "not JSON",
     "PUT /page", 1},
    {PUT("/w") "      expect: { status: 201 }\n", "failed", "answered 200, expected 201", "PUT /w",
     1},
    {PUT("/none") PUT("/w"), "failed", "answered 404", "PUT /w", 0},
    {"    - http: { method: PUT, url: \"http://127.0.0.1:1/x\", timeout: 200ms }\n", "failed",
     "connection refused", "", 0},
    {"    - http: { method: POST, url: \"URL/ticket\" }\n      capture: { t: { json: id } }\n"
     "    - http: { method: PUT, url: \"URL/ticket/{{captured.t}}\" }\n",
     "verified", "", "PUT /ticket/T-1", 1},
    {"    - http: { method: POST, url: \"URL/ticket\" }\n      capture: { t: { json: nothing } }\n"
     "    - http: { method: PUT, url: \"URL/ticket/{{captured.t}}\" }\n",
     "failed", "nothing was sent", "PUT /ticket/T-1", 0},
    /* SCO-2: what a placeholder brings in is looked at before it leaves, and told. */
    {"    - http: { method: POST, url: \"URL/ticket\" }\n      capture: { t: { json: id } }\n"
     "    - http: { method: PUT, url: \"URL/w\", json: { op: \"DROP_{{captured.t}}\" } }\n",
     "failed", "nothing was sent: DROP_T is denied by the plan", "PUT /w", 0},
    {"    - http: { method: POST, url: \"URL/ticket\" }\n      capture: { t: { json: id } }\n"
     "    - exec: { argv: [touch, \"DROP_{{captured.t}}\"] }\n",
     "failed", "nothing was sent: DROP_T is denied by the plan", "", 0},
    {"    - http: { method: POST, url: \"URL/ticket\" }\n      capture: { t: { json: id } }\n"
     "    - burst: { method: PUT, url: \"URL/w\", json: { op: \"DROP_{{captured.t}}\" }, "
     "requests: 5 }\n",
     "failed", "nothing was sent: DROP_T is denied by the plan", "PUT /w", 0},
    {"    - exec: { argv: [\"true\"] }\n", "verified", "", "", 0},
    {"    - exec: { argv: [sh, -c, \"echo no >&2; exit 3\"] }\n", "failed", "exit status 3: no", "",
     0},
    {"    - exec: { argv: [sh, -c, \"exit 3\"] }\n      expect: { exit: 3 }\n", "verified", "", "",
     0},
    {"    - exec: { argv: [no-such-program-here] }\n", "failed", "no-such-program-here", "", 0},
    {"    - exec: { argv: [sleep, \"60\"], timeout: 100ms }\n", "unknown", "", "", 0},
    {"    - exec: { argv: [sleep, \"60\"], timeout: 100ms }\n" READ("/w"), "verified", "", "GET /w",
     1},
    {"    - exec: { argv: [printf, \"%s\", \"{{reason}}\"] }\n      expect: { stdout: "
     "\"{{reason}}\" }\n",
     "verified", "", "", 0},
    {"    - exec: { argv: [\"true\"] }\n      verify: { exec: { argv: [echo, \"{{stage.weight}}\"] "
     "}, expect: { stdout: \"25\" }, within: 300ms }\n",
     "verified", "read back", "", 0},
    {"    - exec: { argv: [\"true\"] }\n      verify: { exec: { argv: [echo, \"0\"] }, expect: { "
     "stdout: \"25\" }, within: 300ms }\n",
     "not_verified", "printed \"0\", expected \"25\"", "", 0},
};

static void each_way_comes_to_its_end(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hands h;
        open_hands(&h, cases[i].steps, false);
        start(&h, "a1", "advance");
        const struct event *ev = end_of(&h, "a1");
        double weight;
        bool has_weight = json_num(ev->body, "weight", &weight);
        if (strcmp(json_str_or(ev->body, "outcome", ""), cases[i].outcome) != 0 ||
            !strstr(json_str_or(ev->body, "why", ""), cases[i].why))
            fail_msg("case %zu ends %s: %s\n%s", i, json_str_or(ev->body, "outcome", ""),
                     json_str_or(ev->body, "why", ""), cases[i].steps);
        assert_int_equal(has_weight, !strcmp(cases[i].outcome, "verified"));
        if (*cases[i].what && evil_count(&evil, cases[i].what, NULL) != cases[i].times)
            fail_msg("case %zu: %s came %d times", i, cases[i].what,
                     evil_count(&evil, cases[i].what, NULL));
        assert_false(runner_busy(h.runner));
        close_hands(&h);
    }
}

/* What is filled in from people's words stays one argument or one JSON text. */
static void words_stay_words(void **unused)
{
    (void)unused;
    struct hands h;
    struct evil_seen seen;
    open_hands(&h, "    - http: { method: PUT, url: \"URL/w\", json: { why: \"{{reason}}\" } }\n",
               false);
    start(&h, "a1", "advance");
    end_of(&h, "a1");
    assert_int_equal(evil_count(&evil, "PUT /w", &seen), 1);
    cJSON *body = cJSON_Parse(seen.body);
    assert_string_equal(json_str_or(body, "why", ""), REASON);
    cJSON_Delete(body);
    close_hands(&h);
}

static void rehearsed_sends_nothing(void **unused)
{
    (void)unused;
    struct hands h;
    open_hands(&h, PUT("/w") READ("/w") "    - exec: { argv: [touch, pwned] }\n", true);
    start(&h, "a1", "advance");
    assert_string_equal(json_str(end_of(&h, "a1")->body, "outcome"), "rehearsed");
    assert_int_equal(told(&h, EV_SENT), 0);
    assert_int_equal(evil_count(&evil, "", NULL), 0);
    assert_int_not_equal(access("pwned", F_OK), 0);
    close_hands(&h);
}

/* A rollback stops what hangs, at once; its late answer changes nothing. */
static void a_rollback_supersedes(void **unused)
{
    (void)unused;
    static const char *const hanging[] = {
        "    - http: { method: PUT, url: \"URL/hang\", timeout: 60s }\n",
        "    - exec: { argv: [sleep, \"60\"], timeout: 120s }\n",
    };
    for (size_t i = 0; i < 2; i++) {
        struct hands h;
        open_hands(&h, hanging[i], false);
        start(&h, "a1", "advance");
        if (i == 0)
            assert_true(evil_wait(&evil, "PUT /hang", 1, 5000));
        mono_t began = mono_now();
        start(&h, "a2", "rollback");
        assert_string_equal(json_str(end_of(&h, "a1")->body, "outcome"), "superseded");
        assert_non_null(strstr(json_str(end_of(&h, "a1")->body, "why"), "may still take effect"));
        const struct event *ev = end_of(&h, "a2");
        double weight = -1;
        assert_string_equal(json_str(ev->body, "outcome"), "verified");
        assert_true(json_num(ev->body, "weight", &weight) && weight == 0);
        assert_true(mono_since(began) < 5000);
        close_hands(&h);
    }
}

#define SLOW "    - http: { method: POST, url: \"URL/slow\" }\n"
#define RETRIES                                                                                    \
    "    - http: { method: POST, url: \"URL/off\" }\n      retry: { times: 3, every: 100ms }\n"
#define BY_HAND "    - manual: { role: dba, text: \"look\" }\n"
#define BURSTS  "    - burst: { url: \"URL/slow\", method: POST, requests: 9, concurrency: 1 }\n"
#define BACK    "  act:\n    - exec: { argv: [\"true\"] }\n  rollback_gradual:\n"

/* What comes while an action is under way, and does its next call leave? Neither a hold nor a
 * switch that is not known stops it; nothing stops what goes back; a read-back always runs. */
static const struct {
    const char *steps, *verb;
    const char *until; /* this has been sent and answered; "": before it starts */
    const char *comes, *outcome, *why;
    const char *what; /* a request … */
    int times;        /* … and how often it came in all */
} ranks[] = {
    {PUT("/w"), "advance", "", "ENGAGED", "verified", "", "PUT /w", 1}, /* the room has looked */
    {SLOW PUT("/w"), "advance", "POST /slow", "nothing", "verified", "", "PUT /w", 1},
    {SLOW PUT("/w"), "advance", "POST /slow", "ENGAGED", "failed", "switch is on", "PUT /w", 0},
    {SLOW PUT("/w"), "advance", "POST /slow", "FAILED", "failed", "switch is on", "PUT /w", 0},
    {SLOW PUT("/w"), "advance", "POST /slow", "UNKNOWN", "verified", "", "PUT /w", 1},
    {SLOW PUT("/w"), "advance", "POST /slow", "kill_on", "failed", "turned on", "PUT /w", 0},
    {SLOW PUT("/w"), "advance", "POST /slow", "end", "failed", "ended first", "PUT /w", 0},
    {SLOW PUT("/w"), "advance", "POST /slow", "hold", "verified", "", "PUT /w", 1},
    {SLOW PUT("/w"), "item", "POST /slow", "no_go", "failed", "ended first", "PUT /w", 0},
    {SLOW PUT("/w"), "item", "POST /slow", "final", "failed", "ended first", "PUT /w", 0},
    {SLOW BY_HAND, "item", "POST /slow", "end", "failed", "ended first", "POST /slow", 1},
    {RETRIES, "advance", "POST /off", "nothing", "failed", "answered 503", "POST /off", 4},
    {RETRIES, "advance", "POST /off", "ENGAGED", "failed", "switch is on", "POST /off", 1},
    {RETRIES, "advance", "POST /off", "end", "failed", "ended first", "POST /off", 1},
    {RETRIES, "item", "POST /off", "no_go", "failed", "ended first", "POST /off", 1},
    {BY_HAND PUT("/w"), "advance", "hands", "ENGAGED", "failed", "switch is on", "PUT /w", 0},
    {BY_HAND READ("/w") PUT("/w"), "advance", "hands", "end", "failed", "ended first", "GET /w", 1},
    {BY_HAND READ("/w"), "advance", "hands", "ENGAGED", "verified", "read back", "GET /w", 1},
    {BURSTS, "advance", "POST /slow", "end", "failed", "ended first; 1 of 9", "POST /slow", 1},
    {BURSTS, "advance", "POST /slow", "ENGAGED", "failed", "on; 1 of 9", "POST /slow", 1},
    {BACK SLOW PUT("/w"), "gradual", "POST /slow", "ENGAGED", "verified", "", "PUT /w", 1},
    {BACK SLOW PUT("/w"), "gradual", "POST /slow", "end", "verified", "", "PUT /w", 1},
    {BACK RETRIES, "gradual", "POST /off", "kill_on", "failed", "answered 503", "POST /off", 4},
};

static void comes(struct hands *h, const char *what)
{
    struct event *ev = event_new(EV_INTENT, clock_wall(&h->clock), "bob");
    json_add_str(ev->body, "do", what);
    if (what[0] >= 'A' && what[0] <= 'Z')
        kill_switch_is(h, what);
    else if (!strcmp(what, "final"))
        h->state->final = true;
    else if (strcmp(what, "nothing") != 0)
        fold_apply(h->state, ev);
    event_free(ev);
}

static void start_until(struct hands *h, const char *verb, const char *until, const char *what)
{
    struct pollfd answered = {.fd = runner_fd(h->runner), .events = POLLIN};
    bool hands = !strcmp(until, "hands");
    if (!*until)
        comes(h, what);
    start(h, "a1", verb);
    if (!*until)
        return;
    assert_true(hands || evil_wait(&evil, until, 1, 5000));
    assert_true(hands || poll(&answered, 1, 5000) == 1);
    comes(h, what);
    if (hands)
        say(h, "done", "dba", "a1");
}

static void what_outranks_stops_the_next_call(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        struct hands h;
        hands_switch = SWITCH;
        open_hands(&h, ranks[i].steps, false);
        hands_switch = "none";
        kill_switch_is(&h, "OFF");
        start_until(&h, ranks[i].verb, ranks[i].until, ranks[i].comes);
        const struct event *ev = end_of(&h, "a1");
        if (strcmp(json_str_or(ev->body, "outcome", ""), ranks[i].outcome) != 0 ||
            !strstr(json_str_or(ev->body, "why", ""), ranks[i].why) ||
            evil_count(&evil, ranks[i].what, NULL) != ranks[i].times)
            fail_msg("rank %zu ends %s: %s; %s came %d times", i,
                     json_str_or(ev->body, "outcome", ""), json_str_or(ev->body, "why", ""),
                     ranks[i].what, evil_count(&evil, ranks[i].what, NULL));
        assert_false(runner_busy(h.runner));
        close_hands(&h);
    }
}

static void one_at_a_time(void **unused)
{
    (void)unused;
    struct hands h;
    struct err e = ERR_INIT;
    open_hands(&h, PUT("/hang"), false);
    start(&h, "a1", "advance");
    struct event *ev = event_new(EV_INTENT, 1, "anna");
    json_add_str(ev->body, "id", "a2");
    json_add_str(ev->body, "do", "advance");
    json_add_int(ev->body, "stage_index", 0);
    assert_int_equal(runner_start(h.runner, h.state, h.judge, ev, &e), -1);
    assert_non_null(strstr(e.text, "nothing was sent: another action is under way"));
    event_free(ev);
    end_of(&h, "a1");
    assert_int_equal(evil_count(&evil, "PUT /hang", NULL), 1);
    close_hands(&h);
}

/* The `session` event with op "reread"; every event is kept. */
static const struct event *reread(struct hands *h)
{
    for (mono_t began = mono_now(); mono_since(began) < 20000;) {
        struct event_list l;
        event_list_init(&l);
        runner_pump(h->runner, h->state, h->judge, &l);
        for (struct event *ev; (ev = event_list_take(&l));)
            event_list_add(&h->told, ev);
        for (const struct event *ev = h->told.first; ev; ev = ev->next)
            if (!strcmp(json_str_or(ev->body, "op", ""), "reread"))
                return ev;
        struct pollfd fd = {.fd = runner_fd(h->runner), .events = POLLIN};
        poll(&fd, 1, 20000);
    }
    fail_msg("production is never read again");
    return NULL;
}

/* After a resume: read once, nothing is changed, and what differs is named. */
static void production_is_read_again(void **unused)
{
    (void)unused;
    static const struct {
        const char *steps, *difference, *why;
    } looks[] = {
        {PUT("/w") READ("/w"), "", "as recorded"},
        {PUT("/lie") READ("/lie"), "S: weight is 0, expected 25", ""},
        {PUT("/w") READ("/w") PUT("/lie") READ("/lie"), "S: weight is 0", ""},
        {PUT("/w") READ("/down"), "S: answered 503: away", ""},
        {PUT("/w"), "", "no verify: not readable"},
    };
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        struct hands h;
        open_hands(&h, looks[i].steps, false);
        h.state->stage = 0;
        runner_look(h.runner, h.state, h.judge);
        const struct event *ev = reread(&h);
        const cJSON *found = cJSON_GetArrayItem(json_arr(ev->body, "differences"), 0);
        if (!strstr(cJSON_IsString(found) ? found->valuestring : "", looks[i].difference) ||
            !!found != !!*looks[i].difference ||
            !strstr(json_str_or(ev->body, "why", "?"), looks[i].why))
            fail_msg("look %zu: %s, %s", i, found ? found->valuestring : "nothing differs",
                     json_str_or(ev->body, "why", "?"));
        assert_int_equal(evil_count(&evil, "PUT /w", NULL) + evil_count(&evil, "PUT /lie", NULL),
                         0);
        close_hands(&h);
    }
}

/* Looking holds up no action; an answer that comes later means nothing. */
static void an_action_ends_the_looking(void **unused)
{
    (void)unused;
    struct hands h;
    open_hands(&h,
               PUT("/w") "      verify: { http: { url: \"URL/hang\", method: PUT, timeout: 60s }, "
                         "expect: { status: 200 }, within: 60s }\n",
               false);
    h.state->stage = 0;
    runner_look(h.runner, h.state, h.judge);
    assert_true(evil_wait(&evil, "PUT /hang", 1, 5000));
    start(&h, "a1", "rollback");
    assert_string_equal(json_str(end_of(&h, "a1")->body, "outcome"), "verified");
    assert_string_equal(json_str(reread(&h)->body, "why"), "not read: an action came first");
    close_hands(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_comes_to_its_end),
        cmocka_unit_test(words_stay_words),
        cmocka_unit_test(rehearsed_sends_nothing),
        cmocka_unit_test(a_rollback_supersedes),
        cmocka_unit_test(what_outranks_stops_the_next_call),
        cmocka_unit_test(one_at_a_time),
        cmocka_unit_test(production_is_read_again),
        cmocka_unit_test(an_action_ends_the_looking),
    };
    evil_start(&evil, rows, sizeof rows / sizeof *rows);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    evil_stop(&evil);
    return failed;
}
