/* One row of the plan, one message an event. The text is filled first; a field without a value
 * blocks the message and says which. Bounded: what is too much is counted and told. */
#include "action/notify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "action/send.h"
#include "action/vars.h"
#include "base/dlog.h"
#include "base/json.h"
#include "base/queue.h"
#include "base/text.h"
#include "wire/child.h"
#include "wire/http.h"

#define PENDING_MAX 32
#define TEXT_MAX    4096
#define ARGS_MAX    64

/* On its way, or waiting to be looked at. */
struct message {
    char id[16];
    const struct notify_row *row; /* NULL: the slot is free */
    const char *on;
    char stage[64];
    char *text;            /* masked */
    bool waits;            /* a person has not looked at it yet */
    struct http_call http; /* filled, of one that waits: url, body; the rest is the row's */
    char **argv;
};

struct notifier {
    const struct plan *plan;
    struct clock clock;
    bool rehearse;
    struct http *http;
    struct children *children;
    struct queue *answers;
    struct event_list told;
    struct message all[PENDING_MAX];
    int64_t of_seq; /* the newest event that made one, and how many: their ids */
    int of_it;
    int dropped;
    int64_t every[64]; /* by row: which of its times was last */
    bool known;        /* `every` was looked at once */
    enum ks_is ks;
};

/* An answer, by the message's slot and id. */
struct came {
    int slot;
    char id[16];
    bool ok;
    int status;
    int64_t ms;
    char why[200];
};

struct came_ctx {
    struct notifier *n;
    struct came came;
};

static void free_message(struct message *m)
{
    free(m->text);
    free(m->http.url);
    free(m->http.body);
    for (char **a = m->argv; a && *a; a++)
        free(*a);
    free(m->argv);
    *m = (struct message){.row = NULL};
}

struct notifier *notifier_start(const struct plan *plan, const struct clock *clock, bool rehearse,
                                struct err *e)
{
    struct notifier *n = xzalloc(1, sizeof *n);
    *n = (struct notifier){.plan = plan, .clock = *clock, .rehearse = rehearse};
    n->answers = queue_new(PENDING_MAX * 2);
    event_list_init(&n->told);
    if ((n->http = http_start(4, e)) && (n->children = children_start(e)))
        return n;
    notifier_stop(n);
    return NULL;
}

void notifier_stop(struct notifier *n)
{
    if (n->http)
        http_stop(n->http);
    if (n->children)
        children_stop(n->children);
    queue_free(n->answers, free);
    event_list_free(&n->told);
    for (int i = 0; i < PENDING_MAX; i++)
        free_message(&n->all[i]);
    free(n);
}

/* ---- what became of it ---- */

static void channel(const struct notify_row *row, char *out, size_t size)
{
    const char *host = strstr(row->http.url, "://");
    if (row->exec)
        str_fmt(out, size, "exec %s", row->command.argv[0]);
    else
        str_fmt(out, size, "http %.*s", host ? (int)strcspn(host + 3, "/?#{") : 0,
                host ? host + 3 : "");
}

static struct event *tell(struct notifier *n, const struct message *m, const char *op,
                          const char *why)
{
    struct event *ev = event_new(EV_NOTIFY, clock_wall(&n->clock), "warroom");
    char to[160], way[160], clean[160];
    channel(m->row, to, sizeof to);
    secret_mask_to(way, sizeof way, to);
    text_clean_to(clean, sizeof clean, why);
    str_copy(ev->stage, sizeof ev->stage, m->stage);
    json_add_str(ev->body, "id", m->id);
    json_add_str(ev->body, "op", op);
    json_add_str(ev->body, "on", m->on);
    json_add_str(ev->body, "template", m->row->template);
    json_add_str(ev->body, "channel", way);
    json_add_str(ev->body, "to", m->row->to);
    json_add_str(ev->body, "text", m->text ? m->text : "");
    json_add_str(ev->body, "why", clean);
    event_list_add(&n->told, ev);
    return ev;
}

static void hand_over(struct came_ctx *c)
{
    struct came *out = xzalloc(1, sizeof *out);
    *out = c->came;
    if (queue_put(c->n->answers, out) < 0)
        free(out);
    free(c);
}

static void on_http(void *ctx, const struct http_reply *r)
{
    struct came_ctx *c = ctx;
    c->came.ok = r->end == HTTP_ANSWERED && r->status >= 200 && r->status <= 299;
    c->came.status = r->status;
    c->came.ms = r->ms;
    if (r->end != HTTP_ANSWERED)
        str_copy(c->came.why, sizeof c->came.why, r->why);
    else if (!c->came.ok)
        str_fmt(c->came.why, sizeof c->came.why, "answered %d: %.80s", r->status, r->body);
    hand_over(c);
}

static void on_child(void *ctx, const struct child_result *r)
{
    struct came_ctx *c = ctx;
    c->came.ok = r->started && !r->timed_out && !r->cancelled && r->exit_status == 0;
    c->came.status = r->exit_status;
    c->came.ms = r->ms;
    if (!c->came.ok && *r->why)
        str_copy(c->came.why, sizeof c->came.why, r->why);
    else if (!c->came.ok)
        str_fmt(c->came.why, sizeof c->came.why, "exit status %d: %.80s", r->exit_status,
                *r->errout ? r->errout : r->out);
    hand_over(c);
}

/* ---- sending ---- */

static int go_http(struct notifier *n, struct message *m, struct came_ctx *ctx, struct err *e)
{
    struct http_call c = m->row->http;
    c.url = m->http.url;
    c.body = m->http.body;
    return send_http_filled(n->http, &c, on_http, ctx, e) < 0 ? -1 : 0;
}

static void go(struct notifier *n, struct message *m)
{
    struct err e = ERR_INIT;
    struct came_ctx *ctx = xzalloc(1, sizeof *ctx);
    *ctx = (struct came_ctx){.n = n, .came = {.slot = (int)(m - n->all)}};
    str_copy(ctx->came.id, sizeof ctx->came.id, m->id);
    m->waits = false;
    int rc =
        m->row->exec
            ? (child_run(n->children, m->argv, m->row->command.timeout_ms, 0, on_child, ctx, &e) < 0
                   ? -1
                   : 0)
            : go_http(n, m, ctx, &e);
    if (rc == 0)
        return;
    free(ctx);
    tell(n, m, "failed", e.text);
    free_message(m);
}

/* ---- making ---- */

static int fill_call(struct message *m, struct vars *v, struct err *e)
{
    const struct notify_row *row = m->row;
    struct tmpl_vars vars = vars_of(v);
    struct buf url = BUF_INIT, body = BUF_INIT;
    int rc = 0;
    if (row->exec) {
        size_t n = row->command.argc < ARGS_MAX ? row->command.argc : ARGS_MAX;
        m->argv = xzalloc(n + 1, sizeof *m->argv);
        for (size_t i = 0; rc == 0 && i < n; i++) {
            struct buf one = BUF_INIT;
            rc = tmpl_fill(row->command.argv[i], TMPL_ARGV, &vars, &one, e);
            m->argv[i] = buf_take(&one);
        }
        return rc;
    }
    rc = tmpl_fill(row->http.url, TMPL_URL, &vars, &url, e);
    if (rc == 0 && row->http.body)
        rc = tmpl_fill(row->http.body, row->http.is_json ? TMPL_JSON_STRING : TMPL_PLAIN, &vars,
                       &body, e);
    for (size_t i = 0; rc == 0 && i < row->http.n_headers; i++)
        if (strstr(row->http.headers[i].value, "{{"))
            rc = err_set(e, EX_BADDATA, "a header of a message holds a placeholder");
    m->http.url = buf_take(&url);
    m->http.body = row->http.body ? buf_take(&body) : NULL;
    buf_free(&body);
    return rc;
}

static struct message *free_slot(struct notifier *n)
{
    for (int i = 0; i < PENDING_MAX; i++)
        if (!n->all[i].row)
            return &n->all[i];
    return NULL;
}

static void set_text(struct message *m, const struct buf *raw)
{
    struct buf masked = BUF_INIT;
    secret_mask(&masked, buf_str(raw), raw->len < TEXT_MAX ? raw->len : TEXT_MAX);
    m->text = buf_take(&masked);
}

static void make(struct notifier *n, const struct notify_row *row, const char *on, struct vars *v)
{
    struct message *m = free_slot(n);
    struct buf text = BUF_INIT;
    struct err e = ERR_INIT;
    if (!m) {
        n->dropped++;
        return;
    }
    *m = (struct message){.row = row, .on = on};
    n->of_it = v->ev && v->ev->seq == n->of_seq ? n->of_it + 1 : 0;
    n->of_seq = v->ev ? v->ev->seq : 0;
    str_fmt(m->id, sizeof m->id, n->of_it ? "m%lld-%d" : "m%lld", (long long)n->of_seq,
            n->of_it + 1);
    str_copy(m->stage, sizeof m->stage, v->ev ? v->ev->stage : "");
    struct tmpl_vars vars = vars_of(v);
    v->in_template = true;
    int rc = tmpl_fill(n->plan->templates[row->text].value, TMPL_PLAIN, &vars, &text, &e);
    v->in_template = false;
    set_text(m, rc == 0 ? &text : &(struct buf)BUF_INIT);
    v->message = buf_str(&text);
    if (rc < 0 || fill_call(m, v, &e) < 0)
        tell(n, m, "blocked", e.text);
    else if (n->rehearse)
        tell(n, m, "rehearsed", "nothing was sent");
    else if (!row->exec && !*m->http.url)
        tell(n, m, "shown", "the plan has no address for it: nothing was sent");
    else if (row->preview)
        tell(n, m, "waits", "somebody looks at it: send or drop");
    v->message = NULL;
    buf_free(&text);
    if (rc == 0 && e.status == 0 && !n->rehearse && (row->exec || *m->http.url)) {
        m->waits = row->preview;
        if (!m->waits)
            go(n, m);
        return;
    }
    free_message(m);
}

/* ---- what an event tells ---- */

static unsigned of_rollback(const struct event *ev)
{
    if (event_is(ev, "op", "wanted") || event_is(ev, "op", "waits") || event_is(ev, "op", "would"))
        return 1u << ON_ROLLBACK;
    if (event_is(ev, "op", "done") || event_is(ev, "op", "not_verified"))
        return 1u << ON_ROLLBACK_DONE;
    return 0;
}

/* A switch that goes on, or out of sight, tells it once. */
static unsigned of_switch(struct notifier *n, const struct state *s)
{
    enum ks_is was = n->ks, now = state_ks(s);
    n->ks = now;
    return was != now && now != KS_OFF ? 1u << ON_KILL_SWITCH : 0;
}

static unsigned of_stage(const struct event *ev)
{
    if (!event_is(ev, "op", "clock"))
        return 0;
    return 1u << ON_STAGE | (json_int_or(ev->body, "index", -1) == 0 ? 1u << ON_START : 0);
}

static unsigned tells(struct notifier *n, const struct state *s, const struct event *ev)
{
    switch (ev->kind) {
    case EV_STAGE:
        return of_stage(ev);
    case EV_CHECKPOINT:
        return 1u << ON_CHECKPOINT;
    case EV_WARNING:
        return 1u << ON_WARNING;
    case EV_CRITICAL:
        return 1u << ON_CRITICAL;
    case EV_DECISION: /* where the plan has levels, their calls are what escalates */
        return 1u << ON_DECISION |
               (event_is(ev, "decision", "ESCALATE") && !n->plan->n_levels ? 1u << ON_ESCALATE : 0);
    case EV_ESCALATION:
        return event_is(ev, "op", "called") ? 1u << ON_ESCALATE : 0;
    case EV_ALERT:
        return event_is(ev, "state", "firing") && json_bool_or(ev->body, "matches", false)
                   ? 1u << ON_ALERT
                   : 0;
    case EV_KILL_SWITCH:
        return of_switch(n, s);
    case EV_ROLLBACK:
        return of_rollback(ev);
    case EV_TIMELINE:
        return event_is(ev, "op", "freeze") ? 1u << ON_FREEZE
               : event_is(ev, "op", "open") ? 1u << ON_TIMELINE
                                            : 0;
    case EV_FINAL:
        return 1u << ON_COMPLETE;
    case EV_NOTIFY:
        return event_is(ev, "op", "due") ? 1u << ON_REMINDER : 0;
    default:
        return 0;
    }
}

/* The lowest of the row's words that the event is: its name on the record. */
static const char *word_of(unsigned both)
{
    for (unsigned i = 0; i < NOTIFY_ONS; i++)
        if (both & 1u << i)
            return notify_on_word((enum notify_on)i);
    return "";
}

/* A row that is sent each so often counts from T0; what was missed while nobody was there is. */
static bool time_has_come(struct notifier *n, const struct state *s, size_t row)
{
    int64_t every = n->plan->notify[row].every_ms;
    if (!every || s->t0_ms < 0 || row >= sizeof n->every / sizeof *n->every)
        return false;
    int64_t nth = (s->now_ms - s->t0_ms) / every, was = n->every[row];
    n->every[row] = nth;
    return nth > was && n->known;
}

void notifier_event(struct notifier *n, const struct state *s, const struct judge *j,
                    const struct event *ev, const char *head)
{
    unsigned what = tells(n, s, ev);
    struct vars v = {.s = s,
                     .j = j,
                     .stage = s->stage,
                     .actor = *ev->actor ? ev->actor : "warroom",
                     .reason = json_str_or(ev->body, "why", ""),
                     .ev = ev,
                     .head = head};
    for (size_t i = 0; i < n->plan->n_notify; i++) {
        const struct notify_row *row = &n->plan->notify[i];
        bool due = ev->kind == EV_TICK && !s->final && time_has_come(n, s, i);
        if (row->on & what)
            make(n, row, word_of(row->on & what), &v);
        else if (due)
            make(n, row, "every", &v);
    }
    n->known = n->known || ev->kind == EV_TICK;
    if (n->dropped && free_slot(n)) {
        struct event *lost = event_new(EV_NOTIFY, clock_wall(&n->clock), "warroom");
        json_add_str(lost->body, "op", "dropped");
        json_add_int(lost->body, "n", n->dropped);
        json_add_str(lost->body, "why", "too many messages were on their way");
        event_list_add(&n->told, lost);
        n->dropped = 0;
    }
}

void notifier_word(struct notifier *n, const char *id, bool send, const char *actor)
{
    for (int i = 0; i < PENDING_MAX; i++) {
        struct message *m = &n->all[i];
        char why[120];
        if (!m->row || !m->waits || (*id && strcmp(m->id, id) != 0))
            continue;
        str_fmt(why, sizeof why, "%s dropped it", actor);
        if (send) {
            go(n, m);
        } else {
            tell(n, m, "dropped", why);
            free_message(m);
        }
        return;
    }
}

void notifier_pump(struct notifier *n, struct event_list *out)
{
    for (struct came *c; (c = queue_take(n->answers)); free(c)) {
        struct message *m = &n->all[c->slot];
        if (!m->row || strcmp(m->id, c->id) != 0)
            continue;
        struct event *ev = tell(n, m, c->ok ? "sent" : "failed", c->why);
        json_add_int(ev->body, "status", c->status);
        json_add_int(ev->body, "ms", c->ms);
        free_message(m);
    }
    for (struct event *ev; (ev = event_list_take(&n->told));)
        event_list_add(out, ev);
}

int notifier_fd(const struct notifier *n)
{
    return queue_fd(n->answers);
}

bool notifier_told(const struct notifier *n)
{
    return n->told.n > 0;
}

int notifier_pending(const struct notifier *n)
{
    int on_its_way = 0;
    for (int i = 0; i < PENDING_MAX; i++)
        on_its_way += n->all[i].row && !n->all[i].waits;
    return on_its_way;
}
