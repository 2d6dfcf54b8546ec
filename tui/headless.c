/* The run without a screen. The reader of stdin gets each event as soon as it is durable. */
#include "tui/headless.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "action/words.h"
#include "base/clock.h"
#include "base/json.h"

struct headless {
    struct room *room;
    const struct headless_opts *o;
    struct speaker who;
    struct buf typed; /* bytes of stdin before their newline */
    bool stdin_open;
    bool silent; /* of a watcher: the run does not answer */
};

static volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
    stopped = sig;
}

static void catch_signals(void)
{
    struct sigaction sa = {.sa_handler = on_signal};
    sigaction(SIGTERM, &sa, NULL);
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGHUP, &sa, NULL);
}

static void print_event(void *ctx, const struct event *ev)
{
    struct headless *h = ctx;
    struct buf line = BUF_INIT;
    int64_t t0 = room_state(h->room)->t0_ms;
    if (!h->o->json)
        event_log_line(ev, t0, &line);
    else if (ev->kind != EV_TICK || h->o->ticks)
        event_json_line(ev, t0, &line);
    if (line.len)
        fprintf(h->o->out, "%s\n", line.p);
    buf_free(&line);
}

/* What is no signal is not lost: it goes to the parking lot, and the answer says so (LOG-1). */
static void park_refused(struct headless *h, const struct intent *in, struct err *e)
{
    struct intent note = *in;
    struct line l;
    struct err why = ERR_INIT;
    enum line_fault fault = words_read(room_state(h->room), in, &l, NULL);
    if (in->kind != INTENT_SIGNAL || (fault != LINE_OPINION && fault != LINE_NO_EVIDENCE))
        return;
    note.kind = INTENT_PARK;
    if (room_submit(h->room, &note, &why) == 0)
        str_fmt(e->text + strlen(e->text), sizeof e->text - strlen(e->text), "; parked");
}

static void refused(const struct headless *h, const char *line, const struct err *e)
{
    if (h->o->json) {
        cJSON *o = cJSON_CreateObject();
        struct buf out = BUF_INIT;
        json_add_str(o, "kind", "refused");
        json_add_str(o, "command", line);
        json_add_str(o, "why", e->text);
        json_print(o, &out);
        fprintf(h->o->out, "%s\n", out.p);
        buf_free(&out);
        cJSON_Delete(o);
    } else {
        fprintf(h->o->out, "refused: %s: %s\n", line, e->text);
    }
}

static void obey(struct headless *h, const char *line)
{
    struct intent in;
    struct err e = ERR_INIT;
    int rc = script_line(line, &h->who, &in, &e);
    if (rc == 0 && room_submit(h->room, &in, &e) < 0) {
        rc = -1;
        park_refused(h, &in, &e);
    }
    if (rc < 0)
        refused(h, line, &e);
}

static void read_commands(struct headless *h)
{
    char block[1024];
    ssize_t n;
    while ((n = read(STDIN_FILENO, block, sizeof block)) > 0)
        buf_add(&h->typed, block, (size_t)n);
    if (n == 0)
        h->stdin_open = false;
    char *end;
    while (h->typed.len && (end = memchr(h->typed.p, '\n', h->typed.len))) {
        size_t used = (size_t)(end - h->typed.p) + 1;
        *end = '\0';
        obey(h, h->typed.p);
        memmove(h->typed.p, h->typed.p + used, h->typed.len - used + 1);
        h->typed.len -= used;
    }
    if (h->typed.len > 65536)
        buf_clear(&h->typed);
}

static void print_final(const struct headless *h, const char *verdict, const char *head)
{
    cJSON *o;
    struct buf out = BUF_INIT;
    if (!h->o->json) {
        fprintf(h->o->out, "session %s head %s\nDECISION %s\n", h->o->session_path, head, verdict);
        return;
    }
    o = cJSON_CreateObject();
    json_add_str(o, "kind", "final");
    json_add_str(o, "decision", verdict);
    json_add_str(o, "session", h->o->session_path);
    json_add_str(o, "head", head);
    json_print(o, &out);
    fprintf(h->o->out, "%s\n", out.p);
    buf_free(&out);
    cJSON_Delete(o);
}

static int finish(struct headless *h)
{
    char verdict[24] = "INCONCLUSIVE", head[65] = "";
    struct err e = ERR_INIT;
    bool final = room_state(h->room)->final;
    if (final)
        str_copy(verdict, sizeof verdict, room_state(h->room)->verdict);
    int status = room_close(h->room, head, &e) < 0 ? EX_RECORDING : verdict_status(verdict);
    if (h->o->watch && !final && status != EX_RECORDING)
        return EX_PASS; /* the run goes on without this watcher */
    if (status == EX_RECORDING)
        fprintf(stderr, "warroom: %s\n", e.text);
    else if (!final)
        fprintf(stderr, "warroom: left before the verdict; `warroom resume %s` goes on\n",
                h->o->session_path);
    print_final(h, verdict, head);
    return status;
}

/* Once, and again when it has come back in between. */
static void tell_silence(struct headless *h)
{
    struct guard_env g = room_guard_env(h->room);
    const struct state *s = room_state(h->room);
    bool silent = people_silent(s, g.now_ms, g.silent_ms);
    char since[16];
    if (silent == h->silent)
        return;
    h->silent = silent;
    time_clock(s->people.left_ms ? s->people.left_ms : s->tick_ms, since, sizeof since);
    fprintf(stderr,
            silent ? "warroom: the run's process %s since %s\n"
                   : "warroom: the run's process answers again\n",
            s->people.left_ms ? "has been closed" : "does not answer", since);
}

int headless_run(struct room *room, const struct headless_opts *o)
{
    struct headless h = {.room = room, .o = o, .stdin_open = o->commands};
    struct err e = ERR_INIT;
    setvbuf(o->out, NULL, _IOLBF, 0);
    catch_signals();
    room_on_event(room, print_event, &h);
    if (o->commands)
        fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
    if (room_start(room, &e) < 0) {
        fprintf(stderr, "warroom: %s\n", e.text);
        stopped = SIGTERM;
    }
    while (!stopped && !room_state(room)->final) {
        room_wait(room, h.stdin_open ? STDIN_FILENO : -1, 1000);
        if (h.stdin_open)
            read_commands(&h);
        room_pump(room);
        if (o->watch)
            tell_silence(&h);
    }
    int status = finish(&h);
    buf_free(&h.typed);
    return status;
}
