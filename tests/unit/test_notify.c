/* Messages on real HTTP and processes: which event sends what, that every field is filled or the
 * message is blocked, and that nothing that fails gets in the way. Reminders are the director's. */
#include "unit.h"

#include <math.h>
#include <stdlib.h>

#include "action/notify.h"
#include "base/json.h"
#include "director/drive.h"
#include "evil.h"
#include "fold/fold.h"
#include "plan/load.h"

#define EPOCH  INT64_C(1769904000000)
#define MIN    60000
#define SECRET "sesame-webhook"

static const struct evil_row rows[] = {
    {.path = "/ok", .how = EVIL_KEEP, .raw = EVIL_JSON("2", "{}")},
    {.path = "/" SECRET, .how = EVIL_KEEP, .raw = EVIL_JSON("2", "{}")},
    {.path = "/bad", .how = EVIL_KEEP, .raw = EVIL_HEAD("500 Bad", "Content-Length: 4\r\n") "down"},
    {.path = "/hang", .how = EVIL_HANG},
};
static struct evil evil;
static char hook[100];

static const char *env_get(void *ctx, const char *name)
{
    (void)ctx;
    return !strcmp(name, "SLACK_WEBHOOK") ? hook : NULL;
}

static struct plan *make_plan(const char *more)
{
    static const struct plan_env env = {env_get, NULL, false};
    struct buf text = BUF_INIT, errors = BUF_INIT;
    buf_adds(
        &text,
        "version: 1\nname: notes\ntitle: \"v1 \\\"canary\\\"\"\nenvironment: PROD\n"
        "advance: auto\nrollback: { mode: automatic }\nkill_switch: none\n"
        "prometheus: { url: \"http://127.0.0.1:1\" }\n"
        "metrics:\n  - { id: p95, title: P95 latency, unit: ms, query: m, min_samples: 1,"
        " warning: \">= 150\", critical: \">= 200\" }\n"
        "stages:\n  - { name: One, weight: 1, duration: 60m, actions: [go] }\n"
        "checkpoints: [15m, 30m, 45m]\n"
        "actions:\n  go:\n    - exec: { argv: [\"true\"] }\n  rollback:\n"
        "    - exec: { argv: [\"true\"] }\n  never:\n    - http: { url: \"http://127.0.0.1:1/\" }\n"
        "      capture: { t: { json: id } }\n");
    for (const char *p = more; *p; p++) {
        if (!strncmp(p, "URL", 3)) {
            buf_addf(&text, "http://127.0.0.1:%d", evil.port);
            p += 2;
        } else {
            buf_addc(&text, *p);
        }
    }
    struct plan *p = plan_load_text(text.p, text.len, "notes.yaml", &env, &errors);
    if (!p)
        fail_msg("%s%s", text.p, errors.p);
    buf_free(&text);
    buf_free(&errors);
    return p;
}

/* A virtual run whose events go to a notifier, as the room does it. */
struct desk {
    struct plan *plan;
    struct drive *drive;
    struct notifier *notifier;
    struct clock clock;
    struct event_list told;
    double value;
    int64_t at_ms;
};

static void on_event(void *ctx, const struct event *ev)
{
    struct desk *d = ctx;
    if (d->drive)
        notifier_event(d->notifier, drive_state(d->drive), drive_judge(d->drive), ev, "c0ffee");
}

static void open_desk(struct desk *d, const char *more, bool rehearse)
{
    struct err e = ERR_INIT;
    evil_reset(&evil, 0);
    str_fmt(hook, sizeof hook, "http://127.0.0.1:%d/%s", evil.port, SECRET);
    *d = (struct desk){.plan = make_plan(more), .clock = clock_make(1), .value = 100};
    d->notifier = notifier_start(d->plan, &d->clock, rehearse, &e);
    event_list_init(&d->told);
    struct drive_opts o = {.plan = d->plan,
                           .start_ms = EPOCH,
                           .t0_ms = EPOCH + MIN,
                           .given = true,
                           .run_id = "RUN-7",
                           .on_event = on_event,
                           .ctx = d};
    d->at_ms = EPOCH;
    d->drive = drive_new(&o);
}

static void close_desk(struct desk *d)
{
    notifier_stop(d->notifier);
    event_list_free(&d->told);
    drive_free(d->drive);
    plan_free(d->plan);
}

/* Ticks each 5 s until so many minutes after the beginning. */
static void run_until(struct desk *d, int64_t min)
{
    for (; d->at_ms <= EPOCH + min * MIN; d->at_ms += 5000)
        drive_tick(d->drive, d->at_ms, &d->value, NULL);
}

/* Waits for all that is on its way and folds it, as the room would. */
static void settle(struct desk *d)
{
    for (mono_t began = mono_now(); mono_since(began) < 20000;) {
        struct event_list l;
        struct pollfd fd = {.fd = notifier_fd(d->notifier), .events = POLLIN};
        event_list_init(&l);
        notifier_pump(d->notifier, &l);
        for (struct event *ev; (ev = event_list_take(&l));) {
            event_list_add(&d->told, event_dup(ev));
            ev->t_ms = d->at_ms;
            drive_event(d->drive, ev);
        }
        if (!notifier_pending(d->notifier) && !notifier_told(d->notifier))
            return;
        poll(&fd, 1, 1000);
    }
    fail_msg("messages never settle");
}

static const struct event *told(const struct desk *d, const char *op, const char *on)
{
    for (const struct event *ev = d->told.first; ev; ev = ev->next)
        if (!strcmp(json_str_or(ev->body, "op", ""), op) &&
            !strcmp(json_str_or(ev->body, "on", ""), on))
            return ev;
    return NULL;
}

static int told_n(const struct desk *d, const char *op)
{
    int n = 0;
    for (const struct event *ev = d->told.first; ev; ev = ev->next)
        n += !strcmp(json_str_or(ev->body, "op", ""), op);
    return n;
}

#define SLACK                                                                                      \
    "http: { method: POST, url: \"${SLACK_WEBHOOK}\", json: { text: \"{{message}}\" } } }\n"

/* COM-1, COM-2, COM-10: each event of the table sends its own text, every field filled. */
static void com_event_to_channel(void **unused)
{
    (void)unused;
    static const struct {
        const char *on, *text;
    } want[] = {
        {"start", "START v1 \"canary\" (RUN-7) at 1%, lead ic"},
        {"checkpoint", "CHECKPOINT 15m 1/1 PASS p95=100"},
        {"warning", "WARNING P95 latency p95=160ms >= 150 in One; update in 5 min"},
        {"critical", "CRITICAL p95=250 >= 200 then rollback"},
        {"decision", "ROLLBACK: "},
        {"rollback", "ROLLBACK wanted: "},
        {"rollback_done", "ROLLBACK done: "},
        {"complete", "COMPLETE FAIL rolled back"},
    };
    struct desk d;
    open_desk(&d,
              "templates:\n"
              "  start: 'START {{run.title}} ({{run.id}}) at {{stage.weight}}%, lead ic'\n"
              "  checkpoint: 'CHECKPOINT {{event.label}} {{run.tally}} PASS "
              "p95={{metric.p95.value}}'\n"
              "  warning: 'WARNING {{event.title}} {{event.metric}}={{event.value}}{{event.unit}} "
              "{{event.limit}} in {{event.stage}}; update in 5 min'\n"
              "  critical: 'CRITICAL {{event.metric}}={{event.value}} {{event.limit}} then "
              "{{event.then}}'\n"
              "  decision: '{{event.decision}}: {{event.why}}'\n"
              "  rollback: 'ROLLBACK {{event.op}}: {{event.why}}'\n"
              "  complete: 'COMPLETE {{run.verdict}} {{run.why}} {{run.head}}'\n"
              "notify:\n"
              "  - { on: [start], template: start, to: \"@channel\", " SLACK
              "  - { on: [checkpoint], template: checkpoint, to: \"#live\", " SLACK
              "  - { on: [warning], template: warning, to: \"@team\", " SLACK
              "  - { on: [critical], template: critical, to: \"@team\", " SLACK
              "  - { on: [decision], template: decision, to: \"@team\", " SLACK
              "  - { on: [rollback, rollback_done], template: rollback, to: pager, " SLACK
              "  - { on: [complete], template: complete, to: \"@channel\", " SLACK,
              false);
    run_until(&d, 16);
    settle(&d);
    d.value = 160;
    run_until(&d, 18);
    settle(&d);
    d.value = 250;
    run_until(&d, 22);
    settle(&d);
    drive_finish(d.drive, "enough");
    settle(&d);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        bool found = false;
        for (const struct event *ev = d.told.first; ev; ev = ev->next)
            found = found || (!strcmp(json_str_or(ev->body, "on", ""), want[i].on) &&
                              !strncmp(json_str_or(ev->body, "text", ""), want[i].text,
                                       strlen(want[i].text)));
        if (!found)
            fail_msg("no message on %s begins with \"%s\"", want[i].on, want[i].text);
        const struct event *ev = told(&d, "sent", want[i].on);
        assert_non_null(ev);
        assert_true(*json_str_or(ev->body, "to", "") && json_int_or(ev->body, "ms", -1) >= 0);
        assert_int_equal(json_int_or(ev->body, "status", 0), 200);
    }
    assert_non_null(strstr(json_str(told(&d, "sent", "complete")->body, "text"), "c0ffee"));
    assert_int_equal(told_n(&d, "sent"), evil_count(&evil, "POST /" SECRET, NULL));
    assert_int_equal(told_n(&d, "failed") + told_n(&d, "blocked"), 0);
    for (const struct event *ev = d.told.first; ev; ev = ev->next) { /* the address is a secret */
        struct buf text = BUF_INIT;
        event_json_line(ev, -1, &text);
        assert_null(strstr(buf_str(&text), SECRET));
        buf_free(&text);
    }
    /* What arrived is JSON with the very text, quotes and all. */
    bool arrived = false;
    for (int i = 0; i < evil.n_seen; i++) {
        cJSON *body = cJSON_Parse(evil.seen[i].body);
        arrived = arrived || !strcmp(json_str_or(body, "text", ""), want[0].text);
        cJSON_Delete(body);
    }
    assert_true(arrived);
    close_desk(&d);
}

/* COM-1: a field without a value blocks the message and is named. COM-9: a failed send is told with
 * its text, and the run goes on to its end. */
static void com_blocked_and_failed(void **unused)
{
    (void)unused;
    struct desk d;
    open_desk(&d,
              "templates:\n  empty: 'weight {{run.weight}} of {{captured.t}}'\n"
              "  plain: 'hello {{run.title}}'\n"
              "notify:\n"
              "  - { on: [start], template: empty, to: a, http: { method: POST, url: \"URL/ok\", "
              "body: \"{{message}}\" } }\n"
              "  - { on: [start], template: plain, to: b, http: { method: POST, url: \"URL/bad\", "
              "body: \"{{message}}\" } }\n"
              "  - { on: [start], template: plain, to: c, http: { method: POST, url: "
              "\"http://127.0.0.1:1/\", body: \"{{message}}\" } }\n"
              "  - { on: [start], template: plain, to: d, http: { method: POST, url: \"URL/hang\", "
              "timeout: 300ms, body: \"{{message}}\" } }\n"
              "  - { on: [start], template: plain, to: e, exec: { argv: [sh, -c, \"exit 3\"] } }\n"
              "  - { on: [start], template: plain, to: f, http: { method: POST, url: "
              "\"${CHAT:-}\", body: \"{{message}}\" } }\n"
              "  - { on: [start], template: plain, to: g, exec: { argv: [test, \"{{message}}\", "
              "\"=\", 'hello v1 \"canary\"'] } }\n",
              false);
    run_until(&d, 3);
    settle(&d);
    static const struct {
        const char *to, *op, *why;
    } want[] = {{"a", "blocked", "captured.t"},
                {"b", "failed", "answered 500: down"},
                {"c", "failed", "connection refused"},
                {"d", "failed", ""},
                {"e", "failed", "exit status 3"},
                {"f", "shown", "no address"},
                {"g", "sent", ""}};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const struct event *found = NULL;
        for (const struct event *ev = d.told.first; ev; ev = ev->next)
            if (!strcmp(json_str_or(ev->body, "to", ""), want[i].to))
                found = ev;
        assert_non_null(found);
        if (strcmp(json_str(found->body, "op"), want[i].op) != 0 ||
            !strstr(json_str_or(found->body, "why", ""), want[i].why))
            fail_msg("%s: %s, %s", want[i].to, json_str(found->body, "op"),
                     json_str_or(found->body, "why", ""));
        if (i) /* the text stays available */
            assert_string_equal(json_str(found->body, "text"), "hello v1 \"canary\"");
    }
    const struct messages_state *m = &drive_state(d.drive)->messages;
    assert_int_equal(m->failed, 4);
    assert_int_equal(m->blocked, 1);
    run_until(&d, 70); /* nothing of it stands in the way */
    assert_string_equal(drive_state(d.drive)->verdict, "PASS");
    close_desk(&d);
}

/* COM-5: every 5 minutes from T0 on: 12 in an hour. */
static void com5_twelve_updates(void **unused)
{
    (void)unused;
    struct desk d;
    open_desk(&d,
              "templates: { now: 'p95 {{metric.p95.value}} at {{t_plus}}' }\n"
              "notify:\n  - { every: 5m, template: now, to: \"#live\", http: { method: POST, url: "
              "\"URL/ok\", body: \"{{message}}\" } }\n",
              false);
    for (int min = 1; min <= 61; min++) {
        run_until(&d, min);
        settle(&d);
    }
    assert_int_equal(evil_count(&evil, "POST /ok", NULL), 12);
    assert_int_equal(told_n(&d, "sent"), 12);
    close_desk(&d);
}

/* COM-1: looked at first, then sent or dropped by a person's word. */
static void com_preview(void **unused)
{
    (void)unused;
    for (int send = 0; send < 2; send++) {
        struct desk d;
        open_desk(
            &d,
            "templates: { hi: 'hello' }\nnotify:\n  - { on: [start], template: hi, to: x, "
            "preview: true, http: { method: POST, url: \"URL/ok\", body: \"{{message}}\" } }\n",
            false);
        run_until(&d, 3);
        settle(&d);
        const struct event *ev = told(&d, "waits", "start");
        assert_non_null(ev);
        assert_string_equal(json_str(ev->body, "text"), "hello");
        assert_int_equal(evil_count(&evil, "POST /ok", NULL), 0);
        notifier_word(d.notifier, "m0", true, "anna"); /* another one */
        assert_int_equal(notifier_pending(d.notifier), 0);
        notifier_word(d.notifier, json_str(ev->body, "id"), send, "anna");
        settle(&d);
        assert_non_null(told(&d, send ? "sent" : "dropped", "start"));
        assert_int_equal(evil_count(&evil, "POST /ok", NULL), send);
        close_desk(&d);
    }
}

/* ACT-7: a rehearsal tells every message and sends none. */
static void rehearsed(void **unused)
{
    (void)unused;
    struct desk d;
    open_desk(&d,
              "templates: { hi: 'hello' }\nnotify:\n  - { on: [start, checkpoint], template: hi, "
              "to: x, http: { method: POST, url: \"URL/ok\", body: \"{{message}}\" } }\n",
              true);
    run_until(&d, 20);
    settle(&d);
    assert_int_equal(told_n(&d, "rehearsed"), 2);
    assert_int_equal(evil_count(&evil, "", NULL), 0);
    close_desk(&d);
}

/* ---- reminders, without a notifier ---- */

struct reminded {
    int n[3];
    int64_t at_ms[3]; /* of the first */
};

static void keep_due(void *ctx, const struct event *ev)
{
    static const char *const what[] = {"checkpoint", "warning", "critical"};
    struct reminded *r = ctx;
    if (ev->kind != EV_NOTIFY || strcmp(json_str_or(ev->body, "op", ""), "due") != 0)
        return;
    for (int i = 0; i < 3; i++)
        if (!strcmp(json_str_or(ev->body, "what", ""), what[i]) && !r->n[i]++)
            r->at_ms[i] = ev->t_ms;
}

/* COM-2, COM-3, COM-4: due 15, 5 and 2 minutes after what they belong to, to the tick; answered:
 * not. They change neither decision nor gate. */
static void com_reminders(void **unused)
{
    (void)unused;
    for (int answered = 0; answered < 2; answered++) {
        struct reminded r = {.n = {0}};
        struct plan *p = make_plan("reminders: { checkpoint: 15m, warning: 5m, critical: 2m }\n");
        p->rollback_mode = ROLLBACK_LOG_ONLY;
        struct drive_opts o = {.plan = p,
                               .start_ms = EPOCH,
                               .t0_ms = EPOCH,
                               .given = true,
                               .on_event = keep_due,
                               .ctx = &r};
        struct drive *d = drive_new(&o);
        for (int64_t t = 0; t <= 21 * MIN; t += 5000) {
            double v = t >= 18 * MIN ? 250 : t >= 4 * MIN && t < 12 * MIN ? 160 : 100;
            drive_tick(d, EPOCH + t, &v, NULL);
            if (answered && (t == 7 * MIN || t == 19 * MIN)) {
                struct event *ev = event_new(EV_SIGNAL, EPOCH + t, "bob");
                str_copy(ev->role, sizeof ev->role, "sre");
                json_add_str(ev->body, "text", "seen");
                drive_event(d, ev);
            }
        }
        assert_int_equal(r.n[0], answered ? 0 : 1); /* a signal is a word, too */
        assert_int_equal(r.n[1], answered ? 0 : 1);
        assert_int_equal(r.n[2], answered ? 0 : 1);
        if (!answered) {
            assert_int_equal(r.at_ms[0], EPOCH + 15 * MIN);
            assert_int_equal(r.at_ms[1], EPOCH + 9 * MIN);
            assert_int_equal(r.at_ms[2], EPOCH + 20 * MIN);
        }
        drive_free(d);
        plan_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(com_event_to_channel),
        cmocka_unit_test(com_blocked_and_failed),
        cmocka_unit_test(com5_twelve_updates),
        cmocka_unit_test(com_preview),
        cmocka_unit_test(rehearsed),
        cmocka_unit_test(com_reminders),
    };
    evil_start(&evil, rows, sizeof rows / sizeof *rows);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    evil_stop(&evil);
    return failed;
}
